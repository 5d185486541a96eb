# SPDX-License-Identifier: BSD-3-Clause
"""Swings of pressure of cells in a fixed gap against Koerver et al. (2018): signs and ratios."""

from __future__ import annotations

import pytest

from ssbmech.constants import FARADAY
from ssbmech.laminate.march import LaminateMarch
from tests.case_scripts import load_script
from tests.tools import measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

ANODES, CATHODES = ("lithium", "indium", "graphite", "lto"), ("nmc811", "lco")

#: Change of the pressure on charge over that of lithium | NMC811, 1.5 MPa.
RATIOS = {
    ("graphite", "nmc811"): 0.6 / 1.5,
    ("lto", "nmc811"): -0.06 / 1.5,
    ("lto", "lco"): 0.06 / 1.5,
}

SCRIPT = load_script("pressure_swing")


@pytest.fixture(scope="module")
def swings() -> dict[tuple[str, str], float]:
    """Changes of the pressure on charge, by anode and cathode [MPa]."""

    def swing(negative: str, positive: str) -> float:
        run = LaminateMarch(SCRIPT.cell(negative, positive, SCRIPT.FRAME), preload=1.0)
        run.charge(SCRIPT.charge_of(positive), 12)
        return run.pressure / 1e6 - 70.0

    return {(a, c): swing(a, c) for a in ANODES for c in CATHODES}


def test_swings_have_the_signs_and_ratios_that_were_measured(
    swings: dict[tuple[str, str], float],
) -> None:
    """Within a factor of two; the frame is calibrated on lithium, nothing else."""
    lithium = swings["lithium", "nmc811"]
    measured("pressure swing", "lithium | NMC811, calibrated", abs(lithium / 1.5 - 1), 0.02,
             "Koerver et al. (2018)")  # fmt: skip
    for (negative, positive), ratio in RATIOS.items():
        found = swings[negative, positive] / lithium
        assert found * ratio > 0.0, (negative, positive, found)
        off = max(found / ratio, ratio / found)
        measured("pressure swing", f"{negative} | {positive} over lithium, factor", off, 2.0,
                 "Koerver et al. (2018)")  # fmt: skip


def test_swings_of_metals_differ_by_their_volume(swings: dict[tuple[str, str], float]) -> None:
    """Lithium over indium and over titanate: stiffness of the frame times volume by charge.

    The swing by charge is that of the anode, and LiCoO2 adds to it where NMC811 takes from it.
    """
    volume = {**SCRIPT.MOLAR_VOLUME, "lto": 0.0}
    for cathode in CATHODES:
        for anode in ("indium", "lto"):
            more = (volume["lithium"] - volume[anode]) / FARADAY * SCRIPT.charge_of(cathode)
            found = swings["lithium", cathode] - swings[anode, cathode]
            # the cell takes a hundredth of it
            error = abs(found / (SCRIPT.FRAME * 1e6 * more) - 1)
            measured("pressure swing", f"lithium less {anode}, {cathode}", error, 0.02,
                     "frame times volume")  # fmt: skip
        ranked = [swings[anode, cathode] for anode in ANODES]
        assert ranked == sorted(ranked, reverse=True)
    for anode in ANODES:
        by_charge = [swings[anode, c] / SCRIPT.charge_of(c) for c in CATHODES]
        assert by_charge[1] > by_charge[0]
