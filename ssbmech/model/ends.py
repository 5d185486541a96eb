# SPDX-License-Identifier: BSD-3-Clause
"""The two ends of the stack: which way it is stacked, where it ends, and what is measured there.

The direction is that of the platen; without one it is the mean normal of the interfaces, and the
last axis of the mesh where their normals prefer none. The ends are the outer facets in the extreme
planes across it, whatever their names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh

from ssbmech._compat import cell_nodes, compile_form, constant
from ssbmech.frames import WeightedMeasure
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.conditions import Number
from ssbmech.model.outputs import largest, total
from ssbmech.model.platen import Platen
from ssbmech.model.surface import SurfaceModel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

FLAT = 1e-6
"""Distance from the extreme plane, over the height, up to which a facet lies in it [1]."""

PREFERENCE = 1.1
"""Ratio of the two largest areas across a direction above which interfaces prefer the first [1]."""


def stack_direction(cell: CellModel) -> Array:
    """Return the unit vector along which a cell is stacked, shape (3,) [1]; collective."""
    frame, direction = cell.case.geometry.frame, np.zeros(3)
    axis = cell.holder.axis if isinstance(cell.holder, Platen) else frame.dim - 1
    direction[axis] = 1.0
    if isinstance(cell.holder, Platen) or frame.revolves:
        return direction
    spread = np.zeros((3, 3))
    for surface in cell.surfaces.values():
        spread += _spread(surface)
    cell.comm.Allreduce(MPI.IN_PLACE, spread, op=MPI.SUM)
    areas, axes = np.linalg.eigh(spread)
    if areas[2] <= PREFERENCE * areas[1]:
        return direction
    found = axes[:, 2]
    found[np.abs(found) < FLAT] = 0.0
    found /= np.linalg.norm(found)
    # of the two senses the one that is nearer to upwards, or to the right
    last = int(np.flatnonzero(found)[-1])
    return np.asarray(found * np.sign(found[last]), dtype=np.float64)


def _spread(surface: SurfaceModel) -> Array:
    """Return the sum of area times n n^T over the facets that this rank owns, shape (3, 3)."""
    mesh = surface.mesh.mesh
    count = mesh.topology.index_map(mesh.topology.dim).size_local
    corners = np.asarray(mesh.geometry.x, dtype=np.float64)[cell_nodes(mesh)[:count]]
    along = corners[:, 1] - corners[:, 0]
    across = np.zeros_like(along)
    across[:, 2] = 1.0
    if mesh.topology.dim == 2:
        across[:] = corners[:, 2] - corners[:, 0]
    normals = np.asarray(np.cross(along, across), dtype=np.float64)
    areas = np.linalg.norm(normals, axis=1)
    return np.asarray(np.einsum("fi,fj->ij", normals / areas[:, None], normals), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class EndFace:
    """What one body has of an end.

    Attributes:
        body: the body.
        facets: its local facets there.
        area: their area on all ranks [m2].
        ds: weighted measure of them.
    """

    body: BodyModel
    facets: Ints
    area: float
    ds: WeightedMeasure


@dataclass(frozen=True, eq=False)
class End:
    """One end of the stack.

    Attributes:
        normal: outward unit vector, shape (3,) [1].
        faces: what bodies have of it.
    """

    normal: Array
    faces: list[EndFace]

    @property
    def area(self) -> float:
        """Its area [m2]."""
        return sum(face.area for face in self.faces)

    @cached_property
    def _forms(self) -> list[tuple[Any, Any]]:
        """Integrals of the outward displacement and of one, on each face."""
        found = []
        for face in self.faces:
            u, one = face.body.u.function, constant(face.body.mesh.mesh, 1.0)
            normal = one * ufl.as_vector(
                [constant(face.body.mesh.mesh, float(n)) for n in self.normal[: len(u)]]
            )
            moved = compile_form(ufl.dot(normal, u) * face.ds, None)
            found.append((moved, compile_form(one * face.ds, None)))
        return found

    def outward(self, comm: MPI.Intracomm) -> float:
        """Return the mean outward displacement [m], nan if there is no such end; collective."""
        if not self.faces:
            return math.nan
        moved = total(sum(fem.assemble_scalar(form) for form, _ in self._forms), comm)
        # the faces of a body that moves have another area at each step
        return moved / total(sum(fem.assemble_scalar(form) for _, form in self._forms), comm)


class StackEnds:
    """Both ends of a stack.

    Attributes:
        height: distance of the extreme planes as meshed [m].
        ends: bottom and top.
    """

    def __init__(self, cell: CellModel) -> None:
        """Find them; collective."""
        self.cell = cell
        direction = stack_direction(cell)
        x = np.asarray(cell.tagged.mesh.geometry.x, dtype=np.float64) @ direction
        high, low = largest(x, cell.comm), -largest(-x, cell.comm)
        self.height = high - low
        self.ends = [
            self._end(-direction, -low),
            self._end(direction, high),
        ]

    def pressure(self, arrays: Mapping[str, Array]) -> float:
        """Return the pressure on the stack, compression positive [Pa]; collective.

        It is that of the platen or of the fluid. Without either it is the mean of the pressures on
        an end, or else the reaction of the supports that hold an end; nan where neither is.
        """
        own = self.cell.holder.stack_pressure
        if not math.isnan(own):
            return own
        for measured in (self._applied(), self._reaction()):
            if not math.isnan(measured):
                return measured
        return math.nan

    @cached_property
    def _pressed(self) -> list[list[tuple[float, Number]]]:
        """Areas of each end that a fluid presses on, with its pressure."""
        found: list[list[tuple[float, Number]]] = []
        for end in self.ends:
            found.append([])
            for face in end.faces:
                for load in self.cell.setting.pressures:
                    if load.face in face.body.mesh.faces:
                        wet = np.intersect1d(face.facets, face.body.mesh.facets(load.face))
                        area = _area(face.body, wet.astype(np.int32), self.cell.comm)
                        found[-1].append((area, load.number))
        return found

    def _applied(self) -> float:
        """Return the mean pressure on the end of which more is pressed on [Pa]."""
        wet = [sum(area for area, _ in pressed) for pressed in self._pressed]
        if not any(wet):
            return math.nan
        k = 0 if wet[0] > wet[1] * (1 + FLAT) else 1
        return sum(area * number.value for area, number in self._pressed[k]) / self.ends[k].area

    @cached_property
    def _held(self) -> list[tuple[End, list[tuple[BodyModel, Ints]]]]:
        """Ends that supports hold along the stack, with the prescribed dofs of each body."""
        found = []
        for end in self.ends:
            held = [(face.body, _held_dofs(face, end.normal)) for face in end.faces]
            count = sum(len(dofs) for _, dofs in held)
            if self.cell.comm.allreduce(count, op=MPI.SUM) > 0:
                found.append((end, held))
        return found

    def _reaction(self) -> float:
        """Return the force on an end that is held, over its area [Pa]; collective."""
        for end, held in self._held:
            force = 0.0
            for body, dofs in held:
                rows = self.cell.system.raw_residual(body.u)[dofs]
                force += float(rows @ end.normal[dofs % body.frame.dim])
            return -total(force, self.cell.comm) / end.area
        return math.nan

    def _end(self, normal: Array, place: float) -> End:
        """Return the end in the extreme plane along an outward normal; collective."""
        near, faces = FLAT * self.height, []
        for body in self.cell.bodies.values():
            mesh = body.mesh.mesh
            facets = dmesh.locate_entities_boundary(
                mesh, mesh.topology.dim - 1, lambda x: np.abs(normal @ x - place) <= near
            ).astype(np.int32)
            ds = _measure(body, facets)
            area = _area(body, facets, self.cell.comm)
            if area > 0.0:
                faces.append(EndFace(body, facets, area, ds))
        return End(normal, faces)

    def thickness(self, _: Mapping[str, Array]) -> float:
        """Return the thickness [m], nan where the stack does not end in planes; collective."""
        moved = [end.outward(self.cell.comm) for end in self.ends]
        return self.height + sum(moved)


def _measure(body: BodyModel, facets: Ints) -> WeightedMeasure:
    """Return the weighted measure of outer facets of a body."""
    mesh, dim = body.mesh.mesh, body.mesh.mesh.topology.dim - 1
    tags = dmesh.meshtags(mesh, dim, np.sort(facets), np.ones(len(facets), dtype=np.int32))
    return body.measure("ds", tags)(1)


def _area(body: BodyModel, facets: Ints, comm: MPI.Intracomm) -> float:
    """Return the area of outer facets of a body on all ranks [m2]; collective."""
    form = compile_form(constant(body.mesh.mesh, 1.0) * _measure(body, facets), None)
    return total(fem.assemble_scalar(form), comm)


def _held_dofs(face: EndFace, normal: Array) -> Ints:
    """Return the owned dofs of an end along its normal whose displacement is prescribed."""
    body, dim = face.body, face.body.frame.dim
    space = body.u.function.function_space
    nodes = fem.locate_dofs_topological(space, body.mesh.mesh.topology.dim - 1, face.facets)
    along = np.flatnonzero(np.abs(normal[:dim]) > FLAT)
    dofs = (nodes[:, None] * dim + along[None, :]).ravel()
    return np.intersect1d(dofs, body.u.fixed).astype(np.int32)
