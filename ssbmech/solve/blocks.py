# SPDX-License-Identifier: BSD-3-Clause
"""Blocks of the Jacobian: compiled forms with the storage that DOLFINx assembles them into.

Blocks between fields of equal block size use DOLFINx's own matrix, the fastest; the others use a
PETSc matrix. A block that depends on none of the unknowns is assembled again only when something
that it depends on has changed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt
from dolfinx import fem, la
from dolfinx.fem import petsc as fem_petsc
from scipy.sparse import bsr_array

from ssbmech._compat import compile_form
from ssbmech.solve.inputs import Inputs

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

DROPPED = -1
"""Target of a dof that has no equation of its own."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Where the values of a block go in the system matrix.

    Attributes:
        rows: system rows.
        columns: system columns.
        source: positions in the block's array of values.
        stored: length of that array.
    """

    rows: Longs
    columns: Longs
    source: Longs
    stored: int


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where the values of a block's owned rows are.

    Attributes:
        rows: local row (unrolled) of each.
        columns: its place among the columns of the block.
        source: its position in the block's array of values.
    """

    rows: Ints
    columns: Ints
    source: Ints

    def only(self, chosen: npt.NDArray[np.bool_]) -> Pattern:
        """Return some of them, by a mask."""
        if np.all(chosen):
            return self
        return Pattern(self.rows[chosen], self.columns[chosen], self.source[chosen])


class Storage(Protocol):
    """Role of a block's storage."""

    def assemble(self, form: Any) -> None:
        """Assemble a form; collective."""

    def values(self) -> Array:
        """Return the stored values, owned rows first."""

    def multiply(self, columns: Array) -> Array:
        """Return the product with values of the owned columns; collective."""

    def pattern(self) -> tuple[Ints, Ints]:
        """Return local row (unrolled) and place in column_targets of the owned rows' values."""

    def column_targets(self, owned: Longs) -> Longs:
        """Return the system rows of the columns from those of the owned dofs; collective."""

    def column_numbers(self) -> Longs:
        """Return the global numbers (unrolled) of the columns that the pattern refers to."""


@dataclass(frozen=True, eq=False)
class FacetNodes:
    """Global nodes that the facets of an interface couple, one row per owned facet.

    DOLFINx 0.10 and 0.11 reserve places for nodes of a field that is missing on one side of a
    facet: a whole row of explicit zeros. Only the places that some facet can fill are handed on.

    Attributes:
        rows: nodes of the test functions.
        columns: nodes of the trial functions.
    """

    rows: Longs
    columns: Longs

    def reach(self, comm: MPI.Intracomm, first: int, end: int, width: int) -> Longs:
        """Return row * width + column of the pairs of nodes that a facet couples; collective.

        Args:
            comm: communicator.
            first: first row of this rank.
            end: row after its last one.
            width: number of columns.
        """
        rows, columns = self.rows[:, :, None], self.columns[:, None, :]
        keys = np.unique(rows * width + columns)
        owned = (keys >= first * width) & (keys < end * width)
        return np.concatenate([keys[owned], *comm.allgather(keys[~owned])])


class SquareStorage:
    """Storage in DOLFINx's compressed sparse rows with square blocks."""

    def __init__(self, form: Any) -> None:
        """Allocate the pattern of a form; collective."""
        self._matrix = fem.create_matrix(form)

    def assemble(self, form: Any) -> None:
        """Assemble a form; collective."""
        self._matrix.data.fill(0.0)
        fem.assemble_matrix(self._matrix, form)
        self._matrix.scatter_reverse()

    def values(self) -> Array:
        """Return the stored values, those of ghost rows last."""
        return np.asarray(self._matrix.data)

    def multiply(self, columns: Array) -> Array:
        """Return the product with values of the owned columns; collective."""
        matrix, size = self._matrix, self._matrix.block_size[0]
        vector = self._spread(columns)
        starts = matrix.indptr[: matrix.index_map(0).size_local + 1].astype(np.int32)
        used = int(starts[-1])
        blocks = matrix.data[: used * size**2].reshape(used, size, size)
        shape = ((len(starts) - 1) * size, len(vector.array))
        rows = bsr_array((blocks, matrix.indices[:used], starts), shape=shape)
        return np.asarray(rows @ vector.array)

    def pattern(self) -> tuple[Ints, Ints]:
        """Return local row and column of the owned rows' values, blocks written out."""
        size = self._matrix.block_size[0]
        owned = self._matrix.index_map(0).size_local
        indptr = self._matrix.indptr[: owned + 1]
        rows = np.repeat(np.arange(owned, dtype=np.int32), np.diff(indptr))
        columns = self._matrix.indices[: len(rows)]
        shape, component = (len(rows), size, size), np.arange(size, dtype=np.int32)
        i = (rows[:, None] * np.int32(size) + component)[:, :, None]
        j = (columns[:, None] * np.int32(size) + component)[:, None, :]
        return np.broadcast_to(i, shape).ravel(), np.broadcast_to(j, shape).ravel()

    @cached_property
    def _columns(self) -> la.Vector:
        """Vector of the columns; a new one for each product would plan its exchange anew."""
        return la.vector(self._matrix.index_map(1), self._matrix.block_size[1])

    def column_targets(self, owned: Longs) -> Longs:
        """Return targets of owned and ghost columns; collective."""
        return np.asarray(self._spread(owned).array).astype(np.int64)

    def _spread(self, owned: Longs | Array) -> la.Vector:
        """Return values of owned columns with those of ghosts, for the moment; collective."""
        self._columns.array[: len(owned)] = owned
        self._columns.scatter_forward()
        return self._columns

    def column_numbers(self) -> Longs:
        """Return global numbers of owned and ghost columns."""
        columns, size = self._matrix.index_map(1), self._matrix.block_size[1]
        local = np.arange(columns.size_local + columns.num_ghosts, dtype=np.int32)
        nodes = columns.local_to_global(local).astype(np.int64)
        return np.asarray(nodes[:, None] * size + np.arange(size)).ravel()


class RectangularStorage:
    """Storage in a PETSc matrix, for blocks between fields of different block sizes."""

    def __init__(self, form: Any) -> None:
        """Allocate the pattern of a form; collective."""
        # PETSc drops places that the first assembly leaves untouched, so that assembly must be a
        # real one
        self._matrix = fem_petsc.assemble_matrix(form)
        self._matrix.assemble()

    def assemble(self, form: Any) -> None:
        """Assemble a form; collective."""
        self._matrix.zeroEntries()
        fem_petsc.assemble_matrix(self._matrix, form)
        self._matrix.assemble()

    def values(self) -> Array:
        """Return a copy of the stored values of the owned rows."""
        return np.asarray(self._matrix.getValuesCSR()[2])

    def multiply(self, columns: Array) -> Array:
        """Return the product with values of the owned columns; collective."""
        right, left = self._matrix.createVecs()
        right.array_w[:] = columns
        self._matrix.mult(right, left)
        product = np.array(left.array_r)
        # on several ranks PETSc keeps what Python only lets go of
        right.destroy()
        left.destroy()
        return product

    def pattern(self) -> tuple[Ints, Ints]:
        """Return local row and place among the columns of every stored value."""
        indptr, indices, _ = self._matrix.getValuesCSR()
        rows = np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))
        self._columns, positions = np.unique(indices, return_inverse=True)
        return rows, positions.astype(np.int32)

    def column_targets(self, owned: Longs) -> Longs:
        """Return targets of the columns that occur in the pattern; collective."""
        source = self._matrix.createVecRight()
        source.array_w[:] = owned
        wanted = PETSc.IS().createGeneral(self._columns.astype(PETSc.IntType), comm=MPI.COMM_SELF)
        found = PETSc.Vec().createSeq(len(self._columns), comm=MPI.COMM_SELF)
        scatter = PETSc.Scatter().create(source, wanted, found, None)
        scatter.scatter(source, found)
        scatter.destroy()
        source.destroy()
        return np.asarray(found.array_r).astype(np.int64)

    def column_numbers(self) -> Longs:
        """Return global numbers of the columns that occur in the pattern."""
        return np.asarray(self._columns, dtype=np.int64)


class Block:
    """One compiled block of the Jacobian.

    Attributes:
        row: index of the unknown whose equation it is.
        column: index of the unknown it is derived by.
        factor: scale of the column over reference of the row.
        version: how often its values have changed.
        inputs: what it depends on.
    """

    def __init__(
        self,
        row: int,
        column: int,
        factor: float,
        form: Any,
        entity_maps: Any,
        facets: FacetNodes | None = None,
        unknowns: Collection[fem.Function] = (),
    ) -> None:
        """Compile the form and allocate storage; collective.

        Args:
            row: index of the unknown whose equation it is.
            column: index of the unknown it is derived by.
            factor: scale of the column over reference of the row.
            form: bilinear form.
            entity_maps: its maps for fields on other meshes.
            facets: nodes that are coupled, for a block that is integrated over an interface.
            unknowns: all functions that are solved for.
        """
        self.row, self.column, self.factor, self.version = row, column, factor, 0
        self._form = compile_form(form, entity_maps)
        self._maps = [argument.ufl_function_space().dofmap for argument in form.arguments()]
        square = self._maps[0].index_map_bs == self._maps[1].index_map_bs
        self._storage: Storage = (
            SquareStorage(self._form) if square else RectangularStorage(self._form)
        )
        self._facets = facets
        self.inputs = Inputs(form, unknowns)
        self._foreign = False

    @property
    def between_bodies(self) -> bool:
        """Whether it is integrated over an interface."""
        return self._facets is not None

    def pattern(self) -> Pattern:
        """Return where the values of the owned rows are; collective.

        Of a block that is integrated over an interface only those that a facet can fill.
        """
        rows, columns = self._storage.pattern()
        found = Pattern(rows, columns, np.arange(len(rows), dtype=np.int32))
        return found if self._facets is None else found.only(self._reached(found, self._facets))

    def columns(self, targets: Longs) -> Longs:
        """Return targets of the columns, from those of the owned dofs; collective."""
        return self._storage.column_targets(targets)

    def place(self, rows: Longs, columns: Longs) -> Entries:
        """Return where the values go, without rows of ghosts and prescribed dofs; collective.

        Args:
            rows: system rows of the owned dofs of the row's unknown.
            columns: system rows of the owned dofs of the column's unknown.
        """
        pattern = self.pattern()
        target_rows = rows[pattern.rows]
        target_columns = self.columns(columns)[pattern.columns]
        kept = (target_rows != DROPPED) & (target_columns != DROPPED)
        source = pattern.source[kept].astype(np.int64)
        return Entries(target_rows[kept], target_columns[kept], source, len(self._storage.values()))

    def _reached(self, pattern: Pattern, facets: FacetNodes) -> npt.NDArray[np.bool_]:
        """Return which places of owned rows a facet can fill; collective."""
        rows, columns = (dofmap.index_map for dofmap in self._maps)
        row_size, column_size = (dofmap.index_map_bs for dofmap in self._maps)
        first, end = rows.local_range
        width = columns.size_global
        row_nodes = first + pattern.rows.astype(np.int64) // row_size
        column_nodes = self._storage.column_numbers()[pattern.columns] // column_size
        return np.isin(row_nodes * width + column_nodes, facets.reach(rows.comm, first, end, width))

    def assemble(self) -> None:
        """Assemble the values; collective."""
        self._storage.assemble(self._form)
        self._foreign = False
        self.version += 1

    def values(self) -> Array:
        """Return the values as last assembled, without the factor; collective."""
        if self._foreign:
            self._storage.assemble(self._form)
            self._foreign = False
        return self._storage.values()

    def values_of(self, form: Any) -> Array:
        """Return the values of another compiled form; collective.

        They take the place of the block's own, which are assembled anew when they are asked for.

        Args:
            form: bilinear form of the same spaces, on cells that are those of the block.
        """
        self._foreign = True
        self._storage.assemble(form)
        return self._storage.values()

    def multiply(self, columns: Array) -> Array:
        """Return the scaled product with values of the owned dofs of the column; collective."""
        if self._foreign:
            self.values()
        return self.factor * self._storage.multiply(columns)
