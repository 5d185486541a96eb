# SPDX-License-Identifier: BSD-3-Clause
"""A case is known again by all that it reads: objects, tables, globals and files."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import CubicSpline, interp1d

import ssbmech as ssb
from ssbmech.errors import CaseError, RunFolderError
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.run.fingerprint import fingerprint, input_files
from ssbmech.run.same_case import check_same, identity
from ssbmech.runfolder import manifest
from ssbmech.units import um
from tests.small_cell import void_cell

pytestmark = pytest.mark.serial

DEPTH = 1e-7


class Ramp:
    """A travel that is an object of no dataclass."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.myself = self

    def __call__(self, t: float) -> float:
        return self.rate * t


class Slots:
    """An object without a dictionary."""

    __slots__ = ("depth",)

    def __init__(self, depth: float) -> None:
        self.depth = depth


def deep(x: Any) -> Any:
    """A gap that is as deep as a global says."""
    return DEPTH * np.ones(x.shape[1])


def platen(end: float) -> Any:
    """Return a table as an object of a library."""
    return interp1d([0.0, 20.0], [0.0, end])


@pytest.mark.parametrize(
    "make",
    [
        Ramp,
        Slots,
        platen,
        lambda v: CubicSpline([0.0, 1.0, 2.0], [0.0, v, 0.0]),
        lambda v: Ramp(v).__call__,
        lambda v: functools.partial(np.interp, xp=[0.0, 1.0], fp=[0.0, v]),
        lambda v: np.vectorize(lambda t: v * t),
        lambda v: np.random.default_rng(int(1e9 * v)),
        lambda v: np.array([None, v], dtype=object),
        lambda v: {"a": {1.0, v}},
        lambda v: v * um,
        lambda v: [1.0, v].__getitem__,
    ],
)
def test_what_is_in_an_object_counts(make: Callable[[float], Any]) -> None:
    assert fingerprint(make(2e-9)) == fingerprint(make(2e-9))
    assert fingerprint(make(2e-9)) != fingerprint(make(3e-9))


def test_a_global_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(deep)
    assert fingerprint(deep) == before
    monkeypatch.setattr(sys.modules[__name__], "DEPTH", 1.4e-7)
    assert fingerprint(deep) != before


def test_a_module_beside_the_script_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what is used of it, called by another name or not."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    helper = tmp_path / "helper_of_a_test.py"

    def told(depth: str, other: str) -> str:
        helper.write_text(f"UNUSED = {other}\ndef deep(t):\n    return {depth} * t\n", "utf-8")
        importlib.invalidate_caches()
        sys.modules.pop(helper.stem, None)
        module = importlib.import_module(helper.stem)
        scope: dict[str, Any] = {"helper": module, "__name__": "__main__"}
        exec("travel = lambda t: helper.deep(t)", scope)
        return fingerprint(scope["travel"])

    try:
        first = told("1.0", "1")
        assert told("1.0", "2") == first
        assert told("2.0", "1") != first
    finally:
        sys.modules.pop(helper.stem, None)


def test_the_method_of_a_class_counts() -> None:
    one: dict[str, Any] = {"__call__": lambda self, t: 1.0 * t}
    two: dict[str, Any] = {"__call__": lambda self, t: 2.0 * t}
    first, second = (type("Ramp", (), {**d, "__module__": __name__})() for d in (one, two))
    assert fingerprint(first) != fingerprint(second)


def test_what_cannot_be_read_is_refused() -> None:
    case = void_cell(fixture=ssb.DrivenPlaten(Ramp(1e-9)))
    identity(case)
    with pytest.raises(CaseError, match=r"a builtins.generator is part of the case"):
        fingerprint([iter(()), (t for t in (1.0, 2.0))])


def test_a_table_in_an_object_makes_another_case(tmp_path: Path) -> None:
    one, two = (void_cell(fixture=ssb.DrivenPlaten(platen(end))) for end in (-2e-9, -20e-9))
    content = manifest.plain(identity(one))
    check_same(one, content, tmp_path)
    with pytest.raises(RunFolderError, match=r"another case: a function, .* in its fixture$"):
        check_same(two, content, tmp_path)


def test_content_of_files(tmp_path: Path) -> None:
    """A file that was read is no longer needed; one that says something else is another."""
    path = tmp_path / "cell.msh"
    path.write_text("first", encoding="utf-8")
    case = void_cell(geometry=MeshFile(path=path, frame=ssb.PlaneStrain()))
    noted = manifest.plain(identity(case))
    assert list(noted["input_files"]) == ["cell.msh"]
    check_same(case, noted, tmp_path)
    path.write_text("second", encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"the file cell.msh is another than when it began"):
        check_same(case, noted, tmp_path)
    path.unlink()
    check_same(case, noted, tmp_path)


def test_a_text_may_name_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drive.csv").write_text("0,1\n1,1\n", encoding="utf-8")
    assert list(input_files(lambda t: np.loadtxt("drive.csv")[0] * t)) == ["drive.csv"]
    assert input_files(["drive", "other.csv"]) == {}
