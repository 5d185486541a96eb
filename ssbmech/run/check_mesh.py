# SPDX-License-Identifier: BSD-3-Clause
"""The command ``ssbmech check cell.inp``: what a mesh file holds, and what it is taken for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ssbmech.errors import MeshError
from ssbmech.run.console import Parser, exit_status_of, is_first_rank

_FRAMES = ("plane", "axisymmetric", "space")
_UNITS = ("m", "cm", "mm", "um", "nm")


def names_mesh(given: Sequence[str]) -> bool:
    """Return whether a command line names a mesh, not a case script.

    Args:
        given: words after ``ssbmech check``.
    """
    if any(word.endswith(".py") for word in given):
        return False
    words = [Path(word) for word in given if not word.startswith("-") and Path(word).suffix]
    if not words:
        return False
    from ssbmech.geometry.formats.reading import is_mesh_name

    return any(is_mesh_name(word) for word in words)


def check_mesh(given: Sequence[str]) -> int:
    """Print what a mesh file holds, and return the exit status: 1 if it cannot be used as it is.

    Args:
        given: words after ``ssbmech check``.
    """
    options = _parser().parse_args(given)
    if not is_first_rank():
        return 0
    return exit_status_of(lambda: _tell(options))


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = Parser(
        prog="ssbmech check",
        description="Tell what a mesh file holds, and what it is taken for.",
    )
    parser.add_argument(
        "mesh", type=Path, help="mesh file: .msh, .inp, .med, .exo, .xdmf, .vtu ..."
    )
    parser.add_argument("--unit", choices=_UNITS, help="its length unit (default: guessed)")
    parser.add_argument("--frame", choices=_FRAMES, help="default: by the cells")
    parser.add_argument("--region-array", help="integer cell array that tells the regions apart")
    parser.add_argument("--facets", type=Path, help="second XDMF file, with tags of facets")
    return parser


def _tell(options: argparse.Namespace) -> int:
    """Print the description of a mesh file."""
    from ssbmech.geometry.describe import Question, describe

    question = Question(
        options.mesh, options.unit, options.frame, options.region_array, options.facets
    )
    try:
        text, usable = describe(question)
    except MeshError as error:
        raise MeshError(f"mesh file {options.mesh}: {error}") from error
    sys.stdout.write(text)
    return 0 if usable else 1
