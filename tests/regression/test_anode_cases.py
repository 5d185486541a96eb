# SPDX-License-Identifier: BSD-3-Clause
"""Cases of anodes: how thick each gets by its charge, and where lithium is in silver-carbon."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.interfaces.interlayer import AlloyStore, PoreStore, PorousInterlayer
from ssbmech.units import hour, mA_per_cm2, s
from tests.case_scripts import script_case
from tests.tools import march, measured

pytestmark = pytest.mark.serial

MAH = 36e3
"""A milliampere-hour per square centimetre [C/m2]."""

LITHIUM = 13.0e-6


def of_graphite(charge: float) -> float:
    """Return what 1.1 times the room of 4 mAh/cm2 gain from x = 0.05 on, by points of its table."""
    dense = 1.1 * 4.0 * MAH / (FARADAY * 31_360.0 * 0.85)
    x = 0.05 + charge * MAH / (FARADAY * 31_360.0 * dense)
    first, last = np.interp([0.05, x], [0.0, 0.063, 0.823, 0.854], [0.0, 0.0127, 0.1154, 0.1215])
    return float(1e6 * dense * (last - first) / (1 + first))


def of_silicon(charge: float) -> float:
    """Return 15 um for the lithium of x = 0.26 to 0.855 in 16.2 um of silicon, in proportion."""
    whole = 16.2e-6 * FARADAY * 3.75 / 12.06e-6 * (0.855 - 0.26) / MAH
    return 15.0 * charge / whole


def of_silver_carbon(charge: float) -> float:
    """Return what lies behind: all but 0.155 in silver, 0.180 in carbon and pores up to 5 MPa."""
    pores = 1.0314 * (5.0 - 0.6946) / (6.946 - 0.6946)
    return 4.85 * (charge - 0.335 - pores) + 10.2e-6 * 0.155 * MAH / FARADAY * 1e6


GROWTH: dict[str, Callable[[float], float]] = {
    "lithium": lambda charge: 4.85 * charge,
    "anode_less": lambda charge: 4.85 * charge,
    "sodium": lambda charge: 8.86 * charge,
    "indium": lambda charge: (23.60 - 15.71) / 0.87 * MAH / FARADAY * charge,
    "silicon": of_silicon,
    "graphite": of_graphite,
    "silver_carbon": of_silver_carbon,
}
"""Thickness that an anode gains [um] by a charge [mAh/cm2]."""


@pytest.mark.parametrize("anode", GROWTH)
def test_anodes_thicken_by_their_charge(anode: str, tmp_path: Path) -> None:
    """At a constant force, and they are what they were after a cycle."""
    case = script_case("anodes", "--anode", anode, "--cells", "2", "--fixture", "force")
    ssb.run(dataclasses.replace(case, output=ssb.Output(figures=False)), tmp_path / "run")
    series = ssb.open_run(tmp_path / "run").series
    ends = series.groupby("step").last()
    seated, charged, end = (ends.loc[step] for step in (0, 1, ends.index[-1]))
    ply = "metal" if "thickness:metal" in series else anode
    added, charge = charged[f"thickness:{ply}"] - seated[f"thickness:{ply}"], charged["charge"]
    assert charge > 4.0 * MAH
    error = abs(1e6 * added / GROWTH[anode](charge / MAH) - 1)
    measured("case of anodes", f"thickness by charge, {anode}", error, 5e-3, "by hand")
    left = (end["thickness_stack"] - seated["thickness_stack"]) / (2 * added)
    assert abs(left) < 0.01


#: The first charge of the silver-carbon case, in part [mAh/cm2], and its current [mA/cm2].
PASSED, CURRENT = 1.5, 0.68


class StoresAlone:
    """Stores and metal behind them without a mesh, by backward Euler.

    For each filled part it is known what current a store would have to gain; so only the potential
    of the layer is looked for.
    """

    def __init__(self, layer: PorousInterlayer, pressure: float, kelvin: float) -> None:
        """Tabulate the stores at a pressure [Pa] and temperature [K]; they begin empty."""
        self._part, self._kelvin = np.linspace(0.0, 1.0, 20_001), kelvin
        self._volts, self._whole, self._ohms = {}, {}, {}
        for store in layer.stores:
            self._ohms[store.name] = self._resistance(store.path)
            if isinstance(store, AlloyStore):
                work = store.growth * pressure / FARADAY
                self._volts[store.name] = store.ocv.curve.numeric(self._part) - work
                self._whole[store.name] = store.charge
            else:
                assert isinstance(store, PoreStore)
                wider = store.last_entry - store.first_entry
                entry = store.first_entry + wider * self._part
                self._volts[store.name] = -LITHIUM / FARADAY * entry
                self._whole[store.name] = FARADAY * store.volume / LITHIUM
        self._loaded, self._way = -LITHIUM * pressure / FARADAY, self._resistance(layer.behind)
        self.filled, self.behind = dict.fromkeys(self._whole, 0.0), 0.0

    def _resistance(self, path: ssb.LayerPath) -> float:
        inverse = 1 / self._kelvin - 1 / path.reference_temperature
        return float(path.resistance * np.exp(path.activation_energy / GAS_CONSTANT * inverse))

    def _at(self, volt: float, dt: float) -> tuple[dict[str, float], float]:
        """Return filled parts and metal behind [C/m2] at a potential of the layer."""
        found = {}
        for name, whole in self._whole.items():
            gain = whole * (self._part - self.filled[name]) / dt
            gain -= self._volts[name] / self._ohms[name]
            found[name] = float(np.interp(-volt / self._ohms[name], gain, self._part))
        return found, max(self.behind + dt * (self._loaded - volt) / self._way, 0.0)

    def gain(self, charge: float, dt: float) -> None:
        """Take up a charge [C/m2] in a time step [s]."""
        low, high, before = -1.0, 1.5, sum(self.charges.values())
        for _ in range(60):
            volt = 0.5 * (low + high)
            filled, behind = self._at(volt, dt)
            held = sum(part * self._whole[name] for name, part in filled.items()) + behind
            low, high = (volt, high) if held - before > charge else (low, volt)
        self.filled, self.behind = filled, behind

    @property
    def charges(self) -> dict[str, float]:
        """What each store and the metal behind hold [C/m2]."""
        held = {name: part * self._whole[name] for name, part in self.filled.items()}
        return held | {"behind": self.behind}


# potentials of silver and carbon are known at room temperature alone
@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("pressure", "celsius", "pores"),
    [(2, 60, 0.607), (3, 60, 0.631), (4, 60, 0.656), (3, 25, 0.392)],
)
def test_where_the_first_lithium_goes_in_silver_carbon(
    pressure: float, celsius: float, pores: float
) -> None:
    """More into the pores the warmer and the harder pressed, by the ways and potentials alone."""
    case = script_case(
        "silver_carbon", "--pressure", str(pressure), "--celsius", str(celsius),
        "--fixture", "force",
    )  # fmt: skip
    first = ssb.ConstantCurrent(CURRENT * mA_per_cm2, PASSED / CURRENT * hour, name="first")
    case = dataclasses.replace(
        case, protocol=(ssb.Preload(10 * s), first), output=ssb.Output(figures=False)
    )
    run, anode = march(case), "lithium|electrolyte"
    layer = case.interfaces[1].interlayer
    alone = StoresAlone(layer, 1e6 * pressure, celsius + 273.15)
    for dt in run.series("time_step")[run.series("step") == 1]:
        alone.gain(10.0 * CURRENT * dt, dt)
    found = {
        store.name: run.series(f"stored_{store.name}:{anode}")[-1] for store in layer.stores
    } | {"behind": run.series(f"inventory:{anode}")[-1]}
    item = f"first lithium in silver-carbon, {pressure} MPa, {celsius} degC"
    for name, charge in alone.charges.items():
        error = abs(found[name] - charge) / (PASSED * MAH)
        measured(item, f"charge in {name}, over all", error, 1e-5, "stores alone")
    whole = sum(found.values()) / (PASSED * MAH)
    measured(item, "stores and metal behind", abs(whole - 1), 1e-5, "charge")
    assert found["pores"] / MAH == pytest.approx(pores, abs=4e-3)
