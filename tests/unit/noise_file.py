# SPDX-License-Identifier: BSD-3-Clause
"""A field file of noise, written by one process: for the test that kills it."""

from __future__ import annotations

from pathlib import Path

from mpi4py import MPI

import numpy as np

from ssbmech.run.shared_file import OwnGrid, SharedFile
from ssbmech.runfolder.vtkhdf import Arrays

CELLS = 2000


class NoiseFile:
    """Triangles that share no points, with the time on points and noise on cells."""

    def __init__(self, path: Path, resumed_at: float | None = None) -> None:
        """Begin the file, or go on with it from a time."""
        self._random = np.random.default_rng(2)
        numbers = np.arange(3 * CELLS)
        grid = OwnGrid(
            points=self._random.random((3 * CELLS, 3)),
            point_keys=numbers[:, None],
            cells=numbers.reshape(CELLS, 3),
            cell_keys=numbers.reshape(CELLS, 3),
            cell_type=5,
        )
        self._file = SharedFile(path, MPI.COMM_SELF, grid, {}, Arrays({}, {}), resumed_at)

    def append(self, time: float) -> np.ndarray:
        """Write a step and return its noise, whose first component is the time."""
        noise = self._random.random((CELLS, 6))
        noise[:, 0] = time
        self._file.append(
            time, Arrays({"a": np.full(3 * CELLS, time)}, {"b": noise}), lambda name, shape: {}
        )
        return noise
