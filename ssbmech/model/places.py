# SPDX-License-Identifier: BSD-3-Clause
r"""Where the fields of an interface live: one value a facet, or one a vertex.

Constant on facets, contact, gap, current and growth are decided facet by facet. Where the metal's
mesh follows its surface the gap is the place of the metal's vertices, and the fields are linear
between them; the mean of what two facets have would tilt a closed facet beside a void. Laws then
hold vertex by vertex (lumped),

.. math:: \int f q_i \, dA \approx f_i A_i, \quad A_i = \int q_i \, dA

so that contact stays exact. The weight is the integral of the hat function q_i and not the frame's
weight at the vertex, which is zero on an axis of revolution.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form, vertex_rule
from ssbmech.frames import WeightedMeasure
from ssbmech.model.integrals import owned_integrals

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Places(Protocol):
    """Role of where the fields of an interface live."""

    @property
    def element(self) -> tuple[str, int]:
        """Family and degree of the fields."""

    @property
    def facets(self) -> fem.FunctionSpace:
        """Functions that are constant on facets."""

    @property
    def at_vertices(self) -> bool:
        """Whether they live at vertices, which facets share."""

    def local(self, full: WeightedMeasure) -> WeightedMeasure:
        """Return the measure by which laws hold place by place.

        Args:
            full: measure of the facets.
        """

    def settle(self, dS: WeightedMeasure, entity_maps: Any) -> None:
        """Measure the places; collective.

        Args:
            dS: measure of all facets.
            entity_maps: maps for forms on the interface.
        """

    def start(self, profile: fem.Function, means: Array) -> Array:
        """Return the values at the owned places with which a field starts.

        Args:
            profile: the field as it is given.
            means: its means, weighted by the places' test functions.
        """

    def at(self, facets: Mask) -> Mask:
        """Return the owned places of some of the owned facets; collective."""

    def facet_areas(self, areas: Array) -> Array:
        """Return the areas of the owned facets, given those of the owned places."""

    def of_facets(self, values: Array) -> Array:
        """Return the values at the owned places from those of the owned facets; collective."""

    def on_facets(self, values: Array) -> Array:
        """Return the values of the owned facets from those at the owned places; collective."""


class OnFacets:
    """Fields that are constant on each facet."""

    element = ("DG", 0)
    at_vertices = False

    def __init__(self, mesh: Mesh) -> None:
        """Belong to the mesh of an interface; collective."""
        self.facets = fem.functionspace(mesh, self.element)

    def local(self, full: WeightedMeasure) -> WeightedMeasure:
        """Return the measure of the facets."""
        return full

    def settle(self, dS: WeightedMeasure, entity_maps: Any) -> None:
        """Do nothing."""

    def start(self, profile: fem.Function, means: Array) -> Array:
        """Return the means over the facets."""
        return means

    def at(self, facets: Mask) -> Mask:
        """Return the facets."""
        return facets

    def facet_areas(self, areas: Array) -> Array:
        """Return the areas."""
        return areas

    def of_facets(self, values: Array) -> Array:
        """Return the values."""
        return values

    def on_facets(self, values: Array) -> Array:
        """Return the values."""
        return values


class OnVertices:
    """Fields that are linear on each facet, with laws that hold at vertices."""

    element = ("Lagrange", 1)
    at_vertices = True

    def __init__(self, mesh: Mesh) -> None:
        """Belong to the mesh of an interface; collective."""
        self.facets = fem.functionspace(mesh, ("DG", 0))
        self._space = fem.functionspace(mesh, self.element)
        self._weight = fem.Function(self._space, name="weight")
        self._weight.x.array[:] = 1.0
        self._of = fem.Function(self.facets)
        self._on = fem.Function(self._space)

    def local(self, full: WeightedMeasure) -> WeightedMeasure:
        """Return the measure that takes integrands at the vertices of the facets."""
        rule = vertex_rule(self._space.mesh.topology.dim)
        return WeightedMeasure(full.measure.reconstruct(metadata=rule), self._weight("+"))

    def settle(self, dS: WeightedMeasure, entity_maps: Any) -> None:
        """Find the weights of the vertices, and compile what brings values to and from facets."""
        q, r = ufl.TestFunction(self._space)("+"), ufl.TestFunction(self.facets)("+")
        one = self._weight("+")
        areas = owned_integrals(compile_form(q * dS, entity_maps))
        plain = owned_integrals(compile_form(one * q * dS.measure, entity_maps))
        whole = owned_integrals(compile_form(r * dS, entity_maps))
        self._weight.x.array[: len(areas)] = areas / plain
        self._weight.x.scatter_forward()
        self._areas, self._facet_areas = areas, whole
        self._from_facets = compile_form(self._of("+") * q * dS, entity_maps)
        self._to_facets = compile_form(self._on("+") * r * dS, entity_maps)

    def start(self, profile: fem.Function, means: Array) -> Array:
        """Return the values at the vertices."""
        self._on.interpolate(profile)
        return np.array(self._on.x.array[: len(means)])

    def at(self, facets: Mask) -> Mask:
        """Return the vertices of the facets, also of those of other ranks."""
        rows = self.facets.dofmap.list[:, 0]
        owned = np.flatnonzero(rows < len(facets))
        here = owned[facets[rows[owned]]]
        mark = la.vector(self._space.dofmap.index_map, 1)
        mark.array[:] = 0.0
        mark.array[self._space.dofmap.list[here].ravel()] = 1.0
        mark.scatter_reverse(la.InsertMode.add)
        count = self._space.dofmap.index_map.size_local
        return np.asarray(mark.array[:count] > 0.0)

    def facet_areas(self, areas: Array) -> Array:
        """Return the areas of the facets."""
        return self._facet_areas

    def of_facets(self, values: Array) -> Array:
        """Return the means of the facets around each vertex."""
        self._of.x.array[: len(values)] = values
        self._of.x.scatter_forward()
        return owned_integrals(self._from_facets) / self._areas

    def on_facets(self, values: Array) -> Array:
        """Return the means over each facet."""
        self._on.x.array[: len(values)] = values
        self._on.x.scatter_forward()
        return owned_integrals(self._to_facets) / self._facet_areas
