# SPDX-License-Identifier: BSD-3-Clause
r"""Lithium in a host: dc/dt + div J = 0 with J = -(D/RT) c (1 - c/c_max) grad(mu), in weak form.

The chemical potential is an unknown of its own,

.. math:: \mu = -F U(x) - \Omega_{ij} \sigma_{ij}, \quad
          \Omega_{ij} = \frac{1}{c_{max}} \frac{d\varepsilon_{ij}}{dx}, \quad x = c / c_{max}

so that no second derivative of the displacement is needed [larche1973]. Tension lowers it and draws
lithium in.
"""

from __future__ import annotations

import ufl

from ssbmech.constants import GAS_CONSTANT
from ssbmech.frames import Expr

LEAST_MOBILE = 1e-6
"""Least x (1 - x) in the mobility, so that a full or empty host still moves lithium [1]."""


def storage_term(c: Expr, c_n: Expr, dt: Expr, w: Expr, dx: Expr) -> Expr:
    """Return the lithium that is taken up per time, integral of (c - c_n) / dt [mol/s]."""
    return (c - c_n) / dt * w * dx


def mobility(x: Expr, c_max: Expr, diffusivity: Expr, temperature: Expr) -> Expr:
    """Return (D / RT) c (1 - c/c_max), the flux per gradient of mu [mol2/(J m s)].

    Args:
        x: content c / c_max [1].
        c_max: lithium in the full host [mol/m3].
        diffusivity: self-diffusivity D [m2/s].
        temperature: absolute temperature [K].
    """
    free = ufl.max_value(x * (1 - x), LEAST_MOBILE)
    return diffusivity / (GAS_CONSTANT * temperature) * c_max * free


def diffusion_term(mobility: Expr, slope_mu: Expr, slope_w: Expr, dx: Expr) -> Expr:
    """Return the lithium that leaves each node by diffusion [mol/s per unit of w].

    Args:
        mobility: flux per gradient of the potential [mol2/(J m s)].
        slope_mu: gradient of the potential [J/(mol m)].
        slope_w: that of the test function [1/m].
        dx: measure.
    """
    return mobility * ufl.dot(slope_mu, slope_w) * dx


def potential_term(
    mu: Expr, stress_free: Expr, molar_volume: Expr, stress: Expr, q: Expr, dx: Expr
) -> Expr:
    """Return the weak form of mu = stress_free - Omega : stress [J/mol].

    Args:
        mu: chemical potential [J/mol].
        stress_free: its value without stress, -F U [J/mol].
        molar_volume: Omega, partial molar volume as a tensor, shape (3, 3) [m3/mol].
        stress: Cauchy stress, shape (3, 3) [Pa].
        q: test function.
        dx: measure.
    """
    return (mu - stress_free + ufl.inner(molar_volume, stress)) * q * dx


def supply_term(flux: Expr, w: Expr, ds: Expr) -> Expr:
    """Return minus the lithium that a flux [mol/(m2 s)] brings in through a face [mol/s]."""
    return -flux * w * ds


def release_term(i_normal: Expr, faraday: Expr, w: Expr, dS: Expr) -> Expr:
    """Return the lithium that leaves the host through an interface, i / F [mol/s]."""
    return i_normal / faraday * w * dS
