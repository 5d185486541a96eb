# SPDX-License-Identifier: BSD-3-Clause
"""The product of a system's Jacobian with a vector, block by block."""

from __future__ import annotations

from collections.abc import Sequence

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.solve.blocks import Block
from ssbmech.solve.numbering import Numbering
from ssbmech.solve.unknowns import Closure, Unknown

Array = npt.NDArray[np.float64]


class Product:
    """Multiplies with the matrix of the whole system, which need not be there.

    Args:
        numbering: rows of the system.
        unknowns: the fields.
        closures: the scalar unknowns.
        blocks: the derivatives as last assembled.
    """

    def __init__(
        self,
        numbering: Numbering,
        unknowns: Sequence[Unknown],
        closures: Sequence[Closure],
        blocks: Sequence[Block],
    ) -> None:
        """Note the factors."""
        self.numbering, self.unknowns = numbering, unknowns
        self.closures, self.blocks = closures, blocks
        self._index = {w.key: k for k, w in enumerate(unknowns)}

    def __call__(self, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Multiply x, and write the product into y; collective."""
        given, numbering = x.array_r, self.numbering
        last = int(numbering.starts[-1])
        values = scalars(numbering, given)
        columns, product = [], given.copy()
        for k, unknown in enumerate(self.unknowns):
            own = given[numbering.starts[k] : numbering.starts[k] + unknown.owned].copy()
            own[unknown.fixed] = 0.0
            for value, closure in zip(values, self.closures, strict=True):
                for shared, tied in closure.ties:
                    if shared is unknown:
                        own[tied] = value
            columns.append(own)
        rows = [np.zeros(unknown.owned) for unknown in self.unknowns]
        for block in self.blocks:
            rows[block.row] += block.multiply(columns[block.column])
        sums = self._tied_sums(rows)
        for k, row in enumerate(rows):
            start = int(numbering.starts[k])
            free = numbering.targets[k] == numbering.own_rows(k)
            product[start : start + len(row)][free] = row[free]
        if numbering.comm.rank == numbering.owner:
            for j, closure in enumerate(self.closures):
                share = closure.alpha * closure.unknown.reference
                own = closure.beta * closure.unknown.scale * values[j]
                product[last + j] = (share * sums[j] + own) / closure.reference
        y.array_w[:] = product

    def _tied_sums(self, rows: Sequence[Array]) -> Array:
        """Return the sums of the rows tied to each scalar unknown; collective."""
        sums = np.zeros(len(self.closures))
        for j, closure in enumerate(self.closures):
            for shared, tied in closure.ties:
                sums[j] += float(np.sum(rows[self._index[shared.key]][tied]))
        self.numbering.comm.Allreduce(MPI.IN_PLACE, sums, op=MPI.SUM)
        return sums


def scalars(numbering: Numbering, local: Array) -> Array:
    """Return the scalar unknowns' part of a vector's local values, on all ranks; collective."""
    is_owner = numbering.comm.rank == numbering.owner
    mine = np.array(local[int(numbering.starts[-1]) :]) if is_owner else None
    return np.asarray(numbering.comm.bcast(mine, root=numbering.owner))
