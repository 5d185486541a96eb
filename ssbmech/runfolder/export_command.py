# SPDX-License-Identifier: BSD-3-Clause
"""The command ``ssbmech export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ssbmech.errors import RunFolderError

if TYPE_CHECKING:
    import argparse

    from ssbmech.runfolder.export import Exporter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of what is exported, and to where."""
    parser.add_argument(
        "--to",
        choices=("vtu", "xdmf", "csv", "profile"),
        required=True,
        help="VTU or XDMF for ParaView, tables of cells and points, or a table along --line",
    )
    parser.add_argument(
        "--time",
        type=float,
        action="append",
        metavar="SECONDS",
        help="only the output nearest to this time; may be given several times",
    )
    parser.add_argument(
        "--moved",
        type=float,
        nargs="?",
        const=1.0,
        default=0.0,
        metavar="FACTOR",
        help="VTU and XDMF: move points by their displacement, times a factor if one is given",
    )
    parser.add_argument(
        "--line",
        type=float,
        nargs="+",
        metavar="METRES",
        help="start and end of the line of a profile: X Y X Y, or X Y Z X Y Z",
    )
    parser.add_argument("--points", type=int, default=201, help="points of the line (default: 201)")
    parser.add_argument("--out", type=Path, help="folder (default: export in the run folder)")


def run(options: argparse.Namespace) -> int:
    """Write the files and name them.

    Raises:
        RunFolderError: there are no fields, a time lies outside of the run, a profile has no line,
            a table is to be moved, or the folder cannot be written.
    """
    from ssbmech.runfolder.run import open_run

    folder = options.folder / "export" if options.out is None else options.out
    exporter = _exporter(options)
    for file in open_run(options.folder).export(exporter, folder, options.time):
        sys.stdout.write(f"{file}\n")
    return 0


def _exporter(options: argparse.Namespace) -> Exporter:
    """Return what writes the format that is asked for.

    Raises:
        RunFolderError: a profile has no line, or something else has one; a table is to be moved.
    """
    from ssbmech.runfolder.export import CsvExporter, VtuExporter
    from ssbmech.runfolder.line import ProfileExporter
    from ssbmech.runfolder.xdmf import XdmfExporter

    line = options.line or ()
    if options.moved and options.to in ("csv", "profile"):
        raise RunFolderError(f"--moved belongs to --to vtu and xdmf, not to --to {options.to}")
    if options.to == "profile":
        if len(line) not in (4, 6):
            raise RunFolderError(
                f"a profile needs --line with four or six numbers in metres, got {len(line)}"
            )
        half = len(line) // 2
        return ProfileExporter(line[:half], line[half:], options.points)
    if line:
        raise RunFolderError(f"--line belongs to --to profile, not to --to {options.to}")
    exporters: dict[str, Exporter] = {
        "vtu": VtuExporter(options.moved),
        "xdmf": XdmfExporter(options.moved),
        "csv": CsvExporter(),
    }
    return exporters[options.to]
