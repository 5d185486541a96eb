# SPDX-License-Identifier: BSD-3-Clause
r"""Flaws and their stress intensity under a stress that varies over their depth.

A crack in linear elasticity answers to the stress that would act across its plane if it were not
there, and a pressure on its faces counts like a tension of that size (superposition). With the
depth x from the mouth, or from the centre of one that lies inside,

.. math::
    K_I = \int_0^a h(x, a) \, \sigma(x) \, dx
        = 2 \sqrt{a / \pi} \int_0^{\pi/2} g(\sin\theta) \, \sigma(a \sin\theta) \, d\theta

with the weight function h, whose singularity at the tip the angle takes away. It holds as long as
the flaw is small against the body, and as long as it is open: a negative intensity means closed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

import numpy as np

from ssbmech.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_POINTS: Final = 8
# Of a half-plane, by Hartranft and Sih: factor of the point force at t = x / a.
_HALF_PLANE: Final = (0.2945, -0.3912, 0.7685, -0.9942, 0.5094)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """Depths at which a stress is wanted, and what each of these counts.

    Attributes:
        depths: Depths, shape (points,) [m].
        weights: Stress intensity per stress, shape (points,) [m^(1/2)].
    """

    depths: Array
    weights: Array

    def intensity(self, stress: Array) -> Array:
        """Return the stress intensity [Pa m^(1/2)].

        Args:
            stress: Stress across the crack at the depths, shape (points, ...) [Pa].
        """
        return np.asarray(np.tensordot(self.weights, stress, axes=(0, 0)))


class Flaw(Protocol):
    """Role of a flaw: a shape of which only the size is still to be given."""

    @property
    def words(self) -> str:
        """What it is, and what its size means."""

    def rules(self, size: float) -> tuple[Rule, ...]:
        """Return the rule of each point of the front that may be the worst; size [m]."""

    def layer(self, size: float, depth: float) -> float:
        """Return the intensity per stress of a stress from the mouth to a depth [m^(1/2)]."""


def intensity(flaw: Flaw, size: float, stress: Callable[[Array], Array]) -> float:
    """Return the largest stress intensity along the front of a flaw [Pa m^(1/2)].

    Args:
        flaw: The flaw.
        size: Its size [m].
        stress: Stress across it as a function of depth [Pa].
    """
    return max(float(rule.intensity(stress(rule.depths))) for rule in flaw.rules(size))


def shape_factor(flaw: Flaw) -> float:
    r"""Return :math:`Y = K_I / (\sigma \sqrt{\pi a})` under a uniform stress [1].

    Args:
        flaw: The flaw.
    """
    return max(float(rule.weights.sum()) for rule in flaw.rules(1.0)) / math.sqrt(math.pi)


def critical_stress(flaw: Flaw, size: float, toughness: float) -> float:
    r"""Return the uniform stress that extends a flaw, :math:`K_{Ic} / (Y \sqrt{\pi a})` [Pa].

    Args:
        flaw: The flaw.
        size: Its size [m].
        toughness: Toughness [Pa m^(1/2)].
    """
    return toughness / (shape_factor(flaw) * math.sqrt(math.pi * size))


def critical_size(flaw: Flaw, stress: float, toughness: float) -> float:
    r"""Return the flaw that a uniform stress extends, :math:`(K_{Ic} / Y \sigma)^2 / \pi` [m].

    Args:
        flaw: The flaw.
        stress: Stress across it; there is none for one that is not positive [Pa].
        toughness: Toughness [Pa m^(1/2)].

    Returns:
        The size; infinite under compression.
    """
    if stress <= 0.0:
        return math.inf
    return (toughness / (shape_factor(flaw) * stress)) ** 2 / math.pi


def plane_modulus(young: float, poisson: float) -> float:
    r"""Return :math:`E' = E / (1 - \nu^2)` [Pa].

    Args:
        young: Young's modulus [Pa].
        poisson: Poisson's ratio [1].
    """
    return young / (1.0 - poisson**2)


def energy_release(modulus: float, mode_1: float, mode_2: float = 0.0) -> float:
    r"""Return the energy release rate :math:`G = (K_I^2 + K_{II}^2) / E'` [J/m2].

    Args:
        modulus: Plane modulus E' [Pa].
        mode_1: Stress intensity of opening [Pa m^(1/2)].
        mode_2: Stress intensity of sliding [Pa m^(1/2)].
    """
    return (mode_1**2 + mode_2**2) / modulus


def _angles(size: float, depth: float) -> tuple[Array, Array]:
    """Return sines and weights of Gauss' rule over the angles of depths up to one."""
    if size <= 0.0:
        raise ParameterError(f"the size of a flaw is {size:g} m: expected more than zero")
    nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
    half = 0.5 * math.asin(min(max(depth / size, 0.0), 1.0))
    return np.sin(half * (nodes + 1.0)), half * weights


def _rule(size: float, depth: float, factor: Callable[[Array], Array]) -> Rule:
    sines, weights = _angles(size, depth)
    return Rule(size * sines, 2.0 * math.sqrt(size / math.pi) * weights * factor(sines))


def _edge(t: Array) -> Array:
    return 1.0 + (1.0 - t**2) * sum(c * t ** (2 * k) for k, c in enumerate(_HALF_PLANE))


@dataclass(frozen=True, slots=True)
class ThroughCrack:
    r"""Straight crack through a plate, inside of it: :math:`g = 1`, so that :math:`Y = 1`.

    Its size is half its length; the stress is the same on both sides of the centre. Source: Tada,
    Paris and Irwin, The stress analysis of cracks handbook.
    """

    words: ClassVar[str] = "through crack, half its length"

    def rules(self, size: float) -> tuple[Rule, ...]:
        """Return the rule of its two ends."""
        return (_rule(size, size, np.ones_like),)

    def layer(self, size: float, depth: float) -> float:
        r"""Return :math:`2 \sqrt{a / \pi} \arcsin(d / a)` [m^(1/2)]."""
        return float(_rule(size, depth, np.ones_like).weights.sum())


@dataclass(frozen=True, slots=True)
class EdgeCrack:
    r"""Straight crack from a surface into a half-plane, :math:`Y = 1.1215`.

    .. math:: g(t) = 1 + (1 - t^2) (0.2945 - 0.3912 t^2 + 0.7685 t^4 - 0.9942 t^6 + 0.5094 t^8)

    Its size is its depth. Source: Hartranft and Sih, in Methods of analysis and solutions of crack
    problems (1973).
    """

    words: ClassVar[str] = "edge crack, its depth"

    def rules(self, size: float) -> tuple[Rule, ...]:
        """Return the rule of its end."""
        return (_rule(size, size, _edge),)

    def layer(self, size: float, depth: float) -> float:
        """Return the weight function integrated from the surface to a depth [m^(1/2)]."""
        return float(_rule(size, depth, _edge).weights.sum())


@dataclass(frozen=True, slots=True)
class PennyCrack:
    r"""Circular crack inside a body, :math:`g = \sin\theta`, so that :math:`Y = 2 / \pi`.

    Its size is its radius; the stress depends on the distance from its centre. Source: Sneddon,
    Proc. R. Soc. A 187 (1946) 229.
    """

    words: ClassVar[str] = "penny-shaped crack, its radius"

    def rules(self, size: float) -> tuple[Rule, ...]:
        """Return the rule of its front."""
        return (_rule(size, size, lambda t: t),)

    def layer(self, size: float, depth: float) -> float:
        r"""Return :math:`2 \sqrt{a / \pi} (1 - \sqrt{1 - d^2 / a^2})` [m^(1/2)]."""
        return float(_rule(size, depth, lambda t: t).weights.sum())


@dataclass(frozen=True, slots=True)
class HalfPenny:
    r"""Half a circular crack at a surface, :math:`Y = 0.729` where its front meets the surface.

    By Newman and Raju's fit to finite elements for a/c = 1 in a thick plate, with the stress
    linear over the depth, from that at the mouth to that at the depth a:

    .. math::
        K = Y \sqrt{\pi a} \, [\sigma(0) + c \, (\sigma(a) - \sigma(0))], \quad
        (Y, c) = (0.6625, 0.67) \text{ at the deepest point}, \quad
                 (0.7288, 0.225) \text{ at the surface}

    Its size is its depth. Source: Newman and Raju, Eng. Fract. Mech. 15 (1981) 185, where the fit
    is said to be within 5 % of the elements.
    """

    words: ClassVar[str] = "half-penny at the surface, its depth"
    points: ClassVar[tuple[tuple[float, float], ...]] = ((0.6625, 0.67), (0.7288, 0.225))

    def rules(self, size: float) -> tuple[Rule, ...]:
        """Return the rules of the deepest point and of the ends at the surface."""
        if size <= 0.0:
            raise ParameterError(f"the size of a flaw is {size:g} m: expected more than zero")
        depths, root = np.array([0.0, size]), math.sqrt(math.pi * size)
        return tuple(Rule(depths, y * root * np.array([1.0 - c, c])) for y, c in self.points)

    def layer(self, size: float, depth: float) -> float:
        """Return that of an edge crack in the ratio of both under a uniform stress [m^(1/2)].

        It is an estimate.
        """
        edge = EdgeCrack()
        whole = edge.layer(size, size)
        return edge.layer(size, depth) / whole * self.points[0][0] * math.sqrt(math.pi * size)
