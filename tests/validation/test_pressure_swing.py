# SPDX-License-Identifier: BSD-3-Clause
"""Swings of pressure of cells in a fixed gap against Koerver et al. (2018): signs and ratios."""

from __future__ import annotations

import pytest

from tests.case_scripts import load_script
from tests.laminates import March
from tests.tools import measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

#: Change of the pressure on charge over that of lithium | NMC811, 1.5 MPa.
RATIOS = {
    ("graphite", "nmc811"): 0.6 / 1.5,
    ("lto", "nmc811"): -0.06 / 1.5,
    ("lto", "lco"): 0.06 / 1.5,
}


def test_swings_have_the_signs_and_ratios_that_were_measured() -> None:
    """Within a factor of two; the frame is calibrated on lithium, nothing else."""
    script = load_script("pressure_swing")

    def swing(negative: str, positive: str) -> float:
        run = March(script.cell(negative, positive, script.FRAME), preload=1.0)
        run.charge(script.charge_of(positive), 12)
        return run.pressure / 1e6 - 70.0

    lithium = swing("lithium", "nmc811")
    measured("pressure swing", "lithium | NMC811, calibrated", abs(lithium / 1.5 - 1), 0.02,
             "Koerver et al. (2018)")  # fmt: skip
    for (negative, positive), ratio in RATIOS.items():
        found = swing(negative, positive) / lithium
        assert found * ratio > 0.0, (negative, positive, found)
        off = max(found / ratio, ratio / found)
        measured("pressure swing", f"{negative} | {positive} over lithium, factor", off, 2.0,
                 "Koerver et al. (2018)")  # fmt: skip
