# SPDX-License-Identifier: BSD-3-Clause
"""What holds the stack: a rigid platen closed by the fixture's law, a fluid, or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mpi4py import MPI

import numpy as np
from dolfinx import fem

from ssbmech._compat import compile_form, constant
from ssbmech.case.fixtures import Fixture
from ssbmech.case.settings import Scales
from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel, hold
from ssbmech.model.conditions import Conditions, Number
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure


class Holder(Protocol):
    """Role of what holds the stack."""

    @property
    def closures(self) -> list[Closure]:
        """Its scalar unknowns."""

    @property
    def stack_pressure(self) -> float:
        """Pressure on the stack, compression positive [Pa]."""

    def load(self, preload_fraction: float, time: float) -> None:
        """Prepare a step that ends at a time [s]."""

    def seat(self) -> None:
        """Act with the fixture's stiffness from now on."""

    def imbalance(self, bodies: Sequence[BodyModel], system: System) -> float:
        """Return the imbalance of forces, relative [1], nan where it has no measure; collective."""

    def state(self) -> dict[str, Any] | None:
        """Return what it carries from step to step, as plain data."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""


@dataclass(eq=False)
class Unheld:
    """A stack that nothing holds but its supports and loads."""

    @property
    def closures(self) -> list[Closure]:
        """None."""
        return []

    @property
    def stack_pressure(self) -> float:
        """Zero [Pa]."""
        return 0.0

    def load(self, preload_fraction: float, time: float) -> None:
        """Do nothing."""

    def seat(self) -> None:
        """Do nothing."""

    def imbalance(self, bodies: Sequence[BodyModel], system: System) -> float:
        """Return nan: loads have no resultant that could be measured twice."""
        return math.nan

    def state(self) -> dict[str, Any] | None:
        """Return nothing."""
        return None

    def restore(self, state: Mapping[str, Any]) -> None:
        """Do nothing."""


@dataclass(eq=False)
class Fluid(Unheld):
    """A gas or liquid around the stack.

    Attributes:
        pressure: its pressure, set anew for each step [Pa].
    """

    pressure: Number

    @property
    def stack_pressure(self) -> float:
        """Pressure of the fluid [Pa]."""
        return self.pressure.value


def fluids(fixture: Fixture | None, conditions: Conditions) -> list[Fluid]:
    """Return the fluid of an isostatic fixture; none of any other."""
    if fixture is None or fixture.face:
        return []
    return [Fluid(conditions.number(lambda _, drive: fixture.preload * drive.preload_fraction))]


_CARRIED = ("seated", "pressure_seat", "displacement_seat")


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
    def closures(self) -> list[Closure]:
        """The displacement."""
        return [self.closure]

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
        c, stiffness = self.closure, self.fixture.stiffness
        if self.fixture.travel is not None:
            c.prescribe(self.sign * self.fixture.travel(time))
        elif not self.seated:
            c.push(self.sign * self.area * self.fixture.preload * preload_fraction)
        elif math.isinf(stiffness):
            c.prescribe(self.sign * self.displacement_seat)
        else:
            c.spring(
                self.area * stiffness,
                at=self.sign * self.displacement_seat,
                load=self.sign * self.area * self.pressure_seat,
            )

    def seat(self) -> None:
        """Remember pressure and position: from now on the fixture acts with its stiffness."""
        self.seated = True
        self.pressure_seat, self.displacement_seat = self.stack_pressure, self.displacement

    def imbalance(self, bodies: Sequence[BodyModel], system: System) -> float:
        """Return the imbalance of forces along the axis, relative [1]; collective.

        It is the platen force plus the support reactions, over the platen force.
        """
        reaction = 0.0
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

    def fixture_pressure(self) -> float:
        """Return the pressure that the fixture's law gives at the present displacement [Pa]."""
        if math.isinf(self.fixture.stiffness) or not self.seated:
            return self.stack_pressure
        return self.pressure_seat + self.fixture.stiffness * (
            self.displacement - self.displacement_seat
        )


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
    return Platen(fixture, closure, area, sign, axis)
