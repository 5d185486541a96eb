# SPDX-License-Identifier: BSD-3-Clause
"""What the tests rely on: files of all ranks, processes that end with their test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mpi4py import MPI

import pytest

from tests.processes import Processes, wait_for
from tests.tools import on_first, shared_folder

COMM = MPI.COMM_WORLD

# Starts another process and leaves it alone.
PARENT = f"""
import subprocess
subprocess.Popen(["{sys.executable}", "-c", "import signal; signal.pause()"])
print("started", flush=True)
"""


def test_first_rank_writes_for_all() -> None:
    with shared_folder(COMM) as folder:
        path = folder / "some.txt"
        for number in range(20):
            assert on_first(COMM, lambda text=str(number): path.write_text(text)) > 0
            assert path.read_text() == str(number)


def test_failure_of_the_first_rank_reaches_all() -> None:
    expected = FileNotFoundError if COMM.rank == 0 else RuntimeError
    with pytest.raises(expected, match="No such file"):
        on_first(COMM, Path("/no/such/file").read_text)


@pytest.mark.serial
def test_no_process_outlives_its_test() -> None:
    """Not even one whose parent is gone."""
    with Processes() as processes:
        process = processes.start([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"started\n"
        process.wait()
        wait_for(lambda: len(processes.alive()) == 1, "the child whose parent is gone")
    assert not processes.alive()
    assert process.stdout.closed
