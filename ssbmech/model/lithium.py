# SPDX-License-Identifier: BSD-3-Clause
"""Lithium in a body that hosts it: concentration, chemical potential and free strain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from ssbmech._compat import compile_form, constant
from ssbmech.case.body import Body as CaseBody
from ssbmech.case.case import Case
from ssbmech.case.cycling import ContentAbove, ContentBelow
from ssbmech.case.protocol import Guard
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.forms import lithium
from ssbmech.frames import Expr, Frame, WeightedMeasure
from ssbmech.geometry.subdomains import BodyMesh
from ssbmech.materials.host import Host
from ssbmech.model.parameters import Knobs, symbolic
from ssbmech.model.particles import ParticleIndex, find_particles
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


@dataclass(eq=False)
class HostRegion:
    """One region of a host body.

    Attributes:
        host: the case's host.
        law: the same with its numbers as constants of forms.
        initial: content at the start, where the region is free of stress [1].
        x: content c / c_max [1].
        free_strain: strain without stress, from the initial content, shape (3, 3) [1].
        axis: crystal axis, unit vector [1].
    """

    host: Host
    law: Any
    initial: float
    x: Expr
    free_strain: Expr
    axis: Expr


@dataclass(eq=False)
class LithiumModel:
    """Lithium in all regions of a body.

    Attributes:
        c: concentration [mol/m3].
        mu: chemical potential [J/mol].
        regions: the hosts, by region.
        knobs: time step and temperature.
        frame: kinematic frame.
        dofs: local dofs of each region.
        particles: the connected parts of the body.
        volumes: volume of each region [m3], per metre of depth in plane strain [m2].
        start: amount of lithium at the start [mol].
    """

    c: Unknown
    mu: Unknown
    regions: Mapping[str, HostRegion]
    knobs: Knobs
    frame: Frame
    dofs: Mapping[str, npt.NDArray[np.int32]]
    particles: ParticleIndex
    _fine: fem.Function
    volumes: dict[str, float] = field(default_factory=dict)
    start: float = 0.0
    _amounts: dict[str, Any] = field(default_factory=dict)

    @property
    def unknowns(self) -> list[Unknown]:
        """The fields of lithium."""
        return [self.c, self.mu]

    @property
    def guards(self) -> list[Guard]:
        """Conditions that end any step: a host is empty or full somewhere."""
        ranges = [(name, region.host.ocv) for name, region in self.regions.items()]
        empty: list[Guard] = [ContentBelow(name, ocv.low) for name, ocv in ranges]
        return empty + [ContentAbove(name, ocv.high) for name, ocv in ranges]

    def terms(self, name: str, stress: Expr, dx: WeightedMeasure) -> dict[str, Expr]:
        """Return the forms of a region, by the unknown whose equation they are.

        Args:
            name: region.
            stress: its Cauchy stress, shape (3, 3) [Pa].
            dx: its measure.
        """
        region, space = self.regions[name], self.c.function.function_space
        temperature = self.knobs.on("temperature", space.mesh)
        law, x = region.law, region.x
        c, mu = self.c.function, self.mu.function
        w = ufl.TestFunction(space)
        diffusivity = law.diffusivity.diffusivity(x, temperature)
        mobility = lithium.mobility(x, law.c_max, diffusivity, temperature)
        stored = lithium.storage_term(c, self.c.past, self.knobs.on("dt", space.mesh), w, dx)
        swelling = law.swelling.strain_per_content(x, region.axis)
        molar_volume = self.frame.resisted(swelling) / law.c_max
        stress_free = -FARADAY * law.ocv.u_eq(x, temperature)
        return {
            self.c.key: stored + lithium.diffusion_term(mobility, mu, w, dx),
            self.mu.key: lithium.potential_term(mu, stress_free, molar_volume, stress, w, dx),
        }

    def measure_inventory(self, measure: Callable[[str], WeightedMeasure]) -> None:
        """Measure volumes and the amount of lithium, by the measure of each region; collective."""
        mesh = self.c.function.function_space.mesh
        one = constant(mesh, 1.0)
        for name in self.regions:
            volume = fem.assemble_scalar(compile_form(one * measure(name), None))
            self.volumes[name] = float(mesh.comm.allreduce(volume, op=MPI.SUM))
            self._amounts[name] = compile_form(self.c.function * measure(name), None)
        self.start = self.inventory()

    def content(self) -> fem.Function:
        """Return the content c / c_max at the nodes of the displacement [1]."""
        linear = self.c.function.copy()
        for name, region in self.regions.items():
            linear.x.array[self.dofs[name]] /= region.host.c_max
        self._fine.interpolate(linear)
        return self._fine

    def contents(self) -> dict[str, tuple[float, float, float]]:
        """Return least, mean and largest content of each region [1]; collective."""
        comm = self.c.function.function_space.mesh.comm
        found = {}
        for name, region in self.regions.items():
            values = self.c.function.x.array[self.dofs[name]] / region.host.c_max
            low = comm.allreduce(float(np.min(values, initial=np.inf)), op=MPI.MIN)
            high = comm.allreduce(float(np.max(values, initial=-np.inf)), op=MPI.MAX)
            amount = comm.allreduce(fem.assemble_scalar(self._amounts[name]), op=MPI.SUM)
            mean = amount / (region.host.c_max * self.volumes[name])
            found[name] = (float(low), float(mean), float(high))
        return found

    def inventory(self) -> float:
        """Return the amount of lithium [mol]; collective."""
        comm = self.c.function.function_space.mesh.comm
        amount = sum(fem.assemble_scalar(form) for form in self._amounts.values())
        return float(comm.allreduce(amount, op=MPI.SUM))


def build_lithium(
    case: Case, case_body: CaseBody, mesh: BodyMesh, knobs: Knobs
) -> LithiumModel | None:
    """Return the lithium of a body, None if it hosts none; collective.

    Raises:
        CaseError: only some of the regions host lithium, two hosts touch, or an initial content is
            missing or beyond what the open-circuit potential is known for.
    """
    materials = case_body.materials
    hosts = {name: m.host for name, m in materials.items() if m.host is not None}
    if not hosts:
        return None
    if len(hosts) < len(materials):
        other = next(name for name in materials if name not in hosts)
        raise CaseError(
            f"body {case_body.name!r}: region {other!r} hosts no lithium, but {next(iter(hosts))!r}"
            " does: make them two bodies"
        )
    space = fem.functionspace(mesh.mesh, ("Lagrange", 1))
    largest = max(host.c_max for host in hosts.values())
    c = Unknown(f"c {mesh.name}", fem.Function(space, name="c"), largest)
    mu = Unknown(f"mu {mesh.name}", fem.Function(space, name="mu"), FARADAY * case.scales.potential)
    axis = _crystal_axis(case_body, mesh)
    regions, region_dofs = {}, {}
    taken = np.zeros(len(c.function.x.array), dtype=bool)
    shared = False
    for name, host in hosts.items():
        initial = _initial_content(case_body, name, host)
        dofs = np.unique(space.dofmap.list[mesh.cell_tags.find(mesh.regions[name])])
        shared |= bool(taken[dofs].any())
        taken[dofs] = True
        region_dofs[name] = dofs
        c.function.x.array[dofs] = host.c_max * initial
        mu.function.x.array[dofs] = -FARADAY * host.ocv.voltage(initial, case.temperature)
        law = symbolic(host, mesh.mesh)
        x = c.function / law.c_max
        start = law.swelling.strain(constant(mesh.mesh, initial), axis)
        free = case.geometry.frame.resisted(law.swelling.strain(x, axis) - start)
        regions[name] = HostRegion(host, law, initial, x, free, axis)
    if mesh.mesh.comm.allreduce(shared, op=MPI.LOR):
        raise CaseError(
            f"body {case_body.name!r}: regions of different hosts touch each other; lithium would "
            "pass between them without a law: make them two bodies"
        )
    for unknown in (c, mu):
        unknown.start_here()
    fine = fem.Function(
        fem.functionspace(mesh.mesh, ("Lagrange", case.discretisation.degree)), name="content"
    )
    particles, frame = find_particles(mesh.mesh), case.geometry.frame
    return LithiumModel(c, mu, regions, knobs, frame, region_dofs, particles, fine)


def _initial_content(case_body: CaseBody, region: str, host: Host) -> float:
    """Return the initial content of a region [1]."""
    where = f"body {case_body.name!r}, region {region!r}"
    if region not in case_body.content:
        raise CaseError(
            f"{where} hosts lithium: give its initial content, Body(..., content={{{region!r}: x}})"
            f" with x from {host.ocv.low:g} to {host.ocv.high:g}"
        )
    initial = case_body.content[region]
    if not host.ocv.low <= initial <= host.ocv.high:
        raise CaseError(
            f"{where}: the initial content {initial:g} is outside the range of the open-circuit "
            f"potential: expected {host.ocv.low:g} to {host.ocv.high:g}"
        )
    return initial


def _crystal_axis(case_body: CaseBody, mesh: BodyMesh) -> Expr:
    """Return the crystal axis of each cell, z if the case gives none; collective."""
    if case_body.crystal_axis is None:
        return ufl.as_vector([0.0, 0.0, 1.0])
    axes = fem.Function(fem.functionspace(mesh.mesh, ("DG", 0, (3,))), name="crystal_axis")
    axes.interpolate(case_body.crystal_axis)
    vectors = axes.x.array.reshape(-1, 3)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    wrong = not np.all(np.isfinite(lengths) & (lengths > 0.0))
    if mesh.mesh.comm.allreduce(wrong, op=MPI.LOR):
        raise CaseError(
            f"body {case_body.name!r}: the crystal axis is zero or no number somewhere; give unit "
            "vectors of shape (3, n)"
        )
    vectors /= lengths
    return axes
