# SPDX-License-Identifier: BSD-3-Clause
r"""Solid layers: isotropic elasticity with growth and flow, one point through the thickness.

With the strains in plane and the pressure given, the strain across is the one local unknown:

.. math:: \sigma_3(\varepsilon_3) = y s_{3} + K \, tr(\varepsilon - \varepsilon_g) = -P

where the trial deviator :math:`s = 2 G \, dev(\varepsilon - \varepsilon^c_n)` returns by the ratio
y of the flow law. The stress rises with the strain by K at least and by K + 4G/3 at most, so the
root is one and always found. Thickness and forces in plane follow from it,

.. math:: h = h_0(Q) \, e^{\varepsilon_3}, \quad N_a = h \, \sigma_a

and the implicit theorem gives their exact derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ssbmech.errors import NotConverged
from ssbmech.laminate.creep import Creep, NoCreep
from ssbmech.laminate.growth import Grown, Growth, NoGrowth
from ssbmech.laminate.layer import CHARGE, DRIVERS, PRESSURE, Answer, Array, Loading, State
from ssbmech.materials.elastic import Elastic
from ssbmech.parameter import validate_parameters

CREPT = "creep_strain"
"""State: creep strains along both axes in plane and across, shape (3, n) [1]."""

MOST_STEPS = 60
"""Most steps for the strain across; a dozen reach rounding [1]."""

CLOSE = 1e-13
"""Residual stress over bulk modulus at which the strain across is found [1]."""


@dataclass(frozen=True)
class _Stresses:
    """Stresses and their derivatives at strains (3, n).

    Attributes:
        stress: shape (3, n) [Pa].
        tangent: derivatives by the strains, shape (3, 3, n) [Pa].
        flowed: creep strain of the step, shape (3, n) [1].
    """

    stress: Array
    tangent: Array
    flowed: Array


@dataclass(frozen=True)
class SolidLayer:
    """A layer of one substance.

    Attributes:
        elastic: its elasticity.
        growth: how it grows with the charge.
        creep: how it flows.
    """

    elastic: Elastic
    growth: Growth = field(default_factory=NoGrowth)
    creep: Creep = field(default_factory=NoCreep)

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def start(self, thickness: Array) -> State:
        """Return no creep."""
        return {CREPT: np.zeros((3, len(thickness)))}

    def check(self, thickness: Array, loading: Loading) -> str:
        """Return what the growth law does not know."""
        return self.growth.outside(loading.charge)

    def answer(self, thickness: Array, state: State, loading: Loading) -> Answer:
        """Return the answer.

        Raises:
            NotConverged: no thickness is left, or the strain across is not found.
        """
        grown = self.growth.grown(loading.charge)
        bare = thickness + grown.added
        if np.any(bare < 0.0):
            raise NotConverged("a layer has less metal than is stripped from it")
        strain = np.empty_like(state[CREPT])
        strain[:2] = loading.in_plane[:, np.newaxis]
        found = self._across(strain, grown, state[CREPT], loading)
        return self._answer(bare, strain, grown, found, state[CREPT])

    def _across(self, strain: Array, grown: Grown, crept: Array, loading: Loading) -> _Stresses:
        """Find the strain across, in place, and return the stresses there."""
        bulk, shear = self.elastic.bulk, self.elastic.shear
        stiffest = bulk + 4 / 3 * shear
        # as if nothing flowed in the step
        strain[2] = grown.strain + crept[2]
        strain[2] -= (
            self._stresses(strain, grown, crept, loading, False).stress[2] + loading.pressure
        ) / stiffest
        worst = np.full(strain.shape[1], np.inf)
        for _ in range(MOST_STEPS):
            found = self._stresses(strain, grown, crept, loading, True)
            error = found.stress[2] + loading.pressure
            if np.all(np.abs(error) <= CLOSE * bulk):
                return found
            # a step by the stiffest answer never overshoots: taken where the last one did not help
            helped = np.abs(error) < 0.5 * worst
            worst = np.abs(error)
            strain[2] -= error / np.where(helped, found.tangent[2, 2], stiffest)
        raise NotConverged("the strain across a layer is not found")

    def _stresses(
        self, strain: Array, grown: Grown, crept: Array, loading: Loading, flows: bool
    ) -> _Stresses:
        bulk, shear = self.elastic.bulk, self.elastic.shear
        mean = strain.mean(axis=0)
        elastic = strain - crept
        trial = 2 * shear * (elastic - elastic.mean(axis=0))
        q = np.sqrt(1.5 * np.sum(trial**2, axis=0))
        y, slope = np.ones_like(q), np.zeros_like(q)
        if flows:
            y, slope = self.creep.ratio(q, shear, loading.dt, loading.temperature)
        pressure = -3 * bulk * (mean - grown.strain)
        # of q by the strains: 3 G s / q
        along = 3 * shear * trial / np.where(q > 0.0, q, 1.0)
        tangent = bulk + 2 * shear * y * (np.eye(3)[:, :, np.newaxis] - 1 / 3)
        tangent = tangent + slope * trial[:, np.newaxis] * along[np.newaxis]
        flowed = (1 - y) * trial / (2 * shear)
        return _Stresses(y * trial - pressure, tangent, flowed)

    def _answer(
        self, bare: Array, strain: Array, grown: Grown, found: _Stresses, crept: Array
    ) -> Answer:
        """Return thickness and forces with their derivatives, from the solved layer."""
        count, d = strain.shape[1], found.tangent
        swells = 3 * self.elastic.bulk * grown.strain_by
        across = np.empty((DRIVERS, count))
        across[PRESSURE] = -1 / d[2, 2]
        across[1:3] = -d[2, :2] / d[2, 2]
        across[CHARGE] = swells / d[2, 2]
        bare_by = np.zeros((DRIVERS, count))
        bare_by[CHARGE] = grown.added_by
        stretch = np.exp(strain[2])
        thickness = bare * stretch
        thickness_by = stretch * bare_by + thickness * across
        stress = found.stress[:2]
        stress_by = d[:2, 2][:, np.newaxis] * across[np.newaxis]
        stress_by[:, 1:3] += d[:2, :2]
        stress_by[:, CHARGE] -= swells
        force_by = stress[:, np.newaxis] * thickness_by[np.newaxis] + thickness * stress_by
        state = {CREPT: crept + found.flowed}
        return Answer(thickness, thickness_by, thickness * stress, force_by, state)
