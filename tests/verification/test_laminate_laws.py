# SPDX-License-Identifier: BSD-3-Clause
"""Laws of layers, of their growth and of losses: their derivatives, by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.laminate.growth import HostSwelling, HostThickness, MetalGrowth, volume_of
from ssbmech.laminate.layer import CHARGE, PRESSURE, Loading
from ssbmech.laminate.soft import CompressedLayer, DelayedCompliance, LiquidColumn
from ssbmech.laminate.voltage import Activation, PressedResistance, Resistance
from ssbmech.materials.curve import Curve
from tests.laminates import elastic

pytestmark = pytest.mark.serial

NMC = library.by_name("nmc811").host
CHARGES = np.array([1e3, 5e4, 9e4])
"""Charges up to 2.5 mAh/cm2 [C/m2]."""

GROWTHS = {
    "metal": MetalGrowth(13e-6),
    "swelling": HostSwelling(volume_of(NMC), NMC.c_max, dense=41e-6, content=0.9),
    "thickness": HostThickness(volume_of(NMC), NMC.c_max, dense=41e-6, content=0.9, followed=0.7),
}
FOAM = Curve((0.0, 1e6, 3e6, 5e6), (0.0, 0.3, 0.5, 0.6))


@pytest.mark.parametrize("name", GROWTHS)
def test_growth_by_charge(name: str) -> None:
    law, step = GROWTHS[name], 1.0
    found, ends = law.grown(CHARGES), [law.grown(CHARGES + s) for s in (step, -step)]
    for value, by in (("added", "added_by"), ("strain", "strain_by")):
        slope = (getattr(ends[0], value) - getattr(ends[1], value)) / (2 * step)
        size = np.abs(slope).max()
        assert getattr(found, by) == pytest.approx(slope, rel=1e-5, abs=1e-6 * size)


def test_what_a_charge_adds_and_takes() -> None:
    """Metal grows, the host that gives its lithium shrinks, as by hand."""
    assert GROWTHS["metal"].grown(CHARGES).added == pytest.approx(13e-6 * CHARGES / FARADAY)
    volume = volume_of(NMC)
    content = 0.9 - CHARGES / (FARADAY * NMC.c_max * 41e-6)
    ratio = (1 + volume.numeric(content)) / (1 + float(volume.numeric(0.9)))
    assert ratio[-1] < 1.0
    assert GROWTHS["thickness"].grown(CHARGES).added == pytest.approx(0.7 * 41e-6 * (ratio - 1))
    assert GROWTHS["swelling"].grown(CHARGES).strain == pytest.approx(np.log(ratio) / 3)


LAYERS: dict[str, Any] = {
    "foam": CompressedLayer(FOAM, MetalGrowth(13e-6), DelayedCompliance(1e-8, 50.0)),
    "oil": LiquidColumn(1.5e9),
    "solid": elastic(20e9, 0.3, growth=GROWTHS["swelling"]),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_by_pressure_and_charge(name: str) -> None:
    law, bare = LAYERS[name], np.full(3, 50e-6)

    def at(pressure: float, charge: np.ndarray) -> Any:
        loading = Loading(pressure, np.zeros(2), charge, 30.0, 298.15)
        return law.answer(bare, law.start(bare), loading)

    found = at(2e6, CHARGES)
    for place, moved, step in (
        (PRESSURE, [(2e6 + s, CHARGES) for s in (1e2, -1e2)], 1e2),
        (CHARGE, [(2e6, CHARGES + s) for s in (10.0, -10.0)], 10.0),
    ):
        ends = [at(*each).thickness for each in moved]
        slope = (ends[0] - ends[1]) / (2 * step)
        size = np.abs(slope).max()
        assert found.thickness_by[place] == pytest.approx(slope, rel=1e-4, abs=1e-5 * size)
    assert np.all(found.thickness_by[PRESSURE] < 0.0)


LOSSES: dict[str, Any] = {
    "ohmic": Resistance(2e-3),
    "pressed": PressedResistance(Curve((1e5, 1e6, 5e6, 2e7), (8e-3, 3e-3, 1e-3, 8e-4))),
    "activation": Activation(5.0),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_by_current_and_pressure(name: str) -> None:
    """They go with the current's sign, and pressure takes none away but by contact."""
    law, current = LOSSES[name], np.array([-20.0, 3.0, 20.0])

    def at(amperes: np.ndarray, pressure: float) -> np.ndarray:
        return np.asarray(law.loss(amperes, CHARGES, pressure, 298.15).voltage)

    found = law.loss(current, CHARGES, 2e6, 298.15)
    assert np.all(np.sign(found.voltage) == np.sign(current))
    slope = (at(current + 1e-3, 2e6) - at(current - 1e-3, 2e6)) / 2e-3
    assert found.by_current == pytest.approx(slope, rel=1e-6)
    slope = (at(current, 2e6 + 10.0) - at(current, 2e6 - 10.0)) / 20.0
    assert found.by_pressure == pytest.approx(slope, rel=1e-5, abs=1e-16)
    assert np.all(found.by_charge == 0.0)


def test_a_resistance_that_pressure_makes_is_not_asked_beyond_its_table() -> None:
    law = LOSSES["pressed"]
    assert law.loss(np.array([10.0]), CHARGES[:1], 1e6, 298.15).voltage == pytest.approx(0.03)
    assert not law.outside(CHARGES, 2e6)
    assert "beyond the table of resistances" in law.outside(CHARGES, 3e7)
    with pytest.raises(ParameterError, match="rises somewhere"):
        PressedResistance(Curve((1e5, 1e6, 5e6), (1e-3, 2e-3, 3e-3)))
