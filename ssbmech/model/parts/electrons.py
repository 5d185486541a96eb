# SPDX-License-Identifier: BSD-3-Clause
"""Electrons in a body that conducts them from an outer face to its surface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl

from ssbmech.errors import CaseError
from ssbmech.forms import charge
from ssbmech.frames import Expr
from ssbmech.materials.transport import Electronic
from ssbmech.model.body import BodyModel, hold
from ssbmech.model.conditions import symbolic
from ssbmech.model.outputs import Output, PointField, owned_nodes
from ssbmech.model.part import Part, Term
from ssbmech.model.particles import find_particles
from ssbmech.model.parts.ions import current_size, potential
from ssbmech.model.preconditioning import elliptic
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.field_roles import Role
from ssbmech.solve.unknowns import Unknown


class Electrons(Part):
    """Charge balance of an electron conductor: div(-sigma grad phi_s) = 0.

    Attributes:
        phi_s: electronic potential [V].
        feed: outer face through which electrons come and go.
    """

    def __init__(self, body: BodyModel, feed: str) -> None:
        """Add the potential; collective.

        Raises:
            CaseError: some particles do not reach the face through which electrons come.
        """
        self.body, self.feed, self.phi_s = body, feed, potential(body, "phi_s")
        found = {name: m.electronic for name, m in body.case_body.materials.items()}
        self._conductors: dict[str, Electronic] = {name: law for name, law in found.items() if law}
        _check_feed(body, feed)

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The electronic potential."""
        return (self.phi_s,)

    def fed(self) -> npt.NDArray[np.int32]:
        """Return the owned dofs of the feeding face; collective."""
        found = hold(self.phi_s, self.body.mesh, self.feed, (0,))
        return np.unique(found[found < self.phi_s.owned]).astype(np.int32)

    def terms(self) -> Iterator[Term]:
        """Yield Ohm's law of each region."""
        body, phi_s = self.body, self.phi_s
        w = body.test(phi_s)
        for name in self._conductors:
            sigma = self._conductivity(name)
            yield phi_s.key, charge.ohmic_term(sigma, phi_s.function, w, body.region(name))

    def heating(self) -> Iterator[tuple[str, Expr]]:
        """Yield the power sigma |grad phi_s|^2 of each region [W/m3]."""
        slope = ufl.grad(self.phi_s.function)
        for name in self._conductors:
            yield name, self._conductivity(name) * ufl.inner(slope, slope)

    def _conductivity(self, name: str) -> Expr:
        """Return the electronic conductivity of a region [S/m]."""
        mesh = self.body.mesh.mesh
        temperature = self.body.setting.conditions.temperature.on(mesh)
        return symbolic(self._conductors[name], mesh).sigma_s(temperature)

    def roles(self) -> Sequence[Role]:
        """Say that the potential is that of an elliptic equation; collective."""
        return (elliptic(self.body, self.phi_s),)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical current."""
        yield current_size(self.body, self.phi_s)

    def outputs(self) -> Sequence[Output]:
        """Return the potential."""
        return (PointField(quantity("phi_s"), lambda: owned_nodes(self.phi_s.function)),)


def _check_feed(body: BodyModel, feed: str) -> None:
    """Check that electrons reach every particle of a body that conducts them; collective.

    Raises:
        CaseError: some do not reach the face through which electrons come.
    """
    mesh = body.mesh.mesh
    particles = find_particles(mesh)
    dim = mesh.topology.dim
    mesh.topology.create_connectivity(dim - 1, dim)
    links = mesh.topology.connectivity(dim - 1, dim)
    fed = np.zeros(len(particles.centres), dtype=np.int64)
    fed[[particles.of_cells[links.links(facet)[0]] for facet in body.mesh.facets(feed)]] = 1
    mesh.comm.Allreduce(MPI.IN_PLACE, fed, op=MPI.MAX)
    if not fed.all():
        raise CaseError(
            f"body {body.name!r}: {np.count_nonzero(fed == 0)} of its {len(fed)} particles do "
            f"not reach the face {feed!r} through which electrons come; leave the feed out for "
            "one potential throughout"
        )
