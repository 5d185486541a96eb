# SPDX-License-Identifier: BSD-3-Clause
"""Kinds: every field of every public dataclass is checked by one mechanism when it is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import kinds, library
from ssbmech.errors import CaseError, KindError, ParameterError, SSBMechError
from ssbmech.frames import Frame
from ssbmech.geometry import MeshFile
from ssbmech.kind_words import EXAMPLES
from ssbmech.materials.curve import Curve as ssb_curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import OpenCircuit, TableOcv
from ssbmech.materials.viscoplastic import ElasticViscoplastic
from ssbmech.parameter import Source, parameter, validate_parameters
from ssbmech.units import GPa, MPa, V, s, um
from tests.public import checkable, public_dataclasses

pytestmark = pytest.mark.serial

PUBLIC = public_dataclasses()


class Odd:
    """Something that is of no kind and fails when it is looked at."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise RuntimeError("odd")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("odd")

    def __bool__(self) -> bool:
        raise RuntimeError("odd")


def test_there_are_many_public_dataclasses() -> None:
    """Or the tests that follow would pass on nothing."""
    assert len(PUBLIC) >= 80
    assert {ssb.Case, ssb.Body, ssb.Stack, ssb.Roller, ssb.Loads, ssb.StateVariable} <= set(PUBLIC)


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__qualname__)
def test_every_annotation_can_be_read(kind: Any) -> None:
    assert set(kinds.field_kinds(kind)) == {item.name for item in dataclasses.fields(kind)}


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__qualname__)
def test_every_public_dataclass_is_checked_when_it_is_made(kind: Any) -> None:
    """An object of no kind in all fields is refused under the name of one of them."""
    if not checkable(kind):
        return
    with pytest.raises(SSBMechError, match=rf"{kind.__name__}\.\w+"):
        kind(**dict.fromkeys((item.name for item in dataclasses.fields(kind) if item.init), Odd()))


class Role(Protocol):
    """A role with a value and a method."""

    @property
    def size(self) -> float:
        """A value."""

    def act(self, x: float) -> float:
        """Act."""


class Fulfils:
    """Has the members, and a property that must not be looked at."""

    @property
    def size(self) -> float:
        """Fail."""
        raise RuntimeError("evaluated")

    def act(self, x: float) -> float:
        """Act."""
        return x


class NoMethod:
    """Has a number where the method belongs."""

    size = 1.0
    act = 2.0


@dataclass(frozen=True)
class Held:
    """One field of each kind."""

    role: Role = field(default_factory=Fulfils)
    exact: Elastic | None = None
    several: tuple[Elastic, ...] = ()
    pair: tuple[float, float] = (0.0, 1.0)
    listed: Sequence[float] = ()
    named: Mapping[str, float] = field(default_factory=dict)
    function: Callable[[float], float] = abs
    text: str = "a"
    truth: bool = False
    whole: int = 1
    choice: Literal["a", "b"] = "a"
    where: ssb.PressureField = ssb.PressureField.NOWHERE
    path: Path = Path()
    anything: Any = None
    number: float = parameter("Pa", default=1.0)

    def __post_init__(self) -> None:
        validate_parameters(self)


ELASTIC = Elastic(1 * GPa, 0.3)

WRONG: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "a class for a role": ("role", Fulfils, ("is the class Fulfils", "write Fulfils(...)")),
    "a number for a role": ("role", 3, ("3 (int)", "not a Role", "has no 'size'")),
    "nothing for a role": ("role", None, ("= None is not a Role",)),
    "a number for a method": ("role", NoMethod(), ("has no 'act'",)),
    "odd": ("role", Odd(), ("an object of Odd",)),
    "a text for an object": ("exact", "stiff", ("'stiff'", "write Elastic(young, poisson)")),
    "a class for an object": ("exact", Elastic, ("write Elastic(...)",)),
    "a lonely item": ("several", ELASTIC, ("single Elastic", "(Elastic(...),)", "comma")),
    "a wrong item": ("several", (ELASTIC, 1.0), ("several[1] = 1.0", "not an Elastic")),
    "nothing for a tuple": ("several", None, ("= None", "(Elastic(...),)", "() for none")),
    "a generator": ("several", (e for e in (ELASTIC,)), ("used up at once", "tuple(")),
    "three for a pair": ("pair", (1.0, 2.0, 3.0), ("2 values",)),
    "a text in a pair": ("pair", (1.0, "b"), ("pair[1] = 'b'", "plain number")),
    "a text for a sequence": ("listed", "abc", ("must be a tuple",)),
    "a number for a sequence": ("listed", 5.0, ("single float", "(5.0,)")),
    "a tuple for a mapping": ("named", (("a", 1.0),), ("not a mapping", "{'name': 1.0}")),
    "a wrong key": ("named", {1: 1.0}, ("a key of Held.named", "not a text")),
    "a wrong value": ("named", {"a": "b"}, ("named['a'] = 'b'",)),
    "a number for a function": ("function", 5.0, ("5.0 is not a function", "lambda t: 5.0")),
    "a quantity for a function": ("function", 5 * MPa, ("5 megapascal", "lambda t: ...")),
    "a class for a function": ("function", Elastic, ("write Elastic(...)",)),
    "a function of nothing": ("function", lambda: 1.0, ("1 argument",)),
    "a number for a text": ("text", 3, ("3 (int) is not a text",)),
    "a number for a truth": ("truth", 1, ("True or False",)),
    "half a whole number": ("whole", 1.5, ("1.5", "whole number")),
    "a float for a whole number": ("whole", 2.0, ("write 2",)),
    "a truth for a whole number": ("whole", True, ("whole number",)),
    "another choice": ("choice", "c", ("one of 'a', 'b'",)),
    "a text for a choice": ("where", "nowhere", ("PressureField.NOWHERE", "no text")),
    "a number for a path": ("path", 5, ("path of a file",)),
    "a text for a number": ("number", "5", ("not a number",)),
}


@pytest.mark.parametrize("case", WRONG)
def test_another_kind_is_refused_by_the_name_of_the_field(case: str) -> None:
    name, value, words = WRONG[case]
    with pytest.raises(ParameterError) as caught:
        Held(**{name: value})
    told = str(caught.value)
    assert f"Held.{name}" in told
    assert [word for word in words if word not in told] == [], told


def test_an_error_about_a_kind_is_one_about_a_case_and_about_a_value() -> None:
    assert issubclass(KindError, CaseError)
    assert issubclass(KindError, ParameterError)


def test_what_is_of_its_kind_is_taken_as_it_is_meant() -> None:
    held = Held(
        role=Fulfils(),
        exact=ELASTIC,
        several=[ELASTIC],  # type: ignore[arg-type]
        pair=np.array([1.0, 2.0]),  # type: ignore[arg-type]
        whole=np.int64(4),  # type: ignore[arg-type]
        truth=np.bool_(True),  # type: ignore[arg-type]
        function=np.sin,
        path="mesh.msh",  # type: ignore[arg-type]
        number=2 * MPa,
        anything=Odd(),
    )
    assert held.several == (ELASTIC,)
    assert held.pair == (1.0, 2.0)
    assert type(held.whole) is int and held.truth is True
    assert held.number == pytest.approx(2e6)


def test_an_array_of_no_dimension_is_the_number_in_it() -> None:
    held = Held(
        pair=(np.array(1.0), np.array(2)),  # type: ignore[arg-type]
        whole=np.array(4),  # type: ignore[arg-type]
        truth=np.array(True),  # type: ignore[arg-type]
        number=np.array(2e6),
    )
    assert held.pair == (1.0, 2.0)
    assert type(held.whole) is int and held.truth is True
    assert held.number == pytest.approx(2e6)
    with pytest.raises(KindError, match=r"Held\.whole"):
        Held(whole=np.array(4.5))  # type: ignore[arg-type]


def test_a_class_that_a_function_defines_is_checked_as_far_as_it_can_be_read() -> None:
    class Here:
        """Known inside this function alone."""

    @dataclass(frozen=True)
    class Local:
        """Its first annotation cannot be read from outside."""

        here: Here
        text: str

        def __post_init__(self) -> None:
            validate_parameters(self)

    Local(Here(), "a")
    with pytest.raises(KindError, match=r"Local\.text"):
        Local(Here(), 1)  # type: ignore[arg-type]


def test_an_object_of_another_package_may_fill_a_role() -> None:
    """Members that come with `__getattr__` alone count too."""

    class Through:
        def __getattr__(self, name: str) -> Any:
            return getattr(ssb.PlaneStrain(), name)

    assert kinds.missing_members(Through(), Frame) == []
    assert kinds.missing_members(3, Frame) != []


REFUSED: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "a layer for layers": (
        lambda: ssb.Stack(
            frame=ssb.PlaneStrain(),
            layers=ssb.Layer("a", 1 * um),  # type: ignore[arg-type]
            width=1 * um,
            size_interface=1 * um,
            size_bulk=1 * um,
        ),
        ("Stack.layers", "(Layer(...),)"),
    ),
    "a file name for a geometry": (
        lambda: ssb.Case("a", "mesh.msh", (), ()),  # type: ignore[arg-type]
        ("Case.geometry = 'mesh.msh'", "MeshFile(...)"),
    ),
    "a law by name": (
        lambda: ssb.Interface("a|b", kinetics="butler-volmer"),  # type: ignore[arg-type]
        ("Interface.kinetics", "ButlerVolmer(...)"),
    ),
    "a strength for a bond": (
        lambda: ssb.Interface("a|b", adhesion=10 * MPa),
        ("Interface.adhesion", "BilinearCohesion(...)"),
    ),
    "a constant travel": (
        lambda: ssb.DrivenPlaten(-1e-6),  # type: ignore[arg-type]
        ("DrivenPlaten.travel = -1e-06 is not a function", "lambda t: -1e-06"),
    ),
    "a constant pressure": (
        lambda: ssb.FacePressure("right", 1 * MPa),
        ("FacePressure.pressure", "lambda t"),
    ),
    "a number for a clamp": (
        lambda: ssb.Clamp("bottom", value=5e-9),  # type: ignore[arg-type]
        ("Clamp.value", "lambda x, t"),
    ),
    "a limit for a condition": (
        lambda: ssb.ConstantCurrent(5, 10 * s, stops=(0.1 * V,)),
        ("ConstantCurrent.stops[0]", "VoltageAbove("),
    ),
    "a modulus for a solid": (
        lambda: ssb.Material("x", solid=5 * GPa),
        ("Material.solid", "is not a Solid"),
    ),
    "a class for a law": (
        lambda: ssb.Interface("a|b", contact=ssb.Sticking),  # type: ignore[arg-type]
        ("write Sticking(...)",),
    ),
    "the elasticity's modulus": (
        lambda: ElasticViscoplastic(5 * GPa, library.by_name("copper").solid),
        ("ElasticViscoplastic.elastic", "Elastic(young, poisson)"),
    ),
    "a text for a content": (
        lambda: ssb.Body.single("n", library.by_name("nmc811"), content="half"),  # type: ignore[arg-type]
        ("Body.content['n']", "plain number"),
    ),
    "a text for a frame": (
        lambda: MeshFile(frame="plane strain", path=Path("a.msh")),  # type: ignore[arg-type]
        ("MeshFile.frame", "PlaneStrain()"),
    ),
    "nothing for loads": (
        lambda: ssb.Case("a", None, (), (), loads=None),  # type: ignore[arg-type]
        ("Case.geometry",),
    ),
    "a key without a number": (
        lambda: Source("key", 5),  # type: ignore[arg-type]
        ("Source.text",),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_easily_mistyped_is_refused_with_what_would_be_right(case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(KindError) as caught:
        make()
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_every_example_is_about_something_that_exists() -> None:
    by_name = {kind.__name__: kind for kind in PUBLIC}
    roles = {"Step", "Support", "Fixture", "Geometry", "Contact", "Conduction", "Adhesion"}
    roles |= {"ChargeTransfer", "FlowLaw", "Frame", "LinearSolver", "StepControl", "StopCondition"}
    for name in EXAMPLES:
        owner, _, member = name.partition(".")
        assert owner in by_name or owner in roles, name
        if member:
            assert member in kinds.field_kinds(by_name[owner]), name


class Curve:
    """A class of a user's script that has the name of one of the package."""


@dataclass(frozen=True)
class Shifted(TableOcv):
    """A user's law that goes on from one of the package."""

    shift: float = 0.0


@dataclass
class Handed:
    """A user's open-circuit potential whose functions are handed to it."""

    u_eq: Callable[[Any, Any], Any] | None = None
    voltage: Callable[[float, float], float] | None = None
    low: float = 0.0
    high: float = 1.0


def test_annotations_are_read_where_they_were_written() -> None:
    """Names of the script in which a subclass stands do not take the place of the package's."""
    curve = ssb_curve((0.0, 0.5, 1.0), (4.0, 3.8, 3.5))
    assert Shifted(curve, shift=0.1).curve is curve
    assert kinds.field_kinds(Shifted)["curve"] is ssb_curve


def test_members_that_an_object_holds_itself_count() -> None:
    """A default of None in the class does not hide them."""
    assert kinds.missing_members(Handed(lambda x, t: 4 - x, lambda x, t: 4 - x), OpenCircuit) == []
    assert kinds.missing_members(Handed(), OpenCircuit) == ["u_eq", "voltage"]


@pytest.mark.parametrize("times", [np.array([1.0, 2.0]) * s, [1 * s, 2.0], range(1, 3)])
def test_arrays_of_quantities_and_ranges_are_tuples(times: Any) -> None:
    steps = ssb.PrescribedSteps(times)
    assert [float(getattr(item, "magnitude", item)) for item in steps.lengths] == [1.0, 2.0]
