# SPDX-License-Identifier: BSD-3-Clause
"""What all tests share: the communicator, one temporary folder for all ranks, and tidying up."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

from mpi4py import MPI

import pytest

from tests.rank_exchange import RankExchange


def pytest_configure(config: pytest.Config) -> None:
    if MPI.COMM_WORLD.size > 1:
        config.pluginmanager.register(RankExchange(MPI.COMM_WORLD), "rank-exchange")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if MPI.COMM_WORLD.size == 1:
        return
    for item in items:
        if item.get_closest_marker("serial"):
            item.add_marker(pytest.mark.skip(reason="needs no more than one rank"))


def pytest_collection_finish() -> None:
    """Spare the collector, which runs after each test, what the imports have left."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def comm() -> MPI.Intracomm:
    """All ranks."""
    return MPI.COMM_WORLD


@pytest.fixture
def tmp_path(tmp_path: Path, comm: MPI.Intracomm) -> Path:
    """A temporary folder, the same on all ranks."""
    return comm.bcast(tmp_path)


@pytest.fixture(autouse=True)
def _tidy_up() -> Iterator[None]:
    """Let PETSc objects go on all ranks together, before the next test makes its own."""
    yield
    gc.collect()
    MPI.COMM_WORLD.Barrier()
