# SPDX-License-Identifier: BSD-3-Clause
"""The study file: which case, which knobs, which runs, which figures.

::

    name = "void_study"
    case = "case.py"                       # beside the study file

    [fixed]                                # knobs with one value in all variants
    charge = 0.5

    [grid]                                 # or [list], or [latin_hypercube]
    pressure = [0.5, 1.0, 2.0]
    current = [0.5, 1.0]

    [run]
    ranks = 1

    [collect.void_after_plating]
    column = "void_volume:negative|separator"
    reduce = "at_end_of"
    step = "plate"
    unit = "um2"
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssbmech.errors import StudyError
from ssbmech.study.reductions import Figure
from ssbmech.study.sampling import KINDS, Product, Value, check_value
from ssbmech.study.wording import refuse_unknown

if TYPE_CHECKING:
    import os

LAUNCHER = "mpirun --bind-to none -n {ranks}"
"""Starts several ranks; not bound to cores, or runs side by side would share the first ones."""

_KEYS = ("name", "case", "fixed", "run", "collect", *KINDS)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
_COLUMNS = frozenset({"variant", "wall_time", "status", "reason"})


@dataclass(frozen=True)
class Runs:
    """How each variant is run.

    Attributes:
        ranks: MPI ranks of a variant.
        launcher: What precedes the command if there are several; ``{ranks}`` stands for them.
        resources: What Snakemake asks a cluster for, for example ``mem_mb`` and ``runtime``.
    """

    ranks: int = 1
    launcher: str = LAUNCHER
    resources: Mapping[str, int | str] = field(default_factory=dict)

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Runs:
        """Return what the table ``[run]`` of a study file asks for.

        Raises:
            StudyError: A key is not known, or a value is of the wrong kind.
        """
        refuse_unknown(table, ("ranks", "launcher", "memory_mb", "resources"), "key in [run]")
        ranks, launcher = table.get("ranks", 1), table.get("launcher", LAUNCHER)
        if not isinstance(ranks, int) or isinstance(ranks, bool) or ranks < 1:
            raise StudyError(f"[run] ranks = {ranks!r}: give a whole number of one or more")
        _check_launcher(launcher)
        resources = dict(_table(table, "resources"))
        if "memory_mb" in table:
            resources["mem_mb"] = table["memory_mb"]
        for name, value in resources.items():
            if not isinstance(value, (int, str)) or isinstance(value, bool):
                raise StudyError(f"[run] {name} = {value!r}: give a whole number or text")
        return cls(ranks, launcher, resources)


@dataclass(frozen=True)
class Study:
    """What a study file asks for.

    Attributes:
        file: The study file.
        name: Name of the study.
        script: The case script.
        fixed: Knobs with the same value in all variants.
        sampling: Choice of the values of the others.
        runs: How each variant is run.
        figures: What is collected from each run.
    """

    file: Path
    name: str
    script: Path
    fixed: Mapping[str, Value]
    sampling: Product
    runs: Runs
    figures: tuple[Figure, ...]

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Study:
        """Read a study file.

        Raises:
            StudyError: It cannot be read; a key or table is missing, not known, or of the wrong
                kind; it varies nothing.
        """
        file = Path(path).resolve()
        content = _content(file)
        try:
            return cls._read(file, content)
        except StudyError as error:
            raise StudyError(f"{path}: {error}") from error

    @classmethod
    def _read(cls, file: Path, content: Mapping[str, Any]) -> Study:
        refuse_unknown(content, _KEYS, "key")
        name, case = content.get("name", file.stem), content.get("case")
        if not isinstance(name, str) or not _PLAIN.fullmatch(name):
            raise StudyError(
                f"name = {name!r} becomes a folder: give letters, digits and any of _ . + -"
            )
        if not isinstance(case, str):
            raise StudyError('it names no case: give case = "case.py", seen from the study file')
        fixed = {
            knob: check_value(value, f"[fixed] {knob}")
            for knob, value in _table(content, "fixed").items()
        }
        sampling = Product.read({kind: content[kind] for kind in KINDS if kind in content})
        for knob in sampling.knobs:
            if knob in fixed:
                raise StudyError(f"the knob {knob!r} is both fixed and varied")
        if not sampling.points():
            raise StudyError(
                "the study is empty: vary at least one knob in [grid], [list] or "
                "[latin_hypercube], and give it values"
            )
        wanted = _table(content, "collect").items()
        _check_names([key for key, _ in wanted], {*fixed, *sampling.knobs})
        return cls(
            file=file,
            name=name,
            script=(file.parent / case).resolve(),
            fixed=fixed,
            sampling=sampling,
            runs=Runs.read(_table(content, "run")),
            figures=tuple(Figure.read(key, entry) for key, entry in wanted),
        )


def _check_launcher(launcher: Any) -> None:
    """Refuse a launcher that is no command."""
    if not isinstance(launcher, str):
        raise StudyError(f"[run] launcher = {launcher!r}: give a command as text")
    try:
        shlex.split(launcher)
    except ValueError as error:
        raise StudyError(f"[run] launcher = {launcher!r}: {error}") from error


def _check_names(names: Iterable[str], knobs: set[str]) -> None:
    """Refuse names of figures that make no file, or that the table has for something else."""
    for name in names:
        if not _PLAIN.fullmatch(name):
            raise StudyError(
                f"[collect.{name}] becomes a file of this name: give letters, digits and any "
                "of _ . + -"
            )
        if name in knobs or name in _COLUMNS:
            what = "a knob" if name in knobs else "another column of the table"
            raise StudyError(f"[collect.{name}]: {what} has this name; give another")


def _content(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError as error:
        raise StudyError(f"there is no study file {file}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StudyError(f"{file} cannot be read: {error}") from error


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = content.get(key, {})
    if not isinstance(table, Mapping):
        raise StudyError(f"{key} should be a table [{key}]")
    return table
