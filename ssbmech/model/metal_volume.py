# SPDX-License-Identifier: BSD-3-Clause
r"""How much metal a body that moves has, as against the volume of its mesh.

.. math:: V_{metal} = V_{start} + \int_0^t \int tr \, \dot\varepsilon \, dV \, dt
          - \sum_{walls} \int s \, dA

What the mesh has too much, over its volume, is the debt that the next step makes up for
(`ssbmech.model.kinematics`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ufl
from dolfinx import fem

from ssbmech._compat import compile_form
from ssbmech.model.kinematics import FromStep
from ssbmech.model.moving_mesh import MovingMesh
from ssbmech.model.outputs import total
from ssbmech.model.parts.wall import MovingWall


class MetalVolume:
    """Sums over time of what adds to the metal of a body and takes from it.

    Attributes:
        dilated: change of volume by pressure since the start [m3].
    """

    def __init__(self, mesh: MovingMesh, kinematics: FromStep, walls: Sequence[MovingWall]) -> None:
        """Start with the mesh at its first shape; collective.

        Args:
            mesh: the body's mesh.
            kinematics: its kinematics, which know the debt.
            walls: its surfaces at interfaces.
        """
        self._mesh, self._debt, self._walls = mesh, kinematics.debt, walls
        body = mesh.body
        du = body.kinematics.counted(body.u)
        self._dilation = compile_form(ufl.tr(body.frame.strain(du)) * body.dx, None)
        self.dilated, self._start = 0.0, mesh.volume

    def add(self) -> None:
        """Add what the step that was just solved has dilated, on its middle; collective."""
        mesh = self._mesh
        gained = total(fem.assemble_scalar(self._dilation), mesh.comm)
        self.dilated += gained + self._debt.value * mesh.volume_of(mesh.placed)

    def excess(self) -> float:
        """Return the volume of the mesh less that of its metal [m3]; collective."""
        return self._excess_of(self._mesh.volume)

    def _excess_of(self, volume: float) -> float:
        """Return by how much a volume is more than that of the metal [m3]; collective."""
        gone = sum(wall.growth.gone() for wall in self._walls)
        return volume - (self._start + self.dilated - gone)

    def settle(self) -> None:
        """Let the next step make up for what the mesh has too much; collective."""
        volume = self._mesh.volume
        self._debt.value = self._excess_of(volume) / volume

    def state(self) -> dict[str, float]:
        """Return the sums, and what the next step makes up for, as plain data."""
        return {"dilated": self.dilated, "start": self._start, "debt": self._debt.value}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave."""
        self.dilated, self._start = state["dilated"], state["start"]
        self._debt.value = state["debt"]
