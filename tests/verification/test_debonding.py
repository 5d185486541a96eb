# SPDX-License-Identifier: BSD-3-Clause
"""A particle that shrinks in its matrix, bonded and debonded, and the energy of breaking a bond."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.boundary import FacePotential, FacePressure
from ssbmech.geometry.inclusion import Inclusion
from ssbmech.interfaces.cohesion import Adhesion, BilinearCohesion, FatiguingCohesion
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import MPa, s, um
from tests.particle import C_MAX, MOLAR_VOLUME, plain_host
from tests.parts import Bond, Transfer, part
from tests.tools import March, march, measured

pytestmark = pytest.mark.serial

COMM = MPI.COMM_WORLD
INTERFACE = "particle|matrix"
R, B = 5e-6, 20e-6
START, EMPTIED = 0.9, 0.2
ELECTROLYTE = library.by_name("li6ps5cl")
PARTICLE = plain_host(diffusivity=1e-9)
#: Free change of volume on taking the lithium out.
MISFIT = -MOLAR_VOLUME * C_MAX * EMPTIED


def shrinking(
    adhesion: BilinearCohesion | None, frame: object = None, size: float = 0.5, **changes: object
) -> ssb.Case:
    """Return a sphere in a round matrix that gives a fifth of its lithium away, evenly."""
    frame = ssb.Axisymmetric() if frame is None else frame
    charge = EMPTIED * C_MAX * 96485.33212 * R / 3
    return dataclasses.replace(
        ssb.Case(
            name="shrinking",
            geometry=Inclusion(
                frame=frame, radius=R, outer_radius=B, size=size * um, coarsening=5.0
            ),
            bodies=(
                ssb.Body.single("particle", PARTICLE, content=START),
                ssb.Body.single("matrix", ELECTROLYTE),
            ),
            interfaces=(
                ssb.Interface(INTERFACE, kinetics=ssb.LinearKinetics(1e-4), adhesion=adhesion),
            ),
            supports=(ssb.Roller("left"), ssb.Roller("bottom")),
            electrodes=ssb.Electrodes(working=INTERFACE),
            loads=ssb.Loads(face_potentials=(FacePotential("outer", lambda x: 0 * x[0]),)),
            protocol=(ssb.ConstantCurrent(charge / 100, 100 * s),),
            step_control=ssb.PrescribedSteps((10.0,) * 10),
        ),
        **changes,
    )


def compliances() -> tuple[float, float, float]:
    """Return radial displacement over R per pressure: particle, matrix inside, matrix outside.

    The matrix is a Lame shell: inside by an inner pressure, outside (taken positive) by an outer.
    """
    solid: Elastic = ELECTROLYTE.solid
    ratio = B**3 / (B**3 - R**3)
    inside = (R**3 / B**3 / (3 * solid.bulk) + 1 / (4 * solid.shear)) * ratio
    outside = (1 / (3 * solid.bulk) + 1 / (4 * solid.shear)) * ratio
    return 1 / (3 * PARTICLE.solid.bulk), inside, outside


def weighted(result: March, name: str) -> np.ndarray:
    """Return the mean of a facet field over the interface after each step."""
    surface = result.cell.surfaces[INTERFACE]
    total = COMM.allreduce(float(surface.areas.sum()))
    return np.array(
        [COMM.allreduce(float(kept[name] @ surface.areas)) / total for kept in result.seen]
    )


def look(cell: object) -> dict[str, np.ndarray]:
    """Keep gap, contact pressure and damage."""
    surface = cell.surfaces[INTERFACE]
    n = surface.gap.owned
    kept = {
        "gap": surface.gap.function.x.array[:n].copy(),
        "p": surface.p_contact.function.x.array[:n].copy(),
        "i": part(surface, Transfer).i_normal.function.x.array[:n].copy(),
    }
    for bond in surface.parts.find(Bond):
        kept["damage"] = bond.damages()
    return kept


@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
def test_bonded_particle_pulls_at_its_matrix() -> None:
    bond = BilinearCohesion(strength=1e9, toughness=1e3, initial_stiffness=1e17)
    result = march(shrinking(bond), watch=look)
    particle, inside, _ = compliances()
    # the bond is a spring in series
    exact = -MISFIT / 3 / (particle + inside + 1 / (bond.initial_stiffness * R))
    traction = bond.initial_stiffness * weighted(result, "gap")[-1]
    item = "Misfit sphere in a matrix"
    measured(item, "error of the bonded traction", abs(traction / exact - 1), 0.01, "closed form")
    assert traction > 0.0, "a particle that shrinks is pulled"
    assert weighted(result, "damage").max() <= 1e-12, "the bond is not near its strength"


@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
def test_debonded_particle_leaves_a_gap_that_pressure_closes() -> None:
    _, _, outside = compliances()
    gap = -R * MISFIT / 3
    closing = gap / R / outside
    weak = BilinearCohesion(strength=0.1 * MPa, toughness=1e-4, initial_stiffness=1e16)
    pressed = ssb.Rest(100 * s, name="press")
    released = ssb.Rest(100 * s, name="release")

    def pressure(time: float) -> float:
        up = np.clip((time - 100.0) / 100.0, 0.0, 1.0)
        down = np.clip((time - 200.0) / 100.0, 0.0, 1.0)
        return 1.25 * closing * (up - down)

    case = shrinking(weak)
    case = dataclasses.replace(
        case,
        loads=dataclasses.replace(case.loads, face_pressures=(FacePressure("outer", pressure),)),
        protocol=(*case.protocol, pressed, released),
        step_control=ssb.PrescribedSteps((10.0,) * 10 + (2.5,) * 40 + (10.0,) * 10),
    )
    result = march(case, watch=look)
    mean, time = weighted(result, "gap"), result.series("time")
    parted, at_most = np.isclose(time, 100.0), np.isclose(time, 200.0)
    open_at = mean[parted][0]
    item = "Misfit sphere in a matrix"
    measured(item, "error of the debonded gap", abs(open_at / gap - 1), 0.01, "R e / 3")
    assert weighted(result, "damage")[parted][0] == pytest.approx(1.0, abs=1e-12)
    # the mean gap falls in proportion to the pressure until it closes
    loading = (time > 100.0 - 1e-6) & (time < 200.0 + 1e-6)
    applied = np.array([pressure(t) for t in time[loading]])
    still_open = mean[loading] > 0.2 * open_at
    slope, start = np.polyfit(applied[still_open], mean[loading][still_open], 1)
    measured(
        item,
        "error of the closing pressure",
        abs(-start / slope / closing - 1),
        0.01,
        "closed form",
    )
    assert mean[at_most][0] < 1e-3 * open_at
    again = weighted(result, "gap")[-1]
    measured(
        item, "change of the gap by pressing and releasing", abs(again / open_at - 1), 1e-6, "none"
    )


def slab(size: float, bond: Adhesion, lift: object, **changes: object) -> ssb.Case:
    """Return two stiff slabs with a bond between them, the upper one moved."""
    stiff = Material("stiff", Elastic(100e9, 0.3))
    return dataclasses.replace(
        ssb.Case(
            name="slabs",
            geometry=ssb.Stack(
                frame=ssb.PlaneStrain(),
                layers=(ssb.Layer("upper", 1 * um), ssb.Layer("lower", 1 * um))[::-1],
                width=4 * um,
                size_interface=size * um,
                size_bulk=0.5 * um,
            ),
            bodies=(ssb.Body.single("lower", stiff), ssb.Body.single("upper", stiff)),
            interfaces=(ssb.Interface("lower|upper", adhesion=bond),),
            supports=(ssb.Clamp("bottom"), ssb.Clamp("top", lift)),
            protocol=(ssb.Rest(1 * s),),
            step_control=ssb.PrescribedSteps((1 / 80,) * 80),
        ),
        **changes,
    )


def work(result: March) -> float:
    """Return the work of the lifted face, by the trapezoidal rule over the steps [J/m]."""
    forces, places = zip(*result.seen, strict=True)
    # from nothing, before the first step
    forces, places = (np.array([0 * kept[0], *kept]) for kept in (forces, places))
    return float(np.sum(0.5 * (forces[1:] + forces[:-1]) * np.diff(places, axis=0)))


def reaction(cell: object) -> tuple[np.ndarray, np.ndarray]:
    """Return forces at the lifted nodes and their displacements, gathered from all ranks."""
    body = cell.bodies["upper"]
    forces = cell.system.raw_residual(body.u)[body.u.fixed]
    places = body.u.function.x.array[body.u.fixed]
    return np.concatenate(COMM.allgather(forces)), np.concatenate(COMM.allgather(places))


@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
@pytest.mark.parametrize("mode", ["opening", "shearing", "tilting"])
def test_breaking_a_bond_takes_its_toughness(mode: str) -> None:
    """However it is broken, evenly or from one end to the other, and on any mesh."""
    bond = BilinearCohesion(strength=10 * MPa, toughness=1.0, initial_stiffness=1e15)
    reach = 1.2 * bond.separation_broken
    lifts = {
        "opening": lambda x, t: np.array([0 * x[0], reach * t + 0 * x[0]]),
        "shearing": lambda x, t: np.array([reach * t + 0 * x[0], 0 * x[0]]),
        "tilting": lambda x, t: np.array([0 * x[0], reach * t * (1 + 2 * x[0] / 4e-6)]),
    }
    spent = []
    for size in (0.5, 0.2) if mode == "tilting" else (0.5,):
        result = march(slab(size, bond, lifts[mode]), watch=reaction)
        assert result.rows[-1]["damage_mean:lower|upper"] == pytest.approx(1.0, abs=1e-12)
        spent.append(work(result) / (4e-6 * bond.toughness))
    item = "Breaking a bond"
    for value in spent:
        measured(
            item, f"energy spent by {mode} over toughness, less one", abs(value - 1), 0.005, "Gc"
        )
    measured(item, f"change with the mesh, {mode}", abs(spent[0] - spent[-1]), 0.005, "none")


@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
def test_a_bond_wears_by_being_opened() -> None:
    """Opened k times to the same separation, it is damaged as by one of (1 + a (k - 1))^(1/p)."""
    bond = BilinearCohesion(strength=1 * MPa, toughness=1.0, initial_stiffness=1e13)
    wearing, opened, times = FatiguingCohesion(bond, share=0.5, exponent=2.0), 0.25, 8
    reach = opened * bond.separation_broken

    def lift(x: np.ndarray, t: float) -> np.ndarray:
        # three steps up, one down
        part = (4 * times * t) % 4
        return np.array([0 * x[0], reach * part / 3 * (part < 3.5) + 0 * x[0]])

    case = slab(
        0.5, wearing, lift, step_control=ssb.PrescribedSteps((1 / (4 * times),) * 4 * times)
    )
    result = march(case)
    damage = result.series("damage_mean:lower|upper")[2::4]
    reached = reach * np.sqrt(1 + 0.5 * np.arange(times))
    first, last = bond.separation_strength, bond.separation_broken
    exact = last * (reached - first) / (reached * (last - first))
    error = np.max(np.abs(damage - exact))
    measured(
        "Bond that wears", f"error of the damage of {times} openings", error, 1e-3, "closed form"
    )
    assert np.all(np.diff(damage) > 0.005)


@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
def test_pressing_bonds_anew() -> None:
    """Torn off, moved aside and pressed on, it bears as much as it did, from where it lies now."""
    bond = BilinearCohesion(strength=1 * MPa, toughness=1.0, initial_stiffness=1e13)
    reach, aside = 1.2 * bond.separation_broken, 0.3e-6
    damages = {}
    for name, pressed in (("touching", -0.1e-9), ("pressed", -2e-9)):
        # 0.1 nm press with some MPa, 2 nm with more than a hundred
        up = [0.0, reach, reach, pressed, 0.2 * reach, 0.0]
        right = [0.0, 0.0, aside, aside, aside, aside]

        def lift(x: np.ndarray, t: float, up: list = up, right: list = right) -> np.ndarray:
            return np.array([np.interp(5 * t, range(6), way) + 0 * x[0] for way in (right, up)])

        wears = FatiguingCohesion(bond, share=0.0, welding=50 * MPa)
        case = slab(0.5, wears, lift, step_control=ssb.PrescribedSteps((0.1,) * 10))
        damages[name] = march(case).series("damage_mean:lower|upper")
    assert damages["touching"][2:] == pytest.approx(1.0, abs=1e-12)
    assert damages["pressed"][2:6] == pytest.approx(1.0, abs=1e-12)
    first, last, opened = bond.separation_strength, bond.separation_broken, 0.2 * reach
    exact = last * (opened - first) / (opened * (last - first))
    error = abs(damages["pressed"][-1] - exact)
    measured(
        "Bond that wears", "error of the damage after bonding anew", error, 1e-3, "as at first"
    )


@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
@pytest.mark.parametrize("steps", [4, 16])
def test_sliding_under_the_pressure_of_welding_takes_the_strength(steps: int) -> None:
    """A bond that is made anew at each step's end keeps its shear, but for a step's softening."""
    bond = BilinearCohesion(strength=1 * MPa, toughness=1.0, initial_stiffness=1e13)
    aside = 4 * bond.separation_strength

    def lift(x: np.ndarray, t: float) -> np.ndarray:
        # pressed while it rests, then moved aside and held
        right = np.interp(t, [0.5, 0.9], [0.0, aside])
        return np.array([right + 0 * x[0], -2e-9 * min(4 * t, 1.0) + 0 * x[0]])

    lengths = (0.25, 0.25, *(0.4 / steps,) * steps, 0.05, 0.05)
    wears = FatiguingCohesion(bond, share=0.0, welding=50 * MPa)
    case = slab(0.5, wears, lift, step_control=ssb.PrescribedSteps(lengths))
    result = march(case, watch=shear_force)
    shear = np.array(result.seen) / 4e-6
    item = "Bond made anew as it slides"
    error = np.max(np.abs(shear[-3:] / bond.strength - 1))
    softened = aside / steps / bond.separation_broken
    quantity = f"error of the shear over the strength, {steps} steps"
    measured(item, quantity, error, 1.1 * softened, "softening in a step")


def shear_force(cell: object) -> float:
    """Return the force along x on the lifted face [N/m]."""
    body = cell.bodies["upper"]
    residual = cell.system.raw_residual(body.u)
    along = body.u.fixed[body.u.fixed % 2 == 0]
    return float(COMM.allreduce(np.sum(residual[along])))
