# SPDX-License-Identifier: BSD-3-Clause
"""Sodium, and metal that is molten: thickness by charge, a pressure without shear, wetting."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.interfaces.interlayer import entry_pressure
from ssbmech.library import interfaces
from ssbmech.materials.host import number
from ssbmech.model.cell import CellModel
from ssbmech.units import J_per_m2, nm
from tests.moving import SPEED, WORKING, motion, moving_cell
from tests.tools import march, measured

pytestmark = pytest.mark.serial

STRIPPED = 0.5e-6
"""Of lithium, by the same charge [m]."""


def cell(metal: str, electrolyte: str, kinetics: str, temperature: float) -> ssb.Case:
    """Return metal | electrolyte | metal, stripped of the charge of half a micrometre of lithium.

    Args:
        metal: of both electrodes.
        electrolyte: between them.
        kinetics: of both interfaces.
        temperature: absolute temperature [K].
    """
    case = moving_cell(STRIPPED, width=8e-6)
    material, law = library.by_name(metal), interfaces.by_name(kinetics)
    names = {"separator": library.by_name(electrolyte)}
    return dataclasses.replace(
        case,
        bodies=tuple(
            ssb.Body.single(b.name, names.get(b.name, material), moves=b.moves) for b in case.bodies
        ),
        interfaces=tuple(dataclasses.replace(each, kinetics=law) for each in case.interfaces),
        protocol=case.protocol[:2],
        temperature=temperature,
    )


def thickness(model: CellModel) -> float:
    """Return the thickness of the working electrode without what pressure does to it [m]."""
    moved = motion(model, "negative")
    return (moved.mesh.volume - moved.metal.dilated) / model.area(WORKING)


@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
@pytest.mark.parametrize(
    ("metal", "electrolyte", "kinetics", "temperature", "per_charge"),
    [
        ("sodium_wang2020", "nasicon", "sodium|nasicon", 298.15, 8.86),
        ("liquid_lithium", "llzo", "lithium|llzo", 460.0, 5.055),
    ],
)
def test_metals_by_their_charge(
    metal: str, electrolyte: str, kinetics: str, temperature: float, per_charge: float
) -> None:
    """Sodium loses 8.86 um per mAh/cm2 where lithium loses 4.85; a liquid bears no shear."""
    run = march(cell(metal, electrolyte, kinetics, temperature), watch=thickness)
    charge = run.series("charge")[-1]
    assert charge == pytest.approx(STRIPPED / SPEED * 10.0)
    gone = run.seen[0] - thickness(run.cell)
    name = f"{metal} stripped from a moving mesh"
    per = gone / (charge / 36000.0) * 1e6
    exact = library.by_name(metal).metal.molar_volume / FARADAY * 36000.0 * 1e6
    measured(name, "thickness by charge", abs(per / exact - 1), 1e-9, f"{exact:.3f} um")
    assert exact == pytest.approx(per_charge, rel=1e-3)
    measured(name, "lithium audit", max(run.series("audit_lithium")), 1e-9, "charge so far")
    if metal.startswith("liquid"):
        pressure = run.series("p_stack")[-1]
        shear = run.series("von_mises_max:negative")[-1] / pressure
        measured(name, "shear stress over pressure", shear, 1e-3, "none in a liquid")
        uneven = np.ptp([run.series(f"pressure_{end}:negative")[-1] for end in ("min", "max")])
        measured(name, "unevenness of the pressure", uneven / pressure, 1e-3, "none in a liquid")


def test_solids_end_and_liquids_begin_where_they_melt() -> None:
    solid = r"'lithium_lepage2019'.*melts at 453.65 K.*at 460 K.*'liquid_lithium'"
    with pytest.raises(CaseError, match=solid):
        cell("lithium_lepage2019", "llzo", "lithium|llzo", 460.0)
    liquid = r"'liquid_sodium'.*liquid from 370.9 K on.*at 300 K"
    with pytest.raises(CaseError, match=liquid):
        cell("liquid_sodium", "nasicon", "sodium|nasicon", 300.0)


def test_a_liquid_wets_where_pressure_presses_it_in() -> None:
    """Lithium at 140 degrees enters a roughness of 0.1 um at 6.13 MPa; half of it at that."""
    entry = entry_pressure(0.40 * J_per_m2, 140.0, 100 * nm)
    law = ssb.WettingConduction(entry, spread=0.5e6)

    def theta(pressure: float, gap: float = 0.0) -> float:
        return number(law.theta(gap, pressure))

    assert theta(entry) == pytest.approx(0.5, rel=1e-6)
    assert theta(entry + 0.3e6) == pytest.approx(1.0, rel=1e-6)
    assert theta(entry - 0.3e6) < 1e-8
    assert theta(entry + 0.3e6, gap=100e-9) < 1e-8
    wetting = ssb.WettingConduction(entry_pressure(0.40 * J_per_m2, 60.0, 100 * nm), spread=0.5e6)
    assert number(wetting.theta(0.0, 0.0)) == pytest.approx(1.0, rel=1e-6)
