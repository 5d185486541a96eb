# SPDX-License-Identifier: BSD-3-Clause
"""Reference of the public names, read from the source: nothing is imported, so nothing is needed.

Names are those of ``ssbmech/__init__.pyi``, by the house they live in; beside them the functions of
the library and the units. Tables of parameters come from the declarations themselves.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Houses in the order of the reference, and what each is.
HOUSES: Mapping[str, str] = {
    "case": "The case: geometry, bodies, protocol, fixtures, settings",
    "geometry": "Geometry",
    "materials": "Materials",
    "interfaces": "Interfaces",
    "library": "Library of parameters",
    "laminate": "Laminates",
    "model": "Parts, outputs and small signals",
    "run": "Running",
    "runfolder": "Results",
    "study": "Studies and fits",
    "other": "Further names",
}

_SECTIONS = ("Attributes", "Args", "Returns", "Yields", "Raises")


@dataclass(frozen=True)
class Parameter:
    """A declared number: name, unit, default, bounds and meaning, as texts."""

    name: str
    unit: str
    default: str
    bounds: str
    doc: str


class Package:
    """The sources of the package.

    Args:
        folder: its folder.
    """

    def __init__(self, folder: Path) -> None:
        """Read nothing yet but the helpers that declare numbers."""
        self.folder = folder
        self._trees: dict[str, ast.Module] = {}
        self._helpers = dict(self._find_helpers())

    def tree(self, module: str) -> ast.Module:
        """Return a module's syntax tree, given its name below the package."""
        if module not in self._trees:
            path = self.folder.joinpath(*module.split("."))
            file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            self._trees[module] = ast.parse(file.read_text("utf-8"))
        return self._trees[module]

    def definition(self, module: str, name: str) -> ast.ClassDef | ast.FunctionDef | None:
        """Return the definition of a class or function; None if the name is something else."""
        for node in self.tree(module).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name:
                return node
            # of a house that hands on what a module of it defines
            home = str(getattr(node, "module", None) or "")
            handed = node.names if isinstance(node, ast.ImportFrom) else []
            if home.startswith("ssbmech.") and any(alias.name == name for alias in handed):
                return self.definition(home.removeprefix("ssbmech."), name)
        return None

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield module and name of each public name."""
        stub = ast.parse((self.folder / "__init__.pyi").read_text("utf-8"))
        for node in stub.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    if not alias.name.startswith("_"):
                        yield node.module, alias.name

    def _find_helpers(self) -> Iterator[tuple[str, tuple[str, dict[str, ast.expr], str]]]:
        """Yield functions that return a declaration: its unit, other arguments, their module."""
        for path in self.folder.rglob("*.py"):
            text = path.read_text("utf-8")
            if "return parameter(" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    for inner in node.body:
                        call = inner.value if isinstance(inner, ast.Return) else None
                        if isinstance(call, ast.Call) and _called(call) == "parameter":
                            kept = {k.arg: k.value for k in call.keywords if k.arg}
                            home = path.relative_to(self.folder).with_suffix("")
                            module = ".".join(home.parts).removesuffix(".__init__")
                            yield node.name, (_text(call.args[0]), kept, module)

    def value(self, node: ast.expr, module: str) -> float:
        """Return the number that an expression of a module stands for.

        Raises:
            KeyError: a name in it is not that of a number.
        """
        known = {}
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                known[each.id] = self._constant(each.id, module)
        # of a source file of this repository, with nothing but numbers at hand
        return float(eval(ast.unparse(node), {"__builtins__": {}}, known))

    def _constant(self, name: str, module: str) -> float:
        """Return a constant that a module defines or imports.

        Raises:
            KeyError: it does neither.
        """
        for item in self.tree(module).body:
            targets = (
                item.targets
                if isinstance(item, ast.Assign)
                else ([item.target] if isinstance(item, ast.AnnAssign) else [])
            )
            if any(isinstance(each, ast.Name) and each.id == name for each in targets):
                return self.value(item.value, module)  # type: ignore[attr-defined]
            imported = item.names if isinstance(item, ast.ImportFrom) else []
            home = str(getattr(item, "module", ""))
            if home.startswith("ssbmech.") and any(alias.name == name for alias in imported):
                return self._constant(name, home.removeprefix("ssbmech."))
        raise KeyError(name)

    def bounds(self, given: Mapping[str, ast.expr], module: str) -> str:
        """Return bounds in words."""
        found = []
        for side, open_, signs in (("low", "low_open", ">≥"), ("high", "high_open", "<≤")):
            if side in given:
                is_open = open_ in given and _text(given[open_]) == "True"
                try:
                    bound = f"{self.value(given[side], module):g}"
                except (KeyError, TypeError):
                    bound = _text(given[side])
                found.append(f"{signs[0] if is_open else signs[1]} {bound}")
        return ", ".join(found)

    def parameters(self, node: ast.ClassDef, module: str) -> list[Parameter]:
        """Return the numbers that a class declares."""
        found = []
        for item in node.body:
            if not (isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)):
                continue
            call = item.value
            if not isinstance(call, ast.Call):
                continue
            given = {k.arg: k.value for k in call.keywords if k.arg}
            kind, where = _called(call), module
            if kind == "parameter":
                unit = _text(call.args[0])
            elif kind in self._helpers:
                unit, before, home = self._helpers[kind]
                if call.args:
                    given.setdefault("doc", call.args[0])
                given, where = {**before, **given}, home
            else:
                continue
            default = _text(given["default"]) if "default" in given else "required"
            default = "required" if default in ("default", "MISSING") else default
            doc = _text(given["doc"]) if "doc" in given else ""
            found.append(Parameter(item.target.id, unit, default, self.bounds(given, where), doc))
        return found


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _text(node: ast.expr) -> str:
    return (
        node.value
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        else (ast.unparse(node))
    )


def markdown_of(docstring: str) -> str:
    """Return a docstring as Markdown: formulas, code, and its sections as lists."""
    lines, found, section = docstring.expandtabs().splitlines(), [], ""
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        if line.strip() == ".. math::" or line.strip().startswith(".. math:: "):
            indent = len(line) - len(line.lstrip())
            body = [line.strip()[len(".. math::") :]]
            while place < len(lines) and (
                not lines[place].strip() or len(lines[place]) - len(lines[place].lstrip()) > indent
            ):
                body.append(lines[place].strip())
                place += 1
            found += ["", "```{math}", *(part for part in body if part), "```", ""]
        elif line.rstrip(":") in _SECTIONS and line.endswith(":"):
            section = line.rstrip(":")
            found += ["", f"**{section}**", ""]
        elif section and line.strip():
            found.append(_entry(line, section))
        elif line.rstrip().endswith("::") and line.strip() != "::":
            found += [line.rstrip()[:-1], ""]
            body = []
            while place < len(lines) and (not lines[place].strip() or lines[place].startswith(" ")):
                body.append(lines[place])
                place += 1
            found += ["```python", *_dedented(body), "```", ""]
        else:
            found.append(line)
    text = "\n".join(found)
    text = re.sub(r":math:`([^`]+)`", r"$\1$", text)
    return re.sub(r"``([^`]+)``", r"`\1`", text).strip()


def _dedented(lines: Sequence[str]) -> list[str]:
    import textwrap

    return textwrap.dedent("\n".join(lines)).strip("\n").splitlines()


def _entry(line: str, section: str) -> str:
    """Return a line of a section as part of a list."""
    match = re.match(r" {4}(\*{0,2}[\w., ]+?)(?: \([^)]*\))?: (.*)", line)
    if match and section != "Returns":
        return f"- **{match[1]}**: {match[2]}"
    return f"  {line.strip()}" if line.startswith("     ") else line.strip()


def _table(parameters: Sequence[Parameter]) -> list[str]:
    if not parameters:
        return []
    lines = ["", "| parameter | unit | default | bounds | meaning |", "|---|---|---|---|---|"]
    for p in parameters:
        default = p.default if p.default == "required" else f"`{p.default}`"
        cells = (f"`{p.name}`", p.unit, default, p.bounds, p.doc)
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return lines


def _signature(node: ast.FunctionDef, method: bool = False) -> str:
    arguments = ast.unparse(node.args)
    if method:
        arguments = re.sub(r"^self(, )?", "", arguments)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({arguments}){returns}"


def _function(node: ast.FunctionDef, module: str) -> list[str]:
    doc = markdown_of(ast.get_docstring(node) or "")
    lines = [f"`````{{py:function}} {_signature(node)}", f":module: {module}", "", doc, "`````", ""]
    return lines


def _class(package: Package, node: ast.ClassDef, module: str, home: str) -> list[str]:
    doc = markdown_of(ast.get_docstring(node) or "")
    lines = [f"`````{{py:class}} {node.name}", f":module: {module}", "", doc]
    lines += _table(package.parameters(node, home))
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
            kind = (
                "property"
                if any(_name(d) in ("property", "cached_property") for d in item.decorator_list)
                else "method"
            )
            title = item.name if kind == "property" else _signature(item, method=True)
            body = markdown_of(ast.get_docstring(item) or "")
            lines += ["", f"````{{py:{kind}}} {title}", "", body, "````"]
    return [*lines, "`````", ""]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def write_reference(folder: Path, target: Path) -> None:
    """Write the pages of the reference.

    Args:
        folder: folder of the package.
        target: folder of the pages.
    """
    target.mkdir(parents=True)
    package, pages = Package(folder), {house: list[str]() for house in HOUSES}
    for module, name in sorted(package.names(), key=lambda each: each[1].lower()):
        house = module.split(".")[0]
        node = package.definition(module, name)
        full = "ssbmech"
        page = pages[house if house in HOUSES else "other"]
        if isinstance(node, ast.ClassDef):
            page += [f"## {name}", "", *_class(package, node, full, module)]
        elif node is not None:
            page += [f"## {name}", "", *_function(node, full)]
    pages["library"] += list(_library(package))
    for house, lines in pages.items():
        if lines:
            head = [f"# {HOUSES[house]}", "", "Generated from the source. Numbers are in SI.", ""]
            (target / f"{house}.md").write_text("\n".join([*head, *lines]), "utf-8")
    (target / "units.md").write_text("\n".join(_units(package)), "utf-8")


def _library(package: Package) -> Iterator[str]:
    """Yield the public functions of the library's modules."""
    for path in sorted((package.folder / "library").glob("*.py")):
        module = f"library.{path.stem}" if path.stem != "__init__" else "library"
        for node in package.tree(module).body:
            public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if public and isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
                yield from (f"## {node.name} ({path.stem})", "")
                yield from _function(node, f"ssbmech.{module}")


def _units(package: Package) -> Iterator[str]:
    """Yield the page of units."""
    yield from ("# Units", "", "`from ssbmech.units import um, MPa`. In a case a number may have a")
    yield from ("unit; without one it is in SI.", "", "| name | definition |", "|---|---|")
    for node in package.tree("units").body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            if node.value is not None and name not in ("registry", "Quantity"):
                text = ast.unparse(node.value).replace("registry.", "")
                yield f"| `{name}` | {text.replace('**', '^')} |"
