# SPDX-License-Identifier: BSD-3-Clause
"""Field files of bodies and interfaces: gathered from all ranks, written by rank 0.

A body's file has the nodes of its displacement space (quadratic cells stay quadratic), an
interface's file the facets of its codimension-one mesh. The grid is the undeformed one; add the
point array ``displacement`` ("Warp By Vector" in ParaView) to see the deformed one. Arrays carry
the names of the table of fields, SI units, and symmetric tensors as xx, yy, zz, xy, yz, xz.

Each rank hands over the values that it owns. The order of points and cells in a file depends on
the number of ranks; the content does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech._compat import cell_nodes
from ssbmech.errors import RunFolderError, raise_on_all
from ssbmech.fields_table import QUANTITIES
from ssbmech.results import vtkhdf
from ssbmech.results.root import on_root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mpi4py import MPI

    from dolfinx import fem, mesh
    from numpy.typing import NDArray

    from ssbmech.results.run_folder import RunFolder

    Values = Mapping[str, NDArray[np.float64]]

# (cell, nodes) -> (VTK's number of the cell type, DOLFINx node at each place of VTK's order).
# DOLFINx numbers the edges of a simplex by their opposite corner, VTK by walking round it.
_VTK_CELLS = {
    ("interval", 2): (3, (0, 1)),
    ("interval", 3): (21, (0, 1, 2)),
    ("triangle", 3): (5, (0, 1, 2)),
    ("triangle", 6): (22, (0, 1, 2, 5, 3, 4)),
    ("tetrahedron", 4): (10, (0, 1, 2, 3)),
    ("tetrahedron", 10): (24, (0, 1, 2, 3, 9, 6, 8, 7, 5, 4)),
}


def owned_nodes(function: fem.Function) -> NDArray[np.float64]:
    """Return the values of a Lagrange function at the nodes this rank owns.

    Args:
        function: Scalar or vector function.

    Returns:
        Array of shape (owned nodes, components), in the order of the owned nodes.
    """
    dofmap = function.function_space.dofmap
    n_owned, size = dofmap.index_map.size_local, dofmap.index_map_bs
    return np.array(function.x.array[: n_owned * size], dtype=np.float64).reshape(n_owned, size)


def owned_cells(function: fem.Function) -> NDArray[np.float64]:
    """Return the values of a piecewise constant function on the cells this rank owns.

    Args:
        function: Scalar or vector function of degree 0.

    Returns:
        Array of shape (owned cells, components), in the order of the owned cells.
    """
    space = function.function_space
    n_owned = _owned_cell_count(space.mesh)
    size = space.dofmap.bs
    dofs = space.dofmap.list[:n_owned].reshape(n_owned)
    values = np.array(function.x.array, dtype=np.float64).reshape(-1, size)
    return np.array(values[dofs])


class BodyFile:
    """Field file of one body: ``fields/body_<name>.vtkhdf``."""

    def __init__(
        self,
        folder: RunFolder,
        name: str,
        space: fem.FunctionSpace,
        constants: Values | None = None,
    ) -> None:
        """Gather the grid (collective). The file appears with the first step.

        Args:
            folder: Run folder.
            name: Name of the body.
            space: Lagrange space on the body's mesh whose nodes are the points, of degree 1 or 2
                on triangles or tetrahedra; usually the displacement's.
            constants: Cell arrays that never change (``region``), owned cells of this rank.

        Raises:
            RunFolderError: The space is of another kind, or the name cannot be a file name.
        """
        local = _LocalGrid(
            points=space.tabulate_dof_coordinates()[: space.dofmap.index_map.size_local],
            nodes=space.dofmap.list,
            node_map=space.dofmap.index_map,
            mesh=space.mesh,
        )
        path = folder.fields_path / f"body_{_file_name(name)}.vtkhdf"
        notes = {"kind": "body", "name": name}
        self._writer = _Writer(path, local, folder.comm, notes, constants or {})

    @property
    def path(self) -> Path:
        """Path of the file."""
        return self._writer.path

    def append(self, time: float, point_data: Values, cell_data: Values) -> None:
        """Write the fields at one time (collective).

        Args:
            time: Time, after that of the last call [s].
            point_data: Values at the owned nodes, (nodes,) or (nodes, components); see
                `owned_nodes`. A displacement in the plane gets its third component here.
            cell_data: Values on the owned cells, (cells,) or (cells, components); see
                `owned_cells`.

        Raises:
            RunFolderError: Shapes or names do not fit, or the file cannot be written.
        """
        self._writer.append(time, point_data, cell_data)


class InterfaceFile:
    """Field file of one interface: ``fields/interface_<minus>-<plus>.vtkhdf``."""

    def __init__(
        self,
        folder: RunFolder,
        name: str,
        interface_mesh: mesh.Mesh,
        constants: Values | None = None,
    ) -> None:
        """Gather the grid (collective). The file appears with the first step.

        Args:
            folder: Run folder.
            name: Name of the interface, ``minus|plus``.
            interface_mesh: Codimension-one mesh of its facets.
            constants: Cell arrays that never change, owned facets of this rank.

        Raises:
            RunFolderError: The name is not of that form or cannot be a file name.
        """
        minus, bar, plus = name.partition("|")
        if not (minus and bar and plus):
            raise RunFolderError(f"interface {name!r} should be named minus|plus")
        geometry = interface_mesh.geometry
        node_map = geometry.index_map()
        local = _LocalGrid(
            points=geometry.x[: node_map.size_local],
            nodes=cell_nodes(interface_mesh),
            node_map=node_map,
            mesh=interface_mesh,
        )
        path = folder.fields_path / f"interface_{_file_name(minus)}-{_file_name(plus)}.vtkhdf"
        notes = {"kind": "interface", "name": name, "minus": minus, "plus": plus}
        self._writer = _Writer(path, local, folder.comm, notes, constants or {})

    @property
    def path(self) -> Path:
        """Path of the file."""
        return self._writer.path

    def append(self, time: float, cell_data: Values) -> None:
        """Write the fields at one time (collective).

        Args:
            time: Time, after that of the last call [s].
            cell_data: Values on the owned facets, (facets,) or (facets, components); see
                `owned_cells`.

        Raises:
            RunFolderError: Shapes or names do not fit, or the file cannot be written.
        """
        self._writer.append(time, {}, cell_data)


class _LocalGrid:
    """This rank's share of a grid."""

    def __init__(
        self, points: NDArray[Any], nodes: NDArray[np.int32], node_map: Any, mesh: mesh.Mesh
    ) -> None:
        self.points = np.array(points, dtype=np.float64)
        self.n_cells = _owned_cell_count(mesh)
        self._nodes = nodes
        self._node_map = node_map
        self._cell_name = mesh.topology.cell_name()

    def gather(self, comm: MPI.Comm) -> vtkhdf.Grid | None:
        """Return the whole grid on rank 0, None elsewhere (collective)."""
        key = (self._cell_name, self._nodes.shape[1])
        entry = _VTK_CELLS.get(key)
        if entry is None:
            known = ", ".join(f"{nodes} on a {cell}" for cell, nodes in _VTK_CELLS)
            raise RunFolderError(
                f"field files know no {key[0]} with {key[1]} nodes; they know nodes: {known}"
            )
        cell_type, order = entry
        nodes = self._nodes[: self.n_cells][:, order]
        cells = self._node_map.local_to_global(nodes.ravel().astype(np.int32))
        cells = cells.reshape(-1, len(order)).astype(np.int64)
        all_points = _gather_rows(comm, self.points)
        all_cells = _gather_rows(comm, cells)
        if all_points is None or all_cells is None:
            return None
        return vtkhdf.Grid(all_points, all_cells, cell_type)


class _Writer:
    """Gathers arrays and appends them to one file."""

    def __init__(
        self,
        path: Path,
        local: _LocalGrid,
        comm: MPI.Comm,
        notes: Mapping[str, str],
        constants: Values,
    ) -> None:
        self.path = path
        self._comm = comm
        self._notes = notes
        self._n_points, self._n_cells = len(local.points), local.n_cells
        self._grid = local.gather(comm)
        self._constants = self._gather({}, constants)
        self._started = False
        if on_root(comm, path.exists):
            raise RunFolderError(f"{path} is there already")

    def append(self, time: float, point_data: Values, cell_data: Values) -> None:
        """Write one step (collective)."""
        values = self._gather(point_data, cell_data)

        def write() -> None:
            if self._started:
                vtkhdf.append(self.path, time, values)
            elif self._grid is not None:
                vtkhdf.create(self.path, self._grid, self._constants, time, values, self._notes)

        on_root(self._comm, write)
        self._started = True
        # The grid is in the file now.
        self._grid = None

    def _gather(self, point_data: Values, cell_data: Values) -> vtkhdf.Arrays:
        """Return the whole arrays on rank 0, empty ones elsewhere (collective)."""
        points = {name: _padded(name, point_data[name]) for name in sorted(point_data)}
        cells = {name: _padded(name, cell_data[name]) for name in sorted(cell_data)}
        failure = self._check(points, self._n_points) or self._check(cells, self._n_cells)
        raise_on_all(self._comm, failure)
        point = {name: _gather_rows(self._comm, array) for name, array in points.items()}
        cell = {name: _gather_rows(self._comm, array) for name, array in cells.items()}
        return vtkhdf.Arrays(
            {name: array for name, array in point.items() if array is not None},
            {name: array for name, array in cell.items() if array is not None},
        )

    def _check(self, arrays: Values, n_rows: int) -> RunFolderError | None:
        for name, array in arrays.items():
            if array.ndim not in (1, 2) or len(array) != n_rows:
                return RunFolderError(
                    f"{self.path.name}: {name} has shape {array.shape} on rank "
                    f"{self._comm.rank}, which owns {n_rows} entities"
                )
        return None


def _padded(name: str, array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an array with as many components as the table says; VTK wants vectors in space."""
    array = np.asarray(array, dtype=np.float64)
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    row = QUANTITIES.get(name)
    if array.ndim == 2 and array.shape[1] == 2 and row is not None and row.components == 3:
        return np.pad(array, ((0, 0), (0, 1)))
    return array


def _gather_rows(comm: MPI.Comm, local: NDArray[Any]) -> NDArray[Any] | None:
    """Return the rows of all ranks on rank 0 in the order of ranks, None elsewhere (collective)."""
    local = np.ascontiguousarray(local)
    counts = comm.gather(local.size, root=0)
    if counts is None:
        comm.Gatherv(local, None, root=0)
        return None
    rows = np.empty(sum(counts), dtype=local.dtype)
    comm.Gatherv(local, (rows, counts), root=0)
    return rows.reshape(-1, *local.shape[1:])


def _owned_cell_count(of: mesh.Mesh) -> int:
    return int(of.topology.index_map(of.topology.dim).size_local)


def _file_name(name: str) -> str:
    """Return a name after checking that it can be part of a file name."""
    if not name or set(name) & set('/\\:*?"<>|\0') or name.startswith("."):
        raise RunFolderError(f"{name!r} cannot be part of a file name")
    return name
