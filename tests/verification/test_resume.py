# SPDX-License-Identifier: BSD-3-Clause
"""A run that was stopped and taken up again ends like one that was not."""

from __future__ import annotations

import csv
import dataclasses
import errno
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mpi4py import MPI

import h5py
import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.checkpoint import checkpointer
from ssbmech.checkpoint import rows as rows_module
from ssbmech.checkpoint.checkpointer import Checkpointer, Saved
from ssbmech.checkpoint.rows import StoredRows, write_rows
from ssbmech.checkpoint.state import CellState
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.errors import RunFolderError, StepTooSmall
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.run import runner
from ssbmech.run.same_case import check_same, identity
from ssbmech.runfolder import manifest
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.status import RunStatus
from ssbmech.solve.position import Position
from ssbmech.units import MPa, mA_per_cm2, nm, s
from tests.moving import moving_void
from tests.small_cell import STORED, cycle, deviations, physical, void_cell
from tests.stripping import every_law
from tests.tools import marked, measured, on_first, shared_folder
from tests.verification.test_interlayer import ALLOY, PORES, TAU, layered, plating
from tests.void_run import without_figures

COMM = MPI.COMM_WORLD
EVERY_STEP = ssb.Output(fields_every=1, figures=False, checkpoint_every=0.0)


def quick(case: ssb.Case) -> ssb.Case:
    """Return a case that keeps a checkpoint at each step and draws nothing."""
    return dataclasses.replace(case, output=EVERY_STEP)


def creeping(name: str) -> ssb.Case:
    """Return a cell with what the stored ones lack: friction, hardening, landing on a stop."""
    lithium = library.by_name("lithium_anand_narayan2019")
    case = void_cell(depth=40.0)
    stop = ssb.VoltageBelow(0.0174)
    return dataclasses.replace(
        case,
        name=name,
        bodies=tuple(
            ssb.Body.single(body.name, lithium) if body.name != "separator" else body
            for body in case.bodies
        ),
        interfaces=tuple(
            dataclasses.replace(interface, contact=ssb.Sticking()) for interface in case.interfaces
        ),
        fixture=ssb.FixedGap(preload=1 * MPa),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-1 * mA_per_cm2, 20 * s),
            ssb.ConstantCurrent(1 * mA_per_cm2, 400 * s, stops=(stop,)),
            ssb.Rest(20 * s),
        ),
        step_control=ssb.AdaptiveSteps(dt_initial=5.0, dt_max=100.0, gap_error=2 * nm),
    )


CASES = {name: stored.case for name, stored in STORED.items()}
CASES |= {"creeping": creeping}


def stop_after(monkeypatch: pytest.MonkeyPatch, attempts: int) -> None:
    """Ask the next run to stop after so many time steps were tried."""
    calls = itertools.count()
    monkeypatch.setattr(runner.Interrupt, "requested", lambda self: next(calls) >= attempts)


def read(folder: Path) -> dict[str, np.ndarray]:
    """Return the columns of a series, by name."""
    with (folder / "series.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        name.partition(" [")[0]: np.array([float(row[name]) for row in rows]) for name in rows[0]
    }


def timeless(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """Return rows without the wall time, which each rank takes by its own clock."""
    return [{name: row[name] for name in row if name != "wall_time"} for row in rows]


def worst(found: Path, expected: Path) -> float:
    """Return the largest deviation of the physical columns of two series."""
    one, other = read(found), read(expected)
    assert len(one["time"]) == len(other["time"])
    return max(deviations(one, {name: other[name] for name in physical(other)}).values())


def last_fields(folder: Path) -> dict[str, np.ndarray]:
    """Return all arrays of the last time of all field files."""
    found = {}
    for path in sorted((folder / "fields").glob("*.vtkhdf")):
        with h5py.File(path) as file:
            root = file["VTKHDF"]
            steps = int(root["Steps"].attrs["NSteps"])
            found[f"{path.stem} times"] = root["Steps/Values"][:]
            found[f"{path.stem} points"] = root["Points"][...]
            found[f"{path.stem} cells"] = root["Connectivity"][...]
            for kind in ("PointData", "CellData"):
                for name, array in root[kind].items():
                    rows = len(array) // steps if array.maxshape[0] is None else len(array)
                    found[f"{path.stem} {name}"] = array[-rows:]
    return found


@pytest.mark.parametrize(
    "name",
    marked(
        CASES,
        creeping=pytest.mark.slow,
        axisymmetric=pytest.mark.serial,
        plane=pytest.mark.serial,
        composite=pytest.mark.serial,
        three_dimensional=pytest.mark.serial,
        tower=pytest.mark.pair,
    ),
)
def test_resumed_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped twice, in two protocol steps, and resumed."""
    case = quick(CASES[name](name))
    whole = ssb.run(case, tmp_path / "whole")
    count = len(whole.rows)
    folder = tmp_path / "resumed"
    with monkeypatch.context() as patch:
        stop_after(patch, count // 3)
        first = ssb.run(case, folder)
    assert first.status is RunStatus.STOPPED
    with monkeypatch.context() as patch:
        stop_after(patch, count // 3)
        second = ssb.resume(case, folder)
    assert second.status is RunStatus.STOPPED
    assert 0 < len(first.rows) < len(second.rows) < count
    third = ssb.resume(case, folder)
    assert third.status is RunStatus.COMPLETE
    assert timeless(third.rows)[: len(second.rows)] == timeless(second.rows)
    quantity = f"series of the {name} cell, stopped twice"
    measured("Resumed run", quantity, worst(folder, whole.path), 1e-8, "undisturbed run")
    found, expected = last_fields(folder), last_fields(whole.path)
    assert found.keys() == expected.keys()
    sizes: dict[str, float] = {}
    for key, values in expected.items():
        kind = key.rpartition(" ")[2]
        sizes[kind] = max(sizes.get(kind, 0.0), float(np.max(np.abs(values), initial=0.0)))
    for key, values in expected.items():
        apart = np.max(np.abs(found[key] - values), initial=0.0)
        assert apart <= 1e-8 * sizes[key.rpartition(" ")[2]], key


@pytest.mark.serial
def test_rows_beyond_the_checkpoint_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed run has written more than its last checkpoint knows; that is not written twice."""
    case = two_steps()
    folder, kept = tmp_path / "run", tmp_path / "kept"
    with monkeypatch.context() as patch:
        stop_after(patch, 4)
        ssb.run(case, folder)
    on_first(COMM, lambda: shutil.copytree(folder / "checkpoints", kept))
    with monkeypatch.context() as patch:
        stop_after(patch, 5)
        later = ssb.resume(case, folder)
    written = on_first(COMM, (folder / "series.csv").read_bytes)
    fields = {key: value for key, value in last_fields(folder).items() if "times" in key}

    def go_back() -> None:
        shutil.rmtree(folder / "checkpoints")
        shutil.copytree(kept, folder / "checkpoints")
        # killed in the middle of a row
        with (folder / "series.csv").open("ab") as stream:
            stream.write(b"1.234,5.6")

    on_first(COMM, go_back)
    last = ssb.resume(case, folder)
    assert last.status is RunStatus.COMPLETE
    assert (folder / "series.csv").read_bytes().startswith(written)
    assert len(last.rows) > len(later.rows)
    assert np.all(np.diff(read(folder)["time"]) > 0.0)
    for key, times in fields.items():
        found = last_fields(folder)[key]
        assert np.array_equal(found[: len(times)], times), key
        assert np.all(np.diff(found) > 0.0), key


def saved_by(comm: MPI.Intracomm, cell: CellModel, folder: Path) -> Checkpointer:
    """Return what writes checkpoints of a cell into a folder."""
    sizer = cell.case.step_control.sizer()
    return Checkpointer(cell, Measurement(cell), sizer, CheckpointStore(folder, comm), 0.0)


def content(path: Path, state: CellState) -> dict[str, np.ndarray]:
    """Return the arrays of a checkpoint in the order of their original numbers."""
    stored = StoredRows(path, MPI.COMM_SELF)
    found = {}
    for array in state.arrays:
        numbers = stored.here(f"numbers/{array.places.name}")
        assert len(np.unique(numbers)) == len(numbers), array.places.name
        found[array.name] = stored.here(f"values/{array.name}")[np.argsort(numbers)]
    return found


def fine_layer() -> ssb.Case:
    """Return a cell with an interlayer whose state is larger than what a file adds to it."""
    case = layered(ALLOY, PORES, **plating(TAU))
    fine = dataclasses.replace(case.geometry, size_interface=1e-6, size_bulk=1e-6)
    return dataclasses.replace(case, geometry=fine)


def wearing(name: str) -> ssb.Case:
    """Return the composite with bonds that wear and may bond anew."""
    case = STORED[name].case(name)
    first, last = case.interfaces
    assert isinstance(last.adhesion, ssb.BilinearCohesion)
    bond = ssb.FatiguingCohesion(last.adhesion, share=0.5, welding=1 * MPa)
    return dataclasses.replace(case, interfaces=(first, dataclasses.replace(last, adhesion=bond)))


ANY_RANKS = {name: STORED[name].case for name in STORED if name != "tower"}
ANY_RANKS |= {
    "composite": wearing,
    "laws": every_law,
    "moving": lambda name: moving_void(size=4.0),
    "interlayer": lambda name: fine_layer(),
}


@pytest.mark.parametrize(
    "name",
    marked(
        ANY_RANKS,
        axisymmetric=pytest.mark.serial,
        plane=pytest.mark.serial,
        three_dimensional=pytest.mark.pair,
        composite=pytest.mark.pair,
        interlayer=pytest.mark.pair,
    ),
)
def test_any_number_of_ranks(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What these ranks wrote one process reads, and the other way round, to the last bit."""
    case = quick(ANY_RANKS[name](name))
    with monkeypatch.context() as patch:
        stop_after(patch, 4)
        run = ssb.run(case, tmp_path / "run")
    first = CheckpointStore(run.path / "checkpoints", COMM).newest()
    assert first is not None

    def rewrite() -> None:
        alone = MPI.COMM_SELF
        saved = Saved.find(CheckpointStore(run.path / "checkpoints", alone))
        assert saved is not None
        cell = CellModel(case, saved.mesh(case.geometry.frame))
        writer = saved_by(alone, cell, tmp_path / "alone")
        writer.restore(saved)
        writer.save(saved.position(), saved.rows + 1, saved.since_fields)

    on_first(COMM, rewrite)
    again = Saved.find(CheckpointStore(tmp_path / "alone", COMM))
    assert again is not None
    cell = CellModel(case, again.mesh(case.geometry.frame))
    writer = saved_by(COMM, cell, tmp_path / "together")
    writer.restore(again)
    # ghosts too: what a rank sees of its neighbours is what they have
    for unknown in cell.unknowns:
        before = unknown.function.x.array.copy()
        unknown.function.x.scatter_forward()
        assert np.array_equal(before, unknown.function.x.array), unknown.key
    writer.save(again.position(), again.rows + 1, again.since_fields)
    second = CheckpointStore(tmp_path / "together", COMM).newest()
    assert second is not None
    one, other = content(first, writer.state), content(second, writer.state)
    for key, values in one.items():
        assert np.array_equal(values, other[key]), key
    size = COMM.allreduce(writer.state.size)
    ratio = second.stat().st_size / size
    measured("Checkpoint", f"size of the {name} cell's over its state's", ratio, 3.0, "bytes")


def two_steps() -> ssb.Case:
    """Return a small case of two steps of 20 s."""
    return quick(void_cell(protocol=cycle(20.0, 20.0)))


@pytest.fixture(scope="module")
def stopped() -> Iterator[Path]:
    """The folder of a run that was stopped, with two checkpoints; to be copied."""
    with shared_folder(COMM) as folder:
        with pytest.MonkeyPatch.context() as patch:
            stop_after(patch, 4)
            ssb.run(two_steps(), folder / "run")
        yield folder / "run"


@pytest.fixture
def folder(stopped: Path, tmp_path: Path) -> Path:
    """The folder of a run of its own that was stopped, with two checkpoints."""
    return on_first(COMM, lambda: shutil.copytree(stopped, tmp_path / "run"))


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("cut short", marks=[pytest.mark.serial, pytest.mark.slow]),
        pytest.param("a byte flipped", marks=pytest.mark.pair),
        pytest.param("no checksum", marks=[pytest.mark.serial, pytest.mark.slow]),
    ],
)
def test_damaged_checkpoint(damage: str, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is named, and the one before is used."""
    case = two_steps()
    newest, before = sorted((folder / "checkpoints").glob("*.h5"), reverse=True)

    def harm() -> None:
        data = bytearray(newest.read_bytes())
        if damage == "cut short":
            newest.write_bytes(data[: len(data) // 2])
        elif damage == "a byte flipped":
            data[len(data) // 2] ^= 1
            newest.write_bytes(data)
        else:
            newest.with_name(f"{newest.name}.sha256").unlink()

    on_first(COMM, harm)
    result = ssb.resume(case, folder)
    assert result.status is RunStatus.COMPLETE
    noted = json.loads((folder / "manifest.json").read_text("utf-8"))["resumed"]
    assert [entry["from"] for entry in noted] == [before.name]
    assert (folder / "checkpoints" / f"{newest.name}.damaged").exists()
    log = (folder / "run.log").read_text("utf-8")
    assert f"{newest.name} is not used" in log
    assert np.all(np.diff(read(folder)["time"]) > 0.0)


@pytest.mark.serial
def test_no_intact_checkpoint(folder: Path) -> None:
    case = two_steps()
    series = (folder / "series.csv").read_bytes()
    paths = sorted((folder / "checkpoints").glob("*.h5"))
    assert len(paths) == 2
    on_first(COMM, lambda: [path.write_bytes(b"") for path in paths])
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(RunFolderError, match=f"no checkpoint .*{paths[0].name}"):
        ssb.resume(case, folder)
    assert (folder / "manifest.json").read_bytes() == before
    assert (folder / "series.csv").read_bytes() == series
    on_first(COMM, lambda: shutil.rmtree(folder / "checkpoints"))
    result = ssb.resume(case, folder)
    assert result.status is RunStatus.COMPLETE
    assert (folder / "series.csv").read_bytes().startswith(series)


@pytest.mark.serial
def test_checksum_is_that_of_sha256sum(folder: Path) -> None:
    for path in (folder / "checkpoints").glob("*.h5"):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        noted = path.with_name(f"{path.name}.sha256").read_text("utf-8")
        assert noted == f"{digest}  {path.name}\n"


@pytest.mark.serial
def test_run_of_another_case(folder: Path) -> None:
    case = two_steps()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    COMM.barrier()
    other = dataclasses.replace(case, temperature=310.0)
    with pytest.raises(RunFolderError, match=r"another case: temperature was 298.15, is 310"):
        ssb.resume(other, folder)
    COMM.barrier()
    assert {path: path.read_bytes() for path in before} == before
    # what a run writes does not make it another case
    COMM.barrier()
    resumed = ssb.resume(without_figures(dataclasses.replace(case, output=ssb.Output())), folder)
    assert resumed.status is RunStatus.COMPLETE
    assert timeless(ssb.resume(case, folder).rows) == timeless(resumed.rows)


def test_checkpoint_of_the_format_before(tmp_path: Path) -> None:
    """It is refused by name before any of it is read, on all ranks."""
    store, old = CheckpointStore(tmp_path, COMM), json.dumps({"format": 1, "ssbmech": "0.0.9"})
    store.save(1, lambda path: write_rows(path, COMM, {}, old))
    named = r"is of format 1, written by ssbmech 0\.0\.9.* format 2"
    with pytest.raises(RunFolderError, match=named):
        Saved.find(store)


def test_run_of_another_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint is known by its format and by what it holds, whichever version wrote it."""
    case = two_steps()
    before = (folder / "manifest.json").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(checkpointer, "FORMAT", 99)
        with pytest.raises(RunFolderError, match=r"is of format 2, .* which knows format 99"):
            ssb.resume(case, folder)
    path = folder / "manifest.json"
    assert on_first(COMM, path.read_bytes) == before
    with monkeypatch.context() as patch:
        patch.setattr(checkpointer, "__version__", "99.0")
        stop_after(patch, 2)
        assert ssb.resume(case, folder).status is RunStatus.STOPPED
    older = on_first(COMM, path.read_bytes).replace(b'"format": 2', b'"format": 1')
    on_first(COMM, lambda: path.write_bytes(older))
    with pytest.raises(RunFolderError, match="format 1"):
        ssb.resume(case, folder)


@pytest.mark.pair
def test_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="is no run folder"):
        ssb.resume(void_cell(), tmp_path)


PRELOAD, REST = ssb.Preload(1 * s), ssb.Rest(5 * s)
CURRENT = ssb.ConstantCurrent(5.0, 5 * s)


def pressing(speed: float) -> ssb.DrivenPlaten:
    """Return a platen that moves at a speed [m/s]."""
    return ssb.DrivenPlaten(lambda time: -speed * time)


@pytest.mark.pair
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"protocol": (PRELOAD, REST, CURRENT)}, "the order of its parts"),
        ({"protocol": (PRELOAD, CURRENT, REST, CURRENT)}, r"current_density was not there, is 5"),
        ({"fixture": pressing(2e-9)}, "a function, a table or an object in its fixture"),
    ],
)
def test_what_makes_another_case(changed: dict[str, Any], message: str) -> None:
    """Order and number of steps, and functions; not how it is solved and written."""
    case = void_cell(protocol=(PRELOAD, CURRENT, REST))
    if "fixture" in changed:
        case = dataclasses.replace(case, fixture=pressing(1e-9))
    content = manifest.plain(identity(case))
    check_same(case, content, Path())
    otherwise = {
        "output": ssb.Output(fields_every=7),
        "step_control": ssb.PrescribedSteps((1.0,)),
        "newton": ssb.NewtonSettings(max_iterations=33),
        "linear_solver": ssb.Direct(memory=60),
    }
    check_same(dataclasses.replace(case, **otherwise), content, Path())
    with pytest.raises(RunFolderError, match=message):
        check_same(dataclasses.replace(case, **changed), content, Path())


@pytest.mark.pair
def test_steps_of_one_name_are_told_apart() -> None:
    steps = [PRELOAD, *(ssb.Rest(time * s) for time in (1.0, 2.0, 3.0))]
    content = manifest.plain(identity(void_cell(protocol=tuple(steps))))
    steps[1] = steps[2]
    with pytest.raises(RunFolderError, match=r"duration was 1\.0, is 2"):
        check_same(void_cell(protocol=tuple(steps)), content, Path())


@pytest.mark.serial
def test_failed_run_goes_on_with_other_settings(tmp_path: Path) -> None:
    """The state before the step that could not be solved is kept, however long the interval."""
    folder = tmp_path / "run"
    case = dataclasses.replace(
        void_cell(protocol=cycle(20.0, 20.0)), output=ssb.Output(figures=False)
    )
    hopeless = dataclasses.replace(
        case,
        newton=ssb.NewtonSettings(max_iterations=2),
        # steps that follow the stress are short enough for few iterations
        step_control=ssb.AdaptiveSteps(dt_min=0.04, stress_error=None),
    )
    with pytest.raises(StepTooSmall):
        ssb.run(hopeless, folder)
    COMM.barrier()
    kept = sorted((folder / "checkpoints").glob("*.h5"))
    assert len(kept) == 1
    assert len(read(folder)["time"]) > 0
    COMM.barrier()
    result = ssb.resume(case, folder)
    assert result.status is RunStatus.COMPLETE
    noted = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert [entry["from"] for entry in noted["resumed"]] == [kept[0].name]
    # another kind of step control starts anew
    COMM.barrier()
    with pytest.raises(StepTooSmall):
        ssb.run(hopeless, tmp_path / "second")
    prescribed = dataclasses.replace(case, step_control=ssb.PrescribedSteps((5.0,) * 20))
    assert ssb.resume(prescribed, tmp_path / "second").status is RunStatus.COMPLETE


@pytest.mark.serial
def test_state_is_not_written_twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is written anew could be lost while it is."""
    case = two_steps()
    files = {path: path.stat().st_mtime_ns for path in (folder / "checkpoints").glob("*.h5")}
    COMM.barrier()
    with monkeypatch.context() as patch:
        stop_after(patch, 0)
        assert ssb.resume(case, folder).status is RunStatus.STOPPED
    found = {path: path.stat().st_mtime_ns for path in (folder / "checkpoints").glob("*.h5")}
    assert found == files


@pytest.mark.pair
def test_leftovers_of_another_run(folder: Path) -> None:
    case = two_steps()
    lost = [folder / name for name in ("manifest.json", "series.csv", "mesh.msh")]
    on_first(COMM, lambda: [path.unlink(missing_ok=True) for path in lost])
    with pytest.raises(RunFolderError, match=r"holds a file checkpoints/checkpoint"):
        ssb.run(case, folder)


@pytest.mark.serial
def test_killed_before_its_model_stood(tmp_path: Path) -> None:
    """The manifest names the case from the first moment, and the run starts from its beginning."""
    case = two_steps()
    folder = RunFolder.create(tmp_path / "run", COMM, identity(case))
    result = ssb.resume(case, folder.path)
    assert result.status is RunStatus.COMPLETE
    COMM.barrier()
    other = RunFolder.create(tmp_path / "other", COMM, identity(case))
    with pytest.raises(RunFolderError, match="another case"):
        ssb.resume(dataclasses.replace(case, temperature=310.0), other.path)


@pytest.mark.pair
def test_two_at_work_on_one_folder(folder: Path) -> None:
    case = two_steps()
    with (
        RunFolder.reopen(folder, COMM).locked(),
        pytest.raises(RunFolderError, match="another process is at work"),
    ):
        ssb.resume(case, folder)
    assert ssb.resume(case, folder).status is RunStatus.COMPLETE


@pytest.mark.pair
def test_position_survives_as_text() -> None:
    position = Position(2, True, 3.5, 0.1, float("inf"), {1: -0.25}, 4, 7.0, 1, {"charge": 3.0}, 2)
    kept = json.loads(json.dumps(dataclasses.asdict(position)))
    saved = Saved(StoredRows(Path(), COMM), {"position": kept})
    assert saved.position() == position


@pytest.mark.pair
def test_no_space_for_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends with a clear error; from what it has kept it goes on when there is space."""
    folder = tmp_path / "run"
    case = dataclasses.replace(
        void_cell(protocol=cycle(20.0, 20.0)),
        output=ssb.Output(fields_every=0, figures=False, checkpoint_every=0.0),
    )
    with monkeypatch.context() as patch:
        stop_after(patch, 4)
        ssb.run(case, folder)
    kept = {path.name: path.read_bytes() for path in (folder / "checkpoints").iterdir()}
    COMM.barrier()

    def no_space(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", no_space)
        with pytest.raises(RunFolderError, match="No space left on device"):
            ssb.resume(case, folder)
    assert {path.name: path.read_bytes() for path in (folder / "checkpoints").iterdir()} == kept
    noted = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert noted["status"] == "failed"
    COMM.barrier()
    assert ssb.resume(case, folder).status is RunStatus.COMPLETE
    assert np.all(np.diff(read(folder)["time"]) > 0.0)


@pytest.mark.pair
def test_folder_for_checkpoints_cannot_be_made(tmp_path: Path) -> None:
    """As in a folder that may only be read."""
    folder = tmp_path / "run"
    case = two_steps()

    def leave() -> None:
        folder.mkdir()
        (folder / "checkpoints").write_text("no folder", "utf-8")

    on_first(COMM, leave)
    with pytest.raises(RunFolderError, match=r"cannot write the run folder.*checkpoints"):
        ssb.run(case, folder)
    assert len(read(folder)["time"]) == 1


@pytest.mark.pair
def test_gathered_rows_are_those_written_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where h5py lacks MPI rank 0 writes alone; also with ranks that have no rows."""
    count = 0 if COMM.rank == 1 else 3 + COMM.rank
    rows = {
        "numbers/some": np.arange(count, dtype=np.int64) + 100 * COMM.rank,
        "values/vectors": np.full((count, 2), float(COMM.rank)),
    }
    write_rows(tmp_path / "together.h5", COMM, rows, "µ")
    with monkeypatch.context() as patch:
        patch.setattr(h5py, "get_config", lambda: SimpleNamespace(mpi=False))
        write_rows(tmp_path / "alone.h5", COMM, rows, "µ")
    together, alone = (StoredRows(tmp_path / f"{n}.h5", COMM) for n in ("together", "alone"))
    assert together.text() == alone.text() == "µ"
    for name, own in rows.items():
        found = together.here(name)
        assert np.array_equal(found, alone.here(name))
        assert len(found) == COMM.allreduce(len(own))
    # from part to part, in any order
    monkeypatch.setattr(rows_module, "PART", 2)
    wanted = rows["numbers/some"][::-1]
    places = together.find("numbers/some", wanted)
    assert np.array_equal(together.here("numbers/some")[places], wanted)
    assert np.all(together.take("values/vectors", places) == COMM.rank)
    with pytest.raises(RunFolderError, match="holds no values/nothing"):
        together.take("values/nothing", places)
    with pytest.raises(RunFolderError, match="does not fit"):
        together.find("numbers/some", wanted + 50 * (COMM.rank == 0))
