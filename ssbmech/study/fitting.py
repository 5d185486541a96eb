# SPDX-License-Identifier: BSD-3-Clause
"""Fits of a case's knobs to measured series: each point is a run, its neighbours run beside it.

The runs are variants of a study, in a folder of the fit: they go through the same scheduler, stop
in the same way, and are not computed again when the fit is begun anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np

from ssbmech.errors import StudyError
from ssbmech.run.case_script import CaseScript
from ssbmech.runfolder.measured import MeasuredSeries
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.reader import Series
from ssbmech.study.files import write_json
from ssbmech.study.least_squares import Array, Fit, Free, Point, fit
from ssbmech.study.plan import Plan, Variant
from ssbmech.study.progress import progress_on
from ssbmech.study.sampling import Value
from ssbmech.study.scheduler import Snakemake, carry_out, locked, mark_done
from ssbmech.study.state import Status, Watch, abandoned
from ssbmech.study.wording import refuse_unknown

TOLERANCE = 1e-4
"""Relative change of the sum of squares and of the numbers that ends a search; runs are costly."""

RESULT = "fit.json"
"""What a fit has found, in its folder."""


@dataclass
class Runs:
    """Residuals of measured series, by runs of a case script.

    Attributes:
        script: the case script.
        measured: the measured series, with the error of each in its own unit.
        fixed: values of knobs that are not fitted.
        folder: folder of the fit.
        snakemake: how runs are started.
        lock: lock of the folder.
        variants: all that were run, in their order.
    """

    script: CaseScript
    measured: Sequence[tuple[MeasuredSeries, float]]
    fixed: dict[str, Value]
    folder: Path
    snakemake: Snakemake
    lock: TextIO
    variants: dict[str, Variant] = field(default_factory=dict)

    def __call__(self, points: Sequence[Point]) -> list[Array]:
        """Return the residuals at points, computed minus measured over the error.

        Raises:
            StudyError: A run has failed or was stopped, or does not cover the measured times.
        """
        wanted = [Variant.of(dict(point), self.fixed) for point in points]
        for variant in wanted:
            self.variants.setdefault(variant.name, variant)
        self._run()
        return [self._residuals(variant.name) for variant in wanted]

    def _run(self) -> None:
        """Run what is not complete.

        Raises:
            StudyError: Something has failed, or was stopped.
        """
        plan = self._plan()
        plan.write(self.folder)
        states = abandoned(mark_done(plan, self.folder), stopped=True)
        through = True
        if any(state.status is not Status.COMPLETE for state in states):
            with closing(progress_on(sys.stderr, plan.study, len(states))) as progress:
                through = carry_out(plan, self.folder, self.snakemake, self.lock, progress)
            states = abandoned(Watch(plan, self.folder).look(), stopped=not through)
        for state in states:
            if state.status is not Status.COMPLETE:
                raise StudyError(
                    f"the run {state.variant.name} is {state.status.value}: {state.reason}; the "
                    "same command goes on, or narrow the bounds if it cannot be solved there"
                )

    def _plan(self) -> Plan:
        knobs = self.script.knobs
        names = next(iter(self.variants.values())).values
        return Plan(
            study=self.folder.name,
            case=self.script.name,
            script=str(self.script.path),
            python=sys.executable,
            ranks=1,
            launcher="",
            resources={},
            fixed=self.fixed,
            units={name: knobs[name].unit for name in names},
            variants=tuple(self.variants.values()),
            directory=str(Path.cwd()),
        )

    def computed(self, name: str) -> Series:
        """Return the series of a run, given the name of its variant."""
        return Series.read(RunPaths(self.folder / name).series_path)

    def _residuals(self, name: str) -> Array:
        series, found = self.computed(name), []
        times = series["time"]
        for measured, error in self.measured:
            at, values = measured.points
            if at[0] < 0.0 or at[-1] > times[-1] * (1 + 1e-9):
                raise StudyError(
                    f"{name}: the run ends at {times[-1]:g} s, the measured {measured.column} is "
                    f"from {at[0]:g} to {at[-1]:g} s: shift it with --start, or let the case go on"
                )
            found.append((np.interp(at, times, series[measured.column]) - values) / error)
        return np.concatenate(found)


def fit_runs(
    script: CaseScript,
    free: Sequence[Free],
    measured: Sequence[tuple[MeasuredSeries, float]],
    folder: Path,
    fixed: dict[str, Value] | None = None,
    snakemake: Snakemake | None = None,
    step: float = 0.01,
) -> Fit:
    """Fit knobs of a case to measured series, and keep what was found in a folder.

    Args:
        script: The case script.
        free: Knobs that are fitted, in the units in which the script takes them.
        measured: Measured series, each with its error in the unit of the series (SI).
        folder: Folder of the fit.
        fixed: Values of other knobs.
        snakemake: How runs are started; None for all cores here.
        step: Length of a difference over the distance of the bounds [1].

    Raises:
        StudyError: A knob is not known, a run fails, or the series cannot tell the knobs.
        EnvironmentMissing: Snakemake or SciPy is not installed.
    """
    given = dict(fixed or {})
    refuse_unknown([each.name for each in free], script.knobs, "free knob")
    refuse_unknown(given, script.knobs, "fixed knob")
    if not measured:
        raise StudyError("a fit needs measured series")
    starter = Snakemake() if snakemake is None else snakemake
    folder = folder.resolve()
    with locked(folder) as lock:
        runs = Runs(script, measured, given, folder, starter, lock)
        found = fit(free, runs, step=step, tolerance=TOLERANCE)
        best = Variant.of(found.values, given)
        units = {each.name: script.knobs[each.name].unit for each in free}
        columns = [{"column": m.column, "label": m.label, "error": e} for m, e in measured]
        content = {**asdict(found), "units": units, "measured": columns, "run": best.name}
        write_json(folder / RESULT, content)
    return found


def words(found: Fit, units: dict[str, str]) -> str:
    """Return what a fit has found, as a text.

    Args:
        found: The fit.
        units: Units of the numbers.
    """
    lines = []
    for each in found.numbers:
        unit = f" {units[each.name]}" if units.get(each.name) else ""
        bound = ", at a bound" if each.at_bound else ""
        interval = f"{found.confidence:.0%} interval {each.low:.4g} to {each.high:.4g}"
        lines.append(f"{each.name} = {each.value:.5g}{unit} ({interval}{bound})")
    names = [each.name for each in found.numbers]
    for row, first in enumerate(names):
        for column in range(row):
            lines.append(
                f"correlation of {names[column]} and {first}: {found.correlation[row][column]:+.3f}"
            )
    lines.append(
        f"root mean square of {found.count} residuals: {found.rms:.4g} errors, "
        f"{found.start_rms:.4g} at the start; {found.evaluations} runs"
    )
    if not found.converged:
        lines.append(f"the search did not come to its end: {found.message}")
    return "\n".join(lines) + "\n"
