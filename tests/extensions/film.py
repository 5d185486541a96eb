# SPDX-License-Identifier: BSD-3-Clause
r"""Charge transfer through a film that thickens with the charge passed: a surface law with memory.

.. math::
    i = \theta \frac{\phi_s - \phi_e + \mu / F}{Z + \rho \ell}, \quad
    \dot\ell = g |i|, \quad \ell(0) = \ell_0

At a constant current on full contact the film grows in proportion to the charge, and the voltage
drop of the interface is :math:`i (Z + \rho (\ell_0 + g |i| t))`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ssbmech as ssb
from ssbmech.frames import Expr
from ssbmech.interfaces.contact import Conduction
from ssbmech.parameter import NOT_DESCRIBED, Source, parameter, validate_parameters


@dataclass(frozen=True)
class ThickeningFilm:
    """Linear charge transfer behind a film that grows with the charge that passes it.

    Attributes:
        conduction: law that turns contact into the conducting fraction.
        sources: source of each number by its path; may be empty.
    """

    resistance: float = parameter("ohm m2", low=0.0, low_open=True, doc="area resistance Z")
    resistivity: float = parameter("ohm m", low=0.0, doc="resistivity of the film")
    growth: float = parameter("m3/C", low=0.0, doc="thickness per charge and area")
    thickness_0: float = parameter("m", low=0.0, default=0.0, doc="thickness at the start")
    conduction: Conduction = field(default_factory=ssb.GapConduction)
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )

    def __post_init__(self) -> None:
        validate_parameters(self)

    @property
    def needs_host(self) -> bool:
        return False

    @property
    def state_variables(self) -> tuple[ssb.StateVariable, ...]:
        """The thickness of the film."""
        return (
            ssb.StateVariable("film_thickness", "m", self.thickness_0, "film thickness", r"$\ell$"),
        )

    def end_of_step(self, point: ssb.InterfacePoint) -> Mapping[str, Expr]:
        """Return the thickness at the end of the step [m]."""
        grown = self.growth * abs(point.i_normal) * point.dt
        return {"film_thickness": point.state["film_thickness"] + grown}

    def residual(self, point: ssb.InterfacePoint) -> Expr:
        """Return i minus the current of the law [A/m2]."""
        film = self.resistivity * self.end_of_step(point)["film_thickness"]
        driven = point.conducting(self.conduction) * point.driving
        return point.i_normal - driven / (self.resistance + film)


@dataclass(frozen=True)
class Deposit:
    """A residue that every passage of charge leaves between the bodies: it takes up space."""

    per_charge: float = parameter("m3/C", low=0.0, doc="thickness per charge and area")

    def __post_init__(self) -> None:
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[ssb.StateVariable, ...]:
        """The thickness of the deposit."""
        return (ssb.StateVariable("deposit", "m", 0.0, "thickness of the deposit"),)

    def end_of_step(self, point: ssb.InterfacePoint) -> Mapping[str, Expr]:
        """Return the thickness at the end of the step [m]."""
        return {"deposit": self.thickness(point)}

    def thickness(self, point: ssb.InterfacePoint) -> Expr:
        """Return what lies between the bodies at the end of the step [m]."""
        return point.state["deposit"] + self.per_charge * abs(point.i_normal) * point.dt
