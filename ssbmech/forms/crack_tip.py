# SPDX-License-Identifier: BSD-3-Clause
r"""Energy release and stress intensities at the tip of a meshed crack, by domain integrals.

With the unit vector e along which the crack would advance, a weight q that is 1 around the tip and
0 farther out, the energy density W and the traction t on the faces of the crack,

.. math::
    J = \int \left[ (\sigma \nabla u \, e) \cdot \nabla q - W e \cdot \nabla q \right] dx
        - \int_{faces} q \, t \cdot (\nabla u \, e) \, ds

A pressure p on a face of outward normal m is t = -p m. Without the term of the faces J of a crack
under pressure comes out as next to nothing, or below. Where the mesh is a section that is revolved,
:math:`(\sigma_{\theta\theta} \varepsilon_{\theta\theta} - W) q / r` adds to the bracket, and both
integrals are over the way round, over that of the tip. In space e points away from the axis of a
round front, what is moved is :math:`V = q e`,

.. math::
    \int_{front} J \, ds = \int \left[ \sigma : (\nabla u \, \nabla V) - W \nabla \cdot V \right] dx
        - \int_{faces} t \cdot (\nabla u \, V) \, ds

and J its mean along the front. J is the same for every ring only where the
free strain and the elastic constants do not change along e within it.

The stress intensities follow from the same integral of the state and one of the two singular fields
of a tip together (interaction integral), :math:`K = E' I / 2`. Sources: Li, Shih and Needleman,
Eng. Fract. Mech. 21 (1985) 405, for the domain integral; Stern, Becker and Dunham, Int. J. Fract.
12 (1976) 359, for the interaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Final

import ufl

from ssbmech.frames import Expr, Frame

SMALLEST: Final = 1e-30
"""Added to the square of the distance from a tip, so that none is zero [m2]."""


@dataclass(frozen=True, eq=False)
class CrackTip:
    """A tip of a straight crack in the plane of the mesh.

    Attributes:
        place: its place, shape (2,) [m].
        ahead: unit vector along which the crack would advance.
    """

    place: Expr
    ahead: Expr

    @property
    def across(self) -> Expr:
        """Unit normal of the crack, a quarter turn on."""
        return ufl.as_vector([-self.ahead[1], self.ahead[0]])


def planar(tensor: Expr) -> Expr:
    """Return the part of a tensor within the plane of the mesh, shape (2, 2)."""
    return ufl.as_matrix([[tensor[0, 0], tensor[0, 1]], [tensor[1, 0], tensor[1, 1]]])


def released(frame: Frame, u: Expr, stress: Expr, energy: Expr, shift: Expr, x: Expr) -> Expr:
    """Return the integrand of J in the bulk [J/m3], to be weighted by the way round.

    Args:
        frame: kinematic frame.
        u: displacement, shape (d,) [m].
        stress: stress, shape (3, 3) [Pa].
        energy: elastic energy density [J/m3].
        shift: how places move with the tip or front, q e, shape (d,) [1].
        x: places of the mesh [m].
    """
    within = stress if frame.dim == 3 else planar(stress)
    moved = ufl.grad(shift)
    inside = ufl.inner(within, ufl.dot(ufl.grad(u), moved)) - energy * ufl.tr(moved)
    if frame.revolves:
        hoop = stress[2, 2] * frame.strain(u)[2, 2]
        inside += shift[0] * (hoop - energy) / x[0]
    return inside


def released_at_faces(traction: Expr, u: Expr, shift: Expr) -> Expr:
    """Return the integrand of J on the faces of the crack, -q t . du/de [J/m2].

    Args:
        traction: traction on the face, shape (d,) [Pa].
        u: displacement, shape (d,) [m].
        shift: how places move with the tip or front, q e, shape (d,) [1].
    """
    return -ufl.dot(traction, ufl.dot(ufl.grad(u), shift))


@dataclass(frozen=True, eq=False)
class Singular:
    r"""One of the two singular fields of a tip in plane strain, of unit intensity.

    .. math:: u = \frac{1 + \nu}{E} \sqrt{\frac{r}{2 \pi}} \, g(\theta), \quad
              g_I = (\kappa - \cos\theta) (\cos\tfrac\theta2, \sin\tfrac\theta2), \quad
              \kappa = 3 - 4 \nu

    Attributes:
        tip: the tip.
        young: Young's modulus [Pa].
        poisson: Poisson's ratio [1].
        slides: whether it is that of sliding (II), or else of opening (I).
    """

    tip: CrackTip
    young: float
    poisson: float
    slides: bool

    def gradient(self, x: Expr) -> Expr:
        """Return the displacement gradient within the bulk, shape (2, 2) [1]."""
        place = x - self.tip.place
        ahead, across = ufl.dot(place, self.tip.ahead), ufl.dot(place, self.tip.across)
        return self._turned(ahead, ufl.atan2(across, ahead), across)

    def gradient_at_face(self, x: Expr, normal: Expr) -> Expr:
        """Return the displacement gradient on a face behind the tip, shape (2, 2) [1].

        Args:
            x: places [m].
            normal: outward normal there, which tells the face above from the one below.
        """
        ahead = ufl.dot(x - self.tip.place, self.tip.ahead)
        return self._turned(ahead, self._side(normal) * pi, 0.0)

    def at_face(self, x: Expr, normal: Expr) -> Expr:
        """Return the displacement on a face behind the tip, shape (2,) [m].

        Args:
            x: places [m].
            normal: outward normal there.
        """
        behind = ufl.dot(self.tip.place - x, self.tip.ahead)
        size = (1 + self.poisson) / self.young * ufl.sqrt(ufl.max_value(behind, 0.0) / (2 * pi))
        (first, _), (second, _) = self._shapes(self._side(normal) * pi)
        return size * (first * self.tip.ahead + second * self.tip.across)

    def _side(self, normal: Expr) -> Expr:
        """Return 1 on the face above the crack's plane, whose normal points down, else -1."""
        return ufl.conditional(ufl.lt(ufl.dot(normal, self.tip.across), 0.0), 1.0, -1.0)

    def stress(self, gradient: Expr) -> Expr:
        """Return the stress of a displacement gradient in plane strain, shape (2, 2) [Pa]."""
        shear = self.young / (2 * (1 + self.poisson))
        lame = 2 * shear * self.poisson / (1 - 2 * self.poisson)
        strain = ufl.sym(gradient)
        return lame * ufl.tr(strain) * ufl.Identity(2) + 2 * shear * strain

    def _turned(self, ahead: Expr, angle: Expr, across: Expr) -> Expr:
        """Return the gradient in the axes of the mesh."""
        distance = ufl.sqrt(ahead**2 + across**2 + SMALLEST)
        scale = (1 + self.poisson) / self.young / ufl.sqrt(2 * pi * distance)
        c, s = ufl.cos(angle), ufl.sin(angle)
        rows = [
            [scale * (0.5 * g * c - slope * s), scale * (0.5 * g * s + slope * c)]
            for g, slope in self._shapes(angle)
        ]
        turn = ufl.transpose(ufl.as_matrix([list(self.tip.ahead), list(self.tip.across)]))
        return ufl.dot(ufl.dot(turn, ufl.as_matrix(rows)), ufl.transpose(turn))

    def _shapes(self, angle: Expr) -> list[tuple[Expr, Expr]]:
        """Return g of both components and its derivative, in the axes of the crack."""
        k, c, s = 3 - 4 * self.poisson, ufl.cos(angle), ufl.sin(angle)
        ch, sh = ufl.cos(angle / 2), ufl.sin(angle / 2)
        if self.slides:
            return [
                (sh * (k + 2 + c), 0.5 * ch * (k + 2 + c) - sh * s),
                (-ch * (k - 2 + c), 0.5 * sh * (k - 2 + c) + ch * s),
            ]
        return [
            (ch * (k - c), -0.5 * sh * (k - c) + ch * s),
            (sh * (k - c), 0.5 * ch * (k - c) + sh * s),
        ]


def interaction(field: Singular, u: Expr, stress: Expr, q: Expr, x: Expr) -> Expr:
    r"""Return the integrand of the interaction integral in the bulk [J/m3 per unit intensity].

    .. math:: (\sigma \nabla u' e + \sigma' \nabla u \, e) \cdot \nabla q
              - \sigma : \varepsilon' \, e \cdot \nabla q

    Args:
        field: singular field, with primes.
        u: displacement, shape (2,) [m].
        stress: stress, shape (3, 3) [Pa].
        q: weight [1].
        x: places of the mesh [m].
    """
    e, slope, other = field.tip.ahead, ufl.grad(q), field.gradient(x)
    within = planar(stress)
    flux = ufl.dot(within, ufl.dot(other, e)) + ufl.dot(
        field.stress(other), ufl.dot(ufl.grad(u), e)
    )
    return ufl.dot(flux, slope) - ufl.inner(within, ufl.sym(other)) * ufl.dot(e, slope)


def interaction_at_faces(field: Singular, traction: Expr, q: Expr, x: Expr, normal: Expr) -> Expr:
    """Return the integrand of the interaction integral on the faces of the crack, -q t . du'/de.

    Args:
        field: singular field.
        traction: traction on the face, shape (2,) [Pa].
        q: weight [1].
        x: places [m].
        normal: outward normal.
    """
    other = field.gradient_at_face(x, normal)
    return -q * ufl.dot(traction, ufl.dot(other, field.tip.ahead))


def interaction_at_even_faces(
    field: Singular, traction: Expr, q: Expr, x: Expr, normal: Expr
) -> Expr:
    """Return the same where the traction does not change along the face, (dq/de) t . u'.

    Integrated by parts, so that nothing singular is left; the ring ends on the face.

    Args:
        field: singular field.
        traction: traction on the face, shape (2,) [Pa].
        q: weight [1].
        x: places [m].
        normal: outward normal.
    """
    along = ufl.dot(ufl.grad(q), field.tip.ahead)
    return along * ufl.dot(traction, field.at_face(x, normal))
