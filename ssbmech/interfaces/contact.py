# SPDX-License-Identifier: BSD-3-Clause
"""Unilateral contact of two bodies, frictionless or sticking, and the conduction through it.

Contact is exact: gap >= 0, p_contact >= 0, gap * p_contact = 0 on every facet. What conducts is a
smooth function of the gap, because the roughness that carries the last few ten nanometres of
contact is not resolved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import ufl

from ssbmech.frames import Expr
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True)
class ActiveSet:
    """What weighs pressures against gaps in the choice of the facets that are closed.

    Attributes:
        stiffness: r, any positive number [Pa/m].
        pull: tension of a closed facet that cannot be told from none [Pa].
        touch: gap of a facet that was closed, which rounding may leave of zero [m].
    """

    stiffness: Expr
    pull: Expr = 0.0
    touch: Expr = 0.0

    def closed(self, p_contact: Expr, gap: Expr) -> Expr:
        """Return the UFL condition of a facet in contact, p_c >= r g.

        Facets that touch without pressure count as closed, so that an unloaded stack is held
        together; one that is closed opens only where it is pulled, else rounding would decide,
        anew in each iteration, which facets of an unloaded stack are closed.
        """
        touching = ufl.And(ufl.ge(p_contact, -self.pull), ufl.le(gap, self.touch))
        return ufl.Or(ufl.ge(p_contact, self.stiffness * gap), touching)


def complementarity(p_contact: Expr, gap: Expr, active: ActiveSet) -> Expr:
    r"""Return the complementarity function of contact [Pa].

    .. math:: p_c - \max(0, p_c - r g)

    It is zero if and only if the contact conditions hold. Its generalised derivative makes Newton's
    method an active-set method: facets with p_c >= r g are closed (g = 0), the others open
    (p_c = 0).

    Args:
        p_contact: contact pressure [Pa].
        gap: gap [m].
        active: the choice of the set.
    """
    closed = active.closed(p_contact, gap)
    return p_contact - ufl.conditional(closed, p_contact - active.stiffness * gap, 0.0)


class Contact(Protocol):
    """Role of a contact law."""

    @property
    def sticks(self) -> bool:
        """Whether closed facets transmit shear without slip."""


@dataclass(frozen=True)
class Frictionless:
    """Contact that carries no shear.

    Attributes:
        sticks: False.
    """

    sticks: ClassVar[bool] = False


@dataclass(frozen=True)
class Sticking:
    """Contact without slip.

    A facet that closes keeps the tangential offset it closed with, until it opens. There is no
    limit to the shear that it carries.

    Attributes:
        sticks: True.
    """

    sticks: ClassVar[bool] = True


class Conduction(Protocol):
    """Role of a conduction law: what fraction of an interface conducts."""

    def theta(self, gap: Expr, p_contact: Expr) -> Expr:
        """Return the conducting fraction, between 0 and 1, of gap [m] and contact pressure [Pa]."""


@dataclass(frozen=True)
class GapConduction:
    r"""Conduction that fades with the gap over the unresolved roughness.

    .. math:: \theta = \theta_{min} + (1 - \theta_{min})(1 - 3 t^2 + 2 t^3), \quad
              t = \min(g / \ell, 1)

    The small rest :math:`\theta_{min}` keeps the potential of a fully open interface defined. It is
    no path of the current: charge-transfer laws whose current grows faster than the overpotential
    take it for an ohmic one (`leak`).

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    length: float = parameter(
        "m", low=1e-10, default=50e-9, doc="gap at which conduction has ended (roughness)"
    )
    rest: float = parameter(
        "1", low=0.0, high=1e-3, default=1e-9, doc="conducting fraction when open"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def theta(self, gap: Expr, p_contact: Expr) -> Expr:
        """Return the conducting fraction [1]."""
        return self.rest + (1 - self.rest) * self._near(gap)

    def leak(self, gap: Expr, p_contact: Expr) -> Expr:
        r"""Return the part of the conducting fraction that is no contact [1].

        .. math:: \theta_{min} (3 t^2 - 2 t^3)
        """
        return self.rest * (1 - self._near(gap))

    def _near(self, gap: Expr) -> Expr:
        """Return how much of the roughness reaches across the gap [1]."""
        t = ufl.max_value(0.0, ufl.min_value(gap / self.length, 1.0))
        return 1 - 3 * t**2 + 2 * t**3


@dataclass(frozen=True)
class RoughConduction:
    r"""Real contact area of rough surfaces: grows with pressure, fades with the gap.

    .. math:: \theta = \theta_{min} + \theta_{gap}(g) \left[1 - \exp(-p_c / (c_H H))\right]

    For small pressures this is the plastic-contact fraction :math:`p_c / (c_H H)`, with
    :math:`c_H H \approx 3 \sigma_y`.

    Attributes:
        gap_law: how conduction fades with the gap, and the small rest when open.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    hardness: float = parameter("Pa", low=1e3, doc="contact hardness c_H H")
    gap_law: GapConduction = field(default_factory=GapConduction)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def counts_pressure(self) -> bool:
        """True: it turns the contact pressure into a fraction of real contact."""
        return True

    def theta(self, gap: Expr, p_contact: Expr) -> Expr:
        """Return the conducting fraction [1]."""
        return self.gap_law.rest + self._real(p_contact) * self.gap_law.theta(gap, p_contact)

    def leak(self, gap: Expr, p_contact: Expr) -> Expr:
        """Return the part of the conducting fraction that is no contact [1]."""
        return self.gap_law.rest + self._real(p_contact) * self.gap_law.leak(gap, p_contact)

    def _real(self, p_contact: Expr) -> Expr:
        """Return the fraction of real contact [1]."""
        return 1 - ufl.exp(-ufl.max_value(p_contact, 0.0) / self.hardness)
