# SPDX-License-Identifier: BSD-3-Clause
"""Field files of bodies and interfaces: gathered from all ranks, written by rank 0.

A body's file has the nodes of its displacement space (quadratic cells stay quadratic), an
interface's file the facets of its codimension-one mesh. The grid is the undeformed one; add the
point array ``displacement`` ("Warp By Vector" in ParaView) to see the deformed one. Arrays carry
the names of the table of fields, SI units, and symmetric tensors as xx, yy, zz, xy, yz, xz.

Each rank hands over the values that it owns. Points and cells are in the order of their original
numbers, so that a file is the same on any number of ranks, and a run may go on with another number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech._compat import cell_nodes
from ssbmech.errors import RunFolderError, raise_on_all
from ssbmech.geometry.original import node_numbers, vertex_numbers
from ssbmech.model.outputs import owned_nodes
from ssbmech.runfolder import vtkhdf
from ssbmech.runfolder.maps import component_names
from ssbmech.runfolder.quantities import QUANTITIES, Quantity
from ssbmech.runfolder.root import gather_rows, on_root
from ssbmech.runfolder.series import SAME_TIME
from ssbmech.runfolder.vtk_cells import VTK_CELLS, vtk_cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mpi4py import MPI

    from dolfinx import fem, mesh
    from numpy.typing import NDArray

    from ssbmech.runfolder.folder import RunFolder

    Values = Mapping[str, NDArray[np.float64]]
    Own = Mapping[str, Quantity]

NO_OWN: Mapping[str, Quantity] = MappingProxyType({})


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


__all__ = ["BodyFile", "InterfaceFile", "owned_cells", "owned_nodes"]


class BodyFile:
    """Field file of one body: ``fields/body_<name>.vtkhdf``."""

    def __init__(
        self,
        folder: RunFolder,
        name: str,
        space: fem.FunctionSpace,
        constants: Values | None = None,
        resumed_at: float | None = None,
        own: Own = NO_OWN,
    ) -> None:
        """Gather the grid (collective). The file appears with the first step.

        Args:
            folder: Run folder.
            name: Name of the body.
            space: Lagrange space on the body's mesh whose nodes are the points, of degree 1 or 2
                on triangles or tetrahedra; usually the displacement's.
            constants: Cell arrays that never change (``region``), owned cells of this rank.
            resumed_at: Time from which a run goes on whose file may be there [s].
            own: Quantities of the user's own by name; the table of quantities has the others. An
                array of neither has as many components as its values.

        Raises:
            RunFolderError: The space is of another kind, or the name cannot be a file name.
        """
        local = _LocalGrid(
            points=space.tabulate_dof_coordinates()[: space.dofmap.index_map.size_local],
            nodes=space.dofmap.list,
            node_map=space.dofmap.index_map,
            mesh=space.mesh,
            numbers=node_numbers(space),
        )
        path = folder.fields_path / f"body_{_file_name(name)}.vtkhdf"
        notes = {"kind": "body", "name": name}
        self._writer = _Writer(path, local, folder.comm, notes, constants or {}, resumed_at, own)

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
        resumed_at: float | None = None,
        own: Own = NO_OWN,
    ) -> None:
        """Gather the grid (collective). The file appears with the first step.

        Args:
            folder: Run folder.
            name: Name of the interface, ``minus|plus``.
            interface_mesh: Codimension-one mesh of its facets.
            constants: Cell arrays that never change, owned facets of this rank.
            resumed_at: Time from which a run goes on whose file may be there [s].
            own: Quantities of the user's own by name; the table of quantities has the others. An
                array of neither has as many components as its values.

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
            numbers=np.asarray(geometry.input_global_indices, dtype=np.int64),
            # which corner of a facet comes first depends on the ranks
            turned_freely=True,
        )
        path = folder.fields_path / f"interface_{_file_name(minus)}-{_file_name(plus)}.vtkhdf"
        notes = {"kind": "interface", "name": name, "minus": minus, "plus": plus}
        self._writer = _Writer(path, local, folder.comm, notes, constants or {}, resumed_at, own)

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
        self,
        points: NDArray[Any],
        nodes: NDArray[np.int32],
        node_map: Any,
        mesh: mesh.Mesh,
        numbers: NDArray[np.int64],
        turned_freely: bool = False,
    ) -> None:
        self.points = np.array(points, dtype=np.float64)
        self.n_cells = _owned_cell_count(mesh)
        self._nodes = nodes
        self._node_map = node_map
        self._cell_name = mesh.topology.cell_name()
        self._numbers = numbers[: len(points)]
        self._turned_freely = turned_freely
        self._corners = np.sort(vertex_numbers(mesh)[: self.n_cells], axis=1)

    def gather(self, comm: MPI.Comm) -> tuple[vtkhdf.Grid, _Order] | None:
        """Return the whole grid and its order on rank 0, None elsewhere (collective)."""
        count = self._nodes.shape[1]
        kind = vtk_cell(self._cell_name, count)
        if kind is None:
            known = ", ".join(f"{len(each.places)} on a {each.shape}" for each in VTK_CELLS)
            raise RunFolderError(
                f"field files know no {self._cell_name} with {count} nodes; "
                f"they know nodes: {known}"
            )
        nodes = self._nodes[: self.n_cells][:, kind.places]
        cells = self._node_map.local_to_global(nodes.ravel().astype(np.int32))
        cells = cells.reshape(-1, len(kind.places)).astype(np.int64)
        whole = [
            gather_rows(comm, rows) for rows in (self.points, cells, self._numbers, self._corners)
        ]
        points, cells, numbers, corners = whole
        if points is None or cells is None or numbers is None or corners is None:
            return None
        order = _Order(np.argsort(numbers), np.lexsort(corners.T[::-1]))
        place = np.empty_like(order.points)
        place[order.points] = np.arange(len(place))
        cells = np.asarray(place[cells[order.cells]])
        if self._turned_freely:
            cells = np.sort(cells, axis=1)
        return vtkhdf.Grid(points[order.points], cells, kind.number), order


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """Where the points and cells of a file stand among those gathered from the ranks."""

    points: NDArray[np.int64]
    cells: NDArray[np.int64]


class _Writer:
    """Gathers arrays and appends them to one file."""

    def __init__(
        self,
        path: Path,
        local: _LocalGrid,
        comm: MPI.Comm,
        notes: Mapping[str, str],
        constants: Values,
        resumed_at: float | None,
        own: Own,
    ) -> None:
        self.path = path
        self._known = {**QUANTITIES, **own}
        self._comm = comm
        self._notes = notes
        self._n_points, self._n_cells = len(local.points), local.n_cells
        none: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        whole = local.gather(comm)
        self._grid: vtkhdf.Grid | None = None if whole is None else whole[0]
        self._order = _Order(none, none) if whole is None else whole[1]
        self._constants = self._gather({}, constants)
        # times that the file holds already, which a resumed run comes to again
        self._ahead: list[float] = []
        self._started = on_root(comm, lambda: self._find_file(resumed_at))

    def _find_file(self, resumed_at: float | None) -> bool:
        """Return whether the file is there to be continued."""
        if not self.path.exists():
            return False
        if resumed_at is None:
            raise RunFolderError(f"{self.path} is there already")
        self._ahead = [
            time
            for time in vtkhdf.times(self.path)
            if time > resumed_at and not math.isclose(time, resumed_at, rel_tol=SAME_TIME)
        ]
        return True

    def append(self, time: float, point_data: Values, cell_data: Values) -> None:
        """Write one step (collective)."""
        values = self._gather(point_data, cell_data)

        def write() -> None:
            if self._is_there(time):
                return
            if self._started:
                vtkhdf.append(self.path, time, values)
            elif self._grid is not None:
                told = {
                    name: self._told(name, array)
                    for arrays in (self._constants, values)
                    for _, kind in arrays.kinds()
                    for name, array in kind.items()
                }
                vtkhdf.create(
                    self.path, self._grid, self._constants, time, values, self._notes, told
                )

        on_root(self._comm, write)
        self._started = True
        # The grid is in the file now.
        self._grid = None

    def _told(self, name: str, array: NDArray[np.float64]) -> dict[str, str]:
        """Return what an array's attributes tell: unit, label, and names of components."""
        row = self._known.get(name)
        told = {} if row is None else {"units": row.unit, "long_name": row.label}
        if array.ndim == 2:
            told["components"] = " ".join(component_names(array.shape[1]))
        return told

    def _is_there(self, time: float) -> bool:
        """Return whether the file holds a time already; drop what it holds beyond if it differs."""
        if not self._ahead:
            return False
        if math.isclose(time, self._ahead[0], rel_tol=SAME_TIME):
            del self._ahead[0]
            return True
        vtkhdf.rewind(self.path, len(vtkhdf.times(self.path)) - len(self._ahead))
        self._ahead.clear()
        return False

    def _gather(self, point_data: Values, cell_data: Values) -> vtkhdf.Arrays:
        """Return the whole arrays on rank 0, empty ones elsewhere (collective)."""
        points = {name: self._padded(name, point_data[name]) for name in sorted(point_data)}
        cells = {name: self._padded(name, cell_data[name]) for name in sorted(cell_data)}
        failure = self._check(points, self._n_points) or self._check(cells, self._n_cells)
        raise_on_all(self._comm, failure)
        point = {name: gather_rows(self._comm, array) for name, array in points.items()}
        cell = {name: gather_rows(self._comm, array) for name, array in cells.items()}
        order = self._order
        return vtkhdf.Arrays(
            {name: array[order.points] for name, array in point.items() if array is not None},
            {name: array[order.cells] for name, array in cell.items() if array is not None},
        )

    def _check(self, arrays: Values, n_rows: int) -> RunFolderError | None:
        for name, array in arrays.items():
            if array.ndim not in (1, 2) or len(array) != n_rows:
                return RunFolderError(
                    f"{self.path.name}: {name} has shape {array.shape} on rank "
                    f"{self._comm.rank}, which owns {n_rows} entities"
                )
        return None

    def _padded(self, name: str, array: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return an array with as many components as it should have; VTK wants them in space."""
        array = np.asarray(array, dtype=np.float64)
        if array.ndim == 2 and array.shape[1] == 1:
            return array[:, 0]
        row = self._known.get(name)
        if array.ndim == 2 and array.shape[1] == 2 and row is not None and row.components == 3:
            return np.pad(array, ((0, 0), (0, 1)))
        return array


def _owned_cell_count(of: mesh.Mesh) -> int:
    return int(of.topology.index_map(of.topology.dim).size_local)


def _file_name(name: str) -> str:
    """Return a name after checking that it can be part of a file name."""
    if not name or set(name) & set('/\\:*?"<>|\0') or name.startswith("."):
        raise RunFolderError(f"{name!r} cannot be part of a file name")
    return name
