# SPDX-License-Identifier: BSD-3-Clause
"""Fixtures: pressure and thickness of an elastic stack in which one electrode grows.

All the metal comes from outside, through the held face of the electrolyte, so that the free stack
would thicken by Omega / F per charge. Stack, spring and frame share that thickness as springs do.
"""

from __future__ import annotations

import math
from dataclasses import replace

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.fixtures import Fixture
from ssbmech.constants import FARADAY
from ssbmech.materials.material import Material
from tests.elastic_cell import (
    ELECTROLYTE,
    LAYERS,
    METAL,
    WORKING,
    facet_fields,
    oedometer_modulus,
    one_sided_cell,
    rollers,
)
from tests.tools import March, march, measured

pytestmark = pytest.mark.serial

PRELOAD = 30e6
STACK = tuple(zip((layer.thickness for layer in LAYERS), (METAL, ELECTROLYTE), strict=False))
#: Thickness lost per pressure between walls [m/Pa].
COMPLIANCE = sum(height / oedometer_modulus(material) for height, material in STACK)
#: Spring and frame as soft as the stack, or nearly so.
SPRING, FRAME = 0.7 / COMPLIANCE, 0.6 * COMPLIANCE

PLATE, STRIP = -20.0, 15.0
#: Protocol of preload, two steps of plating, rest and stripping by a quarter of it.
PROTOCOL = (
    ssb.Preload(2.0),
    ssb.ConstantCurrent(PLATE, 20.0),
    ssb.ConstantCurrent(PLATE, 30.0),
    ssb.Rest(10.0),
    ssb.ConstantCurrent(STRIP, 20.0),
)
LENGTHS = [1.0, 1.0, 5.0, 15.0, 30.0, 10.0, 8.0, 12.0]
CURRENTS = [0.0, 0.0, PLATE, PLATE, PLATE, 0.0, STRIP, STRIP]

FIXTURES = {
    "Spring": (ssb.Spring(PRELOAD, SPRING), SPRING),
    "Spring and frame in series": (ssb.Spring(PRELOAD, SPRING, FRAME), 1 / (1 / SPRING + FRAME)),
    "Fixed gap, rigid": (ssb.FixedGap(PRELOAD), math.inf),
    "Fixed gap, frame": (ssb.FixedGap(PRELOAD, FRAME), 1 / FRAME),
    "Constant force": (ssb.ConstantForce(PRELOAD), 0.0),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture(name: str) -> None:
    fixture, stiffness = FIXTURES[name]
    done = march_under(fixture)
    grown = free_growth()
    # the fixture takes up what the stack does not: d = grown - C dP = dP / k
    rise = np.zeros_like(grown)
    if stiffness > 0.0:
        rise = grown / (COMPLIANCE + 1 / stiffness)
    expected = PRELOAD * np.array([0.5, *np.ones(len(grown) - 1)]) + rise
    item, against = name, "springs in series"
    error = np.max(np.abs(done.series("p_stack") / expected - 1))
    measured(item, "relative error of the stack pressure", error, 1e-8, against)
    height = sum(height for height, _ in STACK)
    thickness = height - COMPLIANCE * expected + grown
    error = np.max(np.abs(done.series("thickness_stack") - thickness)) / np.max(grown)
    measured(item, "error of the stack's thickness, over the growth", error, 1e-8, against)
    check_forces(done, item, expected)


def test_isostatic_pressure_acts_on_every_free_face() -> None:
    """Fluid presses on top and right; the stack shrinks along and across, and grows freely."""
    done = march_under(ssb.Isostatic(PRELOAD), supports=rollers("bottom", "left"))
    grown = free_growth()
    pressures = PRELOAD * np.array([0.5, *np.ones(len(grown) - 1)])
    shrinking = sum(height * compression(material) for height, material in STACK)
    height = sum(height for height, _ in STACK)
    thickness = height - shrinking * pressures + grown
    item, against = "Isostatic pressure", "equal pressure along and across"
    error = np.max(np.abs(done.series("thickness_stack") - thickness)) / np.max(grown)
    measured(item, "error of the stack's thickness, over the growth", error, 1e-8, against)
    error = np.max(np.abs(done.series("p_stack") / pressures - 1))
    measured(item, "relative error of the fluid pressure", error, 1e-8, against)
    for contact in done.seen:
        assert np.ptp(contact.p_contact) <= 1e-9 * PRELOAD
    width = done.cell.case.geometry.width
    error = abs(bottom_reaction(done) / (PRELOAD * width) - 1)
    measured(item, "force balance", error, 1e-8, "reaction of the bottom and fluid on the top")
    for body, material in (("negative", METAL), ("separator", ELECTROLYTE)):
        widening = side_displacement(done, body) / width
        error = abs(widening / (-compression(material) * PRELOAD) - 1)
        measured(item, f"relative error of the strain across, {body}", error, 1e-8, against)


def test_stripping_in_a_fixed_gap_ends_in_an_open_interface() -> None:
    """A fixed gap does not pull: the pressure falls to zero, then the metal recedes."""
    opening = 20e-9
    stripped = COMPLIANCE * PRELOAD + opening
    duration = stripped * FARADAY / METAL.metal.molar_volume / STRIP
    done = march_under(
        ssb.FixedGap(PRELOAD),
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(STRIP, duration)),
        step_control=ssb.PrescribedSteps([1.0, 0.5 * duration, 0.5 * duration]),
    )
    item = "Fixed gap, stripped until it opens"
    halfway = PRELOAD - 0.5 * stripped / COMPLIANCE
    error = abs(done.rows[1]["p_stack"] / halfway - 1)
    measured(item, "relative error of the pressure halfway", error, 1e-8, "springs in series")
    pressure = abs(done.rows[2]["p_stack"]) / PRELOAD
    measured(item, "pressure over preload when open", pressure, 1e-8, "zero")
    error = np.max(np.abs(done.seen[2].gap / opening - 1))
    measured(item, "relative error of the gap", error, 1e-8, "metal stripped beyond the preload")


def march_under(fixture: Fixture, **changes: object) -> March:
    """March the one-sided cell under a fixture, and keep the facets of its interface."""
    case = one_sided_cell(
        fixture=fixture, protocol=PROTOCOL, step_control=ssb.PrescribedSteps(LENGTHS)
    )
    return march(replace(case, **changes), watch=lambda cell: facet_fields(cell.surfaces[WORKING]))


def free_growth() -> np.ndarray:
    """Return by how much the free stack has thickened after each step [m]."""
    charge = np.cumsum(np.multiply(CURRENTS, LENGTHS))
    return -charge * METAL.metal.molar_volume / FARADAY


def compression(material: Material) -> float:
    """Return strain per pressure, equal on all sides, (1 - 2 nu) / E [1/Pa]."""
    nu = material.solid.poisson
    return (1 - 2 * nu) / material.solid.young


def check_forces(done: March, item: str, pressures: np.ndarray) -> None:
    """Compare platen, interface and bottom with each other and with the law of the fixture."""
    worst = float(np.max(done.series("audit_force")))
    measured(item, "force balance of platen and supports", worst, 1e-8, "zero")
    for contact, pressure in zip(done.seen, pressures, strict=True):
        error = np.max(np.abs(contact.p_contact / pressure - 1))
        assert error <= 1e-8, f"the interface carries {error} more than the platen"
    force = pressures[-1] * done.cell.case.geometry.width
    assert abs(bottom_reaction(done) / force - 1) <= 1e-8
    platen = done.cell.holder
    if np.isfinite(platen.fixture.stiffness):
        grown = platen.displacement - platen.displacement_seat
        law = platen.pressure_seat + platen.fixture.stiffness * grown
        assert abs(law / platen.stack_pressure - 1) <= 1e-8


def bottom_reaction(done: March) -> float:
    """Return the force per depth with which the bottom pushes up [N/m]; collective."""
    body = done.cell.bodies["negative"]
    vertical = body.u.fixed[body.u.fixed % 2 == 1]
    force = float(np.sum(done.cell.system.raw_residual(body.u)[vertical]))
    return MPI.COMM_WORLD.allreduce(force)


def side_displacement(done: March, name: str) -> float:
    """Return the mean displacement of the right side of a body along x [m]; collective."""
    body = done.cell.bodies[name]
    right = done.cell.case.geometry.width
    x = body.u.function.function_space.tabulate_dof_coordinates()[:, 0]
    u = body.u.function.x.array.reshape(-1, 2)[np.abs(x - right) < 1e-9 * right, 0]
    total = MPI.COMM_WORLD.allreduce(np.array([np.sum(u), len(u)]))
    return float(total[0] / total[1])
