# SPDX-License-Identifier: BSD-3-Clause
"""The houses of the package, and which of them may know of which.

All imports of all modules are read from their source, also those inside functions and those for the
type checker alone: what a module knows of, it depends on.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial

PACKAGE = Path(__file__).resolve().parents[2] / "ssbmech"

# From the lowest to the highest; a house knows of those below it. Houses on one line know nothing
# of each other.
ORDER = (
    ("_version", "errors", "constants", "kind_words"),
    ("kinds", "plausible"),
    ("memory", "extensions"),
    ("runfolder",),
    ("fracture",),
    ("units",),
    ("parameter", "records"),
    ("measured",),
    ("frames", "validity"),
    ("frozen",),
    ("_compat",),
    ("activation",),
    ("materials", "interfaces"),
    ("library", "geometry"),
    ("case",),
    ("forms",),
    ("solve",),
    ("model", "laminate"),
    ("checkpoint",),
    ("plots",),
    ("report",),
    ("run",),
    ("study",),
    ("cli",),
    ("__main__",),
)
FLOOR = {house: floor for floor, houses in enumerate(ORDER) for house in houses}

# House that knows of one above it -> that one, and why. Empty: add to it only what cannot be
# turned round.
ALLOWED: dict[tuple[str, str], str] = {}

# Belongs to no house: gives modules their names of before, by name alone.
OUTSIDE = {"ssbmech", "ssbmech._moved"}

SOLVER = {"basix", "dolfinx", "ffcx", "gmsh", "mpi4py", "petsc4py", "ufl"}


@dataclass(frozen=True)
class Arrow:
    """An import.

    Attributes:
        source: Module that imports.
        target: Module that is imported, of the package or any other.
        line: Line of the import.
        at_once: Whether it is carried out when the source is imported.
        for_types: Whether only the type checker sees it.
    """

    source: str
    target: str
    line: int
    at_once: bool
    for_types: bool

    def __str__(self) -> str:
        """Return where it is, and what it imports."""
        return f"{self.source}:{self.line} imports {self.target}"


def modules() -> dict[str, Path]:
    """Return the files of the package by the names of their modules."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def arrows(source: str, text: str) -> list[Arrow]:
    """Return the imports of a module."""
    found: list[Arrow] = []

    def walk(node: ast.AST, at_once: bool, for_types: bool) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            at_once = False
        for target in targets(node):
            found.append(Arrow(source, target, node.lineno, at_once and not for_types, for_types))
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for child in node.body:
                walk(child, at_once, True)
            for child in node.orelse:
                walk(child, at_once, for_types)
            return
        for child in ast.iter_child_nodes(node):
            walk(child, at_once, for_types)

    walk(ast.parse(text), True, False)
    return found


def targets(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports; a relative import is none of ours."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, f"relative import of {node.module}"
    base = node.module or ""
    named = [f"{base}.{alias.name}" for alias in node.names]
    return sorted({name if name in MODULES else base for name in named})


def house(module: str) -> str:
    """Return the house of a module of the package."""
    return module.split(".")[1]


ARROWS = [arrow for name, path in MODULES.items() for arrow in arrows(name, path.read_text())]
INSIDE = [
    arrow
    for arrow in ARROWS
    if arrow.target.split(".")[0] == "ssbmech" and not {arrow.source, arrow.target} & OUTSIDE
]


def test_every_module_has_a_house():
    assert {house(name) for name in MODULES if name not in OUTSIDE} == set(FLOOR)


def test_houses_know_only_of_those_below():
    upward = [
        f"{arrow} ({house(arrow.source)} is not above {house(arrow.target)})"
        for arrow in INSIDE
        if house(arrow.source) != house(arrow.target)
        and FLOOR[house(arrow.source)] <= FLOOR[house(arrow.target)]
        and (house(arrow.source), house(arrow.target)) not in ALLOWED
    ]
    assert not upward, "\n".join(upward)


def test_nothing_is_allowed_that_nobody_needs():
    used = {(house(arrow.source), house(arrow.target)) for arrow in INSIDE}
    assert set(ALLOWED) <= used


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or by way of others."""
    reached = {name: reachable(name, edges) for name in edges}
    groups = {
        tuple(sorted(other for other in reached[name] if name in reached.get(other, ())))
        for name in edges
        if name in reached[name]
    }
    return sorted(map(list, groups))


def reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    """Return the modules that importing one comes to."""
    found: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges.get(name, ())
    return found


@pytest.mark.parametrize("for_types", [False, True], ids=["at once", "with types"])
def test_no_module_imports_itself_by_way_of_others(for_types):
    """Neither when it is imported, nor in what it names for the type checker."""
    edges: dict[str, set[str]] = {name: set() for name in MODULES}
    for arrow in INSIDE:
        # a package that imports its own modules is not known to them by that
        if arrow.at_once or (for_types and arrow.for_types):
            edges[arrow.source].add(arrow.target)
    found = circles(edges)
    assert not found, "\n".join(" <-> ".join(group) for group in found)


def test_a_run_folder_knows_nothing_of_the_solver():
    """Not even for the type checker: who checks types on a laptop has no DOLFINx either."""
    low = [house for house, floor in FLOOR.items() if floor <= FLOOR["runfolder"]]
    found = [
        str(arrow)
        for arrow in ARROWS
        if arrow.source not in OUTSIDE
        and house(arrow.source) in low
        and arrow.target.split(".")[0] in SOLVER
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["plots", "report", "cli"])
def test_reading_a_run_needs_no_solver(name):
    found = [
        str(arrow)
        for arrow in ARROWS
        if arrow.source not in OUTSIDE
        and house(arrow.source) == name
        and arrow.target.split(".")[0] in SOLVER
        and (name != "cli" or arrow.at_once)
    ]
    assert not found, "\n".join(found)


def test_a_case_is_data_without_petsc():
    found = [
        str(arrow)
        for arrow in ARROWS
        if arrow.source.startswith("ssbmech.case")
        and arrow.target.split(".")[0] == "petsc4py"
        and arrow.at_once
    ]
    assert not found, "\n".join(found)


def test_the_reading_of_imports():
    """What the tests above rely on."""
    text = (
        "from typing import TYPE_CHECKING\n"
        "import ssbmech.errors\n"
        "if TYPE_CHECKING:\n"
        "    from ssbmech.runfolder import reader\n"
        "else:\n"
        "    import json\n"
        "def f():\n"
        "    from ssbmech.runfolder.reader import RunData\n"
    )
    found = {
        (each.target, each.line, each.at_once, each.for_types) for each in arrows("ssbmech.x", text)
    }
    assert found == {
        ("typing", 1, True, False),
        ("ssbmech.errors", 2, True, False),
        ("ssbmech.runfolder.reader", 4, False, True),
        ("json", 6, True, False),
        ("ssbmech.runfolder.reader", 8, False, False),
    }
    edges = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"a"}}
    assert circles(edges) == [["a", "b", "c"]]


WITHOUT = """
import sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {solver}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Forbid())
import ssbmech.cli, ssbmech.plots, ssbmech.report, ssbmech.runfolder.info, ssbmech.runfolder.run
from ssbmech import open_run
assert not {solver} & set(sys.modules)
assert ssbmech.cli.main(["info", "nowhere"]) == 1
assert ssbmech.cli.main(["plot", "nowhere"]) == 1
assert ssbmech.cli.main(["report", "nowhere"]) == 1
assert ssbmech.cli.main(["fracture", "nowhere"]) == 1
for command in (["run", "{case}"], ["check", "{case}"], ["study", "{study}", "--dry-run"]):
    assert ssbmech.cli.main(command) == 1
"""


@pytest.mark.serial
def test_a_run_folder_is_read_where_there_is_no_solver():
    """What cannot be done there is refused in one line each."""
    cases = PACKAGE.parent / "cases"
    # what comes with the solver is not there either
    text = WITHOUT.replace("{solver}", repr(SOLVER | {"pint", "scipy"}))
    text = text.replace("{case}", str(cases / "li_void" / "case.py"))
    text = text.replace("{study}", str(cases / "pressure_map" / "study.toml"))
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in told] == [
        *("RunFolderError",) * 4, *("EnvironmentMissing",) * 3
    ]  # fmt: skip
    assert all("computing a case takes DOLFINx" in line for line in told[4:])
