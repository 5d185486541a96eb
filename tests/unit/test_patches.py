# SPDX-License-Identifier: BSD-3-Clause
"""Patterns of activity: strips, rings and discs as such, and what they do to the current."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError, CaseWarning, ParameterError
from ssbmech.frames import Frame
from ssbmech.geometry.patches import Patchwork, random_discs, random_rings, random_strips
from ssbmech.model.cell import CellModel
from ssbmech.units import A_per_m2, MPa, um
from tests.elastic_cell import (
    COUNTER,
    WORKING,
    facet_fields,
    rollers,
    symmetric_cell,
    walls,
)
from tests.parts import Transfer, part
from tests.tools import march, marked

pytestmark = pytest.mark.pair

COMM = MPI.COMM_WORLD
ONCE = pytest.mark.serial


def places(*x: float) -> np.ndarray:
    """Return positions of x [um], with y and z of an interface."""
    return np.array([x, np.full(len(x), 2.0), np.full(len(x), 5.0)]) * 1e-6


@ONCE
def test_strips_are_where_they_are_said_to_be() -> None:
    strips = ssb.Strips(((6 * um, 7 * um), (0 * um, 2 * um)), inside=0.25, outside=3.0)
    assert len(strips) == 2
    assert strips(places(0.0, 1.9, 2.1, 6.5, 7.1)) == pytest.approx([0.25, 0.25, 3, 0.25, 3])
    assert list(strips.patch_of(places(1.0, 3.0, 6.5))) == [0, -1, 1]
    assert strips.describe(1) == "x from 6e-06 m to 7e-06 m"
    assert isinstance(strips, Patchwork)


@ONCE
def test_discs_are_where_they_are_said_to_be() -> None:
    discs = ssb.Discs(((2 * um, 2 * um), (6 * um, 2.5 * um)), radius=1 * um, outside=2.0)
    assert len(discs) == 2
    assert discs(places(1.1, 2.9, 3.1, 6.0, 7.0)) == pytest.approx([0, 0, 2, 0, 2])
    assert list(discs.patch_of(places(2.0, 4.0, 6.0))) == [0, -1, 1]
    assert discs.describe(0) == "centre (2e-06, 2e-06) m, radius 1e-06 m"
    assert isinstance(discs, Patchwork)


@ONCE
def test_functions_give_a_number_for_each_place_or_one_for_all() -> None:
    falling = ssb.FunctionActivity(lambda x: 1.0 - 1e5 * x[0])
    assert falling(places(0.0, 5.0)) == pytest.approx([1.0, 0.5])
    assert ssb.FunctionActivity(lambda x: 0.5)(places(0.0, 5.0)) == pytest.approx([0.5, 0.5])
    assert not isinstance(falling, Patchwork)


def apart(spans: tuple[tuple[float, float], ...]) -> bool:
    """Return whether strips follow each other without overlap, but for round-off."""
    ordered = sorted(spans)
    return all(low >= high - 1e-15 for (_, high), (low, _) in pairwise(ordered))


@ONCE
@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("size", [0.3, 0.7, 1.0, 3.2])
def test_random_strips(size: float, fraction: float) -> None:
    """As many whole strips as come nearest to the fraction, anywhere and apart."""
    width = 20e-6
    made = [random_strips(width, size * um, fraction, seed) for seed in range(20)]
    for strips in made:
        covered = sum(high - low for low, high in strips.spans) / width
        assert abs(covered - fraction) <= (0.5 + 1e-9) * size * 1e-6 / width or len(strips) in (
            1,
            int(width / (size * 1e-6)),
        )
        assert apart(strips.spans)
        assert strips.spans[0][0] >= 0.0 and strips.spans[-1][1] <= width * (1 + 1e-12)
    assert random_strips(width, size * um, fraction, 7) == made[7]
    assert fraction > 0.8 or len({strips.spans for strips in made}) == 20


@ONCE
@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.7, 0.95])
@pytest.mark.parametrize("size", [0.1, 0.3, 0.7, 1.0])
def test_random_rings(size: float, fraction: float) -> None:
    """Rings of one width side by side, whose edges round-off does not make overlap."""
    radius = 20e-6
    for seed in range(20):
        rings = random_rings(radius, size * um, fraction, seed, inside=0.1)
        area = sum(high**2 - low**2 for low, high in rings.spans) / radius**2
        assert area == pytest.approx(fraction, rel=1e-9)
        assert apart(rings.spans)
        assert rings.spans[0][0] >= 0.0 and rings.spans[-1][1] <= radius * (1 + 1e-9)
        widths = [high - low for low, high in rings.spans]
        assert max(widths) <= size * 1e-6 * (1 + 1e-9)
        # no slivers: all of them are a little narrower
        assert min(widths) > 0.999 * max(widths)
        assert rings.inside == 0.1
    assert random_rings(radius, size * um, fraction, 3) == random_rings(
        radius, size * um, fraction, 3
    )


@ONCE
@pytest.mark.parametrize("fraction", [0.02, 0.2, 0.45])
def test_random_discs(fraction: float) -> None:
    """Whole discs inside of the interface, none of which overlaps another."""
    width, depth, radius = 20e-6, 12e-6, 1e-6
    for seed in range(5):
        discs = random_discs(width, depth, radius, fraction, seed)
        one = np.pi * radius**2 / (width * depth)
        assert abs(len(discs) * one - fraction) <= 0.5 * one * (1 + 1e-9)
        x, y = np.array(discs.centres).T
        assert np.all((x >= radius) & (x <= width - radius))
        assert np.all((y >= radius) & (y <= depth - radius))
        between = np.hypot(x[:, None] - x, y[:, None] - y) + np.diag(np.full(len(x), 1.0))
        assert between.min() >= 2 * radius
    again = random_discs(width, depth, radius, fraction, 4)
    assert again == discs and again != random_discs(width, depth, radius, fraction, 3)


@ONCE
def test_refinements_follow_the_edges() -> None:
    strips = ssb.Strips(((0 * um, 2 * um), (6 * um, 7 * um)))
    made = strips.refinements(WORKING, size=1e-7, radius=3e-7)
    assert [r.position for r in made] == pytest.approx([2e-6, 6e-6, 7e-6], abs=0.0)
    assert {(r.interface, r.size, r.radius) for r in made} == {(WORKING, 1e-7, 3e-7)}
    discs = ssb.Discs(((2 * um, 3 * um),), radius=1 * um)
    (ring,) = discs.refinements(WORKING, size=1e-7)
    assert (ring.position, ring.axis_x, ring.axis_y) == pytest.approx((1e-6, 2e-6, 3e-6), abs=0.0)


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "no width": (lambda: ssb.Strips(((2 * um, 2 * um),)), r"from 2e-06 m to 2e-06 m has no width"),
    "turned round": (lambda: ssb.Strips(((3 * um, 2 * um),)), "has no width: give its first"),
    "overlapping strips": (
        lambda: ssb.Strips(((0 * um, 2 * um), (1.9 * um, 3 * um))),
        r"overlap, for one ends at 2e-06 m and the next begins at 1.9e-06 m",
    ),
    "pressure for a place": (lambda: ssb.Strips(((0 * um, 2 * MPa),)), "wrong kind of unit"),
    "negative factor": (lambda: ssb.Strips(((0.0, 1e-6),), inside=-1.0), r"inside.*\[0, inf\)"),
    "overlapping discs": (
        lambda: ssb.Discs(((0.0, 0.0), (1.9e-6, 0.0)), radius=1 * um),
        r"discs at \(0, 0\) m and \(1.9e-06, 0\) m overlap: their radius is 1e-06 m",
    ),
    "no radius": (lambda: ssb.Discs(((0.0, 0.0),), radius=0.0), r"radius.*\(0, inf\)"),
    "nothing covered": (lambda: random_strips(1e-5, 1e-6, 0.0, 1), r"fraction 0: expected"),
    "all covered": (lambda: random_rings(1e-5, 1e-6, 1.0, 1), r"fraction 1: expected"),
    "strip wider than all": (lambda: random_strips(1e-6, 2e-6, 0.5, 1), "larger than the interf"),
    "disc wider than deep": (lambda: random_discs(1e-4, 1e-6, 1e-6, 0.5, 1), "larger than the"),
    "rings that are too coarse": (
        lambda: random_rings(1e-5, 6e-6, 0.9, 1),
        "do not cover 0.9 .* give a smaller size",
    ),
    "no room for discs": (lambda: random_discs(1e-5, 1e-5, 2e-6, 0.9, 1), "there is room for"),
}


@ONCE
@pytest.mark.parametrize("name", BAD)
def test_patches_that_cannot_be(name: str) -> None:
    make, told = BAD[name]
    with pytest.raises(ParameterError, match=told):
        make()


def patchy_cell(activity: Any, frame: Frame | None = None, **changes: Any) -> ssb.Case:
    """Return metal | electrolyte | metal with a pattern at the working electrode, and a current."""
    frame = ssb.PlaneStrain() if frame is None else frame
    case = symmetric_cell(
        geometry=ssb.Stack(
            frame=frame,
            width=12 * um,
            depth=6 * um if frame.dim == 3 else None,
            layers=(
                ssb.Layer("negative", 4 * um),
                ssb.Layer("separator", 5 * um),
                ssb.Layer("positive", 4 * um),
            ),
            size_interface=1 * um,
            size_bulk=3 * um,
        ),
        supports=rollers("bottom", *walls(frame)),
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(5.0, 40.0)),
        step_control=ssb.PrescribedSteps([1.0, 20.0, 20.0]),
    )
    first, second = case.interfaces
    interfaces = (dataclasses.replace(first, activity=activity), second)
    return dataclasses.replace(case, interfaces=interfaces, **changes)


HALF = ssb.Strips(((0 * um, 6 * um),))
PATTERNS = {
    "strip": (HALF, ssb.PlaneStrain()),
    "ring": (ssb.Strips(((3 * um, 9 * um),)), ssb.Axisymmetric()),
    "disc": (ssb.Discs(((6 * um, 3 * um),), radius=2.5 * um), ssb.ThreeDimensional()),
}


@pytest.mark.parametrize("name", marked(PATTERNS, disc=pytest.mark.slow, ring=pytest.mark.slow))
def test_no_current_passes_where_nothing_reacts(name: str) -> None:
    """Exactly none, and what is asked for passes through the rest."""
    pattern, frame = PATTERNS[name]
    done = march(patchy_cell(pattern, frame))
    surface = done.cell.surfaces[WORKING]
    n = surface.gap.owned
    midpoints = surface.gap.function.function_space.tabulate_dof_coordinates()[:n].T
    inert = pattern.patch_of(midpoints) >= 0
    counts = COMM.allreduce(np.array([inert.sum(), n]))
    assert 0 < counts[0] < counts[1]

    on_inert = facet_values(done.cell, "i_normal")[inert]
    assert np.all(on_inert == 0.0)
    elsewhere = facet_values(done.cell, "i_normal")[~inert]
    assert np.all(elsewhere > 0.0)
    stripped = facet_values(done.cell, "stripped")
    assert np.all(stripped[inert] == 0.0) and np.all(stripped[~inert] > 0.0)

    area = COMM.allreduce(float(surface.areas.sum()))
    through = COMM.allreduce(float(surface.areas[~inert] @ elsewhere))
    counter = facet_fields(done.cell.surfaces[COUNTER])
    assert through == pytest.approx(5.0 * area, rel=1e-9, abs=0.0)
    assert float(counter.area @ counter.i_normal) == pytest.approx(-5.0 * area, rel=1e-9, abs=0.0)
    assert max(done.series("audit_charge")) < 1e-8
    # what is inert touches from the start, but does not conduct
    share = COMM.allreduce(float(surface.areas[~inert].sum())) / area
    assert done.series(f"conducting_fraction:{WORKING}")[0] == pytest.approx(share, rel=1e-9)
    assert done.series(f"contact_fraction:{WORKING}")[0] == pytest.approx(1.0, rel=1e-12)


def facet_values(cell: CellModel, name: str) -> np.ndarray:
    """Return an unknown of the working electrode, owned facets."""
    surface = cell.surfaces[WORKING]
    if name == "stripped":
        stripped = part(surface, Transfer).reactant.stripped
        return np.array(stripped.x.array[: surface.gap.owned])
    return surface.values(next(u for u in surface.unknowns if u.name == name))


COMPARED = ("voltage", f"i_normal_max:{WORKING}", f"p_contact_max:{WORKING}", "p_stack")


def series(case: ssb.Case) -> dict[str, np.ndarray]:
    done = march(case)
    return {name: done.series(name) for name in COMPARED}


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    """Check that two cases gave the same numbers but for what is left of their residuals."""
    for name, values in expected.items():
        assert np.max(np.abs(found[name] - values)) <= 1e-9 * np.max(np.abs(values)), name


WHOLE = {
    "function": ssb.FunctionActivity(lambda x: 1.0),
    "strips": ssb.Strips(((0 * um, 6 * um),), inside=1.0),
}


@pytest.mark.parametrize("name", ["function", pytest.param("strips", marks=ONCE)])
def test_an_activity_of_one_changes_nothing(name: str) -> None:
    assert_same(series(patchy_cell(WHOLE[name])), series(patchy_cell(None)))


@ONCE
def test_an_activity_of_one_half_halves_the_exchange_current() -> None:
    half = patchy_cell(None)
    first, second = half.interfaces
    slower = dataclasses.replace(first, kinetics=ssb.ButlerVolmer(i_0=10 * A_per_m2))
    expected = series(dataclasses.replace(half, interfaces=(slower, second)))
    assert_same(series(patchy_cell(ssb.FunctionActivity(lambda x: 0.5))), expected)
    with pytest.raises(AssertionError):
        assert_same(series(patchy_cell(ssb.FunctionActivity(lambda x: 0.501))), expected)


def test_facets_end_at_the_edges_of_refined_strips() -> None:
    strips = ssb.Strips(((1.7 * um, 4.3 * um),))
    case = patchy_cell(strips)
    finer = strips.refinements(WORKING, size=0.5e-6)
    case = dataclasses.replace(case, geometry=dataclasses.replace(case.geometry, refinements=finer))
    ends = np.array(facet_fields(CellModel(case, case.geometry.build(COMM)).surfaces[WORKING]).ends)
    for edge in strips.spans[0]:
        assert np.min(np.abs(ends - edge)) < 1e-12


def model(activity: Any, frame: Frame | None = None) -> CellModel:
    case = patchy_cell(activity, frame)
    return CellModel(case, case.geometry.build(COMM))


def same_words(told: Any) -> str:
    """Return a message, which is the same on all ranks."""
    words = COMM.allgather(str(told))
    assert len(set(words)) == 1
    return words[0]


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "outside": (
        ssb.Strips(((0 * um, 6 * um), (13 * um, 18 * um))),
        CaseError,
        "patch 1 of Strips, x from 1.3e-05 m to 1.8e-05 m, has no facet: it lies outside",
    ),
    "between midpoints": (ssb.Strips(((2.95 * um, 3.05 * um),)), CaseError, "coarser than it"),
    "all of it": (
        ssb.Strips(((0 * um, 12 * um),)),
        CaseError,
        "activity is zero on all of it, so that no current could pass: leave some of it free",
    ),
    "negative": (
        ssb.FunctionActivity(lambda x: np.where(x[0] > 9e-6, -0.5, 1.0)),
        ParameterError,
        "FunctionActivity gives the activity -0.5 at x = ",
    ),
    "no number": (
        ssb.FunctionActivity(lambda x: np.where(x[0] > 9e-6, np.nan, 1.0)),
        ParameterError,
        "FunctionActivity gives the activity nan at x = ",
    ),
    "too many": (
        ssb.FunctionActivity(lambda x: np.ones(x.shape[1] + 1)),
        ParameterError,
        "one per position",
    ),
    "failing": (ssb.FunctionActivity(lambda x: {}["f"]), ParameterError, "an error: 'f'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_patterns_that_do_not_fit_the_interface(name: str) -> None:
    """Told on all ranks, also if one of them has none of the facets."""
    activity, error, told = REFUSED[name]
    with pytest.raises(error) as failure:
        model(activity)
    assert told in same_words(failure.value)


@pytest.mark.parametrize(
    ("activity", "frame", "told"),
    [
        (
            ssb.Strips(((0 * um, 3 * um), (6 * um, 12 * um))),
            ssb.PlaneStrain(),
            "1 of 2 patches of Strips have fewer than 4 facets, as patch 0, x from 0 m to 3e-06 m",
        ),
        (
            ssb.Discs(((6 * um, 3 * um),), radius=1 * um),
            ssb.ThreeDimensional(),
            "1 of 1 patches of Discs have fewer than 16 facets",
        ),
    ],
    ids=["plane", "three_dimensional"],
)
def test_patches_of_few_facets_are_warned_of(activity: Any, frame: Frame, told: str) -> None:
    with pytest.warns(CaseWarning) as warned:
        model(activity, frame)
    assert len(warned) == 1
    assert told in same_words(warned[0].message)


@ONCE
def test_what_is_no_activity() -> None:
    with pytest.raises(CaseError, match=r"activity = 0\.5 is not a function: take Strips"):
        ssb.Interface(WORKING, kinetics=ssb.ButlerVolmer(10.0), activity=0.5)
    with pytest.raises(CaseError, match="has an activity, but no charge-transfer law"):
        ssb.Interface(WORKING, activity=HALF)
