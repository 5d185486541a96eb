# SPDX-License-Identifier: BSD-3-Clause
"""Pressure that keeps or makes full contact of a metal where nothing props.

Stripping that is not the same everywhere, and voids that are there, are evened out by diffusion and
by linear viscous flow. All arguments and results are floats in SI.
"""

from __future__ import annotations

import math
from typing import Final

from ssbmech.errors import ParameterError
from ssbmech.interfaces.ranges import ABOVE_ZERO, FROM_ZERO, Interval
from ssbmech.interfaces.sinking_speeds import ring_by_interface_diffusion

FINITE_OR_NOT: Final = Interval(0.0, math.inf, low_open=True)
"""Range of what may be infinite, such as the viscosity of a rigid metal."""


def void_closing_pressure(
    closing_speed: float, mobility: float, *, void_fraction: float, half_spacing: float
) -> float:
    r"""Return the pressure that closes round voids at a speed, by interface diffusion [Pa].

    .. math::
        P = \frac{w b^2 q(\omega)}{8 B}, \quad
        q(\omega) = 2 \ln\frac1\omega - (3 - \omega)(1 - \omega)

    Here nothing props: see `ring_by_interface_diffusion`.

    Args:
        closing_speed: fall of the void volume per area w [m/s].
        mobility: B, of `interface_mobility` [m3/(Pa s)].
        void_fraction: area of voids over area of the interface omega [1].
        half_spacing: half the distance of the voids' centres b [m].

    Raises:
        ParameterError: an argument is not above zero, or the fraction not below 1.
    """
    ABOVE_ZERO.expect(closing_speed=closing_speed)
    return closing_speed / ring_by_interface_diffusion(
        mobility, void_fraction=void_fraction, half_spacing=half_spacing
    )


def wave_coefficient(
    wavenumber: float,
    *,
    interface_mobility: float = 0.0,
    lattice_mobility: float = 0.0,
    viscosity: float = math.inf,
    thickness: float = math.inf,
) -> float:
    r"""Return the speed of a metal's surface over the cosine of pressure on it [m/(s Pa)].

    .. math::
        \frac{w_q}{p_q} = B q^2 + c q + \frac{1}{2 \eta q}
        \frac{\cosh 2 q H - 1}{\sinh 2 q H + 2 q H}

    The pressure is :math:`p_q \cos qx`, the surface recedes at :math:`w_q \cos qx`. The first term
    solves :math:`w = -B p''`, the second :math:`\nabla^2 \mu = 0` in a half space, the third the
    slow plane flow of a layer without friction at its surface and at the collector behind it: in a
    thick layer it is :math:`1/(2 \eta q)`, in a thin one :math:`H/(4 \eta)`. All are under the same
    pressure, so their speeds add.

    Args:
        wavenumber: q, two pi over the wavelength [1/m].
        interface_mobility: B; 0 for none [m3/(Pa s)].
        lattice_mobility: c, in a metal thicker than the wavelength; 0 for none [m2/(s Pa)].
        viscosity: shear viscosity eta; infinity for a metal that does not flow [Pa s].
        thickness: H of the viscous layer; infinity for a half space [m].

    Raises:
        ParameterError: an argument is out of bounds, or the metal has no way to recede.
    """
    ABOVE_ZERO.expect(wavenumber=wavenumber)
    FROM_ZERO.expect(interface_mobility=interface_mobility, lattice_mobility=lattice_mobility)
    FINITE_OR_NOT.expect(viscosity=viscosity, thickness=thickness)
    diffusion = interface_mobility * wavenumber**2 + lattice_mobility * wavenumber
    flow = _finite_depth(2 * wavenumber * thickness) / (2 * viscosity * wavenumber)
    if not diffusion + flow:
        raise ParameterError(
            "the metal has no way to recede: expected a mobility above zero or a finite viscosity"
        )
    return diffusion + flow


def _finite_depth(depth: float) -> float:
    """Return (cosh x - 1)/(sinh x + x), written so that nothing overflows or cancels [1]."""
    if math.isinf(depth):
        return 1.0
    decay, rise = math.exp(-depth), -math.expm1(-depth)
    return rise**2 / (rise * (1 + decay) + 2 * depth * decay)


def pressure_to_keep_contact(speed_amplitude: float, coefficient: float) -> float:
    r"""Return the pressure above which a wavy rate of stripping leaves contact everywhere [Pa].

    .. math:: p = \frac{\delta v}{w_q / p_q}

    Where metal is stripped at :math:`v (1 + \delta \cos qx)`, full contact redistributes the
    pressure until the metal recedes evenly: its amplitude is :math:`\delta v` over the coefficient,
    and the mean has to be as large for the sum to stay positive everywhere.

    Args:
        speed_amplitude: amplitude of the speed of stripping delta v [m/s].
        coefficient: of `wave_coefficient` [m/(s Pa)].

    Raises:
        ParameterError: the amplitude is negative, or the coefficient not above zero.
    """
    FROM_ZERO.expect(speed_amplitude=speed_amplitude)
    ABOVE_ZERO.expect(coefficient=coefficient)
    return speed_amplitude / coefficient
