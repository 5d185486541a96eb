# SPDX-License-Identifier: BSD-3-Clause
"""Solids whose elastic strain is remembered from step to step, where strains count from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ssbmech.frames import Expr
from ssbmech.materials.elastic import Response, Solid, Surroundings
from ssbmech.memory import StateVariable
from ssbmech.parameter import validate_parameters

CREEP: Final = "strain_creep"
"""State of a solid that flows: the creep strain."""


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


def stepwise(law: Solid) -> Solid:
    """Return a law that remembers its elastic strain: itself if it has a creep strain."""
    known = {variable.name for variable in law.state_variables}
    return law if CREEP in known else Stepwise(law)
