# SPDX-License-Identifier: BSD-3-Clause
r"""Energy balance of a whole run, with creep, a bond that breaks, heating, charge and discharge.

The weak momentum balance, tested with the velocity, is a balance of powers. In it the gap changes
by displacements and by stripped metal, :math:`[v] \cdot n = \dot g - \dot s`, and a pressure does
no work on a gap, :math:`p_c \dot g = 0`. With the outward displacement d of the platen,

.. math::
    -P A \dot d = \dot W_{el} + \int q \dot\varepsilon^c + \int \sigma : \alpha I \dot T
    + \int \sigma_{ij} \Omega_{ij} \dot c + \dot W_b + D_b + \int p_c \dot s

Charge and lithium balances, tested with the potentials, say that the drive is spent likewise, for
:math:`\int (\mu + F U + \Omega_{ij} \sigma_{ij}) \dot c = 0`:

.. math::
    V I = -\int F U \dot c - \int \sigma_{ij} \Omega_{ij} \dot c - \int p_c \dot s
    + \int M |\nabla \mu|^2 + \int i \eta + \int \kappa |\nabla \phi_e|^2

What one balance gives the other takes: swelling against stress, plating against pressure.
`tests/energies.py` has each term from its closed form. Integrals over time follow the trapezoidal
rule, so that what is missing is the error of the time steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.time_scheme import SecondOrder
from ssbmech.materials.host import ArrheniusDiffusivity
from ssbmech.materials.material import Material
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.units import A_per_m2, J_per_m2, MPa, MPa_per_um, celsius, um
from tests.elastic_cell import COUNTER as POSITIVE
from tests.elastic_cell import WORKING as NEGATIVE
from tests.elastic_cell import gather, rollers
from tests.energies import AT_START, Energies
from tests.parts import Bond
from tests.tools import March, march, measured

Terms = Mapping[str, float]
Floats = npt.NDArray[np.float64]

FINE: Final = 32
"""Time steps in each step of the protocol."""

CLOSES: Final = 1e-3
"""Energy that may be missing over that which is stored and dissipated: the time steps leave 3e-4
of the mechanical and 4e-4 of the electric energy."""

ORDER: Final = 1.5
"""Least order of what is missing: creep is of second order, but contents, bonds and growth are of
first order with small constants."""

ITEM: Final = "Creeping, bonded, heated cell, charged and discharged"

pytestmark = [
    pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning"),
    # a hundred steps of a cell so small that more ranks only wait for each other
    pytest.mark.serial,
]


def hard_lithium() -> Material:
    """Return lithium that bears 40 times the stress, so that elastic energies matter."""
    metal = library.by_name("lithium_lepage2019")
    assert isinstance(metal.solid, ElasticViscoplastic)
    assert isinstance(metal.solid.flow, NortonFlow)
    return replace(metal, solid=replace(metal.solid, flow=metal.solid.flow.with_strength(40.0)))


def fast_host() -> Material:
    """Return NMC811 with fast diffusion, so that its losses do not drown all others."""
    oxide = library.by_name("nmc811")
    assert oxide.host is not None
    fast = ArrheniusDiffusivity(d_0=1e-12, activation_energy=9977.0)
    return replace(oxide, host=replace(oxide.host, diffusivity=fast))


def later_longer(duration: float, steps: int) -> list[float]:
    """Return time steps that grow from the start on, where potentials change fastest [s]."""
    return list(map(float, np.diff(duration * (np.arange(steps + 1) / steps) ** 1.75)))


def disc(steps: int) -> ssb.Case:
    """Return a disc with a free rim, heated while it is charged, then discharged by a third.

    The oxide shrinks against the electrolyte, and its bond softens and breaks from the rim inwards.
    """
    layers = (
        ssb.Layer("negative", 5 * um),
        ssb.Layer("separator", 10 * um),
        ssb.Layer("positive", 6 * um),
    )
    kinetics = ssb.ButlerVolmer(i_0=500 * A_per_m2)
    bond = ssb.BilinearCohesion(strength=30 * MPa, toughness=0.6 * J_per_m2)
    charge, back = ssb.ConstantCurrent(10.0, 300.0), ssb.ConstantCurrent(-10.0, 100.0)
    return ssb.Case(
        name="balance",
        geometry=ssb.Stack(
            frame=ssb.Axisymmetric(),
            width=20 * um,
            layers=layers,
            size_interface=2.5 * um,
            size_bulk=5 * um,
        ),
        bodies=(
            ssb.Body.single("negative", hard_lithium()),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", fast_host(), content=0.45),
        ),
        interfaces=(
            ssb.Interface(NEGATIVE, kinetics=kinetics),
            ssb.Interface(POSITIVE, kinetics=kinetics, adhesion=bond),
        ),
        supports=rollers("bottom", "left"),
        fixture=ssb.Spring(preload=20 * MPa, spring_stiffness=1 * MPa_per_um),
        electrodes=ssb.Electrodes(working=POSITIVE, counter=NEGATIVE),
        protocol=(
            ssb.Preload(1.0),
            ssb.Under(charge, ssb.TemperatureRamp(AT_START, celsius(60))),
            back,
        ),
        step_control=ssb.PrescribedSteps(
            [
                *([1.0 / steps] * steps),
                *later_longer(charge.duration, steps),
                *later_longer(back.duration, steps),
            ],
            scheme=SecondOrder(),
        ),
        scales=ssb.Scales(stress=10 * MPa),
        newton=ssb.NewtonSettings(tolerance=1e-10, max_growth=1e6),
    )


@cache
def run_of(steps: int) -> March:
    """Return a run with so many time steps in each step of the protocol."""
    return march(disc(steps), watch=Energies())


class History:
    """What a run has measured, integrated over time."""

    def __init__(self, run: March) -> None:
        self.seen = run.seen
        self.dt = run.series("time_step")
        current = run.series("current")
        # the drive jumps at the beginning of the step in which another current has come
        self.jumps = abs(np.diff(current, prepend=0.0)) > 1.0

    def course(self, name: str, start: float = 0.0) -> Floats:
        """Return the values of an instant, with that at the very start."""
        return np.array([start, *(each[name] for each in self.seen)])

    def over_time(self, name: str, driven: bool = False) -> float:
        """Return the integral of a power [J]; a driven one jumps with the current."""
        values = self.course(name)
        before = np.where(self.jumps, values[1:], values[:-1]) if driven else values[:-1]
        return float(0.5 * (before + values[1:]) @ self.dt)

    def against(self, force: str, path: str, start: float = 0.0) -> float:
        """Return the work of a force along a path, which has a value at the start [J]."""
        values = self.course(force)
        return float(0.5 * (values[1:] + values[:-1]) @ np.diff(self.course(path, start)))

    def sum(self, name: str) -> float:
        """Return the sum of the works of all steps [J]."""
        return float(sum(each[name] for each in self.seen))

    def last(self, name: str) -> float:
        """Return an energy at the end [J]."""
        return float(self.seen[-1][name])


def mechanical(run: March) -> Terms:
    """Return the mechanical energies, what comes in as positive [J]."""
    energy = History(run)
    return {
        "work of the fixture": -energy.against("force", "travel"),
        "work of plating": -energy.sum("plating"),
        "work of swelling": -energy.sum("swelling"),
        "work of expansion": -energy.against("expansion", "temperature", AT_START),
        "elastic energy": -energy.last("elastic"),
        "energy in the bond": -energy.last("bonded"),
        "spent on the bond": -energy.last("broken"),
        "spent on creep": -energy.over_time("creep"),
    }


def electrical(run: March) -> Terms:
    """Return the electric energies, what comes in as positive [J]."""
    energy = History(run)
    return {
        "work of the drive": energy.over_time("power", driven=True),
        "open-circuit energy": -energy.sum("open_circuit"),
        "work of swelling": energy.sum("swelling"),
        "work of plating": energy.sum("plating"),
        "spent on charge transfer": -energy.over_time("transfer", driven=True),
        "spent in the electrolyte": -energy.over_time("ohmic", driven=True),
        "spent on diffusion": -energy.over_time("diffusion"),
    }


def both(run: March) -> Terms:
    """Return all energies; what the drive gives to the mechanics is within [J]."""
    one, other = mechanical(run), electrical(run)
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in {**one, **other}}


KEPT: Final = ("elastic energy", "energy in the bond", "spent")
"""Beginnings of the names of what is stored and dissipated, beside open-circuit energy."""

BALANCES: Final = {"mechanical": mechanical, "electric": electrical, "whole": both}


def missing(terms: Terms) -> float:
    """Return what is missing over what is stored and dissipated, without open-circuit energy."""
    return sum(terms.values()) / sum(abs(terms[k]) for k in terms if k.startswith(KEPT))


@pytest.mark.parametrize("kind", BALANCES)
def test_energy_that_comes_in_is_stored_or_dissipated(kind: str) -> None:
    balance: Callable[[March], Terms] = BALANCES[kind]
    fine, coarse = (abs(missing(balance(run_of(steps)))) for steps in (FINE, FINE // 4))
    measured(ITEM, f"{kind} energy missing over that stored and dissipated", fine, CLOSES, "zero")
    short_of = ORDER - math.log(coarse / fine) / math.log(4)
    what = f"{kind} energy missing: order in the time step short of {ORDER}"
    measured(ITEM, what, short_of, 0.0, "time scheme")


@pytest.mark.parametrize("kind", ["mechanical", "electric"])
def test_no_term_can_be_left_out_of_the_balance(kind: str) -> None:
    terms = BALANCES[kind](run_of(FINE))
    size = sum(abs(terms[k]) for k in terms if k.startswith(KEPT))
    without = {left_out: abs(sum(terms.values()) - terms[left_out]) / size for left_out in terms}
    assert {name: value for name, value in without.items() if value < 10 * CLOSES} == {}


def test_what_is_to_happen_does() -> None:
    """The bond is broken at the rim, softened within and whole at the centre; lithium creeps."""
    run = run_of(FINE)
    last = run.rows[-1]
    assert last["temperature"] == pytest.approx(333.15)
    (bond,) = run.cell.surfaces[POSITIVE].parts.find(Bond)
    damages = gather(bond.damages())
    assert damages.max() > 1 - 1e-9
    assert damages.min() < 1e-9
    assert np.any((damages > 0.2) & (damages < 0.9))
    creep_to_elastic = last["strain_max:negative"] * hard_lithium().solid.stiffness / 20e6
    assert creep_to_elastic > 3.0
