# SPDX-License-Identifier: BSD-3-Clause
"""Write measured.csv: the cell's voltage by its closed form, with noise. No solver takes part.

In one dimension, with equal charge transfer on both sides and a transfer coefficient of one half,

    V = i (L / kappa + 2 R_f) + 4 (R T / F) asinh(i / (2 i_0))
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from case import CURRENTS, ELECTROLYTE, SECONDS, SEPARATOR

from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE

EXCHANGE, FILM = 12.0, 2.5
"""What a fit should find: exchange current [A/m2], film of each interface [ohm cm2]."""

NOISE = 2e-4
"""Standard deviation of the noise [V]."""

SEED = 20


def voltage(current: float) -> float:
    """Return the voltage at a current density [V].

    Args:
        current: current density [A/m2].
    """
    ohmic = SEPARATOR * 1e-6 / ELECTROLYTE.conductor.conductivity + 2 * FILM * 1e-4
    thermal = GAS_CONSTANT * ROOM_TEMPERATURE / FARADAY
    return float(current * ohmic + 4 * thermal * np.arcsinh(current / (2 * EXCHANGE)))


def main() -> None:
    """Write the file, two points in each step of the protocol."""
    draw = np.random.default_rng(SEED)
    lines = ["time [s]; voltage [V]"]
    for number, current in enumerate(CURRENTS):
        for part in (0.6, 0.9):
            time = 1.0 + (number + part) * SECONDS
            lines.append(f"{time:.2f}; {voltage(10 * current) + draw.normal(0.0, NOISE):.6f}")
    path = Path(__file__).with_name("measured.csv")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
