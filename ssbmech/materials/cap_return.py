# SPDX-License-Identifier: BSD-3-Clause
r"""The return of a trial stress to a cap that grows with density, as one equation for the density.

With :math:`\eta = -\ln(1 - \rho)` at the end of a step, the volume that flowed is
:math:`v = \ln(\rho / \rho_n)`, and the pressure :math:`p^{tr} - K v`. Normality gives the
equivalent stress, so that the yield condition alone is left. Multiplied out it reads

.. math:: F(\eta) = D \sqrt{m^2 + (r q^{tr})^2} - a\,m\,(1 + \omega \langle \eta_n - \eta \rangle)
          = 0, \quad D = p^{tr} - K v - c, \quad m = D + 3 G v r^2, \quad r = a / b

where a, b and c are those of the ellipse at :math:`\eta`, and :math:`\omega` is the time that
loosening takes over the time step. Its root lies between :math:`\eta_n`, where v vanishes, and the
density at which D does: only there v and D have one sign, the flow goes with the stress, and q is
below its trial value. F changes its sign between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import ufl

from ssbmech.frames import Expr
from ssbmech.frozen import frozen
from ssbmech.kinds import check_kinds

RETURN_STEPS = 11
"""Newton steps of the return that are kept within the bracket [1]."""

POLISHING_STEPS = 2
"""Newton steps after them that nothing holds [1]."""

ON_THE_CAP = 1e-8
"""Value of the yield function up to which a state is elastic [1]. One that ended the last step on
the cap lies there by rounding, on either side of it from point to point."""

LEAST_ETA = 1e-3
"""Least value of eta in an iteration; it is above the logarithm's singularity [1]."""

LEAST_POROSITY = 1e-300
"""Least porosity of a guess and at the end of a step, above what underflows [1]."""

LEAST_SHARE = 1e-6
"""Least share of its size at which a cap is thought to grow to a pressure [1]."""

DENSEST = 1e5
"""Eta in place of a density that is no less than one [1]."""

FARTHEST = 2.0
"""Eta over that of the near bound that is tried at most where Newton's step leaves the bracket: the
far bound of a cap that is symmetric may be nearly as far as one likes [1]."""

BESIDE = 1e-12
"""Distance in eta by which a Newton step may leave the bracket: it is that of rounding [1]."""

SMALL = 1e-3
"""Argument below which exponential and logarithm are series, exact to rounding [1]."""


@dataclass(frozen=True)
class Axes:
    """The ellipse at one density, with its derivatives by eta.

    Attributes:
        size: isostatic strength [Pa].
        pressure: half axis along the pressure, a [Pa].
        centre: pressure of its centre, c [Pa].
        ratio: half axis along the pressure over that along the equivalent stress, r [1].
        d_pressure: derivative of `pressure` by eta [Pa].
        d_centre: derivative of `centre` [Pa].
        d_ratio: derivative of `ratio` [1].
    """

    size: Expr
    pressure: Expr
    centre: Expr
    ratio: Expr
    d_pressure: Expr
    d_centre: Expr
    d_ratio: Expr

    @property
    def shear(self) -> Expr:
        """Half axis along the equivalent stress, b [Pa]."""
        return self.pressure / self.ratio


class Cap(Protocol):
    """What the return asks of a cap."""

    def axes(self, eta: Expr) -> Axes:
        """Return the ellipse at eta = -ln(1 - density) [1]."""

    def eta_of(self, size: Expr) -> Expr:
        """Return eta at which the isostatic strength has a size [1]."""


@dataclass(frozen=True)
class Returned:
    """A stress on the cap and the density that goes with it.

    Attributes:
        q: equivalent stress [Pa].
        porosity: at the end of the step [1].
        volume: logarithm of the density over that at the start [1].
        unsolved: how far the equation is from being solved, as a strain [1].
    """

    q: Expr
    porosity: Expr
    volume: Expr
    unsolved: Expr


@dataclass(frozen=True)
class _Bracketed:
    """An iterate and its bounds, counted from eta at the start of the step.

    Attributes:
        growth: the iterate [1].
        near: bound on the side of the start [1].
        far: bound on the other side [1].
        stopped: one where an end of the bracket has been tried, else zero [1].
    """

    growth: Expr
    near: Expr
    far: Expr
    stopped: Expr


@dataclass(frozen=True)
class _Excess:
    """The equation at one density.

    Attributes:
        axes: the ellipse.
        rest: F [Pa2].
        slope: its derivative by eta [Pa2].
        volume: v [1].
        distance: pressure above the centre of the ellipse, D [Pa].
        driving: m [Pa].
        root: square root in F [Pa].
        widening: factor of the ellipse by the rate of loosening [1].
    """

    axes: Axes
    rest: Any
    slope: Any
    volume: Any
    distance: Any
    driving: Any
    root: Any
    widening: Any

    @property
    def newton(self) -> Any:
        """Newton's step in eta [1]."""
        return -self.rest / self.slope


@dataclass(frozen=True)
class Trial:
    """A stress without flow in the step, and its return to the cap.

    Attributes:
        cap: the cap.
        p: pressure [Pa].
        q: equivalent stress, above zero [Pa].
        porosity: at the start of the step [1].
        bulk: bulk modulus [Pa].
        shear: shear modulus [Pa].
        delay: time that loosening takes over the time step [1].
    """

    cap: Cap
    p: Expr
    q: Expr
    porosity: Expr
    bulk: Expr
    shear: Expr
    delay: Expr

    def __post_init__(self) -> None:
        """Check the kinds of fields."""
        check_kinds(self)

    @property
    def eta(self) -> Expr:
        """Minus the logarithm of the porosity at the start of the step [1]."""
        return -ufl.ln(self.porosity)

    @property
    def elastic(self) -> Expr:
        """Whether the stress is within the cap."""
        axes = self.cap.axes(self.eta)
        squares = (self.q / axes.shear) ** 2 + ((self.p - axes.centre) / axes.pressure) ** 2
        return ufl.le(squares, 1.0 + ON_THE_CAP)

    @property
    def denser(self) -> Expr:
        """Whether the flow closes pores."""
        return ufl.gt(self.p, self.cap.axes(self.eta).centre)

    def returned(self) -> Returned:
        """Return the stress on the cap, after a fixed number of Newton steps.

        The last of them has the derivatives of the root, and is alone differentiated.
        """
        now = _Bracketed(self._first(), 0.0, self._far(), 0.0)
        for _ in range(RETURN_STEPS):
            now = self._step(now)
        growth = now.growth
        for step in range(POLISHING_STEPS):
            if step == POLISHING_STEPS - 1:
                growth = frozen(growth)
            growth = ufl.max_value(growth + self._excess(growth).newton, LEAST_ETA - self.eta)
        at = self._excess(growth)
        across = at.distance / at.axes.pressure
        # each of the two is exact where the other is the difference of what is nearly the same
        along = self.q * at.distance / at.driving
        steep = at.axes.shear * ufl.sqrt(ufl.max_value(at.widening**2 - across**2, 0.25))
        q = ufl.conditional(ufl.lt(across * across, 0.5), steep, along)
        porosity = ufl.max_value(self.porosity * ufl.exp(-growth), LEAST_POROSITY)
        return Returned(q, porosity, at.volume, at.rest / (at.root * self.bulk))

    def _first(self) -> Expr:
        """Return a first guess of the growth of eta, the smallest of three.

        Along the line to the centre of the ellipse, that at which all that is beyond the cap flows,
        and that at which the cap grows to the stress and nothing flows; and Newton's step from the
        start. Of several roots of a solid that softens it leads to the first.
        """
        axes = self.cap.axes(self.eta)
        across, along = (self.p - axes.centre) / axes.pressure, self.q / axes.shear
        cos = across / ufl.sqrt(across * across + along * along)
        towards = self._nearer((axes.centre + axes.pressure * cos) / axes.size, axes)
        newton = self._excess(0.0).newton
        sign = ufl.conditional(self.denser, 1.0, -1.0)
        nearer = ufl.And(ufl.gt(sign * newton, 0.0), ufl.gt(sign * (towards - newton), 0.0))
        return ufl.conditional(nearer, newton, towards)

    def _far(self) -> Expr:
        """Return a growth of eta beyond that at which the pressure is the centre's."""
        axes = self.cap.axes(self.eta)
        return self._nearer(axes.centre / axes.size, axes)

    def _nearer(self, share: Expr, axes: Axes) -> Expr:
        """Return the smaller of two growths at which the pressure is a share of the cap's size."""
        volume = ufl.min_value((self.p - share * axes.size) / self.bulk, 1.0)
        porous = 1 - (1 - self.porosity) * ufl.exp(volume)
        holds = ufl.gt(porous, LEAST_POROSITY)
        flown = ufl.conditional(holds, -ufl.ln(ufl.max_value(porous, LEAST_POROSITY)), DENSEST)
        grows = ufl.And(ufl.gt(self.p, 0.0), ufl.gt(share, LEAST_SHARE))
        size = ufl.conditional(grows, self.p / ufl.max_value(share, LEAST_SHARE), axes.size)
        grown = self.cap.eta_of(size)
        dense = ufl.conditional(grows, ufl.min_value(flown, grown), flown)
        loose = ufl.conditional(grows, ufl.max_value(flown, grown), flown)
        return ufl.max_value(ufl.conditional(self.denser, dense, loose), LEAST_ETA) - self.eta

    def _step(self, now: _Bracketed) -> _Bracketed:
        """Return the iterate after a Newton step, kept within the bracket.

        The first step that would leave it stops at its end, for the root is often close to one;
        from then on they go half way.
        """
        at = self._excess(now.growth)
        sign = ufl.conditional(self.denser, 1.0, -1.0)
        before = ufl.And(ufl.gt(sign * at.rest, 0.0), ufl.gt(sign * at.distance, 0.0))
        near = ufl.conditional(before, now.growth, now.near)
        far = ufl.conditional(before, now.far, now.growth)
        newton = now.growth + at.newton
        over = ufl.gt(sign * (newton - far), BESIDE)
        outside = ufl.Or(over, ufl.gt(sign * (near - newton), BESIDE))
        farthest = FARTHEST * near + (FARTHEST - 1) * self.eta
        end = ufl.conditional(over, ufl.min_value(far, farthest), near)
        half_way = ufl.min_value((near + far) / 2, farthest)
        other = ufl.conditional(ufl.lt(now.stopped, 0.5), end, half_way)
        return _Bracketed(
            ufl.conditional(outside, other, newton),
            near,
            far,
            ufl.conditional(outside, 1.0, now.stopped),
        )

    def _excess(self, growth: Expr) -> _Excess:
        """Return the equation at a growth of eta."""
        axes = self.cap.axes(self.eta + growth)
        a, r, d_r, three = axes.pressure, axes.ratio, axes.d_ratio, 3 * self.shear
        porosity = self.porosity * ufl.exp(-growth)
        v = _log_of_one_and(self.porosity * _gone(growth) / (1 - self.porosity))
        d_v = porosity / (1 - porosity)
        distance = self.p - self.bulk * v - axes.centre
        d_distance = -self.bulk * d_v - axes.d_centre
        driving = distance + three * v * r * r
        d_driving = d_distance + three * (d_v * r * r + 2 * v * r * d_r)
        root = ufl.sqrt(driving * driving + (r * self.q) ** 2)
        d_root = (driving * d_driving + r * d_r * self.q**2) / root
        widening = 1 + self.delay * ufl.max_value(-growth, 0.0)
        d_widening = -self.delay * ufl.conditional(ufl.lt(growth, 0.0), 1.0, 0.0)
        slope = d_distance * root + distance * d_root
        slope -= (axes.d_pressure * driving + a * d_driving) * widening + a * driving * d_widening
        rest = distance * root - a * driving * widening
        return _Excess(axes, rest, slope, v, distance, driving, root, widening)


def _gone(growth: Expr) -> Expr:
    """Return 1 - exp(-x), whose error is relative to itself."""
    x = ufl.as_ufl(growth)
    series = x * (1 - x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x / 120))))
    return ufl.conditional(ufl.lt(abs(x), SMALL), series, 1 - ufl.exp(-x))


def _log_of_one_and(x: Expr) -> Expr:
    """Return ln(1 + x), whose error is relative to itself."""
    series = x * (1 - x * (1 / 2 - x * (1 / 3 - x * (1 / 4 - x / 5))))
    return ufl.conditional(ufl.lt(abs(x), SMALL), series, ufl.ln(1 + x))
