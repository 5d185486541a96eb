# SPDX-License-Identifier: BSD-3-Clause
"""The software a run is computed with, for its manifest."""

from __future__ import annotations

import platform
from importlib import metadata

from mpi4py import MPI
from petsc4py import PETSc

import h5py
import numpy as np

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
            "dolfinx": metadata.version("fenics-dolfinx"),
            "petsc": ".".join(str(part) for part in PETSc.Sys.getVersion()),
            "mpi": MPI.Get_library_version().split("\n")[0].split(",")[0].strip("\0 "),
            "hdf5": h5py.version.hdf5_version,
            "numpy": np.__version__,
            "gmsh": _installed("gmsh"),
            "python": platform.python_version(),
        },
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _installed(distribution: str) -> str:
    """Return the version of an installed distribution without importing it."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed"
