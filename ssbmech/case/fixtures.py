# SPDX-License-Identifier: BSD-3-Clause
r"""Fixtures: what holds the stack together.

A rigid platen closes the stack at one face. Its displacement d along the outward normal is a global
unknown, and the fixture's law closes the system with one equation between d and the stack pressure
P (compression positive):

.. math:: P = P_{seat} + k (d - d_{seat})

The seat is the state at the end of preloading, during which every fixture acts as a constant force.
Fixtures in series add their compliances: :math:`1/k = 1/k_{spring} + C_{frame}`.

A platen lies on the stack and presses; it does not pull. Where the law of a spring, a frame or a
rigid stop would give a negative pressure, the platen lifts off as a whole instead,

.. math:: P \ge 0, \quad g \ge 0, \quad P g = 0

with the gap g between platen and stack, unless it is glued on (`pulls`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from ssbmech.case.declared import in_pascal
from ssbmech.case.probing import value_at
from ssbmech.errors import CaseError
from ssbmech.parameter import STATED_IF_GIVEN, parameter, validate_parameters
from ssbmech.plausible import LEAST_SPRING, SPRING_HINT


class Fixture(Protocol):
    """Role of a fixture."""

    @property
    def face(self) -> str | None:
        """Face that the rigid platen closes; None if there is no platen."""

    @property
    def preload(self) -> float:
        """Stack pressure at the end of preloading [Pa]."""

    @property
    def stiffness(self) -> float:
        """Stiffness per area seen by the stack after seating; infinite for a rigid stop [Pa/m]."""

    @property
    def travel(self) -> Callable[[float], float] | None:
        """Prescribed outward platen displacement [m] against time [s], if the platen is driven."""


def pulls(fixture: Fixture) -> bool:
    """Return whether the platen of a fixture is glued to the stack, so that it may pull."""
    return bool(getattr(fixture, "pulls", False))


def own_pressure(fixture: Fixture, time: float) -> float:
    """Return the stack pressure that a fixture's own force makes at a time [Pa].

    Raises:
        CaseError: its course fails, or gives something else than a pressure of zero or more.
    """
    course: Callable[[float], float] | None = getattr(fixture, "course", None)
    if course is None:
        return fixture.preload
    where = f"{type(fixture).__name__}.course"
    pressure = value_at(course, time, where, "Pa")
    if pressure < 0.0:
        raise CaseError(
            f"{where} at t = {time:g} s is {pressure:g} Pa: expected zero or more, for a piston "
            "presses and does not pull; pressure counts positive"
        )
    return pressure


def _series(stiffness: float, frame_compliance: float) -> float:
    """Return the stiffness of a spring and a frame in series [Pa/m]."""
    compliance = 1 / stiffness + frame_compliance
    return math.inf if compliance == 0.0 else 1 / compliance


@dataclass(frozen=True)
class Spring:
    r"""Spring casing, with the frame's compliance in series.

    .. math:: P = P_{seat} + k (d - d_{seat}), \quad 1 / k = 1 / k_{spring} + C_{frame}

    Attributes:
        face: face that the platen closes.
        pulls: whether the platen is glued to the stack; else it lifts off where it would pull.
        travel: None: the platen is not driven.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    preload: float = in_pascal("stack pressure after assembly")
    spring_stiffness: float = parameter(
        "Pa/m",
        low=LEAST_SPRING,
        high=1e20,
        hint=SPRING_HINT,
        doc="spring stiffness per area",
    )
    frame_compliance: float = parameter(
        "m/Pa", low=0.0, default=0.0, doc="compliance times area of the frame"
    )
    face: str = "top"
    pulls: bool = field(default=False, metadata=STATED_IF_GIVEN)
    travel: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def stiffness(self) -> float:
        """Series stiffness [Pa/m]."""
        return _series(self.spring_stiffness, self.frame_compliance)


@dataclass(frozen=True)
class ConstantForce:
    """Dead weight or a regulated piston: P = P0 whatever the stack does.

    A frame in series changes nothing.

    Attributes:
        face: face that the platen closes.
        stiffness: zero [Pa/m].
        travel: None: the platen is not driven.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    preload: float = in_pascal("stack pressure")
    face: str = "top"
    stiffness: ClassVar[float] = 0.0
    travel: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True)
class RegulatedForce:
    """A regulated piston whose pressure follows a course in time: P = P(t) whatever the stack does.

    A `Preload` scales it with its fraction.

    Attributes:
        course: stack pressure [Pa], not negative, against time since the start of the run [s]. Time
            steps land on the times in an attribute `break_points` of it, if it has one.
        face: face that the platen closes.
        stiffness: zero [Pa/m].
        travel: None: the platen is not driven.

    Raises:
        ParameterError: the course is no function.
        CaseError: it gives no pressure at the start.
    """

    course: Callable[[float], float]
    face: str = "top"
    stiffness: ClassVar[float] = 0.0
    travel: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
        own_pressure(self, 0.0)

    @property
    def preload(self) -> float:
        """Stack pressure at the start [Pa]."""
        return own_pressure(self, 0.0)


@dataclass(frozen=True)
class FixedGap:
    """Screws or a rigid box: the platen stays where the preload left it.

    Only the compliance of the frame lets it move.

    Attributes:
        face: face that the platen closes.
        pulls: whether the platen is glued to the stack; else it lifts off where it would pull.
        travel: None: the platen is not driven.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    preload: float = in_pascal("stack pressure after assembly")
    frame_compliance: float = parameter(
        "m/Pa", low=0.0, default=0.0, doc="compliance times area of the frame"
    )
    face: str = "top"
    pulls: bool = field(default=False, metadata=STATED_IF_GIVEN)
    travel: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def stiffness(self) -> float:
        """Stiffness of the frame [Pa/m]."""
        return _series(math.inf, self.frame_compliance)


@dataclass(frozen=True)
class Isostatic:
    """Gas or liquid pressure on every outer face that no support holds; there is no platen.

    Attributes:
        face: None: there is no platen.
        stiffness: zero [Pa/m].
        travel: None: there is no platen.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    preload: float = in_pascal("fluid pressure")
    face: ClassVar[None] = None
    stiffness: ClassVar[float] = 0.0
    travel: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True)
class DrivenPlaten:
    """Testing machine: the platen follows a prescribed displacement.

    Attributes:
        travel: outward displacement [m] against time [s]; inward (compression) is negative.
        face: face that the platen closes.
        pulls: whether the stack is fixed to the machine, as in a test in tension and compression;
            if not, the platen leaves the stack where it would pull.
        preload: zero, not used [Pa].
        stiffness: infinite [Pa/m].
    """

    travel: Callable[[float], float]
    face: str = "top"
    pulls: bool = True
    preload: ClassVar[float] = 0.0
    stiffness: ClassVar[float] = math.inf

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
        value_at(self.travel, 0.0, "DrivenPlaten.travel", "m")
