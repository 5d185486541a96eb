# SPDX-License-Identifier: BSD-3-Clause
r"""Parameter sets of PyBaMM: the active material of an electrode, as far as its numbers hold here.

    values = pybamm.ParameterValues("Chen2020")
    nmc = particle_of(values, "Positive", x_empty=0.27, x_full=0.91)

PyBaMM itself is not needed: a set is a mapping of names to numbers and functions. Of it hold the
open-circuit potential, the lithium in the full particle, the diffusivity of Fick's law and the
exchange current density, see `ssbmech.library.bpx` for how they are carried over. Where the last
two follow the temperature, their activation energy is taken from 10 K to both sides,

.. math:: E = R \ln(f_+ / f_-) / (1 / T_- - 1 / T_+)

with the functions at half filling. The potential of a set is that at its reference temperature,
from which a constant entropic change takes it to the one asked for. Not taken are

- the window of use, which a set does not tell: give it as contents;
- the entropic change, where it is a function: some sets give it by content, some by concentration;
- moduli, partial molar volumes and changes of volume. Sets have them for the stress of a free
  particle in a liquid, some of them fitted or with the sign of another reference state; take those
  of the library, or measured ones;
- porous electrodes and the liquid electrolyte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.library.bpx import BpxParticle
from ssbmech.library.bpx_functions import BpxFunction, Floats

_PROBED: Final = (0.3, 0.7)
_SAME: Final = 0.01
_ASIDE: Final = 10.0
"""How far the temperatures lie from that asked for between which activation is measured [K]."""


def particle_of(
    values: Mapping[str, Any],
    electrode: str,
    x_empty: float,
    x_full: float,
    temperature: float = ROOM_TEMPERATURE,
) -> BpxParticle:
    """Return the active material of an electrode.

    Args:
        values: the parameter set, such as `pybamm.ParameterValues`.
        electrode: "Positive" or "Negative".
        x_empty: least content in use [1].
        x_full: largest content in use [1].
        temperature: temperature at which functions of it are taken [K].

    Raises:
        ParameterError: the set lacks a number, a function of it cannot be called as PyBaMM does, or
            its exchange current does not follow the square root of taken and free sites.
    """
    low, name = electrode.lower(), electrode.capitalize()
    c_max = _number(values, f"Maximum concentration in {low} electrode [mol.m-3]")

    def called(key: str, *rest: float) -> BpxFunction:
        return _function(values, _entry(values, key), key, rest)

    def diffusive(at: float) -> float:
        return float(called(diffusivity, at).at(np.array([0.5]))[0])

    # of two names that PyBaMM has had
    ours, before = (f"{name} {word} diffusivity [m2.s-1]" for word in ("particle", "electrode"))
    diffusivity = before if _known(values, ours) is None and _known(values, before) else ours
    entropic = f"{name} electrode OCP entropic change [V.K-1]"
    # some sets give it by concentration, and 0 where it is not known
    entropy = called(entropic) if _is_number(_known(values, entropic)) else None
    return BpxParticle(
        name=f"{low} electrode",
        radius=_number(values, f"{name} particle radius [m]"),
        c_max=c_max,
        x_empty=x_empty,
        x_full=x_full,
        ocp=_moved(called(f"{name} electrode OCP [V]"), values, entropy, temperature),
        entropy=entropy,
        diffusivity=called(diffusivity, temperature),
        rate=_rate(values, name, c_max, temperature),
        activation_diffusion=_activation(diffusive, temperature),
        activation_rate=_activation(partial(_rate, values, name, c_max), temperature),
        temperature=temperature,
        title="parameter set of PyBaMM",
    )


def _moved(
    ocp: BpxFunction, values: Mapping[str, Any], entropy: BpxFunction | None, temperature: float
) -> BpxFunction:
    """Return a potential at a temperature, from that at the reference temperature of its set."""
    reference = _known(values, "Reference temperature [K]")
    if entropy is None or not _is_number(reference) or reference == temperature:
        return ocp
    return BpxFunction(lambda x: ocp.at(x) + (temperature - reference) * entropy.at(x), None)


def _rate(values: Mapping[str, Any], name: str, c_max: float, temperature: float) -> float:
    """Return the rate constant k of the exchange current F k sqrt(x (1 - x)) [mol/m2/s].

    Raises:
        ParameterError: the exchange current has another form, or there is none.
    """
    key = f"{name} electrode exchange-current density [A.m-2]"
    law = _entry(values, key)
    c_e = _number(values, "Initial concentration in electrolyte [mol.m-3]")

    def at(x: float) -> float:
        if not callable(law):
            return float(law)
        return _evaluated(values, law, (c_e, x * c_max, c_max, temperature), key)

    rate = 2.0 * at(0.5) / FARADAY
    if not rate > 0.0:
        raise ParameterError(f"{key!r} is {at(0.5):g} A/m2 at half filling: expected above zero")
    for x in _PROBED:
        expected = FARADAY * rate * np.sqrt(x * (1 - x))
        if abs(at(x) / expected - 1) > _SAME:
            raise ParameterError(
                f"{key!r} does not follow the square root of x (1 - x): {at(x):g} A/m2 at x = {x:g}"
                f" where that would be {expected:g}: give ButlerVolmer, or a law of your own, "
                "yourself"
            )
    return float(rate)


def _activation(value: Callable[[float], float], temperature: float) -> float:
    """Return the activation energy of what follows the temperature [J/mol]; 0 if it does not.

    Raises:
        ParameterError: it is not above zero.
    """
    colder, hotter = temperature - _ASIDE, temperature + _ASIDE
    low, high = value(colder), value(hotter)
    if not (low > 0.0 and high > 0.0):
        raise ParameterError(
            f"a diffusivity or rate constant is {low:g} at {colder:g} K and {high:g} at {hotter:g} "
            "K: expected above zero"
        )
    growth = np.log(high / low)
    # not to take rounding for activation
    return 0.0 if abs(growth) < 1e-9 else float(GAS_CONSTANT * growth / (1 / colder - 1 / hotter))


def _function(
    values: Mapping[str, Any], given: Any, key: str, rest: tuple[float, ...]
) -> BpxFunction:
    """Return a function of the content from a number or a function of PyBaMM."""
    if _is_number(given):
        value = float(given)
        return BpxFunction(lambda x: np.full(np.shape(x), value), value)
    if not callable(given):
        raise ParameterError(f"{key!r}: expected a number or a function of the content")

    def at(x: Floats) -> Floats:
        found = [_evaluated(values, given, (float(each), *rest), key) for each in np.ravel(x)]
        return np.reshape(np.array(found, dtype=np.float64), np.shape(x))

    return BpxFunction(at, None)


def _evaluated(
    values: Mapping[str, Any], law: Callable[..., Any], arguments: tuple[float, ...], key: str
) -> float:
    """Return the value of a function of a set, which may be an expression of PyBaMM's.

    Raises:
        ParameterError: it cannot be called or has no value.
    """
    try:
        found = law(*arguments)
        if hasattr(found, "evaluate") and hasattr(values, "process_symbol"):
            # functions may name other entries of their set
            found = values.process_symbol(found)
        if hasattr(found, "evaluate"):
            found = found.evaluate()
        return float(np.ravel(found)[0])
    except Exception as failure:
        # code of the set's own, which may raise anything
        raise ParameterError(f"{key!r} has no value at {arguments}: {failure}") from failure


def _entry(values: Mapping[str, Any], key: str) -> Any:
    """Return an entry of a set.

    Raises:
        ParameterError: there is none.
    """
    try:
        return values[key]
    except KeyError as failure:
        raise ParameterError(f"the parameter set has no {key!r}") from failure


def _known(values: Mapping[str, Any], key: str) -> Any:
    """Return an entry of a set, None if there is none; sets of PyBaMM know no `in`."""
    try:
        return values[key]
    except KeyError:
        return None


def _number(values: Mapping[str, Any], key: str) -> float:
    """Return a number of a set.

    Raises:
        ParameterError: there is none.
    """
    found = _entry(values, key)
    if not _is_number(found):
        raise ParameterError(f"{key!r} = {found!r}: expected a number")
    return float(found)


def _is_number(given: Any) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool)
