# SPDX-License-Identifier: BSD-3-Clause
"""A long crack that ends at a weak interface across it, in the field of a crack that opens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from math import pi

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
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


@dataclasses.dataclass(frozen=True)
class TipField:
    r"""The field of an opening crack that ends at the interface of two solids, across it.

    Airy's function is :math:`r^{p+1} F(\theta)` in each of them, with the angle from what lies
    ahead, the interface at a right angle and the free wall at two [williams1952]. Of p, the
    one between 0 and 1 that leaves traction and displacement continuous is taken; it is 1/2
    for one solid [zak1963].

    Attributes:
        below: solid of the crack.
        beyond: solid ahead.
    """

    below: Elastic = SOLID
    beyond: Elastic = SOLID

    def _rows(self, solid: Elastic, p: float, theta: Floats) -> Floats:
        """Return F, F', u_r and u_theta over r^p of the four terms, shape (4, 4, n)."""
        terms = [(p + 1, 0, 0), (p + 1, 1, 0), (p - 1, 0, 1), (p - 1, 1, 1)]
        rows = np.zeros((4, 4, np.size(theta)))
        for k, (m, odd, turning) in enumerate(terms):
            value = np.sin(m * theta) if odd else np.cos(m * theta)
            slope = m * np.cos(m * theta) if odd else -m * np.sin(m * theta)
            share = 4 * (1 - solid.poisson) * turning
            rows[0, k], rows[1, k] = value, slope
            rows[2, k] = (share - (p + 1)) * value / (2 * solid.shear)
            # of cosine and sine the integral, for a rigid rotation takes no stress
            rows[3, k] = -(slope + share * slope / (m if turning else 1.0)) / (2 * solid.shear)
        return rows

    def _conditions(self, p: float) -> Floats:
        """Return what is to be zero, of two even terms ahead and four below, shape (6, 6)."""
        unit = np.array([1.0, 1.0, self.below.shear, self.below.shear])
        across = np.array([0.5 * pi])
        ahead = self._rows(self.beyond, p, across)[:, ::2, 0] * unit[:, None]
        below = self._rows(self.below, p, across)[:, :, 0] * unit[:, None]
        wall = self._rows(self.below, p, np.array([pi]))[:2, :, 0]
        return np.block([[ahead, -below], [np.zeros((2, 2)), wall]])

    @property
    def exponent(self) -> float:
        """That of the displacement, p [1]."""
        return float(brentq(lambda p: np.linalg.det(self._conditions(p)), 0.2, 0.9, xtol=1e-14))

    def displacement(self, r: Floats, theta: Floats) -> tuple[Floats, Floats]:
        r"""Return the displacement along r and theta of an intensity of one [m].

        Ahead, at the distance RADIUS, the stress is :math:`1 / \sqrt{2 \pi r}`.
        """
        p = self.exponent
        found = np.linalg.svd(self._conditions(p))[2][-1]
        found /= p * (p + 1) * (found[0] + found[1]) * RADIUS ** (p - 1) * np.sqrt(2 * pi * RADIUS)
        ahead = np.array([found[0], 0.0, found[1], 0.0])
        turned = np.abs(theta)
        inside = np.einsum("ikn,k->in", self._rows(self.beyond, p, turned), ahead)
        around = np.einsum("ikn,k->in", self._rows(self.below, p, turned), found[2:])
        both = np.where(turned < 0.5 * pi, inside, around) * r**p
        return both[2], np.sign(theta) * both[3]


def opened(
    intensity: Callable[[float], float], field: TipField | None = None
) -> tuple[ssb.Clamp, ...]:
    """Return supports that move as around a crack along x = 0 that ends at the interface.

    Args:
        intensity: that of the field [Pa m^(1/2)] against time [s].
        field: what it is around two solids.
    """
    field = TipField() if field is None else field

    def on(face: str, side: float) -> ssb.Clamp:
        def moved(x: Floats, time: float) -> Floats:
            ahead, across = x[1] - RADIUS, -x[0]
            theta = np.arctan2(across, ahead)
            if side:
                # both walls of the crack lie there
                theta = side * np.abs(theta)
            out, turn = field.displacement(np.hypot(ahead, across), theta)
            up = out * np.cos(theta) - turn * np.sin(theta)
            aside = out * np.sin(theta) + turn * np.cos(theta)
            return intensity(time) * np.stack([-aside, up])

        # it grows evenly, and is dear
        moved.break_points = ()
        return ssb.Clamp(face, moved)

    sides = {"left": 0.0, "right": 0.0, "top": 0.0, "low_left": 1.0, "low_right": -1.0}
    return tuple(on(face, side) for face, side in sides.items())


def broken(**arms: float) -> Callable[[Floats], Floats]:
    """Return where the walls are apart from the start: the path below, and arms of a length [m]."""

    def within(x: Floats) -> Floats:
        up = x[1] - RADIUS
        level = np.abs(up) < 1e-6 * RADIUS
        beside = np.abs(x[0]) < 1e-6 * RADIUS
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
        supports=opened(lambda time: 1e6, TipField(SOLID, upper)),
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
