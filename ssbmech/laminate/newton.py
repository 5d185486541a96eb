# SPDX-License-Identifier: BSD-3-Clause
"""Newton's method on the few equations of a laminate, dense."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from ssbmech.case.settings import NewtonSettings
from ssbmech.errors import NotConverged
from ssbmech.laminate.equations import BEFORE, Solution
from ssbmech.laminate.layer import Array
from ssbmech.laminate.model import LaminateModel
from ssbmech.solve.newton import SolveReport

SMALLEST_STEP = 1 / 256
"""Shortest part of a step that is tried [1]."""

FIELDS = ("pressure", "sides", "drive", "wiring")
"""Names of the equations, for reports."""


class LaminateNewton:
    """Solves the steps of a laminate.

    Args:
        model: the laminate.
        settings: when a step counts as solved.
    """

    def __init__(self, model: LaminateModel, settings: NewtonSettings) -> None:
        """Keep the parts."""
        self.model, self.settings = model, settings

    def solve(self, retreat: Callable[[], None] = lambda: None) -> SolveReport:
        """Solve the step from the present unknowns.

        Args:
            retreat: returns the unknowns to the last step, where the predicted ones have no answer.

        Raises:
            NotConverged: too many iterations, a layer without an answer, or no step that helps.
        """
        report, started = SolveReport(), time.perf_counter()
        found = self._tried(self.model.x)
        if found is None:
            retreat()
            found = self._tried(self.model.x)
        if found is None:
            # the last step's current may strip what is no longer there
            self.model.x[BEFORE:] = 0.0
            found = self.model.evaluate()
        while not _merit(found) <= self.settings.tolerance:
            if report.iterations >= self.settings.max_iterations:
                raise self._failure(report, found, "too many iterations")
            found = self._advance(report, found)
            report.iterations += 1
        report.norms, report.reason = _norms(found), "converged"
        report.seconds["solve"] = time.perf_counter() - started
        self.model.solution = found
        return report

    def _advance(self, report: SolveReport, found: Solution) -> Solution:
        """Take a step, shortened while a layer has no answer or the residual grows."""
        model = self.model
        try:
            step = np.linalg.solve(found.jacobian, -found.residual)
        except np.linalg.LinAlgError:
            raise self._failure(report, found, "singular equations") from None
        start, part, before = model.x.copy(), 1.0, _merit(found)
        nearest: tuple[float, Solution] | None = None
        while part >= SMALLEST_STEP:
            tried = self._tried(start + part * step)
            if tried is not None:
                if _merit(tried) < before:
                    return tried
                # a platen that lifts or presses anew changes its equation: the full step stands
                nearest = nearest or (part, tried)
            part *= 0.5
        if nearest is None:
            raise self._failure(report, found, "no step has an answer")
        model.x = start + nearest[0] * step
        return nearest[1]

    def _tried(self, x: Array) -> Solution | None:
        """Move there, and return what is found; None where a layer has no answer."""
        self.model.x = x
        try:
            found = self.model.evaluate()
        except NotConverged:
            return None
        return found if math.isfinite(_merit(found)) else None

    @staticmethod
    def _failure(report: SolveReport, found: Solution, reason: str) -> NotConverged:
        report.reason, report.norms = reason, _norms(found)
        key, norm = report.worst()
        return NotConverged(
            f"{reason} after {report.iterations} iterations; largest residual {norm:.3g} in {key}",
            report,
        )


def _merit(found: Solution) -> float:
    return float(np.max(np.abs(found.residual)))


def _norms(found: Solution) -> dict[str, float]:
    parts = np.split(np.abs(found.residual), [1, 3, 4])
    return {name: float(part.max()) for name, part in zip(FIELDS, parts, strict=True)}
