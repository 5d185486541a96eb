# SPDX-License-Identifier: BSD-3-Clause
"""Write the numbers that tests compare with: ``./ssb python -m tests.reference [NAME...]``.

Without names all are written. A mesh that is there is kept. Look at what `git diff` shows before
you commit: a difference in more than the last digits means that results have moved.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping

from tests.small_cell import REFERENCE, STORED, physical
from tests.tools import march
from tests.void_run import ends_of_steps, void_case

VOID = "li_void"


def main(names: list[str]) -> None:
    for name in names or [*STORED, VOID]:
        content = void_run() if name == VOID else small_cell(name)
        path = REFERENCE / f"{name}.json"
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def small_cell(name: str) -> dict[str, list[float]]:
    """Return all rows of a small cell, to thirteen digits."""
    mesh = REFERENCE / f"{name}.msh"
    if not mesh.exists():
        STORED[name].stack.write(mesh)
    return columns(march(STORED[name].case(name)).rows, 13)


def void_run() -> dict[str, list[float]]:
    """Return the ends of the steps of the shortened void case, and what the run took."""
    run = march(void_case())
    return columns(ends_of_steps(run.rows), 6) | {
        "accepted_steps": [float(len(run.rows))],
        "newton_iterations": [float(sum(report.iterations for report in run.reports))],
    }


def columns(rows: Iterable[Mapping[str, float]], digits: int) -> dict[str, list[float]]:
    """Return the physical columns of some rows, rounded."""
    listed = list(rows)
    return {
        name: [float(f"{row[name]:.{digits}g}") for row in listed] for name in physical(listed[0])
    }


if __name__ == "__main__":
    main(sys.argv[1:])
