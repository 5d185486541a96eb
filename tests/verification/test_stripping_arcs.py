# SPDX-License-Identifier: BSD-3-Clause
"""Impedance of a cell that loses contact on stripping: its arc against a closed form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

SCRIPT = Path(__file__).parents[2] / "cases" / "critical_current" / "arcs.py"


def test_arc_grows_as_contact_is_lost(tmp_path: Path) -> None:
    """Both electrodes have the same resistance in full contact; one of them loses it."""
    figure = tmp_path / "arcs.png"
    command = [sys.executable, str(SCRIPT), "--figure", str(figure)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert figure.stat().st_size > 0
    lines = done.stdout.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("contact, charge")) + 1
    table = [tuple(map(float, line.split())) for line in lines[start : start + 5]]
    contacts, spans = [row[0] for row in table], [row[2] for row in table]
    assert contacts == sorted(contacts, reverse=True) and contacts[-1] < 0.1 < 0.9 < contacts[0]
    exact = [row[3] for row in table]
    worst = max(abs(found / each - 1) for found, each in zip(spans, exact, strict=True))
    measured("Arcs of a cell that is stripped", "span of both arcs, five contacts", worst, 0.001,
             "slope of Butler and Volmer's law on what is left")  # fmt: skip
