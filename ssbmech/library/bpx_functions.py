# SPDX-License-Identifier: BSD-3-Clause
"""Functions of a BPX file: constants, tables and expressions in x, and curves made from them.

Expressions are read as arithmetic alone: numbers, x, + - * / **, and the functions of `_KNOWN`.
They are never run as Python, and are bounded in length and depth, so that a file cannot stall its
reader.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ssbmech.errors import ParameterError
from ssbmech.materials.curve import Curve

Floats = npt.NDArray[np.float64]

_KNOWN: Final[Mapping[str, Callable[[Any], Any]]] = {
    name: getattr(np, name)
    for name in (
        "abs", "arctan", "cos", "cosh", "exp", "log", "log10", "sin", "sinh", "sqrt", "tan", "tanh",
    )
}  # fmt: skip
_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}

MOST_POINTS: Final = 80
"""Points that a curve may need."""

MOST_CHARACTERS: Final = 4000
"""Characters that an expression may have."""

MOST_LEVELS: Final = 100
"""Operations and brackets that may lie within one another; a sum of n terms has n - 1."""

_SAMPLES: Final = 2001


@dataclass(frozen=True)
class BpxFunction:
    """A function of the content.

    Attributes:
        at: returns its values at contents.
        constant: its value, if it is the same everywhere.
    """

    at: Callable[[Floats], Floats]
    constant: float | None


def section_of(sections: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a section of the file.

    Raises:
        ParameterError: there is none.
    """
    found = sections.get(name)
    if not isinstance(found, dict):
        raise ParameterError(f"there is no section {name!r}, only {_listed(sections)}")
    return found


def number_of(
    section: Mapping[str, Any], key: str, where: str, otherwise: float | None = None
) -> float:
    """Return a number of a section.

    Raises:
        ParameterError: there is none, or it is not finite.
    """
    found = section.get(key, otherwise)
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not isfinite(found):
        told = f"there it is {found!r}" if key in section else f"it has {_listed(section)}"
        raise ParameterError(f"{where!r} has no number {key!r}: {told}")
    return float(found)


def _listed(entries: Mapping[str, Any]) -> str:
    """Return the names of entries for a message."""
    return ", ".join(repr(name) for name in entries) or "nothing"


def function_of(section: Mapping[str, Any], key: str, where: str) -> BpxFunction:
    """Return what a section gives as a number, a table or an expression.

    Args:
        section: a section of the file.
        key: name of the entry.
        where: name of the section, for messages.

    Raises:
        ParameterError: there is no such entry, or it is none of the three.
    """
    given, told = section.get(key), f"{where!r}: {key}"
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        value = float(given)
        return BpxFunction(lambda x: np.full(np.shape(x), value), value)
    if isinstance(given, str):
        tree = _parsed(given, told)
        _check(tree, told)
        return BpxFunction(lambda x: _values(tree, x, told), None)
    if isinstance(given, dict) and {"x", "y"} <= set(given):
        x, y = _table(given, told)
        return BpxFunction(lambda at: np.interp(at, x, y), None)
    raise ParameterError(f"{told}: expected a number, an expression in x, or a table of x and y")


def curve_of(function: BpxFunction, low: float, high: float, tolerance: float) -> Curve:
    """Return a curve of so few points that it meets a function within a tolerance.

    A point is added where the curve is farthest off, until it is nowhere too far.

    Args:
        function: the function.
        low: least content.
        high: largest content.
        tolerance: largest difference, in the unit of the function.

    Raises:
        ParameterError: the function is not finite, or the curve would need more points than 80.
    """
    x = np.linspace(low, high, _SAMPLES, dtype=np.float64)
    with np.errstate(all="ignore"):
        y = function.at(x)
    if not np.isfinite(y).all():
        at = float(x[~np.isfinite(y)][0])
        raise ParameterError(f"a function of the file has no finite value at x = {at:g}")
    chosen = sorted({0, _SAMPLES // 4, _SAMPLES // 2, 3 * _SAMPLES // 4, _SAMPLES - 1})
    while True:
        curve = Curve(tuple(map(float, x[chosen])), tuple(map(float, y[chosen])))
        off = np.abs(curve.numeric(x) - y)
        if off.max() <= tolerance:
            return curve
        # so large numbers that the curve misses its own points by more than that count likewise
        if len(chosen) == MOST_POINTS or off.argmax() in chosen:
            raise ParameterError(
                f"a function of the file is met by {MOST_POINTS} points only within "
                f"{off.max():g}, not within {tolerance:g}: it bends too sharply at "
                f"x = {x[off.argmax()]:g}"
            )
        chosen = sorted({*chosen, int(off.argmax())})


def _table(given: Mapping[str, Any], told: str) -> tuple[Floats, Floats]:
    """Return x and y of a table.

    Raises:
        ParameterError: they are no finite numbers, not as many, or x does not increase.
    """
    try:
        x, y = (np.asarray(given[axis], dtype=np.float64) for axis in "xy")
    except (TypeError, ValueError) as failure:
        raise ParameterError(f"{told}: expected numbers in the table") from failure
    fits = x.ndim == 1 and x.shape == y.shape and len(x) >= 2
    if not (fits and np.isfinite([x, y]).all() and (np.diff(x) > 0.0).all()):
        raise ParameterError(
            f"{told}: expected a table with as many x as y, all finite, and x that increase"
        )
    return x, y


def _parsed(text: str, told: str) -> ast.expr:
    """Return an expression as a tree.

    Raises:
        ParameterError: it is none, or longer or deeper than one should be.
    """
    # before it is parsed: Python's parser takes exponentially long to refuse nested brackets
    levels = np.cumsum([(sign in "([{") - (sign in ")]}") for sign in text])
    if len(text) > MOST_CHARACTERS or max(levels, default=0) > MOST_LEVELS:
        raise ParameterError(
            f"{told}: the expression has more than {MOST_CHARACTERS} characters, or brackets in "
            f"more than {MOST_LEVELS} levels"
        )
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as failure:
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        raise ParameterError(f"{told}: {shown!r} is no expression in x") from failure


def _check(tree: ast.expr, told: str) -> None:
    """Refuse a tree that is too deep, or holds something else than arithmetic of x.

    Raises:
        ParameterError: it does.
    """
    level: list[ast.AST] = [tree]
    for _ in range(MOST_LEVELS + 1):
        level = [
            child
            for node in level
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr)
        ]
        if not level:
            break
    else:
        raise ParameterError(
            f"{told}: the expression is deeper than {MOST_LEVELS} operations within one another"
        )
    _values(tree, np.array([0.5]), told)


def _values(tree: ast.expr, x: Floats, told: str) -> Floats:
    """Return the values of an expression; not finite where it has none.

    Raises:
        ParameterError: it holds something else than arithmetic of x, or a number beyond those of
            the computer.
    """
    try:
        with np.errstate(all="ignore"):
            found = np.asarray(_value(tree, x, told))
    except ArithmeticError as failure:
        raise ParameterError(f"{told}: the expression has no value: {failure}") from failure
    if np.iscomplexobj(found):
        raise ParameterError(f"{told}: the expression takes a root of a negative number")
    return np.array(np.broadcast_to(found, np.shape(x)), dtype=np.float64)


def _value(tree: ast.expr, x: Floats, told: str) -> Any:
    """Return the value of an expression.

    Raises:
        ParameterError: it holds something else than arithmetic of x.
    """
    match tree:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id="x"):
            return x
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, x, told), _value(right, x, told))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(operand, x, told))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _KNOWN:
            return _KNOWN[name](_value(argument, x, told))
    raise ParameterError(
        f"{told}: {ast.unparse(tree)!r} is not understood: expected numbers, x, + - * / ** and "
        f"{', '.join(sorted(_KNOWN))}"
    )
