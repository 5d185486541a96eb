# SPDX-License-Identifier: BSD-3-Clause
"""Packings of particles: volume, distances, sizes, faces, repetition; and the grains in them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from ssbmech.errors import MeshError, PackingError, ParameterError
from ssbmech.geometry import (
    Packing,
    ParticleKind,
    Particles,
    Sides,
    Sizes,
    Texture,
    pack,
    particle_at,
    voronoi_grains,
)
from ssbmech.geometry.crowd import STEEPEST_CUT
from ssbmech.units import MPa, um

pytestmark = pytest.mark.serial

PLANE, SPACE = (40e-6, 30e-6), (18e-6, 17e-6, 16e-6)
NMC = ParticleKind("nmc", Sizes(5 * um, 0.3))
DISTANCE = 0.1e-6


def packing(**changes) -> Packing:
    """Return a packing at 65 % of the volume."""
    given = {"kinds": (NMC,), "volume_fraction": 0.65, "smallest_distance": DISTANCE, "seed": 3}
    return Packing(**(given | changes))


def depths(particles: Particles, extent: tuple[float, ...]) -> np.ndarray:
    """Return the distance of each centre from each face, shape (rows, axes, 2)."""
    return np.stack([particles.centres, np.array(extent) - particles.centres], axis=2)


def filled_part(particles: Particles, extent: tuple[float, ...], count: int) -> float:
    """Return the part of a grid of points in the box that lies in particles."""
    axes = [(np.arange(count) + 0.5) / count * length for length in extent]
    points = np.stack([axis.ravel() for axis in np.meshgrid(*axes)])
    return np.mean(particle_at(particles, points) >= 0)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("extent", "fraction", "sides"),
    [
        (PLANE, 0.65, Sides.CUT),
        (PLANE, 0.65, Sides.KEPT_OFF),
        (SPACE, 0.5, Sides.CUT),
        (SPACE, 0.4, Sides.KEPT_OFF),
    ],
)
def test_fraction_and_distances(extent, fraction, sides, seed):
    given = packing(volume_fraction=fraction, sides=sides, seed=seed)
    particles = pack(given, extent)
    assert particles.fraction == pytest.approx(fraction, rel=1e-12)
    # the boundary is a thousandth of the box or so per layer of points
    assert filled_part(particles, extent, 300 if len(extent) == 2 else 60) == pytest.approx(
        fraction, rel=0.01
    )
    assert particles.smallest_gap() >= DISTANCE * (1 - 1e-9)
    radii, depth = particles.radii[:, None], depths(particles, extent)
    whole = depth >= (radii + DISTANCE)[..., None] * (1 - 1e-9)
    assert np.all(whole[:, -1])
    cut = np.abs(depth) <= STEEPEST_CUT * radii[..., None] * (1 + 1e-9)
    if sides is Sides.KEPT_OFF:
        assert np.all(whole)
    else:
        assert np.all((whole | cut)[:, :-1])
        assert cut.any()


def test_edges_of_the_box_cut_spheres_as_steeply_as_faces():
    found = 0
    for seed in range(4):
        particles = pack(packing(volume_fraction=0.3, seed=seed), SPACE)
        depth = depths(particles, SPACE)
        for first, second in product((0, 1), (0, 1)):
            edge = np.hypot(depth[:, 0, first], depth[:, 1, second])
            both = (np.abs(depth[:, 0, first]) < particles.radii) & (
                np.abs(depth[:, 1, second]) < particles.radii
            )
            assert np.all(edge[both] <= STEEPEST_CUT * particles.radii[both] * (1 + 1e-9))
            found += np.count_nonzero(both)
    assert found > 0


def test_what_one_side_cuts_off_comes_in_at_the_other():
    particles = pack(packing(), PLANE)
    rows = np.arange(len(particles.radii))
    parts = np.flatnonzero(particles.original != rows)
    assert len(parts) > 2
    shift = particles.centres[parts] - particles.centres[particles.original[parts]]
    assert np.allclose(np.abs(shift), [PLANE[0], 0.0], rtol=1e-12, atol=1e-18)
    assert np.array_equal(particles.radii, particles.radii[particles.original])


def test_the_seed_decides():
    first, again, other = (
        pack(packing(volume_fraction=0.5, seed=seed), PLANE) for seed in (5, 5, 6)
    )
    for name in ("centres", "radii", "kinds", "original"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.centres[:5], other.centres[:5])


def test_dense_packings_are_reached():
    small = (25e-6, 20e-6)
    assert pack(packing(volume_fraction=0.75), small).fraction == pytest.approx(0.75)
    one_size = (ParticleKind("nmc", Sizes(5 * um)),)
    assert pack(packing(kinds=one_size), small).fraction == pytest.approx(0.65)


def test_an_unreachable_fraction_says_what_can_be_reached():
    with pytest.raises(PackingError, match=r"fraction of 0\.93 .* out of reach: 0\.[678]\d* was"):
        pack(packing(volume_fraction=0.93), (12e-6, 12e-6))


def test_kinds_get_their_shares():
    kinds = (
        ParticleKind("nmc", Sizes(4 * um, 0.2), share=3.0),
        ParticleKind("lco", Sizes(8 * um, 0.2), share=1.0),
    )
    particles = pack(packing(kinds=kinds), (60e-6, 40e-6))
    single = particles.original == np.arange(len(particles.radii))
    area = np.bincount(particles.kinds[single], weights=particles.radii[single] ** 2)
    assert area[0] / area[1] == pytest.approx(3.0, rel=1e-12)
    means = [2 * particles.radii[single & (particles.kinds == k)].mean() for k in (0, 1)]
    assert means == pytest.approx([4e-6, 8e-6], rel=0.15)


def test_sizes_are_distributed_as_asked():
    rng = np.random.default_rng(1)
    sizes = Sizes(5 * um, 0.3)
    drawn = np.array([sizes.draw(rng) for _ in range(20000)])
    # standard errors are 0.2 % of the mean and 0.5 % of the deviation
    assert drawn.mean() == pytest.approx(5e-6, rel=0.01)
    width = np.sqrt(np.log(1 + 0.3**2))
    span = np.log(drawn.max() / drawn.min())
    assert 3.95 * width < span < 4 * width
    # cut off at two deviations, a normal distribution keeps 0.774 of its variance
    assert np.log(drawn).std() == pytest.approx(np.sqrt(0.774) * width, rel=0.02)
    assert Sizes(5 * um).draw(rng) == pytest.approx(5e-6)


def test_diameters_hardly_change_to_meet_the_volume():
    particles = pack(packing(kinds=(ParticleKind("nmc", Sizes(5 * um)),)), PLANE)
    assert np.ptp(particles.radii) <= 1e-12 * particles.radii[0]
    assert 2 * particles.radii[0] == pytest.approx(5e-6, rel=0.01)


@pytest.mark.parametrize(
    ("changes", "extent", "error", "message"),
    [
        ({"volume_fraction": 0.0}, PLANE, ParameterError, r"Packing\.volume_fraction"),
        ({"volume_fraction": 1.0}, PLANE, ParameterError, r"Packing\.volume_fraction"),
        ({"smallest_distance": 0.0}, PLANE, ParameterError, r"Packing\.smallest_distance"),
        ({"smallest_distance": 1 * MPa}, PLANE, ParameterError, r"Packing\.smallest_distance"),
        ({"seed": -1}, PLANE, ParameterError, r"Packing\.seed"),
        ({"kinds": ()}, PLANE, PackingError, "at least one kind"),
        ({"kinds": (NMC, NMC)}, PLANE, PackingError, "different regions, not nmc, nmc"),
        ({}, (40e-6, 4e-6), PackingError, "larger than the box"),
        ({"volume_fraction": 0.05}, (9e-6, 9e-6), PackingError, "multiplied by"),
        ({}, (40e-6, -1e-6), PackingError, "positive lengths"),
        ({}, (40e-6,), PackingError, "two or three"),
    ],
)
def test_a_wrong_packing_is_refused(changes, extent, error, message):
    with pytest.raises(error, match=message):
        pack(packing(**changes), extent)
    assert issubclass(PackingError, MeshError)


def test_wrong_sizes_are_refused():
    with pytest.raises(ParameterError, match=r"Sizes\.diameter"):
        Sizes(0.0)
    with pytest.raises(ParameterError, match=r"Sizes\.spread"):
        Sizes(5 * um, -0.1)
    with pytest.raises(ParameterError, match=r"ParticleKind\.share"):
        ParticleKind("nmc", Sizes(5 * um), share=0.0)


def grid(extent: tuple[float, ...], count: int) -> np.ndarray:
    """Return positions in the box, shape (3, number)."""
    points = np.random.default_rng(7).random((count, len(extent))) * np.array(extent)
    return np.pad(points, ((0, 0), (0, 3 - len(extent)))).T


@pytest.mark.parametrize("extent", [PLANE, SPACE])
@pytest.mark.parametrize("texture", Texture)
def test_grains(extent, texture):
    particles = pack(packing(volume_fraction=0.4), extent)
    grains = voronoi_grains(particles, 1.5 * um, 4, texture)
    dim = len(extent)
    assert np.allclose(np.linalg.norm(grains.axes, axis=1), 1.0, rtol=1e-12)
    offset = grains.seeds - particles.centres[grains.owners]
    assert np.all(np.linalg.norm(offset, axis=1) <= particles.radii[grains.owners] * (1 + 1e-12))
    counts = np.bincount(grains.owners)
    # rounded to the nearest whole number
    assert np.all(np.abs(counts - (2 * particles.radii / 1.5e-6) ** dim) <= 0.5 + 1e-9)
    if texture is Texture.RADIAL:
        radial = np.sum(offset * grains.axes[:, :dim], axis=1)
        assert np.all(np.abs(radial) < 1e-12 * particles.radii.max())
        assert dim == 3 or np.all(np.abs(grains.axes[:, 2]) <= 1e-12)
    else:
        # mean of n squared components of even directions: 1/3, standard deviation 0.3 / sqrt(n)
        spread = np.mean(grains.axes**2, axis=0)
        assert np.allclose(spread, 1 / 3, atol=4 * 0.3 / np.sqrt(len(grains.axes)))
    x = grid(extent, 3000)
    owner = particle_at(particles, x)
    inside = owner >= 0
    found = grains.grain(x)
    assert np.array_equal(grains.owners[found[inside]], owner[inside])
    for point, one, number in zip(x.T[inside][:100], owner[inside], found[inside], strict=False):
        own = np.flatnonzero(grains.owners == one)
        distance = np.linalg.norm(grains.seeds[own] - point[:dim], axis=1)
        assert number == own[np.argmin(distance)]
    assert np.array_equal(grains.axis(x), grains.axes[found].T)


def test_grains_depend_on_the_seed_only():
    particles = pack(packing(volume_fraction=0.4), PLANE)
    first, again, other = (
        voronoi_grains(particles, 1.5 * um, seed, Texture.RANDOM) for seed in (1, 1, 2)
    )
    assert np.array_equal(first.seeds, again.seeds)
    assert np.array_equal(first.axes, again.axes)
    assert not np.array_equal(first.axes, other.axes)
    part = np.flatnonzero(particles.original != np.arange(len(particles.radii)))[0]
    whole = particles.original[part]
    assert np.allclose(first.axes[first.owners == part], first.axes[first.owners == whole]), (
        "both parts of a cut particle have the same grains"
    )
    coarse = voronoi_grains(particles, 100 * um, 1, Texture.RADIAL)
    assert np.array_equal(coarse.owners, np.arange(len(particles.radii)))
    for size, seed in ((0.0, 1), (1 * um, -1), (1 * MPa, 1)):
        with pytest.raises(ParameterError, match="grain_size"):
            voronoi_grains(particles, size, seed, Texture.RANDOM)


def test_particle_at_knows_surface_and_outside():
    particles = Particles(
        centres=np.array([[0.0, 0.0], [3.0, 0.0]]),
        radii=np.array([1.0, 1.5]),
        kinds=np.array([0, 0]),
        original=np.array([0, 1]),
        fraction=0.5,
    )
    x = np.array([[0.9, 1.0, 1.2, 1.6, 9.0], [0.0] * 5, [0.0] * 5])
    assert particle_at(particles, x).tolist() == [0, 0, -1, 1, -1]
    assert particles.smallest_gap() == pytest.approx(0.5)
