# SPDX-License-Identifier: BSD-3-Clause
"""Figures from a run folder: what the reader finds, that surfaces are true, that files are made."""

from __future__ import annotations

import importlib.util
import itertools
import json
import logging
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from ssbmech.errors import RunFolderError
from ssbmech.plots import RunData, film, history_figure, interface_map, make_all, stress_map, theme
from ssbmech.plots.__main__ import main
from ssbmech.plots.animation import schedule
from ssbmech.plots.interface import read_history
from ssbmech.plots.maps import void_window
from ssbmech.plots.rows import Rows
from ssbmech.plots.section import Picture
from tests.unit.synthetic_run import (
    HALF_HOUR,
    LOWER,
    UM,
    UPPER,
    WIDTH,
    Void,
    write_block_run,
    write_run,
)

pytestmark = pytest.mark.serial

ROUNDING = 1e-15
"""Far below every gap, far above what single operations on positions lose [m]."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run that came to its end."""
    return write_run(tmp_path_factory.mktemp("runs") / "run", nx=24, ny=4, n_fields=7, n_rows=31)


@pytest.fixture(scope="module")
def in_space(tmp_path_factory):
    """A run in space."""
    return write_block_run(tmp_path_factory.mktemp("runs") / "run", n=8)


@pytest.fixture
def copy(finished, tmp_path):
    """A run that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def shape_and_colours(path):
    """Return the size of an image and how many colours a sample of its pixels has."""
    from PIL import Image

    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    return pixels.shape[:2], len(np.unique(pixels[::5, ::5].reshape(-1, 3), axis=0))


def test_reader_finds_what_was_written(finished):
    run = RunData.open(finished)
    assert run.manifest["status"] == "complete"
    assert sorted(run.bodies) == ["negative", "positive", "separator"]
    assert sorted(run.interfaces) == sorted([LOWER, UPPER])
    assert run.interfaces[LOWER].minus == "negative"
    assert run.interfaces[LOWER].plus == "separator"
    assert run.series["time"][-1] == pytest.approx(3 * HALF_HOUR)
    assert run.series.units[f"void_volume:{LOWER}"] == "m2"
    assert set(run.series.of("contact_fraction")) == {LOWER, UPPER}
    assert set(run.series.of("voltage")) == {""}
    assert run.time_unit() == ("min", pytest.approx(1 / 60))
    body = run.bodies["separator"]
    np.testing.assert_allclose(body.times, np.linspace(0.0, 3 * HALF_HOUR, 7))
    assert body.nearest_step(HALF_HOUR + 1.0) == 2
    x = body.points.T
    lift = body.values("displacement", 2)[:, 1]
    np.testing.assert_allclose(lift, Void(HALF_HOUR, 30 * UM).displacement("separator", x)[1])
    gap = run.interfaces[LOWER].history("gap")
    assert gap.shape == (7, 24)
    np.testing.assert_array_equal(gap[3], run.interfaces[LOWER].values("gap", 3))


def test_protocol_spans(finished):
    spans = RunData.open(finished).protocol()
    assert [span.start for span in spans] == pytest.approx([0.0, HALF_HOUR, 2 * HALF_HOUR])
    assert [span.end for span in spans] == pytest.approx([k * HALF_HOUR for k in (1, 2, 3)])
    assert [span.label for span in spans] == ["plate 1 mA cm⁻²", "rest", "strip 1 mA cm⁻²"]


def test_reader_names_what_is_wrong(copy, tmp_path):
    run = RunData.open(copy)
    with pytest.raises(RunFolderError, match="no column 'volts'; it has: time, step"):
        run.series["volts"]
    with pytest.raises(RunFolderError, match="no array 'heat'; it has: creep_rate"):
        run.bodies["negative"].values("heat", 0)
    with pytest.raises(RunFolderError, match=r"no run folder: no manifest\.json"):
        RunData.open(tmp_path)
    (copy / "manifest.json").write_text('{"status": ')
    with pytest.raises(RunFolderError, match="is not JSON"):
        RunData.open(copy)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("time\n1.0\n", "should read 'name"),
        ("time [s],voltage [V]\n1.0\n", "does not fit its header"),
        ("time [s]\nlater\n", "does not fit its header"),
    ],
)
def test_reader_refuses_a_bad_series(copy, text, message):
    (copy / "series.csv").write_text(text)
    with pytest.raises(RunFolderError, match=message):
        RunData.open(copy)


def test_reader_refuses_files_that_are_no_text(copy):
    (copy / "series.csv").write_bytes(b"time [s]\n\xff\n")
    with pytest.raises(RunFolderError, match="is no text in UTF-8"):
        RunData.open(copy)
    (copy / "series.csv").unlink()
    (copy / "series.csv").mkdir()
    with pytest.raises(RunFolderError, match="cannot be read: Is a directory"):
        RunData.open(copy)
    (copy / "manifest.json").write_bytes(b"\xff")
    with pytest.raises(RunFolderError, match="is not JSON"):
        RunData.open(copy)
    (copy / "manifest.json").write_text("[]")
    with pytest.raises(RunFolderError, match="should hold a JSON object"):
        RunData.open(copy)
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").mkdir()
    with pytest.raises(RunFolderError, match="cannot be read: Is a directory"):
        RunData.open(copy)


def test_reader_refuses_a_bad_field_file(copy):
    (copy / "fields" / "body_other.vtkhdf").write_bytes(b"not HDF5 at all")
    with pytest.raises(RunFolderError, match="is not a field file"):
        RunData.open(copy)


@pytest.mark.parametrize("name", [LOWER, UPPER])
def test_surfaces_are_true(finished, name):
    """The surfaces are the gap apart, the plus one is the body's, and nothing overlaps."""
    run = RunData.open(finished)
    picture = Picture(run)
    sign = 1.0 if name == LOWER else -1.0
    for step, time in enumerate(picture.times):
        void = Void(float(time), 30 * UM)
        surface = picture.surface(name, step)
        drawn = sign * (surface.plus - surface.minus)[..., 1]
        assert drawn.min() >= -ROUNDING
        assert np.abs((surface.plus - surface.minus)[..., 0]).max() <= ROUNDING
        # Facets that are closed together with their neighbours are drawn closed.
        gap = run.interfaces[name].values("gap", step)
        assert np.abs(drawn[gap == 0.0]).max(initial=0.0) <= ROUNDING
        # Where facet values are smooth, their mean at a node is the gap there to second order.
        if name == LOWER:
            middle = np.abs(surface.plus[:, :, 0] - 30 * UM).max(axis=1) < 9 * UM
            exact = void.gap(surface.plus[..., 0])
            np.testing.assert_allclose(drawn[middle], exact[middle], atol=0.02 * UM)
        level = 20 * UM if name == LOWER else 50 * UM
        body = void.displacement("separator", np.array([[0.0], [level]]))
        np.testing.assert_allclose(surface.plus[..., 1] - level, body[1, 0], rtol=0, atol=1e-15)


def test_plated_metal_has_the_thickness_of_the_charge(finished):
    """Far from the void, the strip of plated metal is as thick as was plated."""
    run = RunData.open(finished)
    picture = Picture(run)
    step = run.bodies["negative"].nearest_step(HALF_HOUR)
    surface = picture.surface(LOWER, step)
    stripped = run.interfaces[LOWER].values("stripped", step)
    facets = picture.facets(LOWER, step)
    away = np.abs(facets.points[facets.cells][..., 0] - 30 * UM).min(axis=1) > 18 * UM
    thickness = (surface.minus - surface.mesh)[..., 1].mean(axis=1)
    np.testing.assert_allclose(thickness[away], -stripped[away], rtol=0.02)
    assert -stripped[away].mean() > 2 * UM


def test_metal_that_moves_is_drawn_to_the_end_of_its_mesh(finished, monkeypatch):
    run = RunData.open(finished)
    monkeypatch.setitem(run.manifest, "bodies", {"negative": {"moves": True}})
    picture = Picture(run)
    step = run.bodies["negative"].nearest_step(HALF_HOUR)
    surface = picture.surface(LOWER, step)
    is_open = np.any(surface.minus != surface.plus, axis=2)
    assert is_open.any()
    assert np.array_equal(surface.minus[is_open], surface.mesh[is_open])
    assert picture.plated(LOWER, step) == 0.0


def test_minus_bodies_are_drawn_first(finished):
    picture = Picture(RunData.open(finished))
    assert picture.bodies.index("negative") < picture.bodies.index("separator")
    assert picture.bodies.index("positive") < picture.bodies.index("separator")
    assert sorted(picture.interfaces) == sorted([LOWER, UPPER])


def test_window_is_around_the_void(finished):
    run = RunData.open(finished)
    window = void_window(run, Picture(run))
    assert window.interface == LOWER
    assert window.low < 15 * UM < 45 * UM < window.high
    assert window.low >= -ROUNDING and window.high <= WIDTH + ROUNDING
    largest = run.interfaces[LOWER].history("gap").max()
    assert window.height >= 4.0 * largest


def test_interface_history(finished):
    run = RunData.open(finished)
    map_ = read_history(run, LOWER)
    assert map_.letter == "x"
    np.testing.assert_allclose(map_.position, np.linspace(0.0, 60.0, 25), atol=1e-9)
    np.testing.assert_allclose(map_.time, np.linspace(0.0, 90.0, 7))
    assert map_.closed.shape == (24, 6)
    # Plated, and the middle of the cell is open; stripped, and all is closed.
    assert not map_.closed[12, 1]
    assert map_.closed[:, -1].all()
    # The mean over the contact is one by definition, and the edge of the void is above it.
    crowding = map_.values["crowding"][:, 1]
    assert np.isclose(np.nanmean(crowding), 1.0)
    assert np.isnan(crowding[12])
    assert crowding[5] > 1.1 > crowding[0]
    assert np.isnan(map_.values["crowding"][:, 3]).all()


def test_all_figures(finished):
    written = make_all(finished, animation=False)
    names = {path.name for path in written}
    assert {"history.png", "interface_negative-separator.png"} <= names
    assert {
        "stress_start.png",
        "stress_step1_plate-1-ma.png",
        "stress_step3_strip-1-ma.png",
    } <= names
    for path in written:
        assert path.parent == finished / "figures"
        if path.suffix == ".png":
            shape, colours = shape_and_colours(path)
            assert min(shape) > 500
            # More than a few colours: something was drawn.
            assert colours > 50
            assert path.stat().st_size < 1_000_000


def test_film_lasts_five_seconds(finished, tmp_path):
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")
    path = film(RunData.open(finished), tmp_path / "film")
    assert path == tmp_path / "film.mp4"
    frames, seconds = imageio_ffmpeg.count_frames_and_secs(str(path))
    assert frames == 75
    assert seconds == pytest.approx(5.0, abs=0.2)
    assert path.stat().st_size < 2_000_000


def test_film_shows_what_happens_early():
    """Half of its frames are the outputs' own, half go with the time."""
    even = dict(schedule(np.linspace(0.0, 10.0, 6)))
    assert sorted(even) == list(range(6)) and sum(even.values()) == 75
    assert max(even[step] for step in range(1, 5)) - min(even[step] for step in range(1, 5)) <= 1
    early = dict(schedule(np.array([0.0, 1.0, 2.0, 3.0, 4.0, 1000.0])))
    assert sorted(early) == list(range(6)) and sum(early.values()) == 75
    assert all(early[step] >= 6 for step in range(1, 4))
    assert early[5] > 15
    assert schedule(np.array([3.0])) == [(0, 75)]


def test_film_without_encoder_is_a_gif(finished, tmp_path, monkeypatch):
    from PIL import Image

    monkeypatch.setattr("ssbmech.plots.animation.find_spec", lambda name: None)
    path = film(RunData.open(finished), tmp_path / "film")
    assert path == tmp_path / "film.gif"
    with Image.open(path) as image:
        assert image.n_frames == 7


def test_figures_of_an_interrupted_run(copy):
    """A row cut off, a manifest that says running, one file without the last step."""
    import h5py

    manifest = json.loads((copy / "manifest.json").read_text())
    manifest.update(status="running", finished=None)
    (copy / "manifest.json").write_text(json.dumps(manifest))
    text = (copy / "series.csv").read_text()
    (copy / "series.csv").write_text(text[:-20])
    with h5py.File(copy / "fields" / "interface_negative-separator.vtkhdf", "r+") as file:
        file["VTKHDF/Steps"].attrs.modify("NSteps", np.int64(4))
    run = RunData.open(copy)
    assert len(run.series["time"]) == 30
    assert len(Picture(run).times) == 4
    assert len(make_all(copy, animation=False)) >= 5


def test_figures_of_a_run_without_fields(copy):
    shutil.rmtree(copy / "fields")
    assert [path.name for path in make_all(copy)] == ["history.png"]
    with pytest.raises(RunFolderError, match="no field files"):
        stress_map(RunData.open(copy), 0.0, copy / "map.png")


def test_figures_of_a_run_without_interfaces(copy):
    """One body, or bodies that are bonded, have nothing to enlarge."""
    for path in (copy / "fields").glob("interface_*"):
        path.unlink()
    assert "animation" in {path.stem for path in make_all(copy)}


def test_figures_of_a_run_that_just_began(tmp_path):
    """One row and one output; all is closed or constant somewhere."""
    path = write_run(tmp_path / "run", nx=6, ny=2, n_fields=1, n_rows=1)
    assert "animation" in {file.stem for file in make_all(path)}


def test_history_of_a_series_without_rows(copy, tmp_path):
    header = (copy / "series.csv").read_text().split("\n")[0]
    (copy / "series.csv").write_text(header + "\n")
    assert history_figure(RunData.open(copy), tmp_path / "history.png").exists()


def test_figures_in_space(in_space):
    """The section through the middle pairs the surfaces of bodies cut apart."""
    run = RunData.open(in_space)
    picture = Picture(run)
    assert picture.in_space
    surface = picture.surface("metal|ceramic", 1)
    drawn = (surface.plus - surface.minus)[..., 1]
    assert drawn.min() >= -ROUNDING
    assert drawn.max() > 3 * UM
    assert re.search(r"section at y = [\d.]+ µm", picture.where)
    np.testing.assert_allclose(surface.plus[..., 1], 10.5 * UM, rtol=1e-6)
    np.testing.assert_allclose(surface.mesh[..., 1], 10 * UM, rtol=1e-6)
    area = {name: _area(picture.body(name, 0)) for name in picture.bodies}
    np.testing.assert_allclose(list(area.values()), 200 * UM**2, rtol=1e-5)
    written = make_all(in_space, animation=False)
    assert {"stress_start.png", "solid_step1_hold.png"} <= {path.name for path in written}
    assert shape_and_colours(in_space / "figures" / "solid_step1_hold.png")[1] > 50


def _area(frame):
    first, second, third = frame.points[frame.cells].transpose(1, 0, 2)
    (ax, ay), (bx, by) = (second - first).T, (third - first).T
    return 0.5 * np.abs(ax * by - ay * bx).sum()


def test_axisymmetric_run_has_a_radius(copy, tmp_path):
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps({**manifest, "frame": "Axisymmetric"}))
    run = RunData.open(copy)
    assert read_history(run, LOWER).letter == "r"
    assert interface_map(run, LOWER, tmp_path / "map.png").exists()


def test_command_line(copy, tmp_path, caplog):
    # all figures are drawn by other tests
    shutil.rmtree(copy / "fields")
    caplog.set_level(logging.INFO)
    assert main([str(copy), "--no-animation"]) == 0
    assert "history.png" in caplog.text
    assert main([str(tmp_path / "nowhere")]) == 1
    assert "is no run folder" in caplog.text


def test_scales():
    """Scales are round, hold most of the values, and turn logarithmic when they must."""
    random = np.random.default_rng(0)
    linear = theme.positive_scale(random.uniform(1.0, 4.0, 1000))
    assert (linear.norm.vmin, linear.norm.vmax) == pytest.approx((0.0, 5.0))
    assert linear.extend == "neither"
    decades = theme.positive_scale(10.0 ** random.uniform(-4.0, 1.0, 1000))
    assert type(decades.norm).__name__ == "LogNorm"
    assert (decades.norm.vmin, decades.norm.vmax) == pytest.approx((0.1, 10.0))
    assert decades.extend == "min"
    assert theme.positive_scale(np.zeros(3)).norm.vmax == 1.0
    assert theme.positive_scale(np.empty(0)).norm.vmax == 1.0
    signed = theme.signed_scale(np.array([-2.0, 0.5, 1.0]))
    assert (signed.norm.vmin, signed.norm.vmax) == pytest.approx((-3.0, 3.0))
    assert theme.signed_scale(np.zeros(3)).norm.vmax == 1.0
    spread = theme.signed_scale(np.r_[-50.0, np.full(500, 1.0), 50.0, 50.0])
    assert type(spread.norm).__name__ == "SymLogNorm"
    ratio = theme.ratio_scale(np.array([0.95, 1.2]))
    assert (ratio.norm.vmin, ratio.norm.vmax) == pytest.approx((0.8, 1.2))


def test_runs_that_coincide_are_all_seen_in_the_figure_of_four_pressures(finished, monkeypatch):
    """Of lines on top of each other the later is narrower; the legend lies above the panels."""
    file = Path(__file__).parents[2] / "cases" / "li_void" / "pressures.py"
    spec = importlib.util.spec_from_file_location("pressures", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    kept = []
    monkeypatch.setattr(module.theme, "save", lambda figure, path: kept.append(figure))
    module.draw(dict.fromkeys((0.3, 1.0, 3.0, 5.0), finished), Path("none.png"))
    (figure,) = kept
    figure.canvas.draw()
    for panel in figure.axes:
        lines = [line for line in panel.lines if len(line.get_xdata()) > 2]
        assert len(lines) == 4
        drawn = sorted(lines, key=lambda line: line.get_zorder())
        assert drawn == lines
        widths = [line.get_linewidth() for line in lines]
        assert all(a > b for a, b in itertools.pairwise(widths))
        assert len({line.get_color() for line in lines}) == 4
    panel, legend = figure.axes[0], figure.axes[0].get_legend()
    assert legend.get_window_extent().y0 >= panel.get_window_extent().y1


def test_facets_that_are_halved_are_rows_at_all_times():
    """Whatever their order in the file is."""
    ends = np.array([0.0, 2.0, 3.0, 5.0])
    coarse = np.stack([ends[:-1], ends[1:]], axis=1)[[2, 0, 1]]
    fine = np.array([[1.0, 2.0], [4.0, 5.0], [2.0, 3.0], [0.0, 1.0], [3.0, 4.0]])
    corners = [np.stack([each, 0.0 * each], axis=2) for each in (coarse, fine)]
    rows = Rows.of(corners)
    assert rows.position == pytest.approx([0, 1, 2, 3, 4, 5])
    assert rows.sizes(radial=True) == pytest.approx([1, 3, 5, 7, 9])
    seen = rows.stacked([np.array([30, 10, 20]), np.array([2, 5, 3, 1, 4])])
    assert seen.T.tolist() == [[10, 10, 20, 30, 30], [1, 2, 3, 4, 5]]
