# SPDX-License-Identifier: BSD-3-Clause
"""Averages over the cells of a body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech._compat import compile_form
from ssbmech.model.body import BodyModel
from ssbmech.model.outputs import CellMean

Array = npt.NDArray[np.float64]


class CellAverages:
    """Averages of expressions over each cell of a body, all of them in one form."""

    def __init__(self, body: BodyModel, fields: Sequence[CellMean]) -> None:
        """Compile the form; collective.

        Args:
            body: the body.
            fields: what is averaged.
        """
        self._body = body
        self._places: dict[str, slice | int] = {}
        size = 0
        for item in fields:
            count = len(next(iter(item.components.values())))
            self._places[item.quantity.name] = size if count == 1 else slice(size, size + count)
            size += count
        self._size = size
        space = fem.functionspace(body.mesh.mesh, ("DG", 0, (size,)))
        test = ufl.TestFunction(space)
        forms = []
        for region in body.case_body.materials:
            components = [
                component
                for item in fields
                for component in item.components.get(region) or _zeros(item)
            ]
            forms.append(ufl.inner(ufl.as_vector(components), test) * body.region(region))
        self._form = compile_form(sum(forms[1:], forms[0]), body.group.entity_maps)
        self._vector = la.vector(space.dofmap.index_map, size)

    def evaluate(self) -> dict[str, Array]:
        """Return the averages on the owned cells by name of the field; collective."""
        self._vector.array[:] = 0.0
        fem.assemble_vector(self._vector.array, self._form)
        volumes = self._body.volumes
        count = len(volumes)
        sums = self._vector.array[: count * self._size].reshape(count, self._size)
        values = np.asarray(sums / volumes[:, None])
        return {name: values[:, place] for name, place in self._places.items()}


def _zeros(item: CellMean) -> list[object]:
    """Return a zero for each component of a field."""
    return [ufl.as_ufl(0.0)] * len(next(iter(item.components.values())))
