# SPDX-License-Identifier: BSD-3-Clause
"""Energy of a run by volume and mass, against numbers by hand."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.cli import main
from ssbmech.errors import RunFolderError
from ssbmech.laminate.voltage import CellVoltage, Resistance
from ssbmech.laminate.wiring import Bipolar, Parallel
from ssbmech.library.pressed import of_density
from ssbmech.run.layers import density_of_material
from ssbmech.runfolder.energy import METALS, NoFixture, PlatesAndRods, densities_of, energy_of
from tests.laminates import elastic, laminate, ply
from tests.small_cell import void_cell
from tests.tools import measured

pytestmark = pytest.mark.serial


@dataclasses.dataclass(frozen=True)
class Three:
    """Three volts whatever the charge."""

    capacity: float = 36e3
    known: tuple[float, float] = (-np.inf, np.inf)

    def voltage(self, charge, temperature):
        return np.full_like(charge, 3.0), np.zeros_like(charge)

    def state_of_charge(self, charge):
        return charge / self.capacity

    def outside(self, charge):
        return ""


STEPS = (
    ssb.Preload(1.0),
    ssb.ConstantCurrent(10.0, 3600.0, name="charge"),
    ssb.ConstantCurrent(-10.0, 3600.0, name="discharge"),
    ssb.Rest(60.0),
)


def ran(folder: Path, wiring, cells: int, protocol=STEPS) -> Path:
    """Charge and discharge rigid cells of 100 um at 10 A/m2 for an hour; 10 mV are lost."""
    layer = ply("layer", 100e-6, elastic(1e13, 0.0), density=2000.0)
    voltage = CellVoltage(Three(), (Resistance(1e-3),))
    case = laminate(ssb.ConstantForce(1e6), [layer], voltage, cells=cells, wiring=wiring)
    output = ssb.Output(figures=False)
    ssb.run(dataclasses.replace(case, protocol=protocol, output=output), folder)
    return folder


@pytest.mark.parametrize("wiring", [Parallel(), Bipolar()], ids=["parallel", "bipolar"])
def test_energy_by_hand(tmp_path, wiring):
    """Five cells: 5 x 2.99 V x 10 Ah/m2 = 149.5 Wh/m2 from 0.5 mm and 1 kg/m2."""
    found = energy_of(ran(tmp_path / "run", wiring, 5), NoFixture())
    assert found.step == "discharge"
    measured("energy of a stack", "energy by area", abs(found.energy / 3600 / 149.5 - 1), 1e-6,
             "by hand")  # fmt: skip
    assert found.by_volume[0] == pytest.approx(149.5 / 0.5, rel=1e-6)
    assert found.by_mass[0] == pytest.approx(149.5 / 1.0, rel=1e-6)
    assert found.by_volume[1] == found.by_volume[0]


def test_fixture_by_hand(tmp_path):
    """Steel over 100 mm at 1 MPa, sag 0.1 mm: D = 13.0 kN m, 8.95 mm of plate."""
    fixture = PlatesAndRods(METALS["steel"], span=0.1, sag=1e-3)
    bending = 5 * 1e6 * 0.1**4 / (384 * 1e-4)
    plate = (12 * (1 - 0.29**2) * bending / 200e9) ** (1 / 3)
    assert fixture.plate(1e6) == pytest.approx(plate, rel=1e-12)
    assert (bending, plate) == pytest.approx((13.02e3, 8.946e-3), rel=1e-3)
    # eight times the pressure, twice the plate
    assert fixture.plate(8e6) == pytest.approx(2 * plate, rel=1e-12)
    # far above, it is bending that decides: 6 M / t2 = 250 MPa of M = P (2L)2 / 8
    strong = fixture.plate(200e6)
    assert 6 * (200e6 * 0.1**2 / 8) / strong**2 == pytest.approx(250e6, rel=1e-12)
    assert strong > 200 ** (1 / 3) * plate
    found = energy_of(ran(tmp_path / "run", Bipolar(), 5), fixture)
    height = 0.5e-3 + 2 * plate
    volume = 2 * plate + 1e6 / 250e6 * height
    assert found.burden.volume == pytest.approx(volume, rel=1e-6)
    assert found.burden.mass == pytest.approx(7900 * volume, rel=1e-6)
    assert found.by_volume[1] == pytest.approx(149.5 / (0.5 + 1e3 * volume), rel=1e-6)
    assert found.by_mass[1] == pytest.approx(149.5 / (1.0 + 7900 * volume), rel=1e-6)


def test_what_a_command_tells(tmp_path, capsys):
    folder = ran(tmp_path / "run", Parallel(), 5)
    assert main(["energy", str(folder), "--fixture", "none"]) == 0
    assert "299 Wh/l, 149.5 Wh/kg" in capsys.readouterr().out
    assert main(["energy", str(folder), "--json", "--density", "layer=1000"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["Wh/kg"]["stack"] == pytest.approx(299.0, rel=1e-6)
    assert told["Wh/l"]["with fixture"] < 20.0
    assert main(["energy", str(folder), "--density", "paper=1000"]) == 1
    assert "paper is no layer of the run; it has: layer" in capsys.readouterr().err
    assert main(["energy", str(folder), "--span", "-1"]) == 1
    assert "above zero" in capsys.readouterr().err


def test_a_hold_after_a_discharge_belongs_to_it(tmp_path):
    """Two steps of half an hour give what one of an hour gives; a rest parts discharges."""
    give = ssb.ConstantCurrent(-10.0, 1800.0, name="discharge")
    hold = ssb.ConstantCurrent(-10.0, 1800.0, name="hold")
    charge = ssb.ConstantCurrent(10.0, 3600.0, name="charge")
    for parted, label, share in (((), "discharge, hold", 1.0), ((ssb.Rest(60.0),), "hold", 0.5)):
        folder = tmp_path / label
        steps = (ssb.Preload(1.0), charge, give, *parted, hold)
        found = energy_of(ran(folder, Parallel(), 5, steps), NoFixture())
        assert found.step == label
        assert found.energy / 3600 == pytest.approx(share * 149.5, rel=1e-6)


def test_json_of_what_weighs_nothing(tmp_path, capsys):
    folder = ran(tmp_path / "run", Parallel(), 1)
    args = ["energy", str(folder), "--json", "--fixture", "none", "--density", "layer=0"]
    assert main(args) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert told["Wh/kg"] == {"stack": None, "with fixture": None}


@pytest.mark.parametrize("text", ["layer", "=3", "layer=heavy", "layer=-1", "layer=inf"])
def test_wrong_densities(text):
    with pytest.raises(RunFolderError, match="expected a layer and its density"):
        densities_of([text])


def test_a_cell_on_a_mesh_lists_its_layers(tmp_path):
    """Three layers of 8 um of lithium, electrolyte and lithium; symmetric, it gives no energy."""
    case = void_cell(protocol=(ssb.Preload(1.0),), output=ssb.Output(figures=False))
    ssb.run(case, tmp_path / "run")
    layers = ssb.open_run(tmp_path / "run").manifest["layers"]
    known = {layer["name"]: (layer["thickness [m]"], layer["density [kg/m3]"]) for layer in layers}
    assert known["separator"] == (pytest.approx(8e-6, rel=1e-9), 1860.0)
    assert known["negative"] == (pytest.approx(8e-6, rel=1e-2), 534.0)
    with pytest.raises(RunFolderError, match="no discharge"):
        energy_of(tmp_path / "run")


def test_a_pressed_powder_weighs_without_its_pores():
    powder = of_density(library.by_name("li6ps5cl_pressed"), 0.82)
    assert density_of_material(powder) == {"density [kg/m3]": pytest.approx(0.82 * 1860.0)}
    assert density_of_material(library.by_name("li6ps5cl")) == {"density [kg/m3]": 1860.0}
    unknown = dataclasses.replace(library.by_name("copper"), name="brass", sources={})
    assert density_of_material(unknown) == {}
