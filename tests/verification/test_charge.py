# SPDX-License-Identifier: BSD-3-Clause
"""Charge transfer and conduction: a cell in one dimension, crowding at an insulating strip."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import ufl

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.interfaces.kinetics import EXPONENT_LIMIT
from ssbmech.units import A_per_m2, MPa, um
from tests.elastic_cell import (
    COUNTER,
    ELECTROLYTE,
    LAYERS,
    METAL,
    WORKING,
    FacetFields,
    Floats,
    facet_fields,
    largest,
    one_sided_cell,
    rollers,
    symmetric_cell,
)
from tests.parts import Ions, part
from tests.tools import march, measured, observed_orders

pytestmark = pytest.mark.serial

THERMAL = GAS_CONSTANT * 298.15 / FARADAY
WORK = METAL.metal.molar_volume / FARADAY
KAPPA = ELECTROLYTE.conductor.conductivity
SEPARATOR = LAYERS[1].thickness


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the root of an increasing function by bisection."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if function(middle) > 0.0 else (middle, high)
    return 0.5 * (low + high)


def exponential(x: float) -> float:
    """Return exp(x), beyond the limit its tangent."""
    return math.exp(min(x, EXPONENT_LIMIT)) * (1 + max(x - EXPONENT_LIMIT, 0.0))


def overpotential(law: ssb.ButlerVolmer, current: float) -> float:
    """Return the overpotential at which a Butler-Volmer law passes a current density [V]."""

    def excess(x: float) -> float:
        passed = exponential(law.alpha_a * x) - exponential((law.alpha_a - 1) * x)
        return law.i_0 * passed - current

    return THERMAL * root(excess, -1e3, 1e3)


def electrode_step(law: ssb.ButlerVolmer, current: float, pressure: float) -> float:
    """Return the potential of a metal against the electrolyte beside it [V]."""
    return overpotential(law, current) + law.film_resistance * current - WORK * pressure


def test_ohm_and_butler_volmer_in_one_dimension() -> None:
    """The electrolyte is heavy: the working electrode, below it, bears more pressure."""
    weight = 1e12  # [N/m3]
    p_counter, p_working = 30e6, 30e6 + weight * SEPARATOR
    working = ssb.ButlerVolmer(i_0=5 * A_per_m2, alpha_a=0.35, film_resistance=2e-3)
    rough = ssb.RoughConduction(hardness=20 * MPa)
    counter = ssb.LinearKinetics(resistance=1e-3, conduction=rough)
    conducting = 1 - math.exp(-p_counter / 20e6) + rough.gap_law.rest

    def voltage(current: float) -> float:
        at_working = electrode_step(working, current, p_working)
        at_counter = -current * counter.resistance / conducting - WORK * p_counter
        return at_working + current * SEPARATOR / KAPPA - at_counter

    strip, plate, held = 40.0, -25.0, 60.0
    density = ssb.BodyForce("separator", lambda x: ufl.as_vector((0.0, -weight)))
    case = symmetric_cell(
        interfaces=(
            ssb.Interface(WORKING, kinetics=working),
            ssb.Interface(COUNTER, kinetics=counter),
        ),
        loads=ssb.Loads(body_forces=(density,)),
        protocol=(
            ssb.Preload(1.0),
            ssb.Rest(1.0),
            ssb.ConstantCurrent(strip, 1.0),
            ssb.ConstantCurrent(plate, 1.0),
            ssb.ConstantVoltage(voltage(held), 1.0),
        ),
    )
    done = march(
        case, watch=lambda cell: [facet_fields(s).p_contact for s in cell.surfaces.values()]
    )
    item, against = "Ohm and Butler-Volmer in one dimension", "root of a scalar equation"
    for name, pressures, expected in zip(
        (WORKING, COUNTER), done.seen[-1], (p_working, p_counter), strict=True
    ):
        error = np.max(np.abs(pressures / expected - 1))
        measured(item, f"relative error of the pressure on {name}", error, 1e-9, "weight above")
    at_rest, stripping, plating = done.series("voltage")[1:4]
    shift = -WORK * weight * SEPARATOR
    measured(
        item,
        "relative error of the voltage at rest",
        abs(at_rest / shift - 1),
        1e-9,
        "mechanical work, - Omega (p_working - p_counter) / F",
    )
    for found, current in ((stripping, strip), (plating, plate)):
        error = abs(found / voltage(current) - 1)
        measured(item, f"relative error of the voltage at {current:g} A/m2", error, 1e-9, against)
    error = abs(done.rows[-1]["current"] / held - 1)
    measured(item, "relative error of the current at a held voltage", error, 1e-9, against)


@pytest.mark.parametrize("held", [0.1, 1.0, 5.0])
def test_an_open_electrode_passes_nothing_and_shows_nothing(held: float) -> None:
    """The electrolyte below a lifted electrode has the potential of its far face.

    What regularises the law is ohmic, so that no overpotential makes a current of it.
    """
    law = ssb.ButlerVolmer(i_0=20 * A_per_m2)
    gap = ssb.FunctionGap(lambda x: np.full(x.shape[1], 1e-6))
    case = one_sided_cell(
        interfaces=(ssb.Interface(WORKING, kinetics=law, initial_gap=gap),),
        supports=rollers("bottom", "top", "left", "right"),
        fixture=None,
        protocol=(ssb.ConstantVoltage(held, 1.0),),
    )
    done = march(case)
    leak = law.conduction.rest * law.i_0 * held / THERMAL
    error = abs(done.rows[-1]["current"] / leak - 1)
    item = f"Lifted electrode at {held:g} V"
    assert done.rows[-1][f"current_open:{WORKING}"] == 1.0
    measured(item, "relative error of the leak", error, 1e-6, "1e-9 of the exchange current")
    measured(item, "current over the exchange current", leak / law.i_0, 1e-6, "zero")
    phi_e = part(done.cell.bodies["separator"], Ions).phi_e.function.x.array
    seen = largest(np.max(np.abs(phi_e), initial=0.0))
    measured(
        item, "potential of the electrolyte over that of the electrode", seen / held, 1e-8, "zero"
    )


def test_exponents_go_on_as_lines() -> None:
    """A current of 1e14 times the exchange current is beyond the exponential, and still solved."""
    law, current = ssb.ButlerVolmer(i_0=1e-10 * A_per_m2), 1e4
    newton = ssb.NewtonSettings(tolerance=1e-10, max_growth=1e100, max_iterations=60)
    case = one_sided_cell(
        interfaces=(ssb.Interface(WORKING, kinetics=law),),
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(current, 1e-3)),
        newton=newton,
    )
    found = march(case).rows[-1]["voltage"]
    expected = electrode_step(law, current, 30e6) + current * SEPARATOR / KAPPA
    assert law.alpha_a * overpotential(law, current) / THERMAL > EXPONENT_LIMIT
    measured(
        "Continued exponential",
        "relative error of the voltage",
        abs(found / expected - 1),
        1e-9,
        "root of a scalar equation",
    )


#: Half width of the insulating strip, half the distance from strip to strip, depth [m].
STRIP, PERIOD, DEPTH = 10e-6, 100e-6, 120e-6

#: Current density far from the strip [A/m2].
FAR = 10.0


@dataclass(frozen=True)
class Crowding:
    """Solution for an electrode that does not touch at x < STRIP.

    Attributes:
        facets: facets of the electrode.
        voltage: against the far face [V].
        peak: current density that the law gives at the very edge [A/m2].
    """

    facets: FacetFields
    voltage: float
    peak: float


def crowding(resistance: float, size: float) -> Crowding:
    """Solve for an area resistance Z [ohm m2] with cells of a size [m] at the edge of the strip."""
    geometry = ssb.Stack(
        frame=ssb.PlaneStrain(),
        width=PERIOD,
        layers=(ssb.Layer("negative", 20 * um), ssb.Layer("separator", DEPTH)),
        size_interface=0.4 * STRIP,
        size_bulk=2 * STRIP,
        refinements=(ssb.Refinement(WORKING, STRIP, size, 4 * size),),
    )
    conduction = ssb.GapConduction(rest=0.0)
    law = ssb.ButlerVolmer(i_0=THERMAL / resistance, conduction=conduction)
    gap = ssb.FunctionGap(lambda x: np.where(x[0] < STRIP * (1 - 1e-9), 1e-6, 0.0))
    case = one_sided_cell(
        geometry=geometry,
        interfaces=(ssb.Interface(WORKING, kinetics=law, initial_gap=gap),),
        supports=rollers("bottom", "top", "left", "right"),
        fixture=None,
        # so short that the growth does not matter
        protocol=(ssb.ConstantCurrent(FAR, 1e-6),),
        newton=ssb.NewtonSettings(tolerance=1e-9),
    )
    done = march(case)
    phi_e = part(done.cell.bodies["separator"], Ions).phi_e.function
    x, y = phi_e.function_space.tabulate_dof_coordinates().T[:2]
    at_edge = np.hypot(x - STRIP, y - geometry.levels[1]) < 1e-3 * size
    lowest = -largest(np.max(-phi_e.x.array[at_edge], initial=-np.inf))
    voltage = done.rows[-1]["voltage"]
    facets = facet_fields(done.cell.surfaces[WORKING])
    return Crowding(facets, voltage, (voltage - lowest) / resistance)


def half_space(x: Floats) -> Floats:
    """Return the integral of the primary current density beside a strip, from its edge to x."""
    return FAR * np.sqrt(np.maximum(x**2 - STRIP**2, 0.0))


def periodic(x: Floats) -> Floats:
    """Return the same for strips side by side: the sines map the half period onto a half-space."""
    s, edge = np.cos(0.5 * np.pi * x / PERIOD), math.cos(0.5 * math.pi * STRIP / PERIOD)
    return FAR * (2 * PERIOD / math.pi) * np.arccos(np.clip(s / edge, -1.0, 1.0))


def test_primary_current_beside_an_insulating_strip() -> None:
    """Without charge-transfer resistance the current at the edge is singular."""
    resistance = 1e-4 * STRIP / KAPPA
    solved = crowding(resistance, 0.02 * STRIP)
    facets = solved.facets
    left, right = facets.ends
    item = "Primary current beside an insulating strip"
    on_strip = right < STRIP * (1 + 1e-9)
    leak = np.max(np.abs(facets.i_normal[on_strip])) / FAR
    measured(item, "largest current on the strip, over the far one", leak, 1e-9, "zero")
    assert np.all(facets.gap[on_strip] > 0.0)

    away = left > 1.1 * STRIP
    for integral, against in (
        (half_space, "strip on a half-space, x / sqrt(x^2 - a^2)"),
        (periodic, "periodic strips, by conformal mapping"),
    ):
        exact = (integral(right[away]) - integral(left[away])) / facets.area[away]
        error = np.max(np.abs(facets.i_normal[away] / exact - 1))
        measured(item, "largest relative error beyond 1.1 a", error, 0.02, against)
    # the strip adds the resistance of the current lines that it bends
    spreading = (2 * PERIOD / math.pi) * -math.log(math.cos(0.5 * math.pi * STRIP / PERIOD))
    expected = FAR * (DEPTH + spreading) / KAPPA
    bare = FAR * DEPTH / KAPPA
    error = abs((solved.voltage - bare) / (expected - bare) - 1)
    measured(item, "relative error of the added resistance", error, 0.02, "conformal mapping")


def boundary_solution(resistance: float, modes: int = 400) -> Callable[[Floats], Floats]:
    r"""Return the current density on the electrode as a function of x, by a boundary integral.

    On the surface of a deep cell of half period W the potential is the integral of the current with
    the kernel :math:`-\ln(2 |\cos(\pi x / W) - \cos(\pi x' / W)|) / (\pi \kappa)`, and the
    electrode takes up :math:`i Z = \phi_s - \phi_e`. With :math:`\cos(\pi x / W) = c + d
    \cos\theta` the kernel turns :math:`\cos n \theta` into itself over n, so that for
    :math:`i \, dx = \sum_n J_n \cos n \theta \, d\theta` collocation gives J and the potential.
    """
    edge = math.cos(math.pi * STRIP / PERIOD)
    c, d = 0.5 * (edge - 1), 0.5 * (edge + 1)
    theta = (np.arange(modes) + 0.5) * np.pi / modes
    n = np.arange(modes)
    cosines = np.cos(np.outer(theta, n))
    potentials = cosines / (KAPPA * np.maximum(n, 1))
    potentials[:, 0] = 0.0
    x = PERIOD / np.pi * np.arccos(c + d * np.cos(theta))
    stretch = PERIOD / np.pi * d * np.sin(theta) / np.sin(np.pi * x / PERIOD)
    matrix = np.zeros((modes + 1, modes + 1))
    matrix[:-1, :-1] = resistance * cosines + stretch[:, None] * potentials
    matrix[:-1, -1] = -stretch
    matrix[-1, 0] = np.pi
    right = np.zeros(modes + 1)
    right[-1] = FAR * PERIOD
    solution = np.linalg.solve(matrix, right)

    def current(x: Floats) -> Floats:
        angle = np.arccos(np.clip((np.cos(np.pi * x / PERIOD) - c) / d, -1.0, 1.0))
        phi_e = (np.cos(np.multiply.outer(angle, n[1:])) / n[1:]) @ solution[1:-1] / KAPPA
        return (solution[-1] - phi_e) / resistance

    return current


def test_secondary_current_has_a_finite_peak_at_the_edge() -> None:
    """Charge-transfer resistance caps the current at the edge of the strip."""
    resistance = 0.1 * STRIP / KAPPA
    reference = boundary_solution(resistance)
    item, against = "Secondary current, kappa Z / a = 0.1", "boundary integral"
    sizes, peaks, errors = [0.04, 0.02, 0.01], [], []
    for size in sizes:
        solved = crowding(resistance, size * STRIP)
        points, weights = np.polynomial.legendre.leggauss(4)
        x = solved.facets.x[:, None] + 0.5 * solved.facets.area[:, None] * points
        touching = solved.facets.x > STRIP
        exact = reference(x[touching]) @ weights / 2
        errors.append(np.max(np.abs(solved.facets.i_normal[touching] / exact - 1)))
        peaks.append(solved.peak)
    peak = float(reference(np.array([STRIP]))[0])
    steps = np.abs(np.diff(peaks)) / peak
    measured(item, "change of the peak from second to third mesh", steps[1], 0.01, "second mesh")
    error = abs(peaks[-1] / peak - 1)
    measured(
        item, f"relative error of the peak, {peak / FAR:.3f} far currents", error, 0.02, against
    )
    measured(item, "largest relative error of a facet, third mesh", errors[-1], 0.02, against)
    assert steps[1] < 0.7 * steps[0]
    assert np.all(observed_orders(sizes, errors) > 0.6)
