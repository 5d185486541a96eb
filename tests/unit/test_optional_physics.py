# SPDX-License-Identifier: BSD-3-Clause
"""Physics is a list of parts: nobody asks which attribute is None to know what a cell has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ssbmech

PACKAGE = Path(ssbmech.__file__).parent

#: Houses that build, solve, measure and keep physics.
HOUSES = ("model", "solve", "checkpoint", "run")

#: Names of physics that a body, an interface, a material or a cell may have or lack.
OPTIONAL = frozenset(
    {
        "adhesion", "bond", "capacity", "conductor", "electronic", "electrodes", "feed", "fixture",
        "host", "i_normal", "ions", "kinetics", "law", "lithium", "metal", "offset", "particle",
        "phi_e", "phi_s", "platen", "pressure", "shear", "slip", "stored", "stripped", "travel",
    }
)  # fmt: skip

#: Where a case's optional law becomes a part or does not, and what the circuit lacks.
MOST = 10


def none_tests(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of what a module compares with None."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot):
            right, left = node.comparators[0], node.left
            name = getattr(left, "attr", getattr(left, "id", ""))
            if isinstance(right, ast.Constant) and right.value is None and name in OPTIONAL:
                yield node.lineno, name


@pytest.mark.serial
def test_few_ask_what_a_cell_lacks() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {name}"
        for house in HOUSES
        for path in sorted((PACKAGE / house).rglob("*.py"))
        for line, name in none_tests(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(found) <= MOST, "\n".join(found)
