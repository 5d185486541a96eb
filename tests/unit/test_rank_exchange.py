# SPDX-License-Identifier: BSD-3-Clause
"""A failure on any rank fails the run, is shown, and leaves no rank waiting."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.processes import HANG, Processes
from tests.run import _run

Run = Callable[[Path, str], tuple[int, str]]

CHECKOUT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.serial


@pytest.fixture
def run_on_two_ranks(processes: Processes) -> Run:
    return partial(run_tests, processes)


def run_tests(processes: Processes, folder: Path, tests: str) -> tuple[int, str]:
    """Run tests of two ranks as ``./ssb test`` does; return exit status and output."""
    file = folder / "test_example.py"
    file.write_text("from mpi4py import MPI\nimport pytest\n" + tests, encoding="ascii")
    # an mpirun of its own, not a part of one that may have started this process
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PMIX_", "OMPI_COMM_", "OMPI_UNIVERSE_"))
    }
    command = [sys.executable, str(CHECKOUT / "tests" / "run.py"), "--ranks", "2"]
    plugin = ["-c", str(CHECKOUT / "pyproject.toml"), "-p", "tests.conftest"]
    process = processes.start(
        [*command, *plugin, f"--rootdir={folder}", str(file)],
        env=environment | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    told, _ = process.communicate(timeout=HANG)
    return process.returncode, told


def test_success_is_printed_once(tmp_path: Path, run_on_two_ranks: Run) -> None:
    status, output = run_on_two_ranks(
        tmp_path,
        """
def test_folder(tmp_path, comm):
    assert set(comm.allgather(str(tmp_path))) == {str(tmp_path)}

@pytest.mark.serial
def test_serial(comm):
    assert comm.size == 1
""",
    )
    assert status == 0, output
    assert output.count("1 passed, 1 deselected") == 1


def test_failure_on_rank_1_is_shown(tmp_path: Path, run_on_two_ranks: Run) -> None:
    status, output = run_on_two_ranks(
        tmp_path,
        """
def test_rank(comm):
    assert comm.rank == 0

def test_after(comm):
    comm.Barrier()
""",
    )
    assert status == 1, output
    assert "rank 0: passed, rank 1: failed" in output
    assert "assert 1 == 0" in output
    assert "1 failed, 1 passed" in output


def test_rank_waiting_in_a_collective_call_is_ended(tmp_path: Path, run_on_two_ranks: Run) -> None:
    status, output = run_on_two_ranks(
        tmp_path,
        """
from tests import rank_exchange
rank_exchange.PATIENCE = 1.0

def test_stuck(comm):
    if comm.rank == 1:
        raise ValueError("ahead of the barrier")
    comm.Barrier()
""",
    )
    assert status != 0, output
    assert "ValueError: ahead of the barrier" in output
    assert "waiting for it in a collective call" in output


def test_what_gives_no_sign_of_life_is_ended() -> None:
    assert _run("silent", ["sleep", "3600"], silence=0.2).status == 1


def test_error_in_collection_on_rank_1_is_shown(tmp_path: Path, run_on_two_ranks: Run) -> None:
    status, output = run_on_two_ranks(
        tmp_path,
        """
assert MPI.COMM_WORLD.rank == 0, "not to be imported here"

def test_never_run(comm):
    comm.Barrier()
""",
    )
    assert status != 0, output
    assert "rank 1 could not collect the tests" in output
    assert "not to be imported here" in output
