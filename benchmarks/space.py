# SPDX-License-Identifier: BSD-3-Clause
"""Problems in space against closed forms, mesh by mesh, up to sizes that are solved iteratively.

    ./ssb python benchmarks/space.py sphere                     # a sphere pressed on a flat (Hertz)
    ./ssb python benchmarks/space.py void                       # a void that closes in lithium
    ./ssb python benchmarks/space.py discs                      # discs that sink into viscous metal
    ./ssb mpirun -n 2 python benchmarks/space.py sphere --sizes 0.125 0.088

Printed are the free unknowns, the errors, the order of convergence from one mesh to the next, and
processor time and peak memory of all ranks. The solver is the one that the program chooses.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from collections.abc import Callable, Mapping

from mpi4py import MPI

from tests.space import ClosingVoid, PressedSphere, SinkingDisc, unknowns

COMM = MPI.COMM_WORLD


def sphere(size: float) -> tuple[int, dict[str, float]]:
    """Return unknowns and errors of the pressed sphere; size of facets over radius of contact."""
    found = PressedSphere(size).solve()
    errors = {
        "radius": found.radius,
        "spread": found.spread,
        "peak": found.peak,
        "shape": found.shape,
        "force": found.force,
    }
    return found.unknowns, errors


def void(size: float) -> tuple[int, dict[str, float]]:
    """Return unknowns and errors of the closing void; size of its facets over its radius."""
    count = round(0.5 * math.pi / size)
    number, ratio = ClosingVoid(count, layers=3 * count // 2).solve()
    return number, {"rate": ratio - 1}


def discs(size: float) -> tuple[int, dict[str, float]]:
    """Return unknowns and errors of the sinking disc; size of facets at its edge in um."""
    run, ratio = SinkingDisc(size * 1e-6).solve()
    return unknowns(run), {"sinking": ratio - 1}


PROBLEMS: Mapping[str, tuple[Callable[[float], tuple[int, dict[str, float]]], list[float]]] = {
    "sphere": (sphere, [0.25, 0.177, 0.125]),
    "void": (void, [0.8, 0.4, 0.26, 0.2]),
    "discs": (discs, [1.0, 0.5]),
}


def main() -> None:
    """Solve one problem on several meshes and print the errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("problem", choices=list(PROBLEMS))
    parser.add_argument("--sizes", type=float, nargs="+", help="sizes of facets, see the problem")
    options = parser.parse_args()
    solve, sizes = PROBLEMS[options.problem]
    before: tuple[float, dict[str, float]] | None = None
    for size in options.sizes or sizes:
        start = time.process_time()
        number, errors = solve(size)
        spent = COMM.allreduce(time.process_time() - start)
        peak = COMM.allreduce(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
        told = [f"{name} {100 * error:+.3f} %" for name, error in errors.items()]
        if before is not None:
            ratio = math.log(before[0] / size)
            told += [
                f"order of {name} {math.log(abs(before[1][name] / error)) / ratio:.2f}"
                for name, error in errors.items()
                if error
            ]
        before = (size, errors)
        if COMM.rank == 0:
            line = f"size {size:g}: {number:,d} unknowns, {', '.join(told)}"
            print(f"{line}; {spent:.0f} s, {peak:.2f} GB", flush=True)


if __name__ == "__main__":
    main()
