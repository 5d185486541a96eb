# SPDX-License-Identifier: BSD-3-Clause
r"""Fields that follow from those of a file: principal values and the equivalent creep strain.

They are computed when they are asked for, from the mean tensor of each cell:

.. math:: \varepsilon^c_{eq} = \sqrt{\tfrac23 \, \varepsilon^c : \varepsilon^c}

which for flow in one direction is the creep strain along it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ssbmech.runfolder.components import COMPONENTS, component_names
from ssbmech.runfolder.fields import Array

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData

    Values = NDArray[np.float64]


def principal_values(tensors: Values) -> Values:
    """Return principal values, largest first, shape (cells, 3); nan of tensors that are.

    Args:
        tensors: components xx, yy, zz, xy, yz, xz, shape (cells, 6).
    """
    known = np.isfinite(tensors).all(axis=1)
    xx, yy, zz, xy, yz, xz = tensors[known].T
    full = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    found = np.full((len(tensors), 3), np.nan)
    found[known] = np.linalg.eigvalsh(np.moveaxis(full, -1, 0))[:, ::-1]
    return found


def equivalent_strain(tensors: Values) -> Values:
    """Return the equivalent of deviatoric strains [1], shape (cells,).

    Args:
        tensors: components xx, yy, zz, xy, yz, xz, shape (cells, 6) [1].
    """
    squares = (tensors**2) @ np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    return np.asarray(np.sqrt(2.0 / 3.0 * squares))


@dataclass(frozen=True)
class _Derived:
    """A field that follows from another one.

    Attributes:
        source: name of the field that it follows from.
        components: shape of its value at one place.
        value: returns its values from those of the source.
    """

    source: str
    components: tuple[int, ...]
    value: Callable[[Values], Values]


_DERIVED: Final = {
    "principal": _Derived("stress", (3,), principal_values),
    "strain_principal": _Derived("strain", (3,), principal_values),
    "strain_creep_equivalent": _Derived("strain_creep", (), equivalent_strain),
}

_NUMBERED: Final = frozenset(name for name, each in _DERIVED.items() if each.components)


def all_arrays(data: FieldData) -> dict[str, Array]:
    """Return what there is to know of the arrays of a file and of those that follow from them.

    Args:
        data: field file.
    """
    found = {}
    for name, each in _DERIVED.items():
        source = data.arrays.get(each.source)
        if source is not None and source.components == (6,):
            found[name] = Array(source.on_points, source.varies, each.components)
    return {**found, **data.arrays}


def all_values(data: FieldData, name: str, step: int) -> Values:
    """Return an array of a file, or one that follows from another, at a step.

    Args:
        data: field file.
        name: name of the array.
        step: number of the step.

    Raises:
        RunFolderError: there is no such array or step.
    """
    if name in data.arrays or name not in _DERIVED:
        return data.values(name, step)
    return _DERIVED[name].value(data.values(_DERIVED[name].source, step))


def parts_of(name: str, array: Array) -> tuple[str, ...]:
    """Return the names of the components of a field; none of a number.

    Principal values are numbered from the largest, for they point along no axis.

    Args:
        name: name of the field.
        array: what there is to know of it.
    """
    if name in _NUMBERED:
        return ("1", "2", "3")
    return component_names(*array.components)


def dimension_of(name: str, array: Array) -> tuple[str, tuple[str, ...]]:
    """Return the dimension of the components of a field, and its labels; none if they have none.

    Args:
        name: name of the field.
        array: what there is to know of it.
    """
    if name in _NUMBERED:
        return "order", parts_of(name, array)
    return COMPONENTS.get(array.components[0], (f"{name}_component", ()))
