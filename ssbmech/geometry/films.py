# SPDX-License-Identifier: BSD-3-Clause
"""Layers too thin to be meshed as they are: drawn thicker, and brought to their thickness.

A film of some nanometres from which metal grows has as many cells as the layer that it becomes. It
is meshed at a thickness that suits these cells, and all that lies above is let down. How high a
region was drawn stays known: for a mesh that moves its cells are those with the shape to keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from ssbmech.geometry.simplices import SimplexMesh


class Film(Protocol):
    """Role of a layer that may be drawn thicker than it is."""

    @property
    def name(self) -> str:
        """Name of its region."""

    @property
    def thickness(self) -> float:
        """Its thickness [m]."""

    @property
    def drawn(self) -> float:
        """Thickness at which it is meshed [m]."""


def thinned(mesh: SimplexMesh, layers: Sequence[Film]) -> SimplexMesh:
    """Return the mesh of layers as they are from that of layers as they are drawn.

    Args:
        mesh: layers above each other along its last axis, from zero.
        layers: the layers, lowest first.
    """
    drawn = _drawn(layers)
    if not drawn:
        return mesh
    points, up = mesh.points.copy(), mesh.dim - 1
    before = np.cumsum([0.0, *(layer.drawn for layer in layers)])
    after = np.cumsum([0.0, *(layer.thickness for layer in layers)])
    points[:, up] = np.interp(points[:, up], before, after)
    return replace(mesh, points=points, drawn=drawn)


def _drawn(layers: Sequence[Film]) -> Mapping[str, float]:
    """Return the drawn height over its own of each layer that is not meshed as it is."""
    thinner = [layer for layer in layers if layer.drawn != layer.thickness]
    return {layer.name: layer.drawn / layer.thickness for layer in thinner}
