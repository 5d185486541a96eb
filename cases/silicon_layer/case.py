# SPDX-License-Identifier: BSD-3-Clause
"""A layer of micro-silicon that takes and gives lithium under a constant stack pressure.

The layer lies between a collector and a separator that hold it at its sides. Pressed to 40 % of
pores, 27 um become 55 um without pores when it is charged, and 40 um with 30 % when it is
discharged (published for 50 MPa, from memory). The silicon swells to 3.4 times its volume, flows,
and closes its pores; as it shrinks the layer follows by half and the other half opens as pores.
Run it as

    python cases/silicon_layer/case.py                  # 57 um and 4 %, 40 um and 30 %
    python cases/silicon_layer/case.py --cycles 3       # it goes on to loosen
    python cases/silicon_layer/case.py --pressure 5

One number is calibrated on the discharged thickness, the cohesion; loose density and slope of the
cap are choices. Strains are logarithms of the height, which `thickness_stack` is.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass

import ssbmech as ssb
from ssbmech.errors import CaseError
from ssbmech.library.silicon import micro_silicon, with_cap
from ssbmech.units import MPa, s, um

LAYER = "silicon"


@dataclass(frozen=True)
class Filling:
    """Lithium into the layer [mol/(m2 s)]: nothing at first, then in and out in equal times.

    Attributes:
        contents: contents at the ends of the steps, from the start [1].
        begin: time at which the first begins [s].
        duration: time that each takes [s].
        sites: lithium of a full layer [mol/m2].
    """

    contents: tuple[float, ...]
    begin: float
    duration: float
    sites: float

    @property
    def break_points(self) -> tuple[float, ...]:
        """Times at which it jumps [s]."""
        return tuple(self.begin + k * self.duration for k in range(len(self.contents)))

    def __call__(self, time: float) -> float:
        """Return the flux in the step that ends at a time [s]."""
        # a time step is known by its end, which is where a half cycle ends too
        half = math.ceil((time - self.begin) / self.duration - 1e-9)
        if not 1 <= half < len(self.contents):
            return 0.0
        change = self.contents[half] - self.contents[half - 1]
        return self.sites * change / self.duration


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line.

    Raises:
        CaseError: there is no cycle, it takes no time, or a content is beyond its table.
    """
    if options.cycles < 1 or not options.hours > 0.0:
        raise CaseError(
            f"cycles = {options.cycles}, hours = {options.hours:g}: expected one or more, and a "
            "time above zero"
        )
    for name in ("charged", "discharged"):
        if not 0.0 <= getattr(options, name) <= 1.0:
            raise CaseError(f"{name} = {getattr(options, name):g}: expected a content from 0 to 1")
    powder = with_cap(
        micro_silicon(),
        cohesion=options.cohesion,
        friction=options.friction,
        loose_density=options.loose_density,
    )
    height, half = (options.thickness * um).to("m").magnitude, options.hours * 3600.0
    path = (0.0, *([options.charged, options.discharged] * options.cycles))
    flux = Filling(path, 1.0, half, powder.host.c_max * height)
    names = ["charge", "discharge"] * options.cycles
    return ssb.Case(
        name="silicon_layer",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=0.25 * height,
            layers=(ssb.Layer(LAYER, height),),
            size_interface=0.25 * height,
            size_bulk=0.25 * height,
        ),
        bodies=(ssb.Body(LAYER, {LAYER: powder}, content={LAYER: 0.0}, logarithmic=True),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa),
        loads=ssb.Loads(face_fluxes=(ssb.FaceFlux("top", flux),)),
        protocol=(ssb.Preload(1 * s), *(ssb.Rest(half, name=name) for name in names)),
        step_control=ssb.AdaptiveSteps(
            dt_initial=half / 600,
            dt_max=options.longest_step * half,
            content_error=0.05,
            stress_error=None,
        ),
        limits=ssb.Limits(strain=None, strain_mean_error=None, creep_step=None),
        output=ssb.Output(fields_every=20),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--pressure", type=float, default=50.0, help="stack pressure [MPa]")
    parser.add_argument("--thickness", type=float, default=27.0, help="as pressed [um]")
    parser.add_argument("--charged", type=float, default=0.855, help="content when charged [1]")
    parser.add_argument("--discharged", type=float, default=0.26, help="when discharged [1]")
    parser.add_argument("--cycles", type=int, default=1, help="number of cycles")
    parser.add_argument("--hours", type=float, default=10.0, help="time of half a cycle [h]")
    parser.add_argument("--cohesion", type=float, default=0.575, help="calibrated [1]")
    parser.add_argument("--friction", type=float, default=2.0, help="slope of the cap [1]")
    parser.add_argument("--loose-density", type=float, default=0.55, help="without strength [1]")
    parser.add_argument("--longest-step", type=float, default=1 / 60, help="over half a cycle [1]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
