# SPDX-License-Identifier: BSD-3-Clause
"""Micro-silicon | Li6PS5Cl | NMC811 in a fixed gap: the pressure that silicon leaves behind.

Charging swells the silicon to more than twice its volume; part of it closes its own pores, and the
rest presses on the frame. Discharging shrinks it, but it loosens as it does, and stays thicker than
it was. So the pressure goes up in the first cycle and does not come back. Run it as

    python cases/silicon_cell/case.py
    python cases/silicon_cell/case.py --cathode lco
    python cases/silicon_cell/case.py --preload 0.8 --frame 0.239

and draw it with `python cases/silicon_cell/figure.py RUN...`. The cell is one column, for its
layers are the same from side to side. Composite electrodes are layers of one substance; that of
silicon has logarithms of its height as strains, so that the frame sees the height that it has.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np
import ufl
from dolfinx import fem

import ssbmech as ssb
from ssbmech import library
from ssbmech._compat import compile_form
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.laminate.case import LaminateCase, LaminateCell, Ply
from ssbmech.laminate.growth import HostSwelling, MetalGrowth
from ssbmech.laminate.porous import PorousLayer
from ssbmech.laminate.solid import SolidLayer
from ssbmech.laminate.wiring import Bipolar
from ssbmech.library.silicon import DENSITY, SITES, micro_silicon, with_cap
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import LayeredSwelling
from ssbmech.units import GPa, MPa, MPa_per_um, s, um

Array = np.ndarray

GROWTH = {"nmc811": -0.2, "lco": 0.1}
"""Thickness that a cathode gains by charge [um per mA h/cm2]: half of what its crystals do, a guess
(0 to 1 of it)."""

FRACTION = 0.5
"""Part of the cathode that is active material; it sets the thickness alone [1]."""

COMPOSITE = Elastic(15 * GPa, 0.3)
"""Elasticity of a composite cathode, a guess: 5 to 30 GPa."""

PER_CHARGE = 36e3
"""Coulombs by square metre of one mA h/cm2."""


@dataclass(frozen=True)
class Height:
    """Height of a layer as it is, from the displacement of its ends.

    Attributes:
        body: the layer.
        start: its height as meshed [m].
    """

    body: str
    start: float

    def outputs(self, cell: Any) -> Mapping[str, Sequence[Any]]:
        """Return the column "height" of the layer."""
        body = cell.bodies[self.body]
        along = body.frame.dim - 1
        stretch = 1 + ufl.grad(body.u.function)[along, along]
        form = compile_form(stretch * body.dx, None)
        whole = cell.comm.allreduce(float(body.volumes.sum()), op=MPI.SUM)

        def measure(_: Any) -> float:
            return self.start * cell.comm.allreduce(fem.assemble_scalar(form), op=MPI.SUM) / whole

        height = ssb.Quantity("height", "$h$", "m", "height")
        return {self.body: [ssb.Scalar(height, measure, self.body)]}


def upwards(x: Array) -> Array:
    """Return the axis along which a composite cathode gets thicker: that of the stack."""
    return np.tile(np.array([[0.0], [1.0], [0.0]]), x.shape[1])


def composite(name: str, areal: float, growth: float) -> tuple[Material, float]:
    """Return a composite cathode as a layer of one substance, and its thickness [m].

    Args:
        name: its active material.
        areal: charge by area over its window of use [C/m2].
        growth: thickness that it gains by charge [m3/C]; its pores and sides take the rest.
    """
    active = host_of(name)
    dense = areal / active.capacity
    c_max = FRACTION * active.c_max
    # of what lithium brings, all along the stack
    swelling = LayeredSwelling(-growth * FARADAY, c_max, in_plane=0.0, along_axis=3.0)
    host = dataclasses.replace(
        active, c_max=c_max, swelling=swelling, diffusivity=ArrheniusDiffusivity(1e-9)
    )
    return Material(f"{name}_composite", COMPOSITE, host=host), dense / FRACTION


def host_of(name: str) -> Host:
    """Return the host of a material of the library.

    Raises:
        CaseError: it is none.
    """
    host = library.by_name(name).host
    if host is None:
        raise CaseError(f"{name} hosts no lithium: expected one of {', '.join(GROWTH)}")
    return host


def silicon_height(areal: float, excess: float) -> float:
    """Return the height of silicon as pressed [m].

    Args:
        areal: capacity of the cathode by area [C/m2].
        excess: capacity of silicon over it [1].
    """
    return excess * areal / (FARADAY * SITES * DENSITY)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    check(options)
    areal = options.capacity * PER_CHARGE
    growth = GROWTH[options.cathode] if options.growth is None else options.growth
    cathode, thick = composite(options.cathode, areal, growth * 1e-6 / PER_CHARGE)
    height, half = silicon_height(areal, options.excess), options.hours * 3600.0
    electrolyte = library.by_name("li6ps5cl")
    anode = with_cap(
        micro_silicon(),
        cohesion=options.cohesion,
        friction=options.friction,
        loose_density=options.loose_density,
    )
    return ssb.Case(
        name="silicon_cell",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=0.5 * height,
            layers=(
                ssb.Layer("silicon", height),
                ssb.Layer("separator", options.separator * um),
                ssb.Layer("cathode", thick),
            ),
            size_interface=0.5 * height,
            size_bulk=height,
        ),
        bodies=(
            ssb.Body("silicon", {"silicon": anode}, content={"silicon": 0.0}, logarithmic=True),
            ssb.Body.single("separator", electrolyte),
            ssb.Body(
                "cathode",
                {"cathode": cathode},
                content={"cathode": cathode.host.x_full},
                crystal_axis=upwards,
            ),
        ),
        interfaces=(
            ssb.Interface("silicon|separator", kinetics=kinetics()),
            ssb.Interface("cathode|separator", kinetics=kinetics()),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.FixedGap(
            preload=options.preload * MPa, frame_compliance=1 / (options.frame * MPa_per_um)
        ),
        electrodes=ssb.Electrodes(
            working="cathode|separator", counter="silicon|separator", area_of="silicon|separator"
        ),
        protocol=(ssb.Preload(1 * s), *cycles(areal / half, half, options)),
        step_control=ssb.AdaptiveSteps(
            dt_initial=half / 600,
            dt_max=options.longest_step * half,
            content_error=0.05,
            stress_error=None,
        ),
        limits=ssb.Limits(strain=None, strain_mean_error=None, creep_step=None),
        output=ssb.Output(fields_every=20, quantities=(Height("silicon", height),)),
    )


def as_laminate(
    preload: float,
    frame: float,
    capacity: float,
    growth: float,
    excess: float = 2.0,
    silicon: Material | None = None,
    cathode: str = "nmc811",
    separator: float = 30.0,
) -> LaminateCase:
    """Return the same layers as a laminate: seconds instead of minutes, without a voltage.

    Args:
        preload: pressure at assembly [MPa].
        frame: stiffness of the frame [MPa/um].
        capacity: of the cathode by area [mA h/cm2].
        growth: of the cathode on charge [um per mA h/cm2].
        excess: capacity of silicon over it [1].
        silicon: another silicon than the library's.
        cathode: active material of the cathode.
        separator: thickness of the separator [um].
    """
    areal, anode = capacity * PER_CHARGE, silicon or micro_silicon()
    height = silicon_height(areal, excess)
    filling = HostSwelling(
        anode.host.swelling.curve, anode.host.c_max, dense=height, content=0.0, arrives=1.0
    )
    _, thick = composite(cathode, areal, 0.0)
    # what no lithium leaves or enters: so much thickness for each charge
    metal = MetalGrowth(abs(growth) * 1e-6 / PER_CHARGE * FARADAY, arrives=float(np.sign(growth)))
    plies = {
        "silicon": (height, PorousLayer(anode.solid, filling)),
        "separator": (separator * 1e-6, SolidLayer(library.by_name("li6ps5cl").solid)),
        "cathode": (thick, SolidLayer(COMPOSITE, metal)),
    }
    return LaminateCase(
        "silicon_laminate",
        LaminateCell(tuple(Ply(name=n, thickness=h, law=law) for n, (h, law) in plies.items())),
        ssb.FixedGap(preload * MPa, frame_compliance=1 / (frame * MPa_per_um)),
        (ssb.Preload(1 * s),),
        wiring=Bipolar(),
    )


def charges(capacity: float, efficiency: float, count: int) -> list[float]:
    """Return the charges that cycles pass, discharges negative [C/m2].

    Args:
        capacity: of the cathode, which the first charge passes [mA h/cm2].
        efficiency: part of it that comes back [1].
        count: number of cycles.
    """
    first, back = capacity * PER_CHARGE, efficiency * capacity * PER_CHARGE
    return [first, -back, *([back, -back] * (count - 1))]


def check(options: argparse.Namespace) -> None:
    """Refuse numbers that nothing else would refuse by name.

    Raises:
        CaseError: there is one.
    """
    for name in ("preload", "frame", "capacity", "excess", "hours"):
        if not getattr(options, name) > 0.0:
            raise CaseError(f"{name} = {getattr(options, name):g}: expected more than zero")
    if options.cycles < 1:
        raise CaseError(f"cycles = {options.cycles}: expected one or more")
    if not 0.0 < options.efficiency <= 1.0:
        raise CaseError(
            f"efficiency = {options.efficiency:g}: expected the part of the first charge that "
            "comes back, above 0 and up to 1"
        )
    if options.excess < 1.2:
        raise CaseError(
            f"excess = {options.excess:g}: expected 1.2 or more, or lithium would be plated"
        )


def kinetics() -> ssb.ButlerVolmer:
    """Return the charge transfer of a composite by area of the cell, large for its surface."""
    return ssb.ButlerVolmer(i_0=1e3, sites=ssb.HostSites())


def cycles(
    current: float, half: float, options: argparse.Namespace
) -> tuple[ssb.ConstantCurrent, ...]:
    """Return charges and discharges; the first charge is that of the whole cathode.

    Args:
        current: that passes the capacity in the time [A/m2].
        half: time of the first charge [s].
        options: of the command line.
    """
    back = options.efficiency * half
    steps = []
    for k in range(options.cycles):
        first = half if k == 0 else back
        steps.append(ssb.ConstantCurrent(current, first, name=f"charge {k + 1}"))
        steps.append(ssb.ConstantCurrent(-current, back, name=f"discharge {k + 1}"))
    return tuple(steps)


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--preload", type=float, default=75.2, help="pressure at assembly [MPa]")
    parser.add_argument("--frame", type=float, default=0.388, help="stiffness of it [MPa/um]")
    parser.add_argument("--cycles", type=int, default=5, help="number of cycles")
    parser.add_argument("--hours", type=float, default=10.0, help="time of the first charge [h]")
    cell = parser.add_argument_group("cell")
    cell.add_argument("--cathode", choices=tuple(GROWTH), default="nmc811")
    cell.add_argument("--capacity", type=float, default=6.75, help="by area [mA h/cm2]")
    cell.add_argument("--excess", type=float, default=2.0, help="silicon over cathode [1]")
    cell.add_argument(
        "--efficiency", type=float, default=0.78, help="part of the first charge that returns [1]"
    )
    cell.add_argument("--separator", type=float, default=30.0, help="its thickness [um]")
    cell.add_argument(
        "--growth", type=float, help="of the cathode on charge [um per mA h/cm2]; guessed"
    )
    cap = parser.add_argument_group("cap of the silicon; the library's own if not given")
    cap.add_argument("--cohesion", type=float, help="calibrated [1]")
    cap.add_argument("--friction", type=float, help="slope [1]")
    cap.add_argument("--loose-density", type=float, help="without strength [1]")
    parser.add_argument("--longest-step", type=float, default=1 / 60, help="over a charge [1]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
