# SPDX-License-Identifier: BSD-3-Clause
"""The command ``study``: plan, run what is not complete, collect, draw."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from ssbmech.errors import StudyError
from ssbmech.run.console import folder_name
from ssbmech.runfolder.status import EXIT_STOPPED
from ssbmech.study.collect import collect
from ssbmech.study.figures import draw_all
from ssbmech.study.plan import Plan
from ssbmech.study.planning import make_plan, settle
from ssbmech.study.progress import line_of, progress_on
from ssbmech.study.reductions import Figure
from ssbmech.study.scheduler import Snakemake, carry_out, locked, mark_done
from ssbmech.study.state import State, Status, Watch, abandoned, counts
from ssbmech.study.study_file import Study
from ssbmech.study.table import Table, check_parquet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command.

    Args:
        parser: Parser of the command.
    """
    add = parser.add_argument
    add("--out", type=folder_name, metavar="DIR", help="folder of the study (default: runs/NAME)")
    add("--dry-run", action="store_true", help="list the variants and how far they are")
    add("--collect-only", action="store_true", help="make table and figures of what is there")
    add("--no-figures", action="store_true", help="make the table only")
    add("--cores", type=_one_or_more, metavar="N", help="local cores to use (default: all)")
    add("--executor", metavar="NAME", help="executor plugin of Snakemake, for example slurm")
    add(
        "--jobs",
        type=_one_or_more,
        metavar="N",
        help="most jobs at a time, with an executor plugin",
    )
    add("--profile", metavar="DIR", help="profile of Snakemake")
    add("file", type=Path, metavar="FILE", help="study file (TOML)")
    add(
        "snakemake",
        nargs="*",
        metavar="-- OPTION ...",
        help="further options of Snakemake's own, after two dashes",
    )


def _one_or_more(text: str) -> int:
    """Return a number of cores or jobs.

    Raises:
        argparse.ArgumentTypeError: It is no whole number, or less than one.
    """
    if not text.strip().isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Carry out the command and return the exit status.

    Args:
        options: What `add_arguments` has declared.

    Returns:
        0 if all variants are complete, 1 if some have failed, 130 if it was stopped. Looking only
        returns 0.

    Raises:
        SSBMechError: The study cannot be planned, run or collected.
    """
    _check_passed(options.snakemake)
    study = Study.load(options.file)
    planned = make_plan(study)
    # As Python has it. PETSc, which planning has loaded, ends the process with its pipe.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    folder = (options.out or Path("runs") / study.name).resolve()
    plan = settle(planned, folder)
    if options.dry_run:
        _say(_listing(plan, folder))
        return 0
    check_parquet()
    if options.collect_only:
        if not folder.is_dir():
            raise StudyError(f"there is no {folder} to collect from")
        _finish(plan, folder, study.figures, Watch(plan, folder).look(), options)
        return 0
    snakemake = Snakemake(options.cores, passed_on(options))
    snakemake.check(plan)
    with locked(folder) as lock:
        # Once more: another study may have changed the folder until now.
        plan = settle(planned, folder)
        plan.write(folder)
        # Nothing runs before this study does; what says so was killed.
        states = abandoned(mark_done(plan, folder), stopped=True)
        _say([f"{folder}: {len(states)} variants: {counts(states)}", *_left(plan)])
        through = True
        if any(state.status is not Status.COMPLETE for state in states):
            with closing(progress_on(sys.stderr, plan.study, len(states))) as progress:
                through = carry_out(plan, folder, snakemake, lock, progress)
        states = abandoned(Watch(plan, folder).look(), stopped=not through)
        _finish(plan, folder, study.figures, states, options)
    if not through:
        _say([f"stopped; the same command goes on with {folder}"])
        return EXIT_STOPPED
    return 0 if all(state.status is Status.COMPLETE for state in states) else 1


def _check_passed(words: Sequence[str]) -> None:
    """Refuse words that are no options of Snakemake's.

    Raises:
        StudyError: The first is no option.
    """
    if words and not words[0].startswith("-"):
        raise StudyError(
            f"{words[0]!r} is one word too many: a study has one file, and options of Snakemake's "
            "own come after two dashes, as in -- --keep-going"
        )


def passed_on(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the options that Snakemake gets."""
    profile = options.profile
    if profile is not None and Path(profile).is_dir():
        # Snakemake works in the folder of the study.
        profile = Path(profile).resolve()
    named = [("--executor", options.executor), ("--profile", profile)]
    given = [f"{name}={value}" for name, value in named if value is not None]
    if options.jobs is not None:
        given.append(f"--jobs={options.jobs}")
    return (*given, *options.snakemake)


def _finish(
    plan: Plan,
    folder: Path,
    figures: Sequence[Figure],
    states: Sequence[State],
    options: argparse.Namespace,
) -> None:
    """Write the table, draw the figures, and tell how the variants ended."""
    table = collect(plan, folder, figures, states)
    table.write(folder / "table")
    files = [folder / "table.csv"]
    if not options.no_figures:
        files += _draw(plan, folder, table, figures)
    bad = [state for state in states if state.status is Status.FAILED]
    _say([f"{len(states)} variants: {counts(list(states))}"])
    _say([f"  {line_of(state)} (logs/{state.variant.name}.log)" for state in bad])
    _say([f"wrote {file}" for file in files])


def _draw(plan: Plan, folder: Path, table: Table, figures: Sequence[Figure]) -> list[Path]:
    """Draw the figures, if a variant is complete."""
    if not any(cell == Status.COMPLETE for cell in table["status"].cells):
        return []
    return draw_all(table, tuple(plan.units), [f.name for f in figures], folder / "figures")


def _listing(plan: Plan, folder: Path) -> list[str]:
    """Return a line for each variant."""
    states = Watch(plan, folder).look()
    width = max(len(state.variant.name) for state in states)
    lines = []
    for state in states:
        share = f" {100 * state.progress:3.0f} %" if state.progress else ""
        reason = f"  {state.reason}" if state.status is Status.FAILED else ""
        lines.append(f"{state.variant.name:{width}}  {state.status}{share}{reason}")
    return [*lines, f"{folder}: {len(states)} variants: {counts(states)}", *_left(plan)]


def _left(plan: Plan) -> list[str]:
    """Return lines about run folders that the study no more asks for."""
    return [f"left alone, no more asked for: {name}" for name in plan.left]


def _say(lines: Sequence[str]) -> None:
    # The study goes on, and its files tell the same, when nobody listens any more.
    with suppress(OSError):
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
