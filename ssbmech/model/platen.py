# SPDX-License-Identifier: BSD-3-Clause
r"""The rigid platen on one face of the stack, which presses and, unless it is glued on, lifts off.

A platen that does not pull obeys

.. math:: P \ge 0, \quad g \ge 0, \quad P g = 0

with the stack pressure P and the gap g between platen and stack. It lifts as a whole: the face
itself stays flat. As contact, this is an active set (of one member), chosen anew in each iteration
of Newton's method. Where all interfaces are open too nothing tells where the stack is in its
fixture; the platen then keeps a pull that no measurement would see, so that what floats comes to
rest at the platen.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mpi4py import MPI

import numpy as np
from dolfinx import fem

from ssbmech._compat import compile_form, constant
from ssbmech.case.fixture_steps import kept_pressure, moves_seat, set_pressure
from ssbmech.case.fixtures import Fixture, pulls
from ssbmech.case.probing import value_at
from ssbmech.case.protocol import Drive
from ssbmech.case.settings import Scales
from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel, hold
from ssbmech.model.parts.friction import slipping_faces
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure

logger = logging.getLogger(__name__)

PULL = 1e-10
"""Stiffness with which a lifted platen pulls, over that of an element of the body it pressed on: a
pascal or less for each micrometre [1]."""

WEIGHING = 1e-3
"""Stiffness that weighs pressure against lift in the choice of the set, over the same [1]."""

WEIGHT = 1e-7
"""Pressure of a platen that is asked for none, over the typical stress: a tenth of a pascal, that
of the thinnest foil. Without it every place above the stack would be one of equilibrium [1]."""

YIELDING = 1e-11
"""Stiffness that gives such a platen a place while it touches nothing, over that of an element; its
weight moves it by micrometres in a step [1]."""

ROUNDING = 1e-7
"""Pull over the typical stress that cannot be told from none [1]."""

_CARRIED = ("seated", "pressure_seat", "displacement_seat", "pressure_last")


@dataclass(eq=False)
class Platen:
    """A platen and its fixture.

    The tied degrees of freedom carry the outward normal component of the displacement along a
    positive or negative axis; `sign` turns it into the outward displacement d.

    Attributes:
        fixture: the fixture.
        closure: the platen's displacement along the axis, as a scalar unknown; when it has lifted,
            that of the face.
        area: area of the face.
        sign: +1 if the outward normal points along the axis, else -1.
        axis: the axis of the outward normal.
        element: stiffness of an element of the body under it, per area [Pa/m].
        stress: typical stress [Pa].
        drags: integrals of the force along the axis on walls along which the stack slips [N].
        seated: whether the fixture acts with its stiffness; a constant force before.
        pressure_seat: stack pressure when it seated [Pa].
        displacement_seat: outward displacement when it seated [m].
        pressure_last: stack pressure at the end of the last committed step [Pa].
        rest: outward displacement below which the platen has lifted [m]; minus infinity where its
            force is set.
        reseats: whether the present step moves the seat.
    """

    fixture: Fixture
    closure: Closure
    area: float
    sign: float
    axis: int
    element: float
    stress: float
    drags: Sequence[Any] = ()
    seated: bool = False
    pressure_seat: float = 0.0
    displacement_seat: float = 0.0
    pressure_last: float = 0.0
    rest: float = -math.inf
    reseats: bool = False
    _stiffness: float = field(default=0.0, init=False)
    _lifted: bool = field(default=False, init=False)

    @property
    def closures(self) -> list[Closure]:
        """The displacement."""
        return [self.closure]

    @property
    def displacement(self) -> float:
        """Outward displacement of the face under the platen [m]."""
        return self.sign * self.closure.value

    @property
    def stack_pressure(self) -> float:
        """Pressure of the stack on the platen, from the nodal forces, compression positive [Pa]."""
        return -self.sign * self.closure.total / self.area

    @property
    def lift(self) -> float:
        """Distance between platen and stack [m]."""
        return max(self.rest - self.displacement, 0.0)

    def load(self, drive: Drive, time: float, dt: float) -> None:
        """Set the closing equation for a step of a length [s] that ends at a time [s]."""
        fixture, self.rest = self.fixture, -math.inf
        self.reseats = moves_seat(drive, self.seated)
        self.closure.choose = _one_equation
        if fixture.travel is not None:
            self._stand_at(value_at(fixture.travel, time, "the travel of the platen", "m"))
            return
        asked = set_pressure(fixture, drive, self.seated, self.pressure_last, time, dt)
        if math.isnan(asked):
            asked = kept_pressure(fixture, self.pressure_seat, time)
        if not math.isnan(asked):
            self._push(asked)
        elif math.isinf(fixture.stiffness):
            self._stand_at(self.displacement_seat)
        else:
            self._spring(fixture.stiffness)

    def _push(self, pressure: float) -> None:
        """Set the force; a platen that is asked for none lies on the stack, next to weightless."""
        self.closure.push(self.sign * self.area * pressure)
        if pressure == 0.0:
            weight = self.sign * self.area * WEIGHT * self.stress
            stiffness = self.area * YIELDING * self.element
            self.closure.spring(stiffness, at=self.closure.previous, load=weight)

    def _stand_at(self, place: float) -> None:
        """Stand at an outward displacement [m]."""
        self.closure.prescribe(self.sign * place)
        if not pulls(self.fixture):
            self.rest, self._stiffness = place, math.inf
            self.closure.choose = self._choose

    def _spring(self, stiffness: float) -> None:
        """Act with a stiffness [Pa/m] from the seat."""
        self._press_back(stiffness)
        if not pulls(self.fixture):
            self.rest = self.displacement_seat - self.pressure_seat / stiffness
            self._stiffness = stiffness
            self.closure.choose = self._choose

    def _press_back(self, stiffness: float) -> None:
        self.closure.spring(
            self.area * stiffness,
            at=self.sign * self.displacement_seat,
            load=self.sign * self.area * self.pressure_seat,
        )

    def _choose(self) -> None:
        """Let the platen press, or lift off where it would pull."""
        ahead, rigid = self.displacement - self.rest, math.isinf(self._stiffness)
        pressure = self._stiffness * ahead
        if rigid:
            pressure = self.stack_pressure + WEIGHING * self.element * ahead
        if pressure < -ROUNDING * self.stress:
            pull = self.area * PULL * self.element
            self.closure.spring(pull, at=self.sign * self.rest, load=0.0)
        elif rigid:
            self.closure.prescribe(self.sign * self.rest)
        else:
            self._press_back(self._stiffness)

    def seat(self) -> None:
        """Remember pressure and position: from now on the fixture acts with its stiffness."""
        self.seated = True
        self.pressure_seat, self.displacement_seat = self.stack_pressure, self.displacement

    def commit(self) -> None:
        """Remember the pressure, and tell when the platen lifts off or presses again."""
        self.pressure_last = self.stack_pressure
        if self.reseats:
            self.seat()
        lifted = self.lift * WEIGHING * self.element > ROUNDING * self.stress
        if lifted is not self._lifted:
            self._lifted = lifted
            what = "lifts off the stack" if self._lifted else "presses on the stack again"
            logger.info("the platen on face %s %s", self.fixture.face, what)

    def imbalance(self, bodies: Sequence[BodyModel], system: System) -> float:
        """Return the imbalance of forces along the axis, relative [1]; collective.

        It is the platen force plus the reactions of supports and of walls along which the stack
        slips, over the platen force.
        """
        reaction = -sum(float(fem.assemble_scalar(drag)) for drag in self.drags)
        for body in bodies:
            along = body.u.fixed[body.u.fixed % body.frame.dim == self.axis]
            reaction += float(np.sum(system.raw_residual(body.u)[along]))
        reaction = system.comm.allreduce(reaction, op=MPI.SUM)
        force = self.closure.total
        return float(abs(reaction + force) / max(abs(force), 1e-3 * self.closure.reference))

    def state(self) -> dict[str, Any] | None:
        """Return where it was seated, and at which pressure."""
        return {name: getattr(self, name) for name in _CARRIED}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        for name in _CARRIED:
            setattr(self, name, state[name])


def _one_equation() -> None:
    """Leave the closing equation as it is."""


def build_platen(
    fixture: Fixture, face: str, bodies: Sequence[BodyModel], scales: Scales, comm: MPI.Intracomm
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
    form = compile_form(one * body.ds(body.mesh.faces[face]), None)
    area = float(comm.allreduce(fem.assemble_scalar(form), op=MPI.SUM))
    closure = Closure(
        name="platen",
        where="",
        unknown=body.u,
        tied=tied,
        # the displacement that makes a typical stress: else a driven platen's first full step looks
        # worse than no step at all
        scale=body.u.scale,
        reference=scales.stress * area,
    )
    stiffness = scales.stress / body.u.scale
    drags = [compile_form(face.drag(axis), None) for b in bodies for face in slipping_faces(b)]
    return Platen(fixture, closure, area, sign, axis, stiffness, scales.stress, drags)
