# SPDX-License-Identifier: BSD-3-Clause
"""Numbers inside compiled forms: constants that can change without compiling again."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, TypeVar

from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import constant

Law = TypeVar("Law")


class Knobs:
    """Numbers shared by the forms of all meshes, such as the time step and the temperature."""

    def __init__(self, **values: float) -> None:
        """Start with the given values, in SI units."""
        self._values = dict(values)
        self._constants: dict[str, dict[Mesh, fem.Constant]] = {name: {} for name in values}

    def on(self, name: str, mesh: Mesh) -> fem.Constant:
        """Return the constant of a number for forms on a mesh; a new number starts at zero."""
        value = self._values.setdefault(name, 0.0)
        constants = self._constants.setdefault(name, {})
        if mesh not in constants:
            constants[mesh] = constant(mesh, value)
        return constants[mesh]

    def __getitem__(self, name: str) -> float:
        """Return the current value."""
        return self._values[name]

    def __setitem__(self, name: str, value: float) -> None:
        """Set a value in all forms."""
        self._values[name] = value
        for held in self._constants.setdefault(name, {}).values():
            held.value = value


def symbolic(law: Law, mesh: Mesh) -> Law:
    """Return a law whose numbers are constants of forms on a mesh.

    The form compiled for it then serves for all values. The law's dataclass is copied field by
    field, nested laws too; what is neither a number nor a law is kept.
    """
    if not dataclasses.is_dataclass(law):
        return law
    twin = copy.copy(law)
    for item in dataclasses.fields(law):
        value: Any = getattr(law, item.name)
        if type(value) is float:
            object.__setattr__(twin, item.name, constant(mesh, value))
        elif dataclasses.is_dataclass(value):
            object.__setattr__(twin, item.name, symbolic(value, mesh))
    return twin
