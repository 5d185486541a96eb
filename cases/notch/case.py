# SPDX-License-Identifier: BSD-3-Clause
"""Lithium that is pressed into a flaw of the electrolyte, until it fills it and presses on its tip.

A flaw of 4 um in Li6PS5Cl, half of it from its plane of symmetry x = 0 on, open at the start, under
15 um of lithium and a constant force. The metal creeps in, touches the walls from the mouth
downwards and then the floor; when nothing is left open it is a fluid under the stack pressure, and
that is the load on the walls of the flaw: what would have to open a crack there. Then lithium is
plated onto these walls too, and has to flow out of the flaw: the load rises above that on the
stack, the more the narrower the flaw. Run it as

    mpirun -n 2 python cases/notch/case.py                  # walls of 45 degrees
    mpirun -n 2 python cases/notch/case.py --angle 76 --pressure 5
    mpirun -n 2 python cases/notch/case.py --angle 90 --size 0.25    # upright walls
    python cases/notch/figure.py runs/notch_p5 runs/notch_p10
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.interfaces.directors import Directors
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, mA_per_cm2, minute, nm, s, um

INTERFACE = "lithium|electrolyte"
LAYER, WIDTH = 15e-6, 25e-6
"""Thickness of either layer beside the flaw, and half the distance of flaws [m]."""

UPRIGHT = 85.0
"""Angle from which directors fan out from above the mouth [degree]."""

TIP = ssb.Quantity("p_tip", r"$p_\mathrm{tip}$", "Pa", "contact pressure at the tip of the flaw")


@dataclass(frozen=True)
class TipPressure:
    """Contact pressure at the deepest point of the plane of symmetry, as a column."""

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Any]]:
        """Return the column of the interface."""
        surface = cell.surfaces[INTERFACE]
        places = surface.gap.function.function_space.tabulate_dof_coordinates()
        at = places[: surface.gap.owned]
        lowest = cell.comm.allreduce(float(at[:, 1].min(initial=np.inf)), op=MPI.MIN)
        tip = (at[:, 0] < 1e-3 * WIDTH) & (at[:, 1] < lowest + 1e-3 * LAYER)

        def pressure(_: Mapping[str, Any]) -> float:
            found = surface.values(surface.p_contact)[tip]
            return float(cell.comm.allreduce(float(found.max(initial=-np.inf)), op=MPI.MAX))

        return {INTERFACE: [ssb.Scalar(TIP, pressure, INTERFACE)]}


def flaw(options: argparse.Namespace) -> ssb.Notch:
    """Return the mesh of both layers."""
    floor, depth = options.floor * 1e-6, options.depth * 1e-6
    mouth = (
        floor if options.angle == 90.0 else floor + depth / math.tan(math.radians(options.angle))
    )
    return ssb.Notch(
        frame=ssb.PlaneStrain(),
        lower=ssb.Layer("electrolyte", LAYER),
        upper=ssb.Layer("lithium", LAYER),
        width=WIDTH,
        mouth=mouth,
        floor=floor,
        depth=depth,
        size=options.size * um,
        size_bulk=3 * um,
    )


def unfilled(mesh: ssb.Notch) -> tuple[Directors, ssb.FunctionGap]:
    """Return the lines along which lithium goes, and its way along them from the mouth on.

    Lines straight down run along upright walls; from a focus above the mouth they meet them.
    """
    if mesh.depth < math.tan(math.radians(UPRIGHT)) * (mesh.mouth - mesh.floor):
        return ssb.ParallelDirectors(y=-1.0), ssb.FunctionGap(lambda x: LAYER - x[1])
    above = 2 * mesh.mouth

    def way(x: np.ndarray) -> np.ndarray:
        below = LAYER - x[1]
        return np.hypot(x[0], above + below) * below / (above + below)

    return ssb.FannedDirectors(y=LAYER + above), ssb.FunctionGap(way)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    mesh = flaw(options)
    directors, gap = unfilled(mesh)
    contact = ssb.Sticking() if options.sticks else ssb.Frictionless()
    return ssb.Case(
        name="notch",
        geometry=mesh,
        bodies=(
            ssb.Body.single("lithium", library.by_name(options.lithium), moves=True),
            ssb.Body.single("electrolyte", library.by_name("li6ps5cl")),
        ),
        interfaces=(
            ssb.Interface(
                INTERFACE,
                contact=contact,
                kinetics=lithium_li6ps5cl(),
                initial_gap=gap,
                directors=directors,
            ),
        ),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("bottom", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=INTERFACE),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa),
        protocol=(
            ssb.Preload(1 * s),
            ssb.Rest(options.seconds * s, name="press"),
            ssb.ConstantCurrent(
                -options.current * mA_per_cm2, options.minutes * minute, name="plate"
            ),
        ),
        step_control=ssb.AdaptiveSteps(
            gap_error=options.gap_error * nm, stress_error=None, dt_max=options.seconds * s
        ),
        output=ssb.Output(quantities=(TipPressure(),)),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--pressure", type=float, default=5.0, help="stack pressure [MPa]")
    parser.add_argument("--seconds", type=float, default=2000.0, help="how long it presses [s]")
    parser.add_argument("--current", type=float, default=1.0, help="that plates then [mA/cm2]")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long it plates [min]")
    shape = parser.add_argument_group("flaw")
    shape.add_argument(
        "--angle", type=float, default=45.0, help="of the walls to the interface [degree]"
    )
    shape.add_argument("--floor", type=float, default=3.0, help="half the width of its floor [um]")
    shape.add_argument("--depth", type=float, default=4.0, help="depth [um]")
    shape.add_argument("--sticks", action="store_true", help="lithium does not slip on the walls")
    shape.add_argument(
        "--lithium",
        default="lithium_lepage2019",
        choices=library.named("lithium"),
        help="parameter set of lithium in the library",
    )
    other = parser.add_argument_group("discretisation")
    other.add_argument("--size", type=float, default=0.4, help="cell size at the walls [um]")
    other.add_argument(
        "--gap-error", type=float, default=30.0, help="error of the gap that steers the step [nm]"
    )


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
