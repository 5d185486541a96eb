# SPDX-License-Identifier: BSD-3-Clause
"""Damage of a body as a field of its own, solved with the displacement."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from ssbmech._compat import (
    compile_expression,
    compile_form,
    constant,
    element_points,
    vertex_rule,
)
from ssbmech.errors import CaseError, CaseWarning
from ssbmech.forms import phase_field as forms
from ssbmech.frames import WeightedMeasure, energy_unit
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.phase_field import PhaseFieldLaw
from ssbmech.memory import StateVariable
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import symbolic
from ssbmech.model.given import given_values
from ssbmech.model.history import RegionHistory
from ssbmech.model.outputs import (
    Array,
    Arrays,
    Output,
    PointField,
    Scalar,
    largest,
    owned_nodes,
    total,
)
from ssbmech.model.part import Memory, Part, Term
from ssbmech.model.parts.momentum import Momentum
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Unknown

CELLS: Final = 0.72
"""Longest edge of cells in which a crack may run, over its length [1]: squares of half of it,
cut in two."""

GRIP: Final = 100.0
"""Weight of damage against what its bounds do, over G_c / l [1]. It changes no result: from 100 to
1e5 those of a crack that runs are the same to 1e-14. With 1 and 10 Newton's method swings between
places that are held and not, and finds none."""

BROKEN: Final = 0.9
"""Damage above which a place counts as cracked [1]."""

_HELD: Final = StateVariable("delay_energy", "J m-3", initial=0.0, in_files=False)


class Damage(Part):
    """Damage of a body: what it takes of the stress, what it costs, and that it never heals.

    Attributes:
        body: the body.
        law: the law.
        damage: the field [1].
        bound: what the bounds do to it [Pa].
    """

    def __init__(self, body: BodyModel, law: PhaseFieldLaw) -> None:
        """Add damage and its bound, and soften the regions of the body; collective."""
        self.body, self.law = body, law
        mesh = body.mesh.mesh
        space = fem.functionspace(mesh, ("Lagrange", 1))
        self._typical = law.toughness / law.length
        name = body.name
        self.damage = Unknown("damage", name, fem.Function(space, name="damage"), 1.0)
        self.bound = Unknown("damage_bound", name, fem.Function(space), self._typical)
        self._numbers = symbolic(law, mesh)
        self._begin_cracked()
        self._vertices = _vertex_measure(body)
        self.kept = forms.kept(self.damage.function, self._numbers.kept)
        solid = body.parts.get(Momentum, f"body {name!r} has no momentum balance")
        self._split = {
            region: self._soften(solid, region)
            for region in solid.regions
            if region not in law.unbroken
        }
        self._change = self.damage.function - self.damage.past
        self._viscosity = self._numbers.toughness / self._numbers.length * self._numbers.delay
        self._delayed = self._delay_memory()
        self._fine = fem.Function(fem.functionspace(mesh, ("Lagrange", _degree(body))))
        self._energies = self._compiled()
        self._coarse = _coarse_cells(self)

    def _begin_cracked(self) -> None:
        """Set the damage of the start; collective."""
        flaw = self.law.flaw
        if flaw is not None:
            space = self.damage.function.function_space
            where = f"PhaseField.flaw in body {self.body.name!r}"
            x, comm = space.tabulate_dof_coordinates().T, space.mesh.comm

            def cracked(x: Array) -> Array:
                return np.asarray(flaw(x), dtype=np.float64)

            at_start = given_values(cracked, x, 1, comm, where, "1")[0] > 0.5
            self.damage.function.x.array[:] = at_start
            if not comm.allreduce(bool(at_start.any()), op=MPI.LOR):
                warnings.warn(
                    f"{where} is true at no node: the flaw lies outside of the body, or is "
                    "narrower than a cell, so that nothing is cracked at the start",
                    CaseWarning,
                    stacklevel=2,
                )
        self.damage.start_here()
        # Newton's method begins with all places held where they are: what is free without load has
        # nothing that resists damage
        self.bound.function.x.array[:] = self._typical / self.law.model.normalisation
        self.bound.start_here()

    def _of_whole(self, solid: Momentum, name: str) -> forms.SplitEnergy:
        """Return the energy of a region that nothing has softened."""
        region, mesh = solid.regions[name], self.body.mesh.mesh
        whole = elastic_solid(self.body, name)
        return forms.SplitEnergy(
            region.response.deviator,
            symbolic(whole, mesh).shear,
            region.response.bulk,
            region.volume_strain,
            constant(mesh, self.law.split.firmness(whole)),
        )

    def _soften(self, solid: Momentum, name: str) -> forms.SplitEnergy:
        """Let damage take its part of the stress of a region, and return its energy."""
        energy = self._of_whole(solid, name)
        solid.soften(name, self.kept * energy.deviator, energy.bulk_at(self.kept))
        return energy

    def _delay_memory(self) -> dict[str, RegionHistory]:
        """Return what the delay has turned into heat so far, by region; collective."""
        body, name = self.body, _HELD.name
        mesh, found = body.mesh.mesh, {}
        dt = body.setting.conditions.dt.on(mesh)
        # what does not crack is damaged too, beside what does
        for region in body.case_body.materials if self.law.delay > 0.0 else ():
            history = RegionHistory.start(
                f"delay {region}", {name: _HELD}, mesh, body.frame, body.cells(region),
                body.quadrature_degree,
            )  # fmt: skip
            spent = history.committed[name] + self._viscosity * self._change**2 / dt
            history.follow({name: spent})
            found[region] = history
        return found

    def _compiled(self) -> dict[str, list[fem.Form]]:
        """Return what measures the energies; collective."""
        body, model = self.body, self.law.model
        alpha, numbers = self.damage.function, self._numbers
        surface = forms.surface_energy(
            model.cost(alpha), ufl.grad(alpha), numbers.toughness, numbers.length,
            model.normalisation,
        )  # fmt: skip
        stored = [
            (self.kept * energy.taken + energy.left) * body.region(region)
            for region, energy in self._split.items()
        ]
        solid = body.parts.get(Momentum, f"body {body.name!r} has no momentum balance")
        for region in self.law.unbroken:
            if isinstance(body.case_body.materials[region].solid, Elastic):
                whole = self._of_whole(solid, region)
                stored.append((whole.taken + whole.left) * body.region(region))
        return {
            "fracture_energy": [compile_form(surface * body.dx, None)],
            "strain_energy": [compile_form(form, None) for form in stored],
        }

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """Damage, and what its bounds do to it."""
        return (self.damage, self.bound)

    @property
    def memory(self) -> Sequence[Memory]:
        """What the delay has turned into heat."""
        return list(self._delayed.values())

    def terms(self) -> Iterator[Term]:
        """Yield the balance of damage, and its bounds."""
        body, numbers, key = self.body, self._numbers, self.damage.key
        e, alpha, scale = body.test(self.damage), self.damage.function, self.law.model.normalisation
        dt = body.setting.conditions.dt.on(body.mesh.mesh)
        for region, energy in self._split.items():
            yield key, forms.driving_term(alpha, energy.taken, e, body.region(region))
        cost = self.law.model.slope(alpha)
        dx, length = body.dx, numbers.length
        yield key, forms.surface_term(alpha, cost, e, numbers.toughness / scale, length, dx)
        yield key, forms.delay_term(self._viscosity, self._change, dt, e, dx)
        force, vertices = self.bound.function, self._vertices
        yield key, forms.bound_term(force, e, vertices)
        stiffness = constant(body.mesh.mesh, GRIP * self._typical)
        q = body.test(self.bound)
        bounds = forms.bounds_term(force, self._change, 1 - alpha, stiffness, q, vertices)
        yield self.bound.key, bounds

    def sizes(self) -> Iterator[Term]:
        """Yield the cost of damage."""
        typical = constant(self.body.mesh.mesh, self._typical)
        yield self.damage.key, typical * self.body.test(self.damage) * self.body.dx
        yield self.bound.key, typical * self.body.test(self.bound) * self._vertices

    def outputs(self) -> Sequence[Output]:
        """Return the damage as a field, its largest value, and the energies."""
        name, unit = self.body.name, energy_unit(self.body.frame)

        def shown() -> Array:
            self._fine.interpolate(self.damage.function)
            return owned_nodes(self._fine)

        columns = [
            Scalar(quantity(kind), partial(self._energy, kind), name, unit)
            for kind in (*self._energies, *(["delay_energy"] if self._delayed else []))
        ]
        return [
            PointField(quantity("crack_field"), shown, shown),
            Scalar(quantity("crack_field_max"), self._most, name),
            *columns,
        ]

    def _most(self, arrays: Arrays) -> float:
        """Return the largest damage [1]; collective."""
        return largest(self.damage.function.x.array[: self.damage.owned], self.body.mesh.mesh.comm)

    def _energy(self, kind: str, arrays: Arrays) -> float:
        """Return an energy of the body [J]; collective."""
        body, count = self.body, self.body.owned_cells
        own = sum(fem.assemble_scalar(form) for form in self._energies.get(kind, ()))
        if kind not in self._energies:
            histories = self._delayed.values()
            own = sum(float(h.means(_HELD.name, count) @ body.volumes) for h in histories)
        return total(float(own), body.mesh.mesh.comm)

    def commit(self) -> None:
        """Warn once where a crack has come to cells that are too coarse for it; collective."""
        comm = self.body.mesh.mesh.comm
        if self._coarse.size == 0 and comm.size == 1:
            return
        if largest(self.damage.function.x.array[self._coarse], comm) > BROKEN:
            self._coarse = self._coarse[:0]
            warnings.warn(
                f"body {self.body.name!r}: a crack has come to cells longer than {CELLS:g} of "
                f"PhaseField.length = {self.law.length:g} m, where it costs too much and goes "
                "along their edges: mesh it finer there",
                CaseWarning,
                stacklevel=2,
            )


def elastic_solid(body: BodyModel, region: str) -> Elastic:
    """Return the solid law of a region that may crack.

    Raises:
        CaseError: it is another than linear elasticity.
    """
    solid = body.case_body.materials[region].solid
    if not isinstance(solid, Elastic):
        raise CaseError(
            f"PhaseField: region {region!r} of body {body.name!r} is {type(solid).__name__}, and "
            "only Elastic solids crack: a body that creeps or yields would spend its energy twice; "
            "name the region in PhaseField.unbroken, or make it a body of its own"
        )
    return solid


def _vertex_measure(body: BodyModel) -> WeightedMeasure:
    """Return the measure that takes integrands at vertices; collective.

    Cells count by the weight of their midpoints, for that of a vertex on an axis is zero.
    """
    mesh = body.mesh.mesh
    rule = vertex_rule(mesh.topology.dim)
    weight = fem.Function(fem.functionspace(mesh, ("DG", 0)))
    space = weight.function_space
    found = constant(mesh, 1.0) * body.frame.weight(ufl.SpatialCoordinate(mesh))
    weight.interpolate(compile_expression(found, element_points(space)))
    return WeightedMeasure(body.dx.measure.reconstruct(metadata=rule), weight)


def _coarse_cells(part: Damage) -> npt.NDArray[np.int32]:
    """Return the local nodes of damage at cells that are too coarse for a crack; collective.

    Raises:
        CaseError: all cells are.
    """
    body, law, mesh = part.body, part.law, part.body.mesh.mesh
    cells = np.concatenate(
        [body.cells(r) for r in body.case_body.materials if r not in law.unbroken]
    )
    sizes = mesh.h(mesh.topology.dim, cells)
    finest = -largest(-sizes, mesh.comm)
    if finest > CELLS * law.length:
        raise CaseError(
            f"PhaseField: the finest cells of body {body.name!r} are {finest:.3g} m long; a crack "
            f"smeared over {law.length:.3g} m takes cells of half of that, across "
            f"{CELLS * law.length:.3g} m, where it may go"
        )
    coarse = cells[sizes > CELLS * law.length]
    nodes = part.damage.function.function_space.dofmap.list[coarse]
    return np.asarray(np.unique(nodes), dtype=np.int32)


def _degree(body: BodyModel) -> int:
    """Return the degree of a body's displacement [1]."""
    return body.setting.discretisation.degree
