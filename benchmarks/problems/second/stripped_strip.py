# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark `docs/benchmarks/stripped_strip.md` with scikit-fem, written from that page.

    python3 -m venv venv && venv/bin/pip install scikit-fem
    venv/bin/python benchmarks/problems/second/stripped_strip.py

Steady Stokes flow in Taylor-Hood quadrilaterals, graded to the edge of the strip. The plate comes
down at a unit speed while the strip holds its part of the surface; the mean pressure that this
takes, scaled, is that of the benchmark. That the metal opens everywhere else is checked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import skfem
from scipy.sparse import bmat
from skfem.helpers import ddot, div, sym_grad

sys.path.insert(0, str(Path(__file__).parents[1]))
import convergence

WIDTH, HEIGHT, INERT = 1.0, 2.0, 0.2
"""Half the period is the unit of length; height, inert share of the width."""

VISCOSITY, SPEED, LENGTH = 3e10, 2.69471e-10, 10e-6
"""Viscosity [Pa s], mean speed of removal [m/s], the unit of length [m]."""

PRESSURES = (0.5, 1.5)
"""Stack pressures [MPa]."""

GRADING = 3
"""Power of a uniform coordinate by which cells shrink towards the edge [1]."""


@skfem.BilinearForm
def viscous(u: Any, v: Any, w: Any) -> Any:
    """Work of the viscous stress, of unit viscosity."""
    return 2 * ddot(sym_grad(u), sym_grad(v))


@skfem.BilinearForm
def volume(u: Any, q: Any, w: Any) -> Any:
    """Change of volume."""
    return -div(u) * q


def places(cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates of a tensor mesh, graded to the edge of the strip and to the flat."""
    graded = np.linspace(0.0, 1.0, 6 * cells + 1) ** GRADING
    wide = np.linspace(0.0, 1.0, 4 * cells + 1)
    near = INERT - INERT * graded[::-1]
    far = INERT + graded * 0.3
    beyond = 0.5 + 0.5 * wide[1:]
    x = np.concatenate([near[:-1], far, beyond])
    y = np.concatenate([0.5 * graded, 0.5 + 1.5 * wide[1:]])
    return np.unique(x.round(14)), np.unique(y.round(14))


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh; there is no time."""
    del steps
    named = {
        "sides": lambda p: (p[0] < 1e-9) | (p[0] > WIDTH - 1e-9),
        "strip": lambda p: (p[1] < 1e-12) & (p[0] < INERT),
        "beside": lambda p: (p[1] < 1e-12) & (p[0] > INERT),
        "top": lambda p: p[1] > HEIGHT - 1e-9,
    }
    flat = skfem.MeshQuad.init_tensor(*places(2**mesh)).with_boundaries(named)
    velocity = skfem.Basis(flat, skfem.ElementVector(skfem.ElementQuad2()), intorder=5)
    pressure = skfem.Basis(flat, skfem.ElementQuad1(), intorder=5)
    a, b = viscous.assemble(velocity), volume.assemble(velocity, pressure)
    matrix = bmat([[a, b.T], [b, None]]).tocsr()
    top = velocity.get_dofs("top").all("u^2")
    held = np.concatenate(
        [velocity.get_dofs("sides").all("u^1"), velocity.get_dofs("strip").all("u^2"), top]
    )
    x = np.zeros(matrix.shape[0])
    x[top] = -1.0
    x = skfem.solve(*skfem.condense(matrix, np.zeros_like(x), x=x, D=np.unique(held)))
    # the force that holds the plate at a unit speed, per width
    force = -float((matrix @ x)[top].sum()) / WIDTH
    surface = velocity.get_dofs("beside").all("u^2")
    surface = surface[np.argsort(velocity.doflocs[0, surface])]
    # Simpson's rule is exact for quadratic functions
    lengths = velocity.doflocs[0, surface[2::2]] - velocity.doflocs[0, surface[:-2:2]]
    ends, middles = x[surface[::2]], x[surface[1::2]]
    mean = float(lengths @ (ends[:-1] + 4 * middles + ends[1:])) / 6 / WIDTH
    found = {}
    for p in PRESSURES:
        # speed of the plate over that of removal
        sink = p * 1e6 * LENGTH / (VISCOSITY * SPEED) / force
        opening = 1 / (1 - INERT) + sink * x[surface]
        if opening[1:].min() <= 0.0:
            raise SystemExit(f"at {p} MPa metal beside the strip is in touch")
        found[f"growth of the mean gap, {p:g} MPa", "1"] = 1.0 + sink * mean
        found[f"growth of the gap at x = L, {p:g} MPa", "1"] = float(opening[-1])
    low, high = (found[f"growth of the mean gap, {p:g} MPa", "1"] for p in (0.5, 1.5))
    found["threshold", "MPa"] = 0.5 + low / (low - high)
    return matrix.shape[0], found


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--run", nargs=2, type=int, metavar=("MESH", "STEPS"), help="one run only")
    chosen = parser.parse_args().run
    convergence.study("stripped_strip", "scikit-fem", solve, [tuple(chosen)] if chosen else ())


if __name__ == "__main__":
    main()
