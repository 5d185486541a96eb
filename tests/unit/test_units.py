# SPDX-License-Identifier: BSD-3-Clause
"""Units: quantities become SI floats; what is no number of the right kind is refused by name."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pint
import pytest

from ssbmech import units
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import ParameterError
from ssbmech.units import to_si, unit_of

pytestmark = pytest.mark.serial


@pytest.mark.parametrize(
    ("quantity", "unit", "expected"),
    [
        (20 * units.um, "m", 2e-5),
        (3 * units.nm, "m", 3e-9),
        (7.82 * units.GPa, "Pa", 7.82e9),
        (0.5 * units.mA_per_cm2, "A m-2", 5.0),
        (1 * units.mAh_per_cm2, "C m-2", 36000.0),
        (4 * units.mS_per_cm, "S/m", 0.4),
        (5 * units.ohm_cm2, "ohm m2", 5e-4),
        (13 * units.cm3_per_mol, "m3/mol", 1.3e-5),
        (37 * units.kJ_per_mol, "J/mol", 37000.0),
        (0.35 * units.eV, "J/mol", 0.35 * FARADAY),
        (2 * units.minute, "s", 120.0),
        (7.7e-3 * units.per_s, "1/s", 7.7e-3),
        (0.03 * units.MPa_per_um, "Pa/m", 3e10),
        (10 * units.N_per_mm, "N/m", 1e4),
        (units.celsius(25), "K", 298.15),
        (3 * units.um / units.m, "1", 3e-6),
        (0.38, "1", 0.38),
        (7, "m", 7.0),
        (np.float32(0.5), "m", 0.5),
        (np.array(0.5), "m", 0.5),
        (np.array(7), "m", 7.0),
        (np.array(20) * units.um, "m", 2e-5),
        (units.celsius(np.array(25)), "K", 298.15),
    ],
)
def test_conversion_is_exact_to_the_last_digit_shown(quantity, unit, expected):
    converted = to_si(quantity, unit, "value")
    assert converted == expected
    assert type(converted) is float


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (20 * units.um, "Pa", ["layer.thickness", "20 micrometer", "wrong kind of unit", "Pa"]),
        (20 * units.um, "1", ["wrong kind of unit", "no unit"]),
        (True, "m", ["True", "bool", "not a number", "plain number in m"]),
        ("20 um", "m", ["'20 um'", "str", "not a number"]),
        (None, "m", ["None", "not a number"]),
        (1 + 2j, "m", ["complex", "not a number"]),
        (units.um, "m", ["Unit", "not a number"]),
        ([1.0, 2.0] * units.um, "m", ["not a number"]),
        (np.array([1.0]), "m", ["array([1.])", "not a number"]),
        (np.array(True), "m", ["not a number"]),
        (pint.UnitRegistry().Quantity(3, "m"), "m", ["quantity of ssbmech.units"]),
        (math.nan, "m", ["nan", "not finite"]),
        (math.inf * units.um, "m", ["inf", "not finite"]),
    ],
)
def test_what_is_no_number_of_that_kind_is_refused(value, unit, words):
    with pytest.raises(ParameterError) as caught:
        to_si(value, unit, "layer.thickness")
    for word in ["layer.thickness", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize("many", [np.array([20.0, 30.0]), [20, 30]])
def test_one_reading_on_the_celsius_scale_is_one(many):
    with pytest.raises(ParameterError, match=r"20.*30.*expected one reading; .*celsius\(x\) for x"):
        units.celsius(many)


def test_an_unknown_unit_text_is_refused():
    with pytest.raises(ParameterError, match="flurb"):
        unit_of("flurb-2")


@pytest.mark.parametrize("text", ["A m-2", "A/m2", "A m**-2", "A*m^-2"])
def test_notations_of_one_unit_agree(text):
    assert to_si(0.5 * units.mA_per_cm2, text, "current") == 5.0


def test_constants_agree_with_the_unit_library():
    registry = units.registry
    assert to_si(1 * registry.faraday_constant, "C/mol", "F") == pytest.approx(FARADAY, rel=1e-14)
    assert to_si(1 * registry.molar_gas_constant, "J/mol/K", "R") == pytest.approx(
        GAS_CONSTANT, rel=1e-14
    )


def test_import_gives_no_warning():
    # DOLFINx 0.9 looks for an optional package
    filters = ["-W", "error", "-W", "ignore:Could not import numba:ImportWarning"]
    subprocess.run([sys.executable, *filters, "-c", "import ssbmech.units"], check=True)
