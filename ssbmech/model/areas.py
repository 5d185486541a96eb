# SPDX-License-Identifier: BSD-3-Clause
"""Areas of interfaces and outer faces, by which currents and capacities are counted."""

from __future__ import annotations

from collections.abc import Mapping

from mpi4py import MPI

from dolfinx import fem

from ssbmech._compat import compile_form, constant
from ssbmech.errors import CaseError
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.body import BodyModel
from ssbmech.model.surface import SurfaceModel


def area_of(
    name: str,
    surfaces: Mapping[str, SurfaceModel],
    bodies: Mapping[str, BodyModel],
    tagged: TaggedMesh,
) -> float:
    """Return the area of an interface or outer face [m2]; collective.

    In plane strain it is per metre of depth [m].

    Raises:
        CaseError: there is neither of that name.
    """
    comm = tagged.mesh.comm
    if name in surfaces:
        return float(comm.allreduce(float(surfaces[name].areas.sum()), op=MPI.SUM))
    area = 0.0
    for body in bodies.values():
        if name in body.mesh.faces:
            one = constant(body.mesh.mesh, 1.0)
            form = compile_form(one * body.ds(body.mesh.faces[name]), None)
            area += fem.assemble_scalar(form)
    area = float(comm.allreduce(area, op=MPI.SUM))
    if area == 0.0:
        known = ", ".join([*surfaces, *tagged.faces])
        raise CaseError(
            f"the electrodes count by the area of {name!r}, which is no interface or outer "
            f"face; those are: {known}"
        )
    return area
