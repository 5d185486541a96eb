# SPDX-License-Identifier: BSD-3-Clause
r"""What a cell turns into heat: by creep, friction, Ohm's law and charge transfer.

.. math:: D = \int q \dot\varepsilon^c dV + \int \tau v \, dA
              + \int \kappa |\nabla \phi|^2 dV + \int i \Delta\phi \, dA

with the equivalent stress q and creep rate, the shear and speed along walls, the conductivities of
ions and electrons, and at an interface the current density i and the potential
:math:`\Delta\phi = \phi_s - \phi_e + \mu / F` that drives it. Lithium that diffuses, bonds that
break and capacitances are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import ufl
from dolfinx import fem

from ssbmech._compat import compile_form
from ssbmech.frames import Expr, energy_unit
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import CellMean, Output, Scalar, total
from ssbmech.model.parts.electrons import Electrons
from ssbmech.model.parts.friction import slipping_faces
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.momentum import Momentum
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.surface import FacetSet, SurfaceModel
from ssbmech.runfolder.quantities import quantity

Powers = dict[str, float]


class DissipatedEnergy:
    r"""Observer of the energy that each body and interface has turned into heat.

    Columns ``dissipated_creep:body``, ``dissipated_friction:body``, ``dissipated_ohmic:body`` and
    ``dissipated_transfer:interface`` [J], per metre of depth in plane strain [J m-1]. Time is
    integrated by the trapezoidal rule; over the first time step of each step of the protocol, where
    the drive may jump, the power at its end counts.

    Attributes:
        name: name for messages and checkpoints.
        energies: energy so far by column [J].
    """

    name = "dissipated energy"

    def __init__(self) -> None:
        """Start at zero."""
        self.energies: Powers = {}
        self._powers: Powers = {}
        self._step = -1.0
        self._measures: dict[str, Callable[[], float]] = {}

    def begin(self, cell: CellModel) -> Mapping[str, Sequence[Output]]:
        """Return the columns and the fields; collective."""
        found: dict[str, list[Output]] = {}
        self._measures = {}
        unit = energy_unit(cell.case.geometry.frame)
        for where, kind, measure in _measures(cell):
            row = quantity(f"dissipated_{kind}")
            column = Scalar(row, partial(self._so_far, f"{kind}:{where}"), where, unit)
            found.setdefault(where, []).append(column)
            self._measures[f"{kind}:{where}"] = measure
        return found

    def see(self, row: Mapping[str, float]) -> None:
        """Add what a step has dissipated; collective."""
        powers = {key: measure() for key, measure in self._measures.items()}
        begins = row["step"] != self._step
        for key, power in powers.items():
            before = power if begins else self._powers.get(key, power)
            spent = 0.5 * (before + power) * row["time_step"]
            self.energies[key] = self.energies.get(key, 0.0) + spent
        self._powers, self._step = powers, row["step"]

    def state(self) -> Mapping[str, Any]:
        """Return energies, last powers and the number of the step."""
        return {"energies": self.energies, "powers": self._powers, "step": self._step}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        self.energies, self._powers = dict(state["energies"]), dict(state["powers"])
        self._step = state["step"]

    def _so_far(self, key: str, _: Mapping[str, Any]) -> float:
        return self.energies.get(key, 0.0)


class DissipatedPower:
    """Output quantity: the power that each body turns into heat, field ``dissipation`` [W m-3]."""

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[CellMean]]:
        """Return the field of each body in which something is dissipated."""
        found = {}
        for name, body in cell.bodies.items():
            fields = {region: [density] for region, density in whole_density(body).items()}
            if fields:
                found[name] = [CellMean(quantity("dissipation"), fields)]
        return found


def _measures(cell: CellModel) -> Iterator[tuple[str, str, Callable[[], float]]]:
    """Yield where something is dissipated, by what, and what measures the power [W]."""
    for body in cell.bodies.values():
        for kind, densities in power_densities(body):
            forms = [compile_form(d * body.region(name), None) for name, d in densities.items()]
            yield body.name, kind, partial(_power, forms, cell)
        if slips := [compile_form(face.heat, None) for face in slipping_faces(body)]:
            yield body.name, "friction", partial(_power, slips, cell)
    for surface in cell.surfaces.values():
        for transfer in surface.parts.find(Transfer):
            yield surface.name, "transfer", _transferred(surface, transfer)


def power_densities(body: BodyModel) -> Iterator[tuple[str, dict[str, Expr]]]:
    """Yield what dissipates in a body, with its densities by region [W/m3]."""
    for solid in body.parts.find(Momentum):
        creeping = {}
        for name, region in solid.regions.items():
            s, rate = region.response.deviator, region.response.creep_rate
            if region.material.solid.flows:
                creeping[name] = ufl.sqrt(1.5 * ufl.inner(s, s)) * rate
        if creeping:
            yield "creep", creeping
    heating: dict[str, Expr] = {}
    carriers: list[Ions | Electrons] = [*body.parts.find(Ions), *body.parts.find(Electrons)]
    for part in carriers:
        for name, density in part.heating():
            heating[name] = heating.get(name, ufl.as_ufl(0.0)) + density
    if heating:
        yield "ohmic", heating


def whole_density(body: BodyModel) -> dict[str, Expr]:
    """Return what creep and conduction dissipate in a body, by region [W/m3]."""
    parts = [density for _, densities in power_densities(body) for density in densities.items()]
    regions = sorted({region for region, _ in parts})
    return {r: sum((d for at, d in parts if at == r), ufl.as_ufl(0.0)) for r in regions}


def _power(forms: Sequence[Any], cell: CellModel) -> float:
    """Return an integral over all ranks; collective."""
    return total(sum(float(fem.assemble_scalar(form)) for form in forms), cell.comm)


def _transferred(surface: SurfaceModel, transfer: Transfer) -> Callable[[], float]:
    """Return what measures the power of charge transfer and films [W]; collective."""
    means = surface.facet_means(lambda near: power_per_area(surface, transfer, near))
    return lambda: total(float(surface.areas @ means()), surface.comm)


def power_per_area(surface: SurfaceModel, transfer: Transfer, near: FacetSet) -> Expr:
    """Return what charge transfer and films turn into heat next to a region [W/m2]."""
    if near.region not in transfer.laws:
        return ufl.as_ufl(0.0)
    return transfer.i_normal.function("+") * surface.point(near.region).driving
