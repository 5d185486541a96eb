# SPDX-License-Identifier: BSD-3-Clause
"""Problems in space with closed forms, at any mesh size: pressed sphere, closing void, inert discs.

Small ones are tests (`tests/verification/test_space.py`); `benchmarks/space.py` takes them to sizes
at which the system is solved iteratively. Contact is a quarter, the void an eighth of the whole.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.interfaces.sinking_speeds import discs_in_viscous_metal
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.run.case_script import CaseScript
from ssbmech.units import GPa, MPa, mA_per_cm2, mm, nm, s, um
from tests.elastic_cell import gather, rollers, walls
from tests.parts import Contact, part
from tests.single_body import wall_motion
from tests.stripping import COUNTER, SPEED, WORKING, column, strip_cell
from tests.tools import March, march

SPACE = ssb.ThreeDimensional()


def unknowns(result: March) -> int:
    """Return the number of free unknowns of a run; collective."""
    return int(result.cell.system.free_unknowns())


# ------------------------------------------------------------------------------------------------
# A sphere pressed on a flat


@dataclass(frozen=True)
class Pressed:
    """What was found of a contact, over its closed form less one [1].

    Attributes:
        unknowns: free unknowns of the system.
        radius: radius of the area of the facets in contact, for the force.
        spread: root of 5/2 of the mean square of the distance from the axis, weighted with the
            pressure; for the force it is the radius of the contact.
        peak: largest contact pressure, for the force.
        shape: distance of the pressures from the closed form in the norm L2.
        force: force, for the approach of the far faces.
    """

    unknowns: int
    radius: float
    spread: float
    peak: float
    shape: float
    force: float


@dataclass(frozen=True)
class PressedSphere:
    r"""A sphere of radius R pressed on a flat, both elastic, without friction (Hertz).

    .. math:: a^3 = \frac{3 F R}{4 E^*}, \quad \delta = \frac{a^2}{R}, \quad
              p_0 = \frac{3 F}{2 \pi a^2}

    The profile of the sphere is the initial gap between two blocks, which are `reach` times as wide
    and as high as the contact.

    Attributes:
        size: size of the facets in contact over the radius of the contact [1].
        reach: width and height of each block over the radius of the contact [1].
    """

    size: float
    reach: float = 512.0

    interface = "lower|upper"
    lower = Material("lower", Elastic(young=10 * GPa, poisson=0.3))
    upper = Material("upper", Elastic(young=3 * GPa, poisson=0.2))
    curvature_radius = 10e-3
    contact_radius = 10e-6

    @property
    def modulus(self) -> float:
        """E* of both [Pa]."""
        solids = (self.lower.solid, self.upper.solid)
        return 1.0 / sum((1 - each.poisson**2) / each.young for each in solids)

    @property
    def approach(self) -> float:
        """Approach of the far faces [m]."""
        return self.contact_radius**2 / self.curvature_radius

    def case(self) -> ssb.Case:
        """Return the case, solved in one step."""
        return ssb.Case(
            # of the blocks next to nothing is in contact
            limits=ssb.Limits.off(),
            name="pressed_sphere",
            geometry=self._blocks(),
            bodies=(
                ssb.Body.single("lower", self.lower),
                ssb.Body.single("upper", self.upper),
            ),
            interfaces=(ssb.Interface(self.interface, initial_gap=ssb.SphereGap(radius=10 * mm)),),
            supports=rollers("bottom", *walls(SPACE)),
            fixture=ssb.DrivenPlaten(travel=lambda t: -self.approach * t),
            protocol=(ssb.Rest(1.0),),
            step_control=ssb.PrescribedSteps([0.5, 0.5]),
            scales=ssb.Scales(stress=1 * MPa),
            newton=ssb.NewtonSettings(tolerance=1e-11, max_growth=1e6),
        )

    def solve(self) -> Pressed:
        """March the case and compare it with the closed forms; collective."""
        result = march(self.case())
        surface = result.cell.surfaces[self.interface]
        count = surface.gap.owned
        place = surface.gap.function.function_space.tabulate_dof_coordinates()[:count]
        r = gather(np.linalg.norm(place[:, :2], axis=1))
        p = gather(surface.p_contact.function.x.array[:count])
        closed = gather(part(surface, Contact).closed())
        area = gather(surface.areas)
        force = 4.0 * float(area @ p)
        radius = (3 * force * self.curvature_radius / (4 * self.modulus)) ** (1 / 3)
        peak = 3 * force / (2 * math.pi * radius**2)
        exact = peak * np.sqrt(np.maximum(1 - (r / radius) ** 2, 0.0))
        by_approach = 4 / 3 * self.modulus * self.contact_radius * self.approach
        return Pressed(
            unknowns=unknowns(result),
            radius=math.sqrt(4.0 * float(area[closed].sum()) / math.pi) / radius - 1,
            spread=math.sqrt(2.5 * float(area @ (p * r**2)) / float(area @ p)) / radius - 1,
            peak=float(p.max()) / peak - 1,
            shape=float(np.sqrt(area @ (p - exact) ** 2 / (area @ exact**2))),
            force=force / by_approach - 1,
        )

    def _blocks(self) -> ssb.Stack:
        """Return the blocks: fine rings that fill the contact, finer ones at its edge."""
        a, width = self.contact_radius, self.reach * self.contact_radius
        count = max(round(0.5 / self.size), 2)
        radii = a * (np.arange(count) + 0.5) / count
        rings = [(r, self.size * a, 0.5 * a / count) for r in radii.tolist()]
        rings.append((a, 0.5 * self.size * a, self.size * a))
        return ssb.Stack(
            frame=SPACE,
            width=width,
            depth=width,
            layers=(ssb.Layer("lower", width), ssb.Layer("upper", width)),
            size_interface=0.2 * width,
            size_bulk=0.25 * width,
            graded=(),
            refinements=tuple(
                ssb.Refinement(self.interface, r, size, near, axis_x=0.0) for r, size, near in rings
            ),
            # so that cells far away become smaller too, all by the same factor
            growth=1.6 * self.size,
        )


# ------------------------------------------------------------------------------------------------
# A void that closes


@dataclass(frozen=True, kw_only=True)
class SphericalShell(MeshSource):
    """An eighth of a hollow sphere: triangles of an octant, drawn out along the radius.

    The faces are "inner" and "outer", and the sides of the box on the planes of symmetry.

    Attributes:
        inner: radius of the void [m].
        outer: outer radius [m].
        count: edges of triangles along an edge of the octant.
        layers: cells through the wall, of equal ratios of radii.
    """

    inner: float
    outer: float
    count: int
    layers: int

    def octant(self) -> tuple[np.ndarray, np.ndarray]:
        """Return points on the unit sphere, shape (points, 3), and triangles, counterclockwise."""
        n = self.count
        number = {}
        for i in range(n + 1):
            for j in range(n + 1 - i):
                number[i, j] = len(number)
        ij = np.array(list(number))
        flat = np.column_stack([ij, n - ij.sum(axis=1)]) / n
        # equal angles along the edges
        points = np.sin(0.5 * np.pi * flat)
        points /= np.linalg.norm(points, axis=1)[:, None]
        up = [(number[i, j], number[i + 1, j], number[i, j + 1])
              for i in range(n) for j in range(n - i)]  # fmt: skip
        down = [(number[i + 1, j], number[i + 1, j + 1], number[i, j + 1])
                for i in range(n - 1) for j in range(n - 1 - i)]  # fmt: skip
        return points, np.array(up + down)

    def facets(self) -> float:
        """Return area over volume of the void that is meshed, an eighth of a polyhedron [1/m]."""
        points, triangles = self.octant()
        first, second, third = self.inner * points[triangles].transpose(1, 0, 2)
        area = 0.5 * np.linalg.norm(np.cross(second - first, third - first), axis=1).sum()
        volume = np.abs(np.sum(first * np.cross(second, third), axis=1)).sum() / 6.0
        return float(area / volume)

    def generate(self) -> SimplexMesh:
        """Return the mesh."""
        unit, triangles = self.octant()
        count, levels = len(unit), np.geomspace(self.inner, self.outer, self.layers + 1)
        points = (levels[:, None, None] * unit).reshape(-1, 3)
        # sorted corners make neighbours cut the side they share along the same diagonal
        a, b, c = np.sort(triangles, axis=1).T
        corners = [(a, b, c, c + count), (a, b, b + count, c + count)]
        corners.append((a, a + count, b + count, c + count))
        prism = np.concatenate([np.column_stack(each) for each in corners])
        cells = np.concatenate([prism + level * count for level in range(self.layers)])
        sets = {"inner": np.arange(count), "outer": self.layers * count + np.arange(count)}
        return SimplexMesh(points, cells, {"body": np.arange(len(cells))}, node_sets=sets)


@dataclass(frozen=True)
class ClosingVoid:
    r"""A spherical void of radius a in a sphere of creeping lithium of radius b under pressure p.

    .. math:: \frac{\dot V}{V} = -\frac{3 A}{2}
              \left[\frac{3 p}{2 n s (1 - (a/b)^{3/n})}\right]^n

    in steady creep of a metal that creeps at the rate A under the stress s (Budiansky, Hutchinson &
    Slutsky 1982).

    Attributes:
        count: edges of triangles along an edge of the octant.
        layers: cells through the wall.
        radius: a [m].
        outer: b [m].
        pressure: p [Pa].
    """

    count: int
    layers: int
    radius: float = 1e-6
    outer: float = 3e-6
    pressure: float = 2e6

    material = library.by_name("lithium_masias2019")

    @property
    def shell(self) -> SphericalShell:
        """The mesh."""
        return SphericalShell(
            frame=SPACE, inner=self.radius, outer=self.outer, count=self.count, layers=self.layers
        )

    def rate(self) -> float:
        """Return -(dV/dt) / V of the closed form [1/s]."""
        flow = self.material.solid.flow
        n, finite = flow.exponent, 1 - (self.radius / self.outer) ** (3 / flow.exponent)
        return float(1.5 * flow.rate * (3 * self.pressure / (2 * n * flow.stress * finite)) ** n)

    def case(self, steps: list[float]) -> ssb.Case:
        """Return the case with the given time steps [s]."""
        return ssb.Case(
            # steady flow is that of small strains at any strain
            limits=ssb.Limits.off(),
            name="closing_void",
            geometry=self.shell,
            bodies=(ssb.Body.single("body", self.material),),
            supports=rollers("left", "front", "bottom"),
            loads=ssb.Loads(face_pressures=(ssb.FacePressure("outer", lambda t: self.pressure),)),
            temperature=self.material.solid.flow.reference_temperature,
            scales=ssb.Scales(stress=self.pressure),
            protocol=(ssb.Rest(sum(steps)),),
            step_control=ssb.PrescribedSteps(steps),
        )

    def solve(self) -> tuple[int, float]:
        """Return unknowns, and the closing rate of the last step over that of the closed form."""
        # creep to a steady state, in steps that grow, until a sixth of the radius is gone
        steps = 4.0 ** np.arange(7)
        steps *= 0.5 / self.rate() / steps.sum()
        result = march(self.case(list(steps)), watch=wall_motion())
        speed = (result.seen[-1] - result.seen[-2]) / steps[-1]
        # the wall moves out of the body, into the void
        return unknowns(result), float(speed * self.shell.facets() / self.rate())


# ------------------------------------------------------------------------------------------------
# Inert discs under a metal that flows


@dataclass(frozen=True)
class SinkingDisc:
    """A square array of inert discs under viscous lithium that is stripped beside them.

    Attributes:
        size: size of the facets at the edge of the disc [m].
        inert: area of the discs over that of the interface [1].
        half: half the period [m].
        longest: longest time step [s].
    """

    size: float
    inert: float = 0.2
    half: float = 10e-6
    longest: float = 60.0

    viscosity = 3e10

    @property
    def radius(self) -> float:
        """Radius of a disc [m]."""
        return float(2 * self.half * np.sqrt(self.inert / np.pi))

    @property
    def coefficient(self) -> float:
        """Sinking speed over pressure of the closed form [m/(s Pa)]."""
        return discs_in_viscous_metal(self.viscosity, fraction=self.inert, radius=self.radius)

    def case(self) -> ssb.Case:
        """Return the case: five minutes at half the critical pressure."""
        script = Path(__file__).parents[1] / "cases" / "propped_strip" / "case.py"
        metal = CaseScript.load(script).case([]).bodies[0].materials["negative"]
        disc = ssb.Discs(((0.0, 0.0),), radius=self.radius)
        kinetics = lithium_li6ps5cl(ssb.GapConduction(length=200 * nm))
        case = strip_cell(
            (),
            0.5 * SPEED / self.coefficient,
            (ssb.ConstantCurrent(0.2 * mA_per_cm2, 300 * s),),
            geometry=self._stack(disc),
            interfaces=(
                ssb.Interface(WORKING, kinetics=kinetics, activity=disc),
                ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
            ),
            supports=rollers("bottom", *walls(SPACE)),
            step_control=ssb.AdaptiveSteps(
                dt_initial=1 * s, dt_max=self.longest * s, growth=3.0, gap_error=10 * nm
            ),
        )
        bodies = (ssb.Body.single("negative", metal), *case.bodies[1:])
        return dataclasses.replace(case, bodies=bodies)

    def solve(self) -> tuple[March, float]:
        """Return the run, and the sinking speed over that of the closed form.

        That is the one of a disc with the area of the facets in which contact is left: they make a
        staircase of its edge.
        """
        result = march(self.case())
        inert = column(result, "contact_fraction")[-1]
        radius = 2 * self.half * np.sqrt(inert / np.pi)
        exact = discs_in_viscous_metal(self.viscosity, fraction=inert, radius=radius)
        void = column(result, "void_volume") / self.half**2
        growth = np.diff(void)[-1] / np.diff(column(result, "time"))[-1]
        sinking = (SPEED - growth) / column(result, "p_stack")[-1]
        return result, float(sinking / exact)

    def _stack(self, disc: Any) -> ssb.Stack:
        """Return a quarter of a period; metal one period thick is a half space to a per mille."""
        layers = (("negative", 2 * self.half), ("separator", 5 * um), ("positive", 5 * um))
        return ssb.Stack(
            frame=SPACE,
            width=self.half,
            depth=self.half,
            layers=tuple(ssb.Layer(name, thickness) for name, thickness in layers),
            size_interface=3 * self.size,
            size_bulk=3 * self.size,
            growth=0.5,
            graded=(WORKING,),
            refinements=disc.refinements(WORKING, size=self.size, radius=self.size),
        )
