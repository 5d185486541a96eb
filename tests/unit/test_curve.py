# SPDX-License-Identifier: BSD-3-Clause
"""Curves through points: the same function in UFL and in numbers, monotone, exact derivatives."""

from __future__ import annotations

import basix.ufl
import numpy as np
import pytest
import ufl
from scipy.interpolate import PchipInterpolator

from ssbmech.errors import ParameterError
from ssbmech.materials.curve import Curve, first_rise
from ssbmech.units import um
from tests.pointwise import evaluate, rate

pytestmark = pytest.mark.serial

# Steep, flat and turning parts on uneven intervals, and a knot at zero
X = (-0.3, 0.0, 0.05, 0.2, 0.5, 0.55, 1.0)
Y = (4.0, 3.0, 1.0, 0.9, 0.9, 1.6, 1.2)
CURVE = Curve(X, Y)

INSIDE = np.linspace(X[0], X[-1], 201)[:-1]
PLACES = np.concatenate([INSIDE, X, [-1.7, -0.31, 1.001, 2.5]])


def test_points_become_tuples_of_floats_and_the_curve_can_be_a_key():
    curve = Curve([0, 1, 2], np.array([3, 2, 1], dtype=np.float32))
    assert curve == Curve((0.0, 1.0, 2.0), (3.0, 2.0, 1.0))
    assert all(type(value) is float for value in (*curve.x, *curve.y))
    assert len({curve, Curve((0, 1, 2), (3, 2, 1)), CURVE}) == 2
    assert (curve.low, curve.high) == (0.0, 2.0)
    assert CURVE.summary() == "7 points, x -0.3 to 1, values 0.9 to 4"


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ((0, 1), (1, 2), ["2 points", "at least 3"]),
        ((0, 1, 2), (1, 2), ["3 values of x", "2 of y"]),
        ((0, 1, 1, 2), (1, 2, 3, 4), ["x = 1 follows x = 1"]),
        ((0, 2, 1, 0.5), (1, 2, 3, 4), ["x = 1 follows x = 2"]),
        ((0, 1, np.nan), (1, 2, 3), ["Curve.x[2]", "not finite"]),
        ((0, 1, 2), (1, np.inf, 3), ["Curve.y[1]", "not finite"]),
        ((0, 1, 2), (1, "two", 3), ["Curve.y[1]", "two"]),
        ((0, 1, 2), (1, 2 * um, 3), ["Curve.y[1]", "wrong kind of unit"]),
        (3.0, (1, 2, 3), ["Curve.x = 3.0", "no sequence"]),
    ],
)
def test_bad_points_are_refused_by_name(x, y, words):
    with pytest.raises(ParameterError) as caught:
        Curve(x, y)
    assert all(word in str(caught.value) for word in words)


def test_inside_it_is_the_monotone_cubic_of_scipy():
    assert CURVE.numeric(INSIDE) == pytest.approx(PchipInterpolator(X, Y)(INSIDE), abs=1e-14)
    assert CURVE.numeric(X) == pytest.approx(Y, abs=4e-15)
    assert CURVE.numeric(0.2).shape == ()


def test_between_two_points_it_stays_between_their_ordinates():
    for left in range(len(X) - 1):
        part = CURVE.numeric(np.linspace(X[left], X[left + 1], 101))
        steps = np.diff(part) * np.sign(Y[left + 1] - Y[left])
        # a few units in the last place of values up to 4
        assert np.all(steps >= -4e-15)
        assert np.ptp(part) == pytest.approx(abs(Y[left + 1] - Y[left]), abs=4e-15)


def test_outside_it_goes_on_linearly_with_the_slopes_of_its_ends():
    slopes = PchipInterpolator(X, Y).derivative()([X[0], X[-1]])
    assert CURVE.end_slopes() == pytest.approx(slopes, rel=1e-12)
    assert CURVE.numeric(-1.3) == pytest.approx(4.0 - slopes[0], rel=1e-13)
    assert CURVE.numeric(3.0) == pytest.approx(1.2 + 2 * slopes[1], rel=1e-13)


def test_ufl_agrees_with_the_numbers_and_its_derivative_is_the_slope():
    def build(x, mesh):
        variable = ufl.variable(x)
        value = CURVE.value(x)
        return [value, CURVE.slope(x), rate(value, x), ufl.diff(CURVE.value(variable), variable)]

    value, slope, newton, diff = evaluate(build, PLACES).T
    assert value == pytest.approx(CURVE.numeric(PLACES), rel=1e-14, abs=1e-14)
    # knots and ends are among the places
    assert newton == pytest.approx(slope, rel=1e-13, abs=1e-13)
    assert diff == pytest.approx(slope, rel=1e-13, abs=1e-13)

    inside = slope[: len(INSIDE)]
    assert inside == pytest.approx(PchipInterpolator(X, Y).derivative()(INSIDE), abs=1e-11)
    assert slope[-4:-2] == pytest.approx(CURVE.end_slopes()[0])
    assert slope[-2:] == pytest.approx(CURVE.end_slopes()[1])

    # Within a piece the error of central differences is that of the third derivative, below 4e5;
    # at a knot, where the curvature jumps by some 4e3, it falls with the step alone
    step = 1e-6
    differences = (CURVE.numeric(PLACES + step) - CURVE.numeric(PLACES - step)) / (2 * step)
    at_knot = np.min(np.abs(PLACES[:, None] - X), axis=1) < 2 * step
    assert np.count_nonzero(at_knot) >= len(X)
    assert differences[~at_knot] == pytest.approx(slope[~at_knot], abs=1e-7)
    assert differences[at_knot] == pytest.approx(slope[at_knot], abs=4e3 * step)


def test_second_derivatives_follow_from_the_slope():
    places = np.array([0.01, 0.1, 0.3, 0.52, 0.9, 1.5, -0.7])
    second = evaluate(lambda x, mesh: [rate(CURVE.slope(x), x)], places)[:, 0]
    exact = PchipInterpolator(X, Y).derivative(2)(places)
    exact[-2:] = 0.0
    assert second == pytest.approx(exact, rel=1e-10, abs=1e-12)


def test_the_expression_is_small():
    """One cubic, whatever the number of points: only choices between constants grow with it."""

    def size(expression, kind):
        nodes = set(ufl.corealg.traversal.unique_pre_traversal(expression))
        return sum(isinstance(node, kind) for node in nodes)

    x = ufl.Coefficient(_space())
    many = Curve(np.linspace(0, 1, 41), np.linspace(1, 0, 41) ** 3)
    few = Curve(np.linspace(0, 1, 5), np.linspace(1, 0, 5) ** 3)
    product, choice = ufl.classes.Product, ufl.classes.Conditional
    assert size(many.value(x), product) == size(few.value(x), product) == 4
    assert size(many.value(x), choice) <= 5 * 41
    slope = ufl.algorithms.apply_derivatives.apply_derivatives(
        ufl.derivative(many.value(x), x, ufl.Coefficient(_space()))
    )
    # choices between constants have no derivative: no conditional is added
    assert size(slope, choice) <= 5 * 41


def _space():
    mesh = ufl.Mesh(basix.ufl.element("P", "interval", 1, shape=(1,)))
    return ufl.FunctionSpace(mesh, basix.ufl.element("DG", "interval", 0))


def test_where_a_curve_does_not_decrease():
    assert first_rise(Curve((0, 1, 2), (3, 2, 1))) == ""
    words = first_rise(Curve((0, 1, 2, 3), (3, 2, 2, 1)))
    assert words == "y = 2 at x = 1 is followed by y = 2 at x = 2"
    assert "x = 0.1" in first_rise(Curve((0.1, 0.78, 0.89, 1), (1.555, 1.543, 1.48, 1.18)))
    assert "x = 3" in first_rise(Curve((0, 1, 2, 3), (9, 5, 1, 0.9)))
