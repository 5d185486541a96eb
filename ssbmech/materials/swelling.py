# SPDX-License-Identifier: BSD-3-Clause
"""Free strain of hosts: how an active material would change its shape without stress."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

import ufl

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Surroundings
from ssbmech.memory import StateVariable
from ssbmech.parameter import parameter, table, validate_parameters


class Swelling(Protocol):
    """Role of a swelling law without memory: the strain that the content causes without stress."""

    def strain(self, x: Expr, axis: Expr) -> Expr:
        """Return the free strain, shape (3, 3) [1].

        It counts from the reference state of the law's own data, not from a body's initial content.

        Args:
            x: content [1].
            axis: unit vector, shape (3,), of the crystal's c-axis; isotropic laws ignore it.
        """

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return the derivative of the free strain by the content, shape (3, 3) [1]."""


@runtime_checkable
class LargeSwelling(Protocol):
    """Role of a swelling law of large changes, whose stress works on more than its strain tells."""

    def work_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return the work of a stress per content and volume of the reference state, over it [1].

        Its shape is (3, 3); for small changes it is the derivative of the free strain.
        """


def work_per_content(law: Swelling, x: Expr, axis: Expr) -> Expr:
    """Return by what tensor a stress changes the potential of lithium, times c_max [1].

    Args:
        law: swelling law.
        x: content [1].
        axis: unit vector, shape (3,), of the crystal's c-axis.
    """
    if isinstance(law, LargeSwelling):
        return law.work_per_content(x, axis)
    return law.strain_per_content(x, axis)


class RememberingSwelling(Protocol):
    """Role of a swelling law with memory, such as damage or pores that fill."""

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """What it carries from step to step, at the integration points."""

    def strain(self, x: Expr, axis: Expr, state: Mapping[str, Expr]) -> Expr:
        """Return the free strain as a `Swelling` does, for states at the start of the step."""

    def strain_per_content(self, x: Expr, axis: Expr, state: Mapping[str, Expr]) -> Expr:
        """Return its derivative by the content, shape (3, 3) [1]."""

    def end_of_step(self, around: Surroundings) -> Mapping[str, Expr]:
        """Return the states at the end of the step, from those at its start and the content."""


@dataclass(frozen=True)
class _Recalled:
    """A swelling law with memory at one state."""

    law: RememberingSwelling
    state: Mapping[str, Expr]

    def strain(self, x: Expr, axis: Expr) -> Expr:
        return self.law.strain(x, axis, self.state)

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        return self.law.strain_per_content(x, axis, self.state)


def recalled(law: Any, variables: Sequence[StateVariable], state: Mapping[str, Expr]) -> Swelling:
    """Return a swelling law as it is in a state.

    Args:
        law: the law, a `RememberingSwelling` if it has variables.
        variables: what it carries from step to step.
        state: states at the start of the step, those of other laws among them.
    """
    if not variables:
        return cast("Swelling", law)
    return _Recalled(law, {variable.name: state[variable.name] for variable in variables})


@dataclass(frozen=True)
class NoSwelling:
    """A host that keeps its volume."""

    def strain(self, x: Expr, axis: Expr) -> Expr:
        """Return zero."""
        return ufl.zero(3, 3)

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return zero."""
        return ufl.zero(3, 3)


LARGEST_CHANGE = 0.25
"""Change of volume within a table up to which small strain is taken for granted [1]."""


def check_change(name: str, curve: Curve, allowed: float | None) -> None:
    """Refuse a table whose volume changes by more than small strains can tell.

    Args:
        name: name of the law, for the message.
        curve: relative volume change against content [1].
        allowed: largest change of volume from the least to the largest of the table [1]; None for
            `LARGEST_CHANGE`.

    Raises:
        ParameterError: it changes by more.
    """
    change = (1 + max(curve.y)) / (1 + min(curve.y)) - 1
    if change > (LARGEST_CHANGE if allowed is None else allowed):
        off = 3 * ((1 + change) ** (1 / 3) - 1) / change - 1
        raise ParameterError(
            f"{name}: the volume changes by {change:.0%} over the table, which small strains "
            f"cannot tell: three times the strain of an axis is off by {off:.1%}, and so is the "
            "thickness of a layer that is held at its sides. Cut the table to the contents in "
            f"use, or give allowed={math.ceil(change * 10) / 10:g} to take that error"
        )


def _allowed() -> Any:
    """Declare the largest change of volume that a law is trusted with."""
    return parameter(
        "1", low=0.0, high=10.0, default=None, doc="largest change of volume", stated_if_given=True
    )


@dataclass(frozen=True)
class _TabulatedVolume:
    """A volume change by content, refused where it is beyond what is allowed."""

    curve: Curve = table(
        "1", low=-0.5, high=4.0, doc="relative volume change against content, as a fraction"
    )
    allowed: float | None = _allowed()

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        check_change(type(self).__name__, self.curve, self.allowed)


@dataclass(frozen=True)
class VolumeSwelling(_TabulatedVolume):
    r"""Isotropic swelling with a tabulated volume, exact for lengths.

    .. math:: \varepsilon = \left[(1 + \Delta V / V_0)^{1/3} - 1\right] I

    The diameter of a free particle is that of its volume. Its trace is the change of volume up to
    second order only: a layer that is held at its sides changes its thickness by too little, by
    1.6 % of the change at 5 %, by 7 % at 25 %. `LinearVolumeSwelling` is exact for that.

    Raises:
        ParameterError: a volume change lies outside the bounds, as in a table in percent, or is
            beyond what is allowed, `LARGEST_CHANGE` where nothing is given.
    """

    def strain(self, x: Expr, axis: Expr) -> Expr:
        """Return the free strain from the volume of the table's reference state [1]."""
        return ((1 + self.curve.value(x)) ** (1 / 3) - 1) * ufl.Identity(3)

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return the derivative of the free strain by the content [1]."""
        stretch = (1 + self.curve.value(x)) ** (-2 / 3)
        return self.curve.slope(x) * stretch / 3 * ufl.Identity(3)


@dataclass(frozen=True)
class LinearVolumeSwelling(_TabulatedVolume):
    r"""Isotropic swelling with a tabulated volume, exact for volumes.

    .. math:: \varepsilon = \tfrac13 \frac{\Delta V}{V_0} I

    A layer that is held at its sides and flows changes its thickness by just the change of volume.
    The diameter of a free particle changes by too much, by 8 % of its change at 25 %.

    Raises:
        ParameterError: a volume change lies outside the bounds, as in a table in percent, or is
            beyond what is allowed, `LARGEST_CHANGE` where nothing is given.
    """

    def strain(self, x: Expr, axis: Expr) -> Expr:
        """Return the free strain from the volume of the table's reference state [1]."""
        return self.curve.value(x) / 3 * ufl.Identity(3)

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return the derivative of the free strain by the content [1]."""
        return self.curve.slope(x) / 3 * ufl.Identity(3)


@dataclass(frozen=True)
class LogarithmicVolumeSwelling(_TabulatedVolume):
    r"""Isotropic swelling with a tabulated volume, exact where strains are logarithms.

    .. math:: \varepsilon = \tfrac13 \ln\left( 1 + \frac{\Delta V}{V_0} \right) I

    It is for layers that are held at their sides, whose strain is the logarithm of their height
    whatever its size: the height is then that of large strains. A stress works on the volume of the
    present, so that the potential of lithium changes by
    :math:`p \, (d\Delta V / dx) / (V_0 c_{max})`. Any other body must keep to small strains.

    Raises:
        ParameterError: a volume change lies outside the bounds, as in a table in percent, or is
            beyond what is allowed, `LARGEST_CHANGE` where nothing is given.
    """

    def strain(self, x: Expr, axis: Expr) -> Expr:
        """Return the free strain from the volume of the table's reference state [1]."""
        return ufl.ln(1 + self.curve.value(x)) / 3 * ufl.Identity(3)

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return the derivative of the free strain by the content [1]."""
        return self.work_per_content(x, axis) / (1 + self.curve.value(x))

    def work_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return a third of the derivative of the volume by the content [1]."""
        return self.curve.slope(x) / 3 * ufl.Identity(3)


@dataclass(frozen=True)
class ConstantMolarVolume:
    r"""Isotropic swelling in proportion to the content, from the empty host.

    .. math:: \varepsilon = \tfrac13 \Omega c_{max} x \, I

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    omega: float = parameter(
        "m3/mol", low=-1e-4, high=1e-4, doc="partial molar volume of lithium in the host"
    )
    c_max: float = parameter(
        "mol/m3", low=0.0, low_open=True, doc="lithium in the full host, as in the host"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def strain(self, x: Expr, axis: Expr) -> Expr:
        """Return the free strain from the empty host [1]."""
        return x * self.strain_per_content(x, axis)

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return the derivative of the free strain by the content [1]."""
        return self.omega * self.c_max / 3 * ufl.Identity(3)


@dataclass(frozen=True)
class LayeredSwelling:
    r"""Swelling of a layered crystal in proportion to the content, from the empty host.

    .. math:: \varepsilon = \tfrac13 \Omega c_{max} x
              \left[\beta_a (I - a \otimes a) + \beta_c \, a \otimes a\right]

    The layers spread and close up as lithium enters. The default factors 2 and -1 are those of NMC
    [asheri2023]; they hold above x = 0.4, below which the layers collapse and the sign of
    :math:`\beta_c` turns.

    Raises:
        ParameterError: a constant is out of its bounds, or the factors do not sum up to the volume.
    """

    omega: float = parameter(
        "m3/mol", low=-1e-4, high=1e-4, doc="partial molar volume of lithium in the host"
    )
    c_max: float = parameter(
        "mol/m3", low=0.0, low_open=True, doc="lithium in the full host, as in the host"
    )
    in_plane: float = parameter("1", default=2.0, doc="factor of the strain along the layers")
    along_axis: float = parameter("1", default=-1.0, doc="factor of the strain across the layers")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds and the sum of the factors."""
        validate_parameters(self)
        total = 2 * self.in_plane + self.along_axis
        if not math.isclose(total, 3.0, rel_tol=1e-9):
            raise ParameterError(
                f"LayeredSwelling: 2 in_plane + along_axis = {total:g}: expected 3, "
                "so that the volume grows by omega per mole"
            )

    def strain(self, x: Expr, axis: Expr) -> Expr:
        """Return the free strain from the empty host [1]."""
        return x * self.strain_per_content(x, axis)

    def strain_per_content(self, x: Expr, axis: Expr) -> Expr:
        """Return the derivative of the free strain by the content [1]."""
        across = ufl.outer(axis, axis)
        shape = self.in_plane * (ufl.Identity(3) - across) + self.along_axis * across
        return self.omega * self.c_max / 3 * shape
