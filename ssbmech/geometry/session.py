# SPDX-License-Identifier: BSD-3-Clause
"""Gmsh in one process: a session that always ends, models turned into arrays, and .msh files.

Gmsh works on one rank only; `ssbmech.geometry.tagged_mesh` distributes what it makes. One thread
and a fixed seed make the mesh depend on nothing but the input.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ssbmech.errors import EnvironmentMissing, MeshError
from ssbmech.geometry.simplices import Ints, LabelledMesh, SimplexMesh

OPTIONS: Mapping[str, float] = {
    "General.Terminal": 0,
    "General.NumThreads": 1,
    "Mesh.RandomSeed": 1,
    "Mesh.Algorithm": 6,  # Frontal-Delaunay: the most regular triangles
    "Mesh.Algorithm3D": 1,  # Delaunay
    "Mesh.Optimize": 1,
    "Mesh.OptimizeNetgen": 1,  # removes the slivers that Delaunay leaves
    "Mesh.MeshSizeExtendFromBoundary": 0,  # sizes come from the background field alone
    "Mesh.MeshSizeFromPoints": 0,
    "Mesh.MeshSizeFromCurvature": 0,
    "Mesh.Binary": 1,  # coordinates come back bit by bit
    "Mesh.MshFileVersion": 4.1,
}
"""Gmsh options of every session."""

_CORNERS = {1: 2, 8: 2, 26: 2, 2: 3, 9: 3, 21: 3, 4: 4, 11: 4, 29: 4}
"""Number of corners by Gmsh element type: lines, triangles and tetrahedra of degree 1 to 3."""

_ELEMENT = {1: 1, 2: 2, 3: 4}
"""Gmsh element type of the straight simplex of a dimension."""

UNBOUNDED = 1e3
"""Coordinate beyond any model, whose size is about one [1]."""


class GmshSession:
    """Context in which Gmsh runs: initialised on entry, finalised on any exit.

    Raises:
        EnvironmentMissing: Gmsh cannot be loaded.
        MeshError: Gmsh reports an error inside the context.
    """

    def __enter__(self) -> Any:
        """Start Gmsh and return its module, which carries no types."""
        try:
            import gmsh
        except (ImportError, OSError) as error:
            raise EnvironmentMissing(
                f"the Python package gmsh cannot be loaded (pip install 'ssbmech[mesh]'): {error}"
            ) from error
        # Not interruptible: Gmsh would replace the handler of Ctrl-C for the rest of the run.
        gmsh.initialize(readConfigFiles=False, interruptible=False)
        for name, value in OPTIONS.items():
            gmsh.option.setNumber(name, value)
        gmsh.model.add("ssbmech")
        self._gmsh = gmsh
        return gmsh

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop Gmsh and give its errors, which are bare `Exception`s, a name."""
        self._gmsh.finalize()
        _reinstall_signal_handlers()
        if kind is Exception:
            raise MeshError(f"Gmsh cannot make or read the mesh: {error}") from error


def _reinstall_signal_handlers() -> None:
    """Give signals back to the handlers that Python knows of.

    The PETSc within Gmsh returns them to the system's defaults when it ends: SIGTERM would kill the
    run instead of stopping it.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        if callable(handler):
            signal.signal(number, handler)


def power_of_two(length: float) -> float:
    """Return the power of two next to a length: scaling by it loses no digit."""
    return float(2.0 ** np.round(np.log2(length)))


def mesh_model(dim: int, build: Callable[[Any], None], unit: float = 1.0) -> SimplexMesh:
    """Return the mesh that a function builds in a Gmsh session of its own.

    Args:
        dim: dimension of the mesh [1].
        build: is given the gmsh module; draws the model, names physical groups and generates the
            mesh.
        unit: length unit of the model [m]; Gmsh's tolerances want sizes near one.

    Raises:
        MeshError: Gmsh reports an error, or the model holds other cells than triangles or
            tetrahedra.
    """
    with GmshSession() as gmsh:
        build(gmsh)
        return _read_model(gmsh, dim, unit)


def generate(gmsh: Any, dim: int, sizes: list[int]) -> None:
    """Generate the mesh of the current model with the smallest of the given size fields.

    Args:
        gmsh: the gmsh module in a session.
        dim: dimension of the mesh [1].
        sizes: tags of the fields.
    """
    smallest = gmsh.model.mesh.field.add("Min")
    gmsh.model.mesh.field.setNumbers(smallest, "FieldsList", sizes)
    gmsh.model.mesh.field.setAsBackgroundMesh(smallest)
    gmsh.model.mesh.generate(dim)


def generate_sized(gmsh: Any, dim: int, size: Callable[[float, float, float], float]) -> None:
    """Generate the mesh of the current model with sizes that a function of the position gives.

    Args:
        gmsh: the gmsh module in a session.
        dim: dimension of the mesh [1].
        size: size of the cells at (x, y, z), called about once per point of the mesh; it must not
            fail.
    """
    # kinks in the size make the default precision take thirty times as many calls
    gmsh.option.setNumber("Mesh.LcIntegrationPrecision", 1e-3)
    gmsh.model.mesh.setSizeCallback(lambda d, tag, x, y, z, size_before: size(x, y, z))
    gmsh.model.mesh.generate(dim)
    gmsh.model.mesh.removeSizeCallback()


def growing_size(
    gmsh: Any, distance: str, near: float, far: float, start: float, end: float
) -> int:
    """Add a size field that grows linearly with a distance, and return its tag.

    All lengths are in the unit of the model.

    Args:
        gmsh: the gmsh module in a session.
        distance: distance as a Gmsh expression of x, y, z.
        near: size up to `start`.
        far: size from `end` on.
        start: distance at which the growth begins.
        end: distance at which it stops.
    """
    field = gmsh.model.mesh.field
    measure = field.add("MathEval")
    field.setString(measure, "F", distance)
    size = field.add("Threshold")
    numbers = {
        "InField": measure,
        "SizeMin": near,
        "SizeMax": far,
        "DistMin": start,
        "DistMax": end,
    }
    for name, value in numbers.items():
        field.setNumber(size, name, value)
    return int(size)


def size_within(
    gmsh: Any, axis: str, inside: float, outside: float, low: float, high: float, ramp: float
) -> int:
    """Add a size field that is constant between two planes across an axis, and return its tag.

    All lengths are in the unit of the model.

    Args:
        gmsh: the gmsh module in a session.
        axis: "x", "y" or "z".
        inside: size between the planes.
        outside: size beyond them.
        low: coordinate of the lower plane.
        high: coordinate of the upper plane.
        ramp: distance over which the size changes outside the planes.
    """
    field = gmsh.model.mesh.field
    box = field.add("Box")
    numbers = {
        f"{a}{end}": sign * UNBOUNDED for a in "XYZ" for end, sign in (("Min", -1), ("Max", 1))
    }
    numbers |= {f"{axis.upper()}Min": low, f"{axis.upper()}Max": high}
    numbers |= {"VIn": inside, "VOut": outside, "Thickness": ramp}
    for name, value in numbers.items():
        field.setNumber(box, name, value)
    return int(box)


def write_msh(mesh: LabelledMesh, path: Path) -> None:
    """Write a mesh as binary .msh 4.1, in metres; its names become physical groups.

    Args:
        mesh: the mesh.
        path: the file; its folder exists.

    Raises:
        MeshError: the file cannot be written.
    """
    dim = mesh.cells.shape[1] - 1
    groups = [(dim, mesh.regions, mesh.cell_values, mesh.cells)]
    groups.append((dim - 1, {**mesh.faces, **mesh.interfaces}, mesh.facet_values, mesh.facets))
    with GmshSession() as gmsh:
        for d, names, _, _ in groups:
            for tag in names.values():
                gmsh.model.addDiscreteEntity(d, tag)
        first = min(mesh.regions.values())
        tags = np.arange(1, len(mesh.points) + 1)
        gmsh.model.mesh.addNodes(dim, first, tags, mesh.points.reshape(-1))
        for d, names, values, rows in groups:
            for name, tag in names.items():
                corners = rows[values == tag] + 1
                gmsh.model.mesh.addElementsByType(tag, _ELEMENT[d], [], corners.reshape(-1))
                gmsh.model.addPhysicalGroup(d, [tag], tag, name)
        gmsh.write(str(path))


def _read_model(gmsh: Any, dim: int, unit: float) -> SimplexMesh:
    """Return the mesh of the current model."""
    numbers, coordinates, _ = gmsh.model.mesh.getNodes()
    order = np.argsort(numbers)
    sorted_numbers = np.asarray(numbers, dtype=np.int64)[order]
    points = np.asarray(coordinates, dtype=np.float64).reshape(-1, 3)[order] * unit

    def rows(d: int, entity: int) -> Ints:
        return np.searchsorted(sorted_numbers, _corners(gmsh, d, entity))

    if dim == 2 and len(_corners(gmsh, 3, -1)):
        raise MeshError("the mesh holds solid cells, but a two-dimensional one is asked for")
    parts = {int(entity): rows(dim, entity) for _, entity in gmsh.model.getEntities(dim)}
    ends = np.cumsum([len(part) for part in parts.values()], dtype=np.int64)
    cells_of = {
        entity: np.arange(end - len(part), end)
        for (entity, part), end in zip(parts.items(), ends, strict=True)
    }
    regions = {
        name: np.concatenate([cells_of[e] for e in entities])
        for name, entities in _groups(gmsh, dim).items()
    }
    faces = {
        name: np.concatenate([rows(dim - 1, e) for e in entities])
        for name, entities in _groups(gmsh, dim - 1).items()
    }
    cells = np.concatenate([np.empty((0, dim + 1), dtype=np.int64), *parts.values()])
    return SimplexMesh(points, cells, regions, faces)


def _groups(gmsh: Any, dim: int) -> dict[str, list[int]]:
    """Return the entities of each physical group of a dimension, by name."""
    groups: dict[str, list[int]] = {}
    for _, tag in gmsh.model.getPhysicalGroups(dim):
        entities = groups.setdefault(gmsh.model.getPhysicalName(dim, tag).strip() or str(tag), [])
        entities.extend(int(e) for e in gmsh.model.getEntitiesForPhysicalGroup(dim, tag))
    return groups


def _corners(gmsh: Any, dim: int, entity: int) -> Ints:
    """Return the node numbers of the corners of an entity's elements, shape (elements, dim + 1)."""
    found: list[Ints] = [np.empty((0, dim + 1), dtype=np.int64)]
    types, _, nodes = gmsh.model.mesh.getElements(dim, entity)
    for kind, numbers in zip(types, nodes, strict=True):
        name, _, _, per_element, _, _ = gmsh.model.mesh.getElementProperties(kind)
        if _CORNERS.get(int(kind)) != dim + 1:
            raise MeshError(f"the mesh holds {name}s: only triangles and tetrahedra can be used")
        found.append(np.asarray(numbers, dtype=np.int64).reshape(-1, per_element)[:, : dim + 1])
    return np.concatenate(found)
