# SPDX-License-Identifier: BSD-3-Clause
"""Conditions that prescribe values of fields on outer faces."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.case.boundary import FacePotential, Support
from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel, hold
from ssbmech.model.parts.ions import Ions
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PrescribedMotion:
    """Displacement of a face of one body that is prescribed against time.

    Attributes:
        u: displacement of the body.
        nodes: local nodes of the face.
        x: their positions, shape (3, n) [m].
        components: components that are prescribed.
        value: displacement [m], shape (dim, n), of positions [m] and time [s].
    """

    u: Unknown
    nodes: npt.NDArray[np.int32]
    x: Array
    components: tuple[int, ...]
    value: Callable[[Array, float], Array]

    def size(self, time: float) -> float:
        """Return the sum of the components at the first node at a time [s], to see it change."""
        return float(np.sum(self.value(self.x[:, :1], time)))

    def impose(self, time: float) -> None:
        """Set the displacement at a time [s]."""
        # a rank without a node of the face has nothing to ask
        if len(self.nodes) == 0:
            return
        values = self.value(self.x, time)
        for component in self.components:
            self.u.function.x.array[self.nodes * self.u.block_size + component] = values[component]


def hold_supports(
    supports: Sequence[Support], bodies: Collection[BodyModel], comm: MPI.Intracomm
) -> list[PrescribedMotion]:
    """Hold faces in all bodies that reach them, and return those that move; collective."""
    moving = []
    for support in supports:
        for body in bodies:
            count = comm.allreduce(len(body.mesh.facets(support.face)), op=MPI.SUM)
            if count == 0:
                continue
            dim = body.frame.dim
            every = support.components(0, dim) == tuple(range(dim))
            axis = 0 if every else body.mesh.normal_axis(support.face)[0]
            components = support.components(axis, dim)
            dofs = hold(body.u, body.mesh, support.face, components)
            body.u.fix(dofs)
            if support.value is not None:
                space = body.u.function.function_space
                nodes = np.unique(dofs // body.u.block_size).astype(np.int32)
                x = space.tabulate_dof_coordinates()[nodes].T
                moving.append(PrescribedMotion(body.u, nodes, x, components, support.value))
    return moving


def hold_potentials(held: Sequence[FacePotential], bodies: Collection[BodyModel]) -> None:
    """Prescribe ionic potentials on faces of all electrolytes that reach them; collective.

    Raises:
        CaseError: a face belongs to no electrolyte.
    """
    conducting = {b.name: (b, ions.phi_e) for b in bodies for ions in b.parts.find(Ions)}
    for condition in held:
        reached = 0
        for body, phi_e in conducting.values():
            dofs = hold(phi_e, body.mesh, condition.face, (0,))
            phi_e.fix(dofs)
            space = phi_e.function.function_space
            x = space.tabulate_dof_coordinates()[dofs].T
            phi_e.function.x.array[dofs] = condition.potential(x)
            phi_e.function.x.scatter_forward()
            phi_e.commit()
            reached += body.mesh.mesh.comm.allreduce(len(dofs), op=MPI.SUM)
        if reached == 0:
            raise CaseError(
                f"a potential is held on face {condition.face!r}, where no body conducts ions; "
                f"bodies that do: {', '.join(conducting) or 'none'}"
            )
