# SPDX-License-Identifier: BSD-3-Clause
"""A laminate case: a cell layer by layer, how many of it, and what holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ssbmech.case.checks import check_fixture, check_steps
from ssbmech.case.fixtures import Fixture
from ssbmech.case.forgotten_units import warn_of_small_pressures
from ssbmech.case.protocol import Step
from ssbmech.case.repeating import flattened
from ssbmech.case.settings import NewtonSettings, Output, Scales
from ssbmech.case.step_control import AdaptiveSteps, StepControl
from ssbmech.errors import CaseError
from ssbmech.laminate.checks import check_holding, check_rates, warn_of_temperatures
from ssbmech.laminate.layer import Array, LayerLaw
from ssbmech.laminate.sides import HeldSides, Sides
from ssbmech.laminate.voltage import CellVoltage
from ssbmech.laminate.wiring import Parallel, Wiring
from ssbmech.parameter import STATED_IF_GIVEN, parameter, validate_parameters
from ssbmech.plausible import LEAST_TEMPERATURE, MOST_TEMPERATURE, check_name, check_whole

MOST_CELLS = 2000
"""Cells beyond which the dense equations of a stack are not meant [1]."""

TINY = 1e-3
"""Current at which a case asks its cells whether they tell one from another [A/m2]."""


@dataclass(frozen=True, kw_only=True)
class Ply:
    """A layer of a laminate; its fields are given by name.

    A solid expands alike along all axes; what has a fixed width, as a liquid in its cylinder, takes
    that of its volume.

    Attributes:
        name: its name.
        law: what it answers.
        thermal_expansion: free strain by temperature [1/K]; None for not known, which is taken as
            none.
        spread: thickness of it in each cell over that given here; empty for all alike [1].

    Raises:
        ParameterError: a thickness is not positive.
    """

    name: str
    thickness: float = parameter("m", low=0.0, doc="thickness without stress, at no charge")
    law: LayerLaw
    density: float | None = parameter(
        "kg/m3", low=0.0, default=None, doc="density", stated_if_given=True
    )
    thermal_expansion: float | None = parameter(
        "1/K", low=-1e-3, high=1e-2, default=None, doc="thermal expansion", stated_if_given=True
    )
    spread: tuple[float, ...] = field(default=(), metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_name(self.name, "Ply.name")
        if not all(each > 0.0 for each in self.spread):
            raise CaseError(
                f"ply {self.name!r}: spread = {self.spread}: expected thicknesses over that given, "
                "all above zero"
            )

    def thicknesses(self, cells: int) -> Array:
        """Return its thickness in each cell, shape (n,) [m]."""
        return self.thickness * (np.array(self.spread) if self.spread else np.ones(cells))


@dataclass(frozen=True)
class LaminateCell:
    """A cell as a laminate, collectors included.

    Attributes:
        plies: its layers, from the negative to the positive end.
        voltage: its voltage.

    Raises:
        CaseError: there is no layer, or two have one name.
    """

    plies: tuple[Ply, ...]
    voltage: CellVoltage = field(default_factory=CellVoltage)

    def __post_init__(self) -> None:
        """Check the kinds and the names."""
        validate_parameters(self)
        _check_names(self.plies, "LaminateCell.plies")


@dataclass(frozen=True)
class LaminateCase:
    """Cells of one kind in one fixture, in series mechanically.

    Attributes:
        name: name of the run.
        cell: the cell.
        fixture: what holds the stack.
        protocol: the steps; they may be nested in tuples and lists. A positive current charges.
        cells: number of cells.
        wiring: how they are connected.
        pads: what lies in the fixture beside the cells, once: foam, plates, foil, liquid.
        sides: what holds the stack in its plane.
        temperature: absolute temperature at the start [K], until a step asks for another.
        stress_free_temperature: temperature at which no layer has expanded [K]; None for that at
            the start, at which the stack is put together.
        scales: typical sizes, by which residuals are judged.
        newton: when a step counts as solved.
        step_control: choice of the time steps.
        output: what is written beside the series.
        sources: where numbers come from, by what they are of; for readers alone.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: names do not fit together, the protocol is empty, a spread is not one number for
            each cell, cells in parallel have a voltage that does not tell their current, they are
            charged by C-rate without a capacity, the fixture cannot do what the protocol asks or is
            never seated, a fluid presses at sides that are free, or it is colder or hotter than any
            law is known for.
    """

    name: str
    cell: LaminateCell
    fixture: Fixture
    protocol: tuple[Step, ...]
    cells: int = 1
    wiring: Wiring = field(default_factory=Parallel)
    pads: tuple[Ply, ...] = ()
    sides: Sides = field(default_factory=HeldSides)
    temperature: float = parameter("K", low=0.0, low_open=True, default=298.15, doc="temperature")
    scales: Scales = field(default_factory=Scales)
    newton: NewtonSettings = field(default_factory=NewtonSettings)
    step_control: StepControl = field(default_factory=AdaptiveSteps)
    output: Output = field(default_factory=Output)
    sources: Mapping[str, str] = field(default_factory=dict, metadata=STATED_IF_GIVEN)
    stress_free_temperature: float | None = parameter(
        "K",
        low=LEAST_TEMPERATURE,
        high=MOST_TEMPERATURE,
        default=None,
        doc="temperature without thermal strain",
        stated_if_given=True,
    )

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        object.__setattr__(self, "protocol", flattened(self.protocol))
        validate_parameters(self)
        check_name(self.name, "LaminateCase.name")
        check_whole(self.cells, 1, MOST_CELLS, "LaminateCase.cells")
        if not self.protocol:
            raise CaseError(
                "LaminateCase.protocol is empty: give it a step, such as Preload(1 * s)"
            )
        _check_names((*self.cell.plies, *self.pads), "the plies of the cell and the pads")
        spreads = {f"ply {ply.name!r}": ply.spread for ply in self.cell.plies}
        for what, spread in {**spreads, "the voltage": self.cell.voltage.spread}.items():
            if len(spread) not in (0, self.cells):
                raise CaseError(
                    f"{what} has a spread of {len(spread)} numbers in a stack of {self.cells} "
                    "cells: expected one for each cell"
                )
        for pad in self.pads:
            if pad.spread:
                raise CaseError(f"pad {pad.name!r} has a spread, but there is one of it")
        # here, for their warnings name the line that made the case
        check_steps(self.protocol)
        check_fixture(self.fixture, (), self.protocol)
        warn_of_small_pressures(self.protocol)
        check_holding(self.fixture, self.sides, self.temperature, self.protocol)
        check_rates(self.cell.voltage.rest.capacity, self.protocol)
        plies = (*self.cell.plies, *self.pads)
        unknown = [ply.name for ply in plies if ply.thermal_expansion is None]
        losses = [
            type(law).__name__
            for law in self.cell.voltage.losses
            if getattr(law, "activation_energy", None) is None
        ]
        warn_of_temperatures(
            unknown, losses, self.reference_temperature, self.temperature, self.protocol
        )
        self._check_voltage()

    def _check_voltage(self) -> None:
        """Refuse cells in parallel whose voltage says nothing of their current."""
        if not self.wiring.shares_voltage:
            return
        current = np.full(self.cells, TINY)
        volts = self.cell.voltage.volts(0 * current, current, 0.0, self.temperature)
        if not np.all(volts.by_current > 0.0):
            raise CaseError(
                "cells in parallel share their voltage, but here it does not depend on the "
                "current: give CellVoltage a loss, such as Resistance(...), or connect the cells "
                "by Bipolar()"
            )

    @property
    def reference_temperature(self) -> float:
        """Temperature at which no layer has expanded [K]."""
        free = self.stress_free_temperature
        return self.temperature if free is None else free

    @property
    def cell_names(self) -> tuple[str, ...]:
        """Names of the cells in the series."""
        digits = len(str(self.cells))
        return tuple(f"cell_{k:0{digits}d}" for k in range(1, self.cells + 1))

    @property
    def places(self) -> tuple[str, ...]:
        """Names of all that columns of the series may be of: plies, pads and cells."""
        return (*(ply.name for ply in (*self.cell.plies, *self.pads)), *self.cell_names)

    @property
    def unit_of_volume(self) -> str:
        """Unit of volumes."""
        return "m3"


def _check_names(plies: tuple[Ply, ...], where: str) -> None:
    """Refuse no plies, and two of one name.

    Raises:
        CaseError: there are.
    """
    names = [ply.name for ply in plies]
    if not names:
        raise CaseError(f"{where}: expected at least one ply")
    double = [name for name in names if names.count(name) > 1]
    if double:
        raise CaseError(f"{where}: two plies have the name {double[0]!r}")
