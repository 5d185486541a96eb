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
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from ssbmech.errors import (
    CaseError,
    SSBMechError,
    extras_named,
    missing_package,
    raise_on_all,
)
from ssbmech.kind_words import shown
from ssbmech.run.log import run_logging
from ssbmech.run.reading import reading, refuse_while_reading
from ssbmech.runfolder.status import EXIT_STOPPED, RunStatus

if TYPE_CHECKING:
    from ssbmech.case.case import Case
    from ssbmech.run.observers import Observer

Declare = Callable[[argparse.ArgumentParser], None]

Built = TypeVar("Built")

_RANKS = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK")
"""Variables by which launchers tell a process its rank."""

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


class Parser(argparse.ArgumentParser):
    """A parser that prints help and errors once, on the first rank."""

    def print_help(self, file: Any = None) -> None:
        """Print the help."""
        if is_first_rank():
            super().print_help(file)

    def print_usage(self, file: Any = None) -> None:
        """Print how the command is called."""
        if is_first_rank():
            super().print_usage(file)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the process, with a message on standard error if there is one."""
        super().exit(status, message if is_first_rank() else None)


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
    build: Callable[..., Case]
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

    def case(self, arguments: Sequence[str] = ()) -> Case:
        """Return the case for values of knobs.

        Args:
            arguments: as on the command line, for example "--pressure=2".

        Raises:
            CaseError: a knob is not known or its value cannot be read, or the case is not
                consistent.
            ParameterError: a number of the case is out of its bounds.
        """
        case: Any = self._called(self.build, "build_case", arguments)
        if not dataclasses.is_dataclass(case) or not hasattr(case, "geometry"):
            raise CaseError(
                f"{self.path.name}: build_case returns {shown(case)}: it must return a Case"
            )
        return cast("Case", case)

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
            self.declare(parser)
        return parser._actions[before:]

    def _called(self, function: Callable[..., Any], name: str, arguments: Sequence[str]) -> Any:
        """Return what a function of the script gives for values of knobs.

        Raises:
            CaseError: a knob is wrong, or the function takes other arguments than the knobs.
        """
        options = self._options(arguments)
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


def main(
    build_case: Callable[..., Case],
    knobs: Declare | None = None,
    arguments: Sequence[str] | None = None,
    observers: Callable[..., Sequence[Observer]] | None = None,
) -> int:
    """Run a case script's case from the command line and return the exit status.

    A failure of the package's own is told in one message instead of a traceback.

    Args:
        build_case: returns the case, given the values of the knobs if there are any.
        knobs: declares the knobs.
        arguments: command line; None takes the process's own.
        observers: returns what looks at each step of the run, called as `build_case` is.
    """
    refuse_while_reading()
    file = Path(inspect.getfile(build_case)).resolve()
    script = CaseScript(file, build_case, knobs, observers)
    return run_script(script, sys.argv[1:] if arguments is None else arguments)


def run_script(script: CaseScript, arguments: Sequence[str], prog: str | None = None) -> int:
    """Run a case script by a command line and return the exit status; collective.

    Args:
        script: the script.
        arguments: options of the run, and values of knobs.
        prog: name of the command; None takes the process's own.
    """
    running = run_options()

    def read() -> int:
        script.parser(prog, [running]).parse_args(arguments)
        return 0

    if exit_status_of(read):
        return 1
    options, of_knobs = running.parse_known_args(arguments)
    out = Path("runs") / script.name if options.out is None else options.out

    def carry_out() -> int:
        from ssbmech.run import runner

        case = on_all(script.case, of_knobs)
        output = case.output
        if options.no_figures:
            output = dataclasses.replace(output, figures=False)
        if options.checkpoint_every is not None:
            output = dataclasses.replace(output, checkpoint_every=options.checkpoint_every)
        case = dataclasses.replace(case, output=output)
        begin = runner.run_or_resume if options.resume else runner.run
        notes = {"script": script.record(of_knobs)}
        result = begin(case, out, notes=notes, observers=on_all(script.observers, of_knobs))
        return 0 if result.status is RunStatus.COMPLETE else EXIT_STOPPED

    return exit_status_of(carry_out)


def on_all(build: Callable[[Sequence[str]], Built], arguments: Sequence[str]) -> Built:
    """Return what a script builds for values of knobs; collective.

    What it warns of is shown once, by rank 0.

    Args:
        build: `case` or `observers` of a script.
        arguments: values of knobs, as on the command line.

    Raises:
        SSBMechError: what the script raised on any rank, on all ranks.
    """
    from mpi4py import MPI

    comm, failure, built = MPI.COMM_WORLD, None, None
    try:
        with run_logging(comm, console_level=logging.WARNING):
            built = build(arguments)
    except SSBMechError as error:
        failure = error
    except BaseException:
        if comm.size > 1:
            # the others would wait for this rank
            traceback.print_exc()
            comm.Abort(1)
        raise
    raise_on_all(comm, failure)
    return cast("Built", built)


def is_first_rank() -> bool:
    """Return whether this process is rank 0, or alone, without starting MPI."""
    launched = (os.environ.get(name) for name in _RANKS)
    return next((rank for rank in launched if rank is not None), "0") == "0"


def folder_name(text: str) -> Path:
    """Return the folder that an option names.

    Raises:
        argparse.ArgumentTypeError: the name is empty, as a variable of the shell that is not set.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of the folder is empty: is a variable not set?")
    return Path(text)


def run_options() -> argparse.ArgumentParser:
    """Return a parser of the options that all runs have, to be a parent of others."""
    running = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    group = running.add_argument_group("run")
    group.add_argument(
        "--out",
        type=folder_name,
        metavar="DIR",
        help="run folder (default: runs/ and the script's name)",
    )
    group.add_argument(
        "--resume", action="store_true", help="go on with the run in the folder, if there is one"
    )
    group.add_argument(
        "--checkpoint-every",
        type=float,
        metavar="SECONDS",
        help="wall time between checkpoints; 0 for one at each time step (default: the case's, 10)",
    )
    group.add_argument("--no-figures", action="store_true", help="leave the figures for later")
    return running


def exit_status_of(action: Callable[[], int]) -> int:
    """Return the exit status of an action; its failure is told in one message by rank 0.

    Args:
        action: raises an error of the package's own, or returns an exit status.
    """
    try:
        with extras_named():
            return action()
    except SSBMechError as failure:
        if is_first_rank():
            sys.stderr.write(f"{type(failure).__name__}: {failure}\n")
        return 1


def _with_default(knob: argparse.Action) -> str | None:
    """Return the help of a knob, with its default if it has one and does not tell it itself."""
    untold = knob.default not in (None, False, argparse.SUPPRESS)
    if not untold or knob.help == argparse.SUPPRESS or "%(default)" in (knob.help or ""):
        return knob.help
    return f"{knob.help or ''} (default: %(default)s)".strip()


def _plain(value: Any) -> Any:
    """Return a knob's value as the manifest can hold it."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
