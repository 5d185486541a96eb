# SPDX-License-Identifier: BSD-3-Clause
r"""Unknowns of a step: fields on meshes, and scalars that close the whole cell.

A scalar unknown (platen displacement, electrode potential) is a set of degrees of freedom that
share one value. Its equation is the sum of their residual rows, weighted and completed by a
closure:

.. math:: \alpha (\sum_j r_j + load) + \beta (value - target) = 0
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from dolfinx import fem

Ints = npt.NDArray[np.int32]
Array = npt.NDArray[np.float64]


@dataclass(eq=False)
class Unknown:
    """One field with its value now and at the two steps before.

    Attributes:
        name: what it is, for example "u" or "gap".
        where: body, region or interface it belongs to.
        function: current value.
        scale: typical size of the field, in its unit.
        closed: whether a scalar unknown closes its equation, which need not contain the field.
        fixed: owned local dofs (unrolled) whose value is prescribed.
        reference: size of the residual against which convergence is judged; set when the system is
            built.
        past: value at the last committed step, for forms.
        previous: the same as an array.
        older: value at the step before that.
    """

    name: str
    where: str
    function: fem.Function
    scale: float
    closed: bool = False
    fixed: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    reference: float = 1.0
    past: fem.Function = field(init=False)
    previous: Array = field(init=False)
    older: Array = field(init=False)

    def __post_init__(self) -> None:
        """Start with a constant past."""
        self.past = self.function.copy()
        self.previous = self.past.x.array
        self.older = self.previous.copy()

    def start_here(self) -> None:
        """Take the current value for all of the past."""
        self.previous[:] = self.older[:] = self.function.x.array

    @property
    def key(self) -> str:
        """Name and place, for example "gap negative|separator"."""
        return f"{self.name} {self.where}"

    @property
    def block_size(self) -> int:
        """Components per node [1]."""
        return int(self.function.function_space.dofmap.index_map_bs)

    @cached_property
    def owned(self) -> int:
        """Number of dofs owned by this rank [1]."""
        return int(self.function.function_space.dofmap.index_map.size_local) * self.block_size

    def fix(self, dofs: Ints) -> None:
        """Add dofs (local, unrolled) to the prescribed ones; ghosts are dropped."""
        self.fixed = np.union1d(self.fixed, dofs[dofs < self.owned]).astype(np.int32)

    def commit(self) -> None:
        """Make the current value the past one."""
        self.older[:] = self.previous
        self.previous[:] = self.function.x.array

    def rollback(self) -> None:
        """Return to the last committed value."""
        self.function.x.array[:] = self.previous

    def extrapolate(self, ratio: float) -> None:
        """Start from the line through the last two committed values, ratio of time steps ahead."""
        self.function.x.array[:] = self.previous + ratio * (self.previous - self.older)


@dataclass(eq=False)
class Closure:
    """A scalar unknown of the whole cell.

    Attributes:
        name: what it is, for example "platen".
        where: interface it belongs to; empty for the whole cell.
        unknown: field whose dofs share the value.
        tied: owned local dofs (unrolled) that share it.
        scale: typical size of the value.
        reference: size of the equation's residual, for the judgement of convergence.
        alpha: weight of the sum of the rows.
        beta: weight of the distance from the target.
        load: added to the sum of the rows.
        target: value that is asked for.
        value: current value.
        previous: value at the last committed step.
        older: value at the step before that.
        total: sum of the tied rows, as last assembled.
        choose: sets one of several equations, from the value and the total of the present state,
            whenever the residual is assembled: a condition with two branches becomes an active set
            of one member.
        others: other fields whose dofs share the value, with those dofs; all have one scale, and
            the system gives them one reference.
    """

    name: str
    where: str
    unknown: Unknown
    tied: Ints
    scale: float
    reference: float
    alpha: float = 1.0
    beta: float = 0.0
    load: float = 0.0
    target: float = 0.0
    value: float = 0.0
    previous: float = 0.0
    older: float = 0.0
    total: float = 0.0
    choose: Callable[[], None] = lambda: None
    others: tuple[tuple[Unknown, Ints], ...] = ()

    @property
    def ties(self) -> tuple[tuple[Unknown, Ints], ...]:
        """All fields whose dofs share the value, with those dofs."""
        return ((self.unknown, self.tied), *self.others)

    @property
    def key(self) -> str:
        """Name and place, for example "electrode negative|separator"."""
        return f"{self.name} {self.where}".strip()

    def prescribe(self, value: float) -> None:
        """Ask for a value."""
        self.alpha, self.beta, self.target = 0.0, self.reference / self.scale, value

    def push(self, load: float) -> None:
        """Ask that the rows sum up to minus a load."""
        self.alpha, self.beta, self.load = 1.0, 0.0, load

    def spring(self, stiffness: float, at: float, load: float) -> None:
        """Ask that the rows sum up to minus a load that grows with the value, as a spring's does.

        Args:
            stiffness: growth of the rows' sum with the value.
            at: value at which the spring adds nothing.
            load: load there.
        """
        self.alpha, self.load = 1.0, load
        self.beta, self.target = stiffness, at

    def start_at(self, value: float) -> None:
        """Take a value, now and in the past."""
        self.value = self.previous = self.older = value

    def residual(self) -> float:
        """Return the residual of the closing equation, given the sum of the tied rows in total."""
        return self.alpha * (self.total + self.load) + self.beta * (self.value - self.target)

    def commit(self) -> None:
        """Make the current value the past one."""
        self.older, self.previous = self.previous, self.value

    def rollback(self) -> None:
        """Return to the last committed value."""
        self.value = self.previous

    def extrapolate(self, ratio: float) -> None:
        """Start from the line through the last two committed values."""
        self.value = self.previous + ratio * (self.previous - self.older)
