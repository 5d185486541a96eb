# SPDX-License-Identifier: BSD-3-Clause
"""A verdict as tables of texts, for the command line and for reports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

HEAD: Final = (
    "interface",
    "K / K_Ic",
    "at",
    "K by stress",
    "by contact pressure",
    "by plating",
    "local current",
    "critical flaw",
    "critical current",
    "range of K",
    "probability",
)
"""Heads of the columns of `rows`."""

UNITS: Final = (
    *("", "", "", "MPa √m", "MPa √m", "MPa √m"),
    *("/ mean", "µm", "mA/cm²", "MPa √m", ""),
)
"""Their units."""


def rows(plain: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return a line of texts for each interface and region.

    Args:
        plain: A verdict as plain data.
    """
    found: list[tuple[str, ...]] = []
    for each in plain["interfaces"]:
        parts = each["stress intensity by [Pa m^(1/2)]"]
        name = each["interface"].replace("|", " | ")
        if each["region"] != each["body"]:
            name += f", {each['region']}"
        held = parts["stress"] + parts["residual compression"]
        found.append(
            (
                name,
                _number(each["ratio [1]"]),
                _time(each["time [s]"]),
                _number(held, 1e-6),
                _number(parts["contact pressure"], 1e-6),
                _number(parts["plating"], 1e-6),
                _number(each["local over nominal current [1]"]),
                _or_more(each["critical flaw [m]"], each["largest flaw tried [m]"], 1e6),
                _number(each["critical current [A m-2]"], 0.1),
                _number(each["range over the run [Pa m^(1/2)]"], 1e-6),
                chance(each["probability [1]"]),
            )
        )
    return found


def sentences(plain: Mapping[str, Any]) -> list[str]:
    """Return what is assumed and what follows, in sentences.

    Args:
        plain: A verdict as plain data.
    """
    assumed = plain["assumed"]
    found = [f"Assumed at every facet: {assumed['flaw']}."]
    for name, numbers in assumed["bodies"].items():
        body, _, region = name.partition(": ")
        guessed = numbers["guessed"]
        text = (
            f"{body if region == body else name}: flaw {_number(numbers['flaw [m]'], 1e6)} µm, "
            f"toughness {_number(numbers['toughness [Pa m^(1/2)]'], 1e-6)} MPa √m, Weibull "
            f"modulus {_number(numbers['Weibull modulus [1]'])}, one such flaw in "
            f"{_number(numbers['area with one such flaw [m2]'], 1e6)} mm² or "
            f"{_number(numbers['volume with one such flaw [m3]'], 1e9)} mm³"
        )
        if numbers["residual compression [Pa]"]:
            text += f", compressed by {_number(numbers['residual compression [Pa]'], 1e-6)} MPa"
        if guessed:
            text += f" (guesses for want of a number: {', '.join(guessed)})"
        found.append(text + ".")
    area = 1e4 * assumed["cell area [m2]"]
    found.append(
        f"A flaw of a cell of {_number(area)} cm² extends with a probability of "
        f"{chance(plain['probability [1]'])}."
    )
    found += _reservations(plain)
    return found


def _reservations(plain: Mapping[str, Any]) -> list[str]:
    found = []
    for each in plain["interfaces"]:
        short = each["facets without room for the flaw [1]"]
        if short > 0.0:
            found.append(
                f"Below {100 * short:.3g} % of the facets of {each['interface']} the body is "
                "thinner than the flaw: none is assumed there."
            )
    for each in plain["bodies"]:
        if each["share of the volume that counts [1]"] == 0.0:
            found.append(
                f"Body {each['body']}: every place is nearer to an interface than a flaw's size; "
                "no flaws inside are counted."
            )
        else:
            tension = _number(each["largest tension [Pa]"], 1e-6)
            found.append(
                f"Inside of {each['body']} the largest tension is {tension} MPa; a flaw there "
                f"extends with a probability of {chance(each['probability [1]'])}."
            )
    return found


def text(plain: Mapping[str, Any]) -> str:
    """Return a verdict as the command prints it: assumptions, a table, what it does not say.

    Args:
        plain: A verdict as plain data.
    """
    table = [HEAD, UNITS, *rows(plain)]
    widths = [max(len(row[k]) for row in table) for k in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in table]
    return "\n".join([*sentences(plain), "", *(line.rstrip() for line in lines), "", LIMITS, ""])


LIMITS: Final = (
    "Metal in a flaw is taken at the pressure at which plating stops, without creep out of its "
    "mouth: an upper bound above about 1 mA/cm². Critical currents scale the plating's part alone, "
    "in proportion. Flaws see neither each other nor the other side of the body."
)
"""What the numbers do not say."""


def chance(value: float) -> str:
    """Return a probability as text.

    Args:
        value: The probability [1].
    """
    if 0.0 < value < 1e-6:
        return "under 1e-6"
    return "over 0.999" if value > 0.9995 else f"{value:.3g}"


def _number(value: float | None, factor: float = 1.0) -> str:
    """Return a number of three digits; a dash for none."""
    return "-" if value is None or math.isnan(value) else f"{factor * value:.3g}"


def _or_more(value: float | None, tried: float, factor: float) -> str:
    return f"> {factor * tried:.3g}" if value is None else f"{factor * value:.3g}"


def _time(seconds: float) -> str:
    for limit, unit, size in ((180.0, "s", 1.0), (4 * 3600.0, "min", 60.0)):
        if seconds <= limit:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 3600.0:.3g} h"
