# SPDX-License-Identifier: BSD-3-Clause
r"""Porous layers that swell and densify, one point through the thickness.

The law is `ssbmech.materials.compaction.CapLaw` with numbers that follow the content
(`PorousHost`), in numbers instead of UFL. With the strains in plane, the pressure and the charge
given, the strain across is found so that :math:`\sigma_3 = -P`; for each of its values the return
to the cap is solved in :math:`\eta = -\ln(1 - \rho)`, between its two bounds
(`ssbmech.materials.cap_return`). Thickness and forces in plane are

.. math:: h = h_0 \, e^{\varepsilon_3}, \quad N_a = h \, \sigma_a

and their derivatives follow from the implicit theorem. Partial derivatives are complex steps,
:math:`f'(x) = \mathrm{Im} f(x + i \delta) / \delta`, exact to rounding: the law is written once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ssbmech.errors import NotConverged
from ssbmech.laminate.growth import HostSwelling
from ssbmech.laminate.layer import DRIVERS, Answer, Array, Loading, State
from ssbmech.materials.cap_return import LEAST_ETA, ON_THE_CAP
from ssbmech.materials.compaction import ROUNDING
from ssbmech.materials.porous_host import PorousHost
from ssbmech.parameter import validate_parameters

POROSITY = "porosity"
"""State: one less the relative density, shape (n,) [1]."""

ELASTIC = "elastic_strain"
"""State: elastic strains along both axes in plane and across, shape (3, n) [1]."""

TOTAL = "strain"
"""State: total strains along the same axes, shape (3, n) [1]."""

SWOLLEN = "swollen"
"""State: logarithm of the volume of the solid over that at no charge, shape (n,) [1]."""

TINY = 1e-30
"""Complex step; nothing is subtracted, so that it may be as small as one likes [1]."""

MOST_STEPS = 80
"""Most steps for the strain across, and for a return to the cap [1]."""

CLOSE = 1e-12
"""Residual strain of a return, and stress over modulus, at which they are found [1]."""

DENSEST = 600.0
"""Eta beyond that of any return, below the exponential's underflow [1]."""

BESIDE = 1e-13
"""Distance in eta by which Newton's step may leave the bracket: it is that of rounding [1]."""


@dataclass(frozen=True)
class _Numbers:
    """Numbers of the law at the contents of a step, and where the step begins.

    Attributes:
        bulk, shear: moduli at the density of the start [Pa].
        hardening: slope of the line [Pa].
        strength: of the dense solid [Pa].
        grown: change over the step of the logarithm of the volume of the solid [1].
    """

    bulk: Any
    shear: Any
    hardening: Any
    strength: Any
    grown: Any


@dataclass(frozen=True)
class PorousLayer:
    """A porous layer whose solid hosts lithium.

    Attributes:
        solid: its law.
        filling: content and volume of its solid from the charge; its lithium counts per volume of
            the layer at no charge, and `dense` is the thickness of the layer then.
    """

    solid: PorousHost
    filling: HostSwelling

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def start(self, thickness: Array) -> State:
        """Return the layer as pressed, without strain."""
        count = len(thickness)
        return {
            POROSITY: np.full(count, 1 - self.solid.law.density),
            ELASTIC: np.zeros((3, count)),
            TOTAL: np.zeros((3, count)),
            SWOLLEN: np.zeros(count),
        }

    def check(self, thickness: Array, loading: Loading) -> str:
        """Return which contents are beyond the table of volumes."""
        return self.filling.outside(loading.charge)

    def answer(self, thickness: Array, state: State, loading: Loading) -> Answer:
        """Return the answer.

        Raises:
            NotConverged: the return to the cap or the strain across is not found.
        """
        step = _LayerStep(self, state, loading)
        step.solve()
        return step.answer(thickness)

    def numbers(self, porosity: Array, charge: Any, swollen_n: Array) -> _Numbers:
        """Return the numbers at charges, which may have a complex step."""
        law, real = self.solid.law, np.real(charge)
        step = charge - real
        x = self.filling.content_at(real)
        by = self.filling.content_by

        def factor(curve: Any) -> Any:
            return curve.numeric(x) + curve.numeric_slope(x) * by * step

        above = (1 - porosity - law.floppy_density) / (1 - law.floppy_density)
        stiff = factor(self.solid.modulus) * above**law.stiffening
        strong = factor(self.solid.strength)
        growth = self.filling.grown(real)
        swollen = 3 * (growth.strain + growth.strain_by * step)
        return _Numbers(
            stiff * law.dense.bulk,
            stiff * law.dense.shear,
            strong * law.line.hardening,
            strong * law.strength,
            swollen - swollen_n,
        )

    def axes(self, eta: Any, numbers: _Numbers) -> tuple[Any, Any, Any]:
        """Return the half axis along the pressure [Pa], its ratio to the other, the centre [Pa]."""
        law = self.solid.law
        y = eta + np.log1p(-law.line.loose_density)
        size = numbers.hardening * (y + np.sqrt(y * y + ROUNDING**2)) / 2
        a = (1 + law.cohesion) / 2 * size
        ratio = np.sqrt(1 / law.friction**2 + (a / numbers.strength) ** 2)
        return a, ratio, (1 - law.cohesion) / 2 * size


@dataclass(eq=False)
class _LayerStep:
    """One step of layers, from a state to a loading.

    Attributes:
        layer: the layers' law.
        state: states at the start.
        loading: what they are under at the end.
        strain: strains at the end, shape (3, n) [1].
        eta: the return; that at the start where the layer stays elastic [1].
        elastic: where it does.
    """

    layer: PorousLayer
    state: State
    loading: Loading
    strain: Array = field(init=False)
    eta: Array = field(init=False)
    elastic: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the state at the start of the step."""
        self.numbers = self.layer.numbers(
            self.state[POROSITY], self.loading.charge, self.state[SWOLLEN]
        )
        self.strain = self.state[TOTAL].copy()
        self.strain[:2] = self.loading.in_plane[:, np.newaxis]
        self.eta_n = -np.log(self.state[POROSITY])
        self.delay = (self.layer.solid.law.loosening_time or 0.0) / self.loading.dt

    def solve(self) -> None:
        """Find the strain across.

        Raises:
            NotConverged: it is not found.
        """
        numbers, pressure = self.numbers, self.loading.pressure
        stiffest = numbers.bulk + 4 / 3 * numbers.shear
        # as if nothing flowed in the step
        p, s, _ = self._trial(self.strain, numbers)
        self.strain[2] -= (s[2] - p + pressure) / stiffest
        worst = np.full(len(self.eta_n), np.inf)
        for _ in range(MOST_STEPS):
            self._return()
            error = self._stress(self.strain, numbers, self.eta)[2] + pressure
            if np.all(np.abs(error) <= CLOSE * stiffest):
                return
            slope = self._by_strain(2)[2]
            # Newton's step where the last one helped, else one that never overshoots
            helped = (np.abs(error) < worst) & (slope > 0.0)
            worst = np.abs(error)
            step = error / np.where(helped, slope, stiffest)
            self.strain[2] -= np.clip(step, -0.05, 0.05)
        raise NotConverged("the strain across a porous layer is not found")

    def _trial(self, strain: Any, numbers: _Numbers) -> tuple[Any, Any, Any]:
        """Return pressure, deviator (3, n) and equivalent stress if nothing flowed [Pa]."""
        elastic = self.state[ELASTIC] + strain - self.state[TOTAL] - numbers.grown / 3
        volume = elastic[0] + elastic[1] + elastic[2]
        s = 2 * numbers.shear * (elastic - volume / 3)
        q = np.sqrt(1.5 * (s[0] * s[0] + s[1] * s[1] + s[2] * s[2]) + 1.0)
        return -numbers.bulk * volume, s, q

    def _return(self) -> None:
        """Return to the cap at the present strains.

        Raises:
            NotConverged: it has no end.
        """
        numbers, porosity_n = self.numbers, self.state[POROSITY]
        p, _, q = self._trial(self.strain, numbers)
        a, ratio, c = self.layer.axes(self.eta_n, numbers)
        across, along = (p - c) / a, q * ratio / a
        self.elastic = along**2 + across**2 <= 1 + ON_THE_CAP
        side = np.where(p > c, 1.0, -1.0)
        near, far = self.eta_n, np.where(p > c, DENSEST, LEAST_ETA)
        # all that is beyond the cap flows
        beyond = (p - c - a * across / np.hypot(across, along)) / numbers.bulk
        porous = np.maximum(1 - (1 - porosity_n) * np.exp(np.minimum(beyond, 1.0)), porosity_n / 2)
        self.eta = np.where(self.elastic, self.eta_n, -np.log(porous))
        for _ in range(MOST_STEPS):
            rest, distance, size = self._excess(self.strain, numbers, self.eta)
            if np.all(self.elastic | (np.abs(rest) <= CLOSE * size)):
                return
            before = (side * rest > 0.0) & (side * distance > 0.0)
            near, far = np.where(before, self.eta, near), np.where(before, far, self.eta)
            newton = self.eta - rest / np.where(self.elastic, 1.0, self._slope())
            inside = (side * (newton - near) > -BESIDE) & (side * (far - newton) > -BESIDE)
            step = np.where(inside, newton, (near + far) / 2)
            self.eta = np.where(self.elastic, self.eta_n, step)
        raise NotConverged("the return of a porous layer to its cap is not found")

    def _excess(self, strain: Any, numbers: _Numbers, eta: Any) -> tuple[Any, Any, Any]:
        """Return F [Pa2], D [Pa], and F at a strain of one [Pa2]."""
        p, _, q = self._trial(strain, numbers)
        a, ratio, c = self.layer.axes(eta, numbers)
        v = np.log(1 - np.exp(-eta)) - np.log(1 - self.state[POROSITY])
        distance = p - numbers.bulk * v - c
        driving = distance + 3 * numbers.shear * v * ratio**2
        root = np.sqrt(driving**2 + (ratio * q) ** 2)
        loosened = np.where(np.real(eta) < self.eta_n, self.eta_n - eta, 0.0)
        widening = 1 + self.delay * loosened
        return distance * root - a * driving * widening, distance, root * numbers.bulk

    def _stress(self, strain: Any, numbers: _Numbers, eta: Any) -> Any:
        """Return the stresses along the three axes, shape (3, n) [Pa]."""
        p, s, q = self._trial(strain, numbers)
        a, ratio, c = self.layer.axes(eta, numbers)
        v = np.log(1 - np.exp(-eta)) - np.log(1 - self.state[POROSITY])
        distance = p - numbers.bulk * v - c
        # the flow in shear goes with that of the volume; where both vanish on the top of the
        # ellipse, the ellipse tells
        flow = 3 * numbers.shear * v * ratio**2
        steep = np.abs(distance) < 0.7 * a
        flat = np.where(steep, 1.0, distance) / np.where(steep, 1.0, distance + flow)
        loosened = np.where(np.real(eta) < self.eta_n, self.eta_n - eta, 0.0)
        widening = 1 + self.delay * loosened
        top = a / ratio / q * np.sqrt(np.where(steep, widening**2 - (distance / a) ** 2, 1.0))
        share = np.where(self.elastic, 1.0, np.where(steep, top, flat))
        pressure = np.where(self.elastic, p, distance + c)
        return share * s - pressure

    def _slope(self) -> Array:
        """Return the derivative of F by eta, shape (n,) [Pa2]."""
        return _imag(self._excess(self.strain, self.numbers, self.eta + TINY * 1j)[0])

    def _derivatives(self) -> tuple[Array, Array]:
        """Return the derivatives of the stresses by strains, (3, 3, n), and by charge, (3, n)."""
        columns = [self._by_strain(axis) for axis in range(3)]
        charged = self.layer.numbers(
            self.state[POROSITY], self.loading.charge + TINY * 1j, self.state[SWOLLEN]
        )
        by_charge = self._along(lambda f: f(self.strain, charged))
        return np.stack(columns, axis=1), by_charge

    def _by_strain(self, axis: int) -> Array:
        """Return the derivatives of the stresses by the strain along an axis, shape (3, n) [Pa]."""
        strain = self.strain.astype(complex)
        strain[axis] += TINY * 1j
        return self._along(lambda f: f(strain, self.numbers))

    def _along(self, put: Callable[[Callable[..., Any]], Any]) -> Array:
        """Return the derivative of the stress with the return that follows, shape (3, n)."""
        eta = self.eta

        def stress(strain: Any, numbers: _Numbers) -> Any:
            return self._stress(strain, numbers, eta)

        def rest(strain: Any, numbers: _Numbers) -> Any:
            return self._excess(strain, numbers, eta)[0]

        follows = -_imag(put(rest)) / np.where(self.elastic, 1.0, self._slope())
        by_eta = _imag(self._stress(self.strain, self.numbers, eta + TINY * 1j))
        direct = _imag(put(stress))
        return np.where(self.elastic, direct, direct + by_eta * follows)

    def answer(self, thickness: Array) -> Answer:
        """Return thickness and forces with their derivatives, from the solved layer."""
        count = len(thickness)
        by_strain, by_charge = self._derivatives()
        stress = self._stress(self.strain, self.numbers, self.eta)
        soft = by_strain[2, 2]
        across = np.empty((DRIVERS, count))
        across[0] = -1 / soft
        across[1:3] = -by_strain[2, :2] / soft
        across[3] = -by_charge[2] / soft
        height = thickness * np.exp(self.strain[2])
        height_by = height * across
        stress_by = by_strain[:2, 2][:, np.newaxis] * across[np.newaxis]
        stress_by[:, 1:3] += by_strain[:2, :2]
        stress_by[:, 3] += by_charge[:2]
        force_by = stress[:2, np.newaxis] * height_by[np.newaxis] + height * stress_by
        return Answer(height, height_by, height * stress[:2], force_by, self._state(stress))

    def _state(self, stress: Array) -> State:
        """Return the states at the end of the step."""
        numbers, mean = self.numbers, stress.mean(axis=0)
        eta = np.where(self.elastic, self.eta_n, self.eta)
        elastic = (stress - mean) / (2 * numbers.shear) + mean / (3 * numbers.bulk)
        return {
            POROSITY: np.exp(-eta),
            ELASTIC: elastic,
            TOTAL: self.strain.copy(),
            SWOLLEN: self.state[SWOLLEN] + numbers.grown,
        }


def _imag(value: Any) -> Array:
    """Return the derivative that a complex step leaves."""
    return np.asarray(np.imag(value) / TINY)
