# SPDX-License-Identifier: BSD-3-Clause
r"""From a resolved cell to a layer of a stack: the load cases, and the tables they give.

1. At each of several constant pressures the cell is charged and discharged in portions, with a
   short rest after each: thickness and voltage with and without current, over charge and pressure.
2. At the middle charge it is pressed to the highest pressure, held, and released again: delayed
   compliance, and how far the thickness is a function of charge and pressure alone.

What is no function of charge and pressure is told, not hidden: the largest difference between
charge and discharge, between pressing and release, and between the voltage's change with pressure
and that of the thickness with charge, which one free energy would give.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from mpi4py import MPI

import numpy as np

from ssbmech.case.case import Case
from ssbmech.case.fixture_steps import Press
from ssbmech.case.fixtures import ConstantForce, Fixture
from ssbmech.case.protocol import ConstantCurrent, Preload, Rest, Step
from ssbmech.errors import CaseError, RunFolderError
from ssbmech.laminate.case import LaminateCell, Ply
from ssbmech.laminate.identified import (
    IdentifiedLayer,
    IdentifiedResistance,
    IdentifiedRest,
    Surface,
)
from ssbmech.laminate.layer import Array
from ssbmech.laminate.soft import Delay, DelayedCompliance, NoDelay
from ssbmech.laminate.voltage import CellVoltage
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.run.runner import Result, run_or_resume
from ssbmech.runfolder.status import RunStatus
from ssbmech.units import to_si

logger = logging.getLogger(__name__)

Build = Callable[[Fixture, tuple[Step, ...]], Case]
"""Makes the resolved cell in a fixture, with a protocol."""

FEWEST = (4, 3)
"""Portions of charge and pressures at least [1]."""

NO_DELAY = 1e-3
"""Delayed over instant compression below which there is none [1]."""

SHORT = 1e-6
"""Part of the charge of the box that a pass may miss by rounding [1]."""

E_FOLD = 1 - np.exp(-1)
"""Share of a delayed compression that has come after its time [1]."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """What a cell is identified for; its fields are given by name.

    Attributes:
        pressures: constant pressures above zero, increasing, at least three [Pa].
        portions: portions of the charge, at least four.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: there are too few pressures or portions, or a pressure is none.
    """

    pressures: tuple[float, ...]
    charge: float = parameter("C/m2", low=0.0, low_open=True, doc="largest charge")
    current: float = parameter("A/m2", low=0.0, low_open=True, doc="current of all load cases")
    portions: int = 8
    rest: float = parameter("s", low=0.0, low_open=True, default=1.0, doc="rest after a portion")
    hold: float = parameter("s", low=0.0, low_open=True, default=36e3, doc="time under the press")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        pressures = tuple(to_si(each, "Pa", "Box.pressures") for each in self.pressures)
        object.__setattr__(self, "pressures", pressures)
        rising = all(a < b for a, b in pairwise((0.0, *pressures)))
        if self.portions < FEWEST[0] or len(pressures) < FEWEST[1] or not rising:
            raise CaseError(
                f"Box of {self.portions} portions and pressures {pressures}: expected at least "
                f"{FEWEST[0]} portions and {FEWEST[1]} pressures that increase from above zero"
            )

    def cycle(self) -> tuple[Step, ...]:
        """Return the protocol at a constant pressure."""
        time = self.charge / self.portions / self.current
        steps: list[Step] = [Preload(10.0), Rest(self.rest, name="rest_0")]
        for k in range(1, 2 * self.portions + 1):
            sign = 1.0 if k <= self.portions else -1.0
            steps.append(ConstantCurrent(sign * self.current, time, name=f"pass_{k}"))
            steps.append(Rest(self.rest, name=f"rest_{k}"))
        return tuple(steps)

    def press(self) -> tuple[Step, ...]:
        """Return the protocol of the press: half the charge, pressed, held and released."""
        half = (self.portions // 2) * self.charge / self.portions
        low, high = self.pressures[0], self.pressures[-1]
        return (
            Preload(10.0),
            ConstantCurrent(self.current, half / self.current, name="charge"),
            Rest(self.rest),
            Press(high, 10.0, name="press"),
            Rest(self.hold, name="hold"),
            Press(low, 10.0, name="release"),
            Rest(self.rest, name="released"),
        )


@dataclass(frozen=True)
class Doubts:
    """How far a cell is no function of charge and pressure.

    Attributes:
        thickness: largest difference of thickness between charge and discharge [m].
        voltage: the same of the voltage at rest [V].
        press: thickness after press and release, less that before [m].
        reciprocity: largest difference of the voltage at rest from that by the work of the
            pressure [V].
    """

    thickness: float
    voltage: float
    press: float
    reciprocity: float


@dataclass(frozen=True)
class Identified:
    """A cell as a layer.

    Attributes:
        layer: its thickness.
        voltage: its voltage.
        doubts: how far it is no function of charge and pressure.
    """

    layer: IdentifiedLayer
    voltage: CellVoltage
    doubts: Doubts

    def cell(self, name: str = "cell") -> LaminateCell:
        """Return it as a cell of a stack."""
        ply = Ply(name=name, thickness=self.layer.thickness, law=self.layer)
        return LaminateCell((ply,), self.voltage)


def identify(
    build: Build, box: Box, folder: Path, comm: MPI.Intracomm = MPI.COMM_WORLD
) -> Identified:
    """Run the load cases of a resolved cell and return it as a layer; collective.

    Currents and charges of the box are by the area that the platen presses: where the resolved cell
    names no area, such as one whose particles have more surface than that, it is given this one.

    Args:
        build: makes the resolved cell.
        box: charges and pressures it is identified for.
        folder: where the runs are kept; those that are there already are not run again.
        comm: communicator.

    Raises:
        ParameterError: the cell gets thicker under pressure, or its resistance rises.
        CaseError, StepTooSmall, RunFolderError: a run cannot be made, or did not reach its end.
        RunFolderError: the cell does not take the charge of the box.
    """
    cycles = []
    for pressure in box.pressures:
        case = by_footprint(build(ConstantForce(pressure), box.cycle()))
        result = _carried_out(case, folder / f"cycle_{pressure:.4g}_Pa", comm)
        _check_charges(result, box)
        cycles.append(_Cycle.read(result, box))
    pressed = _carried_out(
        by_footprint(build(ConstantForce(box.pressures[0]), box.press())), folder / "press", comm
    )
    charge = tuple(float(q) for q in np.linspace(0.0, box.charge, box.portions + 1))
    height = _surface(charge, box, [cycle.height for cycle in cycles])
    resistance = _surface(charge, box, [cycle.resistance for cycle in cycles])
    rest, reciprocity = _at_rest(charge, box, height, [cycle.rest for cycle in cycles])
    delay, left = _pressed(pressed, box)
    doubts = Doubts(
        max(cycle.thickness_differs for cycle in cycles),
        max(cycle.voltage_differs for cycle in cycles),
        left,
        reciprocity,
    )
    logger.info("identified; differences that no table holds: %s", doubts)
    return Identified(
        IdentifiedLayer(height, delay),
        CellVoltage(rest, (IdentifiedResistance(resistance),)),
        doubts,
    )


def by_footprint(case: Case) -> Case:
    """Return a case that counts currents by the face its platen presses, if it names no area.

    That the work of pressure is P dh/dQ holds for charges by this area alone.
    """
    electrodes, fixture = case.electrodes, case.fixture
    if electrodes is None or fixture is None or electrodes.area_of is not None:
        return case
    return replace(case, electrodes=replace(electrodes, area_of=fixture.face))


def _carried_out(case: Case, folder: Path, comm: MPI.Intracomm) -> Result:
    """Return a run that reached the end of its protocol; collective.

    Raises:
        RunFolderError: it was stopped before.
    """
    result = run_or_resume(case, folder, comm)
    if result.status is not RunStatus.COMPLETE:
        raise RunFolderError(
            f"{result.path} is {result.status}, not complete: identify again to go on with it"
        )
    return result


def _check_charges(result: Result, box: Box) -> None:
    """Check that each portion passed as a whole.

    Raises:
        RunFolderError: the cell was full or empty before.
    """
    found = _ends(result, "charge")[1::2]
    portions = np.arange(2 * box.portions + 1)
    expected = np.minimum(portions, 2 * box.portions - portions) * box.charge / box.portions
    short = np.abs(found - expected) > SHORT * box.charge
    if np.any(short):
        k = int(np.argmax(short))
        raise RunFolderError(
            f"{result.path}: the resolved cell has passed {found[k]:.4g} C/m2 where the box has "
            f"{expected[k]:.4g} C/m2, for something in it was full or empty: start it with another "
            "content, or take a smaller charge"
        )


@dataclass(frozen=True)
class _Cycle:
    """What a cycle at one pressure tells, at each charge.

    Attributes:
        height: thickness [m].
        rest: voltage at rest [V].
        resistance: resistance times area [ohm m2].
        thickness_differs: largest difference between charge and discharge [m].
        voltage_differs: the same of the voltage at rest [V].
    """

    height: Array
    rest: Array
    resistance: Array
    thickness_differs: float
    voltage_differs: float

    @classmethod
    def read(cls, result: Result, box: Box) -> _Cycle:
        """Read the ends of the steps of a run."""
        n = box.portions
        height, volts = (_ends(result, name) for name in ("thickness_stack", "voltage"))
        still, moving = height[1::2], volts[2::2]
        rest = volts[1::2]
        # on the way back the same charges, from the last to the first
        up, down = slice(0, n + 1), slice(2 * n, n - 1, -1)
        mean = 0.5 * (rest[up] + rest[down])
        back = (mean[:-1] - moving[2 * n - 1 : n - 1 : -1]) / box.current
        there = (moving[:n] - mean[1:]) / box.current
        resistance = np.concatenate([back[:1], 0.5 * (back[1:] + there[:-1]), there[-1:]])
        return cls(
            0.5 * (still[up] + still[down]),
            mean,
            resistance,
            float(np.max(np.abs(still[up] - still[down]))),
            float(np.max(np.abs(rest[up] - rest[down]))),
        )


def _ends(result: Result, name: str) -> Array:
    """Return the values of a column at the ends of the steps."""
    ends = {int(row["step"]): row[name] for row in result.rows}
    return np.array([ends[step] for step in sorted(ends)])


def _surface(charge: tuple[float, ...], box: Box, columns: list[Array]) -> Surface:
    rows = tuple(tuple(float(column[k]) for column in columns) for k in range(len(charge)))
    return Surface(charge, box.pressures, rows)


def _at_rest(
    charge: tuple[float, ...], box: Box, height: Surface, columns: list[Array]
) -> tuple[IdentifiedRest, float]:
    """Return the voltage at rest without the work of pressure, and how far pressures differ."""
    bare = [
        column - pressure * height.at(np.array(charge), pressure)[1]
        for pressure, column in zip(box.pressures, columns, strict=True)
    ]
    mean = np.mean(bare, axis=0)
    differs = float(np.max(np.abs(np.array(bare) - mean)))
    return IdentifiedRest(charge, tuple(float(v) for v in mean), box.charge), differs


def _pressed(result: Result, box: Box) -> tuple[Delay, float]:
    """Return the delayed compliance, and what press and release leave [m]."""
    steps = np.array([int(row["step"]) for row in result.rows])
    times = np.array([row["time"] for row in result.rows])
    heights = np.array([row["thickness_stack"] for row in result.rows])
    before, loaded, released = (heights[steps == k][-1] for k in (2, 3, 6))
    held, since = heights[steps == 4], times[steps == 4] - times[steps == 3][-1]
    slow = (loaded - held) / before
    at_once = (before - loaded) / before
    rise = box.pressures[-1] - box.pressures[0]
    if slow[-1] <= NO_DELAY * at_once:
        return NoDelay(), float(released - before)
    time = float(np.interp(E_FOLD * slow[-1], np.maximum.accumulate(slow), since))
    return DelayedCompliance(float(slow[-1] / rise), time), float(released - before)
