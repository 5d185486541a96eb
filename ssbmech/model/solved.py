# SPDX-License-Identifier: BSD-3-Clause
"""What laws say of a step at each integration point: whether it is solved, and not too long."""

from __future__ import annotations

from typing import Any

from mpi4py import MPI

import numpy as np

from ssbmech._compat import compile_expression
from ssbmech.case.step_control import Tolerances
from ssbmech.errors import NotConverged
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Compacting
from ssbmech.model.history import RegionHistory

UNSOLVED = 1e-9
"""Strain by which the equations of a law may be off: of 20 GPa it is 20 Pa [1]."""


class LawSolved:
    """Throws a step away in which a law's own iteration has not come to its end everywhere.

    Attributes:
        embedded: True: it needs no steps before this one.
    """

    embedded = True

    def __init__(self, history: RegionHistory, unsolved: Expr, mesh: Any) -> None:
        """Compile the rest of the equations; collective.

        Args:
            history: integration points of the region.
            unsolved: rest of the law's equations, as a strain [1].
            mesh: mesh of the body.
        """
        self._history, self._mesh = history, mesh
        self._rest = compile_expression(unsolved, history.points)
        owned = mesh.topology.index_map(mesh.topology.dim).size_local
        self._cells = history.cells[history.cells < owned]

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return zero; collective.

        Args:
            ratio: the step over the one before; not needed.
            tolerances: not needed: a law that is not solved is none.

        Raises:
            NotConverged: the law is not solved somewhere; a shorter step has less to return.
        """
        rest = np.asarray(self._rest.eval(self._mesh, self._cells))
        # a rest that is no number is as far off as can be
        here = float(np.max(np.nan_to_num(np.abs(rest), nan=1e300), initial=0.0))
        worst = self._mesh.comm.allreduce(here, op=MPI.MAX)
        if worst > UNSOLVED:
            raise NotConverged(
                f"the solid law of {self._history.place!r} is not solved: its equations are off by "
                f"a strain of {worst:.2g} after a step that is too long for it"
            )
        return 0.0


class DensityChange:
    r"""Bounds a step by the change of the density of a solid that densifies.

    .. math:: e = \left( \frac{\max |\ln(\rho / \rho_n)|}{limit} \right)^2

    A step in which one point collapses and its neighbour in the same cell opens may balance all
    forces. No shorter step leads there.

    Attributes:
        embedded: True: it needs no steps before this one.
    """

    embedded = True

    def __init__(self, history: RegionHistory, solid: Compacting, mesh: Any) -> None:
        """Look at a region.

        Args:
            history: its integration points.
            solid: its law.
            mesh: mesh of the body.
        """
        self._history, self._solid, self._comm = history, solid, mesh.comm

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the square of the largest change over what counts as 1; collective.

        Args:
            ratio: the step over the one before; not needed.
            tolerances: what counts as 1.
        """
        self._history.advance()
        names = self._history.committed
        before = self._solid.relative_density(
            {name: np.asarray(values.x.array) for name, values in names.items()}
        )
        after = self._solid.relative_density({name: self._history.new(name) for name in names})
        dofs = next(iter(names.values())).function_space.dofmap.list[self._history.cells].ravel()
        changes = np.abs(np.log(np.asarray(after) / np.asarray(before)))[dofs]
        here = float(np.max(changes, initial=0.0))
        worst = self._comm.allreduce(here, op=MPI.MAX)
        return float((worst / tolerances.density_change) ** 2)
