# SPDX-License-Identifier: BSD-3-Clause
r"""End plates that bend: the pressure over the area of a stack that is pulled together by bolts.

A thin rectangular plate lies on the cells, which press back where they are compressed:

.. math:: D \nabla^4 w + p = \sum_b F_b \, \delta(x - x_b), \quad p = k_w \max(w + g, 0), \quad
          D = \frac{E t^3}{12 (1 - \nu^2)}

w is the way of the plate towards the cells, g what the cells have grown, and k_w their stiffness by
area, :math:`1 / \sum_i h_i / C_{33,i}`. Cells do not hold each other: the pressure at a place is of
the compression there. The edges of the plate are free. How even the pressure is depends on one
number, :math:`\lambda L` with :math:`\lambda = (k_w / 4D)^{1/4}` and half the distance L of the
bolts: below 0.5 it is even within a few percent. Of two plates alike each has half the cells, so
twice their stiffness.

Elements are bicubic with continuous slopes (Bogner, Fox and Schmit), products of cubic Hermite
functions along both edges; contact is decided at Gauss points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from ssbmech.errors import CaseError, NotConverged
from ssbmech.laminate.layer import Array
from ssbmech.materials.elastic import Elastic
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import check_whole

GAUSS_POINTS = 4
"""Gauss points of an element along each edge; four are exact for products of cubics [1]."""

MOST_CHANGES = 50
"""Most changes of what is in contact [1]."""


@dataclass(frozen=True)
class Plate:
    """A rectangular end plate.

    Attributes:
        elastic: its elasticity.
        elements: elements along both edges.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    elastic: Elastic
    width: float = parameter("m", low=0.0, low_open=True, doc="length along x")
    depth: float = parameter("m", low=0.0, low_open=True, doc="length along y")
    thickness: float = parameter("m", low=0.0, low_open=True, doc="thickness")
    elements: tuple[int, int] = (24, 24)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        for count in self.elements:
            check_whole(count, 2, 400, "Plate.elements")

    @property
    def bending(self) -> float:
        """Bending stiffness D [N m]."""
        nu = self.elastic.poisson
        return self.elastic.young * self.thickness**3 / (12 * (1 - nu**2))

    def evenness(self, stiffness: float, half: float) -> float:
        """Return lambda L [1] for cells of a stiffness [Pa/m] and half a distance of bolts [m]."""
        return float(half * (stiffness / (4 * self.bending)) ** 0.25)


@dataclass(frozen=True)
class Bolts:
    """Bolts that pull the plate towards the cells.

    Attributes:
        places: their places on the plate, (x, y) each, from its corner [m].

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: there is no bolt.
    """

    places: tuple[tuple[float, float], ...]
    force: float = parameter("N", low=0.0, low_open=True, doc="force of each after assembly")
    stiffness: float = parameter(
        "N/m", low=0.0, default=0.0, doc="stiffness of each; zero keeps its force"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if not self.places:
            raise CaseError("Bolts.places is empty: nothing would press the plate on the cells")


@dataclass(frozen=True)
class PressureMap:
    """Pressure on the cells over the area.

    Attributes:
        x: places along x, shape (m,) [m].
        y: places along y, shape (n,) [m].
        pressure: shape (m, n) [Pa].
        way: of the plate towards the cells, shape (m, n) [m].
        mean: mean pressure over the area [Pa].
        touching: share of the area in contact [1].
        bolts: force of each bolt [N].
    """

    x: Array
    y: Array
    pressure: Array
    way: Array
    mean: float
    touching: float
    bolts: Array


class PlateOnCells:
    """A plate on cells.

    Args:
        plate: the plate.
        stiffness: stiffness of the cells by area [Pa/m].
        bolts: what pulls the plate.
    """

    def __init__(self, plate: Plate, stiffness: float, bolts: Bolts) -> None:
        """Assemble the plate.

        Raises:
            CaseError: a bolt lies beside the plate, or the cells have no stiffness.
        """
        if not stiffness > 0.0:
            raise CaseError(
                f"the cells under a plate have a stiffness of {stiffness:g} Pa/m, expected one "
                "above zero"
            )
        for x, y in bolts.places:
            if not (0.0 <= x <= plate.width and 0.0 <= y <= plate.depth):
                raise CaseError(
                    f"a bolt at ({x:g}, {y:g}) m is beside the plate of {plate.width:g} by "
                    f"{plate.depth:g} m"
                )
        self.plate, self.stiffness, self.bolts = plate, stiffness, bolts
        self._x = _Line(plate.width, plate.elements[0])
        self._y = _Line(plate.depth, plate.elements[1])
        places = np.array(bolts.places, dtype=float)
        self._at = sparse.csr_matrix(
            _face_splitting(self._x.values(places[:, 0]), self._y.values(places[:, 1]))
        )

    @cached_property
    def _bends(self) -> sparse.csr_matrix:
        """Stiffness of the plate [N/m], in its bending energy."""
        x, y, nu = self._x, self._y, self.plate.elastic.poisson
        twist = 2 * (1 - nu) * sparse.kron(x.matrix(1, 1), y.matrix(1, 1))
        both = sparse.kron(x.matrix(2, 0), y.matrix(0, 2))
        sum_ = sparse.kron(x.matrix(2, 2), y.matrix(0, 0))
        sum_ = sum_ + sparse.kron(x.matrix(0, 0), y.matrix(2, 2))
        return sparse.csr_matrix(self.plate.bending * (sum_ + twist + nu * (both + both.T)))

    @cached_property
    def _values(self) -> sparse.csr_matrix:
        """Values of all functions at all Gauss points."""
        return sparse.csr_matrix(sparse.kron(self._x.at_gauss[0], self._y.at_gauss[0]))

    @cached_property
    def _weights(self) -> Array:
        return np.kron(self._x.weights, self._y.weights).astype(np.float64)

    def pressed(self, growth: float = 0.0) -> PressureMap:
        """Return the pressure after assembly and a growth of the cells [m].

        Bolts keep their force during assembly, without growth; then they act with their stiffness.

        Raises:
            NotConverged: contact is not found.
        """
        forces = np.full(len(self.bolts.places), self.bolts.force)
        way = self._solve(forces, 0.0, 0.0, 0.0)
        if growth == 0.0:
            return self._map(way, growth, forces)
        first = self._at @ way
        way = self._solve(forces, growth, self.bolts.stiffness, first)
        forces = forces + self.bolts.stiffness * (first - self._at @ way)
        return self._map(way, growth, forces)

    def _solve(self, forces: Array, growth: float, spring: float, first: Array | float) -> Array:
        """Return the coefficients of the plate's way."""
        at, values, weights = self._at, self._values, self._weights
        fixed = self._bends + spring * (at.T @ at)
        load = at.T @ (forces + spring * first)
        touching = np.ones(len(weights), dtype=bool)
        for _ in range(MOST_CHANGES):
            cells = self.stiffness * weights * touching
            matrix = fixed + values.T @ sparse.diags(cells) @ values
            rest = load - values.T @ (cells * growth)
            way: Array = np.asarray(spsolve(sparse.csc_matrix(matrix), rest), dtype=np.float64)
            now = values @ way + growth > 0.0
            if np.array_equal(now, touching):
                return way
            touching = now
        raise NotConverged("where the plate touches the cells is not found")

    def _map(self, way: Array, growth: float, forces: Array) -> PressureMap:
        shape = (len(self._x.weights), len(self._y.weights))
        moved = self._values @ way
        pressure = self.stiffness * np.maximum(moved + growth, 0.0)
        area = self.plate.width * self.plate.depth
        return PressureMap(
            self._x.places,
            self._y.places,
            np.asarray(pressure.reshape(shape)),
            np.asarray(moved.reshape(shape)),
            float(self._weights @ pressure) / area,
            float(self._weights @ (pressure > 0.0)) / area,
            forces,
        )

    def pressure_at(self, places: Array, growth: float = 0.0) -> Array:
        """Return the pressure at places, shape (n, 2) [m], after a growth [m], shape (n,) [Pa]."""
        forces = np.full(len(self.bolts.places), self.bolts.force)
        way = self._solve(forces, 0.0, 0.0, 0.0)
        if growth != 0.0:
            way = self._solve(forces, growth, self.bolts.stiffness, self._at @ way)
        at = _face_splitting(self._x.values(places[:, 0]), self._y.values(places[:, 1]))
        return np.asarray(self.stiffness * np.maximum(at @ way + growth, 0.0))


class _Line:
    """Cubic Hermite functions on equal elements of a line: values and slopes of its nodes."""

    def __init__(self, length: float, count: int) -> None:
        self.count, self.size = count, length / count
        gauss, weights = np.polynomial.legendre.leggauss(GAUSS_POINTS)
        local = (gauss + 1) / 2
        self.places = ((np.arange(count)[:, np.newaxis] + local) * self.size).ravel()
        self.weights = np.tile(weights / 2 * self.size, count)
        self.at_gauss = [self.values(self.places, order) for order in range(3)]

    def values(self, places: Array, order: int = 0) -> sparse.csr_matrix:
        """Return the functions' derivatives of an order at places, shape (places, functions)."""
        element = np.minimum((places / self.size).astype(int), self.count - 1)
        t, h = places / self.size - element, self.size
        shapes = _HERMITE[order](t)
        rows = np.repeat(np.arange(len(places)), 4)
        columns = (2 * element[:, np.newaxis] + np.arange(4)).ravel()
        scale = np.array([1.0, h, 1.0, h]) / h**order
        entries = (np.stack(shapes, axis=1) * scale).ravel()
        found = sparse.csr_matrix(
            (entries, (rows, columns)), shape=(len(places), 2 * (self.count + 1))
        )
        return found

    def matrix(self, left: int, right: int) -> sparse.csr_matrix:
        """Return the integrals of products of derivatives of two orders."""
        weighted = sparse.diags(self.weights) @ self.at_gauss[right]
        return sparse.csr_matrix(self.at_gauss[left].T @ weighted)


_HERMITE = (
    lambda t: (1 - 3 * t**2 + 2 * t**3, t - 2 * t**2 + t**3, 3 * t**2 - 2 * t**3, t**3 - t**2),
    lambda t: (6 * t**2 - 6 * t, 1 - 4 * t + 3 * t**2, 6 * t - 6 * t**2, 3 * t**2 - 2 * t),
    lambda t: (12 * t - 6, 6 * t - 4, 6 - 12 * t, 6 * t - 2),
)
"""Cubic Hermite functions on an element and their derivatives."""


def _face_splitting(x: sparse.csr_matrix, y: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return the products of functions of x and y at the same places."""
    rows = [sparse.kron(x[k], y[k]) for k in range(x.shape[0])]
    return sparse.csr_matrix(sparse.vstack(rows))
