# SPDX-License-Identifier: BSD-3-Clause
"""How stripping ends where a layer of metal has no more to give."""

from __future__ import annotations

from dataclasses import dataclass

import ufl

from ssbmech.frames import Expr
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True)
class Exhaustion:
    r"""Stripping that fades where hardly more than a film of metal is left.

    .. math:: \theta_h = \theta_{min} + (1 - \theta_{min})(3 x^2 - 2 x^3), \quad
              x = \min\left(\max\left(\frac{h - h_{min}}{h_s}, 0\right), 1\right)

    of the thickness h that is left at the end of the step. It is the part of the surface that still
    has metal to give, and scales the current as contact does, in stripping alone; plating needs no
    metal. So current moves to where metal is left. The film of thickness :math:`h_{min}` stays: it
    stands for the nuclei from which metal grows again, and keeps the mesh. The small rest
    :math:`\theta_{min}` keeps the potential of a layer that is used up defined; it is no path of
    the current (`seep`).

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    film: float = parameter(
        "m", low=1e-9, high=1e-4, default=20e-9, doc="thickness of the film that stays (h_min)"
    )
    fade: float = parameter(
        "m", low=1e-9, high=1e-4, default=20e-9, doc="metal above it at which stripping fades (h_s)"
    )
    rest: float = parameter(
        "1", low=1e-15, high=1e-3, default=1e-9, doc="conducting fraction where metal is used up"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def giving(self, thickness: Expr) -> Expr:
        """Return the part of the surface that has metal to give, of its thickness [m] [1].

        It is exactly zero where no more than the film is left.
        """
        x = ufl.max_value(0.0, ufl.min_value((thickness - self.film) / self.fade, 1.0))
        return x * x * (3 - 2 * x)

    def seep(self, thickness: Expr) -> Expr:
        r"""Return what is no path of the current, but a regularisation [1].

        .. math:: \theta_{min} (1 - 3 x^2 + 2 x^3)
        """
        return self.rest * (1 - self.giving(thickness))
