# SPDX-License-Identifier: BSD-3-Clause
"""The case in words and numbers, from the rows that the manifest lists it by.

Nothing here knows a particular law: a row carries the class it belongs to, what it means and its
unit, and from that a table is made which a law of tomorrow fits into as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ssbmech.report.readable import (
    number_text,
    place_text,
    quantity_text,
    value_text,
    words,
)
from ssbmech.runfolder.shown import unit_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

_FRAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "PlaneStrain": "plane strain; integrals are per metre of depth",
        "PlaneSection": "plane section, active material free to swell out of the plane; integrals "
        "are per metre of depth",
        "Axisymmetric": "axisymmetric",
        "ThreeDimensional": "three-dimensional",
    }
)
_PART: Final = re.compile(r"(\w+)\[([^\]]*)\](?:\.(.*))?")
_RATE: Final = "C-rate"
_SECONDS_PER_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Listing:
    """A table of texts.

    Attributes:
        title: What it lists.
        head: Heads of the columns.
        rows: Its rows.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the list of all parameters.

    Attributes:
        name: Path to the value in the case.
        owner: Class that it belongs to.
        shown: Value in a unit of its size.
        si: Value in SI, with the unit; empty where that says no more.
        bounds: Bounds in SI.
        doc: What it is.
    """

    name: str
    owner: str
    shown: str
    si: str
    bounds: str
    doc: str


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a collection in the case, such as a layer or a protocol step.

    Attributes:
        label: Its name or number.
        rows: Its rows by the rest of their path.
    """

    label: str
    rows: Mapping[str, Row]


def case_rows(manifest: Mapping[str, Any]) -> list[Row]:
    """Return the rows of the case; none if the manifest has none.

    Args:
        manifest: The manifest.
    """
    rows = manifest.get("case")
    if not isinstance(rows, list):
        return []
    return [row for row in rows if isinstance(row, dict) and "name" in row]


def parameters(manifest: Mapping[str, Any]) -> list[Parameter]:
    """Return the list of all parameters.

    Args:
        manifest: The manifest.
    """
    found = []
    for row in case_rows(manifest):
        value, unit = row.get("value"), str(row.get("unit", ""))
        si = ""
        if unit and isinstance(value, (int, float)):
            si = f"{number_text(float(value), 8)} {unit_text(unit)}"
        found.append(
            Parameter(
                name=str(row["name"]),
                owner=str(row.get("class", "")),
                shown=value_text(value, unit),
                si=si.strip(),
                bounds=str(row.get("bounds", "")),
                doc=str(row.get("doc", "")),
            )
        )
    return found


def parts(rows: Iterable[Row], collection: str) -> list[Part]:
    """Return the members of a collection of the case, in order.

    Two that follow each other may have the same name: a new one begins where a path comes again.

    Args:
        rows: Rows of the case.
        collection: Name of the collection, such as ``protocol``.
    """
    found: list[Part] = []
    inside: dict[str, Row] = {}
    for row in rows:
        match = _PART.fullmatch(str(row["name"]))
        if match is None or match[1] != collection:
            continue
        label, rest = match[2], match[3] or ""
        if not found or found[-1].label != label or rest in inside:
            inside = {}
            found.append(Part(label, inside))
        inside[rest] = row
    return found


def case_listings(manifest: Mapping[str, Any]) -> list[Listing]:
    """Return tables of geometry, bodies, interfaces, fixture and knobs; only those not empty.

    Args:
        manifest: The manifest.
    """
    rows = case_rows(manifest)
    listings = [
        Listing("Knobs", ("knob", "value"), _knobs(manifest)),
        Listing("Geometry", ("", ""), _geometry(rows, manifest)),
        Listing("Bodies", ("body", "region", "material", "laws"), _bodies(rows, manifest)),
        Listing("Interfaces", ("interface", "laws"), _interfaces(rows)),
        Listing("Fixture and conditions", ("", ""), _conditions(rows)),
    ]
    return [listing for listing in listings if listing.rows]


def step_words(manifest: Mapping[str, Any]) -> list[str]:
    """Return what each step of the protocol asks for, in order.

    Args:
        manifest: The manifest.
    """
    return [_step(part) for part in parts(case_rows(manifest), "protocol")]


def script_words(manifest: Mapping[str, Any]) -> str:
    """Return the script and the arguments that the run was started with; empty if there is none.

    Args:
        manifest: The manifest.
    """
    script = manifest.get("script")
    if not isinstance(script, dict):
        return ""
    # The folders above are those of another machine.
    name = "/".join(PurePath(str(script.get("path", ""))).parts[-2:])
    return " ".join([name, *(str(each) for each in script.get("arguments") or ())])


def _knobs(manifest: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    script = manifest.get("script")
    knobs = script.get("knobs") if isinstance(script, dict) else None
    if not isinstance(knobs, dict):
        return ()
    found = []
    for name, knob in knobs.items():
        value = knob.get("value") if isinstance(knob, dict) else knob
        unit = str(knob.get("unit", "")) if isinstance(knob, dict) else ""
        if value is None:
            continue
        # A knob has the unit that its user typed, which is no SI unit.
        text = value_text(value, "")
        found.append((str(name), f"{text} {unit_text(unit)}".strip()))
    return tuple(found)


def _geometry(rows: Sequence[Row], manifest: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    frame = str(manifest.get("frame", ""))
    found = [("frame", _FRAMES.get(frame, frame))] if frame else []
    inner = [
        {**row, "name": str(row["name"]).removeprefix("geometry.")}
        for row in rows
        if str(row["name"]).startswith("geometry.")
    ]
    layers = parts(inner, "layers")
    if layers:
        stack = ", ".join(f"{part.label} {_value(part, 'thickness')}" for part in layers)
        found.append(("layers, from the bottom", stack))
    for row in inner:
        # Numbers of the geometry itself; those of layers and refinements are in the full list.
        if row.get("unit") and row.get("value") is not None and "[" not in row["name"]:
            label = str(row.get("doc") or row["name"])
            found.append((label, value_text(row["value"], row["unit"])))
    return tuple(found)


def _bodies(rows: Sequence[Row], manifest: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    found = []
    for body in parts(rows, "bodies"):
        inner = [{**row, "name": name} for name, row in body.rows.items()]
        contents = {part.label: _value(part, "") for part in parts(inner, "content")}
        for region in parts(inner, "materials"):
            laws = _laws(region.rows)
            if region.label in contents:
                laws += f"\nLithium content at the start {contents[region.label]}"
            found.append((body.label, region.label, _value(region, "name"), laws))
    if found:
        return tuple(found)
    labels = manifest.get("bodies")
    if not isinstance(labels, dict):
        return ()
    return tuple(
        (str(name), "", str(body.get("label", "")) if isinstance(body, dict) else "", "")
        for name, body in labels.items()
    )


def _interfaces(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    return tuple((place_text(part.label), _laws(part.rows)) for part in parts(rows, "interfaces"))


def _conditions(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    """Return fixture, supports, electrodes and temperature."""
    found = []
    named = {str(row["name"]): row for row in rows}
    fixture = {name: row for name, row in named.items() if name.startswith("fixture.")}
    if fixture:
        face = fixture.get("fixture.face", {}).get("value")
        found.append((f"fixture at {face}" if face else "fixture", _laws(fixture)))
    supports = [
        f"{words(str(row.get('class', ''))).lower()} at {row.get('value')}"
        for part in parts(rows, "supports")
        for name, row in part.rows.items()
        if name == "face"
    ]
    if supports:
        found.append(("supports", ", ".join(supports)))
    for label, name in (
        ("working electrode", "electrodes.working"),
        ("counter electrode", "electrodes.counter"),
        ("temperature", "temperature"),
    ):
        row = named.get(name)
        if row is not None and row.get("value") is not None:
            text = value_text(row["value"], str(row.get("unit", "")))
            found.append((label, place_text(text)))
    return tuple(found)


def _laws(rows: Mapping[str, Row]) -> str:
    """Return the laws of a region, interface or fixture, each on a line with its numbers.

    Args:
        rows: Rows by their path; what belongs to a law has a dot in it.
    """
    laws: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, row in rows.items():
        law, dot, last = name.rpartition(".")
        value, unit = row.get("value"), str(row.get("unit", ""))
        if not dot or value is None:
            continue
        texts = laws.setdefault(law, [])
        _, bracket, region = law.partition("[")
        where = f" at {region.partition(']')[0]}" if bracket else ""
        names[law] = words(str(row.get("class", ""))) + where
        if unit:
            texts.append(f"{row.get('doc') or last} {value_text(value, unit)}")
    lines = [": ".join(filter(None, (names[law], ", ".join(laws[law])))) for law in laws]
    return "\n".join(lines)


def _step(part: Part) -> str:
    """Return what a step asks for: its numbers, and what ends it before its time."""
    asks = []
    for name, row in part.rows.items():
        number = isinstance(row.get("value"), (int, float))
        if number and row.get("unit") and "[" not in name and name != "duration":
            asks.append(_asked(row))
        if name == "seats" and row.get("value"):
            asks.append("loads the fixture")
    inner = [{**row, "name": name} for name, row in part.rows.items()]
    for collection in ("stops", "until"):
        for condition in parts(inner, collection):
            if not condition.label:
                continue
            texts = [
                place_text(value_text(row.get("value"), str(row.get("unit", ""))))
                for name, row in condition.rows.items()
                if name != "quantity" and row.get("value") is not None
            ]
            owner = next(iter(condition.rows.values())).get("class", "")
            asks.append(f"until {words(str(owner)).lower()} {' '.join(texts)}")
    return ", ".join(asks).replace(", to ", " to ")


def _asked(row: Row) -> str:
    value, unit, doc = float(row["value"]), str(row["unit"]), str(row.get("doc", ""))
    if doc.startswith(_RATE):
        return f"{number_text(value * _SECONDS_PER_HOUR)} C"
    if "at which" in doc:
        return f"to {quantity_text(value, unit)}"
    return quantity_text(value, unit)


def _value(part: Part, name: str) -> str:
    row = part.rows.get(name)
    return "" if row is None else value_text(row.get("value"), str(row.get("unit", "")))
