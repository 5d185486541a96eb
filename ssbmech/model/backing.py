# SPDX-License-Identifier: BSD-3-Clause
"""What stands behind a body that moves: without it, metal that grows pushes the body away."""

from __future__ import annotations

from collections.abc import Sequence

from mpi4py import MPI

import numpy as np

from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel
from ssbmech.model.parts.wall import MovingWall
from ssbmech.solve.unknowns import Closure

ALONG = 0.05
"""Component of an interface's normal above which a body can be held along it [1]."""


def check_backing(
    body: BodyModel, walls: Sequence[MovingWall], closures: Sequence[Closure]
) -> None:
    """Refuse a body that moves with one interface and nothing that holds it against it; collective.

    A support or the platen holds a component of it that its directors have, another interface is
    its collector, or a pressure acts on a face of it.

    Args:
        body: the body, held by its supports.
        walls: its surfaces at interfaces.
        closures: scalar unknowns, the platen among them.

    Raises:
        CaseError: there is nothing.
    """
    if len(walls) != 1:
        return
    (wall,) = walls
    comm, dim = wall.surface.comm, body.frame.dim
    pressed = sum(len(body.mesh.facets(load.face)) for load in body.setting.pressures)
    forced = any(force.body == body.name for force in body.setting.loads.body_forces)
    held = np.zeros(dim, dtype=np.int64)
    ties = [dofs for closure in closures for shared, dofs in closure.ties if shared is body.u]
    for dofs in (body.u.fixed, *ties):
        held += np.bincount(np.asarray(dofs, dtype=np.int64) % dim, minlength=dim)
    along = np.abs(wall.shape.link.normals).max(axis=0, initial=0.0)
    comm.Allreduce(MPI.IN_PLACE, held, op=MPI.SUM)
    comm.Allreduce(MPI.IN_PLACE, along, op=MPI.MAX)
    backed = bool(np.any((held > 0) & (along > ALONG)))
    if not (backed or forced or comm.allreduce(pressed) > 0):
        raise CaseError(
            f"body {body.name!r} moves and nothing stands behind it: metal that is plated at "
            f"{wall.surface.name!r} would push it away; give it a support or the fixture on the "
            "face behind, or a collector, which is a body with an interface to it"
        )
