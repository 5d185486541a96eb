# SPDX-License-Identifier: BSD-3-Clause
"""Repeating units: areas and volumes by closed forms, names, and sizes that cannot be."""

from __future__ import annotations

from math import pi

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import MeshError, ParameterError
from ssbmech.frames import Axisymmetric, PlaneStrain, ThreeDimensional
from ssbmech.units import um
from tests.measures import measure

COMM = MPI.COMM_WORLD


@pytest.mark.parametrize("frame", [PlaneStrain(), Axisymmetric(), ThreeDimensional()])
def test_particle_cell(frame):
    size = 1.2e-6 if frame.dim == 3 else 0.4e-6
    cell = ssb.ParticleCell(
        frame=frame, radius=3 * um, width=4 * um, height=5 * um, size=size, coarsening=2.0
    )
    tagged = cell.build(COMM)
    thick = {"front", "back"} if frame.dim == 3 else set()
    assert set(tagged.faces) == {"left", "right", "bottom", "top"} | thick
    assert list(tagged.regions) == ["particle", "matrix"]
    assert list(tagged.interfaces) == ["particle|matrix"]
    ball = (pi / 4 if frame.dim == 2 else pi / 6) * 3e-6**frame.dim
    whole = 4e-6 ** (frame.dim - 1) * 5e-6
    inside, outside = (measure(tagged, "dx", tagged.region(name)) for name in tagged.regions)
    assert inside + outside == pytest.approx(whole, rel=1e-9)
    lost = (size / 3e-6) ** 2 / 6 if frame.dim == 2 else 3 * (size / 3e-6) ** 2 / 8
    assert (1 - 1.5 * lost) * ball < inside < ball
    top = measure(tagged, "ds", tagged.face("top"))
    assert top == pytest.approx(4e-6 ** (frame.dim - 1), rel=1e-9)


def test_particle_cell_of_a_fraction():
    """As high as wide: half a sphere in a cylinder, a quarter disc, an eighth of a ball."""
    given = {"radius": 3e-6, "size": 0.5e-6}
    for frame, filled in (
        (Axisymmetric(), lambda w, h: 2 / 3 * 3e-6**3 / (w**2 * h)),
        (PlaneStrain(), lambda w, h: pi / 4 * 3e-6**2 / (w * h)),
        (ThreeDimensional(), lambda w, h: pi / 6 * 3e-6**3 / (w**2 * h)),
    ):
        cell = ssb.ParticleCell.of_fraction(0.38, frame=frame, **given)
        assert filled(cell.width, cell.height) == pytest.approx(0.38, rel=1e-12)
        with pytest.raises(MeshError, match="touches the faces"):
            ssb.ParticleCell.of_fraction(0.8, frame=frame, **given)


def test_a_wrong_particle_cell_is_refused():
    given = {"frame": PlaneStrain(), "radius": 3 * um, "height": 5 * um, "size": 1 * um}
    with pytest.raises(MeshError, match="does not fit"):
        ssb.ParticleCell(**given, width=3 * um)
    with pytest.raises(MeshError, match="different names"):
        ssb.ParticleCell(**given, width=4 * um, matrix="particle")


UM = 1e-6
MESH = {"size": 1 * um, "size_bulk": 2 * um}
FINGERS = {
    "negative": 3 * um,
    "positive": 2 * um,
    "separator": 1 * um,
    "overlap": 10 * um,
    "negative_base": 2 * um,
    "positive_base": 1 * um,
}


def check_volumes(bricks, expected):
    """Compare the regions of a mesh with closed forms."""
    tagged = bricks.build(COMM)
    assert set(tagged.regions) == set(expected)
    for name, volume in expected.items():
        assert measure(tagged, "dx", tagged.region(name)) == pytest.approx(volume, rel=1e-9)
        assert bricks.volume(name) == pytest.approx(volume, rel=1e-12)
    return tagged


@pytest.mark.parametrize("depth", [None, 2 * um])
def test_interdigitated(depth):
    frame = PlaneStrain() if depth is None else ThreeDimensional()
    deep = 1.0 if depth is None else 2 * UM
    width, reach, t = 6 * UM, 10 * UM, 1 * UM
    areas = {
        "negative": width * 2 * UM + 3 * UM * reach,
        "positive": width * 1 * UM + 2 * UM * reach,
        "separator": width * (reach + t) - 5 * UM * reach,
    }
    cell = ssb.interdigitated(frame=frame, depth=depth, **FINGERS, **MESH)
    tagged = check_volumes(cell, {name: area * deep for name, area in areas.items()})
    assert set(tagged.interfaces) == {"negative|separator", "separator|positive"}
    for name in tagged.interfaces:
        along = measure(tagged, "dS", tagged.interface(name))
        assert along == pytest.approx((width + reach) * deep, rel=1e-9)


def test_fingers_that_cannot_be_are_refused():
    with pytest.raises(MeshError, match="do not pass each other"):
        ssb.interdigitated(frame=PlaneStrain(), **(FINGERS | {"overlap": 0.5 * um}), **MESH)
    with pytest.raises(MeshError, match="rings"):
        ssb.interdigitated(frame=Axisymmetric(), **FINGERS, **MESH)
    with pytest.raises(MeshError, match="need depths"):
        ssb.interdigitated(frame=ThreeDimensional(), **FINGERS, **MESH)
    with pytest.raises(ParameterError, match="of like size"):
        ssb.interdigitated(frame=PlaneStrain(), **(FINGERS | {"negative": 0.0}), **MESH)


@pytest.mark.parametrize("frame", [PlaneStrain(), Axisymmetric()])
def test_aligned_channels(frame):
    cell = ssb.aligned_channels(
        frame=frame,
        active=3 * um,
        channel=1 * um,
        negative=8 * um,
        separator=2 * um,
        positive=6 * um,
        **MESH,
    )
    expected = {"negative": 24.0, "channel": 14.0, "separator": 8.0, "positive": 18.0}
    tagged = check_volumes(cell, {name: area * UM**2 for name, area in expected.items()})
    assert measure(tagged, "ds", tagged.face("top")) == pytest.approx(4 * UM, rel=1e-9)


def test_scaffold():
    s, a, base = 1 * UM, 3 * UM, 2 * UM
    cell = ssb.scaffold(frame=ThreeDimensional(), strut=s, half=a, separator=base, cells=2, **MESH)
    struts = 3 * s**2 * a - 2 * s**3
    expected = {"separator": a**2 * base, "scaffold": 2 * struts}
    check_volumes(cell, {**expected, "positive": 2 * (a**3 - struts)})
    both = ssb.scaffold(
        frame=ThreeDimensional(), strut=s, half=a, separator=base, negative_cells=1, **MESH
    )
    filling = a**3 - struts
    tube = ssb.scaffold(
        frame=Axisymmetric(), strut=s, half=a, separator=base, negative_cells=2, **MESH
    )
    expected = {"separator": a**2 * base, "scaffold": 3 * struts}
    expected |= {"negative": 2 * filling, "positive": filling}
    found = dict.fromkeys(expected, 0.0)
    for ((left, right), (low, high)), name in tube.bricks():
        found[name] += pi * (right**2 - left**2) * (high - low)
    assert found == pytest.approx({name: 4 * whole for name, whole in expected.items()}, rel=1e-9)
    check_volumes(tube, {name: tube.volume(name) for name in expected})
    expected = {"separator": a**2 * base, "scaffold": 2 * struts}
    check_volumes(both, {**expected, "negative": filling, "positive": filling})
    with pytest.raises(MeshError, match="below a separator"):
        ssb.scaffold(frame=ThreeDimensional(), strut=s, half=a, negative_cells=1, **MESH)
    with pytest.raises(MeshError, match="leave nothing to fill"):
        ssb.scaffold(frame=ThreeDimensional(), strut=a, half=a, **MESH)
    with pytest.raises(MeshError, match="three dimensions"):
        ssb.scaffold(frame=PlaneStrain(), strut=s, half=a, **MESH)


def test_bricks_that_do_not_fill_their_grid_are_refused():
    given = {"frame": PlaneStrain(), "widths": (1 * um, 2 * um), "heights": (1 * um,), **MESH}
    with pytest.raises(MeshError, match="expected 1 x 2 names"):
        ssb.Bricks(**given, names=(("a",),))
    with pytest.raises(MeshError, match="have no depths"):
        ssb.Bricks(**given, names=(("a", "b"),), depths=(1 * um,))
