# SPDX-License-Identifier: BSD-3-Clause
"""Porous hosts of lithium that densify, whose stiffness and strength change with their content."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.compaction import CapLaw
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Response, Surroundings
from ssbmech.memory import StateVariable
from ssbmech.parameter import table, validate_parameters

Law = TypeVar("Law")


@dataclass(frozen=True)
class PorousHost:
    r"""A solid that densifies, with modulus and strength by the content x of lithium.

    .. math:: E_s(x) = f_E(x) E_s, \quad p_h(x) = f_\sigma(x) p_h, \quad
              \sigma_s(x) = f_\sigma(x) \sigma_s

    at the content of the end of the step; as they change, elastic strains and the density stay.

    Attributes:
        law: the law whose numbers are multiplied.

    Raises:
        ParameterError: a factor is not positive.
    """

    law: CapLaw
    modulus: Curve = table("1", low=0.0, high=100.0, doc="factor of the modulus against content")
    strength: Curve = table("1", low=0.0, high=100.0, doc="factor of the strength against content")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        check_factors("PorousHost", modulus=self.modulus, strength=self.strength)

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """Those of the law."""
        return self.law.state_variables

    @property
    def flows(self) -> bool:
        """As the law does."""
        return self.law.flows

    @property
    def stiffness(self) -> float:
        """Young's modulus of the law at the start, without the factor [Pa]."""
        return self.law.stiffness

    def relative_density(self, state: Mapping[str, Expr]) -> Expr:
        """Return the relative density in a state [1]."""
        return self.law.relative_density(state)

    def loosened(self, state: Mapping[str, Expr]) -> Expr:
        """Return the plastic volume strain in a state [1]."""
        return self.law.loosened(state)

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return what the law answers with its numbers at the content."""
        return self.at(around.content).response(strain, state_n, around)

    def at(self, content: Expr) -> CapLaw:
        """Return the law at a content, which may be an expression."""
        law, firmer, stronger = self.law, self.modulus.value(content), self.strength.value(content)
        dense = with_numbers(law.dense, young=firmer * law.dense.young)
        line = with_numbers(law.line, hardening=stronger * law.line.hardening)
        return with_numbers(law, dense=dense, line=line, strength=stronger * law.strength)


def check_factors(owner: str, **curves: Curve) -> None:
    """Check that no factor of a solid's numbers is zero.

    Raises:
        ParameterError: one is.
    """
    for name, curve in curves.items():
        if not min(curve.y) > 0.0:
            raise ParameterError(
                f"{owner}.{name}: a factor is zero: expected more, for a solid without "
                f"{name} is none"
            )


def with_numbers(law: Law, **numbers: object) -> Law:
    """Return a copy of a law, some of whose numbers are expressions."""
    twin = copy.copy(law)
    for name, value in numbers.items():
        object.__setattr__(twin, name, value)
    return twin
