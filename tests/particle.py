# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests of active particles: plain hosts, one particle in a matrix, closed forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, IdealOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import ConstantMolarVolume

YOUNG, POISSON = 150e9, 0.25
C_MAX, MOLAR_VOLUME, DIFFUSIVITY = 5e4, 1e-6, 1e-14


def plain_host(
    molar_volume: float = MOLAR_VOLUME, diffusivity: float = DIFFUSIVITY, young: float = YOUNG
) -> Material:
    """Return an ideal host, whose chemical diffusivity is its self-diffusivity."""
    host = Host(
        c_max=C_MAX,
        ocv=IdealOcv(3.7),
        diffusivity=ArrheniusDiffusivity(diffusivity),
        swelling=ConstantMolarVolume(molar_volume, C_MAX),
        density=4800.0,
        x_empty=0.1,
        x_full=0.9,
    )
    return Material("plain host", Elastic(young, POISSON), host=host)


@dataclass(frozen=True)
class Insertion:
    """Body of radius R, or plate of half thickness R, that takes up lithium at a constant flux.

    From rest and uniform: concentration c - c0 [mol/m3] as a series in Fourier modes.

    Attributes:
        radius: R [m].
        diffusivity: D [m2/s].
        flux: flux into the surface [mol/(m2 s)].
        dimension: 1 plate, 2 cylinder, 3 sphere.
    """

    radius: float
    diffusivity: float
    flux: float
    dimension: int

    def concentration(self, r: np.ndarray, time: float) -> np.ndarray:
        """Return c - c0 at radii [m] and a time [s]."""
        n, tau = self.dimension, self.diffusivity * time / self.radius**2
        x = np.maximum(r / self.radius, 1e-9)
        found = n * tau + x**2 / 2 - n / (2 * (n + 2))
        for root in self._roots():
            found = found - 2 * self._mode(root * x) / (
                root**2 * self._mode(np.array(root))
            ) * np.exp(-(root**2) * tau)
        return self.flux * self.radius / self.diffusivity * found

    def _mode(self, z: np.ndarray) -> np.ndarray:
        from scipy.special import j0

        return {1: np.cos, 2: j0, 3: lambda s: np.sin(s) / s}[self.dimension](z)

    def _roots(self) -> list[float]:
        """Return the zeros of the mode's slope."""
        from scipy.special import jn_zeros

        if self.dimension == 1:
            return [k * np.pi for k in range(1, 40)]
        if self.dimension == 2:
            return list(jn_zeros(1, 40))
        poles = [(k + 0.5) * np.pi for k in range(1, 40)]
        return [brentq(lambda z: np.tan(z) - z, p - 1.5, p - 1e-9) for p in poles]

    def mean(self, r: float, time: float) -> float:
        """Return the mean of c - c0 inside a radius."""
        x = np.linspace(0.0, r, 4001)
        weight = x ** (self.dimension - 1)
        return float(
            np.trapezoid(self.concentration(x, time) * weight, x) / np.trapezoid(weight, x)
        )


def stress_factor(dimension: int) -> float:
    """Return Omega E / (1 - nu) over 9 (sphere), 6 (cylinder) or 3 (plate) [Pa m3/mol]."""
    part = {1: 3, 2: 6, 3: 9}[dimension]
    return MOLAR_VOLUME * YOUNG / (part * (1 - POISSON))
