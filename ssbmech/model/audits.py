# SPDX-License-Identifier: BSD-3-Clause
"""Audits: relative errors of what every step must conserve."""

from __future__ import annotations

import math

import numpy as np

from ssbmech.constants import FARADAY
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import total
from ssbmech.model.parts.contact import Contact
from ssbmech.model.parts.crack_walls import ConnectedWalls
from ssbmech.model.parts.double_layer import stored_charge
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.transfer import Transfer


def lithium_error(cell: CellModel, dt: float) -> float:
    """Return lithium that the charge passed does not explain, relative [1]; collective.

    Metal loses what is missing between the bodies, a host what is missing in it; a crack that is
    joined to an electrode has what fills it and what has left its mouth. The charge of a double
    layer has moved none. It is nan where no electrode can be measured.

    Args:
        cell: the cell.
        dt: time step [s].
    """
    circuit, found = cell.circuit, []
    for name, electrode in circuit.electrodes.items():
        surfaces = [cell.surfaces[each] for each in (name, *circuit.sides[name])]
        stored = sum(stored_charge(surface) for surface in surfaces)
        faradays = (circuit.passed[name] + electrode.total * dt - stored) / FARADAY
        each = [t.reactant.lost() for s in surfaces for t in s.parts.find(Transfer)]
        each += [w.lost() for s in surfaces for w in s.parts.find(ConnectedWalls)]
        missing = sum(lost for lost, _ in each) - faradays
        found.append((missing, max(abs(faradays), *(least for _, least in each))))
    if cell.clusters.exchange:
        # what is in a crack may be of either electrode
        found = [(sum(missing for missing, _ in found), max(size for _, size in found))]
    errors = [abs(missing) / size for missing, size in found]
    if not errors:
        return 0.0
    return max((error for error in errors if not math.isnan(error)), default=math.nan)


def charge_error(cell: CellModel) -> float:
    """Return the sum of all currents into the electrolytes, relative [1]; collective.

    Currents enter at the electrodes and leave at faces held at a potential. It is zero without
    electrodes, and nan with ion sources, whose sum has no independent measure.
    """
    electrodes = list(cell.circuit.electrodes.values())
    if not electrodes:
        return 0.0
    if cell.setting.loads.ion_sources:
        return math.nan
    ions = [part for body in cell.bodies.values() for part in body.parts.find(Ions)]
    held = sum(float(np.sum(cell.system.raw_residual(i.phi_e)[i.phi_e.fixed])) for i in ions)
    totals = [electrode.total for electrode in electrodes]
    missing = abs(sum(totals) + total(held, cell.comm))
    least = 1e-3 * max(electrode.reference for electrode in electrodes)
    return float(missing / max(least, *(abs(t) for t in totals)))


def force_error(cell: CellModel) -> float:
    """Return the imbalance of forces along the platen's axis, relative [1]; collective.

    It is nan without a platen, and with pressures or body forces, whose resultant has no
    independent measure.
    """
    if cell.setting.loads.body_forces or cell.setting.pressures:
        return math.nan
    return cell.holder.imbalance(list(cell.bodies.values()), cell.system)


def contact_error(cell: CellModel) -> float:
    """Return the largest violation of the contact conditions, scaled [1]; collective."""
    contacts = [c for surface in cell.surfaces.values() for c in surface.parts.find(Contact)]
    return max((contact.error() for contact in contacts), default=0.0)


LEAST_CURRENT = 1e-2
"""Current over the typical one below which what is missing counts against that [1]."""


def drive_error(cell: CellModel) -> float:
    """Return by how much the circuit misses what the step asks for, relative [1]; collective.

    Under current control it is that of the current of every stacked cell, under voltage control
    that of the voltage, and that of their product where a power is asked for. It is nan without
    electrodes.
    """
    circuit, scales = cell.circuit, cell.setting.scales
    if not circuit.cells or circuit.asked is None:
        return math.nan
    if (power := circuit.asked.power) is not None:
        least = LEAST_CURRENT * scales.current * scales.potential
        return abs(circuit.voltage * circuit.current - power) / max(abs(power), least)
    density = circuit.current_density(circuit.asked)
    if density is None:
        voltage = float(circuit.asked.voltage or 0.0)
        return abs(circuit.voltage - voltage) / max(abs(voltage), scales.potential)
    least = max(abs(density), LEAST_CURRENT * scales.current)
    passed = (circuit.electrodes[p.working].total / circuit.nominal_area for p in circuit.cells)
    return max(abs(current - density) for current in passed) / least


def fixture_error(cell: CellModel) -> float:
    """Return by how much the platen misses its fixture's law, relative [1].

    It is a pressure over the one that the law gives, or over the typical stress if that is larger;
    for a platen whose place is prescribed it is a length over the typical displacement. It is nan
    without a platen.
    """
    closures = cell.holder.closures
    misses = (abs(c.residual()) / max(c.reference, abs(c.load)) for c in closures)
    return max(misses, default=math.nan)
