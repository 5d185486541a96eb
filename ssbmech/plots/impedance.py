# SPDX-License-Identifier: BSD-3-Clause
"""Impedance spectra: Nyquist figure with decades marked, and size and phase over frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.errors import RunFolderError, extras_named
from ssbmech.plots import theme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ssbmech.runfolder.spectra import Spectrum

#: From ohm m2 to ohm cm2.
_PER_CM2: Final = 1e4
_PREFIXES: Final = ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz"), (1e-3, "mHz"))


@extras_named()
def impedance_figure(spectra: Sequence[Spectrum], path: Path) -> Path:
    """Draw impedance spectra.

    Args:
        spectra: The spectra.
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: There are none.
        EnvironmentMissing: What draws is not installed.
    """
    if not spectra:
        raise RunFolderError("there are no impedance spectra to draw")
    with theme.style():
        figure = theme.new_figure(9.0, 4.2)
        nyquist, size = figure.subplots(1, 2)
        phase = size.twinx()
        for number, spectrum in enumerate(spectra):
            colour = theme.LINES[number % len(theme.LINES)]
            label = f"t = {spectrum.time:.4g} s" if len(spectra) > 1 else ""
            _draw_nyquist(nyquist, spectrum, colour, label, marks=number == 0)
            z = _PER_CM2 * spectrum.impedance
            size.loglog(spectrum.frequency, np.abs(z), color=colour)
            turned = -np.degrees(np.angle(z))
            phase.semilogx(spectrum.frequency, turned, color=colour, linestyle="--", linewidth=0.9)
        _finish(nyquist, size, phase)
        if len(spectra) > 1:
            nyquist.legend(loc="best")
        return theme.save(figure, path)


def _draw_nyquist(axes: Any, spectrum: Spectrum, colour: str, label: str, marks: bool) -> None:
    """Draw a spectrum in the plane of complex numbers, whole decades as points."""
    z = _PER_CM2 * spectrum.impedance
    axes.plot(z.real, -z.imag, color=colour, label=label or None)
    decades = np.log10(spectrum.frequency)
    whole = np.abs(decades - np.round(decades)) < 1e-6
    axes.plot(z.real[whole], -z.imag[whole], "o", color=colour, markersize=3)
    if marks:
        last: complex | None = None
        apart = 0.15 * float(np.ptp(z.real) + 1e-12 * np.abs(z).max())
        for point, frequency in zip(z[whole], spectrum.frequency[whole], strict=True):
            # where points crowd, the first of them has a label
            if last is not None and abs(point - last) < apart:
                continue
            last = complex(point)
            axes.annotate(
                _words(float(frequency)),
                (point.real, -point.imag),
                xytext=(3, 5),
                textcoords="offset points",
                fontsize="x-small",
            )


def _words(frequency: float) -> str:
    """Return a frequency with a prefix, such as 10 kHz."""
    for size, unit in _PREFIXES:
        if frequency >= size * (1 - 1e-9):
            return f"{frequency / size:.3g} {unit}"
    return f"{frequency:.0e} Hz"


def _finish(nyquist: Any, size: Any, phase: Any) -> None:
    nyquist.set_xlabel("$Z'$ (Ω cm²)")
    nyquist.set_ylabel("$-Z''$ (Ω cm²)")
    nyquist.set_aspect("equal", adjustable="datalim")
    nyquist.axhline(0.0, color=theme.INK, linewidth=0.5)
    size.set_xlabel("frequency (Hz)")
    size.set_ylabel("$|Z|$ (Ω cm²), full line")
    phase.set_ylabel("$-$phase (°), dashed")
