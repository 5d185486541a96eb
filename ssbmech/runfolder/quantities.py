# SPDX-License-Identifier: BSD-3-Clause
"""The one table of names, symbols, units and labels for everything a run writes.

A quantity has one name. It is the column in ``series.csv``, the array in the field files and the
key by which the figures find it, so that no second list of names can drift away from the first.
Values are stored in SI; what people read has the units of `ssbmech.runfolder.shown`.
A series column that belongs to one body or interface is called ``quantity:where``, for example
``void_volume:negative|separator``.

A run may have quantities of the user's own, which are not in the table. Its manifest lists them;
`RunData.quantity` finds them, and makes do with name and unit where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ssbmech.errors import RunFolderError
from ssbmech.kinds import check_kinds
from ssbmech.runfolder.shown import shown_unit

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

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)


_CELL = (
    # Time loop
    Quantity("time", "$t$", "s", "time"),
    Quantity("time_step", r"$\Delta t$", "s", "time step"),
    Quantity("step", "$k$", "1", "protocol step"),
    Quantity("newton_iterations", r"$n_\mathrm{N}$", "1", "Newton iterations"),
    Quantity("linear_iterations", r"$n_\mathrm{lin}$", "1", "linear iterations"),
    Quantity("linear_iterations_max", r"$n_\mathrm{lin,max}$", "1", "most of one linear system"),
    Quantity("linear_fallbacks", r"$n_\mathrm{dir}$", "1", "systems solved directly instead"),
    Quantity("rejected_steps", r"$n_\mathrm{rej}$", "1", "rejected steps so far"),
    Quantity("wall_time", r"$t_\mathrm{wall}$", "s", "wall time"),
    # Cell
    Quantity("current", "$i$", "A m-2", "applied current density"),
    Quantity("voltage", "$V$", "V", "cell voltage"),
    Quantity("charge", "$Q$", "C m-2", "charge passed"),
    Quantity("temperature", "$T$", "K", "temperature"),
    Quantity("p_stack", "$p$", "Pa", "stack pressure"),
    Quantity("gap_platen", r"$g_\mathrm{f}$", "m", "gap between platen and stack"),
    Quantity("thickness_stack", "$h$", "m", "stack thickness"),
    Quantity("remeshings", "$N_\\mathrm{mesh}$", "1", "how often bodies were meshed anew"),
    Quantity("state_of_charge", "$z$", "1", "state of charge"),
    # Audits: relative errors of what every step must conserve
    Quantity("audit_lithium", r"$\epsilon_\mathrm{Li}$", "1", "lithium inventory error"),
    Quantity("audit_charge", r"$\epsilon_q$", "1", "charge balance error"),
    Quantity("audit_force", r"$\epsilon_f$", "1", "force balance error"),
    Quantity("audit_contact", r"$\epsilon_c$", "1", "contact complementarity error"),
    Quantity("audit_drive", r"$\epsilon_d$", "1", "current or voltage against what was asked"),
    Quantity("audit_fixture", r"$\epsilon_p$", "1", "stack pressure against the fixture's law"),
)

_PLACES = (
    # Interface totals
    Quantity("contact_fraction", r"$A_\mathrm{c}/A$", "1", "contact area fraction"),
    Quantity("void_volume", r"$V_\mathrm{void}$", "m3", "void volume"),
    Quantity("gap_max", r"$g_\mathrm{max}$", "m", "largest gap"),
    Quantity("p_contact_max", r"$p_\mathrm{c,max}$", "Pa", "largest contact pressure"),
    Quantity("i_normal_min", r"$i_\mathrm{min}$", "A m-2", "lowest interface current density"),
    Quantity("i_normal_max", r"$i_\mathrm{max}$", "A m-2", "highest interface current density"),
    Quantity("i_normal_mean", r"$\bar{i}$", "A m-2", "mean interface current density"),
    Quantity("conducting_fraction", r"$\bar{\theta}$", "1", "conducting fraction"),
    Quantity("current_open", r"$I_\mathrm{open}/I$", "1", "share of the current across gaps"),
    Quantity("cut_off", r"$v_\mathrm{off}$", "1", "active material without contact"),
    Quantity("reserve_min", r"$h_\mathrm{min}$", "m", "least metal left behind a facet"),
    Quantity("inventory", r"$Q_\mathrm{left}$", "C m-2", "charge of the metal that is left"),
    Quantity("reached", r"$Q_\mathrm{reach}$", "C m-2", "charge of the metal left in contact"),
    Quantity("layer_growth", r"$\Delta h_\mathrm{l}$", "m", "growth of the interlayer"),
    Quantity("wall_slope", r"$\tan\varphi_\mathrm{max}$", "1", "largest slope of a moving wall"),
    Quantity("surface_energy", r"$E_\gamma$", "J", "energy of the bare surface of metal"),
    Quantity("damage_mean", r"$\bar{d}$", "1", "broken fraction of the bond"),
    # Metal in a crack
    Quantity("crack_size", r"$A_\mathrm{crack}$", "m2", "broken area of the bond"),
    Quantity("crack_volume", r"$V_\mathrm{Li}$", "m3", "metal in the crack"),
    Quantity("crack_plated_volume", r"$V_\mathrm{pl}$", "m3", "metal plated in the crack"),
    Quantity("crack_outflow", r"$Q_\mathrm{out}$", "m3 s-1", "metal that leaves the mouth"),
    Quantity("crack_expelled_volume", r"$V_\mathrm{out}$", "m3", "metal that has left the mouth"),
    Quantity("crack_clusters", r"$N_\mathrm{cl}$", "1", "clusters of connected metal in cracks"),
    Quantity("crack_cut_off", r"$N_\mathrm{off}$", "1", "clusters that touch no electrode"),
    Quantity("crack_reach", r"$L_\mathrm{cl}$", "m", "reach of metal connected to an electrode"),
    Quantity("short", "", "1", "whether metal in cracks joins both electrodes"),
    # Hosts
    Quantity("content_min", r"$x_\mathrm{min}$", "1", "lowest lithium content"),
    Quantity("content_mean", r"$\bar{x}$", "1", "mean lithium content"),
    Quantity("content_max", r"$x_\mathrm{max}$", "1", "highest lithium content"),
    # Cells and layers of a laminate
    Quantity("thickness", "$h$", "m", "thickness"),
    Quantity("charge_min", r"$Q_\mathrm{min}$", "C m-2", "least charge of a cell"),
    Quantity("charge_max", r"$Q_\mathrm{max}$", "C m-2", "largest charge of a cell"),
    Quantity("thickness_min", r"$h_\mathrm{min}$", "m", "least thickness in a cell"),
    Quantity("current_cell", "$i$", "A m-2", "current density of a cell"),
    # Body extremes
    Quantity("principal_max", r"$\sigma_\mathrm{1,max}$", "Pa", "largest principal stress"),
    Quantity("von_mises_max", r"$q_\mathrm{max}$", "Pa", "largest von Mises stress"),
    Quantity("pressure_min", r"$p_\mathrm{min}$", "Pa", "lowest pressure"),
    Quantity("pressure_max", r"$p_\mathrm{max}$", "Pa", "highest pressure"),
    Quantity("creep_rate_max", r"$\dot{\varepsilon}_\mathrm{max}$", "s-1", "highest creep rate"),
    Quantity("strain_zz", r"$\varepsilon_{zz}$", "1", "strain across the section"),
    # Energy turned into heat
    Quantity("dissipated_creep", r"$D_\mathrm{c}$", "J", "energy dissipated by creep"),
    Quantity("dissipated_friction", r"$D_\mathrm{f}$", "J", "energy dissipated by friction"),
    Quantity("dissipated_ohmic", r"$D_\Omega$", "J", "energy dissipated by conduction"),
    Quantity("dissipated_transfer", r"$D_\eta$", "J", "energy dissipated by charge transfer"),
    Quantity("dissipation", r"$\dot d$", "W m-3", "dissipated power"),
    Quantity("dissipated", "$d$", "J m-3", "dissipated energy"),
    Quantity("dissipated_area", r"$d_\Gamma$", "J m-2", "dissipated energy"),
    # Smeared cracks
    Quantity("crack_field", r"$\alpha$", "1", "damage of a smeared crack"),
    Quantity("crack_field_max", r"$\alpha_\mathrm{max}$", "1", "largest damage of a smeared crack"),
    Quantity("fracture_energy", r"$E_\mathrm{frac}$", "J", "energy of smeared cracks"),
    Quantity("strain_energy", r"$E_\mathrm{el}$", "J", "elastic energy"),
    Quantity("delay_energy", r"$E_\tau$", "J", "energy spent by the delay of damage"),
    # Limits of validity
    Quantity("strain_max", r"$\varepsilon_\mathrm{max}$", "1", "largest principal strain"),
    Quantity("rotation_max", r"$\omega_\mathrm{max}$", "1", "largest rotation"),
    Quantity("strain_mean", r"$\bar\varepsilon$", "1", "mean principal strain"),
    Quantity("rotation_mean", r"$\bar\omega$", "1", "mean rotation"),
    Quantity("creep_step_max", r"$\Delta\varepsilon^\mathrm{c}$", "1", "creep in one time step"),
    Quantity("strength_share", r"$\sigma_1/\sigma_\mathrm{t}$", "1", "tension over strength"),
    Quantity("flow_share", r"$q/q_\mathrm{t}$", "1", "stress over that of the creep tests"),
    Quantity("stripped_share", "$|s|/h$", "1", "metal stripped or plated over its layer"),
    Quantity("gap_share", "$g/h$", "1", "largest gap over its metal"),
    # Fields of a body
    Quantity("displacement", "$u$", "m", "displacement", components=3),
    Quantity("position", "$x$", "m", "position", components=3),
    Quantity("phi_e", r"$\phi_\mathrm{e}$", "V", "electrolyte potential"),
    Quantity("phi_s", r"$\phi_\mathrm{s}$", "V", "electronic potential"),
    Quantity("current_density", "$j$", "A m-2", "ionic current density", components=3),
    Quantity("strain", r"$\varepsilon$", "1", "strain", components=6),
    Quantity("principal", r"$\sigma_i$", "Pa", "principal stresses", components=3),
    Quantity("stress", r"$\sigma$", "Pa", "stress", components=6),
    Quantity("von_mises", "$q$", "Pa", "von Mises stress"),
    Quantity("pressure", r"$-\sigma_\mathrm{h}$", "Pa", "pressure"),
    Quantity("creep_rate", r"$\dot{\varepsilon}$", "s-1", "creep rate"),
    Quantity("strain_creep", r"$\varepsilon^\mathrm{c}$", "1", "creep strain", components=6),
    Quantity(
        "strain_creep_equivalent",
        r"$\varepsilon^\mathrm{c}_\mathrm{eq}$",
        "1",
        "equivalent creep strain",
    ),
    Quantity("strain_principal", r"$\varepsilon_i$", "1", "principal strains", components=3),
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
    Quantity("overpotential", r"$\eta$", "V", "overpotential of charge transfer and films"),
    Quantity("film_drop", r"$\Delta\phi_\mathrm{f}$", "V", "potential drop over films"),
    Quantity("stripped", "$s$", "m", "stripped thickness"),
    Quantity("double_layer_charge", r"$q_\mathrm{dl}$", "C m-2", "charge of the double layer"),
    Quantity("phi_layer", r"$\phi_\mathrm{Li}$", "V", "potential of lithium in the interlayer"),
    Quantity("i_behind", r"$i_\mathrm{b}$", "A m-2", "current density of the metal behind"),
    Quantity("carried", "$m$", "m", "thickness carried away by diffusion"),
    Quantity("p_capillary", r"$\pi$", "Pa", "capillary pressure"),
    Quantity("contact", "", "1", "in contact"),
    Quantity("damage", "$d$", "1", "damage of the bond"),
    Quantity("crack_metal", r"$h$", "m", "thickness of metal in the crack"),
    Quantity("crack_opening", r"$w$", "m", "opening of the crack"),
    Quantity("crack_plated", r"$h_\mathrm{pl}$", "m", "thickness plated by both walls"),
    Quantity("crack_current", r"$i_\mathrm{w}$", "A m-2", "current density of both walls"),
    Quantity("crack_potential", r"$\phi_\mathrm{Li}$", "V", "potential of metal in the crack"),
    Quantity("conducting", r"$\theta$", "1", "conducting fraction"),
    Quantity("particle", "", "1", "particle"),
)

CUT_OFF = 0.01
"""Conducting fraction of its surface below which a particle counts as cut off [1]."""

QUANTITIES: Mapping[str, Quantity] = MappingProxyType({row.name: row for row in (*_CELL, *_PLACES)})
"""The package's own quantities by name."""

OF_CELL = frozenset(row.name for row in _CELL)
"""Those of the whole cell in a series; all others belong to a body or an interface."""


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


def series_name(name: str | Quantity, where: str = "") -> str:
    """Return the series column of a quantity on one body or interface.

    Args:
        name: Name of a quantity of the table, or one of the user's own.
        where: Body or interface; empty for a quantity of the whole cell.

    Raises:
        RunFolderError: No such quantity.
    """
    row = quantity(name) if isinstance(name, str) else name
    return f"{row.name}:{where}" if where else row.name


def axis_label(name: str | Quantity, unit: str = "", largest: float = 0.0) -> str:
    """Return the label of an axis or colour bar, for example ``von Mises stress (MPa)``.

    Args:
        name: Name of a quantity of the table or of its series column, or a quantity.
        unit: SI unit of the values if it differs from the quantity's: a plane run has void volume
            per depth in m2.
        largest: Largest size of the values that are shown together (SI).

    Raises:
        RunFolderError: No such quantity.
    """
    row = quantity(name) if isinstance(name, str) else name
    text = shown_unit(unit or row.unit, largest).text
    # A plane run knows volumes per depth only, and the reader should be told.
    label = f"{row.label} per depth" if (row.unit, unit) == ("m3", "m2") else row.label
    return f"{label} ({text})" if text else label


def own_quantities(listed: object) -> dict[str, Quantity]:
    """Return the quantities of the user's own that a manifest lists, by name.

    What is not as runs write it is left out: a name and a unit are enough to show the values.

    Args:
        listed: Section ``quantities`` of the manifest, as read; None if there is none.
    """
    found = {}
    for entry in listed if isinstance(listed, list) else ():
        texts = entry if isinstance(entry, dict) else {}
        name, unit = texts.get("name"), texts.get("unit")
        if not isinstance(name, str) or not name or not isinstance(unit, str):
            continue
        symbol, label, count = (texts.get(key) for key in ("symbol", "label", "components"))
        found[name] = Quantity(
            name,
            symbol if isinstance(symbol, str) else "",
            unit or "1",
            label if isinstance(label, str) and label else _words(name),
            count if type(count) is int and count > 0 else 1,
        )
    return found


def unknown_quantity(name: str, unit: str, components: int = 1) -> Quantity:
    """Return a quantity of which no more is known than its name and unit.

    Args:
        name: Name of the quantity, or of its series column.
        unit: SI unit of the values; empty if it is not known.
        components: Number of components of an array in the field files.
    """
    name = name.partition(":")[0]
    return Quantity(name, "", unit, _words(name), components)


def _words(name: str) -> str:
    """Return a name as words: ``heat_flux`` becomes ``heat flux``."""
    return name.replace("_", " ").strip() or name
