# SPDX-License-Identifier: BSD-3-Clause
"""Energy release and stress intensities of meshed cracks against closed forms.

A square of half width 4 a around a crack of length 2 a is displaced at its rim as the exact
solution of the infinite body has it, so that all error is that of the elements.
"""

from __future__ import annotations

from math import pi, sqrt

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError, ObserverError
from ssbmech.forms import crack_tip
from ssbmech.model.energy_release import EnergyRelease, RoundEnergyRelease
from tests.cracked import GLASS, MODULUS, Cracked, CrackedQuarter, Westergaard
from tests.tools import March, march, measured

A = 5e-6
ITEM = "Meshed cracks"
RIGHT = EnergyRelease("right", ("glass",), A, 0.0, 0.0, 0.3 * A, 0.8 * A)
LEFT = EnergyRelease("left", ("glass",), -A, 0.0, pi, 0.3 * A, 0.8 * A)
WORDS, LIMITS = ("J", "K_I", "K_II"), (0.006, 0.001, 0.001)
NARROW = EnergyRelease("narrow", ("glass",), A, 0.0, 0.0, 0.15 * A, 0.5 * A)


def solve(exact: Westergaard, cells: int, *asked: EnergyRelease | RoundEnergyRelease) -> March:
    """Return the one step of a cracked square under the loads of an exact solution."""
    return march(
        ssb.Case(
            name="cracked",
            geometry=Cracked(frame=ssb.PlaneStrain(), half=A, extent=4 * A, cells=cells),
            bodies=(ssb.Body.single("glass", GLASS),),
            supports=(ssb.Clamp("outer", exact.displacement),),
            loads=ssb.Loads(
                face_pressures=(ssb.FacePressure("crack", lambda time: exact.pressure),)
            ),
            protocol=(ssb.Rest(1.0),),
            step_control=ssb.PrescribedSteps((1.0,)),
            output=ssb.Output(quantities=asked),
        )
    )


def errors(exact: Westergaard, found: March, name: str) -> list[float]:
    """Return the relative errors of J and of the intensities that are not zero."""
    wanted = {
        f"energy_release_{name}:glass": exact.released,
        f"opening_{name}:glass": exact.opening,
        f"sliding_{name}:glass": exact.sliding,
    }
    return [abs(found.series(key)[-1] / value - 1) for key, value in wanted.items() if value]


@pytest.mark.serial
def test_a_crack_under_pressure_and_shear() -> None:
    """Both tips and two rings: J and both intensities, all of first order in the cells."""
    exact = Westergaard(A, pressure=100e6, slide=50e6)
    coarse, fine = (solve(exact, cells, RIGHT, LEFT, NARROW) for cells in (8, 16))
    for name in ("right", "left"):
        found, before = errors(exact, fine, name), errors(exact, coarse, name)
        for what, limit, now, then in zip(WORDS, LIMITS, found, before, strict=True):
            item = f"error of {what}, pressure and shear, a / 16, {name} tip"
            measured(ITEM, item, now, limit, "Westergaard")
            assert now < 0.6 * then
    wide, narrow = (fine.series(f"energy_release_{name}:glass")[-1] for name in ("right", "narrow"))
    measured(ITEM, "difference of J of two rings", abs(wide / narrow - 1), 1e-3, "each other")


@pytest.mark.serial
def test_a_crack_under_tension() -> None:
    """The same intensity as under pressure, without anything on its faces."""
    exact = Westergaard(A, pull=60e6)
    found = solve(exact, 16, RIGHT)
    measured(
        ITEM, "error of K_I, tension, a / 16", errors(exact, found, "right")[1], 1e-3, "Westergaard"
    )
    sliding = found.series("sliding_right:glass")[-1]
    assert abs(sliding) < 1e-6 * exact.opening


def test_a_crack_is_the_same_on_any_ranks() -> None:
    """Coarse, on every number of ranks: the errors are those of the mesh, digit by digit."""
    exact = Westergaard(A, pressure=100e6, slide=50e6)
    found = errors(exact, solve(exact, 8, RIGHT), "right")
    assert found == pytest.approx([8.17e-3, 1.19e-3, 9.91e-4], rel=5e-3)


@pytest.mark.serial
def test_without_the_faces_there_is_no_crack(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the term of the faces is worth: J of a crack under pressure is gone without it."""
    exact = Westergaard(A, pressure=150e6)
    monkeypatch.setattr(crack_tip, "released_at_faces", lambda traction, u, shift: 0.0 * u[0])
    found = solve(exact, 8, RIGHT).series("energy_release_right:glass")[-1]
    assert found < 0.3 * exact.released


@pytest.mark.serial
def test_a_penny_under_pressure() -> None:
    """Half of a section that is revolved: K = 2 p sqrt(a / pi), in a body of 24 radii."""
    pressure, found = 150e6, []
    tip = EnergyRelease("front", ("glass",), A, 0.0, 0.0, 0.3 * A, 0.8 * A, halved=True)
    for cells in (8, 16):
        run = march(
            ssb.Case(
                name="penny",
                geometry=Cracked(
                    frame=ssb.Axisymmetric(),
                    half=A,
                    extent=24 * A,
                    cells=cells,
                    axis=True,
                    upper=True,
                ),
                bodies=(ssb.Body.single("glass", GLASS),),
                supports=(ssb.Roller("axis"), ssb.Roller("ahead")),
                loads=ssb.Loads(face_pressures=(ssb.FacePressure("crack", lambda time: pressure),)),
                protocol=(ssb.Rest(1.0),),
                step_control=ssb.PrescribedSteps((1.0,)),
                output=ssb.Output(quantities=(tip,)),
            )
        )
        assert "opening_front:glass" not in run.rows[-1]
        found.append(run.series("energy_release_front:glass")[-1])
    exact = (2 * pressure * sqrt(A / pi)) ** 2 / MODULUS
    coarse, fine = (each / exact - 1 for each in found)
    measured(ITEM, "error of J, penny under pressure, a / 16", abs(fine), 0.012, "Sneddon")
    # of first order: little is left at no size of cells
    measured(ITEM, "J of the penny, extrapolated", abs(2 * fine - coarse), 3e-4, "Sneddon")


PRESSURE = 150e6
SNEDDON = (2 * PRESSURE * sqrt(A / pi)) ** 2 / MODULUS


def penny_in_space(cells: int) -> ssb.Case:
    """Return an eighth of a round crack under pressure, in a body of 12 radii."""
    tips = tuple(
        RoundEnergyRelease(
            name, ("glass",), 0.0, 0.0, 0.0, A, inner * A, outer * A, sector=pi / 2, halved=True
        )
        for name, inner, outer in (("wide", 0.3, 0.8), ("narrow", 0.15, 0.5))
    )
    return ssb.Case(
        name="penny",
        geometry=CrackedQuarter(frame=ssb.ThreeDimensional(), half=A, extent=12 * A, cells=cells),
        bodies=(ssb.Body.single("glass", GLASS),),
        supports=tuple(ssb.Roller(face) for face in ("left", "front", "ahead")),
        loads=ssb.Loads(face_pressures=(ssb.FacePressure("crack", lambda time: PRESSURE),)),
        protocol=(ssb.Rest(1.0),),
        step_control=ssb.PrescribedSteps((1.0,)),
        output=ssb.Output(quantities=tips),
    )


def error_in_space(cells: int, comm: MPI.Intracomm = MPI.COMM_WORLD) -> tuple[float, float]:
    """Return the error of J by two rings."""
    run = march(penny_in_space(cells), comm)
    wide, narrow = (
        run.series(f"energy_release_{name}:glass")[-1] / SNEDDON - 1 for name in ("wide", "narrow")
    )
    return wide, narrow


@pytest.mark.slow
def test_a_penny_in_space_under_pressure() -> None:
    """K = 2 p sqrt(a / pi) along a front of straight edges, of first order in the cells."""
    (coarse, _), (fine, narrow) = error_in_space(4), error_in_space(8)
    measured(ITEM, "error of J, penny in space, a / 4", abs(coarse), 0.065, "Sneddon")
    measured(ITEM, "error of J, penny in space, a / 8", abs(fine), 0.033, "Sneddon")
    measured(ITEM, "J of the penny in space, extrapolated", abs(2 * fine - coarse), 3e-3, "Sneddon")
    measured(ITEM, "difference of J of two rings in space", abs(fine - narrow), 3e-3, "each other")
    if MPI.COMM_WORLD.size > 1:
        alone, _ = error_in_space(4, MPI.COMM_SELF)
        measured(ITEM, "J in space by the number of ranks", abs(coarse - alone), 1e-8, "none")


def test_pressed_surfaces_that_fit_badly_release_nothing() -> None:
    """A wavy gap that is pressed shut: the contact pressure does work on the slope of the gap."""
    length, depth = 20e-6, 50e-9
    tip = EnergyRelease("wave", ("lower", "upper"), 5e-6, 10e-6, 0.0, 1e-6, 4e-6)
    run = march(
        ssb.Case(
            name="wave",
            geometry=ssb.Stack(
                frame=ssb.PlaneStrain(),
                layers=(ssb.Layer("lower", 10e-6), ssb.Layer("upper", 10e-6)),
                width=length / 2,
                size_interface=0.4e-6,
                size_bulk=0.8e-6,
            ),
            bodies=(ssb.Body.single("lower", GLASS), ssb.Body.single("upper", GLASS)),
            interfaces=(ssb.Interface("lower|upper", initial_gap=ssb.CosineGap(depth, length)),),
            supports=tuple(ssb.Roller(face) for face in ("left", "right", "bottom")),
            loads=ssb.Loads(face_pressures=(ssb.FacePressure("top", lambda time: 400e6),)),
            protocol=(ssb.Rest(1.0),),
            step_control=ssb.PrescribedSteps((1.0,)),
            output=ssb.Output(quantities=(tip,)),
        )
    )
    assert run.rows[-1]["contact_fraction:lower|upper"] == pytest.approx(1.0)
    # pressure times slope times the width of the ring
    worth = 400e6 * pi * depth / length * 5e-6
    released = run.series("energy_release_wave:lower")[-1]
    measured(ITEM, "J of no crack over the work of its faces", abs(released) / worth, 1e-4, "zero")


@pytest.mark.serial
def test_what_no_tip_can_be_is_refused() -> None:
    with pytest.raises(CaseError, match="not larger than the inner"):
        EnergyRelease("a", ("glass",), 0.0, 0.0, 0.0, 2e-6, 1e-6)
    with pytest.raises(CaseError, match="expected a name of letters"):
        EnergyRelease("a b", ("glass",), 0.0, 0.0, 0.0, 1e-6, 2e-6)
    with pytest.raises(CaseError, match="reaches the middle of a front"):
        RoundEnergyRelease("a", ("glass",), 0.0, 0.0, 0.0, A, 0.5 * A, A)
    exact = Westergaard(A, pull=1e6)
    with pytest.raises(ObserverError, match="no body 'steel'"):
        solve(exact, 4, EnergyRelease("a", ("steel",), A, 0.0, 0.0, 0.3 * A, 0.8 * A))
    with pytest.raises(ObserverError, match="no node of its bodies"):
        solve(exact, 4, EnergyRelease("a", ("glass",), 9 * A, 0.0, 0.0, 0.3 * A, 0.8 * A))
    with pytest.raises(ObserverError, match="the cell is a section"):
        solve(exact, 4, RoundEnergyRelease("a", ("glass",), 0.0, 0.0, 0.0, A, 0.3 * A, 0.8 * A))
