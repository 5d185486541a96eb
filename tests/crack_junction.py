# SPDX-License-Identifier: BSD-3-Clause
"""Three slits between rigid blocks that meet in a point, as a T."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import ssbmech as ssb
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.crack_flow import CrackFlow
from ssbmech.interfaces.filling import Ball, CrackFilling, GivenPlating, Mouth
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.lithium_crack import MOLAR_VOLUME

#: Arms to the right, down and up: their interfaces, lengths in facets, and pressures at the ends.
ARMS = ("lower|upper", "left|lower", "left|upper")
FACET = 1e-6
INLET = 1e6
WIDE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Tee(MeshSource):
    """Blocks "left", "lower" and "upper" around the arms of a T, of facets of one size.

    Attributes:
        right: facets of the arm between "lower" and "upper".
        down: those of the arm between "left" and "lower".
        up: those of the arm between "left" and "upper".
    """

    right: int
    down: int
    up: int

    def generate(self) -> SimplexMesh:
        """Return the mesh."""
        x, y = np.arange(-1, self.right + 1), np.arange(-self.down, self.up + 1)
        nx = x.size
        points = np.zeros((nx * y.size, 3))
        points[:, 0], points[:, 1] = np.tile(x, y.size), np.repeat(y, nx)
        i, j = (k.ravel() for k in np.meshgrid(np.arange(nx - 1), np.arange(y.size - 1)))
        a = j * nx + i
        corners = [[a, a + 1, a + nx + 1], [a, a + nx + 1, a + nx]]
        cells = np.concatenate([np.column_stack(each) for each in corners])
        middle = points[cells].mean(axis=1)
        left, above = middle[:, 0] < 0, middle[:, 1] > 0
        regions = {"left": left, "lower": ~left & ~above, "upper": ~left & above}
        row, column = np.arange(nx - 1), np.arange(y.size - 1) * nx + nx - 1
        rim = {
            "below": [row[1:], column[: self.down]],
            "above": [(y.size - 1) * nx + row[1:], column[self.down :]],
        }
        steps = (1, nx)
        faces = {
            name: np.concatenate(
                [np.column_stack([at, at + step]) for at, step in zip(parts, steps, strict=True)]
            )
            for name, parts in rim.items()
        }
        return SimplexMesh(
            points * FACET,
            cells,
            {name: np.flatnonzero(inside) for name, inside in regions.items()},
            faces,
        )


def tee(
    flow: CrackFlow,
    lengths: tuple[int, int, int],
    width: float = WIDE,
    seconds: float = 4e3,
    shut: bool = False,
) -> ssb.Case:
    """Return slits that metal fills from the right and leaves through both others.

    Args:
        flow: its law.
        lengths: of the three arms, in facets.
        width: opening of the arm to the right [m]; the others are open by `WIDE`.
        seconds: how long it flows [s].
        shut: whether the ends of the others are closed.
    """
    rigid = Material("rigid", Elastic(young=1e13, poisson=0.3))
    ends = [(lengths[0], 0), (0, -lengths[1]), (0, lengths[2])]
    interfaces = []
    for name, (x, y) in zip(ARMS, ends, strict=True):
        pressure = INLET if x else 0.0
        mouth = Mouth(Ball(1e-9, x=x * FACET, y=y * FACET), lambda time, p=pressure: p)
        inside = CrackFilling(
            flow=flow,
            kinetics=GivenPlating(0.0),
            flaw=Ball(radius=1.0),
            molar_volume=MOLAR_VOLUME,
            mouth=None if shut and not x else mouth,
            potential=lambda x: 0 * x[0],
        )
        weak = BilinearCohesion(1e6, 1e-2, 1e15, kept=1e-12)
        interfaces.append(ssb.Interface(name, adhesion=weak, filling=inside))

    def moved(face: str, y: float) -> ssb.Clamp:
        return ssb.Clamp(face, lambda x, t: np.array([WIDE + 0 * x[0], y + 0 * x[0]]))

    return ssb.Case(
        name="junction",
        geometry=Tee(frame=ssb.PlaneStrain(), right=lengths[0], down=lengths[1], up=lengths[2]),
        bodies=tuple(ssb.Body.single(name, rigid) for name in ("left", "lower", "upper")),
        interfaces=tuple(interfaces),
        supports=(ssb.Clamp("left"), moved("below", -width / 2), moved("above", width / 2)),
        protocol=(ssb.Rest(seconds),),
        scales=ssb.Scales(stress=1e8, gap=1e-8),
        step_control=ssb.AdaptiveSteps(
            dt_initial=seconds / 4,
            dt_max=seconds / 4,
            dt_min=1e-4 * seconds,
            gap_error=1e3,
            stress_error=None,
        ),
    )
