# SPDX-License-Identifier: BSD-3-Clause
"""Dense hosts of lithium that yield, whose stiffness and strength change with their content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Response, Surroundings
from ssbmech.materials.porous_host import check_factors, with_numbers
from ssbmech.materials.viscoplastic import ElasticViscoplastic
from ssbmech.memory import StateVariable
from ssbmech.parameter import table, validate_parameters


@dataclass(frozen=True)
class FlowingHost:
    r"""A solid that flows, with modulus and strength by the content x of lithium.

    .. math:: E(x) = f_E(x) E, \quad \sigma_0(x) = f_\sigma(x) \sigma_0

    at the content of the end of the step, with the reference stress :math:`\sigma_0` of its flow,
    which has to have one (`NortonFlow`). As they change, elastic strains stay and stresses follow.
    An exponent of 30 to 50 makes of it a yield stress.

    Attributes:
        law: the law whose numbers are multiplied.

    Raises:
        ParameterError: a factor is not positive, or the flow law has no reference stress.
    """

    law: ElasticViscoplastic
    modulus: Curve = table("1", low=0.0, high=100.0, doc="factor of the modulus against content")
    strength: Curve = table("1", low=0.0, high=100.0, doc="factor of the strength against content")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        check_factors("FlowingHost", modulus=self.modulus, strength=self.strength)
        if not hasattr(self.law.flow, "stress"):
            raise ParameterError(
                f"FlowingHost.law: {type(self.law.flow).__name__} has no reference stress that "
                "could follow the content: take a NortonFlow"
            )

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
        """Young's modulus of the law, without the factor [Pa]."""
        return self.law.stiffness

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return what the law answers with its numbers at the content."""
        found = self.at(around.content).response(strain, state_n, around)
        return replace(found, bulk_n=self.at(around.content_n).elastic.bulk)

    def at(self, content: Expr) -> ElasticViscoplastic:
        """Return the law at a content, which may be an expression."""
        law, firmer, stronger = self.law, self.modulus.value(content), self.strength.value(content)
        elastic = with_numbers(law.elastic, young=firmer * law.elastic.young)
        flow = with_numbers(law.flow, stress=stronger * law.flow.stress)  # type: ignore[attr-defined]
        return with_numbers(law, elastic=elastic, flow=flow)
