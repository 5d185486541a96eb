# SPDX-License-Identifier: BSD-3-Clause
"""Terms of an interface, both sides from one place.

Interface fields have one value a facet, or one a vertex where bodies move, so contact, gap, current
and growth are decided place by place and all see the same gap. "+" is the minus body's side of the
integral, "-" the plus body's side.
"""

from __future__ import annotations

from dataclasses import dataclass

import ufl

from ssbmech.frames import Expr
from ssbmech.interfaces.contact import ActiveSet, complementarity


@dataclass(frozen=True)
class Sides:
    """Restricted geometry and displacement of an interface.

    Attributes:
        normal: unit normal from minus to plus.
        jump: u_plus - u_minus [m].
        dS: measure of the interface, weighted by the frame.
    """

    normal: Expr
    jump: Expr
    dS: Expr


def contact_work_term(sides: Sides, p_contact: Expr, jump_test: Expr) -> Expr:
    """Return the virtual work of the contact pressure.

    It is minus the integral of p n . [v], with the jump [v] = v_plus - v_minus.
    """
    return -p_contact * ufl.dot(sides.normal, jump_test) * sides.dS


def shear_work_term(sides: Sides, shear: Expr, jump_test: Expr) -> Expr:
    """Return the virtual work of the shear traction that resists sliding.

    It is the integral of shear . [v], with the jump [v] = v_plus - v_minus.
    """
    return ufl.dot(shear, jump_test) * sides.dS


def complementarity_term(
    sides: Sides, p_contact: Expr, gap: Expr, active: ActiveSet, test: Expr
) -> Expr:
    """Return the weak form of the contact conditions [Pa]."""
    return complementarity(p_contact, gap, active) * test * sides.dS


def gap_term(sides: Sides, gap: Expr, initial_gap: Expr, test: Expr) -> Expr:
    """Return the weak form of g = g0 + [u] . n [m], to which growth and films add."""
    return (gap - initial_gap - ufl.dot(sides.jump, sides.normal)) * test * sides.dS


def opening_term(sides: Sides, thickness: Expr, test: Expr) -> Expr:
    """Return what a thickness [m] that opens the gap adds to its equation."""
    return -thickness * test * sides.dS


def opened_by_growth(sides: Sides, gap: Expr, initial_gap: Expr) -> Expr:
    """Return the volume between the bodies that neither gaps nor displacements explain.

    It is the integral of g - g0 - [u] . n, which is that of the stripped thickness s.
    """
    return (gap - initial_gap - ufl.dot(sides.jump, sides.normal)) * sides.dS


def stripped_thickness(
    stripped_n: Expr, i_normal: Expr, molar_volume: Expr, faraday: Expr, dt: Expr
) -> Expr:
    """Return s = s_n + dt i Omega / F [m].

    It is the thickness of metal stripped (minus plated) at the end of the step.
    """
    return stripped_n + dt * i_normal * molar_volume / faraday


def tangential(sides: Sides) -> Expr:
    """Return the tangential part of the jump of displacements [m]."""
    return sides.jump - ufl.dot(sides.jump, sides.normal) * sides.normal


def bond_work_term(sides: Sides, stiffness: Expr, gap: Expr, slip: Expr, jump_test: Expr) -> Expr:
    """Return the virtual work of a bond's traction.

    It is the integral of K (<g> n + s) . [v], with the jump [v] = v_plus - v_minus; compression is
    the contact's part.

    Args:
        sides: geometry.
        stiffness: traction over separation, (1 - d) K [Pa/m].
        gap: gap [m].
        slip: tangential offset [m].
        jump_test: [v].
    """
    opening = ufl.max_value(gap, 0.0)
    return stiffness * ufl.dot(opening * sides.normal + slip, jump_test) * sides.dS


def slip_term(sides: Sides, slip: Expr, test: Expr) -> Expr:
    """Return the weak form of s = tangential jump of displacements [m]."""
    return ufl.dot(slip - tangential(sides), test) * sides.dS


def sticking_term(
    sides: Sides, closed: Expr, shear: Expr, offset: Expr, stiffness: Expr, test: Expr
) -> Expr:
    """Return the weak form of sticking contact.

    The tangential offset does not change where closed, and there is no shear where open. The normal
    component of the shear field has no meaning; it is held at zero.

    Args:
        sides: geometry.
        closed: UFL condition, true where the facet is in contact.
        shear: shear traction [Pa].
        offset: tangential offset with which the facet closed [m].
        stiffness: positive number that brings lengths to pressures [Pa/m].
        test: test function (vector).
    """
    n = sides.normal
    held = stiffness * (tangential(sides) - offset) + ufl.dot(shear, n) * n
    # a sum of two products, for FFCx 0.9 cannot compile a condition between different arguments
    sticks = ufl.conditional(closed, 1.0, 0.0)
    return ufl.dot(sticks * held + (1 - sticks) * shear, test) * sides.dS


def reaction_term(sides: Sides, i_normal: Expr, test: Expr) -> Expr:
    """Return minus the current that enters the electrolyte at the interface.

    It is to be added to the charge balance of the electrolyte.
    """
    return -i_normal * test * sides.dS


def kinetics_term(sides: Sides, law_residual: Expr, test: Expr) -> Expr:
    """Return the weak form of the charge-transfer law [A/m2]."""
    return law_residual * test * sides.dS


def electrode_current_term(sides: Sides, i_normal: Expr, test: Expr) -> Expr:
    """Return the current that leaves the electrode through each facet [A].

    Summed over the electrode's facets it is the cell current.
    """
    return i_normal * test * sides.dS
