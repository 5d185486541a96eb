# SPDX-License-Identifier: BSD-3-Clause
"""What decides whether a brittle solid breaks: its toughness and its flaws.

The model never looks at it; `ssbmech fracture RUN` reads it from the manifest of a run.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT, MOST_PRESSURE, PRESSURE_HINT

LEAST_FLAW = 1e-10
"""Size below that of an atom [m]."""


@dataclass(frozen=True)
class Brittle:
    """Toughness and flaws of a brittle solid.

    Attributes:
        toughness: toughness K_Ic [Pa m^(1/2)].
        flaw: size of the flaw of which the reference area, or volume, has one [m].
        modulus: Weibull's modulus of its strength [1].
        area: reference area of flaws at surfaces [m2].
        volume: reference volume of flaws inside [m3].
        compression: compression along its surface that no run computes, such as that of a tempered
            or laminated one [Pa].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    toughness: float = parameter(
        "Pa m0.5",
        low=1e3,
        high=1e9,
        hint="a bare number is in Pa m^(1/2): write 0.69 * MPa_sqrt_m",
        doc="fracture toughness",
    )
    flaw: float = parameter(
        "m", low=LEAST_FLAW, high=1e-2, hint=LENGTH_HINT, doc="size of the typical flaw"
    )
    modulus: float = parameter("1", low=0.1, high=1e4, doc="Weibull modulus of the strength")
    area: float = parameter("m2", low=LEAST_FLAW**2, high=1.0, doc="surface that has one such flaw")
    volume: float = parameter(
        "m3", low=LEAST_FLAW**3, high=1.0, doc="volume that has one such flaw"
    )
    compression: float = parameter(
        "Pa",
        low=0.0,
        high=MOST_PRESSURE,
        default=0.0,
        hint=PRESSURE_HINT,
        doc="residual compression along the surface",
        stated_if_given=True,
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
