# SPDX-License-Identifier: BSD-3-Clause
"""Looks at the initial gap of an interface on its mesh: is there a void, and is it too deep?"""

from __future__ import annotations

import warnings

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx.mesh import Mesh

from ssbmech.errors import CaseError, CaseWarning
from ssbmech.model.surface import SurfaceModel

FLAT = 1e-6
"""Extent of an interface across itself over that along itself below which it is flat [1]."""

SLACK = 1e-9
"""Depth of a void over that of its layer beyond one that is round-off [1]."""


def check_initial_gap(surface: SurfaceModel) -> None:
    """Refuse a void that is deeper than what it is in, and warn of a void that is nowhere.

    A void of an electrode of metal is in the metal; that between other bodies may be in both.
    Collective.

    Raises:
        CaseError: the initial gap exceeds the extent of the bodies across the interface.
    """
    profile = surface.interface.initial_gap
    if profile is None:
        return
    comm, name = surface.comm, surface.interface.name
    values = surface.initial_gap.x.array
    deepest = float(comm.allreduce(values.max(initial=0.0), op=MPI.MAX))
    if deepest <= 0.0:
        # a void that is meant to be none says so by its depth
        meant = getattr(profile, "depth", getattr(profile, "amplitude", 1.0)) == 0.0
        if not meant:
            warnings.warn(
                f"the initial gap of interface {name!r} is zero on all facets: the void lies "
                "outside of the cell, or is narrower than a facet",
                CaseWarning,
                stacklevel=2,
            )
        return
    sides = [surface.minus, surface.plus]
    metal = any(m.metals for m in surface.minus.case_body.materials.values())
    holding = sides[:1] if metal else sides
    along = _spans(surface.mesh.mesh, comm)
    across = int(along.argmin())
    if along[across] > FLAT * along.max():
        room = sum(float(_spans(side.mesh.mesh, comm).max()) for side in holding)
    else:
        room = sum(float(_spans(side.mesh.mesh, comm)[across]) for side in holding)
    if deepest > room * (1 + SLACK):
        what = " and ".join(repr(side.case_body.name) for side in holding)
        raise CaseError(
            f"the initial gap of interface {name!r} is {deepest:g} m deep, but {what} "
            f"{'is' if len(holding) == 1 else 'are'} {room:g} m across: a void is not deeper than "
            "what it is in; was a unit left out, as in 50 * nm?"
        )


def _spans(mesh: Mesh, comm: MPI.Intracomm) -> npt.NDArray[np.float64]:
    """Return the sides of the box around a mesh [m]; collective."""
    x = np.asarray(mesh.geometry.x, dtype=np.float64)[:, : mesh.geometry.dim]
    low = np.min(comm.allgather(x.min(axis=0, initial=np.inf)), axis=0)
    high = np.max(comm.allgather(x.max(axis=0, initial=-np.inf)), axis=0)
    return np.asarray(high - low)
