# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the verification tests: marching a case in memory, and keeping the measured figures."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np

from ssbmech.case.case import Case
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.time_loop import Position, TimeLoop


@dataclass
class March:
    """A case that was marched through its protocol without a run folder.

    Attributes:
        cell: the model in its final state.
        observer: what measured it.
        rows: series rows, one per accepted step.
        reports: solver reports, one per accepted step.
        rejected: reasons of rejected steps.
        watch: what to keep of the model after each accepted step, before it is committed.
        seen: what was kept, one item per accepted step.
    """

    cell: CellModel
    observer: Measurement
    rows: list[dict[str, float]] = field(default_factory=list)
    reports: list[SolveReport] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    watch: Callable[[CellModel], Any] = lambda cell: None
    seen: list[Any] = field(default_factory=list)

    def on_accept(self, row: dict[str, float], report: SolveReport) -> None:
        self.rows.append(row)
        self.reports.append(report)
        self.seen.append(self.watch(self.cell))

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        self.rejected.append(reason)

    def on_step_end(self, number: int, step: Any, reason: str) -> None:
        pass

    def on_settled(self, position: Position, last: bool) -> None:
        pass

    def series(self, name: str) -> np.ndarray:
        """Return a column of the series."""
        return np.array([row[name] for row in self.rows])


def march(
    case: Case,
    comm: MPI.Intracomm = MPI.COMM_WORLD,
    watch: Callable[[CellModel], Any] = lambda cell: None,
) -> March:
    """March a case through its protocol, keep what `watch` returns after each step; collective."""
    cell = CellModel(case, case.geometry.build(comm))
    result = March(cell, Measurement(cell), watch=watch)
    newton = Newton(cell.system, case.newton, case.linear_solver, "test_")
    tolerance = case.step_control.tolerances
    TimeLoop(cell, newton, result.observer, result, case.step_control.sizer(), tolerance).run(
        case.protocol
    )
    return result


def measured(item: str, quantity: str, value: float, limit: float, against: str) -> None:
    """Assert that a measured figure is within its limit, and keep it for the verification page.

    Args:
        item: what was verified, for example "Norton thick-walled cylinder".
        quantity: what the figure is, for example "largest error of the hoop stress".
        value: the figure.
        limit: its limit.
        against: closed form or reference.
    """
    path = os.environ.get("SSBMECH_FIGURES")
    if path and MPI.COMM_WORLD.size == 1:
        row = {
            "item": item,
            "quantity": quantity,
            "value": float(value),
            "limit": float(limit),
            "against": against,
        }
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
    assert np.isfinite(value), f"{item}: {quantity} is {value}"
    assert value <= limit, f"{item}: {quantity} is {value:.4g}, limit {limit:.4g} ({against})"


def observed_orders(sizes: list[float], errors: list[float]) -> np.ndarray:
    """Return the order of convergence between each two successive meshes."""
    h, e = np.log(sizes), np.log(errors)
    return np.diff(e) / np.diff(h)


def with_changes(case: Case, **changes: Any) -> Case:
    """Return a case with some fields replaced."""
    return dataclasses.replace(case, **changes)
