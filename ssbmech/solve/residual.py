# SPDX-License-Identifier: BSD-3-Clause
"""The residual of a step, field by field, and the sizes that it is judged against.

Forms come in groups, one group for each mesh that is integrated over: bulk terms on a body's own
mesh, interface terms on the parent mesh.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import fem, la

from ssbmech._compat import compile_form
from ssbmech.solve.unknowns import Closure, Unknown

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FormGroup:
    """Residual forms that are integrated over one mesh.

    Attributes:
        name: name for messages.
        residual: form by key of the unknown whose test function it contains.
        entity_maps: maps for fields that live on other meshes.
        nodes: of a group that is integrated over facets: global nodes of each unknown by its key,
            one row per owned facet.
    """

    name: str
    residual: Mapping[str, Any]
    entity_maps: Any = None
    nodes: Mapping[str, npt.NDArray[np.int64]] | None = None


class Residual:
    """The residual rows of all fields, as their forms give them: neither scaled nor constrained.

    Args:
        comm: communicator.
        unknowns: the fields.
        groups: their forms.
    """

    def __init__(
        self, comm: MPI.Intracomm, unknowns: Sequence[Unknown], groups: Sequence[FormGroup]
    ) -> None:
        """Compile the forms; collective."""
        self._comm, self._unknowns = comm, unknowns
        self._vectors = [
            la.vector(w.function.function_space.dofmap.index_map, w.block_size) for w in unknowns
        ]
        self._maps = {group.name: group.entity_maps for group in groups}
        index = {w.key: k for k, w in enumerate(unknowns)}
        self._forms = [
            (index[key], compile_form(form, group.entity_maps))
            for group in groups
            for key, form in group.residual.items()
        ]

    def assemble(self) -> None:
        """Assemble the rows of all fields; collective."""
        for vector in self._vectors:
            vector.array[:] = 0.0
        for k, form in self._forms:
            fem.assemble_vector(self._vectors[k].array, form)
        for vector in self._vectors:
            vector.scatter_reverse(la.InsertMode.add)

    def rows(self, k: int) -> Array:
        """Return the owned rows of a field as last assembled; at prescribed dofs, reactions."""
        return np.asarray(self._vectors[k].array[: self._unknowns[k].owned])

    def size_by(self, references: Mapping[str, Sequence[tuple[str, Any]]]) -> None:
        """Set the size of each field's residual to the norm of assembled forms; collective.

        Args:
            references: names of groups and forms, by key of the field.
        """
        for k, unknown in enumerate(self._unknowns):
            vector = self._vectors[k]
            vector.array[:] = 0.0
            for name, form in references[unknown.key]:
                fem.assemble_vector(vector.array, compile_form(form, self._maps[name]))
            vector.scatter_reverse(la.InsertMode.add)
            values = self.rows(k)
            free = np.ones(unknown.owned, dtype=bool)
            free[unknown.fixed] = False
            squares = np.array([np.sum(values[free] ** 2), np.sum(values**2)])
            self._comm.Allreduce(MPI.IN_PLACE, squares, op=MPI.SUM)
            # a field held on the whole boundary may have its size there alone
            unknown.reference = math.sqrt(squares[0 if squares[0] > 1e-12 * squares[1] else 1])


def share_references(closures: Sequence[Closure]) -> None:
    """Give fields that are tied one size of their residuals, also where others tie them."""
    apart = True
    while apart:
        apart = False
        for closure in closures:
            tied = [shared for shared, _ in closure.ties]
            largest = max(shared.reference for shared in tied)
            for shared in tied:
                apart = apart or shared.reference < largest
                shared.reference = largest
