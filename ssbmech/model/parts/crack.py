# SPDX-License-Identifier: BSD-3-Clause
r"""Metal in a crack: its thickness on every facet, and its flow from facet to facet.

Pressure p and thickness h are constant on a facet. Flow between facets follows from the pressure
:math:`\lambda` at the ridges between them, with a half of each facet as a slit between its middle
and the ridge,

.. math::
    \int_f (h - h_n - \Delta t \, \dot h_{walls}) \, dA
        + \Delta t \sum_{r \in f} q(w_{fr}, \tfrac{2}{L_f} (p_f - \lambda_r)) = 0, \quad
    \sum_{f \ni r} q(w_{fr}, \tfrac{2}{L_f} (p_f - \lambda_r)) = 0

so that what leaves a facet enters the next. Ridges belong to one interface; where several meet
theirs share one pressure (`ssbmech.model.crack_network`). The slit is as wide as the metal, h,
where metal leaves a facet, and as the crack, w, where it comes in: a dry facet gives nothing, and
takes as much as its walls let pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech._compat import compile_form
from ssbmech.case.probing import value_at
from ssbmech.case.protocol import Drive
from ssbmech.errors import CaseError
from ssbmech.forms import interface_terms as terms
from ssbmech.forms.crack_ridges import ridges_of
from ssbmech.frames import Expr
from ssbmech.geometry.profiles import profile_values
from ssbmech.interfaces.crack_flow import CrackFlow
from ssbmech.interfaces.filling import CrackFilling, Mouth
from ssbmech.model.conditions import symbolic
from ssbmech.model.history import Follower
from ssbmech.model.outputs import Arrays, CellField, Output, Scalar, total
from ssbmech.model.part import Extrapolated, Judged, Memory, SurfacePart, Term
from ssbmech.model.parts.bond import BROKEN, Bond
from ssbmech.model.parts.crack_places import CrackPlaces
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Unknown

TRICKLE = 1e-12
"""Thickness that a typical pressure drives through any facet in a step, over the typical gap: it
keeps the pressure of ridges defined between facets that hold no metal [1]."""

AXIS = 1e-12
"""Radius below which a point lies on the axis [m]."""

ROOM = 0.9
"""Width between walls over the metal's from which on the metal has room, for all that rounding may
leave of a gap [1]."""

THINNEST = 1e-15
"""Width of a slit below which nothing is narrower [m]."""

AREA_UNIT = {"m2": "m", "m3": "m2"}
"""Unit of an area by that of a volume, which is per depth in the plane."""


def facet_profile(
    surface: SurfaceModel,
    profile: Callable[..., npt.NDArray[np.float64]],
    what: str,
    unit: str,
    least: float = 0.0,
) -> fem.Function:
    """Return the values of a profile in the middle of facets, as a field; collective.

    Raises:
        ParameterError: the profile does not give a number, the least or more, for each position.
    """
    found = fem.Function(surface.gap.function.function_space, name=what)
    middles = found.function_space.tabulate_dof_coordinates()[: surface.gap.owned].T
    values = profile_values(profile, middles, surface.comm, what, unit, least)
    found.x.array[: surface.gap.owned] = values
    found.x.scatter_forward()
    return found


def open_ends(surface: SurfaceModel, space: fem.FunctionSpace, mouth: Mouth | None) -> fem.Function:
    """Return 1 at the ends of an interface that are open, 0 at other ridges; collective.

    Raises:
        CaseError: there is a mouth, but no end of the interface in it, or one on the axis, where
            the mouth has no area.
        ParameterError: the mouth does not give a number, zero or more, for each position.
    """
    found = fem.Function(space, name="crack_mouth")
    if mouth is None:
        return found
    facets = la.vector(space.dofmap.index_map, 1)
    facets.array[:] = 0.0
    owned = surface.gap.owned
    np.add.at(facets.array, space.dofmap.list[:owned].ravel(), 1.0)
    facets.scatter_reverse(la.InsertMode.add)
    facets.scatter_forward()
    places = space.tabulate_dof_coordinates().T
    inside = profile_values(mouth.within, places, surface.comm, "mouth", "1") > 0.5
    ends = inside & (facets.array > 0.5) & (facets.array < 1.5)
    found.x.array[:] = ends
    if not surface.comm.allreduce(bool(ends.any()), op=MPI.LOR):
        raise CaseError(
            f"interface {surface.name!r}: no end of it lies within the mouth of its filling: "
            "move Mouth.within to where the interface ends, or leave the mouth out"
        )
    at_axis = surface.setting.frame.revolves and bool(np.any(places[0][ends] < AXIS))
    if surface.comm.allreduce(at_axis, op=MPI.LOR):
        raise CaseError(
            f"interface {surface.name!r}: the mouth of its filling lies on the axis, where it has "
            "no area: move Mouth.within to the other end of the interface, or leave it out"
        )
    return found


class CrackMetal(SurfacePart):
    """Metal in a crack.

    Attributes:
        surface: the interface.
        filling: what fills it.
        metal: thickness of metal [m].
        ridges: pressure at the ridges between facets [Pa].
        flaw: 1 on facets that are broken from the start, 0 on others.
        connected: 1 on facets whose metal has a potential at the start of the step, that of an
            electrode or of the cluster that it is cut off with, 0 on others; 1 on all of them where
            there is no electrode.
        places: where its ridges, flaw and mouth are.
        history: wetted, plated and expelled at the start of the step.
    """

    def __init__(self, surface: SurfaceModel, filling: CrackFilling) -> None:
        """Add thickness and pressure of ridges; collective.

        Raises:
            CaseError: no end of the interface lies in the mouth, or one on the axis.
        """
        self.surface, self.filling = surface, filling
        scales, mesh = surface.setting.scales, surface.mesh.mesh
        self.metal = surface.scalar("crack_metal", scales.gap)
        self._edges = ridges_of(mesh, scales.stress)
        space = fem.functionspace(mesh, self._edges.element)
        ridges = fem.Function(space, name="crack_ridges")
        self.ridges = Unknown("crack_ridges", surface.name, ridges, scales.stress)
        self.flaw = facet_profile(surface, filling.flaw, "flaw", "1")
        self.connected = fem.Function(self.flaw.function_space, name="crack_connected")
        self.connected.x.array[:] = 1.0
        self._open = open_ends(surface, space, filling.mouth)
        self.places = CrackPlaces(self._edges, self._open, self.broken, self.ridges.owned)
        self._outside = self._pressure_outside(filling.mouth)
        self.history = surface.history("crack")
        self.wetted = self.history.start("wetted")
        self.wetted.x.array[: surface.gap.owned] = self.broken
        self.wetted.x.scatter_forward()
        self._plated = self.history.start("plated")
        self._expelled = self.history.start("expelled")

    @property
    def broken(self) -> npt.NDArray[np.bool_]:
        """Which owned facets are broken from the start."""
        return np.asarray(self.flaw.x.array[: self.surface.gap.owned] > 0.5)

    def holds(self, past: bool = False) -> npt.NDArray[np.bool_]:
        """Return which owned facets hold metal; flaws do, for it is within reach there.

        Args:
            past: whether at the start of the step, and not at its end.
        """
        return np.asarray(self.broken | self.exceeds_nucleus(past))

    def exceeds_nucleus(self, past: bool = False) -> npt.NDArray[np.bool_]:
        """Return on which owned facets there is more metal than a nucleus.

        Args:
            past: whether at the start of the step, and not at its end.
        """
        h = self.metal.previous if past else self.metal.function.x.array
        return np.asarray(h[: self.surface.gap.owned] > self.filling.nucleus)

    @property
    def typical_volume(self) -> float:
        """Volume of a typical gap on a facet of mean size [m3]; collective.

        In plane strain it is per depth [m2].
        """
        surface = self.surface
        area = total(float(surface.areas.sum()), surface.comm)
        count = total(float(surface.gap.owned), surface.comm)
        return surface.setting.scales.gap * area / count

    def _pressure_outside(self, mouth: Mouth | None) -> Expr:
        """Return the pressure at the mouth [Pa]."""
        if mouth is None:
            return self.surface.own_constant(0.0)
        pressure = mouth.pressure

        def at(time: float, _: Drive) -> float:
            return value_at(pressure, time, "Mouth.pressure", "Pa")

        return self.surface.setting.conditions.number(at).on(self.surface.mesh.mesh)

    def follow(self, bond: Bond, grown: Expr) -> None:
        """Compile what is remembered, when bond and walls are there; collective.

        Args:
            bond: the bond of the crack.
            grown: thickness that both walls plate in the step [m].
        """
        surface, h = self.surface, self.metal.function("+")
        reached = ufl.conditional(ufl.gt(h, surface.constant(self.filling.nucleus)), 1.0, 0.0)
        wetted = ufl.max_value(self.wetted("+"), reached * bond.damage())
        everywhere = np.ones(surface.gap.owned, dtype=bool)
        dS = surface.sides.dS
        self.history.follow("wetted", [Follower(wetted, dS, everywhere)])
        self.history.follow("plated", [Follower(self._plated("+") + grown, dS, everywhere)])
        y = ufl.TestFunction(self._expelled.function_space)
        out = self._open * sum(self._leaving()) * y * self._plain
        self.history.follow_along("expelled", self._expelled * y * surface.dx + out)
        self._bond = bond

    def expelled_volume(self) -> float:
        """Return the metal that has left the mouth since the start [m3]; collective.

        In plane strain it is per depth [m2].
        """
        here = float(self.surface.areas @ self.history.now("expelled"))
        return total(here, self.surface.comm)

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """Thickness of metal, and pressure of ridges."""
        return (self.metal, self.ridges)

    @property
    def memory(self) -> Sequence[Memory]:
        """What of the walls metal has reached, and what they have plated."""
        return (self.history,)

    @property
    def judged(self) -> Sequence[Judged]:
        """The thickness."""
        return (Extrapolated(self.metal, lambda tolerances: tolerances.gap),)

    def terms(self) -> Iterator[Term]:
        """Yield storage and flow of metal, and how much narrower it makes the gap."""
        surface, h = self.surface, self.metal.function
        y = ufl.TestFunction(h.function_space)
        mu = ufl.TestFunction(self.ridges.function.function_space)
        closed = 1 - self._open
        yield self.metal.key, (h - self.metal.past) * y * surface.dx
        for leaving in self._leaving():
            yield self.metal.key, leaving * y * self._plain
            yield self.ridges.key, -closed * leaving * mu * self._plain
        excess = self._unit * (self.ridges.function - self._outside)
        yield self.ridges.key, self._open * excess * mu * self._plain
        test = surface.test(surface.gap)
        yield surface.gap.key, -terms.opening_term(surface.sides, h("+"), test)

    @property
    def _plain(self) -> ufl.Measure:
        """Measure of facets that takes integrands at their ridges, without weight."""
        return self._edges.measure

    @property
    def _unit(self) -> Expr:
        """Thickness per pressure, of typical sizes [m/Pa]."""
        return self.surface.own_constant(1 / self.surface.contact_stiffness)

    def _leaving(self) -> tuple[Expr, Expr]:
        """Return what flows and what trickles out of a facet at a ridge in the step, weighted."""
        mesh, frame = self.surface.mesh.mesh, self.surface.setting.frame
        weight = frame.weight(ufl.SpatialCoordinate(mesh))
        # on an axis nothing flows, and what trickles is that of the middle of its facet
        least = frame.weight(ufl.as_vector([ufl.CellVolume(mesh) / 2, 0.0]))
        return weight * self._flow(), ufl.max_value(weight, least) * self._trickle()

    def _flow(self) -> Expr:
        """Return the thickness that leaves a facet's share of a ridge in the step [m]."""
        surface, conditions = self.surface, self.surface.setting.conditions
        mesh, h = surface.mesh.mesh, self.metal.function
        fall = self._edges.fall(surface.p_contact.function, self.ridges.function, self._full)
        opening = h + surface.gap.function
        # metal has less room than it takes in iterations alone, which would run away by its power
        held = ufl.conditional(ufl.lt(opening, ROOM * h), opening, h)
        width = ufl.max_value(ufl.conditional(ufl.ge(fall.outward, 0.0), held, opening), THINNEST)
        law: CrackFlow = symbolic(self.filling.flow, mesh)
        flux = law.flux(width, fall.size, conditions.temperature.on(mesh)) * fall.share
        return conditions.dt.on(mesh) * flux * self._edges.length

    @property
    def _full(self) -> Expr:
        """Return 1 where metal fills a facet at the start of the step, 0 on others.

        That of its end would change with the gap within a nucleus, which no iteration follows.
        """
        gap, thin = self.surface.gap.past, self.surface.own_constant(self.filling.nucleus)
        touches = ufl.conditional(ufl.gt(self.metal.past, thin), 1.0, 0.0)
        return ufl.conditional(ufl.lt(gap, thin), touches, 0.0)

    def _trickle(self) -> Expr:
        """Return what keeps the pressure of dry ridges defined [m]."""
        return TRICKLE * self._unit * (self.surface.p_contact.function - self.ridges.function)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical thickness for both."""
        size = self.surface.own_constant(self.surface.setting.scales.gap)
        for unknown in self.unknowns:
            test = ufl.TestFunction(unknown.function.function_space)
            yield unknown.key, size * test * self.surface.dx

    def outputs(self) -> Sequence[Output]:
        """Return thickness, opening and what is plated, with the size of the crack and volumes."""
        surface, where = self.surface, self.surface.name
        volume = surface.setting.frame.depth_unit
        thickness = partial(surface.values, self.metal)

        def plated() -> npt.NDArray[np.float64]:
            return self.history.now("plated")

        def volume_of(name: str) -> Callable[[Arrays], float]:
            return lambda arrays: total(float(surface.areas @ arrays[name]), surface.comm)

        def size(arrays: Arrays) -> float:
            lost = arrays["damage"] >= BROKEN
            return total(float(surface.areas[lost].sum()), surface.comm)

        leak = compile_form(self._open * sum(self._leaving()) * self._plain, None)

        def squeezed(_: Arrays) -> float:
            dt = surface.setting.conditions.dt.value
            return total(float(fem.assemble_scalar(leak)), surface.comm) / dt

        return [
            CellField(quantity("crack_metal"), thickness),
            CellField(quantity("crack_opening"), lambda: thickness() + surface.values(surface.gap)),
            CellField(quantity("crack_plated"), plated),
            Scalar(quantity("crack_size"), size, where, AREA_UNIT[volume]),
            Scalar(quantity("crack_volume"), volume_of("crack_metal"), where, volume),
            Scalar(quantity("crack_plated_volume"), volume_of("crack_plated"), where, volume),
            Scalar(quantity("crack_outflow"), squeezed, where, f"{volume} s-1"),
            Scalar(
                quantity("crack_expelled_volume"), lambda _: self.expelled_volume(), where, volume
            ),
        ]

    def tells(self, region: str) -> Mapping[str, Expr]:
        """Return nothing: laws see the gap, which is what metal leaves of the opening."""
        return {}
