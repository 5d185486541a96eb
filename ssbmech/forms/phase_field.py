# SPDX-License-Identifier: BSD-3-Clause
r"""Weak forms of a smeared crack whose damage never heals.

The damage :math:`\alpha` between its bounds, :math:`\alpha_n \le \alpha \le 1`, makes the energy
least; at a bound a driving force :math:`\lambda` is left, which pushes against it:

.. math::
    \int \left[ -2 (1 - \alpha) \psi_+ e + \frac{G_c}{c_w} \left( \frac{w'}{\ell} e
    + 2 \ell \nabla \alpha \cdot \nabla e \right)
    + \frac{G_c}{\ell} \tau \frac{\alpha - \alpha_n}{\Delta t} e \right] dV = \int \lambda e \, dV

    \lambda = \max(0, \lambda - r (\alpha - \alpha_n)) + \min(0, \lambda + r (1 - \alpha))
"""

from __future__ import annotations

from dataclasses import dataclass

import ufl

from ssbmech.frames import Expr


@dataclass(frozen=True, eq=False)
class SplitEnergy:
    r"""Elastic energy of a place, with the part that damage takes.

    Attributes:
        deviator: deviatoric stress of the whole solid, shape (3, 3) [Pa].
        shear: shear modulus of the whole solid [Pa].
        bulk: bulk modulus of the whole solid [Pa].
        volume_strain: elastic volume strain [1].
        firmness: gamma of the star-convex split [1].
    """

    deviator: Expr
    shear: Expr
    bulk: Expr
    volume_strain: Expr
    firmness: Expr

    @property
    def _squeezed(self) -> Expr:
        """K / 2 times the square of the volume strain, where that is negative [J/m3]."""
        return 0.5 * self.bulk * ufl.min_value(self.volume_strain, 0.0) ** 2

    @property
    def taken(self) -> Expr:
        """What damage takes, psi_+ [J/m3]; it may be negative under pressure."""
        sheared = ufl.inner(self.deviator, self.deviator) / (4 * self.shear)
        stretched = 0.5 * self.bulk * ufl.max_value(self.volume_strain, 0.0) ** 2
        return sheared + stretched - self.firmness * self._squeezed

    @property
    def left(self) -> Expr:
        """What no damage takes, psi_- [J/m3]."""
        return (1 + self.firmness) * self._squeezed

    def bulk_at(self, kept: Expr) -> Expr:
        """Return mean stress over volume strain where a part of the stiffness is kept [Pa]."""
        pressed = 1 + self.firmness * (1 - kept)
        return self.bulk * ufl.conditional(ufl.gt(self.volume_strain, 0.0), kept, pressed)


def kept(damage: Expr, residual: Expr) -> Expr:
    """Return the part of the stiffness that damage leaves, (1 - damage)^2 + k [1]."""
    return (1 - damage) ** 2 + residual


def driving_term(damage: Expr, taken: Expr, e: Expr, dx: Expr) -> Expr:
    """Return what elastic energy [J/m3] does to the damage, -2 (1 - damage) psi_+."""
    return -2 * (1 - damage) * taken * e * dx


def surface_energy(cost: Expr, slope: Expr, toughness: Expr, length: Expr, scale: float) -> Expr:
    """Return the energy of a smeared crack by volume [J/m3].

    Args:
        cost: w of the damage [1].
        slope: gradient of the damage [1/m].
        toughness: G_c [J/m2].
        length: its length [m].
        scale: c_w [1].
    """
    return toughness / scale * (cost / length + length * ufl.dot(slope, slope))


def surface_term(
    damage: Expr, slope: Expr, e: Expr, toughness: Expr, length: Expr, dx: Expr
) -> Expr:
    """Return what the energy of the crack does to the damage.

    Args:
        damage: the damage [1].
        slope: derivative of w [1].
        e: test function of the damage.
        toughness: G_c / c_w [J/m2].
        length: length of the crack [m].
        dx: measure.
    """
    spread = 2 * length * ufl.inner(ufl.grad(damage), ufl.grad(e))
    return toughness * (slope / length * e + spread) * dx


def delay_term(viscosity: Expr, change: Expr, dt: Expr, e: Expr, dx: Expr) -> Expr:
    """Return what holds damage back as it grows, with a viscosity [Pa s]."""
    return viscosity * change / dt * e * dx


def bound_term(force: Expr, e: Expr, dx: Expr) -> Expr:
    """Return what the bounds do to the damage, minus the force [Pa]."""
    return -force * e * dx


def bounds_term(force: Expr, grown: Expr, left: Expr, stiffness: Expr, q: Expr, dx: Expr) -> Expr:
    """Return the complementarity of both bounds.

    Args:
        force: what a bound does to the damage; positive at the lower one [Pa].
        grown: damage above the lower bound [1].
        left: damage below the upper bound [1].
        stiffness: weight of damage against the force [Pa].
        q: test function of the force.
        dx: measure that takes the vertices one by one.
    """
    lower = ufl.max_value(force - stiffness * grown, 0.0)
    upper = ufl.min_value(force + stiffness * left, 0.0)
    return (force - lower - upper) * q * dx
