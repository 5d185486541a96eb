# SPDX-License-Identifier: BSD-3-Clause
"""Constants of a class are no choices: its constructor does not take them, a run notes them."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

import ssbmech
import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.case.time_scheme import Weights
from ssbmech.geometry.formats.abaqus_scopes import Scope
from ssbmech.interfaces.contact import Frictionless, Sticking
from ssbmech.interfaces.filling import Mouth
from ssbmech.interfaces.kinetics import HostSites, MetalSurface
from ssbmech.parameter import describe, parameter
from ssbmech.run.fingerprint import fingerprint
from ssbmech.units import MPa, V, hour, s

pytestmark = pytest.mark.serial

CHOICES = {
    "face": "of a fixture or a support",
    "name": "of a step or a mesh",
    "stops": "of a step",
    "conduction": "of a charge-transfer law",
    "sources": "of numbers",
    "halved": "of the end of a crack",
}
"""Members of roles that a constructor takes with a default, although they are no numbers."""


def classes() -> list[type]:
    """Return all classes of the package."""
    found: dict[type, None] = {}
    for module in pkgutil.walk_packages(ssbmech.__path__, "ssbmech."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(value) and value.__module__.startswith("ssbmech."):
                    found[value] = None
    return list(found)


CLASSES = classes()
DATA = [kind for kind in CLASSES if dataclasses.is_dataclass(kind)]
ROLES = [kind for kind in CLASSES if getattr(kind, "_is_protocol", False)]


def members(role: type) -> set[str]:
    """Return the names of what a role asks for."""
    return {
        name
        for kind in role.__mro__
        if kind in ROLES
        for name in vars(kind).keys() | inspect.get_annotations(kind).keys()
        if not name.startswith("_")
    }


def constants(kind: Any) -> list[str]:
    """Return the names of the constants of a dataclass."""
    fields = {field.name for field in dataclasses.fields(kind)}
    return [name for name in kind.__dataclass_fields__ if name not in fields]


def test_the_laws_have_constants() -> None:
    """Or the tests that follow would pass on nothing."""
    assert sum(len(constants(kind)) for kind in DATA) >= 36
    assert {"Contact", "Fixture", "Frame", "Sites", "Step", "StopCondition", "Support"} <= {
        role.__name__ for role in ROLES
    }


@pytest.mark.parametrize("kind", DATA, ids=lambda kind: kind.__qualname__)
def test_a_constructor_takes_no_constant(kind: Any) -> None:
    assert not set(constants(kind)) & inspect.signature(kind).parameters.keys()


@pytest.mark.parametrize("kind", DATA, ids=lambda kind: kind.__qualname__)
def test_what_a_role_asks_for_is_a_number_a_choice_or_a_constant(kind: Any) -> None:
    """A field with a default that only says what a class is would be taken for a choice."""
    known = set(dir(kind)) | set(kind.__dataclass_fields__)
    asked = {name for role in ROLES if members(role) <= known for name in members(role)}
    given = {
        field.name
        for field in dataclasses.fields(kind)
        if field.init
        and not field.metadata
        # without a default it has to be given
        and (field.default, field.default_factory) != (dataclasses.MISSING, dataclasses.MISSING)
    }
    allowed = CHOICES.keys() | {
        ssb.Clamp: {"value"},
        Drive: {"pressure"},
        Mouth: {"pressure"},
        ssb.Under: {"pressure"},
        # data that share a word with a role
        Weights: {"error"},
        Scope: {"part"},
    }.get(kind, set())
    assert given & asked <= allowed


@pytest.mark.parametrize(
    "make",
    [
        lambda: ssb.PlaneStrain(dim=3),
        lambda: ssb.ThreeDimensional(revolves=True),
        lambda: Frictionless(sticks=True),
        lambda: Sticking(sticks=False),
        lambda: MetalSurface(hosted=True),
        lambda: HostSites(hosted=False),
        lambda: ssb.DrivenPlaten(lambda time: 0.0, preload=5 * MPa),
        lambda: ssb.ConstantForce(1 * MPa, stiffness=1e12),
        lambda: ssb.Spring(1 * MPa, 1e12, travel=lambda time: 0.0),
        lambda: ssb.Isostatic(1 * MPa, face="top"),
        lambda: ssb.Roller("left", value=lambda x, time: x),
        lambda: ssb.Rest(10 * s, seats=True),
        lambda: ssb.Charge(0.1 / hour, 4 * V, seats=True),
        lambda: ssb.CurrentBelow(0.1, quantity="voltage"),
        lambda: dataclasses.replace(ssb.Preload(1 * s), seats=False),
    ],
)
def test_a_constant_that_is_given_is_refused(make: Any) -> None:
    with pytest.raises(TypeError, match="unexpected keyword"):
        make()


@dataclass(frozen=True)
class Law:
    """A law with a constant of its class among its numbers."""

    first: float = parameter("1")
    kind: ClassVar[str] = "hard"
    table: ClassVar[tuple[float, ...]] = (1.0, 2.0)
    last: float = parameter("1", default=2.0)


def of_one_name(kind: type) -> type:
    """Give a class the name of the law, so that what it states alone tells it apart."""
    kind.__qualname__ = "Law"
    return kind


@of_one_name
@dataclass(frozen=True)
class Written:
    """The same with the constant as a field."""

    first: float = parameter("1")
    kind: str = "hard"
    last: float = parameter("1", default=2.0)


@of_one_name
@dataclass(frozen=True)
class Softer(Law):
    """Another constant."""

    kind: ClassVar[str] = "soft"


def test_a_run_notes_the_constants() -> None:
    assert [(row["name"], row["value"]) for row in describe(Law(1.0))] == [
        ("first", 1.0),
        ("kind", "hard"),
        ("last", 2.0),
    ]


def test_a_case_is_known_again_by_them() -> None:
    """And by the same number whether they are fields or constants of the class."""
    hard = fingerprint(Law(1.0))
    assert fingerprint(Softer(1.0)) != hard
    assert fingerprint(Written(1.0)) == hard
