# SPDX-License-Identifier: BSD-3-Clause
"""Presets of the linear solver: PETSc options by name, with the user's extra options on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import check_whole

RESTART = 60
"""Iterations of FGMRES between two restarts; each keeps two vectors."""


class LinearSolver(Protocol):
    """Role of a preset: PETSc options by name, without prefix."""

    @property
    def definite(self) -> bool:
        """Whether it relies on a symmetric positive definite matrix."""

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options on a number of ranks."""


@runtime_checkable
class Choosing(Protocol):
    """Role of a preset that is one of several, depending on the system."""

    def solver_for(self, dimension: int, unknowns: int) -> LinearSolver:
        """Return the preset for a system of a number of unknowns in a space of a dimension."""

    def reason(self, dimension: int, unknowns: int) -> str:
        """Return in words why it is that one."""


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
            # rows and columns come scaled by typical sizes, with the diagonal where it belongs
            "mat_mumps_icntl_6": "0",
            "mat_mumps_icntl_8": "0",
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


@dataclass(frozen=True)
class Multigrid:
    """A cycle of PETSc's algebraic multigrid, for elliptic systems too large to be factorised.

    Attributes:
        extra: PETSc options that are added or replace those of the preset.
    """

    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def definite(self) -> bool:
        """False: nothing relies on it."""
        return False

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options."""
        preset = {
            "ksp_type": "preonly",
            "pc_type": "gamg",
            "pc_gamg_threshold": "0.01",
            "mg_levels_ksp_type": "chebyshev",
            "mg_levels_ksp_max_it": "3",
            "mg_levels_pc_type": "jacobi",
        }
        return {**preset, **self.extra}


@dataclass(frozen=True)
class CoarseLevel:
    """The coarser level of `Iterative`: factorised while it is small, then algebraic multigrid.

    Attributes:
        largest_direct: unknowns up to which it is factorised; with 0 it never is.
        direct: the direct solver.
        multigrid: what takes its place.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    largest_direct: int = 300_000
    direct: Direct = field(default_factory=Direct)
    multigrid: Multigrid = field(default_factory=Multigrid)

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        check_whole(self.largest_direct, 0, 1_000_000_000, "CoarseLevel.largest_direct")

    def is_factorised(self, unknowns: int) -> bool:
        """Return whether a level of a number of unknowns is factorised."""
        return unknowns <= self.largest_direct


@dataclass(frozen=True)
class Iterative:
    """FGMRES on the system without its facets' unknowns, preconditioned block by block.

    It pays in three dimensions, where a factorisation grows with the square of the size. Where it
    comes to no end the system is solved by `fallback`, which is said in the log; where its factors
    would not fit into memory the time step is shortened instead.

    Attributes:
        max_iterations: iterations after which the fallback takes over.
        coarse: how the coarser levels of displacement and potentials are solved.
        fallback: the direct solver.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    forcing: float = parameter(
        "1",
        low=1e-10,
        high=0.5,
        default=1e-3,
        doc="residual of the linear system over that of Newton's method",
    )
    fallback_memory: float = parameter(
        "1",
        low=0.0,
        high=1.0,
        default=0.4,
        doc="share of the memory at hand that the factors of the fallback may take",
    )
    max_iterations: int = 100
    coarse: CoarseLevel = field(default_factory=CoarseLevel)
    fallback: Direct = field(default_factory=Direct)

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        check_whole(self.max_iterations, 1, 10_000, "Iterative.max_iterations")

    @property
    def definite(self) -> bool:
        """False: any regular matrix will do."""
        return False

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options of the outermost method."""
        return {
            "ksp_type": "fgmres",
            "ksp_gmres_restart": str(RESTART),
            "ksp_max_it": str(self.max_iterations),
        }


@dataclass(frozen=True)
class Automatic:
    """A direct solver in the plane and for small systems in space, else an iterative one.

    Attributes:
        largest_direct: unknowns of a system in space up to which it is solved directly.
        direct: the direct solver.
        iterative: the iterative solver.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    largest_direct: int = 60_000
    direct: Direct = field(default_factory=Direct)
    iterative: Iterative = field(default_factory=Iterative)

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        check_whole(self.largest_direct, 0, 1_000_000_000, "Automatic.largest_direct")

    @property
    def definite(self) -> bool:
        """False: any regular matrix will do."""
        return False

    def solver_for(self, dimension: int, unknowns: int) -> LinearSolver:
        """Return the solver for a system.

        Args:
            dimension: dimension of space.
            unknowns: unknowns that have an equation of their own.
        """
        small = dimension < 3 or unknowns <= self.largest_direct
        return self.direct if small else self.iterative

    def reason(self, dimension: int, unknowns: int) -> str:
        """Return in words why it is the one that `solver_for` returns."""
        if dimension < 3:
            return "not in space, where a factorisation is cheap"
        side = "no more" if unknowns <= self.largest_direct else "more"
        return f"{unknowns} free unknowns in space, {side} than {self.largest_direct}"

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options of the direct solver."""
        return self.direct.options(ranks)
