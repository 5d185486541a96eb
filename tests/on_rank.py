# SPDX-License-Identifier: BSD-3-Clause
"""Run pytest as one of several ranks: ``mpirun -n 2 python tests/on_rank.py FOLDER ARGUMENT...``.

Rank 0 prints as usual. What the other ranks print goes to ``FOLDER/rank<number>.txt``. When all are
through, rank 0 writes pytest's exit status to ``FOLDER/status``: were it the exit status of the
process, mpirun would end the other ranks and add remarks of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mpi4py import MPI

import pytest


def main() -> None:
    comm = MPI.COMM_WORLD
    folder = Path(sys.argv[1])
    if comm.rank > 0:
        log = os.open(folder / f"rank{comm.rank}.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, sys.stdout.fileno())
        os.dup2(log, sys.stderr.fileno())
    status = pytest.main(
        [
            f"--basetemp={folder / f'tmp{comm.rank}'}",
            f"--override-ini=cache_dir=.pytest_cache/{comm.size}-ranks/{comm.rank}",
            *sys.argv[2:],
        ]
    )
    worst = comm.allreduce(int(status), MPI.MAX)
    if comm.rank == 0:
        (folder / "status").write_text(str(worst), encoding="ascii")


if __name__ == "__main__":
    main()
