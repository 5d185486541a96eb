# SPDX-License-Identifier: BSD-3-Clause
"""The blocks of a system merged into one PETSc matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ssbmech.solve.blocks import Block
from ssbmech.solve.numbering import Numbering, SystemMatrix
from ssbmech.solve.unknowns import Closure


class MergedMatrix:
    """The matrix of the whole system, made when it is first asked for.

    Args:
        numbering: rows of the system.
        blocks: the derivatives, each with its own matrix.
        closures: the scalar unknowns, which have a row each behind those of the fields.
        identity: owned rows without an equation of their own.
    """

    def __init__(
        self,
        numbering: Numbering,
        blocks: Sequence[Block],
        closures: Sequence[Closure],
        identity: npt.NDArray[np.int64],
    ) -> None:
        """Note what will be merged, and make nothing yet."""
        self.numbering, self.blocks, self.closures = numbering, blocks, closures
        self._identity = identity
        self._matrix: SystemMatrix | None = None
        self._written = [0] * len(blocks)

    @property
    def is_made(self) -> bool:
        """Whether the matrix was made."""
        return self._matrix is not None

    def matrix(self) -> SystemMatrix:
        """Return the matrix with the blocks as last assembled; collective."""
        if self._matrix is None:
            numbering, targets = self.numbering, self.numbering.targets
            closures = numbering.closure_rows if numbering.comm.rank == numbering.owner else []
            self._matrix = SystemMatrix(
                numbering,
                [block.place(targets[block.row], targets[block.column]) for block in self.blocks],
                self._identity,
                np.array(closures, dtype=np.int64),
            )
            self._written = [0] * len(self.blocks)
            self._fill(self._matrix)
        return self._matrix

    def follow(self) -> None:
        """Take over what was assembled since, if the matrix was made; collective."""
        if self._matrix is not None:
            self._fill(self._matrix)

    def forget(self) -> None:
        """Give the memory of the matrix back; collective."""
        if self._matrix is not None:
            self._matrix.mat.destroy()
            self._matrix = None

    def _fill(self, matrix: SystemMatrix) -> None:
        """Write the blocks, scaled, into the matrix; collective."""
        for k, block in enumerate(self.blocks):
            if self._written[k] != block.version:
                np.multiply(block.values(), block.factor, out=matrix.block(k))
                self._written[k] = block.version
        matrix.gather()
        for j, closure in enumerate(self.closures):
            row = self.numbering.closure_rows[j]
            # columns of tied dofs carry the field's scale, rows the field's reference: bring both
            # to the closure's
            matrix.scale_row(row, closure.alpha * closure.unknown.reference / closure.reference)
            if self.numbering.comm.rank == self.numbering.owner:
                value = closure.beta * closure.unknown.scale / closure.reference
                matrix.add_diagonal(j, value)
        matrix.transfer()
