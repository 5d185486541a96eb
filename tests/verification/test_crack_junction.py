# SPDX-License-Identifier: BSD-3-Clause
"""Where cracks meet, what flows out of one enters the others."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.errors import CaseError
from ssbmech.interfaces.crack_flow import CrackFlow, CreepFlow, SlipFlow
from ssbmech.interfaces.filling import unbroken
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.crack import CrackMetal
from tests.crack_junction import ARMS, FACET, INLET, WIDE, tee
from tests.parts import at_random, part
from tests.tools import march, measured
from tests.verification.test_jacobian import check_blocks, row_groups

COMM = MPI.COMM_WORLD
ITEM = "Cracks that meet"
VISCOUS = CreepFlow(rate=1e2, stress=1e6, exponent=1.0)


def at_junction(cell: CellModel) -> float:
    """Return the pressure where the arms meet [Pa]."""
    (found,) = (c.value for c in cell.closures if c.name == "junction")
    return float(found)


def shares(run: object) -> np.ndarray:
    """Return what flows out of the ends of both arms over what comes in at the third."""
    out = [float(run.series(f"crack_outflow:{name}")[-1]) for name in ARMS]
    return np.array(out[1:]) / -out[0]


def test_three_alike_arms() -> None:
    """At one end pressure 1, at two 0: a third where they meet, and fluxes 2 : 1 : 1."""
    run = march(tee(VISCOUS, (3, 3, 3)), watch=at_junction)
    measured(ITEM, "pressure of three alike arms", abs(3 * run.seen[-1] / INLET - 1), 1e-6, "1/3")
    measured(ITEM, "their fluxes", np.abs(2 * shares(run) - 1).max(), 1e-6, "2 : 1 : 1")


@pytest.mark.serial
@pytest.mark.parametrize(
    ("flow", "power", "thickening"),
    [
        (CreepFlow(rate=1e3, stress=1e6, exponent=3.0), 3.0, 5.0),
        (SlipFlow(speed=1e-3, stress=5e5, exponent=4.0), 4.0, 5.0),
    ],
    ids=("creep", "plug"),
)
def test_arms_of_other_lengths_and_widths(flow: CrackFlow, power: float, thickening: float) -> None:
    r"""q = K (dp / L)^n with K of the width: :math:`K_1 (1 - x)^n / L_1^n = x^n \sum 1 / L_k^n`."""
    lengths, width = (3, 2, 4), 0.8 * WIDE
    run = march(tee(flow, lengths, width), watch=at_junction)
    first = (width / WIDE) ** (thickening / power) / lengths[0]
    arms = np.array([1.0 / length**power for length in lengths[1:]])
    exact = first / (first + arms.sum() ** (1 / power))
    measured(ITEM, f"pressure, power {power:g}", abs(run.seen[-1] / INLET / exact - 1), 1e-5, "")
    off = np.abs(shares(run) / (arms / arms.sum()) - 1).max()
    measured(ITEM, f"fluxes, power {power:g}", off, 1e-5, "")


@pytest.mark.pair
def test_every_block_is_the_derivative_of_the_residual() -> None:
    """That of the junction too."""
    case = tee(CreepFlow(rate=1e-2, stress=1e6, exponent=3.0), (3, 2, 3))
    cell = CellModel(case, case.geometry.build(COMM))
    cell.begin(Drive(), 1.0)
    random = np.random.default_rng(5 + COMM.rank)
    for name in ARMS:
        surface = cell.surfaces[name]
        crack = part(surface, CrackMetal)
        at_random(
            random,
            (surface.p_contact, 2e7, 9e7),
            (surface.gap, 1e-9, 3e-9),
            (crack.metal, 4e-8, 8e-8),
            (crack.ridges, 3e7, 8e7),
        )
    (closure,) = (c for c in cell.closures if c.name == "junction")
    closure.value = 5e7
    cell.system.impose_closures()
    errors, sizes = check_blocks(cell, list(row_groups(cell)))
    # the bond that is all but gone hardly adds to what rigid blocks bear
    metal = {
        key for key in errors if key[0].split()[0] in ("crack_metal", "crack_ridges", "junction")
    }
    worst = max(metal, key=lambda pair: errors[pair])
    measured(ITEM, "largest error of a Jacobian block", errors[worst], 1e-6, f"{worst}")
    for name in ARMS:
        assert sizes[closure.key, f"crack_metal {name}"] > 1e-9
        assert sizes[f"crack_metal {name}", closure.key] > 1e-9


@pytest.mark.pair
def test_what_comes_in_at_one_end_fills_all_arms() -> None:
    """Through the junction, and nothing is lost there."""
    case = tee(VISCOUS, (3, 2, 3), shut=True)
    run = march(case)
    kept = np.array([run.series(f"crack_volume:{name}") for name in ARMS])
    taken = -run.series(f"crack_expelled_volume:{ARMS[0]}")
    off = np.abs(kept.sum(axis=0) / taken - 1).max()
    measured(ITEM, "metal in all arms", off, 1e-9, "what came in")
    full = kept[:, -1] / np.array([3.0, 2.0, 3.0]) / WIDE / FACET
    measured(ITEM, "arms that are full", np.abs(full - 1).max(), 1e-5, "1")
    if COMM.size > 1:
        alone = march(case, MPI.COMM_SELF)
        other = np.array([alone.series(f"crack_volume:{name}") for name in ARMS])
        off = np.abs(kept / other - 1).max()
        measured(ITEM, "change by the number of ranks", off, 1e-8, "none")


@pytest.mark.serial
def test_a_crack_that_metal_does_not_get_to_is_refused() -> None:
    """None of the cracks that meet has a flaw; one that has is enough."""
    case = tee(VISCOUS, (3, 2, 3))

    def flawed(*flaws: object) -> ssb.Case:
        fillings = [
            dataclasses.replace(i, filling=dataclasses.replace(i.filling, flaw=flaw))
            for i, flaw in zip(case.interfaces, flaws, strict=True)
        ]
        return dataclasses.replace(case, interfaces=tuple(fillings))

    with pytest.raises(CaseError, match=r"'lower\|upper': no facet .* nor in that of a crack"):
        CellModel(flawed(unbroken, unbroken, unbroken), case.geometry.build(COMM))
    cell = CellModel(flawed(unbroken, ssb.Ball(1.0), unbroken), case.geometry.build(COMM))
    assert len(cell.network.junctions) == 1
