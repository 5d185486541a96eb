# SPDX-License-Identifier: BSD-3-Clause
"""A dry crack of an electrolyte that bends beside a particle that has changed its volume.

A plate of Li6PS5Cl in plane strain with a notch from its left side; a stiff particle is bonded to
it beside the line of the notch. The particle first shrinks or swells, then the plate is opened like
a book from the left. Nobody says where the crack goes: it is a phase field. Run it as

    ./ssb mpirun -n 2 python cases/curved_crack/case.py
    ./ssb mpirun -n 2 python cases/curved_crack/case.py --misfit 0 --out runs/straight
    ./ssb mpirun -n 2 python cases/curved_crack/case.py --misfit 1 --out runs/swollen
    ./ssb python cases/curved_crack/figure.py runs/curved_crack runs/straight runs/swollen

The change of volume comes by a thermal strain, for one body has no host beside other regions.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry.session import generate_sized, mesh_model
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import GPa, s

MICRO = 1e-6
EXPANSION = 1e-3
"""Of the particle, by which its misfit is made [1/K]."""
COLD = 298.15
"""Temperature at which nothing is strained [K]."""


@dataclass(frozen=True, kw_only=True)
class Plate(MeshSource):
    """A rectangle around the origin with a round particle.

    Attributes:
        width: extent along x [m].
        height: extent along y [m].
        notch: how far the notch on y = 0 goes in from the left [m].
        radius: radius of the particle [m].
        x: its place [m].
        y: its place [m].
        fine: size of cells where the crack may go [m].
    """

    width: float
    height: float
    notch: float
    radius: float
    x: float
    y: float
    fine: float

    def generate(self) -> SimplexMesh:
        """Return the mesh."""
        return mesh_model(2, self._draw, 1e-6)

    def _draw(self, gmsh: Any) -> None:
        occ, unit = gmsh.model.occ, 1e-6
        w, h, r = self.width / unit, self.height / unit, self.radius / unit
        plate = occ.addRectangle(-w / 2, -h / 2, 0, w, h)
        disc = occ.addDisk(self.x / unit, self.y / unit, 0, r, r)
        _, (outer, inner) = occ.fragment([(2, plate)], [(2, disc)])
        occ.synchronize()
        particle = [tag for _, tag in inner]
        matrix = [tag for _, tag in outer if tag not in particle]
        gmsh.model.addPhysicalGroup(2, particle, name="particle")
        gmsh.model.addPhysicalGroup(2, matrix, name="electrolyte")
        start = self.notch / unit - w / 2

        def size(x: float, y: float, z: float) -> float:
            # the crack may leave its line by a radius to both sides, from the notch on
            beside = max(abs(y) - 1.2 * r, 0.0)
            behind = max(start - 2.0 - x, 0.0) if abs(y) > 2 * self.fine / unit else 0.0
            return float(self.fine / unit + 0.3 * max(beside, behind))

        generate_sized(gmsh, 2, size)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    electrolyte = library.by_name("li6ps5cl")
    width, height, notch = options.width * MICRO, options.height * MICRO, options.notch * MICRO
    length = options.length * MICRO
    plate = Plate(
        frame=ssb.PlaneStrain(),
        width=width,
        height=height,
        notch=notch,
        radius=options.radius * MICRO,
        x=options.place * MICRO,
        y=options.aside * MICRO,
        fine=0.5 * length,
    )
    particle = Material(
        "particle", Elastic(young=options.stiffness * GPa, poisson=0.3), thermal_expansion=EXPANSION
    )

    def flaw(x: np.ndarray) -> np.ndarray:
        return (np.abs(x[1]) < 0.3 * length) & (x[0] < notch - width / 2)

    def opened(x: np.ndarray, time: float) -> np.ndarray:
        # like a book: most at the left, nothing a bit beyond the right side
        share = 0.5 - x[0] / (1.1 * width)
        part = min(max(time - 1.0, 0.0) / options.seconds, 1.0)
        return np.stack([0 * x[0], 0.5 * options.opening * MICRO * part * share * np.sign(x[1])])

    solid = electrolyte.solid
    modulus = solid.young / (1 - solid.poisson**2)
    law = ssb.PhaseField(
        toughness=(options.toughness * 1e6) ** 2 / modulus,
        length=length,
        delay=options.delay * s,
        flaw=flaw,
        unbroken=("particle",),
    )
    misfit = COLD + 1e-2 * options.misfit / EXPANSION
    return ssb.Case(
        name="curved_crack",
        geometry=plate,
        bodies=(
            ssb.Body("plate", {"electrolyte": electrolyte, "particle": particle}, parts=(law,)),
        ),
        supports=(ssb.Clamp("bottom", opened), ssb.Clamp("top", opened)),
        protocol=(
            ssb.Under(ssb.Rest(1 * s, name="misfit"), ssb.TemperatureRamp(COLD, misfit)),
            ssb.Rest(options.seconds * s, name="open"),
        ),
        temperature=COLD,
        discretisation=ssb.Discretisation(degree=1),
        scales=ssb.Scales(stress=100e6),
        step_control=ssb.AdaptiveSteps(
            dt_initial=0.1 * s, dt_max=options.longest_step * s, dt_min=1e-6 * s
        ),
        output=ssb.Output(fields_every=1, figures=False),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    load = parser.add_argument_group("load")
    load.add_argument(
        "--misfit", type=float, default=-1.0, help="strain of the particle, swelling above 0 [%%]"
    )
    load.add_argument("--opening", type=float, default=0.6, help="of the left side [um]")
    load.add_argument("--seconds", type=float, default=10.0, help="in which it is opened [s]")
    plate = parser.add_argument_group("plate")
    plate.add_argument("--width", type=float, default=40.0, help="of the plate [um]")
    plate.add_argument("--height", type=float, default=30.0, help="of the plate [um]")
    plate.add_argument("--notch", type=float, default=15.0, help="length of the notch [um]")
    plate.add_argument("--radius", type=float, default=4.0, help="of the particle [um]")
    plate.add_argument("--place", type=float, default=4.0, help="of the particle along x [um]")
    plate.add_argument("--aside", type=float, default=5.0, help="of its middle from y = 0 [um]")
    plate.add_argument("--stiffness", type=float, default=150.0, help="of the particle [GPa]")
    crack = parser.add_argument_group("crack")
    crack.add_argument("--toughness", type=float, default=0.69, help="K_Ic [MPa m^(1/2)]")
    crack.add_argument("--length", type=float, default=1.2, help="over which it is smeared [um]")
    crack.add_argument("--delay", type=float, default=0.2, help="time that damage takes [s]")
    crack.add_argument("--longest-step", type=float, default=0.2, help="time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
