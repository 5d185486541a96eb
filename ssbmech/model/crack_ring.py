# SPDX-License-Identifier: BSD-3-Clause
"""Integrals over the ring around a tip or front of a meshed crack: J and stress intensities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form
from ssbmech.forms import crack_tip
from ssbmech.forms.crack_tip import CrackTip, Singular
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Elastic
from ssbmech.model.cell import CellModel
from ssbmech.model.crack_neighbourhood import CrackEnd, Neighbourhood, all_of_it, place
from ssbmech.model.outputs import Arrays, Scalar, total
from ssbmech.model.parts.momentum import SolidRegion
from ssbmech.runfolder.quantities import Quantity

Array = npt.NDArray[np.float64]


class Ring:
    """What is integrated around a tip or front."""

    def __init__(
        self,
        asked: CrackEnd,
        cell: CellModel,
        length: float,
        share: Callable[[Array], Array] = all_of_it,
    ) -> None:
        """Find what lies around it; collective.

        Args:
            asked: the tip or front.
            cell: cell it is in.
            length: length of the front that is meshed [m], 1 where integrals are per depth [1];
                weighted with `share`.
            share: what part of the front at places (3, n) is meant, between 0 and 1 [1].

        Raises:
            CaseError: a body is not there, moves or is not elastic, or no node lies around the
                front.
        """
        self._asked, self._comm, self._frame = asked, cell.comm, cell.case.geometry.frame
        # what integrals count, for both halves
        self._times = (2.0 if asked.halved else 1.0) / length
        self._near = Neighbourhood(asked, cell, share)

    def released(self, end: str = "") -> Scalar:
        """Return J.

        Args:
            end: end of the column's name.
        """
        name = f"{self._asked.name}{end}"
        j = Quantity(f"energy_release_{name}", "$J$", "J m-2", f"energy release of tip {name}")
        return Scalar(j, self._measure(list(self._released())), self._asked.bodies[0])

    def opened(self, end: str = "") -> Sequence[Scalar]:
        r"""Return :math:`K_I = \sqrt{E' J}` of a tip that only opens; nothing around two solids.

        Args:
            end: end of the column's name.
        """
        solids = self._near.solids
        if len(solids) > 1:
            return ()
        (solid,) = solids
        name, modulus = f"{self._asked.name}{end}", solid.young / (1 - solid.poisson**2)
        j = self._measure(list(self._released()))
        k = Quantity(f"opening_{name}", "$K_I$", "Pa m0.5", f"opening intensity of tip {name}")

        def value(arrays: Arrays) -> float:
            return float(np.sqrt(modulus * max(j(arrays), 0.0)))

        return (Scalar(k, value, self._asked.bodies[0]),)

    def intensities(self, tip: Callable[[Mesh], CrackTip]) -> Iterator[Scalar]:
        """Yield the stress intensities of a tip in a section where they are known."""
        where, name = self._asked.bodies[0], self._asked.name
        solids = self._near.solids
        if self._frame.revolves or len(solids) > 1 or self._asked.halved:
            return
        (solid,) = solids
        for word, symbol, slides in (("opening", "$K_I$", False), ("sliding", "$K_{II}$", True)):
            k = Quantity(f"{word}_{name}", symbol, "Pa m0.5", f"{word} intensity of tip {name}")
            forms = list(self._interaction(tip, solid, slides))
            factor = 0.5 * solid.young / (1 - solid.poisson**2)
            yield Scalar(k, self._measure(forms, factor), where)

    def _measure(self, forms: list[Any], factor: float = 1.0) -> Callable[[Arrays], float]:
        compiled = [compile_form(form, maps) for form, maps in forms]

        def value(_: Arrays) -> float:
            local = sum(float(np.real(fem.assemble_scalar(form))) for form in compiled)
            return factor * self._times * total(local, self._comm)

        return value

    def _released(self) -> Iterator[tuple[Any, Any]]:
        """Yield the forms of J with the maps that they need."""
        for body in self._near.bodies:
            ahead = self._asked.ahead(body.mesh.mesh)
            u, x = body.u.function, place(body)
            shift = self._near.weights[body.name] * ahead
            for name, (region, solid) in self._near.regions[body.name].items():
                energy = _energy(region, solid)
                inside = crack_tip.released(self._frame, u, region.stress, energy, shift, x)
                yield inside * self._near.inside(body, name), None
            for pressure, ds in self._near.pressed(body):
                traction = -pressure * ufl.FacetNormal(body.mesh.mesh)
                yield crack_tip.released_at_faces(traction, u, shift) * ds, None
        for surface in self._near.between():
            p, n, dS = surface.p_contact.function("+"), surface.sides.normal, surface.sides.dS
            ahead = self._asked.ahead(surface.parent)("+")
            for body, side, sign in ((surface.minus, "+", -1.0), (surface.plus, "-", 1.0)):
                slope = ufl.dot(ufl.grad(body.u.function)(side), ahead)
                q = self._near.weights[body.name](side)
                yield -q * sign * p * ufl.dot(n, slope) * dS, surface.entity_maps

    def _interaction(
        self, tip: Callable[[Mesh], CrackTip], solid: Elastic, slides: bool
    ) -> Iterator[tuple[Any, Any]]:
        """Yield the forms of the interaction integral with the maps that they need."""

        def singular(mesh: Mesh) -> Singular:
            return Singular(tip(mesh), solid.young, solid.poisson, slides)

        for body in self._near.bodies:
            field = singular(body.mesh.mesh)
            u, q, x = body.u.function, self._near.weights[body.name], place(body)
            for name, (region, _) in self._near.regions[body.name].items():
                inside = crack_tip.interaction(field, u, region.stress, q, x)
                yield inside * self._near.inside(body, name), None
            normal = ufl.FacetNormal(body.mesh.mesh)
            for pressure, ds in self._near.pressed(body):
                traction = -pressure * normal
                at_faces = crack_tip.interaction_at_even_faces(field, traction, q, x, normal)
                yield at_faces * ds, None
        for surface in self._near.between():
            p, n = surface.p_contact.function("+"), surface.sides.normal
            x, dS = ufl.SpatialCoordinate(surface.parent), surface.sides.dS
            field = singular(surface.parent)
            for body, side, sign in ((surface.minus, "+", 1.0), (surface.plus, "-", -1.0)):
                q = self._near.weights[body.name](side)
                outward = sign * n
                at = crack_tip.interaction_at_faces(field, -p * outward, q, x(side), outward)
                yield at * dS, surface.entity_maps


def _energy(region: SolidRegion, solid: Elastic) -> Expr:
    r"""Return the elastic energy density, :math:`s : s / 4 G + p^2 / 2 K` [J/m3]."""
    deviator, pressure = region.response.deviator, -ufl.tr(region.stress) / 3
    return ufl.inner(deviator, deviator) / (4 * solid.shear) + pressure**2 / (2 * solid.bulk)
