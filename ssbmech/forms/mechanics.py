# SPDX-License-Identifier: BSD-3-Clause
r"""Momentum balance, div(stress) = 0, in weak form: internal minus external virtual work = 0.

Where a solid flows at constant volume, the pressure p (compression positive) is a field of its own,

.. math:: \sigma = s - p I, \quad tr(\varepsilon) + p / K = 0

with quadratic displacements and linear pressures (Taylor-Hood), which neither lock nor oscillate.
"""

from __future__ import annotations

from typing import Protocol

import ufl

from ssbmech.frames import Expr, Frame


class Shape(Protocol):
    """Role of what a step does to the shape of a body."""

    def work(self, stress: Expr, v: Expr) -> Expr:
        """Return the virtual work of a stress, shape (3, 3), by volume of the mesh."""

    def dilation(self, v: Expr) -> Expr:
        """Return the virtual change of volume, by volume of the mesh."""


def deviatoric_term(shape: Shape, deviator: Expr, v: Expr, dx: Expr) -> Expr:
    """Return the virtual work of the deviatoric stress [N m per unit of v].

    It is the integral of s : strain(v).
    """
    return shape.work(deviator, v) * dx


def volumetric_term(frame: Frame, bulk: Expr, volume_strain: Expr, v: Expr, dx: Expr) -> Expr:
    """Return the virtual work of the volume change, integral of K volume_strain tr(strain(v)).

    The volume strain is that which stress has to make: trace of total minus free strain.
    """
    return bulk * volume_strain * ufl.tr(frame.strain(v)) * dx


def pressure_term(shape: Shape, p: Expr, v: Expr, dx: Expr) -> Expr:
    """Return the virtual work of an independent pressure, minus the integral of p tr(strain(v))."""
    return -p * shape.dilation(v) * dx


def compressibility_term(volume_strain: Expr, compressed: Expr, q: Expr, dx: Expr) -> Expr:
    """Return the weak form of volume_strain + compressed = 0, with p / K as a rule.

    Its sign makes the Jacobian symmetric.
    """
    return -(volume_strain + compressed) * q * dx


def face_pressure_term(pressure: Expr, normal: Expr, v: Expr, ds: Expr) -> Expr:
    """Return minus the virtual work of a fluid pressure on a face, traction = -pressure n."""
    return pressure * ufl.dot(normal, v) * ds


def along_wall(velocity: Expr, normal: Expr) -> Expr:
    """Return the part of a velocity [m/s] along a wall with a unit normal."""
    return velocity - ufl.dot(velocity, normal) * normal


def friction_term(shear: Expr, v: Expr, ds: Expr) -> Expr:
    """Return minus the virtual work of the traction -shear [Pa] on a face that slips."""
    return ufl.dot(shear, v) * ds


def body_force_term(density: Expr, v: Expr, dx: Expr) -> Expr:
    """Return minus the virtual work of a force density [N/m3]."""
    return -ufl.dot(density, v) * dx
