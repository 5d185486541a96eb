# SPDX-License-Identifier: BSD-3-Clause
"""Kinematic frames: plane strain, axisymmetric and three-dimensional small strain.

Every tensor is a full 3 x 3 tensor, whatever the dimension of the mesh, so that a material law is
written once. A frame says how a displacement makes a strain, what volume a reference area stands
for, and which components of a deviatoric tensor have to be stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import ufl

Expr = Any
"""A UFL expression: UFL carries no type information of its own."""


Components = tuple[tuple[Expr, ...], ...]
"""Components of a tensor, three rows of three; 0.0 for those that are known to be zero."""


class Frame(Protocol):
    """What the mechanics and charge terms need to know about the geometry of deformation."""

    @property
    def dim(self) -> int:
        """Dimension of the mesh [1]."""

    @property
    def deviator_size(self) -> int:
        """Number of components that define a deviatoric tensor [1]."""

    @property
    def depth_unit(self) -> str:
        """Unit of an integral over the mesh divided by the unit of its integrand."""

    @property
    def revolves(self) -> bool:
        """Whether the mesh is a section that is revolved about x = 0."""

    def strain(self, u: Expr) -> Expr:
        """Return the small-strain tensor, shape (3, 3) [1]."""

    def spin(self, u: Expr) -> Expr:
        """Return the skew part of the displacement gradient, shape (3, 3) [1]."""

    def gradient(self, u: Expr) -> Components:
        """Return the displacement gradient by components, strain + spin [1]."""

    def resisted(self, free_strain: Expr) -> Expr:
        """Return the part of a free strain, shape (3, 3), that the frame resists [1]."""

    def weight(self, x: Expr) -> Expr:
        """Return the volume per unit of mesh measure at position x."""

    def pack(self, deviator: Expr) -> Expr:
        """Return the stored components of a deviatoric tensor."""

    def unpack(self, components: Expr) -> Expr:
        """Return the deviatoric tensor, shape (3, 3), of stored components."""


def _pack_planar(deviator: Expr) -> Expr:
    return ufl.as_vector([deviator[0, 0], deviator[1, 1], deviator[0, 1]])


def _unpack_planar(c: Expr) -> Expr:
    return ufl.as_tensor([[c[0], c[2], 0], [c[2], c[1], 0], [0, 0, -c[0] - c[1]]])


def _planar_spin(u: Expr) -> Expr:
    w = ufl.skew(ufl.grad(u))[0, 1]
    return ufl.as_tensor([[0, w, 0], [-w, 0, 0], [0, 0, 0]])


def _planar_gradient(u: Expr, across: Expr) -> Components:
    g = ufl.grad(u)
    return (g[0, 0], g[0, 1], 0.0), (g[1, 0], g[1, 1], 0.0), (0.0, 0.0, across)


def energy_unit(frame: Frame) -> str:
    """Return the unit of an energy density [J/m3] integrated over the mesh."""
    return {"m2": "J m-1", "m3": "J"}[frame.depth_unit]


@dataclass(frozen=True)
class PlaneStrain:
    """Plane strain in the x-y plane: no strain along z; integrals are per metre of depth."""

    dim: ClassVar[int] = 2
    deviator_size: ClassVar[int] = 3
    depth_unit: ClassVar[str] = "m2"
    revolves: ClassVar[bool] = False

    def strain(self, u: Expr) -> Expr:
        """Return strain = sym(grad u), with the out-of-plane components zero [1]."""
        e = ufl.sym(ufl.grad(u))
        return ufl.as_tensor([[e[0, 0], e[0, 1], 0], [e[0, 1], e[1, 1], 0], [0, 0, 0]])

    def spin(self, u: Expr) -> Expr:
        """Return the skew part of grad u [1]."""
        return _planar_spin(u)

    def gradient(self, u: Expr) -> Components:
        """Return grad u, with zeros out of the plane [1]."""
        return _planar_gradient(u, 0.0)

    def resisted(self, free_strain: Expr) -> Expr:
        """Return all of it."""
        return free_strain

    def weight(self, x: Expr) -> Expr:
        """Return 1: an area of the mesh stands for itself times one metre."""
        return 1.0

    def pack(self, deviator: Expr) -> Expr:
        """Return (xx, yy, xy); zz follows from the zero trace."""
        return _pack_planar(deviator)

    def unpack(self, components: Expr) -> Expr:
        """Return the deviatoric tensor of (xx, yy, xy)."""
        return _unpack_planar(components)


@dataclass(frozen=True)
class PlaneSection(PlaneStrain):
    """Plane strain of bodies that may swell along z: a section through particles, not cylinders.

    In plane strain a particle is a long cylinder that cannot shrink along its axis; an active
    material then carries a gigapascal out of the plane that no particle knows. Here only the part
    of a free strain in the plane is resisted, so that a particle without neighbours is free of
    stress, as a sphere would be. The work of stress on lithium is that of the plane too: pressure
    shifts potentials by two thirds of what it does in space.
    """

    def resisted(self, free_strain: Expr) -> Expr:
        """Return the components in the plane."""
        e = free_strain
        return ufl.as_tensor([[e[0, 0], e[0, 1], 0], [e[1, 0], e[1, 1], 0], [0, 0, 0]])


@dataclass(frozen=True)
class Axisymmetric:
    """Rotational symmetry about x = 0.

    x is the radius r and y the axial coordinate z; component 2 is the hoop direction.
    """

    dim: ClassVar[int] = 2
    deviator_size: ClassVar[int] = 3
    depth_unit: ClassVar[str] = "m3"
    revolves: ClassVar[bool] = True

    def strain(self, u: Expr) -> Expr:
        """Return the strain with the hoop component u_r / r [1]."""
        e = ufl.sym(ufl.grad(u))
        r = ufl.SpatialCoordinate(ufl.domain.extract_unique_domain(u))[0]
        return ufl.as_tensor([[e[0, 0], e[0, 1], 0], [e[0, 1], e[1, 1], 0], [0, 0, u[0] / r]])

    def spin(self, u: Expr) -> Expr:
        """Return the skew part of grad u [1]."""
        return _planar_spin(u)

    def gradient(self, u: Expr) -> Components:
        """Return grad u with the hoop component u_r / r [1]."""
        return _planar_gradient(
            u, u[0] / ufl.SpatialCoordinate(ufl.domain.extract_unique_domain(u))[0]
        )

    def resisted(self, free_strain: Expr) -> Expr:
        """Return all of it."""
        return free_strain

    def weight(self, x: Expr) -> Expr:
        """Return 2 pi r [m]."""
        return 2 * ufl.pi * x[0]

    def pack(self, deviator: Expr) -> Expr:
        """Return (rr, zz, rz); the hoop component follows from the zero trace."""
        return _pack_planar(deviator)

    def unpack(self, components: Expr) -> Expr:
        """Return the deviatoric tensor of (rr, zz, rz)."""
        return _unpack_planar(components)


@dataclass(frozen=True)
class ThreeDimensional:
    """Three dimensions, Cartesian coordinates."""

    dim: ClassVar[int] = 3
    deviator_size: ClassVar[int] = 5
    depth_unit: ClassVar[str] = "m3"
    revolves: ClassVar[bool] = False

    def strain(self, u: Expr) -> Expr:
        """Return strain = sym(grad u) [1]."""
        return ufl.sym(ufl.grad(u))

    def spin(self, u: Expr) -> Expr:
        """Return the skew part of grad u [1]."""
        return ufl.skew(ufl.grad(u))

    def gradient(self, u: Expr) -> Components:
        """Return grad u [1]."""
        g = ufl.grad(u)
        return tuple(tuple(g[i, j] for j in range(3)) for i in range(3))

    def resisted(self, free_strain: Expr) -> Expr:
        """Return all of it."""
        return free_strain

    def weight(self, x: Expr) -> Expr:
        """Return 1."""
        return 1.0

    def pack(self, deviator: Expr) -> Expr:
        """Return (xx, yy, xy, yz, xz); zz follows from the zero trace."""
        d = deviator
        return ufl.as_vector([d[0, 0], d[1, 1], d[0, 1], d[1, 2], d[0, 2]])

    def unpack(self, components: Expr) -> Expr:
        """Return the deviatoric tensor of (xx, yy, xy, yz, xz)."""
        c = components
        return ufl.as_tensor([[c[0], c[2], c[4]], [c[2], c[1], c[3]], [c[4], c[3], -c[0] - c[1]]])


@dataclass(frozen=True)
class WeightedMeasure:
    """An integration measure times the frame's weight, to be used like a UFL measure.

    Attributes:
        measure: UFL measure.
        weight: factor of every integrand.
    """

    measure: Any
    weight: Expr

    def __rmul__(self, integrand: Expr) -> Expr:
        """Return the weighted integral of a UFL expression."""
        return (integrand * self.weight) * self.measure

    def __call__(self, tag: int) -> WeightedMeasure:
        """Return the measure restricted to a tag."""
        return WeightedMeasure(self.measure(tag), self.weight)
