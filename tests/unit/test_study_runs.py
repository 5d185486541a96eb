# SPDX-License-Identifier: BSD-3-Clause
"""Studies run by Snakemake: interrupted and gone on with, failures told, nothing done twice.

The runs are those of a stand-in that obeys the command line and solves nothing.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

import ssbmech
from ssbmech.run.same_case import identity
from ssbmech.runfolder.manifest import FORMAT_VERSION, plain
from ssbmech.runfolder.quantities import OF_CELL
from ssbmech.runfolder.reader import Series
from ssbmech.study.planning import make_plan
from ssbmech.study.scheduler import locked
from ssbmech.study.study_file import Study
from ssbmech.study.table import Table
from tests.processes import HANG, Processes, wait_for

pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes in /proc"),
]

HERE = Path(__file__).parents[1] / "studies"
STUDY = """\
name = "small"
case = {case!r}
[grid]
pressure = {pressures}
current = {currents}
[run]
ranks = 2
launcher = "{python} {stand_in}"
[collect.void]
column = "void_volume:negative|separator"
reduce = "at_end_of"
step = "plate"
unit = "um2"
"""
REAL = """\
case = {case!r}
[grid]
pressure = [0.5, 2.0]
[collect.gap]
column = "gap_max:negative|separator"
unit = "nm"
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path, "[0.5, 1.0, 2.0, 4.0]", "[0.1, 0.2, 0.3]")


def write_study(folder: Path, pressures: str, currents: str = "[0.1, 0.2]") -> Path:
    file = folder / "study.toml"
    file.write_text(
        STUDY.format(
            case=str(HERE / "case.py"),
            pressures=pressures,
            currents=currents,
            python=sys.executable,
            stand_in=HERE / "stand_in.py",
        )
    )
    planned = make_plan(Study.load(file))
    made = {name: plain(identity(case)) for name, case in planned.cases.items()}
    common = {
        "format": FORMAT_VERSION,
        "environment": {"versions": {"ssbmech": ssbmech.__version__}},
    }
    (folder / "made.json").write_text(json.dumps({"common": common, "cases": made}))
    return file


def start(processes: Processes, file: Path, rest: Sequence[str] = ()) -> subprocess.Popen[str]:
    out = file.parent / "out"
    command = [sys.executable, "-m", "ssbmech", "study", "--cores=4", f"--out={out}", str(file)]
    return processes.start(
        [*command, *rest],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    told, _ = process.communicate(timeout=HANG)
    return process.returncode, told


def carry_out(processes: Processes, file: Path, rest: Sequence[str] = ()) -> tuple[int, str]:
    return finish(start(processes, file, rest))


def starts(folder: Path) -> Counter[str]:
    path = folder / "starts.log"
    return Counter(path.read_text().split() if path.exists() else [])


def complete(folder: Path) -> set[str]:
    manifests = folder.glob("*/manifest.json")
    return {path.parent.name for path in manifests if '"complete"' in path.read_text()}


def hold(study: Path, number: int) -> None:
    """Let no variants go on to their end when a number of them have come to it."""
    (study.parent / "hold").write_text(str(number))


def let_go(study: Path) -> None:
    (study.parent / "hold").unlink()


def held(processes: Processes, folder: Path) -> list[str]:
    """Return the variants that go on with nothing until they are asked or let go."""
    alive = processes.alive()
    return [path.parent.name for path in folder.glob("*/held") if int(path.read_text()) in alive]


def wait_until(
    processes: Processes, study: subprocess.Popen[str], folder: Path, number: int, waiting: int = 1
) -> None:
    """Wait until some variants are complete, and others are held in their midst."""

    def reached() -> bool:
        assert study.poll() is None, study.communicate()[0]
        return len(complete(folder)) >= number and len(held(processes, folder)) >= waiting

    wait_for(reached, f"{number} complete, {waiting} held")


def test_a_study_interrupted_twice_ends_complete_and_repeats_nothing(study, processes):
    folder = study.parent / "out"

    hold(study, 2)
    first = start(processes, study)
    wait_until(processes, first, folder, 2)
    first.send_signal(signal.SIGINT)
    status, told = finish(first)
    assert status == 130, told
    assert "stopped; the same command goes on" in told
    processes.wait_for_end()
    after_first, started_first = complete(folder), starts(folder)
    assert 2 <= len(after_first) < 8
    assert '"stopped"' in "".join(path.read_text() for path in folder.glob("*/manifest.json"))

    hold(study, len(after_first) + 1)
    second = start(processes, study)
    wait_until(processes, second, folder, len(after_first) + 1)
    processes.kill_all()
    after_second, started_second = complete(folder), starts(folder)
    assert len(after_second) < 12

    let_go(study)
    status, told = carry_out(processes, study)
    assert status == 0, told
    assert len(complete(folder)) == 12
    in_second = started_second - started_first
    in_third = starts(folder) - started_second
    # What was complete was not started again, and what was not was started once more, once.
    assert not after_first & set(in_second)
    assert set(in_third) == complete(folder) - after_second
    assert set(in_third.values()) == set(in_second.values()) == {1}
    # The rows of an interrupted run go on where they ended.
    for series in folder.glob("*/series.csv"):
        times = [row.split(",")[0] for row in series.read_text().splitlines()[1:]]
        assert times == [str(row + 1) for row in range(20)]
    table = Table.read(folder / "table.parquet")
    assert table.rows == 12
    assert table["void"].unit == "um2"
    expected = 5.0 + 10.0 * table["current"].numbers - table["pressure"].numbers
    assert table["void"].numbers == pytest.approx(expected)
    assert {path.name for path in (folder / "figures").iterdir()} == {"void.png"}


@pytest.mark.slow
def test_snakemake_that_has_outlived_its_study_is_named(study, processes):
    folder = study.parent / "out"
    hold(study, 1)
    first = start(processes, study)
    wait_until(processes, first, folder, 1)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=HANG)
    status, told = carry_out(processes, study)
    assert status == 1
    assert "was killed, but its Snakemake, process" in told
    # As the message says.
    (folder / "stop").touch()
    processes.wait_for_end()
    let_go(study)
    status, told = carry_out(processes, study)
    assert status == 0, told


@pytest.mark.slow
def test_a_file_stops_a_study(study, processes):
    folder = study.parent / "out"
    hold(study, 1)
    process = start(processes, study)
    wait_until(processes, process, folder, 1)
    (folder / "stop").touch()
    status, told = finish(process)
    assert status == 130, told
    assert 1 <= len(complete(folder)) < 12


@pytest.mark.slow
def test_a_lost_pipe_does_not_end_a_study(tmp_path, processes):
    process = start(processes, write_study(tmp_path, "[1.0]"))
    assert process.stdout is not None
    process.stdout.close()
    process.wait(HANG)
    assert (tmp_path / "out" / "table.csv").exists()
    assert len(complete(tmp_path / "out")) == 2


@pytest.mark.slow
def test_paths_in_knobs_are_seen_from_where_the_study_was_started(tmp_path, monkeypatch, processes):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    status, told = carry_out(processes, write_study(tmp_path, "[1.0]", "[0.1]"))
    assert status == 0, told
    where = (tmp_path / "out" / "current=0.1_pressure=1" / "where").read_text()
    assert where == str(tmp_path / "here")


def test_a_failed_variant_is_told_and_the_rest_goes_on(tmp_path, processes):
    file = write_study(tmp_path, "[1.0, 13.0]")
    folder = tmp_path / "out"
    status, told = carry_out(processes, file)
    assert status == 1
    assert len(complete(folder)) == 2
    line = "current=0.2_pressure=13: failed: NotConverged: the pressure brings bad luck"
    assert line in told
    table = Table.read(folder / "table.csv")
    rows = dict(zip(table["variant"].cells, table["void"].cells, strict=True))
    assert rows["current=0.2_pressure=13"] is None
    assert rows["current=0.2_pressure=1"] == pytest.approx(6.0)
    assert list(table["status"].cells).count("failed") == 2

    before = starts(folder)
    write_study(tmp_path, "[1.0, 2.0]")
    status, told = carry_out(processes, file)
    assert status == 0, told
    assert "left alone, no more asked for: current=0.2_pressure=13" in told
    new = starts(folder) - before
    assert set(new) == {f"current={current}_pressure=2" for current in (0.1, 0.2)}

    # Nothing is left to do, so nothing is started, not even Snakemake.
    (folder / "snakemake.log").unlink()
    (folder / "table.csv").unlink()
    status, told = carry_out(processes, file)
    assert status == 0 and (folder / "table.csv").exists()
    assert not (folder / "snakemake.log").exists()


@pytest.mark.slow
def test_a_second_request_ends_what_does_not_stop(tmp_path, processes):
    folder = tmp_path / "out"
    process = start(processes, write_study(tmp_path, "[17.0]"))
    wait_until(processes, process, folder, 0, waiting=2)
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: len(list(folder.glob("*/asked"))) == 2, "the request reaches both runs")
    assert process.poll() is None
    assert len(held(processes, folder)) == 2
    process.send_signal(signal.SIGTERM)
    status, told = finish(process)
    assert status == 130, told
    assert "2 variants: 2 stopped" in told
    processes.wait_for_end()


@pytest.mark.slow
def test_a_run_that_cannot_be_started_is_a_failure_with_a_reason(tmp_path, processes):
    file = write_study(tmp_path, "[1.0]")
    file.write_text(file.read_text().replace(sys.executable, "/no/such/mpirun"))
    status, told = carry_out(processes, file)
    assert status == 1
    assert "exit status 127: cannot start /no/such/mpirun: No such file or directory" in told


def test_one_study_at_a_time_in_a_folder(study, processes):
    with locked(study.parent / "out"):
        status, told = carry_out(processes, study)
    assert status == 1
    assert f"another study works on {study.parent / 'out'}: process {os.getpid()} on" in told


@pytest.mark.slow
def test_an_option_that_snakemake_does_not_know_is_told(tmp_path, processes):
    file = write_study(tmp_path, "[1.0]")
    status, told = carry_out(processes, file, rest=["--", "--no-such-option"])
    assert status == 1
    assert "Snakemake ended with status 2" in told
    assert "--no-such-option" in told


def test_real_runs(tmp_path, processes):
    file = tmp_path / "study.toml"
    file.write_text(REAL.format(case=str(HERE / "case.py")))
    status, told = carry_out(processes, file)
    assert status == 0, told
    table = Table.read(tmp_path / "out" / "table.csv")
    series = Series.read(tmp_path / "out" / "pressure=2" / "series.csv")
    assert {name for name in series.columns if ":" not in name} <= OF_CELL
    assert not {name.partition(":")[0] for name in series.columns if ":" in name} & OF_CELL
    small, large = table["gap"].numbers
    # Creep closes the void faster under the higher pressure.
    assert 0.0 < large < small < 200.0
    assert (tmp_path / "out" / "pressure=0.5" / "series.csv").exists()
