# SPDX-License-Identifier: BSD-3-Clause
"""Running a case script from the command line; what such a script is stands in `case_script`."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from ssbmech.errors import SSBMechError, raise_on_all
from ssbmech.run.case_script import CaseScript, Declare
from ssbmech.run.console import exit_status_of, folder_name
from ssbmech.run.log import run_logging
from ssbmech.run.reading import refuse_while_reading
from ssbmech.runfolder.status import EXIT_STOPPED, RunStatus

if TYPE_CHECKING:
    from ssbmech.run.any_case import AnyCase
    from ssbmech.run.observers import Observer

Built = TypeVar("Built")


def main(
    build_case: Callable[..., AnyCase],
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
