# SPDX-License-Identifier: BSD-3-Clause
"""Facets of simplices as rows of numbers, whatever the order of their corners."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def facets_by_corner(cells: Ints) -> Ints:
    """Return all facets of cells, shape (dim + 1, cells, dim): the first are across corner 0."""
    return np.stack([np.delete(cells, k, axis=1) for k in range(cells.shape[1])])


def outer_facets(cells: Ints) -> tuple[Ints, Ints]:
    """Return the facets that belong to one cell, and the corner of that cell across each."""
    rows = facets_by_corner(cells).reshape(-1, cells.shape[1] - 1)
    across = cells.T.ravel()
    _, first, counts = np.unique(
        np.sort(rows, axis=1), axis=0, return_index=True, return_counts=True
    )
    once = first[counts == 1]
    return np.asarray(rows[once]), np.asarray(across[once])


def lists(numbers: npt.NDArray[np.integer]) -> list[list[int]]:
    """Return rows of numbers as lists, shape (rows, numbers)."""
    return [[int(each) for each in row] for row in numbers]


def places_of(wanted: Ints, known: Ints) -> Ints:
    """Return where facets stand among others; -1 for one that is not there.

    Args:
        wanted: facets, shape (facets, corners).
        known: facets, each of them once.
    """
    both = np.sort(np.concatenate([known, wanted]), axis=1)
    _, group = np.unique(both, axis=0, return_inverse=True)
    group = group.ravel()
    place = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    place[group[: len(known)]] = np.arange(len(known))
    return np.asarray(place[group[len(known) :]])
