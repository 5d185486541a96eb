# SPDX-License-Identifier: BSD-3-Clause
"""Limits of validity: what is measured, what is noted once, and what ends a run in good order."""

from __future__ import annotations

import dataclasses
import json
import logging

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import ParameterError, ValidityError
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.model.watch import Strains, principal
from ssbmech.report.effort import limits_passed
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.watched import WATCHED, passed
from ssbmech.units import MPa, s
from tests.small_cell import WORKING, void_cell
from tests.tools import march, shared_folder

pytestmark = pytest.mark.pair


def squeezed(travel: float, **changes: object) -> ssb.Case:
    """Return 24 um of lithium, electrolyte and lithium that a platen presses inwards [m]."""
    case = void_cell(
        size=4.0,
        depth=0.1,
        fixture=ssb.DrivenPlaten(lambda time: -travel * min(time, 1.0)),
        protocol=(ssb.Preload(1 * s),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left")),
        step_control=ssb.PrescribedSteps((0.02,) * 50),
        output=ssb.Output(figures=False, checkpoint_every=0.0),
    )
    return dataclasses.replace(case, **changes)


@pytest.mark.parametrize("frame", [ssb.PlaneStrain(), ssb.ThreeDimensional(), ssb.Axisymmetric()])
def test_strain_and_rotation_of_a_known_displacement(frame):
    case = void_cell(frame, size=4.0, depth=0.1)
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    body, dim = cell.bodies["separator"], frame.dim
    gradient = np.zeros((3, 3))
    gradient[dim - 1, dim - 1] = -0.2
    if not frame.revolves:
        gradient[0, dim - 1] = 0.06
        gradient[dim - 1, 0] = -0.02
    body.u.function.interpolate(lambda x: gradient[:dim, :dim] @ x[:dim])
    found = Strains(body).measure()
    strain = (gradient + gradient.T) / 2
    largest = np.abs(np.linalg.eigvalsh(strain)).max()
    turned = np.linalg.norm((gradient - gradient.T)[np.tril_indices(3)]) / 2
    for kind in ("max", "mean"):
        assert found[f"strain_{kind}"] == pytest.approx(largest, rel=1e-9, abs=0)
        assert found[f"rotation_{kind}"] == pytest.approx(turned, rel=1e-9, abs=1e-12)


def test_principal_values_are_those_of_the_tensor():
    tensor = np.array([[1.0, 2, 3], [2, -4, 5], [3, 5, 6]])
    six = np.array([[1.0, -4, 6, 2, 5, 3]])
    assert principal(six)[0] == pytest.approx(np.linalg.eigvalsh(tensor))


def test_a_stack_squeezed_too_far_ends_in_good_order(caplog):
    """It is noted first, then ended with a message that names the setting; and goes on with it."""
    with shared_folder(MPI.COMM_WORLD) as folder:
        case, out = squeezed(9e-6), folder / "run"
        with caplog.at_level(logging.WARNING), pytest.raises(ValidityError) as failure:
            ssb.run(case, out)
        assert "limits=Limits(strain_mean_error=None)" in str(failure.value)
        assert "mean principal strain at " in str(failure.value)
        manifest = json.loads((out / "manifest.json").read_text())
        assert manifest["status"] == "failed"
        assert "ValidityError" in manifest["reason"]
        assert list((out / "checkpoints").iterdir())
        if MPI.COMM_WORLD.rank == 0:
            notes = (out / "run.log").read_text()
            noted = "limit of the model: largest principal strain at negative"
            assert notes.count(noted) == 1
            told = limits_passed(RunData.open(out))
            assert any("largest principal strain" in item.label for item in told)
        before = len((out / "series.csv").read_text().splitlines())
        MPI.COMM_WORLD.barrier()
        going_on = dataclasses.replace(case, limits=ssb.Limits.off())
        ssb.resume(going_on, out)
        after = len((out / "series.csv").read_text().splitlines())
        assert after == 51 > before


def test_what_holds_is_not_noted(caplog):
    with caplog.at_level(logging.WARNING):
        run = march(squeezed(1e-8))
    assert not [r for r in caplog.records if "limit of the model" in r.getMessage()]
    assert np.max(run.series("strain_max:negative")) < 0.1
    assert np.max(run.series("creep_step_max:negative")) < 0.1


@pytest.mark.whole_run(reason="each process that goes on with a run notes it once in its log")
def test_a_fixture_that_pulls_is_noted(caplog):
    """A bonded stack whose platen moves outwards."""
    case = void_cell(size=4.0, depth=0.1)
    bond = ssb.BilinearCohesion(strength=500 * MPa, toughness=1000.0)
    interfaces = tuple(
        dataclasses.replace(i, initial_gap=None, adhesion=bond) for i in case.interfaces
    )
    case = squeezed(-1e-9, interfaces=interfaces, step_control=ssb.PrescribedSteps((0.5, 0.5)))
    with caplog.at_level(logging.WARNING):
        run = march(case)
    assert run.rows[-1]["p_stack"] < -1e3
    told = [r.getMessage() for r in caplog.records if "the fixture pulls" in r.getMessage()]
    assert len(told) == 1


def test_tension_and_creep_stress_are_over_what_was_measured():
    """The columns are stresses over the numbers of the library."""
    case = squeezed(1e-8)
    masias = ssb.Body.single("negative", library.by_name("lithium_masias2019"))
    run = march(dataclasses.replace(case, bodies=(masias, *case.bodies[1:])))
    flow = run.series("flow_share:negative") * 0.6e6
    assert flow == pytest.approx(run.series("von_mises_max:negative"), rel=1e-12, abs=0)
    share = run.series("strength_share:separator") * 110e6
    assert share == pytest.approx(run.series("principal_max:separator"), rel=1e-9, abs=1e-3)
    assert "strength_share:negative" not in run.rows[0]


def test_each_limit_has_a_column_and_each_column_a_limit():
    case = squeezed(1e-8)
    masias = ssb.Body.single("negative", library.by_name("lithium_masias2019"))
    case = dataclasses.replace(case, bodies=(masias, *case.bodies[1:]))
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    columns = {c.name.partition(":")[0] for c in Measurement(cell).columns()}
    assert {item.quantity for item in WATCHED} <= columns
    fields = {name.removesuffix("_error") for name in ssb.Limits().values()}
    assert fields == {item.limit for item in WATCHED}


def test_limits_are_numbers_or_none():
    with pytest.raises(ParameterError):
        ssb.Limits(strain=-0.1)
    row = {f"contact_fraction:{WORKING}": 0.1, "strain_max:a": 0.2, "p_stack": float("nan")}
    found = [(p.column, p.hard) for p in passed(row, ssb.Limits(contact_error=0.15).values())]
    contact = f"contact_fraction:{WORKING}"
    assert found == [(contact, True), ("strain_max:a", False), (contact, False)]
    assert not list(passed(row, ssb.Limits.off().values()))
    # what is noted if nothing else is said
    usual = ssb.Limits()
    assert (usual.strain, usual.contact, usual.strain_mean_error) == (0.1, 0.2, 0.3)
