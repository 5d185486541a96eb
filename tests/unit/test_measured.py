# SPDX-License-Identifier: BSD-3-Clause
"""Measured series beside a run: units, files, and where they are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import cli
from ssbmech.errors import ParameterError, RunFolderError
from ssbmech.measured import all_measured
from ssbmech.plots import history, theme
from ssbmech.report import charts
from ssbmech.runfolder.measured import read_measured, write_measured
from ssbmech.runfolder.reader import RunData
from ssbmech.units import MPa, hour, mV, s
from tests.unit.synthetic_run import write_run

pytestmark = pytest.mark.serial


def test_series_in_si(tmp_path: Path):
    path = tmp_path / "cell 7.csv"
    path.write_text("time [min];voltage [mV];p_stack [MPa];note\n10;5;1;a\n11;6,5;2;b\n", "utf-8")
    voltage, pressure = all_measured(path)
    assert (voltage.column, voltage.label) == ("voltage", "cell 7")
    assert voltage.series().times == pytest.approx((0.0, 60.0))
    assert voltage.values == pytest.approx((5e-3, 6.5e-3))
    assert pressure.values == pytest.approx((1e6, 2e6))
    late = ssb.Measured("voltage", [0, 1] * hour, [1, 2] * mV, start=30 * s)
    assert late.series().times == pytest.approx((30.0, 3630.0))
    write_measured(tmp_path, [voltage.series(), late.series()])
    write_measured(tmp_path, [voltage.series()])
    assert read_measured(tmp_path) == [voltage.series(), late.series()]
    (tmp_path / "measured.json").write_text("[{}]", "utf-8")
    with pytest.raises(RunFolderError, match="delete it"):
        read_measured(tmp_path)


def test_no_series(tmp_path: Path):
    for make, told in (
        (lambda: ssb.Measured("tension", [0], [1]), "is no column of the series"),
        (lambda: ssb.Measured("voltage", [0, 1], [1]), "2 times and 1 values"),
        (lambda: ssb.Measured("voltage", [0, 1], [1, 2] * MPa), "expected V or the like"),
        (lambda: ssb.Measured("voltage", [0, 1], [1, np.nan]), "finite"),
        (lambda: ssb.Measured("voltage", 0, 1), "expected a sequence"),
    ):
        with pytest.raises(ParameterError, match=told):
            make()
    path = tmp_path / "odd.csv"
    path.write_text("time [s];U [V]\n0;1\n1;2\n", "utf-8")
    with pytest.raises(ParameterError, match="others named as columns of the series"):
        all_measured(path)


def test_points_over_the_lines_of_a_run(tmp_path: Path):
    """In the panel of their quantity, within its limits, in shown units."""
    folder = write_run(tmp_path / "run", nx=12, ny=2, n_fields=3, n_rows=31)
    run = RunData.open(folder)
    times, computed = run.series["time"], run.series["voltage"]
    middle = float(0.5 * times[-1])
    high = float(3.0 * np.abs(computed).max())
    series = ssb.Measured("voltage", [0, middle, 10 * times[-1]], [0.0, high, 9e9], label="cell 7")
    write_measured(folder, [series.series()])
    with theme.style():
        axes = theme.new_figure(4, 3).subplots()
        history._draw_panel(axes, run, "voltage", {""})
        (line,) = [each for each in axes.lines if each.get_label() == "cell 7"]
        assert len(line.get_xdata()) == 2
        assert line.get_xdata()[1] == pytest.approx(run.time_unit()[1] * middle)
        assert axes.get_ylim()[1] >= max(line.get_ydata())
        factor = float(np.max(np.abs(axes.lines[0].get_ydata())) / np.max(np.abs(computed)))
        assert line.get_ydata()[1] == pytest.approx(factor * high)
    chart = charts.history_chart(run)
    (trace,) = [each for each in chart["data"] if each["name"] == "cell 7"]
    assert trace["mode"] == "markers"
    assert trace["meta"][1] == pytest.approx(factor * high)


def test_command_line(tmp_path: Path):
    folder = write_run(tmp_path / "run", nx=12, ny=2, n_fields=3, n_rows=31)
    path = tmp_path / "cell.csv"
    path.write_text("t [s];voltage [V]\n0;0.01\n1;0.02\n", "utf-8")
    assert cli.main(["report", str(folder), "--measured", str(path)]) == 0
    assert [each.label for each in read_measured(folder)] == ["cell"]
    assert "cell" in (folder / "report.html").read_text("utf-8")
    (tmp_path / "empty").mkdir()
    assert cli.main(["plot", str(tmp_path / "empty"), "--measured", str(path)]) == 1
    assert not (tmp_path / "empty" / "measured.json").exists()
