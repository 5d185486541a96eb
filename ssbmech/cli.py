# SPDX-License-Identifier: BSD-3-Clause
"""Command line: ``ssbmech run``, ``check``, ``info``, ``plot``, ``report``, ``energy``, ...

Exit statuses: 0 done, 1 failed with a message on standard error, 2 wrong command line, 130 stopped
on request (the run can be resumed). Results go to standard output, messages to standard error.
``run``, ``check``, ``resume`` and ``impedance`` work on any number of ranks:
``mpirun -n 2 ssbmech run case.py``.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssbmech._version import __version__
from ssbmech.errors import CaseError
from ssbmech.fracture import command as fracture_command
from ssbmech.run import impedance_command
from ssbmech.run.case_script import CaseScript
from ssbmech.run.check_mesh import check_mesh, names_mesh
from ssbmech.run.console import Parser, exit_status_of, is_first_rank
from ssbmech.run.script import on_all, run_options, run_script
from ssbmech.runfolder import export_command
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.status import EXIT_STOPPED, RunStatus

if TYPE_CHECKING:
    from ssbmech.runfolder.measured import MeasuredSeries

Command = Callable[[argparse.Namespace], int]

_WITH_SCRIPT = {
    "run": "run the case of a script",
    "check": "check a case, and say what it will take, without solving; or check a mesh file",
}

_NAMED = {
    "run": "case script",
    "check": "case script, or a mesh file, whose options MESH --help lists",
}

_EPILOG = """\
examples:
  ssbmech check cases/li_void/case.py --pressure 0.3      what it will take
  ssbmech check cell.inp --unit um                        what a mesh file holds
  ssbmech run cases/li_void/case.py --pressure 0.3        runs/li_void
  mpirun -n 2 ssbmech run cases/li_void/case.py           the same on two ranks
  ssbmech run cases/li_void/case.py --help                the knobs of the case
  ssbmech resume runs/li_void                             goes on where it was stopped or killed
  ssbmech report runs/li_void                             one HTML page
  ssbmech fracture runs/li_void                           flaws against toughness
  ssbmech impedance runs/li_void                          small signals at its state
  ssbmech study cases/pressure_map/study.toml             many runs, one table

exit status: 0 done, 1 failed, 2 wrong command line, 130 stopped on request
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command and return the exit status.

    Args:
        arguments: command line; None takes the process's own.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _show_any_letter()
    if given[:1] == ["run"]:
        return _run(given[1:])
    if given[:1] == ["check"]:
        return _check(given[1:])
    options = _parser().parse_args(given)
    if options.command not in _PARALLEL and not is_first_rank():
        # one process does what is not computed in parallel
        return 0
    return exit_status_of(lambda: int(options.command(options)))


def _show_any_letter() -> None:
    """Let outputs that know ASCII alone show other letters by their numbers, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class _Version(argparse.Action):
    """Prints the version once, on the first rank, and ends the process."""

    def __call__(self, parser: argparse.ArgumentParser, *rest: object, **more: object) -> None:
        if is_first_rank():
            sys.stdout.write(f"ssbmech {__version__}\n")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    """Return the parser of all commands whose options do not depend on a script."""
    parser = Parser(
        prog="ssbmech",
        description="Chemo-mechanics of solid-state lithium cells that lose contact.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show program's version number and exit"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command | None, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        made.set_defaults(command=command)
        return made

    for name, text in _WITH_SCRIPT.items():
        add(name, None, text)
    info = add("info", _info, "tell how a run stands")
    info.add_argument("--json", action="store_true", help="as JSON, numbers in SI")
    plot = add("plot", _plot, "draw the figures of a run")
    plot.add_argument("--no-animation", action="store_true", help="leave out the film")
    report = add("report", _report, "write a report of a run, one HTML file")
    report.add_argument("--out", type=Path, help="file (default: report.html in the run folder)")
    _let_compare(plot, report)
    fracture = add("fracture", _fracture, "judge flaws of the electrolyte of a run")
    fracture_command.add_arguments(fracture)
    energy = add("energy", _energy, "tell the energy of a run by volume and by mass")
    _let_hold(energy)
    export = add("export", export_command.run, "write the fields of a run for other programs")
    export_command.add_arguments(export)
    again = add("resume", _resume, "go on with a run that was stopped or killed")
    _let_go_on(again)
    small = add("impedance", _impedance, "compute the impedance where a run stands")
    impedance_command.add_arguments(small)
    for made in (info, plot, report, fracture, energy, export, again, small):
        made.add_argument("folder", type=Path, help="run folder")

    from ssbmech.study import command as study
    from ssbmech.study import fit_command as fit

    study.add_arguments(add("study", study.run, "run variants of a case and collect their results"))
    fit.add_arguments(add("fit", fit.run, "fit knobs of a case to measured series"))
    return parser


def _let_compare(*drawing: argparse.ArgumentParser) -> None:
    """Add the option of commands that draw to draw measured series too."""
    for command in drawing:
        command.add_argument(
            "--measured",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="text file of measured series to draw over the computed ones, kept in the run "
            "folder; its columns are named as those of the series, as in 'time [h]; voltage [V]'; "
            "or the folder of another run",
        )


def _let_hold(energy: argparse.ArgumentParser) -> None:
    """Add the options of what holds the stack in a pack."""
    energy.add_argument("--json", action="store_true", help="as JSON, numbers in SI")
    energy.add_argument(
        "--fixture",
        choices=("none", "steel", "aluminium"),
        default="steel",
        help="metal of end plates and tie rods, sized by the highest pressure (default: steel)",
    )
    energy.add_argument(
        "--span",
        type=float,
        default=100.0,
        metavar="MM",
        help="distance of the rods (default: 100)",
    )
    energy.add_argument(
        "--sag", type=float, default=1e-3, help="sag of a plate over its span (default: 0.001)"
    )
    energy.add_argument(
        "--density",
        action="append",
        default=[],
        metavar="LAYER=KG_PER_M3",
        help="density of a layer [kg/m3]; may be given several times",
    )


def _let_go_on(again: argparse.ArgumentParser) -> None:
    """Add the options of a run that goes on."""
    again.add_argument(
        "--script", type=Path, help="case script, if it is not where the run found it"
    )
    again.add_argument("--no-figures", action="store_true", help="leave the figures for later")
    again.add_argument(
        "--checkpoint-every", type=float, metavar="SECONDS", help="wall time between checkpoints"
    )


def _split(
    name: str, given: Sequence[str], parent: argparse.ArgumentParser
) -> tuple[str, list[str]]:
    """Return the script that a command line names, and the other arguments."""
    finder = Parser(
        prog=f"ssbmech {name}",
        description=f"{_WITH_SCRIPT[name]}; SCRIPT --help lists the knobs of its case",
        usage=f"ssbmech {name} [-h] SCRIPT [KNOB ...]",
        parents=[parent],
        add_help=False,
        allow_abbrev=False,
    )
    finder.add_argument("script", nargs="?", metavar="SCRIPT", help=_NAMED[name])
    found = finder.parse_known_args(given)[0].script
    # the value of a knob before the script looks like one
    found = next((word for word in given if word.endswith(".py")), found)
    if found is None:
        if {"-h", "--help"} & set(given):
            finder.print_help()
            finder.exit()
        finder.error("a case script is missing")
    rest = list(given)
    rest.remove(found)
    return found, rest


def _run(given: Sequence[str]) -> int:
    path, rest = _split("run", given, run_options())
    return exit_status_of(lambda: run_script(CaseScript.load(path), rest, f"ssbmech run {path}"))


def _check(given: Sequence[str]) -> int:
    if names_mesh(given):
        return check_mesh(given)
    path, rest = _split("check", given, argparse.ArgumentParser(add_help=False))

    def check() -> int:
        from mpi4py import MPI

        from ssbmech.run.estimate import estimate
        from ssbmech.run.log import run_logging

        script = CaseScript.load(path)
        script.parser(f"ssbmech check {path}", []).parse_args(rest)
        case = on_all(script.case, rest)
        with run_logging(MPI.COMM_WORLD):
            found = estimate(case, MPI.COMM_WORLD)
        if MPI.COMM_WORLD.rank == 0:
            sys.stdout.write(found.text())
        return 0

    return exit_status_of(check)


def _resume(options: argparse.Namespace) -> int:
    from ssbmech.run import runner

    script, arguments = _script_of(options.folder, options.script)
    case = on_all(script.case, arguments)
    figures = case.output.figures and not options.no_figures
    output = dataclasses.replace(case.output, figures=figures)
    if options.checkpoint_every is not None:
        output = dataclasses.replace(output, checkpoint_every=options.checkpoint_every)
    case = dataclasses.replace(case, output=output)
    result = runner.resume(case, options.folder, observers=on_all(script.observers, arguments))
    return 0 if result.status is RunStatus.COMPLETE else EXIT_STOPPED


def _impedance(options: argparse.Namespace) -> int:
    return impedance_command.run(options, *_script_of(options.folder, options.script))


_PARALLEL = (_resume, _impedance)
"""Commands that all ranks carry out together."""


def _script_of(folder: Path, elsewhere: Path | None) -> tuple[CaseScript, list[str]]:
    """Return the script of a run and the values of its knobs.

    Raises:
        RunFolderError: the folder holds no run.
        CaseError: the run knows of no script, or it is not there.
    """
    from ssbmech.runfolder import manifest
    from ssbmech.runfolder.manifest_form import checked

    noted: Any = checked(manifest.read(RunPaths(folder).manifest_path))[0].get("script", {})
    if not {"path", "arguments"} <= noted.keys():
        raise CaseError(
            f"{folder} was not started from a case script: go on with ssbmech.resume(case, folder)"
        )
    path = Path(noted["path"]) if elsewhere is None else elsewhere
    if not path.is_file():
        raise CaseError(f"the case script {path} is not there: say where with --script")
    return CaseScript.load(path), list(noted["arguments"])


def _info(options: argparse.Namespace) -> int:
    from ssbmech.runfolder.info import summary, text

    found = summary(options.folder)
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if options.json else text(found))
    return 0


def _energy(options: argparse.Namespace) -> int:
    from ssbmech.runfolder.energy import METALS, NoFixture, PlatesAndRods, densities_of, energy_of

    fixture = (
        NoFixture()
        if options.fixture == "none"
        else PlatesAndRods(METALS[options.fixture], options.span / 1000, options.sag)
    )
    found = energy_of(options.folder, fixture, densities_of(options.density))
    text = json.dumps(found.plain(), indent=2) + "\n" if options.json else found.text()
    sys.stdout.write(text)
    return 0


def _add_measured(options: argparse.Namespace) -> None:
    """Lay the measured series that were named beside the run."""
    if options.measured:
        from ssbmech.runfolder import manifest
        from ssbmech.runfolder.measured import write_measured

        # a folder without a run gets no file
        manifest.read(RunPaths(options.folder).manifest_path)
        found = [_measured_in(path, options.folder) for path in options.measured]
        write_measured(options.folder, [each for series in found for each in series])


def _measured_in(path: Path, folder: Path) -> list[MeasuredSeries]:
    """Return the series of a text file, or of another run, that go with those of a run."""
    if path.is_dir():
        from ssbmech.runfolder.measured import series_of_run

        return series_of_run(path, folder)
    # numbers with units need pint, which is not there where runs are only read
    from ssbmech.measured import all_measured

    return [each.series() for each in all_measured(path)]


def _plot(options: argparse.Namespace) -> int:
    from ssbmech import plots

    _add_measured(options)

    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    for file in plots.make_all(options.folder, animation=not options.no_animation):
        sys.stdout.write(f"{file}\n")
    return 0


def _fracture(options: argparse.Namespace) -> int:
    from ssbmech.fracture.judge import judge
    from ssbmech.fracture.words import text
    from ssbmech.plots.fracture import fracture_figure
    from ssbmech.runfolder.reader import RunData

    run = RunData.open(options.folder)
    verdict = judge(run, fracture_command.assumed(options))
    fracture_command.write(options.folder, verdict)
    plain = verdict.plain()
    sys.stdout.write(json.dumps(plain, indent=2) + "\n" if options.json else text(plain))
    if not options.no_figure:
        folder = RunPaths(options.folder).figures_path
        folder.mkdir(exist_ok=True)
        fracture_figure(run, verdict, folder / "fracture.png")
    return 0


def _report(options: argparse.Namespace) -> int:
    from ssbmech.report import write_report

    _add_measured(options)
    sys.stdout.write(f"{write_report(options.folder, options.out)}\n")
    return 0
