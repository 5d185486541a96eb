# SPDX-License-Identifier: BSD-3-Clause
"""Cases of the benchmarks as runs of this package, with what is measured on their way."""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import convergence

import ssbmech as ssb
from ssbmech.model.cell import CellModel

CODE = "ssbmech"
"""Name of this package in the files of results."""

Measure = Callable[[CellModel], Mapping[str, float]]


class Probe:
    """Keeps what a function measures of the cell, after every accepted step.

    Attributes:
        rows: what was measured, and the row of the series, step by step.
        unknowns: number of unknowns of the cell.
    """

    name = "probe"

    def __init__(self, measure: Measure) -> None:
        """Take the function."""
        self._measure, self._cell = measure, None
        self._seen: Mapping[str, float] = {}
        self.rows: list[dict[str, float]] = []
        self.unknowns = 0

    def begin(self, cell: CellModel) -> Mapping[str, Sequence[Any]]:
        """Get to know the cell; no column is written."""
        self._cell, self.unknowns = cell, cell.system.numbering.local_size
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        """Keep the row of the step."""
        self._seen = dict(row)

    def settled(self) -> None:
        """Measure the cell, which stands between two steps."""
        self.rows.append({**self._seen, **self._measure(self._cell)})

    def at(self, time: float) -> dict[str, float]:
        """Return the row of a time, on which a step must have ended [s].

        Raises:
            ValueError: none has.
        """
        for row in self.rows:
            if abs(row["time"] - time) <= 1e-6 * max(time, 1e-3):
                return row
        raise ValueError(f"no step ends at {time:g} s")


def run(case: ssb.Case, measure: Measure = lambda cell: {}) -> Probe:
    """Run a case in a folder that is thrown away, and return what was measured."""
    probe = Probe(measure)
    logging.getLogger("ssbmech").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        ssb.run(case, Path(folder) / "run", observers=(probe,))
    return probe


def main(name: str, words: str, solve: convergence.Solve) -> None:
    """Run what the command line asks for.

    Args:
        name: name of the benchmark.
        words: what it is.
        solve: runs it once.
    """
    parser = argparse.ArgumentParser(description=words, allow_abbrev=False)
    parser.add_argument(
        "--run", nargs=2, type=int, metavar=("MESH", "STEPS"),
        help="one run only, which is printed: 0 0 is the coarsest; otherwise all, which are "
        "written to docs/benchmarks/data",
    )  # fmt: skip
    chosen = parser.parse_args().run
    convergence.study(name, CODE, solve, [tuple(chosen)] if chosen else ())
