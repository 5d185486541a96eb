# SPDX-License-Identifier: BSD-3-Clause
r"""Energy that each point of a body, and of an interface, has turned into heat since the start.

.. math:: w = \int_0^t (q \dot\varepsilon^c + \kappa |\nabla \phi|^2)\, dt, \qquad
          w_\Gamma = \int_0^t i \Delta\phi\, dt

with the powers of `ssbmech.model.dissipation`, and time integrated by the trapezoidal rule, from no
power at the start. It is a memory beside those of the laws, and goes with checkpoints. Bodies that
move take no parts of a case, and so have no such field: there `DissipatedEnergy` gives the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from ssbmech.errors import CaseError
from ssbmech.memory import StateVariable
from ssbmech.model.body import BodyModel
from ssbmech.model.dissipation import power_per_area, whole_density
from ssbmech.model.history import Follower, RegionHistory
from ssbmech.model.outputs import Array, CellField, Output
from ssbmech.model.part import Memory, Part, SurfacePart, Term
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity

_ENERGY: Final = "dissipated"
_POWER: Final = "dissipated_power"
_VARIABLES: Final = {
    _ENERGY: StateVariable(_ENERGY, "J m-3", initial=0.0),
    _POWER: StateVariable(_POWER, "W m-3", initial=0.0),
}


@dataclass(frozen=True)
class DissipatedDensity:
    """Energy dissipated in a body by creep and conduction, as its field ``dissipated`` [J m-3].

    ``Body(..., parts=(DissipatedDensity(),))``. In the first time step of each step of the
    protocol, where the drive may jump, the mean of the powers before and after it counts.
    """

    def part(self, model: BodyModel) -> Part:
        """Return the part; collective.

        Raises:
            CaseError: nothing creeps or conducts in the body.
        """
        return _OfBody(model)


@dataclass(frozen=True)
class DissipatedPerArea:
    """Energy that an interface has dissipated, as its field ``dissipated_area`` [J m-2].

    ``Interface(..., parts=(DissipatedPerArea(),))``. It is what charge transfer and films take,
    integrated as that of `DissipatedDensity`.
    """

    def part(self, model: SurfaceModel) -> SurfacePart:
        """Return the part; collective.

        Raises:
            CaseError: no charge passes the interface.
        """
        return _OfSurface(model)


class _OfBody(Part):
    def __init__(self, body: BodyModel) -> None:
        densities = whole_density(body)
        if not densities:
            raise CaseError(
                f"DissipatedDensity: nothing creeps or conducts in body {body.name!r}; leave it out"
            )
        mesh, self._owned = body.mesh.mesh, body.owned_cells
        dt = body.setting.conditions.dt.on(mesh)
        self._histories = []
        for region, power in densities.items():
            history = RegionHistory.start(
                f"dissipated {region}", _VARIABLES, mesh, body.frame, body.cells(region),
                body.quadrature_degree,
            )  # fmt: skip
            before = history.committed
            grown = before[_ENERGY] + 0.5 * dt * (before[_POWER] + power)
            history.follow({_ENERGY: grown, _POWER: power})
            self._histories.append(history)

    @property
    def memory(self) -> Sequence[Memory]:
        """Energy and last power of each region."""
        return self._histories

    def outputs(self) -> Sequence[Output]:
        """Return the energy as a field."""
        now, before = (partial(self._sum, of) for of in _MEANS)
        return [CellField(quantity(_ENERGY), now, at_start=before)]

    def _sum(self, means: Any) -> Array:
        found = [means(history, _ENERGY, self._owned) for history in self._histories]
        return np.asarray(sum(found))


_MEANS: Final = (RegionHistory.means, RegionHistory.means_before)


class _OfSurface(SurfacePart):
    def __init__(self, surface: SurfaceModel) -> None:
        self._surface = surface
        told = f"DissipatedPerArea: interface {surface.name!r} has no charge-transfer law"
        self._transfer = surface.parts.get(Transfer, told)
        self._history = surface.history("dissipated")
        for name in _VARIABLES:
            self._history.start(name)

    @property
    def memory(self) -> Sequence[Memory]:
        """Energy and last power."""
        return (self._history,)

    def terms(self) -> Iterable[Term]:
        """Add nothing to the equations, but compile the energy: only now are all parts there."""
        surface, before = self._surface, self._history.committed
        dt = surface.setting.conditions.dt.on(surface.parent)
        followers: dict[str, list[Follower]] = {name: [] for name in _VARIABLES}
        for near in surface.near:
            power = power_per_area(surface, self._transfer, near)
            grown = before[_ENERGY]("+") + 0.5 * dt * (before[_POWER]("+") + power)
            for name, value in ((_ENERGY, grown), (_POWER, power)):
                followers[name].append(Follower(value, near.local.dS, near.owned))
        for name, found in followers.items():
            self._history.follow(name, found)
        return ()

    def outputs(self) -> Sequence[Output]:
        """Return the energy as a field."""
        now, before = (partial(of, _ENERGY) for of in (self._history.now, self._history.before))
        return [CellField(quantity("dissipated_area"), now, at_start=before)]
