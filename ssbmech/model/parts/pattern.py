# SPDX-License-Identifier: BSD-3-Clause
"""The pattern of activity of an interface: where it reacts, and by what factor."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Protocol

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from ssbmech.errors import CaseError, CaseWarning
from ssbmech.frames import Expr
from ssbmech.geometry.lateral import along, is_lateral
from ssbmech.geometry.patches import Patchwork
from ssbmech.geometry.profiles import profile_values
from ssbmech.model.surface import SurfaceModel

Floats = npt.NDArray[np.float64]

FEWEST_ACROSS = 4
"""Facets across a patch below which the stress at its edge is not resolved [1]."""


class Pattern(Protocol):
    """Role of what says where an interface reacts."""

    @property
    def activity(self) -> Expr:
        """Factor on the exchange current, above zero everywhere [1]."""

    def restrict(self, value: Expr, otherwise: Expr) -> Expr:
        """Return a value where the interface reacts, and another where it does not."""

    def in_use(self, residual: Expr) -> bool:
        """Return whether the residual of a law takes it into account."""


class Everywhere:
    """An interface that reacts everywhere alike."""

    activity: Expr = 1

    def restrict(self, value: Expr, otherwise: Expr) -> Expr:
        """Return the value."""
        return value

    def in_use(self, residual: Expr) -> bool:
        """Return true: there is nothing to take into account."""
        return True


@dataclass(frozen=True, eq=False)
class Patchy:
    """An interface that reacts by position.

    Attributes:
        factor: factor on the exchange current; 1 where nothing reacts, for laws divide by it [1].
        reacting: 1 where the interface reacts, 0 where it does not.
    """

    factor: fem.Function
    reacting: fem.Function

    @property
    def activity(self) -> Expr:
        """Factor on the exchange current [1]."""
        return self.factor("+")

    def restrict(self, value: Expr, otherwise: Expr) -> Expr:
        """Return a value where the interface reacts, and another where it does not."""
        on = self.reacting("+")
        return on * value + (1 - on) * otherwise

    def in_use(self, residual: Expr) -> bool:
        """Return whether the residual of a law contains the factor."""
        return self.factor in ufl.algorithms.extract_coefficients(residual)


def new_pattern(surface: SurfaceModel) -> Pattern:
    """Return the pattern of an interface; collective.

    Raises:
        CaseError: nothing reacts, or a patch lies outside the interface.
        ParameterError: the profile does not give a factor for each position.
    """
    profile = surface.interface.activity
    if profile is None:
        return Everywhere()
    space, facets = surface.gap.function.function_space, surface.places.facets
    factor, reacting = (fem.Function(space, name=name) for name in ("activity", "reacting"))
    midpoints = facets.tabulate_dof_coordinates()[: facets.dofmap.index_map.size_local].T
    if is_lateral(profile):
        dim = surface.setting.frame.dim
        midpoints = along(midpoints, surface.comm, dim, type(profile).__name__)
    values = profile_values(profile, midpoints, surface.comm, "activity", "1")
    # a vertex has the mean of the facets around it, so that as much reacts as on facets
    owned = surface.places.of_facets(values)
    reacting.x.array[: len(owned)] = owned > 0.0
    factor.x.array[: len(owned)] = np.where(owned > 0.0, owned, 1.0)
    for function in (factor, reacting):
        function.x.scatter_forward()
    if surface.comm.allreduce(float(owned.sum()), op=MPI.SUM) == 0.0:
        raise CaseError(
            f"interface {surface.name!r}: the activity is zero on all of it, so that no current "
            "could pass: leave some of it free"
        )
    if isinstance(profile, Patchwork):
        _check_patches(surface, profile, midpoints)
    return Patchy(factor, reacting)


def _check_patches(surface: SurfaceModel, profile: Patchwork, midpoints: Floats) -> None:
    """Refuse patches that are not on the interface, and warn of those that are not resolved.

    Raises:
        CaseError: a patch has no facet.
    """
    found = profile.patch_of(midpoints)
    facets = np.bincount(found[found >= 0], minlength=len(profile))
    surface.comm.Allreduce(MPI.IN_PLACE, facets, op=MPI.SUM)
    where, kind = f"interface {surface.name!r}", type(profile).__name__
    for k in np.flatnonzero(facets == 0):
        raise CaseError(
            f"{where}: patch {k} of {kind}, {profile.describe(k)}, has no facet: it lies outside "
            "the interface, or the mesh is coarser than it"
        )
    few = FEWEST_ACROSS ** (surface.setting.frame.dim - 1)
    coarse = np.flatnonzero(facets < few)
    if len(coarse):
        k = int(coarse[0])
        # on all ranks: a filter that makes errors of warnings then ends all of them
        warnings.warn(
            f"{where}: {len(coarse)} of {len(profile)} patches of {kind} have fewer than {few} "
            f"facets, as patch {k}, {profile.describe(k)}, with {facets[k]}: refine the mesh at "
            "their edges, or give the interface a law for what it does not resolve "
            "(ProppedInterface)",
            CaseWarning,
            stacklevel=2,
        )
