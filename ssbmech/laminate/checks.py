# SPDX-License-Identifier: BSD-3-Clause
"""Checks of a laminate case: whether its fixture and its cells can do what the protocol asks."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

from ssbmech.case.fixtures import Fixture
from ssbmech.case.phases import drives_of
from ssbmech.case.protocol import Step
from ssbmech.case.temperatures import check_reached, temperature_range
from ssbmech.errors import CaseError, CaseWarning
from ssbmech.laminate.sides import Sides


def check_holding(
    fixture: Fixture, sides: Sides, temperature: float, protocol: Sequence[Step]
) -> None:
    """Check that what presses at the sides, and temperatures, are those that layers know.

    Args:
        fixture: what holds the stack.
        sides: what holds it in its plane.
        temperature: that of the case [K].
        protocol: its steps.

    Raises:
        CaseError: a fluid presses at sides that are free, or it is colder or hotter than any law
            is known for.
    """
    if fixture.face is None and sides.needs_force:
        raise CaseError(
            f"{type(fixture).__name__} presses at the sides as well, which free sides do not "
            "know: give ConstantForce(...), or HeldSides()"
        )
    for found in temperature_range(temperature, protocol):
        check_reached(found, ())


def check_rates(capacity: float, protocol: Sequence[Step]) -> None:
    """Check that cells which are charged by a C-rate have a capacity [C/m2].

    Raises:
        CaseError: they have none.
    """
    for step in protocol:
        if math.isnan(capacity) and any(d.c_rate is not None for d in drives_of(step)):
            raise CaseError(
                f"step {step.name!r} goes by C-rate, but the cell has no capacity: give a current "
                "density, as in ConstantCurrent, or CellVoltage(HostVoltage(...))"
            )


def warn_of_temperatures(
    layers: Sequence[str],
    losses: Sequence[str],
    reference: float,
    temperature: float,
    protocol: Sequence[Step],
) -> None:
    """Warn of what a change of temperature leaves as it is, for want of a number.

    Args:
        layers: names of layers whose expansion is not known.
        losses: names of losses of voltage whose activation energy is not.
        reference: temperature at which nothing has expanded [K].
        temperature: that of the case [K].
        protocol: its steps.
    """
    ends = [found.temperature for found in temperature_range(temperature, protocol)]
    told = []
    if layers and max(reference, *ends) > min(reference, *ends):
        told.append(f"have no thermal_expansion: {', '.join(layers)}")
    if losses and max(ends) > min(ends):
        told.append(f"have no activation_energy: {', '.join(losses)}")
    if told:
        warnings.warn(
            f"the stack goes from {min(reference, *ends):g} to {max(reference, *ends):g} K, and "
            f"some of it does not follow; these {'; these '.join(told)}",
            CaseWarning,
            stacklevel=4,
        )
