# SPDX-License-Identifier: BSD-3-Clause
"""What all tests share: the communicator, one temporary folder for all ranks, and tidying up."""

from __future__ import annotations

import functools
import gc
import importlib.metadata
import os
from collections.abc import Iterator
from pathlib import Path

from mpi4py import MPI

import pytest

from tests.modes import Mode, set_mode
from tests.processes import Processes
from tests.rank_exchange import RankExchange
from tests.run import PULSE

# whatever compiles a form asks six times for what all installed packages offer
importlib.metadata.entry_points = functools.cache(importlib.metadata.entry_points)

#: Number of ranks that a test with a mark needs at most.
ENOUGH = {"serial": 1, "pair": 2}

#: How many tests are left out for that.
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ssbmech")
    group.addoption(
        "--recover",
        dest="march_mode",
        action="store_const",
        const=Mode.RECOVER.value,
        default=Mode.WHOLE.value,
        help="stop runs half way, and go on from a checkpoint with a new model",
    )
    group.addoption(
        "--restep",
        dest="march_mode",
        action="store_const",
        const=Mode.RESTEP.value,
        help="throw the time step in the middle of runs away, and take it again",
    )

    group.addoption("--slow", action="store_true", help="run the slow tests, and only those")


def pytest_configure(config: pytest.Config) -> None:
    if MPI.COMM_WORLD.size > 1:
        config.pluginmanager.register(RankExchange(MPI.COMM_WORLD), "rank-exchange")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--slow")
    for item in items:
        if bool(item.get_closest_marker("slow")) != wanted:
            reason = "not slow" if wanted else "slow: run them with --slow"
            item.add_marker(pytest.mark.skip(reason=reason))
    # were they skipped, the ranks would still wait for each other at each of so many
    fewer = {name for name, ranks in ENOUGH.items() if MPI.COMM_WORLD.size > ranks}
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in fewer)]
    if left_out:
        config.stash[LEFT_OUT] = len(left_out)
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Find nothing wrong with tests that are all left out on so many ranks."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and LEFT_OUT in session.config.stash:
        session.exitstatus = pytest.ExitCode.OK


def pytest_collection_finish() -> None:
    """Spare the collector what the imports have left, and the ranks a collection each for itself.

    PETSc destroys objects on all ranks at once: what a cycle holds goes in `_tidy_up` alone.
    """
    gc.collect()
    gc.freeze()
    if MPI.COMM_WORLD.size > 1:
        gc.disable()


def pytest_runtest_logreport() -> None:
    """Give a sign of life after each phase of a test."""
    pulse = os.environ.get(PULSE)
    if pulse and MPI.COMM_WORLD.rank == 0:
        Path(pulse).touch()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Choose what `march` does half way before any fixture marches."""
    mark = item.get_closest_marker("whole_run")
    whole = mark is not None and MPI.COMM_WORLD.size >= mark.kwargs.get("ranks", 1)
    set_mode(Mode.WHOLE if whole else Mode(item.config.getoption("march_mode")))


@pytest.fixture(scope="session")
def comm() -> MPI.Intracomm:
    """All ranks."""
    return MPI.COMM_WORLD


@pytest.fixture
def tmp_path(tmp_path: Path, comm: MPI.Intracomm) -> Path:
    """A temporary folder, the same on all ranks."""
    return comm.bcast(tmp_path)


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Starts processes; none of them outlives the test."""
    with Processes() as started:
        yield started


@pytest.fixture(autouse=True, scope="module")
def _tidy_up() -> Iterator[None]:
    """Let PETSc objects go on all ranks together, before the next file makes its own."""
    yield
    gc.collect()
    MPI.COMM_WORLD.Barrier()
