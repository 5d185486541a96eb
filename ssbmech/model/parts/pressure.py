# SPDX-License-Identifier: BSD-3-Clause
"""What takes the volumetric part of the stress: the strain, or a pressure that is an unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ssbmech._compat import constant
from ssbmech.forms import mechanics
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.model.body import BodyModel
from ssbmech.model.kinematics import StepShape
from ssbmech.model.part import Term
from ssbmech.solve.unknowns import Unknown


class Pressure(Protocol):
    """Role of what takes the volumetric part of the stress."""

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """Its fields."""

    @property
    def mean(self) -> Expr:
        """Pressure, compression positive [Pa]."""

    def terms(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield the volumetric terms."""

    def sizes(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield the sizes of the residuals of its fields."""


@dataclass(frozen=True, eq=False)
class FromStrain:
    """Pressure that follows from the volume strain: plain displacement elements.

    Attributes:
        bulk: bulk modulus [Pa].
        volume_strain: elastic volume strain, that of total minus free and inelastic strain [1].
    """

    bulk: Expr
    volume_strain: Expr

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """None."""
        return ()

    @property
    def mean(self) -> Expr:
        """Minus the bulk modulus times the volume strain [Pa]."""
        return -self.bulk * self.volume_strain

    def terms(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield the virtual work of the volume change."""
        v = body.test(body.u)
        yield (
            body.u.key,
            mechanics.volumetric_term(body.frame, self.bulk, self.volume_strain, v, dx),
        )

    def sizes(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield nothing."""
        yield from ()


@dataclass(frozen=True, eq=False)
class FieldOfItsOwn:
    """Pressure that is an unknown, where a solid flows at constant volume.

    Attributes:
        bulk: bulk modulus [Pa].
        volume_strain: elastic volume strain, that of total minus free and inelastic strain [1].
        p: the pressure [Pa].
        compressed: the elastic compression that it makes, from where strains start to count [1].
        shape: what the step does to the shape of the body.
    """

    bulk: Expr
    volume_strain: Expr
    p: Unknown
    compressed: Expr
    shape: StepShape

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """The pressure."""
        return (self.p,)

    @property
    def mean(self) -> Expr:
        """The pressure [Pa]."""
        return self.p.function

    def terms(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield its virtual work, and the equation of the volume."""
        p, q = self.p.function, body.test(self.p)
        yield body.u.key, mechanics.pressure_term(self.shape, p, body.test(body.u), dx)
        volume_strain = body.kinematics.swollen(self.volume_strain, body.mesh.mesh)
        yield self.p.key, mechanics.compressibility_term(volume_strain, self.compressed, q, dx)

    def sizes(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield the volume strain of a typical stress."""
        stress = constant(body.mesh.mesh, body.setting.scales.stress)
        yield self.p.key, stress / self.bulk * body.test(self.p) * dx
