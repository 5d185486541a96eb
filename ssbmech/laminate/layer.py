# SPDX-License-Identifier: BSD-3-Clause
r"""What a laminate asks of a layer: thickness and forces from pressure, strain in plane and charge.

Wide layers that are pressed and bonded, or held by friction, share their strains in plane and the
stress across them, so that one integration point is a layer, exactly. What happens inside it, such
as its own thickness, is solved there and never seen from outside.

Strains are logarithmic along axes that do not turn: they add up, however large. Arrays end with one
entry for each cell of the stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

State = Mapping[str, Array]
"""States of a layer by name, at the end of the last step."""

PRESSURE, FIRST, SECOND, CHARGE = range(4)
"""Places of the derivatives by pressure, both strains in plane, and charge."""

DRIVERS = 4
"""Number of derivatives of a layer's answer."""


@dataclass(frozen=True)
class Loading:
    """What a layer is under at the end of a step.

    Attributes:
        pressure: pressure across the layer, compression positive [Pa].
        in_plane: logarithmic strains in plane, shape (2,) [1].
        charge: charge passed since the start by area, positive on charge, shape (n,) [C/m2].
        dt: time step [s].
        temperature: absolute temperature [K].
    """

    pressure: float
    in_plane: Array
    charge: Array
    dt: float
    temperature: float


@dataclass(frozen=True)
class Answer:
    """What a layer answers.

    Attributes:
        thickness: shape (n,) [m].
        thickness_by: its derivatives by pressure, both strains and charge, shape (4, n).
        force: forces in plane by width, tension positive, shape (2, n) [N/m].
        force_by: their derivatives, shape (2, 4, n).
        state: states at the end of the step.
    """

    thickness: Array
    thickness_by: Array
    force: Array
    force_by: Array
    state: State


class LayerLaw(Protocol):
    """Role of the law of a layer."""

    def start(self, thickness: Array) -> State:
        """Return the states of layers without stress, of thicknesses of shape (n,) [m]."""

    def answer(self, thickness: Array, state: State, loading: Loading) -> Answer:
        """Return thickness, forces and new states.

        Args:
            thickness: without stress, at no charge, shape (n,) [m].
            state: at the end of the last step.
            loading: what it is under at the end of the present one.

        Raises:
            NotConverged: the layer has no answer, and a shorter step may help.
        """

    def check(self, thickness: Array, loading: Loading) -> str:
        """Return in words why the law does not hold there; empty where it does."""


def no_forces(count: int) -> tuple[Array, Array]:
    """Return the forces in plane of layers that bear none, and their derivatives."""
    return np.zeros((2, count)), np.zeros((2, DRIVERS, count))
