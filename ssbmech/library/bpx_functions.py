# SPDX-License-Identifier: BSD-3-Clause
"""Functions of a BPX file: constants, tables and expressions in x, and curves made from them.

Expressions are read as arithmetic alone: numbers, x, + - * / **, and the functions of `_KNOWN`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
        return BpxFunction(lambda x: np.asarray(_value(tree, x, told) + 0.0 * x), None)
    if isinstance(given, dict) and {"x", "y"} <= set(given):
        x, y = (np.asarray(given[axis], dtype=np.float64) for axis in "xy")
        if x.ndim != 1 or x.shape != y.shape or len(x) < 2 or not (np.diff(x) > 0.0).all():
            raise ParameterError(
                f"{told}: expected a table with as many x as y, and x that increase"
            )
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
        if len(chosen) == MOST_POINTS:
            raise ParameterError(
                f"a function of the file is met by {MOST_POINTS} points only within "
                f"{off.max():g}, not within {tolerance:g}: it bends too sharply at "
                f"x = {x[off.argmax()]:g}"
            )
        chosen = sorted({*chosen, int(off.argmax())})


def _parsed(text: str, told: str) -> ast.expr:
    """Return an expression as a tree.

    Raises:
        ParameterError: it is none.
    """
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as failure:
        raise ParameterError(f"{told}: {text!r} is no expression in x") from failure


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
