# SPDX-License-Identifier: BSD-3-Clause
"""Temperatures of a protocol: their range, where they go on from, and which are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.temperatures import first_temperature, temperature_range
from ssbmech.errors import CaseError, ParameterError
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor
from ssbmech.units import celsius, eV
from tests.elastic_cell import METAL, symmetric_cell
from tests.heated import Heated

ONCE = pytest.mark.serial
REST = ssb.Rest(100.0)


def cell(*steps: Any, metal: Material = METAL, **changes: Any) -> ssb.Case:
    """Return a cell with some steps after its preload, or instead of it."""
    bodies = tuple(
        body if body.name == "separator" else ssb.Body.single(body.name, metal)
        for body in symmetric_cell().bodies
    )
    return symmetric_cell(bodies=bodies, protocol=steps, **changes)


@ONCE
def test_the_range_is_that_of_the_whole_protocol() -> None:
    case = cell(
        ssb.Preload(1.0),
        ssb.Under(REST, 330.0),
        Heated(REST, lambda t: 330.0 - 0.8 * t, ()),
        # a peak at a break point alone
        Heated(REST, lambda t: 340.0 - 2.0 * abs(t - 37.7), (37.7,)),
    )
    coldest, hottest = temperature_range(case.temperature, case.protocol)
    assert hottest.temperature == pytest.approx(340.0)
    assert hottest.where == coldest.where == "step 'rest'"
    assert coldest.temperature < 250.0
    assert first_temperature(298.15, case.protocol) == 298.15
    assert first_temperature(298.15, (Heated(ssb.Preload(1.0), 310.0),)) == 310.0
    still = cell(ssb.Preload(1.0), temperature=280.0)
    assert [found.temperature for found in temperature_range(280.0, still.protocol)] == [
        280.0,
        280.0,
    ]


@ONCE
@pytest.mark.parametrize(
    ("name", "melts"), [("lithium_lepage2019", 453.65), ("sodium_wang2020", 370.9)]
)
def test_metal_that_melts_is_refused(name: str, melts: float) -> None:
    metal = library.by_name(name)
    told = rf"material '{name}' of region 'negative' melts at {melts:g} K, and "
    with pytest.raises(CaseError, match=told + "the case is at 600 K: expected less"):
        cell(ssb.Preload(1.0), metal=metal, temperature=600.0)
    with pytest.raises(CaseError, match=told + rf"step 'rest' is at {melts:g} K"):
        cell(ssb.Preload(1.0), ssb.Under(REST, melts), metal=metal)
    assert cell(ssb.Preload(1.0), Heated(REST, melts - 1.0), metal=metal)


@ONCE
def test_the_melting_point_of_ones_own_metal_counts_too() -> None:
    own = replace(METAL, melting_point=celsius(50))
    with pytest.raises(CaseError, match=r"material 'metal' .* melts at 323.15 K"):
        cell(ssb.Preload(1.0), temperature=330.0, metal=own)
    assert cell(ssb.Preload(1.0), temperature=330.0)


@ONCE
@pytest.mark.parametrize("temperature", [25.0, 149.0, 1200.0])
def test_what_is_no_temperature_of_a_cell(temperature: float) -> None:
    with pytest.raises(CaseError, match=r"'rest' is at .* expected 150 to 1000 K; give degrees"):
        cell(ssb.Preload(1.0), Heated(REST, temperature))


@ONCE
@pytest.mark.parametrize("change", [{"thermal_expansion": 1.0}, {"melting_point": -1.0}])
def test_numbers_of_a_material_are_checked(change: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match=next(iter(change))):
        replace(METAL, **change)
    with pytest.raises(ParameterError, match="stress_free_temperature"):
        symmetric_cell(stress_free_temperature=80.0)


@ONCE
def test_electronvolts_without_a_unit_are_refused() -> None:
    interfaces = symmetric_cell().interfaces

    def driven(energy: Any) -> ssb.Case:
        law = ssb.ButlerVolmer(i_0=20.0, activation_energy=energy)
        return symmetric_cell(interfaces=(replace(interfaces[0], kinetics=law), interfaces[1]))

    told = (
        r"negative\|separator.*kinetics\.activation_energy = 0\.35 \[J/mol\] would activate "
        r"nothing: .* 0\.35 eV is written 0\.35 \* eV"
    )
    with pytest.raises(ParameterError, match=told):
        driven(0.35)
    assert driven(0.35 * eV).interfaces[0].kinetics.activation_energy == pytest.approx(
        33.77e3, 1e-3
    )
    assert driven(0.0)
    conductor = IonConductor(0.1, activation_energy=37.0)
    case = symmetric_cell()
    bodies = list(case.bodies)
    separator = replace(bodies[1].materials["separator"], conductor=conductor)
    bodies[1] = ssb.Body.single("separator", separator)
    with pytest.raises(ParameterError, match=r"conductor\.activation_energy = 37 .* \* kJ_per_mol"):
        symmetric_cell(bodies=tuple(bodies))


@ONCE
def test_an_entropic_coefficient_is_not_taken_too_far() -> None:
    """That of lithium cobalt oxide would make its flat potential rise above some 90 degC."""
    lco = library.by_name("lco")

    def hosted(temperature: float) -> ssb.Case:
        case = symmetric_cell()
        bodies = (ssb.Body.single("negative", lco, content=0.7), *case.bodies[1:])
        return symmetric_cell(bodies=bodies, temperature=temperature)

    with pytest.raises(CaseError, match=r"'lco': at 380 K, where the case is, .* near x = 0\.9"):
        hosted(380.0)
    assert hosted(350.0)
    assert hosted(240.0)
