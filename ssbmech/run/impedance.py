# SPDX-License-Identifier: BSD-3-Clause
"""Impedance spectra of runs: at the state that a run folder holds, and along a run."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np

from ssbmech.case.case import Case
from ssbmech.case.protocol import SAME_INSTANT
from ssbmech.checkpoint.checkpointer import Saved
from ssbmech.checkpoint.state import CellState
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.errors import CaseError, RunFolderError
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import Output
from ssbmech.model.small_signal import checked_frequencies, impedance
from ssbmech.runfolder.folder import folder_path
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.root import on_root
from ssbmech.runfolder.spectra import Spectrum, write_spectra


def impedance_of_run(
    case: Case,
    folder: str | os.PathLike[str],
    frequencies: Sequence[float],
    comm: MPI.Intracomm = MPI.COMM_WORLD,
) -> Spectrum:
    """Return the impedance at the newest checkpoint of a run: where it stands; collective.

    The run folder is only read, on any number of ranks.

    Args:
        case: the case that the run was started with.
        folder: its folder.
        frequencies: frequencies [Hz].
        comm: communicator.

    Raises:
        RunFolderError: the folder holds no checkpoint that is intact.
        CaseError: the frequencies are not above zero, or the case has no electrodes.
        NotConverged: the linearised equations are singular.
    """
    paths = RunPaths(folder_path(folder))
    saved = Saved.find(CheckpointStore(paths.checkpoints_path, comm))
    if saved is None:
        raise RunFolderError(
            f"{paths.path} holds no checkpoint: an impedance is that of a state of a run"
        )
    cell = CellModel(case, saved.mesh(case.geometry.frame))
    CellState(cell).restore(saved.stored, saved.content["cell"])
    return impedance(cell, frequencies)


class Spectra:
    """Observer that takes the impedance of a run at given times, between two of its steps.

    Time steps do not land on these times: a spectrum is taken at the end of the first step that
    reaches one.

    Attributes:
        spectra: what was taken so far, the same on all ranks.
    """

    def __init__(
        self,
        frequencies: Sequence[float],
        times: Sequence[float],
        file: str | os.PathLike[str] | None = None,
    ) -> None:
        """Choose frequencies and times.

        Args:
            frequencies: frequencies [Hz].
            times: times of the run [s].
            file: file that holds what was taken, written anew after each; None for none.

        Raises:
            CaseError: there are no times, one is not finite, there are no frequencies, or one is
                not positive.
        """
        if not len(times) or not np.isfinite(times).all():
            raise CaseError("Spectra.times: give at least one time [s], all of them finite")
        self.frequencies = [float(f) for f in checked_frequencies(frequencies)]
        self.times = sorted(float(t) for t in times)
        self.file = None if file is None else Path(file)
        self.spectra: list[Spectrum] = []
        self._cell: CellModel | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return "impedance"

    def begin(self, cell: CellModel) -> Mapping[str, Sequence[Output]]:
        """Get to know the cell; it measures no column."""
        self._cell = cell
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        """Let the step be."""

    def settled(self) -> None:
        """Take the spectrum of the state, if one of the times was passed; collective."""
        cell = self._cell
        if cell is None:
            return
        last = self.spectra[-1].time if self.spectra else -np.inf
        taken, reached = last * (1 + SAME_INSTANT), cell.time * (1 + SAME_INSTANT)
        if any(taken < time <= reached for time in self.times):
            self.spectra.append(impedance(cell, self.frequencies))
            if self.file is not None:
                path, spectra = self.file, self.spectra
                on_root(cell.comm, lambda: write_spectra(path, spectra))

    def state(self) -> Mapping[str, Any]:
        """Return what was taken so far, as plain data."""
        return {
            "spectra": [
                {
                    "time": each.time,
                    "frequency": each.frequency.tolist(),
                    "real": each.impedance.real.tolist(),
                    "imaginary": each.impedance.imag.tolist(),
                    "departure": each.departure,
                }
                for each in self.spectra
            ]
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        self.spectra = [
            Spectrum(
                each["time"],
                np.array(each["frequency"]),
                np.array(each["real"]) + 1j * np.array(each["imaginary"]),
                each["departure"],
            )
            for each in state["spectra"]
        ]
