# SPDX-License-Identifier: BSD-3-Clause
"""Names of the bodies in a picture, each written where its body really is.

A layer is named at its left end. A body that holds others, or is one of many particles, is named
where it is widest: at the cell farthest from all other bodies and from the edge of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots.section import MICRO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.plots.section import Picture

    Array = NDArray[np.float64]

# A name is about that many times as wide as it is high.
_FLATNESS = 3.0
# More cells need not be looked at to find a good one.
_MOST_CELLS = 400


@dataclass(frozen=True, slots=True, eq=False)
class _Name:
    """A name and where it is written.

    Attributes:
        text: The name, of a body or of one of its regions.
        body: The body.
        middle: Place within the cell at which it is written, before the body deforms [m]; None for
            the left end of what it names.
    """

    text: str
    body: str
    middle: Array | None


class Labels:
    """The names of the bodies of a picture, or of their regions where a body has several."""

    def __init__(self, picture: Picture) -> None:
        """Find a place for each name, the same at all steps.

        Args:
            picture: The cell.
        """
        self._picture = picture
        points = {name: picture.body(name, 0).points for name in picture.bodies}
        self._names = []
        for body in picture.bodies:
            all_cells = np.ones(len(picture.body(body, 0).cells), dtype=bool)
            for text, cells in (picture.regions(body) or {body: all_cells}).items():
                frame = picture.body(body, 0)
                own = {**points, body: frame.points[frame.cells[cells]].reshape(-1, 2)}
                inside = _holds_others(body, own)
                roomiest = _roomiest(picture, body, points, cells) if inside else None
                middle = None
                if roomiest is not None:
                    middle = frame.points[frame.cells[roomiest]].mean(axis=0)
                self._names.append(_Name(text, body, middle))

    def draw(self, axes: Any, step: int) -> None:
        """Write the names.

        Args:
            axes: Axes in micrometres.
            step: Number of the step.
        """
        for name in self._names:
            frame = self._picture.body(name.body, step)
            points = MICRO * frame.moved
            if name.middle is not None:
                away = frame.points[frame.cells].mean(axis=1) - name.middle
                cell = int(np.square(away).sum(axis=1).argmin())
                x, y = points[frame.cells[cell]].mean(axis=0)
            else:
                named = self._picture.regions(name.body, step).get(name.text, slice(None))
                own = points[frame.cells[named]].reshape(-1, 2)
                low, high = own.min(axis=0), own.max(axis=0)
                x, y = low[0] + 0.03 * (high[0] - low[0]), 0.5 * (low[1] + high[1])
            axes.text(
                x,
                y,
                name.text,
                zorder=150,
                ha="left" if name.middle is None else "center",
                va="center",
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5},
            )


def _holds_others(name: str, points: dict[str, Array]) -> bool:
    """Return whether other bodies reach into the middle of the room that a body takes."""
    low, high = points[name].min(axis=0), points[name].max(axis=0)
    margin = 0.1 * (high[1] - low[1])
    others = [each for other, each in points.items() if other != name]
    return any(
        ((each[:, 1] > low[1] + margin) & (each[:, 1] < high[1] - margin)).any() for each in others
    )


def _roomiest(
    picture: Picture, name: str, points: dict[str, Array], cells: NDArray[np.bool_]
) -> int:
    """Return which of some cells of a body is farthest from other bodies and the picture's edge."""
    frame = picture.body(name, 0)
    numbers = np.flatnonzero(cells)
    numbers = numbers[:: max(len(numbers) // _MOST_CELLS, 1)]
    centres = frame.points[frame.cells[numbers]].mean(axis=1)
    everything = np.concatenate(list(points.values()))
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = np.array([1.0 / _FLATNESS, 1.0])
    room = (scale * np.minimum(centres - low, high - centres)).min(axis=1)
    others = [each for other, each in points.items() if other != name]
    away = scale * np.concatenate(others) if others else np.empty((0, 2))
    for number, centre in enumerate(scale * centres):
        distance = np.sqrt(((away - centre) ** 2).sum(axis=1).min(initial=np.inf))
        room[number] = min(room[number], distance)
    return int(numbers[room.argmax()])
