# SPDX-License-Identifier: BSD-3-Clause
r"""The benchmark `docs/benchmarks/particle_debond.md` with scikit-fem, written from that page.

    python3 -m venv venv && venv/bin/pip install scikit-fem
    venv/bin/python benchmarks/problems/second/particle_debond.py

One dimension. In a sphere the hydrostatic stress is that of the concentration's deviation from its
mean plus a constant, so that the flux is that of a diffusivity which depends on the content,

.. math:: J = -D \left[1 + x (1 - x) \frac{2 \Omega^2 E c_{max}}{9 (1 - \nu) R_g T}\right]
          c_{max} \nabla x

Quadratic elements, SciPy's Radau method. Gap and voltage follow in closed form.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import skfem
from scipy.integrate import solve_ivp

sys.path.insert(0, str(Path(__file__).parents[1]))
import convergence

GAS, FARADAY, TEMPERATURE = 8.31446261815324, 96485.33212331, 298.15
RADIUS, OUTER = 5e-6, 15e-6
YOUNG, POISSON = (140e9, 22e9), (0.3, 0.37)
SITES, OMEGA, START, DIFFUSIVITY = 5e4, 1.2e-6, 0.9, 1e-14
STIFFNESS, STRENGTH, TOUGHNESS, KEPT = 1e16, 1e7, 0.1, 1e-6
CONDUCTIVITY, RESISTANCE, FADING, CURRENT = 0.1, 0.01, 100e-9, 2.0

SPANS = ((0.0, 1800.0, CURRENT), (1800.0, 2400.0, 0.0), (2400.0, 4200.0, -CURRENT))
"""Start and end [s] and current density [A/m2] of each part."""

TIMES = (100.0, 300.0, 900.0, 1800.0, 2400.0, 3300.0)

COUPLING = 2 * OMEGA**2 * YOUNG[0] * SITES / (9 * (1 - POISSON[0]) * GAS * TEMPERATURE)


@skfem.BilinearForm
def stored(u: Any, v: Any, w: Any) -> Any:
    """Content in a shell, radii over that of the particle."""
    return u * v * w.x[0] ** 2


@skfem.BilinearForm
def spread(u: Any, v: Any, w: Any) -> Any:
    """Diffusion with a diffusivity that depends on the content."""
    factor = 1 + COUPLING * w["x_old"] * (1 - w["x_old"])
    return factor * u.grad[0] * v.grad[0] * w.x[0] ** 2


class Sphere:
    """The content of the particle by radius."""

    def __init__(self, cells: int) -> None:
        """Make a mesh that is finer towards the surface."""
        mesh = skfem.MeshLine(1 - (1 - np.linspace(0.0, 1.0, cells + 1)) ** 1.5)
        self.basis = skfem.Basis(mesh, skfem.ElementLineP2(), intorder=6)
        self.mass = stored.assemble(self.basis).toarray()
        self.inverse = np.linalg.inv(self.mass)
        self.surface = int(np.argmax(self.basis.doflocs[0]))

    def rate(self, x: np.ndarray, current: float) -> np.ndarray:
        """Return the rate of the content [1/s]."""
        matrix = spread.assemble(self.basis, x_old=self.basis.interpolate(x))
        flow = -DIFFUSIVITY / RADIUS**2 * (matrix @ x)
        flow[self.surface] -= current / (FARADAY * SITES * RADIUS)
        return self.inverse @ flow

    def mean(self, x: np.ndarray) -> float:
        """Return the mean content."""
        return float(3 * np.ones_like(x) @ self.mass @ x)


def compliance() -> tuple[float, float]:
    """Return how far a unit of tension pulls the surfaces of particle and matrix [m/Pa]."""
    cube = (OUTER / RADIUS) ** 3
    inner = RADIUS * (1 - 2 * POISSON[0]) / YOUNG[0]
    nu, young = POISSON[1], YOUNG[1]
    outer = RADIUS / (2 * young) * (2 * (1 - 2 * nu) + (1 + nu) * cube) / (cube - 1)
    return inner, outer


def damage(largest: float) -> float:
    """Return the damage of a bond by its largest opening [m]."""
    low, high = STRENGTH / STIFFNESS, 2 * TOUGHNESS / STRENGTH
    if largest <= low:
        return 0.0
    return min(1.0, high * (largest - low) / (largest * (high - low)))


def left(largest: float) -> float:
    """Return the stiffness of a bond over that of a whole one, by its largest opening [m]."""
    return max(1.0 - damage(largest), KEPT)


def opening(shrunk: float, largest: float) -> tuple[float, float]:
    """Return gap and tension (pressure if negative) of a free gap, and the opening so far [m]."""
    total = sum(compliance())
    if shrunk <= 0.0:
        return 0.0, shrunk / total
    low, high = 0.0, shrunk
    for _ in range(200):
        gap = 0.5 * (low + high)
        tension = left(max(gap, largest)) * STIFFNESS * gap
        low, high = (gap, high) if gap + total * tension < shrunk else (low, gap)
    return gap, left(max(gap, largest)) * STIFFNESS * gap


def voltage(x: np.ndarray, sphere: Sphere, tension: float, theta: float, current: float) -> float:
    """Return the voltage [V]."""
    surface, mean = x[sphere.surface], sphere.mean(x)
    hydrostatic = 2 * OMEGA * SITES * YOUNG[0] / (9 * (1 - POISSON[0])) * (mean - surface) + tension
    rt = GAS * TEMPERATURE
    mu = -3.9 * FARADAY + rt * math.log(surface / (1 - surface)) - OMEGA * hydrostatic
    outside = current * RADIUS * (1 - RADIUS / OUTER) / CONDUCTIVITY
    return outside + RESISTANCE * current / theta - mu / FARADAY


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh and with a tolerance a hundred times less."""
    sphere = Sphere(8 * 2**mesh)
    x, largest, found = np.full(sphere.mass.shape[0], START), 0.0, {}
    for start, end, current in SPANS:
        times = [start, *(t for t in TIMES if start < t <= end), end]
        for before, after in itertools.pairwise(times):
            if after <= before:
                continue
            done = solve_ivp(
                lambda _, y, i=current: sphere.rate(y, i), (before, after), x, method="Radau",
                rtol=1e-4 / 100**steps, atol=1e-6 / 100**steps,
            )  # fmt: skip
            x = done.y[:, -1]
            shrunk = OMEGA * SITES / 3 * (START - sphere.mean(x)) * RADIUS
            gap, tension = opening(shrunk, largest)
            # the charge goes one way, and back: the largest opening is that at its turn
            largest = max(largest, gap)
            broken, t = damage(largest), min(gap / FADING, 1.0)
            theta = 1 - broken * (3 * t**2 - 2 * t**3)
            if after in TIMES:
                at = f"{after:g} s"
                found[f"voltage, {at}", "V"] = voltage(x, sphere, tension, theta, current)
                found[f"gap, {at}", "nm"] = 1e9 * gap
                found[f"content at the surface, {at}", "1"] = float(x[sphere.surface])
                found[f"damage, {at}", "1"] = broken
    return x.size, found


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--run", nargs=2, type=int, metavar=("MESH", "STEPS"), help="one run only")
    chosen = parser.parse_args().run
    convergence.study("particle_debond", "scikit-fem", solve, [tuple(chosen)] if chosen else ())


if __name__ == "__main__":
    main()
