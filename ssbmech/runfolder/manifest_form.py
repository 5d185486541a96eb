# SPDX-License-Identifier: BSD-3-Clause
"""Takes from a manifest what has the form that runs write, and names the rest.

A manifest may have been edited or damaged; one bad entry should not cost the whole report.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check = Callable[[Any], bool]

# Places named in full; more of them say no more.
_MOST_NAMED: Final = 5
_LARGEST_WHOLE: Final = 2**63


def checked(manifest: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a manifest without entries of another form than runs write, and a note on these.

    Args:
        manifest: The manifest as read.

    Returns:
        The manifest, and one sentence if anything was left out.
    """
    bad: list[str] = []
    good = _fields(_present(manifest), _SECTIONS, "", bad)
    for name in [each for each in _ITEMS if each in good]:
        good[name] = _items(good[name], _ITEMS[name], name, bad)
    for name in [each for each in _COUNTS if each in good]:
        checks = dict.fromkeys(good[name], _is_number)
        good[name] = _fields(good[name], checks, name, bad)
    if "script" in good:
        script = _fields(_present(good["script"]), _SCRIPT, "script", bad)
        knobs = script.get("knobs", {})
        script["knobs"] = _fields(knobs, dict.fromkeys(knobs, _is_object), "script: knobs", bad)
        good["script"] = script
    if not bad:
        return good, []
    more = f" and {len(bad) - _MOST_NAMED} more" if len(bad) > _MOST_NAMED else ""
    named = ", ".join(bad[:_MOST_NAMED])
    return good, [
        f"Entries of manifest.json are not as runs write them, and left out: {named}{more}."
    ]


def _present(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not null, which means the same as nothing."""
    return {name: value for name, value in content.items() if value is not None}


def _items(
    items: list[Any], checks: Mapping[str, Check], where: str, bad: list[str]
) -> list[dict[str, Any]]:
    """Return a list of objects; one that is none becomes empty, so that the others keep place."""
    found = []
    for number, item in enumerate(items):
        place = f"{where}[{number}]"
        if _is_object(item):
            found.append(_fields(_present(item), checks, place, bad))
        else:
            found.append({})
            bad.append(place)
    return found


def _fields(
    content: Mapping[str, Any], checks: Mapping[str, Check], where: str, bad: list[str]
) -> dict[str, Any]:
    """Return an object without the fields that fail their checks."""
    good = {}
    for name, value in content.items():
        if name not in checks or checks[name](value):
            good[name] = value
        else:
            bad.append(f"{where}: {name}" if where else name)
    return good


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_words(value: Any) -> bool:
    return _is_list(value) and all(map(_is_text, value))


def _is_number(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < _LARGEST_WHOLE
    return isinstance(value, float)


def _is_printable(value: Any) -> bool:
    """Return whether a value is none of the whole numbers that are too large for any unit."""
    return isinstance(value, bool) or not isinstance(value, int) or _is_number(value)


# Name -> what it has to be; what is not listed may be anything.
_SECTIONS: Final[Mapping[str, Check]] = MappingProxyType(
    dict.fromkeys(("name", "status", "reason", "frame", "started", "finished"), _is_text)
    | dict.fromkeys(("protocol", "case", "quantities", "resumed", "warnings"), _is_list)
    | dict.fromkeys(("bodies", "effort", "environment", "script", "solver", "sources"), _is_object)
    | dict.fromkeys(("unknowns", "linear_solver"), _is_object)
)
_ITEMS: Final[Mapping[str, Mapping[str, Check]]] = MappingProxyType(
    {
        "protocol": {"label": _is_text, "duration [s]": _is_number},
        "case": dict.fromkeys(("name", "class", "unit", "bounds", "doc"), _is_text)
        | {"value": _is_printable},
        "quantities": dict.fromkeys(("name", "symbol", "unit", "label"), _is_text)
        | {"components": _is_number},
        "resumed": {"time": _is_text, "from": _is_text, "ranks": _is_number, "at [s]": _is_number},
    }
)
_COUNTS: Final = ("unknowns", "effort")
_SCRIPT: Final[Mapping[str, Check]] = MappingProxyType(
    {"path": _is_text, "arguments": _is_words, "knobs": _is_object}
)
