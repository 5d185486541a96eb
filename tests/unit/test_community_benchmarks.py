# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks for the community: how sure their values are, and that their pages show the data."""

from __future__ import annotations

import importlib
import math
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "benchmarks" / "problems"

pytestmark = pytest.mark.serial


def loaded(name: str, folder: Path) -> ModuleType:
    """Return a script of the documentation or of the benchmarks as a module."""
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


pages = loaded("make_benchmarks", ROOT / "docs")
convergence = loaded("convergence", SCRIPTS)
BENCHMARKS = {each.name: each for each in pages.BENCHMARKS}


@pytest.mark.parametrize("order", [0.7, 1.0, 2.0])
def test_limit_of_a_sequence_of_known_order(order: float) -> None:
    """Richardson's extrapolation is exact, and the index is 1.25 times what is missing."""
    values = [3.0 + 0.4 * 2.0 ** (-order * k) for k in range(3)]
    found = convergence.estimate(values, formal=2.0)
    assert found.order == pytest.approx(order, rel=1e-9)
    assert values[-1] + found.correction == pytest.approx(3.0, rel=1e-12)
    assert found.uncertainty == pytest.approx(1.25 * (values[-1] - 3.0), rel=1e-9)


def test_an_order_above_the_formal_one_is_not_believed() -> None:
    """The correction is that of the formal order, which is the larger one."""
    found = convergence.estimate([1.64, 1.16, 1.04], formal=1.0)
    assert found.order == pytest.approx(2.0)
    assert found.correction == pytest.approx(-0.12)


@pytest.mark.parametrize("values", [[1.0, 1.2, 1.1], [1.0, 1.1, 1.3], [1.0, 1.0, 1.1]])
def test_values_that_do_not_converge_are_doubted(values: list[float]) -> None:
    """They are not extrapolated, and are as uncertain as three times their largest difference."""
    found = convergence.estimate(values, formal=2.0)
    largest = max(abs(values[1] - values[0]), abs(values[2] - values[1]))
    assert found.correction == 0.0
    assert found.uncertainty == pytest.approx(3.0 * largest)


def test_limit_takes_mesh_and_steps_together() -> None:
    """A value with errors of order 2 in the cell size and 1 in the step, which do not mix."""
    runs = {(m, s): 5.0 + 0.1 * 4.0**-m - 0.2 * 2.0**-s for m, s in convergence.levels()}
    found = convergence.limit(runs, space=2.0, steps=1.0)
    assert found.value == pytest.approx(5.0, rel=1e-12)
    assert found.uncertainty == pytest.approx(1.25 * math.hypot(0.1 / 16, 0.05), rel=1e-9)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_page_shows_the_data(name: str) -> None:
    """Otherwise: python3 docs/make_benchmarks.py."""
    text = (ROOT / "docs" / "benchmarks" / f"{name}.md").read_text("utf-8")
    assert text == pages.page(BENCHMARKS[name])
    scripts = re.findall(r"`(benchmarks/problems/\S+\.py)`", text)
    assert scripts and all((ROOT / script).is_file() for script in scripts)


@pytest.mark.parametrize("name", [name for name, each in BENCHMARKS.items() if len(each.codes) > 1])
def test_codes_agree_within_their_uncertainties(name: str) -> None:
    """What two codes are apart is at most the root of the sum of squares of both uncertainties."""
    found = pages.limits(BENCHMARKS[name])
    assert list(found) == list(BENCHMARKS[name].codes)
    for quantity in next(iter(found.values())):
        assert pages.ratio(found, quantity) <= 1.0, quantity


def test_threshold_of_the_strip_is_that_of_the_closed_form() -> None:
    """Muskhelishvili's strips on a viscous half space; the layer is as thick as the period."""
    exact = math.pi * 3e10 * 2.69471e-10 / 10e-6 / math.log(1 / math.sin(math.pi / 10)) / 1e6
    for code, found in pages.limits(BENCHMARKS["stripped_strip"]).items():
        value = found["threshold"]
        assert abs(value.value - exact) < value.uncertainty + 2e-4 * exact, code


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_coarsest_run_gives_the_values_of_the_data(name: str) -> None:
    """The scripts still compute what is published."""
    command = [sys.executable, str(SCRIPTS / f"{name}.py"), "--run", "0", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = dict(re.findall(r"^ {4}(.*): (\S+) \S+$", done.stdout, re.MULTILINE))
    rows = [
        row
        for row in convergence.read(name)
        if (row.code, row.mesh, row.steps) == ("ssbmech", 0, 0)
    ]
    assert {row.quantity for row in rows} == set(found)
    for row in rows:
        assert float(found[row.quantity]) == pytest.approx(row.value, rel=1e-5, abs=1e-9)
