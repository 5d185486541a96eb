# SPDX-License-Identifier: BSD-3-Clause
"""Flat cell, cells with aligned channels, fingers and a scaffold, all of the same capacity.

Dense NMC811 and lithium titanate with sintered garnet between them, in plane strain, the scaffold
axisymmetric. Lithium has to
diffuse through each electrode to its surface: flat layers are as deep as they are thick, fingers
and the strips between channels only as their half width. The bonds do not break, and nothing
presses: stresses are those of the electrodes' change of volume against each other. All cells have
the same positive and negative electrode by footprint. A charge to a voltage at a given rate tells
the share of the capacity that can be used, and the stresses. Run it as

    python cases/architectures/case.py --architecture flat
    python cases/architectures/case.py --architecture channels --rate 2
    python cases/architectures/case.py --architecture fingers
    python cases/architectures/case.py --architecture scaffold

and draw it with `python cases/architectures/figure.py RUN...`.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.library.interfaces import nmc811_li6ps5cl
from ssbmech.units import A_per_m2, GPa, J_per_m2, V, celsius, hour, s, um

TITANATE = 2.0
"""Thickness of dense titanate over that of dense NMC, in a flat cell [1]."""
TITANATE_START = 0.1
"""Lithium content of the titanate at the start, on its plateau [1]."""


def flat(options: argparse.Namespace, mesh: dict[str, Any]) -> ssb.Bricks:
    """Return a flat layered cell."""
    return ssb.Bricks(
        frame=ssb.PlaneStrain(),
        widths=(2 * options.size * um,),
        heights=(TITANATE * options.depth * um, options.separator * um, options.depth * um),
        names=(("negative",), ("separator",), ("positive",)),
        **mesh,
    )


def channels(options: argparse.Namespace, mesh: dict[str, Any]) -> ssb.Bricks:
    """Return a cell with channels in both electrodes, which are thicker by as much."""
    over = 1 + options.channel / options.strip
    return ssb.aligned_channels(
        frame=ssb.PlaneStrain(),
        active=options.strip * um,
        channel=options.channel * um,
        negative=TITANATE * options.depth * over * um,
        separator=options.separator * um,
        positive=options.depth * over * um,
        **mesh,
    )


def fingers(options: argparse.Namespace, mesh: dict[str, Any]) -> ssb.Bricks:
    """Return interdigitated fingers on bases that are half as thick as fingers are wide.

    Raises:
        CaseError: the bases alone hold more than the capacity.
    """
    strip = options.strip
    width = strip + options.separator + TITANATE * strip
    reach = (options.depth - 0.5 * strip) * width / strip
    if reach <= 0.0:
        raise CaseError(
            f"fingers of {strip:g} um half width have bases of half of that, which hold more than "
            f"{options.depth:g} um of dense positive electrode: take a smaller --strip"
        )
    return ssb.interdigitated(
        frame=ssb.PlaneStrain(),
        negative=TITANATE * strip * um,
        positive=strip * um,
        separator=options.separator * um,
        overlap=reach * um,
        negative_base=TITANATE * 0.5 * strip * um,
        positive_base=0.5 * strip * um,
        **mesh,
    )


def scaffold(options: argparse.Namespace, mesh: dict[str, Any]) -> ssb.Bricks:
    """Return a cell with a scaffold of garnet in both electrodes, axisymmetric or in space.

    Half periods are as long as their filling takes to hold the positive electrode in whole cells.

    Raises:
        CaseError: there are no cells, or struts leave nothing to fill.
    """
    share, cells = options.strut, options.cells
    if cells < 1 or not 0.0 < share < 1.0:
        raise CaseError(
            f"--cells {cells}, --strut {share:g}: expected one or more, and between zero and one"
        )
    half = options.depth / (cells * (1 - 3 * share**2 + 2 * share**3))
    return ssb.scaffold(
        frame=ssb.ThreeDimensional() if options.solid else ssb.Axisymmetric(),
        strut=share * half * um,
        half=half * um,
        separator=options.separator * um,
        cells=cells,
        negative_cells=round(TITANATE * cells),
        **mesh,
    )


BUILDERS = {"flat": flat, "channels": channels, "fingers": fingers, "scaffold": scaffold}


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line.

    Raises:
        CaseError: there is no electrode.
    """
    if not min(options.strip, options.depth) > 0.0:
        raise CaseError(
            f"--strip {options.strip:g} um, --depth {options.depth:g} um: expected more than zero"
        )
    fine = options.size * um
    geometry = BUILDERS[options.architecture](options, {"size": fine, "size_bulk": 3 * fine})
    ceramic = library.by_name(options.electrolyte)
    regions = [name for name in geometry.regions if name not in ("negative", "positive")]
    sides = ("left", "right", "front", "back")[: 2 * geometry.frame.dim - 2]
    bond = ssb.BilinearCohesion(strength=10 * GPa, toughness=1e5 * J_per_m2)
    return ssb.Case(
        name=f"architecture_{options.architecture}",
        geometry=geometry,
        bodies=(
            ssb.Body.single("negative", library.by_name("lto"), content=TITANATE_START),
            ssb.Body("electrolyte", dict.fromkeys(regions, ceramic)),
            ssb.Body.single("positive", library.by_name("nmc811"), content=options.content),
        ),
        interfaces=(
            ssb.Interface(
                "negative|electrolyte",
                kinetics=ssb.ButlerVolmer(i_0=10 * A_per_m2, sites=ssb.HostSites()),
                adhesion=bond,
            ),
            ssb.Interface("positive|electrolyte", kinetics=nmc811_li6ps5cl(), adhesion=bond),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", *sides)),
        electrodes=ssb.Electrodes(working="positive|electrolyte", counter="negative|electrolyte"),
        protocol=(ssb.Charge(options.rate / hour, to=options.upper * V),),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s, dt_max=options.longest_step / options.rate * s, content_error=0.02
        ),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    cell = parser.add_argument_group("cell")
    cell.add_argument("--architecture", choices=tuple(BUILDERS), default="fingers")
    cell.add_argument(
        "--depth", type=float, default=8.0, help="positive electrode by footprint, if flat [um]"
    )
    cell.add_argument(
        "--strip", type=float, default=1.5, help="half width of positive fingers or strips [um]"
    )
    cell.add_argument("--channel", type=float, default=0.75, help="half width of channels [um]")
    cell.add_argument(
        "--strut", type=float, default=1 / 3, help="width of struts over the scaffold's period"
    )
    cell.add_argument(
        "--cells", type=int, default=4, help="half periods of a scaffold over the positive"
    )
    cell.add_argument("--solid", action="store_true", help="a scaffold of cubes, in space")
    cell.add_argument("--separator", type=float, default=1.5, help="thickness [um]")
    cell.add_argument("--electrolyte", default="llzo", help="electrolyte of the library")
    run = parser.add_argument_group("charge")
    run.add_argument("--rate", type=float, default=1.0, help="C-rate [1/h]")
    run.add_argument("--upper", type=float, default=2.7, help="end of charge [V]")
    run.add_argument("--content", type=float, default=0.9, help="of the positive at the start")
    run.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    other = parser.add_argument_group("discretisation")
    other.add_argument("--size", type=float, default=0.5, help="cell size at interfaces [um]")
    other.add_argument("--longest-step", type=float, default=200.0, help="time step at one C [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
