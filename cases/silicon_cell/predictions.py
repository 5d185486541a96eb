# SPDX-License-Identifier: BSD-3-Clause
"""Pressures of silicon cells for other preloads, frames, capacities and cathodes, as a json file.

The layers are those of the case as a laminate, in 20 steps for each half cycle. How far the numbers
that are chosen matter is told by other caps, each of which meets the same thickness of the layer,
40 um after a charge and a discharge at 50 MPa, by a cohesion of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from case import GROWTH, as_laminate, charges
from scipy.optimize import brentq

from ssbmech.laminate.growth import HostSwelling
from ssbmech.laminate.layer import Loading
from ssbmech.laminate.march import LaminateMarch
from ssbmech.laminate.porous import POROSITY, PorousLayer
from ssbmech.library.silicon import micro_silicon, with_cap
from ssbmech.materials.material import Material

PRELOADS = (0.8, 2.0, 5.0, 10.0, 20.0, 50.0, 75.2, 100.0)
"""Pressures at assembly [MPa]."""

FRAMES = (0.388, 0.239)
"""Stiffness of the frame, of the holders of two published cells [MPa/um]."""

CAPACITY = 6.75
"""Capacity of the cathode of which silicon is 27 um thick [mA h/cm2]."""

CAPACITIES = (2.0, 4.0)
"""Others [mA h/cm2]."""

STEPS = 20
"""Steps of a half cycle [1]."""

EFFICIENCY, CYCLES = 0.78, 5

CAPS = ((0.55, 1.5), (0.55, 2.5), (0.45, 2.0))
"""Loose density and slope of other caps [1]."""

THICKNESS, TARGET = 27e-6, 40e-6
PATH = (*np.linspace(0.0, 0.855, 31), *np.linspace(0.855, 0.26, 31)[1:])
"""Contents of the calibration [1]."""


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=Path("silicon_cell.json"), help="file")
    options = parser.parse_args()
    caps = [calibrated(loose, friction) for loose, friction in CAPS]
    found = {
        "calibration": [numbers_of(cap) for cap in (micro_silicon(), *caps)],
        "other caps": [
            predicted(preload, FRAMES[0], CAPACITY, "nmc811", cap)
            for preload in (5.0, 75.2)
            for cap in caps
        ],
        "pressures": list(pressures()),
    }
    options.into.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


def pressures() -> Any:
    """Yield predictions of the library's silicon."""
    silicon = micro_silicon()
    for frame in FRAMES:
        for preload in PRELOADS:
            for cathode in GROWTH:
                yield predicted(preload, frame, CAPACITY, cathode, silicon)
    for capacity in CAPACITIES:
        for preload in (0.8, 5.0, 20.0, 75.2):
            yield predicted(preload, FRAMES[0], capacity, "nmc811", silicon)


def predicted(
    preload: float, frame: float, capacity: float, cathode: str, silicon: Material
) -> dict[str, Any]:
    """Return the pressures at the ends of charges and discharges, and porosity with the last."""
    case = as_laminate(preload, frame, capacity, GROWTH[cathode], silicon=silicon, cathode=cathode)
    run = LaminateMarch(case, preload=1.0)
    ends = []
    for charge in charges(capacity, EFFICIENCY, CYCLES):
        run.charge(charge, STEPS, 36e3)
        ends.append(round(run.pressure / 1e6, 3))
    porosity = float(run.model.solution.answers["silicon"].state[POROSITY][0])
    answer = {
        "preload [MPa]": preload,
        "frame [MPa/um]": frame,
        "capacity [mA h/cm2]": capacity,
        "cathode": cathode,
        "charged [MPa]": ends[::2],
        "discharged [MPa]": ends[1::2],
        "porosity in the end [1]": round(porosity, 4),
    }
    if silicon != micro_silicon():
        answer |= numbers_of(silicon)
    print(answer, flush=True)
    return answer


def calibrated(loose: float, friction: float) -> Material:
    """Return silicon with another cap, whose cohesion meets the discharged thickness."""

    def at(cohesion: float) -> Material:
        return with_cap(micro_silicon(), cohesion=cohesion, friction=friction, loose_density=loose)

    def off(cohesion: float) -> float:
        return ends_of(at(cohesion))[1] - TARGET

    return at(float(brentq(off, 0.2, 0.99, xtol=2e-3)))


def ends_of(silicon: Material) -> tuple[float, float]:
    """Return the thickness charged and discharged at 50 MPa [m]."""
    host = silicon.host
    filling = HostSwelling(
        host.swelling.curve, host.c_max, dense=THICKNESS, content=0.0, arrives=1.0
    )
    law, bare = PorousLayer(silicon.solid, filling), np.array([THICKNESS])
    state, found = law.start(bare), []
    for x in PATH:
        charge = np.array([x / filling.content_by])
        answer = law.answer(bare, state, Loading(50e6, np.zeros(2), charge, 1.0, 298.15))
        state = answer.state
        found.append(float(answer.thickness[0]))
    return max(found), found[-1]


def numbers_of(silicon: Material) -> dict[str, float]:
    """Return the numbers of the cap that are open, and the thickness they give [um]."""
    law = silicon.solid.law
    charged, discharged = ends_of(silicon)
    return {
        "loose density [1]": law.line.loose_density,
        "slope [1]": law.friction,
        "cohesion, calibrated [1]": round(law.cohesion, 4),
        "charged at 50 MPa [um]": round(1e6 * charged, 2),
        "discharged at 50 MPa [um]": round(1e6 * discharged, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
