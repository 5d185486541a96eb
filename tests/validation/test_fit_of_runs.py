# SPDX-License-Identifier: BSD-3-Clause
"""A fit of knobs to data of a closed form with noise: both numbers within their intervals."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from ssbmech.cli import main
from tests.tools import measured

pytestmark = [
    pytest.mark.serial,
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("snakemake") is None, reason="Snakemake is not installed"),
]

CASE = Path(__file__).parents[2] / "cases" / "fit_kinetics"
EXCHANGE, FILM, NOISE = 12.0, 2.5, 2e-4


def test_exchange_current_and_film_are_recovered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a start that is off by half in both."""
    command = ["fit", str(CASE / "case.py"), "--measured", str(CASE / "measured.csv")]
    command += ["--free", "exchange=5:8:30:log", "--free", "film=0:4:10"]
    command += ["--error", f"voltage={NOISE}", "--out", str(tmp_path / "fit"), "--cores", "2"]
    assert main(command) == 0
    assert "95% interval" in capsys.readouterr().out
    found = json.loads((tmp_path / "fit" / "fit.json").read_text("utf-8"))
    exchange, film = found["numbers"]
    item, against = "Fit of kinetics to made data", "the numbers that the data were made with"
    for number, true in ((exchange, EXCHANGE), (film, FILM)):
        assert number["low"] <= true <= number["high"], number
        half = 0.5 * (number["high"] - number["low"])
        name = number["name"]
        measured(item, f"error of {name} over it", abs(number["value"] / true - 1), 0.05, against)
        measured(item, f"half of the interval of {name} over it", half / true, 0.15, against)
    measured(item, "residuals over the noise", found["rms"], 1.5, "1")
    assert found["start_rms"] > 20 * found["rms"]
    # begun anew, all runs are there
    assert main(command) == 0
    assert json.loads((tmp_path / "fit" / "fit.json").read_text("utf-8")) == found
