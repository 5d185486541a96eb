# SPDX-License-Identifier: BSD-3-Clause
r"""A porous interlayer on the electrolyte, with metal behind it that a body's mesh follows.

At each vertex of the interface four kinds of unknowns are added: the potential E of lithium in the
layer, the current :math:`i_b` to the metal behind, and what each store holds. They are solved with
everything else, by the laws of `ssbmech.interfaces.interlayer`:

.. math::
    i_b - \theta \theta_h \frac{E - U_b}{R_b} = 0, \quad
    i - i_b - \sum_k Q_k \frac{f_{k,n} - f_k}{\Delta t} = 0, \quad
    f_k = \min(\max(f_k - H_k / r_k, 0), 1)

with :math:`H_k = Q_k (f_k - f_{k,n}) / \Delta t + (E - U_k(f_k)) / R_k`, which is zero between
empty and full, and any positive :math:`r_k`. So lithium is conserved whatever the stores do, and
none of them holds less than nothing or more than it can. The charge transfer from the layer to the
electrolyte sees E; where the metal behind has parted from the layer, or is used up, only the way to
the metal is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import ufl

from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.frames import Expr
from ssbmech.interfaces.interlayer import LayerPoint, PorousInterlayer, Store
from ssbmech.model.conditions import symbolic
from ssbmech.model.outputs import Arrays, CellField, Output, Scalar, total
from ssbmech.model.part import Extrapolated, Judged, SurfacePart, Term
from ssbmech.model.parts.thin_metal import ThinMetal
from ssbmech.model.surface import FacetSet, SurfaceModel
from ssbmech.runfolder.quantities import Quantity, quantity
from ssbmech.solve.field_roles import Local, Role
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


class Interlayer(SurfacePart):
    """The stores of the layer, and the way of lithium to them and to the metal behind.

    Attributes:
        surface: the interface.
        law: the layer.
        behind: current that the metal behind gives, positive where it is stripped [A/m2].
        potential: potential of lithium in the layer against unloaded metal [V].
        filled: what each store holds over what it can [1].
    """

    def __init__(self, surface: SurfaceModel, law: PorousInterlayer) -> None:
        """Add the unknowns; collective.

        Raises:
            CaseError: the minus body is not one metal.
        """
        self.surface, self.law = surface, law
        scales = surface.setting.scales
        metals = {m for each in surface.minus.case_body.materials.values() for m in each.metals}
        if len(metals) != 1:
            raise CaseError(
                f"interface {surface.name!r} has an interlayer: expected one metal behind it, and "
                f"body {surface.minus.name!r} has {len(metals)}"
            )
        self.molar_volume = next(iter(metals)).molar_volume
        self.behind = surface.scalar("i_behind", scales.current)
        self.potential = surface.scalar("phi_layer", scales.potential)
        self.filled = {s.name: surface.scalar(f"filled_{s.name}", 1.0) for s in law.stores}
        self._twin = symbolic(law, surface.parent)
        self._volume = surface.constant(self.molar_volume)
        self._capacities = {s.name: float(s.capacity(self.molar_volume)) for s in law.stores}
        self._dt = surface.setting.conditions.dt.on(surface.parent)

    def start_at_rest(self, temperature: float) -> float:
        """Start the potential where the empty layer rests, and return it [V].

        Args:
            temperature: temperature at the start [K].
        """
        rest = self.law.at_rest(temperature, self.molar_volume)
        self.potential.function.x.array[:] = rest
        self.potential.start_here()
        return rest

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """Current to the metal behind, potential, and what the stores hold."""
        return (self.behind, self.potential, *self.filled.values())

    def roles(self) -> Sequence[Role]:
        """Say that all of them are the vertex's own."""
        return tuple(Local(unknown) for unknown in self.unknowns)

    @property
    def judged(self) -> Sequence[Judged]:
        """What the stores hold, as contents are."""
        return [Extrapolated(f, lambda tolerances: tolerances.content) for f in self._fills()]

    def _fills(self) -> list[Unknown]:
        return list(self.filled.values())

    def _point(self) -> LayerPoint:
        """Return what stores may know."""
        surface = self.surface
        temperature = surface.setting.conditions.temperature.on(surface.parent)
        return LayerPoint(surface.p_contact.function("+"), temperature, self._volume)

    def strip_driving(self) -> Expr:
        """Return what drives metal from behind into the layer, E - U_b [V]."""
        load = self._volume * self.surface.p_contact.function("+") / FARADAY
        return self.potential.function("+") + load

    def terms(self) -> Iterator[Term]:
        """Yield what each store holds; the metal behind yields the rest."""
        for store in self._twin.stores:
            unknown = self.filled[store.name]
            held = self._held(store, self._point())
            yield unknown.key, held * self.surface.test(unknown) * self.surface.local.dS

    def terms_of_paths(self, current: Unknown, giving: Expr) -> Iterator[Term]:
        """Yield the way to the metal behind, and the balance of lithium.

        Args:
            current: current from the layer to the electrolyte.
            giving: part of the metal behind that has some to give [1].
        """
        surface, twin, point = self.surface, self._twin, self._point()
        conductance = self.touching() * giving / twin.behind.at(point.temperature)
        behind, dS = self.behind.function("+"), surface.local.dS
        to_metal = behind - conductance * self.strip_driving()
        yield self.potential.key, to_metal * surface.test(self.potential) * dS
        left = current.function("+") - behind + sum(self._filling(s) for s in twin.stores)
        yield self.behind.key, left * surface.test(self.behind) * dS

    def touching(self) -> Expr:
        """Return the fraction of the metal behind that has not parted from the layer [1]."""
        surface = self.surface
        gap, p_contact = surface.gap.function("+"), surface.p_contact.function("+")
        return self._twin.contact.theta(gap, p_contact)

    def _filling(self, store: Store) -> Expr:
        """Return the current by which a store fills [A/m2]."""
        f = self.filled[store.name]
        return store.capacity(self._volume) * (f.function("+") - f.past("+")) / self._dt

    def _held(self, store: Store, point: LayerPoint) -> Expr:
        """Return what is zero where a store holds what it should [A/m2]."""
        f = self.filled[store.name].function("+")
        x = ufl.variable(f)
        held, resistance = store.potential(x, point), store.path.at(point.temperature)
        missing = self._filling(store) + (self.potential.function("+") - held) / resistance
        weight = store.capacity(self._volume) / self._dt - ufl.diff(held, x) / resistance
        after = f - missing / weight
        bounded = ufl.conditional(ufl.ge(after, 1.0), weight * (f - 1), missing)
        return ufl.conditional(ufl.le(after, 0.0), weight * f, bounded)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical current for each equation."""
        for unknown in self.unknowns:
            yield self.surface.typical(unknown, self.surface.setting.scales.current)

    def films(self, region: str) -> Iterator[Expr]:
        """Yield by how much stores that swell thicken the layer [m]."""
        for store in self._twin.stores:
            f = self.filled[store.name].function("+")
            thicker = ufl.as_ufl(store.thickness(f, self._volume))
            if not isinstance(thicker, ufl.constantvalue.ConstantValue):
                yield thicker

    def charges(self) -> dict[str, float]:
        """Return the charge in each store, by area of the interface [C/m2]; collective."""
        surface, found = self.surface, {}
        area = total(surface.areas.sum(), surface.comm)
        for name, unknown in self.filled.items():
            mean = total(float(surface.areas @ surface.values(unknown)), surface.comm) / area
            found[name] = self._capacities[name] * mean
        return found

    def outputs(self) -> Sequence[Output]:
        """Return the fields of the layer, and what its stores hold in all."""
        surface, where = self.surface, self.surface.name
        found: list[Output] = [
            CellField(quantity("phi_layer"), partial(self._values, self.potential)),
            CellField(quantity("i_behind"), partial(self._values, self.behind)),
        ]
        for name, unknown in self.filled.items():
            field = Quantity(f"filled_{name}", "$f$", "1", f"filled part of {name}")
            store = Quantity(f"stored_{name}", "$Q$", "C m-2", f"lithium in {name}")
            found.append(CellField(field, partial(self._values, unknown)))
            found.append(Scalar(store, partial(self._stored, name), where))
        grown = surface.facet_means(self._grown)

        def thicker(_: Arrays) -> float:
            area = total(surface.areas.sum(), surface.comm)
            return total(float(surface.areas @ grown()), surface.comm) / area

        return (*found, Scalar(quantity("layer_growth"), thicker, where))

    def _values(self, unknown: Unknown) -> Array:
        return self.surface.values(unknown)

    def _stored(self, name: str, _: Arrays) -> float:
        return self.charges()[name]

    def _grown(self, near: FacetSet) -> Expr:
        return sum(self.films(near.region), ufl.as_ufl(0.0))


class MetalBehind(ThinMetal):
    """Metal behind an interlayer: what leaves it is the layer's current to it."""

    def __init__(self, surface: SurfaceModel, layer: Interlayer) -> None:
        """Measure the metal; collective.

        Raises:
            CaseError: there is none, or it is thinner than the film that stays.
        """
        self.layer = layer
        (law,) = surface.minus.case_body.exhaustions
        super().__init__(surface, layer.behind, law)
        self._start = sum(layer.charges().values())

    def mu(self) -> Expr:
        """Return the chemical potential of lithium in the layer, -F E [J/mol]."""
        return -FARADAY * self.layer.potential.function("+")

    def strip_speed(self, current: Unknown) -> Expr:
        """Return the speed at which the metal behind is removed [m/s]."""
        return super().strip_speed(self.layer.behind)

    def taking_part(self, driving: Expr) -> Mapping[str, Expr]:
        """Return that the layer is bonded to the electrolyte all over."""
        return {"damage": 0.0}

    def terms(self, current: Unknown) -> Iterator[Term]:
        """Yield the growth of the gap by what the metal gives, and the ways of lithium."""
        gives = super().taking_part(self.layer.strip_driving())
        yield from super().terms(self.layer.behind)
        yield from self.layer.terms_of_paths(current, gives["giving"] + gives["seeping"])

    def _in_contact(self, near: FacetSet) -> Expr:
        """Return the fraction of the metal that has not parted from the layer [1]."""
        return self.layer.touching()

    def reached(self, measured: Arrays) -> float:
        """Return the charge of metal in contact and in the stores [C/m2]; collective."""
        return super().reached(measured) + sum(self.layer.charges().values())

    def lost(self) -> tuple[float, float]:
        """Return the lithium missing behind the layer and in its stores [mol]; collective."""
        lost, least = super().lost()
        area = total(self.surface.areas.sum(), self.surface.comm)
        filled = sum(self.layer.charges().values()) - self._start
        return lost - filled * area / FARADAY, least
