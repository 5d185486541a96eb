# SPDX-License-Identifier: BSD-3-Clause
"""Write the mesh of a layered cell with particles in one layer as a .msh file.

    python meshes/composite_cell.py cell.msh --layer separator=9 --layer cathode=30 --width 40
        --fill cathode --particles nmc=5:0.3 --fraction 0.6

Lengths are in micrometres; layers go from bottom to top, as name=thickness or
name=thickness:largest-cell-size; particles are name=diameter, name=diameter:spread or
name=diameter:spread:share-of-the-volume.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ssbmech.frames import PlaneStrain, ThreeDimensional
from ssbmech.geometry import CompositeStack, Layer, Packing, ParticleKind, Sides, Sizes
from ssbmech.units import um


def layer(text: str) -> Layer:
    """Return the layer written as name=thickness or name=thickness:size [um]."""
    name, _, numbers = text.partition("=")
    thickness, _, size = numbers.partition(":")
    return Layer(name, float(thickness) * um, float(size) * um if size else None)


def particles(text: str) -> ParticleKind:
    """Return the particles written as region=diameter:spread:share [um]."""
    region, _, numbers = text.partition("=")
    diameter, spread, share = (*numbers.split(":"), *("0", "1")[numbers.count(":") :])
    return ParticleKind(region, Sizes(float(diameter) * um, float(spread)), float(share))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, make the mesh and write it."""
    parser = argparse.ArgumentParser(
        description="Write the mesh of a cell with particles; lengths in micrometres."
    )
    parser.add_argument("path", type=Path, help="the .msh file to write")
    parser.add_argument(
        "--layer", type=layer, action="append", required=True, metavar="NAME=THICKNESS[:SIZE]"
    )
    parser.add_argument("--fill", required=True, help="name of the layer with the particles")
    parser.add_argument(
        "--particles",
        type=particles,
        action="append",
        required=True,
        metavar="NAME=DIAMETER[:SPREAD[:SHARE]]",
    )
    parser.add_argument("--fraction", type=float, required=True, help="volume fraction")
    parser.add_argument("--distance", type=float, default=0.2, help="smallest distance")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random places")
    parser.add_argument("--keep-off", action="store_true", help="cut no particle at the sides")
    parser.add_argument("--width", type=float, required=True, help="extent along x")
    parser.add_argument(
        "--depth", type=float, help="extent along y: makes the mesh three-dimensional"
    )
    parser.add_argument("--size-particle", type=float, default=0.6, help="cell size at particles")
    parser.add_argument("--size-interface", type=float, default=1.0, help="cell size at interfaces")
    parser.add_argument("--size-bulk", type=float, default=5.0, help="cell size far from both")
    parser.add_argument("--across", type=float, default=2.0, help="cells between two particles")
    given = parser.parse_args(arguments)
    cell = CompositeStack(
        frame=PlaneStrain() if given.depth is None else ThreeDimensional(),
        layers=tuple(given.layer),
        filled=given.fill,
        packing=Packing(
            kinds=tuple(given.particles),
            volume_fraction=given.fraction,
            smallest_distance=given.distance * um,
            seed=given.seed,
            sides=Sides.KEPT_OFF if given.keep_off else Sides.CUT,
        ),
        width=given.width * um,
        depth=None if given.depth is None else given.depth * um,
        size_particle=given.size_particle * um,
        size_interface=given.size_interface * um,
        size_bulk=given.size_bulk * um,
        across=given.across,
    )
    cell.write(given.path)


if __name__ == "__main__":
    main()
