# SPDX-License-Identifier: BSD-3-Clause
r"""Shared by the tests of relaxation: a metal disc pressed and held, and its exact pressure.

The disc is free at its side, so that its stress is uniform and uniaxial. Under the ramp of the
preload, q is given; held at a fixed height it relaxes,

.. math:: \dot q = -E \, \dot\varepsilon(q, S), \quad \dot S = h(q, S) \, \dot\varepsilon
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

import ssbmech as ssb
from ssbmech.frames import Axisymmetric, Frame
from ssbmech.materials.diffusional import DiffusionalFlow
from ssbmech.materials.material import Material
from ssbmech.materials.viscoplastic import AnandFlow, NortonFlow
from tests.single_body import Rectangle

GAS_CONSTANT = 8.31446261815324
TEMPERATURE = 298.15
PRELOAD_TIME = 1.0
HOLD = 3600.0

Array = np.ndarray
Rates = Callable[[float, float], tuple[float, float]]
"""Creep rate [1/s] and growth of the resistance [Pa/s] at a stress and a resistance [Pa]."""


def disc(
    material: Material, pressure: float, frame: Frame | None = None, **changes: Any
) -> ssb.Case:
    """Return a disc in a rigid gap, pressed in a second and held for an hour.

    Args:
        material: the metal.
        pressure: pressure at which the gap is fixed [Pa].
        frame: axisymmetric if not given.
        changes: fields of the case to replace.
    """
    frame = Axisymmetric() if frame is None else frame
    square = Rectangle(frame=frame, width=20e-6, height=20e-6, columns=2, rows=2)
    return ssb.Case(
        name="relaxing_disc",
        geometry=square,
        bodies=(ssb.Body.single("body", material),),
        interfaces=(),
        supports=(ssb.Roller("bottom"), ssb.Roller("left")),
        fixture=ssb.FixedGap(pressure),
        protocol=(ssb.Preload(PRELOAD_TIME), ssb.Rest(HOLD)),
        temperature=TEMPERATURE,
        **changes,
    )


def norton_pressure(material: Material, pressure: float, time: Array) -> Array:
    r"""Return the pressure of a disc of a power law, in closed form [Pa].

    .. math:: q^{1 - n} = q_0^{1 - n} + (n - 1) E A t

    Args:
        material: the metal, at the reference temperature of its law.
        pressure: pressure at the start [Pa].
        time: time since the gap is fixed [s].
    """
    flow, young = material.solid.flow, material.solid.elastic.young
    n, speed = flow.exponent, young * flow.rate / flow.stress**flow.exponent
    return (pressure ** (1 - n) + (n - 1) * speed * time) ** (1 / (1 - n))


def pressure_of(material: Material, pressure: float, time: Array) -> Array:
    """Return the pressure of a disc from its ordinary differential equations [Pa].

    Args:
        material: the metal.
        pressure: pressure at the end of the preload [Pa].
        time: time since the gap is fixed [s], rising.
    """
    rates, initial = _rates(material.solid.flow), _initial(material.solid.flow)
    young = material.solid.elastic.young

    def pressed(t: float, y: Array) -> list[float]:
        return [rates(pressure * t / PRELOAD_TIME, y[0])[1]]

    def held(_: float, y: Array) -> list[float]:
        creep, hardening = rates(y[0], y[1])
        return [-young * creep, hardening]

    exact = {"method": "LSODA", "rtol": 1e-10, "atol": 1e-6}
    (resistance,) = solve_ivp(pressed, (0.0, PRELOAD_TIME), [initial], **exact).y[:, -1]
    start = [pressure, resistance]
    found = solve_ivp(held, (0.0, float(time[-1])), start, t_eval=time, **exact)
    return np.asarray(found.y[0])


def _initial(flow: Any) -> float:
    return flow.resistance_initial if isinstance(flow, AnandFlow) else 1.0


def _rates(flow: Any) -> Rates:
    if isinstance(flow, AnandFlow):
        return lambda q, s: _anand(flow, q, s)
    if isinstance(flow, DiffusionalFlow):
        fluidity = float(flow.linear.fluidity(TEMPERATURE))
        return lambda q, _: (_norton(flow.power, q) + fluidity * q, 0.0)
    return lambda q, _: (_norton(flow, q), 0.0)


def _norton(flow: NortonFlow, q: float) -> float:
    return flow.rate * (max(q, 0.0) / flow.stress) ** flow.exponent


def _anand(flow: AnandFlow, q: float, s: float) -> tuple[float, float]:
    """Return the rates of the law as its authors write it, with the saturation S_s of the rate."""
    if q <= 0.0:
        return 0.0, 0.0
    hot = flow.rate * math.exp(-flow.activation_energy / (GAS_CONSTANT * TEMPERATURE))
    creep = hot * (q / s) ** (1 / flow.rate_sensitivity)
    saturation = flow.resistance_saturation * (creep / hot) ** flow.saturation_exponent
    distance = 1 - s / saturation
    slope = flow.hardening * abs(distance) ** flow.hardening_exponent * math.copysign(1, distance)
    return creep, slope * creep
