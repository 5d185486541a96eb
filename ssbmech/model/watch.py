# SPDX-License-Identifier: BSD-3-Clause
"""Watching how far a cell is from where its model holds: what is measured, noted and refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl

from ssbmech.case.limits import Limits
from ssbmech.errors import ValidityError
from ssbmech.materials.elastic import Solid
from ssbmech.model.averages import CellAverages
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.history import TENSOR
from ssbmech.model.outputs import Arrays, CellMean, Output, Scalar, largest, total
from ssbmech.model.parts.electrode import Metal
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import Quantity, quantity
from ssbmech.runfolder.watched import Passed, passed

logger = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]

_STRAIN = Quantity("strain", "", "1", "strain", 6)
_ROTATION = Quantity("rotation", "", "1", "rotation", 3)


class Strains:
    """Strains and rotations of the cells of a body, their means over each cell."""

    def __init__(self, body: BodyModel) -> None:
        """Compile the averages; collective."""
        self._body = body
        u, dim = body.kinematics.counted(body.u), body.frame.dim
        strain, turned = body.kinematics.strain(body.frame, body.u), ufl.skew(ufl.grad(u))
        pairs = [(i, j) for i in range(dim) for j in range(i)]
        self._angles = len(pairs)
        regions = list(body.case_body.materials)
        of_strain = [ufl.as_ufl(strain[place]) for place in TENSOR]
        of_rotation = [turned[pair] for pair in pairs]
        self._averages = CellAverages(
            body,
            [
                CellMean(_STRAIN, dict.fromkeys(regions, of_strain)),
                CellMean(_ROTATION, dict.fromkeys(regions, of_rotation)),
            ],
        )

    def measure(self) -> Mapping[str, float]:
        """Return largest and mean size of strains and rotations over the body; collective."""
        body, comm = self._body, self._body.mesh.mesh.comm
        found = self._averages.evaluate()
        strains = np.max(np.abs(principal(found["strain"])), axis=1, initial=0.0)
        # a rank may own nothing of the body, and one component comes without a second axis
        turned = found["rotation"].reshape(len(strains), self._angles)
        measured, volume = {}, total(body.volumes.sum(), comm)
        for name, values in (("strain", strains), ("rotation", np.linalg.norm(turned, axis=1))):
            measured[f"{name}_max"] = max(largest(values, comm), 0.0)
            measured[f"{name}_mean"] = total(float(body.volumes @ values), comm) / volume
        return measured


def principal(tensors: Array) -> Array:
    """Return the principal values of symmetric tensors in rising order, from six components."""
    xx, yy, zz, xy, yz, xz = tensors.T
    whole = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return np.asarray(np.linalg.eigvalsh(np.moveaxis(whole, -1, 0)))


def watch_outputs(cell: CellModel, dt: Callable[[], float]) -> Iterator[tuple[str, Output]]:
    """Yield the columns that are watched, each with its place; collective.

    Args:
        cell: the cell.
        dt: returns the time step [s].
    """
    for body in cell.bodies.values():
        for output in _of_body(body, dt):
            yield body.name, output
    for surface in cell.surfaces.values():
        for transfer in surface.parts.find(Transfer):
            if isinstance(transfer.reactant, Metal) and surface.separation.at_rest:
                for output in _of_metal(surface, transfer.reactant):
                    yield surface.name, output


def _of_body(body: BodyModel, dt: Callable[[], float]) -> Iterator[Output]:
    """Yield what is watched of a body; collective."""
    comm: MPI.Intracomm = body.mesh.mesh.comm
    strains, kept = Strains(body), dict[str, float]()

    def first(_: Arrays) -> float:
        kept.update(strains.measure())
        return kept["strain_max"]

    # columns are measured in order: the first computes all of them
    yield Scalar(quantity("strain_max"), first, body.name)
    for name in ("strain_mean", "rotation_max", "rotation_mean"):
        yield Scalar(quantity(name), partial(_kept, kept, name), body.name)
    materials = body.case_body.materials
    if any(material.solid.flows for material in materials.values()):
        creep = quantity("creep_step_max")
        yield Scalar(creep, lambda a: dt() * largest(a["creep_rate"], comm), body.name)
    strengths = _by_cell(body, {n: m.strength for n, m in materials.items()})
    if strengths is not None:
        yield Scalar(
            quantity("strength_share"),
            lambda a: largest(principal(a["stress"])[:, -1] / strengths, comm),
            body.name,
        )
    tested = _by_cell(body, {n: stress_tested(m.solid) for n, m in materials.items()})
    if tested is not None:
        flow = quantity("flow_share")
        yield Scalar(flow, lambda a: largest(a["von_mises"] / tested, comm), body.name)


def _kept(kept: Mapping[str, float], name: str, _: Arrays) -> float:
    """Return what was measured before."""
    return kept[name]


def stress_tested(solid: Solid) -> float | None:
    """Return the largest stress at which a solid's flow was tested [Pa]; None if not stated."""
    flow = getattr(solid, "flow", None)
    laws = [flow, getattr(flow, "power", None)]
    known = [tested for law in laws if (tested := getattr(law, "tested_to", None)) is not None]
    return min(known, default=None)


def _by_cell(body: BodyModel, values: Mapping[str, float | None]) -> Array | None:
    """Return a number of each region on the owned cells, infinite where there is none."""
    if all(value is None for value in values.values()):
        return None
    found = np.full(body.owned_cells, np.inf)
    for region, value in values.items():
        cells = body.cells(region)
        found[cells[cells < body.owned_cells]] = np.inf if value is None else value
    return found


def _of_metal(surface: SurfaceModel, metal: Metal) -> Iterator[Output]:
    """Yield what is watched of an electrode metal."""
    comm, where = surface.comm, surface.name
    gives = metal.gives

    def stripped(arrays: Arrays) -> float:
        return largest(np.abs(metal.gone(arrays))[gives] / metal.at_start[gives], comm)

    def gap(arrays: Arrays) -> float:
        return largest(arrays["gap"][gives] / metal.at_start[gives], comm)

    yield Scalar(quantity("stripped_share"), stripped, where)
    yield Scalar(quantity("gap_share"), gap, where)


class Watch:
    """Notes each limit that is passed once, and ends the run at a hard one."""

    def __init__(self, limits: Limits) -> None:
        """Keep the limits."""
        self._limits, self._noted = limits.values(), set[str]()

    def check(self, row: Mapping[str, float]) -> None:
        """Look at a row of the series that is about to be accepted.

        Raises:
            ValidityError: a hard limit is passed.
        """
        for found in passed(row, self._limits):
            if found.hard:
                raise ValidityError(
                    f"{_told(found, row['time'])}. To go on all the same give the case "
                    f"limits=Limits({found.watched.limit}_error=None), or another number, and "
                    "resume the run"
                )
            if found.column not in self._noted:
                self._noted.add(found.column)
                logger.warning("limit of the model: %s", _told(found, row["time"]))


def _told(found: Passed, time: float) -> str:
    """Return what was passed, where and when, in words."""
    _, _, where = found.column.partition(":")
    place = f" at {where}" if where else ""
    label = quantity(found.watched.quantity).label
    side = "above" if found.watched.sign > 0 else "below"
    return (
        f"{label}{place} is {found.value:.3g}, {side} {found.limit:g}, at t = {time:.4g} s: "
        f"{found.watched.says}"
    )
