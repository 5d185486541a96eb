# SPDX-License-Identifier: BSD-3-Clause
"""The mesh of a run in its checkpoints: shared out anew, it has the same original numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ssbmech._compat import cell_nodes
from ssbmech.checkpoint.rows import StoredRows
from ssbmech.errors import RunFolderError
from ssbmech.frames import Frame
from ssbmech.geometry.original import vertex_numbers
from ssbmech.geometry.simplices import LabelledMesh
from ssbmech.geometry.tagged_mesh import TaggedMesh, distribute_labelled

_NAMES = ("regions", "faces", "interfaces", "drawn")


def mesh_rows(tagged: TaggedMesh) -> dict[str, npt.NDArray[Any]]:
    """Return this rank's points, cells and tagged facets with their original numbers."""
    mesh, dim = tagged.mesh, tagged.mesh.topology.dim
    owned = mesh.topology.index_map(dim).size_local
    tags = np.zeros(owned, dtype=np.int32)
    own = tagged.cell_tags.indices < owned
    tags[tagged.cell_tags.indices[own]] = tagged.cell_tags.values[own]
    facets = tagged.facet_tags.indices < mesh.topology.index_map(dim - 1).size_local
    points = mesh.geometry.index_map().size_local
    return {
        "mesh/point_numbers": np.asarray(mesh.geometry.input_global_indices[:points], np.int64),
        "mesh/points": np.array(mesh.geometry.x[:points], dtype=np.float64),
        "mesh/cell_numbers": np.asarray(mesh.topology.original_cell_index[:owned], np.int64),
        "mesh/cells": vertex_numbers(mesh)[:owned],
        "mesh/cell_tags": tags,
        "mesh/facets": _facet_vertices(tagged)[facets],
        "mesh/facet_tags": np.asarray(tagged.facet_tags.values[facets], dtype=np.int32),
    }


def mesh_names(tagged: TaggedMesh) -> dict[str, Mapping[str, float]]:
    """Return what a mesh knows by name, as plain data."""
    return {name: dict(getattr(tagged, name)) for name in _NAMES}


def load_mesh(
    stored: StoredRows, names: Mapping[str, Mapping[str, Any]], frame: Frame
) -> TaggedMesh:
    """Share out a stored mesh; collective.

    Args:
        stored: a checkpoint.
        names: what it knows by name, as `mesh_names` gives it.
        frame: kinematic frame.

    Raises:
        RunFolderError: the mesh cannot be read.
        MeshError: it lacks a name; both on all ranks.
    """
    return distribute_labelled(stored.comm, frame, lambda: _labelled(stored, names))


def _labelled(stored: StoredRows, names: Mapping[str, Mapping[str, Any]]) -> LabelledMesh:
    """Return the stored mesh in its original order.

    Raises:
        RunFolderError: there is none.
    """
    found = labelled(stored.here, names)
    if len(found.cells) == 0:
        raise RunFolderError(f"{stored.path} holds no cells")
    return found


def labelled(
    read: Callable[[str], npt.NDArray[Any]], names: Mapping[str, Mapping[str, Any]]
) -> LabelledMesh:
    """Return the mesh of some rows in its original order.

    Args:
        read: returns the rows of a name, those of all ranks.
        names: what it knows by name, as `mesh_names` gives it.
    """
    numbers = read("mesh/point_numbers")
    points = np.zeros((int(numbers.max(initial=-1)) + 1, 3))
    points[numbers] = read("mesh/points")
    order = np.argsort(read("mesh/cell_numbers"))
    facets = np.sort(read("mesh/facets"), axis=1)
    # in an order of their own, whichever ranks they come from
    by_points = np.lexsort(facets.T[::-1])
    return LabelledMesh(
        points=points,
        cells=read("mesh/cells")[order],
        cell_values=read("mesh/cell_tags")[order],
        facets=facets[by_points],
        facet_values=read("mesh/facet_tags")[by_points],
        **{name: dict(names.get(name, {})) for name in _NAMES},
    )


def rows_of(mesh: LabelledMesh) -> dict[str, npt.NDArray[Any]]:
    """Return the rows of a whole mesh, as `mesh_rows` gives those of a rank."""
    return {
        "mesh/point_numbers": np.arange(len(mesh.points)),
        "mesh/points": mesh.points,
        "mesh/cell_numbers": np.arange(len(mesh.cells)),
        "mesh/cells": mesh.cells,
        "mesh/cell_tags": mesh.cell_values,
        "mesh/facets": mesh.facets,
        "mesh/facet_tags": mesh.facet_values,
    }


def _facet_vertices(tagged: TaggedMesh) -> npt.NDArray[np.int64]:
    """Return the original numbers of the vertices of every tagged facet."""
    mesh, dim = tagged.mesh, tagged.mesh.topology.dim
    mesh.topology.create_connectivity(dim, 0)
    mesh.topology.create_connectivity(dim - 1, 0)
    corners = mesh.topology.connectivity(dim, 0).array.reshape(-1, dim + 1)
    vertices = mesh.topology.index_map(0)
    node = np.zeros(vertices.size_local + vertices.num_ghosts, dtype=np.int64)
    node[corners.ravel()] = cell_nodes(mesh).ravel()
    of_facets = mesh.topology.connectivity(dim - 1, 0).array.reshape(-1, dim)
    numbers = np.asarray(mesh.geometry.input_global_indices, dtype=np.int64)
    return np.asarray(numbers[node[of_facets[tagged.facet_tags.indices]]])
