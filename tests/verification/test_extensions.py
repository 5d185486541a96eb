# SPDX-License-Identifier: BSD-3-Clause
"""Laws with memory, a quantity and an observer of a user's own, in files outside the package.

They are solved, measured, written, kept in checkpoints and rolled back like the package's own.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.checkpoint.state import CellState
from ssbmech.constants import FARADAY
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.report import write_report
from ssbmech.run import runner
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.status import RunStatus
from ssbmech.solve.newton import Newton
from ssbmech.units import GPa, MPa
from tests.elastic_cell import COUNTER, METAL, WORKING, symmetric_cell
from tests.extensions.anode import KeptSwelling, StiffeningHost
from tests.extensions.case import (
    CURRENT,
    DEPOSIT,
    FILM,
    FLOW,
    SMALLEST,
    STEP,
    STEPS,
    STIFFENING,
    film_cell,
)
from tests.extensions.energy import ElasticEnergy
from tests.extensions.throughput import Throughput
from tests.single_body import Rectangle
from tests.small_cell import physical, quantity
from tests.tools import march, measured
from tests.verification.test_full_cell import LITHIUM, NMC, fast, flat_cell

COMM = MPI.COMM_WORLD
ELECTROLYTE_RESISTANCE = 20e-6 / 0.1


def watcher() -> Throughput:
    """Return an observer that ends the stripping within its third time step."""
    return Throughput(limit=2.5 * CURRENT * STEP)


def test_film_thickens_with_the_charge() -> None:
    done = march(film_cell())
    charge = np.cumsum(np.abs(done.series("current")) * done.series("time_step"))
    thickness = FILM.thickness_0 + FILM.growth * charge
    found = done.series(f"film_thickness_mean:{WORKING}")
    item = "Surface law with memory, a film that grows with charge"
    error = np.max(np.abs(found / thickness - 1))
    measured(item, "relative error of the thickness", error, 1e-9, "growth times charge")
    interfaces = 2 * (FILM.resistance + FILM.resistivity * thickness)
    expected = done.series("current") * (interfaces + ELECTROLYTE_RESISTANCE)
    error = np.max(np.abs(done.series("voltage")[1:] / expected[1:] - 1))
    measured(item, "relative error of the voltage", error, 1e-6, "resistances in series")
    spread = done.series(f"film_thickness_max:{COUNTER}") - done.series(
        f"film_thickness_min:{COUNTER}"
    )
    assert np.max(spread) <= 1e-9 * thickness[-1]


@pytest.mark.pair
def test_deposit_lifts_the_stack_and_the_lithium_audit_knows() -> None:
    """Metal is stripped here and plated there; what the stack gains is the deposit alone."""
    rigid = symmetric_cell(
        interfaces=film_cell().interfaces,
        protocol=film_cell().protocol,
        step_control=film_cell().step_control,
    )
    done = march(rigid)
    charge = np.cumsum(np.abs(done.series("current")) * done.series("time_step"))
    thickness = done.series("thickness_stack")
    grown, expected = thickness[1:] - thickness[0], DEPOSIT.per_charge * charge[1:]
    item = "Surface law that takes up space"
    error = np.max(np.abs(grown / expected - 1))
    measured(item, "relative error of the stack's growth", error, 1e-6, "thickness per charge")
    error = np.max(np.abs(done.series(f"deposit_mean:{WORKING}")[1:] / expected - 1))
    measured(item, "relative error of the deposit", error, 1e-9, "thickness per charge")
    assert np.max(done.series("audit_lithium")) < 1e-9


@pytest.mark.pair
@pytest.mark.parametrize("count", [40, 80])
def test_body_stiffens_as_it_creeps(count: int) -> None:
    """An upright cylinder under a constant force: its stress is that force over its area."""
    pressure, dt = 10e6, 16000.0 / count
    case = ssb.Case(
        name="stiffening",
        geometry=Rectangle(frame=ssb.Axisymmetric(), width=1e-5, height=1e-5, columns=2, rows=2),
        bodies=(ssb.Body.single("body", dataclasses.replace(METAL, solid=STIFFENING)),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left")),
        fixture=ssb.ConstantForce(preload=10 * MPa),
        protocol=(ssb.Preload(1e-3), ssb.Rest(count * dt)),
        step_control=ssb.PrescribedSteps([1e-3] + [dt] * count),
        newton=ssb.NewtonSettings(tolerance=1e-11),
    )
    done = march(case)
    strain = np.zeros(count + 2)
    for n, step in enumerate(done.series("time_step")):
        viscosity = FLOW.viscosity * (1 + strain[n] / FLOW.hardening_strain)
        strain[n + 1] = strain[n] + step * pressure / (3 * viscosity)
    found = done.series("creep_strain_equivalent_mean:body")
    item = "Bulk law with memory, creep that stiffens"
    error = np.max(np.abs(found[1:] / strain[2:] - 1))
    measured(item, f"relative error of the strain, {count} steps", error, 1e-7, "same time steps")
    h, t = FLOW.hardening_strain, done.series("time")
    exact = h * (np.sqrt(1 + 2 * pressure * t / (3 * FLOW.viscosity * h)) - 1)
    error = abs(found[-1] / exact[-1] - 1)
    measured(item, f"distance from the exact strain, {count} steps", error, 2.0 / count, "exact")


@pytest.mark.pair
def test_anode_keeps_a_part_of_its_swelling() -> None:
    """A layer that cannot widen, filled and emptied again; what it gains the metal loses."""
    swelling = KeptSwelling(reversible=0.02, kept=0.01, start=0.5)
    solid = StiffeningHost(young_empty=50 * GPa, young_full=150 * GPa, poisson=0.25)
    host = dataclasses.replace(fast(NMC).host, swelling=swelling)
    layer = dataclasses.replace(NMC, solid=solid, host=host, sources={})
    case = flat_cell(
        layer,
        content=0.5,
        protocol=(
            ssb.Preload(1.0),
            # until the metal has crept to an even pressure
            ssb.Rest(3600.0),
            ssb.ConstantCurrent(-5.0, 1000.0, name="fill"),
            ssb.ConstantCurrent(5.0, 1000.0, name="empty"),
        ),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1.0, dt_max=100.0, gap_error=1e-6, content_error=0.02
        ),
    )
    done = march(case)
    x, charge = done.series("content_mean:positive"), done.series("charge")
    # the mean over the layer; at its surface it is a little more
    most = done.series("content_ever_mean:positive")
    assert np.max(np.abs(most - np.maximum.accumulate(x))) < 2e-3
    free = swelling.reversible * (x - 0.5) + swelling.kept * (most - 0.5)
    free -= free[0]
    nu, force = solid.poisson, 1e6
    squeezed = force * (1 + nu) * (1 - 2 * nu) / (1 - nu) / solid.young(x)
    widened = (1 + nu) / (1 - nu) * free - squeezed + squeezed[0]
    metal = LITHIUM.metal.molar_volume * (charge - charge[0]) / FARADAY
    thickness = done.series("thickness_stack")
    start = np.flatnonzero(done.series("step") == 1)[-1]
    grown, expected = thickness - thickness[start], 10e-6 * (widened - widened[start]) + metal
    item = "Anode with memory"
    error = np.max(np.abs(grown - expected)[start:])
    error /= 10e-6 * np.max(widened)
    measured(item, "error of the thickness over the largest swelling", error, 1e-3, "closed form")
    assert widened[-1] > 0.2 * np.max(widened), "a part of the swelling stays"
    across = (solid.young(x) * free + nu * force) / (1 - nu)
    pressure = (force + 2 * across) / 3
    error = np.max(np.abs(done.series("pressure_max:positive") - pressure)) / np.max(pressure)
    measured(item, "relative error of the stress, by E(x)", error, 5e-3, "closed form")


@pytest.mark.pair
def test_energy_of_a_squeezed_layer() -> None:
    """No side can give way: the energy is half of pressure times strain, with the stiff modulus."""
    case = symmetric_cell(output=ssb.Output(quantities=(ElasticEnergy("separator"),)))
    done = march(case)
    solid = case.bodies[1].materials["separator"].solid
    stiff = solid.bulk + 4 / 3 * solid.shear
    pressure = done.series("p_stack")
    expected = pressure**2 / (2 * stiff) * 20e-6 * 12e-6
    found = done.series("elastic_energy:separator")
    error = np.max(np.abs(found / expected - 1))
    measured("Output quantity", "relative error of an elastic energy", error, 1e-6, "closed form")


def stop_after(monkeypatch: pytest.MonkeyPatch, attempts: int) -> None:
    """Ask the next run to stop after so many time steps were tried."""
    calls = itertools.count()
    monkeypatch.setattr(runner.Interrupt, "requested", lambda self: next(calls) >= attempts)


def last_values(run: RunData) -> dict[str, np.ndarray]:
    """Return the last state of all field arrays of a run."""
    files = (*run.bodies.values(), *run.interfaces.values())
    return {
        f"{file.name} {name}": file.values(name, len(file.times) - 1)
        for file in files
        for name in file.names
        if name != "region"
    }


@pytest.mark.parametrize("fewer_first", [False, True], ids=["then fewer", "then more"])
def test_stopped_and_resumed_on_another_number_of_ranks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fewer_first: bool
) -> None:
    """The run, stopped in mid-strip, goes on with one rank instead of all, or the other way."""
    case = film_cell()
    whole = ssb.run(case, tmp_path / "whole", observers=(watcher(),))
    folder, alone = tmp_path / "resumed", MPI.COMM_SELF
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        if not fewer_first:
            ssb.run(case, folder, observers=(watcher(),))
        elif COMM.rank == 0:
            ssb.run(case, folder, alone, observers=(watcher(),))
    COMM.barrier()
    if fewer_first:
        ssb.resume(case, folder, observers=(watcher(),))
    elif COMM.rank == 0:
        ssb.resume(case, folder, alone, observers=(watcher(),))
    COMM.barrier()
    one, other = RunData.open(folder), RunData.open(whole.path)
    assert one.manifest["status"] == RunStatus.COMPLETE
    apart = {}
    for name in physical(other.series.columns):
        values = other.series[name]
        size = max(float(np.max(np.abs(values))), SMALLEST.get(quantity(name), 0.0)) or 1.0
        apart[name] = float(np.max(np.abs(one.series[name] - values))) / size
    worst = max(apart, key=lambda name: apart[name])
    item = "Extensions, stopped and resumed on another number of ranks"
    measured(item, "largest deviation of a column", apart[worst], 1e-10, "undisturbed run")
    found, expected = last_values(one), last_values(other)
    assert found.keys() == expected.keys()
    sizes = {key: max(float(np.max(np.abs(v))), 1e-300) for key, v in expected.items()}
    worst = max(float(np.max(np.abs(found[k] - v))) / sizes[k] for k, v in expected.items()
                if not k.endswith(" gap"))  # fmt: skip
    measured(item, "largest deviation of a field", worst, 1e-8, "undisturbed run")


@pytest.mark.pair
def test_everything_shows(tmp_path: Path) -> None:
    """Series, fields, manifest and report name states, quantities and the observer's column."""
    result = ssb.run(film_cell(), tmp_path / "run", observers=(watcher(),))
    run = RunData.open(result.path)
    passed = run.series["throughput"]
    assert run.series.units["throughput"] == "C m-2"
    assert run.series.units[f"film_thickness_mean:{WORKING}"] == "m"
    assert run.series.units["elastic_energy:separator"] == "J m-1"
    steps, current = run.series["step"], run.series["current"]
    expected = np.cumsum(np.abs(current) * run.series["time_step"])
    assert np.allclose(passed, expected, rtol=1e-12)
    # the limit lies within the third time step of stripping
    assert np.count_nonzero(steps == 1) == 3 and np.count_nonzero(steps == 2) == STEPS // 2
    assert {"film_thickness", "deposit"} <= run.interfaces[WORKING].names
    assert "creep_strain_equivalent" in run.bodies["negative"].names
    assert "energy_density" in run.bodies["separator"].names
    last = run.bodies["negative"].values("creep_strain_equivalent", -1 + len(steps))
    column = run.series["creep_strain_equivalent_max:negative"][-1]
    assert np.max(last) == pytest.approx(column, rel=1e-12)
    manifest = json.loads((result.path / "manifest.json").read_text("utf-8"))
    labels = {entry["name"]: entry["label"] for entry in manifest["quantities"]}
    assert labels["film_thickness"] == "film thickness"
    assert labels["throughput"] == "charge throughput"
    log = (result.path / "run.log").read_text("utf-8")
    assert "step 2 of 3, strip: ended (observer throughput: 1.8e+03 C/m2 have passed)" in log


@pytest.mark.serial
def test_report_has_them_too(tmp_path: Path) -> None:
    """Charts and lists of the report know labels and units from the manifest alone."""
    result = ssb.run(film_cell(), tmp_path / "run", observers=(watcher(),))
    page = write_report(result.path).read_text("utf-8")
    for label in ("film thickness", "equivalent creep strain", "charge throughput"):
        assert label in page, label
    assert "observer throughput: 1.8e+03 C/m2 have passed" in page


def test_observer_ends_the_run(tmp_path: Path) -> None:
    limit = 1.5 * CURRENT * STEP
    result = ssb.run(film_cell(), tmp_path / "run", observers=(Throughput(limit, ends_run=True),))
    assert result.status is RunStatus.COMPLETE
    assert len(result.rows) == 3
    manifest = json.loads((result.path / "manifest.json").read_text("utf-8"))
    assert manifest["reason"].startswith("observer throughput: ")


def kept(cell: CellModel) -> dict[str, np.ndarray]:
    """Return copies of all that a checkpoint would keep."""
    return {name: np.array(rows) for name, rows in CellState(cell).rows().items()}


def test_rejected_step_leaves_no_trace() -> None:
    case = film_cell()
    cell = CellModel(case, case.geometry.build(COMM))
    measurement = Measurement(cell)
    newton = Newton(cell.system, case.newton, case.linear_solver, "extensions_")

    def solve(dt: float, number: int) -> dict[str, float]:
        cell.predict(0.0)
        cell.begin(case.protocol[number].drive(dt), dt)
        newton.solve()
        return measurement.measure(dt, number)

    for dt, number in ((1.0, 0), (STEP, 1)):
        solve(dt, number)
        measurement.commit(dt)
        cell.commit(dt)
    before = kept(cell)
    assert {f"values/film_thickness {WORKING}", f"values/deposit {WORKING}"} <= before.keys()
    straight = solve(STEP, 1)
    cell.rollback()
    solve(2 * STEP, 2)
    cell.rollback()
    for name, values in kept(cell).items():
        assert np.array_equal(values, before[name]), name
    again = solve(STEP, 1)
    for name, value in straight.items():
        assert again[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
