# SPDX-License-Identifier: BSD-3-Clause
"""What the films of an interface take of the potential that drives its current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import ufl

from ssbmech.errors import CaseError
from ssbmech.frames import Expr
from ssbmech.interfaces.point import InterfacePoint
from ssbmech.kinds import check_kinds
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import CellField
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.surface import FacetSet
from ssbmech.runfolder.quantities import quantity


@runtime_checkable
class PartsFilm(Protocol):
    """Role of a charge-transfer law that tells what drives the reaction behind its film."""

    def overpotential(self, point: InterfacePoint) -> Expr:
        """Return the overpotential of the charge transfer alone [V]."""


@dataclass(frozen=True)
class FilmDrop:
    r"""Potential drop over film and constriction, an output quantity of an interface.

    .. math:: \Delta\phi_f = \Delta\phi - \eta = (R_f + R_c) \frac{i}{\theta}

    Field ``film_drop`` [V], beside the field ``overpotential``, which is :math:`\Delta\phi`: what
    is left of it is the overpotential :math:`\eta` of the charge transfer alone. Where the
    interface is open it is what the film would take if it were closed.

    Attributes:
        interface: name of the interface, ``minus|plus``.
    """

    interface: str

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[CellField]]:
        """Return the field; collective.

        Raises:
            CaseError: there is no such interface, no charge passes it, or its law has no method
                ``overpotential(point)``.
        """
        surface = cell.surfaces.get(self.interface)
        if surface is None:
            known = ", ".join(cell.surfaces)
            raise CaseError(f"FilmDrop: there is no interface {self.interface!r}, only {known}")
        told = f"FilmDrop: interface {self.interface!r} has no charge-transfer law"
        transfer = surface.parts.get(Transfer, told)
        laws: dict[str, PartsFilm] = {}
        for region, law in transfer.laws.items():
            if not isinstance(law, PartsFilm):
                raise CaseError(
                    f"FilmDrop: {type(law).__name__} at {self.interface!r} does not part its film "
                    "from its charge transfer: it has no method overpotential(point)"
                )
            laws[region] = law

        def drop(near: FacetSet) -> Expr:
            if near.region not in laws:
                return ufl.as_ufl(0.0)
            point = surface.point(near.region)
            taken = point.driving - laws[near.region].overpotential(point)
            return transfer.pattern.restrict(taken, 0.0)

        return {self.interface: [CellField(quantity("film_drop"), surface.facet_means(drop))]}
