# SPDX-License-Identifier: BSD-3-Clause
r"""Linear creep whose viscosity grows with the creep strain: a bulk law with memory.

.. math:: \dot\varepsilon = \frac{q}{3 \eta_0 (1 + \varepsilon / \varepsilon_h)}

At a constant stress the strain is
:math:`\varepsilon = \varepsilon_h (\sqrt{1 + 2 q t / (3 \eta_0 \varepsilon_h)} - 1)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ssbmech as ssb
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.viscoplastic import Flow
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True)
class StiffeningFlow:
    """Viscous flow that hardens with the equivalent creep strain it has made."""

    viscosity: float = parameter("Pa s", low=0.0, low_open=True, doc="viscosity at the start")
    hardening_strain: float = parameter(
        "1", low=0.0, low_open=True, doc="creep strain that doubles the viscosity"
    )

    def __post_init__(self) -> None:
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[ssb.StateVariable, ...]:
        """The equivalent creep strain."""
        return (ssb.StateVariable("creep_strain_equivalent", "1", 0.0, "equivalent creep strain"),)

    def flow(
        self, q_trial: Expr, shear: Expr, state_n: Mapping[str, Expr], around: Surroundings
    ) -> Flow:
        """Return the flow: implicit in the stress, with the viscosity at the start of the step."""
        strain = state_n["creep_strain_equivalent"]
        viscosity = self.viscosity * (1 + strain / self.hardening_strain)
        ratio = 1 / (1 + shear * around.dt / viscosity)
        increment = (1 - ratio) * q_trial / (3 * shear)
        return Flow(ratio, increment, {"creep_strain_equivalent": strain + increment})
