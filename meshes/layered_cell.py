# SPDX-License-Identifier: BSD-3-Clause
"""Write the mesh of a layered cell as a .msh file.

    python meshes/layered_cell.py cell.msh --layer negative=20 --layer separator=30 --width 60

Lengths are in micrometres; layers go from bottom to top, as name=thickness or
name=thickness:largest-cell-size.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ssbmech.frames import PlaneStrain, ThreeDimensional
from ssbmech.geometry import Layer, Refinement, Stack
from ssbmech.units import um


def layer(text: str) -> Layer:
    """Return the layer written as name=thickness or name=thickness:size [um]."""
    name, _, numbers = text.partition("=")
    thickness, _, size = numbers.partition(":")
    return Layer(name, float(thickness) * um, float(size) * um if size else None)


def refinement(text: str) -> Refinement:
    """Return the refinement written as lower|upper=position:size:radius [um]."""
    interface, _, numbers = text.partition("=")
    position, size, radius = (float(number) * um for number in numbers.split(":"))
    return Refinement(interface, position, size, radius)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, make the mesh and write it."""
    parser = argparse.ArgumentParser(
        description="Write the mesh of a layered cell; lengths in micrometres."
    )
    parser.add_argument("path", type=Path, help="the .msh file to write")
    parser.add_argument(
        "--layer", type=layer, action="append", required=True, metavar="NAME=THICKNESS[:SIZE]"
    )
    parser.add_argument(
        "--width", type=float, required=True, help="extent along x, or outer radius"
    )
    parser.add_argument(
        "--depth", type=float, help="extent along y: makes the mesh three-dimensional"
    )
    parser.add_argument("--size-interface", type=float, default=1.0, help="cell size at interfaces")
    parser.add_argument(
        "--size-bulk", type=float, default=5.0, help="cell size far from interfaces"
    )
    parser.add_argument(
        "--refine",
        type=refinement,
        action="append",
        default=[],
        metavar="LOWER|UPPER=X:SIZE:RADIUS",
        help="finer cells around a point on an interface",
    )
    given = parser.parse_args(arguments)
    stack = Stack(
        frame=PlaneStrain() if given.depth is None else ThreeDimensional(),
        layers=tuple(given.layer),
        width=given.width * um,
        depth=None if given.depth is None else given.depth * um,
        size_interface=given.size_interface * um,
        size_bulk=given.size_bulk * um,
        refinements=tuple(given.refine),
    )
    stack.write(given.path)


if __name__ == "__main__":
    main()
