# SPDX-License-Identifier: BSD-3-Clause
"""The command line: what it prints, and its exit statuses."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.cli import main
from ssbmech.run.estimate import Needs, estimate
from ssbmech.run.fewest import fewest_steps
from ssbmech.runfolder.reader import Series
from ssbmech.runfolder.spectra import read_spectra
from ssbmech.units import s
from tests.case_scripts import CASES, script_case
from tests.small_cell import void_cell
from tests.tools import on_first

COMM = MPI.COMM_WORLD
VOID = str(CASES / "li_void" / "case.py")
QUICK = ("--size=4", "--minutes=0.2", "--longest-step=4", "--no-figures")


def text_of(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what rank 0 has printed, on all ranks."""
    return COMM.bcast(capsys.readouterr().out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was started from the command line."""
    path = COMM.bcast(tmp_path_factory.mktemp("cli") / "run")
    assert main(["run", VOID, "--pressure", "2", *QUICK, f"--out={path}"]) == 0
    return path


@pytest.mark.pair
def test_run_notes_its_script(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["script"]["path"] == VOID
    assert manifest["script"]["arguments"] == ["--pressure", "2", *QUICK[:-1]]
    assert manifest["script"]["knobs"]["pressure"] == {"value": 2.0, "unit": "MPa"}
    assert manifest["effort"]["computed [s]"] > manifest["effort"]["files [s]"] > 0.0


@pytest.mark.serial
def test_options_may_come_before_the_script(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ["--no-figures", f"--out={folder}"]
    assert main(["run", *before, VOID, *QUICK[:-1], "--pressure=2"]) == 1
    assert "already holds a run" in capsys.readouterr().err
    # the same again goes on with the run, which is complete
    assert main(["run", "--resume", *before, VOID, *QUICK[:-1], "--pressure=2"]) == 0


@pytest.mark.pair
def test_run_is_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    series = (folder / "series.csv").read_bytes()
    assert main(["run", VOID, *QUICK, f"--out={folder}"]) == 1
    error = COMM.bcast(capsys.readouterr().err)
    assert "already holds a run" in error
    assert main(["run", "--resume", VOID, "--pressure=3", *QUICK, f"--out={folder}"]) == 1
    error = COMM.bcast(capsys.readouterr().err)
    assert "another case: fixture.preload was 2000000.0, is 3000000.0" in error
    assert (folder / "series.csv").read_bytes() == series


@pytest.mark.pair
def test_resume_takes_script_and_knobs_from_the_folder(folder: Path, tmp_path: Path) -> None:
    assert main(["resume", str(folder)]) == 0
    copy = tmp_path / "copy"

    def move_script() -> None:
        shutil.copytree(folder, copy)
        path = copy / "manifest.json"
        manifest = json.loads(path.read_text("utf-8"))
        manifest["script"]["path"] = "/nowhere/case.py"
        path.write_text(json.dumps(manifest), "utf-8")

    on_first(COMM, move_script)
    assert main(["resume", str(copy)]) == 1
    assert main(["resume", str(copy), "--script", VOID]) == 0


@pytest.mark.pair
def test_resume_of_what_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", str(tmp_path)]) == 1
    assert "is no run folder" in COMM.bcast(capsys.readouterr().err)


@pytest.mark.pair
def test_impedance_where_a_run_stands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a run that is complete, by the script and the knobs that it notes."""
    few = ("--lowest=1", "--highest=100", "--per-decade=1", "--no-figure")
    assert main(["impedance", str(folder), *few]) == 0
    assert text_of(capsys).splitlines()[-1] == str(folder / "impedance.csv")
    COMM.barrier()
    (spectrum,) = read_spectra(folder / "impedance.csv")
    assert spectrum.frequency == pytest.approx([1.0, 10.0, 100.0])
    assert spectrum.time == pytest.approx(Series.read(folder / "series.csv")["time"][-1])
    # nothing in it stores charge: the resistance of both interfaces and the electrolyte
    assert (spectrum.impedance.real > 0.0).all()
    assert (abs(spectrum.impedance.imag) < 0.05 * spectrum.impedance.real).all()
    assert main(["impedance", str(folder), "--lowest=2", "--highest=1"]) == 1


@pytest.mark.serial
def test_info(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(folder)]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["status"] == "complete"
    assert "pressure = 2.0 MPa" in lines["knobs"]
    assert lines["protocol"] == "strip, 4 of 4"
    text = " ".join(lines["linear"].split())
    assert text.startswith("solver Direct: not in space")
    assert main(["info", "--json", str(folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    series = Series.read(folder / "series.csv")
    assert found["last"]["voltage [V]"] == series["voltage"][-1]
    assert found["steps"] == len(series["time"])
    assert found["unknowns"] > 500
    (folder / "empty").mkdir()
    assert main(["info", str(folder / "empty")]) == 1


@pytest.mark.pair
def test_check_solves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", VOID, "--size=1.5", "--pressure", "2"]) == 0
    lines = dict(line.split(maxsplit=1) for line in text_of(capsys).splitlines())
    assert lines["case"] == "li_void: valid"
    assert lines["mesh"].split()[1] == "cells"
    assert lines["ranks"].startswith(f"{COMM.size}, ")
    # a step with a stop condition may end before
    assert lines["protocol"].endswith("strip 30 min (each at the longest)")
    assert " or more: at least " in lines["time"]
    assert "GB" in lines["memory"] and "time steps" in lines["time"]
    assert lines["solver"].startswith("Direct: not in space")
    assert "(Iterative: " in lines["memory"] and "(Iterative: " in lines["time"]
    assert not list(tmp_path.iterdir())


@pytest.mark.pair
@pytest.mark.parametrize(("largest", "chosen"), [(60_000, "Direct"), (100, "Iterative")])
def test_check_tells_both_linear_solvers_and_the_choice(largest: int, chosen: str) -> None:
    """In space, where the size decides; the one that is taken comes first."""
    case = script_case("li_void", "--solid", "--size=6")
    solver = ssb.Automatic(largest_direct=largest)
    found = estimate(dataclasses.replace(case, linear_solver=solver), COMM)
    lines = dict(line.split(maxsplit=1) for line in found.text().splitlines())
    side = "no more than 60000" if chosen == "Direct" else "more than 100"
    assert lines["solver"].startswith(f"{chosen}: ") and lines["solver"].endswith(side)
    other = {"Direct": "Iterative", "Iterative": "Direct"}[chosen]
    assert found.other[0] == other and f"({other}: " in lines["memory"]
    unknowns = sum(found.unknowns.values())
    taken = {"Direct": Needs.directly, "Iterative": Needs.iteratively}[chosen]
    assert found.needs == taken(3, unknowns, COMM.size)
    # per unknown the one is linear, and the other not
    small, large = (Needs.directly(3, n, 1) for n in (10**5, 10**6))
    assert large.iteration > 50 * small.iteration and large.memory > 15 * small.memory
    small, large = (Needs.iteratively(3, n, 1) for n in (10**5, 10**6))
    assert large.iteration < 20 * small.iteration and large.memory < 10 * small.memory


@pytest.mark.pair
@pytest.mark.filterwarnings("always::ssbmech.errors.CaseWarning")
def test_check_shows_once_what_a_case_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings of the case as it is made, and of the model as it is built."""
    given = ["--size=1.5", "--pressure=2e-6", "--celsius=60"]
    assert main(["check", VOID, *given]) == 0
    shown = COMM.allgather(capsys.readouterr().err)
    for words in ("was a unit left out", "though they are known at one alone"):
        assert [text.count(words) for text in shown] == [1] + [0] * (COMM.size - 1)


def test_check_of_a_case_that_is_not_valid(capsys: pytest.CaptureFixture[str]) -> None:
    for knob, told in (
        ("--pressure=-2", "Spring.preload"),
        ("--size=1e9", "Refinement.size = 1000 [m]"),
    ):
        assert main(["check", VOID, knob]) == 1
        assert told in COMM.bcast(capsys.readouterr().err)
    assert main(["check", "nowhere.py"]) == 1


@pytest.mark.serial
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["walk"],
        ["run"],
        ["run", VOID, "--presure=1"],
        ["study", "study.toml", "--cores=-1", "--dry-run"],
    ],
)
def test_wrong_command_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_status:
        main(arguments)
    assert exit_status.value.code == 2
    assert "usage: ssbmech" in capsys.readouterr().err


@pytest.mark.serial
@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--help"], "exit status"),
        (["run", "--help"], "--checkpoint-every"),
        (["run", VOID, "--help"], "preload of the spring [MPa] (default: 1.0)"),
        (["check", VOID, "--help"], "preload of the spring"),
        (["resume", "--help"], "--script"),
        (["study", "--help"], "study"),
        (["--version"], "ssbmech "),
    ],
)
def test_help(arguments: list[str], found: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_status:
        main(arguments)
    assert exit_status.value.code == 0
    assert found in capsys.readouterr().out


@pytest.mark.pair
def test_fewest_steps() -> None:
    """By hand: 0.05 s growing by 1.7 up to 60 s, two equal steps at the end of each."""
    case = script_case("li_void")
    assert 100 < fewest_steps(case) < 152
    # 1, 2 and 4 s, then twelve of 8 s or less for the 93 s that are left; and five of 2 s
    steps = ssb.AdaptiveSteps(dt_initial=1 * s, growth=2.0, dt_max=8 * s)
    doubled = void_cell(protocol=(ssb.Preload(1 * s), ssb.Rest(100 * s)), step_control=steps)
    assert fewest_steps(doubled) == 1 + 15
    prescribed = ssb.PrescribedSteps([1.0] + [2.0] * 5)
    even = void_cell(protocol=(ssb.Preload(1 * s), ssb.Rest(10 * s)), step_control=prescribed)
    assert fewest_steps(even) == 1 + 5
