# SPDX-License-Identifier: BSD-3-Clause
"""Averages over the cells of a body."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech._compat import compile_form, constant
from ssbmech.model.body import BodyModel

Array = npt.NDArray[np.float64]

CELL_FIELDS: Mapping[str, slice | int] = {
    "stress": slice(0, 6),
    "von_mises": 6,
    "pressure": 7,
    "creep_rate": 8,
}
"""Place of each cell field among the averaged components of a body."""


class CellAverages:
    """Averages of stress, pressure and creep rate over each cell of a body.

    Attributes:
        volumes: volumes of the owned cells [m3], per metre of depth in plane strain [m2].
    """

    def __init__(self, body: BodyModel) -> None:
        """Compile the forms; collective."""
        mesh = body.mesh.mesh
        self._size = 9
        space = fem.functionspace(mesh, ("DG", 0, (self._size,)))
        test = ufl.TestFunction(space)
        forms = []
        for region in body.regions:
            s, deviator = region.stress, region.response.deviator
            von_mises = ufl.sqrt(1.5 * ufl.inner(deviator, deviator))
            rate = region.response.creep_rate + ufl.as_ufl(0.0)
            components = [
                s[0, 0],
                s[1, 1],
                s[2, 2],
                s[0, 1],
                s[1, 2],
                s[0, 2],
                von_mises,
                -ufl.tr(s) / 3,
                rate,
            ]
            forms.append(ufl.inner(ufl.as_vector(components), test) * region.dx)
        self._form = compile_form(sum(forms[1:], forms[0]), body.group.entity_maps)
        self._vector = la.vector(space.dofmap.index_map, self._size)
        self._cells = mesh.topology.index_map(mesh.topology.dim).size_local
        scalar = fem.functionspace(mesh, ("DG", 0))
        one = constant(mesh, 1.0)
        volumes = la.vector(scalar.dofmap.index_map, 1)
        volumes.array[:] = 0.0
        fem.assemble_vector(
            volumes.array, compile_form(one * ufl.TestFunction(scalar) * body.measure("dx"), None)
        )
        self.volumes = np.array(volumes.array[: self._cells])

    def evaluate(self) -> Array:
        """Return the averages on the owned cells, shape (cells, 9); collective."""
        self._vector.array[:] = 0.0
        fem.assemble_vector(self._vector.array, self._form)
        sums = self._vector.array[: self._cells * self._size].reshape(self._cells, self._size)
        return np.asarray(sums / self.volumes[:, None])
