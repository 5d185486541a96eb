# SPDX-License-Identifier: BSD-3-Clause
r"""A host that keeps part of its swelling, and stiffens as it fills: an anode with memory.

.. math::
    \varepsilon = \left[\alpha x + \beta \, \max_t x\right] I, \quad
    E(x) = E_0 + (E_1 - E_0) \, x

The first filling leaves a strain that emptying does not take back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ufl

import ssbmech as ssb
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Response, Surroundings
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True)
class KeptSwelling:
    """Swelling of which a part stays when the lithium leaves."""

    reversible: float = parameter("1", doc="strain per content that comes and goes")
    kept: float = parameter("1", doc="strain per largest content, which stays")
    start: float = parameter("1", low=0.0, high=1.0, doc="content that the host has had before")

    def __post_init__(self) -> None:
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[ssb.StateVariable, ...]:
        """The largest content that the host has had."""
        return (ssb.StateVariable("content_ever", "1", self.start, "largest content ever"),)

    def end_of_step(self, around: Surroundings) -> Mapping[str, Expr]:
        """Return the largest content at the end of the step."""
        return {"content_ever": ufl.max_value(around.state["content_ever"], around.content)}

    def strain(self, x: Expr, axis: Expr, state: Mapping[str, Expr]) -> Expr:
        """Return the free strain [1]."""
        most = ufl.max_value(state["content_ever"], x)
        return (self.reversible * x + self.kept * most) * ufl.Identity(3)

    def strain_per_content(self, x: Expr, axis: Expr, state: Mapping[str, Expr]) -> Expr:
        """Return what lithium gets back when it leaves: the work of the kept part is spent [1]."""
        return self.reversible * ufl.Identity(3)


@dataclass(frozen=True)
class StiffeningHost:
    """Linear elasticity whose modulus goes with the lithium content."""

    young_empty: float = parameter("Pa", low=0.0, low_open=True, doc="Young's modulus at x = 0")
    young_full: float = parameter("Pa", low=0.0, low_open=True, doc="Young's modulus at x = 1")
    poisson: float = parameter("1", low=0.0, high=0.49, doc="Poisson's ratio")

    state_variables = ()
    flows = False

    def __post_init__(self) -> None:
        validate_parameters(self)

    @property
    def stiffness(self) -> float:
        return self.young_full

    def young(self, x: Expr) -> Expr:
        """Return Young's modulus at a content [Pa]."""
        return self.young_empty + (self.young_full - self.young_empty) * x

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return the elastic stress at the present content."""
        young = self.young(around.content)
        shear, bulk = young / (2 * (1 + self.poisson)), young / (3 * (1 - 2 * self.poisson))
        return Response(deviator=2 * shear * ufl.dev(strain), bulk=bulk)
