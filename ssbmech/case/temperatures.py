# SPDX-License-Identifier: BSD-3-Clause
"""Temperatures that a protocol goes through, and those at which a cell is no cell any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from ssbmech.case.body import Body
from ssbmech.case.landings import next_of
from ssbmech.case.phases import drives_of
from ssbmech.case.protocol import Step
from ssbmech.errors import CaseError
from ssbmech.materials.host import TableOcv
from ssbmech.materials.material import Material
from ssbmech.plausible import LEAST_TEMPERATURE, MOST_TEMPERATURE

SAMPLES: Final = 33
"""Instants at which each step of a protocol is asked for its temperature, besides its own [1]."""


MOST_SAMPLES: Final = 20_000
"""Instants of one step beyond which its break points are not followed [1]."""

CONTENTS: Final = 201
"""Contents at which an open-circuit potential is looked at [1]."""


@dataclass(frozen=True)
class Reached:
    """A temperature that a protocol reaches.

    Attributes:
        temperature: absolute temperature [K].
        where: what asks for it, in words.
    """

    temperature: float
    where: str


def first_temperature(temperature: float, protocol: Sequence[Step]) -> float:
    """Return the temperature at the very start of a run [K].

    Args:
        temperature: that of the case [K].
        protocol: its steps.
    """
    asked = protocol[0].drive(0.0).temperature
    return temperature if asked is None else asked


def temperature_range(temperature: float, protocol: Sequence[Step]) -> tuple[Reached, Reached]:
    """Return the lowest and the highest temperature that a case goes through.

    A step is asked at its ends, at its break points, and between them; what a function of time does
    faster is not seen.

    Args:
        temperature: that of the case [K].
        protocol: its steps.
    """
    reached = [Reached(temperature, "the case"), *_asked(protocol)]
    return min(reached, key=_temperature), max(reached, key=_temperature)


def check_temperatures(
    temperature: float, protocol: Sequence[Step], bodies: Sequence[Body]
) -> None:
    """Check that a case keeps to temperatures at which its materials are what their laws are of.

    Args:
        temperature: that of the case [K].
        protocol: its steps.
        bodies: its bodies.

    Raises:
        CaseError: it is colder or hotter than any law is known for, a material melts or
            freezes, or an open-circuit potential is taken too far.
    """
    for found in temperature_range(temperature, protocol):
        check_reached(found, bodies)
        for body in bodies:
            for material in body.materials.values():
                _check_potential(material, found)


def check_reached(found: Reached, bodies: Sequence[Body]) -> None:
    """Check that all materials of a cell are what their laws are of at a temperature.

    Raises:
        CaseError: it is colder or hotter than any law is known for, a solid melts or a liquid
            freezes.
    """
    if not LEAST_TEMPERATURE <= found.temperature <= MOST_TEMPERATURE:
        raise CaseError(
            f"{found.where} is at {found.temperature:g} K, beyond all temperatures at which a "
            f"cell is known: expected {LEAST_TEMPERATURE:g} to {MOST_TEMPERATURE:g} K; give "
            "degrees Celsius as celsius(60)"
        )
    for body in bodies:
        for region, material in body.materials.items():
            melts = material.melting_point
            if melts is not None and found.temperature >= melts:
                raise CaseError(
                    f"material {material.name!r} of region {region!r} melts at {melts:g} K, and "
                    f"{found.where} is at {found.temperature:g} K: expected less, for its laws "
                    "are those of a solid; a molten metal is a material of its own, such as "
                    "'liquid_lithium'"
                )
            freezes = material.freezing_point
            if freezes is not None and found.temperature < freezes:
                raise CaseError(
                    f"material {material.name!r} of region {region!r} is a liquid from "
                    f"{freezes:g} K on, and {found.where} is at {found.temperature:g} K: expected "
                    "more, or the metal as a solid, such as 'lithium_lepage2019'"
                )


def _check_potential(material: Material, found: Reached) -> None:
    """Refuse an entropic coefficient that is taken too far.

    Raises:
        CaseError: the open-circuit potential would rise with the content somewhere.
    """
    ocv = None if material.host is None else material.host.ocv
    if not isinstance(ocv, TableOcv) or ocv.entropy is None:
        return
    contents = np.linspace(ocv.low, ocv.high, CONTENTS)
    voltages = [ocv.voltage(float(x), found.temperature) for x in contents]
    rising = np.flatnonzero(np.diff(voltages) >= 0.0)
    if len(rising):
        raise CaseError(
            f"material {material.name!r}: at {found.temperature:g} K, where {found.where} is, its "
            f"open-circuit potential would rise with the content near x = {contents[rising[0]]:.3g}"
            f", for the entropic coefficient, known near {ocv.reference_temperature:g} K, is taken "
            "too far: give a table that was measured at that temperature"
        )


def _asked(protocol: Sequence[Step]) -> Iterator[Reached]:
    """Yield temperatures that the steps ask for."""
    for step in protocol:
        if all(drive.temperature is None for drive in drives_of(step)):
            # long protocols are made of such steps
            continue
        for elapsed in _instants(step):
            temperature = step.drive(elapsed).temperature
            if temperature is not None:
                yield Reached(temperature, f"step {step.name!r}")


def _instants(step: Step) -> list[float]:
    """Return times since the start of a step: ends, break points, and times between them [s]."""
    times = {*map(float, np.linspace(0.0, step.duration, SAMPLES))}
    after = next_of(step)
    time = after(0.0)
    while time < step.duration and len(times) < MOST_SAMPLES:
        times.add(time)
        time = after(time)
    inside = sorted(times)
    return sorted([*inside, *(0.5 * (a + b) for a, b in pairwise(inside))])


def _temperature(found: Reached) -> float:
    return found.temperature
