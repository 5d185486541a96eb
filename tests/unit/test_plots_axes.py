# SPDX-License-Identifier: BSD-3-Clause
"""Axes of figures: what they show of a run, how they are named and divided."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ssbmech.plots import history, theme
from ssbmech.plots.capacity import branches, pressure_capacity, voltage_capacity, wanders
from ssbmech.plots.limits import first_event_end, limits, tick_distance
from ssbmech.plots.section import Picture
from ssbmech.runfolder.quantities import axis_label
from ssbmech.runfolder.reader import RunData, Series
from ssbmech.runfolder.shown import shown_unit

pytestmark = pytest.mark.serial


def made(steps, void=None, **columns):
    """Return a run of steps (label, duration, current) with 20 rows each."""
    rows, spans = [], []
    time = charge = 0.0
    for number, (label, duration, current) in enumerate(steps):
        spans.append({"label": label, "duration [s]": duration})
        for part in range(1, 21):
            passed = current(part / 20.0) if callable(current) else current
            charge += passed * duration / 20.0
            rows.append((time + duration * part / 20.0, duration / 20.0, number, passed, charge))
        time += duration
    times, lengths, numbers, currents, charges = np.array(rows).T
    table = {
        "time": times,
        "time_step": lengths,
        "step": numbers,
        "current": currents,
        "charge": charges,
        "voltage": 1e-3 * currents,
        "p_stack": 1e6 * np.minimum(times / steps[0][1], 1.0) + 0.1 * charges,
        "thickness_stack": 1e-5 + 1e-12 * charges,
        "void_volume:a|b": np.full_like(times, 1e-12) if void is None else void(times),
        "contact_fraction:a|b": np.ones_like(times),
        **{name: values(times) for name, values in columns.items()},
    }
    units = {"time": "s", "time_step": "s", "charge": "C m-2", "voltage": "V", "p_stack": "Pa"}
    units |= {"thickness_stack": "m", "void_volume:a|b": "m2"}
    series = Series(table, {name: units.get(name, "1") for name in table})
    return RunData(Path(), {"protocol": spans}, series, {}, {})


STRIP = [("preload", 1.0, 0.0), ("strip", 599.0, 5.0)]


def drawn(figure_of, run, path, monkeypatch):
    """Return the figure that a function saves."""
    kept = []
    monkeypatch.setattr(theme, "save", lambda figure, path: kept.append(figure) or path)
    figure_of(run, path)
    return kept[0]


def test_the_first_row_is_on_the_axis():
    """A void that closes in a tenth of a per cent of the time is seen at its full size."""
    run = made(STRIP, void=lambda t: 1e-12 * np.exp(-t))
    times, values = run.series["time"], run.series["void_volume:a|b"][None]
    found = limits("void_volume", times, values)
    assert found.low < values.min() < values[0, 0] < found.high
    assert found.start is None


def test_loading_is_cut_off_and_said():
    run = made(STRIP)
    times = run.series["time"]
    pressure = limits("p_stack", times, run.series["p_stack"][None])
    assert pressure.low > 0.9e6
    assert pressure.start == pytest.approx(run.series["p_stack"][0])
    voltage = limits("voltage", times, run.series["voltage"][None])
    assert voltage.low > 0.0 and voltage.start == 0.0
    # What is only seen from its start is not cut.
    assert limits("voltage", times, times[None]).start is None


def test_limits_of_nothing():
    assert limits("void_volume", np.ones(2), np.full((1, 2), np.nan)).low == -1.0
    zero = limits("void_volume", np.ones(2), np.zeros((1, 2)))
    assert zero.low < 0.0 < zero.high


def test_early_event_gets_a_column_of_its_own(tmp_path, monkeypatch):
    early = made(STRIP, void=lambda t: 1e-12 * np.exp(-t / 8.0))
    end = first_event_end(early, ("void_volume",))
    assert 8.0 < end < 72.0
    assert first_event_end(made(STRIP), ("void_volume",)) is None
    late = made(STRIP, void=lambda t: 1e-12 * (1.0 + t / 600.0))
    assert first_event_end(late, ("void_volume",)) is None
    one = drawn(history.history_figure, late, tmp_path, monkeypatch)
    two = drawn(history.history_figure, early, tmp_path, monkeypatch)
    assert len(two.axes) == 2 * len(one.axes) == 8
    start = two.axes[-2]
    assert start.get_xlim()[1] == pytest.approx(end)
    assert start.get_ylim()[1] > 1.0
    assert "from" in two.axes[1].texts[0].get_text()


def test_panels_without_fixture_or_electrodes_are_left_out(tmp_path, monkeypatch):
    run = made(STRIP, p_stack=np.zeros_like, voltage=np.zeros_like)
    figure = drawn(history.history_figure, run, tmp_path, monkeypatch)
    labels = " ".join(axes.get_ylabel() for axes in figure.axes)
    assert "void" in labels and "contact" in labels
    assert "pressure" not in labels and "voltage" not in labels


@pytest.mark.parametrize(("amplitude", "panels"), [(0.0, 4), (30.0, 5)])
def test_a_temperature_that_changes_is_shown(amplitude, panels, tmp_path, monkeypatch):
    run = made(STRIP, temperature=lambda t: 298.15 + amplitude * np.sin(t / 100.0))
    figure = drawn(history.history_figure, run, tmp_path, monkeypatch)
    assert len(figure.axes) == panels
    assert figure.axes[0].get_ylabel().startswith("temperature") == (amplitude > 0.0)


@pytest.mark.parametrize(
    ("span", "unit", "distance"),
    [
        (601 / 60, "min", 2.0),
        (72.0, "s", 10.0),
        (110.0, "s", 15.0),
        (90.0, "min", 15.0),
        (40.0, "h", 6.0),
        (2.0, "s", 0.5),
        (0.03, "s", 0.005),
        (900.0, "h", 200.0),
    ],
)
def test_time_ticks_are_those_of_a_clock(span, unit, distance):
    assert tick_distance(span, unit) == pytest.approx(distance)


def test_steps_have_their_own_names():
    """A hold after a charge at constant current is a line of its own, with its name."""
    run = made(
        [
            ("preload", 1.0, 0.0),
            ("plate", 60.0, -5.0),
            ("hold", 60.0, -1.0),
            ("rest", 30.0, 0.0),
            ("strip", 60.0, 5.0),
        ]
    )
    found = branches(run)
    assert [branch.label for branch in found] == ["plate", "hold", "strip"]
    assert [branch.cycle for branch in found] == [0, 0, 0]
    assert [branch.capacity[-1] for branch in found] == pytest.approx([300.0, 60.0, 300.0])
    assert not wanders(run, found)


def test_names_in_voltage_capacity(tmp_path, monkeypatch):
    steps = [("preload", 1.0, 0.0), ("plate 1", 60.0, -5.0), ("hold 1", 60.0, -1.0)]
    run = made([*steps, ("strip 1", 60.0, 5.0)])
    axes = drawn(voltage_capacity, run, tmp_path, monkeypatch).axes[0]
    assert {text.get_text() for text in axes.texts} == {"plate", "hold", "strip"}
    assert len({line.get_color() for line in axes.lines}) == 3
    assert "in the step" in axes.get_xlabel()


def test_charge_and_hold_are_one_branch_where_the_charge_is_known():
    steps = [("preload", 1.0, 0.0), ("charge", 60.0, 5.0), ("hold", 60.0, 1.0)]
    run = made(
        [*steps, ("discharge", 60.0, -5.0)],
        state_of_charge=lambda t: np.where(t < 121.0, t / 121.0, 1.0 - (t - 121.0) / 60.0),
    )
    found = branches(run)
    assert [branch.label for branch in found] == ["charge", "discharge"]
    assert found[0].capacity[-1] == pytest.approx(360.0)


def test_cycles_are_counted_by_changes_of_direction():
    run = made([("preload", 1.0, 0.0), *[("plate", 9.0, -5.0), ("strip", 9.0, 5.0)] * 4])
    assert [branch.cycle for branch in branches(run)] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert not wanders(run, branches(run))


@pytest.mark.parametrize(
    "steps",
    [
        [(f"block {k}", 6.0, (-1) ** k * (1.0 + 4.0 * (k % 3))) for k in range(12)],
        [("drive", 60.0, lambda part: np.sin(20.0 * part))],
    ],
    ids=["blocks", "profile"],
)
def test_a_drive_cycle_is_one_line_over_the_charge(steps, tmp_path, monkeypatch):
    run = made([("preload", 1.0, 0.0), *steps])
    assert wanders(run, branches(run))
    figure = drawn(voltage_capacity, run, tmp_path, monkeypatch)
    assert "since the start" in figure.axes[0].get_xlabel()
    assert not figure.axes[0].texts
    assert len(figure.axes[0].collections) == 1


def test_small_changes_have_small_units(tmp_path, monkeypatch):
    """0.0003 MPa is 0.3 kPa."""
    figure = drawn(pressure_capacity, made(STRIP), tmp_path, monkeypatch)
    pressure, thickness = figure.axes
    assert "(kPa)" in pressure.get_ylabel()
    assert "(nm)" in thickness.get_ylabel()


def test_axis_units_follow_the_size():
    assert shown_unit("Pa", 2e6).text == "MPa"
    assert shown_unit("Pa").text == "MPa"
    assert shown_unit("Pa", 300.0).text == "kPa"
    assert shown_unit("m", 3e-6).text == "µm"
    assert shown_unit("m", 3e-9).text == "nm"
    assert axis_label("gap", largest=2e-9) == "gap (nm)"


def test_scales_show_structure_and_their_ends():
    even = theme.signed_scale(np.full(50, -5.0))
    assert even.norm.vmin < -5.0 < even.norm.vmax and even.extend == "neither"
    high_up = theme.pressure_scale(np.linspace(1.9, 2.0, 50))
    assert high_up.norm.vmin == pytest.approx(1.9, abs=0.01)
    assert high_up.norm.vmax == pytest.approx(2.0, abs=0.025)
    assert high_up.extend == "neither" and not high_up.logarithmic
    flat = theme.pressure_scale(np.full(50, 2.0))
    assert flat.norm.vmin < 2.0 < flat.norm.vmax
    both = theme.pressure_scale(np.linspace(-1.0, 2.0, 50))
    assert both.norm.vmin == -both.norm.vmax
    spread = theme.signed_scale(np.r_[-50.0, np.full(500, 1.0), 50.0, 50.0])
    assert "linear up to 1" in spread.note and not both.note


class TwoLayers(Picture):
    """A picture of one body: two squares on each other, each of two triangles."""

    def __init__(self, manifest):
        body = SimpleNamespace(names={"region"}, grid=lambda step: 0)
        self._run = SimpleNamespace(hosts=[], bodies={"metal": body}, manifest=manifest)
        self._borders = {}

    def body(self, name, step, names=()):
        cells = np.array([[0, 1, 3], [0, 3, 2], [2, 3, 5], [2, 5, 4]])
        return SimpleNamespace(cells=cells, arrays={"region": np.array([1.0, 1.0, 2.0, 2.0])})


def test_regions_of_a_body_are_told_apart():
    picture = TwoLayers({"bodies": {"metal": {"regions": {"foil": 1, "lithium": 2, "far": 7}}}})
    found = picture.regions("metal")
    assert {name: cells.tolist() for name, cells in found.items()} == {
        "foil": [True, True, False, False],
        "lithium": [False, False, True, True],
    }
    assert picture.borders("metal").tolist() == [[2, 3]]


@pytest.mark.parametrize("manifest", [{}, {"bodies": {"metal": {"label": "x"}}}, {"bodies": []}])
def test_runs_that_do_not_name_their_regions_have_none(manifest):
    picture = TwoLayers(manifest)
    assert picture.regions("metal") == {}
    assert picture.borders("metal").shape == (0, 2)
