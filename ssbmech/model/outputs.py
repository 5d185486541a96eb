# SPDX-License-Identifier: BSD-3-Clause
"""What is measured of a cell: numbers for the series, and fields for the files.

Parts, quantities of the user's own and observers say what they measure by the same few objects.
Each carries its quantity: name, unit and label, so that nothing else has to know it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from ssbmech.errors import ObserverError, raise_on_all
from ssbmech.frames import Expr
from ssbmech.kinds import check_kinds
from ssbmech.memory import StateVariable
from ssbmech.runfolder.quantities import QUANTITIES, Quantity

Array = npt.NDArray[np.float64]
Arrays = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Scalar:
    """A column of the series.

    Attributes:
        quantity: what it is.
        measure: returns its value at the end of the step, given the cell or facet fields of its
            place by name; collective.
        where: body, region or interface it belongs to; empty for the whole cell.
        unit: SI unit, where it is not that of the quantity; empty where it is.
    """

    quantity: Quantity
    measure: Callable[[Arrays], float]
    where: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)

    @property
    def name(self) -> str:
        """Name of the column."""
        return f"{self.quantity.name}:{self.where}" if self.where else self.quantity.name

    @property
    def column_unit(self) -> str:
        """SI unit of the column."""
        return self.unit or self.quantity.unit


@dataclass(frozen=True, eq=False)
class PointField:
    """A field at the nodes of a body's displacement.

    Attributes:
        quantity: what it is.
        measure: returns its values at the owned nodes, shape (nodes, components).
        at_start: returns them before the first step; None where they are not given, but solved for.
    """

    quantity: Quantity
    measure: Callable[[], Array]
    at_start: Callable[[], Array] | None = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)


@dataclass(frozen=True, eq=False)
class CellMean:
    """A field of a body that is averaged over each cell.

    Attributes:
        quantity: what it is.
        components: its components as UFL expressions, by region; where a region is left out, zero.
    """

    quantity: Quantity
    components: Mapping[str, Sequence[Expr]]

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)


@dataclass(frozen=True, eq=False)
class CellField:
    """A field with one value, or one tensor, for each cell of a body or place of an interface.

    The places of an interface are its facets; where a body at it moves, its vertices
    (`ssbmech.model.places`), and files hold the means over facets.

    Attributes:
        quantity: what it is.
        measure: returns its values at the end of the step on the owned cells or places; collective.
        in_files: whether it goes to the field files too, or serves columns of the series alone.
        at_start: returns its values before the first step; None where they are not given, but
            solved for.
    """

    quantity: Quantity
    measure: Callable[[], Array]
    in_files: bool = True
    at_start: Callable[[], Array] | None = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)


@dataclass(frozen=True, eq=False)
class CellConstant:
    """A field of a body's cells or an interface's places that never changes; see `CellField`.

    Attributes:
        quantity: what it is.
        values: its values on the owned cells or places.
    """

    quantity: Quantity
    values: Array


T = TypeVar("T")


def asked(who: str, comm: MPI.Intracomm, question: Callable[[], T]) -> T:
    """Return what code of the user's own answers; collective.

    Args:
        who: whose it is, for the message.
        comm: communicator.
        question: what is called.

    Raises:
        ObserverError: it raised something on any rank; on all ranks.
    """
    answers: list[T] = []
    failure = None
    try:
        answers.append(question())
    except Exception as error:
        # the user's own code, which may raise anything: the run has to end in good order
        failure = ObserverError(f"{who} raised {type(error).__name__}: {error}")
    raise_on_all(comm, failure)
    return answers[0]


Output = Scalar | PointField | CellMean | CellField | CellConstant


@dataclass(frozen=True, eq=False)
class Outputs:
    """All that is measured at one place.

    Attributes:
        where: body or interface; empty for the whole cell.
        scalars: columns of the series.
        points: fields at nodes.
        means: averaged fields.
        cells: fields on cells or facets.
        constants: fields on cells or facets that never change.
    """

    where: str
    scalars: list[Scalar] = field(default_factory=list)
    points: list[PointField] = field(default_factory=list)
    means: list[CellMean] = field(default_factory=list)
    cells: list[CellField] = field(default_factory=list)
    constants: list[CellConstant] = field(default_factory=list)

    def add(self, output: Output) -> None:
        """Sort an output in."""
        match output:
            case Scalar():
                self.scalars.append(output)
            case PointField():
                self.points.append(output)
            case CellMean():
                self.means.append(output)
            case CellField():
                self.cells.append(output)
            case CellConstant():
                self.constants.append(output)


def guarded(who: str, comm: MPI.Intracomm, output: Output) -> Output:
    """Return an output of the user's own whose failure names whose it is, on all ranks.

    Args:
        who: whose it is.
        comm: communicator.
        output: the output.
    """
    match output:
        case Scalar(measure=measure):
            return replace(
                output, measure=lambda arrays: asked(who, comm, lambda: float(measure(arrays)))
            )
        case CellField(measure=take, at_start=first) | PointField(measure=take, at_start=first):
            given = None if first is None else lambda: asked(who, comm, first)
            return replace(output, measure=lambda: asked(who, comm, take), at_start=given)
        case _:
            return output


def state_quantity(variable: StateVariable) -> Quantity:
    """Return the quantity that a state variable is measured as."""
    components = 6 if variable.is_tensor else 1
    own = Quantity(
        variable.name,
        variable.symbol,
        variable.unit,
        variable.label or variable.name.replace("_", " "),
        components,
    )
    return QUANTITIES.get(variable.name, own)


def summary(of: Quantity, kind: str, word: str) -> Quantity:
    """Return the quantity of a field's least, mean or largest value.

    Args:
        of: the field.
        kind: end of the name, for example "max".
        word: beginning of the label, for example "largest".
    """
    name = f"{of.name}_{kind}"
    return QUANTITIES.get(name, Quantity(name, of.symbol, of.unit, f"{word} {of.label}"))


def weighted_summaries(
    of: Quantity, where: str, weights: Array, comm: MPI.Intracomm
) -> list[Scalar]:
    """Return columns for least, mean and largest value of a field over the cells of a place.

    There are none where the field has a meaning on no cell of any rank; collective.

    Args:
        of: the field; one component.
        where: what the columns belong to.
        weights: volume or area of each owned cell; zero where the field has no meaning.
        comm: communicator.
    """
    if total(float(weights.sum()), comm) == 0.0:
        return []
    inside = weights > 0.0

    mean = weighted_mean(of.name, weights, comm)
    return [
        Scalar(summary(of, "min", "lowest"), lambda a: -largest(-a[of.name][inside], comm), where),
        Scalar(summary(of, "mean", "mean"), mean, where),
        Scalar(summary(of, "max", "highest"), lambda a: largest(a[of.name][inside], comm), where),
    ]


def weighted_mean(name: str, weights: Array, comm: MPI.Intracomm) -> Callable[[Arrays], float]:
    """Return what measures the mean of a field over a place; collective.

    Args:
        name: the field.
        weights: volume or area of each owned cell or facet.
        comm: communicator.
    """
    whole = total(weights.sum(), comm)
    return lambda arrays: total(float(weights @ arrays[name]), comm) / whole


def total(local: float, comm: MPI.Intracomm) -> float:
    """Return the sum over the ranks; collective."""
    return float(comm.allreduce(float(local), op=MPI.SUM))


def largest(values: Array, comm: MPI.Intracomm) -> float:
    """Return the largest value on any rank; collective."""
    return float(comm.allreduce(float(np.max(values, initial=-np.inf)), op=MPI.MAX))


def owned_nodes(function: fem.Function) -> Array:
    """Return the values of a Lagrange function at its owned nodes, shape (nodes, components)."""
    dofmap = function.function_space.dofmap
    count, size = dofmap.index_map.size_local, dofmap.index_map_bs
    return np.array(function.x.array[: count * size], dtype=np.float64).reshape(count, size)
