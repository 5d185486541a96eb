# SPDX-License-Identifier: BSD-3-Clause
"""Where points of a free side lie in the body as it was made, in the plane.

Metal that is pressed out of a slit leaves as a jet, whose side was the short free side beside the
slit. It is drawn out of that side's end at the slit, so that the points of the jet, halved again
and again, bunch there in the body as it was made until nothing but rounding parts them. Nothing is
measured by the points within a side that nothing holds, so they may lie anywhere on it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

STRAIGHT = 1e-9
"""Distance of a point from the line through the ends of a side, over their distance, up to which
the side is straight [1]."""


def evened(made: Array, now: Array, facets: Ints, loose: Mask) -> Array:
    """Return points of a boundary as it was made, with those of straight free sides spread there.

    They have the shares of the side that they have now.

    Args:
        made: points of the boundary as it was made, shape (points, 2) [m].
        now: where they are [m].
        facets: facets in one sense, by these points, shape (facets, 2).
        loose: which points lie within a side that nothing holds.
    """
    found = made.copy()
    follows = {int(a): int(b) for a, b in facets}
    ends = [int(a) for a, b in facets if not loose[a] and loose[b]]
    for end in ends:
        line = [end, follows[end]]
        while loose[line[-1]]:
            line.append(follows[line[-1]])
        along = made[line[-1]] - made[end]
        off = made[line] - made[end]
        across = np.abs(off[:, 0] * along[1] - off[:, 1] * along[0])
        square = float(along @ along)
        if square > 0.0 and np.all(across <= STRAIGHT * square):
            lengths = np.linalg.norm(np.diff(now[line], axis=0), axis=1)
            parts = np.cumsum(lengths)[:-1] / lengths.sum()
            found[line[1:-1]] = made[end] + parts[:, None] * along
    return found
