# SPDX-License-Identifier: BSD-3-Clause
r"""The strain across a plane section that a fluid makes by pressing on the faces before and behind.

Plane strain is that of a body between walls; a fluid around a body presses on its third pair of
faces too. Its section then has one strain more, the same everywhere (generalised plane strain),

.. math:: \int_A (\sigma_{zz} + p) \, dA = 0

over the section A of what moves as one: of each body alone, and of all bodies together that bonds
or contact without slip tie to each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from ssbmech._compat import constant
from ssbmech.frames import Expr
from ssbmech.interfaces.interface import Interface
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import Number
from ssbmech.model.outputs import Output, Scalar, largest
from ssbmech.model.part import Part, Term
from ssbmech.model.parts.momentum import Momentum
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Closure, Unknown

Ints = npt.NDArray[np.int32]

TYPICAL = 1e-4
"""Typical strain [1]."""


class OutOfPlane(Part):
    """The strain of a body across its section.

    Attributes:
        body: the body.
        pressure: pressure on its third pair of faces [Pa].
        strain_zz: the strain, a field whose values are one scalar [1].
    """

    def __init__(self, body: BodyModel, pressure: Number) -> None:
        """Add the strain; collective."""
        self.body, self.pressure = body, pressure
        space = fem.functionspace(body.mesh.mesh, ("Lagrange", 1))
        self.strain_zz = Unknown("e_zz", body.name, fem.Function(space, name="e_zz"), TYPICAL)

    @property
    def strain(self) -> Expr:
        """The tensor that it adds to the strain in the plane, shape (3, 3) [1]."""
        e = self.strain_zz.function
        return ufl.as_tensor([[0, 0, 0], [0, 0, 0], [0, 0, e]])

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The strain."""
        return (self.strain_zz,)

    @property
    def tied(self) -> tuple[Unknown, Ints]:
        """The dofs that share its value: all."""
        return self.strain_zz, np.arange(self.strain_zz.owned, dtype=np.int32)

    def terms(self) -> Iterator[Term]:
        """Yield the balance of forces across the section."""
        body = self.body
        solid = body.parts.get(Momentum, "a strain out of the plane needs a solid")
        test, pressure = body.test(self.strain_zz), self.pressure.on(body.mesh.mesh)
        for region in solid.regions.values():
            yield self.strain_zz.key, (region.stress[2, 2] + pressure) * test * region.dx

    def sizes(self) -> Iterator[Term]:
        """Yield the force of a typical stress."""
        stress = constant(self.body.mesh.mesh, self.body.setting.scales.stress)
        yield self.strain_zz.key, stress * self.body.test(self.strain_zz) * self.body.dx

    def outputs(self) -> Sequence[Output]:
        """Return the strain."""
        comm: MPI.Intracomm = self.body.mesh.mesh.comm
        values = self.strain_zz.function.x.array
        return [Scalar(quantity("strain_zz"), lambda _: largest(values, comm), self.body.name)]


def build_out_of_plane(body: BodyModel) -> list[OutOfPlane]:
    """Return the strain out of the plane of a section that a fluid surrounds; else none."""
    frame = body.frame
    if frame.dim == 3 or frame.revolves:
        return []
    return [OutOfPlane(body, pressure) for pressure in body.setting.around]


def close_out_of_plane(
    bodies: Mapping[str, BodyModel], interfaces: Sequence[Interface]
) -> list[Closure]:
    """Return the scalars that the strains of the bodies are, one for all that move as one.

    Args:
        bodies: the bodies by name.
        interfaces: the interfaces, which may tie bodies to each other.
    """
    parts = {name: part for name, b in bodies.items() for part in b.parts.find(OutOfPlane)}
    together = {name: name for name in parts}
    for interface in interfaces:
        if parts and interface.ties:
            first, second = together[interface.minus], together[interface.plus]
            together = {name: first if g == second else g for name, g in together.items()}
    closures = []
    for group in dict.fromkeys(together.values()):
        members = [parts[name] for name, own in together.items() if own == group]
        (unknown, tied), *others = (part.tied for part in members)
        area = sum(
            part.body.mesh.mesh.comm.allreduce(float(part.body.volumes.sum()), op=MPI.SUM)
            for part in members
        )
        force = members[0].body.setting.scales.stress * area
        closures.append(Closure("e_zz", group, unknown, tied, TYPICAL, force, others=tuple(others)))
    return closures
