# SPDX-License-Identifier: BSD-3-Clause
r"""A surface that has moved away from the one on which its fields live.

With the place y of its points, :math:`F = \nabla_\Gamma y` and :math:`C = F^T F` in the plane of
the first surface, an area of it is J times what it was, and gradients along it are

.. math:: J = \sqrt{\det C}, \quad
          J \, \nabla_s p \cdot \nabla_s q = \nabla_\Gamma p \cdot \frac{adj\,C}{J} \nabla_\Gamma q
"""

from __future__ import annotations

import ufl

from ssbmech.frames import Expr


def stretch(place: Expr, dim: int) -> Expr:
    """Return the area of a surface over that of the one on which its fields live, J [1].

    Args:
        place: where its points are, a field on the first surface [m].
        dim: dimension of the surface; a line has one.
    """
    change = _change(place)
    first = ufl.tr(change)
    if dim == 1:
        return ufl.sqrt(first)
    return ufl.sqrt((first**2 - ufl.inner(change, change)) / 2)


def along(place: Expr, dim: int, p: Expr, q: Expr) -> Expr:
    """Return the product of the gradients of two fields along a surface, times J [1/m2 of both].

    Args:
        place: where its points are, a field on the first surface [m].
        dim: dimension of the surface; a line has one.
        p: a scalar field.
        q: another one.
    """
    change, grad_p, grad_q = _change(place), ufl.grad(p), ufl.grad(q)
    product = ufl.inner(grad_p, grad_q)
    if dim == 2:
        # gradients lie in the plane of the first surface, where the adjugate is this
        product = ufl.tr(change) * product - ufl.inner(grad_p, change * grad_q)
    return product / stretch(place, dim)


def _change(place: Expr) -> Expr:
    """Return C, the squares of lengths over those on the first surface [1]."""
    gradient = ufl.grad(place)
    return gradient.T * gradient
