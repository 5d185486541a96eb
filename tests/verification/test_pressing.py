# SPDX-License-Identifier: BSD-3-Clause
"""The case of a pressed pellet: measured porosities, its conductivity, and what release leaves."""

from __future__ import annotations

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError
from tests.case_scripts import script_case
from tests.tools import march, measured

#: Porosity of the glass at the ends of the first steps after the preload.
GLASS = np.array([0.39, 0.20, 0.13, 0.10, 0.05])


@pytest.mark.serial
def test_glass_pressed_released_and_pressed_again() -> None:
    run = march(script_case("pressing", "--longest-step", "20"))
    step, porosity = run.series("step"), run.series("porosity_mean:pellet")
    ends = np.flatnonzero(np.append(np.diff(step) != 0, True))
    up, (full, free, again, beyond, _) = ends[1:6], ends[5:]
    error = np.abs((1 - porosity[up]) / (1 - GLASS) - 1).max()
    measured("pressed glass, case", "largest error of the density", error, 0.03, "74 to 500 MPa")
    assert abs(porosity[free] - porosity[full]) < 1e-4
    assert abs(porosity[again] - porosity[full]) < 1e-3
    assert porosity[beyond] < 0.7 * porosity[full]
    kappa = run.series("conductivity:pellet")
    conductor = script_case("pressing").bodies[0].materials["pellet"].conductor
    share = (1 - porosity - conductor.percolation) / (1 - conductor.percolation)
    exact = conductor.dense.conductivity * share**conductor.exponent
    error = np.abs(kappa / exact - 1).max()
    measured("pressed glass, case", "conductivity", error, 1e-8, "that of its density")


def test_another_cap_keeps_the_line_of_the_die() -> None:
    """What a die cannot tell moves no density; a material that is no powder is refused."""
    first, other = (
        script_case("pressing", *options).bodies[0].materials["pellet"].solid
        for options in ((), ("--friction", "2", "--cohesion", "0.3"))
    )
    assert other.friction == 2.0 and other.line.hardening < first.line.hardening
    assert other.line.loose_density == first.line.loose_density
    with pytest.raises(CaseError, match="does not densify"):
        script_case("pressing", "--powder", "li6ps5cl")
    assert isinstance(script_case("pressing", "--powder", "li3ybrcl6_sheet"), ssb.Case)
