# SPDX-License-Identifier: BSD-3-Clause
"""A lens void with moving walls: convergence on nested meshes and in time, and rejected steps."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.model.cell import CellModel
from tests.moving import WORKING, motion
from tests.nested_void import EDGE, lens
from tests.tools import March, march, measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

VOID = f"void_volume:{WORKING}"
HALF_CYCLE = 600.0


@cache
def fixed(halvings: int, steps: int) -> March:
    """Return a run at 1 MPa with so many equal steps of plating and of stripping."""
    lengths = (1.0, *(HALF_CYCLE / steps,) * (2 * steps))
    times = (HALF_CYCLE, HALF_CYCLE)
    return march(lens(halvings, 1.0, times, step_control=ssb.PrescribedSteps(lengths)))


def at(run: March, seconds: float) -> float:
    """Return the void volume so long after the preload [um2]."""
    (found,) = np.flatnonzero(np.abs(run.series("time") - 1.0 - seconds) < 1e-6)
    return float(run.series(VOID)[found] * 1e12)


def order(values: list[float]) -> tuple[float, float]:
    """Return the order that three results show, steps or cells halved, and their limit."""
    first, second, third = values
    ratio = (second - first) / (third - second)
    return math.log2(ratio), third + (third - second) / (ratio - 1)


@pytest.mark.parametrize("pressure", [0.3, 1.0])
def test_few_steps_are_rejected(pressure: float) -> None:
    """Steps land where vertices close; by their errors alone 3 and 6 % of them are rejected."""
    case = lens(1, pressure, (900.0, 700.0))
    run = march(case, watch=lambda cell: motion(cell, "negative").mesh.quality())
    lost = len(run.rejected) / (len(run.rejected) + len(run.rows))
    name = f"void with moving walls at {pressure:g} MPa"
    measured(name, "rejected steps", lost, 0.03, "all that were tried")
    measured(name, "1 less the least quality of a cell", 1 - min(run.seen), 0.75, "equilateral")


@pytest.mark.parametrize("seconds", [600.0, 900.0], ids=["plated", "half stripped"])
def test_volume_converges_with_the_step(seconds: float) -> None:
    values = [at(fixed(1, steps), seconds) for steps in (30, 60, 120)]
    found, limit = order(values)
    name = f"void with moving walls, {seconds:g} s"
    measured(name, "1 less the order in time of its volume", 1 - found, 0.2, "Richardson")
    error = abs(values[-1] / limit - 1)
    measured(name, "volume, 120 steps a half cycle", error, 3e-3, "Richardson's limit")


def edge(cell: CellModel) -> float:
    """Return the first vertex in contact [um]."""
    surface = cell.surfaces[WORKING]
    x = surface.gap.function.function_space.tabulate_dof_coordinates()[:, 0]
    return float(1e6 * np.min(x[surface.p_contact.function.x.array > 0.0]))


def test_volume_is_of_first_order_in_facets_while_contact_ends_at_one_vertex() -> None:
    """A wall is as thick as a facet: metal that is plated at its top fills half of that."""
    steps, seconds = 15, 300.0
    control = ssb.PrescribedSteps((1.0, *(seconds / steps,) * steps))
    volumes = []
    for halvings in range(3):
        case = lens(halvings, 0.5, (seconds, seconds), step_control=control)
        run = march(replace(case, protocol=case.protocol[:2]), watch=edge)
        assert run.seen == pytest.approx([EDGE] * (steps + 1))
        volumes.append(at(run, seconds))
    found, limit = order(volumes)
    name, against = "void with moving walls at 0.5 MPa, nested meshes", "Richardson"
    measured(name, "order of its volume in facets, off 1", abs(found - 1), 0.25, against)
    measured(name, "volume, facets of 0.25 um", abs(volumes[-1] / limit - 1), 0.025, against)


def test_volume_is_known_to_a_facet_where_creep_moves_the_edge() -> None:
    """The edge of contact is at a vertex, so that the factor of first order jumps with the mesh."""
    runs = [fixed(halvings, 30) for halvings in range(3)]
    volumes = np.array([at(run, HALF_CYCLE) for run in runs])
    facets = 0.5 ** np.arange(3)
    change = np.abs(np.diff(volumes)) / (volumes[-1] * facets[1:])
    name = "void with moving walls at 1 MPa, nested meshes"
    against = "mesh before"
    measured(name, "change of its volume over facet [1/um]", float(change.max()), 0.12, against)
