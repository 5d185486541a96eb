# SPDX-License-Identifier: BSD-3-Clause
"""Checks of bodies whose meshes move with what is stripped, plated and flows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Final

from ssbmech.case.body import Body, is_metal
from ssbmech.case.boundary import Support, holds_normal
from ssbmech.case.settings import Discretisation
from ssbmech.errors import CaseError, CaseWarning
from ssbmech.interfaces.interface import Interface
from ssbmech.materials.elastic import Compacting
from ssbmech.materials.swelling import LogarithmicVolumeSwelling, NoSwelling

ELASTIC_CHANGE: Final = 0.03
"""Change of volume beyond which no held host stays elastic [1]."""

OPPOSITE: Final = ({"left", "right"}, {"front", "back"}, {"bottom", "top"})
"""Faces of stacks between which a body has no room."""


def check_moving(
    bodies: Sequence[Body], interfaces: Sequence[Interface], discretisation: Discretisation
) -> None:
    """Check that bodies that move can, and that their interfaces know how.

    Raises:
        CaseError: one of them cannot; the message says what would do.
    """
    for body in bodies:
        if not body.moves:
            continue
        check = _faults_carried if body.goes_along else _faults_flowing
        for fault in check(body, discretisation):
            raise CaseError(f"body {body.name!r} moves, {fault}")
    moving = {body.name: body for body in bodies if body.moves and not body.goes_along}
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
        if interface.capillarity is not None and interface.minus not in moving:
            raise CaseError(
                f"interface {interface.name!r} has a capillarity, but {interface.minus!r} is no "
                "metal whose mesh moves, so that its surface stays as it is: leave it out, or "
                "write Body(..., moves=True)"
            )
        if interface.minus in moving:
            for what in _laws_at_rest(interface):
                raise CaseError(
                    f"interface {interface.name!r}: {what} is known only where surfaces stay where "
                    f"they are, and {interface.minus!r} moves: leave it out, or let the body rest"
                )


def warn_of_held_hosts(bodies: Sequence[Body], supports: Sequence[Support]) -> None:
    """Warn of hosts that go along, swell much and cannot yield, between faces that are held."""
    held = {support.face for support in supports if holds_normal(support)}
    if not any(pair <= held for pair in OPPOSITE):
        return
    for body in bodies:
        for material in body.materials.values() if body.goes_along else ():
            changes = [0.0, *(_change(host.swelling) for host in material.hosts)]
            if max(changes) > ELASTIC_CHANGE and not material.solid.flows:
                warnings.warn(
                    f"body {body.name!r} is held at its sides and {material.name!r} swells by "
                    f"{max(changes):.0%} of its volume without a flow law: it stays elastic to any "
                    "strain, and its stress goes to tens of GPa; give a solid that flows "
                    "(FlowingHost), or room to swell",
                    CaseWarning,
                    stacklevel=4,
                )


def _change(swelling: object) -> float:
    """Return the largest change of volume of a table [1]; zero without one."""
    curve = getattr(swelling, "curve", None)
    return 0.0 if curve is None else (1 + max(curve.y)) / (1 + min(curve.y)) - 1


def _faults_of_any(body: Body) -> Iterator[str]:
    """Yield why a body can move in no way."""
    if body.parts:
        yield "and has parts of its own, which know nothing of motion: leave them out"


def _faults_carried(body: Body, discretisation: Discretisation) -> Iterator[str]:
    """Yield why a body cannot go along with its mesh."""
    yield from _faults_of_any(body)
    metals = [name for name, m in body.materials.items() if is_metal(m)]
    if metals:
        yield (
            f"and has more than one region, of which {metals[0]!r} is a metal that flows through "
            "its mesh: make it a body of its own"
        )
    if len(body.materials) > 1 and any(m.hosts for m in body.materials.values()):
        yield "and has more than one region, a host among them: make it a body of its own"
    if body.exhaustion is not None:
        yield "and has an exhaustion law, which is for metal: leave it out"
    if body.remeshing is not None:
        yield "and is to be meshed anew, which is for metal: leave the remeshing out"
    if discretisation.degree < 2:
        yield "and its pressure has one degree less than its displacement: use degree 2"
    for material in body.materials.values():
        if material.hosts and isinstance(material.solid, Compacting):
            yield (
                f"but {material.name!r} hosts lithium and densifies: take a layer that is "
                "logarithmic=True, which is exact while its sides are held"
            )
        for host in material.hosts:
            if not isinstance(host.swelling, LogarithmicVolumeSwelling | NoSwelling):
                yield (
                    f"but {type(host.swelling).__name__} of {material.name!r} is a small strain: "
                    "give Host(swelling=LogarithmicVolumeSwelling(curve)), which is exact for any "
                    "change of volume"
                )


def _faults_flowing(body: Body, discretisation: Discretisation) -> Iterator[str]:
    """Yield why metal cannot flow through the mesh of a body."""
    yield from _faults_of_any(body)
    if len(body.materials) > 1:
        yield "and has more than one region: make each of them a body of its own"
    for material in body.materials.values():
        if any(metal.not_modelled > 0.0 for metal in material.metals):
            yield (
                f"but some of {material.name!r} is not modelled, and a mesh gives no more than it "
                "has: model the whole layer, and leave `not_modelled` out"
            )
    if body.feed is not None:
        yield "and conducts electrons from a face: leave `feed` out, for one potential throughout"
    if not discretisation.mixed:
        yield "so its pressure must be a field of its own: take PressureField.WHERE_FLOWING"


def _laws_at_rest(interface: Interface) -> Iterator[str]:
    """Yield what an interface has that does not know how to move."""
    if interface.adhesion is not None:
        yield "a bond"
    for own in interface.parts:
        yield type(own).__name__
