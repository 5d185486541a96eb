# SPDX-License-Identifier: BSD-3-Clause
"""A stack of three cells whose layers were identified from one resolved cell, against a resolved
stack of three: pressure within 2 %, voltage within 1 mV.

One cell is alike from side to side, the other has particles in its cathode. The load path, a spring
that stiffens the stack as it grows, is none of those of the identification, which are at constant
pressure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import ValidityError
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.wiring import Bipolar
from ssbmech.study.identification import Box, Identified, identify
from tests.resolved_stack import resolved, with_particles
from tests.tools import measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

SECONDS = 5.0
"""Time after a jump of the current in which lithium in the cathode levels [s]."""


@dataclasses.dataclass(frozen=True)
class Example:
    """A resolved cell, and the stack that is made of it.

    Attributes:
        item: what it is called among the figures.
        build: makes a number of cells in a fixture, with a protocol.
        pressures: of the identification [MPa].
        charge: of the box [C/m2].
        current: of the box [A/m2].
        portions: of the charge.
        spring: fixture of the stack.
    """

    item: str
    build: Callable[..., ssb.Case]
    pressures: tuple[float, ...]
    charge: float
    current: float
    portions: int
    spring: ssb.Spring

    @property
    def box(self) -> Box:
        """The box of the identification."""
        return Box(
            pressures=tuple(1e6 * p for p in self.pressures), charge=self.charge,
            current=self.current, portions=self.portions, hold=3600.0,
        )  # fmt: skip

    @property
    def protocol(self) -> tuple[ssb.Step, ...]:
        """Charge, rest and half a discharge of the stack."""
        time, current = self.charge / self.current, self.current
        return (
            ssb.Preload(10.0),
            ssb.Rest(60.0),
            ssb.ConstantCurrent(current, 0.98 * time, name="charge"),
            ssb.Rest(60.0, name="rest"),
            ssb.ConstantCurrent(-current, 0.5 * time, name="discharge"),
        )


LAYERS = Example(
    "Three cells by identified layers", resolved, (1.0, 1.5, 2.0, 3.0, 4.5, 6.5, 10.0, 15.0),
    18e3, 10.0, 16, ssb.Spring(2e6, spring_stiffness=1e12),
)  # fmt: skip
PARTICLES = Example(
    "Three cells with particles by identified layers", with_particles,
    (5.0, 7.0, 10.0, 14.0, 20.0), 6e3, 6.0, 12, ssb.Spring(6e6, spring_stiffness=3e12),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Found:
    """An example, and the layer it was identified as."""

    example: Example
    layer: Identified


@pytest.fixture(scope="module", params=[LAYERS, PARTICLES], ids=["layers", "particles"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The identified layer."""
    example = request.param
    folder = tmp_path_factory.mktemp("identified")
    return Found(example, identify(partial(example.build, 1), example.box, folder))


def stack(found: Found, **changes: object) -> LaminateCase:
    case = LaminateCase(
        "three", found.layer.cell(), found.example.spring, found.example.protocol, cells=3,
        wiring=Bipolar(), output=ssb.Output(figures=False),
        step_control=ssb.AdaptiveSteps(dt_initial=1.0, dt_max=60.0, gap_error=1e-6),
    )  # fmt: skip
    return dataclasses.replace(case, **changes)


def test_doubts_are_small(found: Found) -> None:
    """The cell is a function of charge and pressure up to what its creep and relaxation leave."""
    item, doubts = found.example.item, found.layer.doubts
    height = found.layer.layer.height.values
    growth = height[-1][0] - height[0][0]
    measured(item, "charge against discharge, over the growth", doubts.thickness / growth, 5e-3,
             "no hysteresis")  # fmt: skip
    measured(item, "voltage at rest, charge against discharge (V)", doubts.voltage, 1e-3,
             "no hysteresis")  # fmt: skip
    measured(item, "voltage from the work of pressure (V)", doubts.reciprocity, 1e-3,
             "dU/dP = dh/dQ")  # fmt: skip
    measured(item, "press and release, over the growth", abs(doubts.press) / growth, 5e-3,
             "elastic")  # fmt: skip


def column(run: ssb.Result, step: int) -> dict[str, np.ndarray]:
    """Return time, pressure and voltage of a step."""
    rows = [row for row in run.rows if row["step"] == step]
    return {name: np.array([row[name] for row in rows]) for name in ("time", "p_stack", "voltage")}


def test_three_cells(found: Found, tmp_path: Path) -> None:
    example, item = found.example, found.example.item
    layered = ssb.run(stack(found), tmp_path / "layers")
    resolved_run = example.build(3, example.spring, example.protocol)
    exact = ssb.run(resolved_run, tmp_path / "resolved")
    pressure, volts = [], []
    for step in (2, 3, 4):
        ours, theirs = column(layered, step), column(exact, step)
        # voltages jump between steps, and lithium in the cathode levels within seconds
        settled = theirs["time"] > theirs["time"][0] + SECONDS
        times = theirs["time"][settled]
        for name, errors in (("p_stack", pressure), ("voltage", volts)):
            found_there = np.interp(times, ours["time"], ours[name])
            errors.append(np.max(np.abs(found_there - theirs[name][settled])))
        pressure[-1] /= theirs["p_stack"].min()
    measured(item, "largest error of the pressure", max(pressure), 0.02, "resolved stack of three")
    measured(item, "largest error of the stack's voltage (V)", max(volts), 1e-3,
             "resolved stack of three")  # fmt: skip
    assert exact.rows[-1]["p_stack"] > 1.3 * example.spring.preload


def test_beyond_the_box(found: Found, tmp_path: Path) -> None:
    example = found.example
    stiff = ssb.Spring(0.8e6 * example.pressures[-1], spring_stiffness=3e12)
    with pytest.raises(ValidityError, match="beyond those of the resolved cell"):
        ssb.run(stack(found, fixture=stiff), tmp_path / "stiff")
    long = 1.2 * example.charge / example.current
    far = (*example.protocol[:2], ssb.ConstantCurrent(example.current, long))
    with pytest.raises(ValidityError, match=r"the charge .* is beyond"):
        ssb.run(stack(found, protocol=far), tmp_path / "far")
