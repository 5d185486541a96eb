# SPDX-License-Identifier: BSD-3-Clause
"""Metal, grains of an electrolyte whose boundaries are cracks for metal, and a face at zero."""

from __future__ import annotations

import dataclasses

import ssbmech as ssb
from ssbmech.geometry.polycrystal import Polycrystal
from ssbmech.interfaces.cohesion import BilinearCohesion, DelayedBond
from ssbmech.interfaces.crack_flow import CreepFlow
from tests.joined_crack import FOIL, RESISTANCE, STACK, glass, mouth_filling
from tests.lithium_crack import MODULUS

FLOW = CreepFlow(rate=1e3, stress=1e6, exponent=1.0)
TOUGHNESS = 0.05e6
#: Of the damage, so that what snaps does so in steps that can be solved.
DELAY = 0.02
#: Two grains at the metal and two above, whose boundary is to the right of that of the lower two.
PLACES = tuple((x / 12, y / 4) for x, y in ((5.0, 1.0), (7.0, 1.0), (5.8, 3.0), (7.8, 3.0)))


def section(facet: float = 0.5e-6, **changes: object) -> Polycrystal:
    """Return four grains, between which metal goes up 1.8 um, aside 0.9 um and up again."""
    plain = Polycrystal(
        frame=ssb.PlaneStrain(),
        width=12e-6,
        thickness=4e-6,
        facet=facet,
        metal=1e-6,
        places=PLACES,
    )
    return dataclasses.replace(plain, **changes)


def network(*steps: object, step: float, flaw: float = 1e-6, **changes: object) -> ssb.Case:
    """Return half of a cell whose electrolyte has a flaw at the foot of a boundary."""
    grains = section()
    (foot,) = grains.mouths
    kinetics = ssb.LinearKinetics(RESISTANCE)
    bond = DelayedBond(BilinearCohesion.of_brittle(TOUGHNESS, MODULUS, grains.facet), DELAY)
    inside = mouth_filling(flow=FLOW, mouth=None, flaw=ssb.Ball(flaw, x=foot))
    working, *others = grains.at_metal
    return dataclasses.replace(
        ssb.Case(
            name="network",
            geometry=grains,
            bodies=(
                ssb.Body.single("metal", FOIL),
                *(ssb.Body.single(name, glass(0.25)) for name in grains.regions),
            ),
            interfaces=(
                *(ssb.Interface(name, kinetics=kinetics) for name in grains.at_metal),
                *(ssb.Interface(n, adhesion=bond, filling=inside) for n in grains.boundaries),
            ),
            supports=(ssb.Roller("left"), ssb.Roller("right"), ssb.Roller("top")),
            fixture=ssb.ConstantForce(preload=STACK, face="bottom"),
            loads=ssb.Loads(face_potentials=(ssb.FacePotential("top", lambda x: 0 * x[0]),)),
            electrodes=ssb.Electrodes(working=working, joined=(*others, *grains.boundaries)),
            protocol=steps,
            scales=ssb.Scales(stress=1e8, gap=1e-8),
            step_control=ssb.AdaptiveSteps(
                dt_initial=step, dt_max=step, dt_min=1e-4 * step, gap_error=1.0, stress_error=None
            ),
        ),
        **changes,
    )
