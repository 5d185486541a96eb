# SPDX-License-Identifier: BSD-3-Clause
"""Solid laws: what a material answers to a strain, and linear isotropic elasticity.

A law returns the deviatoric stress, the bulk modulus and the volume strain that is not elastic; the
volumetric part of the stress is added by the mechanics terms, either from the strain or from an
independent pressure, so that a law never has to know about locking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import ufl

from ssbmech.frames import Expr
from ssbmech.memory import StateVariable
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LEAST_STRESS, MODULUS_HINT, MOST_MODULUS


@dataclass(frozen=True)
class Surroundings:
    """What a law needs to know beside strain and state.

    Attributes:
        dt: time step [s].
        temperature: absolute temperature [K].
        content: lithium content c / c_max of a host at the end of the step [1]; 1 elsewhere.
        content_n: that at the start of the step [1].
        dilation: volume strain since strains count, less that without stress [1]. Of a step of any
            size it is exact, which the trace of the strain is not.
        state: states of all laws of the region at the start of the step, by name.
    """

    dt: Expr
    temperature: Expr
    content: Expr = 1.0
    content_n: Expr = 1.0
    dilation: Expr = 0.0
    state: Mapping[str, Expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """Answer of a solid law to a strain, all as UFL expressions.

    Attributes:
        deviator: deviatoric stress, shape (3, 3) [Pa].
        bulk: bulk modulus [Pa].
        state: state variables at the end of the step, by name.
        creep_rate: equivalent creep strain rate [1/s].
        secant_shear: deviator over twice the deviatoric strain that it would be without flow within
            the step [Pa]; None for not known. It helps a linear solver and changes no result.
        inelastic_volume: volume strain that needs no pressure at the end of the step [1].
        bulk_n: bulk modulus at the start of the step [Pa]; None where it does not change.
        volume_n: elastic volume strain at the start of the step [1], of laws that remember it and
            are asked with the strain of a step; None where it follows from the pressure.
        unsolved: how far the law's own equations are from being solved, as a strain [1]. A step
            where they are not is taken again, shorter.
    """

    deviator: Expr
    bulk: Expr
    state: Mapping[str, Expr] = field(default_factory=dict)
    creep_rate: Expr = 0.0
    secant_shear: Expr = None
    inelastic_volume: Expr = 0.0
    unsolved: Expr = 0.0
    bulk_n: Expr = None
    volume_n: Expr = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


class Solid(Protocol):
    """Role of a solid law."""

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """Variables to be carried at the integration points."""

    @property
    def flows(self) -> bool:
        """Whether it flows at constant volume, so that plain displacement elements would lock."""

    @property
    def stiffness(self) -> float:
        """Typical stiffness, for scaling [Pa]."""

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return stress and new state for a total strain, shape (3, 3), and an old state."""


@runtime_checkable
class Compacting(Protocol):
    """Role of a solid law whose density is a state: plastic flow changes its volume."""

    def relative_density(self, state: Mapping[str, Expr]) -> Expr:
        """Return the volume of solid over that of solid and pores in a state [1]."""

    def loosened(self, state: Mapping[str, Expr]) -> Expr:
        """Return the plastic volume strain in a state, since the start of the run [1]."""


@dataclass(frozen=True)
class Elastic:
    r"""Linear isotropic elasticity.

    .. math:: s = 2 G \, dev(\varepsilon), \quad \sigma = s + K \, tr(\varepsilon) I, \quad
              G = E / (2 (1 + \nu)), \quad K = E / (3 (1 - 2 \nu))

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    young: float = parameter(
        "Pa", low=LEAST_STRESS, high=MOST_MODULUS, hint=MODULUS_HINT, doc="Young's modulus"
    )
    poisson: float = parameter(
        "1", low=-1.0, high=0.5, low_open=True, high_open=True, doc="Poisson's ratio"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def shear(self) -> float:
        """Shear modulus [Pa]."""
        return self.young / (2 * (1 + self.poisson))

    @property
    def bulk(self) -> float:
        """Bulk modulus [Pa]."""
        return self.young / (3 * (1 - 2 * self.poisson))

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """None: the stress depends on the strain alone."""
        return ()

    @property
    def flows(self) -> bool:
        """Elastic solids are compressible: displacement elements serve."""
        return False

    @property
    def stiffness(self) -> float:
        """Young's modulus [Pa]."""
        return self.young

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return the elastic stress."""
        return Response(deviator=2 * self.shear * ufl.dev(strain), bulk=self.bulk)
