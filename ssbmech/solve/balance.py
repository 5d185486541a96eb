# SPDX-License-Identifier: BSD-3-Clause
r"""Sums of equations that hold exactly, however far an iteration goes: what flows in flows out.

A Krylov method leaves a residual that is small as a whole, but whose sum over a body, the current
that gets lost there, is not zero. With :math:`z_k` one on the equations of the k-th scalar elliptic
field and zero elsewhere,

.. math:: x \leftarrow x + Z y, \quad (Z^T K Z)\, y = Z^T (b - K x)

makes these sums zero. The change is as small as the residual.

A body that nothing conducts to has no sum to be balanced: its row of :math:`Z^T K Z` is what
rounding leaves. Rows are compared with the sums of the diagonal of K over the same equations, which
scale with it, so that neither units nor the size of a body decide what is rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.solve.split import Split

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

CONDUCTS = 1e-14
"""Singular value of the compared rows up to which it is rounding [1]."""

GROWTH = 2.0
"""Growth of the residual up to which the sums are worth it [1]."""


class Balance:
    """Balances the sums of equations of some fields.

    Args:
        operator: the matrix.
        split: its blocks.
        sums: places of the equations of each sum among this rank's, block after block.
    """

    def __init__(self, operator: PETSc.Mat, split: Split, sums: Sequence[Longs]) -> None:
        """Make the vectors; collective."""
        self._operator, self._sums, self._comm = operator, sums, split.comm
        self._residual = split.vector()
        self._image = split.vector()
        self._images: list[Array] = []
        self._inverse: Array = np.zeros((len(sums), len(sums)))

    def set_up(self) -> None:
        """Follow the values of the matrix; collective."""
        self._images = []
        for places in self._sums:
            self._residual.set(0.0)
            self._residual.array_w[places] = 1.0
            self._operator.mult(self._residual, self._image)
            self._images.append(self._image.array_r.copy())
        columns = [self._total(image) for image in self._images]
        self._operator.getDiagonal(self._image)
        sizes = self._total(np.abs(self._image.array_r))
        self._inverse = inverse(np.array(columns).reshape(len(columns), len(columns)).T, sizes)

    def correct(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float) -> None:
        """Balance a solution, unless its residual would grow by that; collective.

        Args:
            rhs: right-hand side.
            solution: the solution.
            enough: norm of the residual that is small enough.
        """
        self._operator.mult(solution, self._residual)
        self._residual.aypx(-1.0, rhs)
        missing = self._total(self._residual.array_r)
        if not np.any(missing):
            return
        shift = self._inverse @ missing
        before = self._residual.norm()
        for amount, image in zip(shift, self._images, strict=True):
            self._residual.array_w[:] -= amount * image
        if not self._residual.norm() <= GROWTH * max(before, enough):
            return
        values = solution.array_w
        for amount, places in zip(shift, self._sums, strict=True):
            values[places] += amount

    def _total(self, values: Array) -> Array:
        """Return the sums over all ranks; collective."""
        own = np.array([values[places].sum() for places in self._sums])
        return np.asarray(self._comm.allreduce(own))

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._residual.destroy()
        self._image.destroy()


def inverse(matrix: Array, sizes: Array) -> Array:
    """Return the inverse of sums of a matrix, but for combinations that are rounding.

    Args:
        matrix: the sums, shape (sums, sums).
        sizes: sum of the sizes of the matrix's diagonal over the equations of each sum.
    """
    rows = np.where(sizes > 0.0, sizes, 1.0)
    left, values, right = np.linalg.svd(matrix / rows[:, None])
    kept = values > CONDUCTS
    return np.asarray((right[kept].T / values[kept]) @ left[:, kept].T / rows)
