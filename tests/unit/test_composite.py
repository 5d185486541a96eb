# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of particles: regions, faces, interfaces, sizes and quality, the same on any ranks."""

from __future__ import annotations

import importlib.util
from math import pi
from pathlib import Path

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest

from ssbmech.errors import MeshError, PackingError, ParameterError
from ssbmech.frames import Axisymmetric, PlaneStrain, ThreeDimensional
from ssbmech.geometry import (
    CompositeStack,
    Inclusion,
    Layer,
    MeshFile,
    Packing,
    ParticleKind,
    Sides,
    Sizes,
    TaggedMesh,
    particle_at,
)
from ssbmech.geometry.crowd import near_pairs
from ssbmech.geometry.simplices import SIDES, label, shape_quality
from ssbmech.units import MPa, um
from tests.measures import global_counts, measure

COMM = MPI.COMM_WORLD
LAYERS = (Layer("separator", 8 * um), Layer("cathode", 22 * um), Layer("collector", 4 * um))
NMC = ParticleKind("nmc", Sizes(5 * um, 0.3), share=0.6)
LCO = ParticleKind("lco", Sizes(7 * um, 0.2), share=0.4)


def packing(**changes) -> Packing:
    """Return a packing of one kind at 65 % of the area."""
    given = {"kinds": (NMC,), "volume_fraction": 0.65, "smallest_distance": 0.15 * um}
    return Packing(**(given | changes))


def composite(**changes) -> CompositeStack:
    """Return a plane cell of three layers with some twenty particles in the middle one."""
    given = {
        "frame": PlaneStrain(),
        "layers": LAYERS,
        "filled": "cathode",
        "packing": packing(),
        "width": 25 * um,
        "size_particle": 0.8 * um,
        "size_interface": 1.5 * um,
        "size_bulk": 4 * um,
    }
    return CompositeStack(**(given | changes))


def composite_in_space(**changes) -> CompositeStack:
    """Return a coarse cell of two layers with a few spheres in the upper one."""
    given = {
        "frame": ThreeDimensional(),
        "layers": (Layer("separator", 3 * um), Layer("cathode", 9 * um)),
        "packing": packing(volume_fraction=0.35, smallest_distance=0.4 * um),
        "width": 10 * um,
        "depth": 9 * um,
        "size_particle": 1.5 * um,
        "size_interface": 2 * um,
        "across": 1.0,
    }
    return composite(**(given | changes))


def check_counts(cell: CompositeStack, tagged: TaggedMesh) -> None:
    """Assert that the distributed mesh is the one that a single process makes."""
    mesh = label(cell.generate())
    names = ((mesh.regions, mesh.cell_values), (mesh.faces, mesh.facet_values))
    names += ((mesh.interfaces, mesh.facet_values),)
    alone = {
        name: int(np.count_nonzero(values == tag))
        for tags, values in names
        for name, tag in tags.items()
    }
    assert global_counts(tagged) == alone


def check_regions(cell: CompositeStack, tagged: TaggedMesh) -> None:
    """Assert that each cell, owned or ghost, has the region of the place where it is."""
    dim, particles = cell.frame.dim, cell.particles
    middle = dolfinx.mesh.compute_midpoints(tagged.mesh, dim, tagged.cell_tags.indices).T
    found = tagged.cell_tags.values
    kinds = np.array([tagged.region(kind.region) for kind in cell.packing.kinds])
    solid = np.isin(found, kinds)
    owner = particle_at(particles, middle)
    assert np.all(owner[solid] >= 0)
    assert np.array_equal(kinds[particles.kinds[owner[solid]]], found[solid])
    names = [layer.name for layer in cell.layers]
    tags = np.array([tagged.region(name) for name in names])
    layer = np.searchsorted(cell.levels, middle[dim - 1]) - 1
    assert np.array_equal(tags[layer[~solid]], found[~solid])
    assert np.all(layer[solid] == names.index(cell.filled))
    # between flat facets and the round surface the layer reaches a little into the particles
    off = middle[:dim].T - particles.centres[owner]
    depth = particles.radii[owner] - np.linalg.norm(off, axis=1)
    sagitta = cell.size_particle**2 / (4 * particles.radii.min())
    assert np.all(depth[~solid & (owner >= 0)] < sagitta)


@pytest.mark.pair
def test_composite_has_its_regions_faces_and_interfaces():
    cell = composite(packing=packing(kinds=(NMC, LCO)))
    tagged = cell.build(COMM)
    assert list(tagged.regions) == ["separator", "cathode", "collector", "nmc", "lco"]
    assert set(tagged.faces) == set(SIDES[2])
    # particles touch neither each other nor the other layers
    assert list(tagged.interfaces) == [
        "separator|cathode",
        "cathode|collector",
        "cathode|nmc",
        "cathode|lco",
    ]
    area = {name: measure(tagged, "dx", tag) for name, tag in tagged.regions.items()}
    box = 22e-6 * cell.width
    assert area["separator"] == pytest.approx(8e-6 * cell.width, rel=1e-11, abs=0.0)
    assert area["cathode"] + area["nmc"] + area["lco"] == pytest.approx(box, rel=1e-11, abs=0.0)
    # a chord of length h cuts off h^3 / (12 R)
    lost = cell.size_particle**2 / (6 * cell.particles.radii.min() ** 2)
    for name, share in (("nmc", 0.6), ("lco", 0.4)):
        assert (1 - lost) * share * 0.65 < area[name] / box < share * 0.65
    for name in ("left", "right"):
        assert measure(tagged, "ds", tagged.face(name)) == pytest.approx(34e-6, rel=1e-12)
    for name in ("bottom", "top"):
        assert measure(tagged, "ds", tagged.face(name)) == pytest.approx(cell.width, rel=1e-12)
    for name in ("separator|cathode", "cathode|collector"):
        assert measure(tagged, "dS", tagged.interface(name)) == pytest.approx(cell.width, rel=1e-12)
    single = cell.particles.original == np.arange(len(cell.particles.radii))
    for number, name in enumerate(("nmc", "lco")):
        own = single & (cell.particles.kinds == number)
        around = 2 * pi * cell.particles.radii[own].sum()
        length = measure(tagged, "dS", tagged.interface(f"cathode|{name}"))
        assert (1 - lost) * around < length < around
    check_regions(cell, tagged)
    check_counts(cell, tagged)


@pytest.mark.pair
def test_composite_in_space():
    cell = composite_in_space()
    tagged = cell.build(COMM)
    assert list(tagged.regions) == ["separator", "cathode", "nmc"]
    assert set(tagged.faces) == set(SIDES[3])
    assert list(tagged.interfaces) == ["separator|cathode", "cathode|nmc"]
    volume = {name: measure(tagged, "dx", tag) for name, tag in tagged.regions.items()}
    box = 9e-6 * cell.width * cell.depth
    assert volume["separator"] == pytest.approx(box / 3, rel=1e-11, abs=0.0)
    assert volume["cathode"] + volume["nmc"] == pytest.approx(box, rel=1e-11, abs=0.0)
    # a flat facet of edges h cuts off a layer of the mean thickness h^2 / (8 R)
    lost = 3 * cell.size_particle**2 / (8 * cell.particles.radii.min() ** 2)
    assert (1 - lost) * 0.35 < volume["nmc"] / box < 0.35
    side = measure(tagged, "ds", tagged.face("front"))
    assert side == pytest.approx(12e-6 * cell.width, rel=1e-11, abs=0.0)
    check_regions(cell, tagged)
    check_counts(cell, tagged)
    mesh = label(cell.generate())
    assert shape_quality(mesh.points, mesh.cells).min() > 0.2


def smallest_angle(points: np.ndarray, cells: np.ndarray) -> float:
    """Return the smallest angle of all triangles [degree]."""
    corners = points[cells][:, :, :2]
    ahead = np.roll(corners, -1, axis=1) - corners
    behind = np.roll(corners, 1, axis=1) - corners
    lengths = np.linalg.norm(ahead, axis=2) * np.linalg.norm(behind, axis=2)
    return np.degrees(np.arccos(np.sum(ahead * behind, axis=2) / lengths)).min()


@pytest.mark.serial
@pytest.mark.parametrize(
    ("seed", "sides"), [*((seed, Sides.CUT) for seed in range(2, 5)), (1, Sides.KEPT_OFF)]
)
def test_no_triangle_is_flat(seed, sides):
    cell = composite(packing=packing(seed=seed, sides=sides))
    mesh = label(cell.generate())
    assert shape_quality(mesh.points, mesh.cells).min() > 0.4
    assert smallest_angle(mesh.points, mesh.cells) > 15.0


@pytest.mark.serial
def test_no_tetrahedron_is_flat():
    given = packing(volume_fraction=0.35, smallest_distance=0.4 * um, seed=3)
    mesh = label(composite_in_space(packing=given).generate())
    quality = shape_quality(mesh.points, mesh.cells)
    assert quality.min() > 0.1
    assert np.quantile(quality, 0.01) > 0.4


@pytest.mark.serial
def test_sizes_follow_surfaces_and_gaps():
    cell = composite(packing=packing(volume_fraction=0.5))
    mesh = label(cell.generate())
    around = mesh.facets[mesh.facet_values == mesh.interfaces["cathode|nmc"]]
    ends = mesh.points[around][:, :, :2]
    lengths, middle = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1), ends.mean(axis=1)
    assert 0.75 * cell.size_particle < np.quantile(lengths, 0.9) < 1.1 * cell.size_particle
    pairs, gaps = near_pairs(cell.particles.centres, cell.particles.radii, cell.size_particle / 2)
    centres, radii = cell.particles.centres, cell.particles.radii
    assert len(pairs) > 5
    for (first, second), gap in zip(pairs, gaps, strict=True):
        way = centres[second] - centres[first]
        place = centres[first] + way * (radii[first] + gap / 2) / np.linalg.norm(way)
        if not 0.0 < place[0] < cell.width:
            continue
        near = lengths[np.linalg.norm(middle - place, axis=1) < gap]
        assert len(near) >= 2
        assert near.mean() == pytest.approx(max(gap / 2, cell.size_particle / 8), rel=0.4)
    finer = composite(packing=packing(volume_fraction=0.5), across=4.0)
    assert len(finer.generate().cells) > 1.3 * len(mesh.cells)


@pytest.mark.serial
def test_particles_are_those_of_the_mesh_and_packed_once():
    cell = composite()
    assert cell.particles.radii is composite().particles.radii
    heights = cell.particles.centres[:, 1]
    low, high = heights - cell.particles.radii, heights + cell.particles.radii
    assert low.min() >= 8e-6 + 0.15e-6 * (1 - 1e-9)
    assert high.max() <= 30e-6 - 0.15e-6 * (1 - 1e-9)
    assert not cell.particles.radii.flags.writeable


def test_particles_that_do_not_fit_are_refused_on_all_ranks():
    with pytest.raises(PackingError, match="larger than the box"):
        composite(width=3 * um).build(COMM)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"layers": ()}, MeshError, "at least one layer"),
        ({"layers": (LAYERS[0], LAYERS[0])}, MeshError, "separator is used more than once"),
        ({"filled": "anode"}, MeshError, "no layer 'anode' to fill: it has separator, cathode"),
        ({"width": -1 * um}, ParameterError, r"CompositeStack\.width"),
        ({"size_particle": 1 * MPa}, ParameterError, r"CompositeStack\.size_particle"),
        ({"across": 0.0}, ParameterError, r"CompositeStack\.across"),
        ({"depth": 1 * um}, MeshError, "has no depth"),
        ({"frame": ThreeDimensional()}, MeshError, "needs a depth"),
        ({"frame": Axisymmetric()}, MeshError, "would be rings"),
        (
            {"packing": packing(kinds=(ParticleKind("cathode", Sizes(5 * um)),))},
            MeshError,
            "cathode is the name of a layer and of particles",
        ),
    ],
)
def test_a_wrong_composite_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        composite(**changes)


@pytest.mark.parametrize("frame", [PlaneStrain(), Axisymmetric(), ThreeDimensional()])
@pytest.mark.parametrize("outer_radius", [None, 12 * um])
def test_inclusion(frame, outer_radius):
    size = 1.0e-6 if frame.dim == 3 else 0.5e-6
    body = Inclusion(
        frame=frame, radius=5 * um, outer_radius=outer_radius, size=size, coarsening=3.0
    )
    tagged = body.build(COMM)
    faces = {"left", "bottom", "outer"} | ({"front"} if frame.dim == 3 else set())
    assert set(tagged.faces) == faces
    radii = {"particle": 5e-6} | ({"matrix": 12e-6} if outer_radius else {})
    assert list(tagged.regions) == list(radii)
    assert list(tagged.interfaces) == (["particle|matrix"] if outer_radius else [])
    ball = pi / 4 if frame.dim == 2 else pi / 6
    filled = 0.0
    for name, radius in radii.items():
        filled += measure(tagged, "dx", tagged.region(name))
        edge = size * (3.0 if name == "matrix" else 1.0)
        lost = (edge / radius) ** 2 / 6 if frame.dim == 2 else 3 * (edge / radius) ** 2 / 8
        assert (1 - 1.5 * lost) * ball * radius**frame.dim < filled < ball * radius**frame.dim
    flat = max(radii.values()) * (1.0 if frame.dim == 2 else pi / 4 * max(radii.values()))
    for name in sorted(faces - {"outer"}):
        # exact in two dimensions; a quarter of a disc loses as much as above
        assert measure(tagged, "ds", tagged.face(name)) == pytest.approx(
            flat, rel=1e-9 if frame.dim == 2 else 0.03
        )
    mesh = label(body.generate())
    assert shape_quality(mesh.points, mesh.cells).min() > (0.5 if frame.dim == 2 else 0.3)
    on_outer = mesh.points[mesh.facets[mesh.facet_values == mesh.faces["outer"]]]
    assert np.allclose(np.linalg.norm(on_outer, axis=2), max(radii.values()), rtol=1e-9)
    if outer_radius:
        ends = mesh.points[mesh.facets[mesh.facet_values == mesh.interfaces["particle|matrix"]]]
        assert np.allclose(np.linalg.norm(ends, axis=2), 5e-6, rtol=1e-9)
        edges = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
        assert edges.mean() == pytest.approx(size, rel=0.1)


def test_a_wrong_inclusion_is_refused():
    given = {"frame": PlaneStrain(), "radius": 5 * um, "size": 1 * um}
    with pytest.raises(MeshError, match="larger than the particle"):
        Inclusion(**given, outer_radius=5 * um)
    with pytest.raises(MeshError, match="different names"):
        Inclusion(**given, outer_radius=9 * um, matrix="particle")
    with pytest.raises(ParameterError, match=r"Inclusion\.size"):
        Inclusion(**(given | {"size": 0.0}))


@pytest.mark.serial
@pytest.mark.parametrize(
    ("arguments", "regions"),
    [
        (
            "--fraction 0.4 --particles a=4:0.2:3 --particles b=4:0.1 --keep-off",
            ["low", "high", "a", "b"],
        ),
        (
            "--fraction 0.25 --particles a=6 --depth 12 --across 1 --size-particle 1.5",
            ["low", "high", "a"],
        ),
    ],
)
def test_mesh_script(tmp_path, arguments, regions):
    source = Path(__file__).parents[2] / "meshes" / "composite_cell.py"
    spec = importlib.util.spec_from_file_location("composite_cell", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path = tmp_path / "cell.msh"
    common = "--layer low=2:2 --layer high=12 --fill high --distance 0.5 --width 14"
    module.main([str(path), *common.split(), *arguments.split()])
    frame = ThreeDimensional() if "--depth" in arguments else PlaneStrain()
    assert list(label(MeshFile(path=path, frame=frame).generate()).regions) == regions
