# SPDX-License-Identifier: BSD-3-Clause
r"""Anodes by two tables against the charge: how thick they get, and their potential.

Any anode that is the same after each cycle is one in a laminate: a host, an alloy, a layer with
pores. The tables are not left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssbmech.laminate.growth import Grown
from ssbmech.laminate.layer import Array
from ssbmech.laminate.voltage import Rest
from ssbmech.materials.curve import Curve
from ssbmech.parameter import table, validate_parameters


def _beyond(curve: Curve, charge: Array, what: str) -> str:
    """Return which charges leave a table, in words; empty where none does."""
    if np.all((charge >= curve.low) & (charge <= curve.high)):
        return ""
    return (
        f"the charge {charge.min():.4g} to {charge.max():.4g} C/m2 leaves the table of {what}, "
        f"{curve.low:g} to {curve.high:g}"
    )


@dataclass(frozen=True)
class TabulatedGrowth:
    """A layer whose thickness is known against the charge.

    Raises:
        ParameterError: a thickness is out of its bounds.
    """

    added: Curve = table("m", low=-1e-2, high=1e-2, doc="thickness added against charge [C/m2]")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def grown(self, charge: Array) -> Grown:
        """Return the thickness added."""
        zero = np.zeros_like(charge)
        return Grown(self.added.numeric(charge), self.added.numeric_slope(charge), zero, zero)

    def outside(self, charge: Array) -> str:
        """Return which charges leave the table, in words."""
        return _beyond(self.added, charge, "thicknesses")


@dataclass(frozen=True)
class AgainstAnode:
    r"""The voltage at rest of a cathode against an anode whose potential is tabulated.

    .. math:: U = U_{cathode}(Q) - U_{anode}(Q)

    Attributes:
        cathode: voltage of the cathode against lithium metal.

    Raises:
        ParameterError: a potential is out of its bounds.
    """

    cathode: Rest
    anode: Curve = table("V", low=-1.0, high=4.0, doc="potential of the anode against charge")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    @property
    def capacity(self) -> float:
        """That of the cathode [C/m2]."""
        return self.cathode.capacity

    @property
    def known(self) -> tuple[float, float]:
        """Charges that both tables know [C/m2]."""
        low, high = self.cathode.known
        return max(low, self.anode.low), min(high, self.anode.high)

    def voltage(self, charge: Array, temperature: float) -> tuple[Array, Array]:
        """Return the voltage at rest and its derivative by the charge."""
        volts, by_charge = self.cathode.voltage(charge, temperature)
        slope = self.anode.numeric_slope(charge)
        return volts - self.anode.numeric(charge), np.asarray(by_charge - slope)

    def state_of_charge(self, charge: Array) -> Array:
        """Return that of the cathode."""
        return self.cathode.state_of_charge(charge)

    def outside(self, charge: Array) -> str:
        """Return what is beyond a table, in words."""
        told = self.cathode.outside(charge)
        return told or _beyond(self.anode, charge, "the anode's potential")
