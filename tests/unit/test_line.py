# SPDX-License-Identifier: BSD-3-Clause
"""Fields along a line: interpolated within cells of micrometres, taken from the right cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ssbmech
from ssbmech.errors import RunFolderError
from ssbmech.runfolder.reader import RunData
from tests.unit.synthetic_run import HALF_HOUR, UM, WIDTH, write_run

pytestmark = pytest.mark.serial


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run folder."""
    return write_run(tmp_path_factory.mktemp("runs") / "run", nx=24, ny=4, n_fields=7, n_rows=31)


def test_along_a_row_of_nodes(folder: Path) -> None:
    """At nodes the profile has their values, between them those of quadratic cells."""
    run, data = ssbmech.open_run(folder), RunData.open(folder).bodies["negative"]
    top = data.points[:, 1].max()
    nodes = np.flatnonzero(np.abs(data.points[:, 1] - top) < 1e-12)
    nodes = nodes[np.argsort(data.points[nodes, 0])]
    x = data.points[nodes, 0]
    inside = top - 1e-4 * UM
    found = run.along("negative", HALF_HOUR, (x[0], inside), (x[-1], inside), len(x))
    exact = data.values("displacement", 2)[nodes]
    assert len(found) == len(x)
    np.testing.assert_allclose(found["x"], x, atol=1e-5 * UM)
    np.testing.assert_allclose(found["displacement_y"], exact[:, 1], atol=1e-4 * UM)
    assert found.attrs["units"]["stress_xy"] == "Pa"
    assert found.attrs["time [s]"] == pytest.approx(HALF_HOUR)
    assert found.index[-1] == pytest.approx(x[-1] - x[0])


def test_cells_have_their_own_values(folder: Path) -> None:
    """What is constant in a cell is not mixed with its neighbours; principal stresses are there."""
    run, data = ssbmech.open_run(folder), RunData.open(folder).bodies["separator"]
    level = data.points[:, 1].mean()
    found = run.along("separator", HALF_HOUR, (0.1 * UM, level), (WIDTH - 0.1 * UM, level), 40)
    values = data.values("stress", 2)
    for row in found[[f"stress_{part}" for part in ("xx", "yy", "zz")]].to_numpy():
        nearest = np.abs(values[:, :3] - row).max(axis=1).min()
        assert nearest <= 1e-6 * np.abs(row).max()
    assert "principal_x" in found or "principal_1" in found


def test_lines_that_are_none(folder: Path) -> None:
    """One beside the body, one without length, a place without coordinates, no such body."""
    run = ssbmech.open_run(folder)
    with pytest.raises(RunFolderError, match="passes 'negative' by"):
        run.along("negative", HALF_HOUR, (0.0, -1.0), (1.0, -1.0))
    with pytest.raises(RunFolderError, match="needs a length"):
        run.along("negative", HALF_HOUR, (0.0, 0.0), (0.0, 0.0))
    with pytest.raises(RunFolderError, match="is no place"):
        run.along("negative", HALF_HOUR, (0.0,), (1.0, 0.0))
    with pytest.raises(RunFolderError, match="no fields of body 'other'"):
        run.along("other", HALF_HOUR, (0.0, 0.0), (1.0, 0.0))
