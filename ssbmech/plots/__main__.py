# SPDX-License-Identifier: BSD-3-Clause
"""Command line: ``python -m ssbmech.plots RUNFOLDER`` makes the figures of a run."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

from ssbmech.errors import SSBMechError
from ssbmech.plots import make_all

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the figures and return the exit code.

    Args:
        arguments: Command line; None takes the process's own.
    """
    parser = argparse.ArgumentParser(
        prog="python -m ssbmech.plots", description="Make the figures of a run."
    )
    parser.add_argument("run_folder", help="folder of the run, with its manifest.json")
    parser.add_argument("--no-animation", action="store_true", help="leave out the animation")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        make_all(chosen.run_folder, animation=not chosen.no_animation)
    except SSBMechError as error:
        logging.getLogger(__name__).error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
