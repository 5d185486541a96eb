# SPDX-License-Identifier: BSD-3-Clause
"""The case `cases/li_void`, shortened, and what a run of it leaves, for tests and references."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import ssbmech as ssb
from ssbmech.run.case_script import CaseScript

SCRIPT = Path(__file__).parents[1] / "cases" / "li_void" / "case.py"
SHORT = ("--size=1", "--minutes=2")
"""Options for a coarse mesh and short steps of the protocol."""


def void_case(options: Sequence[str] = SHORT) -> ssb.Case:
    """Return the case for options of its command line."""
    return without_figures(CaseScript.load(SCRIPT).case(options))


def without_figures(case: ssb.Case) -> ssb.Case:
    """Return a case whose run draws no figures."""
    return dataclasses.replace(case, output=dataclasses.replace(case.output, figures=False))


def read_series(folder: Path) -> list[dict[str, float]]:
    """Return the rows of a run's series, by the headers of the columns."""
    with (folder / "series.csv").open(encoding="utf-8", newline="") as stream:
        return [
            {name: float(value) for name, value in row.items()} for row in csv.DictReader(stream)
        ]


def ends_of_steps(rows: Sequence[Mapping[str, float]]) -> list[Mapping[str, float]]:
    """Return the last row of each step of the protocol."""
    last = {row["step"]: row for row in rows}
    return [last[number] for number in sorted(last)]
