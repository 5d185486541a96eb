# SPDX-License-Identifier: BSD-3-Clause
"""The hosts of lithium at the electrodes: capacity, potential at rest, state of charge."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ssbmech.case.electrodes import Electrodes
from ssbmech.model.parts.interlayer import Interlayer
from ssbmech.model.parts.lithium import Lithium
from ssbmech.model.parts.transfer import Transfer


class Hosts:
    """What the electrodes of a cell hold.

    Args:
        counted: electrodes of the cell by which capacity and state of charge are counted; none in a
            purely mechanical case.
        transfers: charge transfers by interface.
    """

    def __init__(self, counted: Sequence[Electrodes], transfers: Mapping[str, Transfer]) -> None:
        """Keep them."""
        self._counted, self._transfers = counted, transfers

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self._all())

    def _all(self) -> list[Lithium]:
        """Return the hosts that count for the state of charge: of the working electrode first."""
        names = [name for pair in self._counted for name in (pair.working, pair.counter) if name]
        return [host for name in names for host in self._at(name)]

    def _at(self, name: str) -> list[Lithium]:
        """Return the lithium of an electrode's host: none, or one."""
        return self._transfers[name].surface.minus.parts.find(Lithium)

    def capacity(self, nominal_area: float) -> float:
        """Return the charge by which C-rates count, per nominal area [C/m2].

        It is the one that is stated, or that of an electrode's hosts; nan without either.

        Args:
            nominal_area: area by which it is counted [m2].
        """
        stated = [c for pair in self._counted for c in pair.stated_capacities]
        own = [host.capacity / nominal_area for host in self._all()]
        return next(iter((*stated, *own)), math.nan)

    def equilibrium(self, name: str, temperature: float) -> float:
        """Return the potential of an electrode at rest, at the start [V]; zero for metal.

        Args:
            name: its interface.
            temperature: temperature [K].
        """
        layers = self._transfers[name].surface.parts.find(Interlayer)
        resting = sum(layer.start_at_rest(temperature) for layer in layers)
        return resting + sum(host.voltage(temperature) for host in self._at(name))

    def state_of_charge(self) -> float:
        """Return the charged part of the window of an electrode's hosts [1]; collective.

        The electrode is the working one, or the counter electrode if that alone has hosts.
        """
        host = self._all()[0]
        charged = host.charged()
        return charged if host in self._at(self._counted[0].working) else 1 - charged
