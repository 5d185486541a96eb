# SPDX-License-Identifier: BSD-3-Clause
"""Parts: the physics of bodies and interfaces, one piece each.

A body is a mesh with a list of bulk parts, an interface a mesh with a list of surface parts. They
join what their parts answer and do nothing else; so do checkpoints, series, field files and step
control. New physics is a new part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from ssbmech.case.boundary import Loads
from ssbmech.case.settings import Discretisation, Scales
from ssbmech.case.step_control import Tolerances
from ssbmech.case.stops import Guard
from ssbmech.errors import CaseError
from ssbmech.frames import Expr, Frame
from ssbmech.interfaces.point import Hidden, InterfacePoint
from ssbmech.model.conditions import Conditions, Number
from ssbmech.model.outputs import Output
from ssbmech.solve.field_roles import Role
from ssbmech.solve.unknowns import Unknown

Term = tuple[str, Any]
"""Key of the unknown whose equation it belongs to, and a UFL form."""


@dataclass(frozen=True, eq=False)
class FaceNumber:
    """A number that acts on an outer face, such as a pressure.

    Attributes:
        face: name of the face.
        number: the number, set anew for each step.
    """

    face: str
    number: Number


@dataclass(frozen=True, eq=False)
class Setting:
    """What the parts of all bodies and interfaces of a cell share.

    Attributes:
        frame: kinematic frame.
        discretisation: finite elements.
        scales: typical sizes.
        conditions: time step and temperature at one instant.
        loads: what acts on the cell beside its fixture and electrodes.
        pressures: fluid pressures on outer faces, those of the fixture too [Pa].
        around: pressure of the fluid around the cell, if there is one [Pa].
        fluxes: lithium that enters hosts through outer faces [mol/(m2 s)].
        all_states: whether states that their laws leave out of the files are written too.
        joined: interfaces that are joined to an electrode.
    """

    frame: Frame
    discretisation: Discretisation
    scales: Scales
    conditions: Conditions
    loads: Loads
    pressures: tuple[FaceNumber, ...] = ()
    around: tuple[Number, ...] = ()
    fluxes: tuple[FaceNumber, ...] = ()
    all_states: bool = False
    joined: frozenset[str] = frozenset()


class Memory(Protocol):
    """Role of what a part carries from step to step beside its unknowns."""

    @property
    def committed(self) -> Mapping[str, fem.Function]:
        """Values at the last committed step by name: at integration points, or one a facet."""

    @property
    def cells(self) -> npt.NDArray[np.int32]:
        """Local cells or facets on which it lives, owned and ghost."""

    @property
    def place(self) -> str:
        """What tells it from other memories of its body or interface, such as its region."""

    def begin(self) -> None:
        """Forget what was computed for another state of the unknowns."""

    def advance(self) -> None:
        """Compute the values at the end of the step, from those at its start; collective."""

    def commit(self) -> None:
        """Take over what `advance` has computed; collective."""


class Judged(Protocol):
    """Role of what tells how accurate a time step is.

    One with an attribute `embedded` that is true finds the error by the two ends of the step alone.
    Others compare with steps before it.
    """

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the largest error of this rank over what counts as 1 [1]; collective.

        Args:
            ratio: the step over the one before [1].
            tolerances: what counts as 1.
        """


@dataclass(frozen=True, eq=False)
class Extrapolated:
    """A field that is judged by its distance from its extrapolation.

    Attributes:
        unknown: the field.
        tolerance: distance that counts as 1, in the field's unit, from those of the step control.
    """

    unknown: Unknown
    tolerance: Callable[[Tolerances], float]

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the distance from the line through the last two committed values [1]."""
        unknown = self.unknown
        guess = unknown.previous + ratio * (unknown.previous - unknown.older)
        distance = np.max(np.abs(unknown.function.x.array - guess), initial=0.0)
        return float(distance) / self.tolerance(tolerances)


class Part(Protocol):
    """A piece of physics of a body or an interface.

    A class that names this one as its base has to write only what is not empty.
    """

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """Fields that it adds, in the order of the system."""
        return ()

    @property
    def memory(self) -> Sequence[Memory]:
        """What it carries from step to step."""
        return ()

    def terms(self) -> Iterable[Term]:
        """Return its residual forms; called when all parts are there."""
        return ()

    def sizes(self) -> Iterable[Term]:
        """Return a form for each of its unknowns whose norm is the size of its residual."""
        return ()

    def outputs(self) -> Sequence[Output]:
        """Return what is measured of it."""
        return ()

    def roles(self) -> Iterable[Role]:
        """Return what a linear solver may know of its unknowns; it need not know anything."""
        return ()

    @property
    def judged(self) -> Sequence[Judged]:
        """What the step control judges."""
        return ()

    @property
    def guards(self) -> Sequence[Guard]:
        """Conditions that end any step, on the way towards their limits."""
        return ()

    def commit(self) -> None:
        """Do what else is due when a step is accepted, before its memory is; collective."""
        return None


class SurfacePart(Part, Protocol):
    """A piece of physics of an interface."""

    def tells(self, region: str) -> Mapping[str, Expr]:
        """Return what it adds to the `InterfacePoint` that laws see, by attribute.

        Args:
            region: region of the minus body next to which the point lies.
        """
        return {}

    def films(self, region: str) -> Iterable[Expr]:
        """Return the thicknesses that it puts between the bodies next to a region [m]."""
        return ()

    def hidden(self, region: str, point: InterfacePoint) -> Iterable[Hidden]:
        """Return what it knows below the size of a facet next to a region.

        Args:
            region: region of the minus body.
            point: what laws may know there, but for what is hidden.
        """
        return ()


P = TypeVar("P")
PartT = TypeVar("PartT", bound=Part)


class Parts(list[PartT]):
    """The parts of a body or an interface."""

    def find(self, kind: type[P]) -> list[P]:
        """Return the parts of a kind: none, or one; never more of the package's own."""
        return [part for part in self if isinstance(part, kind)]

    def get(self, kind: type[P], otherwise: str) -> P:
        """Return the part of a kind.

        Args:
            kind: its class.
            otherwise: message of the error if there is none.

        Raises:
            CaseError: there is none.
        """
        for part in self.find(kind):
            return part
        raise CaseError(otherwise)

    @property
    def unknowns(self) -> list[Unknown]:
        """The fields of all parts."""
        return [unknown for part in self for unknown in part.unknowns]

    @property
    def memory(self) -> list[Memory]:
        """What all parts carry from step to step."""
        return [memory for part in self for memory in part.memory]

    def residual(self) -> dict[str, Expr]:
        """Return the sum of the parts' forms by the unknown whose equation they are."""
        forms: dict[str, Expr] = {}
        for part in self:
            for key, form in part.terms():
                forms[key] = forms[key] + form if key in forms else form
        return forms

    def references(self) -> dict[str, Expr]:
        """Return forms whose norms size the residuals, by unknown."""
        return {key: form for part in self for key, form in part.sizes()}

    def outputs(self) -> list[Output]:
        """Return what is measured of all parts."""
        return [output for part in self for output in part.outputs()]

    @property
    def guards(self) -> list[Guard]:
        """Conditions of all parts that end any step."""
        return [guard for part in self for guard in part.guards]

    def roles(self) -> list[Role]:
        """Return what a linear solver may know of the fields of all parts; collective."""
        return [role for part in self for role in part.roles()]

    def advance(self) -> None:
        """Compute what is remembered at the end of the step that was just solved; collective."""
        for memory in self.memory:
            memory.advance()

    def commit(self) -> None:
        """Take over what `advance` has computed; collective."""
        for part in self:
            part.commit()
        for memory in self.memory:
            memory.commit()

    def begin(self) -> None:
        """Forget what was computed for another state of the unknowns."""
        for memory in self.memory:
            memory.begin()


def check_equations(
    where: str,
    unknowns: Iterable[Unknown],
    residual: Mapping[str, Expr],
    sizes: Mapping[str, Expr],
) -> None:
    """Check that each unknown of a body or interface has an equation that contains it, and a size.

    Args:
        where: the body or interface, for messages.
        unknowns: its fields.
        residual: its forms by key.
        sizes: the forms that size its residuals, by key.

    Raises:
        CaseError: a field lacks its equation or size, or the equation the field.
    """
    for unknown in unknowns:
        if unknown.key not in sizes:
            raise CaseError(
                f"{where}: the unknown {unknown.name!r} has no size: a part that adds an unknown "
                "yields one under its key, by which its residual is judged"
            )
        if unknown.key not in residual:
            raise CaseError(
                f"{where}: the unknown {unknown.name!r} has no equation: a part that adds an "
                "unknown yields a term under its key"
            )
        if not unknown.closed and unknown.function not in residual[unknown.key].coefficients():
            raise CaseError(
                f"{where}: the equation of the unknown {unknown.name!r} does not contain it: "
                "nothing would determine it"
            )
