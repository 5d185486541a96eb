# SPDX-License-Identifier: BSD-3-Clause
"""What a run does to the flaws of its electrolyte: numbers in time, and the worst of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.fracture.statistics import Weibull, failure_probability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.fracture.numbers import Known
    from ssbmech.fracture.surfaces import Surface

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Course:
    """Flaws of one size at the facets of an interface, in time.

    Attributes:
        interface: Name of the interface.
        body: Name of the electrolyte.
        region: Region of it.
        known: Its numbers.
        surface: The facets.
        times: Times of the outputs, shape (outputs,) [s].
        stress: Stress intensity by the stress, shape (outputs, facets) [Pa m^(1/2)].
        pressed: By metal under the contact pressure, same shape [Pa m^(1/2)].
        plated: By plated metal, same shape [Pa m^(1/2)].
        held: What the residual compression takes away [Pa m^(1/2)].
        local: Current density of each facet, same shape [A m-2].
        nominal: Current density of the cell, shape (outputs,) [A m-2].
        share: Area of the real cell over that of the model [1].
    """

    interface: str
    body: str
    region: str
    known: Known
    surface: Surface
    times: Array
    stress: Array
    pressed: Array
    plated: Array
    held: float
    local: Array
    nominal: Array
    share: float

    @property
    def toughness(self) -> float:
        """Toughness [Pa m^(1/2)]."""
        return self.known.numbers.toughness

    @property
    def outside(self) -> float:
        """Share of the facets below which the body is thinner than the flaw [1]."""
        return float(np.isnan(self.stress).all(axis=0).mean())

    @cached_property
    def ratio(self) -> Array:
        """Stress intensity over toughness, zero where the flaw is closed, (outputs, facets) [1]."""
        total = self.stress + self.pressed + self.plated - self.held
        return np.maximum(np.nan_to_num(total), 0.0) / self.toughness

    @cached_property
    def worst(self) -> tuple[int, int]:
        """Output and facet of the largest ratio."""
        output, facet = np.unravel_index(int(self.ratio.argmax()), self.ratio.shape)
        return int(output), int(facet)

    @cached_property
    def limiting(self) -> Array:
        r"""Current density of the cell at which a flaw would extend, shape (outputs,) [A m-2].

        What plating adds is taken as proportional to the current, so that the stress intensity is
        that of stress and pressure and :math:`i / i_{now}` times that of plating. Infinite where
        nothing plates.
        """
        rest = self.toughness + self.held - self.stress - self.pressed
        plates = self.plated > 0.0
        factor = np.where(
            plates, np.maximum(rest, 0.0) / np.where(plates, self.plated, 1.0), np.inf
        )
        least = np.nan_to_num(factor, nan=np.inf, posinf=np.inf).min(axis=1)
        known = self.flows & np.isfinite(least)
        return np.where(known, np.where(known, least, 0.0) * np.abs(self.nominal), np.inf)

    @property
    def flows(self) -> Flags:
        """Whether a current passes through the cell, shape (outputs,).

        At rest what evens out inside of it is no current of it, nor is what rounding leaves.
        """
        size = np.abs(self.nominal)
        return np.asarray(size > 1e-3 * size.max(initial=0.0))

    @cached_property
    def risk(self) -> Array:
        """Sum of Weibull's risks up to each output, shape (outputs,) [1].

        A flaw that has borne a load once bears it again: what counts is the largest one so far.
        """
        numbers = self.known.numbers
        law = Weibull(numbers.modulus, 1.0, numbers.area)
        largest = np.maximum.accumulate(self.ratio, axis=0)
        return np.array([law.risk(each, self.share * self.surface.areas) for each in largest])

    @property
    def range(self) -> float:
        """Largest change of the stress intensity of a flaw over the run [Pa m^(1/2)]."""
        return self.toughness * float(np.ptp(self.ratio, axis=0).max())

    def summary(self) -> dict[str, Any]:
        """Return the worst of it as plain data; names have their units."""
        output, facet = self.worst
        parts = {"stress": self.stress, "contact pressure": self.pressed, "plating": self.plated}
        nominal, local = abs(self.nominal[output]), abs(self.local[output, facet])
        least = float(self.limiting.min())
        return {
            "interface": self.interface,
            "body": self.body,
            "region": self.region,
            "ratio [1]": float(self.ratio[output, facet]),
            "time [s]": float(self.times[output]),
            "place [m]": [float(each) for each in self.surface.middles[facet]],
            "stress intensity by [Pa m^(1/2)]": {
                **{name: _finite(float(each[output, facet])) for name, each in parts.items()},
                "residual compression": -self.held,
            },
            "local over nominal current [1]": local / nominal if self.flows[output] else None,
            "critical current [A m-2]": _finite(least),
            "range over the run [Pa m^(1/2)]": self.range,
            "probability [1]": failure_probability(float(self.risk[-1])),
            "facets without room for the flaw [1]": self.outside,
        }


@dataclass(frozen=True, eq=False)
class Inside:
    """Flaws inside of a body, in time.

    Attributes:
        body: Name of the body.
        times: Times of the outputs, shape (outputs,) [s].
        risk: Sum of Weibull's risks up to each output, shape (outputs,) [1].
        strength: Stress that 63 % of the reference volumes do not bear [Pa].
        largest: Largest principal stress that counts, at each output, shape (outputs,) [Pa].
        counted: Share of the volume that counts [1].
    """

    body: str
    times: Array
    risk: Array
    strength: float
    largest: Array
    counted: float

    def summary(self) -> dict[str, Any]:
        """Return the worst of it as plain data; names have their units."""
        return {
            "body": self.body,
            "largest tension [Pa]": float(self.largest.max()),
            "strength of the reference volume [Pa]": self.strength,
            "probability [1]": failure_probability(float(self.risk[-1])),
            "share of the volume that counts [1]": self.counted,
        }


@dataclass(frozen=True, eq=False)
class Verdict:
    """All flaws of a run.

    Attributes:
        words: What was assumed, by name, in words or numbers with their units.
        courses: Flaws at the interfaces.
        inside: Flaws inside of the bodies.
        critical: Size of the smallest flaw that would extend at the worst output of each course
            [m]; infinite if there is none.
        largest: Largest size that was tried for each [m].
    """

    words: dict[str, Any]
    courses: tuple[Course, ...]
    inside: tuple[Inside, ...]
    critical: tuple[float, ...]
    largest: tuple[float, ...]

    @property
    def probability(self) -> float:
        """Probability that a flaw anywhere extends during the run [1]."""
        surfaces = sum(float(each.risk[-1]) for each in self.courses)
        return failure_probability(surfaces + sum(float(each.risk[-1]) for each in self.inside))

    def plain(self) -> dict[str, Any]:
        """Return all of it as plain data for JSON, in SI."""
        return {
            "assumed": self.words,
            "probability [1]": self.probability,
            "interfaces": [
                {
                    **course.summary(),
                    "critical flaw [m]": _finite(critical),
                    "largest flaw tried [m]": largest,
                    "series": {
                        "time [s]": course.times.tolist(),
                        "ratio [1]": course.ratio.max(axis=1).tolist(),
                        "critical current [A m-2]": [_finite(float(i)) for i in course.limiting],
                        "probability [1]": probabilities(course.risk),
                    },
                }
                for course, critical, largest in zip(
                    self.courses, self.critical, self.largest, strict=True
                )
            ],
            "bodies": [each.summary() for each in self.inside],
        }


def probabilities(risk: Array) -> list[float]:
    """Return the probabilities of risks [1].

    Args:
        risk: Risks [1].
    """
    return [failure_probability(float(each)) for each in risk]


def _finite(value: float) -> float | None:
    """Return a number for JSON, which has no infinite one: none instead."""
    return value if math.isfinite(value) else None
