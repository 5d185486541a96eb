# SPDX-License-Identifier: BSD-3-Clause
"""Flow of metal along a crack at single points, against closed forms."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest
import ufl

from ssbmech.constants import GAS_CONSTANT
from ssbmech.interfaces.crack_flow import CreepFlow, SlipFlow, ThinStrength

pytestmark = pytest.mark.serial

WARM = 298.15


def number(expression: object) -> float:
    """Return the value of an expression of numbers."""
    return float(ufl.as_ufl(expression)(()))


def flux(law: CreepFlow | SlipFlow, width: float, gradient: float, kelvin: float = WARM) -> float:
    """Return the flux of a law [m2/s]."""
    return number(law.flux(ufl.as_ufl(width), ufl.as_ufl(gradient), ufl.as_ufl(kelvin)))


@pytest.mark.parametrize("exponent", [1.0, 3.0, 6.56])
@pytest.mark.parametrize("gradient", [2e13, -4e14])
def test_creep_flows_as_its_profile_of_speed_says(exponent: float, gradient: float) -> None:
    """The integral of the profile between walls, whose shear rate is the power of the shear."""
    width, law = 80e-9, CreepFlow(rate=7.7e-3, stress=1e6, exponent=exponent)
    z = np.linspace(0.0, width / 2, 20001)
    # Odqvist: gamma' = 3^((n+1)/2) e' (tau / sigma_0)^n, under a shear of G z
    rate = sqrt(3.0) * law.rate * (sqrt(3.0) * abs(gradient) * z / law.stress) ** exponent
    # speed is zero at the wall: its integral is that of z times the shear rate
    exact = 2 * np.trapezoid(rate * z, z)
    assert flux(law, width, gradient) == pytest.approx(np.sign(gradient) * exact, rel=1e-6)


def test_creep_does_not_know_the_stress_at_which_it_is_stated() -> None:
    """At 1 MPa or at 1 kPa, and at another temperature: the same flow, up to walls at 100 MPa."""
    one = CreepFlow(rate=1.0, stress=1e6, exponent=6.0, activation_energy=37e3)
    low = CreepFlow(rate=1e-18, stress=1e3, exponent=6.0, activation_energy=37e3)
    cold = exp(-37e3 / GAS_CONSTANT * (1 / 253.15 - 1 / WARM))
    other = CreepFlow(
        rate=cold, stress=1e6, exponent=6.0, activation_energy=37e3, reference_temperature=253.15
    )
    width = 50e-9
    # shear at the wall, beyond the fastest creep at the end
    for shear in (0.0, 1.0, 1e3, 1e5, 1e6, 1e7, 1e8):
        wanted = flux(one, width, 2 * shear / width, 330.0)
        assert flux(low, width, 2 * shear / width, 330.0) == pytest.approx(wanted, rel=1e-9)
        assert flux(other, width, 2 * shear / width, 330.0) == pytest.approx(wanted, rel=1e-9)
    # a power law over all rates that there are
    slow, fast = (flux(one, width, 2 * shear / width) for shear in (1e4, 1e7))
    assert fast / slow == pytest.approx(1e18, rel=1e-9)


def test_thin_metal_is_stronger() -> None:
    """Twice as strong at its width: a flow of power 3 falls to an eighth."""
    thin = ThinStrength(width=40e-9, exponent=2.0)
    assert number(thin.factor(ufl.as_ufl(40e-9))) == pytest.approx(2.0)
    assert number(thin.factor(ufl.as_ufl(20e-9))) == pytest.approx(5.0)
    bulk = CreepFlow(rate=1e-2, stress=1e6, exponent=3.0)
    film = CreepFlow(rate=1e-2, stress=1e6, exponent=3.0, thin=thin)
    assert flux(film, 40e-9, 1e14) == pytest.approx(flux(bulk, 40e-9, 1e14) / 8)


@pytest.mark.parametrize("exponent", [1.0, 4.0, 40.0])
def test_a_plug_slips_by_the_power_of_its_shear(exponent: float) -> None:
    """w v_0 (tau / tau_0)^m, at 1.2 of the stress either way."""
    law, width = SlipFlow(speed=2e-9, stress=5e5, exponent=exponent), 100e-9
    for sign in (1.0, -1.0):
        found = flux(law, width, sign * 2 * 1.2 * 5e5 / width)
        assert found == pytest.approx(sign * width * 2e-9 * 1.2**exponent, rel=1e-9)
