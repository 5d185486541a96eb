# SPDX-License-Identifier: BSD-3-Clause
"""Shared by tests of bad input: what is refused, on all ranks and before anything is solved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpi4py import MPI

import pytest

from ssbmech.errors import SSBMechError
from ssbmech.solve.newton import Newton


@pytest.fixture(autouse=True)
def nothing_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a system is solved; acts in each module that imports it."""

    def solve(self: Newton) -> None:
        pytest.fail("a system was solved")

    monkeypatch.setattr(Newton, "solve", solve)


def refused(make: Callable[[], Any], error: type[SSBMechError], *words: str) -> None:
    """Check that a call is refused on all ranks in the same words, these among them."""
    with pytest.raises(error) as failure:
        make()
    message = str(failure.value)
    assert len(set(MPI.COMM_WORLD.allgather(message))) == 1
    missing = [word for word in words if word not in message]
    assert not missing, f"{missing} not in the message: {message}"
