# SPDX-License-Identifier: BSD-3-Clause
"""A run folder as tables and maps, with quantities that the package does not know among them."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import ssbmech
from ssbmech.cli import main
from ssbmech.errors import RunFolderError, StudyError
from ssbmech.plots import make_all
from ssbmech.report import charts, write_report
from ssbmech.report.content import protocol_steps
from ssbmech.report.opening import open_run as open_for_report
from ssbmech.runfolder.export import VtuExporter
from ssbmech.runfolder.fields import FieldData
from ssbmech.runfolder.info import summary
from ssbmech.runfolder.quantities import Quantity, axis_label, own_quantities
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.series import Column
from ssbmech.runfolder.status import RunStatus
from ssbmech.study.reductions import Figure
from tests.unit.report_page import Page, change_manifest, flat
from tests.unit.synthetic_run import (
    HALF_HOUR,
    LOWER,
    OWN,
    UM,
    WIDTH,
    Void,
    write_block_run,
    write_run,
)

pytestmark = pytest.mark.serial

RESULTS = Path(__file__).parents[2] / "docs" / "guide" / "results.md"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run with quantities of the user's own."""
    path = tmp_path_factory.mktemp("runs") / "run"
    return write_run(path, nx=24, ny=4, n_fields=7, n_rows=31, own=True)


@pytest.fixture
def copy(finished, tmp_path):
    """A run that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def test_series_is_a_table_with_units(finished):
    run = ssbmech.open_run(finished)
    table, plain = run.series, RunData.open(finished).series
    assert (run.status, run.at_work) == (RunStatus.COMPLETE, False)
    assert table.index.name == "time"
    np.testing.assert_array_equal(table.index, plain["time"])
    np.testing.assert_array_equal(table["voltage"], plain["voltage"])
    assert table.attrs["units"] == run.units == plain.units
    assert table.attrs["units"]["time"] == "s"
    assert table.attrs["units"][f"void_volume:{LOWER}"] == "m2"
    assert table.attrs["labels"]["p_stack"] == "stack pressure"
    labelled = run.labelled_series()
    assert labelled.index.name == "time [s]"
    assert list(labelled)[:3] == ["step [1]", "current [A m-2]", "voltage [V]"]
    np.testing.assert_array_equal(labelled["voltage [V]"], table["voltage"])


def test_interface_is_a_map_over_time_and_facet(finished):
    run = ssbmech.open_run(finished)
    assert run.interfaces == [LOWER, "positive|separator"]
    fields = run.interface(LOWER)
    assert fields.gap.dims == ("time", "facet")
    assert dict(fields.sizes) == {"time": 7, "facet": 24, "direction": 3, "marker_component": 4}
    assert (fields.gap.attrs["units"], fields.gap.attrs["long_name"]) == ("m", "gap")
    assert (fields.contact.attrs["units"], fields.time.attrs["units"]) == ("1", "s")
    assert (fields.x.attrs["units"], fields.attrs["minus"]) == ("m", "negative")
    assert fields.attrs["frame"] == "PlaneStrain"
    np.testing.assert_allclose(fields.y, 20 * UM)
    assert set(fields.coords) == {"time", "x", "y", "direction"}
    data = RunData.open(finished).interfaces[LOWER]
    np.testing.assert_array_equal(fields.gap.values, data.history("gap"))
    void = Void(float(fields.time[3]), 0.5 * WIDTH)
    np.testing.assert_allclose(fields.gap[3], void.gap(fields.x.values), atol=1e-12)


def test_body_is_a_map_over_cells_and_nodes(finished):
    run = ssbmech.open_run(finished)
    assert set(run.bodies) == {"negative", "separator", "positive"}
    body, data = run.body("separator"), RunData.open(finished).bodies["separator"]
    assert body.displacement.dims == ("time", "node", "direction")
    assert body.stress.dims == ("time", "cell", "component")
    assert body.von_mises.attrs["units"] == "Pa"
    np.testing.assert_array_equal(body.x, data.points[:, 0])
    np.testing.assert_allclose(body.x_cell, body.x.values[body.corners.values].mean(axis=1))
    np.testing.assert_array_equal(
        body.stress.sel(component="xy").isel(time=2), data.values("stress", 2)[:, 3]
    )
    assert list(body.component.values) == ["xx", "yy", "zz", "xy", "yz", "xz"]


def test_only_what_is_asked_for_is_read(finished, monkeypatch):
    from ssbmech.runfolder.fields import FieldData

    read, values = [], FieldData.values

    def noted(self, name, step):
        read.append((name, step))
        return values(self, name, step)

    monkeypatch.setattr(FieldData, "values", noted)
    body = ssbmech.open_run(finished).body("negative")
    assert read == []
    last = body.stress.isel(time=-1).values
    assert read == [("stress", 6)]
    np.testing.assert_array_equal(body.stress[::3, 1::2, 0].values[-1], last[1::2, 0])
    assert read[1:] == [("stress", step) for step in (0, 3, 6)]
    np.testing.assert_array_equal(body.stress.isel(cell=[3, 0], time=6), last[[3, 0]])
    assert body.stress[7:].shape[0] == body.stress[7:].values.shape[0] == 0


def test_a_run_in_space_has_three_coordinates(tmp_path):
    run = ssbmech.open_run(write_block_run(tmp_path / "run", n=4))
    fields = run.interface("metal|ceramic")
    assert {"x", "y", "z"} <= set(fields.coords)
    np.testing.assert_allclose(fields.z, 10 * UM)
    assert {"x_cell", "y_cell", "z_cell"} <= set(run.body("metal").coords)
    assert run.body("metal").sizes["corner"] == 4


def test_constant_fields_and_the_axisymmetric_frame(copy):
    import h5py

    change_manifest(copy, frame="Axisymmetric")
    path = next(copy.glob("fields/interface_negative*"))
    with h5py.File(path, "r+") as file:
        root = file["VTKHDF"]
        size = int(root["NumberOfCells"][0])
        root["CellData"].create_dataset("initial_gap", data=np.ones(size))
        root["Steps/CellDataOffsets"].create_dataset("initial_gap", data=np.zeros(7, dtype=int))
    fields = ssbmech.open_run(copy).interface(LOWER)
    assert fields.initial_gap.dims == ("facet",)
    assert fields.x.attrs["long_name"] == "radius"


def test_a_run_that_has_just_begun(copy):
    (copy / "series.csv").unlink()
    shutil.rmtree(copy / "fields")
    change_manifest(copy, status="running")
    run = ssbmech.open_run(copy)
    assert (run.status, run.at_work) == ("running", False)
    assert len(run.series) == 0
    assert run.series.index.name == "time"
    assert run.labelled_series().index.name == "time [s]"
    assert run.bodies == run.interfaces == []
    with pytest.raises(RunFolderError, match="no fields of body 'separator'; there are: none yet"):
        run.body("separator")


def test_a_run_that_goes_on_is_read_up_to_its_last_row(copy):
    text = (copy / "series.csv").read_text()
    (copy / "series.csv").write_text(text[:-9])
    assert len(ssbmech.open_run(copy).series) == 30


def test_what_cannot_be_opened(copy, tmp_path):
    with pytest.raises(RunFolderError, match="is no run folder"):
        ssbmech.open_run(tmp_path / "nowhere")
    run = ssbmech.open_run(copy)
    with pytest.raises(RunFolderError, match=r"interface 'a\|b'; there are: negative\|separator, "):
        run.interface("a|b")
    (copy / "series.csv").write_text("step [1]\n0\n")
    with pytest.raises(RunFolderError, match="no column of time"):
        _ = ssbmech.open_run(copy).series
    (copy / "series.csv").write_text("time\n0\n")
    with pytest.raises(RunFolderError, match="column 'time' should read"):
        _ = ssbmech.open_run(copy).series


def test_quantities_of_ones_own_have_label_and_unit(finished):
    run = RunData.open(finished)
    assert run.quantity("heat") == run.quantity(f"heat:{LOWER}") == OWN[0]
    assert run.quantity("gap").label == "gap"
    # in the series only, and in a field file only
    assert run.quantity("ticks") == Quantity("ticks", "", "1", "ticks")
    assert run.quantity("marker").unit == ""
    assert axis_label(run.quantity("heat")) == "heat set free (W m⁻²)"
    assert axis_label(run.quantity("film")) == "film thickness (µm)"
    opened = ssbmech.open_run(finished)
    assert opened.series.attrs["units"][f"heat:{LOWER}"] == "W m-2"
    assert opened.series.attrs["labels"]["heat"] == "heat set free"
    fields = opened.interface(LOWER)
    assert (fields.film.attrs["units"], fields.film.attrs["long_name"]) == ("m", "film thickness")
    # a vector in the plane, written as one in space
    np.testing.assert_allclose(fields.slip[0], np.stack([fields.x, 2 * fields.x, 0 * fields.x], 1))
    assert fields.marker.dims == ("time", "facet", "marker_component")
    assert "units" not in fields.marker.attrs


def test_columns_of_ones_own():
    assert Column.of(OWN[0], LOWER) == Column(f"heat:{LOWER}", "W m-2")
    assert Column.of(OWN[0], unit="W").header == "heat [W]"


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"name": "heat_flux", "unit": "W m-2"}, Quantity("heat_flux", "", "W m-2", "heat flux")),
        ({"name": "n", "unit": ""}, Quantity("n", "", "1", "n")),
        (
            {"name": "n", "unit": "m", "label": 3, "symbol": None, "components": True},
            Quantity("n", "", "m", "n"),
        ),
        ({"name": "n"}, None),
        ({"unit": "m"}, None),
        ("n", None),
    ],
)
def test_lists_of_quantities_are_taken_as_they_are(entry, found):
    assert own_quantities([entry]) == ({} if found is None else {found.name: found})
    assert own_quantities(None) == own_quantities({}) == {}


def test_figures_and_report_with_quantities_of_ones_own(copy):
    files = make_all(copy, animation=False)
    assert {"history.png", "interface_negative-separator.png"} <= {file.name for file in files}
    reason = f"heat:{LOWER} reached its limit"
    (copy / "run.log").write_text(f"x: plate ended after step 1 of the protocol ({reason})\n")
    run, notes = open_for_report(copy)
    assert notes == []
    listed = {each["name"]: each for each in charts.any_quantity(run)["quantities"]}
    assert listed["heat"]["label"] == "heat set free (W m⁻²)"
    assert [line["name"] for line in listed["heat"]["lines"]] == [
        "heat set free", "negative | separator"
    ]  # fmt: skip
    assert listed["ticks"]["label"] == "ticks"
    ended = protocol_steps(run)[0].ended
    assert ended == "heat set free of negative | separator reached its limit"
    text = Page(write_report(copy).read_text(encoding="utf-8")).text
    assert ended in flat(text)


def test_quantities_of_another_form_are_left_out_of_a_report(copy):
    change_manifest(copy, quantities=[{"name": 3, "unit": "m"}, "heat"])
    run, notes = open_for_report(copy)
    assert "quantities[0]: name, quantities[1]" in notes[0]
    assert run.quantity("heat").label == "heat"
    assert charts.any_quantity(run)["quantities"]


def test_info_tells_quantities_of_ones_own(finished):
    told = summary(finished)["last"]
    assert {"heat [W m-2]", f"heat:{LOWER} [W m-2]"} <= set(told)
    assert json.dumps(told)


def test_a_study_collects_quantities_of_ones_own(finished):
    series = RunData.open(finished).series
    with_steps = dataclasses.replace(
        series, columns={**series.columns, "time_step": np.ones(series["time"].size)}
    )
    figure = Figure.read("q", {"column": f"heat:{LOWER}", "reduce": "max", "unit": "mW/cm2"})
    value, unit = figure.value(with_steps, [])
    np.testing.assert_allclose(value, 0.07)
    assert unit == "mW/cm2"
    wrong = Figure.read("q", {"column": "heat", "unit": "V"})
    with pytest.raises(StudyError, match="heat is stored in W m-2, which cannot be given in V"):
        wrong.value(with_steps, [])


def test_the_example_of_the_guide(finished, tmp_path, monkeypatch):
    """Run the programs of the section on open_run, on a run of that name."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "first_case").symlink_to(finished)
    monkeypatch.chdir(tmp_path)
    section = RESULTS.read_text(encoding="utf-8").split("## Tables and maps")[1].split("\n## ")[0]
    programs = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert programs
    names: dict[str, object] = {}
    for program in programs:
        exec(program, names)
    assert (tmp_path / "gap.png").exists()


def test_grids_for_pyvista_hold_all_fields_and_their_units(finished):
    run = ssbmech.open_run(finished)
    grid = run.pyvista("negative", time=HALF_HOUR + 1.0)
    data = RunData.open(finished).bodies["negative"]
    np.testing.assert_array_equal(grid.points, data.points)
    np.testing.assert_array_equal(grid["stress"], data.values("stress", 2))
    np.testing.assert_array_equal(grid["displacement"], data.values("displacement", 2))
    assert grid.field_data["time [s]"][0] == pytest.approx(HALF_HOUR)
    assert grid.field_data["unit of stress"][0] == "Pa"
    assert grid.field_data["components of stress"][0] == "xx yy zz xy yz xz"
    assert run.pyvista(LOWER, time=0.0).n_cells == 24
    with pytest.raises(RunFolderError, match="no output at t = 1e\\+06 s"):
        run.pyvista("negative", time=1e6)
    with pytest.raises(RunFolderError, match="no fields of body or interface 'other'"):
        run.pyvista("other", time=0.0)


def test_exported_grids_come_back(finished, tmp_path):
    import pyvista as pv

    written = ssbmech.open_run(finished).export(VtuExporter(), tmp_path, times=(0.0, HALF_HOUR))
    index = tmp_path / "body_separator.pvd"
    assert index in written
    reader = pv.PVDReader(str(index))
    assert reader.time_values == pytest.approx([0.0, HALF_HOUR])
    reader.set_active_time_value(HALF_HOUR)
    (grid,) = reader.read()
    data = RunData.open(finished).bodies["separator"]
    np.testing.assert_allclose(grid["von_mises"], data.values("von_mises", 2), rtol=1e-12)
    np.testing.assert_array_equal(grid.cells_dict[data.cell_type], data.nodes)


def test_the_series_is_written_in_the_battery_data_format(finished, tmp_path):
    run, path = ssbmech.open_run(finished), tmp_path / "cell.bdf.csv"
    run.to_bdf(path, area=1e-4)
    head, *rows = path.read_text("utf-8").splitlines()
    voltage = [float(row.split(",")[head.split(",").index("Voltage / V")]) for row in rows]
    np.testing.assert_allclose(voltage, run.series["voltage"], rtol=1e-9)


def test_the_index_of_exported_grids_takes_any_name(copy, tmp_path):
    """A body may be called as the user likes; the index is XML."""
    import pyvista as pv

    named = (copy / "fields" / "body_negative.vtkhdf").rename(copy / "fields" / "body_a&b.vtkhdf")
    run = RunData.open(copy)
    index, first = VtuExporter().write(run, FieldData(named), [0], tmp_path)
    assert first.name == "body_a&b_0000.vtu"
    (dataset,) = pv.PVDReader(str(index)).datasets
    assert Path(dataset.path).name == first.name


def test_exported_tables_come_back(finished, tmp_path, capsys):
    import pandas as pd

    assert main(["export", str(finished), "--to=csv", "--time=1800", "--out", str(tmp_path)]) == 0
    table = pd.read_csv(tmp_path / "body_negative_cells.csv")
    assert str(tmp_path / "body_negative_cells.csv") in capsys.readouterr().out
    data = RunData.open(finished).bodies["negative"]
    np.testing.assert_allclose(table["stress_xy [Pa]"], data.values("stress", 2)[:, 3], rtol=1e-8)
    assert set(table["time [s]"]) == {HALF_HOUR}
    points = pd.read_csv(tmp_path / "body_negative_points.csv")
    assert list(points)[:3] == ["time [s]", "x [m]", "y [m]"]
    gap = pd.read_csv(tmp_path / "interface_negative-separator_cells.csv")["gap [m]"]
    largest = RunData.open(finished).interfaces[LOWER].values("gap", 2).max()
    assert gap.max() == pytest.approx(largest, rel=1e-8, abs=0.0)
    assert main(["export", str(finished), "--to=csv", "--time=1e9"]) == 1
    assert "no output at t = 1e+09 s" in capsys.readouterr().err


def test_arrays_tell_units_and_components(finished):
    import h5py

    with h5py.File(finished / "fields" / "body_negative.vtkhdf", locking=False) as file:
        notes = dict(file["VTKHDF/CellData/stress"].attrs)
        assert dict(file["VTKHDF/PointData/displacement"].attrs)["components"] == "x y z"
    assert (notes["units"], notes["components"]) == ("Pa", "xx yy zz xy yz xz")
