# SPDX-License-Identifier: BSD-3-Clause
"""A job that was killed goes on, also on another number of ranks; `tests/kills.py` does more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ssbmech.runfolder.reader import Series
from tests.kills import LIMIT, killed_job, run_out, start_and_kill
from tests.processes import HANG
from tests.tools import measured
from tests.void_run import SCRIPT

pytestmark = pytest.mark.serial

KNOBS = ("--size=1.5", "--minutes=1", "--longest-step=4")


def test_killed_twice(tmp_path: Path) -> None:
    """On two ranks and on one, at some place of the series; then it ends on two."""
    reference, folder = tmp_path / "reference", tmp_path / "killed"
    run_out(1, "run", str(SCRIPT), *KNOBS, "--no-figures", f"--out={reference}")
    series = folder / "series.csv"

    def marched(rows: int) -> Callable[[float], bool]:
        def now(elapsed: float) -> bool:
            written = series.read_text("utf-8").count("\n") if series.exists() else 0
            return elapsed > HANG or written > rows

        return now

    out = ["--checkpoint-every=0.3", "--no-figures", f"--out={folder}"]
    start_and_kill(marched(5), 2, "run", str(SCRIPT), *KNOBS, *out)
    found = killed_job(folder, reference, marched(20), (1, 2), KNOBS)
    whole = len(Series.read(reference / "series.csv")["time"])
    assert 20 <= found.rows < whole, f"the job was killed after {found.rows} of {whole} rows"
    assert found.kept, "the resumed run has changed rows of the killed one"
    assert found.fields, "the field files hold other times"
    quantity = "killed on 2 and on 1 rank, resumed on 1 and 2: series"
    measured("Resumed run", quantity, found.deviation, LIMIT, "undisturbed run")
