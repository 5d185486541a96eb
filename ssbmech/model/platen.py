# SPDX-License-Identifier: BSD-3-Clause
"""The rigid platen: one normal displacement for a whole face, closed by the fixture's law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
from dolfinx import fem

from ssbmech._compat import compile_form, constant
from ssbmech.case.case import Case
from ssbmech.case.fixtures import Fixture
from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel, hold
from ssbmech.solve.unknowns import Closure


@dataclass(eq=False)
class Platen:
    """A platen and its fixture.

    The tied degrees of freedom carry the outward normal component of the displacement along a
    positive or negative axis; `sign` turns it into the outward displacement d.

    Attributes:
        fixture: the fixture.
        closure: the platen's displacement along the axis, as a scalar unknown.
        area: area of the face.
        axis: the axis of the outward normal.
        sign: +1 if the outward normal points along the axis, else -1.
        seated: whether the fixture acts with its stiffness; a constant force before.
        pressure_seat: stack pressure when it seated [Pa].
        displacement_seat: outward displacement when it seated [m].
    """

    fixture: Fixture
    closure: Closure
    area: float
    sign: float
    axis: int
    seated: bool = False
    pressure_seat: float = 0.0
    displacement_seat: float = 0.0

    @property
    def displacement(self) -> float:
        """Outward displacement of the platen [m]."""
        return self.sign * self.closure.value

    @property
    def stack_pressure(self) -> float:
        """Pressure of the stack on the platen, from the nodal forces, compression positive [Pa]."""
        return -self.sign * self.closure.total / self.area

    def load(self, preload_fraction: float, time: float) -> None:
        """Set the closing equation for a step that ends at a time [s]."""
        c = self.closure
        if self.fixture.travel is not None:
            c.alpha, c.beta, c.target = (
                0.0,
                c.reference / c.scale,
                self.sign * self.fixture.travel(time),
            )
            return
        if not self.seated:
            c.alpha, c.beta = 1.0, 0.0
            c.load = self.sign * self.area * self.fixture.preload * preload_fraction
            return
        if math.isinf(self.fixture.stiffness):
            c.alpha, c.beta, c.target = (
                0.0,
                c.reference / c.scale,
                self.sign * self.displacement_seat,
            )
            return
        c.alpha, c.load = 1.0, self.sign * self.area * self.pressure_seat
        c.beta, c.target = self.area * self.fixture.stiffness, self.sign * self.displacement_seat

    def seat(self) -> None:
        """Remember pressure and position: from now on the fixture acts with its stiffness."""
        self.seated = True
        self.pressure_seat, self.displacement_seat = self.stack_pressure, self.displacement

    def fixture_pressure(self) -> float:
        """Return the pressure that the fixture's law gives at the present displacement [Pa]."""
        if math.isinf(self.fixture.stiffness) or not self.seated:
            return self.stack_pressure
        return self.pressure_seat + self.fixture.stiffness * (
            self.displacement - self.displacement_seat
        )


def build_platen(
    case: Case, fixture: Fixture, face: str, bodies: Sequence[BodyModel], comm: MPI.Intracomm
) -> Platen:
    """Return the platen on a face; collective.

    Raises:
        CaseError: the face belongs to more than one body, a support holds what the platen moves, or
            no support holds the cell against it.
    """
    touching = [b for b in bodies if comm.allreduce(len(b.mesh.facets(face)), op=MPI.SUM) > 0]
    if len(touching) != 1:
        names = ", ".join(b.name for b in touching) or "none"
        raise CaseError(f"the platen on face {face!r} must press on one body, not on: {names}")
    body = touching[0]
    axis, sign = body.mesh.normal_axis(face)
    if body.frame.revolves and axis == 0:
        raise CaseError(
            f"the platen on face {face!r} would move along the radius, where forces do not add up: "
            "in an axisymmetric cell a platen moves along the axis; use FacePressure or Isostatic"
        )
    dofs = hold(body.u, body.mesh, face, (axis,))
    tied = np.unique(dofs[dofs < body.u.owned]).astype(np.int32)
    if comm.allreduce(len(np.intersect1d(tied, body.u.fixed)), op=MPI.SUM) > 0:
        raise CaseError(
            f"a support holds the edge of face {face!r} along the direction in which the platen "
            "moves: use Roller instead of Clamp or NoSlip there"
        )
    against = sum(int(np.sum(b.u.fixed % b.frame.dim == axis)) for b in bodies)
    if comm.allreduce(against, op=MPI.SUM) == 0:
        raise CaseError(
            f"the platen on face {face!r} presses the cell against nothing: no support holds it "
            "along that direction; add one on the opposite face, for example Roller('bottom')"
        )
    one = constant(body.mesh.mesh, 1.0)
    form = compile_form(one * body.measure("ds")(body.mesh.faces[face]), None)
    area = float(comm.allreduce(fem.assemble_scalar(form), op=MPI.SUM))
    closure = Closure(
        key="platen",
        unknown=body.u,
        tied=tied,
        # the displacement that makes a typical stress: else a driven platen's first full step looks
        # worse than no step at all
        scale=body.u.scale,
        reference=case.scales.stress * area,
    )
    return Platen(fixture, closure, area, sign, axis)
