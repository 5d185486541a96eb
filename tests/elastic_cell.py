# SPDX-License-Identifier: BSD-3-Clause
"""Stacks of elastic bodies, for tests of contact, charge and fixtures against closed forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

import ssbmech as ssb
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor, Metal
from ssbmech.model.body import BodyModel
from ssbmech.model.surface import SurfaceModel
from ssbmech.solve.unknowns import Unknown
from ssbmech.units import A_per_m2, GPa, MPa, S_per_m, cm3_per_mol, um
from tests.parts import Contact, Sticking, Transfer, part

Floats = npt.NDArray[np.float64]

WORKING, COUNTER = "negative|separator", "positive|separator"
METAL = Material(
    "metal", Elastic(young=5 * GPa, poisson=0.3), metal=Metal(molar_volume=13 * cm3_per_mol)
)
ELECTROLYTE = Material(
    "electrolyte",
    Elastic(young=20 * GPa, poisson=0.25),
    conductor=IonConductor(conductivity=0.1 * S_per_m),
)
LAYERS = (
    ssb.Layer("negative", 5 * um),
    ssb.Layer("separator", 20 * um),
    ssb.Layer("positive", 8 * um),
)


def stack_of(layers: Sequence[ssb.Layer]) -> ssb.Stack:
    """Return a coarse stack in plane strain, with a few facets in each interface."""
    return ssb.Stack(
        frame=ssb.PlaneStrain(),
        width=12 * um,
        layers=tuple(layers),
        size_interface=3 * um,
        size_bulk=5 * um,
    )


def symmetric_cell(**changes: Any) -> ssb.Case:
    """Return metal | electrolyte | metal between rigid walls under a constant force of 30 MPa."""
    case = ssb.Case(
        name="symmetric",
        geometry=stack_of(LAYERS),
        bodies=(
            ssb.Body.single("negative", METAL),
            ssb.Body.single("separator", ELECTROLYTE),
            ssb.Body.single("positive", METAL),
        ),
        interfaces=tuple(
            ssb.Interface(name, kinetics=ssb.ButlerVolmer(i_0=20 * A_per_m2))
            for name in (WORKING, COUNTER)
        ),
        supports=rollers("bottom", "left", "right"),
        fixture=ssb.ConstantForce(preload=30 * MPa),
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=(ssb.Preload(1.0),),
        step_control=ssb.PrescribedSteps([]),
        scales=ssb.Scales(stress=10 * MPa),
        newton=ssb.NewtonSettings(tolerance=1e-10, max_growth=1e6),
    )
    return replace(case, **changes)


def one_sided_cell(**changes: Any) -> ssb.Case:
    """Return metal | electrolyte; the current leaves through the top, held at zero potential."""
    cell = symmetric_cell()
    outer_face = ssb.FacePotential("top", lambda x: np.zeros(x.shape[1]))
    case = replace(
        cell,
        name="one_sided",
        geometry=stack_of(LAYERS[:2]),
        bodies=cell.bodies[:2],
        interfaces=cell.interfaces[:1],
        electrodes=ssb.Electrodes(working=WORKING),
        loads=ssb.Loads(face_potentials=(outer_face,)),
    )
    return replace(case, **changes)


def oedometer_modulus(material: Material) -> float:
    """Return stress over strain of a layer that cannot widen [Pa]."""
    solid = material.solid
    assert isinstance(solid, Elastic)
    nu = solid.poisson
    return solid.young * (1 - nu) / ((1 + nu) * (1 - 2 * nu))


def walls(frame: ssb.PlaneStrain | ssb.ThreeDimensional | ssb.Axisymmetric) -> tuple[str, ...]:
    """Return the names of the lateral faces of a stack."""
    return ("left", "right", "front", "back") if frame.dim == 3 else ("left", "right")


def rollers(*faces: str) -> tuple[ssb.Roller, ...]:
    """Return a roller on each face."""
    return tuple(ssb.Roller(face) for face in faces)


@dataclass(frozen=True)
class FacetFields:
    """Fields of an interface on the facets of all ranks, ordered by x.

    Attributes:
        x: midpoints [m].
        area: areas [m2]; in plane strain the lengths [m].
        p_contact: contact pressure [Pa].
        gap: gap [m].
        shear: shear traction of sticking contact, a row per facet [Pa]; None if frictionless.
        i_normal: current density [A/m2]; None without charge transfer.
        closed: whether the facet is in contact.
    """

    x: Floats
    area: Floats
    p_contact: Floats
    gap: Floats
    shear: Floats | None
    i_normal: Floats | None
    closed: npt.NDArray[np.bool_]

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """Left and right ends of the facets of a two-dimensional interface [m]."""
        return self.x - 0.5 * self.area, self.x + 0.5 * self.area


def facet_fields(surface: SurfaceModel) -> FacetFields:
    """Return the fields of an interface, the same on all ranks; collective."""
    n = surface.gap.owned
    x = surface.gap.function.function_space.tabulate_dof_coordinates()[:n]
    everywhere = [gather(x), gather(surface.areas)]
    order = np.lexsort(everywhere[0].T[::-1])

    def values(unknown: Unknown | None) -> Floats | None:
        if unknown is None:
            return None
        array = unknown.function.x.array[: unknown.owned]
        return gather(array.reshape(n, unknown.block_size) if unknown.block_size > 1 else array)[
            order
        ]

    return FacetFields(
        x=everywhere[0][order, 0],
        area=everywhere[1][order],
        p_contact=values(surface.p_contact),
        gap=values(surface.gap),
        shear=values(getattr(part(surface, Sticking), "shear", None)),
        i_normal=values(getattr(part(surface, Transfer), "i_normal", None)),
        closed=gather(part(surface, Contact).closed())[order],
    )


def gather(local: npt.NDArray) -> npt.NDArray:
    """Return the arrays of all ranks, one after the other; collective."""
    return np.concatenate(MPI.COMM_WORLD.allgather(np.asarray(local)))


def displacement_error(body: BodyModel, exact: Callable[[Floats], Sequence[Floats]]) -> float:
    """Return the largest nodal error of a displacement, whatever the component [m]; collective."""
    space = body.u.function.function_space
    x = space.tabulate_dof_coordinates().T
    u = body.u.function.x.array.reshape(-1, body.frame.dim).T
    error = float(np.max(np.abs(u - np.asarray(exact(x))), initial=0.0))
    return largest(error)


def nodal_values(body: BodyModel) -> Floats:
    """Return the displacement of this rank's nodes, a row per component [m]."""
    return body.u.function.x.array.reshape(-1, body.frame.dim).T.copy()


def largest(value: float) -> float:
    """Return the largest value on any rank; collective."""
    return float(MPI.COMM_WORLD.allreduce(float(value), op=MPI.MAX))
