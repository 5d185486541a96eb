# SPDX-License-Identifier: BSD-3-Clause
"""Bodies of a case: regions bonded to each other, with their materials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ssbmech.case.remeshing import Remeshing
from ssbmech.errors import CaseError
from ssbmech.extensions import OwnPart
from ssbmech.interfaces.directors import ParallelDirectors
from ssbmech.interfaces.exhaustion import Exhaustion
from ssbmech.materials.elastic import Compacting
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import LogarithmicVolumeSwelling, NoSwelling
from ssbmech.parameter import STATED_IF_GIVEN, validate_parameters
from ssbmech.plausible import check_file_name, check_name

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Body:
    """Regions bonded to each other.

    Attributes:
        name: name of the body.
        materials: material by region; the regions share their displacement where they touch.
        content: initial lithium content c / c_max of each region that hosts lithium; there the body
            is free of stress [1].
        crystal_axis: unit vectors (3, n) along the crystals' c-axes at positions (3, n) [m], for
            hosts that swell by direction; None for z everywhere.
        feed: outer face through which electrons come and go; the body then conducts them with the
            conductivity of its materials. None for one potential throughout.
        parts: further physics with unknowns or terms of its own.
        moves: whether its mesh moves; strains then count from step to step. That of a metal
            follows what is stripped, plated and flows: one region, at the minus side of its
            interfaces. An elastic solid, one that densifies or a host goes along with its mesh,
            whatever it turns, swells and is pressed.
        logarithmic: whether it is a layer, held at its sides, whose height may change by any
            amount: its strain along the stack is the logarithm of its stretch, and nothing in it
            moves sideways.
        exhaustion: how stripping ends where a metal that moves has no more to give: current then
            goes to where metal is left, and a step ends where there is none. Without it a step ends
            as soon as metal is used up somewhere.
        remeshing: when the cells of a body that moves are made anew; None for never.
        front: line along which vertices of the free faces of a metal that moves go, for faces that
            are a graph over it, as the front of metal in a channel; None for with the metal.

    Raises:
        CaseError: there is no region, something else than a material, a content for a region that
            hosts no lithium, a feed for a material that does not conduct electrons, an exhaustion
            law or remeshing for what does not move, or a swelling of small strains for a body that
            is logarithmic.
    """

    name: str
    materials: Mapping[str, Material]
    content: Mapping[str, float] = field(default_factory=dict)
    crystal_axis: Callable[[Array], Array] | None = None
    feed: str | None = None
    parts: tuple[OwnPart, ...] = field(default=(), metadata=STATED_IF_GIVEN)
    moves: bool = field(default=False, metadata=STATED_IF_GIVEN)
    exhaustion: Exhaustion | None = field(default=None, metadata=STATED_IF_GIVEN)
    remeshing: Remeshing | None = field(default=None, metadata=STATED_IF_GIVEN)
    logarithmic: bool = field(default=False, metadata=STATED_IF_GIVEN)
    front: ParallelDirectors | None = field(default=None, metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Check that there are materials, and that they are materials."""
        validate_parameters(self)
        check_file_name(self.name, "Body.name")
        for region in self.materials:
            check_name(region, f"a region of body {self.name!r}")
        if not self.materials:
            raise CaseError(f"body {self.name!r} has no region: give its material by region")
        blind = [m.name for m in self.materials.values() if m.electronic is None]
        if self.feed is not None and blind:
            raise CaseError(
                f"body {self.name!r} is fed with electrons through {self.feed!r}, but {blind[0]!r} "
                "has no electronic conductivity: give Material(..., electronic="
                "ElectronConductor(...))"
            )
        if self.exhaustion is not None and not self.moves:
            raise CaseError(
                f"body {self.name!r} has an exhaustion law but does not move: how thick its metal "
                "is would not be known; give moves=True, or leave the law out"
            )
        if self.remeshing is not None and not self.moves:
            raise CaseError(
                f"body {self.name!r} is to be meshed anew but does not move: its mesh never "
                "changes; give moves=True, or leave the remeshing out"
            )
        if self.front is not None and (not self.moves or self.goes_along):
            raise CaseError(
                f"body {self.name!r} has a front but is no metal that moves: its free faces go "
                "with it; leave the front out"
            )
        if self.logarithmic and self.moves:
            raise CaseError(
                f"body {self.name!r} moves, so that its strains count from step to step and have "
                "any size already: leave logarithmic=True out"
            )
        for material in self.materials.values() if self.logarithmic else ():
            for host in material.hosts:
                if not isinstance(host.swelling, LogarithmicVolumeSwelling | NoSwelling):
                    raise CaseError(
                        f"body {self.name!r} is logarithmic, but {type(host.swelling).__name__} of "
                        f"{material.name!r} is a small strain, and its height would be its "
                        "exponential: give Host(swelling=LogarithmicVolumeSwelling(curve)), or "
                        "leave logarithmic=True out"
                    )
        for region in self.content:
            if region not in self.materials or self.materials[region].host is None:
                raise CaseError(
                    f"body {self.name!r}: an initial lithium content is given for {region!r}, "
                    "which is no region of it that hosts lithium"
                )

    @property
    def goes_along(self) -> bool:
        """Whether it moves whole with its mesh: a solid that is no metal."""
        return self.moves and any(not is_metal(m) for m in self.materials.values())

    @property
    def exhaustions(self) -> tuple[Exhaustion, ...]:
        """The law of exhaustion; empty if there is none."""
        return () if self.exhaustion is None else (self.exhaustion,)

    @property
    def remeshings(self) -> tuple[Remeshing, ...]:
        """When its mesh is made anew; empty if never."""
        return () if self.remeshing is None else (self.remeshing,)

    @classmethod
    def single(
        cls,
        name: str,
        material: Material,
        content: float | None = None,
        moves: bool = False,
        exhaustion: Exhaustion | None = None,
        remeshing: Remeshing | None = None,
    ) -> Body:
        """Return a body of one region that has the body's name.

        Args:
            name: name of body and region.
            material: its material.
            content: initial lithium content, for a host [1].
            moves: whether its mesh follows what is stripped, plated and flows.
            exhaustion: how stripping ends where a metal that moves has no more to give.
            remeshing: when the mesh of a body that moves is made anew.
        """
        contents = {} if content is None else {name: content}
        return cls(
            name,
            {name: material},
            contents,
            moves=moves,
            exhaustion=exhaustion,
            remeshing=remeshing,
        )


def is_metal(material: Material) -> bool:
    """Return whether a material flows through the mesh of a body that moves."""
    hosts = material.host is not None
    return material.solid.flows and not (hosts or isinstance(material.solid, Compacting))
