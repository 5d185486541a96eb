# SPDX-License-Identifier: BSD-3-Clause
r"""A film of lithium that is plated between a round core and an electrolyte around it.

Metal has no other way than to press: its pressure p follows from its volume and from how a hollow
cylinder or sphere gives way, and at rest it is :math:`\Omega p / F` of the voltage.

.. math:: u = \frac{p\,a}{E} \frac{(1 + \nu) [(1 - 2 \nu) a^2 + b^2]}{b^2 - a^2}, \quad
          u = \frac{p\,a}{E} \frac{(1 - 2 \nu) a^3 + \tfrac12 (1 + \nu) b^3}{b^3 - a^3}

at the wall a that bears p, with the free wall b, outside or inside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.frames import Frame
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.elastic import Elastic
from ssbmech.units import hour, um
from tests.tools import march, measured

HOLE, CORE, FILM, SHELL = 2e-6, 3e-6, 0.4e-6, 10e-6
"""Radius of the hole in the core, and thicknesses from there outwards [m]."""

PLATED = 8e-9
"""Thickness that is plated [m]."""

LITHIUM = library.by_name("lithium_lepage2019")
WALL = "film|shell"


@dataclass(frozen=True, kw_only=True)
class Quarter(MeshSource):
    """A stack that is bent round: its sides lie on both planes of symmetry.

    Attributes:
        stack: the stack, of layers by radius from the hole outwards.
    """

    stack: ssb.Stack

    def generate(self) -> SimplexMesh:
        mesh = self.stack.generate()
        angle = 0.5 * np.pi * mesh.points[:, 0] / self.stack.width
        radius = HOLE + mesh.points[:, 1]
        points = mesh.points.copy()
        points[:, 0], points[:, 1] = radius * np.sin(angle), radius * np.cos(angle)
        points[np.abs(points) < 1e-15] = 0.0
        most = radius.max()
        rims = {
            "hole": np.flatnonzero(radius < HOLE * (1 + 1e-9)),
            "outer": np.flatnonzero(radius > most * (1 - 1e-9)),
        }
        return replace(mesh, points=points, node_sets=rims)


def case(frame: Frame) -> ssb.Case:
    """Return the film, plated and left to rest."""
    stack = ssb.Stack(
        frame=ssb.PlaneStrain(),
        width=6 * um,
        layers=(
            ssb.Layer("core", CORE),
            ssb.Layer("film", FILM),
            ssb.Layer("shell", SHELL),
        ),
        size_interface=0.4 * um,
        size_bulk=2 * um,
    )
    speed = 1.0 * LITHIUM.metal.thickness_per_charge
    return ssb.Case(
        name="film",
        geometry=Quarter(frame=frame, stack=stack),
        bodies=(
            ssb.Body.single("core", library.by_name("copper")),
            ssb.Body.single("film", LITHIUM, moves=True),
            ssb.Body.single("shell", library.by_name("li6ps5cl")),
        ),
        interfaces=(
            ssb.Interface("film|core"),
            ssb.Interface(WALL, kinetics=ssb.LinearKinetics(1e-3)),
        ),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        electrodes=ssb.Electrodes(WALL, None),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("outer", lambda x: 0 * x[0]),)),
        protocol=(ssb.ConstantCurrent(-1.0, PLATED / speed), ssb.Rest(2 * hour)),
        step_control=ssb.AdaptiveSteps(dt_initial=1.0, gap_error=2e-9, dt_max=600.0),
    )


def gives(law: Elastic, wall: float, free: float, power: int) -> float:
    """Return how far the wall of a hollow cylinder (2) or sphere (3) goes, over its load [m/Pa]."""
    a, b, nu = wall**power, free**power, law.poisson
    if power == 2:
        factor = (1 + nu) * ((1 - 2 * nu) * a + b)
    else:
        factor = (1 - 2 * nu) * a + 0.5 * (1 + nu) * b
    return wall / law.young * factor / abs(b - a)


@pytest.mark.serial
@pytest.mark.slow
@pytest.mark.parametrize(("frame", "power"), [(ssb.PlaneStrain(), 2), (ssb.Axisymmetric(), 3)])
def test_a_film_around_a_core_presses_by_its_volume(frame: Frame, power: int) -> None:
    run = march(case(frame))
    inside, outside = HOLE + CORE, HOLE + CORE + FILM
    core, shell = library.by_name("copper").solid, library.by_name("li6ps5cl").solid
    room = (
        gives(shell, outside, outside + SHELL, power) * outside ** (power - 1)
        + gives(core, inside, HOLE, power) * inside ** (power - 1)
        + (outside**power - inside**power) / power / LITHIUM.solid.elastic.bulk
    )
    pressure = PLATED * outside ** (power - 1) / room
    assert pressure > 15e6
    name = f"film around a core, {'cylinder' if power == 2 else 'sphere'}"
    found = run.series(f"p_contact_max:{WALL}")[-1]
    # what creep leaves of the deviator, and facets that cut off the round
    measured(name, "pressure", abs(found / pressure - 1), 0.01, "hollow bodies")
    volts = -LITHIUM.metal.molar_volume * pressure / FARADAY
    measured(name, "voltage at rest", abs(run.series("voltage")[-1] / volts - 1), 0.01,
             "Omega p / F")  # fmt: skip
    charge = float((run.series("current") * run.series("time_step")).sum())
    assert charge == pytest.approx(-PLATED / LITHIUM.metal.thickness_per_charge, rel=1e-9)
