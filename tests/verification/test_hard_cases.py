# SPDX-License-Identifier: BSD-3-Clause
"""The iterative solver on what is hard for it: it converges, or says why it does not."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.solve.two_level import STEPS, Smoothing
from tests.hard_cases import MOST, follow
from tests.hard_cells import CASES, void
from tests.tools import march, marked

QUICK = ("flowing",)
"""Cells that are solved in every run of the suite; the others in the slow one."""

LEAST = 4
"""Systems that each cell meets at least."""

LEARNING = 2
"""Systems after which it is known how much has to be smoothed."""

pytestmark = pytest.mark.whole_run("systems are solved twice, as they are met")


@pytest.mark.serial
@pytest.mark.filterwarnings("ignore::ssbmech.CaseWarning")
@pytest.mark.parametrize(
    "name", marked(CASES, **{name: pytest.mark.slow for name in CASES if name not in QUICK})
)
def test_hard_cells_are_solved_by_iteration(name: str) -> None:
    """To 1e-8 at every iterate of Newton's method, and to the increments of the direct solver."""
    _, shadow = follow(CASES[name]())
    assert not shadow.failures
    assert len(shadow.counts) >= LEAST
    assert np.max(shadow.counts[LEARNING:]) <= MOST
    # residuals of 1e-8 of systems as ill-conditioned as a flowing film between stiff ones
    assert shadow.apart < 1e-5


def voltages(solver: Any) -> np.ndarray:
    """Return the voltages of a run by a solver."""
    case = CASES["own laws"]()
    return march(dataclasses.replace(case, linear_solver=solver)).series("voltage")


@pytest.mark.slow
def test_own_laws_give_the_same_run_by_iteration() -> None:
    assert voltages(ssb.Iterative()) == pytest.approx(voltages(ssb.Direct()), rel=1e-7)


def test_more_is_smoothed_only_where_it_helps() -> None:
    helped, useless, hopeless = Smoothing(), Smoothing(), Smoothing()
    assert not helped.judge(4.0, True) and helped.level == 0
    assert helped.judge(20.0, True) and helped.judge(12.0, True) and helped.level == 2
    assert not helped.judge(5.0, True) and helped.level == 2
    assert useless.judge(20.0, True)
    # a resumed run goes on with what was found out before
    resumed = Smoothing()
    resumed.restore(useless.state())
    useless = resumed
    assert not useless.judge(19.0, True)
    assert useless.level == 0 and not useless.judge(30.0, True)
    for _ in STEPS[1:]:
        assert hopeless.judge(25.0, False)
    assert not hopeless.judge(25.0, False) and hopeless.level == 0


@pytest.mark.serial
def test_a_void_needs_no_more_smoothing() -> None:
    _, shadow = follow(void((1.0, 2.0)))
    assert not shadow.failures and np.max(shadow.counts) < 40
