# SPDX-License-Identifier: BSD-3-Clause
"""A checkpoint in which a body is meshed anew: a remesh is a resume with another mesh.

Rank 0 gathers the state as a checkpoint has it, makes the new cells and carries the state over;
what it writes is read as any checkpoint, on any number of ranks. All bodies share one mesh, so all
arrays are written, but only those of the body that is meshed anew change more than their numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ssbmech.checkpoint.mesh import labelled, mesh_names, mesh_rows, rows_of
from ssbmech.checkpoint.places import Change
from ssbmech.checkpoint.state import CellState
from ssbmech.errors import MeshError, SSBMechError
from ssbmech.geometry.fewer_facets import Joining
from ssbmech.geometry.halving import Halving, Lines, halved
from ssbmech.geometry.joining import PASSES, joined
from ssbmech.geometry.moving import signed_volumes
from ssbmech.geometry.original import node_ends, node_numbers
from ssbmech.geometry.replacing import Replacement, replaced
from ssbmech.geometry.simplices import LabelledMesh
from ssbmech.model.motion import BodyMotion
from ssbmech.runfolder.root import gather_rows

logger = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]
Rows = dict[str, npt.NDArray[Any]]


class Renewal:
    """The state of a cell whose worn bodies are meshed anew; collective.

    Attributes:
        reason: why no better mesh could be had; empty if there is one.
        rows: on rank 0, all rows of the state on the new mesh.
    """

    def __init__(self, state: CellState) -> None:
        """Gather the state and mesh what is worn."""
        cell = state.cell
        self._worn = cell.motion.worn
        comm, tagged = cell.comm, cell.tagged
        rows = {**mesh_rows(tagged), **state.rows()}
        whole = {name: gather_rows(comm, rows[name]) for name in sorted(rows)}
        self.rows: Rows = {name: array for name, array in whole.items() if array is not None}
        self._comm, self._left = comm, dict[str, float]()
        self._lines = {motion.body.name: _lines(motion) for motion in self._worn}
        self._directions = {motion.body.name: _directions(motion) for motion in self._worn}
        self._loose = {motion.body.name: _loose_points(motion) for motion in self._worn}
        self.reason = comm.bcast(self._mesh(state) if comm.rank == 0 else "")

    def _mesh(self, state: CellState) -> str:
        """Mesh the worn bodies, one after the other; return why that failed, or nothing."""
        try:
            for motion in self._worn:
                self._renew(state, motion)
        except (SSBMechError, np.linalg.LinAlgError) as failure:
            return str(failure)
        return ""

    def _renew(self, state: CellState, motion: BodyMotion) -> None:
        """Mesh one body, after long facets of its walls are halved and short ones joined."""
        body = motion.body.case_body
        ((region, _),) = body.materials.items()
        (rule,) = motion.wear.rules
        changed = rule.halves and self._halve(state, body.name, region, rule.wall_limit)
        for _ in range(PASSES if rule.joins else 0):
            if not self._join(state, motion, region, rule.join_limit):
                break
            changed = True
        mesh, places = self._shape(state, body.name)
        loose = np.zeros(len(mesh.points), dtype=bool)
        loose[self._loose[body.name]] = True
        try:
            graph = body.front is not None
            made = replaced(mesh, region, places, loose, rule.fineness, graph)
        except MeshError as failure:
            if not changed:
                raise
            logger.info(
                "%s keeps its cells beside walls that have other facets: %s", body.name, failure
            )
            return
        self.rows = _moved(self.rows, state, Change(body.name, made))
        others = {name: at for name, at in self._loose.items() if name != body.name}
        self._loose = {name: made.points[at] for name, at in others.items()}
        _tell(body.name, made)

    def _shape(self, state: CellState, name: str) -> tuple[LabelledMesh, Array]:
        """Return the mesh of all bodies, and where the points of one are [m]."""
        mesh = labelled(self.rows.__getitem__, mesh_names(state.cell.tagged))
        places = np.full((len(mesh.points), mesh.cells.shape[1] - 1), np.nan)
        numbers, kept = self._of(state, f"position {name}")
        places[node_ends(numbers)[:, 0]] = kept
        return mesh, places

    def _halve(self, state: CellState, name: str, region: str, longest: float) -> bool:
        """Halve long facets of a body's walls; return whether there were some."""
        mesh, places = self._shape(state, name)
        halving = halved(mesh, region, places, longest, self._lines[name])
        self._left[name] = halving.longest if halving.longest > longest else 0.0
        if not halving.cuts:
            return False
        self._carry(state, halving)
        logger.info("walls of %s have got %d more vertices", name, len(halving.cuts))
        return True

    def _join(self, state: CellState, motion: BodyMotion, region: str, shortest: float) -> bool:
        """Join short facets of a body's walls; return whether there were some."""
        name = motion.body.name
        mesh, places = self._shape(state, name)
        gaps: dict[int, float] = {}
        for wall in motion.walls:
            numbers, values = self._of(state, wall.surface.gap.key)
            points = map(int, node_ends(numbers)[:, 0])
            gaps.update(zip(points, map(float, values[:, 0]), strict=True))
        revolves, directions = motion.body.frame.revolves, self._directions[name]
        joining = joined(mesh, region, places, gaps, shortest, revolves, directions)
        if not joining.joins:
            return False
        self._carry(state, joining)
        self._loose = {body: joining.points[at] for body, at in self._loose.items()}
        self._mend_meshed(state, name, region)
        logger.info("walls of %s have %d facets less", name, len(joining.joins))
        return True

    def _mend_meshed(self, state: CellState, name: str, region: str) -> None:
        """Take the present shape for that in which cells were made, if some were no cells there."""
        mesh, _ = self._shape(state, name)
        numbers, meshed = self._of(state, f"position {name} as meshed")
        places = np.zeros((len(mesh.points), meshed.shape[1]))
        places[node_ends(numbers)[:, 0]] = meshed
        own = mesh.cells[mesh.cell_values == mesh.regions[region]]
        senses = np.sign(signed_volumes(places[own]))
        if np.any(senses != np.sign(senses.sum())):
            at = f"values/position {name}"
            self.rows[f"{at} as meshed"] = self.rows[at].copy()

    def _carry(self, state: CellState, change: Halving | Joining) -> None:
        """Carry the state over to a mesh with other facets at walls."""
        found: Rows = rows_of(change.mesh)
        for array in state.arrays:
            at, values = f"numbers/{array.places.name}", f"values/{array.name}"
            entities, kept = array.places.entities, (self.rows[at], self.rows[values])
            found[at], found[values] = (
                entities.halved(*kept, change)
                if isinstance(change, Halving)
                else entities.joined(*kept, change)
            )
        self.rows = found

    def _of(self, state: CellState, name: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return the numbers and values of an array."""
        (array,) = (array for array in state.arrays if array.name == name)
        return self.rows[f"numbers/{array.places.name}"], self.rows[f"values/{name}"]

    def scalars(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return the scalar part of the state, with bodies counted that are renewed; collective.

        Args:
            kept: what it is on the old mesh.
        """
        left = self._comm.bcast(self._left)
        motion = {name: dict(each) for name, each in kept["motion"].items()}
        for body in self._worn:
            motion[body.body.name]["renewed"] += 1
            motion[body.body.name]["refused"] = float("inf")
            motion[body.body.name]["left"] = left.get(body.body.name, 0.0)
            motion[body.body.name]["kept"] = -1
        return {**kept, "motion": motion}


def _loose_points(motion: BodyMotion) -> npt.NDArray[np.int64]:
    """Return the numbers of the points within free faces of a body, on rank 0; collective."""
    space = motion.mesh.space
    owned = np.arange(space.dofmap.index_map.size_local)
    numbers = node_ends(node_numbers(space)[owned])[motion.boundary.loose[owned], 0]
    whole = gather_rows(motion.mesh.comm, numbers)
    return np.zeros(0, dtype=np.int64) if whole is None else whole


def _lines(motion: BodyMotion) -> dict[str, Lines]:
    """Return directors of a body's walls that are not parallel, on rank 0; collective."""
    found = {}
    for wall in motion.walls:
        surface, director = wall.surface, wall.shape.director
        if wall.shape.parallel:
            continue
        owned = np.arange(director.function_space.dofmap.index_map.size_local)
        numbers = node_ends(node_numbers(director.function_space)[owned])[:, 0]
        dim = surface.setting.frame.dim
        vectors = director.x.array.reshape(-1, dim)[owned]
        rows = [gather_rows(surface.comm, each) for each in (numbers, vectors)]
        if rows[0] is not None and rows[1] is not None:
            known = dict(zip(map(int, rows[0]), rows[1], strict=True))
            found[surface.name] = Lines(known, surface.interface.lines.towards)
    return found


def _directions(motion: BodyMotion) -> dict[str, Array]:
    """Return the directors of a body's walls that are parallel, on rank 0; collective."""
    found = {}
    for wall in motion.walls:
        surface, director = wall.surface, wall.shape.director
        vectors = director.x.array.reshape(-1, surface.setting.frame.dim)
        whole = gather_rows(
            surface.comm, vectors[: director.function_space.dofmap.index_map.size_local]
        )
        if whole is not None and wall.shape.parallel:
            found[surface.name] = whole[0]
    return found


def _moved(rows: Rows, state: CellState, change: Change) -> Rows:
    """Return the rows of a state when a body is meshed anew."""
    found: Rows = rows_of(change.made.mesh)
    for array in state.arrays:
        at, values = f"numbers/{array.places.name}", f"values/{array.name}"
        found[at], found[values] = array.places.entities.moved(rows[at], rows[values], change)
    name = f"values/position {change.body}"
    # from here on the smoothing takes this shape for the one in which the mesh was made
    found[f"{name} as meshed"] = found[name].copy()
    return found


def _tell(name: str, made: Replacement) -> None:
    """Say what has become of the mesh of a body."""
    before, after = made.before, made.after
    logger.info(
        "%s is meshed anew: %d cells of quality %.2g or more instead of %d of %.2g",
        name, len(after.cells), after.quality, len(before.cells), before.quality,
    )  # fmt: skip
