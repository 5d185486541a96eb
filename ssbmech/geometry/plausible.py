# SPDX-License-Identifier: BSD-3-Clause
"""Whether a mesh has the size of a cell, or was read in the wrong unit of length."""

from __future__ import annotations

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.simplices import Floats

THICKEST = 5e-3
"""No cell, from plate to plate, is thicker [m]: pressed pellets reach two millimetres."""

WIDEST = 1.0
"""No cell is wider [m]."""

THINNEST = 20e-9
"""Thinner than this, a body is no continuum any more [m]."""

UNITS = {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "nm": 1e-9}
"""Units of length by their names in `ssbmech.units` [m]."""

_USUAL = (1e-6, 3e-3)
"""Smallest extent of most cells and their parts [m]."""


def readable(length: float) -> str:
    """Return a length in a unit that suits it.

    Args:
        length: the length [m].
    """
    for name in ("m", "mm", "um"):
        if length >= UNITS[name]:
            return f"{length / UNITS[name]:.4g} {name}"
    return f"{length / UNITS['nm']:.4g} nm"


def extents(points: Floats, dim: int) -> Floats:
    """Return the extents of points along the axes [m]."""
    found: Floats = np.ptp(points[:, :dim], axis=0)
    return found


def written(sizes: Floats) -> str:
    """Return extents in words."""
    return " x ".join(readable(float(size)) for size in sizes)


def is_possible(sizes: Floats) -> bool:
    """Return whether a body of these extents [m] can be a cell."""
    return THINNEST <= float(sizes.min()) <= THICKEST and float(sizes.max()) <= WIDEST


def likely_units(sizes: Floats) -> list[str]:
    """Return the units in which extents of a file make a cell, the likelier first.

    Args:
        sizes: extents in the unit of the file.
    """
    smallest = float(sizes.min())
    possible = [u for u, factor in UNITS.items() if is_possible(sizes * factor)]
    return sorted(possible, key=lambda u: not _USUAL[0] <= smallest * UNITS[u] <= _USUAL[1])


def check_size(points: Floats, dim: int, unit: float) -> None:
    """Refuse a mesh that no cell can have the size of.

    Args:
        points: coordinates of the points of cells [m].
        dim: dimension of the mesh.
        unit: length unit with which the file was read [m].

    Raises:
        MeshError: it is too thick, too wide or too thin; the message names units that would do.
    """
    sizes = extents(points, dim)
    if sizes.min() <= 0.0 or is_possible(sizes):
        return
    what = (
        "too thick"
        if sizes.min() > THICKEST
        else "too thin"
        if sizes.min() < THINNEST
        else "too wide"
    )
    in_file: Floats = np.asarray(sizes / unit, dtype=np.float64)
    others = [u for u in likely_units(in_file) if not np.isclose(UNITS[u], unit)]
    hint = (
        f"is the file in {' or '.join(others)}? Then say unit={others[0]}"
        if others
        else "say in which unit the file is, as in unit=um"
    )
    raise MeshError(
        f"it measures {written(sizes)}, {what} for a cell (from {readable(THINNEST)} to "
        f"{readable(THICKEST)} thick, up to {readable(WIDEST)} wide): {hint}; any_size=True takes "
        "it as it is"
    )
