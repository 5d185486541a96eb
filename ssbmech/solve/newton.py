# SPDX-License-Identifier: BSD-3-Clause
"""Newton's method on the whole system, judged field by field."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ssbmech.case.linear_solver import LinearSolver
from ssbmech.case.settings import NewtonSettings
from ssbmech.errors import CaseError, NotConverged
from ssbmech.solve.choice import Following, linear_system
from ssbmech.solve.linear import LinearSystem, Outcome
from ssbmech.solve.system import System

SMALLEST_STEP = 1.0 / 64.0
"""Shortest fraction of a Newton step that is tried before the full one is taken anyway [1]."""

WILD = 10.0
"""Scaled residual of a predicted state above which it is no place to start from [1]."""

MOST_LEAPS = 4
"""Full steps in one solve that may be taken although no part of them reduces the residual [1]."""

FALLING = 0.6
"""Residual over that before the last iteration up to which it counts as falling [1]."""

ENOUGH = 0.1
"""Residual of a linear solution over Newton's tolerance that is as good as none [1]."""

LONGEST = 2
"""Iterations by which a falling residual must have come home, over the settings' most [1]."""

PHASES = ("residual", "jacobian", "factorisation", "solve", "update")
"""Parts of a solve whose wall time is measured."""


@dataclass
class SolveReport:
    """What happened in one solve.

    Attributes:
        reason: how it ended, by name.
        iterations: Newton iterations.
        linear_iterations: iterations of the linear solver, all together.
        most_linear_iterations: the most for one system.
        linear_fallbacks: systems that were solved directly in place of iteratively.
        leaps: full steps taken although no part of them reduced the residual.
        norms: scaled residual norm by field, at the end.
        history: root of the sum of squares of all scaled norms, after each iteration.
        seconds: wall time by phase.
    """

    reason: str = "iterating"
    iterations: int = 0
    linear_iterations: int = 0
    most_linear_iterations: int = 0
    linear_fallbacks: int = 0
    leaps: int = 0
    norms: Mapping[str, float] = field(default_factory=dict)
    history: list[float] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PHASES, 0.0))

    def worst(self) -> tuple[str, float]:
        """Return the field with the largest scaled residual, and that residual."""
        if not self.norms:
            return "none", 0.0
        key = max(
            self.norms, key=lambda k: self.norms[k] if math.isfinite(self.norms[k]) else math.inf
        )
        return key, self.norms[key]


def _merit(norms: Mapping[str, float]) -> float:
    return math.sqrt(sum(value * value for value in norms.values()))


class Newton:
    """Full Newton steps with one factorisation each.

    A step is halved while the residual is not finite or grows. Where contacts or bonds change sides
    it may have to grow for one iteration, whatever the length of the step: then the full step is
    taken, a few times in a solve at most.

    Args:
        system: the equations.
        settings: convergence settings.
        linear: preset of the linear solver.
        prefix: PETSc options prefix.
    """

    def __init__(
        self, system: System, settings: NewtonSettings, linear: LinearSolver, prefix: str
    ) -> None:
        """Set up the linear solver; the first factorisation does the analysis.

        Raises:
            CaseError: the linear solver is not made for such a system.
        """
        if linear.definite and not system.definite:
            raise CaseError(
                f"{type(linear).__name__} serves bodies without interfaces, fixture and pressure "
                "field; this system is coupled: take Direct()"
            )
        self.system, self.settings = system, settings
        self.linear: LinearSystem = Following(system, lambda: linear_system(system, linear, prefix))

    def solve(self, retreat: Callable[[], None] = lambda: None) -> SolveReport:
        """Solve the step from the present state of the unknowns; collective.

        Args:
            retreat: returns the unknowns to the last step; called where they were predicted so far
                off that exponentials of the charge transfer would take many iterations to return.

        Raises:
            NotConverged: too many iterations, a residual that is not finite, or a failed
                factorisation.
        """
        report = SolveReport()
        self._evaluate(report)
        if not _merit(report.norms) <= WILD:
            retreat()
            self._evaluate(report)
        while max(report.norms.values()) > self.settings.tolerance or not math.isfinite(
            _merit(report.norms)
        ):
            if self._exhausted(report):
                self._fail(report, "too many iterations")
            if not math.isfinite(_merit(report.norms)):
                self._fail(report, "residual not finite")
            self._linear_step(report)
            self._advance(report)
            report.iterations += 1
        report.reason = "converged"
        return report

    def _exhausted(self, report: SolveReport) -> bool:
        """Return whether there were too many iterations, and the last one hardly helped.

        Where contact is lost everywhere the current must come through what is left, and the
        exponentials of the charge transfer fall by a factor e an iteration, from far above.
        """
        most, history = self.settings.max_iterations, report.history
        left = LONGEST * most - report.iterations
        if report.iterations < most:
            return False
        last = np.array(history[-3:])
        slowest = float(np.max(last[1:] / last[:-1])) if len(last) == 3 else 1.0
        return left <= 0 or slowest > FALLING or history[-1] * slowest**left > WILD

    def _evaluate(self, report: SolveReport) -> None:
        start = time.perf_counter()
        report.norms = self.system.residual()
        report.seconds["residual"] += time.perf_counter() - start

    def _linear_step(self, report: SolveReport) -> None:
        start = time.perf_counter()
        self.system.jacobian()
        report.seconds["jacobian"] += time.perf_counter() - start
        outcome = self._solve_linear(report)
        if not (outcome.converged or outcome.final):
            # the analysis was made for other values: contact and flow move the pivots, and with
            # them the working space; a new one for the present values comes before giving up
            self.linear.renew()
            outcome = self._solve_linear(report)
        if not outcome.converged:
            # a factorisation that failed would go on failing
            self.linear.renew()
            why = f": {outcome.reason}" if outcome.final else ""
            self._fail(report, f"linear solver failed{why}")

    def _solve_linear(self, report: SolveReport) -> Outcome:
        """Factorise and solve, and return how that went; collective."""
        start = time.perf_counter()
        self.linear.set_up()
        middle = time.perf_counter()
        enough = ENOUGH * self.settings.tolerance
        outcome = self.linear.solve(self.system.rhs, self.system.increment, enough)
        end = time.perf_counter()
        report.seconds["factorisation"] += middle - start
        report.seconds["solve"] += end - middle
        report.linear_iterations += outcome.iterations
        report.most_linear_iterations = max(report.most_linear_iterations, outcome.iterations)
        report.linear_fallbacks += outcome.fallback
        if outcome.converged and not math.isfinite(self.system.increment.norm()):
            return Outcome(False, outcome.iterations, "its solution is not finite")
        return outcome

    def _advance(self, report: SolveReport) -> None:
        """Take the step; halve it while the residual is not finite or has grown too much.

        Raises:
            NotConverged: no step will do, and there were too many leaps.
        """
        before = _merit(report.norms)
        limit = self.settings.max_growth * max(before, self.settings.tolerance)
        step = 1.0
        self._move(report, step)
        while not _merit(report.norms) <= limit:
            if step <= SMALLEST_STEP:
                self._leap(report, 1.0 - step)
                break
            self._move(report, -0.5 * step)
            step *= 0.5
        report.history.append(_merit(report.norms))

    def _leap(self, report: SolveReport, rest: float) -> None:
        """Take the rest of the full step, whatever the residual."""
        report.leaps += 1
        self._move(report, rest)
        if report.leaps > MOST_LEAPS or not math.isfinite(_merit(report.norms)):
            self._fail(report, "no step reduces the residual")

    def _move(self, report: SolveReport, fraction: float) -> None:
        start = time.perf_counter()
        self.system.apply(fraction)
        report.seconds["update"] += time.perf_counter() - start
        self._evaluate(report)

    @staticmethod
    def _fail(report: SolveReport, reason: str) -> None:
        report.reason = reason
        key, norm = report.worst()
        raise NotConverged(
            f"{reason} after {report.iterations} iterations; largest residual {norm:.3g} in {key}",
            report,
        )
