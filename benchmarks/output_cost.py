# SPDX-License-Identifier: BSD-3-Clause
"""What writing series, fields and checkpoints costs in the main job, and the size of a checkpoint.

    ./ssb mpirun -n 2 python benchmarks/output_cost.py

runs the void case in full with its default output. The exit status tells whether both figures are
within their limits.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from mpi4py import MPI

import ssbmech as ssb
from ssbmech.checkpoint.checkpointer import Saved
from ssbmech.checkpoint.state import CellState
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.model.cell import CellModel
from ssbmech.run.case_script import CaseScript

CASE = CaseScript.load(Path(__file__).parents[1] / "cases" / "li_void" / "case.py")

SHARE_LIMIT = 0.1
"""Largest part of the run time that goes into files [1]."""

SIZE_LIMIT = 3.0
"""Largest size of a checkpoint over that of the state's numbers [1]."""


def main() -> int:
    """Run the benchmark and print its figures."""
    about = (__doc__ or "").partition("\n")[0]
    argparse.ArgumentParser(description=about).parse_args()
    comm = MPI.COMM_WORLD
    case = CASE.case()
    case = dataclasses.replace(case, output=dataclasses.replace(case.output, figures=False))
    with tempfile.TemporaryDirectory(prefix="ssbmech-output-") as temporary:
        folder = Path(comm.bcast(temporary)) / "run"
        ssb.run(case, folder)
        effort = json.loads((folder / "manifest.json").read_text("utf-8"))["effort"]
        store = CheckpointStore(folder / "checkpoints", comm)
        saved = Saved.find(store)
        if saved is None:
            raise SystemExit("the run was too short for a checkpoint")
        cell = CellModel(case, saved.mesh(case.geometry.frame))
        state = comm.allreduce(CellState(cell).size)
        size = saved.stored.path.stat().st_size / state
        comm.barrier()
    share = effort["files [s]"] / effort["computed [s]"]
    if comm.rank == 0:
        print(
            f"{effort['files [s]']:.2f} s of {effort['computed [s]']:.1f} s for files: "
            f"{100 * share:.1f} % (limit {100 * SHARE_LIMIT:g} %), "
            f"{effort['checkpoints']} checkpoints\n"
            f"checkpoint {size:.2f} times the state of {state / 1e6:.2f} MB (limit {SIZE_LIMIT:g})"
        )
    return 0 if share <= SHARE_LIMIT and size <= SIZE_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
