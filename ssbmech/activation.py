# SPDX-License-Identifier: BSD-3-Clause
"""Thermal activation: how a rate that was given at one temperature changes with it."""

from __future__ import annotations

from typing import Any

import ufl

from ssbmech.constants import GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.frames import Expr
from ssbmech.parameter import parameter


def arrhenius_exponent(activation_energy: Expr, temperature: Expr, reference: Expr) -> Expr:
    r"""Return the logarithm of the Arrhenius factor [1].

    .. math:: -\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)

    Args:
        activation_energy: Q [J/mol].
        temperature: T [K].
        reference: T_0, at which the factor is one [K].
    """
    return -activation_energy / GAS_CONSTANT * (1 / temperature - 1 / reference)


def arrhenius(activation_energy: Expr, temperature: Expr, reference: Expr) -> Expr:
    """Return the Arrhenius factor from one temperature to another [1].

    Args:
        activation_energy: Q [J/mol].
        temperature: T [K].
        reference: T_0, at which the factor is one [K].
    """
    return ufl.exp(arrhenius_exponent(activation_energy, temperature, reference))


def hotter(activation_energy: Expr | None, temperature: Expr, reference: Expr) -> Expr:
    """Return the Arrhenius factor of a rate whose activation energy may not be known [1].

    Args:
        activation_energy: Q [J/mol]; None for a rate that is the same at all temperatures.
        temperature: T [K].
        reference: T_0, at which the factor is one [K].
    """
    if activation_energy is None:
        return 1.0
    return arrhenius(activation_energy, temperature, reference)


def eyring(activation_energy: Expr | None, temperature: Expr, reference: Expr) -> Expr:
    r"""Return the factor of an exchange current whose resistance is thermally activated [1].

    .. math:: \frac{T}{T_0} \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    The frequency of attempts grows with T, as transition-state theory has it; so the resistance
    RT / (i_0 F) falls with the activation energy Q itself, which is what impedances give.

    Args:
        activation_energy: Q [J/mol]; None for a current that is the same at all temperatures.
        temperature: T [K].
        reference: T_0, at which the factor is one [K].
    """
    if activation_energy is None:
        return 1.0
    return temperature / reference * arrhenius(activation_energy, temperature, reference)


def energy_parameter(doc: str = "activation energy Q", *, default: Any = 0.0) -> Any:
    """Declare the activation energy of a law [J/mol].

    Args:
        doc: what it is, in a few words.
        default: default [J/mol]; None where it may not be known, `dataclasses.MISSING` for none.
    """
    unknown = default is None
    return parameter("J/mol", low=0.0, default=default, doc=doc, stated_if_given=unknown)


def reference_parameter(doc: str) -> Any:
    """Declare the temperature at which the numbers of a law were given [K].

    Args:
        doc: what it is, in a few words.
    """
    return parameter("K", low=0.0, low_open=True, default=ROOM_TEMPERATURE, doc=doc)
