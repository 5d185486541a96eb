# SPDX-License-Identifier: BSD-3-Clause
"""Choice of the time step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ssbmech.case.time_scheme import BackwardEuler, SecondOrder, TimeScheme
from ssbmech.errors import NotConverged, ParameterError, StepTooSmall
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import check_whole
from ssbmech.units import to_si

TOUCHING_CHANGE = 0.05
"""Change of the touching fraction in a step that counts as 1, if not given [1]."""

SHAPE_ERROR = 0.1
"""Distortion of a moving cell, predicted less found, that counts as 1, if not given [1]."""

SHAPE_CHANGE = 0.5
"""Distortion of a moving cell in a step that counts as 1, if not given [1]."""

DENSITY_CHANGE = 0.1
"""Change of the logarithm of a density in a step, if not given [1]."""

STRESS_FLOOR = 1e3
"""Stress below which errors of it are not looked at in detail [Pa]."""

SMALLEST_CUT = 0.1
"""Factor of a step at least that was solved but is too far off [1]."""


@dataclass(frozen=True)
class Tolerances:
    """Predictor errors that count as 1; infinite if no step is judged by them.

    Attributes:
        gap: of gaps [m].
        content: of lithium contents [1].
        touching: change of the fraction that touches below the size of a facet [1].
        stress: of the deviatoric stress of a region that flows, over its size [1].
        stress_floor: stress that is added to the size [Pa].
        shortest: step that stands whatever its error [s].
        shape: of the shape of cells of moving bodies: the distortion from the predicted one to that
            which was found [1].
        shape_change: distortion of these cells in the step; it is no error, and bounds it [1].
        density_change: change of the logarithm of the density of solids that densify, anywhere; it
            bounds the step as well [1].
    """

    gap: float = math.inf
    content: float = math.inf
    touching: float = math.inf
    stress: float = math.inf
    stress_floor: float = STRESS_FLOOR
    shortest: float = 0.0
    shape: float = math.inf
    shape_change: float = math.inf
    density_change: float = math.inf

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


class StepSizer(Protocol):
    """State of the step control during a run."""

    def start(self, step_length: float) -> None:
        """Begin a protocol step, or begin anew within one.

        Args:
            step_length: its duration, or what is left of it [s].
        """

    def again(self, left: float, part: float) -> None:
        """Begin anew behind an event that is no jump of what is asked of the cell.

        Args:
            left: what is left of the protocol step [s].
            part: length of the first step over that which would have been next [1].
        """

    def propose(self, remaining: float) -> float:
        """Return the next time step [s], landing on the end of the protocol step."""

    def accept(self, iterations: int, error: float) -> None:
        """Learn from a solved step: its Newton iterations and its error over the tolerance."""

    def reject(self, failure: NotConverged) -> None:
        """Cut the step after a failure.

        Raises:
            StepTooSmall: the step cannot be cut further.
        """

    def state(self) -> dict[str, float]:
        """Return what the next proposal depends on, as plain numbers."""

    def restore(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave."""


class StepControl(Protocol):
    """Role of step-control settings."""

    @property
    def tolerances(self) -> Tolerances:
        """Predictor errors that count as 1."""

    def sizer(self) -> StepSizer:
        """Return a new step control in its initial state."""


def scheme_of(control: StepControl) -> TimeScheme:
    """Return how a step control has states integrated that follow a rate: its `scheme`, if any."""
    scheme: TimeScheme = getattr(control, "scheme", BackwardEuler())
    return scheme


@dataclass(frozen=True)
class AdaptiveSteps:
    r"""Steps that follow the accuracy of the predictor and the effort of Newton's method.

    The distance between solved gaps and lithium contents and their extrapolation from the last two
    steps estimates the error of backward Euler; the step grows or shrinks with its square root.
    Creep and relaxation are judged by the error that a step makes in the stress of each region that
    flows, which its two ends tell (`ssbmech.model.rates.StressError`).

    .. math:: \Delta t_{next} = \Delta t \min(growth, \max(0.9 / \sqrt{e}, 0.2)), \quad
              e = \max(|g - g_{extrapolated}| / g_{error}, |x - x_{extrapolated}| / x_{error},
              e_{stress})

    With `stress_error=None` stress is not judged. Bodies that move are judged by the shape of their
    cells (`ssbmech.model.motion`), solids that densify by the largest change of their density.

    Attributes:
        iterations: Newton iterations above which the next step is shortened in proportion.
        scheme: how states that follow a rate are integrated.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    dt_initial: float = parameter(
        "s", low=0.0, low_open=True, default=0.05, doc="first step of a protocol step"
    )
    dt_min: float = parameter(
        "s", low=0.0, low_open=True, default=1e-6, doc="step below which the run ends"
    )
    dt_max: float = parameter("s", low=0.0, low_open=True, default=60.0, doc="longest step")
    growth: float = parameter(
        "1", low=1.01, high=10.0, default=1.7, doc="largest growth from step to step"
    )
    cut: float = parameter("1", low=0.05, high=0.9, default=0.4, doc="factor after a failure")
    iterations: int = 8
    gap_error: float = parameter(
        "m", low=0.0, low_open=True, default=2e-8, doc="predictor error of the gap"
    )
    content_error: float = parameter(
        "1", low=0.0, low_open=True, default=5e-3, doc="predictor error of lithium contents"
    )
    touching_change: float | None = parameter(
        "1",
        low=0.0,
        low_open=True,
        default=None,
        doc="change of the fraction that touches below the size of a facet; 0.05 if not given",
        stated_if_given=True,
    )
    stress_error: float | None = parameter(
        "1",
        low=0.0,
        low_open=True,
        default=0.003,
        doc="error of the stress in a step over its size; None: stress is not judged",
    )
    shape_error: float | None = parameter(
        "1",
        low=0.0,
        low_open=True,
        default=None,
        doc="distortion of a cell, predicted less found; 0.1 if not given",
        stated_if_given=True,
    )
    shape_change: float | None = parameter(
        "1",
        low=0.0,
        low_open=True,
        default=None,
        doc="distortion of a cell in a step; 0.5 if not given",
        stated_if_given=True,
    )
    density_change: float | None = parameter(
        "1",
        low=0.0,
        low_open=True,
        default=None,
        doc="change of the logarithm of a density in a step; 0.1 if not given",
        stated_if_given=True,
    )
    scheme: TimeScheme = field(default_factory=SecondOrder)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_whole(self.iterations, 1, 10_000, "AdaptiveSteps.iterations")
        if self.dt_min > self.dt_max:
            raise ParameterError(
                f"AdaptiveSteps.dt_min = {self.dt_min:g} s is above dt_max = {self.dt_max:g} s: "
                "expected the shortest step below the longest"
            )

    @property
    def tolerances(self) -> Tolerances:
        """Predictor errors that count as 1."""
        change = TOUCHING_CHANGE if self.touching_change is None else self.touching_change
        return Tolerances(
            self.gap_error,
            self.content_error,
            change,
            math.inf if self.stress_error is None else self.stress_error,
            shortest=self.dt_min,
            shape=SHAPE_ERROR if self.shape_error is None else self.shape_error,
            shape_change=SHAPE_CHANGE if self.shape_change is None else self.shape_change,
            density_change=DENSITY_CHANGE if self.density_change is None else self.density_change,
        )

    def sizer(self) -> StepSizer:
        """Return a new step control."""
        return _AdaptiveSizer(self)


class _AdaptiveSizer:
    """Lengthens and shortens steps by their errors, which grow with the square of the length."""

    def __init__(self, settings: AdaptiveSteps) -> None:
        self.settings = settings
        self._dt = settings.dt_initial
        self._proposed = self._dt
        self._failed = False
        # length that steps had before an event, until they have regained it
        self._before = 0.0

    def start(self, step_length: float) -> None:
        self._dt, self._before = min(self.settings.dt_initial, step_length), 0.0

    def again(self, left: float, part: float) -> None:
        self._before = min(self._dt, self.settings.dt_max)
        self._dt = min(max(self.settings.dt_initial, part * self._before), left)

    def propose(self, remaining: float) -> float:
        self._dt = min(self._dt, self.settings.dt_max)
        self._proposed = self._dt
        if self._dt >= remaining * (1 - 1e-9):
            self._proposed = remaining
        elif self._dt > 0.5 * remaining:
            # two equal steps instead of one and a sliver
            self._proposed = 0.5 * remaining
        return self._proposed

    def accept(self, iterations: int, error: float) -> None:
        s = self.settings
        most = max(s.growth, self._before / self._proposed)
        if most == s.growth:
            self._before = 0.0
        factor = most if error <= 0.0 else min(most, max(0.9 / error**0.5, 0.2))
        if iterations > s.iterations:
            factor = min(factor, s.iterations / iterations)
        if self._failed:
            factor = min(factor, 1.0)
        self._failed = False
        grown = self._proposed * factor
        # a step shortened only to land on an event says nothing against the longer one
        self._dt = max(grown, self._dt) if factor >= 1.0 else grown
        self._dt = max(self._dt, s.dt_min)

    def reject(self, failure: NotConverged) -> None:
        self._failed = True
        if failure.error > 0.0:
            # it has a solution: the shortest step will stand
            cut = min(self.settings.cut, max(0.9 / failure.error**0.5, SMALLEST_CUT))
            self._dt = max(self._proposed * cut, self.settings.dt_min)
            return
        self._dt = self._proposed * self.settings.cut
        if self._dt < self.settings.dt_min:
            raise StepTooSmall(
                f"the time step fell below {self.settings.dt_min:g} s: {failure.reason}",
                failure.report,
            )

    def state(self) -> dict[str, float]:
        return {
            "dt": self._dt,
            "proposed": self._proposed,
            "failed": float(self._failed),
            "before": self._before,
        }

    def restore(self, state: Mapping[str, float]) -> None:
        # shorter only if the run ended for that, and goes on with other settings
        self._dt = max(state["dt"], self.settings.dt_min)
        self._proposed = state["proposed"]
        self._failed = bool(state["failed"])
        self._before = state.get("before", 0.0)


@dataclass(frozen=True)
class PrescribedSteps:
    """Given time steps: a failure ends the run.

    A step is cut where a protocol step ends or a stop condition is met. After the last length the
    rest of each protocol step is taken at once.

    Attributes:
        lengths: time steps [s], one after the other over the whole protocol.
        scheme: how states that follow a rate are integrated.

    Raises:
        ParameterError: a time step is not positive.
    """

    lengths: Sequence[float]
    scheme: TimeScheme = field(default_factory=BackwardEuler)

    def __post_init__(self) -> None:
        """Convert to SI and check that time goes on."""
        validate_parameters(self)
        lengths = tuple(to_si(dt, "s", "PrescribedSteps.lengths") for dt in self.lengths)
        if not all(dt > 0.0 for dt in lengths):
            raise ParameterError("PrescribedSteps.lengths must all be greater than zero [s]")
        object.__setattr__(self, "lengths", lengths)

    @property
    def tolerances(self) -> Tolerances:
        """Infinite: the steps stand, however far from their extrapolation."""
        return Tolerances()

    def sizer(self) -> StepSizer:
        """Return a new step control."""
        return _PrescribedSizer(self.lengths)


class _PrescribedSizer:
    """Goes through given lengths; what is left of a protocol step after them is one step."""

    def __init__(self, lengths: Sequence[float]) -> None:
        self._left = list(lengths)[::-1]
        self._used = 0

    def start(self, step_length: float) -> None:
        """Nothing to do: the list goes on over the protocol's steps."""

    def again(self, left: float, part: float) -> None:
        """Nothing to do either."""

    def propose(self, remaining: float) -> float:
        return min(self._left[-1], remaining) if self._left else remaining

    def accept(self, iterations: int, error: float) -> None:
        if self._left:
            self._left.pop()
            self._used += 1

    def reject(self, failure: NotConverged) -> None:
        raise StepTooSmall(
            f"a prescribed time step has no solution: {failure.reason}", failure.report
        )

    def state(self) -> dict[str, float]:
        return {"left": float(len(self._left)), "used": float(self._used)}

    def restore(self, state: Mapping[str, float]) -> None:
        # a run that goes on may have further lengths
        count = len(self._left)
        self._used = int(state.get("used", count - state["left"]))
        del self._left[max(count - self._used, 0) :]
