# SPDX-License-Identifier: BSD-3-Clause
"""Entropic coefficient of a host: how its open-circuit potential changes with the temperature.

It is measured as the slope dU/dT of the potential against lithium at a constant content; times
minus the Faraday constant it is the entropy that lithium leaves behind in the metal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ssbmech.frames import Expr
from ssbmech.materials.curve import Curve
from ssbmech.parameter import parameter, table, validate_parameters


class Entropic(Protocol):
    """Role of an entropic coefficient."""

    def slope(self, x: Expr) -> Expr:
        """Return dU/dT at a content [V/K]."""

    def numeric_slope(self, x: float) -> float:
        """Return the same as a number [V/K]."""


@dataclass(frozen=True)
class ConstantEntropy:
    """An entropic coefficient that is the same at all contents.

    Raises:
        ParameterError: it is out of its bounds.
    """

    coefficient: float = parameter("V/K", low=-0.01, high=0.01, doc="entropic coefficient dU/dT")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def slope(self, x: Expr) -> Expr:
        """Return the coefficient [V/K]."""
        return self.coefficient

    def numeric_slope(self, x: float) -> float:
        """Return the coefficient [V/K]."""
        return self.coefficient


@dataclass(frozen=True)
class TableEntropy:
    """A tabulated entropic coefficient.

    Raises:
        ParameterError: a value is out of its bounds; a table in millivolts per kelvin would be.
    """

    curve: Curve = table(
        "V/K", low=-0.01, high=0.01, doc="entropic coefficient dU/dT against content"
    )

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def slope(self, x: Expr) -> Expr:
        """Return the interpolated coefficient [V/K]."""
        return self.curve.value(x)

    def numeric_slope(self, x: float) -> float:
        """Return the interpolated coefficient as a number [V/K]."""
        return float(self.curve.numeric(x))


@dataclass(frozen=True)
class NoEntropy:
    """A potential that is taken as the same at all temperatures."""

    def slope(self, x: Expr) -> Expr:
        """Return zero."""
        return 0.0

    def numeric_slope(self, x: float) -> float:
        """Return zero."""
        return 0.0
