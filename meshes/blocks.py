# SPDX-License-Identifier: BSD-3-Clause
"""Write the mesh of two blocks with an irregular common interface as a .msh file.

    python meshes/blocks.py blocks.msh --width 1 --lower 0.5 --upper 0.5 --sizes 0.1 0.2

Lengths are in metres.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ssbmech.frames import PlaneStrain, ThreeDimensional
from ssbmech.geometry import Blocks


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, make the mesh and write it."""
    parser = argparse.ArgumentParser(description="Write the mesh of two blocks; lengths in metres.")
    parser.add_argument("path", type=Path, help="the .msh file to write")
    parser.add_argument("--width", type=float, required=True, help="extent along x")
    parser.add_argument("--lower", type=float, required=True, help="height of the lower block")
    parser.add_argument("--upper", type=float, required=True, help="height of the upper block")
    parser.add_argument(
        "--sizes", type=float, nargs=2, required=True, help="cell size, lower and upper"
    )
    parser.add_argument(
        "--depth", type=float, help="extent along y: makes the mesh three-dimensional"
    )
    parser.add_argument(
        "--jitter", type=float, default=0.2, help="push of a point over its shortest edge"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the pushes")
    given = parser.parse_args(arguments)
    blocks = Blocks(
        frame=PlaneStrain() if given.depth is None else ThreeDimensional(),
        width=given.width,
        lower=given.lower,
        upper=given.upper,
        size_lower=given.sizes[0],
        size_upper=given.sizes[1],
        depth=given.depth,
        jitter=given.jitter,
        seed=given.seed,
    )
    blocks.write(given.path)


if __name__ == "__main__":
    main()
