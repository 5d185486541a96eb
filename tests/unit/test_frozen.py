# SPDX-License-Identifier: BSD-3-Clause
"""Values that derivatives take as constant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import ufl

from ssbmech.frozen import frozen, thawed
from tests.pointwise import evaluate_at, rate

pytestmark = pytest.mark.serial

X = np.array([0.3, 2.0, 5.0])


def test_a_frozen_value_is_there_but_has_no_derivative() -> None:
    def build(f: Any, _: Any) -> list[Any]:
        x = f["x"]
        product = x * frozen(x**2)
        return [product, rate(product, x), rate(frozen(ufl.sin(x)), x)]

    found = evaluate_at(build, {"x": X})
    assert found == pytest.approx(np.column_stack([X**3, X**2, 0.0 * X]), rel=1e-14)


def test_the_last_step_of_newtons_method_has_the_derivative_of_the_root() -> None:
    """Of the cube root, by many steps of which the last alone is differentiated."""

    def build(f: Any, _: Any) -> list[Any]:
        root = 1.0 + 0.2 * f["x"]
        for _ in range(6):
            root -= (root**3 - f["x"]) / (3 * root**2)
        root = frozen(frozen(root) + 0.0)
        root -= (root**3 - f["x"]) / (3 * root**2)
        return [root, rate(root, f["x"])]

    found = evaluate_at(build, {"x": X})
    assert found == pytest.approx(np.column_stack([np.cbrt(X), np.cbrt(X) ** -2 / 3]), rel=1e-12)


def test_plain_numbers_and_plain_forms_stay_as_they_are() -> None:
    assert frozen(2.0) == 2.0
    zero = ufl.zero()
    assert thawed(zero) is zero
