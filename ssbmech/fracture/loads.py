# SPDX-License-Identifier: BSD-3-Clause
r"""Stress intensity of the flaws of a surface at one output of a run.

.. math::
    K_I = \max_m \int h \, m \cdot \sigma \cdot m \, dx
        + \int h \, \left[ p_c + \frac{F}{\Omega}
          \langle -\eta + \phi_e(x) - \phi_e(0) \rangle \right] dx - \sigma_{res} \int h \, dx

The first part is that of the stress of the run. The second one is metal that fills the flaw from
its mouth: where the facet touches it stands under the contact pressure, and where it plates under
that at which plating would stop, deeper in the electrolyte with the potential there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ssbmech.constants import FARADAY
from ssbmech.fracture.surfaces import Surface, at_facets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.fracture.cells import Cells
    from ssbmech.fracture.flaws import Flaw, Rule
    from ssbmech.runfolder.fields import FieldData

    Array = NDArray[np.float64]


SMALLEST_GAP: Final = 1e-9
"""Gap from which on a facet does not touch [m]."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What a run stored of an electrolyte and its surface at one output.

    Attributes:
        stress: Stress at the nodes, shape (nodes, 6) [Pa].
        potential: Ionic potential at the nodes, shape (nodes,) [V].
        pressure: Pressure of the metal at the mouth of each flaw, shape (facets,) [Pa].
        driving: Overpotential that plates at each facet, shape (facets,) [V]; zero elsewhere.
        current: Current density through each facet, shape (facets,) [A m-2].
        volt: Pressure against which a volt plates, F / Omega [Pa/V]; zero without metal.
    """

    stress: Array
    potential: Array
    pressure: Array
    driving: Array
    current: Array
    volt: float

    @classmethod
    def read(
        cls, grid: Cells, body: FieldData, interface: FieldData, step: int, molar_volume: float
    ) -> State:
        """Return the state at an output.

        Args:
            grid: Cells of the electrolyte.
            body: Its field file.
            interface: Field file of the interface.
            step: Number of the output.
            molar_volume: Volume of the metal at the interface per mole of charge [m3/mol]; zero
                for no metal.
        """
        current = at_facets(interface, "i_normal", step)
        eta = at_facets(interface, "overpotential", step)
        known = "phi_e" in body.names
        return cls(
            stress=grid.nodal(body.values("stress", step)),
            potential=body.values("phi_e", step) if known else np.zeros(len(grid.points)),
            pressure=at_facets(interface, "p_contact", step) * (molar_volume > 0.0),
            driving=np.where((current < 0.0) & _touch(interface, step), np.maximum(-eta, 0.0), 0.0),
            current=current,
            volt=FARADAY / molar_volume if molar_volume > 0.0 else 0.0,
        )

    def only(self, chosen: NDArray[np.bool_]) -> State:
        """Return the state of some of the facets."""
        return replace(
            self,
            pressure=self.pressure[chosen],
            driving=self.driving[chosen],
            current=self.current[chosen],
        )


def _touch(interface: FieldData, step: int) -> NDArray[np.bool_]:
    """Return where metal touches: a flaw that opens into a void is not filled."""
    if "contact" in interface.names:
        return np.asarray(at_facets(interface, "contact", step) > 0.5)
    return np.asarray(at_facets(interface, "gap", step) < SMALLEST_GAP)


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """Stress intensities of the flaws of a surface; not a number where the body ends before.

    Attributes:
        stress: By the stress along the surface, shape (facets,) [Pa m^(1/2)].
        pressed: By metal under the contact pressure, shape (facets,) [Pa m^(1/2)].
        plated: By metal that is plated, shape (facets,) [Pa m^(1/2)].
    """

    stress: Array
    pressed: Array
    plated: Array

    @property
    def total(self) -> Array:
        """Sum of all [Pa m^(1/2)]."""
        return np.asarray(self.stress + self.pressed + self.plated)


class Flaws:
    """Flaws of one size at all facets of a surface.

    Attributes:
        size: Their size [m].
    """

    def __init__(self, grid: Cells, surface: Surface, flaw: Flaw, size: float) -> None:
        """Find the points below the facets at which stress and potential are wanted."""
        self.size, self._surface = size, surface
        self._mouth = surface.below(grid, np.zeros(1))
        self._rules = [(rule, surface.below(grid, rule.depths)) for rule in flaw.rules(size)]

    def loads(self, state: State) -> Loads:
        """Return their stress intensities, at the point of the front where the sum is largest.

        Args:
            state: Stress, potential and metal.
        """
        first = self._mouth.values(state.potential)
        found = []
        for rule, below in self._rules:
            shape = (len(rule.depths), len(first))
            tensor = rule.intensity(below.values(state.stress).reshape(*shape, 6))
            rise = below.values(state.potential).reshape(shape) - first
            found.append(self._at_front(state, rule, tensor, rise))
        best = np.argmax([np.nan_to_num(each.total, nan=-np.inf) for each in found], axis=0)
        rows = np.arange(len(first))

        def chosen(name: str) -> Array:
            return np.asarray(np.stack([getattr(each, name) for each in found])[best, rows])

        return Loads(chosen("stress"), chosen("pressed"), chosen("plated"))

    def _at_front(self, state: State, rule: Rule, tensor: Array, rise: Array) -> Loads:
        plates = state.driving > 0.0
        pressure = state.volt * np.maximum(state.driving + rise, 0.0) * plates
        return Loads(
            stress=self._surface.tension(tensor),
            pressed=rule.weights.sum() * state.pressure,
            plated=rule.intensity(pressure),
        )
