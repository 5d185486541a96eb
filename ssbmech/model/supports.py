# SPDX-License-Identifier: BSD-3-Clause
"""Conditions that prescribe values of fields on outer faces."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.case.boundary import FaceFlux, FacePotential, Support
from ssbmech.case.case import Case
from ssbmech.case.courses import followed
from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel, hold
from ssbmech.model.given import given_values
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.lithium import Lithium
from ssbmech.solve.unknowns import Unknown
from ssbmech.solve.watching import plain

Array = npt.NDArray[np.float64]

WATCHED_NODES = 8
"""Nodes of a face at most at which a displacement is looked at, evenly over their numbers [1]."""


@dataclass(frozen=True, eq=False)
class PrescribedMotion:
    """Displacement of a face of one body that is prescribed against time.

    Attributes:
        u: displacement of the body.
        nodes: local nodes of the face.
        x: their positions, shape (3, n) [m].
        components: components that are prescribed.
        value: displacement [m], shape (dim, n), of positions [m] and time [s].
        face: name of the face.
    """

    u: Unknown
    nodes: npt.NDArray[np.int32]
    x: Array
    components: tuple[int, ...]
    value: Callable[[Array, float], Array]
    face: str

    def size(self, time: float) -> float:
        """Return a mean of the prescribed components at some nodes at a time [s], to see it change.

        No two of them weigh the same: what moves one way at a node and as far the other way beside,
        or in two components, does not cancel, which would hide it or leave what rounding leaves. It
        is nan where the function fails: `impose` tells of that on all ranks.
        """
        some = np.unique(np.linspace(0, self.x.shape[1] - 1, WATCHED_NODES).astype(int))
        try:
            given = self.value(self.x[:, some], time)
            parts = [np.broadcast_to(given[k], some.shape) for k in self.components]
            return float(
                np.average(np.concatenate(parts), weights=_weights(len(parts) * len(some)))
            )
        except Exception:
            # the user's own code, which may raise anything
            return math.nan

    def at(self, time: float) -> Array:
        """Return the displacement of the nodes of this rank at a time [s]; collective.

        Raises:
            CaseError: on any rank the function fails, or gives no displacement.
        """
        space = self.u.function.function_space
        return given_values(
            lambda x: self.value(x, time),
            self.x,
            space.dofmap.index_map_bs,
            space.mesh.comm,
            f"the value of the support at {self.face!r} at t = {time:g} s",
            "m",
        )

    def impose(self, time: float) -> None:
        """Set the displacement at a time [s]; collective.

        Raises:
            CaseError: as `at` does.
        """
        values = self.at(time)
        for component in self.components:
            self.u.function.x.array[self.nodes * self.u.block_size + component] = values[component]


def _weights(count: int) -> Array:
    """Return weights from 1 to 2 in no ratio of small numbers: multiples of the golden section."""
    return 1.0 + np.arange(count) * (math.sqrt(5.0) - 1.0) / 2.0 % 1.0


def hold_supports(
    supports: Sequence[Support], bodies: Collection[BodyModel], comm: MPI.Intracomm
) -> list[PrescribedMotion]:
    """Hold faces in all bodies that reach them, and return those that move; collective.

    Raises:
        CaseError: a prescribed displacement cannot be had at the start.
    """
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
                motion = PrescribedMotion(body.u, nodes, x, components, support.value, support.face)
                # what fails at the start is told before anything is solved
                motion.at(0.0)
                moving.append(motion)
    return moving


def without_breaks(
    case: Case, moving: Iterable[PrescribedMotion]
) -> list[Callable[[float], float]]:
    """Return functions of time that do not tell where they jump or bend, against time alone.

    Args:
        case: what loads and the fixture follow.
        moving: what supports follow.
    """
    asked = [each for each in followed(case) if plain([each.function])]
    moved = [motion for motion in moving if len(motion.nodes) and plain([motion.value])]
    return [*asked, *(motion.size for motion in moved)]


def check_fluxes(
    entering: Sequence[FaceFlux], bodies: Collection[BodyModel], comm: MPI.Intracomm
) -> None:
    """Check that lithium enters hosts; collective.

    Raises:
        CaseError: a face belongs to no host, so that nothing would take the lithium up.
    """
    hosts = [body for body in bodies if list(body.parts.find(Lithium))]
    for flux in entering:
        reached = sum(len(body.mesh.facets(flux.face)) for body in hosts)
        if comm.allreduce(reached, op=MPI.SUM) == 0:
            raise CaseError(
                f"lithium enters through face {flux.face!r}, where no body hosts any; bodies that "
                f"do: {', '.join(body.name for body in hosts) or 'none'}"
            )


def hold_potentials(held: Sequence[FacePotential], bodies: Collection[BodyModel]) -> None:
    """Prescribe ionic potentials on faces of all electrolytes that reach them; collective.

    Raises:
        CaseError: a face belongs to no electrolyte, or its potential cannot be had.
    """
    conducting = {b.name: (b, ions.phi_e) for b in bodies for ions in b.parts.find(Ions)}
    for condition in held:
        reached = 0
        for body, phi_e in conducting.values():
            dofs = hold(phi_e, body.mesh, condition.face, (0,))
            phi_e.fix(dofs)
            space = phi_e.function.function_space
            x = space.tabulate_dof_coordinates()[dofs].T
            where = f"FacePotential.potential on face {condition.face!r}"
            values = given_values(condition.potential, x, 1, body.mesh.mesh.comm, where, "V")
            phi_e.function.x.array[dofs] = values[0]
            phi_e.function.x.scatter_forward()
            phi_e.commit()
            reached += body.mesh.mesh.comm.allreduce(len(dofs), op=MPI.SUM)
        if reached == 0:
            raise CaseError(
                f"a potential is held on face {condition.face!r}, where no body conducts ions; "
                f"bodies that do: {', '.join(conducting) or 'none'}"
            )
