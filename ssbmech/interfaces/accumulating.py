# SPDX-License-Identifier: BSD-3-Clause
r"""Props that accumulate: inert particles in the metal that stripping brings to the interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import ufl

from ssbmech.frames import Expr
from ssbmech.interfaces.point import Hidden, InterfacePoint, StepErrors, SurfaceLaw
from ssbmech.interfaces.props import ProppedInterface, new_height
from ssbmech.memory import StateVariable
from ssbmech.parameter import NOT_DESCRIBED, Source, parameter, validate_parameters

_NET = StateVariable("net_stripped", "m", 0.0, "metal stripped less plated", "$s$", in_files=False)
_SWEPT = StateVariable("swept", "m", 0.0, "metal searched for particles", r"$s_\mathrm{max}$")
MOST = 0.9
"""Share of the interface that particles may cover: they then lie on each other [1]."""


@dataclass(frozen=True)
class AccumulatingProps:
    r"""Inert particles of the metal collect at the interface as the metal is stripped.

    .. math::
        \beta = \beta_0 + \frac{3 f}{4 a} \max_t \int_0^t v \, dt', \quad
        k = \frac{\beta_0}{\beta} k_0(p_c, T)

    A volume fraction f of particles of radius a leaves :math:`3 f / (4 \pi a^3)` particles per area
    and stripped thickness, each of which covers :math:`\pi a^2`. The load is shared by more and
    more of them, so they sink more and more slowly: the critical pressure goes with current times
    charge. Plated metal is free of particles, and is the first to be stripped again; particles at
    the interface stay there. A share of the area is one of the speed for linear sinking alone.

    Attributes:
        propped: the law at the start, with the sinking speeds k_0 of the share beta_0.
        needs_metal: True: it serves metals alone.
        sources: source of each number by its path; may be empty.

    Raises:
        ParameterError: a constant is out of its bounds, or a speed does not go with the load.
    """

    propped: ProppedInterface
    radius: float = parameter("m", low=0.0, low_open=True, doc="radius a of the particles")
    volume_fraction: float = parameter(
        "1", low=0.0, high=0.5, doc="volume fraction f of particles in the metal"
    )
    covered: float = parameter(
        "1", low=0.0, low_open=True, high=MOST, doc="share beta_0 covered at the start"
    )
    needs_metal: ClassVar[bool] = True
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def companions(self) -> tuple[SurfaceLaw, ...]:
        """Laws of the interface at whose memory the props look."""
        return self.propped.companions

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """Those of the props, the metal stripped less plated, and the most of that so far."""
        return (*self.propped.state_variables, _NET, _SWEPT)

    def net_stripped(self, point: InterfacePoint) -> Expr:
        """Return the thickness of metal stripped less plated, at the end of the step [m]."""
        return point.state["net_stripped"] + point.dt * point.strip_speed

    def swept(self, point: InterfacePoint) -> Expr:
        """Return the most that was stripped less plated so far, at the end of the step [m]."""
        return ufl.max_value(point.state["swept"], self.net_stripped(point))

    def share(self, swept: Expr) -> Expr:
        """Return the share beta that particles cover [1], from the metal searched [m]."""
        collected = 0.75 * self.volume_fraction / self.radius * swept
        return ufl.min_value(self.covered + collected, MOST)

    def height(self, point: InterfacePoint) -> Expr:
        """Return the height of hidden voids at the end of the step [m]."""
        return self.propped.height(point, self.covered / self.share(self.swept(point)))

    def end_of_step(self, point: InterfacePoint) -> Mapping[str, Expr]:
        """Return height [m], growth [m/s] and metal stripped [m] at the end of the step."""
        return {
            **new_height(point, self.height(point)),
            "net_stripped": self.net_stripped(point),
            "swept": self.swept(point),
        }

    def thickness(self, point: InterfacePoint) -> Expr:
        """Return by how much the props keep the block of metal up [m]."""
        return ufl.max_value(self.height(point), 0.0)

    def hidden(self, point: InterfacePoint) -> Hidden:
        """Return what voids and particles leave in contact, and the volume of the voids."""
        left = self.propped.hidden_at(self.height(point), point.temperature)
        return Hidden(self._free(self.swept(point)) * left.touching, left.constriction, left.hollow)

    def _free(self, swept: Expr) -> Expr:
        """Return the area that particles leave over that at the start [1]."""
        return (1 - self.share(swept)) / (1 - self.covered)

    def step_errors(self, point: InterfacePoint) -> StepErrors:
        """Return how far h is from going on at its last speed, and how contact has changed."""
        errors = self.propped.errors_at(point, self.height(point))
        before, now = self._free(point.state["swept"]), self._free(self.swept(point))
        return StepErrors(errors.gap, errors.touching + abs(before - now))
