# SPDX-License-Identifier: BSD-3-Clause
"""Impedance spectra as files and figures, and the command line that asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.cli import main
from ssbmech.errors import CaseError, RunFolderError
from ssbmech.plots.impedance import impedance_figure
from ssbmech.run import impedance as at_run
from ssbmech.run.impedance_command import frequencies
from ssbmech.runfolder.spectra import Spectrum, read_spectra, write_spectra

pytestmark = pytest.mark.serial

HERTZ = np.geomspace(1e-2, 1e6, 41)


def arc(time: float, resistance: float) -> Spectrum:
    """Return a resistance beside a capacitance, after another resistance."""
    z = 1e-3 + 1 / (1 / resistance + 2j * np.pi * HERTZ * 0.1)
    return Spectrum(time, HERTZ, z, 1e-9)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Two states, twelve digits."""
    path, given = tmp_path / "impedance.csv", [arc(1.0, 2e-3), arc(60.0, 4e-3)]
    write_spectra(path, given)
    for one, other in zip(read_spectra(path), given, strict=True):
        assert one.time == other.time
        assert np.allclose(one.impedance, other.impedance, rtol=1e-11)
        assert np.allclose(one.frequency, other.frequency, rtol=1e-11)
        assert one.departure == pytest.approx(other.departure)


@pytest.mark.parametrize("text", ["", "time,voltage\n1,2\n", "\xff"])
def test_what_is_no_table_of_spectra(tmp_path: Path, text: str) -> None:
    """Empty, of other columns, and no text."""
    path = tmp_path / "impedance.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RunFolderError, match="cannot be read as impedance spectra"):
        read_spectra(path)


def test_figure(tmp_path: Path) -> None:
    """One and two states are drawn; of none it is said."""
    for number, spectra in enumerate(([arc(1.0, 2e-3)], [arc(1.0, 2e-3), arc(60.0, 4e-3)])):
        assert impedance_figure(spectra, tmp_path / f"{number}.png").stat().st_size > 10_000
    with pytest.raises(RunFolderError, match="no impedance spectra"):
        impedance_figure([], tmp_path / "none.png")


def test_frequencies() -> None:
    """Both ends are among them; what is no range is refused."""
    found = frequencies(0.01, 1e4, 5)
    assert len(found) == 31
    assert (found[0], found[-1]) == pytest.approx((0.01, 1e4))
    for wrong in ((0.0, 1.0, 5), (2.0, 1.0, 5), (1.0, 2.0, 0), (1.0, float("inf"), 5)):
        with pytest.raises(CaseError, match="are no spectrum"):
            frequencies(*wrong)


def test_command_needs_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds none is told in one line."""
    assert main(["impedance", str(tmp_path / "none")]) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("hertz", "times", "told"),
    [
        ((), (1.0,), "frequencies above zero"),
        ((0.0,), (1.0,), "frequencies above zero"),
        ((float("nan"),), (1.0,), "frequencies above zero"),
        ((1.0,), (), "at least one time"),
        ((1.0,), (1.0, float("nan")), "all of them finite"),
    ],
)
def test_spectra_that_cannot_be_had_are_refused_before_the_run(
    hertz: tuple[float, ...], times: tuple[float, ...], told: str
) -> None:
    with pytest.raises(CaseError, match=told):
        ssb.Spectra(hertz, times)


@pytest.mark.parametrize("off", [0.0, 5e-13, -5e-13, 5e-10, -5e-10])
def test_a_time_is_taken_once_however_it_is_rounded(
    monkeypatch: pytest.MonkeyPatch, off: float
) -> None:
    """In mid-run: a step that ends next to a time that is asked for, and one after it."""
    cell = SimpleNamespace(time=0.0, comm=None)

    def taken(of: Any, hertz: Sequence[float]) -> Spectrum:
        return Spectrum(of.time, np.array(hertz), np.ones(1, dtype=complex), 0.0)

    monkeypatch.setattr(at_run, "impedance", taken)
    asked = 20.0
    observer = ssb.Spectra([1.0], (0.0, asked * (1 + off)))
    observer.begin(cell)
    for time in (1.0, asked, 21.0, 22.0):
        cell.time = time
        observer.settled()
    assert len(observer.spectra) == 2
    assert observer.spectra[0].time == 1.0
