# SPDX-License-Identifier: BSD-3-Clause
"""Metal that is really removed: layers, voids and free bodies whose meshes move.

What is stripped is missing in the metal's mesh to rounding, however far it has moved. Bodies that
flow without end are compared with the closed forms of the shape that they have at each instant.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import pytest
from dolfinx import fem

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseWarning
from ssbmech.frames import Frame
from ssbmech.geometry import QuarterVoid
from ssbmech.model.cell import CellModel
from ssbmech.model.motion import BodyMotion
from tests.moving import (
    LITHIUM,
    WORKING,
    assert_leaves_no_trace,
    motion,
    moving_cell,
    moving_void,
)
from tests.single_body import Rectangle
from tests.tools import March, march, measured, observed_orders

SLOW = pytest.mark.slow
FRAMES = (
    ssb.PlaneStrain(),
    pytest.param(ssb.Axisymmetric(), marks=SLOW),
    pytest.param(ssb.ThreeDimensional(), marks=SLOW),
)
FREE = library.by_name("lithium_masias2019")
FLOW = FREE.solid.flow


@dataclass(frozen=True)
class Mesh:
    """The mesh of the working electrode at the start of a step.

    Attributes:
        volume: its volume [m3].
        dilated: change of it by pressure since the start [m3].
        quality: least quality of a cell [1].
    """

    volume: float
    dilated: float
    quality: float


def mesh_of(cell: CellModel) -> Mesh:
    """Return what the mesh of the working electrode was at the start of the step."""
    moved = motion(cell, "negative")
    return Mesh(moved.mesh.volume, moved.metal.dilated, moved.mesh.quality())


def inventory_error(run: March) -> float:
    """Return the metal that the mesh has lost against the charge, over the most of it [1]."""
    current = run.series("current") * run.cell.area(WORKING) * run.series("time_step")
    charge = np.concatenate([[0.0], np.cumsum(current)[:-1]])
    stripped = charge * LITHIUM.metal.molar_volume / FARADAY
    lost = np.array([run.seen[0].volume + m.dilated - m.volume for m in run.seen])
    return float(np.abs(stripped - lost).max() / np.abs(stripped).max())


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
@pytest.mark.pair
def test_layer_is_stripped_and_plated_again(frame: Frame) -> None:
    run = march(moving_cell(10e-6, frame=frame), watch=mesh_of)
    name = f"Li|SE|Li, 10 of 12 um stripped and plated again, {type(frame).__name__}"
    against = "charge times Omega / F"
    measured(name, "volume lost by the mesh", inventory_error(run), 1e-12, against)
    measured(name, "lithium audit", max(run.series("audit_lithium")), 1e-9, against)
    least = min(m.volume for m in run.seen) / run.cell.area(WORKING)
    # a MPa dilates the metal by 1e-4 and the stack by a nanometre or two
    measured(name, "thickness left", abs(least / 2e-6 - 1), 1e-3, "2 um")


@pytest.mark.serial
def test_layer_of_a_last_hundredth() -> None:
    run = march(moving_cell(11.95e-6), watch=mesh_of)
    name = "Li|SE|Li, 11.95 of 12 um stripped and plated again"
    error = inventory_error(run)
    measured(name, "volume lost by the mesh", error, 1e-12, "charge times Omega / F")
    least = min(m.volume for m in run.seen) / run.cell.area(WORKING)
    measured(name, "thickness left", abs(least - 50e-9), 2e-9, "50 nm")
    assert not run.rejected


@pytest.mark.serial
def test_layer_that_is_used_up_ends_the_step() -> None:
    """More is asked than there is: a film is left that can be plated again."""
    with pytest.warns(CaseWarning, match="used up"):
        run = march(moving_cell(13e-6), watch=mesh_of)
    name = "Li|SE|Li, 13 of 12 um asked for and plated again"
    error = inventory_error(run)
    measured(name, "volume lost by the mesh", error, 1e-12, "charge times Omega / F")
    least = min(m.volume for m in run.seen) / run.cell.area(WORKING)
    assert 0.0 < least < 12e-9
    left = run.series(f"reserve_min:{WORKING}")
    assert 0.0 < left.min() < 12e-9
    assert set(run.series("step")) == {0.0, 1.0, 2.0, 3.0}
    plated = left[-1] - left.min()
    # as the mesh has it, under the pressure at either time
    measured(name, "thickness plated", abs(plated / 13e-6 - 1), 1e-6, "13 um")


@pytest.mark.pair
def test_void_is_plated_and_filled() -> None:
    """A void with an inclined wall keeps to its metal, and states are exact at vertices."""
    run = march(moving_void(), watch=mesh_of)
    name = "void with moving walls, plated and stripped"
    error = inventory_error(run)
    measured(name, "volume lost by the mesh", error, 1e-12, "charge times Omega / F")
    measured(name, "contact", max(run.series("audit_contact")), 1e-12, "p g = 0 at vertices")
    # the gap is where the metal's vertices are, below an electrolyte that is hardly strained
    moved = motion(run.cell, "negative")
    wall = moved.walls[0].shape
    gap = wall.surface.gap.previous[wall.places]
    height = moved.body.mesh.mesh.geometry.x[wall.link.minus_nodes][:, :, 1]
    lifted = wall.surface.plus.u.function.x.array[1::2]
    comm = run.cell.comm
    low = comm.allreduce(float(lifted.min(initial=np.inf)), op=MPI.MIN)
    high = comm.allreduce(float(lifted.max(initial=-np.inf)), op=MPI.MAX)
    assert high - low < 5e-9
    above = height + gap - 8e-6
    assert np.all((above > low - 1e-12) & (above < high + 1e-12))


@pytest.mark.serial
def test_what_is_left_is_what_the_mesh_has() -> None:
    """Metal that a void has displaced is not there to be stripped."""
    steps = ssb.PrescribedSteps((1.0,))
    run = march(moving_void(depth=1000.0, protocol=(ssb.Preload(1.0),), step_control=steps))
    left = run.series(f"reserve_min:{WORKING}")[0]
    name, against = "void of 1 um in 8 um of metal", "depth of the mesh"
    measured(name, "least metal left", abs(left - 7e-6) / 1e-6, 1e-2, against)


def test_what_flows_at_the_foot_of_a_wall_goes_to_its_open_vertex() -> None:
    case = moving_void(depth=1000.0)
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    wall = motion(cell, "negative").walls[0].shape
    at = wall.surface.gap.function.function_space.dofmap.list[wall.link.cells]
    gaps = wall.surface.gap.previous[at]
    share = wall.share.x.array[wall.share.function_space.dofmap.list[wall.link.cells]]
    foot = (gaps.max(axis=1) > 50e-9) & (gaps.min(axis=1) < 1e-12)
    assert cell.comm.allreduce(int(foot.sum())) == 1
    assert np.allclose(share[foot], np.where(gaps > 1e-12, 2.0, 0.0)[foot], atol=0.02)


@pytest.mark.pair
def test_void_to_the_last_bit() -> None:
    """Neither a step that is thrown away nor a checkpoint leaves a trace."""
    assert_leaves_no_trace(moving_void(size=4.0))


def with_settling(steps: np.ndarray) -> list[float]:
    """Return steps of which the first is cut into such as let elastic strain come to rest."""
    first = float(steps[0])
    settling = [first * 2e-5 * 4**k for k in range(7)]
    return [*settling, first - sum(settling), *map(float, steps[1:])]


@dataclass(frozen=True)
class Pressed:
    """Errors of a block that was pressed to half its height.

    Attributes:
        force: the worst of the force on the way [1].
        excess: volume that the next step has to make up for [1].
        volume: that of the volume against what pressure makes of it [1].
    """

    force: float
    excess: float
    volume: float


def block(count: int) -> Pressed:
    """Press a block to half its height."""
    side, rate = 10e-6, 1e-3
    steps = with_settling(np.full(count, math.log(2) / rate / count))

    def flat(height: float) -> float:
        """Return the force over the first area at a height over the first [Pa]."""
        shear = 2 / math.sqrt(3)
        return shear * FLOW.stress * (shear * rate / FLOW.rate) ** (1 / FLOW.exponent) / height

    case = ssb.Case(
        name="block",
        geometry=Rectangle(frame=ssb.PlaneStrain(), width=side, height=side, columns=4, rows=4),
        bodies=(ssb.Body.single("body", FREE, moves=True),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        fixture=ssb.DrivenPlaten(lambda t: side * (math.exp(-rate * t) - 1)),
        temperature=FLOW.reference_temperature,
        scales=ssb.Scales(stress=flat(1.0)),
        protocol=(ssb.Rest(sum(steps)),),
        step_control=ssb.PrescribedSteps(tuple(steps)),
        limits=ssb.Limits.off(),
    )
    run = march(case)
    # the state is that of the middle of a step
    middle = run.series("time") - 0.5 * run.series("time_step")
    exact = np.array([flat(math.exp(-rate * t)) for t in middle])
    errors = np.abs(run.series("p_stack") / exact - 1)[-count // 2 :]
    height = side * np.exp(-rate * run.series("time"))
    assert run.series("thickness_stack") == pytest.approx(height, rel=1e-9)
    moved = run.cell.motion.bodies[0]
    (pressure,) = (u for u in moved.body.unknowns if u.name == "p")
    squeezed = float(pressure.previous.mean()) / FREE.solid.elastic.bulk
    volume = abs(math.log(moved.mesh.volume / side**2) + squeezed)
    return Pressed(float(errors.max()), abs(moved.metal.excess()) / moved.mesh.volume, volume)


@pytest.mark.serial
def test_block_to_half_its_height() -> None:
    counts = [20, 40]
    runs = [block(count) for count in counts]
    errors = [run.force for run in runs]
    name, against = "block pressed to half its height", "force of a rigid-viscous block"
    measured(name, "force, 20 steps", errors[0], 4.5e-4, against)
    measured(name, "volume left over, 20 steps", runs[0].excess, 1e-6, "change by pressure so far")
    measured(name, "volume, 20 steps", runs[0].volume, 1e-6, "exp(-p / K)")
    order = float(observed_orders([1 / n for n in counts], errors)[0])
    # elastic strain of 1e-4 and the pressure on the first area leave a little
    measured(name, "distance from order 2 in time", abs(order - 2), 0.5, "two step lengths")


@pytest.mark.serial
def test_free_block_expands_once() -> None:
    """Thermal strain counts from the start of a step, and from nothing else."""
    metal = dataclasses.replace(LITHIUM, thermal_expansion=5e-5, sources={})
    cold, hot = 298.15, 318.15
    case = ssb.Case(
        name="warm_block",
        geometry=Rectangle(frame=ssb.PlaneStrain(), width=8e-6, height=8e-6, columns=2, rows=2),
        bodies=(ssb.Body.single("body", metal, moves=True),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        temperature=cold,
        protocol=(ssb.Under(ssb.Rest(4e4), hot), ssb.Under(ssb.Rest(4e4), cold)),
        step_control=ssb.PrescribedSteps((1e4,) * 8),
        limits=ssb.Limits.off(),
    )
    run = march(case, watch=lambda cell: cell.motion.bodies[0].mesh.volume)
    swollen = run.cell.comm.bcast(np.array(run.seen[2:5]) / run.seen[0] - 1)
    # held along z, it flows until the plane has all of the volume; the rest is of second order
    strain = 3 * 5e-5 * (hot - cold)
    name, against = "free block, 20 K warmer", "3 alpha dT"
    measured(name, "gain of volume", float(np.abs(swollen / strain - 1).max()), 5e-3, against)
    back = abs(run.cell.motion.bodies[0].mesh.volume / run.seen[0] - 1) / strain
    measured(name, "gain of volume when it is cold again", back, 5e-3, "nothing")


@dataclass(frozen=True)
class Closing:
    """A cylinder or sphere with a hole that an outer pressure closes.

    Attributes:
        frame: plane for the cylinder, axisymmetric for the sphere.
        size: size of the cells at the hole over its radius [1].
        count: number of steps of equal logarithms of the radius.
        scheme: how states that follow a rate are integrated.
        target: radius over the first at which it ends [1].
    """

    frame: Frame
    size: float
    count: int
    scheme: ssb.TimeScheme = dataclasses.field(default_factory=ssb.BackwardEuler)
    target: float = 0.2

    # at this pressure elastic strain is a twentieth of a per mille
    inner, outer, pressure = 1e-6, 3e-6, 0.5e6

    def rate(self, ratio: float) -> float:
        """Return minus the rate of the logarithm of the radius at a radius over the first [1/s]."""
        power = 3 if self.frame.revolves else 2
        a, n, p = ratio * self.inner, FLOW.exponent, self.pressure
        b = (self.outer**power - self.inner**power + a**power) ** (1 / power)
        left = n * FLOW.stress * (1 - (a / b) ** (power / n))
        if self.frame.revolves:
            return 0.5 * FLOW.rate * (1.5 * p / left) ** n
        return math.sqrt(3) / 2 * FLOW.rate * (math.sqrt(3) * p / left) ** n

    def path(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return the time at which the hole has a radius over the first [s]."""
        logs = np.linspace(0.0, math.log(self.target), 4001)
        slow = np.array([1 / self.rate(math.exp(log)) for log in logs])
        times = np.append(0.0, np.cumsum(-np.diff(logs) * (slow[1:] + slow[:-1]) / 2))
        return lambda ratios: np.interp(np.log(ratios), logs[::-1], times[::-1])

    def steps(self) -> list[float]:
        """Return the time steps [s]."""
        marks = np.exp(np.linspace(0.0, math.log(self.target), self.count + 1))
        return with_settling(np.diff(self.path()(marks)))

    def case(self, remeshing: ssb.Remeshing | None = None) -> ssb.Case:
        """Return the case."""
        steps = self.steps()
        return ssb.Case(
            name="closing",
            geometry=QuarterVoid(
                frame=self.frame,
                inner_radius=self.inner,
                outer_radius=self.outer,
                size=self.size * self.inner,
                coarsening=1.8,
            ),
            bodies=(ssb.Body.single("body", FREE, moves=True, remeshing=remeshing),),
            supports=(ssb.Roller("left"), ssb.Roller("bottom")),
            loads=ssb.Loads(face_pressures=(ssb.FacePressure("outer", lambda t: self.pressure),)),
            temperature=FLOW.reference_temperature,
            scales=ssb.Scales(stress=self.pressure),
            protocol=(ssb.Rest(sum(steps)),),
            step_control=ssb.PrescribedSteps(tuple(steps), scheme=self.scheme),
            limits=ssb.Limits.off(),
            output=ssb.Output(figures=False),
        )

    def radius(self, cell: CellModel) -> float:
        """Return the mean distance of the hole's vertices from its middle, over the first [1]."""
        moved: BodyMotion = cell.motion.bodies[0]
        space, mesh = moved.mesh.now.function_space, moved.body.mesh
        on_wall = fem.locate_dofs_topological(
            space, mesh.mesh.topology.dim - 1, mesh.facets("inner")
        )
        own = on_wall[on_wall < space.dofmap.index_map.size_local]
        pair = np.array([np.linalg.norm(moved.mesh.positions[own], axis=1).sum(), len(own)])
        cell.comm.Allreduce(MPI.IN_PLACE, pair, op=MPI.SUM)
        return float(pair[0] / pair[1]) / self.inner

    def error(self) -> float:
        """Return the largest error of the logarithm of the radius on the way [1]."""
        run = march(self.case(), watch=self.radius)
        return self.worst(np.append(run.seen, self.radius(run.cell)), run.series("time"))

    def worst(self, radii: np.ndarray, times: np.ndarray) -> float:
        """Return the largest error of the logarithm of radii, of which the first is at no time."""
        first = len(self.steps()) - self.count + 1
        instants = np.append(0.0, times)[first:]
        grid = np.linspace(math.log(self.target), 0.0, 4001)
        exact = np.interp(instants, self.path()(np.exp(grid))[::-1], grid[::-1])
        return float(np.abs(np.log(radii[first:]) - exact).max())


@pytest.mark.serial
def test_hole_closes_to_a_fifth() -> None:
    error = Closing(ssb.PlaneStrain(), 1 / 8, 48).error()
    against = "shrinking thick-walled cylinder, integrated"
    measured("closing cylinder", "radius to a fifth, h = a/8, 48 steps", error, 7e-3, against)


@pytest.mark.slow
def test_hole_closes_with_second_order_in_time() -> None:
    """On one mesh, at the instants of the longest steps."""
    found = []
    for count in (20, 40, 80):
        closing = Closing(ssb.PlaneStrain(), 1 / 8, count)
        run = march(closing.case(), watch=closing.radius)
        radii = np.append(run.seen, closing.radius(run.cell))
        times = np.append(0.0, run.series("time"))
        marks = np.exp(np.linspace(0.0, math.log(closing.target), 21))[1:]
        at = np.abs(times[:, None] - closing.path()(marks)).argmin(axis=0)
        found.append(np.log(radii[at]))
    coarse, fine = (np.abs(b - a).max() for a, b in itertools.pairwise(found))
    order = float(np.log2(coarse / fine))
    measured("closing cylinder", "distance from order 2 in time", abs(order - 2), 0.2, "steps")


@pytest.mark.serial
def test_stress_of_what_flows_is_that_of_the_middle_of_a_step() -> None:
    """Two joined steps would have the stress of the end on the geometry of the middle."""
    plane = ssb.PlaneStrain()
    joined = Closing(plane, 1 / 4, 10, ssb.SecondOrder()).error()
    assert joined == Closing(plane, 1 / 4, 10).error()


@pytest.mark.slow
def test_hole_closes_to_a_fifth_on_a_fine_mesh() -> None:
    error = Closing(ssb.PlaneStrain(), 1 / 16, 160).error()
    against = "shrinking thick-walled cylinder, integrated"
    measured("closing cylinder", "radius to a fifth, h = a/16, 160 steps", error, 1e-3, against)
    sphere = Closing(ssb.Axisymmetric(), 1 / 20, 160).error()
    against = "shrinking hollow sphere, integrated"
    measured("closing sphere", "radius to a fifth, h = a/20, 160 steps", sphere, 3e-3, against)
