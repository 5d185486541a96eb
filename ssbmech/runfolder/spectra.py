# SPDX-License-Identifier: BSD-3-Clause
"""Impedance spectra of a run: ``impedance.csv``, one row for each state and frequency, in SI."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.atomic import replace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

COLUMNS: Final = (
    "time [s]",
    "frequency [Hz]",
    "real part [ohm m2]",
    "imaginary part [ohm m2]",
    "departure [1]",
)
"""Columns of the file. Separated by commas, as many programs for impedance read them."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Impedance of a cell at one of its states, over frequency.

    Attributes:
        time: Time of the state [s].
        frequency: Frequencies [Hz], shape (n,).
        impedance: Voltage over current density, complex, shape (n,) [ohm m2].
        departure: Relative change of the impedance at the lowest frequency by what the linearised
            equations leave out, such as creep beyond its onset; nan if it is not known [1].
    """

    time: float
    frequency: NDArray[np.float64] = field(repr=False)
    impedance: NDArray[np.complex128] = field(repr=False)
    departure: float = math.nan


def write_spectra(path: Path, spectra: Sequence[Spectrum]) -> None:
    """Write spectra to a file of their own.

    Raises:
        RunFolderError: It cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for each in spectra:
        for f, z in zip(each.frequency, each.impedance, strict=True):
            numbers = (each.time, f, z.real, z.imag, each.departure)
            table.writerow([f"{float(number):.12g}" for number in numbers])
    try:
        replace(path, text.getvalue())
    except OSError as failure:
        raise RunFolderError(f"{path} cannot be written: {failure}") from failure


def read_spectra(path: Path) -> list[Spectrum]:
    """Return the spectra of a file, in the order in which they were written.

    Raises:
        RunFolderError: It is not there, or is none of ours.
    """
    try:
        header, *rows = list(csv.reader(path.read_text("utf-8").splitlines()))
        if tuple(header) != COLUMNS:
            raise ValueError(f"its columns are {', '.join(header)}")
        values: Any = np.array(rows, dtype=np.float64).reshape(-1, len(COLUMNS))
    except (OSError, ValueError) as failure:
        raise RunFolderError(f"{path} cannot be read as impedance spectra: {failure}") from failure
    starts = np.flatnonzero(np.diff(values[:, 0], prepend=np.nan) != 0.0)
    return [
        Spectrum(float(part[0, 0]), part[:, 1], part[:, 2] + 1j * part[:, 3], float(part[0, 4]))
        for part in np.split(values, starts[1:])
        if len(part)
    ]
