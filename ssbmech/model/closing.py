# SPDX-License-Identifier: BSD-3-Clause
r"""When vertices of moving walls will meet what is opposite, and whether some have just done so.

Where one more vertex of a wall meets its partner it takes over stress from the others, the rate of
which jumps. A time step across that instant is of first order in its length, and wrong by the jump.
So steps land on it, as on a jump of what is asked of a cell. With the gaps g of the last two steps,
of which the last took :math:`\Delta t`,

.. math:: t_{due} = \min_{g_{n,i} > g_{least},\, g_{n,i} < g_{n-1,i}}
          \frac{g_{n,i}}{g_{n-1,i} - g_{n,i}} \, \Delta t
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mpi4py import MPI

import numpy as np

from ssbmech.model.surface import SurfaceModel

LEAST = 1e-3
"""Gap over the typical one that counts as open [1]."""


class Closings:
    """Foresees when contact is found at vertices of walls, and tells when it was.

    It looks at what the last two committed steps have left, and keeps nothing.
    """

    def __init__(self, surfaces: Sequence[SurfaceModel], comm: MPI.Intracomm) -> None:
        """Keep the interfaces of bodies whose metal moves."""
        self._surfaces, self._comm = list(surfaces), comm

    def due(self, dt_before: float) -> float:
        """Return the time until the next vertex closes [s]; collective.

        It is infinite if none does, or nothing tells.

        Args:
            dt_before: length of the last step; zero if it tells nothing of the next [s].
        """
        if not self._surfaces:
            return math.inf
        soonest = math.inf
        for surface in self._surfaces if dt_before > 0.0 else ():
            gap = surface.gap
            now, before = gap.previous[: gap.owned], gap.older[: gap.owned]
            closing = (now > LEAST * gap.scale) & (now < before)
            left = now[closing] / (before[closing] - now[closing])
            soonest = min(soonest, dt_before * float(np.min(left, initial=math.inf)))
        return float(self._comm.allreduce(soonest, op=MPI.MIN))

    @property
    def happened(self) -> bool:
        """Whether a vertex has closed in the last committed step; collective."""
        if not self._surfaces:
            return False
        closed = False
        for surface in self._surfaces:
            gap = surface.gap
            now, before = gap.previous[: gap.owned], gap.older[: gap.owned]
            least = LEAST * gap.scale
            closed |= bool(np.any((before > least) & (now <= least)))
        return bool(self._comm.allreduce(closed, op=MPI.LOR))
