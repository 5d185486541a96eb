# SPDX-License-Identifier: BSD-3-Clause
"""Logging: silent until a run asks, rank 0 to console and file, and nothing left behind."""

from __future__ import annotations

import io
import logging
import warnings

from mpi4py import MPI

import pytest

from ssbmech.errors import MeshError, NotConverged, RunFolderError, StepTooSmall, raise_on_all
from ssbmech.run.log import PACKAGE, run_logging
from tests.tools import shared_folder

COMM = MPI.COMM_WORLD
MODULE = logging.getLogger("ssbmech.solve.somewhere")


@pytest.fixture
def folder():
    """Return one empty folder, the same on all ranks."""
    with shared_folder(COMM) as folder:
        yield folder


def test_rank_0_shows_messages_and_other_ranks_errors_only():
    console = io.StringIO()
    with run_logging(COMM, stream=console):
        MODULE.debug("detail")
        MODULE.info("step %d", 3)
        MODULE.warning("careful")
        MODULE.error("broken")
    expected = "step 3\nwarning: careful\nerror: broken\n"
    assert console.getvalue() == (
        expected if COMM.rank == 0 else f"rank {COMM.rank}: error: broken\n"
    )


def test_the_file_is_complete_and_written_by_rank_0_only(folder):
    with run_logging(COMM, folder / "run.log", stream=io.StringIO()):
        MODULE.debug("detail of rank %d", COMM.rank)
    with run_logging(COMM, folder / "run.log", stream=io.StringIO()):
        MODULE.info("resumed")
    COMM.barrier()
    lines = (folder / "run.log").read_text().splitlines()
    assert [line.split("somewhere: ")[1] for line in lines] == ["detail of rank 0", "resumed"]
    assert "DEBUG" in lines[0]


def test_python_warnings_take_the_same_way():
    console = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        before = warnings.showwarning
        with run_logging(COMM, stream=console):
            warnings.warn("old option", DeprecationWarning, stacklevel=1)
        assert warnings.showwarning is before
    shown = "warning: DeprecationWarning: old option" in console.getvalue()
    assert shown is (COMM.rank == 0)


def test_nothing_is_left_behind_even_after_a_failure():
    package = logging.getLogger(PACKAGE)
    before = (package.level, list(package.handlers))
    with pytest.raises(NotConverged), run_logging(COMM, stream=io.StringIO()):
        raise NotConverged("stalled")
    assert (package.level, list(package.handlers)) == before


def test_a_log_that_cannot_be_opened_fails_on_all_ranks(folder):
    with (
        pytest.raises(RunFolderError, match="cannot write the log file"),
        run_logging(COMM, folder / "missing" / "run.log", stream=io.StringIO()),
    ):
        pass


def test_one_failure_is_raised_on_every_rank():
    raise_on_all(COMM, None)
    last = COMM.size - 1
    failure = MeshError(f"seen by rank {COMM.rank}") if COMM.rank == last else None
    with pytest.raises(MeshError, match=f"seen by rank {last}"):
        raise_on_all(COMM, failure)


def test_a_report_survives_the_way_between_ranks():
    failure = StepTooSmall("diverged", {"iterations": 9}) if COMM.rank == 0 else None
    with pytest.raises(StepTooSmall, match="diverged") as caught:
        raise_on_all(COMM, failure)
    assert caught.value.reason == "diverged"
    assert caught.value.report == {"iterations": 9}
