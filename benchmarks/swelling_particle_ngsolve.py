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
    path = parser.parse_args().mesh
    try:
        import ngsolve  # noqa: F401
    except ImportError:
        raise SystemExit("this Python has no NGSolve: pip install ngsolve numpy scipy") from None
    given = np.load(path)
    print(json.dumps(solve({name: given[name] for name in given.files})))


class Problem:
    """Forms of the particle: lengths over the radius, potentials over RT, stresses over RT c_max.

    What is linear with constant coefficients is assembled once, in the space of all fields; the
    rest in that of concentration, from its start, and potential.
    """

    def __init__(self, p: dict[str, Any]) -> None:
        """Make the spaces and forms."""
        import ngsolve as ngs
        from ngsolve import InnerProduct, Sym, Trace, dx, grad

        radius, c_max, omega = (float(p[name]) for name in ("radius", "c_max", "omega"))
        young, poisson, first = (float(p[name]) for name in ("young", "poisson", "start"))
        unit = GAS_CONSTANT * float(p["temperature"]) * c_max
        lame = young * poisson / (1 + poisson) / (1 - 2 * poisson) / unit
        shear, swelling = young / 2 / (1 + poisson) / unit, omega * c_max / 3
        rate = float(p["diffusivity"]) / radius**2
        flux = float(p["flux"]) * radius / (c_max * float(p["diffusivity"]))
        mesh = volume_mesh(p["points"] / radius, p["cells"], 1.0)
        sides = {"dirichletx": "left", "dirichlety": "front", "dirichletz": "bottom"}
        moving, scalar = ngs.VectorH1(mesh, order=2, **sides), ngs.H1(mesh, order=1)
        self.whole, pair = moving * scalar * scalar, scalar * scalar
        self.state, self.before = ngs.GridFunction(self.whole), ngs.GridFunction(pair)
        self.dt = ngs.Parameter(1.0)

        def stress(strain: Any) -> Any:
            return lame * Trace(strain) * ngs.Id(3) + 2 * shear * strain

        (u, x, _), (v, _, q) = self.whole.TnT()
        swollen = stress(Sym(grad(u)) - swelling * x * ngs.Id(3))
        linear = InnerProduct(swollen, Sym(grad(v))) + swelling * Trace(stress(Sym(grad(u)))) * q
        self.linear = ngs.BilinearForm(linear * dx).Assemble()
        (u, v) = moving.TnT()
        elastic = ngs.BilinearForm(InnerProduct(stress(Sym(grad(u))), Sym(grad(v))) * dx)
        self.elastic = elastic.Assemble()
        (x, mu), (w, q) = pair.TnT()
        content = first + x
        gone = swelling * Trace(stress(-swelling * x * ngs.Id(3)))
        chemical = mu - ngs.log(content / (1 - content)) + gone
        stored = (x - self.before.components[0]) / (self.dt * rate) * w
        carried = content * (1 - content) * grad(mu) * grad(w)
        self.nonlinear = ngs.BilinearForm(pair)
        self.nonlinear += (stored + carried + chemical * q) * dx - flux * w * ngs.ds("outer")
        self.state.components[2].Set(math.log(first / (1 - first)))
        self.moving, self.free = self.whole.Range(0), np.array(self.whole.FreeDofs())
        self.pair = ngs.IntRange(self.moving.stop, self.whole.ndof)
        self.kept = moving.FreeDofs()

    def residual(self, into: Any) -> float:
        """Write the residual, and return its norm."""
        into.data = self.linear.mat * self.state.vec
        own = self.state.vec.CreateVector()[self.pair]
        self.nonlinear.Apply(self.state.vec[self.pair], own)
        into[self.pair] += own
        values = into.FV().NumPy()
        values[~self.free] = 0.0
        return float(np.linalg.norm(values))


def solve(p: dict[str, Any]) -> dict[str, Any]:
    """Run the problem and return its figures."""
    import ngsolve as ngs
    from ngsolve.solvers import GMRes

    problem = Problem(p)
    start, sweep, state = time.process_time(), sweep_type(ngs), problem.state
    of_pair = ngs.Embedding(problem.whole.ndof, problem.pair)
    of_moving = ngs.Embedding(problem.whole.ndof, problem.moving)
    exact = problem.elastic.mat.Inverse(problem.kept, inverse="sparsecholesky")
    once = time.process_time() - start
    displacement = of_moving @ exact @ of_moving.T
    residual, change = (state.vec.CreateVector() for _ in range(2))
    newton, linear = [], 0
    for length in p["steps"]:
        problem.dt.Set(float(length))
        problem.before.vec.data = state.vec[problem.pair]
        sizes = [problem.residual(residual)]
        while sizes[-1] > float(p["tolerance"]) * sizes[0] and len(sizes) < 20:
            problem.nonlinear.AssembleLinearization(state.vec[problem.pair])
            own = problem.nonlinear.mat
            matrix = problem.linear.mat + of_pair @ own @ of_pair.T
            rest = of_pair @ own.Inverse(inverse="umfpack") @ of_pair.T
            pre = sweep(matrix, rest, displacement)
            change[:] = 0.0
            GMRes(
                A=matrix,
                b=residual,
                pre=pre,
                x=change,
                maxsteps=60,
                reltol=FORCING,
                printrates=False,
            )
            linear += pre.uses
            change.FV().NumPy()[~problem.free] = 0.0
            state.vec.data -= change
            sizes.append(problem.residual(residual))
        newton.append(len(sizes) - 1)
    spent, count = time.process_time() - start, sum(newton)
    unknowns = int(problem.free.sum())
    moved, added = (state.components[k].vec.FV().NumPy() for k in (0, 1))
    return {
        "unknowns": unknowns,
        "Newton iterations": newton,
        "linear iterations per Newton iteration": linear / count,
        "processor time per Newton iteration, s": spent / count,
        "of that factorised once, s": once / count,
        "us per unknown and Newton iteration": 1e6 * spent / count / unknowns,
        "peak memory, GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "largest content": float(p["start"]) + float(np.max(added)),
        "largest displacement, nm": 1e9 * float(p["radius"]) * float(np.max(np.abs(moved))),
    }


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


if __name__ == "__main__":
    main()
