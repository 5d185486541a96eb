# SPDX-License-Identifier: BSD-3-Clause
"""A crack that begins at the lithium of a cell: its metal is part of the electrode."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.case.stops import stop_reason
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError, CaseWarning, ParameterError
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import total
from ssbmech.model.parts.crack import CrackMetal
from ssbmech.units import um
from tests import tools
from tests.joined_crack import (
    CRACK,
    EXTENT,
    LOWER,
    MOLAR_VOLUME,
    UPPER,
    joined,
    mouth_filling,
)
from tests.lithium_crack import HALF, PER_CHARGE
from tests.parts import Transfer, at_random, part
from tests.refusing import refused
from tests.tools import March, march, measured
from tests.verification.test_jacobian import check_blocks, row_groups
from tests.verification.test_lithium_crack import FAST

COMM = MPI.COMM_WORLD
ITEM = "Crack at an electrode"
CURRENT = 10.0
#: Creeps out of the mouth as fast as it is plated.
LIQUID = ssb.CreepFlow(rate=1e5, stress=1e6, exponent=1.0)


def in_crack(cell: CellModel) -> float:
    """Return the current of both walls of the crack, per depth [A/m]; collective."""
    surface = cell.surfaces[CRACK]
    walls = [u for u in surface.unknowns if u.name.startswith("crack_current")]
    return total(sum(float(surface.areas @ surface.values(wall)) for wall in walls), COMM)


def test_the_walls_of_a_crack_are_part_of_the_circuit() -> None:
    """Interface and walls add up to the current, and all lithium is somewhere."""
    case = joined(ssb.ConstantCurrent(-CURRENT, 4.0), inside=mouth_filling(flow=LIQUID))
    run = march(case, watch=in_crack)
    flat = EXTENT * (run.series(f"i_normal_mean:{LOWER}") + run.series(f"i_normal_mean:{UPPER}"))
    walls = np.array(run.seen)
    asked = -CURRENT * 2 * EXTENT
    measured(
        ITEM,
        "current of interface and walls",
        np.abs((flat + walls) / asked - 1).max(),
        1e-12,
        "asked",
    )
    assert np.all(walls / asked > 0.1), "two walls of 5 um beside an interface of 40"
    measured(ITEM, "audit of charge", run.series("audit_charge").max(), 1e-12, "0")
    measured(ITEM, "audit of lithium", run.series("audit_lithium").max(), 1e-8, "0")
    out = run.series(f"crack_expelled_volume:{CRACK}")
    kept = run.series(f"crack_volume:{CRACK}")
    plated = run.series(f"crack_plated_volume:{CRACK}")
    assert out[-1] > 0.1 * plated[-1], "a part of it flows out"
    rest = np.abs(kept + out - plated).max() / plated[-1]
    measured(ITEM, "metal plated in a crack, stored or expelled", rest, 1e-7, "0")
    # what has left the mouth is in the foil, what fills the crack is not
    area, at_start = EXTENT, part(run.cell.surfaces[LOWER], Transfer).reactant.at_start
    whole = total(float(run.cell.surfaces[LOWER].areas @ at_start), COMM)
    held = run.series(f"inventory:{LOWER}") * area * MOLAR_VOLUME / FARADAY
    charged = CURRENT * 2 * EXTENT * PER_CHARGE * run.series("time")
    off = np.abs((held - whole) - (charged - kept)).max() / charged[-1]
    measured(ITEM, "inventory of the foil, with what leaves the mouth", off, 1e-7, "charge passed")


def profile(cell: CellModel) -> np.ndarray:
    """Return place, pressure and thickness of all facets along the crack."""
    surface = cell.surfaces[CRACK]
    middles = surface.gap.function.function_space.tabulate_dof_coordinates()
    rows = [
        middles[: surface.gap.owned, 0],
        surface.values(surface.p_contact),
        surface.values(part(surface, CrackMetal).metal),
    ]
    found = np.concatenate(COMM.allgather(np.array(rows)), axis=1)
    return found[:, np.argsort(found[0])]


@pytest.mark.serial
def test_an_even_electrode_is_a_held_overpotential() -> None:
    """Beside an electrolyte that conducts well, and metal that evens out its pressure."""
    volts = 8e-3
    # of no solid, so that it is even
    with pytest.warns(CaseWarning, match="more than nearly all solids"):
        case = joined(ssb.ConstantVoltage(-volts, 6.0), conductivity=2.5e3)
        inside = mouth_filling(potential=lambda x: volts + 0 * x[0])
        plain = [ssb.Interface(name) for name in (LOWER, UPPER)]
        held = dataclasses.replace(
            case,
            interfaces=(*plain, dataclasses.replace(case.interfaces[2], filling=inside)),
            loads=ssb.Loads(),
            electrodes=None,
            protocol=(ssb.Rest(6.0),),
        )
    here, there = march(case, watch=profile), march(held, watch=profile)
    for row, name, bound in ((1, "pressure", 1e-4), (2, "thickness", 1e-4)):
        found, wanted = here.seen[-1][row], there.seen[-1][row]
        off = np.abs(found - wanted).max() / wanted.max()
        measured(ITEM, f"{name} beside an even electrode", off, bound, "held overpotential")


@pytest.mark.pair
def test_every_block_is_the_derivative_of_the_residual() -> None:
    case = joined(ssb.ConstantCurrent(-CURRENT, 4.0))
    cell = CellModel(case, case.geometry.build(COMM))
    cell.begin(Drive(current_density=-CURRENT), 1.0)
    surface, random = cell.surfaces[CRACK], np.random.default_rng(5 + COMM.rank)
    crack = part(surface, CrackMetal)
    wet = crack.broken
    at_random(
        random,
        (surface.p_contact, 2e7, 9e7),
        (surface.gap, 1e-9, 3e-9),
        (crack.metal, 4e-8, 8e-8),
        (crack.ridges, 3e7, 8e7),
    )
    for name in (LOWER, UPPER):
        pressed = cell.surfaces[name]
        at_random(random, (pressed.p_contact, 3e6, 6e6), (pressed.gap, 1e-11, 2e-11))
    # facets that are partly broken, and dry ones that are whole
    surface.gap.function.x.array[: len(wet)][~wet] = 2e-11
    surface.gap.function.x.scatter_forward()
    for closure in cell.circuit.closures:
        closure.value = -5e-3
    cell.system.impose_closures()
    errors, sizes = check_blocks(cell, list(row_groups(cell)))
    worst = max(errors, key=lambda pair: errors[pair])
    measured(ITEM, "largest error of a Jacobian block", errors[worst], 1e-6, f"{worst}")
    electrode = cell.circuit.closures[0].key
    for wall in ("crack_current_minus", "crack_current_plus"):
        assert sizes[electrode, f"{wall} {CRACK}"] > 1e-9
        assert sizes[f"{wall} {CRACK}", electrode] > 1e-9


def cycled() -> ssb.Case:
    """Return a sealed crack that is plated until it grows, stripped, and plated again."""
    current = 300.0
    steps = [
        ssb.ConstantCurrent(sign * current, seconds)
        for sign, seconds in ((-1.0, 3.0), (1.0, 1.2), (-1.0, 1.8))
    ]
    return joined(*steps, step=0.15, inside=mouth_filling(flow=FAST, mouth=None))


def deviation(one: March, other: March) -> float:
    """Return the largest relative deviation of the ends of two runs [1]."""
    names = ("voltage", f"crack_size:{CRACK}", f"crack_volume:{CRACK}", f"p_contact_max:{CRACK}")
    return max(abs(one.rows[-1][name] / other.rows[-1][name] - 1) for name in names)


@pytest.mark.pair
def test_a_crack_grows_on_plating_and_keeps_its_length_on_stripping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a stop half way, and on any number of ranks."""
    whole = march(cycled())
    time, size = whole.series("time"), whole.series(f"crack_size:{CRACK}")
    metal = whole.series(f"crack_volume:{CRACK}")
    plated, stripped = (np.searchsorted(time, t - 1e-9) for t in (3.0, 4.2))
    assert size[plated] > HALF + 0.9e-6, "it grows"
    assert np.all(size[plated : stripped + 1] == size[plated]), "and stays when it is stripped"
    assert metal[stripped] < 0.9 * metal[plated]
    assert size[-1] >= size[stripped]
    measured(ITEM, "audit of charge, cycled", whole.series("audit_charge").max(), 1e-12, "0")
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.RECOVER)
    resumed = march(cycled())
    measured(ITEM, "change by a stop in mid-cycle", deviation(resumed, whole), 1e-8, "none")
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.WHOLE)
    if COMM.size > 1:
        alone = march(cycled(), MPI.COMM_SELF)
        measured(ITEM, "change by the number of ranks", deviation(whole, alone), 1e-8, "none")


@pytest.mark.pair
def test_a_step_ends_at_the_current_that_a_crack_bears() -> None:
    """However long steps are: the row before has the crack as it was, and hardly less current."""
    grown = ssb.CrackAbove(CRACK, HALF + 0.5e-6)
    sweep = ssb.CurrentSweep(-40.0, -3000.0, 4.0, stops=(grown,))
    run = march(joined(sweep, step=0.5, inside=mouth_filling(flow=FAST, mouth=None)))
    size, time = run.series(f"crack_size:{CRACK}"), run.series("time")
    assert time[-1] < 4.0, "it ends before its time"
    assert size[-1] > grown.limit > size[-2], "at the facet that breaks"
    measured(ITEM, "time by which a facet is landed on", 1 - time[-2] / time[-1], 1e-3, "0")


@pytest.mark.serial
def test_a_length_of_a_crack() -> None:
    stop = ssb.CrackAbove(CRACK, 10 * um)
    assert stop.quantity == f"crack_size:{CRACK}"
    assert stop.excess(10.5e-6) == pytest.approx(0.5e-6)
    assert 0.0 < stop.tolerance() < 0.1e-6
    assert stop_reason(stop).startswith("the crack has grown [crack_size")
    with pytest.raises(ParameterError, match="10"):
        ssb.CrackAbove(CRACK, 10.0)
    with pytest.raises(ParameterError, match="limit"):
        ssb.CrackAbove(CRACK, -1e-6)


def test_a_crack_that_does_not_reach_its_electrode_is_refused() -> None:
    """By its flaw, or by its mouth: nothing would bring electrons there, or take what leaves."""
    step = ssb.ConstantCurrent(-CURRENT, 1.0)

    def model(**changes: object) -> Callable[[], CellModel]:
        case = joined(step, inside=mouth_filling(**changes))
        return lambda: CellModel(case, case.geometry.build(COMM))

    inside = ssb.Ball(1.6e-6, x=5e-6)
    refused(model(flaw=inside, mouth=None), CaseError, repr(CRACK), "the flaw of its filling does")
    far = ssb.Mouth(ssb.Ball(1e-9, x=EXTENT), lambda time: 1e6)
    refused(model(mouth=far), CaseError, repr(CRACK), "the mouth of its filling does")


@pytest.mark.serial
def test_what_cannot_be_joined_is_refused() -> None:
    """With the names of the interfaces, before anything is solved."""
    step = ssb.ConstantCurrent(-CURRENT, 1.0)
    with pytest.raises(CaseError, match=r"'lower\|upper' is joined .*named twice"):
        joined(step, electrodes=ssb.Electrodes(working=LOWER, joined=(UPPER, CRACK, CRACK)))
    with pytest.raises(CaseError, match=r"'metal\|lower' is joined .*named twice"):
        joined(step, electrodes=ssb.Electrodes(working=LOWER, joined=(LOWER, UPPER, CRACK)))
    for joined_counter in ((UPPER, CRACK), (CRACK,)):
        with pytest.raises(CaseError, match=r"joined to a counter electrode, but there is none"):
            rest = tuple(name for name in (UPPER, CRACK) if name not in joined_counter)
            joined(
                step,
                electrodes=ssb.Electrodes(LOWER, None, joined=rest, joined_counter=joined_counter),
            )
    with pytest.raises(CaseError, match=r"'lower\|upper'.*joined to none of them"):
        joined(step, electrodes=ssb.Electrodes(working=LOWER, joined=(UPPER,)))
    with pytest.raises(CaseError, match=r"only ones with kinetics; joined to neither: 'metal\|u"):
        joined(step, electrodes=ssb.Electrodes(working=LOWER, joined=(CRACK,)))
    with pytest.raises(CaseError, match=r"'metal\|x' is not an interface with a charge"):
        joined(step, electrodes=ssb.Electrodes(working=LOWER, joined=(UPPER, CRACK, "metal|x")))
    with pytest.raises(CaseError, match="joined to none of them"):
        joined(step, electrodes=ssb.Electrodes(working=CRACK, joined=(LOWER, UPPER)))
    with pytest.raises(CaseError, match=r"'lower\|upper' is joined.*potential along its crack"):
        joined(step, inside=mouth_filling(potential=lambda x: 0 * x[0]))
