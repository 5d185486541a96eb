# SPDX-License-Identifier: BSD-3-Clause
"""Initial gaps of an interface: voids, roughness, or any given function.

A profile is called with positions of shape (3, n) [m] and returns the gap of shape (n,) [m], never
negative. The laws of this module hold for flat interfaces, and depend on the coordinates along
them alone: x, and y in three dimensions, where the interface faces the last axis; y (and z) where
it faces x, as in a stack that lies on its side. In the axisymmetric frame x is the radius.
A function (`FunctionGap`) is given positions as they are, on flat and on curved interfaces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.errors import ParameterError, raise_on_all
from ssbmech.geometry.lateral import along, is_lateral
from ssbmech.geometry.lengths import length
from ssbmech.interfaces.interface import GapProfile
from ssbmech.kind_words import is_quantity
from ssbmech.parameter import parameter, validate_parameters

Floats = npt.NDArray[np.float64]


def _squared_distance(x: Floats, centre: float, centre_y: float | None) -> Floats:
    """Return the squared distance from the line x = centre or a point (centre, centre_y) [m2]."""
    square: Floats = (x[0] - centre) ** 2
    if centre_y is not None:
        square = square + (x[1] - centre_y) ** 2
    return square


@dataclass(frozen=True)
class LensGap:
    r"""A lens-shaped void.

    .. math:: g_0(r) = d \max(0, 1 - (r/a)^2)

    Attributes:
        half_width: a [m].
        depth: gap d in the middle [m].
        centre: x of the middle [m].
        centre_y: y of the middle of a round void in three dimensions [m]; None for a trench along
            y, and in two dimensions.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    is_lateral: ClassVar[bool] = True

    half_width: float = length("half width of the void")
    depth: float = length("gap in the middle", may_be_zero=True)
    centre: float = parameter("m", default=0.0, doc="x of the middle")
    centre_y: float | None = parameter("m", default=None, doc="y of the middle of a round void")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def __call__(self, x: Floats) -> Floats:
        """Return the gap [m] at positions x [m]."""
        square = _squared_distance(x, self.centre, self.centre_y) / self.half_width**2
        return self.depth * np.maximum(0.0, 1.0 - square)


@dataclass(frozen=True)
class CosineGap:
    r"""A wavy surface that touches at its crests.

    .. math:: g_0(x) = A [1 - \cos(2 \pi (x - x_0) / \lambda)] / 2

    and in three dimensions, with waves along y too, the mean of the two.

    Attributes:
        amplitude: gap A in the valleys, crest to valley [m].
        wavelength: lambda along x [m].
        crest: position x_0 (and y_0) of a crest [m].
        wavelength_y: lambda along y in three dimensions [m]; None for no waves along y.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    is_lateral: ClassVar[bool] = True

    amplitude: float = length("gap in the valleys", may_be_zero=True)
    wavelength: float = length("wavelength along x")
    crest: float = parameter("m", default=0.0, doc="position of a crest")
    wavelength_y: float | None = length("wavelength along y", default=None)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def __call__(self, x: Floats) -> Floats:
        """Return the gap [m] at positions x [m]."""
        wave = self._wave(x[0], self.wavelength)
        if self.wavelength_y is not None:
            wave = (wave + self._wave(x[1], self.wavelength_y)) / 2
        return self.amplitude * wave

    def _wave(self, along: Floats, wavelength: float) -> Floats:
        """Return (1 - cos)/2, written as a square so that it is never negative [1]."""
        root: Floats = np.sin(np.pi * (along - self.crest) / wavelength)
        return root * root


@dataclass(frozen=True)
class CylinderGap:
    r"""A cylinder along y on a flat, as Hertz has it; a sphere in the axisymmetric frame.

    .. math:: g_0(x) = (x - x_0)^2 / (2 R)

    Attributes:
        radius: R; of two curved bodies, 1/R is the sum of the curvatures [m].
        centre: x_0 of the first contact [m].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    is_lateral: ClassVar[bool] = True

    radius: float = length("radius of the cylinder")
    centre: float = parameter("m", default=0.0, doc="x of the first contact")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def __call__(self, x: Floats) -> Floats:
        """Return the gap [m] at positions x [m]."""
        return 0.5 / self.radius * _squared_distance(x, self.centre, None)


@dataclass(frozen=True)
class SphereGap:
    r"""A sphere on a flat in three dimensions, as Hertz has it.

    .. math:: g_0(x, y) = [(x - x_0)^2 + (y - y_0)^2] / (2 R)

    Attributes:
        radius: R; of two curved bodies, 1/R is the sum of the curvatures [m].
        centre: x_0 of the first contact [m].
        centre_y: y_0 of the first contact [m].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    is_lateral: ClassVar[bool] = True

    radius: float = length("radius of the sphere")
    centre: float = parameter("m", default=0.0, doc="x of the first contact")
    centre_y: float = parameter("m", default=0.0, doc="y of the first contact")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def __call__(self, x: Floats) -> Floats:
        """Return the gap [m] at positions x [m]."""
        return 0.5 / self.radius * _squared_distance(x, self.centre, self.centre_y)


@dataclass(frozen=True)
class FunctionGap:
    """Any function as a gap.

    Attributes:
        function: gap [m] of positions with shape (3, n) [m]; a single number is spread over all
            positions.
    """

    function: Callable[[Floats], npt.ArrayLike]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def __call__(self, x: Floats) -> Floats:
        """Return the gap [m] at positions x [m]."""
        given = self.function(x)
        if is_quantity(given):
            raise TypeError("a quantity; expected plain numbers, in m")
        values = np.asarray(given, dtype=np.float64)
        return np.full(x.shape[1], values) if values.ndim == 0 else values


def gap_values(profile: GapProfile, x: Floats, comm: MPI.Intracomm, dim: int = 3) -> Floats:
    """Return the gap [m] of a profile at this rank's positions, checked on all ranks; collective.

    Args:
        profile: the profile.
        x: positions of this rank, shape (3, n) [m].
        comm: communicator of the positions.
        dim: dimension of the mesh [1].

    Raises:
        ParameterError: on any rank the profile fails, or gives the wrong number of values, or one
            that is negative or no number; or a profile along a flat interface is given for one
            that is curved or slopes.
    """
    seen = along(x, comm, dim, type(profile).__name__) if is_lateral(profile) else x
    return profile_values(profile, seen, comm, "gap", "m")


def profile_values(
    profile: Callable[[Floats], Floats],
    x: Floats,
    comm: MPI.Intracomm,
    what: str,
    unit: str,
    least: float = 0.0,
) -> Floats:
    """Return the values of a profile at this rank's positions, zero or more; collective.

    Args:
        profile: the profile.
        x: positions of this rank, shape (3, n) [m].
        comm: communicator of the positions.
        what: what its values are, for messages.
        unit: their unit.
        least: the least value that may be, zero or minus infinity.

    Raises:
        ParameterError: on any rank the profile fails, or gives the wrong number of values, or one
            that is below the least or no number.
    """
    failure, expected = None, (x.shape[1],)
    found: Floats = np.zeros(expected, dtype=np.float64)
    try:
        # a rank without a facet of the interface has nothing to ask, and a profile that takes a
        # minimum could not answer
        if x.shape[1] > 0:
            values = profile(x)
            if is_quantity(values):
                raise TypeError(f"a quantity; expected plain numbers, in {unit}")
            found = np.asarray(values, dtype=np.float64)
    except Exception as error:
        # the user's own code, which may raise anything; all ranks hear of it together
        failure = f"an error: {error}"
    if found.shape != expected:
        failure = f"values of shape {found.shape}: expected shape {expected}, one per position"
    elif not np.all(found >= least):
        first = int(np.flatnonzero(~(found >= least))[0])
        wanted = "zero or more" if least == 0.0 else "a number"
        number = f"{found[first]:g}{'' if unit == '1' else ' ' + unit}"
        failure = f"the {what} {number} at x = {x[0, first]:g} m: expected {wanted}"
    elif not np.all(np.isfinite(found)):
        failure = f"an infinite {what}: expected a finite one"
    name = type(profile).__name__
    raise_on_all(comm, ParameterError(f"{name} gives {failure}") if failure else None)
    return found
