# SPDX-License-Identifier: BSD-3-Clause
"""Where the lithium of a porous interlayer is when it is charged slowly: in balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.interfaces.interlayer import LayerPoint, PorousInterlayer, plain

SAMPLES = 201
"""Filled fractions at which the potential of each store is asked [1]."""

BISECTIONS = 80
"""Halvings of the potential's range: they leave nothing of a volt."""


SAME = 1e-12
"""Potentials so close are one [V]: stores take lithium before there is metal at their potential."""


@dataclass(frozen=True)
class InBalance:
    """An interlayer in balance.

    Attributes:
        potential: potential of lithium against unloaded metal [V].
        stored: charge in each store, by area [C/m2].
        behind: charge of the metal behind, by area [C/m2].
        added: thickness that both add to the stack [m].
    """

    potential: float
    stored: Mapping[str, float]
    behind: float
    added: float


class Balance:
    """A layer in which lithium has one potential everywhere, at a pressure and temperature.

    Stores fill at their potentials; what finds none above that of loaded metal lies behind.
    """

    def __init__(
        self, layer: PorousInterlayer, pressure: float, temperature: float, molar_volume: float
    ) -> None:
        """Tabulate the potentials of its stores.

        Args:
            layer: the layer.
            pressure: on the layer [Pa].
            temperature: absolute temperature [K].
            molar_volume: of the metal [m3/mol].
        """
        self._layer, self._molar_volume = layer, molar_volume
        self._metal = -molar_volume * pressure / FARADAY
        self._whole = {s.name: float(s.capacity(molar_volume)) for s in layer.stores}
        point = LayerPoint(pressure, temperature, molar_volume)
        self._fractions = np.linspace(0.0, 1.0, SAMPLES)
        self._tables = {
            store.name: np.array([plain(store.potential(float(f), point)) for f in self._fractions])
            for store in layer.stores
        }

    def at(self, charge: float) -> InBalance:
        """Return where a charge lies.

        Args:
            charge: by area, zero or more [C/m2].

        Raises:
            ParameterError: the charge is below zero.
        """
        if charge < 0.0:
            raise ParameterError(f"charge = {charge:g} C/m2: expected what has been stored, >= 0")
        potential, found = self._metal, self._stored(self._metal - SAME)
        if charge < sum(found.values()):
            potential, found = self._shared(charge)
        behind = max(charge - sum(found.values()), 0.0)
        added = self._molar_volume * behind / FARADAY
        for store in self._layer.stores:
            share = found[store.name] / self._whole[store.name]
            added += plain(store.thickness(share, self._molar_volume))
        return InBalance(potential, found, behind, added)

    def _stored(self, potential: float) -> dict[str, float]:
        """Return what each store holds at a potential [C/m2]."""
        return {
            name: self._whole[name] * float(np.interp(-potential, -table, self._fractions))
            for name, table in self._tables.items()
        }

    def _shared(self, charge: float) -> tuple[float, dict[str, float]]:
        """Return the potential [V] and what each store holds when they hold a charge alone [C/m2].

        A store of flat potential takes at one potential what is missing; several of the same
        potential fill alike.
        """
        low = self._metal - SAME
        high = SAME + max(low, *(float(table.max()) for table in self._tables.values()))
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            if sum(self._stored(middle).values()) > charge:
                low = middle
            else:
                high = middle
        most, least = self._stored(low), self._stored(high)
        filled = sum(least.values())
        between = sum(most.values()) - filled
        share = (charge - filled) / between if between > 0.0 else 0.0
        found = {name: least[name] + share * (most[name] - least[name]) for name in least}
        return 0.5 * (low + high), found
