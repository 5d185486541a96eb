# SPDX-License-Identifier: BSD-3-Clause
"""Bodies with a straight crack whose two faces lie on each other, and what they do exactly."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any

import numpy as np

from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material

SOLID = Elastic(young=28e9, poisson=0.36)
GLASS = Material("glass", SOLID)
MODULUS = SOLID.young / (1 - SOLID.poisson**2)


def graded(cells: int, half: float, extent: float) -> np.ndarray:
    """Return places from 0 to the extent: even up to twice the half length, then wider."""
    places = list(half / cells * np.arange(2 * cells + 1))
    step = half / cells
    while places[-1] < extent:
        step *= 1.25
        places.append(places[-1] + step)
    places = np.array(places)
    beyond = places > 2 * half
    # stretched so that the last one meets the extent
    places[beyond] = 2 * half + (places[beyond] - 2 * half) * (extent - 2 * half) / (
        places[-1] - 2 * half
    )
    return places


@dataclass(frozen=True, kw_only=True)
class Cracked(MeshSource):
    """A rectangle with a crack on the line y = 0 up to |x| = half, or up to x = half from an axis.

    The nodes of the crack are doubled. Faces: "crack" for both sides of it, "outer" for the rim,
    and "axis" for x = 0 where there is one.

    Attributes:
        half: half the length of the crack, or its radius [m].
        extent: half the edge of the square [m].
        cells: cells along half the crack.
        axis: whether x begins at 0.
        upper: whether only y > 0 is meshed; the rest of the line then is the face "ahead".
    """

    half: float
    extent: float
    cells: int
    axis: bool = False
    upper: bool = False

    def generate(self) -> SimplexMesh:
        right = graded(self.cells, self.half, self.extent)
        both = np.concatenate([-right[:0:-1], right])
        x, y = (right if self.axis else both), (right if self.upper else both)
        nx = x.size
        points = np.zeros((nx * y.size, 3))
        points[:, 0], points[:, 1] = np.tile(x, y.size), np.repeat(y, nx)
        i, j = (k.ravel() for k in np.meshgrid(np.arange(nx - 1), np.arange(y.size - 1)))
        a = j * nx + i
        b, c, d = a + 1, a + nx + 1, a + nx
        even = ((i + j) % 2 == 0)[:, None]
        first = np.where(even, np.column_stack([a, b, c]), np.column_stack([a, b, d]))
        second = np.where(even, np.column_stack([a, c, d]), np.column_stack([b, c, d]))
        cells = np.concatenate([first, second])
        small = 1e-9 * self.half
        on = np.flatnonzero(
            (np.abs(points[:, 1]) < small) & (np.abs(points[:, 0]) < self.half - small)
        )
        if not self.upper:
            twin = np.arange(len(points))
            twin[on] = len(points) + np.arange(len(on))
            above = points[cells].mean(axis=1)[:, 1] > 0
            cells[above] = twin[cells[above]]
            points = np.concatenate([points, points[on]])
        return SimplexMesh(
            points, cells, {"glass": np.arange(len(cells))}, self._faces(points, cells)
        )

    def _faces(self, points: np.ndarray, cells: np.ndarray) -> dict[str, np.ndarray]:
        edges = np.sort(cells[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        single, count = np.unique(edges, axis=0, return_counts=True)
        outer = single[count == 1]
        middle = points[outer].mean(axis=1)
        line = np.abs(middle[:, 1]) < 1e-9 * self.half
        inside = np.abs(middle[:, 0]) < self.half
        axis = self.axis & (np.abs(middle[:, 0]) < 1e-9 * self.half)
        found = {"crack": outer[line & inside], "outer": outer[~line & ~axis]}
        if self.axis:
            found["axis"] = outer[axis]
        if self.upper:
            found["ahead"] = outer[line & ~inside]
        return found


@dataclass(frozen=True)
class Westergaard:
    """An infinite body in plane strain with a crack on |x| < half.

    Attributes:
        half: half the length of the crack [m].
        pull: remote tension along x and y [Pa].
        slide: remote shear [Pa].
        pressure: pressure on the faces of the crack [Pa].
    """

    half: float
    pull: float = 0.0
    slide: float = 0.0
    pressure: float = 0.0

    @property
    def opening(self) -> float:
        """Stress intensity of opening at both tips [Pa m^(1/2)]."""
        return (self.pull + self.pressure) * sqrt(pi * self.half)

    @property
    def sliding(self) -> float:
        """Stress intensity of sliding at both tips [Pa m^(1/2)]."""
        return self.slide * sqrt(pi * self.half)

    @property
    def released(self) -> float:
        """Energy release rate [J/m2]."""
        return (self.opening**2 + self.sliding**2) / MODULUS

    def displacement(self, x: np.ndarray, time: float) -> np.ndarray:
        """Return the displacement at places (3, n) [m]."""
        nu, y = SOLID.poisson, x[1]
        z = x[0] + 1j * y
        big = np.sqrt(z - self.half) * np.sqrt(z + self.half)
        small = z / np.where(big == 0, 1.0, big)
        opened = self.pull + self.pressure
        u = opened * ((1 - 2 * nu) * big.real - y * small.imag)
        v = opened * (2 * (1 - nu) * big.imag - y * small.real)
        u = u + self.slide * (2 * (1 - nu) * big.imag + y * small.real)
        v = v + self.slide * (-(1 - 2 * nu) * big.real - y * small.imag)
        # a pressure is a pull, less what that does to a body without a crack
        u = u - self.pressure * (1 - 2 * nu) * x[0]
        v = v - self.pressure * (1 - 2 * nu) * y
        return np.stack([u, v]) / (2 * SOLID.shear)


@dataclass(frozen=True, kw_only=True)
class CrackedQuarter(MeshSource):
    """A quarter of a cylinder above the plane z = 0 of a round crack around its axis.

    Faces: "crack" and "ahead" on the plane, "left" (x = 0), "front" (y = 0), "outer" and "top".

    Attributes:
        half: radius of the crack [m].
        extent: radius and height of the cylinder [m].
        cells: cells along the radius of the crack, at its front.
        squeeze: factor of all places along y, which makes an ellipse of the crack.
    """

    half: float
    extent: float
    cells: int
    squeeze: float = 1.0

    def generate(self) -> SimplexMesh:
        unit = power_of_two(self.half)
        mesh = mesh_model(3, lambda gmsh: self._draw(gmsh, self.half / unit), unit)
        return dataclasses.replace(mesh, points=mesh.points * [1.0, self.squeeze, 1.0])

    def _draw(self, gmsh: Any, half: float) -> None:
        occ, model = gmsh.model.occ, gmsh.model
        height = half * self.extent / self.half
        body = occ.addCylinder(0, 0, 0, 0, 0, height, height, angle=pi / 2)
        circle = occ.addCircle(0, 0, 0, half, angle1=0, angle2=pi / 2)
        _, ((solid, *_), _) = occ.fragment([(3, body)], [(1, circle)])
        occ.synchronize()
        model.addPhysicalGroup(3, [solid[1]], name="glass")
        for _, tag in gmsh.model.getEntities(2):
            x, y, z = occ.getCenterOfMass(2, tag)
            away = {
                "left": x,
                "front": y,
                "crack" if np.hypot(x, y) < half else "ahead": z,
                # the middle of an arc is twice the radius over pi from both planes
                "outer": np.hypot(x, y) - height * sqrt(8) / pi,
                "top": z - height,
            }
            (name,) = (name for name, distance in away.items() if abs(distance) < 1e-6 * half)
            model.addPhysicalGroup(2, [tag], name=name)

        def size(x: float, y: float, z: float) -> float:
            away = np.hypot(np.hypot(x, y) - half, z)
            return float(half / self.cells + 0.25 * away)

        generate_sized(gmsh, 3, size)
