# SPDX-License-Identifier: BSD-3-Clause
"""Lithium in a body that hosts it: concentration, chemical potential and free strain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form, constant
from ssbmech.case.body import Body as CaseBody
from ssbmech.case.cycling import ContentAbove, ContentBelow
from ssbmech.case.stops import Guard
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.forms import lithium
from ssbmech.frames import Expr, Frame, WeightedMeasure
from ssbmech.geometry.subdomains import BodyMesh
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.host import Host
from ssbmech.materials.swelling import recalled, work_per_content
from ssbmech.memory import check_new_state, declared
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import symbolic
from ssbmech.model.given import given_values
from ssbmech.model.outputs import (
    Arrays,
    CellConstant,
    Output,
    PointField,
    Scalar,
    largest,
    owned_nodes,
    total,
)
from ssbmech.model.part import Extrapolated, Judged, Part, Term
from ssbmech.model.particles import find_particles
from ssbmech.model.parts.momentum import FreeStrain, Momentum
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HostRegion:
    """One region of a host body.

    Attributes:
        host: the case's host.
        law: the same with its numbers as constants of forms.
        initial: content at the start, where the region is free of stress [1].
        x: content c / c_max [1].
        axis: crystal axis, unit vector [1].
        dofs: local dofs of its concentration.
        sites: measure of the volumes that `c_max` counts by.
        volume: its volume [m3], per metre of depth in plane strain [m2].
    """

    host: Host
    law: Any
    initial: float
    x: Expr
    axis: Expr
    dofs: npt.NDArray[np.int32]
    sites: WeightedMeasure
    volume: float


class Lithium(Part):
    """Lithium in all regions of a body that hosts it: its conservation, and what drives it.

    Attributes:
        body: the body.
        c: concentration [mol/m3].
        mu: chemical potential [J/mol].
        regions: the hosts, by region.
        particles: the connected parts of the body.
        start: amount of lithium at the start [mol].
    """

    def __init__(self, body: BodyModel) -> None:
        """Add concentration and chemical potential at their initial values; collective.

        Raises:
            CaseError: only some of the regions host lithium, two hosts touch, or an initial content
                is missing or beyond what the open-circuit potential is known for.
        """
        self.body = body
        hosts = _hosts(body)
        mesh, scales = body.mesh.mesh, body.setting.scales
        space = fem.functionspace(mesh, ("Lagrange", 1))
        largest = max(host.c_max for host in hosts.values())
        self.c = Unknown("c", body.name, fem.Function(space, name="c"), largest)
        scale = FARADAY * scales.potential
        self.mu = Unknown("mu", body.name, fem.Function(space, name="mu"), scale)
        axis = _crystal_axis(body.case_body, body.mesh, body.frame)
        self.regions = {name: self._region(name, host, axis) for name, host in hosts.items()}
        _check_apart(body, self.regions)
        for unknown in self.unknowns:
            unknown.start_here()
        degree = body.setting.discretisation.degree
        nodes = fem.functionspace(mesh, ("Lagrange", degree))
        self._fine = fem.Function(nodes, name="content")
        self.particles = find_particles(mesh)
        self._amounts = {
            name: compile_form(self.c.function * region.sites, None)
            for name, region in self.regions.items()
        }
        self.start = self.inventory()

    def _region(self, name: str, host: Host, axis: Expr) -> HostRegion:
        """Return a region, with its initial content and potential written; collective."""
        body = self.body
        mesh, temperature = body.mesh.mesh, body.setting.conditions.temperature.value
        initial = _initial_content(body.case_body, name, host)
        dofs = np.unique(self.c.function.function_space.dofmap.list[body.cells(name)])
        self.c.function.x.array[dofs] = host.c_max * initial
        self.mu.function.x.array[dofs] = -FARADAY * host.ocv.voltage(initial, temperature)
        law = symbolic(host, mesh)
        x = self.c.function / law.c_max
        # as it was made it may hold lithium already, and be the larger for it
        full = recalled(law.swelling, declared(host.swelling), _fresh(host, mesh))
        swollen = ufl.exp(ufl.tr(full.strain(constant(mesh, initial), axis)))
        sites = body.kinematics.sites(body.frame, body.region(name), swollen)
        form = compile_form(constant(mesh, 1.0) * sites, None)
        volume = float(mesh.comm.allreduce(fem.assemble_scalar(form), op=MPI.SUM))
        return HostRegion(host, law, initial, x, axis, dofs, sites, volume)

    @property
    def sites(self) -> float:
        """Lithium that all hosts hold when they are full [mol]."""
        return sum(region.host.c_max * region.volume for region in self.regions.values())

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """Concentration and chemical potential."""
        return (self.c, self.mu)

    @property
    def guards(self) -> list[Guard]:
        """Conditions that end any step: a host is empty or full somewhere."""
        ranges = [(name, region.host.ocv) for name, region in self.regions.items()]
        empty: list[Guard] = [ContentBelow(name, ocv.low) for name, ocv in ranges]
        return empty + [ContentAbove(name, ocv.high) for name, ocv in ranges]

    def free_strain(self, region: str, around: Surroundings) -> FreeStrain:
        """Return the free strain of a region from its initial content, as far as it is resisted."""
        host = self.regions[region]
        mesh, law = self.body.mesh.mesh, host.law.swelling
        variables = declared(host.host.swelling)
        here = replace(around, content=host.x)
        swelling = recalled(law, variables, around.state)
        at_start = recalled(law, variables, _fresh(host.host, mesh))
        initial = constant(mesh, host.initial)
        before = self.body.kinematics.content_before(self.c, host.law.c_max, initial)
        start = at_start.strain(before, host.axis)
        strain = swelling.strain(host.x, host.axis) - start
        new_state = law.end_of_step(here) if variables else {}
        check_new_state(f"region {region!r}", host.host.swelling, variables, new_state)
        content_n = self.c.past / host.law.c_max
        return FreeStrain(self.body.frame.resisted(strain), host.x, content_n, new_state)

    def terms(self) -> Iterator[Term]:
        """Yield the conservation of lithium, the law of its potential, and what enters by faces."""
        body, solid = self.body, self.body.parts.get(Momentum, "lithium needs a solid")
        mesh, w = body.mesh.mesh, body.test(self.c)
        conditions = body.setting.conditions
        temperature, dt = conditions.temperature.on(mesh), conditions.dt.on(mesh)
        c, mu, shape = self.c.function, self.mu.function, body.kinematics.step(body.frame, body.u)
        for name, region in self.regions.items():
            law, x, dx = region.law, region.x, region.sites
            diffusivity = law.diffusivity.diffusivity(x, temperature)
            mobility = lithium.mobility(x, law.c_max, diffusivity, temperature)
            stored = lithium.storage_term(c, self.c.past, dt, w, dx)
            slopes = shape.slope(mu), shape.slope(w)
            yield self.c.key, stored + lithium.diffusion_term(mobility, *slopes, dx)
            state = solid.regions[name].history.unpacked
            swelling = recalled(law.swelling, declared(region.host.swelling), state)
            per_content = work_per_content(swelling, x, region.axis)
            molar_volume = body.frame.resisted(per_content) / law.c_max
            stress_free = -FARADAY * law.ocv.u_eq(x, temperature)
            met = solid.regions[name]
            stress = body.kinematics.on_lithium(met.stress, met.pressure.mean)
            term = lithium.potential_term(mu, stress_free, molar_volume, stress, w, dx)
            yield self.mu.key, term
        for entering in body.setting.fluxes:
            if entering.face in body.mesh.faces:
                ds = body.ds(body.mesh.faces[entering.face])
                ds = body.kinematics.face_as_made(body.frame, ds, ufl.FacetNormal(mesh))
                yield self.c.key, lithium.supply_term(entering.number.on(mesh), w, ds)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical flux through the faces, and a typical potential."""
        body, scales = self.body, self.body.setting.scales
        mesh, w = body.mesh.mesh, body.test(self.c)
        yield self.c.key, constant(mesh, scales.current / FARADAY) * w * body.ds
        potential = constant(mesh, FARADAY * scales.potential)
        yield self.mu.key, potential * w * body.dx

    @property
    def judged(self) -> Sequence[Judged]:
        """The content."""
        return (Extrapolated(self.c, lambda tolerances: tolerances.content * self.c.scale),)

    def outputs(self) -> Sequence[Output]:
        """Return the content as a field, with least, mean and largest content of each region."""
        columns = [
            Scalar(quantity(f"content_{kind}"), partial(self._content, name, place), name)
            for name in self.regions
            for place, kind in enumerate(("min", "mean", "max"))
        ]

        def content() -> Array:
            return owned_nodes(self.content())

        owned = self.particles.of_cells[: self.body.owned_cells].astype(np.float64)
        return [
            CellConstant(quantity("particle"), owned),
            PointField(quantity("content"), content, content),
            *columns,
        ]

    def _content(self, region: str, place: int, arrays: Arrays) -> float:
        """Return least, mean or largest content of a region [1]; collective."""
        comm, host = self.body.mesh.mesh.comm, self.regions[region]
        values = self.c.function.x.array[host.dofs] / host.host.c_max
        if place == 0:
            return -largest(-values, comm)
        if place == 2:
            return largest(values, comm)
        amount = total(fem.assemble_scalar(self._amounts[region]), comm)
        return amount / (host.host.c_max * host.volume)

    def content(self) -> fem.Function:
        """Return the content c / c_max at the nodes of the displacement [1]."""
        linear = self.c.function.copy()
        for region in self.regions.values():
            linear.x.array[region.dofs] /= region.host.c_max
        self._fine.interpolate(linear)
        return self._fine

    def inventory(self) -> float:
        """Return the amount of lithium [mol]; collective."""
        amount = sum(fem.assemble_scalar(form) for form in self._amounts.values())
        return total(amount, self.body.mesh.mesh.comm)

    def voltage(self, temperature: float) -> float:
        """Return the equilibrium potential at the start, the mean over the regions [V]."""
        regions = self.regions.values()
        voltages = [r.host.ocv.voltage(r.initial, temperature) for r in regions]
        return sum(voltages) / len(voltages)

    @property
    def capacity(self) -> float:
        """Charge of the windows of use of its hosts [C]."""
        return float(sum(r.volume * r.host.capacity for r in self.regions.values()))

    def charged(self) -> float:
        """Return the part of the window of use that is empty of lithium [1]; collective."""
        full, window = 0.0, 0.0
        for region in self.regions.values():
            sites = region.volume * region.host.c_max
            full += sites * region.host.x_full
            window += sites * (region.host.x_full - region.host.x_empty)
        return (full - self.inventory()) / window


def _fresh(host: Host, mesh: Mesh) -> dict[str, Expr]:
    """Return the states of a host's swelling law before anything has happened."""
    return {
        v.name: ufl.zero(3, 3) if v.is_tensor else constant(mesh, v.initial or 0.0)
        for v in declared(host.swelling)
    }


def _hosts(body: BodyModel) -> dict[str, Host]:
    """Return the hosts of a body by region.

    Raises:
        CaseError: some of its regions host no lithium.
    """
    materials = body.case_body.materials
    hosts = {name: host for name, m in materials.items() for host in m.hosts}
    if len(hosts) < len(materials):
        other = next(name for name in materials if name not in hosts)
        raise CaseError(
            f"body {body.name!r}: region {other!r} hosts no lithium, but {next(iter(hosts))!r}"
            " does: make them two bodies"
        )
    return hosts


def _check_apart(body: BodyModel, regions: Mapping[str, HostRegion]) -> None:
    """Refuse hosts that touch; collective.

    Raises:
        CaseError: two do.
    """
    dofs = np.concatenate([region.dofs for region in regions.values()])
    shared = len(np.unique(dofs)) < len(dofs)
    if body.mesh.mesh.comm.allreduce(shared, op=MPI.LOR):
        raise CaseError(
            f"body {body.name!r}: regions of different hosts touch each other; lithium would "
            "pass between them without a law: make them two bodies"
        )


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


def _crystal_axis(case_body: CaseBody, mesh: BodyMesh, frame: Frame) -> Expr:
    """Return the crystal axis of each cell; collective.

    If the case gives none it is the z axis of space: in an axisymmetric mesh the axis of rotation,
    in a plane one the normal of the plane.
    """
    if case_body.crystal_axis is None:
        return ufl.as_vector([0.0, 1.0, 0.0] if frame.revolves else [0.0, 0.0, 1.0])
    axes = fem.Function(fem.functionspace(mesh.mesh, ("DG", 0, (3,))), name="crystal_axis")
    middles = axes.function_space.tabulate_dof_coordinates().T
    where = f"Body.crystal_axis of {case_body.name!r}"
    values = given_values(case_body.crystal_axis, middles, 3, mesh.mesh.comm, where, "1")
    axes.x.array[:] = values.T.ravel()
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
