# SPDX-License-Identifier: BSD-3-Clause
"""The software a run is computed with, for its manifest."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from mpi4py import MPI
from petsc4py import PETSc

import h5py
import numpy as np

from ssbmech._compat import DOLFINX
from ssbmech._version import __version__


def environment(comm: MPI.Intracomm) -> dict[str, object]:
    """Return versions of the software in use and the number of ranks.

    Args:
        comm: Communicator of the run.
    """
    return {
        "ranks": comm.size,
        "versions": {
            "ssbmech": __version__,
            **({"commit": commit} if (commit := checkout(Path(__file__).parents[2])) else {}),
            "dolfinx": DOLFINX,
            "petsc": ".".join(str(part) for part in PETSc.Sys.getVersion()),
            "mpi": MPI.Get_library_version().split("\n")[0].split(",")[0].strip("\0 "),
            "hdf5": h5py.version.hdf5_version,
            "numpy": np.__version__,
            "gmsh": _installed("gmsh"),
            "python": platform.python_version(),
        },
        "platform": f"{platform.system()} {platform.machine()}",
    }


def checkout(folder: Path) -> str:
    """Return the commit that a folder is a checkout of; empty if it is none, or cannot be told.

    Changes since that commit do not show.

    Args:
        folder: Folder that holds the package.
    """
    try:
        place = folder / ".git"
        if place.is_file():
            # a worktree, whose refs may lie with those of the clone
            place = folder / place.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
        head = (place / "HEAD").read_text(encoding="utf-8").strip()
        ref = head.removeprefix("ref: ")
        if ref == head:
            return head
        common = place / "commondir"
        homes = [place]
        if common.is_file():
            homes.append(place / common.read_text(encoding="utf-8").strip())
        return next((commit for home in homes if (commit := _commit_of(home, ref))), "")
    except (OSError, UnicodeDecodeError):
        return ""


def _commit_of(home: Path, ref: str) -> str:
    """Return the commit that a ref names in a folder of git's; empty if it has no such ref."""
    if (home / ref).is_file():
        return (home / ref).read_text(encoding="utf-8").strip()
    packed = home / "packed-refs"
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    named = (line.partition(" ") for line in lines)
    return next((commit for commit, _, name in named if name == ref), "")


def _installed(distribution: str) -> str:
    """Return the version of an installed distribution without importing it."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"
