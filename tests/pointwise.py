# SPDX-License-Identifier: BSD-3-Clause
"""Evaluation of UFL expressions of one variable at many of its values, compiled by DOLFINx."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mpi4py import MPI

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh, create_interval

from ssbmech._compat import compile_expression


def evaluate(build: Callable[[Any, Mesh], Sequence[Any]], x: np.ndarray) -> np.ndarray:
    """Return scalars of x, one row per value of x.

    Args:
        build: returns the scalars from x, a coefficient, and the mesh of forms.
        x: values.
    """
    mesh = create_interval(MPI.COMM_SELF, len(x), (0.0, 1.0))
    field = fem.Function(fem.functionspace(mesh, ("DG", 0)))
    field.x.array[:] = x
    # x itself is added for the sake of expressions without it, which DOLFINx places on no mesh
    scalars = ufl.as_vector([*build(field, mesh), field])
    expression = compile_expression(scalars, np.array([[0.5]]))
    values = expression.eval(mesh, np.arange(len(x), dtype=np.int32))
    return np.asarray(values).reshape(len(x), -1)[:, :-1]


def rate(expression: Any, field: Any) -> Any:
    """Return the derivative by the coefficient, as Newton's method takes it."""
    one = fem.Function(field.function_space)
    one.x.array[:] = 1.0
    return ufl.derivative(expression, field, one)


def entries(tensor: Any) -> list[Any]:
    """Return the nine components of a tensor of shape (3, 3)."""
    return [tensor[i, j] for i in range(3) for j in range(3)]
