# SPDX-License-Identifier: BSD-3-Clause
"""Settings of a case: elements, scales, convergence, output."""

from __future__ import annotations

import enum
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ssbmech.errors import CaseError, CaseWarning
from ssbmech.measured import Measured
from ssbmech.parameter import STATED_IF_GIVEN, UNSTATED, parameter, validate_parameters
from ssbmech.plausible import check_whole

AUDITED = 1e-5
"""Residual over its reference above which the audits of force and contact fail [1]."""


class PressureField(enum.Enum):
    """Where the pressure is a field of its own."""

    WHERE_FLOWING = "in regions that flow at constant volume (no locking)"
    NOWHERE = "nowhere: plain displacement elements"


@dataclass(frozen=True)
class Discretisation:
    """Finite elements.

    Attributes:
        degree: polynomial degree of displacement and potential, 1 or 2; the pressure has one less.
        quadrature_degree: degree of the bulk quadrature; None takes 2 degree - 2, and 2 degree in
            axisymmetry.
        pressure_field: where the pressure is independent; there the degree must be 2.

    Raises:
        CaseError: the degree is not supported.
    """

    degree: int = 2
    quadrature_degree: int | None = None
    pressure_field: PressureField = PressureField.WHERE_FLOWING

    @property
    def mixed(self) -> bool:
        """Whether the pressure is a field of its own where a solid flows."""
        return self.pressure_field is PressureField.WHERE_FLOWING

    def __post_init__(self) -> None:
        """Check the degree."""
        validate_parameters(self)
        if self.degree not in (1, 2):
            raise CaseError(
                f"element degree {self.degree} is not supported: use 1 or 2 (default 2)"
            )
        if self.quadrature_degree is not None:
            check_whole(self.quadrature_degree, 1, 30, "Discretisation.quadrature_degree")


@dataclass(frozen=True)
class Scales:
    """Typical sizes, used to scale equations and to judge residuals; they change no result.

    Raises:
        ParameterError: a scale is not positive, or absurd.
    """

    stress: float = parameter("Pa", low=1e-3, high=1e15, default=1e6, doc="typical stress")
    length: float = parameter("m", low=1e-15, high=1.0, default=1e-6, doc="typical element size")
    gap: float = parameter("m", low=1e-15, high=1e-2, default=1e-8, doc="typical gap that matters")
    current: float = parameter(
        "A/m2", low=1e-9, high=1e9, default=10.0, doc="typical current density"
    )
    potential: float = parameter("V", low=1e-9, high=1e3, default=0.025, doc="typical potential")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True)
class NewtonSettings:
    """When a step counts as solved.

    Attributes:
        tolerance: largest residual norm of each field over its reference; from about 1e-5 on the
            audits may end a run [1].
        max_iterations: iterations after which a step is given up, unless the residual still falls
            by a factor.
        max_growth: growth of the residual in one iteration above which the step is shortened [1].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    tolerance: float = parameter(
        "1", low=0.0, low_open=True, high=1e-3, default=1e-8, doc="residual norm"
    )
    max_iterations: int = 20
    max_growth: float = parameter("1", low=0.0, low_open=True, default=1.0, doc="residual growth")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        check_whole(self.max_iterations, 1, 10_000, "NewtonSettings.max_iterations")
        if self.tolerance > AUDITED:
            warnings.warn(
                f"NewtonSettings.tolerance = {self.tolerance:g} is above {AUDITED:g}: residuals of "
                "that size fail the audits of force and contact, which end a run",
                CaseWarning,
                stacklevel=4,
            )


class OutputQuantity(Protocol):
    """Role of a quantity of the user's own."""

    def outputs(self, cell: Any) -> Mapping[str, Sequence[Any]]:
        """Return what is measured, by body or interface, under an empty name for the whole cell.

        Args:
            cell: the model, a `ssbmech.model.cell.CellModel`.

        Returns:
            Objects of `ssbmech.model.outputs`: `Scalar`, `PointField`, `CellMean`, `CellField`.
        """


@dataclass(frozen=True)
class Output:
    """What a run writes beside one row of the series for every step.

    Attributes:
        fields_every: accepted steps between two states of the field files; 0 writes the first of
            the run and the last of each step of the protocol only.
        figures: whether figures are made at the end.
        initial: whether the field files begin with the state at t = 0. What is given there has its
            values: displacement, content, gaps and what laws remember. All else is solved for in
            each step, and nan there.
        all_states: whether states of laws that are left out of the field files, such as the creep
            strain, are written too.
        quantities: what is measured beside what the package measures by itself.
        measured: series of an experiment, to be drawn over the computed ones.

    Raises:
        ParameterError: the time between checkpoints is negative.
    """

    fields_every: int = 2
    figures: bool = True
    checkpoint_every: float = parameter(
        "s", low=0.0, default=10.0, doc="wall time between checkpoints; 0 for one at each step"
    )
    initial: bool = field(default=False, metadata=STATED_IF_GIVEN)
    all_states: bool = field(default=False, metadata=STATED_IF_GIVEN)
    quantities: tuple[OutputQuantity, ...] = field(default=(), metadata=STATED_IF_GIVEN)
    measured: tuple[Measured, ...] = field(default=(), metadata=UNSTATED)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_whole(self.fields_every, 0, 10**9, "Output.fields_every")
