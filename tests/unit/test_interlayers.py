# SPDX-License-Identifier: BSD-3-Clause
"""Interlayers: sizes by hand, entry pressures, sources, and what is refused."""

from __future__ import annotations

import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.interfaces.interlayer import entry_pressure
from ssbmech.interfaces.interlayer_rest import Balance
from ssbmech.library.interlayers import (
    ANGLE,
    NARROWEST,
    SILVER_CARBON_SOURCES,
    SURFACE_ENERGY,
    WIDEST,
    silver_carbon,
)
from ssbmech.library.references import REFERENCES
from ssbmech.materials.curve import Curve
from ssbmech.materials.host import TableOcv
from ssbmech.parameter import describe
from ssbmech.units import J_per_m2, MPa, nm, ohm_cm2, to_si, um

pytestmark = pytest.mark.serial

LITHIUM = 13.0e-6
MAH_PER_CM2 = 36_000.0
PATH = ssb.LayerPath(10 * ohm_cm2)


def test_a_layer_of_silver_and_carbon_holds_what_its_composition_says():
    """10 um, half pores, a quarter silver by mass: 1.03 in pores, 0.155, 0.18 mAh/cm2."""
    held = {s.name: s.capacity(LITHIUM) / MAH_PER_CM2 for s in silver_carbon(10 * um, 0.5).stores}
    assert held["pores"] == pytest.approx(1.03, abs=0.005)
    assert held["silver"] == pytest.approx(0.155, abs=0.001)
    assert held["carbon"] == pytest.approx(0.18, rel=0.05)


@pytest.mark.parametrize(("pressure", "pores"), [(2e6, 0.216), (4e6, 0.546)])
def test_silver_and_carbon_in_balance_at_the_pressures_they_run_at(pressure, pores):
    """6.8 mAh/cm2 at 60 degC: as far as the pressure presses metal in, the rest lies behind."""
    layer, charge = silver_carbon(10 * um, 0.5), 6.8 * MAH_PER_CM2
    wide, narrow = (entry_pressure(SURFACE_ENERGY, ANGLE, radius) for radius in (WIDEST, NARROWEST))
    found = Balance(layer, pressure, 333.15, LITHIUM).at(charge)
    whole = {store.name: store.capacity(LITHIUM) for store in layer.stores}
    filled = (pressure - wide) / (narrow - wide)
    assert found.stored["pores"] == pytest.approx(filled * whole["pores"], rel=1e-7)
    assert found.stored["pores"] / MAH_PER_CM2 == pytest.approx(pores, abs=1e-3)
    assert found.stored["silver"] == pytest.approx(whole["silver"])
    assert found.behind == pytest.approx(charge - sum(found.stored.values()), rel=1e-12)
    swells = layer.stores[0].growth * whole["silver"] / FARADAY
    assert found.added == pytest.approx(LITHIUM * found.behind / FARADAY + swells, rel=1e-7)


@pytest.mark.parametrize(
    ("energy", "angle", "expected"), [(0.40, 140.0, 6.128), (0.19, 140.0, 2.911)]
)
def test_entry_pressures_are_those_of_young_and_laplace(energy, angle, expected):
    """Lithium and sodium into a roughness of 0.1 um at 140 degrees; none at a right angle."""
    found = entry_pressure(energy * J_per_m2, angle, 100 * nm)
    assert found == pytest.approx(to_si(expected * MPa, "Pa", "p"), rel=1e-3)
    assert abs(entry_pressure(energy * J_per_m2, 90.0, 100 * nm)) < 1e-9
    assert entry_pressure(energy * J_per_m2, 60.0, 100 * nm) < 0.0


@pytest.mark.parametrize("pressure", [0.0, 1e6])
def test_pores_of_one_potential_fill_before_there_is_metal_behind(pressure):
    """A store of flat potential holds any part of itself; none is lost and none is made."""
    pores = ssb.PoreStore(path=PATH, volume=2 * um)
    layer = ssb.PorousInterlayer(made=10 * um, stores=(pores,), behind=PATH)
    whole = pores.capacity(LITHIUM)
    balance = Balance(layer, pressure, 298.15, LITHIUM)
    some, more = balance.at(0.3 * whole), balance.at(1.5 * whole)
    assert some.stored["pores"] == pytest.approx(0.3 * whole, rel=1e-9)
    assert abs(some.behind) < 1e-9 * whole
    assert more.stored["pores"] == pytest.approx(whole, rel=1e-9)
    assert more.behind == pytest.approx(0.5 * whole, rel=1e-9)
    assert some.potential == pytest.approx(0.0, abs=1e-9)


def test_a_layer_in_balance_fills_up_to_the_pressure_of_the_metal_behind():
    """Pores of 1 to 5 MPa are half full under 3 MPa; before that nothing lies behind."""
    pores = ssb.PoreStore(path=PATH, volume=2 * um, first_entry=1 * MPa, last_entry=5 * MPa)
    layer = ssb.PorousInterlayer(made=10 * um, stores=(pores,), behind=PATH)
    balance = Balance(layer, 3e6, 298.15, LITHIUM)
    whole = pores.capacity(LITHIUM)
    some, more = balance.at(0.25 * whole), balance.at(1.5 * whole)
    assert some.behind == pytest.approx(0.0, abs=1e-9 * whole)
    assert some.added == pytest.approx(0.0, abs=1e-15)
    # at a quarter metal enters at 2 MPa
    assert some.potential == pytest.approx(-LITHIUM * 2e6 / FARADAY, rel=1e-9)
    assert more.stored["pores"] == pytest.approx(0.5 * whole)
    assert more.behind == pytest.approx(whole)
    assert more.added == pytest.approx(2e-6)
    with pytest.raises(ParameterError, match="charge"):
        balance.at(-1.0)


def test_the_layer_of_the_library_has_a_source_for_every_number():
    numbers = {row["name"] for row in describe(silver_carbon()) if row["unit"]}
    assert numbers == set(SILVER_CARBON_SOURCES)
    assert all(source.key in REFERENCES for source in SILVER_CARBON_SOURCES.values())


REFUSED = {
    "no pores": (lambda: silver_carbon(10 * um, 0.0), "porosity"),
    "no store": (
        lambda: ssb.PorousInterlayer(made=10 * um, stores=(), behind=PATH),
        "at least one store",
    ),
    "one name": (
        lambda: ssb.PorousInterlayer(
            made=10 * um,
            stores=(ssb.PoreStore(path=PATH, volume=1 * um),) * 2,
            behind=PATH,
        ),
        "'pores'",
    ),
    "narrow first": (
        lambda: ssb.PoreStore(path=PATH, volume=1 * um, first_entry=1 * MPa, last_entry=0.5 * MPa),
        "last entry",
    ),
    "half a table": (
        lambda: ssb.AlloyStore(
            name="a", path=PATH, charge=1.0, ocv=TableOcv(Curve((0.0, 0.2, 0.5), (0.3, 0.2, 0.1)))
        ),
        "from 0 to 1",
    ),
    "no way": (lambda: ssb.LayerPath(0.0), "resistance"),
    "no angle": (lambda: entry_pressure(0.4, 200.0, 1e-7), "degrees"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_layers_that_make_no_sense(name):
    make, words = REFUSED[name]
    with pytest.raises(ParameterError, match=words):
        make()
