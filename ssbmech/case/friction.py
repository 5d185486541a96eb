# SPDX-License-Identifier: BSD-3-Clause
"""Walls along which a body slips: shear against the speed, on an outer face that is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ssbmech.frames import Expr
from ssbmech.parameter import parameter, validate_parameters

SMOOTH = 1e-4
"""Speed over that of a law below which the shear of a power of it is linear [1]."""


class SlipLaw(Protocol):
    """Role of a law of the shear between a body and a wall along which it slips."""

    def resistance(self, square: Expr) -> Expr:
        """Return the shear over the speed [Pa s/m].

        Args:
            square: square of the speed along the wall [m2/s2].
        """


@dataclass(frozen=True)
class PowerSlip:
    r"""A shear that goes with a power of the speed.

    .. math:: \tau = \tau_0 \left( \frac{v}{v_0} \right)^{1/m}

    With m = 1 it is Navier's law. Below :math:`10^{-4} v_0` it is linear, for its slope has no
    bound at rest.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    stress: float = parameter("Pa", low=0.0, low_open=True, doc="shear at the speed")
    speed: float = parameter("m/s", low=0.0, low_open=True, doc="speed at which it is that")
    exponent: float = parameter("1", low=1.0, high=100.0, default=1.0, doc="exponent m")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def resistance(self, square: Expr) -> Expr:
        """Return the shear over the speed."""
        power = 0.5 * (1 / self.exponent - 1)
        return self.stress / self.speed * (square / self.speed**2 + SMOOTH**2) ** power


@dataclass(frozen=True)
class FaceFriction:
    """Shear that an outer face meets as it slips along a rigid wall, which a `Roller` stands for.

    Attributes:
        face: name of the face.
        law: shear against the speed.
    """

    face: str
    law: SlipLaw

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
