# SPDX-License-Identifier: BSD-3-Clause
"""Conduction of an interface with a liquid metal: it wets where pressure presses it in."""

from __future__ import annotations

from dataclasses import dataclass, field

import ufl

from ssbmech.frames import Expr
from ssbmech.interfaces.contact import GapConduction
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True)
class WettingConduction:
    r"""A liquid that touches where its pressure is above that of entry.

    .. math:: \theta = \theta_{min} + \theta_{gap}(g) (3 t^2 - 2 t^3), \quad
              t = \min\left(\max\left(\frac{p_c - p_e}{w} + \frac12, 0\right), 1\right)

    The entry pressure :math:`p_e = -2 \gamma \cos\varphi / r` into a roughness of radius r is below
    zero for a liquid that wets (`entry_pressure`). Roughness has no one radius, so that entry is
    spread over w: without pressure half of it is filled at :math:`p_e = 0`, and all of it only from
    :math:`p_e \le -w/2` on.

    Attributes:
        gap_law: how conduction fades with a gap, and the small rest when open.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    entry: float = parameter("Pa", low=-1e9, high=1e9, doc="pressure at which the liquid enters")
    spread: float = parameter("Pa", low=1.0, high=1e9, doc="range of pressures of entry (w)")
    gap_law: GapConduction = field(default_factory=GapConduction)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def counts_pressure(self) -> bool:
        """True: it turns the contact pressure into a fraction that touches."""
        return True

    def theta(self, gap: Expr, p_contact: Expr) -> Expr:
        """Return the conducting fraction [1]."""
        return self.gap_law.rest + self._wets(p_contact) * self.gap_law.theta(gap, p_contact)

    def leak(self, gap: Expr, p_contact: Expr) -> Expr:
        """Return the part of the conducting fraction that is no contact [1]."""
        return self.gap_law.rest + self._wets(p_contact) * self.gap_law.leak(gap, p_contact)

    def _wets(self, p_contact: Expr) -> Expr:
        """Return the part of the roughness that the liquid fills [1]."""
        t = ufl.max_value(ufl.min_value((p_contact - self.entry) / self.spread + 0.5, 1.0), 0.0)
        return t * t * (3 - 2 * t)
