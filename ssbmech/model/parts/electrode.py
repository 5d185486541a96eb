# SPDX-License-Identifier: BSD-3-Clause
"""The electrode side of a charge transfer: what gives lithium and takes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, ClassVar, Protocol

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from ssbmech._compat import compile_form
from ssbmech.case.reserve import MetalUsedUp
from ssbmech.case.stops import Guard
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.forms import interface_terms as terms
from ssbmech.forms import lithium
from ssbmech.frames import Expr
from ssbmech.model.history import Follower
from ssbmech.model.inventory import lodes, molar_volumes
from ssbmech.model.outputs import (
    Array,
    Arrays,
    CellConstant,
    CellField,
    Output,
    Scalar,
    largest,
    total,
)
from ssbmech.model.part import Memory, Term
from ssbmech.model.parts.lithium import Lithium
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import CUT_OFF, quantity
from ssbmech.solve.unknowns import Unknown

FILM = 1e-3
"""Metal that a mesh which moves keeps at least, over that at the start [1]."""

LEAST_OF_SITES = 1e-3
"""Lithium against which errors of a host count that is empty at the start, over its sites [1]."""


class Reactant(Protocol):
    """Role of what gives and takes lithium at an interface."""

    @property
    def memory(self) -> Sequence[Memory]:
        """What it carries from step to step."""

    def mu(self) -> Expr:
        """Return the chemical potential of lithium at the surface [J/mol]."""

    def content(self, region: str) -> Expr:
        """Return the lithium content at the surface [1]; 1 for metal."""

    def strip_speed(self, current: Unknown) -> Expr:
        """Return the speed at which the current removes metal [m/s]; 0 from a host."""

    def taking_part(self, driving: Expr) -> Mapping[str, Expr]:
        """Return what laws may know of how much of the surface takes part; nothing for all of it.

        Args:
            driving: potential that drives the reaction; it strips above zero [V].
        """

    def terms(self, current: Unknown) -> Iterator[Term]:
        """Yield what the current does to it."""

    def outputs(self) -> Sequence[Output]:
        """Return what is measured of it."""

    def lost(self) -> tuple[float, float]:
        """Return the lithium lost since the start, and the least that counts [mol]; collective."""

    @property
    def guards(self) -> Sequence[Guard]:
        """Conditions that end any step, where nothing is left to give."""


class Metal:
    """Metal that is stripped and plated at its surface: the interface moves.

    Attributes:
        molar_volume: volume of metal per mole of charge, by facet [m3/mol]; zero next to regions
            that are no metal, where no charge passes.
        stripped: thickness stripped minus plated up to the last committed step [m].
        lodes: the metals that the interface lies next to.
        others: what else is stripped from and plated onto the same body.
        returned: volumes that come back to the body from cracks [m3], each collective.
        fades: whether stripping fades where metal ends.
    """

    fades: ClassVar[bool] = False

    def __init__(self, surface: SurfaceModel, current: Unknown) -> None:
        """Remember the stripped thickness, and find out how much there is; collective.

        Raises:
            CaseError: no metal touches the interface.
        """
        self.surface = surface
        self.lodes = lodes(surface)
        if not self.lodes:
            raise CaseError(
                f"interface {surface.name!r} has a charge-transfer law, but no metal of its minus "
                f"body {surface.minus.name!r} touches it: put the metal at the electrolyte, or "
                "leave the law out"
            )
        self.molar_volume = fem.Function(surface.gap.function.function_space, name="molar_volume")
        for near in surface.near:
            volume = molar_volumes(surface)[near.region]
            self.molar_volume.x.array[: surface.gap.owned][near.owned] = volume
        self.molar_volume.x.scatter_forward()
        self.others: list[Metal] = []
        self.returned: list[Callable[[], float]] = []
        self.history = surface.history("growth")
        self.stripped = self.history.start("stripped")
        self._volume = self.molar_volume("+")
        everywhere = np.ones(surface.gap.owned, dtype=bool)
        new = Follower(self._thickness(current), surface.local.dS, everywhere)
        self.history.follow("stripped", [new])

    def _thickness(self, current: Unknown) -> Expr:
        """Return the stripped thickness at the end of the step [m]."""
        dt = self.surface.setting.conditions.dt.on(self.surface.parent)
        i = current.function("+")
        return terms.stripped_thickness(self.stripped("+"), i, self._volume, FARADAY, dt)

    @property
    def memory(self) -> Sequence[Memory]:
        """The stripped thickness."""
        return (self.history,)

    @property
    def guards(self) -> list[Guard]:
        """The condition that ends any step: metal is used up behind some facet."""
        name, metal = self.surface.name, self.lodes[0].metal.element or "lithium"
        rest = 0.0 if self.surface.separation.at_rest else FILM * self.least_at_start
        return [MetalUsedUp(name, self.least_at_start, metal, rest)]

    def mu(self) -> Expr:
        """Return Omega p_c [J/mol]."""
        return self._volume * self.surface.p_contact.function("+")

    def content(self, region: str) -> Expr:
        """Return one."""
        return 1.0

    def strip_speed(self, current: Unknown) -> Expr:
        """Return i Omega / F [m/s]."""
        return current.function("+") * self._volume / FARADAY

    def taking_part(self, driving: Expr) -> Mapping[str, Expr]:
        """Return nothing: metal is there to the end."""
        return {}

    def terms(self, current: Unknown) -> Iterator[Term]:
        """Yield the growth of the gap."""
        surface = self.surface
        q = surface.test(surface.gap)
        grown = surface.separation.grown(self._thickness(current), self.stripped("+"))
        yield surface.gap.key, terms.opening_term(surface.local, grown, q)

    def outputs(self) -> Sequence[Output]:
        """Return the stripped thickness, and what is left."""
        where = self.surface.name
        now, before = (partial(of, "stripped") for of in (self.history.now, self.history.before))
        return (
            CellField(quantity("stripped"), now, at_start=before),
            Scalar(quantity("reserve_min"), self.least_left, where),
            Scalar(quantity("inventory"), self.inventory, where),
        )

    @cached_property
    def at_start(self) -> Array:
        """Metal behind each owned facet at the start, what is not modelled too [m]."""
        columns = [lode.columns + lode.facets * lode.metal.not_modelled for lode in self.lodes]
        return np.asarray(sum(columns))

    @cached_property
    def gives(self) -> npt.NDArray[np.bool_]:
        """Which owned facets have metal behind them."""
        return np.asarray(np.logical_or.reduce([lode.facets for lode in self.lodes]))

    @cached_property
    def least_at_start(self) -> float:
        """Least metal behind a facet at the start [m]; collective."""
        return -largest(-self.at_start[self.gives], self.surface.comm)

    def gone(self, measured: Arrays) -> Array:
        """Return the metal that has left each owned facet, by current and along the interface [m].

        Args:
            measured: facet fields of the interface; of them, "stripped" and "carried".
        """
        return measured["stripped"] + measured.get("carried", 0.0)

    def _taken_elsewhere(self) -> float:
        """Return the metal that other interfaces have taken from the body [m3]; collective."""
        found = 0.0
        for other in self.others:
            found += float(other.surface.areas @ other.history.now("stripped"))
        taken = total(found, self.surface.comm) if self.others else 0.0
        return taken - sum(volume() for volume in self.returned)

    def left(self, measured: Arrays) -> Array:
        """Return the metal that is left behind each owned facet [m]; collective.

        What another interface of the body takes or gives is shared by all facets.

        Args:
            measured: facet fields of the interface; of them, "stripped" and "carried".
        """
        shared = self._taken_elsewhere() / self.area
        return np.asarray((self.at_start - self.gone(measured) - shared)[self.gives])

    @cached_property
    def area(self) -> float:
        """Area of the facets that have metal behind them [m2]; collective."""
        return total(self.surface.areas[self.gives].sum(), self.surface.comm)

    def least_left(self, measured: Arrays) -> float:
        """Return the least metal that is left behind a facet [m]; collective."""
        return -largest(-self.left(measured), self.surface.comm)

    def inventory(self, measured: Arrays) -> float:
        """Return the charge of the metal that is left, per area of its interface [C/m2]."""
        per_facet = FARADAY / self.molar_volume.x.array[: self.surface.gap.owned][self.gives]
        charges = self.surface.areas[self.gives] * per_facet
        return total(float(charges @ self.left(measured)), self.surface.comm) / self.area

    @cached_property
    def _opened(self) -> dict[str, Any]:
        """Forms of the volume between the bodies that growth has made, by region of metal."""
        surface, found = self.surface, {}
        metal = {region for lode in self.lodes for region in lode.regions}
        for near in surface.near:
            if near.region in metal:
                form = surface.separation.opened(near)
                found[near.region] = compile_form(form, surface.entity_maps)
        return found

    def opened(self) -> dict[str, float]:
        """Return the volume by which growth has moved the bodies apart [m3]; collective.

        It is that of the gap less what displacements explain of it, taken from where the bodies
        are, next to each region of metal.
        """
        forms, comm = self._opened, self.surface.comm
        return {name: total(fem.assemble_scalar(form), comm) for name, form in forms.items()}

    def lost(self) -> tuple[float, float]:
        """Return the metal that is missing between the bodies [mol]; collective."""
        volumes = molar_volumes(self.surface)
        lost = sum(opened / volumes[region] for region, opened in self.opened().items())
        largest_volume = max(lode.metal.molar_volume for lode in self.lodes)
        return lost, self.surface.setting.scales.gap * self.area / largest_volume


class HostSurface:
    """The surface of a host, which gives lithium from its bulk.

    Attributes:
        lithium: the lithium of the host.
    """

    def __init__(self, surface: SurfaceModel, stored: Lithium) -> None:
        """Find which particle each facet belongs to."""
        self.surface, self.lithium = surface, stored
        at_minus, _, on_facet = surface.mesh.local_cells(surface.parent)
        places = surface.gap.function.function_space.dofmap.list[on_facet, 0]
        self.particle = np.zeros(surface.gap.owned, dtype=np.int64)
        self.particle[places] = stored.particles.of_cells[at_minus]

    @property
    def memory(self) -> Sequence[Memory]:
        """Nothing: what is lost is missing in the bulk."""
        return ()

    @property
    def guards(self) -> Sequence[Guard]:
        """None: those of the host's contents serve."""
        return ()

    def mu(self) -> Expr:
        """Return the host's chemical potential [J/mol]."""
        return self.lithium.mu.function("+")

    def content(self, region: str) -> Expr:
        """Return the host's content [1]."""
        c_max = self.surface.constant(self.lithium.regions[region].host.c_max)
        return self.lithium.c.function("+") / c_max

    def strip_speed(self, current: Unknown) -> Expr:
        """Return zero: nothing recedes [m/s]."""
        return 0.0

    def taking_part(self, driving: Expr) -> Mapping[str, Expr]:
        """Return nothing: the content says what a host has to give."""
        return {}

    def terms(self, current: Unknown) -> Iterator[Term]:
        """Yield the lithium that leaves next to each region that reacts."""
        surface, c = self.surface, self.lithium.c
        w, i = surface.test(c), current.function("+")
        for near in surface.near:
            if surface.interface.reacts_at(near.region):
                yield c.key, lithium.release_term(i, FARADAY, w, near.sides.dS)

    def outputs(self) -> Sequence[Output]:
        """Return the particles, and the share of the host's volume that is cut off."""
        return (
            CellConstant(quantity("particle"), self.particle.astype(np.float64)),
            Scalar(quantity("cut_off"), self.cut_off, self.surface.name),
        )

    def cut_off(self, measured: Arrays) -> float:
        """Return the share of a host's volume in particles without contact [1]; collective.

        Args:
            measured: facet fields of the interface; of them, "conducting".
        """
        volumes = self.lithium.body.volumes
        of_cells = self.lithium.particles.of_cells[: len(volumes)]
        areas = self.surface.areas
        conducting = areas * measured["conducting"]
        pairs = ((self.particle, areas), (self.particle, conducting), (of_cells, volumes))
        sums = np.zeros((3, len(self.lithium.particles.centres)))
        for row, (k, w) in zip(sums, pairs, strict=True):
            np.add.at(row, k, w)
        self.surface.comm.Allreduce(MPI.IN_PLACE, sums, op=MPI.SUM)
        lost = sums[1] < CUT_OFF * sums[0]
        return float(sums[2][lost].sum() / sums[2].sum())

    def lost(self) -> tuple[float, float]:
        """Return the lithium that is missing in the host [mol]; collective.

        It is nan where lithium also enters the host through a face. What counts is what there was
        at the start, or a thousandth of the sites where that is less.
        """
        body, start = self.lithium.body, self.lithium.start
        least = max(start, LEAST_OF_SITES * self.lithium.sites)
        fed = sum(len(body.mesh.facets(flux.face)) for flux in body.setting.fluxes)
        if self.surface.comm.allreduce(fed, op=MPI.SUM) > 0:
            return math.nan, least
        return start - self.lithium.inventory(), least
