# SPDX-License-Identifier: BSD-3-Clause
"""Content of ``manifest.json``: what ran, with which software, and how it ended.

The manifest is plain JSON. Sections that the figures look for, all of them optional:

- ``frame``: name of the frame, ``PlaneStrain``, ``Axisymmetric`` or ``ThreeDimensional``;
- ``protocol``: list of steps in order, each with a ``label``; the series column ``step`` counts
  them from 0;
- ``bodies``: mapping body -> {``label``}, used in legends;
- ``quantities``: list of the quantities of the user's own in series and field files, each with
  ``name``, ``symbol``, ``unit``, ``label`` and ``components``, as in the table of quantities.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np

from ssbmech.errors import RunFolderError

FORMAT_VERSION = 2


def now() -> str:
    """Return the present time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(path: Path) -> dict[str, Any]:
    """Read a manifest.

    Args:
        path: The file.

    Raises:
        RunFolderError: There is none, it cannot be read, or it is no JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunFolderError(f"{path.parent} is no run folder: no {path.name} in it") from error
    except OSError as error:
        raise RunFolderError(f"{path} cannot be read: {error.strerror}") from error
    except (RecursionError, ValueError) as error:
        raise RunFolderError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise RunFolderError(f"{path} should hold a JSON object")
    return content


def dump(content: Mapping[str, object]) -> str:
    """Return a manifest as JSON text.

    Raises:
        RunFolderError: A value is of a type that has no plain form.
    """
    return json.dumps(plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


@singledispatch
def plain(value: object) -> object:
    """Return a value as plain JSON data.

    Frozen dataclasses become objects that carry their class name; infinite and undefined numbers,
    which JSON lacks, become words.

    Raises:
        RunFolderError: The type has no plain form.
    """
    if is_dataclass(value) and not isinstance(value, type):
        content = {entry.name: plain(getattr(value, entry.name)) for entry in fields(value)}
        return {"class": type(value).__name__, **content}
    raise RunFolderError(
        f"the manifest cannot hold a {type(value).__name__} ({value!r}); "
        "give numbers, text, lists, mappings or dataclasses of them"
    )


@plain.register(str)
@plain.register(int)
@plain.register(bool)
@plain.register(type(None))
def _(value: str | int | bool | None) -> object:
    return value


@plain.register
def _(value: float) -> object:
    return float(value) if math.isfinite(value) else str(value)


@plain.register
def _(value: Enum) -> object:
    return plain(value.value)


@plain.register
def _(value: Path) -> object:
    return str(value)


@plain.register
def _(value: np.generic) -> object:
    return plain(value.item())


@plain.register
def _(value: np.ndarray) -> object:  # type: ignore[type-arg]
    return plain(value.tolist())


@plain.register
def _(value: Mapping) -> object:  # type: ignore[type-arg]
    return {str(key): plain(entry) for key, entry in value.items()}


@plain.register(Sequence)
def _(value: Sequence[object]) -> object:
    return [plain(entry) for entry in value]


@plain.register(Set)
def _(value: Set[object]) -> object:
    return sorted((plain(entry) for entry in value), key=str)
