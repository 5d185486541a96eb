# SPDX-License-Identifier: BSD-3-Clause
"""Rows of a map over position and time: facets of an interface, some of which may be halved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The facets of the output that has most of them, and which facets of others hold them.

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
        low, high = most[..., along].min(axis=1), most[..., along].max(axis=1)
        order = np.argsort(low)
        middle, found = 0.5 * (low + high)[order], []
        for ends in corners:
            first = ends[..., along].min(axis=1)
            own = np.argsort(first)
            if len(own) < len(order):
                # some of them are halved later
                held = np.searchsorted(first[own], middle, side="right") - 1
                own = own[np.maximum(held, 0)]
            found.append(own)
        return cls(along, low[order], high[order], np.stack(found))

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
