# SPDX-License-Identifier: BSD-3-Clause
"""Checks of a case that need no mesh: its parts are of the right kind and fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from ssbmech.errors import CaseError

if TYPE_CHECKING:
    from ssbmech.case import Case, Electrodes

_SEQUENCES = ("bodies", "protocol", "interfaces", "supports")


def check_consistency(case: Case) -> None:
    """Check a case.

    Args:
        case: the case, its numbers in SI.

    Raises:
        CaseError: names do not fit together, the protocol is empty, there are two fixtures, or the
            electrodes are not the interfaces with kinetics.
    """
    _check_kinds(case)
    _check_bodies(case)
    _check_interfaces(case)
    _check_loads(case)
    _check_protocol(case)
    _check_fixture(case)
    _check_elements(case)
    _check_electrodes(case)


def _check_kinds(case: Case) -> None:
    """Refuse what is easily mistyped: a class for its instance, a lonely item for a tuple."""
    values = {item.name: getattr(case, item.name) for item in fields(case)}
    values["geometry.frame"] = case.geometry.frame
    for name, value in values.items():
        if isinstance(value, type):
            raise CaseError(f"{name} is the class {value.__name__}: write {value.__name__}(...)")
    for name in _SEQUENCES:
        value = values[name]
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise CaseError(
                f"{name} must be a tuple, but is a single {type(value).__name__}: "
                f"write ({type(value).__name__}(...),) with a comma"
            )


def _check_bodies(case: Case) -> None:
    if not case.bodies:
        raise CaseError("the case has no body: give at least one Body")
    names = [body.name for body in case.bodies]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise CaseError(f"two bodies have the same name: {', '.join(sorted(repeated))}")


def _check_interfaces(case: Case) -> None:
    names = [body.name for body in case.bodies]
    for interface in case.interfaces:
        for side in (interface.minus, interface.plus):
            if side not in names:
                raise CaseError(
                    f"interface {interface.name!r}: there is no body {side!r}; "
                    f"bodies: {', '.join(names)}"
                )
    surfaces = [frozenset((i.minus, i.plus)) for i in case.interfaces]
    for interface, surface in zip(case.interfaces, surfaces, strict=True):
        if surfaces.count(surface) > 1:
            raise CaseError(
                f"the interface between {interface.minus!r} and {interface.plus!r} is given twice"
            )


def _check_loads(case: Case) -> None:
    names = [body.name for body in case.bodies]
    forced = [force.body for force in case.loads.body_forces]
    for name in (*forced, *(source.body for source in case.loads.ion_sources)):
        if name not in names:
            raise CaseError(
                f"a load acts on the body {name!r}, which is not there; bodies: {', '.join(names)}"
            )
    if case.loads.ion_sources and case.electrodes is None and not case.loads.face_potentials:
        raise CaseError(
            "ion sources need somewhere for their current to go: give electrodes, or hold an outer "
            "face of the electrolyte at a potential (FacePotential)"
        )


def _check_protocol(case: Case) -> None:
    if not case.protocol:
        raise CaseError("the protocol is empty: give at least one step, for example Rest(1 * hour)")


def _check_fixture(case: Case) -> None:
    fixture = case.fixture
    if fixture is None:
        return
    if isinstance(fixture, Sequence):
        raise CaseError(
            "a case has one fixture: give a single Spring, ConstantForce, FixedGap or Isostatic"
        )
    if fixture.face is not None and any(
        s.face == fixture.face and s.components(0, 1) == (0,) for s in case.supports
    ):
        raise CaseError(
            f"face {fixture.face!r} is held by a support and by the fixture: choose one"
        )
    if any(step.seats for step in case.protocol[1:]):
        raise CaseError(
            "a Preload after the first step would take the load off and put it on again: begin the "
            "protocol with Preload(), and have no other"
        )
    waits = fixture.stiffness > 0.0 and fixture.travel is None
    if waits and not any(step.seats for step in case.protocol):
        raise CaseError(
            f"a {type(fixture).__name__} acts from the state at the end of its preload, "
            "but the protocol has no Preload step: begin with Preload()"
        )


def _check_elements(case: Case) -> None:
    flowing = [m.name for b in case.bodies for m in b.materials.values() if m.solid.flows]
    if case.discretisation.mixed and flowing and case.discretisation.degree < 2:
        raise CaseError(
            f"material {flowing[0]!r} flows at constant volume and needs displacements of "
            "degree 2 or more with the pressure one degree below: use Discretisation(degree=2)"
        )


def _check_electrodes(case: Case) -> None:
    reacting = {i.name for i in case.interfaces if i.reacts}
    if case.electrodes is None:
        if reacting:
            raise CaseError(
                f"interface {sorted(reacting)[0]!r} has a charge-transfer law, "
                "but the case names no electrodes"
            )
        _check_currentless(case)
        return
    pairs = case.electrodes.cells
    for pair in pairs:
        _check_pair(case, pair, reacting)
    named = [name for pair in pairs for name in (pair.working, pair.counter) if name is not None]
    if reacting - set(named) or len(set(named)) < len(named):
        raise CaseError(
            "working and counter electrode must be two interfaces, and the only ones with kinetics"
        )
    _check_hosts(case, named)
    driven = any(step.drive(0.0).voltage is not None for step in case.protocol)
    if len(pairs) > 1 and driven:
        raise CaseError("stacked cells are driven by a current: a step of theirs holds a voltage")


def _check_hosts(case: Case, named: Sequence[str]) -> None:
    """Refuse electrodes that share a host or an electrolyte, and laws that do not fit materials."""
    bodies = {body.name: body for body in case.bodies}
    electrodes = [i for i in case.interfaces if i.name in named]
    minus = [interface.minus for interface in electrodes]
    for interface in electrodes:
        body = bodies[interface.minus]
        shared = body.feed is not None or any(m.host for m in body.materials.values())
        if shared and minus.count(body.name) > 1:
            raise CaseError(
                f"body {body.name!r} is the host of more than one electrode interface: what each "
                "of them takes could not be told apart; make it one body per electrode"
            )
        for region in interface.kinetics_of:
            if region not in body.materials:
                raise CaseError(
                    f"interface {interface.name!r} has a charge-transfer law for {region!r}, which "
                    f"is no region of {body.name!r}; those are: {', '.join(body.materials)}"
                )
        for region, material in body.materials.items():
            law = interface.kinetics_at(region)
            if law is None and material.host is not None:
                raise CaseError(
                    f"interface {interface.name!r} has no charge-transfer law for the host "
                    f"{region!r}: give it one in kinetics_of, or one for all in kinetics"
                )
            if law is not None and law.needs_host and material.host is None:
                raise CaseError(
                    f"interface {interface.name!r}: the charge-transfer law of {region!r} needs "
                    f"the lithium content of a host, but {material.name!r} is none"
                )
    for body in case.bodies:
        if body.feed is not None and body.name not in minus:
            raise CaseError(
                f"body {body.name!r} is fed with electrons, but is no electrode: leave the feed out"
            )
    electrolytes = [
        {i.plus for i in electrodes if i.name in (p.working, p.counter)}
        for p in (case.electrodes.cells if case.electrodes else ())
    ]
    for k, first in enumerate(electrolytes):
        for second in electrolytes[k + 1 :]:
            if first & second:
                raise CaseError(
                    f"two stacked cells share the electrolyte {min(first & second)!r}: each needs "
                    "one of its own"
                )


def _check_pair(case: Case, pair: Electrodes, reacting: set[str]) -> None:
    """Check the electrodes of one cell."""
    if pair.counter is None and not case.loads.face_potentials:
        raise CaseError(
            "the electrodes have no counter: name an interface with a charge-transfer law, "
            "or hold an outer face of the electrolyte at a potential (FacePotential)"
        )
    named = [name for name in (pair.working, pair.counter) if name is not None]
    for name in named:
        if name not in reacting:
            raise CaseError(
                f"electrode {name!r} is not an interface with a charge-transfer law; "
                f"those are: {', '.join(sorted(reacting)) or 'none'}"
            )
    electrolytes = sorted({i.plus for i in case.interfaces if i.name in named})
    if len(electrolytes) > 1:
        raise CaseError(
            "both electrodes must meet the same electrolyte, the plus body of their interfaces, "
            f"but they meet {' and '.join(electrolytes)}"
        )


def _check_currentless(case: Case) -> None:
    """Refuse a current or voltage that nothing would carry."""
    for step in case.protocol:
        drive = step.drive(0.0)
        if drive.current_density or drive.c_rate or drive.voltage is not None:
            raise CaseError(
                f"step {step.name!r} drives a current, but the case names no electrodes: give "
                "Electrodes and interfaces with a charge-transfer law, or take Rest"
            )
