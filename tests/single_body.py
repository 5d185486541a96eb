# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests of mechanics: plain meshes, values at integration points, closed forms."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import basix
import numpy as np
import ufl
from dolfinx import fem

from ssbmech._compat import compile_expression, compile_form
from ssbmech.frames import Expr
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from tests.parts import first_region
from tests.tools import March

COMM = MPI.COMM_WORLD


def with_flow(material: Material, **changes: float) -> Material:
    """Return a creeping material with other numbers in its flow law."""
    flow = dataclasses.replace(material.solid.flow, **changes)
    solid = dataclasses.replace(material.solid, flow=flow)
    return dataclasses.replace(material, solid=solid, sources={})


@dataclass(frozen=True, kw_only=True)
class Rectangle(MeshSource):
    """A rectangle of stretched cells: columns times rows, each cut in two along changing diagonals.

    Attributes:
        width: extent along x [m].
        height: extent along y [m].
        columns: cells along x.
        rows: cells along y.
        edge: length of the first over that of the last cell along x [1].
    """

    width: float
    height: float
    columns: int
    rows: int
    edge: float = 1.0

    def generate(self) -> SimplexMesh:
        lengths = self.edge ** -np.linspace(0.0, 1.0, self.columns)
        x = self.width * np.append(0.0, np.cumsum(lengths) / lengths.sum())
        y = np.linspace(0.0, self.height, self.rows + 1)
        points = np.zeros((x.size * y.size, 3))
        points[:, 0], points[:, 1] = np.tile(x, y.size), np.repeat(y, x.size)
        i, j = (k.ravel() for k in np.meshgrid(np.arange(self.columns), np.arange(self.rows)))
        a = j * x.size + i
        b, c, d = a + 1, a + x.size + 1, a + x.size
        even = ((i + j) % 2 == 0)[:, None]
        first = np.where(even, np.column_stack([a, b, c]), np.column_stack([a, b, d]))
        second = np.where(even, np.column_stack([a, c, d]), np.column_stack([b, c, d]))
        cells = np.concatenate([first, second])
        return SimplexMesh(points, cells, {"body": np.arange(len(cells))})


@dataclass(frozen=True, kw_only=True)
class Extruded(MeshSource):
    """A plane mesh around a void, drawn out along z by one cell.

    The faces "inner" and "outer" keep their names; the flat ones are named as sides of a box.

    Attributes:
        plane: the mesh in the x-y plane.
        height: extent along z [m].
    """

    plane: MeshSource
    height: float

    def generate(self) -> SimplexMesh:
        flat = self.plane.generate()
        count = len(flat.points)
        points = np.concatenate([flat.points, flat.points + np.array([0.0, 0.0, self.height])])
        # sorted corners make neighbours cut the side they share along the same diagonal
        a, b, c = np.sort(flat.cells, axis=1).T
        cut = [(a, b, c, c + count), (a, b, b + count, c + count)]
        cut.append((a, a + count, b + count, c + count))
        cells = np.concatenate([np.column_stack(corners) for corners in cut])
        lower = {name: np.unique(flat.faces[name]) for name in ("inner", "outer")}
        sets = {name: np.concatenate([nodes, nodes + count]) for name, nodes in lower.items()}
        return SimplexMesh(points, cells, {"body": np.arange(len(cells))}, node_sets=sets)


@dataclass(frozen=True)
class Points:
    """Values at points of the cells that this rank owns.

    Attributes:
        x: position, shape (points, 3) [m].
        weight: volume that each point stands for, in the frame's own unit.
        values: what was evaluated, shape (points, components).
    """

    x: np.ndarray
    weight: np.ndarray
    values: np.ndarray

    def norm(self, values: np.ndarray) -> float:
        """Return the L2 norm over the body of values at the points; collective."""
        squares = np.sum(values.reshape(len(self.weight), -1) ** 2, axis=1)
        return float(np.sqrt(COMM.allreduce(float(self.weight @ squares))))

    @staticmethod
    def largest(values: np.ndarray) -> float:
        """Return the largest magnitude of values on any rank; collective."""
        return float(COMM.allreduce(float(np.max(np.abs(values), initial=0.0)), op=MPI.MAX))


def at_points(body: BodyModel, values: list[Expr], degree: int) -> Points:
    """Return expressions at the points of a quadrature over a body; collective."""
    mesh = body.mesh.mesh
    cell = getattr(basix.CellType, mesh.topology.cell_name())
    points, weights = basix.make_quadrature(cell, degree)
    x = ufl.SpatialCoordinate(mesh)
    place = [*x, *([0.0] * (3 - mesh.geometry.dim))]
    scale = body.frame.weight(x) * abs(ufl.JacobianDeterminant(mesh))
    expression = compile_expression(ufl.as_vector([*place, scale, *values]), points)
    cells = np.arange(mesh.topology.index_map(mesh.topology.dim).size_local, dtype=np.int32)
    table = expression.eval(mesh, cells).reshape(-1, 4 + len(values))
    return Points(table[:, :3], table[:, 3] * np.tile(weights, len(cells)), table[:, 4:])


def stress_points(march: March) -> Points:
    """Return the final stress of a body of one region, shape (3, 3) [Pa]; collective."""
    (body,) = march.cell.bodies.values()
    s = first_region(body).stress
    # the last step is committed: its creep strain is in the history already, and no more may flow
    march.cell.conditions.dt.value = 1e-30
    found = at_points(body, [s[i, j] for i in range(3) for j in range(3)], body.quadrature_degree)
    return Points(found.x, found.weight, found.values.reshape(-1, 3, 3))


def wall_motion() -> Callable[[CellModel], float]:
    """Return what measures the mean outward displacement of the face "inner" of a body [m]."""
    forms: list[Any] = []
    owner: list[CellModel] = []

    def watch(cell: CellModel) -> float:
        (body,) = cell.bodies.values()
        if owner != [cell]:
            owner[:] = [cell]
            ds = body.ds(body.mesh.faces["inner"])
            outward = ufl.dot(body.u.function, ufl.FacetNormal(body.mesh.mesh))
            one = fem.Constant(body.mesh.mesh, 1.0)
            forms[:] = [compile_form(f * ds, None) for f in (outward, one)]
        sums = np.array([fem.assemble_scalar(form) for form in forms])
        cell.comm.Allreduce(MPI.IN_PLACE, sums)
        return float(sums[0] / sums[1])

    return watch


def mean(stress: np.ndarray) -> np.ndarray:
    """Return the mean stress of tensors (n, 3, 3)."""
    return np.trace(stress, axis1=1, axis2=2) / 3


@dataclass(frozen=True)
class ThickWall:
    r"""Cylinder (plane strain) or spherical shell under internal pressure, in steady Norton creep.

    .. math:: \sigma_r = -p \frac{(b/r)^{k/n} - 1}{(b/a)^{k/n} - 1}, \quad
              \sigma_\theta - \sigma_r = c \frac{p}{n} \frac{(b/r)^{k/n}}{(b/a)^{k/n} - 1}

    with k = c = 2 for the cylinder, k = 3 and c = 3/2 for the sphere; n = 1 is the elastic (Lame)
    solution of an incompressible solid.

    Attributes:
        inner: radius a [m].
        outer: radius b [m].
        pressure: internal pressure p [Pa].
        exponent: n [1].
        sphere: sphere or cylinder.
    """

    inner: float
    outer: float
    pressure: float
    exponent: float
    sphere: bool

    def stress(self, x: np.ndarray) -> np.ndarray:
        """Return the stress at points (n, 3), the cylinder's axis along z, shape (n, 3, 3) [Pa]."""
        power = (3 if self.sphere else 2) / self.exponent
        place = x if self.sphere else x * [1.0, 1.0, 0.0]
        r = np.linalg.norm(place, axis=1)
        e = place / r[:, None]
        p = self.pressure / ((self.outer / self.inner) ** power - 1)
        radial = -p * ((self.outer / r) ** power - 1)
        hoop = radial + (power / 2 if self.sphere else power) * p * (self.outer / r) ** power
        along = e[:, :, None] * e[:, None, :]
        stress = hoop[:, None, None] * (np.eye(3) - along) + radial[:, None, None] * along
        if not self.sphere:
            # no deviatoric stress along the axis: no strain there, elastic or creep
            stress[:, 2, 2] = (radial + hoop) / 2
        return stress
