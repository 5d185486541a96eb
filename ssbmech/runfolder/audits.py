# SPDX-License-Identifier: BSD-3-Clause
"""How far a step may break what it must conserve; known to the solver and to the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AuditLimits:
    """Largest relative errors that a step may have before the run is stopped.

    Attributes:
        lithium: metal missing between the bodies, or lithium missing in a host, against charge
            passed [1].
        charge: sum of all currents into the electrolytes [1].
        force: platen force plus support reactions [1].
        contact: contact conditions on any facet, over typical pressure and gap [1].
        drive: current or voltage against what the step asks for [1].
        fixture: stack pressure, or place of the platen, against the fixture's law [1].
    """

    lithium: float = 1e-6
    charge: float = 1e-7
    force: float = 1e-5
    contact: float = 1e-5
    drive: float = 1e-4
    fixture: float = 1e-5
