# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark `docs/benchmarks/stripped_strip.md`: stripping at an inert strip."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import runs

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor, Metal
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.units import um

WIDTH, INERT = 10e-6, 0.2
"""Half the period [m], share of it that is inert [1]."""

VISCOSITY, MOLAR_VOLUME, CURRENT = 3e10, 1.3e-5, 2.0
"""Of the metal [Pa s], of it [m3/mol], mean current density [A/m2]."""

PRESSURES = (0.5, 1.5)
"""Stack pressures [MPa]."""

STEPS = 5 * [4.0] + 5 * [16.0] + 5 * [40.0]
"""Longest time steps of stripping [s]."""

BEGIN, END = 180.0, 300.0
"""Between these times of stripping the growth is measured [s]."""

INTERFACE = "negative|separator"


def case(mesh: int, steps: int, pressure: float) -> ssb.Case:
    """Return the case on a mesh and with steps halved so many times, at a pressure [MPa]."""
    fine = 0.4 * um / 2**mesh
    strip = ssb.Strips(((0 * um, INERT * 10 * um),))
    flow = NortonFlow(rate=1 / 3, stress=VISCOSITY, exponent=1.0)
    metal = Material(
        "metal", ElasticViscoplastic(Elastic(7.8e9, 0.38), flow), metal=Metal(MOLAR_VOLUME)
    )
    # next to rigid, and next to no resistance beside that of the charge transfer
    flat = Material("flat", Elastic(1e13, 0.2), conductor=IonConductor(10.0))
    return ssb.Case(
        name="stripped_strip",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=10 * um,
            layers=(ssb.Layer("separator", 5 * um), ssb.Layer("negative", 20 * um)),
            size_interface=2 * fine,
            size_bulk=8 * fine,
            refinements=strip.refinements(INTERFACE, size=fine, radius=2 * fine),
        ),
        bodies=(ssb.Body.single("negative", metal), ssb.Body.single("separator", flat)),
        interfaces=(
            ssb.Interface(
                INTERFACE,
                # gaps of nanometres leave the current as it is
                kinetics=ssb.LinearKinetics(1.0, conduction=ssb.GapConduction(length=100e-6)),
                activity=strip,
            ),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=ssb.ConstantForce(preload=pressure * 1e6),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("bottom", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=INTERFACE),
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(CURRENT, sum(STEPS), name="strip")),
        step_control=ssb.PrescribedSteps(
            (np.repeat([0.5, 0.5, *STEPS], 2**steps) / 2**steps).tolist()
        ),
        output=ssb.Output(figures=False),
    )


def measure(cell: CellModel) -> Mapping[str, float]:
    """Return the mean gap and that of the facet next to the symmetry plane x = L [m]."""
    surface = cell.surfaces[INTERFACE]
    gap = surface.gap.function
    x = gap.function_space.tabulate_dof_coordinates()[:, 0]
    values = gap.x.array
    return {
        "mean_gap": float(values @ surface.areas / surface.areas.sum()),
        "last_gap": float(values[np.argmax(x)]),
    }


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh and with steps halved so many times."""
    speed = CURRENT * MOLAR_VOLUME / FARADAY
    found, unknowns = {}, 0
    for pressure in PRESSURES:
        probe = runs.run(case(mesh, steps, pressure), measure)
        unknowns = probe.unknowns
        first, last = probe.at(1.0 + BEGIN), probe.at(1.0 + END)
        for words, name in (("mean gap", "mean_gap"), ("gap at x = L", "last_gap")):
            growth = (last[name] - first[name]) / (END - BEGIN) / speed
            found[f"growth of the {words}, {pressure:g} MPa", "1"] = growth
    low, high = (found[f"growth of the mean gap, {p:g} MPa", "1"] for p in (0.5, 1.5))
    found["threshold", "MPa"] = 0.5 + low / (low - high)
    return unknowns, found


if __name__ == "__main__":
    runs.main("stripped_strip", __doc__.splitlines()[0], solve)
