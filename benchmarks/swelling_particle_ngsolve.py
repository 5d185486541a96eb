# SPDX-License-Identifier: BSD-3-Clause
"""The problem of `swelling_particle.py` with NGSolve; prints its figures as JSON.

    python3 benchmarks/swelling_particle_ngsolve.py mesh.npz

Newton's method on concentration, potential and displacement in one compound space. Its linear
systems are solved by GMRES to 1e-3 with a block-triangular preconditioner: the displacements by a
sparse Cholesky factorisation that is made once, for the solid is elastic; concentration and
potential by a factorisation of their block in each iteration.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import time
from typing import Any

import numpy as np

GAS_CONSTANT, FARADAY = 8.31446261815324, 96485.33212331

FORCING = 1e-3
"""Residual of a linear system over that of Newton's method [1]."""


def volume_mesh(points: Any, cells: Any, radius: float) -> Any:
    """Return the mesh with its faces named: left, front, bottom and outer."""
    import netgen.meshing as netgen
    from ngsolve import Mesh

    made = netgen.Mesh(dim=3)
    numbers = [made.Add(netgen.MeshPoint(netgen.Pnt(*point))) for point in points]
    made.Add(netgen.FaceDescriptor(bc=1, domin=1, surfnr=1))
    names = ("left", "front", "bottom", "outer")
    for k in range(2, 5):
        made.Add(netgen.FaceDescriptor(bc=k, domin=1, surfnr=k))
    signed = np.linalg.det(points[cells[:, 1:]] - points[cells[:, :1]])
    cells = np.where((signed < 0)[:, None], cells, cells[:, [0, 2, 1, 3]])
    for cell in cells:
        made.Add(netgen.Element3D(1, [numbers[k] for k in cell]))
    sides = np.concatenate([np.delete(cells, k, axis=1) for k in range(4)])
    _, first, counts = np.unique(
        np.sort(sides, axis=1), axis=0, return_index=True, return_counts=True
    )
    for side in sides[first[counts == 1]]:
        flat = np.max(np.abs(points[side]), axis=0) < 1e-9 * radius
        number = int(np.argmax(flat)) + 1 if np.any(flat) else 4
        made.Add(netgen.Element2D(number, [numbers[k] for k in side]))
    for k, name in enumerate(names):
        made.SetBCName(k, name)
    return Mesh(made)


def main() -> None:
    """Run the problem and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("mesh", help="file that swelling_particle.py writes")
    given = np.load(parser.parse_args().mesh)
    try:
        import ngsolve  # noqa: F401
    except ImportError:
        raise SystemExit("this Python has no NGSolve: pip install ngsolve numpy scipy") from None
    print(json.dumps(solve({name: given[name] for name in given.files})))


def solve(p: dict[str, Any]) -> dict[str, Any]:
    """Run the problem and return its figures."""
    import ngsolve as ngs
    from ngsolve import dx, grad, sym
    from ngsolve.solvers import GMRes

    radius, c_max, omega = (float(p[name]) for name in ("radius", "c_max", "omega"))
    young, poisson = float(p["young"]), float(p["poisson"])
    thermal = GAS_CONSTANT * float(p["temperature"])
    lame, shear = (
        young * poisson / (1 + poisson) / (1 - 2 * poisson),
        young / 2 / (1 + poisson),
    )
    # lengths in radii, contents over c_max, potentials over RT, stresses over RT c_max
    mesh = volume_mesh(p["points"] / radius, p["cells"], 1.0)
    unit, rate = thermal * c_max, float(p["diffusivity"]) / radius**2
    space = ngs.VectorH1(mesh, order=2, dirichletx="left", dirichlety="front", dirichletz="bottom")
    scalar = ngs.H1(mesh, order=1)
    whole = space * scalar * scalar
    (u, x, mu), (v, w, q) = whole.TnT()
    state, before = ngs.GridFunction(whole), ngs.GridFunction(whole)
    dt = ngs.Parameter(1.0)
    swelling = omega * c_max / 3

    def stress(strain: Any) -> Any:
        return (lame * ngs.Trace(strain) * ngs.Id(3) + 2 * shear * strain) / unit

    sigma = stress(sym(grad(u)) - swelling * (x - float(p["start"])) * ngs.Id(3))
    flux = float(p["flux"]) * radius / (c_max * float(p["diffusivity"]))
    # integrands of products of quadratic displacements are of degree 2
    at = dx(bonus_intorder=0)
    form = ngs.BilinearForm(whole)
    form += (ngs.InnerProduct(sigma, sym(grad(v)))) * at
    form += ((x - before.components[1]) / (dt * rate) * w + x * (1 - x) * grad(mu) * grad(w)) * at
    form += -flux * w * ngs.ds("outer")
    form += (mu - ngs.log(x / (1 - x)) + swelling * ngs.Trace(sigma)) * q * at

    elastic = ngs.BilinearForm(
        ngs.InnerProduct(stress(sym(grad(space.TrialFunction()))), sym(grad(space.TestFunction())))
        * dx
    ).Assemble()
    state.components[1].Set(float(p["start"]))
    state.components[2].Set(math.log(float(p["start"]) / (1 - float(p["start"]))))
    return march(ngs, GMRes, (form, elastic, whole, state, before, dt), p)


def sweep_type(ngs: Any) -> Any:
    """Return the type of the block-triangular preconditioner."""

    class Sweep(ngs.BaseMatrix):  # type: ignore[misc]
        """Concentration and potential first, then displacements given those; counts its uses."""

        def __init__(self, matrix: Any, rest: Any, displacement: Any) -> None:
            super().__init__()
            self.matrix, self.rest, self.displacement, self.uses = matrix, rest, displacement, 0
            self.left = matrix.CreateColVector()

        def IsComplex(self) -> bool:
            return False

        def Height(self) -> int:
            return int(self.matrix.height)

        def Width(self) -> int:
            return int(self.matrix.width)

        def CreateColVector(self) -> Any:
            return self.matrix.CreateColVector()

        def CreateRowVector(self) -> Any:
            return self.matrix.CreateColVector()

        def Mult(self, x: Any, y: Any) -> None:
            self.uses += 1
            y.data = self.rest * x
            self.left.data = x - self.matrix * y
            y.data += self.displacement * self.left

    return Sweep


def march(ngs: Any, gmres: Any, problem: Any, p: dict[str, Any]) -> dict[str, Any]:
    """Take the time steps and return the figures."""
    form, elastic, whole, state, before, dt = problem
    start = time.process_time()
    free, part, sweep = whole.FreeDofs(), whole.Range(0), sweep_type(ngs)
    mask = np.array(free)
    others = ngs.BitArray(free)
    others[part] = False
    exact = elastic.mat.Inverse(whole.components[0].FreeDofs(), inverse="sparsecholesky")
    embedding = ngs.Embedding(whole.ndof, part)
    displacement = embedding @ exact @ embedding.T
    residual, change = (state.vec.CreateVector() for _ in range(2))
    newton, linear = [], 0
    for length in p["steps"]:
        dt.Set(float(length))
        before.vec.data = state.vec
        sizes = list[float]()
        while True:
            form.Apply(state.vec, residual)
            residual.FV().NumPy()[~mask] = 0.0
            sizes.append(float(np.linalg.norm(residual.FV().NumPy())))
            if sizes[-1] <= float(p["tolerance"]) * sizes[0] or len(sizes) > 20:
                break
            form.AssembleLinearization(state.vec)
            rest = form.mat.Inverse(others, inverse="umfpack")
            pre = sweep(form.mat, rest, displacement)
            change[:] = 0.0
            gmres(
                A=form.mat,
                b=residual,
                pre=pre,
                freedofs=free,
                x=change,
                maxsteps=60,
                reltol=FORCING,
                printrates=False,
            )
            linear += pre.uses
            state.vec.data -= change
        newton.append(len(sizes) - 1)
    spent, count, unknowns = time.process_time() - start, sum(newton), int(mask.sum())
    content, moved = (state.components[k].vec.FV().NumPy() for k in (1, 0))
    return {
        "unknowns": unknowns,
        "Newton iterations": newton,
        "linear iterations per Newton iteration": linear / count,
        "processor time per Newton iteration, s": spent / count,
        "us per unknown and Newton iteration": 1e6 * spent / count / unknowns,
        "peak memory, GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "largest content": float(np.max(content)),
        "largest displacement, nm": 1e9 * float(p["radius"]) * float(np.max(np.abs(moved))),
    }


if __name__ == "__main__":
    main()
