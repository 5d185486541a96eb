# SPDX-License-Identifier: BSD-3-Clause
"""Electrodes of a case: where its current enters and leaves the electrolyte."""

from __future__ import annotations

from dataclasses import dataclass, field

from ssbmech.parameter import STATED_IF_GIVEN, parameter, validate_parameters
from ssbmech.plausible import CAPACITY_HINT, LEAST_CAPACITY


@dataclass(frozen=True)
class Electrodes:
    """The two electrodes, each named by the interface at which it meets the electrolyte.

    Attributes:
        working: electrode whose current and voltage the protocol prescribes.
        counter: electrode at zero potential; None if the current leaves through an outer face of
            the electrolyte that is held at a potential (`FacePotential`). Voltages are then
            against the zero of that potential.
        area_of: interface or outer face whose area is the cell's, by which currents and capacities
            are counted; None for all interfaces of the working electrode but cracks.
        capacity: charge per that area by which C-rates are counted; None for that of the hosts of
            an electrode. Metal has none of its own.
        joined: further interfaces of the working electrode, connected to it: those of its metal
            with more bodies of the electrolyte, and cracks that are filled from it
            (`CrackFilling`). They have its potential, and what passes there is part of its current.
        joined_counter: the same of the counter electrode.
        also: electrodes of further cells that the same current passes through, cells stacked one on
            the other; each has an electrolyte of its own.

    Raises:
        ParameterError: the capacity is no charge per area, or none that an electrode has.
    """

    working: str
    counter: str | None = None
    area_of: str | None = None
    also: tuple[Electrodes, ...] = ()
    capacity: float | None = parameter(
        "C/m2",
        low=LEAST_CAPACITY,
        hint=CAPACITY_HINT,
        default=None,
        doc="capacity per area, by which C-rates are counted",
        stated_if_given=True,
    )
    joined: tuple[str, ...] = field(default=(), metadata=STATED_IF_GIVEN)
    joined_counter: tuple[str, ...] = field(default=(), metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def stated_capacities(self) -> tuple[float, ...]:
        """The capacity, or nothing [C/m2]."""
        return () if self.capacity is None else (self.capacity,)

    @property
    def sides(self) -> dict[str, tuple[str, ...]]:
        """What is joined to each electrode, by its interface."""
        found = {self.working: self.joined}
        return found if self.counter is None else {**found, self.counter: self.joined_counter}

    @property
    def interfaces(self) -> tuple[str, ...]:
        """All interfaces of both electrodes."""
        counter = () if self.counter is None else (self.counter,)
        return (self.working, *self.joined, *counter, *self.joined_counter)

    @property
    def cells(self) -> tuple[Electrodes, ...]:
        """The electrodes of all cells that are stacked, those of cells named by others too."""
        return (self, *(cell for other in self.also for cell in other.cells))


def joined_interfaces(electrodes: Electrodes | None) -> tuple[str, ...]:
    """Return all interfaces that are joined to an electrode of a case."""
    cells = () if electrodes is None else electrodes.cells
    return tuple(name for pair in cells for name in (*pair.joined, *pair.joined_counter))
