# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the laws of an interface fit each other and the bodies, without a mesh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ssbmech.case.body import Body
from ssbmech.errors import CaseError
from ssbmech.interfaces.constriction import NoConstriction
from ssbmech.interfaces.interface import Interface


def check_interface_laws(interfaces: Sequence[Interface], bodies: Sequence[Body]) -> None:
    """Check that laws of metal are at a metal, and that no effect is counted twice.

    Raises:
        CaseError: a law needs metal that recedes with the current, and the interface has none; two
            laws take the pressure into account, or constrict current lines; or the props of a law
            hang on the memory of a contact that the interface does not have.
    """
    by_name = {body.name: body for body in bodies}
    for interface in interfaces:
        _check_metal(interface, by_name)
        _check_pressure(interface)
        _check_constriction(interface)
        _check_companions(interface)


def _check_metal(interface: Interface, bodies: Mapping[str, Body]) -> None:
    """Refuse laws of metal at an interface whose minus body has none, or that no current passes."""
    where = f"interface {interface.name!r}"
    for law in (interface.diffusion, interface.capillarity):
        if law is not None:
            _check_minus(f"{where}: {type(law).__name__}", interface, bodies)
    for item in interface.laws:
        if not getattr(item, "needs_metal", False):
            continue
        what = f"{where}: {type(item).__name__}"
        _check_minus(what, interface, bodies)
        if not interface.reacts:
            raise CaseError(
                f"{what} is about metal that is stripped and plated, but no current passes: give "
                "the interface kinetics, or leave the law out"
            )


def _check_minus(what: str, interface: Interface, bodies: Mapping[str, Body]) -> None:
    """Refuse a law of metal where the minus body has none.

    Args:
        what: interface and law, for the message.
        interface: the interface.
        bodies: all bodies by name.
    """
    minus, plus = bodies[interface.minus], bodies[interface.plus]
    materials = minus.materials.values()
    hosts = [m.name for m in materials if m.host is not None]
    if hosts:
        raise CaseError(
            f"{what} needs a metal that recedes, but the minus body {minus.name!r} hosts lithium "
            f"({hosts[0]!r}), and a host keeps its surface: leave the law out"
        )
    if any(m.metal is not None for m in materials):
        return
    turned = any(m.metal is not None for m in plus.materials.values())
    cure = (
        f"{plus.name!r} has one: write '{plus.name}|{minus.name}'"
        if turned
        else "give it a Material(..., metal=Metal(...)), or leave the law out"
    )
    raise CaseError(
        f"{what} needs an electrode metal, but no material of the minus body {minus.name!r} is "
        f"one: {cure}"
    )


def _check_pressure(interface: Interface) -> None:
    """Refuse two laws that each turn the pressure into a fraction of real contact."""
    counting = [type(law).__name__ for law in interface.laws if _counts_pressure(law)]
    conductions = [
        type(conduction).__name__
        for law in interface.charge_transfers.values()
        if _counts_pressure(conduction := getattr(law, "conduction", None))
    ]
    if counting and (conductions or len(counting) > 1):
        first, second = [*counting, *conductions][:2]
        raise CaseError(
            f"interface {interface.name!r}: {first} and {second} each make less of the contact "
            "where the pressure is low, so that it would count twice: keep one of them; beside "
            "RememberedContact the conduction may be a GapConduction"
        )


def _check_constriction(interface: Interface) -> None:
    """Refuse current lines that crowd into voids' rests and into asperities by two laws.

    What voids constrict is a resistance per area beside the voids, not per real contact there.
    """
    rough = any(_counts_pressure(law) for law in interface.laws)
    for law in interface.laws:
        beside = getattr(law, "propped", law)
        constricts = not isinstance(getattr(beside, "constriction", None), NoConstriction | None)
        if rough and constricts and not _counts_pressure(law):
            raise CaseError(
                f"interface {interface.name!r}: both {type(law).__name__} and RememberedContact "
                "constrict current lines, and what they do together is not known: give the "
                "constriction to the contact alone"
            )


def _counts_pressure(law: object) -> bool:
    """Return whether a law turns the pressure into a fraction of real contact."""
    return bool(getattr(law, "counts_pressure", False))


def _check_companions(interface: Interface) -> None:
    """Refuse a law that looks at the memory of another which is not there."""
    for law in interface.laws:
        for other in getattr(law, "companions", ()):
            if other not in interface.laws:
                raise CaseError(
                    f"interface {interface.name!r}: {type(law).__name__} looks at the memory of "
                    f"{other!r}, which is not among its laws: give the interface this one too, "
                    f"laws=(contact, {type(law).__name__}(...))"
                )
