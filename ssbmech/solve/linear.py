# SPDX-License-Identifier: BSD-3-Clause
"""Linear solvers made from presets."""

from __future__ import annotations

from petsc4py import PETSc

from ssbmech.case.linear_solver import LinearSolver


def make_ksp(matrix: PETSc.Mat, preset: LinearSolver, prefix: str) -> PETSc.KSP:
    """Return a solver for a matrix, configured by a preset under a prefix of its own.

    Raises:
        ValueError: the prefix is empty.
    """
    if not prefix:
        raise ValueError("a solver needs an options prefix of its own")
    if preset.definite:
        matrix.setOption(PETSc.Mat.Option.SPD, True)
        matrix.setOption(PETSc.Mat.Option.SYMMETRY_ETERNAL, True)
    ksp = PETSc.KSP().create(matrix.comm)
    ksp.setOptionsPrefix(prefix)
    ksp.setOperators(matrix)
    database = PETSc.Options()
    options = {f"{prefix}{name}": value for name, value in preset.options(matrix.comm.size).items()}
    for name, value in options.items():
        database[name] = value
    ksp.setFromOptions()
    if preset.definite:
        # the next assembly forgets that the matrix is definite: choose the factorisation now
        ksp.getPC().setFactorSetUpSolverType()
    return ksp
