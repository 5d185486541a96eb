# SPDX-License-Identifier: BSD-3-Clause
"""Descriptions: every value of an object as rows, for manifests, reports and the documentation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypedDict

from ssbmech.errors import ParameterError
from ssbmech.parameter.declaration import (
    NOT_DESCRIBED,
    STATED_IF_GIVEN,
    UNSTATED,
    Declaration,
    Tabulated,
    declared,
)
from ssbmech.parameter.source import Source

_PLAIN_TYPES: Final = (float, int, str, type(None))

_PLAIN: Final = Declaration("", None, None, False, False, "")

Description = TypedDict(
    "Description",
    {
        "class": str,
        "name": str,
        "value": Any,
        "unit": str,
        "low": float | None,
        "high": float | None,
        "bounds": str,
        "doc": str,
    },
)
"""One value of an object as `describe` lists it; what has a unit is declared: number or table."""


def describe(instance: Any) -> list[Description]:
    """List every value of a dataclass and of the dataclasses in it, constants of a class too.

    The name of a row is the path to the value, such as "flow.rate", "layers[separator].thickness"
    (a part of a tuple or mapping that has a name) or "steps[0].duration" (one that has none). A
    part without values, such as a swelling of none, has one row that holds the name of its class. A
    table has one row too, with a summary as its value.

    Args:
        instance: A validated dataclass instance.

    Returns:
        One row per value, in the order of declaration; values in SI.
    """
    return list(_rows(instance, ""))


def markdown_table(instance: Any, sources: Mapping[str, Source]) -> str:
    """Return the declared numbers of an object and their sources as a Markdown table.

    Args:
        instance: A validated dataclass instance.
        sources: Source of each number, by its path as in `describe`.

    Raises:
        ParameterError: A number has no source.
    """
    lines = [
        "| quantity | parameter | value | unit | bounds | T [K] | source | how known |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in describe(instance):
        if not row["unit"]:
            continue
        if row["name"] not in sources:
            raise ParameterError(f"{row['name']} has no source: expected an entry of that name")
        source = sources[row["name"]]
        temperature = "" if source.temperature_K is None else f"{source.temperature_K:g}"
        remark = "; ".join(part for part in (source.text, source.note) if part)
        lines.append(
            f"| {row['doc']} | `{row['name']}` | {_shown(row['value'])} | {row['unit']} "
            f"| {row['bounds']} | {temperature} | [{source.key}] {remark} "
            f"| {source.provenance.name.lower()} |"
        )
    return "\n".join(lines) + "\n"


def stated(instance: Any) -> Iterator[dataclasses.Field[Any]]:
    """Yield what a dataclass states: its fields and the plain constants of its class.

    Constants (`ClassVar`) count, for they tell one law from another; those that are no number, text
    or None do not, nor do empty fields that are stated if given, and fields on which no result
    depends.

    Args:
        instance: A dataclass instance, or its class.
    """
    owner = instance if isinstance(instance, type) else type(instance)
    fields = {field.name for field in dataclasses.fields(instance)}
    # in the order of declaration; `dataclasses.fields` leaves constants out
    for name, field in instance.__dataclass_fields__.items():
        if field.metadata.keys() & UNSTATED.keys():
            continue
        # by value, not by truth: a pattern of no patches still has a factor between them
        value = getattr(instance, name, None)
        # an array of the user's own compares with each of these item by item
        empty = isinstance(value, (type(None), int, float, tuple)) and value in (None, False, ())
        given = not (empty and field.metadata.keys() & STATED_IF_GIVEN.keys())
        if given and (name in fields or isinstance(getattr(owner, name, ...), _PLAIN_TYPES)):
            yield field


def _rows(instance: Any, path: str) -> Iterator[Description]:
    numbers = {field.name: declaration for field, declaration in declared(instance)}
    for field in stated(instance):
        if field.metadata.keys() & NOT_DESCRIBED.keys():
            continue
        value = getattr(instance, field.name)
        name = f"{path}.{field.name}" if path else field.name
        yield from _value_rows(value, name, type(instance).__name__, numbers.get(field.name))


def _value_rows(
    value: Any, name: str, owner: str, declaration: Declaration | None
) -> Iterator[Description]:
    """Yield the rows of one value: those of its parts if it has parts, else its own."""
    inner: list[Description]
    if declaration is not None and declaration.is_table:
        inner = []
    elif dataclasses.is_dataclass(value):
        inner = list(_rows(value, name))
    else:
        inner = [
            row
            for label, part in _labelled(value)
            for row in _value_rows(part, f"{name}[{label}]", owner, declaration)
        ]
    yield from inner or [_row(value, name, owner, declaration)]


def _row(value: Any, name: str, owner: str, declaration: Declaration | None) -> Description:
    shown = _PLAIN if declaration is None else declaration
    return {
        "class": owner,
        "name": name,
        "value": _plain(value),
        "unit": shown.unit,
        "low": shown.low,
        "high": shown.high,
        "bounds": "" if declaration is None else declaration.bounds(),
        "doc": shown.doc,
    }


def parts_of(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield the fields of a dataclass, or the parts of a mapping or sequence, with their paths.

    Args:
        value: Any value; a class and what is nothing of these has no parts.
        path: Path to it; empty for none.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            name = f"{path}.{field.name}" if path else field.name
            yield name, getattr(value, field.name)
    else:
        yield from ((f"{path}[{label}]", part) for label, part in _labelled(value))


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _labelled(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a mapping or sequence: by key, by their names, or by number."""
    if isinstance(value, Mapping):
        yield from ((str(key), part) for key, part in value.items())
    elif isinstance(value, (tuple, list)):
        yield from ((str(getattr(part, "name", index)), part) for index, part in enumerate(value))


def _plain(value: Any) -> float | int | str | bool | None:
    """Return what a manifest can hold: numbers and texts as they are, other things by name."""
    if isinstance(value, _PLAIN_TYPES):
        return value
    if isinstance(value, Tabulated):
        return value.summary()
    return str(getattr(value, "__qualname__", getattr(value, "name", type(value).__qualname__)))
