# SPDX-License-Identifier: BSD-3-Clause
"""Temperatures between which a law is known: stated, warned of, and of no account otherwise."""

from __future__ import annotations

import dataclasses
import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseWarning, ParameterError
from ssbmech.library.lithium import of_size, with_linear_creep
from ssbmech.materials.diffusional import (
    CobleCreep,
    DiffusionalFlow,
    NabarroHerringCreep,
    Viscous,
)
from ssbmech.materials.material import Material
from ssbmech.materials.viscoplastic import NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.parameter import UNSTATED, describe
from ssbmech.report.content import report_content
from ssbmech.report.opening import open_run
from ssbmech.run.fingerprint import fingerprint
from ssbmech.run.same_case import identity
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.status import RunStatus
from ssbmech.units import K, MPa, celsius
from ssbmech.validity import TemperatureRange, out_of_range
from tests.elastic_cell import WORKING, symmetric_cell
from tests.small_cell import STORED, void_cell

COMM = MPI.COMM_WORLD
ONCE = pytest.mark.serial
COOL, WARM = TemperatureRange(250.0, 300.0), TemperatureRange(celsius(20), 350 * K)


@pytest.mark.pair
@ONCE
@pytest.mark.serial
def test_a_range_holds_its_ends_and_what_lies_between() -> None:
    assert all(value in COOL for value in (250.0, 275.0, 300.0))
    assert all(value not in COOL for value in (249.9, 300.1))
    assert (WARM.low, WARM.high) == (293.15, 350.0)
    assert 280.0 in TemperatureRange(280.0, 280.0)


@pytest.mark.pair
@ONCE
@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (300.0, 250.0, r"lowest temperature, 300 K, is above the highest, 250 K: give them in the"),
        (-1.0, 300.0, r"TemperatureRange\.low = -1 \[K\]"),
        (250.0, 1 * MPa, r"TemperatureRange\.high.*wrong kind of unit"),
    ],
)
def test_what_is_no_range(low: Any, high: Any, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        TemperatureRange(low, high)


SINKING = (ssb.LinearSinking(1e-16, valid=COOL), ssb.FreeClosing(0.0, valid=WARM))
PROPS = ssb.ProppedInterface(SINKING, height_lost=1e-6)


@pytest.mark.pair
@ONCE
@pytest.mark.serial
def test_laws_are_found_wherever_they_are() -> None:
    flow = NortonFlow(rate=1e-6, stress=1e6, exponent=5.0, valid=COOL)
    solid = library.by_name("lithium_lepage2019").solid
    both = dataclasses.replace(solid, flow=DiffusionalFlow(flow, Viscous(1e12)))
    material = Material("soft", both)
    things = {"a": (PROPS, material), "b": {"deep": [ssb.PowerLawSinking(1e-9, 3.0, valid=WARM)]}}

    def found(temperature: float) -> list[tuple[str, str]]:
        return [(law.path, law.name) for law in out_of_range(things, temperature)]

    assert found(295.0) == []
    assert found(320.0) == [
        ("[a][0].sinking[0]", "LinearSinking"),
        ("[a][soft].solid.flow.power", "NortonFlow"),
    ]
    assert found(280.0) == [
        ("[a][0].sinking[1]", "FreeClosing"),
        ("[b][deep][0]", "PowerLawSinking"),
    ]
    assert out_of_range(PROPS, 320.0)[0].valid == COOL


@pytest.mark.pair
@ONCE
@pytest.mark.serial
def test_a_law_in_two_places_is_one_and_two_laws_are_two() -> None:
    same, other = ssb.LinearSinking(1e-16, valid=COOL), ssb.LinearSinking(2e-16, valid=COOL)
    assert len(out_of_range((same, dataclasses.replace(same)), 400.0)) == 1
    assert len(out_of_range((same, other), 400.0)) == 2


@pytest.mark.pair
@ONCE
@pytest.mark.serial
def test_laws_of_ones_own_take_part() -> None:
    @dataclass(frozen=True)
    class Own:
        valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    @dataclass(frozen=True)
    class Unrelated:
        valid: bool = True

    assert [law.name for law in out_of_range((Own(COOL), Own(), Unrelated()), 400.0)] == ["Own"]


@pytest.mark.pair
@ONCE
@pytest.mark.serial
def test_a_range_is_of_no_account_but_for_the_warning() -> None:
    """A run that was begun without it goes on with it, and its manifest has the same rows."""

    def with_range(valid: TemperatureRange | None) -> ssb.Case:
        props = ssb.ProppedInterface((ssb.LinearSinking(1e-16, valid=valid),), height_lost=1e-6)
        diffusion = ssb.InterfaceDiffusion(1e-20, valid=valid)
        first, second = symmetric_cell().interfaces
        first = dataclasses.replace(first, laws=(props,), diffusion=diffusion)
        return symmetric_cell(interfaces=(first, second))

    assert identity(with_range(COOL)) == identity(with_range(None))
    other = with_range(None)
    assert identity(dataclasses.replace(other, temperature=300.0)) != identity(other)


@pytest.mark.pair
@ONCE
@pytest.mark.serial
def test_lithium_is_known_between_the_temperatures_of_its_tests() -> None:
    for name in ("lithium_lepage2019", "lithium_masias2019"):
        material = library.by_name(name)
        assert (material.solid.flow.valid.low, material.solid.flow.valid.high) == (198.0, 348.0)
        assert not any("valid" in row["name"] for row in describe(material))
        # what is made of it knows it too
        small = of_size(material, 5e-6)
        assert small.solid.flow.valid == material.solid.flow.valid
        linear = with_linear_creep(small, Viscous(1e12), {})
        assert [law.path for law in out_of_range(linear, 360.0)] == ["solid.flow.power"]


def built(case: ssb.Case) -> CellModel:
    return CellModel(case, case.geometry.build(COMM))


@pytest.mark.pair
def test_a_case_is_warned_of_each_law_once_on_all_ranks() -> None:
    """Lithium is in two bodies; what is known well is not named."""
    lithium = library.by_name("lithium_lepage2019")
    hot = STORED["plane"].case("plane")
    first, second = hot.interfaces
    props = ssb.ProppedInterface((*SINKING, ssb.FreeClosing(1e-12)), height_lost=1e-6)
    first = dataclasses.replace(first, initial_gap=None, laws=(props,))
    hot = dataclasses.replace(hot, interfaces=(first, second), temperature=celsius(77))
    assert all(hot.bodies[k].materials[n] == lithium for k, n in ((0, "negative"), (2, "positive")))
    with pytest.warns(CaseWarning) as warned:
        built(hot)
    told = [str(item.message) for item in warned]
    assert len(told) == 4
    assert told[0].startswith(
        "bodies[negative].materials[negative].solid.flow: the numbers of this NortonFlow are known "
        "from 198 K to 348 K, but the case is at 350.15 K: they are extrapolated"
    )
    where = f"interfaces[{WORKING}].laws[0].sinking"
    assert told[1].startswith(f"{where}[0]: the numbers of this LinearSinking are known from 250 K")
    assert told[2].startswith(
        f"{where}[1]: the numbers of this FreeClosing are known from 293.15 K"
    )
    # what changes little is in one sentence
    assert told[3].startswith("the case goes to 350.15 K, and has numbers that are taken as the")
    assert told[3].endswith(
        "material 'lithium_lepage2019': solid.elastic.young, solid.elastic.poisson; "
        "material 'li6ps5cl': strength, solid.young"
    )
    assert COMM.allgather(told) == [told] * COMM.size


@pytest.mark.pair
@ONCE
def test_a_run_goes_on_with_the_warning_in_its_log(tmp_path: Path) -> None:
    first, second = symmetric_cell().interfaces
    first = dataclasses.replace(first, laws=(PROPS,))
    case = symmetric_cell(
        interfaces=(first, second),
        temperature=310.0,
        output=ssb.Output(figures=False, checkpoint_every=0.0),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        result = ssb.run(case, tmp_path / "run")
    assert result.status is RunStatus.COMPLETE
    lines = RunPaths(result.path).log_path.read_text("utf-8").splitlines()
    warned = [line for line in lines if "WARNING" in line]
    assert len(warned) == 1
    assert "CaseWarning: interfaces[negative|separator].laws[0].sinking[0]: the" in warned[0]
    (kept,) = json.loads(RunPaths(result.path).manifest_path.read_text("utf-8"))["warnings"]
    assert kept in warned[0]
    assert report_content(*open_run(result.path)).warnings == (kept.replace("|", " | "),)


@pytest.mark.serial
def test_cases_at_room_temperature_are_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert built(STORED["plane"].case("plane"))


@pytest.mark.pair
@ONCE
@pytest.mark.serial
@pytest.mark.parametrize("name", STORED)
def test_no_case_of_the_references_is_extrapolated(name: str) -> None:
    case = STORED[name].case(name)
    assert out_of_range(case, case.temperature) == []


@pytest.mark.pair
@ONCE
@pytest.mark.serial
def test_a_case_without_such_laws_states_what_it_did_before() -> None:
    """No row of its manifest is of the laws of hidden voids."""
    rows = [row["name"] for row in describe(void_cell())]
    new = ("activity", "diffusion", "laws", "valid", "touching_change")
    assert not [row for row in rows if row.rpartition(".")[2].partition("[")[0] in new]
    # and each of them is stated once it is given
    case = void_cell(step_control=ssb.AdaptiveSteps(touching_change=0.01))
    first, second = case.interfaces
    first = dataclasses.replace(
        first,
        laws=(PROPS,),
        diffusion=ssb.InterfaceDiffusion(1e-20),
        activity=ssb.Strips((), outside=0.5),
    )
    case = dataclasses.replace(case, interfaces=(first, second))
    given = {row["name"] for row in describe(case)} - set(rows)
    assert "step_control.touching_change" in given
    for part in ("laws[0].height_lost", "diffusion.diffusivity_width", "activity.outside"):
        assert f"interfaces[{WORKING}].{part}" in given
    assert identity(case)["fingerprint"] != identity(void_cell())["fingerprint"]


@pytest.mark.pair
@ONCE
@pytest.mark.parametrize(
    "law",
    [
        Viscous(1e12, valid=COOL),
        CobleCreep(1e-6, 1e-22, 13e-6, 32e3, valid=COOL),
        NabarroHerringCreep(1e-6, 1e-15, 13e-6, 53e3, valid=COOL),
        NortonFlow(1e-6, 1e6, 5.0, valid=COOL),
        ssb.LinearSinking(1e-16, valid=COOL),
        ssb.PowerLawSinking(1e-9, 5.0, valid=COOL),
        ssb.FreeClosing(1e-12, valid=COOL),
        ssb.InterfaceDiffusion(1e-20, valid=COOL),
    ],
    ids=lambda law: type(law).__name__,
)
def test_laws_that_have_a_range(law: Any) -> None:
    assert [found.name for found in out_of_range(law, 310.0)] == [type(law).__name__]
    assert out_of_range(law, 290.0) == []
    assert describe(law) == describe(dataclasses.replace(law, valid=None))
    assert fingerprint(law) == fingerprint(dataclasses.replace(law, valid=None))
    assert out_of_range(dataclasses.replace(law, valid=None), 310.0) == []
