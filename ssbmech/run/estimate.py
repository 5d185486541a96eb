# SPDX-License-Identifier: BSD-3-Clause
"""What a case will take: cells, unknowns, memory and time, without solving it.

The mesh and the model are made as for a run. Memory and time come from measured runs by either
kind of linear solver on two cores of a present-day machine, so they tell the order of magnitude. A
factorisation fills in more in space than in the plane; an iterative solver takes in proportion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Protocol

from mpi4py import MPI

from ssbmech.case.case import Case
from ssbmech.case.linear_solver import Direct, Iterative
from ssbmech.case.protocol_checks import check_protocol
from ssbmech.checkpoint.state import CellState
from ssbmech.errors import CaseError
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.kind_words import shown
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.model.motion import BodyMotion
from ssbmech.run.any_case import AnyCase
from ssbmech.run.fewest import fewest_steps
from ssbmech.run.laminates import estimate_laminate
from ssbmech.run.progress import duration
from ssbmech.solve.choice import chosen, reason
from ssbmech.solve.factors import needed

ITERATIONS = 3.0
"""Newton iterations of a time step, as measured with few changes of contact [1]."""

PROCESS = 0.35e9
"""Memory of a process before it has any unknowns [B]."""


@dataclass(frozen=True)
class Cost:
    r"""Cost of a model and of an iteration, by number of unknowns n.

    .. math:: M = m n, \quad t = b n (n / n_0)^c / \sqrt{ranks}

    Attributes:
        memory: m, without factors of the whole system [B].
        time: b, at n_0 unknowns on one rank [s].
        growth_time: c [1].
        size: n_0 [1].
    """

    memory: float
    time: float
    growth_time: float
    size: float

    def time_of(self, unknowns: int, ranks: int) -> float:
        """Return the time of an iteration [s]."""
        growth = (unknowns / self.size) ** self.growth_time
        return float(self.time * unknowns * growth / ranks**0.5)


BY_DIRECT: Mapping[int, Cost] = {
    2: Cost(memory=2.5e3, time=4e-6, growth_time=0.15, size=6e4),
    3: Cost(memory=5e3, time=1.3e-4, growth_time=1.0, size=3e5),
}
"""Measured cost by a direct solver, by dimension."""

BY_ITERATION: Mapping[int, Cost] = {
    2: Cost(memory=5e3, time=3.5e-6, growth_time=0.0, size=6e4),
    3: Cost(memory=6e3, time=1.3e-5, growth_time=0.1, size=2.5e5),
}
"""Measured cost by the iterative solver, by dimension."""


@dataclass(frozen=True)
class Needs:
    """What a case takes by one linear solver.

    Attributes:
        memory: memory of all ranks together [B].
        iteration: time of a Newton iteration [s].
    """

    memory: float
    iteration: float

    @classmethod
    def directly(cls, dimension: int, unknowns: int, ranks: int) -> Needs:
        """Return them for a direct solver."""
        model = cls._by(BY_DIRECT[dimension], unknowns, ranks)
        return replace(model, memory=model.memory + needed(dimension, unknowns))

    @classmethod
    def iteratively(cls, dimension: int, unknowns: int, ranks: int) -> Needs:
        """Return them for the iterative solver."""
        return cls._by(BY_ITERATION[dimension], unknowns, ranks)

    @classmethod
    def _by(cls, cost: Cost, unknowns: int, ranks: int) -> Needs:
        """Return them for a cost, without factors of the whole system."""
        return cls(ranks * PROCESS + cost.memory * unknowns, cost.time_of(unknowns, ranks))


@dataclass(frozen=True)
class Estimate:
    """What a case will take.

    Attributes:
        name: name of the case.
        cells: cells of each region [1].
        unknowns: unknowns of each kind [1].
        ranks: number of ranks [1].
        protocol: name and duration [s] of each step.
        metal: what the protocol strips from each metal, and what is there.
        moving: bodies whose mesh moves, and how it begins.
        steps: fewest time steps [1].
        solver: class of the linear solver.
        why: why it is that one.
        needs: what it takes.
        other: what it would take by the other kind of linear solver, and which.
        checkpoint: size of the state [B].
    """

    name: str
    cells: Mapping[str, int]
    unknowns: Mapping[str, int]
    ranks: int
    protocol: tuple[tuple[str, float], ...]
    metal: tuple[str, ...]
    moving: tuple[str, ...]
    steps: int
    solver: str
    why: str
    needs: Needs
    other: tuple[str, Needs]
    checkpoint: float

    def text(self) -> str:
        """Return the estimate as lines of text."""
        cells, unknowns = sum(self.cells.values()), sum(self.unknowns.values())
        steps = ", ".join(f"{name} {duration(time)}" for name, time in self.protocol)
        needs, (other, others) = self.needs, self.other
        lines = {
            "case": f"{self.name}: valid",
            "mesh": f"{cells} cells ({_listed(self.cells)})",
            "unknowns": f"{unknowns} ({_listed(self.unknowns)})",
            "ranks": f"{self.ranks}, {unknowns // self.ranks} unknowns each",
            "protocol": f"{steps} (each at the longest)",
            **({"metal": "; ".join(self.metal)} if self.metal else {}),
            **({"moving": "; ".join(self.moving)} if self.moving else {}),
            "solver": f"{self.solver}: {self.why}",
            "memory": (
                f"about {needs.memory / 1e9:.1f} GB in all ({other}: {others.memory / 1e9:.1f} GB)"
            ),
            "time": (
                f"about {duration(self.steps * ITERATIONS * needs.iteration)} or more: at least "
                f"{self.steps} time steps, {ITERATIONS:g} iterations each, "
                f"{needs.iteration:.2g} s per iteration ({other}: {others.iteration:.2g} s)"
            ),
            "checkpoint": f"about {1.5 * self.checkpoint / 1e6:.1f} MB, two are kept",
        }
        return "".join(f"{name:<12}{value}\n" for name, value in lines.items())


class Told(Protocol):
    """Role of what a case will take."""

    def text(self) -> str:
        """Return it as lines of text."""


@singledispatch
def estimate(case: AnyCase, comm: MPI.Intracomm) -> Told:
    """Return what a case will take on the ranks of a communicator; collective.

    Raises:
        MeshError, CaseError: the case cannot be built, or is none.
    """
    raise CaseError(f"{shown(case)} is no case: expected a Case or a LaminateCase")


estimate.register(estimate_laminate)


@estimate.register
def _(case: Case, comm: MPI.Intracomm) -> Estimate:
    tagged = case.geometry.build(comm)
    cell = CellModel(case, tagged)
    check_protocol(case.protocol, Measurement(cell).stoppable)
    owned = tagged.mesh.topology.index_map(tagged.mesh.topology.dim).size_local
    tags = tagged.cell_tags
    cells = {
        name: int(comm.allreduce(int((tags.find(tag) < owned).sum())))
        for name, tag in tagged.regions.items()
    }
    unknowns: Counter[str] = Counter()
    for unknown in cell.unknowns:
        unknowns[unknown.name] += int(comm.allreduce(unknown.owned))
    for closure in cell.closures:
        unknowns[closure.name] += 1
    count, dimension = sum(unknowns.values()), case.geometry.frame.dim
    preset = chosen(case.linear_solver, cell.system)
    direct = Needs.directly(dimension, count, comm.size)
    iterative = Needs.iteratively(dimension, count, comm.size)
    iterates = isinstance(preset, Iterative)
    return Estimate(
        name=case.name,
        cells=cells,
        unknowns=unknowns,
        ranks=comm.size,
        protocol=tuple((step.name, step.duration) for step in case.protocol),
        metal=tuple(draw.text() for draw in cell.draws),
        moving=tuple(_moving(body, tagged) for body in cell.motion.bodies),
        steps=fewest_steps(case),
        solver=type(preset).__name__,
        why=reason(case.linear_solver, cell.system),
        needs=iterative if iterates else direct,
        other=(Direct.__name__, direct) if iterates else (Iterative.__name__, iterative),
        checkpoint=float(comm.allreduce(CellState(cell).size)),
    )


def _moving(motion: BodyMotion, tagged: TaggedMesh) -> str:
    """Return how the mesh of a body begins that moves, in words; collective."""
    body = motion.body.case_body
    words = [f"{body.name}: cells of quality {motion.mesh.quality():.2g} at least"]
    words += [
        f"thinned {tagged.drawn[region]:.4g} times"
        for region in body.materials
        if region in tagged.drawn
    ]
    words += [f"stripped to a film of {1e9 * law.film:.3g} nm" for law in body.exhaustions]
    return ", ".join(words)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
