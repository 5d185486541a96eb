# SPDX-License-Identifier: BSD-3-Clause
"""Speed of the creep solver: lithium that closes a cylindrical void, on one core.

    python benchmarks/closing_void.py
    python benchmarks/closing_void.py --sizes 20 80 --solver lu

Marches the problem of `void_problem.py` through its 100 time steps at several sizes, each in a
process of its own, and prints what a Newton iteration costs per unknown. The limit is the bare
numeric factorisation and solve of the same matrix with the same solver, measured in between. At
the end a thick-walled cylinder checks the same code against closed forms.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PHASES = {
    "residual": "assembly, residual",
    "jacobian": "assembly, Jacobian",
    "factorisation": "factorisation",
    "solve": "solve",
    "history": "history update",
    "rest": "rest",
    "total": "total",
    "limit": "limit",
}
RATIO_LIMIT = 1.4
ITERATIONS_LIMIT = 2.2
MEMORY_LIMIT = 5.0
Figures = dict[str, Any]


def measure(arguments: list[str]) -> Figures:
    """Run the problem in a process of its own and return its figures."""
    script = Path(__file__).with_name("void_problem.py")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def row(label: str, values: Sequence[object], form: str = "") -> str:
    """Return a line of the table."""
    return f"{label:<40}" + "".join(f"{value:>12{form}}" for value in values)


def show(runs: Sequence[Figures]) -> None:
    """Print the table of all sizes."""
    print(row("displacement unknowns", [r["unknowns"] for r in runs], ",d"))
    print(row("Newton iterations", [r["iterations"] for r in runs]))
    print(row("Newton iterations per step", [r["iterations"] / r["steps"] for r in runs], ".2f"))
    print("\nmicroseconds per Newton iteration and unknown")
    for phase, label in PHASES.items():
        print(row(f"  {label}", [r["mean"][phase] for r in runs], ".3f"))
    print(row("  total / limit", [r["mean"]["total"] / r["mean"]["limit"] for r in runs], ".2f"))
    print(row("  total, median of the steps", [r["median"]["total"] for r in runs], ".3f"))
    print(row("  limit, median", [r["median"]["limit"] for r in runs], ".3f"))
    medians = [r["median"]["total"] / r["median"]["limit"] for r in runs]
    print(row("  total / limit, medians", medians, ".2f"))
    print("\nset-up, s")
    for phase in ("mesh", "model"):
        print(row(f"  {phase}", [r["seconds"][phase] for r in runs], ".1f"))
    print(row("time loop, s", [r["seconds"]["loop"] for r in runs], ".1f"))
    print(row("peak memory, MB", [r["peak_memory"] / 1e6 for r in runs], ".0f"))
    print(row("memory added, kB per unknown", ["", *memory_added(runs)], ""))
    print("\nresults")
    for quantity in runs[0]["results"]:
        print(row(f"  {quantity}", [r["results"][quantity] for r in runs], ".6g"))


def memory_added(runs: Sequence[Figures]) -> list[str]:
    """Return the memory added from size to size, per unknown added [kB]."""
    pairs = zip(runs[:-1], runs[1:], strict=True)
    return [
        f"{(b['peak_memory'] - a['peak_memory']) / (b['unknowns'] - a['unknowns']) / 1e3:.2f}"
        for a, b in pairs
    ]


def missed(runs: Sequence[Figures]) -> list[str]:
    """Return the targets that were missed."""
    found = []
    for run in runs:
        name = f"{run['unknowns']:,} unknowns"
        ratio = run["median"]["total"] / run["median"]["limit"]
        if run["unknowns"] > 70_000 and ratio > RATIO_LIMIT:
            found.append(f"{name}: {ratio:.2f} times the limit, more than {RATIO_LIMIT}")
        per_step = run["iterations"] / run["steps"]
        if per_step > ITERATIONS_LIMIT:
            found.append(f"{name}: {per_step:.2f} iterations a step, more than {ITERATIONS_LIMIT}")
    found += [
        f"{added} kB per unknown added, more than {MEMORY_LIMIT}"
        for added in memory_added(runs)
        if float(added) > MEMORY_LIMIT
    ]
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all sizes and print the table; exits with 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Speed of the creep solver on one core.")
    parser.add_argument(
        "--sizes", type=float, nargs="+", default=[20.0, 80.0, 320.0], help="thousands of unknowns"
    )
    parser.add_argument("--solver", choices=("cholesky", "lu"), default="cholesky")
    given = parser.parse_args(arguments)
    runs = []
    for size in given.sizes:
        print(f"{size:g} thousand unknowns ...", file=sys.stderr, flush=True)
        runs.append(measure(["--unknowns", str(1000 * size), "--solver", given.solver]))
    show(runs)
    print("\nthick-walled cylinder against closed forms")
    for name, (value, exact) in measure(["--check"])["check"].items():
        print(f"  {name:<38}{value:>14.6g}{exact:>14.6g}{100 * (value / exact - 1):>10.3f} %")
    failures = missed(runs)
    print("\n" + ("\n".join(failures) if failures else "all targets met"))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
