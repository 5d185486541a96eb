# SPDX-License-Identifier: BSD-3-Clause
"""The main case, shortened, from Gmsh to the run folder: what it leaves, and that it has not moved.

A newer Gmsh may mesh differently, and steps adapt: numbers have tolerances by quantity.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mpi4py import MPI

import h5py
import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.errors import RunFolderError
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.run.case_script import CaseScript
from ssbmech.runfolder.status import RunStatus
from tests.form_compiler import HEADER
from tests.processes import HANG, Processes, wait_for
from tests.run import FLAGS, mpirun_command
from tests.small_cell import REFERENCE, quantity
from tests.void_run import SCRIPT, ends_of_steps, read_series, void_case

pytestmark = pytest.mark.pair

COMM = MPI.COMM_WORLD
VOID = "negative|separator"
MOLAR_VOLUME = 13.0e-6

#: Tolerance by quantity, relative to its largest value [1].
TOLERANCES = {
    "voltage": 2e-3,
    "p_stack": 1e-4,
    "thickness_stack": 1e-6,
    "contact_fraction": 0.02,
    "void_volume": 0.01,
    "gap": 0.01,
    "p_contact": 0.05,
    "i_normal": 0.02,
    "von_mises": 0.05,
    "pressure": 0.05,
    "creep_rate": 0.15,
}

#: Margin of accepted steps and of Newton iterations [1].
EFFORT_MARGIN = 0.15


@pytest.fixture(scope="module", autouse=True)
def _forms_as_for_users() -> Iterator[None]:
    """The options of the C compiler are the default ones, not those of the other tests."""
    with pytest.MonkeyPatch.context() as patch:
        if HEADER in os.environ.get(FLAGS, ""):
            patch.delenv(FLAGS)
        yield


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> ssb.Result:
    """The run that all tests look at."""
    folder = COMM.bcast(tmp_path_factory.mktemp("runs") / "li_void")
    return ssb.run(void_case(), folder)


def test_run_is_complete(result: ssb.Result) -> None:
    assert result.status is RunStatus.COMPLETE
    written = read_series(result.path)
    assert len(written) == len(result.rows)
    names = [header.partition(" [")[0] for header in written[0]]
    assert set(names) == set(result.rows[0])
    last = {header.partition(" [")[0]: value for header, value in written[-1].items()}
    # each rank has a clock of its own
    del last["wall_time"]
    assert last == {name: float(result.rows[-1][name]) for name in last}


def test_columns_of_the_series(result: ssb.Result) -> None:
    headers = list(read_series(result.path)[0])
    expected = [
        "time [s]", "time_step [s]", "step [1]", "voltage [V]", "current [A m-2]",
        "charge [C m-2]", "temperature [K]", "p_stack [Pa]", "thickness_stack [m]",
        "contact_fraction:negative|separator [1]", "void_volume:negative|separator [m2]",
        "gap_max:negative|separator [m]", "p_contact_max:negative|separator [Pa]",
        "i_normal_min:negative|separator [A m-2]", "i_normal_mean:negative|separator [A m-2]",
        "i_normal_max:negative|separator [A m-2]", "von_mises_max:negative [Pa]",
        "pressure_min:negative [Pa]", "pressure_max:negative [Pa]",
        "creep_rate_max:negative [s-1]", "audit_lithium [1]", "audit_charge [1]",
        "audit_force [1]", "audit_contact [1]", "newton_iterations [1]", "linear_iterations [1]",
        "rejected_steps [1]", "wall_time [s]",
    ]  # fmt: skip
    assert [header for header in expected if header not in headers] == []


def test_manifest(result: ssb.Result) -> None:
    manifest = json.loads((result.path / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "complete"
    assert manifest["name"] == "li_void"
    assert manifest["environment"]["ranks"] == COMM.size
    assert {"ssbmech", "dolfinx", "petsc", "gmsh", "python"} <= set(
        manifest["environment"]["versions"]
    )
    assert manifest["solver"]["pc_factor_mat_solver_type"] == "mumps"
    assert [step["label"] for step in manifest["protocol"]] == ["preload", "plate", "rest", "strip"]
    values = {row["name"]: row for row in manifest["case"]}
    preload = values["fixture.preload"]
    assert (preload["value"], preload["unit"]) == (1e6, "Pa")
    assert "solid.flow.exponent" in manifest["sources"]["negative: lithium_lepage2019"]
    assert "i_0" in manifest["sources"]["negative|separator"]
    assert sum(manifest["unknowns"].values()) > 1000


def test_mesh_can_be_read_back(result: ssb.Result) -> None:
    mesh = MeshFile(frame=ssb.PlaneStrain(), path=result.path / "mesh.msh").build(COMM)
    assert set(mesh.regions) == {"negative", "separator", "positive"}


@pytest.mark.serial
def test_field_files(result: ssb.Result) -> None:
    """The fields end where the series ends, and what was stripped is what the charge tells."""
    fields = result.path / "fields"
    bodies = {path.stem for path in fields.glob("body_*.vtkhdf")}
    assert bodies == {"body_negative", "body_separator", "body_positive"}
    with h5py.File(fields / "interface_negative-separator.vtkhdf") as file:
        root = file["VTKHDF"]
        times = root["Steps/Values"][:]
        count = int(root["NumberOfCells"][0])
        ends = root["Points"][:, 0][root["Connectivity"][: 2 * count].reshape(count, 2)]
        cells = {name: array[:].reshape(-1, count) for name, array in root["CellData"].items()}
    assert {"gap", "p_contact", "i_normal", "stripped", "contact"} <= set(cells)
    for step in ends_of_steps(result.rows):
        assert np.any(times == step["time"]), f"no fields at t = {step['time']} s"
    charge = {row["time"]: row["charge"] for row in result.rows}
    widths = np.abs(ends[:, 1] - ends[:, 0])
    mean = cells["stripped"] @ widths / widths.sum()
    expected = np.array([charge[t] for t in times]) * MOLAR_VOLUME / FARADAY
    assert np.allclose(mean, expected, rtol=1e-6, atol=1e-15)


def test_numbers_have_not_moved(result: ssb.Result) -> None:
    expected = json.loads((REFERENCE / "li_void.json").read_text("utf-8"))
    found = ends_of_steps(result.rows)
    moved = []
    for name, values in expected.items():
        tolerance = TOLERANCES.get(quantity(name))
        if tolerance is None:
            continue
        others = [v for k, v in expected.items() if quantity(k) == quantity(name)]
        size = max(abs(value) for column in others for value in column)
        error = max(abs(row[name] - v) for row, v in zip(found, values, strict=True)) / size
        if error > tolerance:
            moved.append(f"{name}: {error:.2g}, tolerance {tolerance:g}")
    assert not moved


def test_effort_has_not_grown(result: ssb.Result) -> None:
    expected = json.loads((REFERENCE / "li_void.json").read_text("utf-8"))
    iterations = sum(row["newton_iterations"] for row in result.rows)
    assert len(result.rows) <= (1 + EFFORT_MARGIN) * expected["accepted_steps"][0]
    assert iterations <= (1 + EFFORT_MARGIN) * expected["newton_iterations"][0]


def test_second_run_in_the_same_folder(result: ssb.Result) -> None:
    before = (result.path / "series.csv").stat().st_mtime_ns
    with pytest.raises(RunFolderError, match="already holds a run"):
        ssb.run(void_case(), result.path)
    assert (result.path / "series.csv").stat().st_mtime_ns == before


@pytest.mark.serial
def test_figures(tmp_path: Path) -> None:
    """A run of a few steps draws its figures at the end."""
    case = CaseScript.load(SCRIPT).case(("--size=1", "--minutes=0.05"))
    case = dataclasses.replace(case, protocol=case.protocol[:2])
    result = ssb.run(case, tmp_path / "run")
    figures = {path.name for path in (result.path / "figures").iterdir()}
    assert {"history.png", "interface_negative-separator.png"} <= figures
    assert any(name.startswith("stress_step2") for name in figures)
    assert any(name.startswith("animation") for name in figures)
    assert all((result.path / "figures" / name).stat().st_size > 10_000 for name in figures)


def interrupted(
    processes: Processes, folder: Path, number: signal.Signals, launcher: list[str]
) -> tuple[int, dict, str]:
    """Start a long run, send it a signal when it marches.

    Return exit status, manifest and what it wrote to standard error.
    """
    arguments = ["--size=1", "--minutes=60", "--no-figures", f"--out={folder}"]
    command = [*launcher, sys.executable, str(SCRIPT), *arguments]
    # of the ranks of this test the process is no part
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OMPI_COMM_", "PMIX_", "PRTE_JOB"))
    }
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    series = folder / "series.csv"
    process = processes.start(command, env=environment, stderr=subprocess.PIPE)

    def marches() -> bool:
        assert process.poll() is None, process.communicate()[1].decode()
        return series.exists() and series.read_text("utf-8").count("\n") > 6

    wait_for(marches, "seven rows of the series")
    process.send_signal(number)
    _, error = process.communicate(timeout=HANG)
    processes.wait_for_end()
    manifest = folder / "manifest.json"
    assert manifest.exists(), error.decode()
    return process.returncode, json.loads(manifest.read_text("utf-8")), error.decode()


@pytest.mark.serial
@pytest.mark.parametrize(
    ("number", "launcher"),
    [
        (signal.SIGINT, []),
        (signal.SIGTERM, []),
        # mpirun hands this one on; after SIGINT and SIGTERM it kills its ranks very soon, which is
        # why ./ssb passes those on as this
        (signal.SIGUSR1, mpirun_command(2)),
    ],
    ids=["Ctrl-C", "SIGTERM", "two ranks"],
)
def test_interrupted_run(
    number: signal.Signals, launcher: list[str], tmp_path: Path, processes: Processes
) -> None:
    """It ends after the step in progress, with a folder as valid as that of a run that ends."""
    folder = tmp_path / "run"
    status, manifest, told = interrupted(processes, folder, number, launcher)
    assert status != 0
    assert f"{manifest['reason']}; go on with: ssbmech resume {folder}\n" in told
    # the end of a run is told by the run alone, not by the libraries below it
    assert "options you set" not in told
    # mpirun itself may tell that it did not reach a rank which had just ended
    assert launcher or "PMIX ERROR" not in told
    assert manifest["status"] == "stopped"
    assert manifest["finished"] is not None
    lines = (folder / "series.csv").read_text("utf-8").splitlines()
    assert len({line.count(",") for line in lines}) == 1
    rows = read_series(folder)
    assert manifest["reason"] == f"interrupted at t = {rows[-1]['time [s]']:g} s"
    for path in (folder / "fields").iterdir():
        with h5py.File(path) as file:
            times = file["VTKHDF/Steps/Values"][:]
        assert times[-1] == rows[-1]["time [s]"], f"{path.name} ends at {times[-1]} s"
