# SPDX-License-Identifier: BSD-3-Clause
"""Surface of a half space under periodic pressures, by Fourier sums over cells of one pressure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.linalg

Symbol = Callable[[np.ndarray], np.ndarray]
"""Speed at which the surface recedes over a wave of pressure, as a function of its wavenumber."""


def viscous(wavenumber: np.ndarray) -> np.ndarray:
    """Return the symbol of slow flow with the viscosity 1."""
    return 1 / (2 * wavenumber)


def lattice(wavenumber: np.ndarray) -> np.ndarray:
    """Return the symbol of diffusion through the lattice with the mobility 1."""
    return wavenumber


def interface(wavenumber: np.ndarray) -> np.ndarray:
    """Return the symbol of diffusion along the interface with the mobility 1."""
    return wavenumber**2


def speeds(symbol: Symbol, cells: int) -> np.ndarray:
    """Return the matrix from pressures to speeds of a period of length 2, relative to their mean.

    Args:
        symbol: speed over pressure of a wave.
        cells: number of cells of the period.
    """
    wavenumber = np.pi * np.abs(np.fft.fftfreq(cells, 1 / cells))
    modes = np.zeros(cells)
    modes[1:] = symbol(wavenumber[1:])
    return scipy.linalg.circulant(np.fft.ifft(modes).real)


def square_array(symbol: Symbol, fraction: float, cells: int) -> tuple[float, float]:
    """Return fraction and coefficient of rigid discs in a square array of period 1.

    The equations of the pressures under the discs are solved by conjugate gradients.

    Args:
        symbol: speed over pressure of a wave.
        fraction: area of discs that is asked for; that of their cells is returned.
        cells: number of cells along the period.
    """
    centres = (np.arange(cells) + 0.5) / cells - 0.5
    on = np.hypot(centres[:, None], centres) < np.sqrt(fraction / np.pi)
    along, across = np.fft.fftfreq(cells, 1 / cells), np.fft.rfftfreq(cells, 1 / cells)
    wavenumber = 2 * np.pi * np.hypot(along[:, None], across)
    modes = np.zeros_like(wavenumber)
    modes[wavenumber > 0] = symbol(wavenumber[wavenumber > 0])

    def recede(pressure: np.ndarray) -> np.ndarray:
        field = np.zeros((cells, cells))
        field[on] = pressure
        return np.fft.irfft2(np.fft.rfft2(field) * modes, s=field.shape)[on]

    pressure = np.zeros(np.count_nonzero(on))
    residual = np.ones_like(pressure)
    direction, size = residual, residual @ residual
    while size > 1e-14 * pressure.size:
        change = recede(direction)
        step = size / (direction @ change)
        pressure, residual = pressure + step * direction, residual - step * change
        size, last = residual @ residual, size
        direction = residual + size / last * direction
    return float(on.mean()), cells**2 / float(pressure.sum())
