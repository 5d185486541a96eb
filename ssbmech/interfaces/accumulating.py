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

_SWEPT = StateVariable("swept", "m", 0.0, "metal stripped in all", r"$s_\mathrm{all}$")
MOST = 0.9
"""Share of the interface that particles may cover: they then lie on each other [1]."""


@dataclass(frozen=True)
class AccumulatingProps:
    r"""Inert particles of the metal collect at the interface as the metal is stripped.

    .. math::
        \beta = \beta_0 + \frac{3 f}{4 a} \int \langle v \rangle dt, \quad
        k = \frac{\beta_0}{\beta} k_0(p_c, T)

    A volume fraction f of particles of radius a leaves :math:`3 f / (4 \pi a^3)` particles per area
    and stripped thickness, each of which covers :math:`\pi a^2`. The load is shared by more and
    more of them, so they sink more and more slowly: the critical pressure goes with current times
    charge. Plated metal is free of particles, and those at the interface stay there.

    Attributes:
        propped: the law at the start, with the sinking speeds k_0 of the share beta_0.
        needs_metal: True: it serves metals alone.
        sources: source of each number by its path; may be empty.

    Raises:
        ParameterError: a constant is out of its bounds.
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
        """Those of the props, and the metal stripped in all."""
        return (*self.propped.state_variables, _SWEPT)

    def swept(self, point: InterfacePoint) -> Expr:
        """Return the thickness of metal stripped in all, at the end of the step [m]."""
        return point.state["swept"] + point.dt * ufl.max_value(point.strip_speed, 0.0)

    def share(self, swept: Expr) -> Expr:
        """Return the share beta that particles cover [1], from the metal stripped in all [m]."""
        collected = 0.75 * self.volume_fraction / self.radius * swept
        return ufl.min_value(self.covered + collected, MOST)

    def height(self, point: InterfacePoint) -> Expr:
        """Return the height of hidden voids at the end of the step [m]."""
        return self.propped.height(point, self.covered / self.share(self.swept(point)))

    def end_of_step(self, point: InterfacePoint) -> Mapping[str, Expr]:
        """Return height [m], growth [m/s] and metal stripped [m] at the end of the step."""
        return {**new_height(point, self.height(point)), "swept": self.swept(point)}

    def thickness(self, point: InterfacePoint) -> Expr:
        """Return by how much the props keep the block of metal up [m]."""
        return ufl.max_value(self.height(point), 0.0)

    def hidden(self, point: InterfacePoint) -> Hidden:
        """Return what voids and particles leave in contact, and the volume of the voids."""
        free = (1 - self.share(self.swept(point))) / (1 - self.covered)
        left = self.propped.hidden_at(self.height(point))
        return Hidden(free * left.touching, left.constriction, left.hollow)

    def step_errors(self, point: InterfacePoint) -> StepErrors:
        """Return how far h is from going on at its last speed, and how contact has changed."""
        return self.propped.errors_at(point, self.height(point))
