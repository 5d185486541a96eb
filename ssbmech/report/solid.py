# SPDX-License-Identifier: BSD-3-Clause
"""A run in space as triangles that a reader can turn: bodies and interfaces, displaced, coloured.

Only what lies on the surface of a body goes into the page, at the last output time. Of a large run
the triangles are made fewer (`decimation`), and the page says so.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.solid import moved_interface
from ssbmech.report.chart_style import packed
from ssbmech.report.decimation import Surface, decimated
from ssbmech.report.readable import place_text, quantity_text
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

MOST_TRIANGLES: Final = 120_000
"""Triangles that a view in a report has at most: about four megabytes."""

_MICRO: Final = 1e6
# Bodies are pulled apart by this share of the cell's height.
_APART: Final = 0.3
# Field -> whether it is one of the bodies, and whether its sign matters.
_FIELDS: Final[Mapping[str, tuple[bool, bool]]] = MappingProxyType(
    {
        "von_mises": (True, False),
        "pressure": (True, True),
        "content": (True, False),
        "gap": (False, False),
        "contact": (False, False),
        "conducting": (False, False),
        "p_contact": (False, False),
        "i_normal": (False, True),
    }
)
# Corners of the faces of a tetrahedron, and the corner opposite to each.
_FACES: Final = ((1, 2, 3), (0, 3, 2), (0, 1, 3), (0, 2, 1))


def solid_view(run: RunData) -> tuple[dict[str, Any] | None, str]:
    """Return the view of a run in space, or None, and a note on it.

    The note is empty if there is nothing to say.

    Args:
        run: The run.

    Raises:
        RunFolderError: A field cannot be read.
    """
    if not run.in_space:
        return None, ""
    bodies = {name: _body(data) for name, data in run.bodies.items()}
    interfaces = {name: _interface(run, name) for name in run.interfaces}
    count = _count(bodies, interfaces)
    note = ""
    if count > MOST_TRIANGLES:
        share = MOST_TRIANGLES / count
        bodies = {name: _fewer(part, share) for name, part in bodies.items()}
        interfaces = {name: _fewer(part, share) for name, part in interfaces.items()}
        note = (
            f"The view in space has {_count(bodies, interfaces):,d} of {count:,d} triangles; the "
            "files in fields/ have all of them, for ParaView."
        )
    lifts = _lifts(run, bodies)
    fields = [
        _field(run, name, bodies if of_bodies else interfaces)
        for name, (of_bodies, _) in _FIELDS.items()
        if any(name in part.values for part in (bodies if of_bodies else interfaces).values())
    ]
    time = float(next(iter(run.bodies.values())).times[-1])
    view = {
        "time": quantity_text(time, "s", 3),
        "fields": fields,
        "bodies": [_mesh(name, bodies[name], lift) for name, lift in lifts.items()],
        "interfaces": [
            _mesh(name, part, lifts.get(run.interfaces[name].minus, 0.0))
            for name, part in interfaces.items()
        ],
        "apart": bool(run.bodies) and not run.hosts and len(run.bodies) > 1,
    }
    return view, note


def _count(*parts: Mapping[str, Surface]) -> int:
    """Return the number of all triangles."""
    return sum(len(part.faces) for named in parts for part in named.values())


def _fewer(part: Surface, share: float) -> Surface:
    """Return a surface with a share of its triangles."""
    return decimated(part, int(share * len(part.faces)))


def surface(cells: Indices) -> tuple[Indices, Indices]:
    """Return the faces of tetrahedra that belong to one cell only, and these cells.

    Args:
        cells: Corners of the cells, shape (cells, 4).

    Returns:
        Corners of the faces, shape (faces, 3); cells, shape (faces,).
    """
    faces = np.concatenate([cells[:, list(face)] for face in _FACES])
    owners = np.tile(np.arange(len(cells)), len(_FACES))
    _, first, counts = np.unique(
        np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True
    )
    outer = first[counts == 1]
    return faces[outer], owners[outer]


def _body(data: FieldData) -> Surface:
    """Return points, faces and values of a body's surface at the last time."""
    data = data.at(-1)
    faces, owners = surface(data.corners)
    used, corners = np.unique(faces, return_inverse=True)
    points = data.points[used]
    if "displacement" in data.names:
        points = points + data.values("displacement", -1)[used]
    on_points, on_faces = _by_place(data, of_bodies=True)
    return Surface(
        points=points,
        faces=corners.reshape(-1, 3),
        on_points={name: array[used] for name, array in on_points.items()},
        on_faces={name: array[owners] for name, array in on_faces.items()},
    )


def _interface(run: RunData, name: str) -> Surface:
    """Return points, faces and values of an interface, which moves with its minus body."""
    data = run.interfaces[name]
    used, corners = np.unique(data.corners, return_inverse=True)
    points = moved_interface(run, name, -1)[used]
    on_points, on_faces = _by_place(data, of_bodies=False)
    on_points = {field: array[used] for field, array in on_points.items()}
    return Surface(points, corners.reshape(-1, 3), on_points, on_faces)


def _by_place(data: FieldData, of_bodies: bool) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the fields to show at the last time, those on points and those on cells."""
    on_points, on_cells = dict[str, "Array"](), dict[str, "Array"]()
    for name, (is_of_bodies, _) in _FIELDS.items():
        if is_of_bodies is of_bodies and name in data.names:
            into = on_points if data.arrays[name].on_points else on_cells
            into[name] = data.values(name, -1)
    return on_points, on_cells


def _lifts(run: RunData, bodies: Mapping[str, Surface]) -> dict[str, float]:
    """Return how far each body is lifted when they are pulled apart, the lowest first [um]."""
    middles = {name: float(part.points[:, 2].mean()) for name, part in bodies.items()}
    every = np.concatenate([part.points[:, 2] for part in bodies.values()])
    height = _MICRO * float(np.ptp(every))
    ranked = sorted(run.bodies, key=lambda name: middles[name])
    return {name: _APART * height * rank for rank, name in enumerate(ranked)}


def _field(run: RunData, name: str, parts: Mapping[str, Surface]) -> dict[str, Any]:
    """Return name, label and colour scale of a field."""
    of_bodies, signed = _FIELDS[name]
    values = np.concatenate([part.values[name] for part in parts.values() if name in part.values])
    factor = shown_unit(quantity(name).unit).factor
    shown = factor * values
    field: dict[str, Any] = {
        "name": name,
        "label": axis_label(name),
        "of": "bodies" if of_bodies else "interfaces",
        "factor": factor,
        "log": False,
    }
    if signed:
        high = float(np.percentile(np.abs(shown), 99.0)) or 1.0
        return field | {"low": -high, "high": high, "colours": "RdBu", "reverse": True}
    if quantity(name).unit == "1":
        return field | _fraction_scale(run, name)
    scale = theme.positive_scale(shown)
    low, high = float(scale.norm.vmin or 0.0), float(scale.norm.vmax or 1.0)
    return field | {"low": low, "high": high, "colours": "Viridis", "log": low > 0.0}


def _fraction_scale(run: RunData, name: str) -> dict[str, Any]:
    if name != "content":
        return {"low": 0.0, "high": 1.0, "colours": "Cividis"}
    low = [float(np.min(values)) for values in run.series.of("content_min").values() if values.size]
    high = [
        float(np.max(values)) for values in run.series.of("content_max").values() if values.size
    ]
    return {"low": min(low, default=0.0), "high": max(high, default=1.0), "colours": "Viridis"}


def _mesh(name: str, part: Surface, lift: float) -> dict[str, Any]:
    """Return a part for the page, in micrometres."""
    x, y, z = _MICRO * part.points.T
    i, j, k = part.faces.T
    values = {
        field: {
            "data": packed(_shown(field, array)),
            "mode": mode,
        }
        for mode, arrays in (("vertex", part.on_points), ("cell", part.on_faces))
        for field, array in arrays.items()
    }
    coordinates = {"x": packed(x), "y": packed(y), "z": packed(z)}
    corners = {"i": packed(i, "i4"), "j": packed(j, "i4"), "k": packed(k, "i4")}
    return {"name": place_text(name), "lift": lift, "values": values, **coordinates, **corners}


def _shown(name: str, values: Array) -> Array:
    return shown_unit(quantity(name).unit).factor * values
