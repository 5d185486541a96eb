# SPDX-License-Identifier: BSD-3-Clause
"""An interface in the model: its facet fields, its memory and its terms on both bodies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import fem, la
from dolfinx.mesh import Mesh

from ssbmech.case.case import Case
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.forms.interface_terms import Sides
from ssbmech.geometry.profiles import gap_values
from ssbmech.geometry.subdomains import InterfaceMesh
from ssbmech.interfaces.interface import Interface
from ssbmech.model.body import BodyModel
from ssbmech.model.bond import BondModel, build_bond
from ssbmech.model.parameters import Knobs
from ssbmech.model.surface_terms import write_forms
from ssbmech.solve.system import FormGroup
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]

ROUNDING = 1e-8
"""Contact pressure over the typical stress that cannot be told from zero [1]."""


@dataclass(eq=False)
class SurfaceModel:
    """An interface with fields that are constant on each facet.

    Attributes:
        interface: the case's interface.
        mesh: oriented facets and surface mesh.
        minus: body that the normal points away from; the metal, with charge transfer.
        plus: body that the normal points into; the electrolyte, with charge transfer.
        p_contact: contact pressure [Pa].
        gap: gap [m].
        shear: shear traction of sticking contact [Pa], else None.
        bond: adhesion between the bodies, None if there is none.
        i_normal: current density, minus to plus [A/m2], None without charge transfer.
        phi_s: electrode potential [V]: one value for the electrode, or the field of a minus body
            that conducts electrons; None without charge transfer.
        initial_gap: gap before anything moves [m].
        stripped: thickness stripped minus plated up to the last committed step [m].
        offset: tangential offset of sticking contact [m].
        molar_volume: volume of electrode metal per mole of charge [m3/mol]; 0 without charge
            transfer, and for a host, which gives lithium from its bulk.
        knobs: time step, temperature and loads.
        contact_stiffness: r of the complementarity function [Pa/m].
        group: residual forms.
        references: forms whose norms size the residuals.
        areas: area of each owned facet.
        particle: particle of the minus body at each owned facet; None if it hosts no lithium.
        conductions: facets next to a region, and the fraction of them that conducts.
        sides: restricted geometry and displacement, with the measure of the interface.
        opened_form: volume between the bodies that growth has made.
        offset_form: tangential jump of displacements, for sticking contact.
    """

    interface: Interface
    mesh: InterfaceMesh
    minus: BodyModel
    plus: BodyModel
    p_contact: Unknown
    gap: Unknown
    shear: Unknown | None
    bond: BondModel | None
    i_normal: Unknown | None
    phi_s: Unknown | None
    initial_gap: fem.Function
    stripped: fem.Function
    offset: fem.Function
    molar_volume: float
    knobs: Knobs
    contact_stiffness: float
    group: FormGroup = field(init=False)
    references: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    areas: Array = field(init=False)
    sides: Sides = field(init=False)
    particle: npt.NDArray[np.int64] | None = field(init=False, default=None)
    conductions: list[tuple[npt.NDArray[np.bool_], fem.Expression]] = field(default_factory=list)
    opened_form: Any = field(init=False, default=None)
    offset_form: Any = field(init=False, default=None)

    @property
    def name(self) -> str:
        """Name of the interface."""
        return self.interface.name

    @property
    def unknowns(self) -> list[Unknown]:
        """The interface's fields."""
        slip = None if self.bond is None else self.bond.slip
        own_potential = None if self.phi_s is self.minus.phi_s else self.phi_s
        optional = (self.shear, slip, self.i_normal, own_potential)
        return [self.p_contact, self.gap, *(w for w in optional if w is not None)]

    def stripped_now(self) -> Array:
        """Return the stripped thickness at the end of the current step, owned facets [m]."""
        n = self.gap.owned
        old = self.stripped.x.array[:n]
        if self.i_normal is None:
            return old.copy()
        rate = self.i_normal.function.x.array[:n] * self.molar_volume / FARADAY
        return np.asarray(old + self.knobs["dt"] * rate)

    def opened_by_growth(self) -> float:
        """Return the volume by which growth has moved the bodies apart; collective.

        It is the integral of gap - initial gap - jump of displacements along the normal, taken from
        where the bodies are: an independent measure of the metal that was stripped.
        """
        local = fem.assemble_scalar(self.opened_form)
        return float(self.mesh.mesh.comm.allreduce(local, op=MPI.SUM))

    def closed(self) -> npt.NDArray[np.bool_]:
        """Return which owned facets are in contact, those that just touch among them."""
        n = self.gap.owned
        p, gap = self.p_contact.function.x.array[:n], self.gap.function.x.array[:n]
        touching = p >= self.contact_stiffness * gap - ROUNDING * self.p_contact.scale
        return np.asarray(touching)

    def conducting(self) -> Array:
        """Return the conducting fraction of each owned facet at the end of the step [1]."""
        found: Array = np.zeros(self.gap.owned, dtype=np.float64)
        theta = fem.Function(self.gap.function.function_space)
        broken = np.ones(1) if self.bond is None else self.bond.damages(self.gap)
        for facets, law in self.conductions:
            theta.interpolate(law)
            touching = theta.x.array[: self.gap.owned]
            found[facets] = (1 - broken * (1 - touching))[facets]
        return found

    def start_touching(self) -> None:
        """Start the iteration from contact where the gap is smallest, if all is open; collective.

        A body that contact alone will hold has no place before it touches, and crests and point
        contacts touch between the facets' means. This is a first guess of the pressure and no more,
        which leaves the past alone: facets that are to stay open open again.
        """
        n = self.gap.owned
        gap, p = self.gap.function.x.array[:n], self.p_contact.function
        least = self.mesh.mesh.comm.allreduce(float(np.min(gap, initial=np.inf)), op=MPI.MIN)
        if least > 0.0:
            first = np.flatnonzero(gap <= least * (1 + 1e-9))
            p.x.array[first] = 2 * self.contact_stiffness * least
            p.x.scatter_forward()

    def commit(self) -> None:
        """Advance stripped thickness and tangential offset by the step that was just solved."""
        self.stripped.x.array[: self.gap.owned] = self.stripped_now()
        self.stripped.x.scatter_forward()
        if self.bond is not None:
            self.bond.commit(self.gap)
        if self.offset_form is not None:
            self._commit_offset()

    def _commit_offset(self) -> None:
        """Open facets take the tangential offset that they have now; closed ones keep theirs."""
        vector = la.vector(self.offset.function_space.dofmap.index_map, self.minus.frame.dim)
        vector.array[:] = 0.0
        fem.assemble_vector(vector.array, self.offset_form)
        vector.scatter_reverse(la.InsertMode.add)
        dim, n = self.minus.frame.dim, self.gap.owned
        jump = vector.array[: n * dim].reshape(n, dim) / self.areas[:, None]
        offset = self.offset.x.array[: n * dim].reshape(n, dim)
        opened = ~self.closed()
        offset[opened] = jump[opened]
        self.offset.x.scatter_forward()


def build_surface(
    case: Case,
    interface: Interface,
    mesh: InterfaceMesh,
    minus: BodyModel,
    plus: BodyModel,
    parent: Mesh,
    knobs: Knobs,
) -> SurfaceModel:
    """Return the model of an interface; collective.

    Raises:
        CaseError: charge transfer without an electrode metal on the minus side or an electrolyte on
            the plus side.
    """
    scales = case.scales
    facet_space = fem.functionspace(mesh.mesh, ("DG", 0))
    vector_space = fem.functionspace(mesh.mesh, ("DG", 0, (case.geometry.frame.dim,)))

    def scalar(key: str, scale: float) -> Unknown:
        return Unknown(f"{key} {interface.name}", fem.Function(facet_space, name=key), scale)

    reacts = interface.reacts
    molar_volume = _metal_volume(interface, minus, plus) if reacts else 0.0
    shear = None
    if interface.contact.sticks:
        shear = Unknown(
            f"shear {interface.name}", fem.Function(vector_space, name="shear"), scales.stress
        )
    surface = SurfaceModel(
        interface=interface,
        mesh=mesh,
        minus=minus,
        plus=plus,
        p_contact=scalar("p_contact", scales.stress),
        gap=scalar("gap", scales.gap),
        shear=shear,
        bond=build_bond(interface, mesh, case.geometry.frame.dim, scales.gap),
        i_normal=scalar("i_normal", scales.current) if reacts else None,
        phi_s=(minus.phi_s or scalar("phi_s", scales.potential)) if reacts else None,
        initial_gap=fem.Function(fem.functionspace(mesh.mesh, ("Lagrange", 2)), name="initial_gap"),
        stripped=fem.Function(facet_space, name="stripped"),
        offset=fem.Function(vector_space, name="offset"),
        molar_volume=molar_volume,
        knobs=knobs,
        contact_stiffness=scales.stress / scales.gap,
    )
    if interface.initial_gap is not None:
        profile = interface.initial_gap
        surface.initial_gap.interpolate(lambda x: gap_values(profile, x, parent.comm))
    write_forms(surface, case, parent)
    return surface


def _metal_volume(interface: Interface, minus: BodyModel, plus: BodyModel) -> float:
    """Return the molar volume of the metal next to an interface [m3/mol]; 0 next to a host."""
    metals = [r.material.metal for r in minus.regions if r.material.metal is not None]
    if not metals and minus.lithium is None:
        raise CaseError(
            f"interface {interface.name!r} has a charge-transfer law, "
            f"but no material of its minus body {minus.name!r} is an electrode metal or hosts "
            "lithium"
        )
    if plus.phi_e is None:
        raise CaseError(
            f"interface {interface.name!r} has a charge-transfer law, "
            f"but no material of its plus body {plus.name!r} conducts ions"
        )
    return metals[0].molar_volume if metals else 0.0
