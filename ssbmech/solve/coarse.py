# SPDX-License-Identifier: BSD-3-Clause
"""From linear to quadratic elements: the coarser level of a block of elliptic fields.

A node of the coarser level is a vertex. Where the vertex' own unknown is prescribed, the node is
left out; where it is tied to a scalar unknown, that scalar takes its place. So the coarser level
knows the constraints of the finer one, and rigid motions that these allow are on both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt
from dolfinx import la

from ssbmech._compat import element_points
from ssbmech.solve.blocks import DROPPED
from ssbmech.solve.field_roles import Elliptic
from ssbmech.solve.numbering import Numbering
from ssbmech.solve.split import Range, Split
from ssbmech.solve.summed_matrix import Source, SummedMatrix

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

SMALLEST = 1e-12
"""Value of a linear shape function at a node that is none [1]."""


@dataclass(frozen=True, eq=False)
class _Level:
    """What a field contributes to the coarser level.

    Attributes:
        rows: local rows of the system that interpolate, entry by entry.
        columns: local nodes (unrolled) of the field's own level, entry by entry.
        weights: weights of the nodes.
        targets: system row that each local node (unrolled) stands for, ghosts too; DROPPED where
            prescribed.
        owned: number of owned nodes (unrolled).
        spread: takes values of owned nodes (unrolled), returns those of ghosts too; collective.
    """

    rows: Longs
    columns: Longs
    weights: Array
    targets: Longs
    owned: int
    spread: la.Vector


@dataclass(frozen=True, eq=False)
class CoarseRows:
    """The coarser level of a block, row by row of this rank.

    Attributes:
        prolongation: interpolation from it.
        nodes: number of the node of each row; a scalar is a node of its own.
        components: component of each row.
        count: number of nodes of this rank, those without rows among them.
        points: position of each node, shape (count, 3) [m]; nan for scalars.
        size: components per node [1].
    """

    prolongation: PETSc.Mat
    nodes: Longs
    components: Longs
    count: int
    points: Array
    size: int


def coarse_rows(
    numbering: Numbering,
    split: Split,
    block: int,
    fields: Sequence[Elliptic],
    index: Mapping[str, int],
) -> CoarseRows:
    """Return the coarser level of a block; collective.

    Args:
        numbering: numbering of the system.
        split: the blocks.
        block: number of the block.
        fields: its fields.
        index: number of each unknown by its key.
    """
    levels = [_level(numbering, field, index[field.unknown.key]) for field in fields]
    members = split.members[block]
    scalars = members[members >= numbering.starts[-1]]
    kept = [_kept(level, numbering) for level in levels]
    matrix = _interpolation(numbering, split, block, levels, scalars)
    size = max((field.unknown.block_size for field in fields), default=1)
    nodes, components, points, count = [], [], [], 0
    for field, mask in zip(fields, kept, strict=True):
        own = np.flatnonzero(mask)
        nodes.append(count + own // size)
        components.append(own % size)
        points.append(_points(field)[: len(mask) // size])
        count += len(mask) // size
    nodes.append(count + np.arange(len(scalars)))
    components.append(_directions(numbering, levels, scalars, size))
    points.append(np.full((len(scalars), 3), np.nan))
    return CoarseRows(
        prolongation=matrix,
        nodes=np.concatenate(nodes),
        components=np.concatenate(components),
        count=count + len(scalars),
        points=np.concatenate(points),
        size=size,
    )


def prolongation(
    numbering: Numbering,
    split: Split,
    block: int,
    fields: Sequence[Elliptic],
    index: Mapping[str, int],
) -> PETSc.Mat:
    """Return the interpolation from the coarser level of a block, see `coarse_rows`; collective."""
    return coarse_rows(numbering, split, block, fields, index).prolongation


def _points(field: Elliptic) -> Array:
    """Return the positions of this rank's nodes of a field's coarser level [m]."""
    space = field.unknown.function.function_space if field.linear is None else field.linear
    return np.asarray(space.tabulate_dof_coordinates(), dtype=np.float64)


def _directions(numbering: Numbering, levels: Sequence[_Level], scalars: Longs, size: int) -> Longs:
    """Return the component in which each scalar of this rank moves what it is tied to."""
    found = np.zeros(len(numbering.closure_rows), dtype=np.int64)
    for level in levels:
        targets = level.targets[: level.owned]
        for j, row in enumerate(numbering.closure_rows):
            tied = np.flatnonzero(targets == row)
            if len(tied):
                found[j] = tied[0] % size
    numbering.comm.Allreduce(MPI.IN_PLACE, found, op=MPI.MAX)
    return np.asarray(found[scalars - numbering.starts[-1]])


def _interpolation(
    numbering: Numbering,
    split: Split,
    block: int,
    levels: Sequence[_Level],
    scalars: Longs,
) -> PETSc.Mat:
    """Return the interpolation from the coarser level of a block; collective."""
    kept = [_kept(level, numbering) for level in levels]
    coarse = Range(split.comm, sum(int(k.sum()) for k in kept) + len(scalars))
    # the scalars are the last nodes, on the rank that owns them
    at_end = coarse.first + coarse.size - len(scalars)
    own = {int(row): at_end + j for j, row in enumerate(scalars + numbering.first)}
    closures = {k: v for found in split.comm.allgather(own) for k, v in found.items()}
    first, rows, columns, weights = coarse.first, [], [], []
    for level, mask in zip(levels, kept, strict=True):
        numbers = _numbers(level, mask, first, closures)
        first += int(mask.sum())
        at = numbers[level.columns]
        used = at >= 0
        rows.append(level.rows[used])
        columns.append(at[used])
        weights.append(level.weights[used])
    rows.append(scalars)
    columns.append(at_end + np.arange(len(scalars)))
    weights.append(np.ones(len(scalars)))
    source = Source(split.local.number[np.concatenate(rows)], np.concatenate(columns))
    matrix = SummedMatrix(split.ranges[block], coarse, [source])
    matrix.fill([np.concatenate(weights)])
    # the arrays behind the matrix end with this function
    copy = matrix.mat.copy()
    matrix.destroy()
    return copy


def _level(numbering: Numbering, field: Elliptic, k: int) -> _Level:
    """Return what a field contributes; collective."""
    unknown = field.unknown
    space, size = unknown.function.function_space, unknown.block_size
    fine = la.vector(space.dofmap.index_map, size)
    own = numbering.own_rows(k)
    fine.array[: unknown.owned] = numbering.targets[k]
    fine.scatter_forward()
    codes = np.asarray(fine.array).astype(np.int64)
    free = np.flatnonzero(numbering.targets[k] == own)
    if field.linear is None:
        weights, local = np.ones(len(free)), numbering.starts[k] + free
        return _Level(local, free, weights, codes, unknown.owned, fine)
    nodes, linear = space.dofmap.list, field.linear.dofmap
    shape = field.linear.element.basix_element.tabulate(0, element_points(space))[0, :, :, 0]
    rows = np.repeat(nodes[:, :, None], linear.list.shape[1], axis=2).ravel().astype(np.int64)
    columns = np.repeat(linear.list[:, None, :], nodes.shape[1], axis=1).ravel().astype(np.int64)
    weights = np.broadcast_to(shape, (len(nodes), *shape.shape)).ravel()
    coarse = la.vector(linear.index_map, size)
    # at a vertex the weight is one
    vertex = weights > 1.0 - SMALLEST
    targets = np.full((len(coarse.array) // size, size), DROPPED, dtype=np.int64)
    targets[columns[vertex]] = codes.reshape(-1, size)[rows[vertex]]
    used = (rows < unknown.owned // size) & (np.abs(weights) > SMALLEST)
    _, once = np.unique(rows[used] * (len(targets) + 1) + columns[used], return_index=True)
    at_rows = _unrolled(rows[used][once], size)
    at_columns, of_all = _unrolled(columns[used][once], size), np.repeat(weights[used][once], size)
    is_free = np.isin(at_rows, free)
    local = numbering.starts[k] + at_rows[is_free]
    owned = int(linear.index_map.size_local) * size
    return _Level(local, at_columns[is_free], of_all[is_free], targets.ravel(), owned, coarse)


def _unrolled(nodes: Longs, size: int) -> Longs:
    """Return the dofs of nodes with several components."""
    return np.asarray((nodes[:, None] * size + np.arange(size)).ravel(), dtype=np.int64)


def _kept(level: _Level, numbering: Numbering) -> npt.NDArray[np.bool_]:
    """Return which owned nodes stand for themselves."""
    targets = level.targets[: level.owned]
    return np.asarray((targets != DROPPED) & ~np.isin(targets, numbering.closure_rows))


def _numbers(
    level: _Level, kept: npt.NDArray[np.bool_], first: int, closures: Mapping[int, int]
) -> Longs:
    """Return the numbers of all local nodes on the coarser level, -1 for none; collective."""
    vector = level.spread
    owned = np.full(level.owned, -1, dtype=np.int64)
    owned[kept] = first + np.arange(int(kept.sum()))
    for row, number in closures.items():
        owned[level.targets[: level.owned] == row] = number
    vector.array[: level.owned] = owned
    vector.scatter_forward()
    return np.asarray(vector.array).astype(np.int64)
