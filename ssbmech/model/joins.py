# SPDX-License-Identifier: BSD-3-Clause
"""Cracks that are joined to an electrode, and whether their metal reaches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ssbmech.errors import CaseError
from ssbmech.model.parts.crack import CrackMetal
from ssbmech.model.surface import SurfaceModel

Array = npt.NDArray[np.float64]

ROUNDING = 1e-9
"""Distance over the size of the mesh within which points are one [1]."""


def check_reach(surfaces: Mapping[str, SurfaceModel], sides: Mapping[str, Sequence[str]]) -> None:
    """Check that metal in cracks meets the electrodes that they are joined to; collective.

    Args:
        surfaces: the interfaces by name.
        sides: interfaces that are joined to each electrode.

    Raises:
        CaseError: the flaw of a crack touches no other interface of its electrode, or an end in
            its mouth does not.
    """
    for electrode, joined in sides.items():
        for name in joined:
            others = [surfaces[other] for other in (electrode, *joined) if other != name]
            for crack in surfaces[name].parts.find(CrackMetal):
                at_flaw = _touching(crack.places.flaw_vertices, others)
                at_mouth = _touching(crack.places.mouth_vertices, others)
                # metal gets into a crack without a flaw from one that it meets
                at_flaw = at_flaw if len(at_flaw) else np.ones(1, dtype=bool)
                for what, touches in (("flaw", at_flaw.any()), ("mouth", at_mouth.all())):
                    if not touches:
                        raise CaseError(
                            f"interface {name!r} is joined to the electrode {electrode!r}, but the "
                            f"{what} of its filling does not touch it, so that nothing connects "
                            "their metal: move it to where they meet, or join another crack"
                        )


def _touching(points: Array, others: Sequence[SurfaceModel]) -> npt.NDArray[np.bool_]:
    """Return which points (n, 3) of all ranks are vertices of some interfaces; collective."""
    comm = others[0].comm
    found = np.concatenate(comm.allgather(points))
    vertices = np.concatenate([other.mesh.mesh.geometry.x for other in others])
    size = comm.allreduce(float(np.abs(vertices).max(initial=0.0)), op=MPI.MAX)
    away = np.full(len(found), np.inf)
    if len(vertices) and len(found):
        away, _ = cKDTree(vertices).query(found)
    comm.Allreduce(MPI.IN_PLACE, away, op=MPI.MIN)
    return np.asarray(away <= ROUNDING * size)
