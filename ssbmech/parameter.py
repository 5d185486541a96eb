# SPDX-License-Identifier: BSD-3-Clause
"""A number is declared once, with unit and bounds; validation, manifest and docs follow from that.

A frozen dataclass declares its numbers with `parameter` and calls `validate_parameters` first thing
in its `__post_init__`. From then on every field is a finite float in SI within its bounds::

    @dataclass(frozen=True, slots=True)
    class Elastic:
        young: float = parameter("Pa", low=0.0, low_open=True, doc="Young's modulus")
        poisson: float = parameter("1", low=0.0, high=0.5, high_open=True, doc="Poisson ratio")

        def __post_init__(self) -> None:
            validate_parameters(self)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, Protocol, TypedDict, runtime_checkable

from ssbmech.errors import ParameterError
from ssbmech.kind_words import shown
from ssbmech.kinds import admits_none, check_kinds
from ssbmech.units import to_si, unit_of

_KEY: Final = "ssbmech.parameter"

NOT_DESCRIBED: Final = MappingProxyType({"ssbmech.not_described": True})
"""Metadata of a dataclass field that `describe` leaves out."""

STATED_IF_GIVEN: Final = MappingProxyType({"ssbmech.stated_if_given": True})
"""Metadata of a field that says nothing as long as it is empty, such as laws of the user's own."""

UNSTATED: Final = MappingProxyType({"ssbmech.unstated": True})
"""Metadata of a field on which no result depends, such as the range in which a law is known: two
objects that differ in it alone are the same to manifests and to a run that goes on."""


class Provenance(Enum):
    """How a number came to stand where it stands."""

    READ = "read in the primary text, its data or its code"
    SECONDARY = "read in a secondary source"
    MEMORY = "from memory, to be checked against the source"
    DERIVED = "derived from other numbers"
    REVIEW = "read in a review of the field"
    CALIBRATED = "calibrated so that the law meets the data named"
    GUESSED = "guessed, within the range named"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from.

    Attributes:
        key: Key in the list of references.
        text: What was measured or computed, and how the number follows from it.
        temperature_K: Temperature at which the number holds [K]; None if it does not depend on it.
        note: What a user must know: scatter, competing values, limits of use.
        provenance: How the number was obtained.
    """

    key: str
    text: str
    temperature_K: float | None = None
    note: str = ""
    provenance: Provenance = Provenance.READ

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)


@runtime_checkable
class Tabulated(Protocol):
    """Role of a function given by points, which is declared, checked and listed as one value."""

    @property
    def y(self) -> tuple[float, ...]:
        """Ordinates of the points, in SI."""

    def summary(self) -> str:
        """Return number of points and ranges in a few words."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Unit and bounds of one number, or of the ordinates of one table.

    Attributes:
        unit: SI unit, written as in "Pa", "A m-2", "m3/mol" or "1".
        low: Lower bound in that unit, None for none.
        high: Upper bound in that unit, None for none.
        low_open: The lower bound itself is excluded.
        high_open: The upper bound itself is excluded.
        doc: What the number is.
        is_table: The value is a table.
        hint: What may have been meant by a number out of bounds.
    """

    unit: str
    low: float | None
    high: float | None
    low_open: bool
    high_open: bool
    doc: str
    is_table: bool = False
    hint: str = ""

    def admits(self, number: float) -> bool:
        """Tell whether a number in SI lies within the bounds."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = (
            self.high is None or number < self.high or (number == self.high and not self.high_open)
        )
        return above and below

    def bounds(self) -> str:
        """Return the bounds as an interval, for example "(0, 0.5]"."""
        left = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low:g}"
        right = "inf)" if self.high is None else f"{self.high:g}{')' if self.high_open else ']'}"
        return f"{left}, {right}"


@dataclass(frozen=True, slots=True)
class Derived:
    """Default of a number that follows from those declared before it.

    Attributes:
        value: Returns it, a quantity or a float in SI, from the object with these in SI.
    """

    value: Callable[[Any], Any]


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


def parameter(
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    low_open: bool = False,
    high_open: bool = False,
    default: Any = MISSING,
    doc: str = "",
    stated_if_given: bool = False,
    hint: str = "",
) -> Any:
    """Declare a number of a dataclass.

    Args:
        unit: SI unit of the stored float.
        low: Lower bound in SI.
        high: Upper bound in SI.
        low_open: The lower bound itself is excluded.
        high_open: The upper bound itself is excluded.
        default: Default, a quantity or a float in SI; None makes the number optional, and `Derived`
            takes the place of None by what follows from other numbers.
        doc: What the number is, in a few words.
        stated_if_given: It says nothing as long as it is None.
        hint: What may have been meant by a number out of bounds, such as a unit left out.

    Returns:
        The field, carrying its declaration.

    Raises:
        ParameterError: `unit` is not a unit.
    """
    unit_of(unit)
    declaration = Declaration(unit, low, high, low_open, high_open, doc, hint=hint)
    when = STATED_IF_GIVEN if stated_if_given else {}
    return dataclasses.field(default=default, metadata={_KEY: declaration, **when})


def table(
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    doc: str = "",
    made: bool = False,
) -> Any:
    """Declare a table of a dataclass, such as a `Curve`.

    Args:
        unit: SI unit of the ordinates.
        low: Lower bound of the ordinates in SI.
        high: Upper bound of the ordinates in SI.
        doc: What the ordinates are, in a few words.
        made: The dataclass makes the table itself, from other fields.

    Returns:
        The field, carrying its declaration.

    Raises:
        ParameterError: `unit` is not a unit.
    """
    unit_of(unit)
    declaration = Declaration(unit, low, high, False, False, doc, is_table=True)
    return dataclasses.field(init=not made, repr=not made, metadata={_KEY: declaration})


def validate_parameters(instance: Any) -> None:
    """Turn every declared number of a dataclass into a finite float in SI and check its bounds.

    Of a declared table every ordinate is checked. Every other field is checked for its kind, by its
    annotation (`ssbmech.kinds`).

    Args:
        instance: The dataclass instance under construction, frozen or not.

    Raises:
        ParameterError: A number has the wrong kind of unit, is not finite, or is out of bounds; a
            table is none.
        KindError: A field holds something of another kind.
    """
    owner: Any = type(instance)
    declared = list(_declared(instance))
    check_kinds(instance, leave_out={field.name for field, _ in declared})
    for field, declaration in declared:
        value = getattr(instance, field.name)
        if isinstance(field.default, Derived) and (value is None or value is field.default):
            value = field.default.value(instance)
        if value is None and (field.default is None or admits_none(owner, field.name)):
            continue
        name = f"{type(instance).__name__}.{field.name}"
        if declaration.is_table:
            _check_table(value, declaration, name)
            continue
        number = to_si(value, declaration.unit, name)
        if not declaration.admits(number):
            raise ParameterError(
                f"{name} = {number:g} [{declaration.unit}] is out of bounds: "
                f"expected a value in {declaration.bounds()} [{declaration.unit}]"
                + (
                    f"; {declaration.hint}"
                    if declaration.hint and _beyond(number, declaration)
                    else ""
                )
            )
        object.__setattr__(instance, field.name, number)


def _beyond(number: float, declaration: Declaration) -> bool:
    """Return whether a number is too large, of either sign."""
    return declaration.high is not None and abs(number) > declaration.high


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


def _check_table(value: Any, declaration: Declaration, name: str) -> None:
    if not isinstance(value, Tabulated):
        raise ParameterError(f"{name} = {shown(value)} is no table: expected a Curve")
    for index, number in enumerate(value.y):
        if not declaration.admits(number):
            raise ParameterError(
                f"{name}: y[{index}] = {number:g} [{declaration.unit}] is out of bounds: "
                f"expected values in {declaration.bounds()} [{declaration.unit}]"
            )


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
        empty = getattr(instance, name, None) in (None, False, ())
        given = not (empty and field.metadata.keys() & STATED_IF_GIVEN.keys())
        if given and (name in fields or isinstance(getattr(owner, name, ...), _PLAIN_TYPES)):
            yield field


def _declared(instance: Any) -> Iterator[tuple[dataclasses.Field[Any], Declaration]]:
    for field in dataclasses.fields(instance):
        if _KEY in field.metadata:
            yield field, field.metadata[_KEY]


def _rows(instance: Any, path: str) -> Iterator[Description]:
    declared = {field.name: declaration for field, declaration in _declared(instance)}
    for field in stated(instance):
        if field.metadata.keys() & NOT_DESCRIBED.keys():
            continue
        value = getattr(instance, field.name)
        name = f"{path}.{field.name}" if path else field.name
        yield from _value_rows(value, name, type(instance).__name__, declared.get(field.name))


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
            for label, part in _parts(value)
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


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
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
