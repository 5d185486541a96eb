# SPDX-License-Identifier: BSD-3-Clause
r"""Kinematics of bodies that go along with their mesh: solids that turn far, hosts that swell far.

Nothing flows through the mesh. A step is solved on the mesh where it starts, and nothing in it is
small: with the displacement gradient H of the step and F = I + H,

.. math:: \varepsilon = dev\, M^T sym\,H_m M, \quad M = (I + R) / 2, \quad
          H_m = H (I + H/2)^{-1}, \quad W = skew\, H_m

where :math:`H_m` is the gradient on the true middle of the step. The strain is zero for a rigid
rotation. M turns it from the middle back to the start, where what is remembered lies: of a step
that strains little and turns by any angle, F = R (I + E), just E is left. Left in the middle it
would be turned by half a step too far, and be of first order. The body remembers its elastic
deviatoric strain e and its pressure,

.. math:: s = 2 G y (dev\,\varepsilon + e_n), \quad e_{n+1} = R (s / 2G) R^T, \quad
          \ln \det F - \Delta\ln J_c + \frac{p}{K} - \frac{p_n}{K_n} = 0

with the rotation R of W (`ssbmech.model.kinematics.rotation`), and balances forces where the step
ends: the work of a stress is :math:`R \sigma R^T : \nabla v\, F^{-1} \det F`. Unlike a mesh
that flows its shape is no prediction, so that thin bodies under tension are stable in any step,
and the derivatives by the shape are in the Jacobian.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech.forms import components as by
from ssbmech.frames import Components, Expr, Frame, WeightedMeasure
from ssbmech.materials.elastic import Response, Solid
from ssbmech.materials.stepwise import stepwise
from ssbmech.model.conditions import Conditions
from ssbmech.model.kinematics import CREEP
from ssbmech.solve.unknowns import Unknown


@dataclass(frozen=True, eq=False)
class FiniteStep:
    """A step of any size, on the mesh where it starts.

    Attributes:
        frame: kinematic frame.
        counted: displacement in the step [m].
    """

    frame: Frame
    counted: Expr

    @cached_property
    def _h(self) -> Components:
        """Gradient of the displacement [1]."""
        return self.frame.gradient(self.counted)

    @cached_property
    def _f(self) -> Components:
        return by.added(by.identity(), self._h)

    @cached_property
    def _cofactors(self) -> Components:
        return by.cofactors(self._f)

    @cached_property
    def _middle(self) -> Components:
        """Gradient on the middle of the step."""
        half = by.added(by.identity(), by.scaled(self._h, 0.5))
        return by.product(self._h, by.inverse(half))

    @cached_property
    def volume(self) -> Expr:
        """Volume at the end over that at the start [1]."""
        return by.determinant(self._f)

    @cached_property
    def _turn(self) -> Components:
        """Rotation of the step [1]; see `ssbmech.model.kinematics.rotation`."""
        across = by.scaled(by.transposed(self._middle), -0.5)
        spin = by.added(by.scaled(self._middle, 0.5), across)
        part = 1 / (1 + by.contracted(spin, spin) / 8)
        turned = by.added(spin, by.scaled(by.product(spin, spin), 0.5))
        return by.added(by.identity(), by.scaled(turned, part))

    def asked(self, further: Sequence[Expr], free: Expr) -> Expr:
        """Return the strain of the step as it lies at the start, of which laws take the deviator.

        What is strained without stress is so in all directions alike, and changes the volume only.
        """
        across = by.scaled(by.transposed(self._middle), 0.5)
        strain = by.added(by.scaled(self._middle, 0.5), across)
        half = by.scaled(by.added(by.identity(), self._turn), 0.5)
        back = by.product(by.product(by.transposed(half), strain), half)
        return sum(further, by.tensor(back))

    def dilated(self, asked: Expr, free: Expr) -> Expr:
        """Return the logarithm of the volume, less that without stress."""
        return ufl.ln(self.volume) - ufl.tr(free)

    def work(self, stress: Expr, v: Expr) -> Expr:
        r"""Return :math:`\sigma : \nabla v F^{-1} \det F` with the stress turned to the end."""
        nominal = by.product(self._lying(stress), self._cofactors)
        return by.contracted(nominal, self.frame.gradient(v))

    def dilation(self, v: Expr) -> Expr:
        """Return the variation of the volume, tr(grad v F^-1) det F."""
        return by.contracted(self._cofactors, self.frame.gradient(v))

    def slope(self, f: Expr) -> Expr:
        """Return the gradient at the end."""
        return self.normal(ufl.grad(f)) / self.volume

    def normal(self, n: Expr) -> Expr:
        """Return the area vector at the end over the area at the start (Nanson's formula)."""
        dim = self.frame.dim
        rows = [[self._cofactors[i][j] for j in range(dim)] for i in range(dim)]
        return ufl.dot(ufl.as_tensor(rows), n)

    def lying(self, tensor: Expr) -> Expr:
        """Return the tensor turned to the end of the step."""
        return by.tensor(self._lying(tensor))

    def _lying(self, tensor: Expr) -> Components:
        like = by.components(tensor, self._f)
        return by.product(by.product(self._turn, like), by.transposed(self._turn))


class CarriedAlong:
    """Displacements count from the last committed step, and the mesh goes with them.

    Attributes:
        joins: False: states follow backward Euler.
        needs_pressure: True.
        has_walls: False.
        moved: where the mesh is, as displacement of its vertices since it was made [m].
    """

    joins = False
    needs_pressure = True
    has_walls = False

    def __init__(self, mesh: Mesh) -> None:
        """Start on the mesh as it was made; collective."""
        space = fem.functionspace(mesh, ("Lagrange", 1, (mesh.geometry.dim,)))
        self.moved = fem.Function(space)

    def counted(self, unknown: Unknown) -> Expr:
        """Return the change of the field over the step."""
        return unknown.function - unknown.past

    def strain(self, frame: Frame, u: Unknown) -> Expr:
        """Return the small strain of the step, to be shown."""
        return frame.strain(self.counted(u))

    def held(self, frame: Frame) -> tuple[int, ...]:
        """Return none."""
        return ()

    def step(self, frame: Frame, u: Unknown) -> FiniteStep:
        """Return the shape at the end of the step, on that at its start."""
        return FiniteStep(frame, self.counted(u))

    def solid(self, law: Solid) -> Solid:
        """Return the law with an elastic strain that it remembers."""
        return stepwise(law)

    def shown(self, u: Unknown) -> fem.Function:
        """Return the displacement: mesh and material have the same."""
        return u.function

    def swollen(self, volume_strain: Expr, mesh: Mesh) -> Expr:
        """Return the volume strain: the mesh owes nothing."""
        return volume_strain

    def compressed(self, p: Unknown, response: Response) -> Expr:
        """Return p/K less its value at the start; the modulus may have changed as well."""
        if response.volume_n is not None:
            return p.function / response.bulk + response.volume_n
        before = response.bulk if response.bulk_n is None else response.bulk_n
        return p.function / response.bulk - p.past / before

    def as_made(self, frame: Frame, measure: WeightedMeasure) -> WeightedMeasure:
        """Return the measure of the volumes as made, on the mesh as it lies."""
        return _scaled(measure, by.determinant(self._back(frame)))

    def face_as_made(self, frame: Frame, measure: WeightedMeasure, n: Expr) -> WeightedMeasure:
        """Return the measure of areas as made, on the mesh as it lies (Nanson's formula)."""
        dim, rows = frame.dim, by.cofactors(self._back(frame))
        vector = ufl.dot(ufl.as_tensor([list(row[:dim]) for row in rows[:dim]]), n)
        return _scaled(measure, ufl.sqrt(ufl.dot(vector, vector)))

    def sites(self, frame: Frame, measure: WeightedMeasure, swollen: Expr) -> WeightedMeasure:
        """Return the measure of the volumes of the host's reference state."""
        return _scaled(self.as_made(frame, measure), 1 / swollen)

    def content_before(self, c: Unknown, c_max: Expr, initial: Expr) -> Expr:
        """Return the content at the start of the step."""
        return c.past / c_max

    def on_lithium(self, stress: Expr, pressure: Expr) -> Expr:
        """Return the pressure: what enters swells in all directions alike."""
        return -pressure * ufl.Identity(3)

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
        step = self.step(frame, u)
        return {name: step.lying(tensor) for name, tensor in tensors.items()}

    def _back(self, frame: Frame) -> Components:
        """Return the gradient of places as made by those of the mesh [1]."""
        return by.added(by.identity(), by.scaled(frame.gradient(self.moved), -1.0))


def _scaled(measure: WeightedMeasure, factor: Expr) -> WeightedMeasure:
    """Return a measure times a factor."""
    return WeightedMeasure(measure.measure, measure.weight * factor)
