# SPDX-License-Identifier: BSD-3-Clause
"""The one table of names, symbols, units and labels for everything a run writes.

A quantity has one name. It is the column in ``series.csv``, the array in the field files and the
key by which the figures find it, so that no second list of names can drift away from the first.
Values are stored in SI; only axis labels use the units people read (MPa, um, mA cm-2).
A series column that belongs to one body or interface is called ``quantity:where``, for example
``void_volume:negative|separator``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ssbmech.errors import RunFolderError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Quantity:
    """One row of the table.

    Attributes:
        name: Identifier: series column, array name in field files.
        symbol: Symbol as matplotlib text.
        unit: Unit of the stored values (SI).
        label: Words for axes and colour bars.
        components: Number of components of an array in the field files.
    """

    name: str
    symbol: str
    unit: str
    label: str
    components: int = 1


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """Unit used on axes.

    Attributes:
        text: Unit as printed; empty for a pure number.
        factor: Shown value = factor * SI value.
    """

    text: str
    factor: float


_ROWS = (
    # Time loop
    Quantity("time", "$t$", "s", "time"),
    Quantity("time_step", r"$\Delta t$", "s", "time step"),
    Quantity("step", "$k$", "1", "protocol step"),
    Quantity("newton_iterations", r"$n_\mathrm{N}$", "1", "Newton iterations"),
    Quantity("linear_iterations", r"$n_\mathrm{lin}$", "1", "linear iterations"),
    Quantity("rejected_steps", r"$n_\mathrm{rej}$", "1", "rejected steps so far"),
    Quantity("wall_time", r"$t_\mathrm{wall}$", "s", "wall time"),
    # Cell
    Quantity("current", "$i$", "A m-2", "applied current density"),
    Quantity("voltage", "$V$", "V", "cell voltage"),
    Quantity("charge", "$Q$", "C m-2", "charge passed"),
    Quantity("temperature", "$T$", "K", "temperature"),
    Quantity("p_stack", "$p$", "Pa", "stack pressure"),
    Quantity("thickness_stack", "$h$", "m", "stack thickness"),
    # Interface totals
    Quantity("contact_fraction", r"$A_\mathrm{c}/A$", "1", "contact area fraction"),
    Quantity("void_volume", r"$V_\mathrm{void}$", "m3", "void volume"),
    Quantity("gap_max", r"$g_\mathrm{max}$", "m", "largest gap"),
    Quantity("p_contact_max", r"$p_\mathrm{c,max}$", "Pa", "largest contact pressure"),
    Quantity("i_normal_min", r"$i_\mathrm{min}$", "A m-2", "lowest interface current density"),
    Quantity("i_normal_max", r"$i_\mathrm{max}$", "A m-2", "highest interface current density"),
    Quantity("i_normal_mean", r"$\bar{i}$", "A m-2", "mean interface current density"),
    Quantity("conducting_fraction", r"$\bar{\theta}$", "1", "conducting fraction"),
    Quantity("cut_off", r"$v_\mathrm{off}$", "1", "active material without contact"),
    Quantity("damage_mean", r"$\bar{d}$", "1", "broken fraction of the bond"),
    # Hosts
    Quantity("state_of_charge", "$z$", "1", "state of charge"),
    Quantity("content_min", r"$x_\mathrm{min}$", "1", "lowest lithium content"),
    Quantity("content_mean", r"$\bar{x}$", "1", "mean lithium content"),
    Quantity("content_max", r"$x_\mathrm{max}$", "1", "highest lithium content"),
    # Body extremes
    Quantity("principal_max", r"$\sigma_\mathrm{1,max}$", "Pa", "largest principal stress"),
    Quantity("von_mises_max", r"$q_\mathrm{max}$", "Pa", "largest von Mises stress"),
    Quantity("pressure_min", r"$p_\mathrm{min}$", "Pa", "lowest pressure"),
    Quantity("pressure_max", r"$p_\mathrm{max}$", "Pa", "highest pressure"),
    Quantity("creep_rate_max", r"$\dot{\varepsilon}_\mathrm{max}$", "s-1", "highest creep rate"),
    # Audits: relative errors of what every step must conserve
    Quantity("audit_lithium", r"$\epsilon_\mathrm{Li}$", "1", "lithium inventory error"),
    Quantity("audit_charge", r"$\epsilon_q$", "1", "charge balance error"),
    Quantity("audit_force", r"$\epsilon_f$", "1", "force balance error"),
    Quantity("audit_contact", r"$\epsilon_c$", "1", "contact complementarity error"),
    # Fields of a body
    Quantity("displacement", "$u$", "m", "displacement", components=3),
    Quantity("phi_e", r"$\phi_\mathrm{e}$", "V", "electrolyte potential"),
    Quantity("phi_s", r"$\phi_\mathrm{s}$", "V", "electronic potential"),
    Quantity("stress", r"$\sigma$", "Pa", "stress", components=6),
    Quantity("von_mises", "$q$", "Pa", "von Mises stress"),
    Quantity("pressure", r"$-\sigma_\mathrm{h}$", "Pa", "pressure"),
    Quantity("creep_rate", r"$\dot{\varepsilon}$", "s-1", "creep rate"),
    Quantity("strain_creep", r"$\varepsilon^\mathrm{c}$", "1", "creep strain", components=6),
    Quantity("flow_resistance", "$S$", "Pa", "flow resistance"),
    Quantity("flow_resistance_min", "$S$", "Pa", "lowest flow resistance"),
    Quantity("flow_resistance_mean", "$S$", "Pa", "mean flow resistance"),
    Quantity("flow_resistance_max", "$S$", "Pa", "highest flow resistance"),
    Quantity("region", "", "1", "region"),
    Quantity("content", "$x$", "1", "lithium content"),
    Quantity("mu", r"$\mu$", "J mol-1", "chemical potential of lithium"),
    # Fields of an interface
    Quantity("gap", "$g$", "m", "gap"),
    Quantity("initial_gap", "$g_0$", "m", "initial gap"),
    Quantity("p_contact", r"$p_\mathrm{c}$", "Pa", "contact pressure"),
    Quantity("i_normal", "$i$", "A m-2", "current density"),
    Quantity("stripped", "$s$", "m", "stripped thickness"),
    Quantity("contact", "", "1", "in contact"),
    Quantity("damage", "$d$", "1", "damage of the bond"),
    Quantity("conducting", r"$\theta$", "1", "conducting fraction"),
    Quantity("particle", "", "1", "particle"),
)

CUT_OFF = 0.01
"""Conducting fraction of its surface below which a particle counts as cut off [1]."""

QUANTITIES: Mapping[str, Quantity] = MappingProxyType({row.name: row for row in _ROWS})

_SHOWN: Mapping[str, ShownUnit] = MappingProxyType(
    {
        "1": ShownUnit("", 1.0),
        "s": ShownUnit("min", 1.0 / 60.0),
        "s-1": ShownUnit("s⁻¹", 1.0),
        "K": ShownUnit("K", 1.0),
        "m": ShownUnit("µm", 1e6),
        "m2": ShownUnit("µm²", 1e12),
        "m3": ShownUnit("µm³", 1e18),
        "Pa": ShownUnit("MPa", 1e-6),
        "V": ShownUnit("mV", 1e3),
        "A m-2": ShownUnit("mA cm⁻²", 0.1),
        "J mol-1": ShownUnit("kJ mol⁻¹", 1e-3),
        "C m-2": ShownUnit("mAh cm⁻²", 1.0 / 3.6e4),
    }
)

# SI unit -> from which size of the values another unit is shown, and which: the voltage of a full
# cell is one of volts, the polarisation of a symmetric one of millivolts.
_LARGE: Mapping[str, tuple[float, ShownUnit]] = MappingProxyType({"V": (1.0, ShownUnit("V", 1.0))})


def quantity(name: str) -> Quantity:
    """Return the row of a quantity, given its name or a series column ``name:where``.

    Args:
        name: Name of the quantity, with or without ``:where``.

    Raises:
        RunFolderError: No such quantity; the message lists those there are.
    """
    row = QUANTITIES.get(name.partition(":")[0])
    if row is None:
        known = ", ".join(sorted(QUANTITIES))
        raise RunFolderError(f"unknown quantity {name!r}; the table of fields knows: {known}")
    return row


def series_name(name: str, where: str = "") -> str:
    """Return the series column of a quantity on one body or interface.

    Args:
        name: Name of the quantity.
        where: Body or interface; empty for a quantity of the whole cell.

    Raises:
        RunFolderError: No such quantity.
    """
    row = quantity(name)
    return f"{row.name}:{where}" if where else row.name


def shown_unit(unit: str, largest: float = 0.0) -> ShownUnit:
    """Return the unit used on axes for values stored in an SI unit.

    A unit without an entry is shown as it is.

    Args:
        unit: SI unit of the values.
        largest: Largest size of the values that are shown together (SI).
    """
    if unit in _LARGE and largest >= _LARGE[unit][0]:
        return _LARGE[unit][1]
    return _SHOWN.get(unit, ShownUnit(unit, 1.0))


def axis_label(name: str, unit: str = "", largest: float = 0.0) -> str:
    """Return the label of an axis or colour bar, for example ``von Mises stress (MPa)``.

    Args:
        name: Name of the quantity or series column.
        unit: SI unit of the values if it differs from the table's: a plane run has void volume
            per depth in m2.
        largest: Largest size of the values that are shown together (SI).

    Raises:
        RunFolderError: No such quantity.
    """
    row = quantity(name)
    text = shown_unit(unit or row.unit, largest).text
    # A plane run knows volumes per depth only, and the reader should be told.
    label = f"{row.label} per depth" if (row.unit, unit) == ("m3", "m2") else row.label
    return f"{label} ({text})" if text else label
