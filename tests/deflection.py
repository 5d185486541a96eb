# SPDX-License-Identifier: BSD-3-Clause
"""A long crack that ends at a weak interface across it, in the field of a crack that opens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from math import pi

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

import ssbmech as ssb
from ssbmech.geometry.crossed_layers import CrossedLayers
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.interfaces.cohesion import Adhesion
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.model.energy_release import EnergyRelease
from tests.lithium_crack import GLASS, SOLID

Floats = npt.NDArray[np.float64]

#: Half of the section, whose middle the interface goes through: the crack is as long.
RADIUS = 20e-6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rim(CrossedLayers):
    """The same layers, whose lower face is of two parts, for the crack opens there."""

    def generate(self) -> SimplexMesh:
        """Return the mesh."""
        plain = super().generate()
        cells = plain.cells
        edges = np.sort(np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]]), 1)
        edges = np.unique(edges, axis=0)
        low = edges[np.all(np.abs(plain.points[edges, 1]) < 1e-6 * self.facet, axis=1)]
        right = plain.points[low, 0].mean(axis=1) > 0.0
        return dataclasses.replace(plain, faces={"low_left": low[~right], "low_right": low[right]})


def section(facet: float, reach: float, **changes: object) -> Rim:
    """Return two layers of one thickness with a path through both."""
    plain = Rim(
        frame=ssb.PlaneStrain(),
        layers=(RADIUS, RADIUS),
        width=2 * RADIUS,
        reach=reach,
        facet=facet,
        size=RADIUS / 6,
        growth=0.2,
    )
    return dataclasses.replace(plain, **changes)


def opened(intensity: Callable[[float], float]) -> tuple[ssb.Clamp, ...]:
    r"""Return supports that move as around a crack along x = 0 that ends at the interface.

    .. math:: u = \frac{K}{2 \mu} \sqrt{\frac{r}{2 \pi}} (3 - 4 \nu - \cos \theta)
        (\cos \theta/2, \sin \theta/2)

    along the crack and across it, with the angle from what lies ahead.

    Args:
        intensity: K [Pa m^(1/2)] against time [s].
    """

    def on(face: str, side: float) -> ssb.Clamp:
        def moved(x: Floats, time: float) -> Floats:
            ahead, across = x[1] - RADIUS, -x[0]
            theta = np.arctan2(across, ahead)
            if side:
                # both walls of the crack lie there
                theta = side * np.abs(theta)
            size = intensity(time) / (2 * SOLID.shear) * np.sqrt(np.hypot(ahead, across) / 2 / pi)
            size *= 3 - 4 * SOLID.poisson - np.cos(theta)
            return np.stack([-size * np.sin(theta / 2), size * np.cos(theta / 2)])

        # it grows evenly
        moved.break_points = ()
        return ssb.Clamp(face, moved)

    sides = {"left": 0.0, "right": 0.0, "top": 0.0, "low_left": 1.0, "low_right": -1.0}
    return tuple(on(face, side) for face, side in sides.items())


def broken(**arms: float) -> Callable[[Floats], Floats]:
    """Return where the walls are apart from the start: the path below, and arms of a length [m]."""

    def within(x: Floats) -> Floats:
        up = x[1] - RADIUS
        level = np.abs(up) < 1e-3 * RADIUS
        beside = np.abs(x[0]) < 1e-3 * RADIUS
        straight = beside & (up < arms.get("straight", 0.0))
        left = level & (x[0] > -arms.get("left", 0.0)) & (x[0] < 0)
        right = level & (x[0] < arms.get("right", 0.0)) & (x[0] > 0)
        # at the junction facets are told by their middles
        return np.where(straight | left | right, 1.0, 0.0)

    return within


def tips(names: tuple[str, ...], length: float, bodies: tuple[str, ...]) -> tuple[object, ...]:
    """Return what asks for the energy release at the ends of arms of a length [m]."""
    ends = {"left": (-1, 0, pi), "right": (1, 0, 0.0), "straight": (0, 1, pi / 2)}
    found = []
    for name in names:
        x, y, angle = ends[name]
        place = (x * length, RADIUS + y * length)
        found.append(EnergyRelease(name, bodies, *place, angle, 0.25 * length, 0.75 * length))
    return tuple(found)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Slit(Rim):
    """The same mesh as one body, cut open along edges that `flaw` says are broken."""

    flaw: Callable[[Floats], Floats]

    def generate(self) -> SimplexMesh:
        """Return the mesh."""
        plain = super().generate()
        points, cells = plain.points, plain.cells.copy()
        sides = np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]])
        edges, twice, count = np.unique(
            np.sort(sides, 1), axis=0, return_inverse=True, return_counts=True
        )
        cut = (self.flaw(points[edges].mean(axis=1).T) > 0) & (count == 2)
        # pairs of cells beside the edges that hold
        order = np.argsort(twice.ravel(), kind="stable")
        first = np.concatenate([[0], np.cumsum(count)[:-1]])
        owner = np.tile(np.arange(len(cells)), 3)[order]
        held = np.flatnonzero((count == 2) & ~cut)
        pairs = np.column_stack([owner[first[held]], owner[first[held] + 1]])
        added = []
        for node in np.unique(edges[cut]):
            around = np.flatnonzero((cells == node).any(axis=1))
            here = pairs[np.isin(pairs, around).all(axis=1) & (edges[held] == node).any(axis=1)]
            place = {int(c): k for k, c in enumerate(around)}
            rows = [[place[int(c)] for c in pair] for pair in here]
            links = np.array(rows or np.empty((0, 2)), dtype=int)
            graph = coo_array(
                (np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(around),) * 2
            )
            pieces, piece = connected_components(graph, directed=False)
            for k in range(1, pieces):
                mine = around[piece == k]
                cells[mine] = np.where(cells[mine] == node, len(points) + len(added), cells[mine])
                added.append(points[node])
        sides = np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]])
        faces = dict(plain.faces)
        faces["crack"] = sides[cut[twice.ravel()]]
        return dataclasses.replace(
            plain, points=np.concatenate([points, added]), cells=cells, faces=faces
        )


def slit(length: float, facets: int, names: tuple[str, ...], upper: Elastic = SOLID) -> ssb.Case:
    """Return a crack with arms of a length, open from the start, in the field of 1 MPa m^(1/2).

    Args:
        length: of the arms [m].
        facets: on each of them [1].
        names: which arms there are: "left", "right", "straight".
        upper: solid beyond the interface.
    """
    plain = section(length / facets, 1.5 * length)
    shape = {each.name: getattr(plain, each.name) for each in dataclasses.fields(plain)}
    geometry = Slit(**shape, flaw=broken(**dict.fromkeys(names, length)))
    beyond = Material("beyond", upper)
    regions = {name: beyond if name in geometry.of_layer(1) else GLASS for name in geometry.regions}
    return ssb.Case(
        name="slit",
        geometry=geometry,
        bodies=(ssb.Body("glass", regions),),
        supports=opened(lambda time: 1e6),
        protocol=(ssb.Rest(1.0),),
        step_control=ssb.PrescribedSteps((1.0,)),
        output=ssb.Output(quantities=tips(names, length, ("glass",))),
    )


def meeting(
    facet: float,
    reach: float,
    straight: Adhesion,
    across: Adhesion,
    intensity: float,
    step: float,
    **changes: object,
) -> ssb.Case:
    """Return a crack that ends at an interface and has bonds ahead and to both sides.

    Args:
        facet: size of facets [m].
        reach: how far they are so small [m].
        straight: bond of the straight continuation.
        across: bond of the interface.
        intensity: that of the field at the end of a second [Pa m^(1/2)].
        step: longest time step [s].
        changes: of the case.
    """
    plain = section(facet, reach)
    shape = {each.name: getattr(plain, each.name) for each in dataclasses.fields(plain)}
    geometry = Slit(**shape, flaw=broken())
    bonds = {geometry.path[1]: straight, **dict.fromkeys(geometry.arms, across)}
    return dataclasses.replace(
        ssb.Case(
            name="meeting",
            geometry=geometry,
            bodies=tuple(ssb.Body.single(name, GLASS) for name in geometry.regions),
            interfaces=tuple(ssb.Interface(n, adhesion=bond) for n, bond in bonds.items()),
            supports=opened(lambda time: intensity * time),
            protocol=(ssb.Rest(1.0),),
            scales=ssb.Scales(stress=1e8, gap=1e-8),
            step_control=ssb.AdaptiveSteps(
                dt_initial=step, dt_max=step, dt_min=1e-4 * step, gap_error=1.0, stress_error=None
            ),
        ),
        **changes,
    )
