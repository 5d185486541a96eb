# SPDX-License-Identifier: BSD-3-Clause
"""Checks of porous interlayers: what lies behind them, and what cannot lie beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ssbmech.case.body import Body
from ssbmech.errors import CaseError
from ssbmech.interfaces.interface import Interface


def check_interlayers(interfaces: Sequence[Interface], bodies: Sequence[Body]) -> None:
    """Check that metal which can begin as a film lies behind each interlayer.

    Raises:
        CaseError: it does not, or the interface has laws that know of no layer.
    """
    by_name = {body.name: body for body in bodies}
    for interface in interfaces:
        if interface.interlayer is None:
            continue
        for fault in _faults(interface, by_name):
            raise CaseError(f"interface {interface.name!r} has an interlayer, {fault}")


def _faults(interface: Interface, bodies: Mapping[str, Body]) -> Iterator[str]:
    """Yield why an interface cannot have an interlayer."""
    body = bodies[interface.minus]
    if interface.kinetics is None:
        yield "but no charge transfer from it to the electrolyte: give kinetics"
    if interface.kinetics_of:
        yield "and kinetics of single regions, which lie behind it: leave kinetics_of out"
    if not body.moves or not list(body.exhaustions):
        yield (
            f"and metal is plated behind it from a film on: give body {body.name!r} "
            "moves=True and exhaustion=Exhaustion(...)"
        )
    for what, given in (
        ("a bond", interface.adhesion),
        ("a pattern of activity", interface.activity),
        ("diffusion along it", interface.diffusion),
        ("a capillarity", interface.capillarity),
        ("laws of metal at an electrolyte", interface.laws),
    ):
        if given:
            yield f"and {what}, which know of no layer between: leave that out"
