# SPDX-License-Identifier: BSD-3-Clause
"""Figures of full cells: capacity, particles and cathode, from a run known in closed form."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ssbmech.plots import RunData, make_all, theme
from ssbmech.plots.capacity import branches, stack_columns
from ssbmech.plots.cathode import CathodePanel, cathode_view, particles_box
from ssbmech.plots.labels import Labels
from ssbmech.plots.maps import moment, void_window
from ssbmech.plots.particles import cell_means, read_particles
from ssbmech.plots.ranges import beyond_scale, pressure_scale, stress_scale
from ssbmech.plots.section import MICRO, Picture
from ssbmech.runfolder.quantities import axis_label
from ssbmech.runfolder.shown import fitting_unit, shown_unit
from tests.unit.synthetic_cathode import (
    BROKEN,
    FLAT,
    HOUR,
    PARTICLES,
    ROUND,
    State,
    write_cathode_run,
)
from tests.unit.test_plots import shape_and_colours

pytestmark = pytest.mark.serial


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run in plane strain."""
    return write_cathode_run(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def in_space(tmp_path_factory):
    """A run in space."""
    return write_cathode_run(tmp_path_factory.mktemp("runs") / "run", dim=3)


@pytest.fixture
def copy(finished, tmp_path):
    """A run that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def test_voltages_are_shown_in_a_unit_of_their_size(finished):
    """A full cell's voltage is one of volts, a polarisation one of millivolts."""
    assert shown_unit("V").text == "mV"
    assert shown_unit("V", 0.02).text == "mV"
    assert shown_unit("V", 4.2).text == "V"
    assert shown_unit("V", 4.2).factor == 1.0
    assert shown_unit("V", 0.7).text == fitting_unit("V", 0.7).text == "V"
    assert shown_unit("A/m2") == shown_unit("A m-2")
    assert axis_label("voltage", "", 4.2) == "cell voltage (V)"
    assert shown_unit("Pa", 1e9).text == "MPa"
    run = RunData.open(finished)
    assert 3.5 < run.series.largest("voltage") < 4.6
    assert run.series.largest("no_such_quantity") == 0.0
    assert "voltage 3.52 V" in moment(run, HOUR)


def test_titles_leave_out_what_the_cell_has_not(finished):
    run = RunData.open(finished)
    run.series.columns["p_stack"][:] = 0.0
    assert "pressure" not in moment(run, HOUR)


def test_branches(finished):
    """Rests are none, a hold belongs to its charge, and each branch begins at zero."""
    found = branches(RunData.open(finished))
    assert [branch.label for branch in found] == ["charge", "discharge"] * 2
    assert [branch.cycle for branch in found] == [0, 0, 1, 1]
    assert [branch.end / HOUR for branch in found] == pytest.approx([2.0, 4.0, 6.0, 7.0])
    np.testing.assert_allclose([branch.capacity[-1] for branch in found], [2e4, 1.9e4, 2e4, 2.1e4])
    # The first row lies a tenth of an hour after the beginning.
    np.testing.assert_allclose([branch.capacity[0] for branch in found[:2]], [2e3, 1.9e3])
    assert all((np.diff(branch.capacity) > 0.0).all() for branch in found)


def test_branches_need_charge(copy):
    run = RunData.open(copy)
    run.series.columns["charge"][:] = 0.0
    assert branches(run) == []
    del run.series.columns["charge"]
    assert branches(run) == []
    run.series.columns["p_stack"][:] = 0.0
    assert stack_columns(run) == ["thickness_stack"]


def test_branches_without_state_of_charge_have_the_names_of_steps(copy):
    run = RunData.open(copy)
    del run.series.columns["state_of_charge"]
    assert [branch.label for branch in branches(run)][:2] == ["charge 1", "discharge 1"]


@pytest.mark.parametrize("dim", [2, 3])
def test_particles(finished, in_space, dim):
    """Volumes, mean contents and conducting fractions are those of the closed expressions."""
    run = RunData.open(finished if dim == 2 else in_space)
    volumes = np.array([half**dim for *_, half in PARTICLES])
    for hour in (1, 2, 6, 7):
        state = State(hour * HOUR)
        particles = read_particles(run, "nmc", state.time)
        np.testing.assert_allclose(particles.volume, volumes / volumes.sum())
        np.testing.assert_allclose(particles.content, [state.content(k) for k in range(3)])
        np.testing.assert_allclose(particles.conducting, [state.conducting(k) for k in range(3)])
        assert particles.cut_off.tolist() == [False, False, hour > 1]
        row = np.abs(run.series["time"] - state.time).argmin()
        assert np.isclose(particles.mean, run.series["content_mean:nmc"][row])
        assert np.isclose(
            particles.volume[particles.cut_off].sum(), run.series[f"cut_off:{ROUND}"][row]
        )


@pytest.mark.parametrize("dim", [2, 3])
def test_cell_means_are_exact_for_quadratic_fields(finished, in_space, dim):
    """Summed over a particle they integrate the parabola; corners alone would miss it."""
    data = RunData.open(finished if dim == 2 else in_space).bodies["nmc"]
    assert data.nodes.shape[1] == {2: 6, 3: 10}[dim]
    np.testing.assert_array_equal(data.nodes[:, : dim + 1], data.corners)
    means = cell_means(data, "content", 1)
    corners = data.values("content", 1)[data.corners].mean(axis=1)
    assert np.abs(means - corners).max() > 1e-3
    assert np.isclose(means.mean(), State(HOUR).content(0), atol=0.02)


def test_particles_without_conduction_are_not_cut_off(copy):
    (copy / "fields" / "interface_nmc-electrolyte.vtkhdf").unlink()
    particles = read_particles(RunData.open(copy), "nmc", 7 * HOUR)
    assert np.isnan(particles.conducting).all()
    assert not particles.cut_off.any()


def test_closed_interfaces_have_no_window(finished):
    """Their gaps are not enlarged by the stress maps, and they have no map over position."""
    run = RunData.open(finished)
    assert run.hosts == ["nmc"]
    assert run.round_particles(ROUND)
    assert not run.round_particles(FLAT)
    assert run.interfaces[ROUND].history("gap").max() > 1e-8
    assert void_window(run, Picture(run)) is None


def test_a_layer_of_a_host_is_no_particle(copy):
    """A flat interface has a position along it, also if its body hosts lithium."""
    import h5py

    with h5py.File(copy / "fields" / "interface_nmc-electrolyte.vtkhdf", "r+") as file:
        file["VTKHDF/Points"][:, 1] = 0.0
    run = RunData.open(copy)
    assert run.hosts == []
    assert not run.round_particles(ROUND)


def test_particles_do_not_set_the_scale_of_stress(finished, in_space):
    """In plane strain the electrolyte's stress can be read, and the bar says who goes beyond."""
    run = RunData.open(finished)
    picture = Picture(run)
    scale = stress_scale(run, picture, "von_mises")
    assert 40.0 <= scale.norm.vmax <= 50.0
    assert scale.extend == "max"
    assert beyond_scale(run, picture, "von_mises", scale) == "\nparticles go beyond, to 1980 MPa"
    scale = pressure_scale(run, picture)
    assert scale.extend == "min"
    words = beyond_scale(run, picture, "pressure", scale)
    assert words == f"\nparticles go beyond, to {theme.MINUS}1980 MPa"
    run = RunData.open(in_space)
    scale = stress_scale(run, Picture(run), "von_mises")
    assert scale.norm.vmax > 1900.0
    assert beyond_scale(run, Picture(run), "von_mises", scale) == ""


def test_names_are_written_on_their_bodies(finished):
    """Layers at their left end, the electrolyte and the particles inside themselves."""
    run = RunData.open(finished)
    picture = Picture(run)
    axes = theme.new_figure(4.0, 4.0).subplots()
    Labels(picture).draw(axes, 0)
    found = {text.get_text(): np.array(text.get_position()) for text in axes.texts}
    np.testing.assert_allclose(found["negative"], (0.6, 2.5))
    for name in ("electrolyte", "nmc"):
        frame = picture.body(name, 0)
        corners = MICRO * frame.points[frame.cells]
        centres = corners.mean(axis=1)
        nearest = np.abs(centres - found[name]).sum(axis=1).min()
        assert nearest < 1e-9
    # The largest particle, not the one at the edge of the picture.
    across, level, half = PARTICLES[1]
    assert np.abs(found["nmc"] - (across, level)).max() < half


def test_cathode_panel(finished):
    """The picture holds the particles; gaps are widened inwards by the factor it tells."""
    run = RunData.open(finished)
    picture = Picture(run)
    step = 6
    box = particles_box(run, picture, step)
    assert box.left < 2.5 and box.bottom < 10.0
    # No margin where the cell ends.
    assert np.isclose(box.left + box.width, 20.0, atol=0.1)
    axes = theme.new_figure(4.0, 4.0).subplots()
    panel = CathodePanel(axes, run, picture)
    panel.draw(step)
    gap = run.interfaces[ROUND].history("gap").max()
    assert panel.widening * MICRO * gap < 0.6
    assert panel.widening > 1
    surface = picture.surface(ROUND, step)
    widest = np.linalg.norm(surface.plus - surface.minus, axis=2).max()
    segments = np.array(panel.lines.get_segments())
    away = np.linalg.norm(segments[:, :, None] - MICRO * surface.plus.reshape(-1, 2), axis=3)
    assert np.isclose(away.min(axis=2).max(), panel.widening * MICRO * widest)
    # In contact first, so that what has lost it is drawn over it.
    shown = panel.lines.get_array()
    assert abs(shown[-1]) <= 1e-12 and (np.diff(shown) <= 0.0).all()
    labels = [key.get_label() for key in panel.legend_handles()]
    assert labels == ["electrolyte", f"gap, drawn {panel.widening} times its width", "cut off"]
    mark = axes.lines[0].get_xydata()
    np.testing.assert_allclose(mark, [PARTICLES[BROKEN][:2]], atol=0.05)
    panel.draw(1)
    assert len(axes.lines[0].get_xydata()) == 0


@pytest.mark.parametrize("missing", [("conducting",), ("conducting", "damage")])
def test_surfaces_without_charge_transfer_show_their_contact(copy, tmp_path, missing):
    import h5py

    with h5py.File(copy / "fields" / "interface_nmc-electrolyte.vtkhdf", "r+") as file:
        for name in missing:
            for group in ("CellData", "Steps/CellDataOffsets"):
                del file["VTKHDF"][group][name]
    run = RunData.open(copy)
    assert cathode_view(run, 2 * HOUR, tmp_path / "view.png").exists()


def test_all_figures(finished):
    written = make_all(finished)
    names = {path.name for path in written}
    assert {"history.png", "voltage_capacity.png", "pressure_capacity.png"} <= names
    assert {"particles.png", "interface_negative-electrolyte.png"} <= names
    assert "interface_nmc-electrolyte.png" not in names
    # Of many steps those that pass charge.
    ends = {"step2_charge-1", "step4_discharge-1", "step6_hold-2", "step7_discharge-2"}
    assert {name for name in names if name.startswith("cathode_")} == {
        f"cathode_{end}.png" for end in ends
    }
    assert {name for name in names if name.startswith("stress_")} == {
        f"stress_{end}.png" for end in ends | {"start"}
    }
    assert written[-1].stem == "animation"
    for path in written[:-1]:
        shape, colours = shape_and_colours(path)
        assert min(shape) > 400
        assert colours > 50
        assert path.stat().st_size < 1_000_000


def test_figures_without_fields(copy):
    """The series alone is enough for what is drawn against time and capacity."""
    shutil.rmtree(copy / "fields")
    names = [path.name for path in make_all(copy)]
    assert names == ["history.png", "voltage_capacity.png", "pressure_capacity.png"]


def test_figures_of_many_cycles(copy):
    """Cycles beyond those of a legend get a colour bar."""
    header, *rows = (copy / "series.csv").read_text().splitlines()
    cycle = rows[10:]
    for number in range(1, 8):
        for row in cycle:
            time, length, step, rest = row.split(",", 3)
            later = float(time) + number * 6 * HOUR
            rows.append(f"{later},{length},{int(float(step)) + 6 * number},{rest}")
    (copy / "series.csv").write_text("\n".join([header, *rows]) + "\n")
    shutil.rmtree(copy / "fields")
    assert max(branch.cycle for branch in branches(RunData.open(copy))) == 15
    assert len(make_all(copy)) == 3


def test_cathode_in_space(in_space, monkeypatch):
    monkeypatch.setattr("ssbmech.plots._MOST_MAPS", 2)
    written = {path.name: path for path in make_all(in_space, animation=False)}
    assert {"particles.png", "cathode_step7_discharge-2.png", "solid_start.png"} <= set(written)
    assert shape_and_colours(written["cathode_step7_discharge-2.png"])[1] > 50
