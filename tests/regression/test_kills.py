# SPDX-License-Identifier: BSD-3-Clause
"""A job that was killed goes on, also on another number of ranks; `tests/kills.py` does more."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbmech.runfolder.reader import Series
from tests.extensions import case as extensions
from tests.kills import LIMIT, Job, killed_job, marched, run_out, start_and_kill
from tests.tools import measured
from tests.void_run import SCRIPT

pytestmark = pytest.mark.serial

VOID = Job(SCRIPT, ("--size=1.5", "--minutes=1", "--longest-step=4"))
STOPPED = "Extensions, stopped and resumed on another number of ranks"
#: From a flaw that ends past the first point where boundaries meet, so that metal is in three.
GRAINS = Job(SCRIPT.parents[1] / "grain_short/case.py", ("--flaw=2.1", "--seconds=0.6"))
EXTENSIONS = Job(Path(extensions.__file__), ("--steps=28",), extensions.SMALLEST)


@pytest.mark.parametrize(
    ("job", "item", "limit"),
    [
        pytest.param(VOID, "Resumed run", LIMIT, id="voids", marks=pytest.mark.slow),
        pytest.param(
            GRAINS, "Lithium at a junction, killed", LIMIT, id="junction", marks=pytest.mark.slow
        ),
        pytest.param(EXTENSIONS, STOPPED, 1e-10, id="extensions"),
    ],
)
def test_killed_twice(tmp_path: Path, job: Job, item: str, limit: float) -> None:
    """On two ranks and on one, at some place of the series; then it ends on two."""
    reference, folder = tmp_path / "reference", tmp_path / "killed"
    run_out(1, *job.arguments(reference, checkpoint_every=10.0))
    start_and_kill(marched(folder, 5), 2, *job.arguments(folder, checkpoint_every=0.3))
    found = killed_job(job, folder, reference, marched(folder, 14), (1, 2))
    columns = Series.read(reference / "series.csv").columns
    whole = len(columns["time"])
    filled = [v[14] for name, v in columns.items() if name.startswith("crack_volume")]
    assert all(volume > 1e-16 for volume in filled), "metal is in all boundaries by then"
    assert 14 <= found.rows < whole, f"the job was killed after {found.rows} of {whole} rows"
    assert found.kept, "the resumed run has changed rows of the killed one"
    assert found.fields, "the field files hold other times"
    quantity = "killed on 2 and on 1 rank, resumed on 1 and 2: series"
    measured(item, quantity, found.deviation, limit, "undisturbed run")
