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
import itertools
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
}
RATIO_LIMIT = 1.4
"""Largest time over the limit, at 80 thousand unknowns and above [1]."""

ITERATIONS_LIMIT = 2.2
"""Largest number of Newton iterations per step [1]."""

MEMORY_LIMIT = 5.0
"""Most memory added per unknown added [kB]."""

CHECK_LIMIT = 2e-3
"""Largest relative error against closed forms [1]."""

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
    return f"{label:<31}" + "".join(f"{value:>14{form}}" for value in values)


def show(runs: Sequence[Figures]) -> None:
    """Print the table of all sizes."""
    print(row("displacement unknowns", [r["unknowns"] for r in runs], ",d"))
    print(row("Newton iterations", [r["iterations"] for r in runs]))
    print(row("Newton iterations per step", [r["iterations"] / r["steps"] for r in runs], ".2f"))
    print("\nmicroseconds per Newton iteration and unknown")
    for phase, label in PHASES.items():
        print(row(f"  {label}", [r["cost"][phase] for r in runs], ".3f"))
    print(row("  limit", [r["limit"]["total"] for r in runs], ".3f"))
    print(row("  total, processor time", [r["cost"]["processor"] for r in runs], ".3f"))
    print(row("  limit, processor time", [r["limit"]["processor"] for r in runs], ".3f"))
    print(row("  total / limit", [ratio(r) for r in runs], ".2f"))
    print("\nwall time, s")
    for phase in ("mesh", "model", "time loop"):
        print(row(f"  {phase}", [r["seconds"][phase] for r in runs], ".1f"))
    print(row("peak memory, MB", [r["peak_memory"] / 1e6 for r in runs], ".0f"))
    print(row("  added, kB per unknown", ["", *memory_added(runs)]))
    print("\nresults")
    for quantity in runs[0]["results"]:
        print(row(f"  {quantity}", [r["results"][quantity] for r in runs], ".6g"))


def ratio(run: Figures) -> float:
    """Return the processor time of a Newton iteration over the limit [1]."""
    return float(run["cost"]["processor"] / run["limit"]["processor"])


def memory_added(runs: Sequence[Figures]) -> list[str]:
    """Return the memory added from size to size, per unknown added [kB]."""
    return [
        f"{(b['peak_memory'] - a['peak_memory']) / (b['unknowns'] - a['unknowns']) / 1e3:.2f}"
        for a, b in itertools.pairwise(runs)
    ]


def missed(runs: Sequence[Figures], checks: Figures) -> list[str]:
    """Return the targets that were missed."""
    found = [
        f"{name}: {value:.6g} instead of {exact:.6g}"
        for name, (value, exact) in checks.items()
        if abs(value / exact - 1) > CHECK_LIMIT
    ]
    for run in runs:
        name = f"{run['unknowns']:,} unknowns"
        if run["unknowns"] > 70_000 and ratio(run) > RATIO_LIMIT:
            found.append(f"{name}: {ratio(run):.2f} times the limit, more than {RATIO_LIMIT}")
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
    checks = measure(["--check"])["check"]
    for name, (value, exact) in checks.items():
        print(f"  {name:<37}{value:>14.6g}{exact:>14.6g}{100 * (value / exact - 1):>10.3f} %")
    failures = missed(runs, checks)
    print("\n" + "\n".join(failures or ["all targets met"]))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
