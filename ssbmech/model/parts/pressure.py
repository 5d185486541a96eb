# SPDX-License-Identifier: BSD-3-Clause
r"""What takes the volumetric part of the stress: the strain, or a pressure that is an unknown.

Where flow is deviatoric, the pressure is the projection of that of the law. Where it couples volume
and shear, the law has to be asked with a projected volume strain as well: the deviator would else
follow volume strains within a cell that no pressure resists, and the work of a strain that the law
resists at every point could be negative (`OfDilation`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from dolfinx import fem, la

from ssbmech._compat import constant, cut_submesh
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


@dataclass(frozen=True, eq=False)
class OfDilation:
    r"""Pressure and volume strain that are unknowns, where flow couples volume and shear.

    Three fields, after Simo, Taylor and Pister (Comput. Methods Appl. Mech. Eng. 1985, 51, 177):
    the law is asked with the volume strain :math:`\vartheta`, whose part :math:`\vartheta^e` is
    elastic,

    .. math:: \int (tr\,\varepsilon - \vartheta)\,q\,dV = 0, \quad
              \int (p + K\,\vartheta^e)\,w\,dV = 0

    Attributes:
        bulk: bulk modulus [Pa].
        made: volume strain of the displacement, less that without stress [1].
        elastic: elastic part of the projected volume strain [1].
        p: the pressure [Pa].
        dilation: the projected volume strain, from where strains start to count [1].
        shape: what the step does to the shape of the body.
    """

    bulk: Expr
    made: Expr
    elastic: Expr
    p: Unknown
    dilation: Unknown
    shape: StepShape

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """The pressure and the volume strain."""
        return (self.p, self.dilation)

    @property
    def mean(self) -> Expr:
        """The pressure [Pa]."""
        return self.p.function

    def terms(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield its virtual work, the equation of the volume, and that of the law's pressure."""
        p, theta = self.p.function, self.dilation.function
        yield body.u.key, mechanics.pressure_term(self.shape, p, body.test(body.u), dx)
        made = body.kinematics.swollen(self.made, body.mesh.mesh)
        yield self.p.key, mechanics.compressibility_term(made, -theta, body.test(self.p), dx)
        yield self.dilation.key, (p + self.bulk * self.elastic) * body.test(self.dilation) * dx

    def sizes(self, body: BodyModel, dx: WeightedMeasure) -> Iterator[Term]:
        """Yield the volume strain of a typical stress, and that stress."""
        stress = constant(body.mesh.mesh, body.setting.scales.stress)
        yield self.p.key, stress / self.bulk * body.test(self.p) * dx
        yield self.dilation.key, stress * body.test(self.dilation) * dx


def pressure_field(body: BodyModel, region: str, multiplies: bool = False) -> Unknown:
    """Return the pressure of a region, on a mesh of its own if the body has others; collective.

    Args:
        body: the body.
        region: the region.
        multiplies: whether its equation is a constraint that need not contain it.
    """
    home = body.mesh.mesh
    if len(body.case_body.materials) > 1:
        part = cut_submesh(home, home.topology.dim, body.cells(region))
        body.submeshes.append(part)
        home = part.mesh
    space = fem.functionspace(home, ("Lagrange", body.setting.discretisation.degree - 1))
    scale = body.setting.scales.stress
    function = fem.Function(space, name="pressure")
    return Unknown("p", region, function, scale, closed=multiplies)


def dilation_field(body: BodyModel, region: str, stiffness: float) -> Unknown:
    """Return the projected volume strain of a region; collective.

    Laws are asked with it at their points, on the mesh of the body: it is held where the region is
    not.

    Args:
        body: the body.
        region: the region.
        stiffness: stiffness of its law [Pa].
    """
    degree = body.setting.discretisation.degree - 1
    space = fem.functionspace(body.mesh.mesh, ("Lagrange", degree))
    scale = body.setting.scales.stress / stiffness
    found = Unknown("dilation", region, fem.Function(space, name="dilation"), scale)
    touched = fem.Function(space).x
    touched.array[space.dofmap.list[body.cells(region)].ravel()] = 1.0
    touched.scatter_reverse(la.InsertMode.add)
    found.fix(np.flatnonzero(touched.array == 0.0).astype(np.int32))
    return found
