# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark `docs/benchmarks/particle_debond.md`: a sphere that comes off under charge."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import runs

import ssbmech as ssb
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, IdealOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import ConstantMolarVolume
from ssbmech.materials.transport import IonConductor
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.lithium import Lithium

RADIUS, OUTER = 5e-6, 15e-6
"""Radius of the particle and of the matrix [m]."""

SITES = 5e4
"""Lithium in the full particle [mol/m3]."""

CURRENT = 2.0
"""Current density at the particle's surface [A/m2]."""

TEMPERATURE = 298.15
"""Temperature [K]."""

CHARGE = 5 * [4.0] + 5 * [16.0] + 5 * [40.0] + 15 * [100.0]
REST = 5 * [4.0] + 5 * [16.0] + 5 * [40.0] + 3 * [100.0]
"""Longest time steps of charge and discharge, and of the rest [s]."""

TIMES = (100.0, 300.0, 900.0, 1800.0, 2400.0, 3300.0)
"""Times at which the cell is looked at [s]."""

INTERFACE = "particle|matrix"


def particle() -> Material:
    """Return the active material."""
    host = Host(
        c_max=SITES,
        ocv=IdealOcv(u_0=3.9),
        diffusivity=ArrheniusDiffusivity(1e-14, activation_energy=0.0),
        swelling=ConstantMolarVolume(omega=1.2e-6, c_max=SITES),
        density=4800.0,
        x_empty=0.1,
        x_full=0.95,
    )
    return Material("particle", Elastic(140e9, 0.3), host=host)


def case(mesh: int, steps: int) -> ssb.Case:
    """Return the case on a mesh and with steps halved so many times."""
    lengths = np.repeat([*CHARGE, *REST, *CHARGE], 2**steps) / 2**steps
    return ssb.Case(
        name="particle_debond",
        geometry=ssb.Inclusion(
            frame=ssb.Axisymmetric(),
            radius=RADIUS,
            outer_radius=OUTER,
            size=0.25 * RADIUS / 2**mesh,
            coarsening=4.0,
        ),
        bodies=(
            ssb.Body("particle", {"particle": particle()}, content={"particle": 0.9}),
            ssb.Body.single(
                "matrix",
                Material("matrix", Elastic(22e9, 0.37), conductor=IonConductor(0.1)),
            ),
        ),
        interfaces=(
            ssb.Interface(
                INTERFACE,
                kinetics=ssb.LinearKinetics(0.01, conduction=ssb.GapConduction(length=100e-9)),
                adhesion=ssb.BilinearCohesion(
                    strength=1e7, toughness=0.1, initial_stiffness=1e16, kept=1e-6
                ),
            ),
        ),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("outer", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=INTERFACE),
        protocol=(
            ssb.ConstantCurrent(CURRENT, sum(CHARGE), name="charge"),
            ssb.Rest(sum(REST)),
            ssb.ConstantCurrent(-CURRENT, sum(CHARGE), name="discharge"),
        ),
        temperature=TEMPERATURE,
        step_control=ssb.PrescribedSteps(lengths.tolist()),
        output=ssb.Output(figures=False),
    )


def measure(cell: CellModel) -> Mapping[str, float]:
    """Return the mean gap [m] and the mean content at the particle's surface [1]."""
    surface, body = cell.surfaces[INTERFACE], cell.bodies["particle"]
    gap = float(surface.gap.function.x.array @ surface.areas / surface.areas.sum())
    c = body.parts.get(Lithium, "a particle hosts lithium").c.function
    nodes = c.function_space.tabulate_dof_coordinates()
    outside = np.linalg.norm(nodes, axis=1) > RADIUS * (1 - 1e-6)
    return {"mean_gap": gap, "content": float(c.x.array[outside].mean()) / SITES}


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh and with steps halved so many times."""
    probe = runs.run(case(mesh, steps), measure)
    found = {}
    for time in TIMES:
        row = probe.at(time)
        found[f"voltage, {time:g} s", "V"] = row["voltage"]
        found[f"gap, {time:g} s", "nm"] = 1e9 * row["mean_gap"]
        found[f"content at the surface, {time:g} s", "1"] = row["content"]
        found[f"damage, {time:g} s", "1"] = row[f"damage_mean:{INTERFACE}"]
    return probe.unknowns, found


if __name__ == "__main__":
    runs.main("particle_debond", __doc__.splitlines()[0], solve)
