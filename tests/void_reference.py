# SPDX-License-Identifier: BSD-3-Clause
"""Laws of hidden voids written in floats, and how far the package's are from them.

The references know of the laws what is in their docstrings: rates as numbers, the height of voids
as the root of its implicit equation, tangents as differences of them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import ufl
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech._compat import constant
from ssbmech.constants import GAS_CONSTANT
from ssbmech.interfaces.point import hidden, step_errors
from ssbmech.interfaces.props import SMALLEST_FRACTION
from ssbmech.model.conditions import symbolic
from tests.pointwise import evaluate_at, rate

TEMPERATURE, DT, HEIGHT_LOST = 333.0, 150.0, 8e-7
K_1, Q_1, T_1 = 4e-16, 32e3, 290.0
K_2, N_2, P_2, Q_2 = 2e-10, 6.55, 1e6, 37e3
V_0, Q_0 = 3e-11, 53e3
LINEAR = ssb.LinearSinking(K_1, Q_1, T_1)
POWER = ssb.PowerLawSinking(K_2, N_2, P_2, Q_2)
FREE = ssb.FreeClosing(V_0, Q_0)

Values = dict[str, float]
Reference = Callable[[Values], Values]


def number(expression: object) -> float:
    """Return the value of an expression of numbers."""
    return float(ufl.as_ufl(expression)(()))


def close(expected: Any, rel: float = 1e-9, abs: float = 0.0) -> Any:
    """Return what is equal to numbers of any size within a relative error."""
    # pytest takes what differs by 1e-12 for equal, which is a picometre here
    return pytest.approx(expected, rel=rel, abs=abs)


def hotter(activation: float, temperature: float, reference: float = 298.15) -> float:
    return math.exp(-activation / GAS_CONSTANT * (1 / temperature - 1 / reference))


def linear_speed(pressure: float, temperature: float) -> float:
    return K_1 * pressure * T_1 / temperature * hotter(Q_1, temperature, T_1)


def power_speed(pressure: float, temperature: float) -> float:
    return K_2 * hotter(Q_2, temperature) * (pressure / P_2) ** N_2


def free_speed(_: float, temperature: float) -> float:
    return V_0 * hotter(Q_0, temperature)


def filled(height: float) -> float:
    return min(max(height, 0.0) / HEIGHT_LOST, 1.0)


@dataclass(frozen=True)
class Props:
    """Reference of a `ProppedInterface`, in floats."""

    speeds: tuple[Callable[[float, float], float], ...] = (linear_speed,)
    strip: float = 1.0
    plate: float = 0.3
    share: float = 1.0
    bearing: Callable[[Values], float] = lambda at: 0.0
    relief: float | None = None
    lost: Callable[[float], float] = lambda x: x
    constriction: Callable[[float], float] = lambda theta: 0.0

    def sunk(self, pressure: float) -> float:
        return sum(speed(pressure, TEMPERATURE) for speed in self.speeds)

    def height(self, at: Values, ease: float = 1.0) -> float:
        """Return h from its equation; below zero the excess of metal."""
        speed, start, time = at["strip_speed"], at["void_height"], DT
        supply = self.strip if speed >= 0 else self.plate
        pressure = max(at["p_contact"], 0.0)
        sunk = ease * self.sunk(pressure + self.bearing(at))
        rate = speed
        if self.relief is not None:
            rate += self.relief * pressure * T_1 / TEMPERATURE * hotter(Q_1, TEMPERATURE, T_1)
            if start < 0.0:
                if start + DT * rate <= 0.0:
                    return start + DT * rate
                # the step goes on without an excess
                start, time = 0.0, DT + start / rate
        opened, closing = start + time * supply * speed, time * sunk

        def excess(h: float) -> float:
            return h - opened + closing * (self.share + (1 - self.share) * filled(h))

        if excess(0.0) < 0.0:
            return float(brentq(excess, 0.0, opened, xtol=1e-24, rtol=1e-15))
        if self.relief is None:
            return 0.0
        # what is left of the step once the void has closed
        end = excess(0.0)
        return min(0.0, end / (start + end) * time * rate) if end else 0.0

    def touching(self, height: float) -> float:
        return SMALLEST_FRACTION + (1 - SMALLEST_FRACTION) * (1 - self.lost(filled(height)))

    def __call__(self, at: Values) -> Values:
        return self.at_height(at, self.height(at))

    def at_height(self, at: Values, height: float) -> Values:
        """Return what the law tells of a height."""
        theta, before = self.touching(height), at["void_height"]
        return {
            "void_height": height,
            "void_growth": (height - before) / DT,
            "thickness": max(height, 0.0),
            "touching": theta,
            "constriction": self.constriction(theta),
            "hollow": max(height, 0.0),
            "gap_error": abs(height - before - DT * at["void_growth"]),
            "touching_error": abs(theta - self.touching(before)),
        }


def lens(x: float, least: float = 1e-4) -> float:
    start = least ** (2 / 3)
    return ((x + least) ** (2 / 3) - start) / ((1 + least) ** (2 / 3) - start)


KAPPA, RADIUS, SPACING = 0.2, 4e-6, 9e-6
SPOTS = ssb.SpotsOfOneSize(RADIUS, KAPPA)


def shielding(theta: float) -> float:
    return max(1 - math.sqrt(theta), 0.0) ** 1.5


def of_one_size(theta: float) -> float:
    return math.pi * RADIUS / (4 * KAPPA) * shielding(theta)


HARDNESS, ADHESION, RECOVERY, STRENGTH = 5e6, 2e4, 0.6, 3e5
CONTACT = ssb.RememberedContact(HARDNESS, RECOVERY, ADHESION)


def real_contact(at: Values) -> Values:
    """Return what `RememberedContact` tells."""
    now = max(at["p_contact"], 0.0)
    highest = max(at["p_pressed"], now)
    kept = ((now + ADHESION) / (highest + ADHESION)) ** RECOVERY
    effective = (highest + ADHESION) * kept - ADHESION
    theta = 1e-9 + (1 - 1e-9) * (1 - math.exp(-effective / HARDNESS))
    return {"p_pressed": highest, "thickness": 0.0, "touching": 1.0, "rough": theta}


def adhering(at: Values) -> float:
    return STRENGTH * real_contact(at)["rough"]


PARTICLE, CONTENT, COVERED = 2e-6, 0.01, 0.1


def accumulating(at: Values) -> Values:
    """Return what `AccumulatingProps` tells, with the plain props."""
    net = at["net_stripped"] + DT * at["strip_speed"]
    swept = max(at["swept"], net)
    # particles per area, each of which covers its cross section
    count = CONTENT / (4 / 3 * math.pi * PARTICLE**3) * swept
    share = min(COVERED + count * math.pi * PARTICLE**2, 0.9)
    before = COVERED + count / swept * at["swept"] * math.pi * PARTICLE**2 if swept else COVERED
    told = Props().at_height(at, Props().height(at, COVERED / share))
    told["touching"] *= (1 - share) / (1 - COVERED)
    told["touching_error"] += (share - min(before, 0.9)) / (1 - COVERED)
    return {**told, "net_stripped": net, "swept": swept}


def plain(**changes: Any) -> ssb.ProppedInterface:
    law = ssb.ProppedInterface((LINEAR,), HEIGHT_LOST, supply_plate=0.3)
    return dataclasses.replace(law, **changes)


LAWS: dict[str, tuple[Any, Reference]] = {
    "plain": (plain(), Props()),
    "half": (plain(supply_strip=0.4, supply_plate=0.7), Props(strip=0.4, plate=0.7)),
    "all speeds": (
        plain(sinking=(LINEAR, POWER, FREE)),
        Props(speeds=(linear_speed, power_speed, free_speed)),
    ),
    "shared load": (plain(props=0.3), Props(share=0.3)),
    "lenses": (plain(shape=ssb.LensVoids()), Props(lost=lens)),
    "excess": (
        plain(excess=ssb.PlatedExcess((ssb.LinearSinking(0.2 * K_1, Q_1, T_1),))),
        Props(relief=0.2 * K_1),
    ),
    "bearing": (plain(bearing=ssb.ConstantBearing(2e5)), Props(bearing=lambda at: 2e5)),
    "adhesion": (plain(bearing=ssb.AdheringContact(CONTACT, STRENGTH)), Props(bearing=adhering)),
    "spots": (
        plain(constriction=ssb.SpotsOfOneSize(RADIUS, KAPPA)),
        Props(constriction=of_one_size),
    ),
    "real contact": (CONTACT, real_contact),
    "particles": (ssb.AccumulatingProps(plain(), PARTICLE, CONTENT, COVERED), accumulating),
}


def points(count: int = 240) -> dict[str, np.ndarray]:
    """Return states of an interface: at rest, stripped and plated, loaded, unloaded and open."""
    random = np.random.default_rng(3)
    stripped = np.choose(np.arange(count) % 4, [0.0, 1.0, -1.0, 8.0]) * 3e-10
    pressure = np.where(np.arange(count) % 5 == 0, -2e5, 3e6 * random.random(count) ** 2)
    height = np.where(np.arange(count) % 3 == 0, 0.0, 1.3 * HEIGHT_LOST * random.random(count))
    height = np.where(np.arange(count) % 7 == 0, -2e-7 * random.random(count), height)
    return {
        "strip_speed": stripped * (0.5 + random.random(count)),
        "p_contact": pressure,
        "void_height": height,
        "void_growth": 4e-10 * random.standard_normal(count),
        "p_pressed": 4e6 * random.random(count),
        "net_stripped": 2e-5 * random.random(count),
        "swept": np.where(np.arange(count) % 11 == 0, 3e-4, 2e-5 * random.random(count)),
    }


VARIED = {"strip_speed": 3e-10, "p_contact": 1e6, "void_height": HEIGHT_LOST}
"""Unknowns and states by which tangents are taken, with their sizes."""

TANGENTS = ("thickness", "touching", "constriction", "hollow", "rough")
"""What enters the equations."""


def told(law: Any, point: ssb.InterfacePoint) -> dict[str, Any]:
    """Return everything that a law tells of a point."""
    below, errors = hidden(law, point), step_errors(law, point)
    return {
        **law.end_of_step(point),
        "thickness": law.thickness(point),
        "touching": below.touching,
        "constriction": below.constriction,
        "hollow": below.hollow,
        "rough": below.rough,
        "gap_error": errors.gap,
        "touching_error": errors.touching,
    }


def as_point(at: Mapping[str, Any], mesh: Any) -> ssb.InterfacePoint:
    """Return the point of an interface with coefficients for its local state."""
    states = ("void_height", "void_growth", "p_pressed", "net_stripped", "swept")
    return ssb.InterfacePoint(
        phi_s=0.0,
        phi_e=0.0,
        i_normal=0.0,
        p_contact=at["p_contact"],
        gap=0.0,
        mu=0.0,
        temperature=constant(mesh, TEMPERATURE),
        dt=constant(mesh, DT),
        strip_speed=at["strip_speed"],
        state={name: at[name] for name in states},
    )


def found_values(law: Any, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return what a law tells, a column per name, and the tangents, by each of what varies."""
    entering = [name for name in names if name in TANGENTS]

    def build(at: Mapping[str, Any], mesh: Any) -> list[Any]:
        whole = told(symbolic(law, mesh), as_point(at, mesh))
        tangents = [rate(ufl.as_ufl(whole[n]), at[by]) for by in VARIED for n in entering]
        return [*(whole[name] for name in names), *tangents]

    values = evaluate_at(build, points())
    split = values[:, len(names) :].reshape(len(values), len(VARIED), len(entering))
    return values[:, : len(names)], split


def expected_values(reference: Reference, names: Sequence[str]) -> np.ndarray:
    columns = points()
    rows = [
        reference(dict(zip(columns, map(float, row), strict=True)))
        for row in zip(*columns.values(), strict=True)
    ]
    return np.array([[row[name] for name in names] for row in rows])


def expected_tangents(reference: Reference, names: Sequence[str]) -> np.ndarray:
    """Return central differences of the reference; nan where it has a kink."""
    columns = points()
    tangents = []
    for by, size in VARIED.items():
        step = 1e-5 * size
        sides = []
        for sign in (-1, 0, 1):
            moved = {**columns, by: columns[by] + sign * step}
            rows = [
                reference(dict(zip(moved, map(float, row), strict=True)))
                for row in zip(*moved.values(), strict=True)
            ]
            sides.append(np.array([[row[name] for name in names] for row in rows]))
        behind, ahead = (sides[1] - sides[0]) / step, (sides[2] - sides[1]) / step
        local = np.maximum(np.abs(ahead), np.abs(behind))
        smooth = np.abs(ahead - behind) <= 1e-3 * local + 1e-7 * np.median(local, axis=0)
        tangents.append(np.where(smooth, (ahead + behind) / 2, np.nan))
    return np.stack(tangents, axis=1)


def errors_of(law: Any, reference: Reference) -> tuple[float, float]:
    """Return the largest errors of values and of tangents, over the largest of their kind."""
    first = {name: float(column[0]) for name, column in points().items()}
    names = list(reference(first))
    entering = [name for name in names if name in TANGENTS]
    values, tangents = found_values(law, names)
    expected = expected_values(reference, names)
    differences = expected_tangents(reference, entering)
    assert np.mean(np.isnan(differences)) < 0.2, "too few points without a kink"
    return relative(values, expected), relative(tangents, differences)


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest error, over the largest of its column or 1 where that is zero."""
    scale = np.nanmax(np.abs(expected), axis=0)
    errors = np.nanmax(np.abs(found - expected), axis=0)
    return float(np.max(errors / np.where(scale > 0.0, scale, 1.0)))


VALUE_ERROR = 1e-12
"""Round-off of sums of terms of one size."""

TANGENT_ERROR = 2e-6
"""Differences with steps of 1e-5: round-off 1e-11, and 5e-7 where lenses and spots have roots."""


def at(**values: float) -> ssb.InterfacePoint:
    """Return a point of numbers."""
    known = dict.fromkeys(("void_height", "void_growth", "p_pressed", "net_stripped", "swept"), 0.0)
    state = {name: ufl.as_ufl(float(values.pop(name, value))) for name, value in known.items()}
    numbers = {name: ufl.as_ufl(float(value)) for name, value in values.items()}
    rest = dict.fromkeys(("phi_s", "phi_e", "i_normal", "p_contact", "gap", "mu"), 0.0)
    given = {**rest, "temperature": TEMPERATURE, "dt": DT, **numbers, "state": state}
    return ssb.InterfacePoint(**given)
