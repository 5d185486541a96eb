# SPDX-License-Identifier: BSD-3-Clause
"""Parameters: declared once, validated on construction, listed for manifest and documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from ssbmech.errors import ParameterError
from ssbmech.parameter import (
    NOT_DESCRIBED,
    Derived,
    Provenance,
    Source,
    describe,
    markdown_table,
    parameter,
    table,
    validate_parameters,
)
from ssbmech.units import GPa, MPa, hour, um

pytestmark = pytest.mark.serial


@dataclass(frozen=True, slots=True)
class Solid:
    young: float = parameter("Pa", low=0.0, low_open=True, doc="Young's modulus")
    poisson: float = parameter("1", low=0.0, high=0.5, high_open=True, doc="Poisson ratio")
    strength: float | None = parameter("Pa", low=0.0, default=None, doc="strength")
    porosity: float = parameter("1", low=0.0, high=1.0, default=0.0, doc="porosity")

    def __post_init__(self) -> None:
        validate_parameters(self)


@dataclass(frozen=True, slots=True)
class Plane:
    pass


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    solid: Solid
    thickness: float = parameter("m", low=0.0, low_open=True, doc="thickness")

    def __post_init__(self) -> None:
        validate_parameters(self)


@dataclass(frozen=True, slots=True)
class Rest:
    duration: float = parameter("s", default=1 * hour, doc="duration")

    def __post_init__(self) -> None:
        validate_parameters(self)


@dataclass(frozen=True)
class Points:
    y: tuple[float, ...]

    def summary(self) -> str:
        return f"{len(self.y)} points"


@dataclass(frozen=True)
class Swell:
    curve: Points = table("1", low=-0.5, high=1.0, doc="volume change")

    def __post_init__(self) -> None:
        validate_parameters(self)


@dataclass(frozen=True)
class Pile:
    frame: Plane
    sheets: tuple[Sheet, ...]
    steps: tuple[Rest, ...]
    options: Mapping[str, float] = field(default_factory=lambda: {"cuts": 3})
    hidden: int = field(default=0, metadata=NOT_DESCRIBED)


def test_quantities_become_si_floats_in_a_frozen_slotted_dataclass():
    solid = Solid(young=7.82 * GPa, poisson=0.381, strength=1 * MPa)
    assert (solid.young, solid.poisson, solid.strength) == (7.82e9, 0.381, 1e6)
    assert all(type(x) is float for x in (solid.young, solid.strength, solid.porosity))
    assert solid == Solid(7.82e9, 0.381, 1e6)
    assert Rest().duration == 3600.0


def test_an_optional_number_may_be_none_and_a_required_one_may_not():
    assert Solid(young=1 * GPa, poisson=0.3).strength is None
    with pytest.raises(ParameterError, match=r"Solid\.young = None"):
        Solid(young=None, poisson=0.3)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"young": -1.0}, ["Solid.young", "-1 [Pa]", "(0, inf)"]),
        ({"young": 0.0}, ["Solid.young", "0 [Pa]", "(0, inf)"]),
        ({"poisson": 0.5}, ["Solid.poisson", "0.5", "[0, 0.5)"]),
        ({"poisson": -0.1}, ["Solid.poisson", "[0, 0.5)"]),
        ({"porosity": 1.1}, ["Solid.porosity", "[0, 1]"]),
        ({"young": 3 * um}, ["Solid.young", "3 micrometer", "Pa"]),
        ({"young": "stiff"}, ["Solid.young", "stiff"]),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_what_would_be_right(values, words):
    with pytest.raises(ParameterError) as caught:
        Solid(**({"young": 1e9, "poisson": 0.3} | values))
    for word in words:
        assert word in str(caught.value)


def test_closed_bounds_are_allowed():
    assert Solid(young=1.0, poisson=0.0, porosity=1.0).porosity == 1.0


def test_a_declaration_with_an_unknown_unit_fails_at_once():
    with pytest.raises(ParameterError, match="flurb"):
        parameter("flurb")


def test_describe_lists_every_value_with_its_path():
    sheet = Sheet("separator", Solid(1e9, 0.3), 50 * um)
    rows = describe(Pile(Plane(), (sheet,), (Rest(), Rest(60.0))))
    values = {row["name"]: row["value"] for row in rows}
    assert values == {
        "frame": "Plane",
        "sheets[separator].name": "separator",
        "sheets[separator].solid.young": 1e9,
        "sheets[separator].solid.poisson": 0.3,
        "sheets[separator].solid.strength": None,
        "sheets[separator].solid.porosity": 0.0,
        "sheets[separator].thickness": 5e-5,
        "steps[0].duration": 3600.0,
        "steps[1].duration": 60.0,
        "options[cuts]": 3,
    }
    young = next(row for row in rows if row["name"].endswith("young"))
    assert young == {
        "class": "Solid",
        "name": "sheets[separator].solid.young",
        "value": 1e9,
        "unit": "Pa",
        "low": 0.0,
        "high": None,
        "bounds": "(0, inf)",
        "doc": "Young's modulus",
    }


def test_the_table_carries_source_temperature_and_provenance():
    source = Source("masias2019", "ultrasound", 299.15, "three sheets", Provenance.SECONDARY)
    table = markdown_table(Rest(60.0), {"duration": source})
    assert table.splitlines()[-1] == (
        "| duration | `duration` | 60 | s | (-inf, inf) | 299.15 "
        "| [masias2019] ultrasound; three sheets | secondary |"
    )


def test_a_number_without_a_source_has_no_place_in_the_table():
    with pytest.raises(ParameterError, match="poisson has no source"):
        markdown_table(Solid(1e9, 0.3), {"young": Source("a", "b")})


def test_a_table_is_checked_point_by_point_and_listed_as_one_value():
    swell = Swell(Points((0.0, 0.1, 0.3)))
    assert [(row["name"], row["value"], row["unit"]) for row in describe(swell)] == [
        ("curve", "3 points", "1")
    ]
    table_text = markdown_table(swell, {"curve": Source("a", "measured", 298.15)})
    assert table_text.splitlines()[-1] == (
        "| volume change | `curve` | 3 points | 1 | [-0.5, 1] | 298.15 | [a] measured | read |"
    )
    with pytest.raises(ParameterError, match=r"Swell\.curve: y\[1\] = 30 \[1\].*\[-0\.5, 1\]"):
        Swell(Points((0.0, 30.0, 0.3)))
    with pytest.raises(ParameterError, match=r"Swell\.curve = 0\.3 is no table"):
        Swell(0.3)
    with pytest.raises(ParameterError, match="flurb"):
        table("flurb")


@dataclass(frozen=True)
class Sheets:
    """A pile whose height follows from the rest unless it is given."""

    count: float = parameter("1", low=0.0)
    thickness: float = parameter("m", low=0.0)
    height: float = parameter(
        "m", low=0.0, low_open=True, default=Derived(lambda pile: pile.count * pile.thickness)
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


def test_a_default_may_follow_from_other_numbers():
    assert Sheets(3, 2 * um).height == pytest.approx(6e-6)
    assert Sheets(3, 2 * um, None) == Sheets(3, 2 * um)
    assert Sheets(3, 2 * um, 7 * um).height == 7e-6
    with pytest.raises(ParameterError, match=r"Sheets\.height = 0 \[m\]"):
        Sheets(0, 2 * um)
