# SPDX-License-Identifier: BSD-3-Clause
"""Metal that runs along the boundaries of grains to the other side: clusters and the short."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError, MeshError
from ssbmech.geometry.polycrystal import Polycrystal
from ssbmech.model.cell import CellModel
from tests import tools
from tests.grain_network import network, section
from tests.tools import March, march, measured

COMM = MPI.COMM_WORLD
ITEM = "Metal in boundaries of grains"


def fill(
    cell: CellModel, height: float, low: float = -1.0, thick: float = 1e-9, left: float = -1.0
) -> None:
    """Put metal into all facets whose middle lies between two heights and right of a place [m]."""
    for crack in cell.network.cracks.values():
        h = crack.metal.function
        x, y, _ = h.function_space.tabulate_dof_coordinates().T
        h.x.array[:] = np.where((y < height) & (y > low) & (x > left), thick, 0.0)
        crack.metal.start_here()


@pytest.mark.pair
def test_clusters_are_found_across_boundaries_and_ranks() -> None:
    """Near the metal, cut off from it, and through to the other side."""
    case = network(ssb.ConstantCurrent(-1.0, 1.0), step=1.0)
    cell = CellModel(case, case.geometry.build(COMM))
    thickness = case.geometry.thickness

    def seen() -> tuple[float, ...]:
        return tuple(output.measure({}) for output in cell.clusters.outputs())

    def connected() -> int:
        cell.cluster_ties.follow()
        marks = [
            crack.connected.x.array[: crack.surface.gap.owned].sum()
            for crack in cell.network.cracks.values()
        ]
        return int(COMM.allreduce(sum(marks)))

    def holding() -> int:
        here = sum(int(crack.holds().sum()) for crack in cell.network.cracks.values())
        return int(COMM.allreduce(here))

    count, off, reach, short = seen()
    assert (count, off, short) == (1, 0, 0), "the flaw, at the foot of a boundary"
    assert 0.2 * thickness < reach < 0.5 * thickness
    at_flaw = connected()
    assert at_flaw == holding() > 0
    fill(cell, 2.0, low=0.8 * thickness)
    # two boundaries end there
    assert seen() == (3, 2, reach, 0), "metal at the far side alone is no short"
    assert connected() == at_flaw < holding(), "it touches no wall that is broken"
    fill(cell, 0.9 * thickness)
    count, _, reach, short = seen()
    assert (count, short) == (1, 0)
    assert 0.8 * thickness < reach < thickness
    assert connected() == holding(), "across the points where boundaries meet"
    fill(cell, 2.0)
    count, _, reach, short = seen()
    assert (count, short) == (1, 1)
    assert reach == pytest.approx(thickness, rel=2e-3), "from the nearest vertex of the electrode"


@pytest.mark.pair
@pytest.mark.parametrize(("right", "is_short"), [(0.0, 0), (1e-3, 1)])
def test_metal_between_held_faces_shorts_those_of_other_potentials(
    right: float, is_short: int
) -> None:
    """Two faces of one potential are one electrode; metal that joins them alone is cut off."""
    case = network(ssb.ConstantCurrent(-1.0, 1.0), step=1.0)
    held = tuple(
        ssb.FacePotential(face, lambda x, level=level: level + 0 * x[0])
        for face, level in (("top", 0.0), ("right", right))
    )
    case = dataclasses.replace(case, loads=ssb.Loads(face_potentials=held))
    cell = CellModel(case, case.geometry.build(COMM))
    # right of the boundary that the flaw is in
    fill(cell, 1.0, left=6.3e-6)
    count, off, _, short = (output.measure({}) for output in cell.clusters.outputs())
    assert (count, off, short) == (2, 1, is_short), "the flaw, and metal from face to face"
    fill(cell, 1.0)
    count, off, _, short = (output.measure({}) for output in cell.clusters.outputs())
    assert (count, off, short) == (1, 0, 1), "from the electrode to both faces"


def off(one: March, other: March) -> float:
    """Return the largest relative deviation of the ends of two runs [1]."""
    volumes = [name for name in one.rows[-1] if name.startswith(("crack_volume", "crack_size"))]
    names = ["time", "voltage", "crack_reach", *volumes]
    pairs = [(one.rows[-1][name], other.rows[-1][name]) for name in names]
    return max(abs(a - b) / (abs(b) or 1.0) for a, b in pairs)


@pytest.mark.slow
def test_metal_that_has_grown_through_is_a_short() -> None:
    """Up one boundary, aside along another, and up again: the run ends where it gets through."""
    case = network(ssb.ConstantCurrent(-300.0, 3.0), step=0.03)
    run = march(case)
    short, reach, time = (run.series(name) for name in ("short", "crack_reach", "time"))
    assert np.all(short[:-1] == 0.0) and short[-1] == 1.0
    assert reach[-1] > 0.99 * case.geometry.thickness > reach[0] > 0.0
    assert np.all(np.diff(reach) >= 0.0) and np.all(run.series("crack_clusters") == 1.0)
    assert time[-1] < 3.0
    assert run.endings[-1].startswith("short: metal in cracks has reached the other electrode")
    measured(ITEM, "time by which the short is landed on", 1 - time[-2] / time[-1], 1e-3, "0")
    measured(ITEM, "audit of charge", run.series("audit_charge").max(), 1e-12, "0")
    measured(ITEM, "audit of lithium", run.series("audit_lithium").max(), 1e-12, "0")


@pytest.mark.slow
def test_metal_takes_a_turn_on_any_ranks_and_with_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a flaw that ends just past the first point where boundaries meet."""
    case = network(ssb.ConstantCurrent(-300.0, 0.12), step=0.03, flaw=2.1e-6)
    whole = march(case)
    grown = [whole.rows[-1][f"crack_volume:{name}"] for name in case.geometry.boundaries]
    assert sum(volume > 1e-16 for volume in grown) > 1, "in more than one boundary"
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.RECOVER)
    measured(ITEM, "change by a stop half way", off(march(case), whole), 1e-8, "none")
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.WHOLE)
    if COMM.size > 1:
        alone = march(case, MPI.COMM_SELF)
        measured(ITEM, "change by the number of ranks", off(whole, alone), 1e-8, "none")


@pytest.mark.serial
def test_flaws_that_are_cut_off_are_refused() -> None:
    """A flaw where boundaries meet touches cracks of the electrode, and yet not its metal."""
    case = network(ssb.ConstantCurrent(-1.0, 1.0), step=1.0)
    ends = [end for a, b, where in case.geometry._segments() if min(a, b) >= 0 for end in where]
    x, y = next(end for end in ends if 0.2 < end[1] / case.geometry.thickness < 0.8)
    inside = dataclasses.replace(case.interfaces[-1].filling, flaw=ssb.Ball(0.6e-6, x=x, y=y))
    moved = [
        dataclasses.replace(each, filling=inside) if each.filling else each
        for each in case.interfaces
    ]
    case = dataclasses.replace(case, interfaces=tuple(moved))
    with pytest.raises(CaseError, match="none of the flaws"):
        CellModel(case, case.geometry.build(MPI.COMM_SELF))


@pytest.mark.serial
def test_grains_that_touch_are_of_different_regions() -> None:
    """By their names, and in the mesh: every boundary of the section is an interface."""
    made = Polycrystal(
        frame=ssb.PlaneStrain(),
        width=10e-6,
        thickness=8e-6,
        facet=0.5e-6,
        metal=2e-6,
        counter=1e-6,
        grains=15,
        seed=3,
    )
    tagged = made.build(MPI.COMM_SELF)
    named = {*made.boundaries, *made.at_metal, *made.at_counter}
    found = {frozenset(name.split("|")) for name in tagged.interfaces}
    assert found == {frozenset(name.split("|")) for name in named}
    assert len(made.regions) <= 6 and len(made.colours) == 15
    assert len(made.mouths) >= len(made.at_metal) - 1
    with pytest.raises(MeshError, match="pairs between 0 and 1"):
        section(places=((0.5, 1.2), (0.5, 0.2)))
    assert section(places=[[0.5, 0.2], [0.5, 0.8]]).colours == (0, 1)
    quarters = section(places=[(x, y) for x in (0.25, 0.75) for y in (0.25, 0.75)])
    assert sorted(quarters.colours) == [0, 1, 2, 3], "those that meet in a corner alone too"
    assert len(quarters.boundaries) == 4
    # of these twenty grains two corners are 1.5 nm apart
    many = dataclasses.replace(made, facet=1e-6, width=12e-6, grains=20, seed=1, places=None)
    lengths = [np.hypot(*(end - start)) for _, _, (start, end) in many._segments()]
    assert min(lengths) > 0.3 * many.facet
    with pytest.raises(MeshError, match="smaller than a facet"):
        _ = dataclasses.replace(many, facet=1e-5).colours
    for places in (((0.5, 0.2), (0.5, 0.2)), ((0.5, 0.2),)):
        with pytest.raises(MeshError, match="pairs between 0 and 1"):
            section(places=places)
    with pytest.raises(MeshError, match="different names"):
        section(metal_name="grain")
    with pytest.raises(MeshError, match="PlaneStrain"):
        section(frame=ssb.ThreeDimensional())
