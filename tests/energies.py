# SPDX-License-Identifier: BSD-3-Clause
r"""Energies and dissipated powers of a cell, step by step, for tests of energy balances.

Each term is written a second time, from its closed form and from the fields of the solution, with
Gauss points of its own. Bodies have one region each; where bonds are pulled no metal is stripped.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from mpi4py import MPI

import basix
import numpy as np
import numpy.typing as npt
import ufl

from ssbmech._compat import compile_expression
from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.kinetics import ButlerVolmer, HostSites
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.platen import Platen
from ssbmech.model.surface import SurfaceModel
from tests.parts import Bond, Ions, Lithium, Transfer, first_region, part

Floats = npt.NDArray[np.float64]
Evaluate = Callable[[Any], Callable[[], Floats]]

INSTANT = (
    *("elastic", "bonded", "broken", "creep", "ohmic", "transfer", "diffusion", "expansion"),
    *("power", "force", "travel", "temperature"),
)
"""What is known of an instant: energies [J], powers [W], and what makes them."""

OVER_STEP = ("plating", "swelling", "open_circuit")
"""Works that the drive does over a time step [J]."""


AT_START: Final = ROOM_TEMPERATURE
"""Temperature at which the run starts and nothing has expanded [K]."""


class Energies:
    """Measures a cell after each solve; to be watched by `march`."""

    def __init__(self) -> None:
        self._cell: CellModel | None = None
        self._bodies: list[_BodyEnergies] = []

    def __call__(self, cell: CellModel) -> dict[str, float]:
        """Return the energies, powers and works of a step that is not yet committed; collective."""
        if self._cell is not cell:
            self._cell = cell
            self._bodies = [_BodyEnergies(body) for body in cell.bodies.values()]
        found = dict.fromkeys((*INSTANT, *OVER_STEP), 0.0)
        temperature = cell.conditions.temperature.value
        dt = cell.conditions.dt.value
        for parts in [
            *(body.measure(cell) for body in self._bodies),
            *(_of_surface(surface, temperature, dt) for surface in cell.surfaces.values()),
        ]:
            for name, value in parts.items():
                found[name] += value
        sums = cell.comm.allreduce(np.array(list(found.values())), op=MPI.SUM)
        found = dict(zip(found, map(float, sums), strict=True))
        platen = cell.holder
        assert isinstance(platen, Platen)
        circuit = cell.circuit
        return found | {
            "power": circuit.voltage * circuit.current * circuit.nominal_area,
            "force": platen.stack_pressure * platen.area,
            "travel": platen.displacement,
            "temperature": temperature,
        }


class _BodyEnergies:
    """Integrals over a body, by Gauss points."""

    def __init__(self, body: BodyModel) -> None:
        self.body, mesh = body, body.mesh.mesh
        cell = getattr(basix.CellType, mesh.topology.cell_name())
        points, weights = basix.make_quadrature(cell, body.quadrature_degree)
        cells = np.arange(body.owned_cells, dtype=np.int32)

        def at_points(value: Any) -> Callable[[], Floats]:
            made = compile_expression(ufl.as_ufl(value), points)
            return lambda: np.asarray(made.eval(mesh, cells)).reshape(len(cells), len(points))

        density = body.frame.weight(ufl.SpatialCoordinate(mesh)) * abs(
            ufl.JacobianDeterminant(mesh)
        )
        self.volumes = at_points(density)() * weights
        region = first_region(body)
        (self.material,) = body.case_body.materials.values()
        s = region.response.deviator
        self.square = at_points(1.5 * ufl.inner(s, s))
        self.p = at_points(region.pressure.mean)
        # free strains are isotropic here
        self.grown = at_points(ufl.tr(body.frame.strain(body.u.function)) - region.volume_strain)
        self.lithium, ions = part(body, Lithium), part(body, Ions)
        if self.lithium is not None:
            self.c = at_points(self.lithium.c.function)
            slope = ufl.grad(self.lithium.mu.function)
            self.mu_slope = at_points(ufl.dot(slope, slope))
            x = self.lithium.c.function / self.material.host.c_max
            law = next(iter(self.lithium.regions.values())).law
            self.u_eq = at_points(law.ocv.u_eq(x, body.setting.conditions.temperature.on(mesh)))
        if self.conducts:
            assert ions is not None
            slope = ufl.grad(ions.phi_e.function)
            self.phi_slope = at_points(ufl.dot(slope, slope))

    @property
    def conducts(self) -> bool:
        return self.material.conductor is not None

    def measure(self, cell: CellModel) -> dict[str, float]:
        """Return this rank's part of the terms of the body."""
        temperature, solid = cell.conditions.temperature.value, self.material.solid
        elastic = getattr(solid, "elastic", solid)
        square, p = self.square(), self.p()
        found = {"elastic": self._sum(square / (6 * elastic.shear) + p**2 / (2 * elastic.bulk))}
        alpha = self.material.thermal_expansion or 0.0
        # work per kelvin
        found["expansion"] = self._sum(-3 * alpha * p)
        if isinstance(solid, ElasticViscoplastic):
            q = np.sqrt(square)
            found["creep"] = self._sum(q * norton(solid.flow, q, temperature))
        if self.conducts:
            kappa = float(self.material.conductor.kappa_e(temperature))
            found["ohmic"] = self._sum(kappa * self.phi_slope())
        if self.lithium is not None:
            found |= self._of_lithium(cell, p, 3 * alpha)
        return found

    def _of_lithium(self, cell: CellModel, p: Floats, alpha: float) -> dict[str, float]:
        """Return what lithium dissipates, and what it takes to take it out of its host."""
        conditions, host = cell.conditions, self.material.host
        now, before = conditions.temperature.value, conditions.state()["temperature"]
        c, u_eq, grown = self.c(), self.u_eq(), self.grown() - alpha * (now - AT_START)
        x = c / host.c_max
        diffusivity = float(host.diffusivity.diffusivity(0.5, now))
        mobility = diffusivity / (GAS_CONSTANT * now) * c * (1 - x)
        held = [unknown for unknown in self.body.unknowns]
        kept = [unknown.function.x.array.copy() for unknown in held]
        for unknown in held:
            unknown.function.x.array[:] = unknown.previous
        conditions.temperature.value = before
        c_n, u_eq_n, p_n = self.c(), self.u_eq(), self.p()
        grown_n = self.grown() - alpha * (before - AT_START)
        conditions.temperature.value = now
        for unknown, values in zip(held, kept, strict=True):
            unknown.function.x.array[:] = values
        return {
            "diffusion": self._sum(mobility * self.mu_slope()),
            "open_circuit": self._sum(-0.5 * FARADAY * (u_eq + u_eq_n) * (c - c_n)),
            "swelling": self._sum(-0.5 * (p + p_n) * (grown - grown_n)),
        }

    def _sum(self, density: Floats) -> float:
        return float(np.sum(self.volumes * density))


def norton(flow: Any, q: Floats, temperature: float) -> Floats:
    """Return the creep rate at an equivalent stress [1/s]."""
    assert isinstance(flow, NortonFlow)
    colder = 1 / temperature - 1 / flow.reference_temperature
    rate = flow.rate * math.exp(-flow.activation_energy / GAS_CONSTANT * colder)
    return np.asarray(rate * (q / flow.stress) ** flow.exponent)


def _of_surface(surface: SurfaceModel, temperature: float, dt: float) -> dict[str, float]:
    """Return this rank's part of the terms of an interface."""
    found, areas = {}, surface.areas
    bond, transfer = part(surface, Bond), part(surface, Transfer)
    if bond is not None:
        found |= _of_bond(surface, bond)
    assert transfer is not None
    i = surface.values(transfer.i_normal)
    law = surface.interface.kinetics
    content = np.ones(len(areas))
    found["transfer"] = float(areas @ (i * overpotential(law, i, content, temperature)))
    if bond is None:
        (material,) = surface.minus.case_body.materials.values()
        p, n = surface.values(surface.p_contact), len(areas)
        mean = 0.5 * (p + surface.p_contact.previous[:n])
        found["plating"] = float(areas @ (mean * dt * i)) * material.metal.molar_volume / FARADAY
    return found


def overpotential(law: Any, i: Floats, content: Floats, temperature: float) -> Floats:
    """Return what drives a current through a whole contact [V], for equal transfer coefficients."""
    assert isinstance(law, ButlerVolmer) and law.alpha_a == 0.5 and law.film_resistance == 0.0
    i_0 = float(law.exchange_current(temperature)) * np.ones(len(i))
    if isinstance(law.sites, HostSites):
        i_0 = i_0 * 2 * np.sqrt(content * (1 - content))
    return np.asarray(2 * GAS_CONSTANT * temperature / FARADAY * np.arcsinh(i / (2 * i_0)))


def _of_bond(surface: SurfaceModel, bond: Bond) -> dict[str, float]:
    r"""Return what a bond stores and has taken.

    At a separation :math:`\delta` below the largest one, :math:`\kappa > \delta_0`,

    .. math:: w = \frac{\delta^2}{2} \frac{t_0}{\kappa} \frac{\delta_f - \kappa}
                  {\delta_f - \delta_0}, \quad
              d = \frac{t_0 \delta_f}{2} \frac{\kappa - \delta_0}{\delta_f - \delta_0}
    """
    law = surface.interface.adhesion
    assert isinstance(law, BilinearCohesion)
    first, last = law.strength / law.initial_stiffness, 2 * law.toughness / law.strength
    gap = np.maximum(surface.values(surface.gap), 0.0)
    slip = bond.slip.function.x.array[: bond.slip.owned].reshape(len(gap), bond.slip.block_size)
    squares = gap**2 + np.sum(slip**2, axis=1)
    largest = np.clip(bond.history.now("separation_max"), first, last)
    stiffness = law.strength / largest * (last - largest) / (last - first)
    taken = 0.5 * law.strength * last * (largest - first) / (last - first)
    areas = surface.areas
    return {
        "bonded": float(areas @ (0.5 * stiffness * squares)),
        "broken": float(areas @ taken),
    }
