# SPDX-License-Identifier: BSD-3-Clause
"""Growth of flaws below the toughness: by cycles and by time.

No data of solid electrolytes were found for either law; ceramics have exponents of 15 to 50, so
that a ratio of 0.8 instead of 1 means ten to ten thousand times the life.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ssbmech.errors import ParameterError
from ssbmech.fracture.bounds import check_positive
from ssbmech.fracture.flaws import Flaw, shape_factor


@dataclass(frozen=True, slots=True)
class PowerGrowth:
    r"""Growth by a power of the load over the toughness, :math:`da/dN = c (K / K_{Ic})^m`.

    With the range of K in a cycle it is Paris' law, with K and time t for N that of static fatigue.

    Attributes:
        coefficient: Growth at the toughness c [m per cycle, or m/s].
        exponent: Exponent m, not 2 [1].
        toughness: Toughness [Pa m^(1/2)].

    Raises:
        ParameterError: A number is not positive, or the exponent is 2.
    """

    coefficient: float
    exponent: float
    toughness: float

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "coefficient", "exponent", "toughness")
        if self.exponent == 2.0:
            raise ParameterError("PowerGrowth: exponent = 2, expected one that is not 2")

    def rate(self, load: float) -> float:
        """Return the growth at a stress intensity or range [m per cycle, or m/s].

        Args:
            load: Stress intensity or its range [Pa m^(1/2)].
        """
        return self.coefficient * float((max(load, 0.0) / self.toughness) ** self.exponent)

    def life(self, flaw: Flaw, stress: float, first: float, last: float) -> float:
        r"""Return the cycles, or the time [s], in which a uniform stress extends a flaw.

        .. math:: N = \frac{a_1^{1 - m/2} - a_0^{1 - m/2}}
                           {(1 - m/2) \, c \, (Y \sigma \sqrt{\pi} / K_{Ic})^m}

        Args:
            flaw: The flaw.
            stress: Stress across it, or its range, above zero [Pa].
            first: Size at first [m].
            last: Size at last [m].
        """
        power = 1.0 - 0.5 * self.exponent
        unit = shape_factor(flaw) * stress * math.sqrt(math.pi) / self.toughness
        below = power * self.coefficient * unit**self.exponent
        return float((last**power - first**power) / below)
