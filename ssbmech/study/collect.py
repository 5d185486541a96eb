# SPDX-License-Identifier: BSD-3-Clause
"""From run folders to the table: a row per variant with its knobs, its figures, how it ended."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

from ssbmech.errors import StudyError
from ssbmech.runfolder.paths import RunPaths
from ssbmech.study.files import read_json
from ssbmech.study.plan import Plan
from ssbmech.study.reductions import Figure, read_series
from ssbmech.study.state import State, Status
from ssbmech.study.table import Cell, Column, Table

WALL_TIME = "wall_time"

Units = dict[str, str]
Row = dict[str, Cell]


def collect(plan: Plan, folder: Path, figures: Sequence[Figure], states: Sequence[State]) -> Table:
    """Return the table of a study.

    Args:
        plan: The plan.
        folder: Folder of the study.
        figures: What is collected from each run.
        states: States of the variants.

    Where a complete run does not have what a figure needs, the cell is empty and the row's reason
    says why.
    """
    units: Units = {figure.name: figure.unit for figure in figures}
    found = [_figures_of(state, folder, figures, units) for state in states]
    measured = [row for row, _ in found]
    reasons = [
        "; ".join(filter(None, [state.reason, *problems]))
        for state, (_, problems) in zip(states, found, strict=True)
    ]
    columns = [_text("variant", [state.variant.name for state in states])]
    for knob, unit in plan.units.items():
        cells = tuple(state.variant.values.get(knob) for state in states)
        columns.append(Column(knob, unit, cells))
    for name in [*(figure.name for figure in figures), WALL_TIME]:
        unit = units.get(name, "s")
        cells = tuple(row.get(name) for row in measured)
        columns.append(Column(name, "" if unit == "1" else unit, cells))
    columns += [
        _text("status", [str(state.status) for state in states]),
        _text("reason", [reason or None for reason in reasons]),
    ]
    notes = {"study": plan.study, "case": plan.case, "fixed": json.dumps(dict(plan.fixed))}
    return Table(tuple(columns), notes)


def _figures_of(
    state: State, folder: Path, figures: Sequence[Figure], units: Units
) -> tuple[Row, list[str]]:
    """Return the figures of a variant, none but for a complete one, and why some are missing.

    Args:
        state: State of the variant.
        folder: Folder of the study.
        figures: What is collected.
        units: Unit by figure; those that follow the series are filled in.
    """
    if state.status is not Status.COMPLETE:
        return {}, []
    run = folder / state.variant.name
    row: Row = {}
    try:
        protocol = read_json(RunPaths(run).manifest_path).get("protocol", [])
        series = read_series(run)
    except StudyError as error:
        return {}, [str(error)]
    labels = [step.get("label", "") for step in protocol]
    problems = []
    for figure in figures:
        try:
            value, units[figure.name] = figure.value(series, labels)
        except StudyError as error:
            problems.append(str(error))
        else:
            row[figure.name] = None if math.isnan(value) else value
    wall_time = series.columns.get(WALL_TIME)
    if wall_time is not None and wall_time.size:
        row[WALL_TIME] = float(wall_time[-1])
    return row, problems


def _text(name: str, cells: Sequence[Cell]) -> Column:
    return Column(name, "", tuple(cells))
