# SPDX-License-Identifier: BSD-3-Clause
"""Rows of a map over position and time: facets of an interface, some halved or joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]


SAME = 1e-9
"""Distance of the ends of facets over the length of the interface that is none [1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Pieces into which the ends of all outputs' facets part an interface, and what holds each.

    Attributes:
        along: Axis of the position.
        low: Where each row begins, in order, shape (rows,) [m].
        high: Where it ends [m].
        facets: Number of the facet that holds each row, for each output, shape (outputs, rows).
    """

    along: int
    low: Array
    high: Array
    facets: NDArray[np.int64]

    @classmethod
    def of(cls, corners: Sequence[Array]) -> Rows:
        """Return the rows of the facets of some outputs.

        Args:
            corners: Corners of the facets at each output, shape (facets, corners, 2) [m].
        """
        most = max(corners, key=len)
        along = int(np.ptp(most, axis=(0, 1)).argmax())
        lows = [ends[..., along].min(axis=1) for ends in corners]
        low, high = most[..., along].min(axis=1), most[..., along].max(axis=1)
        order = np.argsort(low)
        low, high = low[order], high[order]
        near = SAME * float(high.max() - low.min())
        if all(
            len(each) == len(low) and np.allclose(np.sort(each), low, rtol=0.0, atol=near)
            for each in lows
        ):
            return cls(along, low, high, np.stack([np.argsort(each) for each in lows]))
        # some of them are halved or joined: what lies between any two ends is a row
        low = np.sort(np.concatenate(lows))
        low = low[np.diff(low, prepend=-np.inf) > near]
        high = np.append(low[1:], high.max())
        middle, found = 0.5 * (low + high), []
        for first in lows:
            own = np.argsort(first)
            held = np.searchsorted(first[own], middle, side="right") - 1
            found.append(own[np.maximum(held, 0)])
        return cls(along, low, high, np.stack(found))

    @property
    def position(self) -> Array:
        """Ends of the rows, shape (rows + 1,) [m]."""
        return np.append(self.low, self.high[-1])

    def sizes(self, radial: bool) -> Array:
        """Return the length of each row, or what its area goes with around an axis [m or m2]."""
        return self.high**2 - self.low**2 if radial else self.high - self.low

    def stacked(self, values: Sequence[Array]) -> Array:
        """Return values of the facets of each output as a map, shape (rows, outputs)."""
        columns = [each[facets] for each, facets in zip(values, self.facets, strict=True)]
        return np.stack(columns, axis=1)
