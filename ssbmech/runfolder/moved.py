# SPDX-License-Identifier: BSD-3-Clause
r"""Where the points of a field file are once its bodies are displaced.

.. math:: x = X + f\,u(X)

with the place X in the undeformed grid, the displacement u and a factor f: 1 shows bodies where
they are, more makes small displacements visible. A body that moves has as X its places at the
start, or when it was last meshed anew, so that with f = 1 its points are those of its mesh at that
time. An interface, whose file has no displacement, goes along with its minus body; where that one
moves, and so may have left the interface's places from the start, with its plus body. Where both
move it goes along with the minus body as long as that has nodes at these places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.fields import DISPLACEMENT
from ssbmech.runfolder.vtkhdf import POSITION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Floats = NDArray[np.float64]

#: How far from a node of its body a point of an interface may lie, over the size of the body.
_NEAR: Final = 1e-9


def moved_points(run: RunData, data: FieldData, step: int, factor: float) -> Floats:
    """Return the points of a file at a step, displaced, shape (points, 3) [m].

    Args:
        run: the run.
        data: field file of a body or an interface.
        step: number of the step.
        factor: by which displacements are multiplied; 0 for the undeformed grid.

    Raises:
        RunFolderError: the factor is no number, or there is no displacement.
    """
    if not np.isfinite(factor):
        raise RunFolderError(f"displacements times {factor!r}: expected a number")
    data = data.at(step)
    if factor == 0.0:
        return data.points
    if not data.minus:
        return np.asarray(data.points + factor * _displacement(data, step))
    body = _carrier(run, data)
    at = body.nearest_step(float(data.times[step]))
    body = body.at(at)
    places = _nodes_at(data.points, body)
    return np.asarray(data.points + factor * _displacement(body, at)[places])


def _carrier(run: RunData, data: FieldData) -> FieldData:
    """Return the body that an interface goes along with: one that does not move, if there is one.

    Raises:
        RunFolderError: neither body has fields.
    """
    beside = [run.bodies[name] for name in (data.minus, data.plus) if name in run.bodies]
    if not beside:
        raise RunFolderError(
            f"{data.name!r} cannot be displaced: {data.minus!r} and {data.plus!r} have no fields"
        )
    return min(beside, key=lambda body: POSITION in body.names)


def _displacement(data: FieldData, step: int) -> Floats:
    if DISPLACEMENT not in data.names:
        raise RunFolderError(f"{data.name!r} cannot be displaced: its file has no displacement")
    return data.values(DISPLACEMENT, step)


def _nodes_at(points: Floats, body: FieldData) -> NDArray[np.intp]:
    """Return the numbers of the nodes of a body at some points of its boundary."""
    nodes = body.points
    near = _NEAR * float(np.ptp(nodes, axis=0).max())
    # along one axis, then the nearest of those in reach
    order = np.argsort(nodes[:, 0], kind="stable")
    along = nodes[order, 0]
    found = np.empty(len(points), dtype=np.intp)
    firsts = np.searchsorted(along, points[:, 0] - near)
    lasts = np.searchsorted(along, points[:, 0] + near, side="right")
    for number, (point, first, last) in enumerate(zip(points, firsts, lasts, strict=True)):
        reach = order[first:last]
        apart = np.abs(nodes[reach] - point).max(axis=1, initial=0.0)
        if not len(reach) or apart.min() > near:
            raise RunFolderError(
                f"{body.path.name} has no node at {point.tolist()}, where the interface has one: "
                "it cannot be displaced"
            )
        found[number] = reach[int(apart.argmin())]
    return found
