# SPDX-License-Identifier: BSD-3-Clause
r"""How layers grow with the charge that has passed through their cell.

Charge counts positive on charging. A layer may get thicker by what is added to it, as metal is by
plating, and it may swell by a free strain, as a host does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Protocol

import numpy as np
import ufl

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.laminate.layer import Array
from ssbmech.materials.curve import Curve
from ssbmech.materials.host import Host
from ssbmech.parameter import parameter, table, validate_parameters

SAMPLES = 81
"""Contents at which the swelling law of a host is tabulated [1]."""


@dataclass(frozen=True)
class Grown:
    """Growth at some charges, arrays of one shape.

    Attributes:
        added: thickness added without stress [m].
        added_by: its derivative by the charge [m3/C].
        strain: free logarithmic strain along every axis [1].
        strain_by: its derivative by the charge [m2/C].
    """

    added: Array
    added_by: Array
    strain: Array
    strain_by: Array


class Growth(Protocol):
    """Role of the growth of a layer."""

    def grown(self, charge: Array) -> Grown:
        """Return the growth at charges [C/m2]."""

    def outside(self, charge: Array) -> str:
        """Return in words why charges are beyond what is known; empty where they are not."""


@dataclass(frozen=True)
class NoGrowth:
    """A layer that no charge changes."""

    def grown(self, charge: Array) -> Grown:
        """Return zeros."""
        zero = np.zeros_like(charge)
        return Grown(zero, zero, zero, zero)

    def outside(self, charge: Array) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True)
class MetalGrowth:
    r"""Metal that is plated and stripped over the whole area.

    .. math:: \Delta h = s \frac{V_m}{F} Q

    New metal takes on the strains of the old.

    Attributes:
        arrives: metal plated per electron on charge, s: 1 for an anode, -1 for what is stripped.
        runs_out: True: a layer of it may be used up.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    molar_volume: float = parameter("m3/mol", low=1e-7, high=1e-3, doc="molar volume of the metal")
    arrives: float = parameter("1", low=-1.0, high=1.0, default=1.0, doc="plated per electron")
    runs_out: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def grown(self, charge: Array) -> Grown:
        """Return the metal added."""
        by, zero = self.arrives * self.molar_volume / FARADAY, np.zeros_like(charge)
        return Grown(by * charge, np.full_like(charge, by), zero, zero)

    def outside(self, charge: Array) -> str:
        """Return nothing: the layer itself sees when no metal is left."""
        return ""


@dataclass(frozen=True)
class _HostContent:
    """Content of a host from the charge."""

    volume: Curve = table("1", low=-0.9, high=10.0, doc="relative volume change against content")
    c_max: float = parameter("mol/m3", low=0.0, low_open=True, doc="lithium in the full host")
    dense: float = parameter("m", low=0.0, low_open=True, doc="thickness of its crystals, dense")
    content: float = parameter("1", low=0.0, high=1.0, doc="content at no charge")
    arrives: float = parameter("1", low=-1.0, high=1.0, default=-1.0, doc="inserted per electron")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if not self.volume.low <= self.content <= self.volume.high:
            raise ParameterError(
                f"{type(self).__name__}: the content at no charge, {self.content:g}, is not within "
                f"the table of volumes, {self.volume.low:g} to {self.volume.high:g}"
            )

    @property
    def content_by(self) -> float:
        """Content that a charge brings [m2/C]."""
        return self.arrives / (FARADAY * self.c_max * self.dense)

    def content_at(self, charge: Array) -> Array:
        """Return the content at charges [C/m2]."""
        return np.asarray(self.content + self.content_by * charge)

    def outside(self, charge: Array) -> str:
        """Return which content is beyond the table of volumes, in words."""
        x = self.content_at(charge)
        if np.all((x >= self.volume.low) & (x <= self.volume.high)):
            return ""
        return (
            f"the content {x.min():.4g} to {x.max():.4g} leaves the table of volumes, "
            f"{self.volume.low:g} to {self.volume.high:g}"
        )

    def _volume(self, charge: Array) -> tuple[Array, Array]:
        """Return volume over that at no charge, and its derivative by the charge."""
        x = self.content_at(charge)
        first = 1 + float(self.volume.numeric(self.content))
        by = self.volume.numeric_slope(x) * self.content_by
        return np.asarray((1 + self.volume.numeric(x)) / first), np.asarray(by / first)


@dataclass(frozen=True)
class HostSwelling(_HostContent):
    r"""A dense host that swells alike along every axis: what is held in plane presses.

    .. math:: \varepsilon = \tfrac13 \ln \frac{V(x)}{V(x_0)}, \quad
              x = x_0 + s \frac{Q}{F c_{max} h_{dense}}

    Raises:
        ParameterError: a constant is out of its bounds, or the content is none of the table.
    """

    def grown(self, charge: Array) -> Grown:
        """Return the free strain."""
        ratio, by = self._volume(charge)
        zero = np.zeros_like(charge)
        return Grown(zero, zero, np.log(ratio) / 3, by / (3 * ratio))


@dataclass(frozen=True)
class HostThickness(_HostContent):
    r"""Particles of a host in a layer that follows: all their volume goes into the thickness.

    .. math:: \Delta h = \lambda h_{dense} \left(\frac{V(x)}{V(x_0)} - 1\right)

    Pores take up the rest.

    Raises:
        ParameterError: a constant is out of its bounds, or the content is none of the table.
    """

    followed: float = parameter(
        "1", low=0.0, high=1.0, default=1.0, doc="share of the volume that reaches the thickness"
    )

    def grown(self, charge: Array) -> Grown:
        """Return the thickness added."""
        ratio, by = self._volume(charge)
        zero, share = np.zeros_like(charge), self.followed * self.dense
        return Grown(share * (ratio - 1), share * by, zero, zero)


@cache
def volume_of(host: Host) -> Curve:
    """Return the volume change of a host against its content, over the contents of its potential.

    Volumes are products of stretches along the axes of a crystal, as those of many grains are.
    """
    contents = np.linspace(host.ocv.low, host.ocv.high, SAMPLES)
    return Curve(tuple(contents), tuple(_volume(host, float(x)) for x in contents))


def _volume(host: Host, x: float) -> float:
    strain = host.swelling.strain(x, ufl.as_vector((0.0, 0.0, 1.0)))
    stretches = [1 + float(ufl.as_ufl(strain[axis, axis])(())) for axis in range(3)]
    return float(np.prod(stretches)) - 1
