# SPDX-License-Identifier: BSD-3-Clause
r"""How the cells of a stack are connected.

Currents are counted by the area of one cell, and the current of the stack is their mean; so a rate
means the same for one cell and for thirty, in parallel and in series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ssbmech.laminate.layer import Array


@dataclass(frozen=True)
class Wired:
    """Equations of the wiring, one for each cell.

    Attributes:
        residual: shape (n,) [V] or [A/m2].
        by_current: derivatives by the currents, shape (n, n).
        by_cell: derivatives by the voltages of the cells, shape (n, n).
        by_terminal: derivatives by the voltage of the stack, shape (n,).
        volts: which of the equations are of voltages, shape (n,).
    """

    residual: Array
    by_current: Array
    by_cell: Array
    by_terminal: Array
    volts: Array


class Wiring(Protocol):
    """Role of how cells are connected."""

    @property
    def shares_voltage(self) -> bool:
        """Whether each cell has the voltage of the stack, so that it must tell its current."""

    def side_by_side(self, cells: int) -> int:
        """Return how many of a number of cells share the current of the stack, by their area."""

    def equations(self, voltage: Array, current: Array, terminal: float) -> Wired:
        """Return the equations for voltages [V], currents [A/m2] and the stack's voltage [V]."""


@dataclass(frozen=True)
class Parallel:
    r"""Cells side by side on common tabs: :math:`V_k = V`; the current parts as it will."""

    @property
    def shares_voltage(self) -> bool:
        """True."""
        return True

    def side_by_side(self, cells: int) -> int:
        """Return all of them."""
        return cells

    def equations(self, voltage: Array, current: Array, terminal: float) -> Wired:
        """Return that all cells have the voltage of the stack."""
        n = len(current)
        ones = np.ones(n)
        return Wired(voltage - terminal, np.zeros((n, n)), np.eye(n), -ones, ones)


@dataclass(frozen=True)
class Bipolar:
    r"""Cells one after the other: :math:`i_k = i_1`, :math:`V = \sum_k V_k`."""

    @property
    def shares_voltage(self) -> bool:
        """False: the current is one."""
        return False

    def side_by_side(self, cells: int) -> int:
        """Return one."""
        return 1

    def equations(self, voltage: Array, current: Array, terminal: float) -> Wired:
        """Return that all cells have one current, and that their voltages add up."""
        n = len(current)
        residual = np.concatenate([[voltage.sum() - terminal], current[1:] - current[0]])
        by_current, by_cell = np.eye(n), np.zeros((n, n))
        by_current[1:, 0] = -1.0
        by_current[0, 0] = 0.0
        by_cell[0] = 1.0
        first = np.zeros(n)
        first[0] = 1.0
        return Wired(residual, by_current, by_cell, -first, first)
