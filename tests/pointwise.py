# SPDX-License-Identifier: BSD-3-Clause
"""Evaluation of UFL expressions at many values of their variables, compiled by DOLFINx."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    return evaluate_at(lambda fields, mesh: build(fields["x"], mesh), {"x": x})


def evaluate_at(
    build: Callable[[Mapping[str, Any], Mesh], Sequence[Any]], columns: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return scalars of several variables, one row per point.

    Args:
        build: returns the scalars from the variables, coefficients by name, and the mesh of forms.
        columns: values of each variable, all of one length.
    """
    count = len(next(iter(columns.values())))
    mesh = create_interval(MPI.COMM_SELF, count, (0.0, 1.0))
    space = fem.functionspace(mesh, ("DG", 0))
    fields = {name: fem.Function(space, name=name) for name in columns}
    for name, values in columns.items():
        fields[name].x.array[:] = values
    # a variable itself is added for the sake of expressions without one, which DOLFINx places on
    # no mesh
    scalars = ufl.as_vector([*build(fields, mesh), next(iter(fields.values()))])
    expression = compile_expression(scalars, np.array([[0.5]]))
    values = expression.eval(mesh, np.arange(count, dtype=np.int32))
    return np.asarray(values).reshape(count, -1)[:, :-1]


def rate(expression: Any, field: Any) -> Any:
    """Return the derivative by the coefficient, as Newton's method takes it."""
    one = fem.Function(field.function_space)
    one.x.array[:] = 1.0
    return ufl.derivative(expression, field, one)


def entries(tensor: Any) -> list[Any]:
    """Return the nine components of a tensor of shape (3, 3)."""
    return [tensor[i, j] for i in range(3) for j in range(3)]
