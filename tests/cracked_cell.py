# SPDX-License-Identifier: BSD-3-Clause
"""Lithium | electrolyte | lithium, with a crack that begins at either electrode, or at both."""

from __future__ import annotations

import dataclasses

import numpy as np

import ssbmech as ssb
from ssbmech.geometry.crack_path import CrackPath
from ssbmech.interfaces.filling import Ball
from tests.joined_crack import EXTENT, FOIL, LOWER, RESISTANCE, THICK, UPPER, joined, mouth_filling
from tests.lithium_crack import CRACK
from tests.verification.test_lithium_crack import FAST

FAR_LOWER, FAR_UPPER = "counter|lower", "counter|upper"
FLAW = 5e-6


def both_flaws(x: np.ndarray) -> np.ndarray:
    """Return 1 within the length of a flaw from either end."""
    return np.where((x[0] < FLAW) | (x[0] > EXTENT - FLAW), 1.0, 0.0)


def cell(*steps: object, near: bool = True, far: bool = False, step: float = 0.15) -> ssb.Case:
    """Return a symmetric cell whose metal rests against the other end from the crack.

    Args:
        steps: what drives it.
        near: whether a crack begins at the working electrode.
        far: whether one begins at the counter electrode; it is mirrored if that is the only one.
        step: time step [s].
    """
    flaw = both_flaws if near and far else Ball(FLAW, x=0.0 if near else EXTENT)
    base = joined(*steps, step=step, inside=mouth_filling(flow=FAST, mouth=None, flaw=flaw))
    path = 8e-6
    kinetics = ssb.LinearKinetics(RESISTANCE)
    return dataclasses.replace(
        base,
        geometry=CrackPath(
            frame=ssb.PlaneStrain(),
            width=EXTENT,
            height=EXTENT,
            path=path if near else None,
            counter_path=path if far else None,
            facet=1e-6,
            size=EXTENT / 4,
            metal=THICK,
            counter=THICK,
        ),
        bodies=(*base.bodies, ssb.Body.single("counter", FOIL)),
        interfaces=(
            *base.interfaces,
            *(ssb.Interface(name, kinetics=kinetics) for name in (FAR_LOWER, FAR_UPPER)),
        ),
        supports=(
            ssb.Roller("right" if near else "left"),
            ssb.Roller("bottom"),
            ssb.Roller("top"),
        ),
        fixture=dataclasses.replace(base.fixture, face="left" if near else "right"),
        loads=ssb.Loads(),
        electrodes=ssb.Electrodes(
            working=LOWER,
            joined=(UPPER, CRACK) if near else (UPPER,),
            counter=FAR_LOWER,
            joined_counter=(FAR_UPPER,) if near else (FAR_UPPER, CRACK),
        ),
    )
