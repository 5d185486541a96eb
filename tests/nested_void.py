# SPDX-License-Identifier: BSD-3-Clause
"""A small lens void on meshes that are nested: each halves every cell of the one before."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.units import MPa, MPa_per_um, mA_per_cm2, nm, s, um
from tests.flat_mesh import between_lines
from tests.moving import COUNTER, LITHIUM, WORKING

EDGE = 8.0
"""Half the width of the void [um]."""

X_LINES = (0.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 16.0, 20.0)
Y_LINES = ((0.0, 4.0, 6.5, 8.0), (8.0, 9.5, 14.0), (14.0, 18.0))
"""Lines of the coarsest mesh, across, and along each layer from below [um]."""


@dataclass(frozen=True, kw_only=True)
class Nested(MeshSource):
    """Three layers of cells between lines, cut in two along changing diagonals.

    Attributes:
        halvings: how often the distance of all lines is halved.
    """

    halvings: int

    def generate(self) -> SimplexMesh:
        x = _halved(X_LINES, self.halvings)
        layers = [_halved(lines, self.halvings) for lines in Y_LINES]
        y = np.concatenate([layers[0], *(layer[1:] for layer in layers[1:])])
        points, cells, row = between_lines(x, y)
        tops = np.cumsum([layer.size - 1 for layer in layers])
        layer = np.searchsorted(tops, row, side="right")
        names = ("negative", "separator", "positive")
        regions = {name: np.flatnonzero(layer == k) for k, name in enumerate(names)}
        return SimplexMesh(1e-6 * points, cells, regions)


def _halved(lines: tuple[float, ...], times: int) -> np.ndarray:
    found = np.array(lines)
    for _ in range(times):
        found = np.sort(np.concatenate([found, 0.5 * (found[1:] + found[:-1])]))
    return found


def lens(halvings: int, pressure: float, lengths: tuple[float, ...], **changes: Any) -> ssb.Case:
    """Return a lens void of 16 um by 0.5 um, plated and stripped for so long at 1 mA/cm2.

    Args:
        halvings: of the coarsest mesh, with cells of 1 um at the edge.
        pressure: of the spring at first [MPa].
        lengths: time that it is plated and stripped [s].
        changes: fields of the case to replace.
    """
    plate, strip = lengths
    case = ssb.Case(
        name="nested_void",
        geometry=Nested(frame=ssb.PlaneStrain(), halvings=halvings),
        bodies=(
            ssb.Body.single("negative", LITHIUM, moves=True),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", LITHIUM, moves=True),
        ),
        interfaces=(
            ssb.Interface(
                WORKING,
                kinetics=lithium_li6ps5cl(),
                initial_gap=ssb.LensGap(half_width=EDGE * um, depth=500 * nm),
            ),
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=ssb.Spring(preload=pressure * MPa, spring_stiffness=0.03 * MPa_per_um),
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-1 * mA_per_cm2, plate * s, name="plate"),
            ssb.ConstantCurrent(1 * mA_per_cm2, strip * s, name="strip"),
        ),
        limits=ssb.Limits.off(),
        output=ssb.Output(figures=False),
    )
    return dataclasses.replace(case, **changes)
