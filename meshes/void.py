# SPDX-License-Identifier: BSD-3-Clause
"""Write the mesh of a quarter of a body around a void as a .msh file.

    python meshes/void.py cylinder.msh --inner 5 --outer 25 --size 0.5
    python meshes/void.py plate.msh --inner 5 --outer 25 --size 0.5 --square

Lengths are in micrometres. The round one is a thick-walled cylinder in plane strain and, turned
about x = 0, a thick spherical shell in the axisymmetric frame.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ssbmech.frames import PlaneStrain
from ssbmech.geometry import QuarterVoid
from ssbmech.units import um


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, make the mesh and write it."""
    parser = argparse.ArgumentParser(
        description="Write the mesh around a void; lengths in micrometres."
    )
    parser.add_argument("path", type=Path, help="the .msh file to write")
    parser.add_argument("--inner", type=float, required=True, help="radius of the void")
    parser.add_argument(
        "--outer", type=float, required=True, help="outer radius, or half side of the square"
    )
    parser.add_argument("--size", type=float, required=True, help="cell size at the void")
    parser.add_argument("--coarsening", type=float, default=5.0, help="outer over inner cell size")
    parser.add_argument(
        "--square", action="store_true", help="square outer boundary instead of a round one"
    )
    given = parser.parse_args(arguments)
    body = QuarterVoid(
        frame=PlaneStrain(),
        inner_radius=given.inner * um,
        outer_radius=given.outer * um,
        size=given.size * um,
        coarsening=given.coarsening,
        square=given.square,
    )
    body.write(given.path)


if __name__ == "__main__":
    main()
