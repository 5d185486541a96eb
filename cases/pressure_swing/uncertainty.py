# SPDX-License-Identifier: BSD-3-Clause
r"""How uncertain the computed swings are by the inputs that the data do not say.

.. math:: u_{input}^2 = \sum_k \left(S(x_k + u_k) - S(x_k)\right)^2

for the swing S over that of lithium | NMC811, on which the frame is calibrated. Writes
docs/pressure_swing.json, from which docs/trust.md is made:

    ./ssb python cases/pressure_swing/uncertainty.py
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import case
import table

FILE = Path(__file__).parents[2] / "docs" / "pressure_swing.json"

CELLS = (("graphite", "nmc811"), ("lto", "nmc811"), ("lto", "lco"))

INPUTS: dict[str, tuple[str, str | None, float]] = {
    "charge of NMC811 (mA h/g)": ("REACHED", "nmc811", 15.0),
    "charge of LiCoO2 (mA h/g)": ("REACHED", "lco", 5.0),
    "modulus of the NMC811 composite (GPa)": ("YOUNG", "nmc811", 10.0),
    "modulus of the LiCoO2 composite (GPa)": ("YOUNG", "lco", 10.0),
    "modulus of the graphite composite (GPa)": ("YOUNG", "graphite", 5.0),
    "share of graphite (1)": ("SHARE", "graphite", 0.05),
    "capacity of graphite over the charge (1)": ("BALANCE", None, 0.1),
    "relative density (1)": ("DENSITY", None, 0.015),
}
"""Name in `case`, key, and standard uncertainty of each input, all of them judgements."""


@contextmanager
def changed(name: str, key: str | None, by: float) -> Iterator[None]:
    """Change an input for a while."""
    before = getattr(case, name)
    if key is None:
        setattr(case, name, before + by)
    else:
        setattr(case, name, {**before, key: before[key] + by})
    try:
        yield
    finally:
        setattr(case, name, before)


def ratio(negative: str, positive: str) -> float:
    """Return the swing of a cell over that of lithium | NMC811."""
    return _swing(negative, positive) / _swing("lithium", "nmc811")


_known: dict[tuple[object, ...], float] = {}


def _swing(negative: str, positive: str) -> float:
    """Return the swing of a cell [MPa]; computed once for the inputs that it depends on."""
    inputs: tuple[object, ...] = (case.REACHED[positive], case.YOUNG[positive], case.DENSITY)
    if negative == "graphite":
        inputs += (case.YOUNG[negative], case.SHARE[negative], case.BALANCE)
    key = (negative, positive, *inputs)
    if key not in _known:
        made = case.cell(negative, positive, case.FRAME, density=case.DENSITY)
        _known[key] = table.swing(made, case.charge_of(positive))
    return _known[key]


def parts(of: Callable[[], float]) -> dict[str, float]:
    """Return what each input adds to the standard uncertainty of a figure, with its sign."""
    found, nominal = {}, of()
    for words, (name, key, size) in INPUTS.items():
        with changed(name, key, size):
            found[words] = of() - nominal
    return found


def main() -> int:
    """Write the file and return the exit status."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    # half the steps of the table: the ratios are the same to a percent
    table.STEPS = 6
    found = []
    for negative, positive in CELLS:
        by_input = parts(lambda a=negative, c=positive: ratio(a, c))
        found.append(
            {
                "cell": f"{negative} | {positive}",
                "over lithium": ratio(negative, positive),
                "input": math.hypot(*by_input.values()),
                "parts": by_input,
            }
        )
        print(json.dumps(found[-1]), flush=True)
    FILE.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(FILE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
