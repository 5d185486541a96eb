# SPDX-License-Identifier: BSD-3-Clause
"""Kinds: every field of a dataclass is checked against its annotation when the object is made.

`ssbmech.parameter.validate_parameters` calls `check_kinds` for the fields that are no declared
numbers; so a class that is given for its instance, a lonely item where a tuple belongs, a number
where a function belongs or a text where an object belongs is told by the name of its field, long
before anything would stumble over it.

A role (`Protocol`) is fulfilled by whatever has its members: laws of the user's own pass. What an
annotation does not say (`Any`, expressions of forms) is not checked, nor is one that cannot be
read, such as that of a class which a function defines.
"""

from __future__ import annotations

import dataclasses
import inspect
import os
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from enum import Enum
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Final

import numpy as np

from ssbmech.errors import KindError
from ssbmech.kind_words import (
    EXAMPLES,
    call_of,
    is_quantity,
    name_of,
    shown,
    unwrapped,
    with_article,
    written,
)

_ARGUMENT: Final = {0: "", 1: "t", 2: "x, t"}


def check_kinds(instance: Any, leave_out: Set[str] = frozenset()) -> None:
    """Check each field of a dataclass against its annotation.

    A list, a range, and an array in one row, with a unit or without, are taken for a tuple, a whole
    number of numpy for an `int`.

    Args:
        instance: the dataclass instance under construction, frozen or not.
        leave_out: names of fields that are checked in another way.

    Raises:
        KindError: a value is of another kind; the message names class and field, what was given,
            and how what is expected is written.
    """
    owner: Any = type(instance)
    for name, hint in field_kinds(owner).items():
        if name in leave_out:
            continue
        value = getattr(instance, name)
        taken = _taken(value, hint, f"{owner.__name__}.{name}")
        if taken is not value:
            # as a converted number is taken in
            object.__setattr__(instance, name, taken)


@cache
def field_kinds(owner: Any) -> dict[str, Any]:
    """Return the annotations of a dataclass's fields that can be read, by name of the field."""
    found = {}
    for field in dataclasses.fields(owner):
        hint = _resolved(_declaring(owner, field), field.type)
        if hint is not None:
            found[field.name] = hint
    return found


@cache
def admits_none(owner: Any, name: str) -> bool:
    """Return whether the annotation of a dataclass's field admits None."""
    hint = field_kinds(owner).get(name)
    return type(None) in typing.get_args(hint)


def members_of(role: type) -> dict[str, bool]:
    """Return the members that a role asks for, and whether each is called."""
    found: dict[str, bool] = {}
    for base in reversed(role.__mro__):
        if not getattr(base, "_is_protocol", False):
            continue
        for name, member in vars(base).items():
            if name in ("__call__", "__len__") or not name.startswith("_"):
                found[name] = inspect.isfunction(member)
    return found


def missing_members(value: object, role: type) -> list[str]:
    """Return the members of a role that an object does not have."""
    return [name for name, called in members_of(role).items() if not _has(value, name, called)]


def _declaring(owner: type, field: dataclasses.Field[Any]) -> type:
    """Return the class that declares a field, in whose module its annotation is to be read."""
    for base in reversed(owner.__mro__):
        if vars(base).get("__dataclass_fields__", {}).get(field.name) is field:
            return base
    return owner


def _resolved(owner: type, hint: Any) -> Any:
    """Return an annotation as a type; None if it cannot be read."""
    if not isinstance(hint, str):
        return hint
    for base in owner.__mro__:
        module = sys.modules.get(base.__module__)
        try:
            # annotations are code of the module that declares them
            return eval(hint, dict(vars(module) if module else {}))
        except Exception:
            # and so may raise anything: names that only type checkers see, packages that are absent
            continue
    return None


def _has(value: object, name: str, called: bool) -> bool:
    """Return whether an object has a member, without evaluating its properties."""
    own = getattr(value, "__dict__", {})
    if name in own:
        # what an object holds itself stands before a default of its class
        return not called or callable(own[name])
    for base in type(value).__mro__:
        if name in vars(base):
            member = vars(base)[name]
            return not called or callable(member) or hasattr(member, "__get__")
    try:
        member = getattr(value, name)
    except Exception:
        # `__getattr__` of the user's own: what raises when it is asked for is not there
        return False
    return not called or callable(member)


def _taken(value: Any, hint: Any, where: str) -> Any:
    """Return a value as a field takes it.

    Raises:
        KindError: it is of another kind.
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or hint is object or isinstance(hint, typing.TypeVar):
        return value
    if origin in (typing.Union, types.UnionType):
        return _one_of(value, inner, where)
    if origin is typing.Annotated:
        return _taken(value, inner[0], where)
    if origin is typing.Literal:
        if not any(type(value) is type(item) and value == item for item in inner):
            raise _wrong(value, where, f"one of {', '.join(map(repr, inner))}")
        return value
    if hint is None or hint is type(None):
        if value is not None:
            raise _wrong(value, where, "None")
        return value
    if origin is tuple or hint is tuple:
        return _tuple(value, inner, where)
    special = _CONTAINERS.get(origin or hint)
    if special is not None:
        return special(value, inner, where)
    plain = _PLAIN.get(hint) if isinstance(hint, type) else None
    if plain is not None:
        return plain(value, where)
    if isinstance(origin or hint, type):
        return _instance(value, origin or hint, where)
    return value


def _one_of(value: Any, kinds: Sequence[Any], where: str) -> Any:
    """Return a value of one of several kinds."""
    failures = []
    for kind in kinds:
        try:
            return _taken(value, kind, where)
        except KindError as failure:
            if kind is not type(None):
                failures.append(failure)
    if len(failures) == 1:
        raise failures[0]
    names = [name_of(kind) for kind in kinds]
    raise _wrong(value, where, f"{', '.join(names[:-1])} or {names[-1]}")


def _instance(value: Any, kind: type, where: str) -> Any:
    """Return an object of a class, or one that has the members of a role."""
    if isinstance(value, type) and kind is not type:
        raise KindError(f"{where} is the class {value.__name__}: write {value.__name__}(...)")
    if getattr(kind, "_is_protocol", False):
        lacking = missing_members(value, kind)
        if lacking:
            raise _wrong(value, where, with_article(kind), f"it has no {lacking[0]!r}", kind)
        return value
    if issubclass(kind, Enum):
        if not isinstance(value, kind):
            choices = " or ".join(f"{kind.__name__}.{item.name}" for item in kind)
            raise KindError(
                f"{where} = {shown(value)} is not {with_article(kind)}: write {choices} (no text)"
            )
        return value
    if kind is np.ndarray:
        return value if isinstance(value, np.ndarray) else np.asarray(value)
    if not isinstance(value, kind):
        raise _wrong(value, where, with_article(kind), kind=kind)
    return value


def _function(value: Any, inner: Sequence[Any], where: str) -> Any:
    """Return a function that can be called with as many arguments as its kind says."""
    if isinstance(value, type):
        raise KindError(f"{where} is the class {value.__name__}: write {value.__name__}(...)")
    takes = inner[0] if inner and isinstance(inner[0], list) else None
    if not callable(value):
        number = isinstance(value, Real) or is_quantity(value)
        given = shown(value) if not is_quantity(value) else str(value)
        names = _ARGUMENT.get(len(takes or ()), "...")
        if takes is not None and takes != [float] and len(takes) == 1:
            names = "x"
        how = EXAMPLES.get(_bare(where)) or (
            f"write lambda {names}: {value!r}"
            if number and not is_quantity(value)
            else f"write lambda {names}: ..., with plain numbers in SI"
        )
        raise KindError(f"{where} = {given} is not a function: {how}")
    if takes is not None:
        _check_arguments(value, len(takes), where)
    return value


def _check_arguments(function: Any, count: int, where: str) -> None:
    """Refuse a function that cannot be called with a number of arguments."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*[None] * count)
    except TypeError:
        what = "argument" if count == 1 else "arguments"
        raise KindError(
            f"{where} = {shown(function)} takes {signature}: it is called with {count} {what}"
        ) from None


def _tuple(value: Any, inner: Sequence[Any], where: str) -> Any:
    """Return a tuple, of a list too, whose items are of their kind."""
    many = not inner or (len(inner) == 2 and inner[1] is Ellipsis)
    item = inner[0] if inner else Any
    if isinstance(value, np.ndarray) and value.ndim:
        value = tuple(value.tolist())
    if _is_row(value) or isinstance(value, range):
        value = tuple(value)
    if not isinstance(value, (tuple, list)):
        raise KindError(_lonely(value, item, where))
    if not many and len(value) != len(inner):
        raise _wrong(value, where, f"{len(inner)} values in a tuple")
    kinds = [item] * len(value) if many else list(inner)
    taken = [
        _taken(each, kind, f"{where}[{k}]")
        for k, (each, kind) in enumerate(zip(value, kinds, strict=True))
    ]
    same = isinstance(value, tuple) and all(a is b for a, b in zip(value, taken, strict=True))
    return value if same else tuple(taken)


def _is_row(value: Any) -> bool:
    """Return whether a value is an array of numbers with a unit, in one row."""
    return is_quantity(value) and np.ndim(value.magnitude) == 1


def _sequence(value: Any, inner: Sequence[Any], where: str) -> Any:
    """Return a sequence, but no text, whose items are of their kind."""
    if _is_row(value):
        return tuple(value)
    listed = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
    if not listed and not isinstance(value, np.ndarray):
        raise KindError(_lonely(value, inner[0] if inner else Any, where))
    for k, item in enumerate(value):
        _taken(item, inner[0] if inner else Any, f"{where}[{k}]")
    return value


def _mapping(value: Any, inner: Sequence[Any], where: str) -> Any:
    """Return a mapping whose keys and values are of their kind."""
    key_kind, value_kind = inner or (Any, Any)
    if not isinstance(value, Mapping):
        how = f"{{{'name' if key_kind is str else name_of(key_kind)!r}: {written(value_kind)}}}"
        raise KindError(f"{where} = {shown(value)} is not a mapping: write {how}")
    for key, item in value.items():
        _taken(key, key_kind, f"a key of {where}")
        _taken(item, value_kind, f"{where}[{shown(key)}]")
    return value


def _class(value: Any, inner: Sequence[Any], where: str) -> Any:
    """Return a class."""
    if not isinstance(value, type):
        raise _wrong(value, where, "a class")
    return value


def _text(value: Any, where: str) -> Any:
    if not isinstance(value, str):
        raise _wrong(value, where, "a text", "write it in quotation marks")
    return value


def _truth(value: Any, where: str) -> Any:
    value = unwrapped(value)
    if not isinstance(value, (bool, np.bool_)):
        raise _wrong(value, where, "True or False")
    return bool(value)


def _whole(value: Any, where: str) -> Any:
    value = unwrapped(value)
    if isinstance(value, bool) or not isinstance(value, Integral):
        near = f"write {value:.0f}" if isinstance(value, float) and value.is_integer() else ""
        raise _wrong(value, where, "a whole number", near)
    return int(value)


def _number(value: Any, where: str) -> Any:
    inside, value = "[" in where, unwrapped(value)
    if isinstance(value, bool) or not (isinstance(value, Real) or (inside and is_quantity(value))):
        why = "it has no unit, or is one in SI" if is_quantity(value) else ""
        raise _wrong(value, where, "a plain number", why)
    if isinstance(value, Real) and value != value:
        raise KindError(f"{where} = {value} is not a number: expected a plain number")
    return value


def _path(value: Any, where: str) -> Any:
    if not isinstance(value, (str, os.PathLike)):
        raise _wrong(value, where, "the path of a file")
    return value


_PLAIN: Final[Mapping[type, Callable[[Any, str], Any]]] = types.MappingProxyType(
    {str: _text, bool: _truth, int: _whole, float: _number, Path: _path}
)

_CONTAINERS: Final[Mapping[Any, Callable[[Any, Sequence[Any], str], Any]]] = types.MappingProxyType(
    {Callable: _function, Sequence: _sequence, Mapping: _mapping, dict: _mapping, type: _class}
)


def _wrong(
    value: object, where: str, expected: str, why: str = "", kind: type | None = None
) -> KindError:
    """Return the error about a value of another kind."""
    example = EXAMPLES.get(_bare(where), "")
    if not example and kind is not None:
        example = EXAMPLES.get(kind.__name__, "") or call_of(kind)
    notes = "; ".join(note for note in (why, example) if note)
    given = "the class" if isinstance(value, type) else type(value).__name__
    what = f"{shown(value)} ({given})" if value is not None else "None"
    return KindError(f"{where} = {what} is not {expected}{': ' if notes else ''}{notes}")


def _lonely(value: object, item: Any, where: str) -> str:
    """Return what is to be said of one item where several are expected."""
    if isinstance(value, type):
        return f"{where} is the class {value.__name__}: write ({value.__name__}(...),)"
    if isinstance(value, Iterator):
        return f"{where} is a {type(value).__name__}, which is used up at once: write tuple(...)"
    plain = isinstance(value, (str, Real)) or value is None
    fitting = value is not None
    if fitting:
        try:
            _taken(value, item, f"{where}[0]")
        except KindError:
            fitting = False
    if not fitting:
        return (
            f"{where} = {shown(value)} ({type(value).__name__}) must be a tuple: "
            f"write ({written(item)},) with a comma, or () for none"
        )
    how = shown(value) if plain or is_quantity(value) else f"{type(value).__name__}(...)"
    return (
        f"{where} must be a tuple, but is a single {type(value).__name__}: "
        f"write ({how},) with a comma"
    )


def _bare(where: str) -> str:
    """Return "Class.field" of a place within it."""
    return where.removeprefix("a key of ").partition("[")[0]
