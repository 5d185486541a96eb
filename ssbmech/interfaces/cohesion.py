# SPDX-License-Identifier: BSD-3-Clause
"""Adhesion of two bodies: traction against separation, and its irreversible damage.

A bond is pulled open and sheared; it never carries compression, which is the contact's part. Where
it has broken the surfaces may touch again, without friction and without a bond.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import ufl

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LEAST_STRESS, PRESSURE_HINT

SMALLEST_SEPARATION = 1e-16
"""Added to separations where their root is taken or divided by [m]."""

BROKEN_STIFFNESS = 1e-6
"""Stiffness of a broken bond over that of a whole one, so that a round particle that has come off
all around, and meets no friction, still has a place [1]."""

ZONE_FACETS = 4.0
"""Length of the zone of a bond whose strength the mesh chooses, E' G_c / t_0^2, in facets [1]."""


class Adhesion(Protocol):
    """Role of an adhesion law: a traction that pulls the two sides together."""

    def reached(self, largest: Expr, before: Expr, now: Expr, dt: Expr) -> Expr:
        """Return the separation that damage counts by, at the end of a step [m].

        Args:
            largest: that at the start of the step [m].
            before: separation at the start of the step [m].
            now: separation at its end [m].
            dt: length of the step [s].
        """

    def welds(self, pressure: Expr) -> Expr | None:
        """Return whether surfaces bond anew under a contact pressure [Pa]; None if never."""

    def damage(self, separation_max: Expr) -> Expr:
        """Return the broken fraction of the bond, from the separation that damage counts by [m]."""

    def stiffness(self, damage: Expr) -> Expr:
        """Return traction over separation at a damage [Pa/m]."""


def separation(gap: Expr, slip: Expr) -> Expr:
    r"""Return the separation of the two sides, :math:`\sqrt{\langle g \rangle^2 + |s|^2}` [m].

    Args:
        gap: gap [m].
        slip: tangential offset [m].
    """
    opening = ufl.max_value(gap, 0.0)
    return ufl.sqrt(opening**2 + ufl.dot(slip, slip) + SMALLEST_SEPARATION**2)


@dataclass(frozen=True)
class BilinearCohesion:
    r"""Bilinear traction-separation law with irreversible damage, the same in all modes.

    .. math::
        t = (1 - d) K \delta, \quad
        d = \frac{\delta_f (\kappa - \delta_0)}{\kappa (\delta_f - \delta_0)}
            \text{ for } \delta_0 < \kappa < \delta_f, \quad
        \delta_0 = \frac{t_0}{K}, \quad \delta_f = \frac{2 G_c}{t_0}

    with the largest separation :math:`\kappa = \max_t \delta`, the strength :math:`t_0` and the
    toughness :math:`G_c`, the energy per area that the bond takes until it has broken.
    A broken bond keeps a small part of its stiffness, by default a millionth.

    Raises:
        ParameterError: a constant is out of its bounds, or the bond would break before its strength
            is reached.
    """

    strength: float = parameter(
        "Pa", low=LEAST_STRESS, hint=PRESSURE_HINT, doc="largest traction t_0"
    )
    toughness: float = parameter("J/m2", low=0.0, low_open=True, doc="energy of breaking G_c")
    initial_stiffness: float = parameter(
        "Pa/m", low=0.0, low_open=True, default=1e16, doc="traction over separation, unbroken"
    )
    kept: float = parameter(
        "1",
        low=1e-15,
        high=1e-3,
        default=BROKEN_STIFFNESS,
        doc="stiffness of a broken bond over that of a whole one",
        stated_if_given=True,
    )

    @classmethod
    def of_brittle(cls, toughness: float, modulus: float, facet: float) -> BilinearCohesion:
        r"""Return the bond of a solid that cracks at its toughness, on facets of a size.

        .. math::
            G_c = \frac{K_{Ic}^2}{E'}, \quad t_0 = \sqrt{\frac{E' G_c}{4 \ell}}, \quad
            K_b = 50 \frac{E'}{\ell}

        The strength is that of a zone of :math:`E' G_c / t_0^2` = 4 facets, so it is the mesh's and
        not the material's: the toughness rules where the zone is small against the crack, say a
        fifth of it. A whole bond is stiff against a facet of the solid. What a broken one keeps
        bears a ten-thousandth of the strength at the opening where it breaks.

        Args:
            toughness: stress intensity K_Ic [Pa m^(1/2)].
            modulus: plane modulus E' [Pa].
            facet: size of facets along the crack l [m].

        Raises:
            ParameterError: one of them is not positive.
        """
        if not min(toughness, modulus, facet) > 0.0:
            raise ParameterError(
                f"BilinearCohesion.of_brittle: toughness {toughness:g} Pa m0.5, modulus "
                f"{modulus:g} Pa, facet {facet:g} m: expected numbers above zero"
            )
        energy = toughness**2 / modulus
        strength = (modulus * energy / (ZONE_FACETS * facet)) ** 0.5
        stiffness = 50 * modulus / facet
        kept = 1e-4 * strength**2 / (2 * energy) / stiffness
        return cls(strength, energy, stiffness, kept)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if self.separation_broken <= self.separation_strength:
            least = self.strength**2 / (2 * self.initial_stiffness)
            raise ParameterError(
                f"BilinearCohesion: the toughness {self.toughness:g} J/m2 is spent before the "
                f"strength is reached; expected more than t_0^2 / 2K = {least:g} J/m2"
            )

    @property
    def separation_strength(self) -> float:
        """Separation at which the strength is reached [m]."""
        return self.strength / self.initial_stiffness

    @property
    def separation_broken(self) -> float:
        """Separation at which nothing is left of the bond [m]."""
        return 2 * self.toughness / self.strength

    def reached(self, largest: Expr, before: Expr, now: Expr, dt: Expr) -> Expr:
        """Return the largest separation ever [m]."""
        return ufl.max_value(largest, now)

    def welds(self, pressure: Expr) -> Expr | None:
        """Return None: what has broken stays so."""
        return None

    def damage(self, separation_max: Expr) -> Expr:
        """Return the broken fraction of the bond [1]."""
        first, last = self.separation_strength, self.separation_broken
        largest = ufl.max_value(separation_max, first)
        return ufl.min_value(last * (largest - first) / (largest * (last - first)), 1.0)

    def stiffness(self, damage: Expr) -> Expr:
        """Return traction over separation at a damage [Pa/m]."""
        return ufl.max_value(1 - damage, self.kept) * self.initial_stiffness


@dataclass(frozen=True)
class FatiguingCohesion:
    r"""A bond that breaks a little further each time it is opened, also below its largest opening.

    Damage counts by a separation :math:`\kappa` which grows while the bond opens,

    .. math::
        d\kappa = a \left( \frac{\delta}{\kappa} \right)^{p - 1} d\delta
            \text{ for } d\delta > 0, \quad \kappa \ge \delta, \quad \kappa \ge \delta_0

    A step is integrated exactly, :math:`\kappa^p = \kappa_n^p + a (\delta^p - \delta_n^p)`. Opened
    to the same :math:`\delta_a` again and again, a bond has broken after
    :math:`[(\delta_f / \delta_a)^p - 1] / a` times: a line of Basquin. The first opening of a bond
    does what it does without fatigue, if :math:`a \le 1`. Damage that grows below its envelope with
    the strain that is passed is that of [peerlings2000].

    With a welding pressure surfaces that are pressed on each other harder than that bond anew, as
    they did when they were made: at the end of such a step the bond is whole where the two sides
    then lie, and bears the shear that it bore before. Sliding under that pressure then takes the
    strength, less by what the bond softens within a step.

    Attributes:
        bond: the bond as it is opened once.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    bond: BilinearCohesion
    share: float = parameter(
        "1", low=0.0, high=1.0, doc="growth a by an opening up to the envelope, over that opening"
    )
    exponent: float = parameter(
        "1", low=1.0, high=20.0, default=4.0, doc="exponent p of the number of openings"
    )
    welding: float | None = parameter(
        "Pa",
        low=LEAST_STRESS,
        hint=PRESSURE_HINT,
        default=None,
        doc="contact pressure above which surfaces bond anew",
        stated_if_given=True,
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def welds(self, pressure: Expr) -> Expr | None:
        """Return whether surfaces bond anew under a contact pressure [Pa]; None if never."""
        return None if self.welding is None else ufl.gt(pressure, self.welding)

    def reached(self, largest: Expr, before: Expr, now: Expr, dt: Expr) -> Expr:
        """Return the separation that damage counts by [m]."""
        unit, p = self.bond.separation_strength, self.exponent
        # damage begins at the strength, so that nothing smaller need be told apart
        start = ufl.max_value(largest, unit) / unit
        opened = ufl.max_value((now / unit) ** p - (before / unit) ** p, 0.0)
        grown = unit * (start**p + self.share * opened) ** (1 / p)
        return ufl.max_value(grown, now)

    def damage(self, separation_max: Expr) -> Expr:
        """Return the broken fraction of the bond [1]."""
        return self.bond.damage(separation_max)

    def stiffness(self, damage: Expr) -> Expr:
        """Return traction over separation at a damage [Pa/m]."""
        return self.bond.stiffness(damage)


@dataclass(frozen=True)
class DelayedBond:
    r"""A bond whose damage follows its separation with a delay: what breaks has a finite speed.

    .. math:: \tau \, \dot\kappa = \langle \delta - \kappa \rangle

    with the largest separation :math:`\kappa` that damage counts by. A crack that runs, faster than
    any equilibrium follows, then takes a few delays, in which the bond bears more than it would.
    Slow against the delay it is the bond itself. A regularisation: the delay is no property of a
    material, and is to be short against what a run resolves.

    Attributes:
        bond: the bond.

    Raises:
        ParameterError: the delay is not positive.
    """

    bond: BilinearCohesion
    delay: float = parameter("s", low=0.0, low_open=True, doc="delay of the damage")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def reached(self, largest: Expr, before: Expr, now: Expr, dt: Expr) -> Expr:
        """Return the separation that damage counts by, by implicit Euler over the step [m]."""
        at_once = self.bond.reached(largest, before, now, dt)
        return largest + dt / (dt + self.delay) * (at_once - largest)

    def welds(self, pressure: Expr) -> Expr | None:
        """Return None: what has broken does not bond anew."""
        return self.bond.welds(pressure)

    def damage(self, separation_max: Expr) -> Expr:
        """Return the broken fraction of the bond [1]."""
        return self.bond.damage(separation_max)

    def stiffness(self, damage: Expr) -> Expr:
        """Return traction over separation at a damage [Pa/m]."""
        return self.bond.stiffness(damage)
