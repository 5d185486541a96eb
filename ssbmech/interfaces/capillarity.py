# SPDX-License-Identifier: BSD-3-Clause
r"""Capillarity of a metal's bare surface, where it is the wall of a void.

The surface has an energy :math:`\gamma` per area. Metal that is added to it where it bulges has to
make more of it: there it has the pressure :math:`\pi = \gamma \kappa`, with the curvature
:math:`\kappa`, and the chemical potential :math:`\Omega \pi` (Herring 1951). So the surface presses
on the metal below, and metal diffuses along it from crests to troughs (Mullins 1957). The volume
that passes a line on it, per its length, is

.. math:: q = -B \nabla_s \pi, \quad B = \frac{\Omega \, \delta_s D_s}{R T}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ssbmech.interfaces.diffusion import InterfaceDiffusion
from ssbmech.parameter import NOT_DESCRIBED, Source, parameter, validate_parameters


@dataclass(frozen=True)
class Capillarity:
    r"""Energy of the bare surface of a metal that moves, and diffusion along it.

    Attributes:
        diffusion: diffusion along the bare surface, with :math:`\delta_s D_s` as its diffusivity
            times width; None for none, when the surface presses on the metal and no more.
        sources: source of each number by its path; may be empty.

    Raises:
        ParameterError: the energy is out of its bounds.
    """

    surface_energy: float = parameter(
        "J/m2", low=0.0, low_open=True, high=10.0, doc="energy of the bare surface, gamma"
    )
    diffusion: InterfaceDiffusion | None = None
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
