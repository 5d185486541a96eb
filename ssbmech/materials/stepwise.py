# SPDX-License-Identifier: BSD-3-Clause
"""Solids whose elastic strain is remembered from step to step, where strains count from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol, runtime_checkable

import ufl

from ssbmech.frames import Expr
from ssbmech.materials.elastic import Compacting, Response, Solid, Surroundings
from ssbmech.memory import StateVariable
from ssbmech.parameter import validate_parameters

CREEP: Final = "strain_creep"
"""State of a solid that flows: the creep strain."""

PLASTIC: Final = "strain_plastic"
"""State of a solid that densifies: its deviatoric plastic strain."""

VOLUME: Final = "strain_volume"
"""State of a solid that densifies and is asked step by step: its elastic volume strain."""


@dataclass(frozen=True)
class Stepwise:
    r"""A solid without memory that is asked with the strain of a step.

    .. math:: s = s(dev\,\varepsilon + e_n)

    with the elastic deviatoric strain :math:`e_n` at the start, kept as a creep strain of
    :math:`-e_n` as solids that flow do; nothing flows in the step. For laws that are isotropic and
    linear in the deviatoric strain.

    Attributes:
        law: the solid.
    """

    law: Solid

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """Minus the elastic deviatoric strain at the start of a step."""
        return (StateVariable(CREEP, "1", in_files=False),)

    @property
    def flows(self) -> bool:
        """As the law does."""
        return self.law.flows

    @property
    def stiffness(self) -> float:
        """Stiffness of the law [Pa]."""
        return self.law.stiffness

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return what the law answers to the elastic strain."""
        found = self.law.response(strain - state_n[CREEP], {}, around)
        return replace(found, state={CREEP: state_n[CREEP]})


@runtime_checkable
class Porous(Compacting, Solid, Protocol):
    """Role of a solid that densifies, with its deviatoric plastic strain as a state."""


@dataclass(frozen=True)
class StepwisePorous:
    r"""A solid that densifies and is asked with the strain of a step.

    Its elastic strain is a state, deviator and volume apart,

    .. math:: e^{tr} = dev\,\varepsilon + e_n, \quad
              e_v^{tr} = \ln J - \Delta\ln J_c + e_{v,n}, \quad
              e_v = e_v^{tr} + \ln(\rho / \rho_n)

    and the law, which knows total strains, is asked with one that leaves just these after what is
    plastic in its memory. The deviator is kept as a creep strain of :math:`-e_n`. The density needs
    no strain: it is a state already.

    Attributes:
        law: the solid.
    """

    law: Porous

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """Those of the law, with elastic strains in the place of the plastic one."""
        own = [variable for variable in self.law.state_variables if variable.name != PLASTIC]
        volume = StateVariable(VOLUME, "1", 0.0, in_files=False)
        return (*own, StateVariable(CREEP, "1", in_files=False), volume)

    @property
    def flows(self) -> bool:
        """As the law does."""
        return self.law.flows

    @property
    def stiffness(self) -> float:
        """Stiffness of the law [Pa]."""
        return self.law.stiffness

    def relative_density(self, state: Mapping[str, Expr]) -> Expr:
        """Return the relative density in a state [1]."""
        return self.law.relative_density(state)

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return what the law answers to the elastic strain of the trial."""
        loosened_n, volume_n = self.law.loosened(state_n), state_n[VOLUME]
        trial = (volume_n + around.dilation + loosened_n) / 3 * ufl.Identity(3)
        found = self.law.response(
            ufl.dev(strain) + trial, {**state_n, PLASTIC: state_n[CREEP]}, around
        )
        flown = found.inelastic_volume - loosened_n
        state = {name: value for name, value in found.state.items() if name != PLASTIC}
        state[CREEP] = found.state[PLASTIC]
        state[VOLUME] = volume_n + around.dilation - flown
        return replace(found, state=state, inelastic_volume=flown, volume_n=volume_n)


def stepwise(law: Solid) -> Solid:
    """Return a law that remembers its elastic strain: itself if it has a creep strain."""
    known = {variable.name for variable in law.state_variables}
    if CREEP in known:
        return law
    return StepwisePorous(law) if isinstance(law, Porous) else Stepwise(law)
