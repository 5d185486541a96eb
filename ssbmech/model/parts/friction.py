# SPDX-License-Identifier: BSD-3-Clause
r"""Faces of a body that slip along rigid walls, the force of these walls and the heat there.

.. math:: v_t = (I - n n^T) \frac{\Delta u}{\Delta t}, \quad
          F = -\int \tau \frac{v_t}{|v_t|} \, dA, \quad D = \int \tau |v_t| \, dA

with the shear :math:`\tau(|v_t|)` of `ssbmech.case.friction.FaceFriction`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import ufl

from ssbmech.forms import mechanics
from ssbmech.frames import Expr
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import symbolic


@dataclass(frozen=True, eq=False)
class SlippingFace:
    """A face of a body that slips along a wall.

    Attributes:
        velocity: its velocity along the wall, shape (dim,) [m/s].
        shear: minus the traction of the wall, shape (dim,) [Pa].
        ds: measure of the face.
    """

    velocity: Expr
    shear: Expr
    ds: Expr

    @property
    def heat(self) -> Expr:
        """Integral of what is turned into heat [W]."""
        return ufl.dot(self.shear, self.velocity) * self.ds

    def drag(self, axis: int) -> Expr:
        """Return the integral of the force on the wall along an axis [N]."""
        return self.shear[axis] * self.ds


def slipping_faces(body: BodyModel) -> Iterator[SlippingFace]:
    """Yield the faces of a body that slip along walls with a shear."""
    mesh = body.mesh.mesh
    dt, n = body.setting.conditions.dt.on(mesh), ufl.FacetNormal(mesh)
    for friction in body.setting.loads.face_frictions:
        if friction.face in body.mesh.faces:
            law = symbolic(friction.law, mesh)
            velocity = mechanics.along_wall((body.u.function - body.u.past) / dt, n)
            shear = law.resistance(ufl.dot(velocity, velocity)) * velocity
            yield SlippingFace(velocity, shear, body.ds(body.mesh.faces[friction.face]))
