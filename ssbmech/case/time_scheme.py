# SPDX-License-Identifier: BSD-3-Clause
r"""How states that follow a rate are integrated over a step.

A law solves one backward Euler step: given a state y_s at its start and a length, it returns the
state at the end. Both schemes are such a step, from another start and of another length:

.. math:: y_{n+1} = y_s + \beta \Delta t \, \dot y_{n+1}, \quad
          y_s = y_n + \gamma (y_n - y_{n-1})

so that a law needs to know nothing of the scheme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

LARGEST_RATIO = 2.0
"""Step over the one before up to which the scheme is of second order; stable to 2.4 [1]."""


@dataclass(frozen=True)
class Weights:
    r"""Weights of one step.

    Attributes:
        carried: gamma, weight of the change in the step before [1].
        implicit: beta, weight of the rate at the end [1].
        order: order of the scheme.
        error: error of the step over the distance from the trapezoidal rule [1].
    """

    carried: float = 0.0
    implicit: float = 1.0
    order: int = 1
    error: float = 1.0


BACKWARD_EULER = Weights()
"""Weights of backward Euler."""


class TimeScheme(Protocol):
    """Role of a scheme for states that follow a rate."""

    def weights(self, ratio: float) -> Weights:
        """Return the weights of a step.

        Args:
            ratio: the step over the one before [1]; 0 if nothing before it counts.
        """


@dataclass(frozen=True)
class BackwardEuler:
    """First order: the rate at the end of the step holds for all of it."""

    def weights(self, ratio: float) -> Weights:
        """Return gamma = 0 and beta = 1."""
        return BACKWARD_EULER


@dataclass(frozen=True)
class SecondOrder:
    r"""Second order, stiffly stable: backward differences over two steps of any lengths (BDF2).

    .. math:: \gamma = \frac{\omega^2}{1 + 2 \omega}, \quad \beta = \frac{1 + \omega}{1 + 2 \omega},
              \quad \omega = \Delta t / \Delta t_{before}

    Its error and that of the trapezoidal rule are

    .. math:: y_{n+1} - y(t_{n+1}) = C \Delta t^3 \dddot y, \quad
              C = \frac{(1 + \omega)^2}{6 \omega (1 + 2 \omega)}, \quad
              C_{trapezoidal} = \frac{1}{12}

    so that the error is C / (C - 1/12) of the distance between the two. Beyond a ratio of two,
    gamma keeps its value there, and beta = 1 - gamma / omega keeps the first order. The first step
    of a protocol step, and one after a break point, are those of backward Euler.
    """

    def weights(self, ratio: float) -> Weights:
        """Return the weights of two joined steps; those of backward Euler without one before."""
        if ratio <= 0.0:
            return BACKWARD_EULER
        w = min(ratio, LARGEST_RATIO)
        carried = w * w / (1 + 2 * w)
        constant = (1 + w) ** 2 / (6 * w * (1 + 2 * w))
        return Weights(carried, 1 - carried / ratio, 2, constant / (constant - 1 / 12))
