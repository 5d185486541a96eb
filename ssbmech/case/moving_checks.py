# SPDX-License-Identifier: BSD-3-Clause
"""Checks of bodies whose meshes move with what is stripped, plated and flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssbmech.case.body import Body
from ssbmech.case.settings import Discretisation
from ssbmech.errors import CaseError
from ssbmech.interfaces.interface import Interface
from ssbmech.materials.elastic import Compacting


def check_moving(
    bodies: Sequence[Body], interfaces: Sequence[Interface], discretisation: Discretisation
) -> None:
    """Check that bodies that move can, and that their interfaces know how.

    Raises:
        CaseError: one of them cannot; the message says what would do.
    """
    moving = {body.name: body for body in bodies if body.moves}
    for body in moving.values():
        for fault in _faults_of_body(body, discretisation):
            raise CaseError(f"body {body.name!r} moves, {fault}")
    for interface in interfaces:
        if interface.plus in moving:
            other = f"{interface.plus}|{interface.minus}"
            both = interface.minus in moving
            cure = "let one of the two rest" if both else f"write Interface({other!r})"
            raise CaseError(
                f"interface {interface.name!r}: the body that moves is that of the minus side, and "
                f"the other one rests; {interface.plus!r} moves: {cure}"
            )
        if interface.directors is not None and interface.minus not in moving:
            raise CaseError(
                f"interface {interface.name!r} has directors, but {interface.minus!r} does not "
                "move: leave them out, or write Body(..., moves=True)"
            )
        if interface.minus in moving:
            for what in _laws_at_rest(interface):
                raise CaseError(
                    f"interface {interface.name!r}: {what} is known only where surfaces stay where "
                    f"they are, and {interface.minus!r} moves: leave it out, or let the body rest"
                )


def _faults_of_body(body: Body, discretisation: Discretisation) -> Iterator[str]:
    """Yield why a body cannot move."""
    if len(body.materials) > 1:
        yield "and has more than one region: make each of them a body of its own"
    for material in body.materials.values():
        if not material.solid.flows:
            yield f"but {material.name!r} does not flow: a solid that is elastic rests"
        if isinstance(material.solid, Compacting):
            yield (
                f"but {material.name!r} densifies: what keeps its elastic volume from step to step "
                "rests, and its strains are logarithms of lengths"
            )
        if material.host is not None:
            yield f"but {material.name!r} hosts lithium: what swells in its bulk rests"
        if any(metal.not_modelled > 0.0 for metal in material.metals):
            yield (
                f"but some of {material.name!r} is not modelled, and a mesh gives no more than it "
                "has: model the whole layer, and leave `not_modelled` out"
            )
    if body.feed is not None:
        yield "and conducts electrons from a face: leave `feed` out, for one potential throughout"
    if body.parts:
        yield "and has parts of its own, which know nothing of motion: leave them out"
    if not discretisation.mixed:
        yield "so its pressure must be a field of its own: take PressureField.WHERE_FLOWING"


def _laws_at_rest(interface: Interface) -> Iterator[str]:
    """Yield what an interface has that does not know how to move."""
    if interface.adhesion is not None:
        yield "a bond"
    for own in interface.parts:
        yield type(own).__name__
