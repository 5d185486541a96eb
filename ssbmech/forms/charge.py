# SPDX-License-Identifier: BSD-3-Clause
"""Charge balance in the electrolyte: div(-kappa grad phi_e) = source, in weak form."""

from __future__ import annotations

import ufl

from ssbmech.frames import Expr


def ohmic_term(kappa_e: Expr, phi_e: Expr, v: Expr, dx: Expr) -> Expr:
    """Return the current that leaves each node [A per unit of v].

    It is the integral of kappa grad(phi_e) . grad(v).
    """
    return kappa_e * ufl.dot(ufl.grad(phi_e), ufl.grad(v)) * dx


def ion_source_term(density: Expr, v: Expr, dx: Expr) -> Expr:
    """Return minus the integral of a source density [A/m3]."""
    return -density * v * dx
