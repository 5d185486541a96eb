# SPDX-License-Identifier: BSD-3-Clause
r"""Energy release rate along the front of a meshed crack in space: an output quantity.

The front is an ellipse, of the points
:math:`(x_0 + a \cos t, \; y_0 + b \sin t, \; z_0)`. Weights :math:`N_k` along it that add up to one
take the places :math:`t_k` apart,

.. math::
    N_k = \cos^2 \frac{\pi (t - t_k)}{2 \, \Delta t} \quad (|t - t_k| < \Delta t), \qquad
    J_k = \frac{\int_{front} N_k J \, ds}{\int_{front} N_k \, ds}

with the integral of `ssbmech.forms.crack_tip` for :math:`V = q N_k e`. What varies slowly along the
front is found at :math:`t_k` but for :math:`0.065 \, \Delta t^2 \, d^2 J / d t^2`. Source: Shih,
Moran and Nakamura, Int. J. Fract. 30 (1986) 79, for the domain integral at a point of a front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import ufl
from dolfinx.mesh import Mesh

from ssbmech._compat import constant
from ssbmech.errors import CaseError
from ssbmech.forms import crack_tip
from ssbmech.frames import Expr
from ssbmech.model.cell import CellModel
from ssbmech.model.crack_ring import Array, Ring
from ssbmech.model.energy_release import check_ring
from ssbmech.model.outputs import Scalar
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT


@dataclass(frozen=True)
class EnergyReleaseAlong:
    r"""Energy release rate J at places along a round or elliptical front in space.

    The front is an ellipse in a plane of equal z with half axes along x and y, or a part of it that
    planes of symmetry or free faces cut off, to which its ends are at right angles: of an ellipse
    at its axes. No more of it may be meshed than `sector`, or the ends count too much.

    Columns ``energy_release_NAME_1`` and so on, at the first body, are J at the first place and so
    on; where the bodies are of one elastic solid, ``opening_NAME_1`` and so on are
    :math:`K_I = \sqrt{E' J}`, for fronts that only open. What is taken off is as in
    `EnergyRelease`. Cells along the front have to be shorter than the way from place to place.

    Attributes:
        name: what the front is called.
        bodies: bodies around the front.
        x: place of its middle [m].
        y: place of its middle [m].
        z: place of its plane [m].
        along_x: half axis of the ellipse along x [m].
        along_y: half axis along y; the same for a circle [m].
        inner: distance from the front within which all moves with it; it holds all that is not
            elastic [m].
        outer: distance outside of which nothing does [m].
        places: number of places, evenly spread over the angle, with both ends unless that is the
            whole way round.
        start: angle t at which the part that is meshed begins [rad].
        sector: angle that is meshed [rad].
        halved: whether the plane of the crack is a plane of symmetry and one half is meshed.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: the outer distance is not larger than the inner, or not smaller than both half
            axes; there is no name or body, or there are fewer than two places.
    """

    name: str
    bodies: tuple[str, ...]
    x: float = parameter("m", hint=LENGTH_HINT, doc="place of the middle")
    y: float = parameter("m", hint=LENGTH_HINT, doc="place of the middle")
    z: float = parameter("m", hint=LENGTH_HINT, doc="place of the plane")
    along_x: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="half axis")
    along_y: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="half axis")
    inner: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="inner distance")
    outer: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="outer distance")
    places: int = 9
    start: float = parameter("rad", default=0.0, doc="angle at which the meshed part begins")
    sector: float = parameter(
        "rad", low=0.0, low_open=True, high=2 * np.pi, default=2 * np.pi, doc="angle that is meshed"
    )
    halved: bool = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_ring(self)
        least = min(self.along_x, self.along_y)
        if self.outer >= least:
            raise CaseError(
                f"EnergyReleaseAlong {self.name!r}: the outer distance, {self.outer:g} m, reaches "
                f"the middle of a front with a half axis of {least:g} m"
            )
        if self.places < 2:
            raise CaseError(
                f"EnergyReleaseAlong {self.name!r}: places = {self.places}: expected 2 or more; "
                "RoundEnergyRelease has the mean of a round front"
            )

    @property
    def angles(self) -> Array:
        """Angles t of the places, shape (places,) [rad]."""
        return np.asarray(self.start + self._step * np.arange(self.places))

    @property
    def _closed(self) -> bool:
        return bool(np.isclose(self.sector, 2 * np.pi))

    @property
    def _step(self) -> float:
        """Angle from place to place [rad]."""
        return self.sector / (self.places if self._closed else self.places - 1)

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Scalar]]:
        """Return the columns; collective.

        Raises:
            CaseError: the cell is not one in space, a body is not there, moves or is not elastic,
                or no node lies around a place of the front.
        """
        if cell.case.geometry.frame.dim != 3:
            raise CaseError(
                f"EnergyReleaseAlong {self.name!r}: the cell is a section: ask for EnergyRelease"
            )
        columns: list[Scalar] = []
        for number, angle in enumerate(self.angles, 1):
            ring = Ring(self, cell, self._covered(angle), partial(self._share_at, angle))
            columns += [ring.released(f"_{number}"), *ring.opened(f"_{number}")]
        return {self.bodies[0]: columns}

    def distance(self, x: Array) -> Array:
        """Return how far places (3, n) lie from the front, to first order [m]."""
        across, along = (x[0] - self.x) / self.along_x, (x[1] - self.y) / self.along_y
        level = np.hypot(across, along)
        slope = np.hypot(across / self.along_x, along / self.along_y)
        # on the axis, where level and slope are zero, far enough away
        beyond = np.where(level > 0, (level - 1) * level / np.where(level > 0, slope, 1), -np.inf)
        return np.asarray(np.hypot(beyond, x[2] - self.z))

    def ahead(self, mesh: Mesh) -> Expr:
        """Return the unit vector in the plane along which distance from the front grows."""
        place = ufl.SpatialCoordinate(mesh)
        x, y, a, b = (
            constant(mesh, float(number)) for number in (self.x, self.y, self.along_x, self.along_y)
        )
        # times both half axes, so that it is a length
        across, along = (place[0] - x) * b / a, (place[1] - y) * a / b
        size = ufl.sqrt(across**2 + along**2 + crack_tip.SMALLEST)
        return ufl.as_vector([across / size, along / size, 0.0])

    def _angle(self, x: Array) -> Array:
        """Return the angle t of places (3, n), within half a turn of the middle of the sector."""
        middle = self.start + 0.5 * self.sector
        t = np.arctan2((x[1] - self.y) / self.along_y, (x[0] - self.x) / self.along_x)
        return np.asarray(middle + _turned(t - middle))

    def _share_at(self, angle: float, x: Array) -> Array:
        """Return the weight of a place at places (3, n)."""
        return self._share(self._angle(x), angle)

    def _share(self, t: Array, angle: float) -> Array:
        """Return the weight of a place at angles t."""
        away = _turned(t - angle) if self._closed else t - angle
        near = np.minimum(np.abs(away) / self._step, 1.0)
        return np.asarray(np.cos(0.5 * np.pi * near) ** 2)

    def _covered(self, angle: float) -> float:
        """Return the length of the front, times the weight of a place [m]."""
        points, weights = np.polynomial.legendre.leggauss(24)
        found = 0.0
        for side in (-1, 1):
            t = angle + side * 0.5 * self._step * (points + 1)
            if not self._closed:
                inside = (t > self.start) & (t < self.start + self.sector)
                if not inside.any():
                    continue
            speed = np.hypot(self.along_x * np.sin(t), self.along_y * np.cos(t))
            found += 0.5 * self._step * float(weights @ (speed * self._share(t, angle)))
        return found


def _turned(angle: Array) -> Array:
    """Return an angle less whole turns, between minus and plus half a turn [rad]."""
    return np.asarray((angle + np.pi) % (2 * np.pi) - np.pi)
