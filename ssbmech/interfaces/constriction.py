# SPDX-License-Identifier: BSD-3-Clause
r"""Constriction: the resistance of current lines that crowd from a plane into spots of contact.

Of N spots of radius b per area, a fraction :math:`\theta = \pi b^2 N` of the plane, each adds
:math:`\psi / (4 \kappa b)` on the side of the poor conductor, with
:math:`\psi \approx (1 - \sqrt\theta)^{3/2}` for what neighbours share. Per area of the interface

.. math:: R = \frac{\psi}{4 \kappa b N} = \frac{\pi b \psi}{4 \kappa \theta}

and per area that touches, which is what a law of the interface adds to its film, theta times that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import ufl

from ssbmech.frames import Expr
from ssbmech.parameter import parameter, validate_parameters


class Constriction(Protocol):
    """Role of a law of the constriction of current lines."""

    def resistance(self, touching: Expr) -> Expr:
        """Return the resistance per area that touches [ohm m2], of the touching fraction [1]."""


def shielding(touching: Expr) -> Expr:
    r"""Return :math:`\psi = (1 - \sqrt\theta)^{3/2}`, a spot's share beside neighbours [1]."""
    return ufl.max_value(1 - ufl.sqrt(touching), 0.0) ** 1.5


@dataclass(frozen=True)
class NoConstriction:
    """Spots so small that their current lines cost nothing."""

    def resistance(self, touching: Expr) -> Expr:
        """Return zero."""
        return ufl.as_ufl(0.0)


@dataclass(frozen=True)
class SpotsOfOneSize:
    r"""Spots that become more or fewer: the resistance goes with the inverse of the contact.

    .. math:: R_c = \frac{\pi b}{4 \kappa} (1 - \sqrt\theta)^{3/2}

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    radius: float = parameter("m", low=0.0, doc="radius b of a spot")
    conductivity: float = parameter(
        "S/m", low=0.0, low_open=True, doc="conductivity kappa of the electrolyte"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def resistance(self, touching: Expr) -> Expr:
        """Return the resistance per area that touches [ohm m2]."""
        return ufl.pi * self.radius / (4 * self.conductivity) * shielding(touching)


@dataclass(frozen=True)
class SpotsOfOneNumber:
    r"""Spots that grow and shrink in place: the resistance goes with the root of the contact.

    .. math:: R_c = \frac{\ell}{4 \kappa} \sqrt{\pi \theta} (1 - \sqrt\theta)^{3/2}, \quad
              \ell = N^{-1/2}

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    spacing: float = parameter("m", low=0.0, doc="distance l of neighbouring spots")
    conductivity: float = parameter(
        "S/m", low=0.0, low_open=True, doc="conductivity kappa of the electrolyte"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def resistance(self, touching: Expr) -> Expr:
        """Return the resistance per area that touches [ohm m2]."""
        across = self.spacing * ufl.sqrt(ufl.pi * touching)
        return across / (4 * self.conductivity) * shielding(touching)
