# SPDX-License-Identifier: BSD-3-Clause
"""A number that tells two cases apart, also by tables, arrays and functions in them."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import singledispatch
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from ssbmech.parameter import stated


def fingerprint(value: Any) -> str:
    """Return a digest of a value and all that is in it.

    Functions count by their code, their constants and what they refer to outside, not by their
    name; files by their name, not by their folder.

    Args:
        value: dataclasses, mappings, sequences, numbers, texts, arrays and functions, nested.
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


@singledispatch
def _parts(value: Any) -> Iterator[bytes]:
    """Yield what tells a value from others."""
    yield type(value).__qualname__.encode()
    if dataclasses.is_dataclass(value):
        for field in stated(value):
            yield field.name.encode()
            yield from _parts(getattr(value, field.name))
    elif value is None or isinstance(value, (str, bytes, int, float)):
        yield repr(value).encode()


@_parts.register
def _(value: Enum) -> Iterator[bytes]:
    yield f"{type(value).__qualname__}.{value.name}".encode()


@_parts.register
def _(value: Path) -> Iterator[bytes]:
    yield value.name.encode()


@_parts.register(np.ndarray)
@_parts.register(np.generic)
def _(value: Any) -> Iterator[bytes]:
    array = np.asarray(value)
    yield f"{array.dtype} {array.shape}".encode()
    yield array.tobytes()


@_parts.register(Mapping)
def _(value: Mapping[Any, Any]) -> Iterator[bytes]:
    for key, entry in value.items():
        yield from _parts(key)
        yield from _parts(entry)


@_parts.register(tuple)
@_parts.register(list)
def _(value: tuple[Any, ...] | list[Any]) -> Iterator[bytes]:
    yield str(len(value)).encode()
    for entry in value:
        yield from _parts(entry)


@_parts.register(set)
@_parts.register(frozenset)
def _(value: set[Any] | frozenset[Any]) -> Iterator[bytes]:
    for entry in sorted(value, key=repr):
        yield from _parts(entry)


@_parts.register
def _(value: FunctionType) -> Iterator[bytes]:
    yield from _parts(value.__code__)
    yield from _parts(value.__defaults__)
    for cell in value.__closure__ or ():
        # a function may refer to itself
        if cell.cell_contents is not value:
            yield from _parts(cell.cell_contents)


@_parts.register
def _(value: CodeType) -> Iterator[bytes]:
    yield value.co_code
    yield " ".join(value.co_names).encode()
    for constant in value.co_consts:
        yield from _parts(constant)


@_parts.register
def _(value: MethodType) -> Iterator[bytes]:
    yield from _parts(value.__func__)
    yield from _parts(value.__self__)


@_parts.register
def _(value: functools.partial) -> Iterator[bytes]:  # type: ignore[type-arg]
    yield from _parts(value.func)
    yield from _parts(value.args)
    yield from _parts(value.keywords)
