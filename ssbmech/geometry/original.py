# SPDX-License-Identifier: BSD-3-Clause
"""Original numbers: what nodes, cells and facets were called before the mesh was shared out.

Ranks number what they hold as they like. The mesh as it was made or read has one numbering, which
DOLFINx remembers for the points of the geometry and the cells of the parent mesh; whatever is kept
by it fits any number of ranks.
"""

from __future__ import annotations

import basix
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import cell_nodes
from ssbmech.geometry.subdomains import BodyMesh, InterfaceMesh

Numbers = npt.NDArray[np.int64]

_SHIFT = 32


def vertex_numbers(mesh: Mesh) -> Numbers:
    """Return the original numbers of the vertices of every local cell, shape (cells, vertices).

    Submeshes keep the numbers of the mesh that they were cut from.
    """
    numbers = np.asarray(mesh.geometry.input_global_indices, dtype=np.int64)
    return np.asarray(numbers[cell_nodes(mesh)], dtype=np.int64)


def node_numbers(space: fem.FunctionSpace) -> Numbers:
    """Return a number for every local node of a Lagrange space of degree 1 or 2.

    A node at a vertex is known by it, one on an edge by both ends; such numbers are unique but not
    contiguous.
    """
    vertices = vertex_numbers(space.mesh)
    dofmap = space.dofmap
    nodes, layout = dofmap.list, dofmap.dof_layout
    index_map = dofmap.index_map
    numbers = np.full(index_map.size_local + index_map.num_ghosts, -1, dtype=np.int64)
    topology = basix.topology(space.mesh.basix_cell())
    for dim in (0, 1):
        for entity, corners in enumerate(topology[dim]):
            found = node_number(vertices[:, [corners[0], corners[-1]]])
            for place in layout.entity_dofs(dim, entity):
                numbers[nodes[:, place]] = found
    return numbers


def node_number(ends: npt.NDArray[np.integer]) -> Numbers:
    """Return the numbers of nodes in the middle between two vertices, or at one given twice.

    Args:
        ends: original numbers of the vertices, in any order, shape (nodes, 2).
    """
    ordered = np.sort(ends, axis=1).astype(np.int64)
    return np.asarray((ordered[:, 0] << _SHIFT) | ordered[:, 1])


def node_ends(numbers: Numbers) -> Numbers:
    """Return the vertices between which nodes lie, shape (nodes, 2)."""
    return np.column_stack([numbers >> _SHIFT, numbers & ((1 << _SHIFT) - 1)])


def cell_numbers(parent: Mesh, body: BodyMesh) -> Numbers:
    """Return the original number of every local cell of a body, owned and ghost."""
    original = np.asarray(parent.topology.original_cell_index, dtype=np.int64)
    return np.asarray(original[body.submesh.parent_entities])


def facet_numbers(parent: Mesh, interface: InterfaceMesh) -> Numbers:
    """Return a number for every facet of an interface that this rank owns, in the mesh's order.

    A facet is known by the cell of the minus body and its place there.
    """
    original = np.asarray(parent.topology.original_cell_index, dtype=np.int64)
    per_cell = parent.topology.dim + 1
    minus, place = interface.entities[:, 0], interface.entities[:, 1]
    surface_cells = interface.local_cells(parent)[2]
    numbers = np.full(len(interface.submesh.parent_entities), -1, dtype=np.int64)
    numbers[surface_cells] = original[minus] * per_cell + place
    owned = interface.mesh.topology.index_map(per_cell - 2).size_local
    return numbers[:owned]
