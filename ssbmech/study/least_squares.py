# SPDX-License-Identifier: BSD-3-Clause
r"""Least squares over numbers within bounds, with confidence intervals of the numbers.

Each number is mapped to [0, 1] between its bounds, in proportion or in its logarithm, and moved by
the trust-region method of SciPy. Derivatives are differences, so that a point and its neighbours
can be asked for side by side. At the minimum, with the Jacobian J of m residuals by p numbers,

.. math:: C = s^2 (J^T J)^{-1}, \quad s^2 = \frac{\sum r^2}{m - p}

and the interval of a number is its value and Student's t for m - p degrees of freedom times the
root of its place on the diagonal of C. It is that of the linearised model and of errors that are
independent of each other: what a model leaves out is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ssbmech.errors import StudyError

Array = npt.NDArray[np.float64]
Point = Mapping[str, float]
Residuals = Callable[[Sequence[Point]], Sequence[Array]]
"""Returns the residuals at points, which may be computed side by side."""

DIGITS = 8
"""Digits of a number that is tried, so that the same number has the same name."""


@dataclass(frozen=True)
class Free:
    """A number that is fitted.

    Attributes:
        name: its name.
        low: lower bound.
        start: where the search starts.
        high: upper bound.
        logarithmic: whether it is moved in its logarithm.

    Raises:
        StudyError: the bounds are none, or the start lies outside of them.
    """

    name: str
    low: float
    start: float
    high: float
    logarithmic: bool = False

    def __post_init__(self) -> None:
        """Check the order."""
        numbers = (self.low, self.start, self.high)
        if not (np.isfinite(numbers).all() and self.low <= self.start <= self.high):
            raise StudyError(
                f"{self.name}: {numbers} must be finite, in the order low, start, high"
            )
        if not self.low < self.high:
            raise StudyError(f"{self.name}: its bounds are equal: give it a fixed value instead")
        if self.logarithmic and not self.low > 0.0:
            raise StudyError(f"{self.name}: a number below zero has no logarithm: low > 0")

    def value(self, share: float) -> float:
        """Return the number at a share of the way between its bounds."""
        share = float(np.clip(share, 0.0, 1.0))
        if self.logarithmic:
            found = self.low * (self.high / self.low) ** share
        else:
            found = self.low + share * (self.high - self.low)
        return float(f"{found:.{DIGITS}g}")

    def share(self, value: float) -> float:
        """Return the share of the way between its bounds at which a number lies."""
        if self.logarithmic:
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Fitted:
    """A number that was fitted.

    Attributes:
        name: its name.
        value: its value.
        low: lower end of its interval.
        high: upper end of its interval.
        at_bound: whether it ended at a bound, where the interval says little.
    """

    name: str
    value: float
    low: float
    high: float
    at_bound: bool


@dataclass(frozen=True)
class Fit:
    """What a fit has found.

    Attributes:
        numbers: the numbers with their intervals.
        confidence: probability that an interval is for [1].
        correlation: correlation of the numbers, a row each [1].
        start_rms: root mean square of the residuals at the start.
        rms: root mean square of the residuals at the minimum.
        count: number of residuals.
        evaluations: points at which they were asked for.
        converged: whether the search came to its end by itself.
        message: how it ended.
    """

    numbers: tuple[Fitted, ...]
    confidence: float
    correlation: tuple[tuple[float, ...], ...]
    start_rms: float
    rms: float
    count: int
    evaluations: int
    converged: bool
    message: str

    @property
    def values(self) -> dict[str, float]:
        """The numbers by name."""
        return {each.name: each.value for each in self.numbers}


@dataclass
class _Search:
    """Asks for residuals at a point and its neighbours at once, and keeps them."""

    free: Sequence[Free]
    residuals: Residuals
    step: float
    asked: int = 0
    kept: dict[tuple[float, ...], tuple[Array, Array]] = field(default_factory=dict)

    def __call__(self, shares: Array) -> Array:
        return self._at(shares)[0]

    def jacobian(self, shares: Array) -> Array:
        """Return the derivatives of the residuals by the shares, shape (residuals, numbers)."""
        return self._at(shares)[1]

    def _lengths(self, points: Sequence[Point]) -> list[float]:
        """Return the differences of the shares that are really tried, which have few digits.

        Args:
            points: the point, and the one next to it along each number.

        Raises:
            StudyError: a difference is lost in rounding.
        """
        lengths = []
        for each, moved in zip(self.free, points[1:], strict=True):
            length = each.share(moved[each.name]) - each.share(points[0][each.name])
            if length == 0.0:
                raise StudyError(
                    f"{each.name}: a difference of {self.step:g} of its bounds, {each.low:g} to "
                    f"{each.high:g}, is lost in {DIGITS} digits: take a longer one (--step)"
                )
            lengths.append(length)
        return lengths

    def _at(self, shares: Array) -> tuple[Array, Array]:
        key = tuple(float(s) for s in shares)
        if key not in self.kept:
            places = [np.array(shares, dtype=np.float64)]
            for k in range(len(self.free)):
                moved = places[0].copy()
                # inwards at the upper bound
                moved[k] += self.step if moved[k] + self.step <= 1.0 else -self.step
                places.append(moved)
            points = [
                {f.name: f.value(s) for f, s in zip(self.free, place, strict=True)}
                for place in places
            ]
            # before runs are spent on them
            lengths = self._lengths(points)
            here, *others = (np.asarray(r, dtype=np.float64) for r in self.residuals(points))
            self.asked += len(points)
            columns = [(r - here) / length for r, length in zip(others, lengths, strict=True)]
            self.kept[key] = here, np.array(columns).T
        return self.kept[key]


def fit(
    free: Sequence[Free],
    residuals: Residuals,
    step: float = 0.01,
    confidence: float = 0.95,
    tolerance: float = 1e-6,
    most: int = 30,
) -> Fit:
    """Return the numbers whose residuals have the least sum of squares.

    Args:
        free: the numbers.
        residuals: returns the residuals at points: there are as many at each.
        step: length of a difference over the distance of the bounds [1].
        confidence: probability that an interval is for [1].
        tolerance: relative change of the sum of squares and of the numbers that ends the search.
        most: steps of the search after which it ends.

    Raises:
        StudyError: there is nothing to fit, there are fewer residuals than numbers, or a step is
            lost in rounding.
    """
    from scipy.optimize import least_squares

    if not free:
        raise StudyError("a fit needs a number that is free")
    search = _Search(free, residuals, step)
    start = np.array([f.share(f.start) for f in free])
    first = search(start)
    if len(first) <= len(free):
        raise StudyError(f"{len(first)} measured points cannot tell {len(free)} numbers")
    found: Any = least_squares(
        search,
        np.clip(start, 1e-6, 1 - 1e-6),
        jac=search.jacobian,
        bounds=(0.0, 1.0),
        method="trf",
        ftol=tolerance,
        xtol=tolerance,
        gtol=1e-12,
        max_nfev=most,
    )
    best = np.asarray(found.x, dtype=np.float64)
    return _told(search, best, first, confidence, found.status > 0, str(found.message))


def _told(
    search: _Search, best: Array, first: Array, confidence: float, converged: bool, message: str
) -> Fit:
    """Return the minimum with its intervals."""
    from scipy.stats import t as student

    residuals, jacobian = search(best), search.jacobian(best)
    left = len(residuals) - len(best)
    variance = float(residuals @ residuals) / left
    covariance = variance * np.linalg.pinv(jacobian.T @ jacobian)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(errors > 0.0, errors, 1.0)
    wide = float(student.ppf(0.5 + 0.5 * confidence, left)) * errors
    # a number that moves no residual is not known at all
    wide[np.linalg.norm(jacobian, axis=0) == 0.0] = np.inf
    numbers = tuple(
        Fitted(
            f.name,
            f.value(share),
            f.value(share - half),
            f.value(share + half),
            bool(min(share, 1 - share) < 1e-3),
        )
        for f, share, half in zip(search.free, best, wide, strict=True)
    )
    correlation = covariance / np.outer(scale, scale)
    return Fit(
        numbers,
        confidence,
        tuple(tuple(float(v) for v in row) for row in correlation),
        float(np.sqrt(np.mean(first**2))),
        float(np.sqrt(np.mean(residuals**2))),
        len(residuals),
        search.asked,
        converged,
        message,
    )
