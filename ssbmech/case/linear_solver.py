# SPDX-License-Identifier: BSD-3-Clause
"""Presets of the linear solver: PETSc options by name, with the user's extra options on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ssbmech.parameter import validate_parameters


class LinearSolver(Protocol):
    """Role of a preset: PETSc options by name, without prefix."""

    @property
    def definite(self) -> bool:
        """Whether it relies on a symmetric positive definite matrix."""

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options on a number of ranks."""


@dataclass(frozen=True)
class Direct:
    """Sparse LU by MUMPS: the system is coupled and indefinite, and its size fits a node.

    One solver object is kept for the whole run, so that the symbolic analysis is done once.

    Attributes:
        memory: extra working space beyond MUMPS's estimate [%]; contact needs pivots that the
            analysis did not foresee.
        pivoting: smallest pivot over the largest entry of its column that is taken [1]. A solid and
            its pressure make a quasi-definite matrix, which can be factorised in any order; MUMPS's
            own 1e-2 refuses the small pivots of a solid that flows freely and runs out of space.
        extra: PETSc options that are added or replace those of the preset.
    """

    memory: int = 80
    pivoting: float = 1e-6
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def definite(self) -> bool:
        """False: any regular matrix will do."""
        return False

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options."""
        preset = {
            "ksp_type": "preonly",
            "pc_type": "lu",
            "pc_factor_mat_solver_type": "mumps",
            "mat_mumps_icntl_14": str(self.memory),
            "mat_mumps_cntl_1": str(self.pivoting),
        }
        return {**preset, **self.extra}


@dataclass(frozen=True)
class Cholesky:
    """Sparse Cholesky: half the work and the memory of LU, for symmetric positive definite systems.

    Such is the system of bodies without interfaces, fixture and pressure of their own. CHOLMOD is
    the fastest on one rank; on several, or where PETSc lacks it, it is MUMPS.

    Attributes:
        extra: PETSc options that are added or replace those of the preset.
    """

    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def definite(self) -> bool:
        """True: only half of the matrix is read."""
        return True

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options on a number of ranks."""
        # a case is plain data: PETSc is asked only when a solver is made
        from petsc4py import PETSc

        found = any(PETSc.Sys.hasExternalPackage(name) for name in ("cholmod", "suitesparse"))
        preset = {
            "ksp_type": "preonly",
            "pc_type": "cholesky",
            "pc_factor_mat_solver_type": "cholmod" if found and ranks == 1 else "mumps",
        }
        return {**preset, **self.extra}
