# SPDX-License-Identifier: BSD-3-Clause
"""Ions of an electrolyte: the ionic potential and Ohm's law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import ufl
from dolfinx import fem, la

from ssbmech._compat import constant
from ssbmech.forms import charge
from ssbmech.frames import Expr
from ssbmech.materials.transport import Conductor, DensityDependent
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import symbolic
from ssbmech.model.given import given_expression
from ssbmech.model.outputs import CellMean, Output, PointField, owned_nodes
from ssbmech.model.part import Part, Term
from ssbmech.model.parts.momentum import Momentum
from ssbmech.model.preconditioning import elliptic
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.field_roles import Role
from ssbmech.solve.unknowns import Unknown


def potential(body: BodyModel, name: str) -> Unknown:
    """Return a potential of a body as an unknown; collective."""
    degree, scale = body.setting.discretisation.degree, body.setting.scales.potential
    space = fem.functionspace(body.mesh.mesh, ("Lagrange", degree))
    return Unknown(name, body.name, fem.Function(space, name=name), scale)


def current_size(body: BodyModel, phi: Unknown) -> tuple[str, Any]:
    """Return the size of a current balance: that of a typical current over the body's faces."""
    current = constant(body.mesh.mesh, body.setting.scales.current)
    return phi.key, current * body.test(phi) * body.ds


class Ions(Part):
    """Charge balance of an electrolyte: div(-kappa grad phi_e) = source.

    Attributes:
        phi_e: ionic potential [V].
    """

    def __init__(self, body: BodyModel) -> None:
        """Add the potential, and hold it where no region conducts; collective."""
        self.body, self.phi_e = body, potential(body, "phi_e")
        self._conductors = {
            name: material.conductor
            for name, material in body.case_body.materials.items()
            if material.conductor is not None
        }
        self._hold_idle()

    def _hold_idle(self) -> None:
        """Hold the potential at the nodes that no conducting region reaches; collective."""
        dofmap = self.phi_e.function.function_space.dofmap
        reached = la.vector(dofmap.index_map, 1)
        reached.array[:] = 0.0
        for name in self._conductors:
            reached.array[dofmap.list[self.body.cells(name)].ravel()] = 1.0
        reached.scatter_reverse(la.InsertMode.add)
        idle = np.flatnonzero(reached.array[: self.phi_e.owned] == 0.0)
        self.phi_e.fix(idle.astype(np.int32))

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The ionic potential."""
        return (self.phi_e,)

    def terms(self) -> Iterator[Term]:
        """Yield Ohm's law of the conducting regions, and the sources."""
        body, phi_e = self.body, self.phi_e
        mesh, w = body.mesh.mesh, body.test(phi_e)
        for name in self._conductors:
            kappa = self._conductivity(name)
            yield phi_e.key, charge.ohmic_term(kappa, phi_e.function, w, body.region(name))
        for source in body.setting.loads.ion_sources:
            if source.body == body.name:
                where = f"IonSource.density in body {body.name!r}"
                density = given_expression(source.density, mesh, (), where, "A/m3")
                yield phi_e.key, charge.ion_source_term(density, w, body.dx)

    def _conductivity(self, name: str) -> Expr:
        """Return the conductivity of a region that conducts at the end of the step [S/m]."""
        body = self.body
        mesh = body.mesh.mesh
        temperature = body.setting.conditions.temperature.on(mesh)
        law: Conductor = symbolic(self._conductors[name], mesh)
        if not isinstance(law, DensityDependent):
            return law.kappa_e(temperature)
        solid = body.parts.get(Momentum, "a conductor with pores needs a solid").regions[name]
        return law.kappa_at(temperature, solid.density)

    def roles(self) -> Sequence[Role]:
        """Say that the potential is that of an elliptic equation; collective."""
        return (elliptic(self.body, self.phi_e),)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical current."""
        yield current_size(self.body, self.phi_e)

    def outputs(self) -> Sequence[Output]:
        """Return the potential and the current density."""
        return (
            PointField(quantity("phi_e"), lambda: owned_nodes(self.phi_e.function)),
            CellMean(quantity("current_density"), dict(self._currents())),
        )

    def heating(self) -> Iterator[tuple[str, Expr]]:
        """Yield the power kappa |grad phi_e|^2 of each region that conducts [W/m3]."""
        slope = ufl.grad(self.phi_e.function)
        for name in self._conductors:
            yield name, self._conductivity(name) * ufl.inner(slope, slope)

    def _currents(self) -> Iterator[tuple[str, list[Expr]]]:
        """Yield the current density -kappa grad phi_e of each region that conducts [A/m2]."""
        slope = ufl.grad(self.phi_e.function)
        for name in self._conductors:
            kappa = self._conductivity(name)
            flow = [-kappa * slope[axis] for axis in range(self.body.frame.dim)]
            yield name, [*flow, ufl.as_ufl(0.0)][:3]
