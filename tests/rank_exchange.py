# SPDX-License-Identifier: BSD-3-Clause
"""A pytest plugin for runs on several ranks: a test that fails on one rank fails on all.

Each rank runs all tests, in the same order. After each phase of a test (setup, call, teardown) the
ranks tell each other how it went, so that they take the same way on, and rank 0, whose report is
the one that is printed, shows what went wrong elsewhere.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from typing import Any

from mpi4py import MPI

import pytest

#: How long a rank on which a test has failed waits for the others [s]. They may never come: they
#: may be waiting for this rank within a collective call.
PATIENCE = 120.0

#: How often a waiting rank looks whether the others have come [s].
INTERVAL = 0.0005


class RankExchange:
    """Makes the ranks agree on the outcome of each test."""

    def __init__(self, comm: MPI.Intracomm) -> None:
        # a communicator of its own: a message must not meet one that a failed test has left
        self._comm = comm.Dup()
        self._collection_errors: list[str] = []
        self._elsewhere: list[str] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self._agree(report)
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._collection_errors.append(report.longreprtext)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Stop all ranks if one of them could not collect the tests, or has other tests."""
        errors = "\n".join(self._collection_errors)
        tests = [item.nodeid for item in session.items]
        ranks = self._gather((errors, tests), errors)
        if not errors:
            self._elsewhere = [
                f"rank {rank} could not collect the tests:\n{text}"
                for rank, (text, _) in enumerate(ranks)
                if text
            ]
            if not self._elsewhere and any(others != tests for _, others in ranks):
                self._elsewhere = ["the ranks have collected different tests"]
            session.testsfailed += len(self._elsewhere)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for text in self._elsewhere:
            terminalreporter.section("other ranks")
            terminalreporter.write_line(text)

    def _agree(self, report: pytest.TestReport) -> None:
        """Give a test's phase the same outcome on all ranks, and the report the others' errors."""
        text = report.longreprtext if report.failed else ""
        ranks = self._gather((report.outcome, text), text)
        outcomes = [outcome for outcome, _ in ranks]
        if len(set(outcomes)) > 1 and not report.failed:
            report.outcome = "failed"
            report.longrepr = ", ".join(f"rank {i}: {name}" for i, name in enumerate(outcomes))
        for rank, (_, other) in enumerate(ranks):
            if rank != self._comm.rank and other and _last_line(other) != _last_line(text):
                report.sections.append((f"rank {rank}", other))

    def _gather(self, mine: Any, failure: str) -> list[Any]:
        """Collect an object from each rank; a rank with a failure to tell does not wait forever."""
        arrival = self._comm.Ibarrier()
        end = time.monotonic() + PATIENCE
        while not arrival.Test():
            if failure and time.monotonic() > end:
                self._give_up(failure)
            time.sleep(INTERVAL)
        return self._comm.allgather(mine)

    def _give_up(self, failure: str) -> None:
        sys.stderr.write(
            f"{failure}\n\nrank {self._comm.rank} failed as shown above and waited {PATIENCE:g} s "
            "for the other ranks, which are probably waiting for it in a collective call\n"
        )
        sys.stderr.flush()
        self._comm.Abort(1)


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]
