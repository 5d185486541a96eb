# SPDX-License-Identifier: BSD-3-Clause
"""What a protocol asks of a circuit, checked against the cell as it is built."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ssbmech.case.phases import conditions_of, drives_of, passes_current, phases_of
from ssbmech.case.protocol import Step
from ssbmech.case.stops import settled
from ssbmech.errors import CaseError
from ssbmech.model.circuit import LEAST_VOLTAGE, VOLTAGE, Circuit


def check_drives(protocol: Sequence[Step], circuit: Circuit) -> None:
    """Check what a protocol asks for first against the cell as it is built.

    Raises:
        CaseError: a step goes by C-rate without a capacity, or the first that passes a current
            begins beyond its own cut-off voltage.
    """
    for step in protocol:
        by_rate = any(drive.c_rate is not None for drive in drives_of(step))
        if by_rate and math.isnan(circuit.capacity):
            raise CaseError(
                f"step {step.name!r} goes by C-rate, but no electrode of the cell hosts "
                "lithium: give a current density, as in ConstantCurrent, or state the capacity "
                "in Electrodes(capacity=...)"
            )
        for condition in conditions_of(step):
            settled(condition, 0.0, circuit.capacity)
        by_power = any(drive.power for drive in drives_of(step))
        if by_power and not abs(circuit.voltage) > LEAST_VOLTAGE:
            raise CaseError(
                f"step {step.name!r} asks for a power, but the cell is at {circuit.voltage:.3g} V "
                "at rest, where no current follows from it: give a current"
            )
    if circuit.cells:
        _check_first(protocol, circuit.voltage)


def _check_first(protocol: Sequence[Step], voltage: float) -> None:
    """Refuse a first current that is past its own cut-off voltage.

    Raises:
        CaseError: it is.
    """
    for step in filter(passes_current, protocol):
        first = phases_of(step)[0].step
        if first.drive(0.0).voltage is not None:
            return
        for stop in first.stops:
            if stop.quantity == VOLTAGE.name and stop.excess(voltage) > 0.0:
                raise CaseError(
                    f"step {step.name!r} is past its cut-off before it begins: the cell is at "
                    f"{voltage:.4g} V; change the initial contents or the limit"
                )
        return
