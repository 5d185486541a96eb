# SPDX-License-Identifier: BSD-3-Clause
"""Three slits between blocks in space that meet along a line, as a T that lies askew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

import ssbmech as ssb
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.crack_flow import CrackFlow
from ssbmech.interfaces.filling import CrackFilling, GivenPlating, Mouth, unbroken
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.crack_junction import ARMS, FACET, INLET
from tests.joined_crack import FOIL, RESISTANCE, glass
from tests.lithium_crack import MODULUS, MOLAR_VOLUME, TOUGHNESS, filling

#: Axes of the T in space, in columns: along the first arm, up, and along the line.
AXES = np.linalg.qr(np.array([[1.0, 0.3, 0.2], [-0.4, 1.0, 0.7], [0.1, -0.2, 1.0]]))[0]
#: Of the line, in facets.
DEEP = 2
#: Opening of the arms [m], and current into each of their walls [A/m2].
SLIT, PLATED = 100e-9, 10.0


def local(x: np.ndarray) -> np.ndarray:
    """Return places (3, n) in facets along the axes of the T."""
    return np.asarray(AXES.T @ x / FACET)


@dataclass(frozen=True, kw_only=True)
class TeeInSpace(MeshSource):
    """Blocks "left", "lower" and "upper" around the arms of a T, of cubes cut into tetrahedra.

    Faces are "aside" at the far end of "left", "top_REGION", "bottom_REGION", and "rim_REGION" for
    what is left; "behind" is the far end of the metal where there is some, else of "rim".

    Attributes:
        right: facets of the arm between "lower" and "upper".
        down: those of the arm between "left" and "lower".
        up: those of the arm between "left" and "upper".
        metal: whether a region "metal" lies at the end of the first arm.
    """

    right: int
    down: int
    up: int
    metal: bool = False

    def generate(self) -> SimplexMesh:
        """Return the mesh."""
        end = self.right + int(self.metal)
        x, y, z = np.arange(-1, end + 1), np.arange(-self.down, self.up + 1), np.arange(DEEP + 1)
        grid = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1)
        number = np.arange(grid[..., 0].size).reshape(grid.shape[:3])
        cells = []
        # from one corner of a cube to the opposite one, by all orders of the axes
        for order in permutations(range(3)):
            corner, found = [0, 0, 0], []
            for axis in (*order, 0):
                found.append(
                    number[tuple(_shifted(c, n) for c, n in zip(corner, number.shape, strict=True))]
                )
                corner[axis] = 1
            cells.append(np.stack([each.ravel() for each in found], axis=1))
        corners, points = np.concatenate(cells), grid.reshape(-1, 3).astype(float)
        middle = points[corners].mean(axis=1)
        foil, left, above = middle[:, 0] > self.right, middle[:, 0] < 0, middle[:, 1] > 0
        inside = {"left": left, "lower": ~left & ~foil & ~above, "upper": ~left & ~foil & above}
        if self.metal:
            inside = {"metal": foil, **inside}
        regions = {name: np.flatnonzero(here) for name, here in inside.items()}
        faces = self._faces(points, corners, inside, end)
        return SimplexMesh(points @ AXES.T * FACET, corners, regions, faces)

    def _faces(
        self, points: np.ndarray, cells: np.ndarray, inside: dict[str, np.ndarray], end: int
    ) -> dict[str, np.ndarray]:
        """Return all outer facets by name."""
        which = [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
        every = np.sort(cells[:, which].reshape(-1, 3), axis=1)
        _, first, count = np.unique(every, axis=0, return_index=True, return_counts=True)
        outer = first[count == 1]
        at = points[every[outer]]
        names = np.empty(len(outer), dtype=object)
        for region, here in inside.items():
            mine = here[outer // 4]
            names[mine] = f"rim_{region}"
            for word, level in (("top", self.up), ("bottom", -self.down)):
                names[mine & np.all(at[..., 1] == level, axis=1)] = f"{word}_{region}"
        names[np.all(at[..., 0] == -1, axis=1)] = "aside"
        if self.metal:
            names[np.all(at[..., 0] == end, axis=1)] = "behind"
        return {str(name): every[outer[names == name]] for name in np.unique(names.astype(str))}


def _shifted(by: int, count: int) -> slice:
    return slice(by, count - 1 + by)


def _end(axis: int, level: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return what is 1 on a plane across one of the axes."""
    return lambda x: (np.abs(local(x)[axis] - level) < 1e-6).astype(float)


def tee(
    flow: CrackFlow,
    lengths: tuple[int, int, int],
    width: float = SLIT,
    seconds: float = 80.0,
    dry: bool = False,
) -> ssb.Case:
    """Return slits that their walls fill, and that are open at the ends.

    The pressure outside is zero until half of the time, then `INLET` at the end of the first arm.

    Args:
        flow: its law.
        lengths: of the three arms, in facets.
        width: opening of the first arm [m]; the others are open by `SLIT`.
        seconds: how long it flows [s].
        dry: whether walls plate nothing and ends are shut but for that of the first arm, where
            metal comes in from the start.
    """
    rigid = Material("rigid", Elastic(young=1e13, poisson=0.3))
    ends = (_end(0, lengths[0]), _end(1, -lengths[1]), _end(1, lengths[2]))
    interfaces = []
    for name, end, pressure in zip(ARMS, ends, (INLET, 0.0, 0.0), strict=True):

        def outside(time: float, later: float = pressure) -> float:
            return later if dry or time > 0.5 * seconds else 0.0

        inside = CrackFilling(
            flow=flow,
            kinetics=GivenPlating(0.0 if dry else PLATED),
            flaw=ssb.Ball(radius=1.0),
            molar_volume=MOLAR_VOLUME,
            mouth=Mouth(end, outside) if pressure or not dry else None,
            potential=lambda x: 0 * x[0],
        )
        weak = BilinearCohesion(1e6, 1e-2, 1e15, kept=1e-12)
        interfaces.append(ssb.Interface(name, adhesion=weak, filling=inside))

    def moved(region: str, *way: float) -> list[ssb.Clamp]:
        planes = {"left": ("top", "bottom"), "lower": ("bottom",), "upper": ("top",)}[region]
        by = (AXES @ way)[:, None]
        faces = [f"{word}_{region}" for word in ("rim", *planes)]
        # as fast as metal is plated: walls that part suddenly resist with what they would bear
        return [
            ssb.Clamp(face, lambda x, t: by * min(2 * t / seconds, 1.0) + 0 * x) for face in faces
        ]

    return ssb.Case(
        name="junction in space",
        geometry=TeeInSpace(
            frame=ssb.ThreeDimensional(), right=lengths[0], down=lengths[1], up=lengths[2]
        ),
        bodies=tuple(ssb.Body.single(name, rigid) for name in ("left", "lower", "upper")),
        interfaces=tuple(interfaces),
        supports=(
            ssb.Clamp("aside"),
            *moved("left", 0.0, 0.0, 0.0),
            *moved("lower", SLIT, -width / 2, 0.0),
            *moved("upper", SLIT, width / 2, 0.0),
        ),
        protocol=(ssb.Rest(seconds),),
        scales=ssb.Scales(stress=1e8, gap=1e-8),
        step_control=ssb.AdaptiveSteps(
            dt_initial=seconds / 8,
            dt_max=seconds / 8,
            dt_min=1e-4 * seconds,
            gap_error=1e3,
            stress_error=None,
        ),
        discretisation=ssb.Discretisation(degree=1),
    )


def at_metal(lengths: tuple[int, int, int]) -> ssb.Case:
    """Return cracks of an electrolyte that meet along a line, the first of which begins at metal.

    The flaw is what of the first crack lies within 1.2 facets of the metal, and the end of the
    third is held at zero potential.
    """
    kinetics = ssb.LinearKinetics(RESISTANCE)
    bond = BilinearCohesion.of_brittle(TOUGHNESS, MODULUS, FACET)

    def inside(name: str) -> CrackFilling:
        def near(x: np.ndarray) -> np.ndarray:
            return (local(x)[0] > lengths[0] - 1.2).astype(float)

        return filling(
            kinetics=kinetics, potential=None, flaw=near if name == ARMS[0] else unbroken
        )

    return ssb.Case(
        name="cracks that meet at a line",
        geometry=TeeInSpace(
            frame=ssb.ThreeDimensional(),
            right=lengths[0],
            down=lengths[1],
            up=lengths[2],
            metal=True,
        ),
        bodies=(
            ssb.Body.single("metal", FOIL),
            *(ssb.Body.single(name, glass(0.25)) for name in ("left", "lower", "upper")),
        ),
        interfaces=(
            ssb.Interface("metal|lower", kinetics=kinetics),
            ssb.Interface("metal|upper", kinetics=kinetics),
            *(ssb.Interface(name, adhesion=bond, filling=inside(name)) for name in ARMS),
        ),
        supports=(ssb.Clamp("aside"), ssb.Clamp("behind")),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("top_upper", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working="metal|lower", joined=("metal|upper", *ARMS)),
        protocol=(ssb.ConstantCurrent(-1.0, 1.0),),
        scales=ssb.Scales(stress=1e8, gap=1e-8),
        step_control=ssb.PrescribedSteps((1.0,)),
        discretisation=ssb.Discretisation(degree=1),
    )
