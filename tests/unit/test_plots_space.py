# SPDX-License-Identifier: BSD-3-Clause
"""Figures of a run in space: an interface from above, surfaces of equal stress, fewer triangles."""

from __future__ import annotations

import numpy as np
import pytest

from ssbmech.plots import RunData, above_view, film, levels_view, make_all
from ssbmech.plots.from_above import Facets, can_be_seen
from ssbmech.plots.levels import stress_levels
from ssbmech.report.decimation import Surface, decimated
from tests.unit.synthetic_run import UM, write_block_run

pytestmark = pytest.mark.serial

NAME = "metal|ceramic"
RADIUS = 6.0
"""Radius of the void of the run [um]."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run in space."""
    return write_block_run(tmp_path_factory.mktemp("runs") / "run", n=12)


@pytest.fixture(scope="module")
def run(folder):
    """The same, opened."""
    return RunData.open(folder)


def colours(path):
    """Return how many colours a sample of an image's pixels has."""
    from PIL import Image

    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    return len(np.unique(pixels[::5, ::5].reshape(-1, 3), axis=0))


def test_the_edge_of_contact_goes_round_the_void(run):
    facets = Facets(run.interfaces[NAME])
    assert facets.letters == ("x", "y")
    assert (np.ptp(facets.x), np.ptp(facets.y)) == pytest.approx((20.0, 20.0))
    ends = facets.outline(1)
    distance = np.hypot(*(ends - 10.0).transpose(2, 0, 1))
    # a staircase of facets whose middles are within the circle or not
    facet = 20.0 / 12.0
    assert np.abs(distance - RADIUS).max() < facet
    # closed: every point of the line is an end of two of its pieces, or of four
    _, count = np.unique(ends.reshape(-1, 2).round(6), axis=0, return_counts=True)
    assert set(count % 2) == {0}
    # it is the border of the open facets: it encloses their area
    is_open = run.interfaces[NAME].values("gap", 1) > 1e-9
    area = 0.5 * facet**2 * is_open.sum()
    assert area == pytest.approx(np.pi * RADIUS**2, rel=0.1)


def test_what_is_shown_where(run):
    facets = Facets(run.interfaces[NAME])
    gap = facets.values("gap", 1)
    closed = facets.closed(1)
    assert np.isnan(gap[closed]).all()
    assert gap[~closed] == pytest.approx(run.interfaces[NAME].values("gap", 1)[~closed])


def test_figures_from_above_and_of_levels(run, tmp_path):
    assert can_be_seen(run, NAME)
    assert colours(above_view(run, NAME, 60.0, tmp_path / "above.png")) > 20
    assert colours(levels_view(run, 60.0, tmp_path / "levels.png")) > 50


def test_all_figures_have_the_new_ones(folder):
    names = {path.name for path in make_all(folder, animation=False)}
    assert {"above_metal-ceramic_start.png", "levels_step1_hold.png"} <= names


def test_film_of_a_run_in_space(run, tmp_path):
    assert film(run, tmp_path / "film").stat().st_size > 10_000


def test_levels_are_round_and_increase():
    levels = stress_levels(np.random.default_rng(0).lognormal(1.0, 0.5, 5000))
    assert len(levels) == 4 and (np.diff(levels) > 0.0).all()
    assert [float(f"{level:.1e}") for level in levels] == pytest.approx(levels)
    assert not stress_levels(np.zeros(10)).size


def sphere(count):
    """Return a unit sphere of triangles with the height as a value of points and triangles."""
    import pyvista as pv

    ball = pv.Sphere(radius=1.0, theta_resolution=count, phi_resolution=count)
    faces = ball.regular_faces.astype(np.int64)
    points = np.asarray(ball.points, dtype=np.float64)
    middles = points[faces].mean(axis=1)[:, 2]
    return Surface(points, faces, {"height": points[:, 2].copy()}, {"middle": middles})


def test_fewer_triangles_have_the_same_shape():
    whole = sphere(60)
    few = decimated(whole, 1500)
    assert 700 < len(few.faces) <= 1500
    # points are some of those that were there, with their own values
    assert np.linalg.norm(few.points, axis=1) == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_array_equal(few.values["height"], few.points[:, 2])
    middles = few.points[few.faces].mean(axis=1)[:, 2]
    assert np.abs(few.values["middle"] - middles).max() < 0.2
    first, second, third = few.points[few.faces].transpose(1, 0, 2)
    area = 0.5 * np.linalg.norm(np.cross(second - first, third - first), axis=1).sum()
    assert area == pytest.approx(4.0 * np.pi, rel=0.06)
    assert decimated(whole, len(whole.faces)) is whole


def test_values_of_as_many_points_as_triangles_stay_where_they_are():
    """Which is which is told, not guessed from how many there are."""
    ball = sphere(30)
    count = len(ball.points)
    part = Surface(ball.points, ball.faces[:count], ball.on_points, {})
    assert len(part.points) == len(part.faces)
    few = decimated(part, count // 4)
    np.testing.assert_array_equal(few.values["height"], few.points[:, 2])


def test_corners_of_a_box_stay():
    import pyvista as pv

    box = pv.Box(level=20).triangulate().clean()
    whole = Surface(
        UM * np.asarray(box.points, dtype=np.float64), box.regular_faces.astype(np.int64), {}, {}
    )
    few = decimated(whole, 600)
    assert len(few.faces) <= 600
    for corner in np.array(np.meshgrid(*[[-UM, UM]] * 3)).reshape(3, -1).T:
        assert np.linalg.norm(few.points - corner, axis=1).min() < 1e-9 * UM
