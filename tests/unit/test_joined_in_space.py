# SPDX-License-Identifier: BSD-3-Clause
"""Points taken from a wall in space: bodies and faces keep their shapes, and sums stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from ssbmech.checkpoint.places import (
    Facets,
    Gaps,
    IntegrationPoints,
    Nodes,
    Positions,
    Vertices,
)
from ssbmech.geometry.facet_rows import outer_facets, places_of
from ssbmech.geometry.fewer_facets import Joining
from ssbmech.geometry.joining import FLATTEST, joined
from ssbmech.geometry.moving import qualities, signed_volumes
from ssbmech.geometry.original import node_ends, node_number
from ssbmech.geometry.overlaps import shared_areas
from ssbmech.geometry.simplices import LabelledMesh
from tests.unit.test_meshing_anew import areas_of, nodes_of, polynomial, wall_in_space

pytestmark = pytest.mark.serial
COUNT, SHORT = 4, 0.3
UPWARDS = {"upper|lower": np.eye(3)[2]}


def bent(x: np.ndarray) -> np.ndarray:
    """Return the gap of a wall that is nearly flat, at points as they were made."""
    return np.asarray(0.3 + 0.02 * np.sin(4 * x[:, 0]) + 0.02 * np.cos(3 * x[:, 1]))


def contact(x: np.ndarray) -> np.ndarray:
    """Return the gap of a wall that is in contact on one side of an edge."""
    return np.asarray(0.15 * np.maximum(x[:, 0] - 0.25, 0.0))


def join(gap: Callable[[np.ndarray], np.ndarray] = bent, shortest: float = SHORT) -> Joining:
    """Return the joining of two boxes, by the gap of the lower one's wall."""
    mesh, now, gaps = lowered(gap)
    return joined(mesh, "lower", now, gaps, shortest, False, UPWARDS)


def lowered(
    gap: Callable[[np.ndarray], np.ndarray], turned: bool = False
) -> tuple[LabelledMesh, np.ndarray, dict[int, float]]:
    """Return two boxes, where the lower one is with some gap, and the gaps by point."""
    mesh, now = wall_in_space(COUNT, turn if turned else None)
    own = ~np.isnan(now[:, 0])
    x = mesh.points
    now[own] = x[own] - np.outer(x[own, 2] * gap(x[own]), np.eye(3)[2])
    wall = wall_of(mesh)
    return mesh, now, dict(zip(wall.tolist(), gap(x[wall]).tolist(), strict=True))


def turn(x: np.ndarray, facets: np.ndarray) -> None:
    """Put the other diagonal into every second square of the side between the boxes."""
    top = np.flatnonzero(np.all(x[facets][:, :, 2] == 1.0, axis=1))
    squares: dict[tuple[int, ...], list[int]] = {}
    for k in top.tolist():
        at = np.floor(x[facets[k]][:, :2].mean(axis=0) * COUNT).astype(int)
        squares.setdefault(tuple(at.tolist()), []).append(k)
    for at, (one, two) in squares.items():
        if sum(at) % 2:
            a, b = set(facets[one].tolist()), set(facets[two].tolist())
            (p,), (q,), (r, s) = a - b, b - a, sorted(a & b)
            facets[one], facets[two] = (p, q, r), (q, p, s)


def wall_of(mesh: LabelledMesh) -> np.ndarray:
    """Return the points of the wall."""
    return np.unique(mesh.facets[mesh.facet_values == mesh.interfaces["lower|upper"]])


def integral(mesh: LabelledMesh, numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the integral over the wall of a field that is linear, or quadratic if it has edges."""
    ends = [tuple(sorted(pair)) for pair in node_ends(numbers).tolist()]
    of = dict(zip(ends, values, strict=True))
    facets = mesh.facets[mesh.facet_values == mesh.interfaces["lower|upper"]]
    quadratic = any(a != b for a, b in ends)
    means = []
    for a, b, c in np.sort(facets, axis=1).tolist():
        nodes = [(a, b), (b, c), (a, c)] if quadratic else [(p, p) for p in (a, b, c)]
        means.append(sum(of[node] for node in nodes) / 3)
    return np.asarray(areas_of(mesh.points, facets) @ np.array(means))


def test_points_are_taken_from_a_wall_in_space() -> None:
    """Within it and along its rim, but no corner; nothing as it was made changes its shape."""
    joining = join()
    mesh, made = joining.before, joining.mesh
    gone = mesh.points[[each.middle for each in joining.joins]]
    inside = (gone[:, :2] > 0.0) & (gone[:, :2] < 1.0)
    assert {2, 1} == set(inside.sum(axis=1).tolist())
    assert len(joining.joins) >= 6
    for region, value in mesh.regions.items():
        cells = [m.cells[m.cell_values == value] for m in (mesh, made)]
        volumes = [signed_volumes(m.points[c]) for m, c in zip((mesh, made), cells, strict=True)]
        assert np.all(volumes[1] * np.sign(volumes[0][0]) > 0.0)
        assert np.abs(volumes[1]).sum() == pytest.approx(1.0, rel=1e-12), region
        assert qualities(made.points[cells[1]]).min() > FLATTEST * 0.5
        outer, _ = outer_facets(cells[1])
        assert np.all(places_of(outer, made.facets) >= 0), region
    for value in np.unique(mesh.facet_values):
        areas = [areas_of(m.points, m.facets[m.facet_values == value]) for m in (mesh, made)]
        assert areas[1].sum() == pytest.approx(areas[0].sum(), rel=1e-12)
    assert len(np.unique(np.sort(made.facets, axis=1), axis=0)) == len(made.facets)
    tag = mesh.interfaces["lower|upper"]
    counts = [np.count_nonzero(m.facet_values == tag) for m in (mesh, made)]
    assert counts[0] - counts[1] >= len(joining.joins)
    assert not join(shortest=0.2).joins


def test_volumes_and_sums_stay_in_space() -> None:
    joining = join()
    mesh, made = joining.before, joining.mesh
    wall, random = wall_of(mesh), np.random.default_rng(5)
    at = node_number(np.column_stack([wall, wall]))
    spike = np.zeros(len(wall))
    spike[wall == joining.joins[0].middle] = 1.0
    gap = bent(mesh.points[wall])
    for kind, values in (
        (Gaps, gap), (Vertices, gap), (Vertices, random.uniform(size=len(wall))), (Vertices, spike)
    ):  # fmt: skip
        number, found = kind("lower|upper").joined(at, values, joining)
        assert integral(made, number, found) == pytest.approx(integral(mesh, at, values), rel=1e-12)
        if kind is Vertices:
            assert found.min() >= values.min() - 1e-15
            assert found.max() <= values.max() + 1e-15
    mesh, now, _ = lowered(bent)
    own = np.flatnonzero(~np.isnan(now[:, 0]))
    number, x = Positions("lower").joined(
        node_number(np.column_stack([own, own])), now[own], joining
    )
    places = np.full(made.points.shape, np.nan)
    places[node_ends(number)[:, 0]] = x
    volumes = [
        np.abs(signed_volumes(p[m.cells[m.cell_values == m.regions["lower"]]])).sum()
        for m, p in ((mesh, now), (made, places))
    ]
    assert volumes[1] == pytest.approx(volumes[0], rel=1e-13)
    # the wall is where its gaps say
    number, found = Gaps("lower|upper").joined(at, gap, joining)
    kept = node_ends(number)[:, 0]
    assert places[kept, 2] == pytest.approx(made.points[kept, 2] - found, rel=1e-13)
    lower = mesh.cell_values == mesh.regions["lower"]
    beside = np.flatnonzero(lower & (np.isin(mesh.cells, wall).sum(axis=1) == 3))
    across = np.argmin(np.isin(mesh.cells[beside], wall), axis=1)
    numbers, densities = 4 * beside + across, random.uniform(size=len(beside))
    found, values = Facets("lower|upper", "lower").joined(numbers, densities, joining)

    def areas(mesh: LabelledMesh, numbers: np.ndarray) -> np.ndarray:
        cell, local = np.divmod(numbers, 4)
        rows = [np.delete(mesh.cells[c], k) for c, k in zip(cell, local, strict=True)]
        return areas_of(mesh.points, np.array(rows))

    assert areas(made, found).sum() == pytest.approx(1.0, rel=1e-12)
    assert values @ areas(made, found) == pytest.approx(densities @ areas(mesh, numbers), rel=1e-12)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("shortest", [0.3, 0.9])
def test_points_are_taken_until_none_can_go(shortest: float, turned: bool) -> None:
    """From facets of any arrangement; the body keeps its volume, and all faces are known."""
    mesh, now, gaps = lowered(bent, turned)
    own = mesh.cell_values == mesh.regions["lower"]
    first = np.abs(signed_volumes(now[mesh.cells[own]])).sum()
    taken = []
    for _ in range(6):
        joining = joined(mesh, "lower", now, gaps, shortest, False, UPWARDS)
        taken.append(len(joining.joins))
        points, wall = np.flatnonzero(~np.isnan(now[:, 0])), np.array(list(gaps))
        at = [node_number(np.column_stack([each, each])) for each in (points, wall)]
        number, places = Positions("lower").joined(at[0], now[points], joining)
        found, left = Gaps("lower|upper").joined(at[1], np.array(list(gaps.values())), joining)
        mesh = joining.mesh
        now = np.full(mesh.points.shape, np.nan)
        now[node_ends(number)[:, 0]] = places
        gaps = dict(zip(node_ends(found)[:, 0].tolist(), left.tolist(), strict=True))
        for region, value in mesh.regions.items():
            cells = mesh.cells[mesh.cell_values == value]
            outer, _ = outer_facets(cells)
            assert np.all(places_of(outer, mesh.facets) >= 0), region
            assert np.abs(signed_volumes(mesh.points[cells])).sum() == pytest.approx(1.0, rel=1e-12)
        own = mesh.cell_values == mesh.regions["lower"]
        volume = np.abs(signed_volumes(now[mesh.cells[own]])).sum()
        assert volume == pytest.approx(first, rel=1e-13)
    assert taken[0] > 0
    assert taken[-1] == 0


def test_edge_of_contact_stays_in_space() -> None:
    """Where points in contact are beside open ones; on both sides of it others go."""
    joining = join(contact)
    _, _, gaps = lowered(contact)
    for each in joining.joins:
        opened = [gaps[p] > 0.0 for p in each.ring]
        assert each.takers.any()
        if gaps[each.middle] > 0.0:
            assert each.takers.tolist() == opened
        else:
            assert not any(opened)
    assert {gaps[each.middle] > 0.0 for each in joining.joins} == {True, False}


@pytest.mark.parametrize("degree", [1, 2])
def test_functions_stay_when_points_are_taken_in_space(degree: int) -> None:
    joining = join()
    mesh, made = joining.before, joining.mesh
    nodes, field = partial(nodes_of, degree), partial(polynomial, degree)
    for value in mesh.regions.values():
        old, new = (nodes(m.cells[m.cell_values == value]) for m in (mesh, made))
        found, values = Nodes("body").joined(old, field(mesh, old), joining)
        assert np.array_equal(np.sort(found), new)
        assert values == pytest.approx(field(made, found), abs=1e-12)
        if degree == 2:
            rough = np.random.default_rng(6).uniform(size=(len(old), 3))
            # one component is held at none on a side, at which points go too
            held = mesh.points[node_ends(old)][:, :, 1].max(axis=1) == 0.0
            rough[held, 1] = 0.0
            found, values = Nodes("body").joined(old, rough, joining)
            assert integral(made, found, values) == pytest.approx(
                integral(mesh, old, rough), rel=1e-12
            )
            side = made.points[node_ends(found)][:, :, 1].max(axis=1) == 0.0
            assert side.any()
            assert np.all(values[side, 1] == 0.0)
    weights = (np.ones((4, 4)) + 3 * np.eye(4)) / 7
    numbers = np.arange(4 * len(mesh.cells))
    x = mesh.points[mesh.cells].mean(axis=1)[:, 0][numbers // 4]
    found, values = IntegrationPoints("body", weights).joined(numbers, x, joining)
    assert np.array_equal(np.sort(found), np.arange(4 * len(made.cells)))
    now = made.points[made.cells].mean(axis=1)[:, 0][found // 4]
    assert np.all(np.abs(now - values) < 2.0 / COUNT)


def test_areas_that_triangles_share() -> None:
    x = np.array([[0, 0], [2, 0], [2, 2], [0, 2], [1, 1]]) @ np.array([[1, 0, 1], [0, 1, 0]])
    halves, quarters = x[[[0, 1, 2], [3, 0, 2]]], x[[[0, 1, 4], [1, 2, 4], [4, 3, 2], [3, 0, 4]]]
    assert shared_areas(halves, quarters) == pytest.approx(
        np.sqrt(2) * np.array([[1, 1, 0, 0], [0, 0, 1, 1]]), abs=1e-12
    )
    other = x[[[0, 1, 3]]]
    assert shared_areas(halves, other) == pytest.approx(np.sqrt(2) * np.ones((2, 1)), abs=1e-12)
