# SPDX-License-Identifier: BSD-3-Clause
"""The guard of metal: a layer gives what it holds, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ssbmech.parameter import parameter, validate_parameters

WAVERING = 1e-6
"""Change of what is left, over what counts as nothing, that is none [1]."""

AT_REST = 1e-6
"""Mean current density of an interface that is none [A/m2]."""

LANDED = 1e-3
"""Metal left over that at the start within which it counts as used up [1]."""

SQUEEZED = 0.2
"""Thickness of a film over that which stays at which it counts as squeezed out: of 20 nm some ten
atoms are left [1]."""


@dataclass(frozen=True)
class MetalUsedUp:
    """Ends a step when no metal is left behind some facet of an interface.

    Attributes:
        interface: name of the interface, "minus|plus".
        metal: name of what is used up.

    Raises:
        ParameterError: a thickness is negative.
    """

    interface: str
    at_start: float = parameter("m", low=0.0, doc="least metal behind a facet at the start")
    metal: str = "lithium"
    rest: float = parameter("m", low=0.0, default=0.0, doc="metal that counts as none")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Least metal left behind a facet of the interface."""
        return f"reserve_min:{self.interface}"

    @property
    def reason(self) -> str:
        """What is used up, and where."""
        return f"{self.metal} used up at {self.interface}"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether less is left than in the row before.

        Where it was used up before, as at a rest after a step that ended so, a current has to
        strip: what currents within the interface waver by takes no more than counts as none.
        """
        left, last = now[self.quantity], before.get(self.quantity, self.at_start)
        anew = self.excess(last) < -self.tolerance() or self.excess(left) > self.tolerance()
        strips = now[f"i_normal_mean:{self.interface}"] > AT_REST
        return left < last - 1e-12 * self.at_start and (strips or anew)

    def excess(self, value: float) -> float:
        """Return minus what is left beyond the rest [m]."""
        return self.rest - value

    def tolerance(self) -> float:
        """Return a thousandth of what was there."""
        return LANDED * self.at_start


@dataclass(frozen=True)
class LayerUsedUp:
    """Ends a step when hardly any metal above the film that stays is left in contact, anywhere.

    It is landed on however long the step may last: a step that asks for more than there is has a
    solution, but at any voltage.

    Attributes:
        interface: name of the interface, "minus|plus".
        metal: name of what is used up.
        smooth: True: contact that is lost conducts less and less.

    Raises:
        ParameterError: what counts as nothing is not above zero.
    """

    interface: str
    least: float = parameter("C/m2", low=0.0, low_open=True, doc="charge that counts as none")
    metal: str = "lithium"
    smooth: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Charge of the metal that is left where there is contact."""
        return f"reached:{self.interface}"

    @property
    def reason(self) -> str:
        """What is used up, and where."""
        return f"{self.metal} used up at {self.interface}"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the step strips, and less is left than in the row before.

        Pressure alone takes nothing from a film from which nothing can be stripped.
        """
        left, least = now[self.quantity], WAVERING * self.least
        stripped = now[f"i_normal_mean:{self.interface}"] * now["time_step"]
        return stripped > least and left < before.get(self.quantity, math.inf) - least

    def excess(self, value: float) -> float:
        """Return what counts as nothing less what is left [C/m2]."""
        return self.least - value

    def tolerance(self) -> float:
        """Return half of what counts as nothing."""
        return 0.5 * self.least


@dataclass(frozen=True)
class FilmSqueezedOut:
    """Ends a step when what bears on the film that stays has squeezed it to a rest.

    Where metal is used up in one place first, the load of the stack comes to rest on the film
    there. It flows out, ever faster as it is thinner, and below some atoms it is no metal.

    Attributes:
        interface: name of the interface, "minus|plus".
        metal: name of what the film is made of.

    Raises:
        ParameterError: a thickness is not above zero.
    """

    interface: str
    film: float = parameter("m", low=0.0, low_open=True, doc="thickness of the film that stays")
    metal: str = "lithium"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Least metal above the film, below zero where the film is thinner."""
        return f"reserve_min:{self.interface}"

    @property
    def reason(self) -> str:
        """What is squeezed out, and where."""
        return f"film of {self.metal} squeezed out at {self.interface}"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the film is thinner than in the row before, and nothing is plated on it.

        Plating lifts the stack off it, if not within the first moments of its step.
        """
        plated = now[f"i_normal_mean:{self.interface}"] < 0.0
        least = WAVERING * self.film
        return not plated and now[self.quantity] < before.get(self.quantity, math.inf) - least

    def excess(self, value: float) -> float:
        """Return the rest that is taken for squeezed out less the thickness that is left [m]."""
        return SQUEEZED * self.film - (self.film + value)

    def tolerance(self) -> float:
        """Return half of that rest."""
        return 0.5 * SQUEEZED * self.film
