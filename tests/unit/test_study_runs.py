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
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import ssbmech
from ssbmech.run.same_case import identity
from ssbmech.runfolder.manifest import FORMAT_VERSION, plain
from ssbmech.runfolder.reader import Series
from ssbmech.study.planning import OF_CELL, make_plan
from ssbmech.study.scheduler import locked
from ssbmech.study.study_file import Study
from ssbmech.study.table import Table

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
    return write_study(tmp_path, "[0.5, 1.0, 2.0, 4.0]", "[0.1, 0.2, 0.3, 0.4]")


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


def start(file: Path, rest: Sequence[str] = ()) -> subprocess.Popen[str]:
    out = file.parent / "out"
    command = [sys.executable, "-m", "ssbmech", "study", "--cores=4", f"--out={out}", str(file)]
    return subprocess.Popen(
        [*command, *rest],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    told, _ = process.communicate(timeout=300)
    return process.returncode, told


def starts(folder: Path) -> Counter[str]:
    path = folder / "starts.log"
    return Counter(path.read_text().split() if path.exists() else [])


def complete(folder: Path) -> set[str]:
    manifests = folder.glob("*/manifest.json")
    return {path.parent.name for path in manifests if '"complete"' in path.read_text()}


def wait_until(process: subprocess.Popen[str], folder: Path, number: int) -> None:
    """Wait until a number of variants are complete, and another one has just begun."""
    end = time.monotonic() + 300
    while len(complete(folder)) < number or not has_begun(folder):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.05)


def has_begun(folder: Path) -> bool:
    rows = [len(path.read_text().splitlines()) - 1 for path in folder.glob("*/series.csv")]
    return any(1 <= number <= 6 for number in rows)


def descendants(parent: int) -> Iterator[int]:
    """Yield the processes that a process has started, and theirs."""
    for entry in Path("/proc").iterdir():
        try:
            text = (entry / "stat").read_text() if entry.name.isdigit() else ""
        except OSError:
            continue
        if text and int(text.rpartition(")")[2].split()[1]) == parent:
            yield from descendants(int(entry.name))
            yield int(entry.name)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_study_interrupted_twice_ends_complete_and_repeats_nothing(study):
    folder = study.parent / "out"

    first = start(study)
    wait_until(first, folder, 3)
    running = list(descendants(first.pid))
    assert running
    first.send_signal(signal.SIGINT)
    status, told = finish(first)
    assert status == 130, told
    assert "stopped; the same command goes on" in told
    assert not [pid for pid in running if is_alive(pid)]
    after_first, started_first = complete(folder), starts(folder)
    assert 3 <= len(after_first) < 12
    assert '"stopped"' in "".join(path.read_text() for path in folder.glob("*/manifest.json"))

    second = start(study)
    wait_until(second, folder, len(after_first) + 3)
    victims = [*descendants(second.pid), second.pid]
    for process in victims:
        os.kill(process, signal.SIGKILL)
    second.communicate()
    after_second, started_second = complete(folder), starts(folder)
    assert len(after_second) < 16

    status, told = finish(start(study))
    assert status == 0, told
    assert len(complete(folder)) == 16
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
    assert table.rows == 16
    assert table["void"].unit == "um2"
    expected = 5.0 + 10.0 * table["current"].numbers - table["pressure"].numbers
    assert table["void"].numbers == pytest.approx(expected)
    assert {path.name for path in (folder / "figures").iterdir()} == {"void.png"}


def test_snakemake_that_has_outlived_its_study_is_named(study):
    folder = study.parent / "out"
    first = start(study)
    wait_until(first, folder, 1)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    status, told = finish(start(study))
    assert status == 1
    assert "was killed, but its Snakemake, process" in told
    # As the message says.
    (folder / "stop").touch()
    end = time.monotonic() + 300
    while status == 1:
        assert time.monotonic() < end
        time.sleep(0.5)
        status, told = finish(start(study))
    assert status == 0, told


def test_a_file_stops_a_study(study):
    folder = study.parent / "out"
    process = start(study)
    wait_until(process, folder, 1)
    (folder / "stop").touch()
    status, told = finish(process)
    assert status == 130, told
    assert 1 <= len(complete(folder)) < 16


def test_a_lost_pipe_does_not_end_a_study(tmp_path):
    process = start(write_study(tmp_path, "[1.0]"))
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    process.wait(timeout=300)
    assert (tmp_path / "out" / "table.csv").exists()
    assert len(complete(tmp_path / "out")) == 2


def test_paths_in_knobs_are_seen_from_where_the_study_was_started(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    status, told = finish(start(write_study(tmp_path, "[1.0]", "[0.1]")))
    assert status == 0, told
    where = (tmp_path / "out" / "current=0.1_pressure=1" / "where").read_text()
    assert where == str(tmp_path / "here")


def test_a_failed_variant_is_told_and_the_rest_goes_on(tmp_path):
    file = write_study(tmp_path, "[1.0, 13.0]")
    folder = tmp_path / "out"
    status, told = finish(start(file))
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
    status, told = finish(start(file))
    assert status == 0, told
    assert "left alone, no more asked for: current=0.2_pressure=13" in told
    new = starts(folder) - before
    assert set(new) == {f"current={current}_pressure=2" for current in (0.1, 0.2)}

    # Nothing is left to do, so nothing is started, not even Snakemake.
    (folder / "snakemake.log").unlink()
    (folder / "table.csv").unlink()
    status, told = finish(start(file))
    assert status == 0 and (folder / "table.csv").exists()
    assert not (folder / "snakemake.log").exists()


def test_a_second_request_ends_what_does_not_stop(tmp_path):
    process = start(write_study(tmp_path, "[17.0]"))
    wait_until(process, tmp_path / "out", 0)
    running = list(descendants(process.pid))
    process.send_signal(signal.SIGTERM)
    time.sleep(2.0)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    status, told = finish(process)
    assert status == 130, told
    assert "2 variants: 2 stopped" in told
    assert not [pid for pid in running if is_alive(pid)]


def test_a_run_that_cannot_be_started_is_a_failure_with_a_reason(tmp_path):
    file = write_study(tmp_path, "[1.0]")
    file.write_text(file.read_text().replace(sys.executable, "/no/such/mpirun"))
    status, told = finish(start(file))
    assert status == 1
    assert "exit status 127: cannot start /no/such/mpirun: No such file or directory" in told


def test_one_study_at_a_time_in_a_folder(study):
    with locked(study.parent / "out"):
        status, told = finish(start(study))
    assert status == 1
    assert f"another study works on {study.parent / 'out'}: process {os.getpid()} on" in told


def test_an_option_that_snakemake_does_not_know_is_told(tmp_path):
    file = write_study(tmp_path, "[1.0]")
    status, told = finish(start(file, rest=["--", "--no-such-option"]))
    assert status == 1
    assert "Snakemake ended with status 2" in told
    assert "--no-such-option" in told


def test_real_runs(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text(REAL.format(case=str(HERE / "case.py")))
    status, told = finish(start(file))
    assert status == 0, told
    table = Table.read(tmp_path / "out" / "table.csv")
    series = Series.read(tmp_path / "out" / "pressure=2" / "series.csv")
    assert {name for name in series.columns if ":" not in name} <= OF_CELL
    assert not {name.partition(":")[0] for name in series.columns if ":" in name} & OF_CELL
    small, large = table["gap"].numbers
    # Creep closes the void faster under the higher pressure.
    assert 0.0 < large < small < 200.0
    assert (tmp_path / "out" / "pressure=0.5" / "series.csv").exists()
