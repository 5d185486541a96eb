# SPDX-License-Identifier: BSD-3-Clause
"""Lithium pressed by the stack through a pore of the electrolyte, without current.

A reservoir of lithium stands on an electrolyte with a round pore about x = 0, or a slit, and a
constant force presses it in. The electrolyte is rigid and not meshed. Metal sticks to the walls but
for a slip of a hundredth of its speed; its front is free and rolls onto the wall as it goes. The
mesh follows it over many radii, and is made anew on the way. The closed form of a pore says how
long it takes (`ssbmech.fracture.pressed.PressedPore`), and the run lasts that long. Run it as

    mpirun -n 2 python cases/pore_channel/case.py                    # 25 MPa
    mpirun -n 2 python cases/pore_channel/case.py --pressure 75
    mpirun -n 2 python cases/pore_channel/case.py --slit --slip 0.1
    python cases/pore_channel/figure.py runs/pore_channel_75 runs/pore_channel_25
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.fracture.leak import ShearFlow
from ssbmech.fracture.pressed import PressedPore, PressedSlit
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, s, um

WIDTH, START = 4.0, 0.5
"""Width of the reservoir, and how far metal reaches into the pore at first, over its radius [1]."""

RAMP = 1e-6
"""Time in which the load rises, over the time of the whole way [1]."""

REACH = ssb.Quantity("reach", r"$L$", "m", "length of the pore that metal has filled, in the mean")
TIP = ssb.Quantity("reach_tip", r"$L_t$", "m", "length to the tip of the metal's front")
LINE = ssb.Quantity("reach_line", r"$L_w$", "m", "length to where the metal's front meets the wall")


@dataclass(frozen=True)
class Reach:
    """Where the front of the metal is, as columns.

    The mean is what the platen has displaced, at the end of a step, with what pressure compresses
    above; tip and line are where the mesh
    is in the middle of it.

    Attributes:
        channel: the mesh.
    """

    channel: ssb.Channel

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Any]]:
        """Return the columns."""
        channel = self.channel
        ratio = (channel.width / channel.radius) ** (2 if channel.frame.revolves else 1)

        def mean(_: Mapping[str, Any]) -> float:
            return channel.reach - ratio * float(cell.holder.closures[0].value)

        def lowest(beyond: float) -> float:
            x = np.asarray(cell.bodies["lithium"].mesh.mesh.geometry.x)
            own = x[:, 0] >= beyond * (1 - 1e-6)
            if beyond > 0.0:
                own &= x[:, 0] <= beyond * (1 + 1e-6)
            low = float(-np.min(x[own, 1], initial=0.0))
            return float(cell.comm.allreduce(low, op=MPI.MAX))

        columns = [
            ssb.Scalar(REACH, mean),
            ssb.Scalar(TIP, lambda _: lowest(0.0)),
            ssb.Scalar(LINE, lambda _: lowest(channel.radius)),
        ]
        return {"": columns}


def shear_flow(options: argparse.Namespace) -> ShearFlow:
    """Return the creep of the lithium in shear."""
    flow = library.by_name(options.lithium).solid.flow
    return ShearFlow.of_creep(flow.rate, flow.stress, flow.exponent)


def closed_form(options: argparse.Namespace) -> PressedPore:
    """Return the rigid pore or slit of the options."""
    kind = PressedSlit if options.slit else PressedPore
    return kind(options.radius * 1e-6, shear_flow(options), options.slip)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    pore, pressure = closed_form(options), options.pressure * 1e6
    radius, length = pore.radius, options.length * 1e-6
    time = pore.time(pressure, length)
    # the reservoir loses a third of its height
    height = 3.0 * length / WIDTH ** (1 if options.slit else 2)
    channel = ssb.Channel(
        frame=ssb.PlaneStrain() if options.slit else ssb.Axisymmetric(),
        radius=radius,
        reach=START * radius,
        width=WIDTH * radius,
        height=max(height, WIDTH * radius),
        size=options.size * radius,
        size_edge=options.edge * radius,
        size_bulk=radius,
    )
    # the stress at which law and run meet is that of a pore that is full to its end
    shear = pore.wall_shear(pressure / length)
    flow = pore.flow
    law = ssb.PowerSlip(
        stress=shear,
        speed=pore.slip * flow.coefficient * radius * shear**flow.exponent,
        exponent=flow.exponent,
    )
    remeshing = ssb.Remeshing(least_quality=0.3, growth=0.3, largest=options.largest * radius)
    rollers = ("right", "shoulder", "wall", *(("left",) if options.slit else ()))
    return ssb.Case(
        name="pore_channel",
        geometry=channel,
        bodies=(
            ssb.Body(
                "lithium",
                {"lithium": library.by_name(options.lithium)},
                moves=True,
                remeshing=remeshing,
                front=ssb.ParallelDirectors(y=-1.0),
            ),
        ),
        supports=tuple(ssb.Roller(face) for face in rollers),
        loads=ssb.Loads(
            face_frictions=tuple(ssb.FaceFriction(face, law) for face in ("wall", "shoulder"))
        ),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa),
        temperature=library.by_name(options.lithium).solid.flow.reference_temperature,
        scales=ssb.Scales(length=radius, stress=shear),
        protocol=(ssb.Preload(RAMP * time * s), ssb.Rest(time * s, name="press")),
        step_control=ssb.AdaptiveSteps(
            gap_error=1 * um,
            stress_error=None,
            shape_error=0.3,
            dt_initial=1e-8 * time * s,
            dt_max=time / options.steps * s,
            dt_min=1e-14 * time * s,
            growth=2.0,
        ),
        output=ssb.Output(quantities=(Reach(channel),), figures=False),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--pressure", type=float, default=25.0, help="stack pressure [MPa]")
    parser.add_argument(
        "--radius", type=float, default=10.0, help="of the pore, or half the slit's width [um]"
    )
    parser.add_argument(
        "--length", type=float, default=200.0, help="that the closed form's time is for [um]"
    )
    parser.add_argument("--slit", action="store_true", help="a slit in the place of a round pore")
    parser.add_argument(
        "--slip", type=float, default=0.001, help="speed at the wall over B R tau^n, above 0 [1]"
    )
    parser.add_argument(
        "--lithium",
        default="lithium_masias2019",
        choices=library.named("lithium"),
        help="parameter set of lithium in the library",
    )
    other = parser.add_argument_group("discretisation, over the radius")
    other.add_argument("--size", type=float, default=0.2, help="cell size in the mouth [1]")
    other.add_argument(
        "--edge", type=float, default=0.1, help="cell size where the front meets the wall [1]"
    )
    other.add_argument("--largest", type=float, default=0.3, help="largest cell made anew [1]")
    other.add_argument("--steps", type=int, default=40, help="least number of time steps [1]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
