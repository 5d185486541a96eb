# SPDX-License-Identifier: BSD-3-Clause
"""What laws carry from step to step: at the integration points of a region, or on facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import basix
import basix.ufl
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_expression, compile_form, element_points
from ssbmech.frames import Expr, Frame, ThreeDimensional
from ssbmech.memory import StateVariable
from ssbmech.model.integrals import owned_integrals

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

TENSOR = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))
"""Order of the components of a symmetric tensor in files: xx, yy, zz, xy, yz, xz."""


@dataclass(eq=False)
class RegionHistory:
    """What the laws of one region carry from step to step at its integration points.

    Attributes:
        place: name of the region.
        cells: cells of the region, local to the body, owned and ghost.
        variables: the variables by name.
        packing: frame that says which components of a deviatoric tensor are stored.
        committed: value at the start of the step, by variable.
        unpacked: the same as UFL expressions the law understands.
    """

    place: str
    cells: Ints
    variables: Mapping[str, StateVariable]
    frame: Frame
    packing: Frame
    committed: dict[str, fem.Function] = field(init=False, default_factory=dict)
    unpacked: dict[str, Expr] = field(default_factory=dict)
    _updates: dict[str, fem.Expression] = field(default_factory=dict)
    _carried: dict[str, fem.Expression] = field(default_factory=dict)
    _next: dict[str, fem.Function] = field(default_factory=dict)
    _kept: dict[str, fem.Function] = field(default_factory=dict)
    _quadrature: tuple[Array, Array] = field(default_factory=lambda: (np.empty(0), np.empty(0)))
    _along: dict[str, Array] = field(default_factory=dict)
    _volumes: Array | None = None
    _advanced: bool = False

    @classmethod
    def start(
        cls,
        place: str,
        variables: Mapping[str, StateVariable],
        mesh: Mesh,
        frame: Frame,
        cells: Ints,
        quadrature_degree: int,
        inclined: bool = False,
    ) -> RegionHistory:
        """Return the history at the start of a run.

        Deviatoric tensors start at zero, scalars at their initial value. Those of a section have
        three components; where the material is `inclined` to it, so that its stress shears out of
        the plane, all five are kept.
        """
        packing = ThreeDimensional() if inclined else frame
        cell = getattr(basix.CellType, mesh.topology.cell_name())
        points, weights = basix.make_quadrature(cell, quadrature_degree)
        quadrature = (np.asarray(points, dtype=np.float64), np.asarray(weights, dtype=np.float64))
        history = cls(place, cells, variables, frame, packing, _quadrature=quadrature)
        for name, variable in variables.items():
            element = basix.ufl.quadrature_element(
                mesh.basix_cell(),
                value_shape=(packing.deviator_size,) if variable.is_tensor else (),
                scheme="default",
                degree=quadrature_degree,
            )
            space = fem.functionspace(mesh, element)
            value = fem.Function(space, name=name)
            value.x.array[:] = 0.0 if variable.initial is None else variable.initial
            history.committed[name] = value
            history.unpacked[name] = packing.unpack(value) if variable.is_tensor else value
            history._next[name] = fem.Function(space)
        return history

    @property
    def points(self) -> Array:
        """Integration points in the reference cell, shape (points, dimension) [1]."""
        return self._quadrature[0]

    def seen_from(self, name: str) -> fem.Function:
        """Let the laws take a variable from a place of its own at the start of a step; return it.

        Must be called before the laws are asked.
        """
        start = fem.Function(self.committed[name].function_space, name=name)
        start.x.array[:] = self.committed[name].x.array
        is_tensor = self.variables[name].is_tensor
        self.unpacked[name] = self.packing.unpack(start) if is_tensor else start
        return start

    def follow(
        self, new_state: Mapping[str, Expr], carried: Mapping[str, Expr] | None = None
    ) -> None:
        """Compile the expressions that give the state at the end of a step; collective.

        Args:
            new_state: what the laws say, by variable.
            carried: what the next step starts from, where that is something else.
        """
        for name in self.committed:
            self._updates[name] = self._compiled(name, new_state[name])
            self._kept[name] = self._next[name]
        for name, value in (carried or {}).items():
            self._carried[name] = self._compiled(name, value)
            self._kept[name] = fem.Function(self.committed[name].function_space)

    def _compiled(self, name: str, value: Expr) -> fem.Expression:
        """Return what evaluates a variable at the integration points; collective."""
        function, expression = self.committed[name], ufl.as_ufl(value)
        packed = self.packing.pack(expression) if function.ufl_shape else expression
        return compile_expression(packed, element_points(function.function_space))

    def forget_volumes(self) -> None:
        """Measure the volumes of the points anew, for the mesh has moved."""
        self._volumes = None

    def begin(self) -> None:
        """Forget the end of a step that was computed for another state of the unknowns."""
        self._advanced, self._along = False, {}

    def commit(self) -> None:
        """Take over the state at the end of the step."""
        self.advance()
        for name, value in self.committed.items():
            value.x.array[:] = self.ahead(name)
        self.begin()

    def ahead(self, name: str) -> Array:
        """Return what the next step starts from, as `advance` has found it, at all points."""
        return self._along.get(name, np.asarray(self._kept[name].x.array))

    def take_along(self, name: str, values: Array) -> None:
        """Let the next step start from where metal has taken a variable; files show the step's own.

        Args:
            name: the variable.
            values: it at all points.
        """
        self._along[name] = values

    def advance(self) -> None:
        """Evaluate the state at the end of the step, once."""
        if not self._advanced:
            for name, expression in self._updates.items():
                self._next[name].interpolate(expression, self.cells)
            for name, expression in self._carried.items():
                self._kept[name].interpolate(expression, self.cells)
            self._advanced = True

    def new(self, name: str) -> Array:
        """Return a variable at the end of the step, as `advance` found it, at all points."""
        return np.asarray(self._next[name].x.array)

    def means(self, name: str, count: int) -> Array:
        """Return a variable at the end of the step, averaged over each owned cell of the body.

        A deviatoric tensor comes with six components. It is zero outside the region.

        Args:
            name: the variable.
            count: owned cells of the body.
        """
        self.advance()
        return self._means(name, self._next[name], count)

    def means_before(self, name: str, count: int) -> Array:
        """Return a variable at the start of the step, as `means` does that at its end."""
        return self._means(name, self.committed[name], count)

    def _means(self, name: str, value: fem.Function, count: int) -> Array:
        """Return the values of a variable, averaged over each owned cell of the body."""
        own = self.cells[self.cells < count]
        space = value.function_space
        at_points = value.x.array.reshape(-1, space.dofmap.index_map_bs)[space.dofmap.list[own]]
        volumes = self.point_volumes(own)
        mean = np.einsum("cp,cpk->ck", volumes, at_points) / volumes.sum(axis=1)[:, None]
        if self.variables[name].is_tensor:
            mean = self._tensor(mean)
        found = np.zeros((count, mean.shape[1]))
        found[own] = mean
        return found if mean.shape[1] > 1 else found[:, 0]

    def _tensor(self, packed: Array) -> Array:
        """Return the six components of deviatoric tensors from those that are stored."""
        rows = np.eye(packed.shape[1])
        tensors = [self.packing.unpack([float(c) for c in row]) for row in rows]
        basis = [[tensor.evaluate((), {}, place, {}) for place in TENSOR] for tensor in tensors]
        return np.asarray(packed @ np.array(basis, dtype=np.float64))

    def point_volumes(self, cells: Ints) -> Array:
        """Return the volume that each integration point of its owned cells stands for."""
        if self._volumes is None:
            points, weights = self._quadrature
            values = self._density.eval(self._mesh, cells)
            self._volumes = np.asarray(values).reshape(len(cells), len(points)) * weights
        return self._volumes

    @property
    def _mesh(self) -> Mesh:
        """Mesh of the body."""
        return next(iter(self.committed.values())).function_space.mesh

    @cached_property
    def _density(self) -> fem.Expression:
        """Volume per weight of the points, wherever the mesh is."""
        scale = self.frame.weight(ufl.SpatialCoordinate(self._mesh))
        return compile_expression(
            scale * abs(ufl.JacobianDeterminant(self._mesh)), self._quadrature[0]
        )


@dataclass(frozen=True, eq=False)
class Follower:
    """What makes the end-of-step value of a variable on some facets.

    Attributes:
        value: the value as a UFL expression on the parent mesh.
        dS: weighted measure of those facets.
        facets: which of the owned facets they are.
        further: values that add to it, each with a measure of its own.
        factor: what the sum is multiplied by at each place, a field of the kind of the variable;
            one if not given.
    """

    value: Expr
    dS: Any
    facets: npt.NDArray[np.bool_]
    further: tuple[tuple[Expr, Any], ...] = ()
    factor: fem.Function | None = None


class FacetHistory:
    """What the laws of an interface carry from step to step, one value or vector a place.

    The memory lives where the interface's fields do, on facets or at vertices: at the end of a step
    it is the mean over the facet, or that weighted by the vertex's hat, of what the law says.

    Attributes:
        place: what tells it from other memories of the interface.
        cells: facets of the surface mesh, owned and ghost.
        committed: value at the start of the step, by variable.
    """

    def __init__(
        self,
        place: str,
        mesh: Mesh,
        areas: Array,
        entity_maps: Any,
        element: tuple[str, int] = ("DG", 0),
    ) -> None:
        """Start without a variable.

        Args:
            place: what tells it from other memories of the interface.
            mesh: surface mesh.
            areas: area of each owned facet, or that a vertex stands for.
            entity_maps: maps for forms on the interface.
            element: family and degree of the interface's fields.
        """
        self.place = place
        facets = mesh.topology.index_map(mesh.topology.dim)
        self.cells = np.arange(facets.size_local + facets.num_ghosts, dtype=np.int32)
        self.committed: dict[str, fem.Function] = {}
        self._mesh, self._areas, self._maps = mesh, areas, entity_maps
        self._element = element
        self._forms: dict[str, list[tuple[Any, npt.NDArray[np.bool_], fem.Function | None]]] = {}
        self._next: dict[str, Array] = {}

    def start(self, name: str, initial: float = 0.0, size: int = 1) -> fem.Function:
        """Return a new variable at its initial value, a scalar or a vector."""
        element = self._element if size == 1 else (*self._element, (size,))
        value = fem.Function(fem.functionspace(self._mesh, element), name=name)
        value.x.array[:] = initial
        self.committed[name] = value
        self._forms[name] = []
        return value

    def follow(self, name: str, followers: Sequence[Follower]) -> None:
        """Compile what gives a variable at the end of a step; collective.

        Facets that no follower covers keep their value.
        """
        test = ufl.TestFunction(self.committed[name].function_space)("+")
        for follower in followers:
            form = ufl.inner(ufl.as_ufl(follower.value), test) * follower.dS
            for value, dS in follower.further:
                form += ufl.inner(value, test) * dS
            compiled = compile_form(form, self._maps)
            self._forms[name].append((compiled, follower.facets, follower.factor))

    def follow_along(self, name: str, form: Any) -> None:
        """Compile what gives a scalar variable everywhere at the end of a step; collective.

        Args:
            name: the variable.
            form: linear form on the interface's own mesh, of the value times the test function.
        """
        everywhere = np.ones(len(self._areas), dtype=bool)
        self._forms[name].append((compile_form(form, None), everywhere, None))

    def now(self, name: str) -> Array:
        """Return a variable at the end of the step, owned facets; collective.

        A vector has the shape (facets, components).
        """
        committed = self.committed[name]
        dofmap, count = committed.function_space.dofmap, len(self._areas)
        size = dofmap.index_map_bs
        found = committed.x.array[: count * size].reshape(count, size).copy()
        for form, facets, factor in self._forms[name]:
            means = owned_integrals(form).reshape(count, size) / self._areas[:, None]
            if factor is not None:
                means *= factor.x.array[: count * size].reshape(count, size)
            found[facets] = means[facets]
        return found[:, 0] if size == 1 else found

    def before(self, name: str) -> Array:
        """Return a variable at the start of the step, owned facets, in the shape of `now`."""
        committed, count = self.committed[name], len(self._areas)
        size = committed.function_space.dofmap.index_map_bs
        found = committed.x.array[: count * size].reshape(count, size).copy()
        return np.asarray(found[:, 0] if size == 1 else found)

    def begin(self) -> None:
        """Forget the end of a step that was computed for another state of the unknowns."""
        self._next = {}

    def advance(self) -> None:
        """Compute the values at the end of the step; collective."""
        self._next = {name: self.now(name) for name in self.committed}

    def latest(self, name: str) -> Array:
        """Return a variable where `advance` has brought it, or at the start of the step, owned."""
        start = self.committed[name].x.array[: len(self._areas)]
        return np.array(self._next.get(name, start))

    def commit(self) -> None:
        """Take over the values at the end of the step; collective."""
        if not self._next:
            self.advance()
        new, self._next = self._next, {}
        for name, values in new.items():
            held = self.committed[name].x
            held.array[: values.size] = values.ravel()
            held.scatter_forward()
