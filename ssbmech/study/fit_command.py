# SPDX-License-Identifier: BSD-3-Clause
"""The command ``fit``: knobs of a case script against measured series."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from ssbmech.errors import StudyError
from ssbmech.run.console import folder_name
from ssbmech.study.least_squares import Free
from ssbmech.study.sampling import Value
from ssbmech.study.scheduler import Snakemake


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command.

    Args:
        parser: Parser of the command.
    """
    add = parser.add_argument
    add("script", type=Path, metavar="SCRIPT", help="case script")
    add(
        "--free",
        action="append",
        required=True,
        metavar="KNOB=LOW:START:HIGH",
        help="knob to fit, with its bounds, in the script's unit; ':log' at the end moves its "
        "logarithm; may be given several times",
    )
    add(
        "--measured",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="text file of measured series; its columns are named as those of the series, as in "
        "'time [h]; voltage [V]'; may be given several times",
    )
    add("--fixed", action="append", default=[], metavar="KNOB=VALUE", help="value of another knob")
    add(
        "--error",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="error of a measured column in SI, by which its residuals count (default: 1)",
    )
    add(
        "--start",
        type=float,
        metavar="SECONDS",
        help="time of the run at which the records begin (default: their first time)",
    )
    add("--step", type=float, default=0.01, help="difference over the bounds (default: 0.01)")
    add("--out", type=folder_name, metavar="DIR", help="folder (default: runs/SCRIPT_fit)")
    add("--cores", type=int, metavar="N", help="local cores to use (default: all)")


def run(options: argparse.Namespace) -> int:
    """Carry out the command and return the exit status.

    Args:
        options: What `add_arguments` has declared.

    Raises:
        SSBMechError: The fit cannot be made.
    """
    from ssbmech.measured import all_measured
    from ssbmech.run.case_script import CaseScript
    from ssbmech.study.fitting import fit_runs, words

    if not 1e-6 <= options.step <= 0.5:
        raise StudyError(f"--step {options.step:g}: expected a share of the bounds, 1e-6 to 0.5")
    script = CaseScript.load(options.script)
    free = [free_of(text) for text in options.free]
    errors = {name: _number(value, name) for name, value in map(_pair, options.error)}
    measured = []
    for path in options.measured:
        for each in all_measured(path):
            start = each.times[0] if options.start is None else options.start
            series = dataclasses.replace(each, start=start).series()
            measured.append((series, errors.get(series.column, 1.0)))
    unknown = errors.keys() - {series.column for series, _ in measured}
    if unknown or any(not error > 0.0 for error in errors.values()):
        raise StudyError(
            f"--error {', '.join(options.error)}: errors above zero, of columns that are measured: "
            f"{', '.join(series.column for series, _ in measured)}"
        )
    fixed: dict[str, Value] = dict(map(_pair, options.fixed))
    folder = options.out or Path("runs") / f"{script.name}_fit"
    snakemake = Snakemake(options.cores)
    found = fit_runs(script, free, measured, folder, fixed, snakemake, options.step)
    knobs = script.knobs
    sys.stdout.write(words(found, {each.name: knobs[each.name].unit for each in free}))
    return 0 if found.converged else 1


def free_of(text: str) -> Free:
    """Return a knob that is fitted, from KNOB=LOW:START:HIGH or KNOB=LOW:START:HIGH:log.

    Raises:
        StudyError: It says something else.
    """
    name, rest = _pair(text)
    parts = rest.split(":")
    logarithmic = parts[-1] == "log"
    numbers = parts[:-1] if logarithmic else parts
    if len(numbers) != 3:
        raise StudyError(f"--free {text}: expected KNOB=LOW:START:HIGH, or with ':log' at its end")
    low, start, high = (_number(number, f"--free {text}") for number in numbers)
    return Free(name, low, start, high, logarithmic)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise StudyError(f"{text!r}: expected NAME=VALUE")
    return name.lstrip("-"), value


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise StudyError(f"{where}: {text!r} is no number") from error
