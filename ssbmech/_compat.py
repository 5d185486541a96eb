# SPDX-License-Identifier: BSD-3-Clause
"""Everything that differs between DOLFINx 0.9 and DOLFINx 0.10 or later."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial
from pathlib import Path
from typing import Any

from mpi4py import MPI

import dolfinx
import numpy as np
import numpy.typing as npt
from dolfinx import fem, jit
from dolfinx.mesh import GhostMode, Mesh, create_cell_partitioner, create_submesh
from ufl.algorithms import expand_derivatives

from ssbmech.frozen import thawed

if not logging.getLogger("py.warnings").hasHandlers():
    # the form compiler sends all warnings to the logging system, where nobody may be listening
    logging.captureWarnings(False)

Ints = npt.NDArray[np.int32]

# not of a distribution: DOLFINx comes under more than one name
DOLFINX = str(vars(dolfinx)["__version__"])
"""Version of DOLFINx."""

NEW_ENTITY_MAPS = tuple(int(v) for v in DOLFINX.split(".")[:2]) >= (0, 10)
"""Whether submeshes come with entity-map objects instead of plain arrays."""

RECURSION = 20_000
"""Calls within each other that compiling a form may take: each level of its expressions takes some,
and a law that iterates has hundreds of levels."""

COMPILE_TIME = 300
"""Time within which a form is compiled, also on a busy machine [s]."""


def jit_options(shelf: str) -> dict[str, Any]:
    """Return the options of the form compiler; SSBMECH_CFLAGS replaces its C options.

    Args:
        shelf: folder in the cache of compiled forms. To find a form the whole folder is listed,
            which in one for all forms takes longer than all else that is done for a known form.
    """
    flags = os.environ.get("SSBMECH_CFLAGS", "-O3 -march=native -fno-math-errno")
    return {
        "cffi_extra_compile_args": flags.split(),
        "timeout": COMPILE_TIME,
        "cache_dir": Path(jit.get_options({})["cache_dir"]) / shelf,
    }


def drop_abandoned_compilations(comm: MPI.Intracomm) -> None:
    """Remove from the cache of compiled forms what a killed process left half done; collective.

    Its source file would make everyone wait for a library that never comes.
    """
    if comm.rank == 0:
        oldest = time.time() - COMPILE_TIME
        for folder, _, names in os.walk(jit.get_options({})["cache_dir"]):
            present = set(names)
            for name in names:
                if name.endswith(".c") and f"{name}.cached" not in present:
                    source = Path(folder, name)
                    # another run may be clearing at the same moment
                    with contextlib.suppress(FileNotFoundError):
                        if source.stat().st_mtime < oldest:
                            source.unlink()
    comm.barrier()


@dataclass(frozen=True, eq=False)
class Submesh:
    """A submesh and its relation to the mesh it was cut from.

    Attributes:
        mesh: the submesh.
        parent_entities: local entity of the parent, by local cell of the submesh.
        handle: DOLFINx's own map, where it has one.
    """

    mesh: Mesh
    parent_entities: Ints
    handle: Any

    def cells(self, parents: Ints) -> Ints:
        """Return the local cells of the submesh that were cut from entities of the parent."""
        order = np.argsort(self.parent_entities)
        found = order[np.searchsorted(self.parent_entities, parents, sorter=order)]
        return np.asarray(found, dtype=np.int32)


def cut_submesh(parent: Mesh, dim: int, entities: Ints) -> Submesh:
    """Return the submesh of entities (owned and ghost) of a dimension; collective."""
    made = create_submesh(parent, dim, entities)
    mesh: Mesh = made[0]
    handle: Any = made[1]
    if NEW_ENTITY_MAPS:
        cells = mesh.topology.index_map(dim)
        count = cells.size_local + cells.num_ghosts
        array = handle.sub_topology_to_topology(np.arange(count, dtype=np.int32), False)
    else:
        array = handle
    return Submesh(mesh, np.asarray(array, dtype=np.int32), handle)


def _inverse(sub: Submesh, size: int) -> Ints:
    inverse = np.full(size, -1, dtype=np.int32)
    inverse[sub.parent_entities] = np.arange(len(sub.parent_entities), dtype=np.int32)
    return inverse


def interface_entity_maps(
    parent: Mesh, minus: Submesh, plus: Submesh, surface: Submesh, entities: Ints
) -> Any:
    """Return the entity maps of integrals over an interface.

    The integrals mix fields of both bodies and of the surface.

    Args:
        parent: mesh of the integral.
        minus: body at the "+" side of the integral.
        plus: body at the "-" side.
        surface: mesh of the interface's own fields.
        entities: rows of (minus cell, its facet, plus cell, its facet) of the parent.
    """
    if NEW_ENTITY_MAPS:
        return [minus.handle, plus.handle, surface.handle]
    topology = parent.topology
    cells, facets = topology.index_map(topology.dim), topology.index_map(topology.dim - 1)
    maps = {
        body.mesh: _inverse(body, cells.size_local + cells.num_ghosts) for body in (minus, plus)
    }
    # A field of one side is also looked up through the other side's cell: give it the cell across
    # the facet.
    maps[minus.mesh][entities[:, 2]] = maps[minus.mesh][entities[:, 0]]
    maps[plus.mesh][entities[:, 0]] = maps[plus.mesh][entities[:, 2]]
    maps[surface.mesh] = _inverse(surface, facets.size_local + facets.num_ghosts)
    return maps


def part_entity_maps(body: Mesh, parts: Sequence[Submesh]) -> Any:
    """Return the entity maps of integrals that mix fields of a body with fields of its parts."""
    if NEW_ENTITY_MAPS:
        return [part.handle for part in parts]
    cells = body.topology.index_map(body.topology.dim)
    return {part.mesh: _inverse(part, cells.size_local + cells.num_ghosts) for part in parts}


def with_derivatives_taken(form: Any) -> Any:
    """Return a form without derivatives that are still to be taken."""
    with _recursion():
        return expand_derivatives(form)


def compile_form(form: Any, entity_maps: Any) -> Any:
    """Compile a UFL form; collective."""
    with _recursion():
        form = thawed(form)
        counts = (len(form.arguments()), len(form.coefficients()), len(form.constants()))
        options = jit_options("-".join(str(count) for count in counts))
        return fem.form(form, jit_options=options, entity_maps=entity_maps or None)


def compile_expression(expression: Any, points: npt.NDArray[np.float64]) -> fem.Expression:
    """Compile a UFL expression for evaluation at reference points; collective."""
    options = jit_options(f"points-{len(points)}")
    with _recursion():
        return fem.Expression(thawed(expression), points, jit_options=options)


@contextlib.contextmanager
def _recursion() -> Iterator[None]:
    """Allow for deep expressions, which UFL walks by recursion since DOLFINx 0.10."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def element_points(space: Any) -> npt.NDArray[np.float64]:
    """Return the reference points at which a function of a space is interpolated."""
    points = space.element.interpolation_points
    return np.asarray(points() if callable(points) else points, dtype=np.float64)


def dimension_of(domain: Any) -> int:
    """Return the dimension of the cells of a UFL domain, a method of it or a property [1]."""
    dim = domain.topological_dimension
    return int(dim() if callable(dim) else dim)


def vertex_rule(dim: int) -> dict[str, Any]:
    """Return the metadata of a measure that takes integrands at the vertices of simplices.

    Args:
        dim: dimension of the simplices.
    """
    if not NEW_ENTITY_MAPS:
        return {"quadrature_rule": "vertex", "quadrature_degree": 1}
    # the form compiler's own rule of that name is the one of the facets of facets as soon as a form
    # has two integrals with it
    return {
        "quadrature_rule": "custom",
        "quadrature_points": np.vstack([np.zeros((1, dim)), np.eye(dim)]),
        "quadrature_weights": np.full(dim + 1, 1.0 / factorial(dim + 1)),
    }


def edge_rule() -> dict[str, Any]:
    """Return the metadata of a measure that takes integrands in the middles of triangles' edges."""
    return {
        "quadrature_rule": "custom",
        # tuples: arrays among metadata give rise to a warning
        "quadrature_points": ((0.5, 0.5), (0.0, 0.5), (0.5, 0.0)),
        "quadrature_weights": (1.0 / 6.0,) * 3,
    }


def constant(mesh: Mesh, value: float) -> fem.Constant:
    """Return a scalar constant of forms on a mesh."""
    return fem.Constant(mesh, np.float64(value))


def cell_nodes(mesh: Mesh) -> Ints:
    """Return the nodes of the geometry of every cell, owned and ghost."""
    geometry = mesh.geometry
    # a list since DOLFINx 0.11, for meshes of several cell types
    listed = getattr(geometry, "dofmaps", None)
    nodes: Ints = listed[0] if isinstance(listed, list) else geometry.dofmap
    return nodes


def shared_facet_partitioner() -> Any:
    """Return the default partitioner with the cells across a facet between ranks as ghosts."""
    # The second argument, cells per facet of a mesh that does not branch, came in the same version
    # as the entity maps.
    links = (2,) if NEW_ENTITY_MAPS else ()
    return create_cell_partitioner(GhostMode.shared_facet, *links)
