# SPDX-License-Identifier: BSD-3-Clause
"""Field files as xarray's datasets, whose values are read from the file when they are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.derived import all_arrays, all_values, dimension_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import Array, FieldData
    from ssbmech.runfolder.reader import RunData

_AXES = "xyz"


def interface_map(data: FieldData, run: RunData) -> xr.Dataset:
    """Return the fields of an interface over (time, facet).

    Args:
        data: Its field file.
        run: The run.
    """
    coordinates = _places(_middles(data), "facet", run)
    notes = {"interface": data.name, "minus": data.minus, "plus": data.plus}
    return _dataset(data, run, {False: "facet", True: "node"}, coordinates, notes)


def body_map(data: FieldData, run: RunData) -> xr.Dataset:
    """Return the fields of a body over (time, cell) and (time, node).

    Args:
        data: Its field file.
        run: The run.
    """
    coordinates = _places(data.points, "node", run) | {
        f"{axis}_cell": place for axis, place in _places(_middles(data), "cell", run).items()
    }
    coordinates["corners"] = (("cell", "corner"), data.corners, {"long_name": "nodes at corners"})
    return _dataset(data, run, {False: "cell", True: "node"}, coordinates, {"body": data.name})


def _dataset(
    data: FieldData,
    run: RunData,
    dimensions: Mapping[bool, str],
    coordinates: dict[str, Any],
    notes: Mapping[str, str],
) -> xr.Dataset:
    """Return all arrays of a file; `dimensions` names that of cells and that of points."""
    import xarray as xr

    if data.grids > 1:
        raise RunFolderError(
            f"{data.name!r} was meshed anew and has {data.grids} grids: its fields have no common "
            "places; take them time by time, with pyvista(name, time), or export them"
        )
    coordinates["time"] = ("time", data.times, {"units": "s", "long_name": "time"})
    variables = {}
    arrays = all_arrays(data)
    for name in sorted(arrays):
        array, row = arrays[name], run.quantity(name)
        dims = (
            ["time", dimensions[array.on_points]] if array.varies else [dimensions[array.on_points]]
        )
        if array.components:
            dimension, labels = dimension_of(name, array)
            dims.append(dimension)
            if labels:
                coordinates[dimension] = (dimension, list(labels))
        known = {"units": row.unit, "long_name": row.label, "symbol": row.symbol}
        attributes = {key: text for key, text in known.items() if text}
        values = _lazy(data, name, array) if array.varies else all_values(data, name, 0)
        variables[name] = xr.Variable(dims, values, attributes)
    frame = str(run.manifest.get("frame", ""))
    return xr.Dataset(variables, coordinates, {**notes, **({"frame": frame} if frame else {})})


def _lazy(data: FieldData, name: str, array: Array) -> Any:
    """Return an array as xarray's own readers do: a part of it is read when that is asked for."""
    from xarray.backends import BackendArray
    from xarray.core import indexing

    class FieldArray(BackendArray):
        """Values of a field at all times."""

        def __init__(self) -> None:
            self.shape = (len(data.times), data.size(array), *array.components)
            self.dtype = np.dtype(np.float64)

        def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
            basic = indexing.IndexingSupport.BASIC
            return indexing.explicit_indexing_adapter(key, self.shape, basic, self._read)

        def _read(self, key: tuple[int | slice, ...]) -> NDArray[np.float64]:
            time, rest = key[0], key[1:]
            if not isinstance(time, slice):
                return np.asarray(all_values(data, name, int(time))[rest])
            steps = range(len(data.times))[time]
            if not steps:
                return np.empty(self.shape)[key]
            return np.stack([all_values(data, name, step)[rest] for step in steps])

    return indexing.LazilyIndexedArray(FieldArray())


def _middles(data: FieldData) -> NDArray[np.float64]:
    """Return the middle of each cell or facet, shape (cells, 3) [m]."""
    return np.asarray(data.points[data.corners].mean(axis=1))


def _places(points: NDArray[np.float64], dimension: str, run: RunData) -> dict[str, Any]:
    """Return coordinates of points along a dimension, two of them in a plane."""
    radial = run.manifest.get("frame") == "Axisymmetric"
    names = ("radius", "height") if radial else _AXES
    return {
        _AXES[axis]: (dimension, points[:, axis], {"units": "m", "long_name": names[axis]})
        for axis in range(3 if run.in_space else 2)
    }
