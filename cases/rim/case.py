# SPDX-License-Identifier: BSD-3-Clause
"""The rim: a lithium electrode that is wider than what reacts, stripped under low pressure.

Li | Li6PS5Cl | Li, half a cell from its middle x = 0 to its wall x = width. Metal at the rim that
is not stripped stands out of the rest: below some pressure it carries the stack and the rest loses
contact; above it the creeping metal of the rim is squeezed flat. Two idealisations:

- By default the foil of the counter electrode ends where the rim begins. The current spreads in the
  electrolyte beyond that edge and strips a part of the rim too, and nothing presses on the
  electrolyte over the rim.
- With --inert-rim both foils are as wide as the cell, and the rim of the working electrode does not
  react, as under a residue.

Current and pressure are counted by the area of the counter electrode. Run it as

    python cases/rim/case.py
    python cases/rim/case.py --inert-rim                # contact is lost within minutes
    python cases/rim/case.py --inert-rim --pressure 1   # contact is kept
    python cases/rim/case.py --coin                     # a disc
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import Any

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry.session import generate, growing_size, mesh_model
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.units import MPa, V, mA_per_cm2, minute, nm, s, um

WORKING, COUNTER = "negative|separator", "positive|separator"


@dataclass(frozen=True, kw_only=True)
class ShortCounter(MeshSource):
    """Three layers, of which the uppermost ends before the others: a `Stack` has but one width.

    The face "overhang" is the electrolyte's beyond the counter electrode, "end" that of the counter
    electrode itself; both are free.
    """

    width: float = parameter("m", low=0.0, low_open=True, doc="extent along x, or radius")
    edge: float = parameter("m", low=0.0, low_open=True, doc="where the counter electrode ends")
    foil: float = parameter("m", low=0.0, low_open=True, doc="thickness of either electrode")
    separator: float = parameter("m", low=0.0, low_open=True, doc="thickness of the electrolyte")
    size: float = parameter("m", low=0.0, low_open=True, doc="cell size at the edge")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        return mesh_model(2, self._draw, self.width)

    def _draw(self, gmsh: Any) -> None:
        """Draw the layers in half widths, name what a bounding box does not, and mesh them."""
        model, unit = gmsh.model, self.width
        edge, lower = self.edge / unit, self.foil / unit
        upper = lower + self.separator / unit
        top = upper + lower
        layers = {
            "negative": (0.0, lower, 1.0),
            "separator": (lower, upper, 1.0),
            "positive": (upper, top, edge),
        }
        boxes = [
            (2, model.occ.addRectangle(0, low, 0, width, high - low))
            for low, high, width in layers.values()
        ]
        # facets of the working electrode too meet the line at which the rim begins
        below = (0, model.occ.addPoint(edge, lower, 0))
        _, pieces = model.occ.fragment(boxes, [below])
        model.occ.synchronize()
        for name, piece in zip(layers, pieces, strict=False):
            model.addPhysicalGroup(2, [piece[0][1]], name=name)
        for name, low, high in (
            ("overhang", (edge, upper), (1, upper)),
            ("end", (edge, upper), (edge, top)),
        ):
            near = model.getEntitiesInBoundingBox(*_grown(low, -1.0), *_grown(high, 1.0), 1)
            model.addPhysicalGroup(1, [tag for _, tag in near], name=name)
        generate(gmsh, 2, self._sizes(gmsh, (edge, lower, upper)))

    def _sizes(self, gmsh: Any, places: tuple[float, float, float]) -> list[int]:
        """Add size fields that grow from interfaces and edges, as in `Stack`; return their tags."""
        fine, (edge, *levels) = self.size / self.width, places
        coarse = min(20 * fine, self.foil / self.width)
        sizes = []
        for level in levels:
            across, up = f"(x-{edge!r})", f"(y-{level!r})"
            for distance, near, start in (
                (f"Abs({up})", 4 * fine, 0.0),
                (f"Sqrt({across}^2+{up}^2)", fine, 8 * fine),
            ):
                far = max(coarse, near)
                end = start + max(far - near, 1e-3 * near) / 0.3
                sizes.append(growing_size(gmsh, distance, near, far, start, end))
        return sizes


def _grown(corner: tuple[float, float], sign: float) -> tuple[float, float, float]:
    """Return a corner of a box in half widths, moved outwards beyond rounding."""
    return corner[0] + sign * 1e-6, corner[1] + sign * 1e-6, sign


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    lithium, limit = library.by_name(options.lithium), options.voltage_limit * V
    rim = ssb.Strips((((1 - options.rim) * options.width * um, options.width * um),))
    return ssb.Case(
        name="rim",
        geometry=inert_rim(options) if options.inert_rim else short_counter(options),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=(
            ssb.Interface(
                WORKING, kinetics=lithium_li6ps5cl(), activity=rim if options.inert_rim else None
            ),
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
        ),
        # both foils stick to their collectors: that holds the metal back when it is squeezed
        supports=(
            ssb.Clamp("bottom"),
            ssb.NoSlip("top"),
            ssb.Roller("left"),
            ssb.Roller("right"),
        ),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa),
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER, area_of=COUNTER),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(
                options.current * mA_per_cm2,
                options.minutes * minute,
                stops=(ssb.VoltageAbove(limit), ssb.VoltageBelow(-limit)),
                name="strip" if options.current > 0 else "plate",
            ),
        ),
        step_control=ssb.AdaptiveSteps(
            gap_error=options.gap_error * nm, dt_max=options.longest_step * s
        ),
    )


def frame(options: argparse.Namespace) -> ssb.PlaneStrain | ssb.Axisymmetric:
    """Return the frame of a long strip, or of a disc."""
    return ssb.Axisymmetric() if options.coin else ssb.PlaneStrain()


def short_counter(options: argparse.Namespace) -> MeshSource:
    """Return a cell whose counter electrode ends where the rim begins."""
    return ShortCounter(
        frame=frame(options),
        width=options.width * um,
        edge=(1 - options.rim) * options.width * um,
        foil=options.foil * um,
        separator=options.separator * um,
        size=options.size * um,
    )


def inert_rim(options: argparse.Namespace) -> MeshSource:
    """Return a cell of one width, with a finer mesh where the rim begins."""
    edge, fine = (1 - options.rim) * options.width * um, options.size * um
    return ssb.Stack(
        frame=frame(options),
        width=options.width * um,
        layers=(
            ssb.Layer("negative", options.foil * um),
            ssb.Layer("separator", options.separator * um),
            ssb.Layer("positive", options.foil * um),
        ),
        size_interface=4 * fine,
        size_bulk=20 * fine,
        refinements=(ssb.Refinement(WORKING, position=edge, size=fine, radius=8 * fine),),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    load = parser.add_argument_group("load")
    load.add_argument("--pressure", type=float, default=0.1, help="stack pressure [MPa]")
    load.add_argument(
        "--current", type=float, default=0.2, help="current density, positive strips [mA/cm2]"
    )
    load.add_argument("--minutes", type=float, default=30.0, help="longest time [min]")
    load.add_argument(
        "--voltage-limit", type=float, default=0.5, help="voltage that ends the run [V]"
    )
    cell = parser.add_argument_group("cell")
    cell.add_argument(
        "--inert-rim",
        action="store_true",
        help="the counter electrode does not end, the rim is inert",
    )
    cell.add_argument("--coin", action="store_true", help="a disc in place of a long strip")
    cell.add_argument("--width", type=float, default=500.0, help="half width or radius [um]")
    cell.add_argument("--rim", type=float, default=0.1, help="share of the rim in the width [1]")
    cell.add_argument("--foil", type=float, default=50.0, help="thickness of the lithium [um]")
    cell.add_argument(
        "--separator", type=float, default=100.0, help="thickness of the electrolyte [um]"
    )
    cell.add_argument(
        "--lithium", default="lithium_lepage2019", help="parameter set of lithium in the library"
    )
    other = parser.add_argument_group("discretisation")
    other.add_argument("--size", type=float, default=2.0, help="cell size at the rim's edge [um]")
    other.add_argument("--longest-step", type=float, default=15.0, help="longest time step [s]")
    other.add_argument(
        "--gap-error", type=float, default=1.0, help="error of the gap that steers the step [nm]"
    )


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
