# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark `docs/benchmarks/closing_void.md` with scikit-fem, written from that page.

    python3 -m venv venv && venv/bin/pip install scikit-fem
    venv/bin/python benchmarks/problems/second/closing_void.py

Curved biquadratic quadrilaterals. The creep strain at the Gauss points is integrated by a stiffly
accurate SDIRK method of two stages and order two; each stage is one nonlinear problem for the
displacement, with the flow law solved point by point.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import skfem
from scipy.sparse.linalg import splu

sys.path.insert(0, str(Path(__file__).parents[1]))
import convergence

INNER, HALF = 5.0, 25.0
"""Radius of the void, half side [um]."""

YOUNG, POISSON = 7.8e3, 0.38
"""Young's modulus [MPa], Poisson's ratio [1]."""

RATE, EXPONENT = 1e-3, 6.6
"""Creep at 1 MPa [1/s], exponent [1]."""

PRESSURE, RAMP = 0.65, 1.0
"""Pressure [MPa], time of its ramp [s]."""

SPANS = ((1.0, 8), (20.0, 12), (280.0, 10), (3300.0, 10))
"""Length [s] and longest steps of each span; values are taken at the end of each."""

SHEAR = YOUNG / 2 / (1 + POISSON)
BULK = YOUNG / 3 / (1 - 2 * POISSON)
STAGE = 1.0 - 0.5**0.5
"""Diagonal coefficient of the SDIRK method [1]."""

# components of symmetric tensors: xx, yy, zz, xy, with twice xy in a product
TWICE = np.array([1.0, 1.0, 1.0, 2.0])[:, None, None]
UNIT = np.array([1.0, 1.0, 1.0, 0.0])[:, None, None]


def curved_mesh(cells: int) -> skfem.MeshQuad2:
    """Return the quarter, with so many cells round the void's wall, an even number."""
    outwards = np.linspace(0.0, 1.0, cells + 1)
    flat = skfem.MeshQuad.init_tensor(outwards, np.linspace(0.0, 1.0, cells + 1))
    mesh = skfem.MeshQuad2.from_mesh(flat)
    s, t = mesh.doflocs
    angle = 0.5 * math.pi * t
    wall = np.array([np.cos(angle), np.sin(angle)])
    side = HALF * wall / np.abs(wall).max(axis=0)
    # cells grow outwards by a factor of 10 in all
    growth = (10.0**s - 1.0) / 9.0
    return dataclasses.replace(mesh, doflocs=INNER * wall + growth * (side - INNER * wall))


def flow(q_trial: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray]:
    """Return q with q + 3 G h A q^n = q_trial, and its derivative by q_trial."""
    factor = 3 * SHEAR * time * RATE
    q_trial = np.maximum(q_trial, 1e-12)
    # an upper bound: from above Newton's method on a convex function goes down only
    q = np.minimum(q_trial, (q_trial / factor) ** (1 / EXPONENT))
    for _ in range(60):
        power = factor * q ** (EXPONENT - 1)
        change = (q + power * q - q_trial) / (1 + EXPONENT * power)
        q = q - change
        if np.max(np.abs(change) / q) < 1e-13:
            break
    return q, 1 / (1 + EXPONENT * factor * q ** (EXPONENT - 1))


@skfem.BilinearForm
def tangent(u: Any, v: Any, w: Any) -> Any:
    """Consistent tangent, with the tensor `w.scale` I_dev + K 1 x 1 + `w.along` s x s."""
    e, d = strain(u), strain(v)
    tr_e, tr_d = e[0] + e[1], d[0] + d[1]
    inner = (TWICE * e * d).sum(axis=0) - tr_e * tr_d / 3
    se, sd = (TWICE * w["s"] * e).sum(axis=0), (TWICE * w["s"] * d).sum(axis=0)
    return w["scale"] * inner + BULK * tr_e * tr_d + w["along"] * se * sd


@skfem.LinearForm
def internal(v: Any, w: Any) -> Any:
    """Virtual work of the stress."""
    return (TWICE * w["stress"] * strain(v)).sum(axis=0)


@skfem.LinearForm
def outward(v: Any, w: Any) -> Any:
    """Normal component of a displacement."""
    return v[0] * w.n[0] + v[1] * w.n[1]


def strain(u: Any) -> np.ndarray:
    """Return the strain of a displacement in plane strain."""
    g = u.grad
    return np.array([g[0, 0], g[1, 1], 0 * g[0, 0], 0.5 * (g[0, 1] + g[1, 0])])


@dataclasses.dataclass(frozen=True)
class _State:
    """What a displacement brings about: forces, trial stress, stress over it, tangent along it."""

    residual: np.ndarray
    trial: np.ndarray
    ratio: np.ndarray
    along: np.ndarray


class Plate:
    """The quarter, its displacement and creep strain."""

    def __init__(self, cells: int) -> None:
        """Make mesh and forms; free of stress."""
        mesh = curved_mesh(cells)
        named = {
            "left": lambda p: p[0] < 1e-9 * HALF,
            "bottom": lambda p: p[1] < 1e-9 * HALF,
            "outer": lambda p: np.maximum(p[0], p[1]) > HALF * (1 - 1e-9),
            "wall": lambda p: np.hypot(p[0], p[1]) < INNER * (1 + 1e-6),
        }
        mesh = mesh.with_boundaries(named)
        self.basis = skfem.Basis(mesh, skfem.ElementVector(skfem.ElementQuad2()), intorder=5)
        sides = {name: self.basis.boundary(name) for name in ("outer", "wall")}
        self.pull = outward.assemble(sides["outer"])
        self.wall = outward.assemble(sides["wall"])
        held = [self.basis.get_dofs("left").all("u^1"), self.basis.get_dofs("bottom").all("u^2")]
        self.free = self.basis.complement_dofs(np.concatenate(held))
        self.u, self.speed = self.basis.zeros(), self.basis.zeros()
        self.creep = np.zeros((4, *self.basis.dx.shape))
        self.places = {"side": np.array([INNER, 0.0]), "diagonal": INNER * np.full(2, 0.5**0.5)}

    def look(self, u: np.ndarray, start: np.ndarray, span: float, pressure: float) -> _State:
        """Return stresses and out-of-balance forces at a displacement."""
        e = strain(self.basis.interpolate(u))
        trace = e[:3].sum(axis=0)
        trial = 2 * SHEAR * (e - UNIT * trace / 3 - start)
        q_trial = np.sqrt(1.5 * (TWICE * trial**2).sum(axis=0)) + 1e-12
        q, slope = flow(q_trial, span)
        ratio = q / q_trial
        forces = internal.assemble(self.basis, stress=ratio * trial + BULK * trace * UNIT)
        residual = (forces + pressure * self.pull)[self.free]
        return _State(residual, trial, ratio, 3 * SHEAR * (slope - ratio) / q_trial**2)

    def stage(self, start: np.ndarray, span: float, pressure: float) -> np.ndarray:
        """Solve creep = start + span * rate, and return the rate."""
        size = np.linalg.norm(PRESSURE * self.pull[self.free])
        state = self.look(self.u, start, span, pressure)
        for _ in range(60):
            norm = np.linalg.norm(state.residual)
            if norm < 1e-9 * size:
                return (1 - state.ratio) * state.trial / (2 * SHEAR * span)
            fields = {"scale": 2 * SHEAR * state.ratio, "along": state.along, "s": state.trial}
            matrix = tangent.assemble(self.basis, **fields)[self.free][:, self.free]
            change, part = splu(matrix.tocsc()).solve(state.residual), 1.0
            while part > 1e-3:
                u = self.u.copy()
                u[self.free] -= part * change
                state = self.look(u, start, span, pressure)
                if np.linalg.norm(state.residual) < norm:
                    break
                part /= 2
            self.u = u
        raise SystemExit("Newton's method does not converge")

    def step(self, time: float, dt: float) -> None:
        """Go from a time on by a step."""
        h = STAGE * dt
        # a stage starts from where the last speed leads
        self.u = self.u + h * self.speed
        first = self.stage(self.creep, h, pressure_at(time + h))
        middle = self.u.copy()
        start = self.creep + (dt - h) * first
        self.u = self.u + (dt - h) * self.speed
        self.creep = start + h * self.stage(start, h, pressure_at(time + dt))
        self.speed = (self.u - middle) / (dt - h)

    def wall_at(self, place: np.ndarray) -> float:
        """Return the radial displacement at a point of the wall [um]."""
        nodes = np.hypot(*(self.basis.doflocs - place[:, None]))
        near = np.flatnonzero(nodes < 1e-6)
        return float(self.u[near] @ (place / INNER))


def pressure_at(time: float) -> float:
    """Return the pressure [MPa]."""
    return PRESSURE * min(time / RAMP, 1.0)


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh and with steps halved so many times."""
    plate, time, found = Plate(4 * 2**mesh), 0.0, {}
    for length, count in SPANS:
        dt = length / (count * 2**steps)
        for _ in range(count * 2**steps):
            plate.step(time, dt)
            time += dt
        at = f"{round(time):g} s"
        found[f"u_x at (a, 0), {at}", "um"] = plate.wall_at(plate.places["side"])
        found[f"u_r at 45 degrees, {at}", "um"] = plate.wall_at(plate.places["diagonal"])
        found[f"area closed, {at}", "um2"] = float(plate.wall @ plate.u)
    return plate.free.size, found


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--run", nargs=2, type=int, metavar=("MESH", "STEPS"), help="one run only")
    chosen = parser.parse_args().run
    convergence.study("closing_void", "scikit-fem", solve, [tuple(chosen)] if chosen else ())


if __name__ == "__main__":
    main()
