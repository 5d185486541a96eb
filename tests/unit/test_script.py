# SPDX-License-Identifier: BSD-3-Clause
"""Case scripts and their knobs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError, ParameterError
from ssbmech.run.case_script import CaseScript, Knob
from ssbmech.run.script import on_all
from tests.case_scripts import CASES
from tests.tools import on_first

pytestmark = pytest.mark.pair

VOID = CASES / "li_void" / "case.py"


def write(folder: Path, text: str, name: str = "some.py") -> Path:
    """Write a script; collective."""
    path = folder / name
    on_first(MPI.COMM_WORLD, lambda: path.write_text(text, encoding="utf-8"))
    return path


def test_knobs_have_units_and_defaults() -> None:
    knobs = CaseScript.load(VOID).knobs
    assert knobs["pressure"] == Knob("pressure", "MPa", 1.0, "preload of the spring")
    assert knobs["strip-minutes"].unit == "min"
    assert knobs["lithium"].unit == ""
    fixture = CaseScript.load(CASES / "nmc_cell" / "case.py").knobs["fixture"]
    assert fixture.choices == ("spring", "force", "gap")
    debond = CaseScript.load(CASES / "particle_debond" / "case.py").knobs
    assert debond["volume-change"].unit == "%"
    assert debond["single-crystal"].default is False


@pytest.mark.parametrize("path", sorted(CASES.glob("*/case.py")), ids=lambda p: p.parent.name)
def test_scripts_of_the_repository(path: Path) -> None:
    """Each builds a case by its defaults, and tells the unit of each number."""
    script = CaseScript.load(path)
    assert script.name == path.parent.name
    assert isinstance(script.case(), (ssb.Case, ssb.LaminateCase))
    plain = {"seed", "cycles", "fraction", "content", "nmc-weight", "matrix", "strut"}
    for knob in script.knobs.values():
        if isinstance(knob.default, float) and knob.name not in plain:
            assert knob.unit, f"the help of --{knob.name} names no unit"


def test_case_by_its_knobs() -> None:
    script = CaseScript.load(VOID)
    case = script.case(["--pressure=2.5", "--lithium", "lithium_masias2019"])
    assert case.fixture is not None and case.fixture.preload == 2.5e6
    record = script.record(["--pressure=2.5"])
    assert record["path"] == str(VOID)
    assert record["arguments"] == ["--pressure=2.5"]
    knobs = record["knobs"]
    assert isinstance(knobs, dict)
    assert knobs["pressure"] == {"value": 2.5, "unit": "MPa"}
    assert knobs["strip-minutes"] == {"value": None, "unit": "min"}


@pytest.mark.parametrize("name", ["li_void", "nmc_cell"])
def test_cases_in_space(name: str) -> None:
    """Sizes that are not given are others than in the plane."""
    script = CaseScript.load(CASES / name / "case.py")
    plane, solid = script.case(), script.case(["--solid"])
    assert (plane.geometry.frame.dim, solid.geometry.frame.dim) == (2, 3)
    assert solid.geometry.depth == solid.geometry.width < plane.geometry.width
    assert len(solid.supports) == len(plane.supports) + 2
    finer = script.case(["--solid", "--size=0.9"])
    assert finer.geometry.width == solid.geometry.width
    assert finer.geometry.size_bulk < solid.geometry.size_bulk


def test_script_without_knobs() -> None:
    script = CaseScript.load(CASES / "first_case" / "case.py")
    assert script.knobs == {}
    assert script.case().name == "first_case"
    record = script.record([])
    assert record.pop("text") == script.path.read_text(encoding="utf-8")
    assert record == {"path": str(script.path), "arguments": [], "knobs": {}}
    with pytest.raises(CaseError, match=r"no knob --pressure=1; it has: none"):
        script.case(["--pressure=1"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--presure=1"], "has no knob --presure=1; it has: pressure, stiffness"),
        (["--pressure=high"], "invalid float value: 'high'"),
        (["--pressure"], "expected one argument"),
        (["3.0"], "has no knob 3.0"),
    ],
)
def test_unknown_or_unreadable_knob(arguments: list[str], message: str) -> None:
    with pytest.raises(CaseError, match=message):
        CaseScript.load(VOID).case(arguments)


def test_invalid_value() -> None:
    with pytest.raises(ParameterError, match=r"Spring\.preload"):
        CaseScript.load(VOID).case(["--pressure=-1"])


@pytest.mark.parametrize("call", ["run(None, OUT)", "resume(None, OUT)", "main(lambda: None)"])
def test_reading_a_script_runs_nothing(tmp_path: Path, call: str) -> None:
    """Nor does it touch a folder."""
    out = tmp_path / "out"
    text = f"import ssbmech as ssb\nOUT = {str(out)!r}\nssb.{call}\ndef build_case(): ...\n"
    script = write(tmp_path, text, "eager.py")
    with pytest.raises(CaseError, match=r"eager.py runs a case as soon as it is read: define"):
        CaseScript.load(script)
    assert not out.exists()


def test_scripts_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="there is no case script"):
        CaseScript.load(tmp_path / "nowhere.py")
    with pytest.raises(CaseError, match=r"must define build_case"):
        CaseScript.load(write(tmp_path, "x = 1\n"))
    with pytest.raises(CaseError, match="cannot be imported: No module named 'nowhere_at_all'"):
        CaseScript.load(write(tmp_path, "import nowhere_at_all\n", "importing.py"))
    with pytest.raises(CaseError, match="cannot be imported"):
        CaseScript.load(write(tmp_path, "def f(:\n", "broken.py"))
    with pytest.raises(CaseError, match="is no Python file"):
        CaseScript.load(write(tmp_path, "", "case.txt"))


def test_script_imports_what_lies_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "NAME = 'beside'\n", "helper_of_this_test.py")
    text = "from helper_of_this_test import NAME\n\n\ndef build_case():\n    return NAME\n"
    assert CaseScript.load(write(tmp_path, text)).build() == "beside"


def test_failure_on_one_rank_is_raised_on_all() -> None:
    last = MPI.COMM_WORLD.size - 1

    def build(arguments: Sequence[str]) -> tuple[str, ...]:
        if MPI.COMM_WORLD.rank == last:
            raise CaseError(f"no observers for {arguments[0]}")
        return tuple(arguments)

    with pytest.raises(CaseError, match="no observers for --pressure=1"):
        on_all(build, ["--pressure=1"])
