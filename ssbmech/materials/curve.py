# SPDX-License-Identifier: BSD-3-Clause
"""A smooth curve through tabulated points that keeps their monotony.

The piecewise cubic of Fritsch and Butland (PCHIP) has a continuous slope and never overshoots its
points; outside the table it goes on linearly with the slope of its end. In UFL the piece is chosen
by conditionals between constants, so that only one cubic is evaluated, and differentiation gives
the exact derivative at every point, knots and ends included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import ufl
from scipy.interpolate import PchipInterpolator

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.kind_words import shown
from ssbmech.parameter import validate_parameters
from ssbmech.units import to_si

FEWEST_POINTS: Final = 3
"""Least number of points of a curve: the slope at an end comes from three of them."""

FLAT: Final = 1e-9
"""Slope, relative to the mean slope of a curve, below which an end counts as flat [1]."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Pieces:
    """The cubics of a curve, from the linear continuation on the left to that on the right.

    The abscissae of the points part them.

    Attributes:
        origins: abscissa from which each piece measures.
        coefficients: rows of the powers 3, 2, 1, 0; one column per piece.
    """

    origins: Floats
    coefficients: Floats


@dataclass(frozen=True)
class Curve:
    """A curve y(x) through points, monotone wherever they are.

    Attributes:
        x: Abscissae, strictly increasing.
        y: Ordinates, in SI.

    Raises:
        ParameterError: A value is no finite plain number, there are fewer than three points, the
            lengths differ, or the abscissae do not increase.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __post_init__(self) -> None:
        """Turn the points into tuples of floats and check them."""
        for name in ("x", "y"):
            object.__setattr__(self, name, _floats(getattr(self, name), name))
        validate_parameters(self)
        if len(self.x) != len(self.y):
            raise ParameterError(
                f"Curve: {len(self.x)} values of x and {len(self.y)} of y: expected as many"
            )
        if len(self.x) < FEWEST_POINTS:
            raise ParameterError(f"Curve: {len(self.x)} points: expected at least {FEWEST_POINTS}")
        for left, right in pairwise(self.x):
            if not left < right:
                raise ParameterError(
                    f"Curve: x = {right:g} follows x = {left:g}: expected x to increase strictly"
                )

    @property
    def low(self) -> float:
        """First abscissa."""
        return self.x[0]

    @property
    def high(self) -> float:
        """Last abscissa."""
        return self.x[-1]

    def summary(self) -> str:
        """Return number of points and ranges in a few words."""
        return (
            f"{len(self.x)} points, x {self.low:g} to {self.high:g}, "
            f"values {min(self.y):g} to {max(self.y):g}"
        )

    def value(self, x: Expr) -> Expr:
        """Return y at x."""
        return _cubic(*self._local(x))

    def slope(self, x: Expr) -> Expr:
        """Return dy/dx at x."""
        a, b, c, _, t = self._local(x)
        return (3 * a * t + 2 * b) * t + c

    def numeric(self, x: npt.ArrayLike) -> Floats:
        """Return y at numbers x."""
        pieces = _pieces(self.x, self.y)
        place = np.asarray(x, dtype=np.float64)
        piece = np.searchsorted(self.x, place, side="right")
        a, b, c, d = pieces.coefficients[:, piece]
        return np.asarray(_cubic(a, b, c, d, place - pieces.origins[piece]))

    def numeric_slope(self, x: npt.ArrayLike) -> Floats:
        """Return dy/dx at numbers x."""
        pieces = _pieces(self.x, self.y)
        place = np.asarray(x, dtype=np.float64)
        piece = np.searchsorted(self.x, place, side="right")
        a, b, c, _ = pieces.coefficients[:, piece]
        t = place - pieces.origins[piece]
        return np.asarray((3 * a * t + 2 * b) * t + c)

    def end_slopes(self) -> tuple[float, float]:
        """Return dy/dx at the first and the last point, with which the curve goes on outside."""
        slopes = _pieces(self.x, self.y).coefficients[2]
        return float(slopes[0]), float(slopes[-1])

    def _local(self, x: Expr) -> tuple[Expr, Expr, Expr, Expr, Expr]:
        """Return the coefficients at x, highest power first, and the distance from their origin."""
        pieces = _pieces(self.x, self.y)
        a, b, c, d = (_choice(x, self.x, tuple(row)) for row in pieces.coefficients)
        return a, b, c, d, x - _choice(x, self.x, tuple(pieces.origins))


def first_rise(curve: Curve) -> str:
    """Return where a curve first fails to decrease strictly, in words; "" if nowhere.

    Flat ends count, for the continuation beyond them would be flat; what rounding leaves of a slope
    is none.
    """
    for (x_0, y_0), (x_1, y_1) in pairwise(zip(curve.x, curve.y, strict=True)):
        if not y_1 < y_0:
            return f"y = {y_0:g} at x = {x_0:g} is followed by y = {y_1:g} at x = {x_1:g}"
    least = FLAT * (curve.y[-1] - curve.y[0]) / (curve.high - curve.low)
    for end, slope in zip((curve.low, curve.high), curve.end_slopes(), strict=True):
        if not slope < least:
            return f"the curve is flat at its end x = {end:g}, where it bends too sharply"
    return ""


def _floats(values: Iterable[float], name: str) -> tuple[float, ...]:
    try:
        listed = list(values)
    except TypeError as failure:
        raise ParameterError(
            f"Curve.{name} = {shown(values)} is no sequence of numbers"
        ) from failure
    return tuple(to_si(value, "1", f"Curve.{name}[{i}]") for i, value in enumerate(listed))


def _cubic(a: Any, b: Any, c: Any, d: Any, t: Any) -> Any:
    """Return a cubic at t, of UFL expressions or of arrays."""
    return ((a * t + b) * t + c) * t + d


@cache
def _pieces(x: tuple[float, ...], y: tuple[float, ...]) -> _Pieces:
    """Return the cubics through points, with the linear pieces at both ends."""
    inner = PchipInterpolator(x, y).c
    width = x[-1] - x[-2]
    a, b, c, _ = inner[:, -1]
    left = (0.0, 0.0, inner[2, 0], y[0])
    right = (0.0, 0.0, (3 * a * width + 2 * b) * width + c, y[-1])
    return _Pieces(
        origins=np.array([x[0], *x]),
        coefficients=np.column_stack([left, inner, right]),
    )


def _choice(x: Expr, knots: Sequence[float], values: Sequence[float]) -> Expr:
    """Return the value that belongs to the interval of x, by bisection.

    Args:
        x: place.
        knots: places between the intervals.
        values: one more than knots.
    """
    if not knots:
        return ufl.as_ufl(float(values[0]))
    half = len(knots) // 2
    return ufl.conditional(
        ufl.lt(x, knots[half]),
        _choice(x, knots[:half], values[: half + 1]),
        _choice(x, knots[half + 1 :], values[half + 1 :]),
    )
