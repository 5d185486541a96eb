# SPDX-License-Identifier: BSD-3-Clause
r"""Metal that is plated into a crack of the electrolyte.

The crack is a bonded interface of two bodies of electrolyte. Metal of thickness h between its walls
leaves the gap :math:`g = w - h` of their opening w, so that contact says where it fills the crack
and presses, and where the crack is dry,

.. math:: g \ge 0, \quad p \ge 0, \quad g \, p = 0

and the bond is opened by w. The thickness grows by the currents of both walls and by what flows,

.. math:: \dot h = -\frac{\Omega}{F} (i_- + i_+) - \nabla_\Gamma \cdot q
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.frames import Expr
from ssbmech.interfaces.contact import Conduction, GapConduction
from ssbmech.interfaces.crack_flow import CrackFlow
from ssbmech.interfaces.kinetics import ChargeTransfer
from ssbmech.interfaces.point import InterfacePoint
from ssbmech.parameter import STATED_IF_GIVEN, Source, parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT

Floats = npt.NDArray[np.float64]

Profile = Callable[[Floats], Floats]
"""Values of positions with shape (3, n) [m]."""


@dataclass(frozen=True)
class Ball:
    """All that lies within a distance from a point: 1 there, 0 outside.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    radius: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="distance")
    x: float = parameter("m", default=0.0, hint=LENGTH_HINT, doc="place of the point")
    y: float = parameter("m", default=0.0, hint=LENGTH_HINT, doc="place of the point")
    z: float = parameter("m", default=0.0, hint=LENGTH_HINT, doc="place of the point")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def __call__(self, x: Floats) -> Floats:
        """Return 1 at the positions (3, n) [m] that lie within, 0 at others."""
        away = np.hypot(np.hypot(x[0] - self.x, x[1] - self.y), x[2] - self.z)
        return np.where(away <= self.radius, 1.0, 0.0)


def unbroken(x: Floats) -> Floats:
    """Return 0 at the positions (3, n) [m]: no bond is broken from the start."""
    return np.zeros(x.shape[1])


def free(time: float) -> float:
    """Return no pressure at a time [s] [Pa]."""
    return 0.0


@dataclass(frozen=True)
class Mouth:
    """Where a crack is open: its metal flows out there, or in, at a pressure.

    Attributes:
        within: 1 where the ends of the interface are open, 0 elsewhere, by position; such as a
            `Ball`. In space ends are edges, and asked for in their middles; those on planes of
            symmetry are ends too, and are to be left out.
        pressure: pressure there [Pa], against time [s]; `Case` asks for that at the start.
    """

    within: Profile
    pressure: Callable[[float], float] = free

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


@dataclass(frozen=True)
class GivenPlating:
    """A wall on which a current density is plated, whatever the potentials.

    It knows no pressure that would end it; in a sealed crack only what breaks does.

    Attributes:
        conduction: law of contact, which is not asked.
        sources: none.
        needs_host: False.
    """

    current_density: float = parameter(
        "A/m2", low=0.0, doc="current density plated on each wall, positive"
    )
    conduction: Conduction = field(default_factory=GapConduction, metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def sources(self) -> Mapping[str, Source]:
        """Nothing."""
        return {}

    @property
    def needs_host(self) -> bool:
        """False."""
        return False

    def residual(self, point: InterfacePoint) -> Expr:
        """Return i plus the current density that is plated [A/m2]."""
        return point.i_normal + self.current_density


@dataclass(frozen=True)
class CrackFilling:
    """Metal in a crack.

    Attributes:
        flow: how it flows along the crack.
        kinetics: charge transfer between it and each wall; positive currents strip it.
        flaw: 1 where the bond is broken from the start and metal is within reach, 0 elsewhere. A
            crack without one is filled from others that it meets, when its bond breaks.
        mouth: where the crack is open; None for a sealed one.
        potential: ionic potential of the electrolyte along the crack by position, of a field that
            the crack does not disturb [V]; None where it is solved for in both bodies. The metal is
            at zero, so that it plates where this is above it, and is stripped where it is below.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: the charge transfer needs a host.
    """

    flow: CrackFlow
    kinetics: ChargeTransfer
    molar_volume: float = parameter(
        "m3/mol", low=1e-7, high=1e-4, doc="volume of metal per mole of charge carrier"
    )
    flaw: Profile = unbroken
    mouth: Mouth | None = None
    potential: Profile | None = None
    nucleus: float = parameter(
        "m",
        low=1e-12,
        high=1e-7,
        default=1e-10,
        hint=LENGTH_HINT,
        doc="thickness of metal that has flowed to a wall from which it plates there",
    )
    bonded_resistance: float = parameter(
        "ohm m2", low=1e-12, default=1e-6, doc="area resistance of what is bonded to ions"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        validate_parameters(self)
        if self.kinetics.needs_host:
            raise CaseError(
                "CrackFilling.kinetics has the sites of a host, but a crack holds metal: give a "
                "law with MetalSurface"
            )

    @property
    def thickness_per_charge(self) -> float:
        """Thickness plated per charge and area of a wall, Omega / F [m3/C]."""
        return self.molar_volume / FARADAY
