# SPDX-License-Identifier: BSD-3-Clause
"""Variables that a law carries from step to step, in a body or on an interface.

A law of any role declares them in an attribute `state_variables`; a law without memory has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ssbmech.errors import CaseError
from ssbmech.kinds import check_kinds

_NAME = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True)
class StateVariable:
    """A variable that a law carries from step to step, point by point or facet by facet.

    Attributes:
        name: key under which the law finds it; name of the field in files and of series columns.
        unit: SI unit.
        initial: value at the start; None marks a deviatoric tensor that starts at zero, which only
            a body can hold.
        label: words for axes; empty for the name.
        symbol: symbol as matplotlib text.
        in_files: whether it goes to the field files; `Output(all_states=True)` writes all.
        by_rate: whether it follows a rate that the law takes at the end of the step: new value =
            value at the start + `around.dt` times rate. If this holds for all states of a solid
            law, two steps are joined to a scheme of second order (`SecondOrder`): the law is then
            given another start and length than those of the step.
    """

    name: str
    unit: str
    initial: float | None = None
    label: str = ""
    symbol: str = ""
    in_files: bool = True
    by_rate: bool = False

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)

    @property
    def is_tensor(self) -> bool:
        """Whether it is a deviatoric tensor."""
        return self.initial is None


def declared(law: object) -> tuple[StateVariable, ...]:
    """Return the variables that a law carries from step to step; none if it declares none."""
    return tuple(getattr(law, "state_variables", ()))


def collect(where: str, laws: Iterable[object]) -> dict[str, StateVariable]:
    """Return the variables of all laws of one place by name.

    Args:
        where: the place, for messages.
        laws: the laws.

    Raises:
        CaseError: a variable is declared twice, or its name cannot be that of a series column.
    """
    found: dict[str, StateVariable] = {}
    for law in laws:
        for variable in declared(law):
            if not _NAME.fullmatch(variable.name):
                raise CaseError(
                    f"{where}: {type(law).__name__} declares a state {variable.name!r}: a name is "
                    "made of letters, digits and underscores, as in 'film_thickness'"
                )
            if variable.name in found:
                raise CaseError(
                    f"{where}: the state {variable.name!r} of {type(law).__name__} is declared "
                    "twice: keep one of the laws that have it, or give each state of your own laws "
                    "another name"
                )
            found[variable.name] = variable
    return found


def check_new_state(
    where: str, law: object, wanted: Iterable[StateVariable], given: Mapping[str, object]
) -> None:
    """Check that a law gives the values at the end of a step of just what it declares.

    Args:
        where: the place, for messages.
        law: the law.
        wanted: the variables it declares.
        given: values at the end of the step by name, UFL expressions or numbers.

    Raises:
        CaseError: a value is missing, is of another name, or has another shape.
    """
    variables = {variable.name: variable for variable in wanted}
    name = type(law).__name__
    if variables.keys() != given.keys():
        raise CaseError(
            f"{where}: {name} declares the states {_listed(variables)}, but gives values at the "
            f"end of a step for {_listed(given)}"
        )
    for key, value in given.items():
        shape = getattr(value, "ufl_shape", ())
        expected = (3, 3) if variables[key].is_tensor else ()
        if shape != expected:
            raise CaseError(
                f"{where}: {name} gives the state {key!r} the shape {shape}: expected {expected}"
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
