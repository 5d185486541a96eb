# SPDX-License-Identifier: BSD-3-Clause
r"""The law of densifying layers once more, in numbers: what the UFL of the package is held against.

Pressures are in MPa. A state is pressure p, equivalent stress q and :math:`\eta = -\ln(1 - \rho)`;
the return iterates to rounding, however many steps that takes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from ssbmech.materials.compaction import ROUNDING, CapLaw, PressingLine
from ssbmech.materials.elastic import Elastic

Array = np.ndarray


@dataclass(frozen=True)
class Cap:
    """Numbers of the law, pressures in MPa."""

    p_h: float
    loose: float
    friction: float
    cohesion: float
    strength: float = 1e7
    young: float = 2e4
    poisson: float = 0.3
    floppy: float = 0.0
    stiffening: float = 0.0

    def law(self, density: float) -> CapLaw:
        """Return the package's law with the same numbers."""
        return CapLaw(
            dense=Elastic(self.young * 1e6, self.poisson),
            line=PressingLine(self.p_h * 1e6, self.loose),
            density=density,
            friction=self.friction,
            cohesion=self.cohesion,
            strength=self.strength * 1e6,
            stiffening=self.stiffening,
            floppy_density=self.floppy,
        )

    def size(self, eta: float) -> tuple[float, float]:
        """Return the isostatic strength and its derivative by eta."""
        y = eta + math.log1p(-self.loose)
        root = math.hypot(y, ROUNDING)
        return self.p_h * (y + root) / 2, self.p_h * (1 + y / root) / 2

    def axes(self, eta: float) -> tuple[float, float, float, float, float, float]:
        """Return half axes a and b, centre c, and their derivatives by eta."""
        p_c, growth = self.size(eta)
        a, d_a = (1 + self.cohesion) / 2 * p_c, (1 + self.cohesion) / 2 * growth
        root = math.sqrt(1 + (self.friction * a / self.strength) ** 2)
        c, d_c = (1 - self.cohesion) / 2 * p_c, (1 - self.cohesion) / 2 * growth
        return a, self.friction * a / root, c, d_a, self.friction * d_a / root**3, d_c

    def moduli(self, eta: float) -> tuple[float, float]:
        """Return bulk and shear modulus."""
        part = ((1 - math.exp(-eta) - self.floppy) / (1 - self.floppy)) ** self.stiffening
        young = part * self.young
        return young / (3 * (1 - 2 * self.poisson)), young / (2 * (1 + self.poisson))

    def yields(self, p: float, q: float, eta: float) -> float:
        """Return the yield function."""
        a, b, c, *_ = self.axes(eta)
        return (q / b) ** 2 + ((p - c) / a) ** 2 - 1

    def returned(
        self, p_trial: float, q_trial: float, eta_n: float, delay: float = 0.0
    ) -> tuple[float, float, float]:
        """Return pressure, equivalent stress and eta at the end of a step from its trial stress.

        Args:
            p_trial: pressure if nothing flowed.
            q_trial: equivalent stress if nothing flowed.
            eta_n: eta at the start.
            delay: time that loosening takes over the time step.
        """
        if self.yields(p_trial, q_trial, eta_n) <= 1e-8:
            return p_trial, q_trial, eta_n
        bulk, shear = self.moduli(eta_n)
        _, b, c, *_ = self.axes(eta_n)
        if abs(p_trial - c) < 1e-13 * bulk:
            return p_trial, b, eta_n
        side = math.copysign(1.0, p_trial - c)

        def returned(eta: float) -> tuple[float, float, float]:
            """Return pressure and equivalent stress that the flow to eta leaves, and an excess."""
            a, b, c, *_ = self.axes(eta)
            v = math.log(math.expm1(-eta) / math.expm1(-eta_n))
            distance = p_trial - bulk * v - c
            if side * distance <= 0.0:
                return c, 0.0, -1.0
            q = q_trial / (1 + 3 * shear * (a / b) ** 2 * v / distance)
            slack = delay * max(eta_n - eta, 0.0)
            if abs(distance) < 0.7 * a:
                on_top = b * math.sqrt((1 + slack) ** 2 - (distance / a) ** 2)
                return c + distance, on_top, math.hypot(distance / a, q / b) - 1 - slack
            return c + distance, q, math.hypot(distance / a, q / b) - 1 - slack

        near, far = eta_n, eta_n + 1e-6 * side
        while returned(far)[2] > 0.0:
            near, far = far, far + (far - eta_n) if side > 0.0 else max(2 * far - eta_n, 0.7 * far)
        eta = brentq(lambda eta: returned(eta)[2], near, far, xtol=1e-16, rtol=1e-15)
        return (*returned(eta)[:2], eta)

    @property
    def die(self) -> tuple[float, float]:
        """Return axial pressure over isostatic strength, and lateral over axial, in a die."""
        m, zeta = self.friction, self.cohesion
        w = math.sqrt(1 + 4 * m * m / 9)
        ratio = ((1 - zeta) + (1 + zeta) * w) / 2
        a, c = (1 + zeta) / 2, (1 - zeta) / 2
        return ratio, (c + a / w - 2 * m * m * a / (9 * w)) / (c + a * w)


@dataclass
class Layer:
    """A layer held at its sides, in logarithmic strains.

    Attributes:
        cap: its law.
        eta: density, as -ln(1 - rho).
        p: pressure.
        s: axial less lateral stress, tension positive.
        squeezed: elastic strain of the volume, compression positive.
        sheared: elastic strain of the shape, axial less lateral.
        height: logarithm of its height.
        swollen: logarithm of the volume of its solid.
    """

    cap: Cap
    eta: float
    p: float = 0.0
    s: float = 0.0
    squeezed: float = 0.0
    sheared: float = 0.0
    height: float = 0.0
    swollen: float = 0.0

    def asked(self, height: float, swollen: float, cap: Cap | None = None) -> Layer:
        """Return the layer at the end of a step to a height and a volume of the solid.

        The law may be another at the end of the step; elastic strains stay as moduli change.
        """
        cap, grown = cap or self.cap, height - self.height
        bulk, shear = cap.moduli(self.eta)
        p_trial = bulk * (self.squeezed + swollen - self.swollen - grown)
        s_trial = 2 * shear * (self.sheared + grown)
        p, q, eta = cap.returned(p_trial, abs(s_trial), self.eta)
        s = math.copysign(q, s_trial)
        return Layer(cap, eta, p, s, p / bulk, s / (2 * shear), height, swollen)

    def pressed(
        self, swollen: float, fixture: Callable[[float], float], cap: Cap | None = None
    ) -> Layer:
        """Return it at the end of a step in which a fixture answers to the height by a pressure."""

        def excess(height: float) -> float:
            return self.asked(height, swollen, cap).axial - fixture(height)

        low, high = self.height - 1e-4, self.height + 1e-4
        while excess(low) * excess(high) > 0:
            low, high = low - (high - low), high + (high - low)
        return self.asked(brentq(excess, low, high, xtol=1e-15, rtol=1e-14), swollen, cap)

    @property
    def axial(self) -> float:
        """Pressure on the layer."""
        return self.p - 2 * self.s / 3

    @property
    def lateral(self) -> float:
        """Pressure on its sides."""
        return self.p + self.s / 3

    @property
    def density(self) -> float:
        """Relative density."""
        return -math.expm1(-self.eta)


@dataclass(frozen=True)
class Swelling:
    r"""A held layer that swells against a spring, as a differential equation in its volume.

    With :math:`y = \ln J_c`, height :math:`l = \ln h` and plastic volume :math:`v = \ln\rho`,
    on the cap, where :math:`p = c + a \cos\theta` and :math:`q = b \sin\theta`,

    .. math:: dy - dl = dp / K + dv, \quad
              \tfrac23 dl = dq / 3G + (a / b) \tan\theta \, dv, \quad
              dp - \tfrac23 dq = k \, dl

    Attributes:
        cap: the law, with moduli that do not depend on the density.
        density: relative density at the start.
        start: pressure at which the spring seats.
        spring: its stiffness against l, of l.
    """

    cap: Cap
    density: float
    start: float
    spring: Callable[[float], float]

    def end(self, swollen: float) -> tuple[float, float, float]:
        """Return pressure, density and height l at a volume y of the solid."""
        eta = -math.log1p(-self.density)
        bulk, shear = self.cap.moduli(eta)
        column = bulk + 4 / 3 * shear
        # elastic at first, from the stress that the preload has left
        p_0, s_0 = bulk * self.start / column, -2 * shear * self.start / column
        rise = bulk / (column + self.spring(0.0))

        def stress(y: float) -> tuple[float, float]:
            return p_0 + bulk * (1 - rise) * y, s_0 + 2 * shear * rise * y

        first = brentq(lambda y: self.cap.yields(*stress(y), eta), 1e-12, swollen, xtol=1e-16)
        p, q = stress(first)
        assert q > 0, "it yields while it is still pressed flat"
        a, b, c, *_ = self.cap.axes(eta)
        state = [math.atan2(q / b, (p - c) / a), math.log(self.density), rise * first]
        found = solve_ivp(
            self._rates, (first, swollen), state, method="DOP853", rtol=1e-12, atol=1e-13
        )
        theta, dense, height = found.y[:, -1]
        a, b, c, *_ = self.cap.axes(-math.log1p(-math.exp(dense)))
        pressure = c + a * math.cos(theta) - 2 / 3 * b * math.sin(theta)
        return pressure, math.exp(dense), float(height)

    def _rates(self, _: float, state: Array) -> Array:
        theta, dense, height = state
        rho = math.exp(dense)
        eta, by_density = -math.log1p(-rho), rho / (1 - rho)
        bulk, shear = self.cap.moduli(eta)
        a, b, _, d_a, d_b, d_c = self.cap.axes(eta)
        cos, sin = math.cos(theta), math.sin(theta)
        dp = np.array([-a * sin, (d_c + d_a * cos) * by_density, 0.0])
        dq = np.array([b * cos, d_b * sin * by_density, 0.0])
        dv, dl = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
        equations = np.array(
            [
                dl + dp / bulk + dv,
                2 / 3 * dl - dq / (3 * shear) - a / b * math.tan(theta) * dv,
                dp - 2 / 3 * dq - self.spring(height) * dl,
            ]
        )
        return np.linalg.solve(equations, [1.0, 0.0, 0.0])
