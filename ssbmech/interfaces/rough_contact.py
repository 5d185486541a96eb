# SPDX-License-Identifier: BSD-3-Clause
r"""Real contact of rough surfaces that keeps part of what pressing gave it.

Asperities yield when they are pressed for the first time, so the real area of contact follows the
plastic law. When the load falls they spring back elastically only, and the area shrinks less than
it grew: on unloading the resistance lies below that on loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import ufl

from ssbmech.errors import CaseError
from ssbmech.frames import Expr
from ssbmech.interfaces.constriction import Constriction, NoConstriction, resistance_at
from ssbmech.interfaces.point import Hidden, InterfacePoint, StepErrors
from ssbmech.memory import StateVariable
from ssbmech.parameter import NOT_DESCRIBED, Source, parameter, validate_parameters

_PRESSED = StateVariable("p_pressed", "Pa", 0.0, "highest pressure so far", r"$p_\mathrm{max}$")


@dataclass(frozen=True)
class RememberedContact:
    r"""Real contact area that remembers the highest pressure.

    .. math::
        \theta = 1 - \exp(-p_e / H), \quad
        p_e = (p_m + \delta) \left(\frac{p + \delta}{p_m + \delta}\right)^m - \delta, \quad
        p_m = \max_t p

    On first loading :math:`p_e = p`, and for small pressures :math:`\theta = p / H`, the plastic
    law with :math:`H \approx 3 \sigma_y`. On unloading the area falls with the power m of the
    pressure: 2/3 for a spherical dent that springs back (Johnson 1985), 0 if nothing springs back,
    and 1 for contact without memory, which is `RoughConduction`. Adhesion, the pressure
    :math:`\delta`, keeps some contact without load.

    Attributes:
        constriction: resistance of the current lines that crowd into the spots.
        needs_metal: False: it serves hosts too.
        sources: source of each number by its path; may be empty.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    hardness: float = parameter("Pa", low=1e3, doc="contact hardness H")
    recovery: float = parameter(
        "1", low=0.0, high=1.0, default=2 / 3, doc="exponent m of the area on unloading"
    )
    adhesion: float = parameter(
        "Pa", low=1.0, default=1e3, doc="pressure delta that adhesion stands for"
    )
    rest: float = parameter(
        "1", low=1e-12, high=1e-3, default=1e-9, doc="fraction that touches without load"
    )
    constriction: Constriction = field(default_factory=NoConstriction)
    needs_metal: ClassVar[bool] = False
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def counts_pressure(self) -> bool:
        """True: it turns the contact pressure into a fraction of real contact."""
        return True

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """The highest pressure so far."""
        return (_PRESSED,)

    def pressed(self, point: InterfacePoint) -> Expr:
        """Return the highest pressure up to the end of the step [Pa]."""
        return ufl.max_value(point.state["p_pressed"], ufl.max_value(point.p_contact, 0.0))

    def end_of_step(self, point: InterfacePoint) -> Mapping[str, Expr]:
        """Return the highest pressure up to the end of the step [Pa]."""
        return {"p_pressed": self.pressed(point)}

    def touching(self, point: InterfacePoint) -> Expr:
        """Return the fraction that touches [1]."""
        highest = self.pressed(point) + self.adhesion
        now = ufl.max_value(point.p_contact, 0.0) + self.adhesion
        effective = highest * (now / highest) ** self.recovery - self.adhesion
        return self.rest + (1 - self.rest) * (1 - ufl.exp(-effective / self.hardness))

    def thickness(self, point: InterfacePoint) -> Expr:
        """Return zero: asperities are part of the bodies [m]."""
        return 0.0

    def hidden(self, point: InterfacePoint) -> Hidden:
        """Return the fraction that touches, and the constriction into its spots."""
        touching = self.touching(point)
        return Hidden(
            constriction=resistance_at(self.constriction, touching, point.temperature),
            rough=touching,
        )

    def step_errors(self, point: InterfacePoint) -> StepErrors:
        """Return nothing: the state follows the pressure without delay."""
        return StepErrors()


@dataclass(frozen=True)
class AdheringContact:
    r"""Tension that metal bears where it touches, and which presses on the props beside it.

    .. math:: \sigma_b = \sigma_a \theta

    Attributes:
        contact: the law of the real contact, which the interface must have too.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    contact: RememberedContact
    strength: float = parameter("Pa", low=0.0, doc="tension sigma_a that real contact bears")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def companions(self) -> tuple[RememberedContact, ...]:
        """The law of the contact, whose memory it looks at."""
        return (self.contact,)

    def pressure(self, point: InterfacePoint) -> Expr:
        """Return the pressure on the props beside the load [Pa].

        Raises:
            CaseError: the interface does not have the law of the contact.
        """
        if "p_pressed" not in point.state:
            raise CaseError(
                "AdheringContact needs the memory of the real contact: give the interface its "
                "RememberedContact too, laws=(contact, ProppedInterface(...))"
            )
        return self.strength * self.contact.touching(point)
