# SPDX-License-Identifier: BSD-3-Clause
r"""Voids seen as an arc that grows: impedance of a cell on its way to the loss of contact.

Li | Li6PS5Cl | Li at 1 MPa and 25 degree C is stripped at 1 mA/cm2, fifteen times what it bears for
ever (`case.py`). Voids below the mesh take the contact away, and with it both conductance and
capacitance of the interface: the arc grows, at rest as the inverse of the contact. Under the
current it grows less, for the overpotential of what is left makes the charge transfer easier,

.. math:: R = \frac{Z}{\theta} \left[1 + \left(\frac{F i Z}{2 R_g T \theta}\right)^2\right]^{-1/2}

with the resistance Z of full contact at rest and the fraction theta that conducts. The other
electrode keeps its contact and its arc. Run it as

    python cases/critical_current/arcs.py --figure docs/figures/stripping_arcs.png

The capacitance is a guess, 0.1 F/m2; it moves the frequencies and no resistance.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from case import INTERFACE, build_case, knobs

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.plots import theme
from ssbmech.units import F_per_m2, hour

CAPACITANCE = 0.1
"""Of a double layer that touches everywhere [F/m2], a guess."""

FREQUENCIES = np.logspace(0, 7, 106)
"""Frequencies [Hz]."""

HOURS = (0.01, 1.0, 2.0, 2.6, 2.9)
"""Times of stripping at which the impedance is taken [h]."""

FULL, CURRENT, TEMPERATURE = 8e-4, 10.0, 298.15
"""Resistance of full contact at rest, of the library [ohm m2], current density [A/m2], and K."""

PER_CM2 = 1e4
"""ohm cm2 in an ohm m2 [1]."""


@dataclass(frozen=True)
class Arc:
    """Impedance at a state of contact.

    Attributes:
        contact: fraction of the stripped electrode that conducts [1].
        charge: stripped so far [C/m2].
        impedance: by frequency [ohm m2].
    """

    contact: float
    charge: float
    impedance: np.ndarray

    @property
    def span(self) -> float:
        """Real part at the lowest frequency less that at the highest [ohm m2]."""
        return float(self.impedance[0].real - self.impedance[-1].real)


def closed_form(contact: float, current: float = CURRENT) -> float:
    """Return the resistance of the stripped and the full electrode [ohm m2]."""

    def one(theta: float) -> float:
        driven = FARADAY * current * FULL / (2 * GAS_CONSTANT * TEMPERATURE * theta)
        return FULL / theta / math.hypot(1.0, driven)

    return one(contact) + one(1.0)


class Contact:
    """Keeps contact and charge at each step."""

    name = "contact"

    def __init__(self) -> None:
        """Nothing is seen yet."""
        self.seen: dict[float, tuple[float, float]] = {}

    def begin(self, cell: object) -> Mapping[str, Sequence[object]]:
        """Measure no column."""
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        """Look at a step."""
        self.seen[row["time"]] = (row[f"conducting_fraction:{INTERFACE}"], row["charge"])


def arcs(hours: Sequence[float] = HOURS) -> list[Arc]:
    """Strip the cell and return its impedance on the way.

    Args:
        hours: times of stripping [h].
    """
    parser = argparse.ArgumentParser()
    knobs(parser)
    options = parser.parse_args(["--pressure=1", "--current=1", f"--charge={max(hours):g}"])
    case = build_case(options)
    layer = ssb.DoubleLayer(CAPACITANCE * F_per_m2)
    case = dataclasses.replace(
        case,
        interfaces=tuple(dataclasses.replace(each, parts=(layer,)) for each in case.interfaces),
        output=ssb.Output(figures=False),
        step_control=ssb.AdaptiveSteps(dt_max=0.1 * hour),
    )
    contact = Contact()
    spectra = ssb.Spectra(FREQUENCIES, [3600.0 * each for each in hours])
    with tempfile.TemporaryDirectory(prefix="arcs-") as folder:
        ssb.run(case, Path(folder) / "run", observers=(contact, spectra))
    return [Arc(*contact.seen[each.time], each.impedance) for each in spectra.spectra]


def draw(found: Sequence[Arc], path: Path) -> None:
    """Draw the arcs, and how far they span, against the closed form."""
    with theme.style():
        figure = theme.new_figure(9.0, 4.0)
        plane, law = figure.subplots(1, 2)
        for colour, arc in zip(theme.LINES, found, strict=False):
            z = PER_CM2 * arc.impedance
            plane.plot(z.real, -z.imag, color=colour, label=f"{arc.contact:.2f}")
            decades = z[::15]
            plane.plot(decades.real, -decades.imag, "o", color=colour, markersize=3)
        plane.set_xlabel("$Z'$ (Ω cm²)")
        plane.set_ylabel("$-Z''$ (Ω cm²)")
        plane.set_aspect("equal", adjustable="datalim")
        plane.legend(title="contact (1)")
        inverse = np.array([1 / arc.contact for arc in found])
        spans = PER_CM2 * np.array([arc.span for arc in found])
        law.plot(inverse, spans, "o", color=theme.LINES[0], label="computed")
        line = np.linspace(1.0, inverse.max(), 100)
        for words, current, style in (("under the current", CURRENT, "-"), ("at rest", 0.0, ":")):
            exact = [PER_CM2 * closed_form(1 / each, current) for each in line]
            law.plot(line, exact, style, color=theme.INK, linewidth=0.9, label=words)
        law.set_xlabel("1 / contact (1)")
        law.set_ylabel("span of both arcs (Ω cm²)")
        law.legend()
        theme.save(figure, path)


def main() -> int:
    """Run it and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figure", type=Path, default=Path("stripping_arcs.png"), help="file")
    path = parser.parse_args().figure
    found = arcs()
    draw(found, path)
    print("contact, charge [mAh/cm2], span [ohm cm2], closed form [ohm cm2]")
    for arc in found:
        exact = PER_CM2 * closed_form(arc.contact)
        print(f"{arc.contact:.6f} {arc.charge / 36e3:.3f} {PER_CM2 * arc.span:.5f} {exact:.5f}")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
