# SPDX-License-Identifier: BSD-3-Clause
"""Observers: what a user wants to know of a run, or to end it by, written outside the package."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from ssbmech.errors import CaseError, ObserverError, RunFolderError
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import Output, asked, guarded
from ssbmech.solve.observing import Ending, EndRun, EndStep, Row

T = TypeVar("T")


class Observer(Protocol):
    """Role of what looks at each accepted step of a run.

    All ranks call it with the same row; what it does must be collective or the same on all ranks.
    An observer with memory has two more methods, `state()` and `restore(state)`, whose state is
    plain data, the same on all ranks; it then goes with the checkpoints. One with a method
    `settled()` is asked when the step seen last is accepted and the cell stands between two steps;
    it leaves the cell as it finds it.
    """

    @property
    def name(self) -> str:
        """Name for messages and checkpoints, one for each observer of a run."""

    def begin(self, cell: CellModel) -> Mapping[str, Sequence[Output]]:
        """Get to know the cell, and return what it measures after it has seen a step; collective.

        When a body was meshed anew the run goes on with another cell: it is called again, with that
        one, and what was kept of the old cell is of no use. A memory stays as it is.

        Returns:
            Columns and fields by body or interface; those of the whole cell under an empty name.
        """

    def see(self, row: Mapping[str, float]) -> Ending | None:
        """Look at a step that is about to be accepted; collective.

        Args:
            row: its row of the series, without the columns of observers.

        Returns:
            `EndStep` or `EndRun` with a reason, or None to go on; that of rank 0 counts.
        """


class Observers:
    """All observers of a run.

    Attributes:
        outputs: what each of them measures.
    """

    def __init__(self, observers: Sequence[Observer], cell: CellModel) -> None:
        """Show them the cell; collective.

        Raises:
            CaseError: two have one name, or one is a class.
            ObserverError: one failed; on all ranks.
        """
        self._comm = cell.comm
        self._observers = tuple(observers)
        _check(self._observers)
        self.outputs = [self._begin(observer, cell) for observer in self._observers]
        self._before: dict[str, Any] | None = None

    def _begin(self, observer: Observer, cell: CellModel) -> dict[str, list[Output]]:
        """Return what an observer measures, such that its failure names it."""
        found = self._ask(observer, lambda: observer.begin(cell))
        return {
            where: [guarded(_who(observer), self._comm, output) for output in outputs]
            for where, outputs in (found or {}).items()
        }

    def see(self, row: Row) -> Ending | None:
        """Show all of them a step, and return how the first one wants it to end; collective.

        Raises:
            ObserverError: one failed; on all ranks.
        """
        self._before = None
        self._before = copy.deepcopy(self.state())
        endings = []
        for observer in self._observers:
            # one word for all ranks, also of what looks at a clock
            ending = self._comm.bcast(self._ask(observer, partial(observer.see, dict(row))))
            if ending is not None:
                endings.append((observer, ending))
        return self._first(endings)

    def _first(self, endings: Sequence[tuple[Observer, Ending]]) -> Ending | None:
        """Return the ending that counts, with its observer's name: that of a run before a step's.

        Raises:
            ObserverError: an observer returned something else.
        """
        for kind in (EndRun, EndStep):
            for observer, ending in endings:
                if isinstance(ending, kind):
                    return kind(f"observer {observer.name}: {ending.reason}")
        for observer, ending in endings:
            raise ObserverError(
                f"observer {observer.name!r} returned {ending!r}: expected EndStep, EndRun or None"
            )
        return None

    def undo(self) -> None:
        """Return all of them to what they remembered before the step seen last.

        Where not all could tell what they remember, none has seen the step.
        """
        if self._before is not None:
            self.restore(self._before)

    def settled(self) -> None:
        """Show them the cell between two steps, those that want to see it; collective.

        Raises:
            ObserverError: one failed; on all ranks.
        """
        for observer in self._observers:
            if hasattr(observer, "settled"):
                self._ask(observer, observer.settled)

    def state(self) -> dict[str, Any]:
        """Return what they remember by name, as plain data.

        Raises:
            ObserverError: one failed, or its memory is no plain data; on all ranks.
        """
        found = {}
        for observer in self._observers:
            if hasattr(observer, "state"):
                found[observer.name] = self._ask(observer, partial(_plain, observer))
        return found

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave.

        Raises:
            ObserverError: one failed; on all ranks.
        """
        for observer in self._observers:
            if hasattr(observer, "restore") and observer.name in state:
                kept = copy.deepcopy(state[observer.name])
                self._ask(observer, partial(observer.restore, kept))

    def check_known(self, state: Mapping[str, Any]) -> None:
        """Check that a stored state is that of these observers.

        Raises:
            RunFolderError: one with memory was not there, or is no longer.
        """
        mine = {o.name for o in self._observers if hasattr(o, "state")}
        if mine != set(state):
            odd = ", ".join(sorted(mine ^ set(state)))
            raise RunFolderError(
                f"the run that is to go on had other observers with memory: {odd}; give the same"
            )

    def _ask(self, observer: Observer, question: Callable[[], T]) -> T:
        """Return what an observer answers.

        Raises:
            ObserverError: it failed on any rank; on all ranks.
        """
        return asked(_who(observer), self._comm, question)


def _who(observer: Observer) -> str:
    return f"observer {observer.name!r}"


def _plain(observer: Any) -> Any:
    """Return the memory of an observer, if a checkpoint can hold it.

    Raises:
        TypeError, ValueError: it is no plain data.
    """
    return json.loads(json.dumps(observer.state()))


def _check(observers: Sequence[Observer]) -> None:
    """Refuse classes and double names.

    Raises:
        CaseError: there are.
    """
    for observer in observers:
        if isinstance(observer, type):
            raise CaseError(
                f"the observer is the class {observer.__name__}: write {observer.__name__}(...)"
            )
        for member in ("name", "begin", "see"):
            if not hasattr(observer, member):
                raise CaseError(f"{observer!r} is no observer: it has no {member!r}")
    names = [observer.name for observer in observers]
    double = [name for name in names if names.count(name) > 1]
    if double:
        raise CaseError(f"two observers have the same name: {double[0]!r}")
