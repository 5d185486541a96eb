# SPDX-License-Identifier: BSD-3-Clause
"""Impedance of what is slow: pressure under a spring, diffusion in a host; and of lost contact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.units import F_per_m2, MPa, ohm_m2
from tests.elastic_cell import (
    COUNTER,
    ELECTROLYTE,
    LAYERS,
    METAL,
    WORKING,
    oedometer_modulus,
    one_sided_cell,
    rollers,
    symmetric_cell,
)
from tests.particle import C_MAX, DIFFUSIVITY, plain_host
from tests.tools import march, measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

KAPPA = ELECTROLYTE.conductor.conductivity
RESISTANCE = 2e-3
THICK = {layer.name: layer.thickness for layer in LAYERS}


def test_metal_under_a_spring_is_a_capacitor() -> None:
    """What is stripped lowers the pressure, and that the potential: (Omega / F)^2 k / (i omega)."""
    spring = 5e13
    case = one_sided_cell(
        interfaces=(ssb.Interface(WORKING, kinetics=ssb.LinearKinetics(RESISTANCE * ohm_m2)),),
        supports=rollers("bottom", "left", "right"),
        fixture=ssb.Spring(preload=30 * MPa, spring_stiffness=spring),
        protocol=(ssb.Preload(1.0), ssb.Rest(1.0)),
    )
    done = march(case)
    frequencies = np.geomspace(1e-4, 10.0, 6)
    found = ssb.impedance(done.cell, frequencies)
    layers = sum(
        THICK[name] / oedometer_modulus(material)
        for name, material in (("negative", METAL), ("separator", ELECTROLYTE))
    )
    stiffness = 1 / (1 / spring + layers)
    ohmic = RESISTANCE + THICK["separator"] / KAPPA
    z = 2j * np.pi * frequencies
    exact = ohmic + (METAL.metal.molar_volume / FARADAY) ** 2 * stiffness / z
    error = np.max(np.abs(found.impedance / exact - 1))
    item = "Impedance of a metal under a spring"
    assert abs(exact[0].imag) > 0.05 * ohmic, "the pressure shows"
    measured(item, "largest relative error, 0.1 mHz to 10 Hz", error, 1e-6, "closed form")


def host_error(size: float) -> float:
    """Return the largest relative error of the impedance of a plate of host, by cell size [m]."""
    content = 0.4
    case = one_sided_cell(
        bodies=(
            ssb.Body("negative", {"negative": plain_host(1e-12)}, content={"negative": content}),
            symmetric_cell().bodies[1],
        ),
        interfaces=(ssb.Interface(WORKING, kinetics=ssb.LinearKinetics(RESISTANCE * ohm_m2)),),
        protocol=(ssb.Preload(1.0), ssb.Rest(1.0)),
    )
    geometry = replace(case.geometry, size_interface=size, size_bulk=size)
    done = march(replace(case, geometry=geometry))
    length = THICK["negative"]
    frequencies = np.geomspace(1e-5, 1e-4, 4)
    root = np.sqrt(2j * np.pi * frequencies * length**2 / DIFFUSIVITY)
    slope = GAS_CONSTANT * 298.15 / (content * (1 - content) * C_MAX)
    diffusion = slope / FARADAY**2 * length / DIFFUSIVITY / (np.tanh(root) * root)
    exact = RESISTANCE + THICK["separator"] / KAPPA + diffusion
    found = ssb.impedance(done.cell, frequencies).impedance
    return float(np.max(np.abs(found / exact - 1)))


def test_diffusion_in_a_plate_of_host() -> None:
    """Finite-space diffusion: coth(s) / s with s the root of i omega L^2 / D."""
    coarse, fine = host_error(1.25e-6), host_error(0.625e-6)
    item, against = "Impedance of a plate of host", "finite-space diffusion"
    measured(item, "largest relative error, 10 to 100 uHz", fine, 2e-3, against)
    measured(item, "error over that on cells of twice the size", fine / coarse, 0.3, "1/4")


def test_lost_contact_is_a_growing_arc_of_one_summit() -> None:
    """Contact on a share of the facets: the arc grows, and its summit frequency stays."""
    resistance, capacitance, found = 0.05, 0.05, {}
    # the counter electrode is too good to show
    counter = ssb.Interface(COUNTER, kinetics=ssb.LinearKinetics(1e-6 * ohm_m2))
    width = 12e-6
    for touching in (1.0, 0.5, 0.25):
        opened = ssb.FunctionGap(
            lambda x, end=touching * width: np.where(x[0] < end + 1e-9, 0.0, 1e-6)
        )
        case = symmetric_cell(
            interfaces=(
                ssb.Interface(
                    WORKING,
                    kinetics=ssb.LinearKinetics(resistance * ohm_m2),
                    initial_gap=opened if touching < 1.0 else None,
                    parts=(ssb.DoubleLayer(capacitance * F_per_m2),),
                ),
                counter,
            ),
            fixture=ssb.ConstantForce(preload=1 * MPa),
            protocol=(ssb.Preload(1.0), ssb.Rest(1.0)),
        )
        done = march(case)
        summit = 1 / (2 * np.pi * resistance * capacitance)
        spectrum = ssb.impedance(done.cell, [1e-3 * summit, summit, 1e4 * summit])
        low, middle, high = spectrum.impedance
        share = done.rows[-1][f"contact_fraction:{WORKING}"]
        found[touching] = (low - high).real, share
        item = f"Arc of an electrode of which {share:.2g} touches"
        error = abs((low - high).real * share / resistance - 1)
        against = "resistance over contact"
        measured(item, "relative error of its diameter", error, 1e-3, against)
        error = abs(-2 * middle.imag / (low - high).real - 1)
        measured(item, "its height at 1/(2 pi Z C) from its diameter", error, 1e-3, "half of it")
    assert found[0.25][0] > 3.0 * found[1.0][0]
    assert found[0.25][1] < 0.4
