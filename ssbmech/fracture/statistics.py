# SPDX-License-Identifier: BSD-3-Clause
r"""Statistics of flaws: Weibull's distribution of the weakest link.

.. math::
    P_f = 1 - \exp \left[ - \int_A \left( \frac{\sigma}{\sigma_0} \right)^m \frac{dA}{A_0} \right]

over a surface, or over a volume with V_0. The modulus m tells how alike the largest flaws are: if
strengths scatter with m, the largest flaw of an area scatters with m / 2 in its size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.fracture.bounds import check_positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weibull:
    """Weakest-link statistics of a surface or a volume.

    Attributes:
        modulus: Modulus m [1].
        strength: Stress, or stress intensity, that 63 % of the measures below do not bear.
        measure: Area [m2] or volume [m3] to which it belongs.

    Raises:
        ParameterError: One of them is not positive.
    """

    modulus: float
    strength: float
    measure: float

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "modulus", "strength", "measure")

    def risk(self, load: Array, sizes: Array) -> float:
        r"""Return :math:`\sum (\langle \sigma \rangle / \sigma_0)^m A_k / A_0` [1].

        Args:
            load: Load of each piece, of the kind of the strength; what is not positive has none.
            sizes: Area or volume of each piece.
        """
        relative = np.maximum(np.nan_to_num(load), 0.0) / self.strength
        return float((relative**self.modulus * sizes).sum() / self.measure)

    def strength_of(self, size: float) -> float:
        r"""Return the strength of another area or volume, :math:`\sigma_0 (A / A_0)^{-1/m}`.

        Args:
            size: The area or volume.
        """
        return float(self.strength * (size / self.measure) ** (-1.0 / self.modulus))


def failure_probability(risk: float) -> float:
    """Return the probability that the weakest link breaks, 1 - exp(-risk) [1].

    Args:
        risk: Sum of the risks of all pieces [1].
    """
    return -math.expm1(-risk)
