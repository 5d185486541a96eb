# SPDX-License-Identifier: BSD-3-Clause
"""The page on trust: each claim stands where it is said to, and each of its tests exists."""

from __future__ import annotations

import ast
import math
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))
try:
    import make_trust
finally:
    sys.path.remove(str(ROOT / "docs"))

pytestmark = pytest.mark.serial

CLAIMS = make_trust.told()["claim"]


def words_of(path: str) -> str:
    """Return a page on one line."""
    return " ".join((ROOT / path).read_text("utf-8").split())


def names_in(path: Path) -> set[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_page_is_up_to_date() -> None:
    """Otherwise: python3 docs/make_trust.py."""
    assert make_trust.PAGE.read_text("utf-8") == make_trust.page()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["words"][:40])
def test_claim_stands_on_its_page_and_its_tests_exist(claim: dict[str, object]) -> None:
    """And the figures that it names are measured."""
    assert " ".join(str(claim["words"]).split()) in words_of(str(claim["page"]))
    assert claim["tests"]
    for name in claim["tests"]:
        file, _, function = name.partition("::")
        assert function in names_in(ROOT / file), name
    known = make_trust.measured()
    for item, quantity in claim.get("figures", ()):
        value, limit = known[item, quantity]
        assert float(value) <= float(limit)


def test_every_promise_of_the_readme_about_physics_is_a_claim() -> None:
    """The list of what it computes, down to the fixtures; what follows is about using it."""
    text = (ROOT / "README.md").read_text("utf-8")
    points = [part.split("**")[1] for part in text.split("\n- ")[1:9] if part.startswith("**")]
    claimed = [words_of("README.md").find(" ".join(claim["words"].split())) for claim in CLAIMS
               if claim["page"] == "README.md"]  # fmt: skip
    places = [words_of("README.md").find(f"**{' '.join(point.split())}**") for point in points]
    assert len(places) >= 7
    for place, following in zip(places, [*places[1:], math.inf], strict=True):
        assert any(place <= claim < following for claim in claimed)


@pytest.mark.parametrize("given", make_trust.told()["experiment"], ids=lambda each: each["what"])
def test_computed_values_are_those_of_their_pages(given: dict[str, Any]) -> None:
    """The words stand there, and the value is the first number in them, or a power by it."""
    words = str(given["computed"])
    assert words in words_of(str(given["page"]))
    number = float(re.findall(r"\d+\.\d+", words)[0])
    value = float(given["to_the_power"]) ** number if "to_the_power" in given else number
    assert given["simulated"] == pytest.approx(value)


def test_validation_uncertainty_and_what_follows_from_it() -> None:
    """E = S - D against twice the root of the sum of squares."""
    numbers = {"simulated": 5.0, "measured": 4.0, "numerical": 0.3, "input": 0.4, "data": 0.0}
    words = {"what": "", "unit": "1", "how": "", "source": ""}
    near = make_trust.Experiment(**numbers, **words, calibrated=False)
    assert near.error == 1.0 and near.validation == pytest.approx(0.5)
    assert near.verdict == "the model is off"
    far = make_trust.Experiment(**{**numbers, "data": 0.1}, **words, calibrated=False)
    assert far.verdict == "not told apart"
    assert make_trust.Experiment(**numbers, **words, calibrated=True).verdict == "calibrated"
