# SPDX-License-Identifier: BSD-3-Clause
"""Algebra of tensors by their components, of which some are known to be zero.

Forms of large strains hold inverses and products of tensors, which in a section are of two
dimensions and a number. Written by components, what is zero is left out before it is compiled.
"""

from __future__ import annotations

import ufl

from ssbmech.frames import Components, Expr

_NEXT = (1, 2, 0)


def _zero(a: Expr) -> bool:
    """Return whether a component is known to be zero."""
    return isinstance(a, float | int) and a == 0.0


def _times(a: Expr, b: Expr) -> Expr:
    return 0.0 if _zero(a) or _zero(b) else a * b


def _plus(a: Expr, b: Expr) -> Expr:
    if _zero(a):
        return b
    return a if _zero(b) else a + b


def _minus(a: Expr, b: Expr) -> Expr:
    if _zero(b):
        return a
    return -b if _zero(a) else a - b


def identity() -> Components:
    """Return the unit tensor."""
    return tuple(tuple(1.0 if i == j else 0.0 for j in range(3)) for i in range(3))


def added(a: Components, b: Components) -> Components:
    """Return a + b."""
    return tuple(
        tuple(_plus(p, q) for p, q in zip(x, y, strict=True)) for x, y in zip(a, b, strict=True)
    )


def scaled(a: Components, factor: Expr) -> Components:
    """Return a times a number."""
    return tuple(tuple(_times(factor, p) for p in row) for row in a)


def transposed(a: Components) -> Components:
    """Return the transposed tensor."""
    return tuple(zip(*a, strict=True))


def product(a: Components, b: Components) -> Components:
    """Return a b."""
    return tuple(tuple(_dot(row, column) for column in transposed(b)) for row in a)


def contracted(a: Components, b: Components) -> Expr:
    """Return a : b."""
    total: Expr = 0.0
    for x, y in zip(a, b, strict=True):
        total = _plus(total, _dot(x, y))
    return total


def cofactors(a: Components) -> Components:
    """Return det(a) times the transposed inverse of a."""

    def minor(i: int, j: int) -> Expr:
        (p, q), (r, s) = (_NEXT[i], _NEXT[_NEXT[i]]), (_NEXT[j], _NEXT[_NEXT[j]])
        return _minus(_times(a[p][r], a[q][s]), _times(a[p][s], a[q][r]))

    return tuple(tuple(minor(i, j) for j in range(3)) for i in range(3))


def determinant(a: Components) -> Expr:
    """Return det(a)."""
    return _dot(a[0], cofactors(a)[0])


def inverse(a: Components) -> Components:
    """Return the inverse of a."""
    return scaled(transposed(cofactors(a)), 1 / determinant(a))


def tensor(a: Components) -> Expr:
    """Return the tensor of the components, shape (3, 3)."""
    return ufl.as_tensor([list(row) for row in a])


def components(tensor: Expr, like: Components) -> Components:
    """Return the components of a tensor that has the zeros of another."""
    return tuple(
        tuple(0.0 if _zero(like[i][j]) else tensor[i, j] for j in range(3)) for i in range(3)
    )


def _dot(a: tuple[Expr, ...], b: tuple[Expr, ...]) -> Expr:
    total: Expr = 0.0
    for p, q in zip(a, b, strict=True):
        total = _plus(total, _times(p, q))
    return total
