# SPDX-License-Identifier: BSD-3-Clause
r"""Flow of layers, in numbers: how far the deviatoric stress of a step returns from its trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ssbmech.activation import arrhenius_exponent
from ssbmech.laminate.layer import Array
from ssbmech.materials.viscoplastic import NortonFlow
from ssbmech.parameter import validate_parameters

NEWTON_STEPS = 60
"""Most steps of the scalar equation; it falls to rounding in ten [1]."""


LEAST = 1e-12
"""Stress over the law's own below which it counts as none [1]."""


class Creep(Protocol):
    """Role of the flow of a layer."""

    def ratio(self, q_trial: Array, shear: float, dt: float, temperature: float) -> Array:
        r"""Return q / q_trial at the end of a step, and its derivative by q_trial, shape (2, n).

        Args:
            q_trial: equivalent stress if nothing flowed [Pa].
            shear: shear modulus [Pa].
            dt: time step [s].
            temperature: absolute temperature [K].
        """


@dataclass(frozen=True)
class NoCreep:
    """A layer that stays elastic."""

    def ratio(self, q_trial: Array, shear: float, dt: float, temperature: float) -> Array:
        """Return one and zero."""
        return np.stack([np.ones_like(q_trial), np.zeros_like(q_trial)])


@dataclass(frozen=True)
class NortonCreep:
    r"""The power law of a `NortonFlow`, by backward Euler: the root of :math:`y + B y^n = 1`.

    .. math:: B = 3 G \Delta t \, \dot\varepsilon(q_{trial}) / q_{trial}

    With the exponent one it is a Maxwell element of the relaxation time
    :math:`\sigma_0 / (3 G \dot\varepsilon_0)`.

    Attributes:
        flow: the law.
    """

    flow: NortonFlow

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def ratio(self, q_trial: Array, shear: float, dt: float, temperature: float) -> Array:
        """Return the ratio and its derivative."""
        law, n = self.flow, self.flow.exponent
        hotter = arrhenius_exponent(law.activation_energy, temperature, law.reference_temperature)
        # without stress nothing flows, whatever the exponent
        size = np.maximum(q_trial / law.stress, LEAST)
        log_b = np.log(3 * shear * dt * law.rate / law.stress) + hotter + (n - 1) * np.log(size)
        log_y = _root(log_b, n)
        y = np.exp(log_y)
        flowing = np.exp(log_b + n * log_y)
        # of y + B y^n = 1, where B goes with q_trial to the power n - 1
        by_log = -(n - 1) * flowing / (y + n * flowing) * y
        return np.stack([y, by_log / (size * law.stress)])


def _root(log_b: Array, n: float) -> Array:
    """Return log(y) of the root of y + B y^n = 1, from above: the function is convex in log(y)."""
    log_y = np.where(log_b < 0.0, 0.0, -log_b / n)
    for _ in range(NEWTON_STEPS):
        elastic, creep = np.exp(log_y), np.exp(log_b + n * log_y)
        step = (elastic + creep - 1) / (elastic + n * creep)
        log_y = log_y - step
        if np.all(np.abs(step) < 1e-15 + 1e-15 * np.abs(log_y)):
            break
    return np.asarray(log_y)
