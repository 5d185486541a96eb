# SPDX-License-Identifier: BSD-3-Clause
"""A crack whose mouth lies at the lithium electrode of a cell, and its currents."""

from __future__ import annotations

import dataclasses

import ssbmech as ssb
from ssbmech.geometry.crack_path import CrackPath
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.interfaces.filling import Ball, CrackFilling, Mouth
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor, Metal
from tests.lithium_crack import CRACK, MODULUS, MOLAR_VOLUME, SOLID, TOUGHNESS, filling

LOWER, UPPER = "metal|lower", "metal|upper"
RESISTANCE = 8e-4
STACK = 2e6
THICK, EXTENT = 10e-6, 20e-6
CREEP = CreepFlow(rate=1e-2, stress=1e6, exponent=3.0)
#: As soft as metal that has crept is, so that it stays in contact where it is plated unevenly.
FOIL = Material("metal", Elastic(young=5e7, poisson=0.36), metal=Metal(MOLAR_VOLUME))


def glass(conductivity: float) -> Material:
    """Return an electrolyte of a conductivity [S/m]."""
    return Material("glass", SOLID, conductor=IonConductor(conductivity))


def mouth_filling(**changes: object) -> CrackFilling:
    """Return what fills a crack of 5 um that is open to the metal at the stack pressure."""
    return filling(
        **{
            "kinetics": ssb.LinearKinetics(RESISTANCE),
            "flow": CREEP,
            "potential": None,
            "mouth": Mouth(Ball(radius=1e-9), lambda time: STACK),
            **changes,
        }
    )


def joined(
    *steps: object,
    step: float = 1.0,
    facet: float = 1e-6,
    conductivity: float = 0.25,
    inside: CrackFilling | None = None,
    **changes: object,
) -> ssb.Case:
    """Return half of a cell: metal, electrolyte with a crack, and a face at zero potential."""
    electrolyte = glass(conductivity)
    kinetics = ssb.LinearKinetics(RESISTANCE)
    return dataclasses.replace(
        ssb.Case(
            name="crack at an electrode",
            geometry=CrackPath(
                frame=ssb.PlaneStrain(),
                width=EXTENT,
                height=EXTENT,
                path=8e-6,
                facet=facet,
                size=EXTENT / 6,
                metal=THICK,
            ),
            bodies=(
                ssb.Body.single("metal", FOIL),
                ssb.Body.single("lower", electrolyte),
                ssb.Body.single("upper", electrolyte),
            ),
            interfaces=(
                ssb.Interface(LOWER, kinetics=kinetics),
                ssb.Interface(UPPER, kinetics=kinetics),
                ssb.Interface(
                    CRACK,
                    adhesion=BilinearCohesion.of_brittle(TOUGHNESS, MODULUS, facet),
                    filling=mouth_filling() if inside is None else inside,
                ),
            ),
            supports=(ssb.Roller("right"), ssb.Roller("bottom"), ssb.Roller("top")),
            fixture=ssb.ConstantForce(preload=STACK, face="left"),
            loads=ssb.Loads(
                face_potentials=(ssb.FacePotential("right", lambda x: 0 * x[0]),),
            ),
            electrodes=ssb.Electrodes(working=LOWER, joined=(UPPER, CRACK)),
            protocol=steps,
            scales=ssb.Scales(stress=1e8, gap=1e-8),
            step_control=ssb.AdaptiveSteps(
                dt_initial=step, dt_max=step, dt_min=1e-4 * step, gap_error=1.0, stress_error=None
            ),
        ),
        **changes,
    )
