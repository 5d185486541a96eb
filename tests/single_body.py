# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests of mechanics: stresses at integration points of a body, and plain meshes."""

from __future__ import annotations

from dataclasses import dataclass

from mpi4py import MPI

import basix
import numpy as np
import ufl

from ssbmech._compat import compile_expression
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from tests.tools import March

COMM = MPI.COMM_WORLD


@dataclass(frozen=True)
class Points:
    """Values at the integration points of the cells that this rank owns.

    Attributes:
        x: position, shape (points, 3) [m].
        weight: volume that each point stands for, in the frame's own unit.
        stress: Cauchy stress, shape (points, 3, 3) [Pa].
    """

    x: np.ndarray
    weight: np.ndarray
    stress: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean stress, tension positive [Pa]."""
        return np.trace(self.stress, axis1=1, axis2=2) / 3

    def norm(self, values: np.ndarray) -> float:
        """Return the L2 norm over the body of tensors or scalars at the points; collective."""
        squares = np.sum(values.reshape(len(self.weight), -1) ** 2, axis=1)
        return float(np.sqrt(COMM.allreduce(float(self.weight @ squares))))

    @staticmethod
    def largest(values: np.ndarray) -> float:
        """Return the largest magnitude of values on any rank; collective."""
        return float(COMM.allreduce(float(np.max(np.abs(values), initial=0.0)), op=MPI.MAX))


def stress_points(march: March) -> Points:
    """Return final stresses of a body of one region, where its law is integrated; collective."""
    (body,) = march.cell.bodies.values()
    mesh, region = body.mesh.mesh, body.regions[0]
    # the last step is committed: its creep strain is in the history already, and no more may flow
    march.cell.knobs["dt"] = 1e-30
    points, weights = basix.make_quadrature(
        getattr(basix.CellType, mesh.topology.cell_name()), body.quadrature_degree
    )
    s, x = region.stress, ufl.SpatialCoordinate(mesh)
    place = [*x, *([0.0] * (3 - mesh.geometry.dim))]
    scale = body.frame.weight(x) * abs(ufl.JacobianDeterminant(mesh))
    values = [*place, scale, *(s[i, j] for i in range(3) for j in range(3))]
    expression = compile_expression(ufl.as_vector(values), points)
    cells = np.arange(mesh.topology.index_map(mesh.topology.dim).size_local, dtype=np.int32)
    table = expression.eval(mesh, cells).reshape(-1, len(values))
    return Points(
        x=table[:, :3],
        weight=table[:, 3] * np.tile(weights, len(cells)),
        stress=table[:, 4:].reshape(-1, 3, 3),
    )


@dataclass(frozen=True, kw_only=True)
class Rectangle(MeshSource):
    """A rectangle of stretched cells, columns times rows, each cut in two by alternating diagonals.

    Attributes:
        width: extent along x [m].
        height: extent along y [m].
        columns: cells along x.
        rows: cells along y.
        edge: ratio of the first to the last cell length along x [1].
    """

    width: float
    height: float
    columns: int
    rows: int
    edge: float = 1.0

    def generate(self) -> SimplexMesh:
        lengths = self.edge ** (-np.linspace(0.0, 1.0, self.columns))
        x = self.width * np.append(0.0, np.cumsum(lengths) / lengths.sum())
        y = np.linspace(0.0, self.height, self.rows + 1)
        points = np.column_stack(
            [np.tile(x, len(y)), np.repeat(y, len(x)), np.zeros(x.size * y.size)]
        )
        i, j = (k.ravel() for k in np.meshgrid(np.arange(self.columns), np.arange(self.rows)))
        a = j * len(x) + i
        b, c, d = a + 1, a + len(x) + 1, a + len(x)
        even = ((i + j) % 2 == 0)[:, None]
        first = np.where(even, np.column_stack([a, b, c]), np.column_stack([a, b, d]))
        second = np.where(even, np.column_stack([a, c, d]), np.column_stack([b, c, d]))
        cells = np.concatenate([first, second])
        return SimplexMesh(points, cells, {"body": np.arange(len(cells))})


@dataclass(frozen=True, kw_only=True)
class Extruded(MeshSource):
    """A plane mesh drawn out along z by one cell; its curved faces keep their names.

    Attributes:
        plane: the mesh in the x-y plane.
        height: extent along z [m].
        layers: cells along z.
        curved: faces of the plane mesh that keep their names; the flat ones are named as sides.
    """

    plane: MeshSource
    height: float
    layers: int = 1
    curved: tuple[str, ...] = ("inner", "outer")

    def generate(self) -> SimplexMesh:
        flat = self.plane.generate()
        count = len(flat.points)
        levels = np.linspace(0.0, self.height, self.layers + 1)
        points = np.concatenate([flat.points + [0.0, 0.0, z] for z in levels])
        # sorted corners make neighbours cut the side they share along the same diagonal
        a, b, c = np.sort(flat.cells, axis=1).T
        cut = [(a, b, c, c + count), (a, b, b + count, c + count)]
        cut.append((a, a + count, b + count, c + count))
        prism = np.concatenate([np.column_stack(corners) for corners in cut])
        cells = np.concatenate([prism + k * count for k in range(self.layers)])
        corners = {name: np.unique(flat.faces[name]) for name in self.curved}
        sets = {
            name: np.concatenate([nodes + k * count for k in range(self.layers + 1)])
            for name, nodes in corners.items()
        }
        return SimplexMesh(points, cells, {"body": np.arange(len(cells))}, node_sets=sets)
