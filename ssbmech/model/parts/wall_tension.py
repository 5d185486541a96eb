# SPDX-License-Identifier: BSD-3-Clause
r"""Surface energy of the wall of a metal that moves: its capillary pressure, and what that does.

The pressure :math:`\pi` at a vertex i is what more surface a volume costs that is added there. With
the gap g, by which the vertex moves along its director d, and the wall's surface at the end of the
step, which is J times that of the interface,

.. math:: V_i \pi_i = -\frac{\partial E}{\partial g_i}, \quad E = \int \gamma J \, dA

with the volume :math:`V_i` that the metal loses by a gap there
(`ssbmech.model.parts.wall_shape`). Both curvatures of a surface of revolution are in it, and the
energy falls by as much as diffusion and flow dissipate. It presses on the metal below; the work for
a motion v of it, with the area vector m of the wall over the area of the interface, is

.. math:: \int \pi \, m \cdot v \, dA

The wall is where the step found it, moved along the directors by what the gap has grown since; that
the electrolyte's surface bends within a step is left out, as it is a ten-thousandth of that. Facets
in contact have no surface; those beside them end in a line of contact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import ufl
from dolfinx import fem

from ssbmech._compat import compile_form
from ssbmech.forms.moving_surface import along, stretch
from ssbmech.frames import Expr, WeightedMeasure, energy_unit
from ssbmech.interfaces.capillarity import Capillarity
from ssbmech.interfaces.diffusion import InterfaceDiffusion
from ssbmech.model.conditions import symbolic
from ssbmech.model.outputs import Arrays, CellField, Output, Scalar, total
from ssbmech.model.part import SurfacePart, Term
from ssbmech.model.parts.diffusion import diffusing_volume
from ssbmech.model.parts.wall import MovingWall
from ssbmech.model.parts.wall_shape import LEAST_GAP
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Unknown


class WallTension(SurfacePart):
    """The surface energy of a moving wall.

    Attributes:
        surface: the interface.
        pressure: capillary pressure [Pa].
        bare: one on facets of which no vertex was in contact at the start of the step, else zero.
    """

    def __init__(self, wall: MovingWall, law: Capillarity) -> None:
        """Add the pressure; collective."""
        self.surface, self._shape, self.law = wall.surface, wall.shape, law
        surface, mesh = self.surface, wall.surface.mesh.mesh
        frame = surface.setting.frame
        self.pressure = surface.scalar("p_capillary", surface.setting.scales.stress)
        self._start = fem.Function(fem.functionspace(mesh, ("DG", 1, (frame.dim,))), name="start")
        self._exposed = fem.Function(surface.places.facets, name="exposed")
        self.bare = fem.Function(surface.places.facets, name="bare")
        gap = surface.gap
        grown = gap.function - gap.past
        self.place: Expr = self._start - grown * self._shape.director
        self.dx = WeightedMeasure(surface.dx.measure, frame.weight(self.place))
        energy: Expr = symbolic(law, mesh).surface_energy
        self._energy = energy * self._exposed * stretch(self.place, mesh.topology.dim) * self.dx
        self._find()
        wall.on_arrival.append(self._find)

    def _find(self) -> None:
        """Take the wall's facets from the mesh where it is, and those in contact; collective."""
        surface, shape = self.surface, self._shape
        link, dim = shape.link, surface.setting.frame.dim
        x = np.asarray(surface.minus.mesh.mesh.geometry.x, dtype=np.float64)
        rows = self._start.function_space.dofmap.list[link.cells]
        at = np.take_along_axis(rows, link.corners, axis=1)
        self._start.x.array.reshape(-1, dim)[at] = x[link.minus_nodes][:, :, :dim]
        self._start.x.scatter_forward()
        opened = surface.gap.function.x.array[shape.places] > LEAST_GAP
        facets = surface.places.facets.dofmap.list[link.cells, 0]
        self._exposed.x.array[facets] = opened.any(axis=1)
        self.bare.x.array[facets] = opened.all(axis=1)
        for flags in (self._exposed, self.bare):
            flags.x.scatter_forward()

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The capillary pressure."""
        return (self.pressure,)

    def terms(self) -> Iterator[Term]:
        """Yield what the pressure follows from, and its work on the metal."""
        surface, pressure = self.surface, self.pressure.function
        test = surface.test(self.pressure)
        swept = self._shape.along("+") * self._shape.spread("+")
        yield self.pressure.key, swept * pressure("+") * test * surface.local.dS
        q = ufl.TestFunction(surface.gap.function.function_space)
        yield self.pressure.key, ufl.derivative(self._energy, surface.gap.function, q)
        u = surface.minus.u
        pushed = ufl.dot(self._shape.carried("+"), surface.test(u))
        radius = surface.setting.frame.weight(self._shape.place("+"))
        yield u.key, pressure("+") * pushed * WeightedMeasure(surface.sides.dS.measure, radius)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical pressure."""
        yield self.surface.typical(self.pressure, self.surface.setting.scales.stress)

    def flow(self, law: InterfaceDiffusion, test: Expr) -> Expr:
        """Return what flows along the bare wall in the step, as a weak form [m3 of the test].

        Args:
            law: diffusion along it.
            test: test function on the interface's own mesh.
        """
        surface, mesh = self.surface, self.surface.mesh.mesh
        conditions = surface.setting.conditions
        twin: InterfaceDiffusion = symbolic(law, mesh)
        mobility = twin.mobility(diffusing_volume(surface), conditions.temperature.on(mesh))
        driving = self.pressure.function + surface.p_contact.function
        slopes = along(self.place, mesh.topology.dim, driving, test)
        return conditions.dt.on(mesh) * mobility * self.bare * slopes * self.dx

    def outputs(self) -> Sequence[Output]:
        """Return the capillary pressure, and the energy of the bare surface."""
        surface = self.surface
        form = compile_form(self._energy, None)

        def energy(measured: Arrays) -> float:
            return total(fem.assemble_scalar(form), surface.comm)

        unit = energy_unit(surface.setting.frame)
        return (
            CellField(quantity("p_capillary"), lambda: surface.values(self.pressure)),
            Scalar(quantity("surface_energy"), energy, surface.name, unit),
        )
