# SPDX-License-Identifier: BSD-3-Clause
"""Series in the Battery Data Format: written, and read as measured ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ssbmech.errors import RunFolderError
from ssbmech.measured import all_measured
from ssbmech.runfolder.bdf import write_bdf
from ssbmech.runfolder.reader import Series

pytestmark = pytest.mark.serial

COLUMNS = {
    "time": np.array([0.5, 60.0, 120.0]),
    "voltage": np.array([3.0, 3.5, 3.6]),
    "current": np.array([0.0, 10.0, -10.0]),
    "temperature": np.array([298.15, 298.15, 333.15]),
    "p_stack": np.array([1e6, 1.1e6, 1.2e6]),
    "void_volume:negative|separator": np.zeros(3),
}


def series(*left_out: str) -> Series:
    """Return a series without some columns."""
    return Series({name: v for name, v in COLUMNS.items() if name not in left_out}, {})


def test_what_is_written(tmp_path: Path) -> None:
    """Heads as the format names them, current of 1.13 cm2 in ampere, temperature in Celsius."""
    path = tmp_path / "cell.bdf.csv"
    write_bdf(series(), path, 1.13e-4)
    head, first, second, _ = path.read_text("utf-8").splitlines()
    assert head.split(",") == [
        "Test Time / s",
        "Voltage / V",
        "Current / A",
        "Ambient Temperature / degC",
        "Surface Pressure / Pa",
    ]
    assert [float(v) for v in first.split(",")] == pytest.approx([0.5, 3.0, 0.0, 25.0, 1e6])
    assert float(second.split(",")[2]) == pytest.approx(1.13e-3)


def test_it_is_read_as_measured(tmp_path: Path) -> None:
    """Voltage, pressure and temperature come back in SI; the current of a whole cell does not."""
    path = tmp_path / "cell.bdf.csv"
    write_bdf(series(), path, 1.0)
    found = {each.column: each for each in all_measured(path)}
    assert found.keys() == {"voltage", "p_stack", "temperature"}
    assert found["voltage"].times == pytest.approx(COLUMNS["time"])
    for name, each in found.items():
        assert each.values == pytest.approx(COLUMNS[name])


@pytest.mark.parametrize("area", [0.0, -1.0, float("nan")])
def test_area_is_looked_at(tmp_path: Path, area: float) -> None:
    """There is no current without one."""
    with pytest.raises(RunFolderError, match="in ampere"):
        write_bdf(series(), tmp_path / "cell.bdf.csv", area)


def test_series_without_electrodes(tmp_path: Path) -> None:
    """What the format needs and the run does not have is named."""
    with pytest.raises(RunFolderError, match="nothing for Voltage / V"):
        write_bdf(series("voltage"), tmp_path / "cell.bdf.csv", 1.0)
