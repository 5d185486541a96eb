# SPDX-License-Identifier: BSD-3-Clause
"""Thermodynamics of hot cells with bonds: Maxwell's relation, a reversible cycle, reciprocity.

They follow from no equation of the model alone: stress, swelling, potential, thermal strain and
bonds have to be of one free energy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import pytest
import ufl
from dolfinx import fem

import ssbmech as ssb
from ssbmech import library
from ssbmech._compat import compile_form
from ssbmech.library.interfaces import nmc811_li6ps5cl
from ssbmech.model.cell import CellModel
from ssbmech.units import A_per_m2, J_per_m2, MPa, celsius, um
from tests.elastic_cell import METAL, rollers, stack_of
from tests.tools import march, measured

INTERFACE = "particle|matrix"
HOT = celsius(60)
SMALL = 0.01
"""Current density, for 1000 s, that moves the content by 0.0016 [A/m2]."""

FOR_EVER = 1e10
"""Time in which lithium comes to rest in a particle, in one step [s]."""

pytestmark = [pytest.mark.serial, pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")]


@dataclass(frozen=True)
class AtRest:
    """A particle in its matrix at equilibrium.

    Attributes:
        voltage: potential of the particle [V].
        volume: what has come in from outside through the outer face, negative [m3].
        charge: charge taken out of the particle [C].
    """

    voltage: float
    volume: float
    charge: float


def volume_gained(cell: CellModel) -> float:
    """Return the volume that the outer face of the matrix has swept [m3]; collective."""
    body = cell.bodies["matrix"]
    normal = ufl.FacetNormal(body.mesh.mesh)
    form = ufl.dot(body.u.function, normal) * body.ds(body.mesh.faces["outer"])
    swept = fem.assemble_scalar(compile_form(form, None))
    return float(cell.comm.allreduce(swept, op=MPI.SUM))


def particle(pressure: float, current: float) -> AtRest:
    """Return the equilibrium under a pressure [Pa], after 1000 s of a current density [A/m2].

    The particle sits in a bonded shell that was made at 25 degC and is run at 60 degC.
    """
    case = ssb.Case(
        name="hot_particle",
        geometry=ssb.Inclusion(
            frame=ssb.Axisymmetric(),
            radius=4 * um,
            outer_radius=8 * um,
            size=1 * um,
            coarsening=2.0,
        ),
        bodies=(
            ssb.Body.single("particle", library.by_name("nmc811"), content=0.55),
            ssb.Body.single("matrix", library.by_name("li6ps5cl")),
        ),
        interfaces=(
            ssb.Interface(
                INTERFACE,
                kinetics=nmc811_li6ps5cl(),
                # so strong that nothing is lost
                adhesion=ssb.BilinearCohesion(strength=2000 * MPa, toughness=1000 * J_per_m2),
            ),
        ),
        supports=rollers("left", "bottom"),
        loads=ssb.Loads(
            face_pressures=(ssb.FacePressure("outer", lambda time: pressure),),
            face_potentials=(ssb.FacePotential("outer", lambda x: 0 * x[0]),),
        ),
        electrodes=ssb.Electrodes(working=INTERFACE),
        protocol=(
            ssb.Under(ssb.Rest(1.0), HOT),
            ssb.ConstantCurrent(current, 1000.0) if current else ssb.Rest(1000.0),
            ssb.Rest(FOR_EVER),
        ),
        step_control=ssb.PrescribedSteps([]),
        scales=ssb.Scales(stress=10 * MPa),
        newton=ssb.NewtonSettings(tolerance=1e-11, max_growth=1e6),
    )
    done = march(case, watch=volume_gained)
    assert done.rows[-1]["temperature"] == pytest.approx(333.15)
    return AtRest(done.rows[-1]["voltage"], done.seen[-1], done.cell.circuit.passed[INTERFACE])


@pytest.mark.parametrize(("middle", "more"), [(30e6, 5e6), (2e6, 1e6)], ids=["pressed", "pulled"])
def test_maxwell_relation_of_a_hot_bonded_particle(middle: float, more: float) -> None:
    """The voltage rises with the pressure as the volume grows with the charge: dG is exact.

    The matrix expands more than the particle: under little pressure the bond is in tension.
    """
    low, high = particle(middle - more, 0.0), particle(middle + more, 0.0)
    emptier, fuller = particle(middle, SMALL), particle(middle, -SMALL)
    by_pressure = (high.voltage - low.voltage) / (2 * more)
    by_charge = (emptier.volume - fuller.volume) / (emptier.charge - fuller.charge)
    # a host that shrinks on charging: pressure helps to charge it
    assert by_charge < 0.0
    item = f"Hot particle in a bonded matrix under {middle / 1e6:g} MPa"
    error = abs(by_pressure / by_charge - 1)
    measured(item, "Maxwell relation, relative difference", error, 1e-3, "dV/dP = dVolume/dQ")


def test_energy_balance_of_a_reversible_cycle() -> None:
    """Around a rectangle of charge and pressure nothing is won: electric and mechanical work."""
    low, high = 25e6, 35e6
    corners = [particle(p, i) for p, i in ((low, -SMALL), (low, SMALL), (high, SMALL))]
    corners.append(particle(high, -SMALL))
    pressures = (low, low, high, high)
    electric = mechanical = 0.0
    for k in range(4):
        one, other, next_one = corners[k], corners[(k + 1) % 4], (k + 1) % 4
        electric += 0.5 * (one.voltage + other.voltage) * (other.charge - one.charge)
        mechanical += 0.5 * (one.volume + other.volume) * (pressures[next_one] - pressures[k])
    won = abs(electric + mechanical) / abs(mechanical)
    item = "Hot particle in a bonded matrix"
    measured(item, "work won in a cycle over that turned into the other kind", won, 1e-3, "zero")


def full_cell(working: str, counter: str, current: float) -> ssb.Case:
    """Return a flat cell, a bonded host and a metal in contact, heated and driven."""
    layers = (
        ssb.Layer("negative", 5 * um),
        ssb.Layer("separator", 10 * um),
        ssb.Layer("positive", 6 * um),
    )
    bond = ssb.BilinearCohesion(strength=500 * MPa, toughness=100 * J_per_m2)
    step: Any = ssb.Under(
        ssb.ConstantCurrent(current, 600.0), ssb.TemperatureRamp(celsius(25), HOT)
    )
    return ssb.Case(
        name="reciprocal",
        geometry=stack_of(layers),
        bodies=(
            ssb.Body.single("negative", METAL),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", library.by_name("nmc811"), content=0.6),
        ),
        interfaces=(
            ssb.Interface("negative|separator", kinetics=ssb.ButlerVolmer(i_0=20 * A_per_m2)),
            ssb.Interface("positive|separator", kinetics=nmc811_li6ps5cl(), adhesion=bond),
        ),
        supports=rollers("bottom", "left", "right"),
        fixture=ssb.ConstantForce(preload=20 * MPa),
        electrodes=ssb.Electrodes(working=working, counter=counter),
        protocol=(ssb.Preload(1.0), step, ssb.ConstantCurrent(current, 600.0)),
        step_control=ssb.PrescribedSteps([1.0, *[200.0] * 6]),
        scales=ssb.Scales(stress=10 * MPa),
        newton=ssb.NewtonSettings(tolerance=1e-10, max_growth=1e6),
    )


def test_it_does_not_matter_which_electrode_is_called_the_working_one() -> None:
    """Exchanged, with the current the other way, the voltage has the other sign."""
    sides = ("positive|separator", "negative|separator")
    one = march(full_cell(*sides, 0.5))
    other = march(full_cell(*reversed(sides), -0.5))
    assert len(one.rows) == len(other.rows)
    for name, sign in (("voltage", -1.0), ("current", -1.0), ("thickness_stack", 1.0)):
        first, second = one.series(name), sign * other.series(name)
        error = float(abs(first - second).max() / abs(first).max())
        what = f"{name} with exchanged electrodes, relative difference"
        measured("Hot full cell with a bond", what, error, 1e-9, "the same cell")
    assert one.series("temperature")[-1] == pytest.approx(333.15)
