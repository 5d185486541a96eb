# SPDX-License-Identifier: BSD-3-Clause
"""The charts of a report, and its view in space."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from ssbmech.report import charts
from ssbmech.report.solid import solid_view, surface
from ssbmech.runfolder.reader import RunData, Series
from tests.unit.report_page import unpacked
from tests.unit.synthetic_cathode import write_cathode_run
from tests.unit.synthetic_run import write_block_run, write_run

pytestmark = pytest.mark.serial


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run that came to its end."""
    path = write_run(tmp_path_factory.mktemp("runs") / "run", nx=12, ny=2, n_fields=3, n_rows=31)
    return path


@pytest.fixture(scope="module")
def in_space(tmp_path_factory):
    """A run in space."""
    path = write_block_run(tmp_path_factory.mktemp("runs") / "run", n=8)
    return path


def test_charts_are_valid_for_plotly(finished, tmp_path):
    import plotly.graph_objects as go

    cathode = RunData.open(write_cathode_run(tmp_path / "cathode"))
    for run in (RunData.open(finished), cathode):
        chart = charts.history_chart(run)
        figure = go.Figure(data=chart["data"], layout=chart["layout"])
        assert figure.layout.xaxis.title.text in ("time (min)", "time (h)")
        assert len(chart["layout"]["shapes"]) == len(run.protocol()) == len(chart["shares"])
    assert charts.effort_chart(RunData.open(finished)) is None
    chart = charts.effort_chart(cathode)
    go.Figure(data=chart["data"], layout=chart["layout"])
    titles = [note["text"] for note in charts.history_chart(cathode)["layout"]["annotations"]]
    assert "<b>Broken fraction of the bond</b>" in titles
    assert "<b>Cell voltage (V)</b>" in titles


def test_charts_show_the_series_in_their_units(finished):
    run = RunData.open(finished)
    lines = charts.history_chart(run)["data"]
    voltage = next(line for line in lines if line["name"] == "cell voltage")
    np.testing.assert_allclose(unpacked(voltage["y"]), 1e3 * run.series["voltage"], rtol=1e-6)
    np.testing.assert_allclose(unpacked(voltage["x"]), run.series["time"] / 60.0, rtol=1e-6)
    assert "mV" in voltage["hovertemplate"]
    thickness = next(line for line in lines if line["name"] == "stack thickness")
    assert thickness["hovertemplate"].startswith("change of stack thickness: ")
    everything = charts.any_quantity(run)
    names = [each["name"] for each in everything["quantities"]]
    assert names == [
        "step", "current", "voltage", "p_stack", "thickness_stack", "contact_fraction",
        "void_volume",
    ]  # fmt: skip
    void = everything["quantities"][-1]
    assert void["label"] == "void volume per depth (µm²)"
    assert [line["name"] for line in void["lines"]] == [
        "negative | separator", "positive | separator"
    ]  # fmt: skip


def test_long_series_are_thinned(finished):
    run = RunData.open(finished)
    count = 3 * charts.MOST_ROWS + 1
    columns = {"time": np.arange(count) * 1.0, "step": (np.arange(count) >= 7000) * 1.0}
    long = dataclasses.replace(run, series=Series(columns, {"time": "s", "step": "1"}))
    kept = charts.kept_rows(long)
    assert len(kept) <= charts.MOST_ROWS + 3
    assert {0, 6999, count - 1} <= set(kept.tolist())


def test_view_in_space_has_the_surface(in_space):
    view, note = solid_view(RunData.open(in_space))
    assert note == ""
    assert [body["name"] for body in view["bodies"]] == ["metal", "ceramic"]
    metal, ceramic = view["bodies"]
    # Two triangles on each square: 8 x 8 above and below, 8 x 4 at four sides.
    assert len(unpacked(metal["i"])) == 2 * (2 * 64 + 4 * 32)
    # Single precision, in um.
    assert unpacked(metal["z"]).min() == pytest.approx(0.0, abs=1e-6)
    # Lifted by 0.5 um at the end.
    np.testing.assert_allclose(unpacked(ceramic["z"]).max(), 20.5, rtol=1e-6)
    assert abs(metal["lift"]) <= 1e-9 * ceramic["lift"]
    assert ceramic["lift"] > 0.0
    assert metal["values"]["von_mises"]["mode"] == "cell"
    (interface,) = view["interfaces"]
    np.testing.assert_allclose(unpacked(interface["z"]), 10.0, rtol=1e-6)
    np.testing.assert_allclose(
        unpacked(interface["values"]["gap"]["data"]).max(),
        1e6 * RunData.open(in_space).interfaces["metal|ceramic"].values("gap", -1).max(),
        rtol=1e-6,
    )
    assert {field["name"] for field in view["fields"]} == {"von_mises", "pressure", "gap"}
    assert view["apart"]


def test_surface_of_two_tetrahedra():
    faces, owners = surface(np.array([[0, 1, 2, 3], [4, 1, 2, 3]]))
    assert len(faces) == 6
    assert sorted(owners.tolist()) == [0, 0, 0, 1, 1, 1]
    assert (1, 2, 3) not in {tuple(sorted(face)) for face in faces.tolist()}


def test_plane_runs_have_no_view_in_space(finished):
    assert solid_view(RunData.open(finished)) == (None, "")


def test_large_runs_have_a_view_of_fewer_triangles(in_space, monkeypatch):
    monkeypatch.setattr("ssbmech.report.solid.MOST_TRIANGLES", 300)
    view, note = solid_view(RunData.open(in_space))
    parts = [*view["bodies"], *view["interfaces"]]
    shown = sum(len(unpacked(part["i"])) for part in parts)
    assert 100 < shown <= 300
    assert re.search(rf"has {shown} of [\d,]+ triangles", note)
    for part in parts:
        for value in part["values"].values():
            corners = "x" if value["mode"] == "vertex" else "i"
            assert len(unpacked(value["data"])) == len(unpacked(part[corners]))
    # corners and edges of the blocks stay where they are
    for body in view["bodies"]:
        assert [np.ptp(unpacked(body[axis])) for axis in "xyz"] == pytest.approx(
            [20.0, 20.0, 10.0], rel=1e-6
        )


def test_view_in_space_of_particles(tmp_path):
    view, _ = solid_view(RunData.open(write_cathode_run(tmp_path / "run", dim=3)))
    content = next(field for field in view["fields"] if field["name"] == "content")
    assert 0.0 <= content["low"] < content["high"] <= 1.0
    particles = next(body for body in view["bodies"] if body["name"] == "nmc")
    assert particles["values"]["content"]["mode"] == "vertex"
    assert not view["apart"]
