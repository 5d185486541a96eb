# SPDX-License-Identifier: BSD-3-Clause
"""Energy release and stress intensities at the end of a crack that is meshed: output quantities.

It ends at a tip in a section (`EnergyRelease`), at a round front in space (`RoundEnergyRelease`);
`ssbmech.model.energy_release_along` has J at places along a front.
The crack is where two outer faces of a body lie on each other, or an interface of two bodies whose
bond is broken or was never there; `ssbmech.forms.crack_tip` has the integrals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx.mesh import Mesh

from ssbmech._compat import constant
from ssbmech.errors import CaseError
from ssbmech.forms import crack_tip
from ssbmech.forms.crack_tip import CrackTip
from ssbmech.frames import Expr
from ssbmech.model.cell import CellModel
from ssbmech.model.crack_neighbourhood import CrackEnd
from ssbmech.model.crack_ring import Array, Ring
from ssbmech.model.outputs import Scalar
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT


@dataclass(frozen=True)
class EnergyRelease:
    r"""Energy release rate J at a tip, and the stress intensities of opening and sliding.

    Columns ``energy_release_NAME``, and in plane strain, where the bodies are of one elastic solid,
    ``opening_NAME`` and ``sliding_NAME``, all at the first body. Pressures on the faces of the
    bodies and the contact pressure of interfaces between them are taken off; the traction of a bond
    is not, so that what flows into its zone counts as released.

    Attributes:
        name: what the tip is called.
        bodies: bodies around the tip.
        x: its place [m].
        y: its place [m].
        angle: direction along which the crack would advance, from the x axis [rad].
        inner: radius of the disc that is moved with the tip; it holds all that is not elastic [m].
        outer: radius outside of which nothing is [m].
        halved: whether the plane of the crack is a plane of symmetry and one half is meshed.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: the outer radius is not larger, or there is no name or body.
    """

    name: str
    bodies: tuple[str, ...]
    x: float = parameter("m", hint=LENGTH_HINT, doc="place of the tip")
    y: float = parameter("m", hint=LENGTH_HINT, doc="place of the tip")
    angle: float = parameter("rad", doc="direction of advance")
    inner: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="inner radius")
    outer: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="outer radius")
    halved: bool = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_ring(self)

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Scalar]]:
        """Return the columns; collective.

        Raises:
            CaseError: the cell is one in space, a body is not there, moves or is not elastic, or no
                cell lies within the disc.
        """
        frame = cell.case.geometry.frame
        if frame.dim != 2:
            raise CaseError(
                f"EnergyRelease {self.name!r}: the front of a crack in space is a line; ask for "
                "RoundEnergyRelease where it is round"
            )
        ring = Ring(self, cell, 2.0 * np.pi * self.x if frame.revolves else 1.0)
        return {self.bodies[0]: [ring.released(), *ring.intensities(self._tip)]}

    def distance(self, x: Array) -> Array:
        """Return how far places (3, n) lie from the tip [m]."""
        return np.asarray(np.hypot(x[0] - self.x, x[1] - self.y))

    def ahead(self, mesh: Mesh) -> Expr:
        """Return the unit vector along which the crack would advance."""
        return self._tip(mesh).ahead

    def _tip(self, mesh: Mesh) -> CrackTip:
        """Return the tip for forms on a mesh; as constants, so that all tips share their forms."""
        numbers = (self.x, self.y, np.cos(self.angle), np.sin(self.angle))
        x, y, ahead, across = (constant(mesh, float(number)) for number in numbers)
        return CrackTip(ufl.as_vector([x, y]), ufl.as_vector([ahead, across]))


@dataclass(frozen=True)
class RoundEnergyRelease:
    r"""Energy release rate J of a round crack in space, the mean along its front.

    The front is a circle in a plane of equal z, or a part of it that planes of symmetry cut off.
    Column ``energy_release_NAME`` at the first body,

    .. math:: J = \frac{1}{R \, \varphi} \int_{front} J(s) \, ds

    What is taken off is as in `EnergyRelease`.

    Attributes:
        name: what the front is called.
        bodies: bodies around the front.
        x: place of its middle [m].
        y: place of its middle [m].
        z: place of its plane [m].
        radius: its radius R [m].
        inner: distance from the front within which all moves with it; it holds all that is not
            elastic [m].
        outer: distance outside of which nothing does [m].
        sector: angle of the circle that is meshed [rad].
        halved: whether the plane of the crack is a plane of symmetry and one half is meshed.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: the outer distance is not larger than the inner, or not smaller than the radius;
            or there is no name or body.
    """

    name: str
    bodies: tuple[str, ...]
    x: float = parameter("m", hint=LENGTH_HINT, doc="place of the middle")
    y: float = parameter("m", hint=LENGTH_HINT, doc="place of the middle")
    z: float = parameter("m", hint=LENGTH_HINT, doc="place of the plane")
    radius: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="radius")
    inner: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="inner distance")
    outer: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="outer distance")
    sector: float = parameter(
        "rad", low=0.0, low_open=True, high=2 * np.pi, default=2 * np.pi, doc="angle that is meshed"
    )
    halved: bool = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_ring(self)
        if self.outer >= self.radius:
            raise CaseError(
                f"RoundEnergyRelease {self.name!r}: the outer distance, {self.outer:g} m, reaches "
                f"the middle of a front of radius {self.radius:g} m"
            )

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Scalar]]:
        """Return the column; collective.

        Raises:
            CaseError: the cell is not one in space, a body is not there, moves or is not elastic,
                or no cell lies around the front.
        """
        if cell.case.geometry.frame.dim != 3:
            raise CaseError(
                f"RoundEnergyRelease {self.name!r}: the cell is a section: ask for EnergyRelease"
            )
        return {self.bodies[0]: [Ring(self, cell, self.radius * self.sector).released()]}

    def distance(self, x: Array) -> Array:
        """Return how far places (3, n) lie from the circle [m]."""
        beyond = np.hypot(x[0] - self.x, x[1] - self.y) - self.radius
        return np.asarray(np.hypot(beyond, x[2] - self.z))

    def ahead(self, mesh: Mesh) -> Expr:
        """Return the unit vector away from the axis."""
        place = ufl.SpatialCoordinate(mesh)
        across, along = place[0] - constant(mesh, self.x), place[1] - constant(mesh, self.y)
        radius = ufl.sqrt(across**2 + along**2 + crack_tip.SMALLEST)
        return ufl.as_vector([across / radius, along / radius, 0.0])


def check_ring(asked: CrackEnd) -> None:
    """Check the name and the ring of a tip or front."""
    who = type(asked).__name__
    if not asked.name.isidentifier() or not asked.bodies:
        raise CaseError(
            f"{who}: name {asked.name!r}, bodies {asked.bodies!r}: expected a name of "
            "letters and digits, and one body or more"
        )
    if asked.outer <= asked.inner:
        raise CaseError(
            f"{who} {asked.name!r}: the outer distance, {asked.outer:g} m, is not larger "
            f"than the inner one, {asked.inner:g} m"
        )
