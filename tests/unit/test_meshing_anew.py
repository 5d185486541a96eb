# SPDX-License-Identifier: BSD-3-Clause
"""A body meshed anew: its boundary stays, its cells are sound, and fields are found again."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.checkpoint.places import (
    Change,
    Facets,
    Gaps,
    IntegrationPoints,
    Nodes,
    Positions,
    Vertices,
)
from ssbmech.errors import CaseError, MeshError, ParameterError
from ssbmech.geometry import QuarterVoid
from ssbmech.geometry.evening import evened
from ssbmech.geometry.facet_rows import outer_facets, places_of
from ssbmech.geometry.fewer_facets import Joining
from ssbmech.geometry.fineness import Fineness
from ssbmech.geometry.halving import Lines, halved
from ssbmech.geometry.joining import joined
from ssbmech.geometry.locate import locate
from ssbmech.geometry.moving import qualities, signed_volumes
from ssbmech.geometry.original import node_ends, node_number
from ssbmech.geometry.refill import refill
from ssbmech.geometry.replacing import Part, Replacement, replaced
from ssbmech.geometry.respacing import respaced
from ssbmech.geometry.simplices import LabelledMesh, SimplexMesh, label, shape_quality
from ssbmech.geometry.unfold import unfolded
from tests.moving import LITHIUM

pytestmark = pytest.mark.serial
FREELY = Fineness(growth=0.2, largest=1.0)
SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
AROUND = np.array([[0, 1], [1, 2], [2, 3], [3, 0]])
BOX = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
SIDES = np.array(
    [
        *([0, 1, 3], [0, 3, 2], [4, 5, 7], [4, 7, 6], [0, 1, 5], [0, 5, 4]),
        *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 3, 7], [1, 7, 5]),
    ]
)


def surface(dim: int, count: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return the boundary of a square or cube of length one, cut into so many pieces a side."""
    if dim == 2:
        part = np.arange(count)[:, None] / count
        x = np.concatenate([(1 - part) * SQUARE[k] + part * SQUARE[(k + 1) % 4] for k in range(4)])
        return x, np.array([[k, (k + 1) % len(x)] for k in range(len(x))])
    grid = np.stack(np.meshgrid(*[np.arange(count + 1)] * 3, indexing="ij"), axis=-1)
    number = np.arange((count + 1) ** 3).reshape(grid.shape[:3])
    corner = grid[:-1, :-1, :-1].reshape(-1, 3)
    cells = []
    for order in itertools.permutations(range(3)):
        steps = np.concatenate([np.zeros((1, 3), dtype=int), np.eye(3, dtype=int)[list(order)]])
        path = np.cumsum(steps, axis=0)
        cells.append(number[tuple(np.moveaxis(corner[:, None] + path, -1, 0))])
    facets, _ = outer_facets(np.concatenate(cells))
    used, own = np.unique(facets, return_inverse=True)
    return grid.reshape(-1, 3)[used] / count, own.reshape(facets.shape)


def closed() -> tuple[LabelledMesh, np.ndarray]:
    """Return a quarter of a cylinder with a hole, and where it is when that has closed far."""
    source = QuarterVoid(
        frame=ssb.PlaneStrain(), inner_radius=1e-6, outer_radius=3e-6, size=0.2e-6, coarsening=1.8
    )
    mesh = label(source.generate())
    radius = np.linalg.norm(mesh.points[:, :2], axis=1)
    now = np.sqrt(radius**2 - 0.96e-12)
    return mesh, mesh.points[:, :2] * (now / radius)[:, None]


def held(mesh: LabelledMesh) -> np.ndarray:
    """Return that no point lies within a free face."""
    return np.zeros(len(mesh.points), dtype=bool)


@pytest.mark.parametrize(("x", "facets"), [(SQUARE, AROUND), (BOX, SIDES)], ids=["2", "3"])
def test_boundary_is_filled(x: np.ndarray, facets: np.ndarray) -> None:
    points, cells = refill(3e-6 * x, facets, FREELY)
    assert np.array_equal(points[: len(x)], 3e-6 * x)
    around, _ = outer_facets(cells)
    assert len(around) == len(facets)
    assert np.all(places_of(around, facets) >= 0)
    volume = np.abs(signed_volumes(points[cells])).sum()
    assert volume == pytest.approx((3e-6) ** x.shape[1], rel=1e-12)


def test_hole_and_island_are_told_apart() -> None:
    """A square with a square hole, in which another square lies."""
    middle = np.array([0.5, 0.5])
    rings = [SQUARE, middle + 0.6 * (SQUARE - middle), middle + 0.3 * (SQUARE - middle)]
    facets = np.concatenate([AROUND, 4 + AROUND[:, ::-1], 8 + AROUND])
    points, cells = refill(np.concatenate(rings), facets, FREELY)
    area = np.abs(signed_volumes(points[cells])).sum()
    assert area == pytest.approx(1.0 - 0.36 + 0.09, rel=1e-12)


def test_boundary_that_touches_itself() -> None:
    x = np.concatenate([SQUARE, SQUARE[1:] + 1.0])
    facets = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [2, 4], [4, 5], [5, 6], [6, 2]])
    with pytest.raises(MeshError, match="touches itself"):
        refill(x, facets, FREELY)


@pytest.mark.parametrize("dim", [2, 3])
def test_fields_are_found_at_their_places(dim: int) -> None:
    """Linear and quadratic fields are exact anywhere."""
    points, cells = refill(*surface(dim), FREELY)
    places = np.random.default_rng(1).uniform(size=(50, dim))
    at = locate(places, points, cells)
    corners = points[cells[at.cells]]
    assert np.allclose(at.linear(corners), places, atol=1e-13)

    def field(x: np.ndarray) -> np.ndarray:
        return np.asarray(x[..., 0] ** 2 - x[..., 0] * x[..., -1] + 3 * x[..., 1])

    pairs = [(i, j) for i in range(dim + 1) for j in range(i + 1, dim + 1)]
    middles = np.stack([0.5 * (corners[:, i] + corners[:, j]) for i, j in pairs], axis=1)
    assert np.allclose(at.quadratic(field(corners), field(middles)), field(places), atol=1e-13)


@pytest.mark.parametrize("dim", [2, 3])
def test_cells_are_turned_round(dim: int) -> None:
    """From random places, in a box that is squeezed."""
    x, facets = surface(dim)
    wanted, cells = refill(x, facets, FREELY)
    start = np.random.default_rng(2).uniform(size=wanted.shape)
    start[: len(x)] = wanted[: len(x)]
    start[:, 0] *= 0.3
    free = np.arange(len(start)) >= len(x)
    assert np.any(signed_volumes(start[cells]) * signed_volumes(wanted[cells]) < 0.0)
    found = unfolded(start, wanted, cells, free)
    assert np.all(signed_volumes(found[cells]) * signed_volumes(wanted[cells]) > 0.0)
    assert np.array_equal(found[~free], start[~free])


def test_boundary_without_a_sound_mesh() -> None:
    """Three corners of a triangle of which one was mirrored."""
    x = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, -1.0]])
    wanted = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(MeshError, match="inside out"):
        unfolded(x, wanted, np.array([[0, 1, 2]]), np.zeros(3, dtype=bool))


def test_boundary_with_a_cell_on_a_straight_side() -> None:
    """All three corners lie on it, but for rounding, and no energy could be measured of that."""
    x = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, -1e-13]])
    wanted = np.array([*x[:3], [0.5, -0.5]])
    cells = np.array([[0, 1, 2], [0, 3, 1]])
    with pytest.raises(MeshError, match="inside out"):
        unfolded(x, wanted, cells, np.zeros(4, dtype=bool))


def test_long_facets_are_halved_and_straight_ones_spaced() -> None:
    """An arc one of whose facets is long, and a straight side whose points lie badly."""
    angles = np.array([0.0, 0.1, 0.2, 1.2, 1.3, 1.4, np.pi / 2])
    arc = np.column_stack([np.cos(angles), np.sin(angles)])
    x = np.concatenate([arc, [[0.0, 0.9], [0.0, 0.0], [0.05, 0.0]]])
    facets = np.array([[k, (k + 1) % len(x)] for k in range(len(x))])
    tags = np.array([1] * 6 + [2, 2, 3, 3], dtype=np.int32)
    kept = np.zeros(len(facets), dtype=bool)
    found = respaced((x, x), facets, tags, kept, 0.2, 1.0)
    places = found.at(x)

    def area(x: np.ndarray, facets: np.ndarray) -> float:
        a, b = x[facets[:, 0]], x[facets[:, 1]]
        return float(0.5 * np.sum(a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]))

    assert area(places, found.facets) == pytest.approx(area(x, facets), rel=1e-12)
    lengths = np.linalg.norm(places[found.facets[:, 1]] - places[found.facets[:, 0]], axis=1)
    # each about as long as its neighbours, but for those beside the corner at the middle
    curved = lengths[found.tags == 1]
    assert curved.max() < 0.4
    same = found.same()
    assert np.array_equal(places[same >= 0], x[same[same >= 0]])
    assert {0, 3, 6, 8} <= set(same.tolist())
    # what is kept, stays
    rest = respaced((x, x), facets, tags, ~kept, 0.2, 1.0)
    assert len(rest.facets) == len(facets)


def test_points_of_a_straight_free_side_are_spread() -> None:
    """Halved at one end again and again, they bunch there; a side that is bent stays."""
    part = 0.5 ** np.arange(1, 40)[::-1]
    side = np.column_stack([np.ones(len(part)), 1 - part[::-1]])
    made = np.concatenate([[[0.0, 0.0], [1.0, 0.0]], side, [[1.0, 1.0], [0.0, 1.0]]])
    count = len(made)
    facets = np.array([[k, (k + 1) % count] for k in range(count)])
    loose = np.isin(np.arange(count), np.arange(2, 2 + len(part)))
    now = made.copy()
    now[loose] = [1.0, 0.0] + np.linspace(0, 1, len(part) + 2)[1:-1, None] * [3.0, 1.0]
    now[-2:, 0] += 3.0
    found = evened(made, now, facets, loose)
    assert np.array_equal(found[~loose], made[~loose])
    assert np.array_equal(found[loose, 0], made[loose, 0])
    steps = np.diff(found[1:-1, 1])
    assert steps == pytest.approx(np.full(len(steps), 1 / len(steps)), rel=1e-9)
    made[5, 0] = 1.1
    assert np.array_equal(evened(made, now, facets, loose), made)


def test_body_is_meshed_anew() -> None:
    mesh, now = closed()
    made = replaced(mesh, "body", now, held(mesh), FREELY)
    before, after = made.before, made.after
    assert before.quality < 0.3
    assert after.quality > 0.5
    volumes = [np.abs(signed_volumes(part.corners)).sum() for part in (before, after)]
    assert volumes[1] == pytest.approx(volumes[0], rel=1e-12)
    x, cells = made.mesh.points[:, :2], made.mesh.cells
    old = np.abs(signed_volumes(mesh.points[:, :2][mesh.cells])).sum()
    assert np.abs(signed_volumes(x[cells])).sum() == pytest.approx(old, rel=1e-12)
    assert len(np.unique(np.sign(signed_volumes(x[cells])))) == 1
    assert qualities(x[cells]).min() > 1e-3
    # the wall keeps its points, and the faces their names
    for name, tag in mesh.faces.items():
        rows = [m.facets[m.facet_values == tag] for m in (mesh, made.mesh)]
        lengths = [
            np.linalg.norm(m.points[r[:, 0]] - m.points[r[:, 1]], axis=1).sum()
            for m, r in zip((mesh, made.mesh), rows, strict=True)
        ]
        assert lengths[0] == pytest.approx(lengths[1], rel=1e-12), name
        if name == "inner":
            assert np.array_equal(np.unique(made.points[rows[0]]), np.unique(rows[1]))
    again = made.after.points
    with pytest.raises(MeshError, match="no better than the old ones"):
        replaced(made.mesh, "body", again, held(made.mesh), FREELY)


def test_fields_go_with_their_body() -> None:
    """What is linear in the place stays so; points keep what they know, others the nearest."""
    mesh, now = closed()
    made = replaced(mesh, "body", now, held(mesh), FREELY)
    change = Change("body", made)

    def at(numbers: np.ndarray, part: Part) -> np.ndarray:
        return np.asarray(part.points[node_ends(numbers)].mean(axis=1))

    cells = mesh.cells
    corners = node_number(np.unique(np.column_stack([cells.ravel()] * 2), axis=0))
    edges = np.unique(
        np.sort(np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [0, 2]]]), axis=1),
        axis=0,
    )
    for numbers in (corners, np.concatenate([corners, node_number(edges)])):
        values = at(numbers, made.before)
        found, moved = Nodes("body").moved(numbers, values, change)
        assert len(np.unique(found)) == len(found)
        assert np.allclose(moved, at(found, made.after), atol=1e-12 * 3e-6)
    weights = np.array([[1, 1, 1]]) / 3
    cell_numbers = np.arange(len(cells))
    middles = made.before.corners.mean(axis=1)
    found, moved = IntegrationPoints("body", weights).moved(cell_numbers, middles, change)
    assert np.array_equal(found, made.after.numbers)
    away = np.linalg.norm(moved - made.after.corners.mean(axis=1), axis=1)
    assert away.max() < 0.5e-6


def two_bodies() -> tuple[LabelledMesh, np.ndarray]:
    """Return two squares above one another, each of four triangles, the lower one squeezed."""
    x = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0, 2], [1, 2], [0.5, 0.5], [0.5, 1.5]])
    cells = [[6, 0, 1], [6, 1, 3], [6, 3, 2], [6, 2, 0], [7, 2, 3], [7, 3, 5], [7, 5, 4], [7, 4, 2]]
    regions = {"lower": np.arange(4), "upper": np.arange(4, 8)}
    points = np.column_stack([x, np.zeros(len(x))])
    mesh = label(SimplexMesh(points, np.array(cells), regions))
    now = np.full((len(x), 2), np.nan)
    now[[0, 1, 2, 3, 6]] = x[[0, 1, 2, 3, 6]] * [1.0, 0.9]
    now[6] = [0.06, 0.06]
    return mesh, now


def test_other_bodies_and_interfaces_keep_theirs() -> None:
    mesh, now = two_bodies()
    made: Replacement = replaced(mesh, "lower", now, held(mesh), FREELY)
    change = Change("lower", made)
    upper = np.arange(4, 8)
    found, values = IntegrationPoints("upper", np.ones((2, 3)) / 3).moved(
        np.concatenate([2 * upper, 2 * upper + 1]), np.arange(8.0), change
    )
    assert np.array_equal(values, np.arange(8.0))
    assert np.array_equal(np.unique(found // 2), made.cells[upper])
    centres = [
        m.points[m.cells[c]].mean(axis=1) for m, c in ((mesh, upper), (made.mesh, found // 2))
    ]
    assert np.array_equal(centres[1], np.tile(centres[0], (2, 1)))
    # the facet between them is known by the lower body's cell: cell 2 across its corner 0
    number, value = Facets("lower|upper", "lower").moved(np.array([6]), np.array([7.0]), change)
    cell, local = divmod(int(number[0]), 3)
    ends = np.delete(made.mesh.cells[cell], local)
    assert np.array_equal(np.sort(ends), np.sort(made.points[[2, 3]]))
    assert value == [7.0]
    at = node_number(np.array([[2, 2], [3, 3]]))
    number, _ = Nodes("lower|upper").moved(at, np.zeros(2), change)
    assert np.array_equal(node_ends(number)[:, 0], made.points[[2, 3]])


def test_remeshing_is_for_bodies_that_move() -> None:
    with pytest.raises(CaseError, match="meshed anew but does not move"):
        ssb.Body.single("negative", LITHIUM, remeshing=ssb.Remeshing())
    with pytest.raises(ParameterError, match="least_quality"):
        ssb.Remeshing(least_quality=0.9)
    with pytest.raises(ParameterError, match="shortest_wall = 6e-07 m is more than half of"):
        ssb.Remeshing(longest_wall=1e-6, shortest_wall=0.6e-6)


def wall_between() -> tuple[LabelledMesh, np.ndarray]:
    """Return two squares above one another, the side between them bent down in the lower one."""
    mesh, now = two_bodies()
    now[[0, 1, 2, 3, 6]] = [[0, 0], [1, 0], [0, 1], [1, 0.2], [0.5, 0.4]]
    return mesh, now


def test_long_facets_of_a_wall_are_halved() -> None:
    """With a cell on both sides; no shape changes, and a facet whose cell is too flat stays."""
    mesh, now = wall_between()
    assert not halved(mesh, "lower", now, 1.3).cuts
    halving = halved(mesh, "lower", now, 1.2)
    (cut,) = halving.cuts
    assert cut.ends == (2, 3)
    assert set(cut.tips) == {6, 7}
    assert halving.longest == pytest.approx(0.5 * np.hypot(1.0, 0.8), rel=1e-12)
    made = halving.mesh
    assert np.array_equal(made.points[: len(mesh.points)], mesh.points)
    assert made.points[-1, :2] == pytest.approx([0.5, 1.0], rel=1e-12)
    for region, tag in mesh.regions.items():
        areas = [
            np.abs(signed_volumes(m.points[:, :2][m.cells[m.cell_values == tag]]))
            for m in (mesh, made)
        ]
        assert areas[1].sum() == pytest.approx(areas[0].sum(), rel=1e-12), region
        assert len(areas[1]) == len(areas[0]) + 1
    tag = mesh.interfaces["lower|upper"]
    pairs = {tuple(sorted(ends)) for ends in made.facets[made.facet_values == tag].tolist()}
    assert pairs == {(2, cut.middle), (3, cut.middle)}
    # until cells of the other body would be too flat
    few = halved(mesh, "lower", now, 1e-3)
    assert few.longest > 1e-3
    assert shape_quality(few.mesh.points, few.mesh.cells[few.mesh.cell_values == 2]).min() > 0.1


def nodes_of(degree: int, cells: np.ndarray) -> np.ndarray:
    """Return the numbers of the nodes of cells, for a field of some degree."""
    pairs = [(i, i) for i in range(cells.shape[1])]
    pairs += itertools.combinations(range(cells.shape[1]), 2) if degree == 2 else []
    return np.unique(np.concatenate([node_number(cells[:, pair]) for pair in pairs]))


def polynomial(degree: int, mesh: LabelledMesh, numbers: np.ndarray) -> np.ndarray:
    """Return a polynomial of some degree at nodes."""
    x, y, z = mesh.points[node_ends(numbers)].mean(axis=1).T
    return np.asarray(3 * x - y + 2 * z + (degree - 1) * (x**2 - x * y + 2 * y**2 + z * (x - z)))


def wall_in_space(
    count: int = 2, turn: Callable[[np.ndarray, np.ndarray], None] | None = None
) -> tuple[LabelledMesh, np.ndarray]:
    """Return two boxes above one another, the side between them a slope in the lower one."""
    x, facets = surface(3, count)
    if turn is not None:
        turn(x, facets)
    points, cells = refill(x, facets, FREELY)
    shift = np.array([0.0, 0.0, 1.0])
    # the upper box mirrored, so that both have the same facets between them
    mirrored = points * [1, 1, -1] + 2 * shift
    low, high = np.flatnonzero(points[:, 2] == 1.0), np.flatnonzero(points[:, 2] < 1.0)
    number = np.empty(len(points), dtype=np.int64)
    number[low], number[high] = low, len(points) + np.arange(len(high))
    both = np.concatenate([points, mirrored[high]])
    regions = {"lower": np.arange(len(cells)), "upper": len(cells) + np.arange(len(cells))}
    mesh = label(SimplexMesh(both, np.concatenate([cells, number[cells]]), regions))
    now = np.full(both.shape, np.nan)
    now[: len(points)] = points - points[:, [2]] * (0.1 + 0.5 * points[:, [0]]) * shift
    return mesh, now


def test_long_edges_of_a_wall_in_space_are_halved() -> None:
    """With all cells and facets around them; bodies, walls and their sides keep their shapes."""
    mesh, now = wall_in_space()
    halving = halved(mesh, "lower", now, 0.42)
    made, tag = halving.mesh, mesh.interfaces["lower|upper"]
    assert len(halving.cuts) > 12
    assert halving.longest <= 0.42
    for region, value in mesh.regions.items():
        volumes = [signed_volumes(m.points[m.cells[m.cell_values == value]]) for m in (mesh, made)]
        assert np.abs(volumes[1]).min() > 0.0
        assert np.abs(volumes[1]).sum() == pytest.approx(1.0, rel=1e-12), region
    # all facets of the boundaries are known, each once, and with the area and the tag they had
    for region, value in mesh.regions.items():
        outer, _ = outer_facets(made.cells[made.cell_values == value])
        assert np.all(places_of(outer, made.facets) >= 0), region
    for value in np.unique(mesh.facet_values):
        areas = [areas_of(m.points, m.facets[m.facet_values == value]) for m in (mesh, made)]
        assert areas[1].sum() == pytest.approx(areas[0].sum(), rel=1e-12)
    assert len(np.unique(np.sort(made.facets, axis=1), axis=0)) == len(made.facets)
    # where the lower one is now
    at = node_number(np.column_stack([np.flatnonzero(~np.isnan(now[:, 0]))] * 2))
    found, values = Positions("lower").halved(at, now[node_ends(at)[:, 0]], halving)
    places = np.full(made.points.shape, np.nan)
    places[node_ends(found)[:, 0]] = values
    cells = [m.cells[m.cell_values == m.regions["lower"]] for m in (mesh, made)]
    volumes = [
        np.abs(signed_volumes(x[c])).sum() for x, c in zip((now, places), cells, strict=True)
    ]
    assert volumes[1] == pytest.approx(volumes[0], rel=1e-12)
    wall = np.unique(made.facets[made.facet_values == tag])
    assert places[wall, 2] == pytest.approx(0.9 - 0.5 * places[wall, 0], abs=1e-12)
    # bisected by their longest sides
    assert qualities(made.points[made.cells]).min() > 0.2 * qualities(mesh.points[mesh.cells]).min()
    # the same, however rounding falls out
    near = now * (1.0 + 1e-14 * np.random.default_rng(3).standard_normal(now.shape))
    assert halved(mesh, "lower", near, 0.42).cuts == halving.cuts


def areas_of(points: np.ndarray, facets: np.ndarray) -> np.ndarray:
    """Return the areas of triangles."""
    a, b, c = (points[facets[:, k]] for k in range(3))
    return np.asarray(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1))


def test_inventory_of_a_wall_in_space_stays_when_it_is_halved() -> None:
    """Densities at vertices with lumped areas, and on facets, have the sums that they had."""
    mesh, now = wall_in_space()
    halving = halved(mesh, "lower", now, 0.3)
    made, tag = halving.mesh, mesh.interfaces["lower|upper"]

    def sums(mesh: LabelledMesh, numbers: np.ndarray, values: np.ndarray) -> float:
        facets = mesh.facets[mesh.facet_values == tag]
        of = dict(zip(node_ends(numbers)[:, 0].tolist(), values, strict=True))
        means = np.array([np.mean([of[p] for p in row]) for row in facets.tolist()])
        return float(means @ areas_of(mesh.points, facets))

    on_wall = np.unique(mesh.facets[mesh.facet_values == tag])
    at, random = node_number(np.column_stack([on_wall] * 2)), np.random.default_rng(4)
    densities = random.uniform(size=len(at))
    for kind in (Nodes, Vertices, Gaps):
        found, values = kind("lower|upper").halved(at, densities[:, None], halving)
        assert sums(made, found, values[:, 0]) == pytest.approx(
            sums(mesh, at, densities), rel=1e-12
        )
    lower = mesh.cell_values == mesh.regions["lower"]
    beside = np.flatnonzero(lower & (np.isin(mesh.cells, on_wall).sum(axis=1) == 3))
    across = np.argmin(np.isin(mesh.cells[beside], on_wall), axis=1)
    numbers, densities = 4 * beside + across, random.uniform(size=len(beside))
    found, values = Facets("lower|upper", "lower").halved(numbers, densities, halving)

    def areas(mesh: LabelledMesh, numbers: np.ndarray) -> np.ndarray:
        cell, local = np.divmod(numbers, 4)
        rows = [np.delete(mesh.cells[c], k) for c, k in zip(cell, local, strict=True)]
        return areas_of(mesh.points, np.array(rows))

    assert len(found) == np.count_nonzero(made.facet_values == tag)
    assert areas(made, found).sum() == pytest.approx(1.0, rel=1e-12)
    assert values @ areas(made, found) == pytest.approx(densities @ areas(mesh, numbers), rel=1e-12)


@pytest.mark.parametrize("wall", [wall_between, wall_in_space])
@pytest.mark.parametrize("degree", [1, 2])
def test_functions_stay_when_facets_are_halved(
    degree: int, wall: Callable[[], tuple[LabelledMesh, np.ndarray]]
) -> None:
    mesh, now = wall()
    halving = halved(mesh, "lower", now, 0.4)
    assert len(halving.cuts) > 2

    nodes, field = partial(nodes_of, degree), partial(polynomial, degree)
    for tag in mesh.regions.values():
        old, new = (nodes(m.cells[m.cell_values == tag]) for m in (mesh, halving.mesh))
        found, values = Nodes("body").halved(old, field(mesh, old), halving)
        assert np.array_equal(np.sort(found), new)
        assert values == pytest.approx(field(halving.mesh, found), abs=1e-12)
    count = mesh.cells.shape[1]
    weights = (np.ones((count, count)) + 3 * np.eye(count)) / (count + 3)
    cells = np.arange(len(mesh.cells))
    numbers = (count * cells[:, None] + np.arange(count)).ravel()
    found, values = IntegrationPoints("body", weights).halved(numbers, numbers // count, halving)
    assert np.array_equal(np.sort(found), np.arange(count * len(halving.mesh.cells)))
    whole = {part: old for old, parts in halving.parts.items() for part in parts}
    own = [whole.get(int(n) // count, int(n) // count) for n in found]
    assert np.array_equal(own, values)


def test_inventory_of_a_facet_stays_when_it_is_halved() -> None:
    """Densities at vertices with lumped lengths, and on facets, have the sums that they had."""
    mesh, now = wall_between()
    halving = halved(mesh, "lower", now, 0.4)
    at = node_number(np.array([[2, 2], [3, 3]]))
    found, values = Nodes("lower|upper").halved(at, np.array([0.3, 1.7]), halving)
    x = halving.mesh.points[node_ends(found)[:, 0], 0]
    order = np.argsort(x)
    assert np.trapezoid(values[order], x[order]) == pytest.approx(1.0, rel=1e-12)
    # the facet between them is known by the lower body's cell: cell 2 across its corner 0
    number, value = Facets("lower|upper", "lower").halved(np.array([6]), np.array([7.0]), halving)
    cell, local = np.divmod(number, 3)
    ends = np.array([np.delete(halving.mesh.cells[c], k) for c, k in zip(cell, local, strict=True)])
    lengths = np.ptp(halving.mesh.points[ends, 0], axis=1)
    assert value @ lengths == pytest.approx(7.0, rel=1e-12)
    # another facet of a cell that was halved
    number, _ = Facets("other", "lower").halved(np.array([7]), np.array([1.0]), halving)
    cell, local = divmod(int(number[0]), 3)
    assert set(np.delete(halving.mesh.cells[cell], local)) == set(np.delete(mesh.cells[2], 1))


def round_wall() -> tuple[LabelledMesh, np.ndarray, Lines]:
    """Return `two_bodies`, a wall that is inclined to the side between them, and a fan of lines."""
    mesh, now = two_bodies()
    focus = np.array([0.4, 3.0])

    def towards(x: np.ndarray, normals: np.ndarray) -> np.ndarray:
        return focus - x

    known = {k: (focus - mesh.points[k, :2]) for k in (2, 3)}
    known = {k: each / np.linalg.norm(each) for k, each in known.items()}
    now[[0, 1, 6]] = [[0, 0], [1, 0], [0.5, 0.4]]
    for k, gap in ((2, 0.1), (3, 0.3)):
        now[k] = mesh.points[k, :2] - gap * known[k]
    return mesh, now, Lines(known, towards)


def test_wall_keeps_its_shape_when_directors_are_not_parallel() -> None:
    """New points lie on the wall and on their directors, in bodies and by their gaps."""
    mesh, now, lines = round_wall()
    halving = halved(mesh, "lower", now, 0.3, {"lower|upper": lines})
    assert len(halving.cuts) == 3
    ends = np.array([0, 1, 2, 3, 6])
    number, x = Positions("lower").halved(node_number(ends[:, None] + [0, 0]), now[ends], halving)
    places = dict(zip(node_ends(number)[:, 0].tolist(), x, strict=True))
    at = node_number(np.array([[2, 2], [3, 3]]))
    number, gaps = Gaps("lower|upper").halved(at, np.array([[0.1], [0.3]]), halving)
    found = dict(zip(node_ends(number)[:, 0].tolist(), gaps[:, 0], strict=True))
    assert len(found) == 5
    along = now[3] - now[2]
    for cut in halving.cuts:
        assert cut.directors is not None
        m, made = cut.middle, halving.mesh.points[cut.middle, :2]
        away = places[m] - now[2]
        assert abs(away[0] * along[1] - away[1] * along[0]) < 1e-14
        assert places[m] == pytest.approx(made - found[m] * cut.directors[1], abs=1e-14)
        assert cut.directors[1] @ (np.array([0.4, 3.0]) - made) > 0.0
    # what is in contact stays so
    _, shut = Gaps("lower|upper").halved(at, np.zeros((2, 1)), halving)
    assert np.all(shut == 0.0)


def strips(count: int = 6) -> LabelledMesh:
    """Return two rows of squares of length one above one another, cut along a diagonal each."""
    x, y = np.meshgrid(np.arange(count + 1.0), np.arange(3.0))
    points = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    cells = []
    for row in range(2):
        for column in range(count):
            a = row * (count + 1) + column
            cells += [[a, a + 1, a + count + 2], [a, a + count + 2, a + count + 1]]
    regions = {"lower": np.arange(2 * count), "upper": np.arange(2 * count, 4 * count)}
    return label(SimplexMesh(points, np.array(cells), regions))


def hollow(mesh: LabelledMesh, gap: np.ndarray) -> tuple[np.ndarray, dict[int, float]]:
    """Return where the lower of two strips is, its wall a gap away, and the gaps by point."""
    own = np.unique(mesh.cells[mesh.cell_values == mesh.regions["lower"]])
    now = np.full((len(mesh.points), 2), np.nan)
    now[own] = mesh.points[own, :2]
    wall = np.flatnonzero(mesh.points[:, 1] == 1.0)
    now[wall, 1] -= gap
    return now, dict(zip(wall.tolist(), gap.tolist(), strict=True))


UPWARDS = {"upper|lower": np.array([0.0, 1.0])}


def join(gap: list[float], shortest: float = 1.2, revolves: bool = False) -> Joining:
    """Return two strips of which facets are joined, by the gaps of their wall."""
    mesh = strips()
    now, gaps = hollow(mesh, np.array(gap))
    return joined(mesh, "lower", now, gaps, shortest, revolves, UPWARDS)


def test_short_facets_of_a_wall_are_joined() -> None:
    """Each once, where the wall is flat, and where contact ends there stays a point."""
    joining = join([0.0] * 7)
    assert [(each.ring, each.middle) for each in joining.joins] == [
        ((7, 9), 8), ((9, 11), 10), ((11, 13), 12)
    ]  # fmt: skip
    mesh, made = joining.before, joining.mesh
    assert len(made.points) == len(mesh.points) - 3
    assert len(made.cells) == len(mesh.cells) - 6
    for tag in mesh.regions.values():
        areas = [
            signed_volumes(m.points[:, :2][m.cells[m.cell_values == tag]]) for m in (mesh, made)
        ]
        assert np.all(areas[1] > 0.0)
        assert areas[1].sum() == pytest.approx(areas[0].sum(), rel=1e-12)
    for m, count in ((mesh, 6), (made, 3)):
        tag = m.interfaces["lower|upper"]
        assert np.count_nonzero(m.facet_values == tag) == count
        known = np.sort(np.concatenate([np.delete(m.cells, k, axis=1) for k in range(3)]), axis=1)
        assert np.all(places_of(m.facets, np.unique(known, axis=0)) >= 0)
    # long ones stay, and so do corners and the points at which contact ends
    assert not join([0.0] * 7, shortest=1.0).joins
    ramps = join([0.0, 0.0, 0.4, 0.8, 0.4, 0.0, 0.0])
    assert [each.middle for each in ramps.joins] == [9, 11]
    assert [each.takers.tolist() for each in ramps.joins] == [[False, True], [True, False]]
    bump = join([0.0, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert [each.middle for each in bump.joins] == [10, 12]


@pytest.mark.parametrize("revolves", [False, True])
def test_volumes_and_densities_stay_when_facets_are_joined(revolves: bool) -> None:
    gap = np.array([0.0, 0.0, 0.0, 0.1, 0.25, 0.3, 0.35])
    joining = join(gap.tolist(), revolves=revolves)
    mesh, wall = joining.before, np.arange(7, 14)

    def total(m: LabelledMesh, points: np.ndarray, values: np.ndarray) -> float:
        x, order = m.points[points, 0], np.argsort(m.points[points, 0])
        x, values = x[order], values[order]
        if not revolves:
            return float(np.trapezoid(values, x))
        pairs = zip(x[:-1], x[1:], values[:-1], values[1:], strict=True)
        both = [(b - a) * (u * (2 * a + b) + v * (a + 2 * b)) / 6 for a, b, u, v in pairs]
        return float(sum(both))

    at = node_number(np.column_stack([wall, wall]))
    for kind, values in ((Gaps, gap), (Vertices, np.sin(wall)), (Vertices, np.arange(7) == 1)):
        values = np.asarray(values, dtype=np.float64)
        number, found = kind("lower|upper").joined(at, values, joining)
        kept = node_ends(number)[:, 0]
        assert total(joining.mesh, kept, found) == pytest.approx(
            total(mesh, wall, values), rel=1e-12
        )
        assert found.min() >= values.min()
    now, _ = hollow(mesh, gap)
    own = np.flatnonzero(~np.isnan(now[:, 0]))
    number, x = Positions("lower").joined(
        node_number(np.column_stack([own, own])), now[own], joining
    )
    places = np.full((len(joining.mesh.points), 2), np.nan)
    places[node_ends(number)[:, 0]] = x
    volumes = [
        signed_volumes(p[m.cells[m.cell_values == m.regions["lower"]]], revolves).sum()
        for m, p in ((mesh, now), (joining.mesh, places))
    ]
    assert volumes[1] == pytest.approx(volumes[0], rel=1e-13)
    # facets are known by the lower body's cells, whose corner across the wall is the first
    cells = 2 * np.arange(6) + 1
    number, values = Facets("lower|upper", "lower").joined(3 * cells, np.arange(6.0), joining)
    ends = [np.delete(joining.mesh.cells[c], k) for c, k in zip(*np.divmod(number, 3), strict=True)]
    x = joining.mesh.points[np.array(ends), 0]
    areas = np.abs(np.diff(x**2 if revolves else x, axis=1)[:, 0])
    edges = np.diff(np.arange(7.0) ** (2 if revolves else 1))
    assert values @ areas == pytest.approx(np.arange(6.0) @ edges, rel=1e-12)


@pytest.mark.parametrize("revolves", [False, True])
def test_volume_stays_beside_a_corner_of_the_interface(revolves: bool) -> None:
    """Where it turns a gap takes another volume from the metal than the area tells."""
    flat = strips()
    points, wall = flat.points.copy(), np.arange(7, 14)
    points[7:, 1] += np.maximum(points[7:, 0] - 3.0, 0.0)
    mesh, gap = dataclasses.replace(flat, points=points), [0.3, 0.25, 0.3, 0.35, 0.3, 0.22, 0.2]
    own = np.arange(14)
    now = np.full((len(points), 2), np.nan)
    now[own] = points[own, :2]
    now[wall, 1] -= gap
    gaps = dict(zip(wall.tolist(), gap, strict=True))
    joining = joined(mesh, "lower", now, gaps, 2.0, revolves, UPWARDS)
    assert [each.middle for each in joining.joins] == [8, 11]
    numbers = node_number(np.column_stack([own, own]))
    number, x = Positions("lower").joined(numbers, now[own], joining)
    places = np.full((len(joining.mesh.points), 2), np.nan)
    places[node_ends(number)[:, 0]] = x
    volumes = [
        signed_volumes(p[m.cells[m.cell_values == m.regions["lower"]]], revolves).sum()
        for m, p in ((mesh, now), (joining.mesh, places))
    ]
    assert volumes[1] == pytest.approx(volumes[0], rel=1e-13)
    # the wall is where its gaps say
    at, found = Gaps("lower|upper").joined(numbers[wall], np.array(gap), joining)
    kept = node_ends(at)[:, 0]
    assert places[kept, 1] == pytest.approx(joining.mesh.points[kept, 1] - found, rel=1e-13)


@pytest.mark.parametrize("degree", [1, 2])
def test_functions_stay_when_facets_are_joined(degree: int) -> None:
    joining = join([0.0] * 7)
    mesh = joining.before

    nodes, field = partial(nodes_of, degree), partial(polynomial, degree)
    for tag in mesh.regions.values():
        old, new = (nodes(m.cells[m.cell_values == tag]) for m in (mesh, joining.mesh))
        found, values = Nodes("body").joined(old, field(mesh, old), joining)
        assert np.array_equal(np.sort(found), new)
        assert values == pytest.approx(field(joining.mesh, found), abs=1e-12)
    weights = np.array([[4, 1, 1], [1, 4, 1], [1, 1, 4]]) / 6
    cells = np.arange(len(mesh.cells))
    numbers = (3 * cells[:, None] + np.arange(3)).ravel()
    x = mesh.points[mesh.cells].mean(axis=1)[:, 0][numbers // 3]
    found, values = IntegrationPoints("body", weights).joined(numbers, x, joining)
    assert np.array_equal(np.sort(found), np.arange(3 * len(joining.mesh.cells)))
    now = joining.mesh.points[joining.mesh.cells].mean(axis=1)[:, 0][found // 3]
    assert np.all(np.abs(now - values) < 1.0)
