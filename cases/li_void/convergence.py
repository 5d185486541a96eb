# SPDX-License-Identifier: BSD-3-Clause
"""How void volume and contact of the void case converge with mesh and time step.

Each study halves one of them twice from a coarse start. The order is read off three results in a
row: log2 |(f1 - f2) / (f2 - f3)|; the error of the finest is |f2 - f3| / (2^order - 1). With
`--moving` the void's walls move.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from pathlib import Path

from mpi4py import MPI

import numpy as np

import ssbmech as ssb
from ssbmech.run.case_script import CaseScript

WHERE = "negative|separator"
STUDIES = {
    "mesh": {"size": (0.5, 0.25, 0.125, 0.0625), "longest-step": (30.0,)},
    "time step": {"size": (0.5,), "longest-step": (120.0, 60.0, 30.0, 15.0)},
}


def figures(rows: list[dict[str, float]]) -> dict[str, float]:
    """Return the figures of one run: void volume per depth [um2] and contact fractions."""
    time = np.array([row["time"] for row in rows])
    step = np.array([row["step"] for row in rows])
    void = np.array([row[f"void_volume:{WHERE}"] for row in rows]) * 1e12
    contact = np.array([row[f"contact_fraction:{WHERE}"] for row in rows])
    strip = step == 3
    return {
        "void volume after plating": void[step == 1][-1],
        "void volume after rest": void[step == 2][-1],
        "mean void volume while stripping": _mean(time[strip], void[strip]),
        "mean contact fraction while stripping": _mean(time[strip], contact[strip]),
    }


def _mean(time: np.ndarray, values: np.ndarray) -> float:
    """Return the mean over time by the trapezoidal rule."""
    return float(np.trapezoid(values, time) / (time[-1] - time[0]))


def order(values: list[float]) -> tuple[float, float]:
    """Return observed order and estimated relative error of the last of a row of results."""
    first, second, third = values[-3:]
    ratio = abs((first - second) / (second - third)) if second != third else math.inf
    observed = math.log2(ratio) if ratio > 0.0 else 0.0
    gain = max(2.0 ** min(observed, 4.0) - 1.0, 1e-3)
    return observed, abs(second - third) / gain / max(abs(third), 1e-30)


def study(name: str, pressure: float, out: Path, moving: bool) -> dict[str, dict[str, object]]:
    """Run one study; collective. Returns values, order and error estimate by figure."""
    script = CaseScript.load(Path(__file__).with_name("case.py"))
    found: dict[str, list[float]] = {}
    knobs = STUDIES[name]
    for size in knobs["size"]:
        for step in knobs["longest-step"]:
            walls = ["--moving"] if moving else []
            kind = "_moving" if moving else ""
            folder = out / f"{pressure:g}MPa_{size:g}um_{step:g}s{kind}"
            case = script.case(
                [
                    f"--pressure={pressure}",
                    f"--size={size}",
                    f"--longest-step={step}",
                    "--gap-error=200",
                    *walls,
                ]
            )
            plain = dataclasses.replace(case, output=ssb.Output(figures=False))
            result = ssb.run(plain, folder)
            for key, value in figures(result.rows).items():
                found.setdefault(key, []).append(value)
    return {
        key: {"values": values, "order": order(values)[0], "error": order(values)[1]}
        for key, values in found.items()
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pressure", type=float, default=1.0, help="preload of the spring [MPa]")
    parser.add_argument("--moving", action="store_true", help="let the void's walls move")
    parser.add_argument("--only", choices=list(STUDIES), help="one of the studies")
    parser.add_argument("--out", type=Path, default=Path("runs/convergence"), help="folder")
    chosen = parser.parse_args(sys.argv[1:])
    names = [chosen.only] if chosen.only else list(STUDIES)
    table = {name: study(name, chosen.pressure, chosen.out, chosen.moving) for name in names}
    if MPI.COMM_WORLD.rank == 0:
        text = json.dumps(table, indent=2)
        (chosen.out / "convergence.json").write_text(text + "\n", encoding="utf-8")
        print(text)
