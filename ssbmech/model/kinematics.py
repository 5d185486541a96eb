# SPDX-License-Identifier: BSD-3-Clause
r"""What the displacements of a body are counted from: from where it was made, or from step to step.

A body whose mesh moves is described in the middle of each time step (updated Lagrangian). Its
displacement since the last step, :math:`\Delta u = u - u_n`, strains it, and all that it remembers
of before is its elastic deviatoric strain e and its pressure,

.. math:: e = y \, (dev\, \varepsilon(\Delta u) + e_n), \quad
          tr\, \varepsilon(\Delta u) + (p - p_n) / K + \delta = 0

with the part y of the trial stress that flow leaves. A law of a solid does not know of that: it is
asked with a creep strain of :math:`-e_n` at the start. What the next step starts from is turned
with the material (Hughes and Winget, Int. J. Numer. Methods Eng. 1980, 15, 1862),

.. math:: e_{n+1} = R e R^T, \quad R = (I - W/2)^{-1} (I + W/2), \quad W = skew\, \nabla \Delta u

The debt :math:`\delta` is a number: what the shape of the mesh has too much of its volume, so that
errors of the shape do not add up.

Bodies that are not metal go along with their mesh whole: `ssbmech.model.carried_along`.

The law is asked by backward Euler, whatever the scheme of the bodies at rest. Its stress is then
that of the middle of the step, where the geometry is: second order in the shape of what flows. The
stress of two joined steps is that of the end, half a step ahead of the geometry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech.frames import Expr, Frame, WeightedMeasure
from ssbmech.materials.elastic import Response, Solid
from ssbmech.model.conditions import Conditions, Number
from ssbmech.solve.unknowns import Unknown

CREEP = "strain_creep"
"""State of a solid that flows: the creep strain."""


class StepShape(Protocol):
    """Role of what a step does to the shape of a body, on the mesh that it is solved on."""

    def asked(self, further: Sequence[Expr], free: Expr) -> Expr:
        """Return the strain that laws are asked with, shape (3, 3) [1].

        Args:
            further: what adds to the strain of the displacement, shape (3, 3) [1].
            free: what is strained without stress, shape (3, 3) [1].
        """

    def dilated(self, asked: Expr, free: Expr) -> Expr:
        """Return the volume strain, less that without stress [1].

        Args:
            asked: what `asked` has given.
            free: what is strained without stress, shape (3, 3) [1].
        """

    def work(self, stress: Expr, v: Expr) -> Expr:
        """Return the virtual work of a stress of the laws, shape (3, 3), by volume of the mesh."""

    def dilation(self, v: Expr) -> Expr:
        """Return the virtual change of volume, by volume of the mesh."""

    def slope(self, f: Expr) -> Expr:
        """Return the gradient of a scalar field, by which lithium flows."""

    def normal(self, n: Expr) -> Expr:
        """Return the area vector of a face over its area on the mesh, of its unit normal [1]."""

    def lying(self, tensor: Expr) -> Expr:
        """Return a tensor of the laws, shape (3, 3), as it lies in space."""


@dataclass(frozen=True, eq=False)
class SmallStep:
    """A step that is small on the mesh that it is solved on, or a layer's of any height.

    Attributes:
        frame: kinematic frame.
        made: strain that the displacement makes, shape (3, 3) [1].
    """

    frame: Frame
    made: Expr

    def asked(self, further: Sequence[Expr], free: Expr) -> Expr:
        """Return the strain less the free one."""
        return sum(further, self.made) - free

    def dilated(self, asked: Expr, free: Expr) -> Expr:
        """Return the trace."""
        return ufl.tr(asked)

    def work(self, stress: Expr, v: Expr) -> Expr:
        """Return that of the small strain."""
        return ufl.inner(stress, self.frame.strain(v))

    def dilation(self, v: Expr) -> Expr:
        """Return the trace of the small strain."""
        return ufl.tr(self.frame.strain(v))

    def slope(self, f: Expr) -> Expr:
        """Return the gradient on the mesh."""
        return ufl.grad(f)

    def normal(self, n: Expr) -> Expr:
        """Return the normal."""
        return n

    def lying(self, tensor: Expr) -> Expr:
        """Return the tensor."""
        return tensor


class Kinematics(Protocol):
    """Role of what a body's displacements are counted from."""

    @property
    def joins(self) -> bool:
        """Whether two steps may be joined to a scheme of second order for states with a rate."""

    @property
    def needs_pressure(self) -> bool:
        """Whether the pressure is an unknown of its own also where nothing flows."""

    @property
    def has_walls(self) -> bool:
        """Whether metal flows through its mesh, which ends where the gap says."""

    def step(self, frame: Frame, u: Unknown) -> StepShape:
        """Return what a step does to the shape of the body."""

    def solid(self, law: Solid) -> Solid:
        """Return the law of a solid with the memory that it needs."""

    def compressed(self, p: Unknown, response: Response) -> Expr:
        """Return the elastic compression by a pressure since counting starts [1]."""

    def as_made(self, frame: Frame, measure: WeightedMeasure) -> WeightedMeasure:
        """Return the measure of the volumes that the body had when it was made."""

    def face_as_made(self, frame: Frame, measure: WeightedMeasure, n: Expr) -> WeightedMeasure:
        """Return the measure of the areas that faces had when it was made, of their normal n."""

    def sites(self, frame: Frame, measure: WeightedMeasure, swollen: Expr) -> WeightedMeasure:
        """Return the measure of the volumes of which a host's sites are told.

        Args:
            frame: kinematic frame.
            measure: measure of volumes on the mesh.
            swollen: volume of the body as it was made over that of the host's reference state [1].
        """

    def content_before(self, c: Unknown, c_max: Expr, initial: Expr) -> Expr:
        """Return the content of a host from which its swelling counts [1]."""

    def on_lithium(self, stress: Expr, pressure: Expr) -> Expr:
        """Return the stress, shape (3, 3), that works on lithium which enters [Pa]."""

    def counted(self, unknown: Unknown) -> Expr:
        """Return a field of the body less its value where counting starts."""

    def strain(self, frame: Frame, u: Unknown) -> Expr:
        """Return the strain that laws are asked with, of the displacement, shape (3, 3) [1]."""

    def held(self, frame: Frame) -> tuple[int, ...]:
        """Return the components of the displacement that are zero in the whole body."""

    def shown(self, u: Unknown) -> fem.Function:
        """Return the displacement of the mesh from where it was at the start, for files [m]."""

    def swollen(self, volume_strain: Expr, mesh: Mesh) -> Expr:
        """Return a volume strain with what the shape of the mesh adds to it [1]."""

    def temperature_before(self, conditions: Conditions, mesh: Mesh) -> Expr | None:
        """Return the temperature where counting starts [K]; None where that is no expansion."""

    def carried(
        self, frame: Frame, u: Unknown, strain: Expr, state: Mapping[str, Expr]
    ) -> Mapping[str, Expr]:
        """Return the states from which the next step starts, where the laws' own will not do.

        Args:
            frame: kinematic frame.
            u: displacement [m].
            strain: strain that the laws were asked with, shape (3, 3) [1].
            state: states of the laws at the end of the step.
        """

    def turned(self, frame: Frame, u: Unknown, tensors: Mapping[str, Expr]) -> Mapping[str, Expr]:
        """Return tensors as they lie at the end of the step; those that do not turn are left out.

        Args:
            frame: kinematic frame.
            u: displacement [m].
            tensors: tensors as they lie at its start, each of shape (3, 3).
        """


class _Plain:
    """What bodies have in common whose steps are small.

    Attributes:
        needs_pressure: False.
        has_walls: False.
    """

    needs_pressure = False
    has_walls = False

    def solid(self, law: Solid) -> Solid:
        """Return the law."""
        return law

    def as_made(self, frame: Frame, measure: WeightedMeasure) -> WeightedMeasure:
        """Return the measure."""
        return measure

    def face_as_made(self, frame: Frame, measure: WeightedMeasure, n: Expr) -> WeightedMeasure:
        """Return the measure."""
        return measure

    def sites(self, frame: Frame, measure: WeightedMeasure, swollen: Expr) -> WeightedMeasure:
        """Return the measure."""
        return measure

    def content_before(self, c: Unknown, c_max: Expr, initial: Expr) -> Expr:
        """Return the initial content."""
        return initial

    def on_lithium(self, stress: Expr, pressure: Expr) -> Expr:
        """Return the stress."""
        return stress


class FromStart(_Plain):
    """Displacements count from where the body was made.

    Attributes:
        joins: True.
    """

    joins = True

    def step(self, frame: Frame, u: Unknown) -> SmallStep:
        """Return the small strain of the displacement."""
        return SmallStep(frame, self.strain(frame, u))

    def compressed(self, p: Unknown, response: Response) -> Expr:
        """Return the pressure over the bulk modulus."""
        return self.counted(p) / response.bulk

    def counted(self, unknown: Unknown) -> Expr:
        """Return the field."""
        return unknown.function

    def strain(self, frame: Frame, u: Unknown) -> Expr:
        """Return the small strain."""
        return frame.strain(u.function)

    def held(self, frame: Frame) -> tuple[int, ...]:
        """Return none."""
        return ()

    def shown(self, u: Unknown) -> fem.Function:
        """Return the displacement."""
        return u.function

    def swollen(self, volume_strain: Expr, mesh: Mesh) -> Expr:
        """Return the volume strain."""
        return volume_strain

    def temperature_before(self, conditions: Conditions, mesh: Mesh) -> Expr | None:
        """Return None."""
        return None

    def carried(
        self, frame: Frame, u: Unknown, strain: Expr, state: Mapping[str, Expr]
    ) -> Mapping[str, Expr]:
        """Return nothing: all states are what the laws say."""
        return {}

    def turned(self, frame: Frame, u: Unknown, tensors: Mapping[str, Expr]) -> Mapping[str, Expr]:
        """Return nothing: rotations are small."""
        return {}


class OfHeight(FromStart):
    r"""Displacements of a layer, held at its sides, whose height changes by any amount.

    The strain along the stack is the logarithm of the stretch (Hencky), and the others are small,

    .. math:: \varepsilon_{yy} = \ln \left( 1 + \frac{\partial u_y}{\partial y} \right)

    Nothing else is to be changed: with :math:`F = diag(1, \lambda, 1)` the areas that bear the
    stress along the stack stay as they were, so that its nominal stress is Cauchy's,
    :math:`P_{yy} = J \sigma_{yy} / \lambda = \sigma_{yy}`, and does its work on the small strain
    of the test function. Nothing moves sideways, anywhere in the layer: what is wide against its
    height and held by what it lies on cannot, and a solid that loosens as it shrinks would part
    along some height, as mud does.
    """

    def held(self, frame: Frame) -> tuple[int, ...]:
        """Return the components across the stack."""
        return tuple(range(frame.dim - 1))

    def strain(self, frame: Frame, u: Unknown) -> Expr:
        """Return the small strain with the logarithm of the stretch along the stack."""
        small, along = frame.strain(u.function), frame.dim - 1
        excess = ufl.ln(1 + small[along, along]) - small[along, along]
        unit = ufl.unit_vector(along, 3)
        return small + excess * ufl.outer(unit, unit)


class FromStep(_Plain):
    """Displacements count from the last committed step.

    Attributes:
        debt: volume of the mesh that is too much, over its volume [1].
        moved: returns the displacement of the mesh at the end of the step from where it was at the
            start, that of initial gaps [m]; none before it can move.
        joins: False: the stress is that of the middle of the step.
        has_walls: True.
    """

    joins = False
    has_walls = True

    def __init__(self) -> None:
        """Start without debt."""
        self.debt = Number(0.0)
        self.moved: Callable[[], fem.Function] | None = None

    def step(self, frame: Frame, u: Unknown) -> SmallStep:
        """Return the small strain on the middle of the step."""
        return SmallStep(frame, self.strain(frame, u))

    def compressed(self, p: Unknown, response: Response) -> Expr:
        """Return the change of the pressure over the bulk modulus."""
        return self.counted(p) / response.bulk

    def counted(self, unknown: Unknown) -> Expr:
        """Return the change of the field over the step."""
        return unknown.function - unknown.past

    def strain(self, frame: Frame, u: Unknown) -> Expr:
        """Return the small strain of the step."""
        return frame.strain(self.counted(u))

    def held(self, frame: Frame) -> tuple[int, ...]:
        """Return none."""
        return ()

    def shown(self, u: Unknown) -> fem.Function:
        """Return the displacement of the mesh."""
        return u.function if self.moved is None else self.moved()

    def swollen(self, volume_strain: Expr, mesh: Mesh) -> Expr:
        """Return the volume strain with the debt."""
        return volume_strain + self.debt.on(mesh)

    def temperature_before(self, conditions: Conditions, mesh: Mesh) -> Expr | None:
        """Return the temperature at the start of the step [K]."""
        return conditions.temperature_n.on(mesh)

    def carried(
        self, frame: Frame, u: Unknown, strain: Expr, state: Mapping[str, Expr]
    ) -> Mapping[str, Expr]:
        """Return minus the elastic deviatoric strain, turned with the material."""
        return self.turned(frame, u, {CREEP: state[CREEP] - ufl.dev(strain)})

    def turned(self, frame: Frame, u: Unknown, tensors: Mapping[str, Expr]) -> Mapping[str, Expr]:
        """Return all of them, turned with the material."""
        turn = rotation(frame.spin(self.counted(u)))
        return {name: turn * tensor * turn.T for name, tensor in tensors.items()}


def rotation(spin: Expr) -> Any:
    r"""Return the rotation of a spin in the middle of a step, shape (3, 3) [1].

    .. math:: R = I + \frac{W + W^2/2}{1 + |w|^2/4}, \quad |w|^2 = \tfrac12 W : W

    which is :math:`(I - W/2)^{-1} (I + W/2)`, orthogonal for any skew W.
    """
    square = ufl.inner(spin, spin) / 2
    return ufl.Identity(3) + (spin + spin * spin / 2) / (1 + square / 4)
