# SPDX-License-Identifier: BSD-3-Clause
"""A symmetric cell with all extensions of this folder, stripped and plated in turn."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import Any

import ssbmech as ssb
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.viscoplastic import ElasticViscoplastic
from ssbmech.units import GPa
from tests.elastic_cell import COUNTER, METAL, WORKING, symmetric_cell
from tests.extensions.energy import ElasticEnergy
from tests.extensions.film import Deposit, ThickeningFilm
from tests.extensions.stiffening import StiffeningFlow
from tests.extensions.throughput import Throughput

CURRENT, STEP, STEPS = 10.0, 60.0, 8
FILM = ThickeningFilm(resistance=1e-3, resistivity=1e5, growth=1e-11, thickness_0=2e-9)
DEPOSIT = Deposit(per_charge=5e-12)
FLOW = StiffeningFlow(viscosity=1e12, hardening_strain=1e-2)
STIFFENING = ElasticViscoplastic(Elastic(young=5 * GPa, poisson=0.3), FLOW)
SMALLEST = {
    "gap": 1e-9,
    "void_volume": 1e-9 * 12e-6,
    "gap_share": 1e-3,
    "rotation": 1e-3,
    "current_open": 1e-6,
}
"""Sizes that count of what is zero but for round-off: gaps of closed interfaces, their volumes."""


def film_cell(steps: int = STEPS, **changes: Any) -> ssb.Case:
    """Return the cell, stripped and plated by half of the time steps each."""
    metal = dataclasses.replace(METAL, solid=STIFFENING)
    case = symmetric_cell()
    bodies = tuple(
        body if body.name == "separator" else ssb.Body.single(body.name, metal)
        for body in case.bodies
    )
    half = steps // 2 * STEP
    protocol = (
        ssb.Preload(1.0),
        ssb.ConstantCurrent(CURRENT, half, name="strip"),
        ssb.ConstantCurrent(-CURRENT, half, name="plate"),
    )
    case = dataclasses.replace(
        case,
        name="film",
        bodies=bodies,
        interfaces=(
            ssb.Interface(WORKING, kinetics=FILM, laws=(DEPOSIT,)),
            ssb.Interface(COUNTER, kinetics=FILM),
        ),
        protocol=protocol,
        step_control=ssb.PrescribedSteps([1.0] + [STEP] * steps),
        newton=ssb.NewtonSettings(tolerance=1e-11, max_growth=1e6),
        output=ssb.Output(
            fields_every=1,
            figures=False,
            checkpoint_every=0.0,
            quantities=(ElasticEnergy("separator"),),
        ),
    )
    return dataclasses.replace(case, **changes)


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs."""
    parser.add_argument("--steps", type=int, default=STEPS, help="time steps of both directions")


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the cell."""
    return film_cell(options.steps)


def observers(options: argparse.Namespace) -> list[Throughput]:
    """Return one that ends the stripping in the middle of its last but one time step."""
    return [Throughput(limit=(options.steps // 2 - 1.5) * CURRENT * STEP)]


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs, observers=observers))
