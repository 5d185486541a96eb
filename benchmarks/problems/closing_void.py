# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark `docs/benchmarks/closing_void.md`: a void that closes in creeping lithium."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import runs
import ufl
from dolfinx import fem

import ssbmech as ssb
from ssbmech._compat import compile_form
from ssbmech.model.cell import CellModel

sys.path.insert(0, str(Path(__file__).parents[1]))
import void_problem

TIMES = (1.0, 21.0, 301.0, 3601.0)
"""Times at which the void is looked at [s]."""

STEPS = 5 * [0.2] + 5 * [0.8] + 5 * [3.2] + 10 * [6.0] + 10 * [22.0] + 25 * [132.0]
"""Longest time steps [s]; those of a finer level are halved."""

UNKNOWNS = 3e3
"""Unknowns of the coarsest mesh, about [1]."""


def measure(cell: CellModel) -> Mapping[str, float]:
    """Return the displacements of the wall and the area by which the quarter has closed."""
    body = cell.bodies["body"]
    u, a = body.u.function, void_problem.RADIUS
    nodes = u.function_space.tabulate_dof_coordinates()[:, :2]
    values = u.x.array.reshape(-1, 2)
    side = int(np.argmin(np.linalg.norm(nodes - [a, 0.0], axis=1)))
    diagonal = int(np.argmin(np.linalg.norm(nodes - [a * 0.5**0.5] * 2, axis=1)))
    normal = ufl.FacetNormal(body.mesh.mesh)
    wall = ufl.dot(u, normal) * body.ds(body.mesh.faces["inner"])
    return {
        "side": values[side, 0],
        "diagonal": values[diagonal] @ nodes[diagonal] / a,
        "area": fem.assemble_scalar(compile_form(wall, None)),
    }


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh and with steps halved so many times."""
    lengths = np.repeat(STEPS, 2**steps) / 2**steps
    unknowns = UNKNOWNS * 4.0**mesh
    case = void_problem.build_case(unknowns, lengths.tolist(), ssb.Cholesky(), square=True)
    case = dataclasses.replace(case, output=ssb.Output(figures=False))
    probe = runs.run(case, measure)
    found = {}
    for time in TIMES:
        row = probe.at(time)
        found[f"u_x at (a, 0), {time:g} s", "um"] = 1e6 * row["side"]
        found[f"u_r at 45 degrees, {time:g} s", "um"] = 1e6 * row["diagonal"]
        found[f"area closed, {time:g} s", "um2"] = 1e12 * row["area"]
    return probe.unknowns, found


if __name__ == "__main__":
    runs.main("closing_void", __doc__.splitlines()[0], solve)
