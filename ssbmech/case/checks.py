# SPDX-License-Identifier: BSD-3-Clause
"""Checks of a case that need no mesh: its parts are of the right kind and fit together."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from ssbmech.case.body import Body
from ssbmech.case.boundary import Loads, Support, holds_normal
from ssbmech.case.electrodes import Electrodes, joined_interfaces
from ssbmech.case.fixture_steps import check_loading, sets_pressure
from ssbmech.case.fixtures import Fixture
from ssbmech.case.own_steps import check_step
from ssbmech.case.phases import drives_of, passes_current
from ssbmech.case.probing import value_at
from ssbmech.case.protocol import Step
from ssbmech.case.settings import Discretisation
from ssbmech.errors import CaseError, CaseWarning
from ssbmech.interfaces.interface import Interface
from ssbmech.materials.elastic import Compacting
from ssbmech.plausible import LEAST_PRELOAD


def check_bodies(bodies: Sequence[Body]) -> None:
    """Check that there are bodies, each with a name of its own.

    Raises:
        CaseError: there is none, or two have the same name.
    """
    if not bodies:
        raise CaseError("the case has no body: give at least one Body")
    names = [body.name for body in bodies]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise CaseError(f"two bodies have the same name: {', '.join(sorted(repeated))}")


def check_interfaces(interfaces: Sequence[Interface], bodies: Sequence[Body]) -> None:
    """Check that interfaces lie between bodies of the case, one between each two.

    Raises:
        CaseError: there is no such body, or an interface is given twice.
    """
    names = [body.name for body in bodies]
    for interface in interfaces:
        for side in (interface.minus, interface.plus):
            if side not in names:
                raise CaseError(
                    f"interface {interface.name!r}: there is no body {side!r}; "
                    f"bodies: {', '.join(names)}"
                )
    surfaces = [frozenset((i.minus, i.plus)) for i in interfaces]
    for interface, surface in zip(interfaces, surfaces, strict=True):
        if surfaces.count(surface) > 1:
            raise CaseError(
                f"the interface between {interface.minus!r} and {interface.plus!r} is given twice"
            )


def check_loads(loads: Loads, bodies: Sequence[Body], electrodes: Electrodes | None) -> None:
    """Check that loads act on bodies of the case, and that currents have somewhere to go.

    Raises:
        CaseError: there is no such body, or nowhere to go.
    """
    names = [body.name for body in bodies]
    forced = [force.body for force in loads.body_forces]
    for name in (*forced, *(source.body for source in loads.ion_sources)):
        if name not in names:
            raise CaseError(
                f"a load acts on the body {name!r}, which is not there; bodies: {', '.join(names)}"
            )
    for kind in (
        loads.face_pressures,
        loads.face_fluxes,
        loads.face_potentials,
        loads.face_frictions,
    ):
        faces = [load.face for load in kind]
        twice = sorted({face for face in faces if faces.count(face) > 1})
        if twice:
            raise CaseError(
                f"face {twice[0]!r} has {faces.count(twice[0])} loads of the kind "
                f"{type(kind[0]).__name__}: give one that is what is meant, such as their sum"
            )
    conduct = [b.name for b in bodies if any(m.conductor for m in b.materials.values())]
    for source in loads.ion_sources:
        if source.body not in conduct:
            raise CaseError(
                f"a source of ions acts in the body {source.body!r}, which conducts none; bodies "
                f"that do: {', '.join(conduct) or 'none'}"
            )
    if loads.ion_sources and electrodes is None and not loads.face_potentials:
        raise CaseError(
            "ion sources need somewhere for their current to go: give electrodes, or hold an outer "
            "face of the electrolyte at a potential (FacePotential)"
        )


def check_face_pressures(
    loads: Loads, supports: Sequence[Support], fixture: Fixture | None
) -> None:
    """Check that fluids press on faces that give way to them.

    Raises:
        CaseError: what holds a face, or a platen that closes it, bears the pressure unseen.
    """
    held = {support.face: type(support).__name__ for support in supports if holds_normal(support)}
    if fixture is not None and fixture.face is not None:
        held[fixture.face] = type(fixture).__name__
    for pressed in loads.face_pressures:
        if pressed.face in held:
            raise CaseError(
                f"a fluid presses on face {pressed.face!r}, which a {held[pressed.face]} holds, so "
                "that the pressure would do nothing to the cell: leave one of them out, or let it "
                "press on another face"
            )


def check_frictions(loads: Loads, supports: Sequence[Support]) -> None:
    """Check that faces that slip along a wall have one.

    Raises:
        CaseError: nothing keeps such a face at its wall, or it cannot slip.
    """
    for friction in loads.face_frictions:
        own = [s for s in supports if s.face == friction.face]
        if not any(holds_normal(s) for s in own):
            raise CaseError(
                f"face {friction.face!r} has a friction, but nothing keeps it at its wall: give "
                f"Roller({friction.face!r}) too"
            )
        if any(s.components(0, 2) != (0,) for s in own):
            raise CaseError(
                f"face {friction.face!r} has a friction, but a support keeps it from slipping: "
                "leave one of them out"
            )


def check_steps(protocol: Sequence[Step]) -> None:
    """Check that there is a step, and that each tells what it asks for.

    Raises:
        CaseError: there is none, or one of them is made of something else.
    """
    if not protocol:
        raise CaseError("the protocol is empty: give at least one step, for example Rest(1 * hour)")
    for step in protocol:
        check_step(step)


def check_fixture(
    fixture: Fixture | None, supports: Sequence[Support], protocol: Sequence[Step]
) -> None:
    """Check that the face of the fixture is free, that it can do what steps ask, and is seated.

    Raises:
        CaseError: it is otherwise.
    """
    check_loading(fixture, protocol)
    if fixture is None:
        return
    if 0.0 < fixture.preload < LEAST_PRELOAD:
        warnings.warn(
            f"the preload of the {type(fixture).__name__} is {fixture.preload:g} Pa, less than its "
            f"own weight would give: was a unit left out, as in {fixture.preload:g} * MPa?",
            CaseWarning,
            stacklevel=4,
        )
    if fixture.face is not None and any(
        s.face == fixture.face and holds_normal(s) for s in supports
    ):
        raise CaseError(
            f"face {fixture.face!r} is held by a support and by the fixture: choose one"
        )
    waits = fixture.stiffness > 0.0 and fixture.travel is None
    if waits and not any(step.seats or sets_pressure(step) for step in protocol):
        raise CaseError(
            f"a {type(fixture).__name__} acts from the state at the end of its preload, "
            "but the protocol has no Preload step: begin with Preload()"
        )


def check_elements(discretisation: Discretisation, bodies: Sequence[Body]) -> None:
    """Check that what flows at constant volume gets elements that do not lock.

    Raises:
        CaseError: the degree is too low, or a solid that densifies has no pressure field.
    """
    materials = [m for b in bodies for m in b.materials.values()]
    compacting = [m.name for m in materials if isinstance(m.solid, Compacting)]
    if compacting and not discretisation.mixed:
        raise CaseError(
            f"material {compacting[0]!r} densifies, and near full density it flows at constant "
            "volume: its pressure must be a field of its own: take PressureField.WHERE_FLOWING"
        )
    flowing = [m.name for m in materials if m.solid.flows]
    if discretisation.mixed and flowing and discretisation.degree < 2:
        raise CaseError(
            f"material {flowing[0]!r} flows at constant volume and needs displacements of "
            "degree 2 or more with the pressure one degree below: use Discretisation(degree=2)"
        )


def check_electrodes(
    electrodes: Electrodes | None,
    interfaces: Sequence[Interface],
    bodies: Sequence[Body],
    loads: Loads,
    protocol: Sequence[Step],
) -> None:
    """Check that the electrodes are the interfaces with kinetics, and fit bodies and protocol.

    Raises:
        CaseError: they are not, or do not.
    """
    reacting = {i.name for i in interfaces if i.reacts}
    if electrodes is None:
        if reacting:
            raise CaseError(
                f"interface {sorted(reacting)[0]!r} has a charge-transfer law, "
                "but the case names no electrodes"
            )
        _check_currentless(protocol)
        return
    pairs = electrodes.cells
    for pair in pairs:
        _check_pair(pair, reacting, interfaces, loads)
    named = [name for pair in pairs for name in pair.interfaces]
    joined = joined_interfaces(electrodes)
    for name in joined:
        if named.count(name) > 1:
            raise CaseError(
                f"interface {name!r} is joined to an electrode, but is named twice: name each "
                "interface once, as working or counter electrode, in joined or in joined_counter"
            )
    if reacting - set(named) or len(set(named)) < len(named):
        raise CaseError(
            "working and counter electrode must be two interfaces, and the only ones with kinetics"
            f"{_left_out(reacting - set(named))}"
        )
    _check_hosts(pairs, named, interfaces, bodies)
    asked = [drive for step in protocol for drive in drives_of(step)] if len(pairs) > 1 else []
    driven = any(drive.voltage is not None or drive.power is not None for drive in asked)
    if len(pairs) > 1 and driven:
        raise CaseError(
            "stacked cells are driven by a current: a step of theirs holds a voltage or a power"
        )


def check_fillings(interfaces: Sequence[Interface], electrodes: Electrodes | None) -> None:
    """Check that metal in cracks does not stand beside electrodes of another potential.

    Raises:
        CaseError: there are electrodes, and the walls of a crack exchange ions with bodies, or the
            pressure at a mouth is no number.
    """
    for interface in interfaces:
        filling = interface.filling
        if filling is None:
            continue
        if filling.mouth is not None:
            value_at(filling.mouth.pressure, 0.0, "Mouth.pressure", "Pa")
        joined = interface.name in joined_interfaces(electrodes)
        if joined and filling.potential is not None:
            raise CaseError(
                f"interface {interface.name!r} is joined to an electrode, but the potential along "
                "its crack is given, so that its current would enter no electrolyte: leave "
                "CrackFilling(potential=...) out"
            )
        if electrodes is not None and filling.potential is None and not joined:
            raise CaseError(
                f"interface {interface.name!r} is filled with metal whose walls exchange ions with "
                "both bodies, but the case has electrodes, and it is joined to none of them, so "
                "that currents would not add up: name it in Electrodes(joined=...), or give "
                "CrackFilling(potential=...)"
            )


def _check_hosts(
    pairs: Sequence[Electrodes],
    named: Sequence[str],
    interfaces: Sequence[Interface],
    bodies: Sequence[Body],
) -> None:
    """Refuse electrodes that share a host or an electrolyte, and laws that do not fit materials."""
    by_name = {body.name: body for body in bodies}
    electrodes = [i for i in interfaces if i.name in named]
    minus = [interface.minus for interface in electrodes]
    for interface in electrodes:
        body = by_name[interface.minus]
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
    for body in bodies:
        if body.feed is not None and body.name not in minus:
            raise CaseError(
                f"body {body.name!r} is fed with electrons, but is no electrode: leave the feed out"
            )
    electrolytes = [electrolytes_of(pair, interfaces) for pair in pairs]
    for k, first in enumerate(electrolytes):
        for second in electrolytes[k + 1 :]:
            if first & second:
                raise CaseError(
                    f"two stacked cells share the electrolyte {min(first & second)!r}: each needs "
                    "one of its own"
                )


def _check_pair(
    pair: Electrodes, reacting: set[str], interfaces: Sequence[Interface], loads: Loads
) -> None:
    """Check the electrodes of one cell."""
    if pair.counter is None and not loads.face_potentials:
        raise CaseError(
            "the electrodes have no counter: name an interface with a charge-transfer law, "
            "or hold an outer face of the electrolyte at a potential (FacePotential)"
        )
    if pair.counter is None and pair.joined_counter:
        raise CaseError(
            f"interface {pair.joined_counter[0]!r} is joined to a counter electrode, but there is "
            "none: name it in Electrodes(counter=...), or leave joined_counter out"
        )
    filled = {i.name for i in interfaces if i.filling is not None}
    for name in pair.interfaces:
        if name not in reacting and (name in pair.sides or name not in filled):
            raise CaseError(
                f"electrode {name!r} is not an interface with a charge-transfer law; "
                f"those are: {', '.join(sorted(reacting)) or 'none'}"
            )
    by_name = {interface.name: interface for interface in interfaces}
    for name, joined in pair.sides.items():
        for other in joined:
            if other not in filled and by_name[other].minus != by_name[name].minus:
                raise CaseError(
                    f"interface {other!r} is joined to the electrode {name!r}, but is not of its "
                    f"body {by_name[name].minus!r}: join interfaces of one body, and cracks"
                )
    electrolytes = sorted(electrolytes_of(pair, interfaces))
    if len(electrolytes) > 1:
        raise CaseError(
            "both electrodes must meet the same electrolyte, the plus body of their interfaces, "
            f"but they meet {' and '.join(electrolytes)}: two electrolytes in series are one Body "
            "with a region of each"
        )


def electrolytes_of(pair: Electrodes, interfaces: Sequence[Interface]) -> set[str]:
    """Return the electrolytes that the electrodes of a cell meet, each by one of its bodies.

    Bodies are of one electrolyte where ions cross the crack that parts them.
    """
    one_of = {body: body for i in interfaces for body in (i.minus, i.plus)}
    for i in interfaces:
        if i.filling is not None and i.filling.potential is None:
            old, new = one_of[i.plus], one_of[i.minus]
            one_of = {body: new if first == old else first for body, first in one_of.items()}
    return {one_of[i.plus] for i in interfaces if i.name in pair.interfaces}


def _left_out(names: set[str]) -> str:
    """Return in words which interfaces with kinetics belong to no electrode."""
    listed = ", ".join(map(repr, sorted(names)))
    return f"; joined to neither: {listed}, see Electrodes(joined=...)" if names else ""


def _check_currentless(protocol: Sequence[Step]) -> None:
    """Refuse a current or voltage that nothing would carry."""
    for step in protocol:
        if passes_current(step):
            raise CaseError(
                f"step {step.name!r} drives a current, but the case names no electrodes: give "
                "Electrodes and interfaces with a charge-transfer law, or take Rest"
            )
