# SPDX-License-Identifier: BSD-3-Clause
"""Pressure of a cell with a blend of NMC811 and LiCoO2 against titanate, in a fixed gap.

Koerver et al., Energy Environ. Sci. 11 (2018) 2142: on charge the pressure of such cells rises with
LiCoO2, falls by as much with NMC811, and stays with 55 % NMC811 by weight. The cells' stiffness and
the charges that they reached are not known. The neutral blend depends on the charge: volume tables
give 0.35 to 0.64 for 140 to 200 mAh/g of NMC811 and 110 to 130 mAh/g of LiCoO2.
"""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from tests.case_scripts import script_case
from tests.tools import March, march, measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

ITEM = "Blend of NMC811 and LiCoO2 in a fixed gap"
OXIDES = "active|electrolyte"
THICKNESS, FRACTION, STIFFNESS = 16e-6, 0.5, 0.03e12
#: Ends of charge against titanate [V]; 4.15 and 4.10 V against lithium.
UPPER, EARLIER = 2.60, 2.55
WEIGHTS = (0.0, 0.55, 1.0)


@cache
def charged(weight: float) -> March:
    """Charge a cell with a share of NMC811 by weight."""
    options = (
        *(f"--nmc-weight={weight}", f"--upper={UPPER}", f"--cathode={THICKNESS * 1e6}"),
        *("--width=16", "--diameter=4", "--titanate=20", "--size=1.2", "--longest-step=1800"),
        *(f"--fraction={FRACTION}", f"--stiffness={STIFFNESS / 1e12}"),
    )
    case = script_case("nmc_lco_blend", *options)
    geometry = dataclasses.replace(case.geometry, across=1.0)
    return march(dataclasses.replace(case, geometry=geometry, protocol=case.protocol[:2]))


def pressure_change(weight: float) -> tuple[np.ndarray, np.ndarray]:
    """Return voltages [V] and changes of the stack pressure [Pa] since the preload."""
    result = charged(weight)
    charge = result.series("step") == 1.0
    pressure = result.series("p_stack")
    return result.series("voltage")[charge], pressure[charge] - pressure[~charge][-1]


def change_at(weight: float, voltage: float) -> float:
    """Return the change of the stack pressure at a voltage [Pa]."""
    return float(np.interp(voltage, *pressure_change(weight)))


def neutral(voltage: float) -> float:
    """Return the share of NMC811 by weight that leaves the pressure where it was, at a voltage."""
    changes = [change_at(weight, voltage) for weight in WEIGHTS]
    # interpolation needs growing abscissae; the change falls with the share
    return float(np.interp(0.0, changes[::-1], WEIGHTS[::-1]))


def estimate(name: str, result: March) -> float:
    """Return the change of pressure of a bonded composite of one oxide, by mean fields [Pa].

    Long cylinders of volume fraction f in a matrix, held laterally, of in-plane bulk moduli k and
    shear moduli G (Hashin's bounds), swell by e (1 + nu) in the plane. The composite swells by
    e (1 + nu) (1/k_eff - 1/k_m) / (1/k_i - 1/k_m), and, held on two sides, on the others by
    2 k / (k + G) of it.
    """
    oxide, matrix = library.by_name(name), library.by_name("li6ps5cl").solid
    x = result.series(f"content_mean:{name}")
    volume = [1 + float(oxide.host.swelling.curve.numeric(value)) for value in (x[0], x[-1])]
    strain = (volume[1] ** (1 / 3) - volume[0] ** (1 / 3)) * (1 + oxide.solid.poisson)
    k_m, k_i = (solid.bulk + solid.shear / 3 for solid in (matrix, oxide.solid))
    g_m, g_i, f = matrix.shear, oxide.solid.shear, FRACTION
    k = k_m + f / (1 / (k_i - k_m) + (1 - f) / (k_m + g_m))
    shearing = (1 - f) * (k_m + 2 * g_m) / (2 * g_m * (k_m + g_m))
    g = g_m + f / (1 / (g_i - g_m) + shearing)
    swelling = strain * (1 / k - 1 / k_m) / (1 / k_i - 1 / k_m) * 2 * k / (k + g)
    return swelling * THICKNESS * STIFFNESS


def capacity(name: str, result: March) -> float:
    """Return the charge taken out of an oxide, counted from the full crystal [mAh/g]."""
    host = library.by_name(name).host
    x = result.rows[-1][f"content_mean:{name}"]
    return FARADAY * host.c_max * (1 - x) / host.density / 3600


def test_pressure_rises_with_lco_and_falls_with_nmc811() -> None:
    lco, nmc = change_at(0.0, UPPER), change_at(1.0, UPPER)
    assert lco > 0.0 > nmc
    swollen, shrunken = estimate("lco", charged(0.0)), estimate("nmc811", charged(1.0))
    against = "mean fields of a bonded composite; measured: +0.06 MPa in cells of other thickness"
    measured(
        ITEM,
        "pure LCO: pressure change over estimate, less one",
        abs(lco / swollen - 1),
        0.15,
        against,
    )
    # gaps take up a part of the shrinkage
    against = "bonded composite less voids; measured: as much as with LCO"
    measured(ITEM, "pure NMC811: pressure change over estimate", nmc / shrunken, 1.0, against)
    assert nmc / shrunken > 0.5
    measured(
        ITEM,
        "pure NMC811 over pure LCO: pressure change",
        -nmc / lco,
        2.0,
        "measured: -0.06 over +0.06 MPa",
    )


def test_a_blend_is_neutral() -> None:
    blend = charged(0.55)
    charges = [f"{name} {capacity(name, blend):.0f} mAh/g" for name in ("nmc811", "lco")]
    span = "plausible 0.35 to 0.64, measured 0.55"
    at_end = neutral(UPPER)
    measured(
        ITEM,
        f"neutral NMC811 by weight, charged to {UPPER:.2f} V vs LTO",
        at_end,
        0.64,
        f"{span}; {', '.join(charges)} from full",
    )
    assert at_end >= 0.35
    earlier = neutral(EARLIER)
    measured(
        ITEM,
        f"neutral NMC811 by weight, charged to {EARLIER:.2f} V vs LTO",
        earlier,
        0.70,
        "tables: more NMC811 the earlier charging ends",
    )
    assert earlier > at_end, "above 4.1 V NMC811 shrinks fast and LCO does not swell"
    least = min(abs(change_at(weight, UPPER)) for weight in (0.0, 1.0))
    measured(
        ITEM,
        "55 % NMC811: pressure change over that of a pure oxide",
        abs(change_at(0.55, UPPER)) / least,
        0.25,
        "measured: about zero",
    )


def test_no_blend_is_neutral_all_the_time() -> None:
    voltage, change = pressure_change(0.55)
    assert change.min() < 0.0 < change.max()
    assert voltage[np.argmin(change)] < voltage[np.argmax(change)], "NMC811 gives lithium first"
    pure = max(abs(change_at(weight, UPPER)) for weight in (0.0, 1.0))
    measured(
        ITEM,
        "55 % NMC811: largest change on the way over that of a pure oxide",
        max(-change.min(), change.max()) / pure,
        0.5,
        "smaller than pure",
    )


def test_contents_start_at_one_voltage() -> None:
    case = script_case("nmc_lco_blend", "--start=3.6")
    contents = next(body.content for body in case.bodies if body.name == "active")
    assert isinstance(case.fixture, ssb.FixedGap)
    voltages = [
        library.by_name(name).host.ocv.voltage(content, case.temperature)
        for name, content in contents.items()
    ]
    assert voltages == pytest.approx([3.6, 3.6], abs=1e-9)
