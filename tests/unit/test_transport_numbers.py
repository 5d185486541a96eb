# SPDX-License-Identifier: BSD-3-Clause
"""Conductivities and resistances whose unit was left out: which are told, and which cannot be."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseWarning, ParameterError
from ssbmech.library.interfaces import INTERFACES
from ssbmech.materials.transport import IonConductor
from ssbmech.units import celsius, kJ_per_mol, mS_per_cm, ohm_cm2
from tests.elastic_cell import COUNTER, ELECTROLYTE, WORKING, symmetric_cell

pytestmark = pytest.mark.serial


def conducting(*numbers: Any, **named: Any) -> ssb.Case:
    """Return a cell whose electrolyte has a law of given numbers."""
    case = symmetric_cell()
    glass = replace(ELECTROLYTE, name="glass", conductor=IonConductor(*numbers, **named))
    return replace(
        case, bodies=(case.bodies[0], ssb.Body.single("separator", glass), case.bodies[2])
    )


def reacting(kinetics: Any) -> ssb.Case:
    """Return a cell with the same law at both electrodes."""
    interfaces = tuple(ssb.Interface(name, kinetics=kinetics) for name in (WORKING, COUNTER))
    return replace(symmetric_cell(), interfaces=interfaces)


def told(make: Any) -> list[str]:
    """Return the warnings of a function."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make()
    return [str(each.message) for each in caught if each.category is CaseWarning]


def test_a_conductivity_that_hardly_any_solid_has_is_warned_of() -> None:
    """2 mS/cm without its unit is 20 mS/cm; the number at room temperature counts."""
    (text,) = told(lambda: conducting(2))
    assert text.startswith("material 'glass' conducts ions with 2 S/m = 20 mS/cm at 298.15 K")
    assert text.endswith("was 2 * mS_per_cm meant?")
    assert told(lambda: conducting(2 * mS_per_cm)) == []
    # the best that is known well, and a number measured hot
    assert told(lambda: conducting(12 * mS_per_cm)) == []
    hot = {"activation_energy": 30 * kJ_per_mol, "reference_temperature": celsius(120)}
    assert told(lambda: conducting(30 * mS_per_cm, **hot)) == []
    cold = {"activation_energy": 30 * kJ_per_mol, "reference_temperature": celsius(-20)}
    # 0.5 S/m at -20 degC: 0.5 * 253.15 / 298.15 * exp(30e3 / R * (1 / 253.15 - 1 / 298.15))
    (text,) = told(lambda: conducting(0.5, **cold))
    assert "with 3.65 S/m = 36.5 mS/cm" in text


def test_resistances_that_leave_no_voltage_are_warned_of() -> None:
    film = ssb.ButlerVolmer(i_0=10.0, film_resistance=40)
    first, second = told(lambda: reacting(film))
    assert first.startswith(
        f"interface '{WORKING}': film_resistance = 40 ohm m2 takes 400 V at 1 mA/cm2"
    )
    assert first.endswith("was 40 * ohm_cm2 meant?")
    assert COUNTER in second
    assert len(told(lambda: reacting(ssb.LinearKinetics(5)))) == 2
    bare = ssb.LinearKinetics(5 * ohm_cm2)
    assert told(lambda: reacting(bare)) == []
    # contaminated garnet, the worst of the library, is not
    worst = max(getattr(make(), "film_resistance", 0.0) for make in INTERFACES.values())
    assert worst == pytest.approx(0.04)
    assert told(lambda: reacting(replace(film, film_resistance=10 * worst))) == []


@pytest.mark.parametrize("name", ["li6ps5cl", "li3ps4", "llzo"])
def test_the_library_is_within(name: str) -> None:
    law = library.by_name(name).conductor
    assert told(lambda: conducting(law.conductivity)) == []


@dataclass(frozen=True)
class Own:
    """A conductor of the user's own, which declares none of its numbers."""

    conductivity: float
    reference_temperature: Any

    def kappa_e(self, temperature: Any) -> Any:
        """Return the ionic conductivity [S/m]."""
        return self.conductivity * temperature / self.reference_temperature


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (25, ("reference_temperature = 25 [K]", "celsius(25)")),
        (25.0, ("reference_temperature = 25 [K]", "celsius(25)")),
        (celsius(25), ("is no plain number", "expected one in K", "parameter('K')")),
        ("25", ("= '25' is no plain number",)),
        (True, ("= True is no plain number",)),
    ],
)
def test_temperatures_of_a_law_of_ones_own(value: Any, words: tuple[str, ...]) -> None:
    case = symmetric_cell()
    glass = replace(ELECTROLYTE, conductor=Own(0.1, value))
    bodies = (case.bodies[0], ssb.Body.single("separator", glass), case.bodies[2])
    with pytest.raises(ParameterError) as caught:
        replace(case, bodies=bodies)
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_a_whole_number_of_kelvin_is_a_temperature() -> None:
    case = symmetric_cell()
    glass = replace(ELECTROLYTE, conductor=Own(0.1, 298))
    assert replace(
        case, bodies=(case.bodies[0], ssb.Body.single("separator", glass), case.bodies[2])
    )
