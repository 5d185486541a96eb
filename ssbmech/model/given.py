# SPDX-License-Identifier: BSD-3-Clause
"""Functions of position that users give: asked where ranks have points, checked on all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx.mesh import Mesh

from ssbmech.errors import CaseError, raise_on_all
from ssbmech.frames import Expr
from ssbmech.kind_words import is_quantity, shown

Array = npt.NDArray[np.float64]


def given_values(
    function: Callable[..., Any], x: Array, rows: int, comm: MPI.Intracomm, where: str, unit: str
) -> Array:
    """Return what a function of position gives at this rank's points; collective.

    Args:
        function: the function, of positions of shape (3, n) [m].
        x: points of this rank, shape (3, n) [m].
        rows: number of components [1].
        comm: communicator of all ranks.
        where: what it is, for messages, such as "Clamp.value on face 'bottom'".
        unit: unit of its values.

    Returns:
        Values of shape (rows, n); a number is spread over all points.

    Raises:
        CaseError: on any rank it fails, or gives something else than finite numbers of that shape.
    """
    found: Array = np.zeros((rows, x.shape[1]))
    failure = ""
    # a rank without a point has nothing to ask, and a function may need one to answer
    if x.shape[1] > 0:
        found, failure = _asked(function, x, rows, unit)
    raise_on_all(comm, CaseError(f"{where} {failure}") if failure else None)
    return found


def given_expression(
    function: Callable[[Expr], Any], mesh: Mesh, shape: tuple[int, ...], where: str, unit: str
) -> Expr:
    """Return the UFL expression that a function gives for the position, the same on all ranks.

    Args:
        function: the function.
        mesh: mesh of the body.
        shape: shape of the expression.
        where: what it is, for messages.
        unit: unit of its values.

    Raises:
        CaseError: it fails, or gives no expression of that shape.
    """
    try:
        found: Expr = ufl.as_ufl(function(ufl.SpatialCoordinate(mesh)))
    except Exception as failure:
        # the user's own code, which may raise anything
        raise CaseError(f"{where} raises {type(failure).__name__}: {failure}") from failure
    if found.ufl_shape != shape:
        raise CaseError(
            f"{where} gives an expression of shape {found.ufl_shape}: expected {shape}, in {unit}"
        )
    return found


def _asked(function: Callable[..., Any], x: Array, rows: int, unit: str) -> tuple[Array, str]:
    """Return what a function gives at points, and what is wrong with it."""
    found: Array = np.zeros((rows, x.shape[1]))
    shape = found.shape
    try:
        values = function(x)
        if is_quantity(values):
            return found, f"gives a quantity: expected plain numbers, in {unit}"
        parts = values if rows > 1 else [values]
        if len(parts) != rows:
            raise ValueError(f"{len(parts)} components")
        for row, part in zip(found, parts, strict=True):
            row[:] = np.asarray(part, dtype=np.float64)
    except (TypeError, ValueError) as failure:
        return found, f"fails, or gives no numbers of shape {shape}, in {unit}: {failure}"
    except Exception as failure:
        # the user's own code, which may raise anything; all ranks hear of it together
        return found, f"raises {type(failure).__name__}: {failure}"
    if not np.all(np.isfinite(found)):
        wrong = found[~np.isfinite(found)][0]
        return found, f"gives {shown(float(wrong))}: expected finite numbers, in {unit}"
    return found, ""
