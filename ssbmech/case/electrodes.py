# SPDX-License-Identifier: BSD-3-Clause
"""Electrodes of a case: where its current enters and leaves the electrolyte."""

from __future__ import annotations

from dataclasses import dataclass

from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import CAPACITY_HINT, LEAST_CAPACITY


@dataclass(frozen=True)
class Electrodes:
    """The two electrodes, each named by the interface at which it meets the electrolyte.

    Attributes:
        working: electrode whose current and voltage the protocol prescribes.
        counter: electrode at zero potential; None if the current leaves through an outer face of
            the electrolyte that is held at a potential (`FacePotential`). Voltages are then
            against the zero of that potential.
        also: electrodes of further cells that the same current passes through, cells stacked one on
            the other; each has an electrolyte of its own.
        area_of: interface or outer face whose area is the cell's, by which currents and capacities
            are counted; None for the interface of the working electrode.
        capacity: charge per that area by which C-rates are counted; None for that of the hosts of
            an electrode. Metal has none of its own.

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

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def stated_capacities(self) -> tuple[float, ...]:
        """The capacity, or nothing [C/m2]."""
        return () if self.capacity is None else (self.capacity,)

    @property
    def cells(self) -> tuple[Electrodes, ...]:
        """The electrodes of all cells that are stacked, those of cells named by others too."""
        return (self, *(cell for other in self.also for cell in other.cells))
