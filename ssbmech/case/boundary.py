# SPDX-License-Identifier: BSD-3-Clause
"""Supports and loads on the outer faces and inside the bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from ssbmech.case.friction import FaceFriction
from ssbmech.case.probing import value_at
from ssbmech.frames import Expr
from ssbmech.parameter import STATED_IF_GIVEN, validate_parameters

Array = npt.NDArray[np.float64]


class Support(Protocol):
    """Role of a displacement condition on an outer face."""

    @property
    def face(self) -> str:
        """Name of the face."""

    @property
    def value(self) -> Callable[[Array, float], Array] | None:
        """Displacement [m], shape (dim, n), of position (3, n) [m] and time [s]; None for zero."""

    def components(self, normal_axis: int, dim: int) -> tuple[int, ...]:
        """Return the displacement components that are held."""


def holds_normal(support: Support) -> bool:
    """Return whether a support holds the displacement along the normal of its face."""
    normal = 0
    return normal in support.components(normal, dim=2)


@dataclass(frozen=True)
class Roller:
    """No displacement along the normal of a flat face that is aligned with an axis.

    It stands for a plane of symmetry, or for a rigid wall without friction.

    Attributes:
        face: name of the face.
        value: None, for zero displacement.
    """

    face: str
    value: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def components(self, normal_axis: int, dim: int) -> tuple[int, ...]:
        """Return the normal component."""
        return (normal_axis,)


@dataclass(frozen=True)
class NoSlip:
    """No displacement in the plane of a flat face: a sticking platen.

    Attributes:
        face: name of the face.
        value: None, for zero displacement.
    """

    face: str
    value: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def components(self, normal_axis: int, dim: int) -> tuple[int, ...]:
        """Return the tangential components."""
        return tuple(k for k in range(dim) if k != normal_axis)


@dataclass(frozen=True)
class Clamp:
    """All components of the displacement held, at zero or at a prescribed value.

    Attributes:
        face: name of the face.
        value: displacement [m], shape (dim, n), of position (3, n) [m] and time [s]; None for zero.
    """

    face: str
    value: Callable[[Array, float], Array] | None = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def components(self, normal_axis: int, dim: int) -> tuple[int, ...]:
        """Return every component."""
        return tuple(range(dim))


@dataclass(frozen=True)
class FacePressure:
    """Fluid pressure on an outer face.

    Attributes:
        face: name of the face.
        pressure: pressure, compression positive [Pa], against time [s].
    """

    face: str
    pressure: Callable[[float], float]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
        value_at(self.pressure, 0.0, "FacePressure.pressure", "Pa")


@dataclass(frozen=True)
class FaceFlux:
    """Lithium that enters a host through an outer face.

    Attributes:
        face: name of the face.
        flux: lithium per area and time, into the host [mol/(m2 s)], against time [s].
    """

    face: str
    flux: Callable[[float], float]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
        value_at(self.flux, 0.0, "FaceFlux.flux", "mol/(m2 s)")


@dataclass(frozen=True)
class FacePotential:
    """Ionic potential held on an outer face of an electrolyte.

    It stands for a reversible electrode without resistance.

    Attributes:
        face: name of the face.
        potential: potential [V] of position (3, n) [m].
    """

    face: str
    potential: Callable[[Array], Array]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


@dataclass(frozen=True)
class BodyForce:
    """Force density in a body.

    Attributes:
        body: name of the body.
        density: force density [N/m3] as a UFL vector of position.
    """

    body: str
    density: Callable[[Expr], Expr]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


@dataclass(frozen=True)
class IonSource:
    """Volumetric source of ionic current in an electrolyte.

    Attributes:
        body: name of the body.
        density: source [A/m3] as a UFL scalar of position.
    """

    body: str
    density: Callable[[Expr], Expr]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


@dataclass(frozen=True)
class Loads:
    """Everything that acts on the cell beside its fixture and its electrodes.

    Attributes:
        face_pressures: fluid pressures on outer faces.
        face_fluxes: lithium that enters hosts through outer faces.
        face_potentials: ionic potentials held on outer faces.
        body_forces: force densities in bodies.
        ion_sources: sources of ionic current in electrolytes.
        face_frictions: shear on outer faces that slip along a wall.
    """

    face_pressures: tuple[FacePressure, ...] = ()
    face_fluxes: tuple[FaceFlux, ...] = ()
    face_potentials: tuple[FacePotential, ...] = ()
    body_forces: tuple[BodyForce, ...] = ()
    ion_sources: tuple[IonSource, ...] = ()
    face_frictions: tuple[FaceFriction, ...] = field(default=(), metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
