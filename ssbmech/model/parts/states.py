# SPDX-License-Identifier: BSD-3-Clause
"""States that the laws of an interface carry on its facets, and what films put between bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import ufl

from ssbmech.case.step_control import Tolerances
from ssbmech.errors import CaseError
from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.interfaces.point import (
    Hidden,
    InterfacePoint,
    RememberingLaw,
    StepErrors,
    hidden,
    step_errors,
)
from ssbmech.memory import StateVariable, check_new_state, collect, declared
from ssbmech.model.conditions import on_mesh, symbolic
from ssbmech.model.history import Follower
from ssbmech.model.outputs import CellField, Output, state_quantity, weighted_summaries
from ssbmech.model.part import Judged, Memory, SurfacePart, Term
from ssbmech.model.surface import FacetSet, SurfaceModel, is_zero


class LawStates(SurfacePart):
    """The memory that laws of an interface declare, whatever their role.

    Next to a region of the minus body act the laws of the whole interface and the charge-transfer
    law of that region. A variable of two regions' laws is one field.
    """

    def __init__(self, surface: SurfaceModel) -> None:
        """Start the states at their initial values; collective.

        Raises:
            CaseError: a state is declared twice, or of a shape that a facet cannot hold.
        """
        self.surface = surface
        self._laws = {near.region: _laws(surface, near.region) for near in surface.near}
        self.variables = _variables(surface, self._laws)
        # one twin of each law: equal numbers of two twins would be different constants of a form
        self._beside = tuple(symbolic(law, surface.parent) for law in surface.interface.laws)
        self.history = surface.history("laws")
        for name, variable in self.variables.items():
            self.history.start(name, variable.initial or 0.0)

    def follow(self) -> None:
        """Compile the states at the end of a step, when all parts are there; collective.

        Raises:
            CaseError: a law gives other states than it declares.
        """
        followers: dict[str, list[Follower]] = {name: [] for name in self.variables}
        for near in self.surface.near:
            for law in self._laws[near.region]:
                for name, value in self._new_states(law, near).items():
                    followers[name].append(Follower(value, near.local.dS, near.owned))
        for name, found in followers.items():
            self.history.follow(name, found)
        self._errors = LawErrors(self.surface, self._beside)

    def _new_states(self, law: RememberingLaw, near: FacetSet) -> Mapping[str, Expr]:
        """Return the states of a law at the end of the step, next to a region."""
        variables = declared(law)
        if not variables:
            return {}
        twin = symbolic(law, self.surface.parent)
        new = twin.end_of_step(self.surface.point(near.region))
        check_new_state(f"interface {self.surface.name!r}", law, variables, new)
        return {name: on_mesh(value, self.surface.parent) for name, value in new.items()}

    @property
    def memory(self) -> Sequence[Memory]:
        """The states."""
        return (self.history,)

    def tells(self, region: str) -> Mapping[str, Mapping[str, Expr]]:
        """Return the states at the start of the step."""
        held = self.history.committed.items()
        return {"state": {name: value("+") for name, value in held}}

    def terms(self) -> Iterator[Term]:
        """Yield what films add to the equation of the gap."""
        surface = self.surface
        q = surface.test(surface.gap)
        for near in surface.near:
            for thickness in surface.films(near.region):
                yield surface.gap.key, -terms.opening_term(near.local, thickness, q)

    def films(self, region: str) -> Iterator[Expr]:
        """Yield the thickness of each film next to a region [m]."""
        for law in self._beside:
            yield law.thickness(self.surface.point(region))

    def hidden(self, region: str, point: InterfacePoint) -> Iterator[Hidden]:
        """Yield what each law knows below the size of a facet."""
        for law in self._beside:
            yield hidden(law, point)

    @property
    def judged(self) -> Sequence[Judged]:
        """The laws' states, where laws ask for shorter steps."""
        return (self._errors,)

    def outputs(self) -> Sequence[Output]:
        """Return each state as a field, with its least, mean and largest value."""
        surface = self.surface
        found: list[Output] = []
        for name, variable in self.variables.items():
            quantity = state_quantity(variable)
            in_files = variable.in_files or surface.setting.all_states
            now, before = (partial(of, name) for of in (self.history.now, self.history.before))
            found.append(CellField(quantity, now, in_files, before))
            held = np.zeros(surface.gap.owned)
            for near in surface.near:
                if any(variable in declared(law) for law in self._laws[near.region]):
                    held[near.owned] = surface.areas[near.owned]
            found += weighted_summaries(quantity, surface.name, held, surface.comm)
        return found


class LawErrors:
    """Errors of a step that the laws of an interface find in their states."""

    def __init__(self, surface: SurfaceModel, laws: Sequence[object]) -> None:
        """Compile the errors; collective."""

        def errors(near: FacetSet) -> list[StepErrors]:
            return [step_errors(law, surface.point(near.region)) for law in laws]

        self._gap = surface.facet_means(lambda near: _largest(e.gap for e in errors(near)))
        self._touching = surface.facet_means(
            lambda near: _largest(e.touching for e in errors(near))
        )

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the largest error of this rank over what counts as 1 [1]; collective."""
        gap = np.max(self._gap(), initial=0.0) / tolerances.gap
        touching = np.max(self._touching(), initial=0.0) / tolerances.touching
        return float(max(gap, touching))


def _largest(values: Iterable[Expr]) -> Expr:
    """Return the largest of expressions that are zero or more."""
    whole = ufl.as_ufl(0.0)
    for value in values:
        whole = value if is_zero(whole) else ufl.max_value(whole, value)
    return whole


def _laws(surface: SurfaceModel, region: str) -> list[RememberingLaw]:
    """Return all laws that act next to a region of the minus body."""
    interface = surface.interface
    acting: tuple[Any, ...] = (interface.contact, interface.adhesion)
    laws = (*acting, interface.kinetics_at(region), *interface.laws)
    return [law for law in laws if declared(law)]


def _variables(
    surface: SurfaceModel, laws: Mapping[str, Sequence[RememberingLaw]]
) -> dict[str, StateVariable]:
    """Return all states of an interface by name.

    Raises:
        CaseError: a state is declared twice, or of a shape that a facet cannot hold.
    """
    where, found = f"interface {surface.name!r}", dict[str, StateVariable]()
    for region, acting in laws.items():
        for name, variable in collect(where, acting).items():
            if variable.is_tensor:
                raise CaseError(
                    f"{where}: the state {name!r} is a tensor, which an interface cannot hold: "
                    "give it an initial value, StateVariable(name, unit, initial=0.0)"
                )
            if found.setdefault(name, variable) != variable:
                raise CaseError(
                    f"{where}: the state {name!r} of the law next to {region!r} has another unit "
                    "or initial value than that of another region: give it another name"
                )
    return found
