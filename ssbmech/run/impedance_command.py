# SPDX-License-Identifier: BSD-3-Clause
"""The command ``ssbmech impedance``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.errors import CaseError
from ssbmech.run.script import on_all

if TYPE_CHECKING:
    from ssbmech.run.case_script import CaseScript


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--lowest", type=float, default=1e-2, metavar="HZ", help="lowest frequency (default: 0.01)"
    )
    parser.add_argument(
        "--highest", type=float, default=1e6, metavar="HZ", help="highest frequency (default: 1e6)"
    )
    parser.add_argument(
        "--per-decade", type=int, default=10, metavar="N", help="frequencies a decade (default: 10)"
    )
    parser.add_argument(
        "--script", type=Path, help="case script, if it is not where the run found it"
    )
    parser.add_argument("--no-figure", action="store_true", help="write the table alone")


def frequencies(lowest: float, highest: float, per_decade: int) -> list[float]:
    """Return frequencies in equal ratios, both ends among them [Hz].

    Raises:
        CaseError: they are no range.
    """
    if not (0.0 < lowest < highest < np.inf) or not 1 <= per_decade <= 1000:
        raise CaseError(
            f"{per_decade} frequencies a decade from {lowest:g} to {highest:g} Hz are no spectrum: "
            "--lowest must be above zero and below --highest, --per-decade 1 to 1000"
        )
    count = round(per_decade * np.log10(highest / lowest)) + 1
    return [float(f) for f in np.geomspace(lowest, highest, max(count, 2))]


def run(options: argparse.Namespace, script: CaseScript, arguments: list[str]) -> int:
    """Take the spectrum of a run, write it beside the run, and draw it; collective.

    Args:
        options: the options.
        script: the case script of the run.
        arguments: values of its knobs.

    Raises:
        CaseError: the case cannot have an impedance, or the frequencies are no range.
    """
    from mpi4py import MPI

    from ssbmech.case.case import Case
    from ssbmech.run.impedance import impedance_of_run
    from ssbmech.runfolder.paths import RunPaths
    from ssbmech.runfolder.spectra import write_spectra

    asked = frequencies(options.lowest, options.highest, options.per_decade)
    case = on_all(script.case, arguments)
    if not isinstance(case, Case):
        raise CaseError("a laminate has no small-signal equations: its layers are points")
    found = impedance_of_run(case, options.folder, asked)
    if MPI.COMM_WORLD.rank == 0:
        paths = RunPaths(options.folder)
        write_spectra(paths.impedance_path, [found])
        sys.stdout.write(f"{paths.impedance_path}\n")
        if not options.no_figure:
            from ssbmech.plots.impedance import impedance_figure

            paths.figures_path.mkdir(exist_ok=True)
            sys.stdout.write(f"{impedance_figure([found], paths.figures_path / 'impedance.png')}\n")
        if not found.departure < 0.01:
            sys.stderr.write(
                f"at {options.lowest:g} Hz creep and what else laws compute by themselves changes "
                f"the impedance by {found.departure:.1%}: trust higher frequencies\n"
            )
    return 0
