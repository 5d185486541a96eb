# SPDX-License-Identifier: BSD-3-Clause
"""The lithium laws in uniaxial tests: rate, temperature, hardening, relaxation, length of steps.

A cylinder between a fixed and a driven platen without friction, or under pressure: the state is
uniform, so that a handful of cells gives the answer of the law itself, elasticity and flow
together. A law enters through its material alone; both go through the same code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from mpi4py import MPI

import numpy as np
import pytest
import ufl
from dolfinx import fem, mesh

import ssbmech as ssb
from ssbmech import library
from ssbmech._compat import compile_expression
from ssbmech.constants import GAS_CONSTANT
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.material import Material
from ssbmech.model.conditions import symbolic
from tests.parts import first_region
from tests.single_body import COMM, Rectangle
from tests.tools import March, march, measured

pytestmark = pytest.mark.serial

# on purpose beyond the temperatures at which the numbers were measured
EXTRAPOLATED = pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")

MASIAS = library.by_name("lithium_masias2019")
LEPAGE = library.by_name("lithium_lepage2019")
ANAND = library.by_name("lithium_anand_narayan2019")
HEIGHT = 10e-6
MPA = 1e6


def uniaxial(material: Material, temperature: float, steps: Sequence[float], **changes) -> March:
    """March a cylinder of material through time steps, free at its side."""
    return march(
        ssb.Case(
            name="uniaxial",
            geometry=Rectangle(
                frame=ssb.Axisymmetric(), width=HEIGHT / 2, height=HEIGHT, columns=2, rows=2
            ),
            bodies=(ssb.Body.single("body", material),),
            # a uniform state, whatever the strain
            limits=ssb.Limits.off(),
            supports=(ssb.Roller("left"), ssb.Roller("bottom")),
            temperature=temperature,
            protocol=(ssb.Rest(float(np.sum(steps))),),
            step_control=ssb.PrescribedSteps(list(steps)),
            **changes,
        )
    )


def pulled(strain: Callable[[float], float]) -> ssb.DrivenPlaten:
    """Return a platen that imposes an engineering strain against time; negative compresses."""
    return ssb.DrivenPlaten(lambda time: HEIGHT * strain(time))


def stress(result: March) -> np.ndarray:
    """Return the axial stress on the platen after each step, tension positive [Pa]."""
    return -result.series("p_stack")


def strain(result: March) -> np.ndarray:
    """Return the engineering strain after each step."""
    return result.series("thickness_stack") / HEIGHT - 1


# ------------------------------------------------------------------------------------------------
# Anand-Narayan: flow stress against rate, temperature and strain


class Anand:
    """Closed form of the Anand-Narayan law at a constant creep rate and temperature."""

    def __init__(self, rate: float, temperature: float) -> None:
        flow = ANAND.solid.flow
        thermal = math.exp(-flow.activation_energy / (GAS_CONSTANT * temperature))
        reduced = rate / (flow.rate * thermal)
        self.factor = reduced**flow.rate_sensitivity
        self.first = flow.resistance_initial
        self.last = flow.resistance_saturation * reduced**flow.saturation_exponent
        self.hardening = flow.hardening
        assert flow.hardening_exponent == 2.0  # for which dS/d(strain) has a closed integral

    def stress(self, creep: np.ndarray | float) -> np.ndarray | float:
        """Return the flow stress at a creep strain [Pa]."""
        distance = 1 - self.first / self.last
        distance /= 1 + distance * self.hardening * creep / self.last
        return self.factor * self.last * (1 - distance)


# published constants evaluated by hand: initial and saturated flow stress [MPa]
TABLE = {
    (298.15, 3e-5): (0.378, 0.585),
    (298.15, 3e-3): (0.754, 1.470),
    (333.15, 3e-5): (0.299, 0.428),
    (333.15, 3e-3): (0.596, 1.074),
    (353.15, 3e-5): (0.267, 0.368),
    (353.15, 3e-3): (0.532, 0.923),
    (373.15, 3e-5): (0.241, 0.321),
    (373.15, 3e-3): (0.481, 0.807),
}


@EXTRAPOLATED
def test_anand_narayan_flow_stress_at_two_rates_and_four_temperatures() -> None:
    """Initial and saturated flow stress at a constant rate of strain.

    The first is read when the elastic strain has stopped rising and hardening has hardly begun.
    The resistance nears saturation with one over the strain: it takes "strains" of a hundred,
    which only a small-strain code can apply.
    """
    worst = {"initial": 0.0, "saturated": 0.0}
    for (temperature, rate), (first, last) in TABLE.items():
        law = Anand(rate, temperature)
        assert law.stress(0.0) == pytest.approx(first * MPA, abs=500)
        assert law.stress(math.inf) == pytest.approx(last * MPA, abs=500)
        loading = law.stress(0.0) / ANAND.solid.elastic.young
        settled = loading + 4e-4
        strains = [loading, settled / 2, settled, 0.01, 0.3, 10, 100, 300]
        steps = np.diff(strains, prepend=0.0) / rate
        pull = pulled(lambda time, rate=rate: rate * time)
        found = stress(uniaxial(ANAND, temperature, steps, fixture=pull))
        worst["initial"] = max(worst["initial"], abs(found[2] / law.stress(0.0) - 1))
        worst["saturated"] = max(worst["saturated"], abs(found[-1] / law.stress(math.inf) - 1))
    for label, error in worst.items():
        item = "Anand-Narayan lithium, 3e-5 and 3e-3 1/s, 25 to 100 degC"
        measured(item, f"largest error of the {label} flow stress", error, 1e-2, "closed form")


def test_anand_narayan_hardens_with_strain() -> None:
    rate, temperature = 3e-3, 298.15
    law = Anand(rate, temperature)
    strains = np.append([5e-5, 1e-4], np.geomspace(3e-4, 3.0, 120))
    steps = np.diff(strains, prepend=0.0) / rate
    result = uniaxial(ANAND, temperature, steps, fixture=pulled(lambda time: -rate * time))
    found = -stress(result)[4:]
    exact = law.stress(strains[4:] - found / ANAND.solid.elastic.young)
    assert found[-1] > 1.5 * found[0]
    error = float(np.max(np.abs(found / exact - 1)))
    item = "Anand-Narayan lithium, compression at 3e-3 1/s, 25 degC"
    measured(item, "largest error of the stress up to a strain of 3", error, 1e-2, "closed form")


# ------------------------------------------------------------------------------------------------
# Norton: creep rate against stress and temperature


def norton_rate(material: Material, stress: float, temperature: float) -> float:
    """Return the creep rate of Norton's law with an Arrhenius factor [1/s]."""
    flow = material.solid.flow
    shift = 1 / temperature - 1 / flow.reference_temperature
    thermal = math.exp(-flow.activation_energy / GAS_CONSTANT * shift)
    return flow.rate * thermal * (stress / flow.stress) ** flow.exponent


def creep_rates(
    material: Material,
    temperature: float,
    stresses: Sequence[float],
    law: Callable[[Material, float, float], float] = norton_rate,
) -> np.ndarray:
    """Return the rate at which the cylinder is stretched by each of several stresses [1/s].

    Each stress acts for two steps, in which it strains by about a thousandth by the law; in the
    second one the elastic strain does not change.
    """
    dt = np.array([1e-3 / law(material, stress, temperature) for stress in stresses])
    steps = np.repeat(dt, 2)
    ends = np.cumsum(np.add.reduceat(steps, np.arange(0, len(steps), 2)))

    def pressure(time: float) -> float:
        return -stresses[int(np.searchsorted(ends, time * (1 - 1e-9)))]

    loads = ssb.Loads(face_pressures=(ssb.FacePressure("top", pressure),))
    result = uniaxial(material, temperature, steps, loads=loads)
    return np.diff(strain(result))[::2] / dt


def test_masias_creep_line() -> None:
    """The seven published rates at 26 degC, and the line through their logarithms."""
    stresses = np.array([0.200, 0.301, 0.396, 0.400, 0.400, 0.400, 0.600])
    published = [2.00e-7, 4.95e-6, 1.58e-5, 1.34e-5, 1.36e-5, 1.72e-5, 3.89e-4]
    slope, intercept = np.polyfit(np.log(stresses), np.log(published), 1)
    distinct = np.unique(stresses)
    found = creep_rates(MASIAS, 299.15, list(distinct * MPA))
    item = "lithium of Masias et al. in tension, 26 degC, 0.2 to 0.6 MPa"
    power_law = [norton_rate(MASIAS, s * MPA, 299.15) for s in distinct]
    error = float(np.max(np.abs(found / power_law - 1)))
    measured(item, "largest error of the creep rate", error, 1e-5, "power law")
    line = np.exp(intercept + slope * np.log(distinct))
    error = float(np.max(np.abs(found / line - 1)))
    measured(item, "largest error of the creep rate", error, 1e-2, "line through seven tests")


@EXTRAPOLATED
@pytest.mark.parametrize("material", [MASIAS, LEPAGE], ids=["masias", "lepage"])
def test_creep_rate_follows_temperature(material: Material) -> None:
    worst = 0.0
    for temperature in (298.15, 333.15, 353.15, 373.15):
        found = creep_rates(material, temperature, [0.4 * MPA, 0.8 * MPA])
        exact = [norton_rate(material, s * MPA, temperature) for s in (0.4, 0.8)]
        worst = max(worst, float(np.max(np.abs(found / exact - 1))))
    item = f"{material.name}, 25 to 100 degC"
    measured(item, "largest error of the creep rate", worst, 1e-5, "power law and Arrhenius factor")


@EXTRAPOLATED
def test_lepage_rates_are_those_of_the_published_strength() -> None:
    """Rate = [exp(-Q / (6.55 R T)) stress / (3e5 Pa s^(1/6.55))]^6.55, to the two digits known."""
    evaluated = {298.0: (2.2e-6, 2.0e-4), 333.0: (1.0e-5, 9.7e-4), 353.0: (2.2e-5, 2.1e-3)}
    for temperature, rates in evaluated.items():
        found = creep_rates(LEPAGE, temperature, [0.4 * MPA, 0.8 * MPA])
        assert found == pytest.approx(rates, rel=0.05)


def test_stress_relaxes_after_a_step_of_strain() -> None:
    """At constant strain, d(stress)/dt = -E rate(stress), which has a closed form.

    In tension, and in compression with half the time steps.
    """
    law, held = LEPAGE.solid, 2e-4
    n, young = law.flow.exponent, law.elastic.young
    first = young * held
    speed = (n - 1) * young * norton_rate(LEPAGE, first, 298.15) / first
    errors = []
    for sign, count in ((1.0, 250), (-1.0, 500)):
        steps = np.diff(np.geomspace(1e-6, 1e5, count), prepend=0.0) / speed
        pull = pulled(lambda time, sign=sign: sign * held)
        result = uniaxial(LEPAGE, 298.15, steps, fixture=pull)
        exact = first * (1 + speed * result.series("time")) ** (-1 / (n - 1))
        errors.append(float(np.max(np.abs(sign * stress(result) / exact - 1))))
        assert exact[-1] < 0.2 * first
    item, against = "Norton lithium held at a strain", "closed form over eleven decades of time"
    measured(item, "largest error of the relaxing stress", errors[-1], 1e-2, against)
    assert errors[1] < 0.6 * errors[0]  # backward Euler is of the first order


# ------------------------------------------------------------------------------------------------
# Both laws


def backward_euler(material: Material, held: float, dt: float, temperature: float) -> float:
    """Return the uniaxial stress after one implicit step to a strain, by bisection [Pa]."""
    law = material.solid
    young, flow = law.elastic.young, law.flow

    def resistance(creep: float, log_rate: float) -> float:
        """Return S at the end of the step: S = S0 + H0 |1 - S/Ss|^a sign(1 - S/Ss) creep."""
        last = flow.resistance_saturation * math.exp(flow.saturation_exponent * log_rate)

        def excess(s: float) -> float:
            x = 1 - s / last
            return s - flow.resistance_initial - flow.hardening * abs(x) ** 2 * np.sign(x) * creep

        return bisect(excess, *sorted((flow.resistance_initial, last)))

    def imbalance(q: float) -> float:
        """Return creep strain by the law minus creep strain by the elastic stress."""
        if material is not ANAND:
            return norton_rate(material, q, temperature) * dt - (held - q / young)
        creep = held - q / young
        log_rate = (
            math.log(creep / dt / flow.rate) + flow.activation_energy / GAS_CONSTANT / temperature
        )
        needed = resistance(creep, log_rate) * math.exp(flow.rate_sensitivity * log_rate)
        return q - needed

    return bisect(imbalance, 1e-12 * young * held, (1 - 1e-15) * young * held)


def bisect(f: Callable[[float], float], low: float, high: float) -> float:
    """Return a root of a function that rises through zero between two numbers."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if f(middle) > 0 else (middle, high)
    return 0.5 * (low + high)


@pytest.mark.parametrize("material", [LEPAGE, ANAND], ids=["norton", "anand"])
def test_one_step_of_any_length_obeys_the_law(material: Material) -> None:
    """From a picosecond, all elastic, to thirty thousand years, all but a little relaxed."""
    held, worst = 1e-3, 0.0
    young = material.solid.elastic.young
    for dt in (1e-12, 0.1, 1e4, 1e12):
        found = stress(uniaxial(material, 298.15, [dt], fixture=pulled(lambda time: held)))[0]
        worst = max(worst, abs(found / backward_euler(material, held, dt, 298.15) - 1))
        assert 0.0 < found < young * held * (1 + 1e-9)
    item = f"{material.name}, one implicit step of 1e-12 to 1e12 s"
    measured(item, "largest error of the stress", worst, 1e-6, "the step's equation, by bisection")


@pytest.mark.parametrize("material", [LEPAGE, ANAND], ids=["norton", "anand"])
def test_hydrostatic_pressure_gives_no_flow(material: Material) -> None:
    pressure = 100 * MPA
    result = uniaxial(
        material,
        298.15,
        [1.0, 1e4, 1e6],
        fixture=ssb.Isostatic(preload=pressure),
        scales=ssb.Scales(stress=pressure),
    )
    (body,) = result.cell.bodies.values()
    creep = first_region(body).history.committed["strain_creep"].x.array
    largest = COMM.allreduce(float(np.max(np.abs(creep), initial=0.0)), op=MPI.MAX)
    item = f"{material.name} under 100 MPa from all sides, 11 days"
    measured(item, "largest creep strain", largest, 1e-12, "none")
    exact = -pressure / (3 * material.solid.elastic.bulk)
    error = float(np.max(np.abs(strain(result) / exact - 1)))
    measured(item, "error of the elastic strain", error, 1e-7, "p / 3K")
    assert result.series("von_mises_max:body").max() < 1e-6 * pressure


@pytest.mark.parametrize("material", [LEPAGE, ANAND], ids=["norton", "anand"])
def test_flow_is_solved_for_any_state(material: Material) -> None:
    """The equations of a step hold to rounding at random stresses, steps, temperatures and states.

    A step of a law with hardening is solved for strains up to a tenth; beyond, it stays finite.
    """
    count, shear = 4000, material.solid.elastic.shear
    line = mesh.create_interval(COMM, count, [0.0, 1.0])
    space = fem.functionspace(line, ("DG", 0))
    random = np.random.default_rng(1)

    def scattered(low: float, high: float) -> fem.Function:
        field = fem.Function(space)
        field.x.array[:] = np.exp(random.uniform(np.log(low), np.log(high), field.x.array.size))
        return field

    q_trial, dt, temperature = scattered(1.0, 1e13), scattered(1e-9, 1e9), scattered(200.0, 450.0)
    old = scattered(0.5 * MPA, 3.0 * MPA)
    law = material.solid.flow
    around = Surroundings(dt, temperature)
    shear_constant = fem.Constant(line, shear)
    flow = symbolic(law, line).flow(q_trial, shear_constant, {"flow_resistance": old}, around)
    values = ufl.as_vector([flow.ratio, flow.increment, *flow.state.values()])
    expression = compile_expression(values, np.array([[0.5]]))
    owned = line.topology.index_map(1).size_local
    table = expression.eval(line, np.arange(owned, dtype=np.int32)).reshape(owned, -1)
    assert np.all(np.isfinite(table))
    q_0, dt_0, t_0, s_0 = (f.x.array[:owned] for f in (q_trial, dt, temperature, old))
    ratio, increment = table[:, 0], table[:, 1]
    balance = ratio + 3 * shear * increment / q_0 - 1
    thermal = np.exp(-law.activation_energy / GAS_CONSTANT / t_0)
    if material is ANAND:
        last = table[:, 2]
        rate = law.rate * thermal * (ratio * q_0 / last) ** (1 / law.rate_sensitivity)
        saturation = (
            law.resistance_saturation * (rate / law.rate / thermal) ** law.saturation_exponent
        )
        x = 1 - last / saturation
        hardening = law.hardening * np.abs(x) ** law.hardening_exponent * np.sign(x) * increment
        usual = q_0 < 3 * shear * 0.1
        errors = [balance[usual], ((last - s_0 - hardening) / last)[usual]]
    else:
        thermal *= np.exp(law.activation_energy / GAS_CONSTANT / law.reference_temperature)
        rate = law.rate * thermal * (ratio * q_0 / law.stress) ** law.exponent
        errors = [balance]
    flowed = increment > 1e-300
    errors.append((rate * dt_0 / np.maximum(increment, 1e-300) - 1)[flowed & (ratio < 0.999999)])
    for error in errors:
        assert np.max(np.abs(error), initial=0.0) < 1e-8
