# SPDX-License-Identifier: BSD-3-Clause
r"""What the fields of a cell are to a linear solver, and the forms that stand for their operators.

A solid that flows at constant volume has a secant shear modulus :math:`G_s`, smaller than its shear
modulus by what flows within the step. With it and the bulk modulus K the pressure sees of the
displacement

.. math:: \frac1K + \frac{0.7}{2 G_s}

and the displacement is preconditioned with the volume term

.. math:: \tfrac13 \int 2 G_s \, div\,u \, div\,v

without which a solid of deviatoric stress alone would have ten soft motions per body instead of the
six rigid ones. Both numbers were found by trial.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech._compat import compile_form, constant
from ssbmech.frames import WeightedMeasure
from ssbmech.materials.elastic import Response
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.model.surface import SurfaceModel
from ssbmech.solve.field_roles import Complementary, Elliptic, Saddle
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]
Means = Callable[[], Array]

SHARE_OF_SHEAR = 0.7
"""Part of the shear compliance that the pressure sees [1]."""

VOLUME_TERM = 1.0 / 3.0
"""Weight of the volume term of solids that flow [1]."""

SPRING = 10.0
"""Stiffness that stands for what lies beneath a facet, over that of an element of its size [1]."""


def elliptic(body: BodyModel, unknown: Unknown, stiffening: Any = None) -> Elliptic:
    """Return the role of a displacement or potential of a body; collective.

    Args:
        body: the body.
        unknown: the field.
        stiffening: bilinear form that is added in the preconditioner.
    """
    quadratic = body.setting.discretisation.degree == 2
    linear = fem.functionspace(body.mesh.mesh, ("Lagrange", 1)) if quadratic else None
    return Elliptic(unknown, linear, stiffening, body.group.entity_maps)


def volume_term(body: BodyModel, material: Material, answer: Response, dx: WeightedMeasure) -> Any:
    """Return the volume term of a region that flows."""
    u, v = ufl.TrialFunction(body.u.function.function_space), body.test(body.u)
    weight = VOLUME_TERM * 2 * _secant(body, material, answer)
    strain = body.frame.strain
    return weight * ufl.tr(strain(u)) * ufl.tr(strain(v)) * dx


def pressure_role(
    body: BodyModel, material: Material, answer: Response, p: Unknown, dx: WeightedMeasure
) -> Saddle:
    """Return the role of the pressure of a region that flows."""
    q, trial = body.test(p), ufl.TrialFunction(p.function.function_space)
    compliance = 1 / answer.bulk + SHARE_OF_SHEAR / (2 * _secant(body, material, answer))
    return Saddle(p, compliance * trial * q * dx, body.group.entity_maps)


def _secant(body: BodyModel, material: Material, answer: Response) -> Any:
    """Return the secant shear modulus [Pa]; a third of the stiffness if a law does not tell."""
    if answer.secant_shear is not None:
        return answer.secant_shear
    return constant(body.mesh.mesh, material.solid.stiffness / 3)


@runtime_checkable
class Stiff(Protocol):
    """Role of a part of a body that tells how stiff its cells are in the present step."""

    def stiffness(self) -> Callable[[], Array]:
        """Return what returns a stiffness of each cell, ghosts too [Pa]; both are collective."""


def softened(body: BodyModel, material: Material, answer: Response) -> Any:
    """Return the stiffness of a region against what presses on it within a step [Pa]."""
    firm = constant(body.mesh.mesh, material.solid.stiffness)
    if answer.secant_shear is None:
        return firm
    return ufl.min_value(3 * answer.secant_shear, firm)


def cell_means(body: BodyModel, regions: Sequence[tuple[Any, WeightedMeasure]]) -> Means:
    """Return what returns the mean of an expression in each cell, ghosts too; both collective.

    Args:
        body: the body.
        regions: expression and measure of each region.
    """
    space = fem.functionspace(body.mesh.mesh, ("DG", 0))
    q, vector = ufl.TestFunction(space), la.vector(space.dofmap.index_map, 1)

    def integrals(form: Any) -> Array:
        vector.array[:] = 0.0
        fem.assemble_vector(vector.array, form)
        vector.scatter_reverse(la.InsertMode.add)
        vector.scatter_forward()
        return np.array(vector.array)

    forms = [
        sum(terms[1:], terms[0])
        for terms in ([v * q * dx for v, dx in regions], [q * dx for _, dx in regions])
    ]
    values, sizes = (compile_form(form, body.group.entity_maps) for form in forms)
    if forms[0].coefficients() or body.case_body.moves:
        return lambda: np.asarray(integrals(values) / integrals(sizes))
    means = integrals(values) / integrals(sizes)
    return lambda: means


def contact_role(surface: SurfaceModel) -> Complementary:
    r"""Return the role of contact pressure and gap, above springs that are softer on larger facets.

    .. math:: k = \frac{10}{h (1/E_- + 1/E_+)}, \quad h = \sqrt{2 A}

    with the area A of a facet; in the plane h is its length. The stiffness of a cell that flows
    falls with its secant shear modulus. At a vertex it is the mean of the facets around it.
    """
    minus, plus, own = surface.mesh.local_cells(surface.parent)
    places, areas = surface.places, surface.places.facet_areas(surface.areas)
    at = places.facets.dofmap.list[own, 0]
    sides = [
        (cells, part.stiffness())
        for side, cells in ((surface.minus, minus), (surface.plus, plus))
        for part in side.parts
        if isinstance(part, Stiff)
    ]
    facets = surface.mesh.mesh.topology.dim
    size = np.sqrt(2 * areas) if facets == 2 else areas

    def springs() -> Array:
        soft = np.zeros(len(areas))
        for cells, stiffness in sides:
            soft[at] += 1.0 / stiffness()[cells]
        return places.of_facets(np.asarray(SPRING / (size * soft), dtype=np.float64))

    return Complementary(surface.p_contact, surface.gap, surface.areas, springs)
