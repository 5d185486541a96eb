# SPDX-License-Identifier: BSD-3-Clause
"""Bodies of creeping metal against closed forms: cylinder, closing voids, squeezed strip and disc.

Strains are small in the code: the equations hold on the mesh as it was made, whatever the
displacements. A steady state is therefore reached on a fixed geometry by letting creep run until
it has displaced the elastic strains many times over; where that takes "strains" beyond one, they
are numbers without meaning, and what is tested is the rate at the geometry of the mesh.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry import QuarterVoid
from ssbmech.materials.material import Material
from tests.single_body import Rectangle, ThickWall, stress_points, wall_motion, with_flow
from tests.tools import march, measured, observed_orders

pytestmark = pytest.mark.serial

LITHIUM = library.by_name("lithium_masias2019")
SODIUM = library.by_name("sodium_wang2020")
FLOW = LITHIUM.solid.flow
TEMPERATURE = FLOW.reference_temperature
MPA, UM = 1e6, 1e-6
PLANE = ssb.PlaneStrain()


def growing(total: float, count: int, ratio: float) -> list[float]:
    """Return time steps that grow by a ratio and add up to a total [s]."""
    steps = ratio ** np.arange(count)
    return list(total * steps / steps.sum())


# ------------------------------------------------------------------------------------------------
# Thick-walled cylinder


class Wall(Protocol):
    """Stress of the cylinder in steady creep."""

    def stress(self, x: np.ndarray) -> np.ndarray:
        """Return the stress at points (n, 3), shape (n, 3, 3) [Pa]."""


def cylinder(size: float, material: Material = LITHIUM) -> ssb.Case:
    """Return a cylinder under internal pressure that creeps to its steady state."""
    steps = growing(30.0, 7, 4.0)
    return ssb.Case(
        # steady flow is that of small strains at any strain
        limits=ssb.Limits.off(),
        name="cylinder",
        geometry=QuarterVoid(
            frame=ssb.PlaneStrain(),
            inner_radius=10 * UM,
            outer_radius=20 * UM,
            size=size,
            coarsening=1.5,
        ),
        bodies=(ssb.Body.single("body", material),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        loads=ssb.Loads(face_pressures=(ssb.FacePressure("inner", lambda t: MPA),)),
        temperature=TEMPERATURE,
        protocol=(ssb.Rest(sum(steps)),),
        step_control=ssb.PrescribedSteps(steps),
    )


def power_law(exponent: float) -> ThickWall:
    """Return the closed form of the cylinder."""
    return ThickWall(10 * UM, 20 * UM, MPA, exponent, sphere=False)


def cylinder_errors(case: ssb.Case, wall: Wall) -> tuple[float, float, float]:
    """Return the L2 error of the stress, its largest error over the pressure, and the cell size."""
    result = march(case)
    found = stress_points(result)
    exact = wall.stress(found.x)
    error = found.values - exact
    mesh = result.cell.tagged.mesh
    cells = mesh.topology.index_map(2).size_global
    return found.norm(error) / found.norm(exact), found.largest(error) / MPA, 1 / math.sqrt(cells)


def test_thick_cylinder_reaches_the_steady_stresses_of_power_law_creep() -> None:
    wall = power_law(FLOW.exponent)
    errors = [cylinder_errors(cylinder(size * UM), wall) for size in (4.0, 2.0, 1.0)]
    l2, worst, sizes = (list(column) for column in zip(*errors, strict=True))
    item, against = "Norton thick-walled cylinder", "closed form, n = 6.56, b/a = 2"
    measured(
        item, "largest error of any stress component over the pressure", worst[-1], 5e-3, against
    )
    measured(item, "L2 error of the stress", l2[-1], 5e-3, against)
    orders = observed_orders(sizes, l2)
    label = "L2 error of the stress: distance of its order from 2"
    measured(item, label, float(np.max(np.abs(orders - 2))), 0.3, "three meshes")


@pytest.mark.parametrize("exponent", [1.0, 3.0])
def test_thick_cylinder_at_other_exponents(exponent: float) -> None:
    material = with_flow(LITHIUM, exponent=exponent)
    l2, worst, _ = cylinder_errors(cylinder(1.0 * UM, material), power_law(exponent))
    item = f"Norton thick-walled cylinder, n = {exponent:g}"
    measured(
        item, "largest error of any stress component over the pressure", worst, 5e-3, "closed form"
    )
    measured(item, "L2 error of the stress", l2, 5e-3, "closed form")


# ------------------------------------------------------------------------------------------------
# Closing voids


@dataclass(frozen=True)
class Void:
    """A cylindrical or spherical void in a body of finite size under outer pressure.

    Attributes:
        frame: plane strain: cylinder; axisymmetric: sphere.
        inner: radius of the void [m].
        outer: radius of the body [m].
        pressure: pressure on the outside [Pa].
        metal: what the body is made of.
    """

    frame: Any
    inner: float = 1 * UM
    outer: float = 3 * UM
    pressure: float = 2 * MPA
    metal: Material = LITHIUM

    @property
    def flow(self) -> Any:
        """Creep of the metal."""
        return self.metal.solid.flow

    @property
    def sphere(self) -> bool:
        """Whether the void is a sphere."""
        return isinstance(self.frame, ssb.Axisymmetric)

    def closing_rate(self) -> float:
        """Return -da/dt / a of the void in steady creep [1/s]."""
        n, s = self.flow.exponent, self.flow.stress
        if self.sphere:
            drive = 3 * self.pressure / (2 * n * s * (1 - (self.inner / self.outer) ** (3 / n)))
            return 0.5 * self.flow.rate * drive**n
        drive = math.sqrt(3) * self.pressure / (n * s * (1 - (self.inner / self.outer) ** (2 / n)))
        return math.sqrt(3) / 2 * self.flow.rate * drive**n

    def shrunk(self, fraction: float) -> Void:
        """Return the void at a fraction of its radius, the body keeping its volume."""
        power = 3 if self.sphere else 2
        lost = self.inner**power * (1 - fraction**power)
        outer = (self.outer**power - lost) ** (1 / power)
        return replace(self, inner=fraction * self.inner, outer=outer)

    def case(self, steps: list[float]) -> ssb.Case:
        """Return the case."""
        return ssb.Case(
            # steady flow is that of small strains at any strain
            limits=ssb.Limits.off(),
            name="void",
            geometry=QuarterVoid(
                frame=self.frame,
                inner_radius=self.inner,
                outer_radius=self.outer,
                size=self.inner / 8,
                coarsening=0.6 * self.outer / self.inner,
            ),
            bodies=(ssb.Body.single("body", self.metal),),
            supports=(ssb.Roller("left"), ssb.Roller("bottom")),
            loads=ssb.Loads(face_pressures=(ssb.FacePressure("outer", lambda t: self.pressure),)),
            temperature=self.flow.reference_temperature,
            scales=ssb.Scales(stress=self.pressure),
            protocol=(ssb.Rest(sum(steps)),),
            step_control=ssb.PrescribedSteps(steps),
        )


def closing(
    void: Void, closure: float, settling: int, steady: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return times and wall displacements while the closed form closes a fraction of the radius."""
    total = closure / void.closing_rate()
    steps = growing(total, settling + 1, 4.0)
    steps = [*steps[:-1], *([steps[-1] / steady] * steady)]
    result = march(void.case(steps), watch=wall_motion())
    return result.series("time"), np.array(result.seen)


FRAMES = [ssb.PlaneStrain(), ssb.Axisymmetric()]
NAMES = {ssb.PlaneStrain: "cylindrical", ssb.Axisymmetric: "spherical"}


@pytest.mark.parametrize("frame", FRAMES, ids=["cylinder", "sphere"])
def test_void_closes_at_the_rate_of_its_first_geometry(frame: Any) -> None:
    """On a fixed geometry the void closes at a constant rate: a(t) = a0 (1 - rate t)."""
    void = Void(frame)
    time, inward = closing(void, closure=0.5, settling=7, steady=3)
    rate = void.closing_rate()
    radius, exact = 1 - inward / void.inner, 1 - rate * time
    item = f"{NAMES[type(frame)]} void closed by creep, b/a = 3"
    against = "closed form on the initial geometry (small strain)"
    worst = float(np.max(np.abs(radius / exact - 1)))
    measured(item, "largest error of the radius down to half of it", worst, 1e-2, against)
    steady = np.diff(inward)[-1] / np.diff(time)[-1] / void.inner
    measured(item, "error of the closing rate", abs(steady / rate - 1), 1e-2, against)


@pytest.mark.parametrize("frame", FRAMES, ids=["cylinder", "sphere"])
def test_void_closes_with_time_through_a_sequence_of_geometries(frame: Any) -> None:
    """The radius against time of a closure to half the radius, through four meshes.

    Each mesh has the void at a smaller radius, the body keeping its volume, and gives one rate of
    closing; the logarithm of the rate, as a polynomial of the logarithm of the radius, is
    integrated over time, and so is the closed form.
    """
    fractions = np.geomspace(1.0, 0.5, 4)
    rates = []
    for fraction in fractions:
        void = Void(frame).shrunk(fraction)
        time, inward = closing(void, closure=0.1, settling=5, steady=1)
        rates.append(np.diff(inward)[-1] / np.diff(time)[-1] / void.inner)
    path = np.linspace(0.0, math.log(0.5), 401)
    computed = np.exp(np.polyval(np.polyfit(np.log(fractions), np.log(rates), 3), path))
    exact = np.array([Void(frame).shrunk(math.exp(k)).closing_rate() for k in path])
    times = [_integral(path, -1 / rate) for rate in (computed, exact)]
    # the radius of one at the time at which the other has come down to each point of the path
    radius = np.exp(np.interp(times[1], times[0], path))
    worst = float(np.max(np.abs(radius / np.exp(path) - 1)))
    item = f"{NAMES[type(frame)]} void closed by creep, finite closure"
    against = "closed form, integrated over the changing geometry"
    measured(
        item, "largest error of the radius against time, down to half of it", worst, 1e-2, against
    )
    assert rates[-1] != pytest.approx(rates[0], rel=0.05)  # the finite outer radius matters


@pytest.mark.slow
@pytest.mark.parametrize("frame", FRAMES, ids=["cylinder", "sphere"])
def test_void_in_sodium_closes_faster_by_the_ratio_of_the_creep_laws(frame: Any) -> None:
    """At one pressure, within what sodium was tested at, both metals close at their own rates."""
    pressure, found, exact = 0.15 * MPA, [], []
    for metal in (SODIUM, LITHIUM):
        void = Void(frame, pressure=pressure, metal=metal)
        time, inward = closing(void, closure=0.1, settling=7, steady=1)
        found.append(np.diff(inward)[-1] / np.diff(time)[-1] / void.inner)
        exact.append(void.closing_rate())
    item, against = f"{NAMES[type(frame)]} void, sodium over lithium, 0.15 MPa", "closed form"
    measured(
        item, "error of the closing rate in sodium", abs(found[0] / exact[0] - 1), 1e-2, against
    )
    ratio, expected = found[0] / found[1], exact[0] / exact[1]
    measured(item, "error of the ratio of the rates", abs(ratio / expected - 1), 2e-2, against)
    assert expected > 1e3


def _integral(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the running integral of y over x by the trapezoidal rule."""
    return np.append(0.0, np.cumsum(np.diff(x) * (y[1:] + y[:-1]) / 2))


# ------------------------------------------------------------------------------------------------
# Squeezed strip and disc

SQUEEZING = 1e-6
"""Rate at which platens approach, over their distance [1/s]."""


def lubrication(frame: Any, flow: Any, slenderness: float) -> float:
    """Return the mean pressure between sticking platens by lubrication theory [Pa]."""
    power = 1 / flow.exponent
    strength = flow.stress / math.sqrt(3) * (math.sqrt(3) * flow.rate) ** -power
    # metal leaves a strip at two sides, a disc all around
    ways, axes = (1, 3) if isinstance(frame, ssb.Axisymmetric) else (2, 2)
    shear = ways * (2 * power + 1) * SQUEEZING * slenderness / power
    return 2 * strength / (power + axes) * slenderness * shear**power


def squeeze_error(metal: Material, slenderness: float, frame: Any = PLANE) -> float:
    """Return the excess of the mean pressure on a squeezed body over lubrication theory [1].

    A quarter of a strip of thickness h and half-width L, or half of a disc of radius L, between
    sticking platens.
    """
    height, rate = 10 * UM, SQUEEZING
    length = slenderness * height
    exact = lubrication(frame, metal.solid.flow, slenderness)
    steps = growing(0.2 / rate, 10, 3.0)
    case = ssb.Case(
        # steady flow is that of small strains at any strain
        limits=ssb.Limits.off(),
        name="strip",
        geometry=Rectangle(
            frame=frame, width=length, height=height / 2, columns=48, rows=6, edge=4.0
        ),
        bodies=(ssb.Body.single("body", metal),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom"), ssb.NoSlip("top")),
        fixture=ssb.DrivenPlaten(lambda t: -rate * height / 2 * t),
        temperature=metal.solid.flow.reference_temperature,
        scales=ssb.Scales(stress=exact),
        protocol=(ssb.Rest(sum(steps)),),
        step_control=ssb.PrescribedSteps(steps),
    )
    pressure = march(case).series("p_stack")
    assert pressure[-1] == pytest.approx(pressure[-2], rel=2e-3)  # steady
    return float(pressure[-1] / exact - 1)


def test_squeezed_strip_carries_the_pressure_of_lubrication_theory() -> None:
    """Lubrication theory leaves out what stretches the strip, of the order of h/L.

    A Newtonian strip has little of that. In lithium, whose core hardly shears, it is 6 % at
    L/h = 10 and falls with h/L.
    """
    item, against = "squeezed strip between sticking platens", "lubrication theory"
    newtonian = squeeze_error(with_flow(LITHIUM, exponent=1.0), 10)
    measured(item, "error of the mean pressure, n = 1, L/h = 10", abs(newtonian), 2e-2, against)
    lithium = {ratio: squeeze_error(LITHIUM, ratio) for ratio in (20, 40)}
    label = "error of the mean pressure, lithium (n = 6.56), L/h = 40"
    measured(item, label, abs(lithium[40]), 2e-2, against)
    # the difference is that of the theory: it is positive, and halves with h/L
    assert 0.35 < lithium[40] / lithium[20] < 0.65


def test_disc_of_sodium_between_sticking_platens_needs_more_than_its_strength() -> None:
    """A disc bears 0.29, 0.54 and 1.25 MPa at R/h = 6, 10 and 20; a free one flows at 0.07 MPa."""
    frame, flow = ssb.Axisymmetric(), SODIUM.solid.flow
    theory = [lubrication(frame, flow, ratio) / MPA for ratio in (6, 10, 20)]
    assert theory == pytest.approx([0.29, 0.54, 1.25], rel=0.02)
    free = flow.stress * (SQUEEZING / flow.rate) ** (1 / flow.exponent) / MPA
    assert free == pytest.approx(0.072, rel=0.02)
    found = {ratio: squeeze_error(SODIUM, ratio, frame) for ratio in (10, 20)}
    item, label = "squeezed disc of sodium", "error of the mean pressure, R/h = 20"
    measured(item, label, abs(found[20]), 6e-2, "lubrication theory")
    # the difference is that of the theory: it is positive, and halves with h/R
    assert 0.35 < found[20] / found[10] < 0.65
