# SPDX-License-Identifier: BSD-3-Clause
"""What a case uses at temperatures at which it is not known, in words.

Two kinds of laws are told of: those with a range of temperatures that the protocol leaves, and
those with a number whose source names one temperature, that the protocol leaves, without a law of
how it changes. Rates and potentials change by per cents per kelvin: each law of them has a warning
of its own. Moduli, strengths and tables of swelling change little: one warning names all of them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ssbmech.case.body import Body
from ssbmech.case.temperatures import Reached
from ssbmech.interfaces.interface import Interface
from ssbmech.materials.brittle import Brittle
from ssbmech.materials.entropy import ConstantEntropy, TableEntropy
from ssbmech.parameter import Source
from ssbmech.validity import OutOfRange, out_of_range

TOLERANCE: Final = 5.0
"""Distance from the temperature of a source at which a number counts as known [K]."""

FOLLOWS: Final[Mapping[str, str]] = MappingProxyType(
    {"film_resistance": "film_activation_energy", "curve": "entropy"}
)
"""Number -> field of its law that says how it follows the temperature, where that is not the
activation energy."""

STATES: Final = ("reference_temperature", "c_max", "density", "molar_volume", "thermal_expansion")
"""Numbers that state a temperature or a reference state, or hold over a range by their nature."""

_STEP: Final = re.compile(r"\[([^\[\]]*)\]|([^.\[\]]+)")


@dataclass(frozen=True)
class Lonely:
    """A number that is known at one temperature and has no law of it.

    Attributes:
        owner: what it belongs to, in words.
        path: path of the number in that.
        law: the law it is a number of.
        temperature: temperature at which it is known [K].
        activated: whether the law could follow the temperature, but is not told how.
    """

    owner: str
    path: str
    law: Any
    temperature: float
    activated: bool


def temperature_warnings(
    bodies: Sequence[Body],
    interfaces: Sequence[Interface],
    everything: object,
    ends: tuple[Reached, Reached],
) -> list[str]:
    """Return a sentence on each law that is used where it is not known.

    Args:
        bodies: bodies of the case.
        interfaces: its interfaces.
        everything: the case, in which laws with ranges are looked for.
        ends: lowest and highest temperature of its protocol.
    """
    found = [_extrapolated(law, at) for law, at in _out_of_range(everything, ends)]
    lonely = _lonely(bodies, interfaces, ends)
    by_law: dict[str, list[Lonely]] = {}
    for number in lonely:
        if number.activated:
            by_law.setdefault(repr(number.law), []).append(number)
    found += [_unactivated(numbers, ends) for numbers in by_law.values()]
    rest = [number for number in lonely if not number.activated]
    return [*found, _others(rest, ends)] if rest else found


def _out_of_range(
    everything: object, ends: tuple[Reached, Reached]
) -> Iterator[tuple[OutOfRange, Reached]]:
    """Yield laws with a range, each once, with the end of the protocol that leaves it."""
    told = set()
    for at in ends:
        for law in out_of_range(everything, at.temperature):
            if law.path not in told:
                told.add(law.path)
                yield law, at


def _extrapolated(law: OutOfRange, at: Reached) -> str:
    return (
        f"{law.path}: the numbers of this {law.name} are known from {law.valid.low:g} K to "
        f"{law.valid.high:g} K, but {at.where} is at {at.temperature:g} K: they are "
        "extrapolated. Take numbers that were measured there, or say so in its `valid`"
    )


def _unactivated(numbers: Sequence[Lonely], ends: tuple[Reached, Reached]) -> str:
    first, kind = numbers[0], type(numbers[0].law).__name__
    names = ", ".join(dict.fromkeys(number.path for number in numbers))
    cure = "an entropy" if first.path.endswith("curve") else "an activation energy"
    return (
        f"{first.owner}: {names} of this {kind}: known at {first.temperature:g} K alone, but the "
        f"case goes {_between(ends)}: give the law {cure}, or numbers that were measured there"
    )


def _others(numbers: Sequence[Lonely], ends: tuple[Reached, Reached]) -> str:
    listed: dict[str, list[str]] = {}
    for number in numbers:
        listed.setdefault(number.owner, []).append(number.path)
    text = "; ".join(f"{owner}: {', '.join(paths)}" for owner, paths in listed.items())
    return (
        f"the case goes {_between(ends)}, and has numbers that are taken as the same at all "
        f"temperatures though they are known at one alone: {text}"
    )


def _between(ends: tuple[Reached, Reached]) -> str:
    low, high = (at.temperature for at in ends)
    return f"to {low:g} K" if low == high else f"from {low:g} K to {high:g} K"


def _lonely(
    bodies: Sequence[Body], interfaces: Sequence[Interface], ends: tuple[Reached, Reached]
) -> list[Lonely]:
    """Return the numbers without a law, each once."""
    found: dict[tuple[str, str], Lonely] = {}
    for owner, item, sources in _sourced(bodies, interfaces):
        for path, source in sources.items():
            number = _number(owner, item, path, source, ends)
            if number is not None:
                found.setdefault((owner, path), number)
    return list(found.values())


def _sourced(
    bodies: Sequence[Body], interfaces: Sequence[Interface]
) -> Iterator[tuple[str, Any, Mapping[str, Source]]]:
    """Yield all that states where its numbers come from, with what it is."""
    for body in bodies:
        for material in body.materials.values():
            yield f"material {material.name!r}", material, material.sources
    for interface in interfaces:
        laws = [*interface.charge_transfers.values(), *interface.laws, *interface.filling_laws]
        laws += [interface.contact, interface.adhesion, interface.diffusion, interface.interlayer]
        laws.append(interface.capillarity)
        for law in laws:
            yield f"interface {interface.name!r}", law, getattr(law, "sources", {})


def _number(
    owner: str, item: Any, path: str, source: Source, ends: tuple[Reached, Reached]
) -> Lonely | None:
    """Return a number if it is known at another temperature alone, and is none of zero."""
    known = source.temperature_K
    if known is None or all(abs(at.temperature - known) <= TOLERANCE for at in ends):
        return None
    *way, name = _steps(path)
    law = _inside(item, way)
    if law is None or isinstance(law, (ConstantEntropy, TableEntropy, Brittle)):
        # the coefficient is the law of temperature itself; no result depends on what breaks
        return None
    if name in STATES or not getattr(law, name, None):
        return None
    follows = FOLLOWS.get(name, "activation_energy")
    fields = {field.name for field in dataclasses.fields(law)}
    if follows not in fields:
        follows = "activation_energy"
    if getattr(law, follows, None):
        return None
    return Lonely(owner, path, law, known, follows in fields)


def _steps(path: str) -> list[str]:
    """Return names and places along a path: "sinking[0].coefficient", "stores[pores].volume"."""
    return [place or name for place, name in _STEP.findall(path)]


def _inside(item: Any, way: Sequence[str]) -> Any:
    """Return the dataclass at the end of a way; None if there is none."""
    for step in way:
        if isinstance(item, (tuple, list)):
            named = (each for each in item if getattr(each, "name", None) == step)
            numbered = item[int(step) : int(step) + 1] if step.isdigit() else ()
            item = next(named, None) or next(iter(numbered), None)
        else:
            item = getattr(item, step, None)
    return item if dataclasses.is_dataclass(item) else None
