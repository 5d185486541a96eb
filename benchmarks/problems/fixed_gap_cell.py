# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark `docs/benchmarks/fixed_gap_cell.md`: a full cell in a fixed gap."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import runs

import ssbmech as ssb
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, IdealOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import ConstantMolarVolume
from ssbmech.materials.transport import IonConductor, Metal
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.lithium import Lithium
from ssbmech.units import um

TEMPERATURE, SITES = 298.15, 5e4
"""Temperature [K], lithium in the full host [mol/m3]."""

CURRENT, PRESSURE = 10.0, 2e6
"""Current density [A/m2], pressure of assembly [Pa]."""

CHARGE = 5 * [6.0] + 5 * [14.0] + 5 * [100.0] + 15 * [200.0]
REST = 5 * [6.0] + 5 * [14.0] + 5 * [100.0] + 6 * [200.0]
"""Longest time steps of charge and discharge, and of the rest [s]."""

PRELOAD = 1.0
"""Duration of the assembly [s]."""

TIMES = (600.0, 3600.0, 5400.0, 7200.0, 9000.0)
"""Times after assembly at which the cell is looked at [s]."""

CATHODE, ANODE = "cathode|separator", "anode|separator"


def materials() -> dict[str, Material]:
    """Return lithium, separator and active material."""
    flow = NortonFlow(
        rate=1e-3, stress=1e6, exponent=6.6, activation_energy=37e3,
        reference_temperature=TEMPERATURE,
    )  # fmt: skip
    host = Host(
        c_max=SITES,
        ocv=IdealOcv(u_0=3.9),
        diffusivity=ArrheniusDiffusivity(2e-13),
        swelling=ConstantMolarVolume(omega=1.2e-6, c_max=SITES),
        density=4800.0,
        x_empty=0.05,
        x_full=0.98,
    )
    lithium = ElasticViscoplastic(Elastic(7.8e9, 0.38), flow)
    return {
        "anode": Material("lithium", lithium, metal=Metal(1.3e-5)),
        "separator": Material("separator", Elastic(22e9, 0.37), conductor=IonConductor(0.1)),
        "cathode": Material("host", Elastic(140e9, 0.3), host=host),
    }


def case(mesh: int, steps: int) -> ssb.Case:
    """Return the case on a mesh and with steps halved so many times."""
    lengths = np.repeat([0.5, 0.5, *CHARGE, *REST, *CHARGE], 2**steps) / 2**steps
    size, of = 5 * um / 2**mesh, materials()
    kinetics = ssb.LinearKinetics(0.001)
    return ssb.Case(
        name="fixed_gap_cell",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=10 * um,
            layers=(
                ssb.Layer("anode", 20 * um),
                ssb.Layer("separator", 30 * um),
                ssb.Layer("cathode", 30 * um),
            ),
            size_interface=size,
            size_bulk=size,
        ),
        bodies=(
            ssb.Body.single("anode", of["anode"]),
            ssb.Body.single("separator", of["separator"]),
            ssb.Body("cathode", {"cathode": of["cathode"]}, content={"cathode": 0.8}),
        ),
        interfaces=(
            ssb.Interface(ANODE, kinetics=kinetics),
            ssb.Interface(CATHODE, kinetics=kinetics),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=ssb.FixedGap(preload=PRESSURE, frame_compliance=1e-12),
        electrodes=ssb.Electrodes(working=CATHODE, counter=ANODE),
        protocol=(
            ssb.Preload(PRELOAD),
            ssb.ConstantCurrent(CURRENT, sum(CHARGE), name="charge"),
            ssb.Rest(sum(REST)),
            ssb.ConstantCurrent(-CURRENT, sum(CHARGE), name="discharge"),
        ),
        temperature=TEMPERATURE,
        step_control=ssb.PrescribedSteps(lengths.tolist()),
        output=ssb.Output(figures=False),
    )


def measure(cell: CellModel) -> Mapping[str, float]:
    """Return the mean content at the face of the host towards the separator [1]."""
    c = cell.bodies["cathode"].parts.get(Lithium, "the cathode hosts lithium").c.function
    heights = c.function_space.tabulate_dof_coordinates()[:, 1]
    return {"content": float(c.x.array[heights < heights.min() + 1e-9].mean()) / SITES}


def solve(mesh: int, steps: int) -> tuple[int, Mapping[tuple[str, str], float]]:
    """Return unknowns and values on a mesh and with steps halved so many times."""
    probe = runs.run(case(mesh, steps), measure)
    found = {}
    for time in TIMES:
        row = probe.at(PRELOAD + time)
        found[f"pressure, {time:g} s", "MPa"] = 1e-6 * row["p_stack"]
        found[f"voltage, {time:g} s", "V"] = row["voltage"]
        found[f"content at the separator, {time:g} s", "1"] = row["content"]
    return probe.unknowns, found


if __name__ == "__main__":
    runs.main("fixed_gap_cell", __doc__.splitlines()[0], solve)
