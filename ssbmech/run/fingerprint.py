# SPDX-License-Identifier: BSD-3-Clause
"""A number that tells two cases apart, also by tables, functions and objects of any kind in them.

What the user wrote counts by what it says: functions by their code, their constants and the values
of what they refer to outside; objects by their class and all that they hold. What comes from a
library counts by its name. Files count by their names here, and by their content in `input_files`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import sysconfig
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import singledispatch
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import numpy as np

from ssbmech.errors import CaseError
from ssbmech.parameter import stated

Inside = frozenset[int]
"""Identities of the objects that a walk is within, so that it ends where one holds itself."""

_OURS: Final = Path(__file__).resolve().parents[1]

_LIBRARIES: Final = tuple(
    Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")
)

_DATA: Final = (".csv", ".dat", ".h5", ".inp", ".json", ".mat", ".msh", ".npy", ".npz", ".txt")
"""Endings of texts that may name a file that is read during a run."""

_BY_TEXT: Final = ("pint",)
"""Packages whose objects are what they show."""

_BY_TYPE: Final = ("mpi4py", "petsc4py", "logging", "_io")
"""Packages whose objects decide no result: communicators, logs, streams."""


def fingerprint(value: Any) -> str:
    """Return a digest of a value and all that is in it.

    Args:
        value: dataclasses, mappings, sequences, numbers, texts, arrays, functions and objects that
            can be copied, nested.

    Raises:
        CaseError: something in it cannot be told from others of its kind, such as a generator.
    """
    digest = hashlib.sha256()
    for part in _within(value, frozenset()):
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def input_files(value: Any) -> dict[str, str]:
    """Return the digests of the files that a value names and that are there, by their names.

    Args:
        value: as for `fingerprint`; files are paths, and texts that end like those of data.

    Raises:
        CaseError: as `fingerprint` does, or a file cannot be read.
    """
    found: dict[str, str] = {}
    for part in _within(value, frozenset()):
        if isinstance(part, _Named) and part.path.is_file():
            try:
                with part.path.open("rb") as stream:
                    found[part.path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError as error:
                raise CaseError(f"{part.path} cannot be read: {error.strerror}") from error
    return found


class _Named(bytes):
    """Name of a file on a walk; the folder it lies in may change."""

    path: Path

    @classmethod
    def of(cls, path: Path) -> _Named:
        """Return the name of a path."""
        named = cls(path.name.encode())
        named.path = path
        return named


def _within(value: Any, inside: Inside) -> Iterator[bytes]:
    """Yield what tells a value from others, unless the walk is within it already."""
    if id(value) in inside:
        yield b"itself"
    else:
        yield from _parts(value, inside | {id(value)})


@singledispatch
def _parts(value: Any, inside: Inside) -> Iterator[bytes]:
    """Yield what tells a value from others."""
    if isinstance(value, str) and value.lower().endswith(_DATA):
        yield _Named.of(Path(value))
    if value is None or isinstance(value, (str, bytes, int, float, complex)):
        yield type(value).__qualname__.encode()
        yield repr(value).encode()
        return
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    yield kind.__qualname__.encode()
    if package in _BY_TEXT:
        yield str(value).encode()
    elif dataclasses.is_dataclass(value):
        yield from _methods(kind, inside)
        for field in stated(value):
            yield field.name.encode()
            yield from _within(getattr(value, field.name), inside)
    elif package not in _BY_TYPE:
        yield from _methods(kind, inside)
        yield from _copied(value, inside)


def _copied(value: Any, inside: Inside) -> Iterator[bytes]:
    """Yield what a copy of an object would be made from.

    Raises:
        CaseError: no copy can be made.
    """
    try:
        recipe = value.__reduce_ex__(4)
    except (TypeError, AttributeError, NotImplementedError) as error:
        raise CaseError(
            f"a {type(value).__module__}.{type(value).__qualname__} is part of the case, and what "
            f"is in it cannot be read ({error}): a run that goes on could not tell whether it is "
            "still the same; give a function of numbers, an array or a dataclass instead"
        ) from error
    if isinstance(recipe, str):
        yield recipe.encode()
        return
    maker, arguments, *rest = recipe
    yield getattr(maker, "__qualname__", "").encode()
    # the class, which comes first in most recipes, is counted already
    yield from _within([item for item in arguments if item is not type(value)], inside)
    for part in rest:
        held = list(part) if isinstance(part, Iterator) else part
        yield from _within(held, inside)


def _methods(kind: type, inside: Inside) -> Iterator[bytes]:
    """Yield the methods that the user wrote for a class; those of libraries go by its name.

    Those that dataclasses write follow from the fields.
    """
    for owner in kind.__mro__:
        for name, item in vars(owner).items():
            function = getattr(item, "fget", getattr(item, "__func__", item))
            if isinstance(function, FunctionType) and not _is_foreign(function.__code__):
                yield name.encode()
                yield from _within(function, inside)


def _is_foreign(code: CodeType) -> bool:
    """Return whether code stands in no file, or in one that is not the user's own."""
    return code.co_filename.startswith("<") or _is_installed(code.co_filename)


def _is_library(function: FunctionType) -> bool:
    """Return whether a function is not the user's own, who may have typed it into a shell."""
    if function.__code__.co_filename.startswith("<"):
        file = function.__globals__.get("__file__")
        return file is not None and _is_installed(file)
    return _is_installed(function.__code__.co_filename)


@functools.cache
def _is_installed(file: str) -> bool:
    """Return whether a file belongs to this package, to Python or to an installed package."""
    path = Path(file).resolve()
    installed = {"site-packages", "dist-packages"} & set(path.parts)
    return bool(installed) or any(path.is_relative_to(at) for at in (_OURS, *_LIBRARIES))


@_parts.register
def _(value: type, inside: Inside) -> Iterator[bytes]:
    yield value.__qualname__.encode()
    yield from _methods(value, inside)


@_parts.register
def _(value: Enum, inside: Inside) -> Iterator[bytes]:
    yield f"{type(value).__qualname__}.{value.name}".encode()


@_parts.register
def _(value: Path, inside: Inside) -> Iterator[bytes]:
    yield _Named.of(value)


@_parts.register(np.ndarray)
@_parts.register(np.generic)
def _(value: Any, inside: Inside) -> Iterator[bytes]:
    array = np.asarray(value)
    yield f"{array.dtype} {array.shape}".encode()
    if array.dtype.hasobject:
        yield from _within(array.tolist(), inside)
    else:
        yield array.tobytes()


@_parts.register(Mapping)
def _(value: Mapping[Any, Any], inside: Inside) -> Iterator[bytes]:
    for key, entry in value.items():
        yield from _within(key, inside)
        yield from _within(entry, inside)


@_parts.register(tuple)
@_parts.register(list)
def _(value: tuple[Any, ...] | list[Any], inside: Inside) -> Iterator[bytes]:
    yield str(len(value)).encode()
    for entry in value:
        yield from _within(entry, inside)


@_parts.register(set)
@_parts.register(frozenset)
def _(value: set[Any] | frozenset[Any], inside: Inside) -> Iterator[bytes]:
    yield from (digest.encode() for digest in sorted(fingerprint(entry) for entry in value))


@_parts.register
def _(value: FunctionType, inside: Inside) -> Iterator[bytes]:
    if _is_library(value):
        yield f"{value.__module__}.{value.__qualname__}".encode()
    else:
        yield from _within(value.__code__, inside)
        yield from _outside(value, inside)
    yield from _within(value.__defaults__, inside)
    yield from _within(value.__kwdefaults__, inside)
    for cell in value.__closure__ or ():
        # a name that is given its value later
        with contextlib.suppress(ValueError):
            yield from _within(cell.cell_contents, inside)


def _outside(value: FunctionType, inside: Inside) -> Iterator[bytes]:
    """Yield the global values that a function refers to, those of the user's own modules too."""
    known = value.__globals__
    names = sorted(_names(value.__code__))
    for name in names:
        if name not in known:
            continue
        yield name.encode()
        held = known[name]
        file = getattr(held, "__file__", None) if isinstance(held, ModuleType) else None
        if file is not None and not _is_installed(file):
            for inner in names:
                if inner in vars(held):
                    yield inner.encode()
                    yield from _within(vars(held)[inner], inside)
        else:
            yield from _within(held, inside)


def _names(code: CodeType) -> set[str]:
    """Return the names that code refers to, and that the functions in it do."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*(_names(constant) for constant in inner))


@_parts.register
def _(value: CodeType, inside: Inside) -> Iterator[bytes]:
    yield value.co_code
    yield " ".join(value.co_names).encode()
    for constant in value.co_consts:
        yield from _within(constant, inside)


@_parts.register
def _(value: ModuleType, inside: Inside) -> Iterator[bytes]:
    yield value.__name__.encode()


@_parts.register
def _(value: BuiltinFunctionType, inside: Inside) -> Iterator[bytes]:
    yield value.__qualname__.encode()
    if not isinstance(value.__self__, ModuleType):
        yield from _within(value.__self__, inside)


@_parts.register
def _(value: MethodType, inside: Inside) -> Iterator[bytes]:
    yield from _within(value.__func__, inside)
    yield from _within(value.__self__, inside)


@_parts.register
def _(value: functools.partial, inside: Inside) -> Iterator[bytes]:  # type: ignore[type-arg]
    yield from _within(value.func, inside)
    yield from _within(value.args, inside)
    yield from _within(value.keywords, inside)
