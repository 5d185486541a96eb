# SPDX-License-Identifier: BSD-3-Clause
r"""Diffusion of metal along an interface, from where contact presses hard to where it does not.

The chemical potential of metal at the interface is :math:`\Omega p_c`, so metal flows down the
gradient of the contact pressure. The volume that passes a line, per its length, is

.. math:: q = -B \nabla_\Gamma p_c, \quad B = \frac{\Omega \, \delta D_i}{R T}

and the thickness that it carries away grows by :math:`\dot m = \nabla_\Gamma \cdot q`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import ufl

from ssbmech.activation import arrhenius, energy_parameter, reference_parameter
from ssbmech.constants import GAS_CONSTANT
from ssbmech.frames import Expr
from ssbmech.parameter import UNSTATED, parameter, validate_parameters
from ssbmech.validity import TemperatureRange


@dataclass(frozen=True)
class InterfaceDiffusion:
    r"""Diffusion of the minus body's metal along an interface.

    .. math:: B = \frac{\Omega \, \delta D_i}{R T}
              \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    diffusivity_width: float = parameter(
        "m3/s", low=0.0, low_open=True, doc="diffusivity times width of the interface"
    )
    activation_energy: float = energy_parameter()
    reference_temperature: float = reference_parameter("temperature of the diffusivity")
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def mobility(self, molar_volume: Expr, temperature: Expr) -> Expr:
        """Return B [m3/(Pa s)] of metal of a molar volume [m3/mol] at a temperature [K]."""
        hotter = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        width = self.diffusivity_width * ufl.as_ufl(hotter)
        return molar_volume * width / (GAS_CONSTANT * temperature)
