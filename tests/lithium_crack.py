# SPDX-License-Identifier: BSD-3-Clause
"""Half a plate with a central crack along y = 0 that lithium is plated into."""

from __future__ import annotations

import dataclasses

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.geometry.crack_path import CrackPath
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.interfaces.filling import Ball, CrackFilling, GivenPlating
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material

CRACK = "lower|upper"
SOLID = Elastic(young=28e9, poisson=0.36)
MODULUS = SOLID.young / (1 - SOLID.poisson**2)
GLASS = Material("glass", SOLID)
TOUGHNESS = 0.69e6
MOLAR_VOLUME = 13e-6
HALF = 5e-6
PER_CHARGE = MOLAR_VOLUME / FARADAY
#: Nearly inviscid: shear rate 1000 per MPa and second.
THIN = CreepFlow(rate=1000 / 3, stress=1e6, exponent=1.0)


def filling(**changes: object) -> CrackFilling:
    """Return lithium that 1 mA/cm2 plates on each wall of a sealed crack of 2 x 5 um."""
    plain = CrackFilling(
        molar_volume=MOLAR_VOLUME,
        flow=THIN,
        kinetics=GivenPlating(10.0),
        flaw=Ball(radius=HALF),
        potential=lambda x: 0 * x[0],
    )
    return dataclasses.replace(plain, **changes)


def plate(
    inside: CrackFilling | None,
    seconds: float,
    step: float,
    facet: float = 0.2e-6,
    path: float = 16e-6,
    extent: float = 200e-6,
    frame: object = None,
    bond: BilinearCohesion | None = None,
    **changes: object,
) -> ssb.Case:
    """Return half of a plate whose crack is filled."""
    bond = BilinearCohesion.of_brittle(TOUGHNESS, MODULUS, facet) if bond is None else bond
    return dataclasses.replace(
        ssb.Case(
            name="lithium in a crack",
            geometry=CrackPath(
                frame=ssb.PlaneStrain() if frame is None else frame,
                width=extent,
                height=extent,
                path=path,
                facet=facet,
                size=extent / 6,
            ),
            bodies=(ssb.Body.single("lower", GLASS), ssb.Body.single("upper", GLASS)),
            interfaces=(ssb.Interface(CRACK, adhesion=bond, filling=inside),),
            supports=(ssb.Roller("left"), ssb.Roller("bottom")),
            protocol=(ssb.Rest(seconds),),
            scales=ssb.Scales(stress=1e8, gap=1e-8),
            step_control=ssb.AdaptiveSteps(
                dt_initial=step, dt_max=step, dt_min=1e-4 * step, gap_error=1.0, stress_error=None
            ),
        ),
        **changes,
    )
