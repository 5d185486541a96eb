# SPDX-License-Identifier: BSD-3-Clause
"""A secondary particle whose grains swell by their crystal axes: which boundaries break?

A quarter of the section of a round particle of NMC, cut into grains, in plane strain. Each grain
strains by its own crystal axis, the more the more lithium has left, against its neighbours; their
boundaries are bonds of a brittle solid. The content is even, as in a slow charge. Touching grains
are of different bodies, so that every boundary is an interface: a few bodies of many grains each,
as on a map. Run it as

    python cases/grain_cracks/case.py
    python cases/grain_cracks/case.py --grain 0.4 --toughness 0.2
    python cases/grain_cracks/figure.py runs/grain_cracks_study
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from mpi4py import MPI

import numpy as np
import ufl
from dolfinx import fem
from scipy.spatial import Voronoi, cKDTree

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.interfaces.cohesion import BilinearCohesion, DelayedBond
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.part import Part, Term
from ssbmech.model.parts.bond import Bond
from ssbmech.parameter import validate_parameters
from ssbmech.units import um

FULL = 0.9
"""Lithium content of the discharged particle, at which nothing is strained [1]."""
LOWEST = 0.4
"""Content below which layers collapse and the law of swelling ends [1]."""
SECONDS = 1000.0
"""Time in which the misfit comes on, which has no meaning of its own [s]."""
DELAY = 2.0
"""Delay of the damage, so that what runs does so in steps that can be solved [s]."""
CELLS = 8
"""Facets along a grain's diameter [1]."""
BROKEN = ssb.Quantity("broken_share", "broken", "1", "broken share of the boundaries")
SPENT = ssb.Quantity("broken_energy", r"$G_c L$", "J", "energy of the broken boundaries")
STORED = ssb.Quantity("stored_energy", "$W$", "J", "elastic energy of the grains")


@dataclass(frozen=True, kw_only=True)
class SectionOfGrains(MeshSource):
    """A quarter of a disc cut into the Voronoi cells of seeds, in regions "grains_0", ...

    Seeds are spread at random and moved to the middle of their cells a few times, so that no
    boundary is very short. Across both planes of symmetry grains have mirror images.

    Attributes:
        radius: radius of the disc [m].
        grains: number of grains of the quarter [1].
        cells: cells along a grain's diameter [1].
        seed: seed of the random numbers [1].
    """

    radius: float = length("radius of the particle")
    grains: int = 12
    cells: int = CELLS
    seed: int = 1

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if self.grains < 2 or self.cells < 2 or self.seed < 0:
            raise CaseError(
                f"grains = {self.grains}, cells = {self.cells}, seed = {self.seed}: expected two, "
                "two, and zero or more"
            )

    @property
    def diameter(self) -> float:
        """Diameter of the disc that is as large as a grain [m]."""
        return self.radius / math.sqrt(self.grains)

    @cached_property
    def seeds(self) -> np.ndarray:
        """Middles of the grains over the radius, shape (grains, 2)."""
        rng = np.random.default_rng(self.seed)
        points = rng.random((40_000, 2))
        points = points[(points**2).sum(axis=1) < 1.0]
        seeds = points[: self.grains].copy()
        for _ in range(6):
            nearest = cKDTree(seeds).query(points)[1]
            seeds = np.array([points[nearest == k].mean(axis=0) for k in range(self.grains)])
        return seeds

    @cached_property
    def axes(self) -> np.ndarray:
        """Unit vectors along the c axes, at random in space, shape (grains, 3)."""
        vectors = np.random.default_rng([self.seed, 1]).standard_normal((self.grains, 3))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    @cached_property
    def _cells(self) -> Voronoi:
        """Cells of the seeds, their images and points far away."""
        images = [self.seeds * signs for signs in ((1, 1), (-1, 1), (1, -1))]
        angles = 2 * math.pi * np.arange(24) / 24
        far = 6 * np.column_stack([np.cos(angles), np.sin(angles)])
        return Voronoi(np.concatenate([*images, far]))

    @cached_property
    def touching(self) -> frozenset[tuple[int, int]]:
        """Pairs of grains with a boundary in the quarter."""
        found = set()
        for (one, other), ends in zip(
            self._cells.ridge_points, self._cells.ridge_vertices, strict=True
        ):
            if max(one, other) >= self.grains or min(ends) < 0:
                continue
            first, last = self._cells.vertices[ends]
            along = first + (np.arange(200)[:, None] + 0.5) / 200 * (last - first)
            inside = ((along**2).sum(axis=1) < 1.0) & (along.min(axis=1) > 0.0)
            if inside.any():
                found.add((int(min(one, other)), int(max(one, other))))
        return frozenset(found)

    @cached_property
    def colours(self) -> list[int]:
        """Body of each grain: touching grains have different ones."""
        colours: list[int] = []
        for grain in range(self.grains):
            taken = {colours[a] for a, b in self.touching if b == grain}
            colours.append(next(k for k in count() if k not in taken))
        return colours

    def grain(self, x: np.ndarray) -> np.ndarray:
        """Return the grain at positions (3, n) [m]."""
        return np.asarray(cKDTree(self.seeds).query(x[:2].T / self.radius)[1])

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone."""
        unit = power_of_two(self.radius)
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the cells within the quarter, name and mesh them."""
        occ, model, scale = gmsh.model.occ, gmsh.model, self.radius / unit
        pieces = []
        for grain in range(self.grains):
            corners = self._cells.vertices[self._cells.regions[self._cells.point_region[grain]]]
            points = [occ.addPoint(*(scale * np.clip(c, 0.0, None)), 0) for c in corners]
            sides = [
                occ.addLine(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True)
            ]
            disc = occ.addDisk(0, 0, 0, scale, scale)
            cell = occ.addPlaneSurface([occ.addCurveLoop(sides)])
            pieces += occ.intersect([(2, cell)], [(2, disc)])[0]
        occ.fragment(pieces, [])
        occ.synchronize()
        bodies: dict[int, list[int]] = {}
        for _, tag in model.getEntities(2):
            middle = np.array(occ.getCenterOfMass(2, tag))[:, None] * unit
            bodies.setdefault(self.colours[int(self.grain(middle)[0])], []).append(tag)
        for colour, tags in sorted(bodies.items()):
            model.addPhysicalGroup(2, tags, name=f"grains_{colour}")
        sides = model.getBoundary(model.getEntities(2), combined=True, oriented=False)
        boxes = {tag: np.array(model.getBoundingBox(1, tag)) for _, tag in sides}
        # the others are flat, on the planes of symmetry
        arcs = [tag for tag, box in boxes.items() if (box[3:5] - box[:2]).min() > 1e-4 * scale]
        model.addPhysicalGroup(1, arcs, name="outer")
        size = self.diameter / self.cells / unit
        generate_sized(gmsh, 2, lambda x, y, z: size)


class Misfit(Part):
    r"""Free strain :math:`\Delta(t) (c \otimes c - I/3)` of the grains of a body.

    Its work, :math:`-\int 2 G \Delta (c \otimes c - I/3) : \varepsilon(v)`; it keeps the volume.
    """

    def __init__(self, model: BodyModel, section: SectionOfGrains, full: float) -> None:
        """Take the crystal axes of the grains, and the misfit that comes on with time."""
        self.body = model
        mesh = model.mesh.mesh
        space = fem.functionspace(mesh, ("DG", 0, (3,)))
        self.axis = fem.Function(space)
        self.axis.interpolate(lambda x: section.axes[section.grain(x)].T)
        self.size = model.setting.conditions.number(lambda time, drive: full * time / SECONDS)

    @property
    def strain(self) -> Any:
        """The free strain, shape (3, 3) [1]."""
        c = self.axis
        return self.size.on(self.body.mesh.mesh) * (ufl.outer(c, c) - ufl.Identity(3) / 3)

    def terms(self) -> Iterator[Term]:
        """Yield its work against the displacement."""
        body = self.body
        virtual = body.frame.strain(body.test(body.u))
        for name, material in body.case_body.materials.items():
            work = 2 * material.solid.shear * ufl.inner(self.strain, virtual)
            yield body.u.key, -work * body.region(name)

    def energy(self) -> Any:
        """Return the elastic energy as a form [J/m]."""
        body = self.body
        elastic = body.frame.strain(body.u.function) - self.strain
        forms = [
            (m.solid.shear * ufl.inner(ufl.dev(elastic), ufl.dev(elastic))
             + 0.5 * m.solid.bulk * ufl.tr(elastic) ** 2) * body.region(name)
            for name, m in body.case_body.materials.items()
        ]  # fmt: skip
        return sum(forms[1:], forms[0])


@dataclass(frozen=True, eq=False)
class GrainMisfit:
    """What a body of grains does as lithium leaves: hand it over in `Body(parts=...)`.

    Attributes:
        section: the grains.
        full: strain of the c axis less that of the others at the end [1].
    """

    section: SectionOfGrains
    full: float

    def part(self, model: BodyModel) -> Misfit:
        """Return the part of a body."""
        return Misfit(model, self.section, self.full)


@dataclass(frozen=True)
class Breakage:
    """Share of the boundaries that are broken, their energy, and that which is stored."""

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[ssb.Scalar]]:
        """Return the columns."""
        bonds = [(s, bond) for s in cell.surfaces.values() for bond in s.parts.find(Bond)]
        forms = [fem.form(m.energy()) for b in cell.bodies.values() for m in b.parts.find(Misfit)]

        def lengths() -> tuple[float, float, float]:
            broken = whole = spent = 0.0
            for surface, bond in bonds:
                gone = surface.areas * (bond.damages() > 0.999)
                broken, whole = broken + gone.sum(), whole + surface.areas.sum()
                spent += gone.sum() * surface.interface.adhesion.bond.toughness
            found = cell.comm.allreduce(np.array([broken, whole, spent]), op=MPI.SUM)
            return tuple(found.tolist())

        def share(_: Mapping[str, Any]) -> float:
            broken, whole, _ = lengths()
            return broken / whole

        def stored(_: Mapping[str, Any]) -> float:
            local = sum(float(fem.assemble_scalar(form)) for form in forms)
            return float(cell.comm.allreduce(local, op=MPI.SUM))

        return {
            "": [
                ssb.Scalar(BROKEN, share),
                ssb.Scalar(SPENT, lambda _: lengths()[2], unit="J m-1"),
                ssb.Scalar(STORED, stored, unit="J m-1"),
            ]
        }


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    if not (options.toughness >= 0.0 and options.misfit != 0.0):
        raise CaseError(
            f"toughness = {options.toughness:g} MPa m^(1/2), misfit = {options.misfit:g} %: "
            "expected zero or more, and not zero"
        )
    section = SectionOfGrains(
        frame=ssb.PlaneStrain(),
        radius=options.grain * math.sqrt(options.grains) * um,
        grains=options.grains,
        cells=options.cells,
        seed=options.seed,
    )
    nmc = library.by_name("nmc811").solid
    solid = Material("grain", Elastic(young=nmc.young, poisson=nmc.poisson))
    modulus = nmc.young / (1 - nmc.poisson**2)
    facet = section.diameter / section.cells
    bond = BilinearCohesion.of_brittle(options.toughness * 1e6, modulus, facet)
    physics = (GrainMisfit(section, options.misfit / 100),)
    colours = section.colours
    pairs = {tuple(sorted((colours[a], colours[b]))) for a, b in section.touching}
    return ssb.Case(
        name="grain_cracks",
        geometry=section,
        bodies=tuple(
            ssb.Body(f"grains_{k}", {f"grains_{k}": solid}, parts=physics)
            for k in range(max(colours) + 1)
        ),
        interfaces=tuple(
            ssb.Interface(f"grains_{a}|grains_{b}", adhesion=DelayedBond(bond, DELAY))
            for a, b in sorted(pairs)
        ),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        protocol=(ssb.Rest(SECONDS, name="charge"),),
        # those of the bond, so that runs of other toughness are judged alike
        scales=ssb.Scales(stress=0.15 * bond.strength, gap=0.5 * bond.separation_broken),
        step_control=ssb.AdaptiveSteps(
            dt_initial=SECONDS / 40,
            dt_max=SECONDS / 40,
            dt_min=1e-5 * SECONDS,
            gap_error=1.0,
            stress_error=None,
        ),
        output=ssb.Output(quantities=(Breakage(),), fields_every=10),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    add = parser.add_argument
    add("--grain", type=float, default=0.5, help="diameter of the grains [um]")
    add("--grains", type=int, default=12, help="grains of the quarter")
    add("--toughness", type=float, default=0.3, help="of their boundaries [MPa m^(1/2)]")
    add("--misfit", type=float, default=1.5, help="c axis less the others, at the end [%%]")
    add("--cells", type=int, default=CELLS, help="cells along a grain's diameter")
    add("--seed", type=int, default=1, help="seed of the grains")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
