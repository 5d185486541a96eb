# SPDX-License-Identifier: BSD-3-Clause
"""Charge transfer between the metal in a crack and both of its walls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import ufl

from ssbmech.constants import FARADAY
from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.interfaces.filling import Profile
from ssbmech.interfaces.kinetics import ChargeTransfer
from ssbmech.interfaces.point import InterfacePoint
from ssbmech.model.conditions import symbolic
from ssbmech.model.outputs import CellField, Output, total
from ssbmech.model.part import SurfacePart, Term
from ssbmech.model.parts.bond import Bond
from ssbmech.model.parts.crack import CrackMetal, facet_profile
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.terminal import OnePotential
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Unknown


@dataclass(frozen=True, eq=False)
class Wall:
    """A wall, or several that are alike.

    Attributes:
        current: current density from the metal into it [A/m2].
        phi_e: ionic potential of the electrolyte there [V].
        count: how many walls it stands for [1].
    """

    current: Unknown
    phi_e: Expr
    count: int


class Walls(SurfacePart):
    """Walls of a crack that plate and strip the metal between them.

    The metal reaches the part of a wall that is broken; where there is none current passes neither
    way, and stripping ends where the metal does.

    Attributes:
        surface: the interface.
        crack: the metal.
        walls: the walls.
        phi_s: potential of the metal [V].
    """

    phi_s: Expr = ufl.as_ufl(0.0)

    def __init__(self, surface: SurfaceModel, crack: CrackMetal, walls: Sequence[Wall]) -> None:
        """Belong to a crack."""
        self.surface, self.crack, self.walls = surface, crack, tuple(walls)
        self._law: ChargeTransfer = symbolic(crack.filling.kinetics, surface.parent)
        self._per_charge = crack.filling.thickness_per_charge

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The current of each wall."""
        return tuple(wall.current for wall in self.walls)

    def grown(self) -> Expr:
        """Return the thickness that all walls plate in a step, at a facet of the bodies [m]."""
        dt = self.surface.setting.conditions.dt.on(self.surface.parent)
        flow = sum(wall.count * wall.current.function("+") for wall in self.walls)
        return -dt * self._per_charge * flow

    def _grown_along(self) -> Expr:
        """Return the same on the interface's own mesh [m]."""
        dt = self.surface.setting.conditions.dt.on(self.surface.mesh.mesh)
        flow = sum(wall.count * wall.current.function for wall in self.walls)
        return -dt * self._per_charge * flow

    def _point(self, wall: Wall) -> InterfacePoint:
        """Return what the law may know of metal at a wall."""
        surface, crack = self.surface, self.crack
        conditions, parent = surface.setting.conditions, surface.parent
        p, h = surface.p_contact.function("+"), crack.metal.function("+")
        nucleus = surface.constant(crack.filling.nucleus)
        mu = surface.constant(crack.filling.molar_volume) * p
        left = ufl.max_value(h, 0.0)
        strips = ufl.ge(self.phi_s + mu / FARADAY - wall.phi_e, 0.0)
        return InterfacePoint(
            phi_s=self.phi_s,
            phi_e=wall.phi_e,
            i_normal=wall.current.function("+"),
            p_contact=p,
            gap=ufl.as_ufl(0.0),
            mu=mu,
            temperature=conditions.temperature.on(parent),
            damage=ufl.as_ufl(0.0),
            dt=conditions.dt.on(parent),
            giving=ufl.conditional(strips, left / (left + nucleus), 1.0),
        )

    def terms(self) -> Iterator[Term]:
        """Yield the law of each wall, and what they plate."""
        surface = self.surface
        wetted = self.crack.wetted("+") * self.crack.connected("+")
        for wall in self.walls:
            current = wall.current.function("+")
            law = self._law.residual(self._point(wall))
            residual = wetted * law + (1 - wetted) * current
            test = surface.test(wall.current)
            yield wall.current.key, terms.kinetics_term(surface.local, residual, test)
        metal = self.crack.metal
        y = ufl.TestFunction(metal.function.function_space)
        yield metal.key, -self._grown_along() * y * surface.dx

    def sizes(self) -> Iterator[Term]:
        """Yield a typical current for each wall."""
        for wall in self.walls:
            yield self.surface.typical(wall.current, self.surface.setting.scales.current)

    def outputs(self) -> Sequence[Output]:
        """Return the current of all walls together."""

        def both() -> npt.NDArray[np.float64]:
            flows = [wall.count * self.surface.values(wall.current) for wall in self.walls]
            return np.asarray(np.sum(flows, axis=0))

        return (CellField(quantity("crack_current"), both),)


def given_walls(surface: SurfaceModel, crack: CrackMetal, profile: Profile) -> Walls:
    """Return walls beside an electrolyte whose potential is given, the same for both; collective.

    Raises:
        ParameterError: the profile does not give a potential for each facet.
    """
    phi_e = facet_profile(surface, profile, "crack_potential", "V", -math.inf)
    current = surface.scalar("crack_current", surface.setting.scales.current)
    return Walls(surface, crack, (Wall(current, phi_e("+"), 2),))


class SolvedWalls(Walls):
    r"""Walls that exchange ions with both bodies, whose potentials are solved for.

    Beside the current of the walls ions pass where the bond holds,

    .. math:: j = (1 - d) \frac{\phi_{e,-} - \phi_{e,+}}{R_b}
    """

    def __init__(self, surface: SurfaceModel, crack: CrackMetal, bond: Bond) -> None:
        """Add the currents; collective.

        Raises:
            CaseError: a body conducts no ions, or nothing drives them.
        """
        self._bond = bond
        self._ions = [
            body.parts.get(
                Ions,
                f"interface {surface.name!r} is filled with metal, but ions of its body "
                f"{body.name!r} are not solved for: give it a conductor and hold one of its faces "
                "at a potential, or give CrackFilling(potential=...)",
            )
            for body in (surface.minus, surface.plus)
        ]
        scale, walls = surface.setting.scales.current, []
        for name, side, ions in zip(("minus", "plus"), "+-", self._ions, strict=True):
            current = surface.scalar(f"crack_current_{name}", scale)
            walls.append(Wall(current, ions.phi_e.function(side), 1))
        super().__init__(surface, crack, walls)

    def terms(self) -> Iterator[Term]:
        """Yield also what enters both bodies."""
        yield from super().terms()
        surface, sides = self.surface, self.surface.sides
        minus, plus = (ions.phi_e for ions in self._ions)
        per_volt = (1 - self._bond.damage()) / surface.constant(
            self.crack.filling.bonded_resistance
        )
        across = per_volt * (minus.function("+") - plus.function("-"))
        for phi, side, sign, wall in (
            (minus, "+", -1, self.walls[0]),
            (plus, "-", 1, self.walls[1]),
        ):
            entering = wall.current.function("+") + sign * across
            yield phi.key, terms.reaction_term(sides, entering, surface.test(phi, side))


class ConnectedWalls(SolvedWalls):
    r"""Walls beside metal that is connected to an electrode, whose potential it has.

    Metal that is cut off from it has one of its own (`ssbmech.model.cluster_ties`).

    What they plate and strip is part of the electrode's current,

    .. math:: I = \int_{electrode} i \, dA + \int_{crack} (i_- + i_+) \, dA

    Attributes:
        terminal: the potential of the metal, which is tied to that of the electrode, or where it
            is cut off to that of its cluster.
    """

    def __init__(self, surface: SurfaceModel, crack: CrackMetal, bond: Bond) -> None:
        """Add the potential too; collective.

        Raises:
            CaseError: a body conducts no ions, or nothing drives them.
        """
        super().__init__(surface, crack, bond)
        self.terminal = OnePotential(surface)
        self.phi_s = self.terminal.phi_s.function("+")

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The currents, and the potential of the metal."""
        return (*super().unknowns, *self.terminal.unknowns)

    def terms(self) -> Iterator[Term]:
        """Yield also what leaves the electrode."""
        yield from super().terms()
        phi = self.terminal.phi_s
        for wall in self.walls:
            flow, test = wall.current.function("+"), self.surface.test(phi)
            yield phi.key, terms.electrode_current_term(self.surface.sides, flow, test)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical current for the potential too."""
        yield from super().sizes()
        yield self.surface.typical(self.terminal.phi_s, self.surface.setting.scales.current)

    def outputs(self) -> Sequence[Output]:
        """Return the current of all walls, and the potential of the metal."""
        potential = partial(self.surface.values, self.terminal.phi_s)
        return (*super().outputs(), CellField(quantity("crack_potential"), potential))

    def lost(self) -> tuple[float, float]:
        """Return the lithium that the crack has taken from the electrode and not given back.

        Returns:
            The negative of what is in the crack and of what has left its mouth, and the least that
            counts [mol]; per depth in the plane [mol/m]; collective.
        """
        surface, crack = self.surface, self.crack
        here = float(surface.areas @ surface.values(crack.metal))
        volume = total(here, surface.comm) + crack.expelled_volume()
        area = total(float(surface.areas.sum()), surface.comm)
        molar = crack.filling.molar_volume
        return -volume / molar, surface.setting.scales.gap * area / molar


def new_walls(surface: SurfaceModel, crack: CrackMetal, bond: Bond) -> Walls:
    """Return the walls of a crack; collective.

    Raises:
        CaseError: potentials are to be solved for, but ions of a body are not.
        ParameterError: a given potential is no number.
    """
    if crack.filling.potential is not None:
        return given_walls(surface, crack, crack.filling.potential)
    if surface.name in surface.setting.joined:
        return ConnectedWalls(surface, crack, bond)
    return SolvedWalls(surface, crack, bond)
