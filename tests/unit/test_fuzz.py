# SPDX-License-Identifier: BSD-3-Clause
"""Bad input made systematically ends in errors of the package's own, and nothing else."""

from __future__ import annotations

import pytest

from ssbmech.errors import ParameterError
from ssbmech.units import K, celsius, registry, to_si
from tests.fuzz import inputs, outcome, run_commands

pytestmark = pytest.mark.serial


def test_what_does_not_belong_there_is_refused_by_the_package_itself() -> None:
    """Many thousand inputs: no traceback of another error, no end that never comes, no nonsense."""
    outcomes = [outcome(given) for given in inputs()]
    assert len(outcomes) > 2000
    fine = ("own error", "accepted with a reason")
    assert [each for each in outcomes if each.kind not in fine] == []
    refused = [each for each in outcomes if each.kind == "own error"]
    assert len(refused) > 0.8 * len(outcomes)


@pytest.mark.slow
def test_wrong_command_lines_are_refused_in_words() -> None:
    outcomes = run_commands()
    assert len(outcomes) > 300
    fine = ("own error", "accepted with a reason")
    assert [each for each in outcomes if each.kind not in fine] == []
    refused = [each for each in outcomes if each.kind == "own error"]
    assert len(refused) > 0.9 * len(outcomes)
    # each is told what is wrong with it, and not all the same
    assert len({each.told for each in refused}) > 0.5 * len(refused)


def test_every_message_is_a_sentence_about_a_field() -> None:
    untold = [
        each.name
        for each in map(outcome, inputs())
        if each.kind == "own error" and len(each.told) < 15
    ]
    assert untold == []


def test_degrees_celsius_of_pint_are_a_temperature() -> None:
    assert to_si(25 * registry.degC, "K", "temperature") == pytest.approx(298.15, rel=1e-12)
    assert to_si(celsius(25), "K", "temperature") == pytest.approx(298.15, rel=1e-12)


@pytest.mark.parametrize("reading", [25 * K, "25", None, True])
def test_a_reading_in_celsius_has_no_unit(reading: object) -> None:
    with pytest.raises(ParameterError, match=r"celsius\(25\)"):
        celsius(reading)  # type: ignore[arg-type]
