# SPDX-License-Identifier: BSD-3-Clause
"""A small plane mesh of three layers, as arrays and as the text of an Abaqus deck."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

NAMES = ("negative", "separator", "positive")


@dataclass(frozen=True)
class FlatMesh:
    """Points, cells and the lines of the rim.

    Attributes:
        points: coordinates, shape (n, 2).
        cells: corners of each cell, three or four.
        region: 0, 1 or 2 for each cell.
        rim: lines of the sides, by name.
    """

    points: np.ndarray
    cells: np.ndarray
    region: np.ndarray
    rim: dict[str, np.ndarray]


def between_lines(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a plane cut along lines and along diagonals that change from field to field.

    Args:
        x: places of the lines across, rising.
        y: places of the lines along.

    Returns:
        Points of shape (n, 3); corners of the triangles, the first of all fields before the second;
        and the row of each.
    """
    points = np.zeros((x.size * y.size, 3))
    points[:, 0], points[:, 1] = np.tile(x, y.size), np.repeat(y, x.size)
    i, j = (k.ravel() for k in np.meshgrid(np.arange(x.size - 1), np.arange(y.size - 1)))
    a = j * x.size + i
    b, c, d = a + 1, a + x.size + 1, a + x.size
    even = ((i + j) % 2 == 0)[:, None]
    first = np.where(even, np.column_stack([a, b, c]), np.column_stack([a, b, d]))
    second = np.where(even, np.column_stack([a, c, d]), np.column_stack([b, c, d]))
    return points, np.concatenate([first, second]), np.tile(j, 2)


def layers(
    heights: Sequence[float] = (4.0, 8.0, 4.0),
    width: float = 12.0,
    across: int = 3,
    corner: tuple[float, float] = (0.0, 0.0),
    quads: bool = False,
) -> FlatMesh:
    """Return layers of two rows of cells each, in micrometres."""
    levels = np.concatenate(
        [[0.0], *(np.array([0.5, 1.0]) * h + sum(heights[:i]) for i, h in enumerate(heights))]
    )
    x = corner[0] + np.linspace(0.0, width, across + 1)
    points = np.array([[a, corner[1] + b] for b in levels for a in x])
    row = across + 1
    cells, region = [], []
    for j in range(len(levels) - 1):
        for i in range(across):
            a, b, c, d = (
                j * row + i,
                j * row + i + 1,
                (j + 1) * row + i + 1,
                (j + 1) * row + i,
            )
            cells += [[a, b, c, d]] if quads else [[a, b, c], [a, c, d]]
            region += [j // 2] * (1 if quads else 2)
    last = (len(levels) - 1) * row
    rim = {
        "bottom": [[i, i + 1] for i in range(across)],
        "top": [[last + i, last + i + 1] for i in range(across)],
        "left": [[j * row, (j + 1) * row] for j in range(len(levels) - 1)],
        "right": [[j * row + across, (j + 1) * row + across] for j in range(len(levels) - 1)],
    }
    return FlatMesh(
        points, np.array(cells), np.array(region), {n: np.array(r) for n, r in rim.items()}
    )


def node_lines(points: np.ndarray) -> list[str]:
    """Return the nodes of a deck."""
    return [
        "*Node",
        *(f"{i}, " + ", ".join(f"{v:.12g}" for v in p) for i, p in enumerate(points, 1)),
    ]


def element_lines(cells: Iterable[np.ndarray], kind: str, name: str, first: int = 1) -> list[str]:
    """Return elements of a deck."""
    return [
        f"*Element, type={kind}, elset={name}",
        *(f"{i}, " + ", ".join(str(n + 1) for n in c) for i, c in enumerate(cells, first)),
    ]


def deck_lines(mesh: FlatMesh, kind: str = "CPE3", names: Sequence[str] = NAMES) -> list[str]:
    """Return nodes and elements of a deck, one element set for each layer."""
    lines, first = node_lines(mesh.points), 1
    for tag in np.unique(mesh.region):
        cells = mesh.cells[mesh.region == tag]
        lines += element_lines(cells, kind, names[tag], first)
        first += len(cells)
    return lines
