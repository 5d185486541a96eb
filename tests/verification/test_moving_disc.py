# SPDX-License-Identifier: BSD-3-Clause
"""Discs of metal that are pressed out at their rim and stripped, in space, on any ranks."""

from __future__ import annotations

import dataclasses
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from tests.disc import disc_begun, disc_cell
from tests.moving import motion
from tests.small_cell import deviations, physical
from tests.tools import March, march, marked, measured

COMM = MPI.COMM_WORLD
NONE = {"gap": 1e-9, "void_volume": 1e-19}
"""Gap of a nanometre and its volume [m, m3]: contact is whole but for rounding."""

ITEM = "Disc pressed and stripped in space"

pytestmark = pytest.mark.whole_run("runs are compared row by row")


DISCS = {"begun": (disc_begun, 13e-6), "pressed out": (disc_cell, 15e-6)}
"""Discs, and how far from the axis metal comes at least [m], by name."""


def pressed(name: str, solver: ssb.Direct | ssb.Iterative, comm: MPI.Intracomm) -> March:
    """March discs by a solver on some ranks."""
    return march(dataclasses.replace(DISCS[name][0](), linear_solver=solver), comm)


def apart(found: March, expected: March) -> float:
    """Return the largest difference of any column of the series, over the size of its quantity."""
    assert len(found.rows) == len(expected.rows) and not found.rejected
    columns = {key: expected.series(key) for key in physical(expected.rows[0])}
    return max(deviations({key: found.series(key) for key in columns}, columns, NONE).values())


def rim(run: March) -> float:
    """Return how far from the axis metal has come [m]; collective."""
    moved = motion(run.cell, "negative").mesh.now.x.array.reshape(-1, 3)
    own = float(np.max(np.hypot(moved[:, 0], moved[:, 1]), initial=0.0))
    return float(run.cell.comm.allreduce(own, op=MPI.MAX))


@pytest.fixture(scope="module", params=marked(DISCS, **{"pressed out": pytest.mark.slow}))
def alone(request: pytest.FixtureRequest) -> tuple[str, March]:
    """Return the name of discs, and their run by the direct solver on one rank."""
    return request.param, pressed(request.param, ssb.Direct(), MPI.COMM_SELF)


SHARED = pytest.mark.skipif(COMM.size == 1, reason="nothing to compare with on one rank")


@pytest.mark.parametrize(
    "solver",
    [
        pytest.param(ssb.Direct(), marks=(SHARED, pytest.mark.pair), id="direct"),
        pytest.param(ssb.Iterative(), id="iterative"),
    ],
)
def test_disc_is_the_same_on_any_ranks(solver: Any, alone: tuple[str, March]) -> None:
    name, expected = alone
    found, by = pressed(name, solver, COMM), type(solver).__name__
    assert rim(found) > DISCS[name][1]
    assert all(report.linear_fallbacks == 0 for report in found.reports)
    measured(ITEM, f"{name}, {by}", apart(found, expected), 1e-8, "direct solver on one rank")
    if by == "Iterative":
        assert max(report.most_linear_iterations for report in found.reports) < 60
