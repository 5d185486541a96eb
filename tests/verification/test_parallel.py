# SPDX-License-Identifier: BSD-3-Clause
"""The same results on any number of ranks, and with any supported version of DOLFINx.

Small void cells are plated and stripped, with facets that open and close, and a cell with particles
is charged and discharged, with bonds that break, on stored meshes. What they show is compared with
stored numbers, the same for all ranks and versions, and with a run of each rank on its own.
"""

from __future__ import annotations

import json
from functools import cache

from mpi4py import MPI

import numpy as np
import pytest

from tests.parts import Transfer, part
from tests.small_cell import REFERENCE, STORED, deviations, physical
from tests.tools import March, march, measured

COMM = MPI.COMM_WORLD
LIMIT = 1e-7


@cache
def marched(name: str) -> March:
    """Return a run on all ranks, the same for all tests."""
    return march(STORED[name].case(name), watch=lambda cell: interface_fields(cell, COMM))


def interface_fields(cell, comm):
    """Return gap, pressure and current of all facets, in the order of their positions."""
    surface = cell.surfaces[cell.case.electrodes.working]
    n = surface.gap.owned
    x = surface.gap.function.function_space.tabulate_dof_coordinates()[:n, 0]
    unknowns = (surface.gap, surface.p_contact, part(surface, Transfer).i_normal)
    fields = [w.function.x.array[:n] for w in unknowns]
    rows = np.concatenate(comm.allgather(np.column_stack([x, *fields])))
    return rows[np.argsort(rows[:, 0])]


def columns(run: March) -> dict[str, np.ndarray]:
    return {name: run.series(name) for name in physical(run.rows[0])}


@pytest.mark.parametrize("name", STORED)
def test_stored_numbers(name: str) -> None:
    run = marched(name)
    expected = json.loads((REFERENCE / f"{name}.json").read_text("utf-8"))
    found = columns(run)
    # what is measured beside them came later
    assert found.keys() >= expected.keys()
    apart = deviations(found, {key: np.array(values) for key, values in expected.items()})
    worst = max(apart, key=lambda key: apart[key])
    measured(
        "Ranks and versions", f"largest relative difference, {name}", apart[worst], LIMIT,
        f"stored numbers; {worst}",
    )  # fmt: skip


def test_contact_changes() -> None:
    """What is compared has facets that lose contact and facets that find it."""
    gaps = np.array([fields[:, 1] for fields in marched("plane").seen])
    closed = gaps <= 1e-15
    assert np.any(closed[:-1] & ~closed[1:])
    assert np.any(~closed[:-1] & closed[1:])


def test_each_rank_alone_finds_the_same() -> None:
    together = marched("plane")
    alone = march(
        STORED["plane"].case("plane"),
        MPI.COMM_SELF,
        watch=lambda cell: interface_fields(cell, MPI.COMM_SELF),
    )
    apart = deviations(columns(together), columns(alone))
    measured(
        "Ranks and versions", "largest relative difference of a scalar",
        max(apart.values()), LIMIT, "a rank on its own",
    )  # fmt: skip
    for mine, ours in zip(alone.seen, together.seen, strict=True):
        assert np.all(np.abs(mine - ours) <= LIMIT * np.max(np.abs(mine), axis=0))


@pytest.mark.skipif(COMM.size == 1, reason="one rank owns all layers")
def test_ranks_without_a_cell_of_a_layer() -> None:
    """The slender cell is shared out so that ranks own nothing of a body, or of an interface."""
    cell = marched("tower").cell
    owned = {
        name: body.mesh.mesh.topology.index_map(body.frame.dim).size_local
        for name, body in cell.bodies.items()
    }
    facets = {name: surface.gap.owned for name, surface in cell.surfaces.items()}
    assert COMM.allreduce(min(owned.values()) == 0, op=MPI.LOR), f"cells on this rank: {owned}"
    assert COMM.allreduce(min(facets.values()) == 0, op=MPI.LOR), f"facets on this rank: {facets}"


def test_bonds_break() -> None:
    """What is compared has bonds that break and surfaces that part and meet again."""
    run = marched("composite")
    damage = run.series("damage_mean:nmc811|electrolyte")
    conducting = run.series("conducting_fraction:nmc811|electrolyte")
    assert damage[0] <= 1e-12 and damage[-1] > 0.3
    assert conducting.min() < 0.99 and conducting[-1] > conducting.min()
