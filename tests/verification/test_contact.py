# SPDX-License-Identifier: BSD-3-Clause
"""Contact: patch tests on irregular meshes, Hertz, lifting off and coming back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import ssbmech as ssb
from ssbmech.errors import NotConverged, StepTooSmall
from ssbmech.geometry.blocks import Blocks
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import GPa, MPa, mm, um
from tests.elastic_cell import (
    FacetFields,
    Floats,
    displacement_error,
    facet_fields,
    largest,
    nodal_values,
    oedometer_modulus,
    rollers,
    symmetric_cell,
    walls,
)
from tests.tools import March, march, measured

PLANE, SPACE, AXISYMMETRIC = ssb.PlaneStrain(), ssb.ThreeDimensional(), ssb.Axisymmetric()
CONTACT = "lower|upper"
LOWER = Material("lower", Elastic(young=10 * GPa, poisson=0.3))
UPPER = Material("upper", Elastic(young=3 * GPa, poisson=0.2))


def blocks(frame: Any) -> Blocks:
    """Return two blocks of irregular cells, 3 and 4 um high; the lower ones are smaller."""
    return Blocks(
        frame=frame,
        width=8 * um,
        depth=6 * um if frame.dim == 3 else None,
        lower=3 * um,
        upper=4 * um,
        size_lower=(1.0 if frame.dim == 2 else 1.5) * um,
        size_upper=2 * um,
    )


def pair(geometry: Any, **changes: Any) -> ssb.Case:
    """Return a case of two elastic bodies in contact, solved in one step of a second."""
    case = ssb.Case(
        name="contact",
        geometry=geometry,
        bodies=(ssb.Body.single("lower", LOWER), ssb.Body.single("upper", UPPER)),
        interfaces=(ssb.Interface(CONTACT),),
        protocol=(ssb.Rest(1.0),),
        step_control=ssb.PrescribedSteps([1.0]),
        scales=ssb.Scales(stress=10 * MPa),
        # contact that closes far from the last state raises the residual on the way
        newton=ssb.NewtonSettings(tolerance=1e-12, max_growth=1e6),
    )
    return replace(case, **changes)


def sheared_stack(x: Floats, above: npt.NDArray[np.bool_], stress: Floats, level: float) -> Floats:
    """Return the displacement of two layers that pass one traction on and cannot widen [m].

    Args:
        x: positions [m].
        above: which of them belong to the upper layer.
        stress: shear tractions and, last, the pressure [Pa].
        level: height of the interface [m].
    """
    axis = len(stress) - 1
    parts = (np.where(above, level, x[axis]), np.where(above, x[axis] - level, 0.0))
    u = np.zeros((axis + 1, x.shape[1]))
    for material, height in zip((LOWER, UPPER), parts, strict=True):
        stiffness = np.full(axis + 1, material.solid.shear)
        stiffness[axis] = -oedometer_modulus(material)
        u += (stress / stiffness)[:, None] * height
    return u


def check_patch(done: March, item: str, stress: Floats, level: float) -> None:
    """Compare facet tractions and nodal displacements with the exact ones."""
    against = "uniform traction, displacement linear in each block"
    facets = facet_fields(done.cell.surfaces[CONTACT])
    pressure = stress[-1]
    error = np.max(np.abs(facets.p_contact / pressure - 1))
    measured(item, "largest relative error of the contact pressure", error, 1e-9, against)
    if facets.shear is not None:
        expected = np.append(stress[:-1], 0.0)
        error = np.max(np.abs(facets.shear - expected)) / np.linalg.norm(expected)
        measured(item, "largest relative error of the shear traction", error, 1e-9, against)
    top = np.full((3, 1), 7e-6)
    size = np.max(np.abs(sheared_stack(top, np.array([True]), stress, level)))
    for name, above in (("lower", False), ("upper", True)):
        error = displacement_error(
            done.cell.bodies[name],
            lambda x, above=above: sheared_stack(x, np.full(x.shape[1], above), stress, level),
        )
        quantity = f"largest error of the displacement, {name} block, over that of the top"
        measured(item, quantity, error / size, 1e-9, against)
    assert np.all(facets.closed)


@pytest.mark.pair
@pytest.mark.parametrize("frame", [PLANE, SPACE], ids=["plane_strain", "3D"])
def test_uniform_pressure_passes_an_irregular_interface(frame: Any) -> None:
    """The load is a fluid pressure: no platen evens it out."""
    geometry, pressure = blocks(frame), 20e6
    case = pair(
        geometry,
        supports=rollers("bottom", *walls(frame)),
        loads=ssb.Loads(face_pressures=(ssb.FacePressure("top", lambda t: pressure),)),
    )
    stress = np.zeros(frame.dim)
    stress[-1] = pressure
    check_patch(march(case), f"Contact patch, {frame.dim}D", stress, geometry.lower)


@pytest.mark.parametrize("frame", [PLANE, SPACE], ids=["plane_strain", "3D"])
def test_pressure_and_shear_pass_a_sticking_interface(frame: Any) -> None:
    geometry = blocks(frame)
    stress = np.array([7e6, -4e6, 20e6] if frame.dim == 3 else [7e6, 20e6])
    level = geometry.lower

    def outside(x: Floats, t: float) -> Floats:
        return sheared_stack(x, x[frame.dim - 1] > level, stress, level)

    case = pair(
        geometry,
        interfaces=(ssb.Interface(CONTACT, contact=ssb.Sticking()),),
        supports=tuple(ssb.Clamp(face, outside) for face in ("bottom", "top", *walls(frame))),
    )
    check_patch(march(case), f"Sticking patch, {frame.dim}D", stress, level)


@dataclass(frozen=True)
class Hertz:
    """Contact of a parabolic profile with a flat, both elastic.

    Attributes:
        frame: plane strain for a cylinder, axisymmetric for a sphere.
        travel: approach of the far faces that makes a contact of about half width B [m].
        name: what is in contact.
        pressure_of: half width, or radius, and peak pressure of a force; the force of the cylinder
            is per length [m, Pa].
        force_area: area on which the stack pressure acts, for the width of the stack.
    """

    frame: Any
    travel: float
    name: str
    pressure_of: Callable[[float], tuple[float, float]]
    force_area: Callable[[float], float]


RADIUS, HALF_WIDTH = 1e-3, 10e-6
COMPLIANCE = sum((1 - m.solid.poisson**2) / m.solid.young for m in (LOWER, UPPER))


def cylinder(force: float) -> tuple[float, float]:
    """Return half width [m] and peak pressure [Pa] of a line contact; force per length [N/m]."""
    half_width = math.sqrt(4 * force * RADIUS * COMPLIANCE / math.pi)
    return half_width, 2 * force / (math.pi * half_width)


def sphere(force: float) -> tuple[float, float]:
    """Return radius [m] and peak pressure [Pa] of a point contact under a force [N]."""
    radius = (3 * force * RADIUS * COMPLIANCE / 4) ** (1 / 3)
    return radius, 3 * force / (2 * math.pi * radius**2)


HERTZ = [
    Hertz(PLANE, 0.178e-6, "Hertz line contact", cylinder, lambda width: 2 * width),
    # the approach of two spheres is a^2 / R
    Hertz(AXISYMMETRIC, 0.1e-6, "Hertz point contact", sphere, lambda width: math.pi * width**2),
]


def wide_blocks(frame: Any) -> ssb.Stack:
    """Return blocks much larger than the contact, with small cells in it and at its edge."""
    width = 16 * HALF_WIDTH
    return ssb.Stack(
        frame=frame,
        width=width,
        layers=(ssb.Layer("lower", width), ssb.Layer("upper", width)),
        size_interface=0.1 * width,
        size_bulk=0.15 * width,
        refinements=(
            ssb.Refinement(CONTACT, HALF_WIDTH / 2, 0.06 * HALF_WIDTH, HALF_WIDTH / 2),
            ssb.Refinement(CONTACT, HALF_WIDTH, 0.01 * HALF_WIDTH, 0.05 * HALF_WIDTH),
        ),
        growth=0.5,
    )


@pytest.mark.pair
@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
@pytest.mark.parametrize("hertz", HERTZ, ids=["cylinder", "sphere"])
def test_hertz(hertz: Hertz) -> None:
    """Pressed half way, all the way and back half way, lifted off, and pressed again."""
    fractions = [0.0, 0.5, 1.0, 0.5, -1.0, 1.0]
    case = pair(
        wide_blocks(hertz.frame),
        interfaces=(ssb.Interface(CONTACT, initial_gap=ssb.CylinderGap(radius=1 * mm)),),
        supports=rollers("bottom", "left", "right"),
        fixture=ssb.DrivenPlaten(
            travel=lambda t: -hertz.travel * float(np.interp(t, range(6), fractions))
        ),
        protocol=(ssb.Rest(5.0),),
        step_control=ssb.PrescribedSteps([1.0] * 5),
    )
    done = march(
        case,
        watch=lambda cell: (
            facet_fields(cell.surfaces[CONTACT]),
            [nodal_values(body) for body in cell.bodies.values()],
        ),
    )
    force = done.rows[1]["p_stack"] * hertz.force_area(case.geometry.width)
    half_width, peak = hertz.pressure_of(force)
    check_hertz(hertz, done.seen[1][0], half_width, peak)
    for first, second, when in ((0, 2, "unloading"), (1, 4, "lifting off and pressing again")):
        error = same_state(done.seen[first], done.seen[second])
        measured(hertz.name, f"change of the state by {when}", error, 1e-9, "the state before")
    lifted = done.seen[3][0]
    assert not np.any(lifted.closed)
    assert np.max(np.abs(lifted.p_contact)) <= 1e-9 * peak, "no tension when pulled apart"
    profile = lifted.gap - hertz.travel
    assert np.min(profile) >= 0.0 and np.all(np.diff(profile) > 0.0)


def check_hertz(hertz: Hertz, pressed: FacetFields, half_width: float, peak: float) -> None:
    """Compare size of the contact and pressures with those of elastic half-spaces."""
    closed = np.sum(pressed.area[pressed.closed])
    found = closed if hertz.frame is PLANE else math.sqrt(closed / math.pi)
    against = "elastic half-spaces of the same force"
    measured(
        hertz.name, "relative error of the half width", abs(found / half_width - 1), 0.02, against
    )
    error = abs(np.max(pressed.p_contact) / peak - 1)
    measured(hertz.name, "relative error of the peak pressure", error, 0.02, against)
    inside = pressed.x < 0.9 * half_width
    shape = np.sqrt(1 - (pressed.x[inside] / half_width) ** 2)
    error = np.max(np.abs(pressed.p_contact[inside] / peak - shape))
    measured(
        hertz.name,
        "error of the pressures within 90 % of the contact, over the peak",
        error,
        0.02,
        against,
    )


def same_state(before: tuple[FacetFields, Any], after: tuple[FacetFields, Any]) -> float:
    """Return the largest difference of pressures, gaps or displacements, relative; collective."""
    pairs = [
        (before[0].p_contact, after[0].p_contact),
        (before[0].gap, after[0].gap),
        *zip(before[1], after[1], strict=True),
    ]
    sizes = [largest(np.max(np.abs(a), initial=0.0)) for a, _ in pairs]
    errors = [largest(np.max(np.abs(a - b), initial=0.0)) for a, b in pairs]
    return max(error / size for error, size in zip(errors, sizes, strict=True))


def test_sticking_starts_anew_after_lifting() -> None:
    """A block that was lifted, moved sideways and put down again is not pulled back."""
    geometry = blocks(PLANE)
    lower, upper = (Material(m.name, replace(m.solid, poisson=0.0)) for m in (LOWER, UPPER))
    press, lift, aside, push = -4e-9, 1e-6, 300e-9, 2e-9
    path = [
        (0.0, 0.0),
        (0.0, press),
        (aside, lift),
        (aside, press),
        (aside + push, press),
        (0.0, lift),
    ]

    def top(x: Floats, t: float) -> Floats:
        moved = [np.interp(t, range(6), [point[k] for point in path]) for k in (0, 1)]
        return np.outer(moved, np.ones(x.shape[1]))

    case = pair(
        geometry,
        bodies=(ssb.Body.single("lower", lower), ssb.Body.single("upper", upper)),
        interfaces=(ssb.Interface(CONTACT, contact=ssb.Sticking()),),
        supports=(ssb.Clamp("bottom"), ssb.Clamp("top", top)),
        protocol=(ssb.Rest(5.0),),
        step_control=ssb.PrescribedSteps([1.0] * 5),
    )
    done = march(case, watch=lambda cell: facet_fields(cell.surfaces[CONTACT]))
    first, lifted, again, pushed, free = done.seen
    heights = (geometry.lower, geometry.upper)
    compliance = sum(h / m.solid.young for h, m in zip(heights, (lower, upper), strict=True))
    pressure = -press / compliance
    item, against = "Sticking contact", "bars without Poisson's effect"
    for facets, when in ((first, "first put down"), (again, "put down elsewhere")):
        error = np.max(np.abs(facets.p_contact / pressure - 1))
        measured(item, f"relative error of the pressure, {when}", error, 1e-9, against)
        error = np.max(np.abs(facets.shear)) / pressure
        measured(item, f"shear over pressure, {when}", error, 1e-9, against)
    for facets in (lifted, free):
        assert np.max(np.abs(facets.p_contact)) + np.max(np.abs(facets.shear)) <= 1e-9 * pressure
    # pushed to the right, the upper block drags the lower one along: traction on the lower block
    bound = push / sum(h / m.solid.shear for h, m in zip(heights, (lower, upper), strict=True))
    mean = float(pushed.area @ pushed.shear[:, 0] / np.sum(pushed.area))
    assert 0.3 * bound < mean < bound


CLOSING = {"everywhere": 0.1e-6, "at one edge": 0.0}


@pytest.mark.parametrize("where", CLOSING)
def test_a_force_brings_bodies_into_contact(where: str) -> None:
    """Nothing but contact holds the upper block, and at first no facet touches."""
    geometry, force, offset = blocks(PLANE), 20e6, CLOSING[where]
    wavy = 0.0 if offset > 0.0 else 200e-9

    def gap(x: Floats) -> Floats:
        return offset + wavy * np.sin(0.5 * np.pi * x[0] / geometry.width) ** 2

    case = pair(
        geometry,
        interfaces=(ssb.Interface(CONTACT, initial_gap=ssb.FunctionGap(gap)),),
        supports=rollers("bottom", *walls(PLANE)),
        fixture=ssb.ConstantForce(preload=force),
        protocol=(ssb.Preload(1.0),),
        newton=ssb.NewtonSettings(),
    )
    done = march(case)
    facets = facet_fields(done.cell.surfaces[CONTACT])
    carried = facets.area @ facets.p_contact / (force * geometry.width)
    item = f"Force that closes a gap, {where}"
    measured(item, "relative error of the force through contact", abs(carried - 1), 1e-8, "platen")
    assert np.max(np.minimum(facets.p_contact / force, facets.gap / 1e-8)) <= 1e-9
    if wavy > 0.0:
        assert 0 < np.sum(facets.closed) < len(facets.closed)
        return
    heights = (geometry.lower, geometry.upper)
    moduli = [oedometer_modulus(m) for m in (LOWER, UPPER)]
    shortened = force * sum(h / m for h, m in zip(heights, moduli, strict=True))
    down = -done.cell.holder.displacement
    error = abs(down / (offset + shortened) - 1)
    measured(item, "relative error of the way of the platen", error, 1e-8, "gap and elastic bars")


@pytest.mark.pair
@pytest.mark.filterwarnings("ignore:bodies .* held by contact alone:ssbmech.errors.CaseWarning")
@pytest.mark.parametrize("depth", [0.05e-6, 0.5e-6], ids=["shallow", "deep"])
@pytest.mark.parametrize(("current", "duration"), [(-10.0, 10.0), (10.0, 100.0), (10.0, 1000.0)])
def test_contact_at_no_load_is_solved(current: float, duration: float, depth: float) -> None:
    """Metal that does not creep, plated or stripped beside a void, in one prescribed step.

    Whether it grows or recedes, the lid follows it: a force that goes to zero keeps bodies
    together, though a facet is all that they touch with.
    """
    case = symmetric_cell(
        fixture=ssb.ConstantForce(preload=0.0),
        protocol=(ssb.Rest(1.0), ssb.ConstantCurrent(current, duration)),
        step_control=ssb.PrescribedSteps((1.0, duration)),
        scales=ssb.Scales(),
        newton=ssb.NewtonSettings(),
        limits=ssb.Limits.off(),
    )
    void = ssb.LensGap(half_width=4e-6, depth=depth)
    first, second = case.interfaces
    cell = replace(case, interfaces=(replace(first, initial_gap=void), second))
    done = march(cell, watch=lambda cell: [facet_fields(s) for s in cell.surfaces.values()])
    last = done.rows[-1]
    assert last["charge"] == pytest.approx(duration * current, rel=1e-9)
    # nothing presses: what is left of the pressure is the weight of a foil, and the tolerance
    assert abs(last["p_stack"]) < 1.0
    assert last["rejected_steps"] == 0
    assert max(row["newton_iterations"] for row in done.rows) <= 12
    first, second = done.seen[-1]
    for fields in (first, second):
        assert fields.closed.any()
        assert abs(fields.gap.min()) < 1e-13
    # bodies under no load are rigid, and what one electrode loses the other has gained: the lid
    # moves by what the gaps have opened
    before = mean_gap(done.seen[0][0]) + mean_gap(done.seen[0][1])
    lid = last["thickness_stack"] - done.rows[0]["thickness_stack"]
    opened = mean_gap(first) + mean_gap(second) - before
    assert lid == pytest.approx(opened, rel=1e-3, abs=1e-14)


def mean_gap(fields: FacetFields) -> float:
    """Return the mean gap of an interface [m]."""
    return float(fields.area @ fields.gap) / float(fields.area.sum())


def test_a_body_that_floats_away_is_a_named_error() -> None:
    """Suction pulls the upper block off, and nothing else holds it."""
    case = pair(
        blocks(PLANE),
        supports=rollers("bottom", *walls(PLANE)),
        loads=ssb.Loads(
            face_pressures=(ssb.FacePressure("top", lambda t: 1e6 if t < 1.5 else -1e6),)
        ),
        protocol=(ssb.Rest(2.0),),
        step_control=ssb.AdaptiveSteps(dt_initial=1.0, dt_min=1e-3),
    )
    with pytest.raises(StepTooSmall) as failure:
        march(case)
    assert isinstance(failure.value, NotConverged)
    assert failure.value.report is not None
