# SPDX-License-Identifier: BSD-3-Clause
"""What is measured of a body's momentum: displacement, stress, creep, and states of its laws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl

from ssbmech.frames import Expr
from ssbmech.materials.elastic import Response
from ssbmech.memory import StateVariable
from ssbmech.model.body import BodyModel
from ssbmech.model.history import TENSOR, RegionHistory
from ssbmech.model.outputs import (
    Array,
    Arrays,
    CellConstant,
    CellField,
    CellMean,
    Output,
    PointField,
    Scalar,
    largest,
    owned_nodes,
    state_quantity,
    weighted_summaries,
)
from ssbmech.runfolder.quantities import quantity


class Region(Protocol):
    """What is measured of a region."""

    @property
    def name(self) -> str:
        """Name of the region."""

    @property
    def response(self) -> Response:
        """Answer of the solid law."""

    @property
    def stress(self) -> Expr:
        """Cauchy stress, shape (3, 3) [Pa]."""

    @property
    def history(self) -> RegionHistory:
        """Variables at the integration points."""


def stress_outputs(
    body: BodyModel, regions: Mapping[str, Region], strains: Sequence[Expr] = ()
) -> list[Output]:
    """Return displacement, strain, stress, pressure and creep rate, with extremes over the body.

    Args:
        body: the body.
        regions: its regions.
        strains: what adds to the strain that its displacement makes, shape (3, 3) [1].
    """
    comm: MPI.Intracomm = body.mesh.mesh.comm

    def of_regions(components: Callable[[Region], Sequence[Expr]]) -> dict[str, Sequence[Expr]]:
        return {name: components(region) for name, region in regions.items()}

    def highest(field: str) -> Callable[[Arrays], float]:
        return lambda arrays: largest(arrays[field], comm)

    strain: Expr = sum(strains, body.kinematics.strain(body.frame, body.u))
    means = {
        "stress": of_regions(lambda r: [r.stress[place] for place in TENSOR]),
        "strain": of_regions(lambda _: [strain[place] for place in TENSOR]),
        "von_mises": of_regions(lambda r: [_von_mises(r.response.deviator)]),
        "pressure": of_regions(lambda r: [-ufl.tr(r.stress) / 3]),
        "creep_rate": of_regions(lambda r: [r.response.creep_rate + ufl.as_ufl(0.0)]),
    }
    columns: dict[str, Callable[[Arrays], float]] = {
        "von_mises_max": highest("von_mises"),
        "principal_max": lambda arrays: largest(_largest_principal(arrays["stress"]), comm),
        "pressure_min": lambda arrays: -largest(-arrays["pressure"], comm),
        "pressure_max": highest("pressure"),
        "creep_rate_max": highest("creep_rate"),
    }

    def displacement() -> Array:
        return owned_nodes(body.kinematics.shown(body.u))

    tags = np.array(body.mesh.cell_tags.values[: body.owned_cells], dtype=np.float64)
    return [
        CellConstant(quantity("region"), tags),
        PointField(quantity("displacement"), displacement, displacement),
        *(CellMean(quantity(name), components) for name, components in means.items()),
        *(Scalar(quantity(name), measure, body.name) for name, measure in columns.items()),
    ]


def state_outputs(body: BodyModel, histories: Sequence[RegionHistory]) -> Iterator[Output]:
    """Yield the states of the laws as cell fields, and least, mean and largest of the scalar ones.

    Args:
        body: the body.
        histories: those of its regions.
    """
    variables: dict[str, StateVariable] = {}
    for history in histories:
        variables |= history.variables
    count = body.owned_cells
    for name, variable in variables.items():
        holders = [history for history in histories if name in history.variables]
        in_files = variable.in_files or body.setting.all_states
        if variable.is_tensor and not in_files:
            continue
        state = state_quantity(variable)
        before = _sum_of_means(name, holders, count, RegionHistory.means_before)
        yield CellField(state, _sum_of_means(name, holders, count), in_files, before)
        if variable.is_tensor:
            continue
        for history in holders:
            volumes = np.zeros(count)
            own = history.cells[history.cells < count]
            volumes[own] = body.volumes[own]
            comm = body.mesh.mesh.comm
            yield from weighted_summaries(state, history.place, volumes, comm)


def _sum_of_means(
    name: str,
    histories: Sequence[RegionHistory],
    count: int,
    means: Callable[[RegionHistory, str, int], Array] = RegionHistory.means,
) -> Callable[[], npt.NDArray[np.float64]]:
    """Return what measures a state over the regions that have it; elsewhere it is zero."""
    return lambda: np.asarray(sum(means(history, name, count) for history in histories))


def _von_mises(deviator: Expr) -> Expr:
    """Return the equivalent stress [Pa]."""
    return ufl.sqrt(1.5 * ufl.inner(deviator, deviator))


def _largest_principal(stress: Array) -> Array:
    """Return the largest principal stress of each cell [Pa], from six components."""
    xx, yy, zz, xy, yz, xz = stress.T
    tensors = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return np.asarray(np.linalg.eigvalsh(np.moveaxis(tensors, -1, 0))[:, -1])
