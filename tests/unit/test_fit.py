# SPDX-License-Identifier: BSD-3-Clause
"""Least squares within bounds: numbers are recovered, intervals hold as often as they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ssbmech.errors import StudyError
from ssbmech.study.fit_command import free_of
from ssbmech.study.least_squares import Array, Free, Point, fit

pytestmark = pytest.mark.serial

TIMES = np.linspace(0.0, 4.0, 40)
TRUE = {"size": 2.0, "rate": 0.7}
FREE = (Free("size", 0.5, 1.0, 5.0), Free("rate", 0.05, 2.0, 5.0, logarithmic=True))


def decay(point: Point) -> Array:
    """Return a decay with time."""
    return np.asarray(point["size"] * np.exp(-point["rate"] * TIMES))


def residuals(noise: Array) -> object:
    """Return the residuals against the decay of the true numbers with noise."""
    made = decay(TRUE) + noise

    def at(points: Sequence[Point]) -> list[Array]:
        return [decay(point) - made for point in points]

    return at


def test_numbers_are_recovered_without_noise() -> None:
    """From a start that is far off, one of them in its logarithm."""
    found = fit(FREE, residuals(np.zeros(len(TIMES))), step=1e-4)
    assert found.converged
    for name, value in found.values.items():
        assert value == pytest.approx(TRUE[name], rel=1e-5)
    assert found.rms < 1e-5 < found.start_rms


def test_intervals_hold_as_often_as_they_say() -> None:
    """Two hundred records of noise: 95 % of the intervals hold the true numbers."""
    draw, held, count = np.random.default_rng(7), 0, 100
    for _ in range(count):
        found = fit(FREE, residuals(draw.normal(0.0, 0.05, len(TIMES))), step=1e-3)
        held += sum(each.low <= TRUE[each.name] <= each.high for each in found.numbers)
    # four standard deviations of a count of 200 with 95 %
    assert abs(held / (2 * count) - 0.95) < 4 * np.sqrt(0.05 * 0.95 / (2 * count))


def test_interval_of_a_line_is_that_of_the_textbook() -> None:
    """One number in proportion: its standard error is s over the root of the sum of squares."""
    noise = np.random.default_rng(3).normal(0.0, 0.1, len(TIMES))
    found = fit(
        (Free("slope", 0.0, 1.0, 10.0),),
        lambda points: [(p["slope"] - 3.0) * TIMES - noise for p in points],
    )
    (slope,) = found.numbers
    exact = 3.0 + noise @ TIMES / (TIMES @ TIMES)
    left = noise - (exact - 3.0) * TIMES
    error = np.sqrt(left @ left / (len(TIMES) - 1) / (TIMES @ TIMES))
    from scipy.stats import t

    assert slope.value == pytest.approx(exact, rel=1e-6)
    assert slope.high - slope.low == pytest.approx(2 * t.ppf(0.975, 39) * error, rel=1e-4)


def test_a_step_that_rounding_swallows_is_refused() -> None:
    """Eight digits of 1000.5 do not show a millionth of the way from 1000 to 1001."""
    asked: list[Point] = []

    def at(points: Sequence[Point]) -> list[Array]:
        asked.extend(points)
        return [p["stiffness"] * TIMES for p in points]

    free = (Free("stiffness", 1000.0, 1000.5, 1001.0),)
    with pytest.raises(
        StudyError, match=r"stiffness: a difference of 1e-06 .* is lost in 8 digits"
    ):
        fit(free, at, step=1e-6)
    assert not asked


def test_a_number_that_nothing_depends_on_is_not_known() -> None:
    """Its interval is all there is between its bounds, and it is said."""
    free = (Free("slope", 0.0, 1.0, 10.0), Free("idle", 0.0, 0.4, 1.0))
    found = fit(free, lambda points: [(p["slope"] - 3.0) * TIMES for p in points])
    idle = found.numbers[1]
    assert (idle.low, idle.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("slope", "NAME=VALUE"),
        ("slope=1:2", "LOW:START:HIGH"),
        ("slope=1:x:3", "is no number"),
        ("slope=3:2:1", "in the order low, start, high"),
        ("slope=1:1:1", "bounds are equal"),
        ("slope=-1:0:1:log", "has no logarithm"),
        ("slope=nan:0:1", "finite"),
    ],
)
def test_wrong_bounds(text: str, told: str) -> None:
    """Each is refused with what would have been right."""
    with pytest.raises(StudyError, match=told):
        free_of(text)


def test_too_few_points() -> None:
    """Two numbers from two points would fit whatever they are."""
    with pytest.raises(StudyError, match="cannot tell 2 numbers"):
        fit(FREE, lambda points: [np.zeros(2) for _ in points])
