# SPDX-License-Identifier: BSD-3-Clause
"""The state at t = 0 in the field files: what is given has values, what is solved for is nan."""

from __future__ import annotations

import dataclasses
import shutil

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.runfolder.export import VtuExporter
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.run import open_run
from ssbmech.runfolder.xdmf import XdmfExporter
from ssbmech.units import mA_per_cm2, s
from tests.small_cell import WORKING, void_cell

STEPS = (ssb.Preload(1 * s), ssb.ConstantCurrent(1 * mA_per_cm2, 2 * s))


def cell(**changes):
    """Return a small cell with a void whose files begin at t = 0."""
    output = ssb.Output(figures=False, fields_every=1, all_states=True, initial=True)
    steps = ssb.AdaptiveSteps(stress_error=None)
    case = void_cell(size=8.0, protocol=STEPS, output=output, step_control=steps)
    return dataclasses.replace(case, **changes)


@pytest.mark.pair
def test_what_is_given_is_there_and_nothing_else(tmp_path):
    """Gap, displacement and stripped metal are those of the start; files go on as without it."""
    case = cell()
    ssb.run(case, tmp_path / "with")
    plain = dataclasses.replace(case.output, initial=False)
    ssb.run(dataclasses.replace(case, output=plain), tmp_path / "without")
    run, other = (RunData.open(tmp_path / name) for name in ("with", "without"))
    for files, others in ((run.bodies, other.bodies), (run.interfaces, other.interfaces)):
        for name, data in files.items():
            assert data.times[0] == 0.0
            assert data.times[1:] == pytest.approx(others[name].times, rel=1e-12, abs=0.0)
            for field in data.names:
                later, expected = data.values(field, 1), others[name].values(field, 0)
                size = np.abs(expected).max()
                assert later == pytest.approx(expected, rel=1e-6, abs=1e-6 * size), field
    face, metal = run.interfaces[WORKING], run.bodies["negative"]
    gap = face.values("gap", 0)
    assert gap.max() > 1e-7
    np.testing.assert_array_equal(gap, face.values("initial_gap", 0))
    for data, zero in ((face, "stripped"), (metal, "displacement"), (metal, "strain_creep")):
        assert not data.values(zero, 0).any()
        assert data.values(zero, len(data.times) - 1).any()
    for data, solved in ((face, "i_normal"), (face, "p_contact"), (metal, "stress")):
        assert np.isnan(data.values(solved, 0)).all()
        assert np.isfinite(data.values(solved, 1)).all()


@pytest.mark.serial
def test_a_run_that_goes_on_writes_it_once(tmp_path):
    """From a checkpoint as from the beginning, where no checkpoint was left."""
    first = dataclasses.replace(cell(), protocol=STEPS[:1])
    path = tmp_path / "run"
    ssb.run(first, path)
    ssb.resume(cell(), path)
    times = RunData.open(path).bodies["negative"].times.copy()
    assert np.count_nonzero(times == 0.0) == 1
    assert times[-1] == pytest.approx(3.0)
    MPI.COMM_WORLD.barrier()
    if MPI.COMM_WORLD.rank == 0:
        shutil.rmtree(path / "checkpoints")
        content = (path / "manifest.json").read_text(encoding="utf-8")
        content = content.replace('"status": "complete"', '"status": "running"')
        (path / "manifest.json").write_text(content, encoding="utf-8")
    MPI.COMM_WORLD.barrier()
    ssb.resume(cell(), path)
    assert RunData.open(path).bodies["negative"].times == pytest.approx(times, rel=1e-9)


@pytest.mark.serial
def test_readers_exports_and_pictures_take_it(tmp_path):
    """Other programs get the state at t = 0; pictures, report and verdict begin with the first."""
    pv = pytest.importorskip("pyvista")
    path = ssb.run(cell(), tmp_path / "run").path
    run = open_run(path)
    for exporter, index in ((VtuExporter(), "body_negative.pvd"), (XdmfExporter(), None)):
        written = run.export(exporter, tmp_path / "out", [0.0])
        assert written
        if index:
            grid = pv.get_reader(str(tmp_path / "out" / index)).read()[0]
            assert np.isnan(grid["principal"]).all()
            assert not np.any(grid["displacement"])
    assert run.body("negative")["principal"].isel(time=0).isnull().all()
    data = RunData.open(path)
    whole, solved = data.bodies["negative"], data.solved().bodies["negative"]
    assert len(solved.times) == len(whole.times) - 1
    for step in range(len(solved.times)):
        np.testing.assert_array_equal(
            solved.values("stress", step), whole.values("stress", step + 1)
        )
    assert np.isfinite(solved.history("stress")).all()
    np.testing.assert_array_equal(solved.points, whole.points)
