# SPDX-License-Identifier: BSD-3-Clause
"""The options of ``ssbmech fracture``, and what it writes beside the run."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ssbmech.errors import RunFolderError
from ssbmech.fracture.flaws import EdgeCrack, Flaw, HalfPenny, PennyCrack, ThroughCrack
from ssbmech.fracture.judge import Assumed
from ssbmech.runfolder import atomic
from ssbmech.runfolder.paths import RunPaths

if TYPE_CHECKING:
    from ssbmech.fracture.verdict import Verdict

SHAPES: Final[Mapping[str, Callable[[], Flaw]]] = {
    "edge": EdgeCrack,
    "half-penny": HalfPenny,
    "through": ThroughCrack,
    "penny": PennyCrack,
}
"""Shapes of flaws by the words of the command line."""

# Option, number, factor to SI, unit, words.
_NUMBERS: Final = (
    ("toughness", "toughness", 1e6, "MPa m^1/2", "toughness of the electrolyte"),
    ("flaw", "flaw", 1e-6, "um", "size of the flaw"),
    ("modulus", "modulus", 1.0, "M", "Weibull modulus of the strength"),
    ("flaw-area", "area", 1e-6, "mm2", "surface that has one such flaw"),
    ("flaw-volume", "volume", 1e-9, "mm3", "volume that has one such flaw"),
    ("compression", "compression", 1e6, "MPa", "residual compression along the surface"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command, the run folder apart.

    Args:
        parser: Parser of the command.
    """
    parser.description = (
        "Judge flaws of the electrolyte: stress intensity against toughness along every "
        "interface, by the stresses, contact pressures and plating of the run; critical flaw, "
        "critical current, probability. Writes fracture.json, fracture.csv and "
        "figures/fracture.png into the run folder. Numbers are those of the run's materials, if "
        "not given."
    )
    add = parser.add_argument
    add("--shape", choices=tuple(SHAPES), default="edge", help="shape of the flaws (edge)")
    for option, name, _, unit, words in _NUMBERS:
        add(f"--{option}", dest=name, type=_number, metavar=unit.replace(" ", "-"), help=words)
    add(
        "--compressed-depth",
        type=_number,
        metavar="um",
        help="depth down to which the residual compression reaches (default: all)",
    )
    add("--cell-area", type=_number, metavar="cm2", default=1.0, help="area of the real cell (1)")
    add(
        "--body",
        action="append",
        default=[],
        metavar="NAME",
        help="body to judge; may be given several times (default: all whose toughness is known)",
    )
    add("--json", action="store_true", help="print as JSON, numbers in SI")
    add("--no-figure", action="store_true", help="leave out the figure")


def _number(text: str) -> float:
    """Return a finite number that is not negative.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from error
    if not 0.0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of zero or more")
    return value


def assumed(options: argparse.Namespace) -> Assumed:
    """Return what the options of a command line assume.

    Args:
        options: What `add_arguments` has declared.

    Raises:
        ParameterError: A number is out of its bounds.
    """
    given = {
        name: factor * getattr(options, name)
        for _, name, factor, _, _ in _NUMBERS
        if getattr(options, name) is not None
    }
    depth = options.compressed_depth
    return Assumed(
        SHAPES[options.shape](),
        given,
        math.inf if depth is None else 1e-6 * depth,
        1e-4 * options.cell_area,
        tuple(options.body),
    )


def write(folder: Path, verdict: Verdict) -> list[Path]:
    """Write a verdict beside its run, as JSON and as a table of facets.

    Args:
        folder: The run folder.
        verdict: The verdict.

    Returns:
        The files.

    Raises:
        RunFolderError: One of them cannot be written.
    """
    paths = RunPaths(folder)
    text = json.dumps(verdict.plain(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        atomic.replace(paths.fracture_path, text)
        atomic.replace(paths.facets_path, _facets(verdict))
    except OSError as error:
        raise RunFolderError(f"cannot write into {folder}: {error.strerror}") from error
    return [paths.fracture_path, paths.facets_path]


def _facets(verdict: Verdict) -> str:
    """Return the largest ratio of every facet as a table."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["interface", "region", "x [m]", "y [m]", "z [m]", "ratio [1]", "time [s]"])
    for course in verdict.courses:
        worst = course.ratio.argmax(axis=0)
        for facet, output in enumerate(worst.tolist()):
            place = [*course.surface.middles[facet].tolist(), 0.0][:3]
            ratio, time = course.ratio[output, facet], course.times[output]
            row = [f"{each:.9g}" for each in (*place, ratio, time)]
            table.writerow([course.interface, course.region, *row])
    return stream.getvalue()
