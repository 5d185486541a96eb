# SPDX-License-Identifier: BSD-3-Clause
"""Which linear solver a preset is for a system, and what happens where it fails."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from petsc4py import PETSc

from ssbmech.case.linear_solver import Choosing, Iterative, LinearSolver
from ssbmech.errors import CaseError
from ssbmech.solve import factors
from ssbmech.solve.fields import obstacle
from ssbmech.solve.iterative import Preconditioned
from ssbmech.solve.linear import SLOW, LinearSystem, Outcome, Solver
from ssbmech.solve.system import System

logger = logging.getLogger(__name__)

FAILURES = 2
"""Failures in a row after which an iterative solver is left alone for a while."""

PAUSE = 50
"""Systems that are then solved directly before it is tried again."""


def chosen(preset: LinearSolver, system: System) -> LinearSolver:
    """Return the preset that one of several is for a system; collective.

    One that would be iterative is direct for fields that cannot be condensed.
    """
    if not isinstance(preset, Choosing):
        return preset
    found = preset.solver_for(system.dimension, system.free_unknowns())
    return found.fallback if isinstance(found, Iterative) and obstacle(system) else found


def reason(preset: LinearSolver, system: System) -> str:
    """Return in words why a system has the solver that it has; collective."""
    if isinstance(preset, Iterative) and (words := obstacle(system)):
        return f"the case asks for it, but systems are solved directly: {words}"
    if not isinstance(preset, Choosing):
        return "the case asks for it"
    unknowns = system.free_unknowns()
    iterates = isinstance(preset.solver_for(system.dimension, unknowns), Iterative)
    words = obstacle(system) if iterates else ""
    if words:
        return f"{unknowns} free unknowns in space, but {words}"
    return preset.reason(system.dimension, unknowns)


def linear_system(system: System, preset: LinearSolver, prefix: str) -> LinearSystem:
    """Return the solver of a system by a preset; collective.

    Args:
        system: the system.
        preset: the preset.
        prefix: prefix of the names of PETSc options.
    """
    preset = chosen(preset, system)
    if not isinstance(preset, Iterative):
        return Solver(system.matrix.mat, preset, prefix)
    logger.info("linear systems are solved by preconditioned FGMRES")
    fallback, share = preset.fallback, preset.fallback_memory
    return Safeguarded(
        Preconditioned(system, preset, f"{prefix}iterative_"),
        lambda: Solver(system.matrix.mat, fallback, prefix),
        lambda: system.forget_matrix(),
        lambda: lack_of_memory(system, share),
    )


class Following:
    """A linear solver that is made anew when scalar unknowns of its system have come or gone.

    Args:
        system: the system.
        make: makes the solver; collective.
    """

    def __init__(self, system: System, make: Callable[[], LinearSystem]) -> None:
        """Make the first one; collective."""
        self._system, self._make = system, make
        self._numbering, self._solver = system.numbering, make()

    def set_up(self) -> None:
        """Follow the values of the matrix; collective."""
        if self._numbering is not self._system.numbering:
            state = self._solver.state()
            self._solver.destroy()
            self._numbering, self._solver = self._system.numbering, self._make()
            self._solver.restore(state)
        self._solver.set_up()

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        """Solve for a right-hand side; collective."""
        return self._solver.solve(rhs, solution, enough)

    def renew(self) -> None:
        """Forget what was learnt from earlier values; collective."""
        self._solver.renew()

    def state(self) -> dict[str, Any]:
        """Return what decides how later systems are solved."""
        return self._solver.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        self._solver.restore(state)

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._solver.destroy()


def lack_of_memory(system: System, share: float) -> str:
    """Return in words why a system is too large to be factorised; nothing if it is not; collective.

    Args:
        system: the system.
        share: share of the memory at hand that the factors may take [1].
    """
    needed = factors.needed(system.dimension, system.free_unknowns())
    free = factors.at_hand(system.comm)
    # no share of memory without a limit is nothing, too
    if needed <= (share * free if share > 0.0 else 0.0):
        return ""
    whole = f"the {free / 1e9:.2g} GB" if math.isfinite(free) else "what is"
    return (
        f"its factors would take about {needed / 1e9:.2g} GB, and may take {share:.0%} of {whole} "
        "at hand"
    )


class Safeguarded:
    """An iterative solver, with a direct one for the systems on which it fails.

    Args:
        iterative: the iterative solver.
        direct: makes the direct one, which is kept only while it is needed.
        forget: gives back the memory of its matrix; collective.
        lack: tells in words why it cannot be made; nothing if it can; collective.
    """

    def __init__(
        self,
        iterative: Preconditioned,
        direct: Callable[[], Solver],
        forget: Callable[[], None],
        lack: Callable[[], str] = lambda: "",
    ) -> None:
        """Begin with the iterative solver."""
        self._iterative, self._make = iterative, direct
        self._forget, self._lack = forget, lack
        self._direct: Solver | None = None
        self._failures, self._pause = 0, 0
        self._warned = self._hindered = False

    def set_up(self) -> None:
        """Follow the values of the matrix; collective.

        Raises:
            CaseError: the system can be solved neither way.
        """
        if self._pause > 0 and self._direct is None and self._lack():
            # gone on with where there is less memory
            self._pause = 0
        if not self._directly:
            self._iterative.set_up()
            self._look_for_obstacle()
        if self._directly:
            self._by_direct().set_up()

    @property
    def _directly(self) -> bool:
        """Whether the present system is solved directly from the start."""
        return self._hindered or self._pause > 0

    def _look_for_obstacle(self) -> None:
        """Leave the iterative solver alone for good where it cannot take such systems; collective.

        Raises:
            CaseError: nor can the direct one.
        """
        words = self._iterative.obstacle
        if not words:
            return
        lack = self._lack()
        if lack:
            raise CaseError(
                f"the iterative linear solver cannot take this case ({words}), and it is too large "
                f"to be solved directly ({lack}): take fewer cells, or Direct() to try all the same"
            )
        self._hindered = True
        logger.warning(
            "the iterative linear solver cannot take this case (%s): it is solved directly", words
        )

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        """Solve for a right-hand side, directly where the iteration fails; collective."""
        if self._directly:
            self._pause = max(self._pause - 1, 0)
            return replace(self._by_direct().solve(rhs, solution), fallback=True)
        outcome = self._iterative.solve(rhs, solution, enough)
        if outcome.converged:
            self._failures = 0
            self._forget_direct()
            self._note(outcome)
            return outcome
        # a factorisation that failed would go on failing, and memory is now wanted elsewhere
        self._iterative.renew()
        lack = self._lack()
        if lack:
            logger.warning(
                "the iterative linear solver has failed (%s), and the system is too large to be "
                "solved directly (%s): the time step has to be shorter",
                outcome.reason,
                lack,
            )
            return Outcome(False, outcome.iterations, f"{outcome.reason}; {lack}", final=True)
        self._count_failure(outcome.reason)
        direct = self._by_direct()
        direct.set_up()
        solved = direct.solve(rhs, solution)
        return replace(solved, iterations=outcome.iterations + solved.iterations, fallback=True)

    def _count_failure(self, reason: str) -> None:
        self._failures += 1
        if self._failures < FAILURES:
            logger.warning(
                "the iterative linear solver has failed (%s): this system is solved directly",
                reason,
            )
            return
        self._pause, self._failures = PAUSE, 0
        logger.warning(
            "the iterative linear solver has failed twice in a row (%s): the next %d systems are "
            "solved directly",
            reason,
            PAUSE,
        )

    def _note(self, outcome: Outcome) -> None:
        """Warn once in a run of a solution that took too many iterations."""
        if outcome.iterations > SLOW and not self._warned:
            self._warned = True
            logger.warning(
                "the iterative linear solver took %d iterations, the largest residual was in %s: "
                "Direct() may be faster",
                outcome.iterations,
                outcome.largest,
            )

    def renew(self) -> None:
        """Forget what was learnt from earlier values; collective."""
        self._iterative.renew()
        self._forget_direct()

    def state(self) -> dict[str, Any]:
        """Return failures in a row, systems still to be solved directly, and what is smoothed."""
        smoothing = self._iterative.smoothing.state()
        return {"failures": self._failures, "pause": self._pause, "smoothing": smoothing}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave; a direct solver remembers nothing."""
        self._failures, self._pause = state.get("failures", 0), state.get("pause", 0)
        self._iterative.smoothing.restore(state.get("smoothing", {}))

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self.renew()

    def _by_direct(self) -> Solver:
        if self._direct is None:
            self._direct = self._make()
        return self._direct

    def _forget_direct(self) -> None:
        if self._direct is not None:
            self._direct.destroy()
            self._direct = None
            self._forget()
