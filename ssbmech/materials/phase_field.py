# SPDX-License-Identifier: BSD-3-Clause
r"""Laws of a smeared crack: what a damaged place costs, and what of the elastic energy it loses.

The damage :math:`\alpha` runs from 0, whole, to 1, broken. The energy of a body is

.. math::
    \int \left[ ((1 - \alpha)^2 + k) \, \psi_+ + \psi_- \right] dV
    + \frac{G_c}{c_w} \int \left[ \frac{w(\alpha)}{\ell} + \ell |\nabla \alpha|^2 \right] dV

with the toughness :math:`G_c` and a length :math:`\ell`. Sources: Bourdin, Francfort and Marigo,
J. Elasticity 91 (2008) 5; Pham, Amor, Marigo and Maurini, Int. J. Damage Mech. 20 (2011) 618.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Elastic
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT

Array = npt.NDArray[np.float64]


class CrackModel(Protocol):
    """Role of what damage costs by itself."""

    @property
    def normalisation(self) -> float:
        r"""Number :math:`c_w = 4 \int_0^1 \sqrt{w} \, d\alpha`, by which a crack costs G_c [1]."""

    def cost(self, damage: Expr) -> Expr:
        """Return w of a damage [1]."""

    def slope(self, damage: Expr) -> Expr:
        """Return the derivative of w [1]."""

    def strength(self, modulus: float, toughness: float, length: float) -> float:
        """Return the largest stress of a bar that stays homogeneous [Pa].

        Args:
            modulus: stress over strain of the bar [Pa].
            toughness: G_c [J/m2].
            length: length of the smeared crack [m].
        """


@dataclass(frozen=True)
class AT1:
    r"""Damage costs in proportion: nothing breaks below the strength.

    .. math:: w = \alpha, \quad c_w = \tfrac83, \quad \sigma_c = \sqrt{\frac{3 E G_c}{8 \ell}}

    A crack is :math:`4 \ell` wide, from whole to whole.
    """

    normalisation: ClassVar[float] = 8.0 / 3.0

    def cost(self, damage: Expr) -> Expr:
        """Return the damage."""
        return damage

    def slope(self, damage: Expr) -> Expr:
        """Return one."""
        return 1.0

    def strength(self, modulus: float, toughness: float, length: float) -> float:
        """Return the stress at which damage begins [Pa]."""
        return sqrt(3 * modulus * toughness / (8 * length))


@dataclass(frozen=True)
class AT2:
    r"""Damage costs its square: it begins with the first load.

    .. math:: w = \alpha^2, \quad c_w = 2, \quad
              \sigma_c = \frac{9}{16} \sqrt{\frac{E G_c}{3 \ell}}
    """

    normalisation: ClassVar[float] = 2.0

    def cost(self, damage: Expr) -> Expr:
        """Return the square of the damage."""
        return damage**2

    def slope(self, damage: Expr) -> Expr:
        """Return twice the damage."""
        return 2 * damage

    def strength(self, modulus: float, toughness: float, length: float) -> float:
        """Return the largest stress, at a damage of 1/4 [Pa]."""
        return 9 / 16 * sqrt(modulus * toughness / (3 * length))


class EnergySplit(Protocol):
    """Role of what tells tension from compression."""

    def firmness(self, solid: Elastic) -> float:
        """Return the number gamma of the star-convex split for a solid [1]."""


@dataclass(frozen=True)
class VolumetricDeviatoric:
    r"""Stretching and shearing damage, pressing does not.

    .. math:: \psi_+ = G \, e : e + \tfrac{K}{2} \langle tr\,\varepsilon \rangle_+^2, \quad
              \psi_- = \tfrac{K}{2} \langle tr\,\varepsilon \rangle_-^2

    with the deviatoric strain e. A closed crack bears pressure and no shear, as contact without
    friction does. A bar that is pressed between free sides shears, and breaks at
    :math:`\sqrt{1 + G / 3 K}` times its strength, hardly more. Source: Amor, Marigo and Maurini,
    J. Mech. Phys. Solids 57 (2009) 1209, with K in space.
    """

    def firmness(self, solid: Elastic) -> float:
        """Return zero."""
        return 0.0


@dataclass(frozen=True)
class StarConvex:
    r"""Pressure holds shear back, so that a solid is stronger under compression by a given ratio.

    .. math:: \psi_+ = G \, e : e + \tfrac{K}{2} \left( \langle tr\,\varepsilon \rangle_+^2
              - \gamma \langle tr\,\varepsilon \rangle_-^2 \right), \quad
              \psi_- = (1 + \gamma) \tfrac{K}{2} \langle tr\,\varepsilon \rangle_-^2

    :math:`\gamma = (3 K - (3 K + G) / r^2) / G` makes a bar break under r times the pressure that
    it bears as tension. What is broken is 1 + gamma times as stiff against a change of volume.
    Source: Vicentini, Zolesi, Carrara, Maurini and De Lorenzis, Int. J. Fract. 247 (2024) 291.

    Raises:
        ParameterError: the ratio is out of its bounds.
    """

    ratio: float = parameter(
        "1", low=1.0, high=1e6, default=10.0, doc="compressive over tensile strength"
    )

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def firmness(self, solid: Elastic) -> float:
        """Return gamma.

        Raises:
            ParameterError: the ratio is below that of `VolumetricDeviatoric`.
        """
        gamma = (3 * solid.bulk - (3 * solid.bulk + solid.shear) / self.ratio**2) / solid.shear
        if gamma < 0.0:
            least = sqrt(1 + solid.shear / (3 * solid.bulk))
            raise ParameterError(
                f"StarConvex.ratio = {self.ratio:g} is below {least:.3g}, that of a solid whose "
                "volume is not looked at under compression: give more, or VolumetricDeviatoric()"
            )
        return gamma


@dataclass(frozen=True)
class PhaseFieldLaw:
    """Numbers and laws of the smeared cracks of a body.

    Attributes:
        model: what damage costs by itself.
        split: what tells tension from compression.
        flaw: places that are cracked at the start, a function of positions (3, n) [m] that returns
            truth; None for none.
        unbroken: regions of the body that do not crack.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    toughness: float = parameter("J/m2", low=0.0, low_open=True, doc="energy of a crack G_c")
    length: float = parameter(
        "m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="length over which a crack is smeared"
    )
    model: CrackModel = field(default_factory=AT1)
    split: EnergySplit = field(default_factory=StarConvex)
    delay: float = parameter(
        "s", low=0.0, default=0.0, doc="time that damage takes, so that what snaps can be followed"
    )
    kept: float = parameter(
        "1",
        low=1e-12,
        high=1e-2,
        default=1e-6,
        doc="stiffness of what is broken, over that of whole",
    )
    flaw: Callable[[Array], npt.NDArray[np.bool_]] | None = None
    unbroken: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def strength(self, modulus: float) -> float:
        """Return the largest stress of a bar that stays homogeneous [Pa].

        Args:
            modulus: stress over strain of the bar, E / (1 - nu^2) in plane strain [Pa].
        """
        return self.model.strength(modulus, self.toughness, self.length)
