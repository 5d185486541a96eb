# SPDX-License-Identifier: BSD-3-Clause
"""Measuring a laminate at every step, for the series and the audits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssbmech.errors import AuditError, ValidityError
from ssbmech.laminate.equations import BEFORE, PRESSURE, TERMINAL
from ssbmech.laminate.layer import Array
from ssbmech.laminate.model import LaminateModel
from ssbmech.runfolder.audits import AuditLimits
from ssbmech.runfolder.quantities import quantity, series_name
from ssbmech.runfolder.series import EFFORT_COLUMNS, STEP_COLUMNS, Column
from ssbmech.solve.observing import Row

_CELL = (
    "current", "voltage", "charge", "temperature", "p_stack", "gap_platen", "thickness_stack",
    "state_of_charge",
)  # fmt: skip
_AUDITS = tuple(f"audit_{name}" for name in ("lithium", "charge", "force", "drive", "fixture"))


class LaminateMeasurement:
    """Measures a laminate after each solve, before the step is committed.

    Args:
        model: the laminate.
    """

    def __init__(self, model: LaminateModel) -> None:
        """Keep the model."""
        self.model, self.limits = model, AuditLimits()

    def columns(self) -> list[Column]:
        """Return the columns of the series."""
        names = (*STEP_COLUMNS, *_CELL, *self._of_places(), *_AUDITS, *EFFORT_COLUMNS)
        return [Column(name, quantity(name).unit) for name in names]

    @property
    def stoppable(self) -> dict[str, Column]:
        """Columns that stop conditions may watch."""
        return {column.name: column for column in self.columns()}

    def _of_places(self) -> Iterator[str]:
        """Yield the columns of plies and cells."""
        for ply in self.model.pile.plies:
            yield series_name("thickness", ply.name)
        yield from (guard.quantity for guard in self.model.guards)
        cells = self.model.case.cell_names
        for cell in cells:
            yield series_name("thickness", cell)
        for cell in cells:
            yield series_name("current_cell", cell)

    def measure(self, dt: float, step: int) -> Row:
        """Return the row of the step that was just solved, without effort."""
        model, found, x = self.model, self.model.solution, self.model.x
        state = model.case.cell.voltage.rest.state_of_charge(found.charge)
        row = {
            "time": model.time + dt,
            "time_step": dt,
            "step": float(step),
            "current": float(x[BEFORE:].mean()),
            "voltage": float(x[TERMINAL]),
            "charge": float(found.charge.mean()),
            "temperature": model.step_temperature,
            "p_stack": float(x[PRESSURE]),
            "gap_platen": max(model.holder.gap(float(x[PRESSURE]), found.thickness), 0.0),
            "thickness_stack": found.thickness,
            "state_of_charge": float(state.mean()),
        }
        places = [float(found.answers[ply.name].thickness.mean()) for ply in model.pile.plies]
        least = [float(found.answers[g.ply].thickness.min()) for g in model.pile.guards]
        numbers: list[Array] = [model.cell_thickness(), x[BEFORE:]]
        if self.model.table_ends:
            least += [float(found.charge.min()), float(found.charge.max())]
        values = [*places, *least, *(float(value) for part in numbers for value in part)]
        row |= dict(zip(self._of_places(), values, strict=True))
        return row | self._audits()

    def _audits(self) -> Row:
        """Return the relative errors of what every step must keep; lithium follows the charge."""
        by_place = np.abs(self.model.solution.residual)
        errors = (
            float("nan"),
            float(by_place[BEFORE:].max()),
            float(by_place[1:3].max()),
            float(by_place[TERMINAL]),
            float(by_place[PRESSURE]),
        )
        return dict(zip(_AUDITS, errors, strict=True))

    def check(self, row: Row) -> None:
        """Check the audits of a row, and that no law is asked beyond what it knows.

        Raises:
            AuditError: an audit is beyond its limit.
            ValidityError: a law is asked beyond its table.
        """
        for name in _AUDITS:
            limit = getattr(self.limits, name.removeprefix("audit_"))
            if row[name] > limit:
                raise AuditError(
                    f"{name} failed at t = {row['time']:g} s: "
                    f"error {row[name]:.3g}, limit {limit:g}"
                )
        told = self.model.checks()
        if told:
            raise ValidityError(f"at t = {row['time']:g} s {'; '.join(told)}")

    def measure_observed(self) -> Row:
        """Return nothing: observers of a laminate measure nothing of their own."""
        return {}

    def commit(self, dt: float) -> None:
        """Do nothing: sums are the model's own."""
