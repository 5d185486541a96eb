# SPDX-License-Identifier: BSD-3-Clause
"""Metal that runs along the boundaries of grains to the other side: clusters and the short."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import MeshError
from ssbmech.geometry.polycrystal import Polycrystal
from ssbmech.model.cell import CellModel
from tests.grain_network import network, section
from tests.tools import march, measured

COMM = MPI.COMM_WORLD
ITEM = "Metal in boundaries of grains"


def fill(cell: CellModel, height: float, low: float = -1.0, thick: float = 1e-9) -> None:
    """Put metal into all facets whose middle lies between two heights [m]."""
    for crack in cell.network.cracks.values():
        h = crack.metal.function
        y = h.function_space.tabulate_dof_coordinates()[:, 1]
        h.x.array[:] = np.where((y < height) & (y > low), thick, 0.0)
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
        cell.clusters.mark()
        marks = [
            crack.connected.x.array[: crack.surface.gap.owned].sum()
            for crack in cell.network.cracks.values()
        ]
        return int(COMM.allreduce(sum(marks)))

    def holding() -> int:
        here = sum(int(crack.holds().sum()) for crack in cell.network.cracks.values())
        return int(COMM.allreduce(here))

    count, reach, short = seen()
    assert (count, short) == (1, 0), "the flaw, at the foot of a boundary"
    assert 0.2 * thickness < reach < 0.5 * thickness
    at_flaw = connected()
    assert at_flaw == holding() > 0
    fill(cell, 2.0, low=0.8 * thickness)
    # two boundaries end there
    assert seen() == (3, reach, 0), "metal at the far side alone is no short"
    assert connected() == at_flaw < holding()
    fill(cell, 0.9 * thickness)
    count, reach, short = seen()
    assert (count, short) == (1, 0)
    assert 0.8 * thickness < reach < thickness
    assert connected() == holding(), "across the points where boundaries meet"
    fill(cell, 2.0)
    count, reach, short = seen()
    assert (count, short) == (1, 1)
    assert reach == pytest.approx(thickness, rel=2e-3), "from the nearest vertex of the electrode"


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
    for places in (((0.5, 0.2), (0.5, 0.2)), ((0.5, 0.2),)):
        with pytest.raises(MeshError, match="pairs between 0 and 1"):
            section(places=places)
    with pytest.raises(MeshError, match="different names"):
        section(metal_name="grain")
    with pytest.raises(MeshError, match="plane strain"):
        section(frame=ssb.ThreeDimensional())
