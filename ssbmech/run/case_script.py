# SPDX-License-Identifier: BSD-3-Clause
"""Case scripts: files that declare knobs and build a case from them.

A case script is plain Python. It defines `build_case`, and `knobs` if the case has any::

    def knobs(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--pressure", type=float, default=1.0, help="preload [MPa]")

    def build_case(options: argparse.Namespace) -> ssb.Case:
        return ssb.Case(..., fixture=ssb.ConstantForce(options.pressure * MPa))

    if __name__ == "__main__":
        sys.exit(ssb.main(build_case, knobs))

A script may also define `observers`, called as `build_case` is, which returns what looks at each
step of the run; it is handed over as `ssb.main(build_case, knobs, observers=observers)`.

The help of a knob names its unit in brackets; without one it is a pure number or a choice. The same
file serves `python case.py`, `ssbmech run case.py` and a study that varies its knobs.
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ssbmech.errors import CaseError, missing_package
from ssbmech.kind_words import shown
from ssbmech.run.console import Parser
from ssbmech.run.reading import reading

if TYPE_CHECKING:
    from ssbmech.run.any_case import AnyCase
    from ssbmech.run.observers import Observer

Declare = Callable[[argparse.ArgumentParser], None]

_UNIT = re.compile(r"\s*\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Knob:
    """One number or choice of a case script.

    Attributes:
        name: name, without the dashes of the command line.
        unit: unit of the number; empty for a pure number or a choice.
        default: value if none is given.
        doc: what it is.
        choices: the values it may have; None for any.
    """

    name: str
    unit: str
    default: Any
    doc: str
    choices: tuple[Any, ...] | None = None


class _Strict(argparse.ArgumentParser):
    """A parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise CaseError(f"{self.prog}: {message}")


@dataclass(frozen=True, eq=False)
class CaseScript:
    """A case script.

    Attributes:
        path: the file.
        build: returns the case, given the values of the knobs if there are any.
        declare: declares the knobs on a parser; None without knobs.
        observe: returns the observers of a run, called as `build` is; None without any.
    """

    path: Path
    build: Callable[..., AnyCase]
    declare: Declare | None = None
    observe: Callable[..., Sequence[Observer]] | None = None

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> CaseScript:
        """Load a script from its file; modules beside it can be imported from it.

        Raises:
            CaseError: there is no such file, it cannot be imported, it runs a case as it is
                imported, or it builds no case.
            EnvironmentMissing: a package of the solver's is not installed.
        """
        file = Path(path).resolve()
        if not file.is_file():
            raise CaseError(f"there is no case script {path}")
        name = f"ssbmech_case_{file.parent.name}_{file.stem}"
        spec = spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise CaseError(f"{path} is no Python file: a case script ends with .py")
        module = module_from_spec(spec)
        sys.modules[name] = module
        # as Python does for a script that it runs, for it may import later
        if str(file.parent) not in sys.path:
            sys.path.insert(0, str(file.parent))
        try:
            with reading(file):
                spec.loader.exec_module(module)
        except (ImportError, SyntaxError) as error:
            absent = missing_package(error) if isinstance(error, ModuleNotFoundError) else None
            if absent is not None:
                raise absent from error
            raise CaseError(f"{path} cannot be imported: {error}") from error
        build = getattr(module, "build_case", None)
        if not callable(build):
            raise CaseError(f"{path} builds no case: it must define build_case(options)")
        return cls(file, build, getattr(module, "knobs", None), getattr(module, "observers", None))

    @property
    def name(self) -> str:
        """Name of the case: that of its folder if the file is called case.py, else the file's."""
        return self.path.parent.name if self.path.stem == "case" else self.path.stem

    @property
    def knobs(self) -> dict[str, Knob]:
        """The knobs by name."""
        found = {}
        for action in self._declared(_Strict(add_help=False)):
            text = action.help or ""
            unit = _UNIT.search(text)
            name = action.option_strings[-1].lstrip("-") if action.option_strings else action.dest
            found[name] = Knob(
                name,
                unit[1].replace("%%", "%") if unit else "",
                action.default,
                _UNIT.sub("", text),
                None if action.choices is None else tuple(action.choices),
            )
        return found

    def case(self, arguments: Sequence[str] = ()) -> AnyCase:
        """Return the case for values of knobs.

        Args:
            arguments: as on the command line, for example "--pressure=2".

        Raises:
            CaseError: a knob is not known or its value cannot be read, or the case is not
                consistent.
            ParameterError: a number of the case is out of its bounds.
        """
        case: Any = self._called(self.build, "build_case", arguments)
        if not dataclasses.is_dataclass(case) or not hasattr(case, "protocol"):
            raise CaseError(
                f"{self.path.name}: build_case returns {shown(case)}: it must return a Case"
            )
        return cast("AnyCase", case)

    def observers(self, arguments: Sequence[str] = ()) -> tuple[Observer, ...]:
        """Return the observers of a run for values of knobs, as `case` takes them.

        Raises:
            CaseError: a knob is not known or its value cannot be read.
        """
        return (
            ()
            if self.observe is None
            else tuple(self._called(self.observe, "observers", arguments))
        )

    def record(self, arguments: Sequence[str]) -> dict[str, object]:
        """Return what the manifest keeps of the script, to build the same case again.

        Args:
            arguments: values of knobs, as on the command line.

        Raises:
            CaseError: a knob is not known or its value cannot be read.
        """
        values: Mapping[str, Any] = {}
        for options in self._options(arguments):
            values = vars(options)
        knobs = {
            name: {"value": _plain(values[name.replace("-", "_")]), "unit": knob.unit}
            for name, knob in self.knobs.items()
            if name.replace("-", "_") in values
        }
        record = {"path": str(self.path), "arguments": list(arguments), "knobs": knobs}
        # what the file said, whatever becomes of it
        return {**record, "text": self.path.read_text(encoding="utf-8", errors="replace")}

    def parser(self, prog: str | None, parents: Sequence[argparse.ArgumentParser]) -> Any:
        """Return the parser of a command line that has the knobs.

        Args:
            prog: name of the command; None takes the process's own.
            parents: parsers whose options it has too.
        """
        description = (inspect.getdoc(inspect.getmodule(self.build)) or "").split("\n")[0]
        parser = Parser(
            prog=prog,
            description=description,
            parents=list(parents),
            allow_abbrev=False,
        )
        try:
            knobs = self._declared(parser)
        except argparse.ArgumentError as error:
            raise CaseError(
                f"{self.path.name}: a knob has the name of an option: {error}"
            ) from error
        for knob in knobs:
            knob.help = _with_default(knob)
        return parser

    def _declared(self, parser: argparse.ArgumentParser) -> list[argparse.Action]:
        """Declare the knobs on a parser and return them."""
        # argparse has no public list of what a parser was told, in groups too
        before = len(parser._actions)
        if self.declare is not None:
            _check_takes_one(self.declare, f"{self.path.name}: knobs", "the parser")
            self.declare(parser)
        return parser._actions[before:]

    def _called(self, function: Callable[..., Any], name: str, arguments: Sequence[str]) -> Any:
        """Return what a function of the script gives for values of knobs.

        Raises:
            CaseError: a knob is wrong, or the function takes other arguments than the knobs.
        """
        options = self._options(arguments)
        _check_callable(function, f"{self.path.name}: {name}")
        try:
            inspect.signature(function).bind(*options)
        except TypeError:
            has = "declares knobs" if options else "declares no knobs"
            takes = "must take one argument, the options" if options else "must take no argument"
            raise CaseError(
                f"{self.path.name} {has}, so {name} {takes}, but it takes "
                f"{inspect.signature(function)}"
                + ("" if options else "; or define knobs(parser) as well")
            ) from None
        return function(*options)

    def _options(self, arguments: Sequence[str]) -> tuple[argparse.Namespace, ...]:
        """Return what `build` is called with."""
        parser = _Strict(prog=self.path.name, add_help=False, allow_abbrev=False)
        self._declared(parser)
        options, unknown = parser.parse_known_args(list(arguments))
        if unknown:
            known = ", ".join(self.knobs) or "none"
            raise CaseError(f"{self.path.name} has no knob {unknown[0]}; it has: {known}")
        return (options,) if self.declare is not None else ()


def _with_default(knob: argparse.Action) -> str | None:
    """Return the help of a knob, with its default if it has one and does not tell it itself."""
    # a switch has no number to tell; zero is one
    told = knob.default in (None, argparse.SUPPRESS) or isinstance(knob.default, bool)
    if told or knob.help == argparse.SUPPRESS or "%(default)" in (knob.help or ""):
        return knob.help
    return f"{knob.help or ''} (default: %(default)s)".strip()


def _plain(value: Any) -> Any:
    """Return a knob's value as the manifest can hold it."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _check_callable(function: Any, where: str) -> None:
    """Refuse what is no function.

    Raises:
        CaseError: it is none.
    """
    if not callable(function):
        raise CaseError(f"{where} is {shown(function)}: it must be a function")


def _check_takes_one(function: Any, where: str, what: str) -> None:
    """Refuse what is no function of one argument.

    Raises:
        CaseError: it is none.
    """
    _check_callable(function, where)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        # of a function of C, which tells nothing
        return
    try:
        signature.bind(None)
    except TypeError:
        raise CaseError(
            f"{where} must take one argument, {what}, but it takes {signature}"
        ) from None
