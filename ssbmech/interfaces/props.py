# SPDX-License-Identifier: BSD-3-Clause
r"""Voids below the size of a facet that open where load rests on parts which are not stripped.

Residues, particles and slow grains at a metal's surface are *props*: they carry load and give no
metal. While the metal around them recedes at the speed v of stripping, the block of metal comes
down only as fast as the props sink into it, so a void opens between:

.. math:: \dot h = \chi v - k(p_c, T), \quad h \ge 0

The height h by which the props stand out of the receded metal is the volume of voids per area. The
gap of a facet is the distance of the metal above its props, g = g_0 + [u] . n + s - h, and contact
stays exact on it. Both the current and the pressure are those at the end of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import ufl

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.interfaces.constriction import Constriction, NoConstriction, resistance_at
from ssbmech.interfaces.point import Hidden, InterfacePoint, StepErrors, SurfaceLaw
from ssbmech.interfaces.sinking import Sinking, require_linear, total_speed
from ssbmech.memory import StateVariable
from ssbmech.parameter import NOT_DESCRIBED, Source, parameter, validate_parameters

OPEN_GAP = 1e-9
"""Gap of a facet from which its metal no longer adheres to the props [m]."""

SLOWEST = 1e-30
"""Keeps quotients of lengths [m] and of speeds [m/s] finite where they are not used."""

SMALLEST_FRACTION = 1e-9
"""Fraction that still touches when contact is lost, so that potentials stay defined [1]."""


class VoidShape(Protocol):
    """Role of a law of how voids of a height take away contact."""

    def contact_left(self, filled: Expr) -> Expr:
        """Return the fraction that touches [1] from h / h_c, between 0 and 1."""


@dataclass(frozen=True)
class SpreadingVoids:
    """Voids of one height that spread: contact falls with their volume, 1 - h / h_c."""

    def contact_left(self, filled: Expr) -> Expr:
        """Return the fraction that touches [1]."""
        return 1 - filled


@dataclass(frozen=True)
class LensVoids:
    r"""Lenses that keep their shape as they grow: :math:`1 - (h / h_c)^{2/3}`."""

    smallest: float = parameter(
        "1", low=1e-9, high=1e-2, default=1e-4, doc="h / h_c below which growth is linear"
    )

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def contact_left(self, filled: Expr) -> Expr:
        """Return the fraction that touches [1]."""
        # the power has an infinite slope at zero
        start = self.smallest ** (2 / 3)
        lost = (filled + self.smallest) ** (2 / 3) - start
        whole = (1 + self.smallest) ** (2 / 3) - start
        return 1 - lost / whole


VoidGrowth = Callable[[Expr, Expr], Expr]
"""Height of voids [m] after a time [s] from a height of zero or more; below zero once closed."""


class Excess(Protocol):
    """Role of a law of metal that stands above the props, once plating has lifted it."""

    def height(self, voids: VoidGrowth, point: InterfacePoint) -> Expr:
        """Return h at the end of the step, below zero minus the excess [m].

        Args:
            voids: height that voids would reach.
            point: what is known of the place.
        """


@dataclass(frozen=True)
class NoExcess:
    """Metal that meets its props at once when stripping begins."""

    def height(self, voids: VoidGrowth, point: InterfacePoint) -> Expr:
        """Return the height of the voids, zero where they have closed [m]."""
        reached = voids(point.state["void_height"], point.dt)
        return ufl.conditional(ufl.gt(reached, 0.0), reached, 0.0)


@dataclass(frozen=True)
class PlatedExcess:
    r"""Plated metal stands above the props and must be stripped before voids open.

    .. math:: \dot h = v + k_f(p_c, T), \quad h \le 0

    The load presses the excess flat at the speed k_f.

    Attributes:
        sinking: k_f, at which the metal around the props comes down onto them.
    """

    sinking: tuple[Sinking, ...]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def height(self, voids: VoidGrowth, point: InterfacePoint) -> Expr:
        """Return h; a step in which it passes zero goes on with what is left of the step [m]."""
        h_n, dt = point.state["void_height"], point.dt
        plated = ufl.lt(h_n, 0.0)
        above = ufl.conditional(plated, 0.0, h_n)
        rate = point.strip_speed + self._fallen(point)
        excess = h_n + dt * rate
        left = ufl.conditional(plated, excess / ufl.max_value(rate, SLOWEST), dt)
        reached = voids(above, left)
        closed = -reached / ufl.max_value(above - reached, SLOWEST)
        born = ufl.min_value(closed * left * rate, 0.0)
        opened = ufl.conditional(ufl.gt(reached, 0.0), reached, born)
        still = ufl.And(plated, ufl.le(excess, 0.0))
        return ufl.conditional(still, excess, opened)

    def _fallen(self, point: InterfacePoint) -> Expr:
        """Return the speed at which the load presses the excess flat [m/s]."""
        # iterates have pressures below zero, of which a power law has no value
        pressure = ufl.max_value(point.p_contact, 0.0)
        return total_speed(self.sinking, pressure, point.temperature)


class Bearing(Protocol):
    """Role of what presses props into metal beside the load."""

    def pressure(self, point: InterfacePoint) -> Expr:
        """Return the pressure [Pa]."""


@dataclass(frozen=True)
class NoBearing:
    """Nothing but the load."""

    def pressure(self, point: InterfacePoint) -> Expr:
        """Return zero [Pa]."""
        return 0.0


@dataclass(frozen=True)
class ConstantBearing:
    """A constant pressure, such as that of capillarity.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    stress: float = parameter("Pa", low=0.0, doc="pressure by adhesion and capillarity")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def pressure(self, point: InterfacePoint) -> Expr:
        """Return the pressure [Pa]."""
        return self.stress


_HEIGHT = StateVariable("void_height", "m", 0.0, "height of hidden voids", r"$h$")
_GROWTH = StateVariable("void_growth", "m/s", 0.0, "growth of hidden voids", r"$\dot h$")


@dataclass(frozen=True)
class ProppedInterface:
    r"""Metal on props that do not strip: contact is lost on stripping above a critical current.

    .. math::
        h = \max(0, h_n + \Delta t [\chi v - f k(p_b, T)]), \quad
        \chi = \chi_s \; (v > 0), \; \chi_p \; (v < 0), \quad
        p_b = \max(p_c, 0) + \sigma_b \; (g = 0), \quad
        f = \beta + (1 - \beta) \min(h / h_c, 1)

    Contact that is left: :math:`\theta_h = 1 - h / h_c` for voids that spread.
    At a constant pressure contact is kept if :math:`\chi_s v \le k(p_b)`, else it is lost after the
    charge :math:`(F / \Omega)(h_c / \chi_s) / (1 - k / (\chi_s v))`.

    Attributes:
        sinking: speeds that add to k, from the mean pressure over the interface.
        bearing: pressure sigma_b on the props beside the load, by adhesion or capillarity.
        shape: how voids of a height take away contact.
        excess: metal that plating puts above the props.
        constriction: resistance of the current lines that crowd into what touches.
        needs_metal: True: it serves metals alone.
        sources: source of each number by its path; may be empty.

    Raises:
        ParameterError: a constant is out of its bounds, load is shared between props whose speed
            does not go with it, or props sink although no voids open over them.
    """

    sinking: tuple[Sinking, ...]
    height_lost: float = parameter(
        "m", low=0.0, low_open=True, doc="height h_c of voids at which contact is lost"
    )
    supply_strip: float = parameter(
        "1", low=0.0, high=1.0, default=1.0, doc="share chi_s of stripped metal that leaves voids"
    )
    supply_plate: float = parameter(
        "1", low=0.0, high=1.0, default=0.0, doc="share chi_p of plated metal that fills voids"
    )
    props: float = parameter(
        "1", low=0.0, high=1.0, low_open=True, default=1.0, doc="share beta of load on the props"
    )
    bearing: Bearing = field(default_factory=NoBearing)
    shape: VoidShape = field(default_factory=SpreadingVoids)
    excess: Excess = field(default_factory=NoExcess)
    constriction: Constriction = field(default_factory=NoConstriction)
    needs_metal: ClassVar[bool] = True
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if not isinstance(self.sinking, tuple):
            raise ParameterError(
                "ProppedInterface.sinking must be a tuple of speeds: write (LinearSinking(...),)"
            )
        if self.props < 1.0:
            require_linear(self.sinking, "ProppedInterface with props < 1")
        supplied = self.supply_strip > 0.0 or self.supply_plate > 0.0
        if not supplied and float(total_speed(self.sinking, 1e6, ROOM_TEMPERATURE)) > 0.0:
            raise ParameterError(
                "ProppedInterface: both supply_strip and supply_plate are zero, so no void ever "
                "opens that the sinking could close: give a supply_strip up to 1"
            )

    @property
    def companions(self) -> tuple[SurfaceLaw, ...]:
        """Laws of the interface at whose memory it looks."""
        found: tuple[SurfaceLaw, ...] = getattr(self.bearing, "companions", ())
        return found

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """The height of hidden voids, and how fast it changed in the last step."""
        return (_HEIGHT, _GROWTH)

    def height(self, point: InterfacePoint, ease: Expr = 1) -> Expr:
        """Return h at the end of the step, below zero where metal stands above the props [m].

        Args:
            point: what is known of the place.
            ease: factor on the speeds of sinking [1].
        """
        speed = ufl.as_ufl(point.strip_speed)
        supply = ufl.conditional(ufl.ge(speed, 0.0), self.supply_strip, self.supply_plate)
        # nothing adheres across an open gap
        closed = ufl.conditional(ufl.lt(point.gap, OPEN_GAP), 1.0, 0.0)
        pressure = ufl.max_value(point.p_contact, 0.0) + closed * self.bearing.pressure(point)
        sunk = ease * total_speed(self.sinking, pressure, point.temperature)

        def voids(start: Expr, time: Expr) -> Expr:
            opened, free = start + time * supply * speed, 1 - self.props
            # the load that is shared out falls on the props as voids take the contact away
            shared = 1 + time * free * sunk / self.height_lost
            sharing = (opened - time * self.props * sunk) / shared
            alone = opened - time * sunk
            return ufl.conditional(ufl.gt(sharing, self.height_lost), alone, sharing)

        return self.excess.height(voids, point)

    def end_of_step(self, point: InterfacePoint) -> Mapping[str, Expr]:
        """Return height [m] and growth [m/s] at the end of the step."""
        return new_height(point, self.height(point))

    def thickness(self, point: InterfacePoint) -> Expr:
        """Return by how much the props keep the block of metal up, h above zero [m]."""
        return ufl.max_value(self.height(point), 0.0)

    def hidden(self, point: InterfacePoint) -> Hidden:
        """Return what the voids leave in contact, and their volume."""
        return self.hidden_at(self.height(point), point.temperature)

    def hidden_at(self, height: Expr, temperature: Expr) -> Hidden:
        """Return what is in contact beside voids of a height [m], and their volume, at some K."""
        touching = self.touching(height)
        hollow = ufl.max_value(height, 0.0)
        return Hidden(touching, resistance_at(self.constriction, touching, temperature), hollow)

    def step_errors(self, point: InterfacePoint) -> StepErrors:
        """Return how far h is from going on at its last speed, and how contact has changed."""
        return self.errors_at(point, self.height(point))

    def errors_at(self, point: InterfacePoint, height: Expr) -> StepErrors:
        """Return the errors of a step that ends at a height [m]."""
        before = point.state["void_height"]
        expected = before + point.dt * point.state["void_growth"]
        changed = self.touching(height) - self.touching(before)
        return StepErrors(gap=abs(height - expected), touching=abs(changed))

    def _filled(self, height: Expr) -> Expr:
        """Return h / h_c between 0 and 1."""
        return ufl.min_value(ufl.max_value(height, 0.0) / self.height_lost, 1.0)

    def touching(self, height: Expr) -> Expr:
        """Return the fraction that touches at a height of voids [m], never quite zero [1]."""
        left = self.shape.contact_left(self._filled(height))
        return left + SMALLEST_FRACTION * (1 - left)


def new_height(point: InterfacePoint, height: Expr) -> dict[str, Expr]:
    """Return height [m] and growth [m/s] at the end of a step that ends at a height [m]."""
    growth = (height - point.state["void_height"]) / point.dt
    return {"void_height": height, "void_growth": growth}
