# SPDX-License-Identifier: BSD-3-Clause
"""A job that was killed goes on, also on another number of ranks; `tests/kills.py` does more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills import LIMIT, killed_job, run_out
from tests.tools import measured
from tests.void_run import SCRIPT

pytestmark = pytest.mark.serial

KNOBS = ("--size=1.5", "--minutes=1", "--longest-step=4")


def test_killed_jobs(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    run_out(1, "run", str(SCRIPT), *KNOBS, "--no-figures", f"--out={reference}")
    for rows, ranks in ((5, (2, 1)), (20, (1, 2))):
        folder = tmp_path / f"{rows}"

        def marched(elapsed: float, folder: Path = folder, rows: int = rows) -> bool:
            series = folder / "series.csv"
            written = series.read_text("utf-8").count("\n") if series.exists() else 0
            return elapsed > 100.0 or written > rows

        found = killed_job(folder, reference, marched, ranks, KNOBS)
        assert found.rows >= rows, f"the job was killed after {found.rows} rows"
        assert found.kept, "the resumed run has changed rows of the killed one"
        quantity = f"killed on {ranks[0]}, resumed on {ranks[1]} ranks: series"
        measured("Resumed run", quantity, found.deviation, LIMIT, "undisturbed run")
