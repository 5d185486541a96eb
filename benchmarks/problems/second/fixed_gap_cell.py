# SPDX-License-Identifier: BSD-3-Clause
r"""The benchmark `docs/benchmarks/fixed_gap_cell.md` with scikit-fem, written from that page.

    python3 -m venv venv && venv/bin/pip install scikit-fem
    venv/bin/python benchmarks/problems/second/fixed_gap_cell.py

One dimension. Stress and strain of each layer are known from pressure, content and the creep strain
of the lithium, so that the pressure follows from the thickness of the stack by one linear equation.
What is integrated is the content of the cathode and the creep strain, by SciPy's Radau method.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skfem
from scipy.integrate import solve_ivp

sys.path.insert(0, str(Path(__file__).parents[1]))
import convergence

GAS, FARADAY, TEMPERATURE = 8.31446261815324, 96485.33212331, 298.15
SITES, OMEGA, START, DIFFUSIVITY, METAL = 5e4, 1.2e-6, 0.8, 2e-13, 1.3e-5
RATE, EXPONENT = 1e-3, 6.6
CONDUCTIVITY, RESISTANCE, CURRENT = 0.1, 0.001, 10.0
ASSEMBLED, RAMP, FRAME = 2e6, 1.0, 1e-12

SPANS = ((0.0, 3600.0, CURRENT), (3600.0, 5400.0, 0.0), (5400.0, 9000.0, -CURRENT))
"""Start and end [s] and current density [A/m2] of each part."""

TIMES = (600.0, 3600.0, 5400.0, 7200.0, 9000.0)


@dataclass(frozen=True)
class Layer:
    """An elastic layer: thickness [m], Young's modulus [Pa], Poisson's ratio [1]."""

    thickness: float
    young: float
    poisson: float

    @property
    def shear(self) -> float:
        """Shear modulus [Pa]."""
        return self.young / 2 / (1 + self.poisson)

    @property
    def bulk(self) -> float:
        """Bulk modulus [Pa]."""
        return self.young / 3 / (1 - 2 * self.poisson)

    @property
    def longitudinal(self) -> float:
        """Modulus of a strain in one direction [Pa]."""
        return self.bulk + 4 / 3 * self.shear


LITHIUM, SEPARATOR = Layer(20e-6, 7.8e9, 0.38), Layer(30e-6, 22e9, 0.37)
HOST = Layer(30e-6, 140e9, 0.3)
COUPLING = (
    4 * HOST.shear * HOST.bulk / (3 * HOST.longitudinal) * OMEGA**2 * SITES / (GAS * TEMPERATURE)
)


@skfem.BilinearForm
def stored(u: Any, v: Any, w: Any) -> Any:
    """Content over the thickness."""
    return u * v


@skfem.BilinearForm
def spread(u: Any, v: Any, w: Any) -> Any:
    """Diffusion with a diffusivity that depends on the content."""
    return (1 + COUPLING * w["x_old"] * (1 - w["x_old"])) * u.grad[0] * v.grad[0]


def creep_rate(creep: float, pressure: float) -> float:
    """Return the rate of the lithium's creep strain along y [1/s]."""
    strain = (2 * LITHIUM.shear * creep - pressure) / LITHIUM.longitudinal
    deviator = 2 * LITHIUM.shear * (2 / 3 * strain - creep)
    return float(RATE * (1.5 * abs(deviator) / 1e6) ** EXPONENT * np.sign(deviator))


def thickness(mean: float, creep: float, pressure: float, plated: float) -> float:
    """Return the thickness of the stack over that at the start [m]."""
    free = OMEGA * SITES / 3 * (mean - START)
    lithium = (2 * LITHIUM.shear * creep - pressure) / LITHIUM.longitudinal
    host = (3 * HOST.bulk * free - pressure) / HOST.longitudinal
    separator = -pressure / SEPARATOR.longitudinal
    parts = ((LITHIUM, lithium), (HOST, host), (SEPARATOR, separator))
    return plated + sum(layer.thickness * strain for layer, strain in parts)


class Cell:
    """The content of the cathode by depth behind the separator, and the creep of the lithium."""

    def __init__(self, cells: int, tolerance: float) -> None:
        """Make the mesh, and assemble the cell."""
        mesh = skfem.MeshLine(np.linspace(0.0, 1.0, cells + 1) ** 1.5)
        self.basis = skfem.Basis(mesh, skfem.ElementLineP2(), intorder=6)
        self.mass = stored.assemble(self.basis).toarray()
        self.inverse = np.linalg.inv(self.mass)
        self.face = int(np.argmin(self.basis.doflocs[0]))
        self.precision = {"method": "Radau", "rtol": tolerance, "atol": 1e-3 * tolerance}
        # the strain is counted in 1e-4, so that one tolerance serves all
        self.state = np.append(np.full(self.mass.shape[0], START), 0.0)
        ramp = solve_ivp(
            lambda t, y: [1e4 * creep_rate(1e-4 * y[0], ASSEMBLED * t / RAMP)],
            (0.0, RAMP), [0.0], **self.precision,
        )  # fmt: skip
        self.state[-1] = ramp.y[0, -1]
        self.seated = thickness(START, 1e-4 * self.state[-1], ASSEMBLED, 0.0)

    def mean(self, state: np.ndarray) -> float:
        """Return the mean content."""
        return float(np.ones(state.size - 1) @ self.mass @ state[:-1])

    def pressure(self, state: np.ndarray) -> float:
        """Return the pressure that the gap makes [Pa]."""
        mean = self.mean(state)
        plated = METAL * (START - mean) * SITES * HOST.thickness
        grown = thickness(mean, 1e-4 * state[-1], 0.0, plated) - self.seated
        soft = -thickness(START, 0.0, 1.0, 0.0)
        return (ASSEMBLED + grown / FRAME) / (1 + soft / FRAME)

    def rate(self, state: np.ndarray, current: float) -> np.ndarray:
        """Return the rate of the state [1/s]."""
        x = state[:-1]
        matrix = spread.assemble(self.basis, x_old=self.basis.interpolate(x))
        flow = -DIFFUSIVITY / HOST.thickness**2 * (matrix @ x)
        flow[self.face] -= current / (FARADAY * SITES * HOST.thickness)
        creep = 1e4 * creep_rate(1e-4 * state[-1], self.pressure(state))
        return np.append(self.inverse @ flow, creep)

    def advance(self, start: float, end: float, current: float) -> None:
        """Go on from one time to another [s]."""
        done = solve_ivp(
            lambda _, y: self.rate(y, current), (start, end), self.state, **self.precision
        )
        self.state = done.y[:, -1]

    def voltage(self, current: float) -> float:
        """Return the voltage [V]."""
        pressure, x = self.pressure(self.state), float(self.state[self.face])
        free = OMEGA * SITES / 3 * (x - START)
        strain = (3 * HOST.bulk * free - pressure) / HOST.longitudinal
        hydrostatic = HOST.bulk * (strain - 3 * free)
        potential = 3.9 - GAS * TEMPERATURE / FARADAY * math.log(x / (1 - x))
        ohmic = current * (2 * RESISTANCE + SEPARATOR.thickness / CONDUCTIVITY)
        return ohmic + potential + (OMEGA * hydrostatic + METAL * pressure) / FARADAY


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh and with a tolerance a hundred times less."""
    cell, found = Cell(8 * 2**mesh, 1e-5 / 100**steps), {}
    for start, end, current in SPANS:
        times = [start, *(t for t in TIMES if start < t <= end)]
        for before, after in itertools.pairwise(times):
            cell.advance(before, after, current)
            at = f"{after:g} s"
            found[f"pressure, {at}", "MPa"] = 1e-6 * cell.pressure(cell.state)
            found[f"voltage, {at}", "V"] = cell.voltage(current)
            found[f"content at the separator, {at}", "1"] = float(cell.state[cell.face])
    return cell.state.size, found


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--run", nargs=2, type=int, metavar=("MESH", "STEPS"), help="one run only")
    chosen = parser.parse_args().run
    convergence.study("fixed_gap_cell", "scikit-fem", solve, [tuple(chosen)] if chosen else ())


if __name__ == "__main__":
    main()
