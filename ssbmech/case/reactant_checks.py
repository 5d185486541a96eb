# SPDX-License-Identifier: BSD-3-Clause
"""Checks that what reacts at an interface can give and take lithium, and in one way only."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ssbmech.case.body import Body
from ssbmech.errors import CaseError
from ssbmech.interfaces.interface import Interface
from ssbmech.materials.material import Material


def check_reactants(interfaces: Sequence[Interface], bodies: Sequence[Body]) -> None:
    """Check what gives and takes lithium at interfaces that react.

    Raises:
        CaseError: a material of the minus body is a host and a metal at once, none is either, or a
            law is given for a region that is neither.
    """
    by_name = {body.name: body for body in bodies}
    for interface in interfaces:
        if interface.reacts:
            _check_one_way(interface, by_name[interface.minus])
            _check_any(interface, by_name[interface.minus], by_name[interface.plus])


def gives_lithium(material: Material) -> bool:
    """Return whether a material gives and takes lithium at its surface."""
    return material.host is not None or material.metal is not None


def reacting_regions(interface: Interface, body: Body) -> Interface:
    """Return an interface whose charge-transfer laws are those of regions that can react.

    Args:
        interface: the interface.
        body: its minus body.

    Returns:
        The interface itself where all regions can.
    """
    inert = {name for name, m in body.materials.items() if not gives_lithium(m)}
    if not interface.reacts or not inert:
        return interface
    laws = {name: interface.kinetics_at(name) for name in body.materials if name not in inert}
    given = {name: law for name, law in laws.items() if law is not None}
    return dataclasses.replace(interface, kinetics=None, kinetics_of=given)


def _check_one_way(interface: Interface, body: Body) -> None:
    """Refuse a host that is a metal too.

    A facet of it would pass two currents, one into the bulk and one onto the surface, and there is
    one: it would count twice.
    """
    for region, material in body.materials.items():
        if material.host is not None and material.metal is not None:
            raise CaseError(
                f"interface {interface.name!r}: {material.name!r} of region {region!r} hosts "
                "lithium and is a metal too, so that one current would fill the host and plate "
                "metal with the same charge. Leave the metal out for a host that fills, or the "
                "host out for a surface that is plated"
            )


def _check_any(interface: Interface, body: Body, plus: Body) -> None:
    """Refuse an interface whose laws have nothing that gives or takes lithium."""
    giving = [name for name, material in body.materials.items() if gives_lithium(material)]
    if not giving:
        turned = any(gives_lithium(material) for material in plus.materials.values())
        cure = (
            f"{plus.name!r} does: write '{plus.name}|{body.name}'"
            if turned
            else "give it a Material(..., metal=Metal(...)) or (..., host=Host(...)), or leave the "
            "charge-transfer law out"
        )
        raise CaseError(
            f"interface {interface.name!r} has a charge-transfer law, but no material of its minus "
            f"body {body.name!r} is an electrode metal or hosts lithium: {cure}"
        )
    for region in interface.kinetics_of:
        if region in body.materials and region not in giving:
            raise CaseError(
                f"interface {interface.name!r} has a charge-transfer law for {region!r}, but "
                f"{body.materials[region].name!r} is neither metal nor host and can give no "
                "lithium: leave the law out, or give the material a metal"
            )
