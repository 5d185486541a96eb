# SPDX-License-Identifier: BSD-3-Clause
"""Fixtures: what holds the stack together.

A rigid platen closes the stack at one face. Its displacement d along the outward normal is a global
unknown, and the fixture's law closes the system with one equation between d and the stack pressure
P (compression positive):

.. math:: P = P_{seat} + k (d - d_{seat})

The seat is the state at the end of preloading, during which every fixture acts as a constant force.
Fixtures in series add their compliances: :math:`1/k = 1/k_{spring} + C_{frame}`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ssbmech.parameter import parameter, validate_parameters


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
        travel: None: the platen is not driven.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    preload: float = parameter("Pa", low=0.0, doc="stack pressure after assembly")
    spring_stiffness: float = parameter(
        "Pa/m", low=0.0, low_open=True, doc="spring stiffness per area"
    )
    frame_compliance: float = parameter(
        "m/Pa", low=0.0, default=0.0, doc="compliance times area of the frame"
    )
    face: str = "top"
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

    preload: float = parameter("Pa", low=0.0, doc="stack pressure")
    face: str = "top"
    stiffness: ClassVar[float] = 0.0
    travel: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True)
class FixedGap:
    """Screws or a rigid box: the platen stays where the preload left it.

    Only the compliance of the frame lets it move.

    Attributes:
        face: face that the platen closes.
        travel: None: the platen is not driven.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    preload: float = parameter("Pa", low=0.0, doc="stack pressure after assembly")
    frame_compliance: float = parameter(
        "m/Pa", low=0.0, default=0.0, doc="compliance times area of the frame"
    )
    face: str = "top"
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

    preload: float = parameter("Pa", low=0.0, doc="fluid pressure")
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
        preload: zero, not used [Pa].
        stiffness: infinite [Pa/m].
    """

    travel: Callable[[float], float]
    face: str = "top"
    preload: ClassVar[float] = 0.0
    stiffness: ClassVar[float] = math.inf

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
