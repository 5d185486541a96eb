# SPDX-License-Identifier: BSD-3-Clause
r"""An interface: the surface between two bodies, with the laws that act across it.

The interface "minus|plus" has its unit normal pointing from minus to plus. The gap is

.. math:: g = g_0 + (u_{plus} - u_{minus}) \cdot n + s

with the initial gap g0 and the thickness s of metal stripped (minus plated) from the minus body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ssbmech.errors import CaseError
from ssbmech.extensions import OwnPart
from ssbmech.interfaces.capillarity import Capillarity
from ssbmech.interfaces.cohesion import Adhesion
from ssbmech.interfaces.contact import Contact, Frictionless
from ssbmech.interfaces.diffusion import InterfaceDiffusion
from ssbmech.interfaces.directors import Directors, MeanNormals
from ssbmech.interfaces.filling import CrackFilling
from ssbmech.interfaces.interlayer import PorousInterlayer
from ssbmech.interfaces.kinetics import ChargeTransfer
from ssbmech.interfaces.point import SurfaceLaw
from ssbmech.parameter import STATED_IF_GIVEN, validate_parameters

GapProfile = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Initial gap [m] of positions with shape (3, n) [m]."""

ActivityProfile = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Factor on the exchange current [1], zero or more, at positions with shape (3, n) [m]."""


@dataclass(frozen=True)
class Interface:
    """Two touching bodies and the laws between them.

    Attributes:
        name: "minus|plus", the names of the two bodies.
        contact: contact law.
        kinetics: charge transfer from the minus body (metal or host) to the plus body
            (electrolyte); None if none.
        kinetics_of: charge transfer of regions of the minus body that have a law of their own.
        adhesion: bond between the bodies; None if they only touch.
        initial_gap: gap before anything moves; None for perfect contact.
        activity: factor on the exchange current by position; where it is zero no current passes.
            None for one everywhere. A facet has the factor of its midpoint. Where the
            minus body moves a vertex has the mean of the facets around it.
        diffusion: metal of the minus body that moves along the interface; None if none does.
        capillarity: energy of the bare surface of a minus body that moves, and diffusion along it;
            None for neither.
        directors: lines along which the surface of a minus body that moves goes; None for the mean
            normals of facets.
        interlayer: layer on the plus body that stores lithium, with the metal of the minus body
            behind it; None if there is none.
        laws: further laws, with states of their own.
        parts: further physics with unknowns or terms of its own.
        filling: metal that is plated into the interface where its bond is broken; None for none.

    Raises:
        CaseError: the name does not name two different bodies, the gap is not a profile, a bond
            spans a gap or sticks as well, metal fills what is not bonded or reacts itself, or a law
            or part is none.
    """

    name: str
    contact: Contact = field(default_factory=Frictionless)
    kinetics: ChargeTransfer | None = None
    kinetics_of: Mapping[str, ChargeTransfer] = field(default_factory=dict)
    adhesion: Adhesion | None = None
    initial_gap: GapProfile | None = None
    activity: ActivityProfile | None = field(default=None, metadata=STATED_IF_GIVEN)
    diffusion: InterfaceDiffusion | None = field(default=None, metadata=STATED_IF_GIVEN)
    capillarity: Capillarity | None = field(default=None, metadata=STATED_IF_GIVEN)
    directors: Directors | None = field(default=None, metadata=STATED_IF_GIVEN)
    interlayer: PorousInterlayer | None = field(default=None, metadata=STATED_IF_GIVEN)
    laws: tuple[SurfaceLaw, ...] = field(default=(), metadata=STATED_IF_GIVEN)
    parts: tuple[OwnPart, ...] = field(default=(), metadata=STATED_IF_GIVEN)
    filling: CrackFilling | None = field(default=None, metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Check the name."""
        validate_parameters(self)
        sides = self.name.split("|")
        if len(sides) != 2 or not all(sides) or sides[0] == sides[1]:
            raise CaseError(
                f"interface name {self.name!r} does not name two bodies: "
                "write 'minus|plus', for example 'negative|separator'"
            )
        if self.activity is not None and not self.reacts:
            raise CaseError(
                f"interface {self.name!r} has an activity, but no charge-transfer law that it "
                "could scale: give kinetics"
            )

        if self.adhesion is not None and (self.initial_gap is not None or self.contact.sticks):
            raise CaseError(
                f"interface {self.name!r}: a bond begins closed and carries shear itself: give no "
                "initial gap with an adhesion law, and frictionless contact"
            )
        if self.filling is not None and (self.adhesion is None or self.reacts):
            raise CaseError(
                f"interface {self.name!r}: metal fills a crack of the electrolyte, whose walls are "
                "bonded until they break and react with nothing else: give an adhesion law, and "
                "no kinetics but that of the filling"
            )

    @property
    def reacts(self) -> bool:
        """Whether charge passes anywhere on the interface."""
        return self.kinetics is not None or bool(self.kinetics_of)

    @property
    def diffuses(self) -> bool:
        """Whether metal moves along it, in contact or where it is bare."""
        bare = self.capillarity is not None and self.capillarity.diffusion is not None
        return self.diffusion is not None or bare

    @property
    def lines(self) -> Directors:
        """Lines along which the surface of a minus body that moves goes."""
        return MeanNormals() if self.directors is None else self.directors

    @property
    def ties(self) -> bool:
        """Whether it keeps its bodies from sliding along each other."""
        return self.adhesion is not None or self.contact.sticks

    @property
    def filling_laws(self) -> tuple[object, ...]:
        """Laws of the metal that fills it, or nothing."""
        return () if self.filling is None else (self.filling.kinetics, self.filling.flow)

    def kinetics_at(self, region: str) -> ChargeTransfer | None:
        """Return the charge-transfer law next to a region of the minus body."""
        return self.kinetics_of.get(region, self.kinetics)

    @property
    def charge_transfers(self) -> dict[str, ChargeTransfer]:
        """Charge-transfer laws: that of the whole interface under an empty name, then by region."""
        whole = {} if self.kinetics is None else {"": self.kinetics}
        return {**whole, **self.kinetics_of}

    def reacts_at(self, region: str) -> bool:
        """Return whether charge passes next to a region of the minus body."""
        return self.kinetics_at(region) is not None

    @property
    def minus(self) -> str:
        """Name of the body the normal points away from."""
        return self.name.split("|")[0]

    @property
    def plus(self) -> str:
        """Name of the body the normal points into."""
        return self.name.split("|")[1]
