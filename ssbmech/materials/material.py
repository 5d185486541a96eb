# SPDX-License-Identifier: BSD-3-Clause
"""A material: the laws and constants of one substance, and where each number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ssbmech.errors import ParameterError
from ssbmech.materials.brittle import Brittle
from ssbmech.materials.elastic import Compacting, Solid
from ssbmech.materials.host import Host
from ssbmech.materials.transport import Conductor, DensityDependent, Electronic, Metal
from ssbmech.parameter import (
    NOT_DESCRIBED,
    STATED_IF_GIVEN,
    Source,
    describe,
    parameter,
    validate_parameters,
)
from ssbmech.plausible import LEAST_STRESS, PRESSURE_HINT


@dataclass(frozen=True)
class Material:
    """The laws of one substance.

    A material conducts ions if it has a conductor, can be stripped and plated if it has a metal,
    and takes up lithium in its bulk if it has a host. The sources are for readers and manifests;
    the model never looks at them.

    Attributes:
        name: Name shown in tables, legends and messages.
        solid: Mechanical law.
        conductor: Ionic conduction, None for an ion-blocking substance.
        metal: Electrode metal, None for a substance that is neither stripped nor plated.
        host: Host of lithium, None for a substance that takes up none.
        electronic: Electronic conduction; only bodies that name their feed look at it.
        thermal_expansion: Linear expansion of the free solid per kelvin, the same in all directions
            [1/K]; None for a solid that does not expand.
        melting_point: Temperature at which it is no solid any more [K]; None if that is not known.
        freezing_point: Temperature below which a liquid is none [K]; None for a solid.
        fracture: Toughness and flaws of a brittle solid, None if they are not known. No result of a
            run depends on them: `ssbmech fracture` judges it afterwards.
        sources: Source of each number by its path, such as "solid.flow.rate"; may be empty.

    Raises:
        ParameterError: The name is empty, a number is out of its bounds, a source belongs to no
            number of the material, or the conductor asks for a density that the solid has not.
    """

    name: str
    solid: Solid
    conductor: Conductor | None = None
    metal: Metal | None = None
    host: Host | None = None
    electronic: Electronic | None = None
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, metadata=NOT_DESCRIBED
    )
    thermal_expansion: float | None = parameter(
        "1/K", low=-1e-3, high=1e-3, default=None, doc="thermal expansion", stated_if_given=True
    )
    melting_point: float | None = parameter(
        "K", low=0.0, low_open=True, default=None, doc="melting point", stated_if_given=True
    )
    freezing_point: float | None = parameter(
        "K", low=0.0, low_open=True, default=None, doc="freezing point", stated_if_given=True
    )
    strength: float | None = parameter(
        "Pa",
        low=LEAST_STRESS,
        hint=PRESSURE_HINT,
        default=None,
        doc="tension that it bears; nothing cracks, but a run says where it is passed",
        stated_if_given=True,
    )
    fracture: Brittle | None = field(default=None, metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Convert to SI, and check the bounds, the name and the paths of the sources."""
        validate_parameters(self)
        if not self.name:
            raise ParameterError("a material needs a name that is not empty")
        porous = isinstance(self.conductor, DensityDependent)
        if porous and not isinstance(self.solid, Compacting):
            raise ParameterError(
                f'material "{self.name}": its conductivity depends on the density, but its solid '
                f"({type(self.solid).__name__}) has none: take a CapLaw, or give an IonConductor"
            )
        known = self._numbers()
        for path in self.sources:
            if path not in known:
                raise ParameterError(
                    f'material "{self.name}": a source is given for "{path}", '
                    f"which is none of its numbers: {', '.join(known)}"
                )

    @property
    def laws(self) -> tuple[object, ...]:
        """Laws that may carry states from step to step."""
        return (self.solid,) if self.host is None else (self.solid, self.host.swelling)

    def unsourced(self) -> tuple[str, ...]:
        """Return the paths of the numbers that have no source."""
        return tuple(path for path in self._numbers() if path not in self.sources)

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The host of lithium, or nothing."""
        return () if self.host is None else (self.host,)

    @property
    def metals(self) -> tuple[Metal, ...]:
        """The electrode metal, or nothing."""
        return () if self.metal is None else (self.metal,)

    def _numbers(self) -> list[str]:
        return [row["name"] for row in describe(self) if row["unit"]]
