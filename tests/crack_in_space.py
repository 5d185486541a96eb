# SPDX-License-Identifier: BSD-3-Clause
"""A quarter of a round crack in space that lithium is plated into."""

from __future__ import annotations

import dataclasses

import numpy as np

import ssbmech as ssb
from ssbmech.geometry.crack_disc import CrackDisc
from ssbmech.geometry.crack_path import CrackPath
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.interfaces.filling import Ball, CrackFilling, Mouth
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.lithium_crack import CRACK, GLASS, HALF, MODULUS, TOUGHNESS, filling, plate

SIDES = (ssb.Roller("left"), ssb.Roller("front"))


def disc(
    inside: CrackFilling,
    seconds: float,
    step: float,
    mesh: CrackDisc,
    bond: BilinearCohesion,
    material: Material,
    **changes: object,
) -> ssb.Case:
    """Return a quarter of a cylinder that is cut in two."""
    return dataclasses.replace(
        ssb.Case(
            name="lithium in a round crack",
            geometry=mesh,
            bodies=(ssb.Body.single("lower", material), ssb.Body.single("upper", material)),
            interfaces=(ssb.Interface(CRACK, adhesion=bond, filling=inside),),
            supports=(*SIDES, ssb.Roller("bottom")),
            protocol=(ssb.Rest(seconds),),
            scales=ssb.Scales(stress=1e8, gap=1e-8),
            step_control=ssb.AdaptiveSteps(
                dt_initial=step, dt_max=step, dt_min=1e-4 * step, gap_error=1.0, stress_error=None
            ),
        ),
        **changes,
    )


def between_stiff_walls(
    flow: CreepFlow, facet: float, radius: float, width: float, mouth: float, seconds: float
) -> ssb.Case:
    """Return a round slit of a width that is fed from both walls, and open at its rim."""
    inside = filling(
        flow=flow,
        flaw=Ball(radius=1.0),
        # all ends but those on the planes of symmetry
        mouth=Mouth(lambda x: np.minimum(x[0], x[1]) > 1e-3 * radius, lambda time: mouth),
    )

    def lift(time: float) -> float:
        return width * min(8 * time / seconds, 1.0)

    mesh = CrackDisc(
        frame=ssb.ThreeDimensional(),
        radius=radius,
        height=0.4 * radius,
        front=radius,
        path=radius,
        facet=facet,
        size=2 * facet,
    )
    rigid = Material("rigid", Elastic(young=1e13, poisson=0.3))
    return disc(
        inside,
        seconds,
        seconds / 8,
        mesh,
        BilinearCohesion(1e6, 1e-2, 1e15, kept=1e-12),
        rigid,
        supports=(
            ssb.Clamp("bottom"),
            # opened gently, for stiff walls that part resist with what they would bear
            ssb.Clamp("top", lambda x, t: np.array([0 * x[0], 0 * x[0], lift(t) + 0 * x[0]])),
        ),
        discretisation=ssb.Discretisation(degree=1),
    )


def penny(
    inside: CrackFilling,
    seconds: float,
    step: float,
    facet: float,
    path: float,
    radius: float,
    bond: BilinearCohesion,
    **changes: object,
) -> ssb.Case:
    """Return a round crack of 5 um in the middle of a cylinder, all of it of glass."""
    mesh = CrackDisc(
        frame=ssb.ThreeDimensional(),
        radius=radius,
        height=radius,
        front=HALF,
        path=path,
        facet=facet,
        size=radius / 3,
    )
    return disc(inside, seconds, step, mesh, bond, GLASS, **changes)


#: Of facets of 1 um, and metal ten times as viscous as in other sealed cracks.
GROWS_IN = BilinearCohesion.of_brittle(TOUGHNESS, MODULUS, 1e-6)
SLOW = CreepFlow(rate=1000 / 30, stress=1e6, exponent=1.0)
LINEAR = ssb.Discretisation(degree=1)


def growing_penny(facet: float = 1e-6) -> ssb.Case:
    """Return a sealed penny in a quarter of a cylinder of 24 um, plated until it has grown."""
    sealed = filling(flow=SLOW)
    return penny(sealed, 62.0, 2.0, facet, 10e-6, 24e-6, GROWS_IN, discretisation=LINEAR)


def growing_section(facet: float) -> ssb.Case:
    """Return the same, of the same bond, in axisymmetry, on cells that are sized as in space."""
    sealed, extent = filling(flow=SLOW), 24e-6
    mesh = CrackPath(
        frame=ssb.Axisymmetric(),
        width=extent,
        height=extent,
        path=10e-6,
        facet=facet,
        size=extent / 3,
        growth=0.5,
    )
    return plate(sealed, 62.0, 2.0, bond=GROWS_IN, geometry=mesh, discretisation=LINEAR)
