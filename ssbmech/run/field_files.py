# SPDX-License-Identifier: BSD-3-Clause
"""Field files of bodies and interfaces, written by all ranks, one after the other.

A body's file has the nodes of its displacement space (quadratic cells stay quadratic), an
interface's file the facets of its codimension-one mesh. The grid is the undeformed one; add the
point array ``displacement`` ("Warp By Vector" in ParaView) to see the deformed one. The grid of a
body that moves is the deformed one, at each time. In place of the displacement its file has the
points at that time, ``position``, and those of its first shape, initial gaps among it, ``start``;
whoever reads it with this package gets their difference as ``displacement``. Arrays carry the names
of the table of fields, SI units, and symmetric tensors as xx, yy, zz, xy, yz, xz.

Each rank hands over the values that it owns. Points and cells are in the order of their original
numbers, so that a file is the same on any number of ranks, and a run may go on with another number.
No rank gathers a whole array: each gets, orders and compresses a share of the rows, at the same
time as the others, and copies it into the file when it is its turn (`shared_file`).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech._compat import cell_nodes
from ssbmech.errors import RunFolderError, raise_on_all
from ssbmech.geometry.original import node_numbers, vertex_numbers
from ssbmech.model.outputs import owned_nodes
from ssbmech.run.shared_file import OwnGrid, SharedFile
from ssbmech.runfolder import vtkhdf
from ssbmech.runfolder.components import component_names
from ssbmech.runfolder.quantities import QUANTITIES, Quantity
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


@dataclass(frozen=True, slots=True)
class Grid:
    """Which of the grids that a file may have is the present one.

    Attributes:
        moves: Whether its points are those of each time; the displacement counts from where the
            space has them now.
        number: Its number, counted from 0.
        may_follow: Whether there may be more than one.
    """

    moves: bool = False
    number: int = 0
    may_follow: bool = False


ONE_GRID = Grid()
"""That of a body that does not move."""


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
        grid: Grid = ONE_GRID,
    ) -> None:
        """Order the grid (collective). The file appears with the first step.

        Args:
            folder: Run folder.
            name: Name of the body.
            space: Lagrange space on the body's mesh whose nodes are the points, of degree 1 or 2
                on triangles or tetrahedra; usually the displacement's.
            constants: Cell arrays that never change (``region``), owned cells of this rank.
            resumed_at: Time from which a run goes on whose file may be there [s].
            own: Quantities of the user's own by name; the table of quantities has the others. An
                array of neither has as many components as its values.
            grid: Whether there may be further grids, and which of them this one is.

        Raises:
            RunFolderError: The space is of another kind, or the name cannot be a file name.
        """
        owned = space.dofmap.index_map.size_local
        points = space.tabulate_dof_coordinates()[:owned]
        part = _own_grid(points, space.dofmap.list, node_numbers(space), space.mesh)
        path = folder.fields_path / f"body_{_file_name(name)}.vtkhdf"
        notes = {"kind": "body", "name": name}
        self._start = {vtkhdf.START: part.points} if grid.moves else {}
        fixed = (self._start, dict(constants or {}))
        # what never changes on one grid is another array on the next
        nothing: tuple[Values, Values] = ({}, {})
        self._with_all = fixed if grid.may_follow else nothing
        constant = nothing if grid.may_follow else fixed
        self._writer = _Writer(path, part, folder.comm, notes, constant, resumed_at, own, grid)

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
        on_points, on_cells = self._with_all
        points = {**on_points, **point_data}
        for start in self._start.values():
            moved = start.copy()
            u = points.pop("displacement")
            moved[:, : u.shape[1]] += u
            points[vtkhdf.POSITION] = moved
        self._writer.append(time, points, {**on_cells, **cell_data})


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
        which: Grid = ONE_GRID,
    ) -> None:
        """Order the grid (collective). The file appears with the first step.

        Args:
            folder: Run folder.
            name: Name of the interface, ``minus|plus``.
            interface_mesh: Codimension-one mesh of its facets.
            constants: Cell arrays that never change, owned facets of this rank.
            resumed_at: Time from which a run goes on whose file may be there [s].
            own: Quantities of the user's own by name; the table of quantities has the others. An
                array of neither has as many components as its values.
            which: Whether there may be further grids, and which of them this one is.

        Raises:
            RunFolderError: The name is not of that form or cannot be a file name.
        """
        minus, bar, plus = name.partition("|")
        if not (minus and bar and plus):
            raise RunFolderError(f"interface {name!r} should be named minus|plus")
        geometry = interface_mesh.geometry
        points = geometry.x[: geometry.index_map().size_local]
        numbers = np.asarray(geometry.input_global_indices, dtype=np.int64)
        grid = _own_grid(points, cell_nodes(interface_mesh), numbers, interface_mesh, True)
        path = folder.fields_path / f"interface_{_file_name(minus)}-{_file_name(plus)}.vtkhdf"
        notes = {"kind": "interface", "name": name, "minus": minus, "plus": plus}
        fixed: Values = dict(constants or {})
        nothing: Values = {}
        # what never changes on one grid is another array on the next
        self._with_all = fixed if which.may_follow else nothing
        constant: tuple[Values, Values] = ({}, nothing if which.may_follow else fixed)
        self._writer = _Writer(path, grid, folder.comm, notes, constant, resumed_at, own, which)

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
        self._writer.append(time, {}, {**self._with_all, **cell_data})


def _own_grid(
    points: NDArray[Any],
    nodes: NDArray[np.int32],
    numbers: NDArray[np.int64],
    mesh: mesh.Mesh,
    turned_freely: bool = False,
) -> OwnGrid:
    """Return this rank's part of a grid.

    Args:
        points: Coordinates of the nodes it owns [m].
        nodes: Local nodes of each local cell.
        numbers: Original number of each local node.
        mesh: The mesh.
        turned_freely: Whether it depends on the ranks which corner of a cell comes first.

    Raises:
        RunFolderError: Field files know no such cells.
    """
    shape, count = mesh.topology.cell_name(), nodes.shape[1]
    kind = vtk_cell(shape, count)
    if kind is None:
        known = ", ".join(f"{len(each.places)} on a {each.shape}" for each in VTK_CELLS)
        raise RunFolderError(
            f"field files know no {shape} with {count} nodes; they know nodes: {known}"
        )
    n_cells = _owned_cell_count(mesh)
    return OwnGrid(
        points=np.array(points, dtype=np.float64),
        point_keys=numbers[:, None],
        cells=np.asarray(nodes[:n_cells][:, kind.places], dtype=np.int64),
        cell_keys=np.sort(vertex_numbers(mesh)[:n_cells], axis=1),
        cell_type=kind.number,
        turned_freely=turned_freely,
    )


class _Writer:
    """Checks arrays and hands them to the file."""

    def __init__(
        self,
        path: Path,
        grid: OwnGrid,
        comm: MPI.Comm,
        notes: Mapping[str, str],
        constants: tuple[Values, Values],
        resumed_at: float | None,
        own: Own,
        which: Grid = ONE_GRID,
    ) -> None:
        self.path = path
        self._known = {**QUANTITIES, **own}
        self._comm = comm
        self._n_points, self._n_cells = len(grid.points), len(grid.cells)
        fixed = self._checked(*constants)
        self._file = SharedFile(
            path, comm, grid, notes, fixed, resumed_at, which.number, which.moves
        )

    def append(self, time: float, point_data: Values, cell_data: Values) -> None:
        """Write one step (collective)."""
        self._file.append(time, self._checked(point_data, cell_data), self._told)

    def _told(self, name: str, components: tuple[int, ...]) -> dict[str, str]:
        """Return what an array's attributes tell: unit, label, and names of components."""
        row = self._known.get(name)
        told = {} if row is None else {"units": row.unit, "long_name": row.label}
        if components:
            told["components"] = " ".join(component_names(components[0]))
        return told

    def _checked(self, point_data: Values, cell_data: Values) -> vtkhdf.Arrays:
        """Return arrays as the file wants them, if they fit the grid on all ranks (collective)."""
        points = {name: self._padded(name, point_data[name]) for name in sorted(point_data)}
        cells = {name: self._padded(name, cell_data[name]) for name in sorted(cell_data)}
        failure = self._check(points, self._n_points) or self._check(cells, self._n_cells)
        raise_on_all(self._comm, failure)
        return vtkhdf.Arrays(points, cells)

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
