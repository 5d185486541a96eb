# SPDX-License-Identifier: BSD-3-Clause
"""Metal pressed through rigid pores and slits, which follows its front over many radii.

The closed forms leave out what the mouth costs and the shape of the front: a radius or less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest
from scipy.integrate import quad

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.friction import SlipLaw
from ssbmech.errors import CaseError, SSBMechError
from ssbmech.fracture.leak import ShearFlow
from ssbmech.fracture.pressed import PressedPore, PressedSlit
from ssbmech.model.cell import CellModel
from ssbmech.run.case_script import CaseScript
from ssbmech.run.runner import Result
from ssbmech.runfolder.status import RunStatus
from tests.single_body import with_flow
from tests.tools import measured

SCRIPT = Path(__file__).parents[2] / "cases" / "pore_channel" / "case.py"
FREE = library.by_name("lithium_masias2019")
RADIUS, PRESSURE, WIDTH, START = 10e-6, 1e6, 4.0, 0.5
COMM = MPI.COMM_WORLD


class Front:
    """Where the front is and the volume of the mesh, at the start of each step."""

    name = "front"

    def __init__(self) -> None:
        self.excess: list[float] = []
        self.lengths: list[float] = []
        self.wetted: list[float] = []
        self.times: list[float] = []

    def begin(self, cell: CellModel) -> Mapping[str, tuple[()]]:
        self.cell = cell
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        moved = self.cell.motion.bodies[0]
        self.excess.append(abs(moved.metal.excess()) / moved.mesh.volume)
        power = 2 if self.cell.case.geometry.frame.revolves else 1
        sunk = -self.cell.holder.closures[0].value
        self.times.append(row["time"])
        self.lengths.append(START * RADIUS + WIDTH**power * float(sunk))
        x = self.cell.bodies["lithium"].mesh.mesh.geometry.x
        low = float(-np.min(x[np.abs(x[:, 0] - RADIUS) <= 1e-6 * RADIUS, 1], initial=0.0))
        self.wetted.append(self.cell.comm.allreduce(low, op=MPI.MAX))


@dataclass(frozen=True)
class Pressed:
    """A channel that is pressed full up to a length.

    Attributes:
        exponent: of creep [1].
        round: whether it is a pore, or a slit.
        slip: speed at the wall over B R tau^n [1].
        far: length to which the closed form's time is, over the radius [1].
        edge: size of the cells where the front meets the wall, over the radius [1].
        largest: largest new cell over the radius [1].
        pressure: stack pressure [Pa].
        steps: least number of time steps.
    """

    exponent: float
    round: bool
    slip: float
    far: float
    edge: float = 0.1
    largest: float = 0.3
    pressure: float = PRESSURE
    steps: int = 40

    @property
    def channel(self) -> PressedPore:
        """The closed form."""
        flow = with_flow(FREE, exponent=self.exponent).solid.flow
        kind = PressedPore if self.round else PressedSlit
        shear = ShearFlow.of_creep(flow.rate, flow.stress, flow.exponent)
        return kind(RADIUS, shear, self.slip)

    @property
    def time(self) -> float:
        """How long it is pressed [s]."""
        return self.channel.time(self.pressure, self.far * RADIUS)

    @property
    def law(self) -> SlipLaw:
        """Shear at the walls: of the power of the creep."""
        channel = self.channel
        shear = channel.wall_shear(self.pressure / (self.far * RADIUS))
        speed = self.slip * channel.flow.coefficient * RADIUS * shear**self.exponent
        return ssb.PowerSlip(shear, speed, self.exponent)

    def case(self, **changes: object) -> ssb.Case:
        """Return the case, with fields of it replaced."""
        law, time = self.law, self.time
        plane = () if self.round else ("left",)
        rule = ssb.Remeshing(least_quality=0.3, growth=0.3, largest=self.largest * RADIUS)
        metal = {"lithium": with_flow(FREE, exponent=self.exponent)}
        high = max(WIDTH, 3 * self.far / WIDTH ** (2 if self.round else 1))
        case = ssb.Case(
            name="channel",
            geometry=ssb.Channel(
                frame=ssb.Axisymmetric() if self.round else ssb.PlaneStrain(),
                radius=RADIUS,
                reach=START * RADIUS,
                width=WIDTH * RADIUS,
                height=high * RADIUS,
                size=0.2 * RADIUS,
                size_edge=self.edge * RADIUS,
                size_bulk=RADIUS,
            ),
            bodies=(
                ssb.Body(
                    "lithium",
                    metal,
                    moves=True,
                    remeshing=rule,
                    front=ssb.ParallelDirectors(y=-1.0),
                ),
            ),
            supports=tuple(ssb.Roller(f) for f in ("right", "shoulder", "wall", *plane)),
            loads=ssb.Loads(
                face_frictions=tuple(ssb.FaceFriction(f, law) for f in ("wall", "shoulder"))
            ),
            fixture=ssb.ConstantForce(preload=self.pressure),
            temperature=FREE.solid.flow.reference_temperature,
            scales=ssb.Scales(stress=self.pressure / 10),
            protocol=(ssb.Preload(1e-6 * time), ssb.Rest(time)),
            step_control=ssb.AdaptiveSteps(
                gap_error=1.0,
                stress_error=None,
                shape_error=0.3,
                dt_initial=1e-8 * time,
                dt_max=time / self.steps,
                dt_min=1e-14 * time,
                growth=2.0,
            ),
            limits=ssb.Limits.off(),
            output=ssb.Output(figures=False, fields_every=0),
        )
        return replace(case, **changes)

    def run(self, path: Path) -> tuple[Result, Front]:
        """Press it, and see that the metal keeps its volume and is meshed anew."""
        front = Front()
        run = ssb.run(self.case(), path, observers=(front,))
        measured(f"{self.name}, volume", "of the mesh", max(front.excess), 1e-9, "of the metal")
        assert run.rows[-1]["remeshings"] >= 1
        return run, front

    @property
    def name(self) -> str:
        """Name in the list of what was measured."""
        kind = "pore" if self.round else "slit"
        walls = "sticking" if self.slip < 0.01 else f"slip {self.slip:g}"
        return f"metal pressed into a {kind}, n = {self.exponent:g}, {walls}"


def hindered(front: Front, pressed: Pressed, beyond: float) -> tuple[float, float]:
    """Return the slope of what hinders the front over its length, and over that of the wetted wall.

    The pressure over the n-th root of the speed is linear in the length, with the slope of the
    closed form, wherever the mouth and the front cost the same at all lengths.

    Args:
        front: where the front was.
        pressed: the channel.
        beyond: length over the radius from which it counts [1].
    """
    times, lengths = np.array(front.times), np.array(front.lengths) / RADIUS
    speed = np.diff(lengths) / np.diff(times)
    middles = 0.5 * (lengths[1:] + lengths[:-1])
    first = pressed.channel.speed(pressed.pressure, RADIUS) / RADIUS
    root = (speed / first) ** (-1 / pressed.exponent)
    far = middles > beyond
    wetted = np.array(front.wetted) / RADIUS
    at_wall = 0.5 * (wetted[1:] + wetted[:-1])
    slopes = (np.polyfit(length[far], root[far], 1)[0] for length in (middles, at_wall))
    return float(next(slopes)), float(next(slopes))


def test_closed_forms_are_integrals() -> None:
    """Mean speeds are integrals of the shear over the section, times those of the way."""
    flow = ShearFlow(3e-20, 3.0)
    for kind, power in ((PressedPore, 2), (PressedSlit, 1)):
        channel = kind(5e-6, flow)
        gradient, radius = 2e10, channel.radius
        at_wall = channel.wall_shear(gradient)
        # r over R times the shear at the wall; speed as the integral of the shear rate
        flux = quad(
            lambda r, b=radius, t=at_wall, k=power: (
                flow.coefficient * (t * r / b) ** 3 * (r / b) ** k
            ),
            0.0,
            radius,
        )[0]
        assert channel.speed(gradient * 1e-3, 1e-3) == pytest.approx(flux, rel=1e-9)
        way = quad(lambda x, c=channel: 1 / c.speed(1e6, x), 0.0, 1e-4)[0]
        assert channel.time(1e6, 1e-4) == pytest.approx(way, rel=1e-9)
        assert channel.reach(1e6, way) == pytest.approx(1e-4, rel=1e-9)


@pytest.mark.serial
def test_viscous_metal_in_a_slit(tmp_path: Path) -> None:
    """Metal that hardly slips; the front rolls onto the wall."""
    pressed = Pressed(1.0, False, 0.003, 6.0, largest=0.4, steps=20)
    run, front = pressed.run(tmp_path / "run")
    exact = pressed.channel.reach(PRESSURE, run.rows[-1]["time"])
    short = (exact - front.lengths[-1]) / RADIUS
    against = "lubrication, integrated"
    measured(pressed.name, "length short of 6 radii, over the radius", abs(short), 0.5, against)
    slope, _ = hindered(front, pressed, 3.0)
    measured(pressed.name, "resistance per length", abs(slope - 1), 0.05, against)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("loads", "supports", "parts"),
    [
        ("wall", ("right", "shoulder"), ("'wall'", "Roller")),
        ("nowhere", ("right", "shoulder", "wall", "nowhere"), ("nowhere",)),
    ],
)
def test_friction_without_a_wall_is_refused(
    loads: str, supports: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    pressed = Pressed(1.0, True, 0.1, 2.0)

    def built() -> None:
        case = pressed.case(
            loads=ssb.Loads(face_frictions=(ssb.FaceFriction(loads, pressed.law),)),
            supports=tuple(ssb.Roller(face) for face in supports),
        )
        CellModel(case, case.geometry.build(COMM))

    with pytest.raises(SSBMechError) as told:
        built()
    assert all(part in str(told.value) for part in parts)


def test_front_of_what_rests_is_refused() -> None:
    with pytest.raises(CaseError, match="front"):
        ssb.Body("lithium", {"lithium": FREE}, front=ssb.ParallelDirectors(y=-1.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pressed", "short", "slope"),
    [
        (Pressed(1.0, False, 0.003, 10.0, edge=0.03), 0.5, 0.02),
        (Pressed(1.0, True, 0.003, 10.0), 0.6, 0.05),
        (Pressed(3.0, True, 0.001, 20.0), 1.0, 0.06),
        (Pressed(6.56, True, 0.001, 20.0), 1.0, 0.09),
        (Pressed(6.56, True, 0.1, 20.0), 1.9, 0.09),
    ],
    ids=lambda value: value.name if isinstance(value, Pressed) else None,
)
def test_front_goes_as_the_closed_form(
    pressed: Pressed, short: float, slope: float, tmp_path: Path
) -> None:
    run, front = pressed.run(tmp_path / "run")
    against = "flow in a long channel, integrated"
    exact = pressed.channel.reach(PRESSURE, run.rows[-1]["time"])
    missing = (exact - front.lengths[-1]) / RADIUS
    what = f"length short of {pressed.far:g} radii, over the radius"
    measured(pressed.name, what, abs(missing), short, against)
    found, wall = hindered(front, pressed, 0.4 * pressed.far)
    measured(pressed.name, "resistance per length", abs(found - 1), slope, against)
    if pressed.exponent > 3.0 and pressed.slip < 0.01:
        # the front lags more and more at the wall, and metal has the shear of what it wets
        measured(pressed.name, "resistance per wetted length", abs(wall - 1), 0.02, against)


@pytest.mark.slow
def test_time_falls_with_the_power_of_creep(tmp_path: Path) -> None:
    """Thrice the pressure, the same way: a metal that is hardly elastic knows no other time."""
    base = Pressed(6.56, True, 0.1, 8.0)
    found = []
    for pressed in (base, replace(base, pressure=3 * PRESSURE)):
        run, front = pressed.run(tmp_path / f"{pressed.pressure:g}")
        found.append((math.log(run.rows[-1]["time"]), math.log(front.lengths[-1])))
    (t_1, l_1), (t_3, l_3) = found
    # a little further or less far is a little more or less time
    power = (t_1 - t_3 + (base.exponent + 1) * (l_3 - l_1)) / math.log(3)
    name = "metal pressed into a pore, thrice the pressure"
    measured(name, "power of the pressure", abs(power / base.exponent - 1), 5e-3, "exponent n")


@pytest.mark.slow
@pytest.mark.serial
def test_case_presses_lithium_through_a_pore(tmp_path: Path) -> None:
    case = CaseScript.load(SCRIPT).case(["--length", "80", "--pressure", "5"])
    run = ssb.run(case, tmp_path / "run")
    assert run.status is RunStatus.COMPLETE
    reach = run.rows[-1]["reach"]
    assert 0.75 * 80e-6 < reach < 80e-6
    assert run.rows[-1]["reach_line"] < reach < run.rows[-1]["reach_tip"]
