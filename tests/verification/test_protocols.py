# SPDX-License-Identifier: BSD-3-Clause
"""Protocols of real tests: records are followed exactly, and no event is stepped over."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Drive
from ssbmech.errors import CaseError, RunFolderError
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.run import runner
from ssbmech.runfolder.root import on_root
from ssbmech.runfolder.status import RunStatus
from ssbmech.units import MPa, V, celsius, hour, mA_per_cm2, mAh_per_cm2, minute, s, um
from tests.tools import march
from tests.verification.test_full_cell import NMC, flat_cell

WORKING, COUNTER = "negative|separator", "positive|separator"
QUIET = ssb.Output(figures=False, checkpoint_every=0.0)


def cell(**changes: Any) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li, flat and 12 um wide, under 1 MPa."""
    lithium = library.by_name("lithium_masias2019")
    layers = (("negative", 4), ("separator", 8), ("positive", 4))
    settings: dict[str, Any] = {
        "name": "protocols",
        "geometry": ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=12 * um,
            layers=tuple(ssb.Layer(name, size * um) for name, size in layers),
            size_interface=6 * um,
            size_bulk=6 * um,
        ),
        "bodies": (
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", lithium),
        ),
        "interfaces": tuple(
            ssb.Interface(name, kinetics=lithium_li6ps5cl()) for name in (WORKING, COUNTER)
        ),
        "supports": tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        "fixture": ssb.ConstantForce(1 * MPa),
        "electrodes": ssb.Electrodes(WORKING, COUNTER),
        "protocol": (ssb.Preload(1 * s),),
        "step_control": ssb.AdaptiveSteps(dt_initial=10 * s),
        "output": QUIET,
    }
    return ssb.Case(**settings | changes)


@pytest.mark.serial
def test_charge_of_a_drive_cycle(tmp_path: Path) -> None:
    """Twenty blocks of 15 s from a file: the charge passed is their integral."""
    draw = np.random.default_rng(1)
    currents = np.round(draw.choice([-1.0, 0.0, 0.5, 1.0, 2.0], size=20) * 0.3, 3)
    text = "t [s];I [mA/cm2]\n" + "".join(
        f"{100 + 15 * k};{value}\n" for k, value in enumerate(currents)
    )
    path = tmp_path / "cycle.csv"
    on_root(MPI.COMM_WORLD, lambda: path.write_text(text, "utf-8"))
    cycle = ssb.CurrentProfile.from_csv(
        path, "t", "I", between=ssb.Between.BLOCKS, end=400 * s, name="drive cycle"
    )
    done = march(cell(protocol=(ssb.Preload(1 * s), cycle)))
    exact = float(np.cumsum(15.0 * 10.0 * currents)[-1])
    assert done.rows[-1]["charge"] == pytest.approx(exact, rel=1e-9, abs=0.0)
    # at the end of every time step too, of which one lands on each jump
    times, charge = done.series("time") - 1.0, done.series("charge")
    knots = np.append(0.0, np.cumsum(150.0 * currents))
    passed = np.interp(times, 15.0 * np.arange(21), knots)
    assert charge == pytest.approx(passed, rel=1e-9, abs=1e-9 * np.abs(knots).max())
    for k in range(1, 20):
        if currents[k] != currents[k - 1]:
            assert np.abs(times - 15.0 * k).min() < 1e-9


@pytest.mark.serial
def test_charge_of_a_record_that_goes_on_between_its_points() -> None:
    """Lines with a jump: each time step passes the charge below the record."""
    times, currents = [0, 20, 20, 60, 90], [0.0, 0.5, -0.5, 0.2, 0.2]
    record = ssb.CurrentProfile(times, currents * mA_per_cm2, repeat=2)
    steps = ssb.AdaptiveSteps(dt_initial=7 * s, dt_max=13 * s)
    done = march(cell(protocol=(ssb.Preload(1 * s), record), step_control=steps))
    exact = 2 * 10 * (5.0 - 6.0 + 6.0)
    assert done.rows[-1]["charge"] == pytest.approx(exact, rel=1e-9)
    # within a line, each step carries the mean of its ends
    time, current = done.series("time") - 1.0, done.series("current")
    early = (time > 1e-9) & (time < 20 + 1e-9)
    middle = time - 0.5 * done.series("time_step")
    assert current[early] == pytest.approx(5.0 * middle[early] / 20, rel=1e-9)


@pytest.mark.serial
def test_a_short_pulse_in_a_long_rest() -> None:
    """One second in an hour: it is there, whole, and in no other second."""
    pulse = ssb.CurrentProfile(
        [0, 1800, 1801, 3600], [0, 2, 0] * mA_per_cm2, ssb.Between.BLOCKS, name="pulse"
    )
    steps = ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=1800 * s, growth=10.0)
    done = march(cell(protocol=(ssb.Preload(1 * s), pulse), step_control=steps))
    current, charge = done.series("current"), done.series("charge")
    passing = np.abs(current) > 1e-6
    time = done.series("time")[passing]
    assert time.min() > 1801.0
    assert time.max() == pytest.approx(1802.0, rel=1e-12)
    assert current[passing] == pytest.approx(20.0, rel=1e-9)
    assert charge[-1] == pytest.approx(20.0, rel=1e-9)


@pytest.mark.serial
def test_a_short_pulse_of_pressure() -> None:
    """A gas strikes for a second in ten minutes; time steps land on its edges."""
    strike = ssb.PressureProfile(
        [0, 300, 301, 600], [1, 5, 1] * MPa, ssb.Between.BLOCKS, name="strike"
    )
    gas = ssb.Loads(face_pressures=(ssb.FacePressure("top", strike),))
    steps = ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=300 * s, growth=10.0)
    rest = ssb.Rest(10 * minute)
    done = march(cell(fixture=None, loads=gas, protocol=(rest,), step_control=steps))
    time = done.series("time")
    pressure = done.series(f"p_contact_max:{WORKING}")
    struck = (time > 300.0 + 1e-6) & (time < 301.0 + 1e-6)
    assert struck.any()
    assert pressure[struck] == pytest.approx(5e6, rel=1e-6)
    assert pressure[~struck] == pytest.approx(1e6, rel=1e-6)


@pytest.mark.serial
@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
@pytest.mark.filterwarnings("ignore:the case goes from:ssbmech.errors.CaseWarning")
def test_temperature_lands_on_its_ends_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ramp, then a step without a temperature: resumed inside the ramp on the way."""
    warm = ssb.TemperatureRamp(celsius(25), celsius(60))
    case = cell(
        protocol=(
            ssb.Preload(1 * s),
            ssb.Under(ssb.Rest(100 * s, name="warm up"), temperature=warm),
            ssb.ConstantCurrent(0.1 * mA_per_cm2, 20 * s),
            ssb.Under(ssb.Rest(10 * s), temperature=celsius(40)),
            ssb.Rest(10 * s, name="last"),
        ),
        step_control=ssb.AdaptiveSteps(dt_initial=10 * s, dt_max=20 * s),
    )
    folder = tmp_path / "run"
    for attempts in (4, 4):
        with monkeypatch.context() as patch:
            calls = itertools.count()
            patch.setattr(
                runner.Interrupt, "requested", lambda self, c=calls, a=attempts: next(c) >= a
            )
            stopped = runner.run_or_resume(case, folder)
        assert stopped.status is RunStatus.STOPPED
    # in the ramp, then in the step after it, which asks for no temperature
    assert [row["step"] for row in stopped.rows][-1] >= 1.0
    whole = ssb.resume(case, folder)
    assert whole.status is RunStatus.COMPLETE
    rows = {float(row["time"]): row["temperature"] for row in whole.rows}
    for time, temperature in rows.items():
        if time <= 1.0 + 1e-9:
            expected = 25.0
        elif time <= 101.0 + 1e-9:
            expected = 25.0 + 35.0 * (time - 1.0) / 100.0
        elif time <= 121.0 + 1e-9:
            expected = 60.0
        else:
            expected = 40.0
        assert temperature == pytest.approx(expected + 273.15, rel=1e-12)
    assert any(abs(time - 101.0) < 1e-9 for time in rows)


def full_cell(**changes: Any) -> ssb.Case:
    """Return Li | Li6PS5Cl | NMC811, flat; a positive current charges."""
    return flat_cell(
        NMC,
        content=0.5,
        thickness=2.0,
        step_control=ssb.AdaptiveSteps(dt_initial=5 * s, dt_max=120 * s, content_error=0.02),
        **changes,
    )


@pytest.mark.serial
def test_cccv_in_one_step() -> None:
    """Current up to the voltage, the voltage until the current has faded to a C-rate."""
    charge = ssb.CCCV(1 / hour, to=4.15 * V, taper=0.3 / hour)
    done = march(full_cell(protocol=(ssb.Preload(1 * s), charge, ssb.Rest(10 * s))))
    step, current, voltage = (done.series(name) for name in ("step", "current", "voltage"))
    of_step = step == 1
    capacity = done.cell.circuit.capacity
    held = of_step & (np.abs(voltage - 4.15) < 1e-9)
    passed = of_step & ~held
    assert held.sum() > 2 and passed.sum() > 2
    assert current[passed] == pytest.approx(capacity / 3600, rel=1e-9)
    assert voltage[passed].max() == pytest.approx(4.15, abs=1.1e-4)
    faded = 0.3 * capacity / 3600
    assert np.all(np.diff(current[held]) < 0.0)
    assert current[held][-1] == pytest.approx(faded, rel=0.03)
    assert set(step) == {0.0, 1.0, 2.0}


@pytest.mark.serial
def test_rates_of_a_metal_by_a_stated_capacity() -> None:
    """One C of 3 mAh/cm2 is 3 mA/cm2; pulses of it, cycles that a charge ends."""
    electrodes = ssb.Electrodes(WORKING, COUNTER, capacity=3 * mAh_per_cm2)
    until = (ssb.ChargeAbove(0.01 * mAh_per_cm2),)
    case = cell(
        electrodes=electrodes,
        protocol=(
            ssb.Preload(1 * s),
            ssb.Pulse(-0.1 / hour, 20 * s),
            ssb.Pulse(1 / hour, 60 * s, stops=until, name="strip"),
            ssb.cycles(
                3,
                ssb.Pulse(0.1 / hour, 5 * s),
                ssb.Rest(2 * s),
                until=(ssb.PressureBelow(2 * MPa),),
            ),
            ssb.Rest(3 * s, name="last"),
        ),
    )
    done = march(case)
    step, current, charge = (done.series(name) for name in ("step", "current", "charge"))
    assert current[step == 1] == pytest.approx(-3.0, rel=1e-9)
    assert current[step == 2] == pytest.approx(30.0, rel=1e-9)
    before, after = charge[step == 1][-1], charge[step == 2][-1]
    assert after - before == pytest.approx(360.0, rel=2e-6)
    # the condition holds from the first: all that is left of the cycles is left out
    assert set(step) == {0.0, 1.0, 2.0, 3.0, 9.0}
    with pytest.raises(CaseError, match=r"state the capacity in Electrodes\(capacity"):
        march(cell(protocol=(ssb.Preload(1 * s), ssb.Pulse(1 / hour, 2 * s))))
    hold = ssb.Hold(0.01 * V, 5 * s, current_below=0.1 / hour)
    with pytest.raises(CaseError, match="the cell has no capacity"):
        march(cell(protocol=(ssb.Preload(1 * s), hold)))


@pytest.mark.pair
def test_a_condition_that_ends_the_run(tmp_path: Path) -> None:
    ends = ssb.Final(ssb.ChargeAbove(2.0))
    case = cell(
        protocol=(ssb.Preload(1 * s), *ssb.cycles(3, ssb.Pulse(1.0, 5 * s, stops=(ends,)))),
        step_control=ssb.AdaptiveSteps(dt_initial=5 * s),
    )
    done = ssb.run(case, tmp_path / "run")
    assert done.status is RunStatus.COMPLETE
    assert done.rows[-1]["charge"] == pytest.approx(2.0, rel=1e-5)
    assert "charge reached its limit" in (tmp_path / "run" / "manifest.json").read_text("utf-8")


def longer(count: int) -> ssb.Case:
    """Return a case of so many cycles, warm from the first on."""
    plate, strip = ssb.Pulse(-2.0, 4 * s, name="plate"), ssb.Pulse(2.0, 4 * s, name="strip")
    warm = ssb.Under(plate, temperature=celsius(40))
    return cell(
        fixture=ssb.FixedGap(preload=1 * MPa),
        protocol=(ssb.Preload(1 * s), warm, strip, *ssb.cycles(count, plate, strip))
        if count > 1
        else (ssb.Preload(1 * s), warm, strip),
        step_control=ssb.PrescribedSteps((1.0, *([2.0] * (4 + 4 * count)))),
    )


@pytest.mark.pair
@pytest.mark.filterwarnings("ignore:the case goes from:ssbmech.errors.CaseWarning")
def test_further_steps_after_the_end(tmp_path: Path) -> None:
    """A complete run goes on with a longer protocol, as if it had had it from the start."""
    whole = ssb.run(longer(2), tmp_path / "whole")
    folder = tmp_path / "run"
    first = ssb.run(longer(1), folder)
    assert first.status is RunStatus.COMPLETE
    again = ssb.resume(longer(2), folder)
    assert again.status is RunStatus.COMPLETE
    assert len(first.rows) == 5 and len(again.rows) == len(whole.rows) == 13
    # the pressure of a fixed gap and the temperature are remembered
    for name in ("time", "step", "temperature", "p_stack", "voltage", "charge"):
        found, expected = ([row[name] for row in run.rows] for run in (again, whole))
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    noted = on_root(MPI.COMM_WORLD, lambda: json.loads((folder / "manifest.json").read_text()))
    assert len(noted["protocol"]) == 7
    assert len(ssb.resume(longer(2), folder).rows) == 13
    with pytest.raises(RunFolderError, match="another case"):
        ssb.resume(longer(1), folder)
    other = dataclasses.replace(longer(2), temperature=celsius(26))
    with pytest.raises(RunFolderError, match="another case: temperature was"):
        ssb.resume(other, folder)


@pytest.mark.pair
def test_nothing_follows_a_run_that_was_ended(tmp_path: Path) -> None:
    ends = ssb.Final(ssb.ChargeAbove(2.0))
    steps = (ssb.Preload(1 * s), ssb.Pulse(1.0, 5 * s, stops=(ends,)))
    ssb.run(cell(protocol=steps), tmp_path / "run")
    with pytest.raises(RunFolderError, match="ended before its protocol was"):
        ssb.resume(cell(protocol=(*steps, ssb.Rest(1 * s))), tmp_path / "run")


@pytest.mark.pair
def test_a_function_with_an_event_is_not_stepped_over() -> None:
    """A stroke of four seconds in a minute, given as a bare function, and a jump."""

    def rig(time: float) -> float:
        return float(np.interp(time, [0, 9, 11, 13, 60], [1e6, 1e6, 5e6, 1e6, 1e6]))

    def valve(time: float) -> float:
        return 3e6 if 40.0 < time <= 41.0 else 1e6

    for pressure, first, last, peak in ((rig, 9.0, 13.0, 5e6), (valve, 40.0, 41.0, 3e6)):
        gas = ssb.Loads(face_pressures=(ssb.FacePressure("top", pressure),))
        done = march(cell(fixture=None, loads=gas, protocol=(ssb.Rest(60 * s),)))
        time, found = done.series("time"), done.series(f"p_contact_max:{WORKING}")
        exact = np.array([pressure(t) for t in time])
        assert found == pytest.approx(exact, rel=1e-6)
        assert found.max() > 0.85 * peak
        inside = time[found > 1.05e6]
        assert inside.min() < first + 0.5 and inside.max() > last - 0.5


@dataclasses.dataclass(frozen=True)
class Blind:
    """A current that a user's own step interpolates, without naming break points."""

    name: str = "blind"
    duration: float = 120.0
    stops: tuple[Any, ...] = ()
    seats: bool = False

    def drive(self, elapsed: float) -> Drive:
        return Drive(current_density=float(np.interp(elapsed, SECONDS, CURRENTS)))


SECONDS = np.arange(0.0, 121.0, 5.0)
CURRENTS = 10.0 * np.random.default_rng(1).choice([-1.0, 0.0, 0.5, 1.0, 2.0], size=len(SECONDS))


@pytest.mark.pair
def test_a_step_of_ones_own_that_names_no_break_points() -> None:
    """Its charge is met to a hundredth of the throughput, where it was off by a third."""
    done = march(cell(protocol=(ssb.Preload(1 * s), Blind())))
    charge, throughput = (float(np.trapezoid(c, SECONDS)) for c in (CURRENTS, np.abs(CURRENTS)))
    assert abs(done.rows[-1]["charge"] - charge) < 0.01 * throughput


@pytest.mark.serial
def test_constant_power() -> None:
    """Voltage times current is the power at every instant, on discharge and charge."""
    step = [ssb.ConstantPower(power, 120 * s, name=f"{power:g}") for power in (-20.0, 30.0)]
    done = march(full_cell(protocol=(ssb.Preload(1 * s), *step, ssb.Rest(10 * s))))
    number, current, voltage = (done.series(name) for name in ("step", "current", "voltage"))
    for k, power in ((1, -20.0), (2, 30.0)):
        assert (current * voltage)[number == k] == pytest.approx(power, rel=1e-6)
    assert np.ptp(voltage[number == 1]) > 1e-4
    assert np.abs(current[number == 3]).max() < 1e-9
    with pytest.raises(CaseError, match="asks for a power, but the cell is at 0 V at rest"):
        march(cell(protocol=(ssb.Preload(1 * s), step[0])))


@pytest.mark.serial
def test_a_pulse_of_pressure_on_a_platen() -> None:
    """The fixture follows the record of a step that passes a current of its own."""
    strike = ssb.PressureProfile([0, 30, 31, 60], [1, 5, 1] * MPa, ssb.Between.BLOCKS)
    step = ssb.Under(ssb.Pulse(1.0, 60 * s), pressure=strike)
    steps = ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=30 * s, growth=10.0)
    done = march(cell(protocol=(ssb.Preload(1 * s), step), step_control=steps))
    time, pressure = done.series("time") - 1.0, done.series("p_stack")
    struck = (time > 30.0 + 1e-6) & (time < 31.0 + 1e-6)
    assert struck.any()
    assert pressure[struck] == pytest.approx(5e6, rel=1e-6)
    assert pressure[~struck & (time > 0.0)] == pytest.approx(1e6, rel=1e-6)
    assert done.rows[-1]["charge"] == pytest.approx(60.0, rel=1e-9)
