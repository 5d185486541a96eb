# SPDX-License-Identifier: BSD-3-Clause
"""The benchmarks run: a short form of each, for what they print and not for how long it takes."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

pytestmark = pytest.mark.serial


def output(name: str, *arguments: str) -> str:
    """Return what a benchmark prints."""
    command = [sys.executable, str(BENCHMARKS / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in BENCHMARKS.glob("*.py")))
def test_help_is_told_before_anything_runs(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [str(BENCHMARKS / name), "--help"])
    # where a script finds its neighbours
    monkeypatch.syspath_prepend(BENCHMARKS)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(BENCHMARKS / name), run_name="__main__")
    assert not ended.value.code
    assert capsys.readouterr().out.startswith(f"usage: {name}")


def test_closing_void() -> None:
    figures = json.loads(output("void_problem.py", "--unknowns", "600", "--solver", "cholesky"))
    assert figures["iterations"] >= figures["steps"]
    assert figures["cost"]["factorisation"] > 0.0
    assert figures["results"]["wall at 3601 s, um"] < figures["results"]["wall at 1 s, um"] < 0.0


@pytest.mark.slow
def test_full_cell() -> None:
    text = output("full_cell.py", "--steps=1", "--cathode=12", "--width=12")
    assert "total / limit" in text and "peak memory" in text


@pytest.mark.slow
def test_steps_of_a_void_of_about_so_many_unknowns() -> None:
    text = output("solid.py", "--millions=0.004", "--steps=3")
    lines = {line[:22].strip(): line[22:].split() for line in text.splitlines()}
    assert int(text.split()[0].replace(",", "")) == pytest.approx(4000, rel=0.5)
    assert lines["accepted time steps"][0] == "3,"
    assert float(lines["FGMRES per iteration"][0].rstrip(",")) > 1.0
    assert "closed, creep up to" in text and lines["peak memory, all ranks"][1] == "GB"


@pytest.mark.slow
def test_moving() -> None:
    command = [sys.executable, str(BENCHMARKS / "moving.py"), "--size=6", "--minutes=0.02"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # whether it is quick enough is no matter here
    assert done.returncode in (0, 1), done.stderr
    figures = json.loads(done.stdout)
    assert figures["moving"]["iterations"] >= figures["moving"]["steps"] > 0
    assert figures["moving over at rest"]["all"] > 0.0


@pytest.mark.slow
def test_solid() -> None:
    text = output("solid.py", "--size=8")
    assert "iterations of FGMRES" in text and "peak memory with MUMPS" in text
