# SPDX-License-Identifier: BSD-3-Clause
"""The Jacobian of the coupled system against finite differences of its residual, block by block.

The state has everything at once: creep with a past, facets that are open, partly conducting and
closed, a sticking and a frictionless interface, all flow laws, both charge-transfer laws and both
conduction laws.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Drive
from ssbmech.frames import Frame
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.library.lithium import with_linear_creep
from ssbmech.materials.diffusional import Viscous
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, MPa_per_um, ohm_cm2
from tests.parts import Ions, Momentum, Sticking, Transfer, part
from tests.small_cell import COUNTER, WORKING, void_cell
from tests.tools import measured

COMM = MPI.COMM_WORLD
FRAMES = (ssb.PlaneStrain(), ssb.Axisymmetric(), ssb.ThreeDimensional())

#: One frame shows what the parts of a mesh may change.
ON_RANKS = (
    FRAMES[0],
    pytest.param(FRAMES[1], marks=pytest.mark.serial),
    # its forms take long to compile
    pytest.param(FRAMES[2], marks=[pytest.mark.serial, pytest.mark.slow]),
)

#: Change of the scaled unknowns: the error of the five-point differences is of its fourth power.
STEP = 1e-4

#: Blocks smaller than this over `STEP` are judged as if they had that size: where the terms of a
#: block cancel, as those of the slide of a flat wall, differences leave 1e-14 of nothing.
ROUNDING = 1e-11

PLATEN = {
    "preload": (ssb.Spring(1 * MPa, 0.03 * MPa_per_um), False),
    "spring": (ssb.Spring(1 * MPa, 0.03 * MPa_per_um), True),
    "constant force": (ssb.ConstantForce(1 * MPa), True),
    "fixed gap": (ssb.FixedGap(1 * MPa), True),
    "driven": (ssb.DrivenPlaten(lambda time: -1e-9 * time), True),
}
CHARGING = {
    "current": Drive(current_density=-8.0),
    "voltage": Drive(current_density=None, voltage=0.05),
}

Errors = dict[tuple[str, str], float]


def two_law_case(frame: Frame) -> ssb.Case:
    """Return a small cell whose electrodes obey different laws throughout.

    Laws are written for full tensors: the longest to compile need not be there in all frames.
    """
    case = void_cell(frame, size=4.0)
    lithium = library.by_name("lithium_anand_narayan2019")
    if frame.dim == 3:
        # as fast as the power law at the stress of the state
        viscous = Viscous(viscosity=3e9)
        lithium = with_linear_creep(library.by_name("lithium_lepage2019"), viscous, {})
    film = dataclasses.replace(lithium_li6ps5cl(), film_resistance=2 * ohm_cm2, alpha_a=0.4)
    linear = ssb.LinearKinetics(4 * ohm_cm2, conduction=ssb.RoughConduction(hardness=3 * MPa))
    return dataclasses.replace(
        case,
        bodies=(*case.bodies[:2], ssb.Body.single("positive", lithium)),
        interfaces=(
            ssb.Interface(WORKING, contact=ssb.Sticking(), kinetics=film),
            ssb.Interface(COUNTER, kinetics=linear),
        ),
    )


@pytest.fixture(scope="module", params=ON_RANKS, ids=lambda frame: type(frame).__name__)
def cell(request: pytest.FixtureRequest) -> Iterator[CellModel]:
    case = two_law_case(request.param)
    model = CellModel(case, case.geometry.build(COMM))
    model.begin(CHARGING["current"], 20.0)
    fill_bodies(model)
    fill_surfaces(model)
    set_closures(model, (-3e-9, 0.03, -0.02))
    yield model


def set_closures(cell: CellModel, values: Sequence[float]) -> None:
    """Give the scalar unknowns values, and their fields; collective."""
    for closure, value in zip(cell.closures, values, strict=True):
        closure.value = value
    cell.system.impose_closures()


def fill_bodies(cell: CellModel) -> None:
    """Strain the bodies by about a hundredth of a percent, with a creep strain to match."""
    random = np.random.default_rng(7 + COMM.rank)
    dim = cell.case.geometry.frame.dim
    for body in cell.bodies.values():
        body.u.function.interpolate(
            lambda x: 1e-10 * np.sin(3e5 * x[:dim] + 2e5 * x[dim - 1]) + 3e-5 * x[:dim]
        )
        body.u.function.x.array[body.u.fixed] = 0.0
        body.u.function.x.scatter_forward()
        for ions in body.parts.find(Ions):
            ions.phi_e.function.interpolate(lambda x: 0.02 * np.cos(2e5 * x[0]) + 0.01)
        for pressure in part(body, Momentum).pressures.values():
            pressure.function.interpolate(lambda x: 1e6 + 3e5 * np.sin(2e5 * x[0]))
        for region in part(body, Momentum).regions.values():
            for name, past in region.history.committed.items():
                size = len(past.x.array)
                if name == "strain_creep":
                    past.x.array[:] = 4e-5 * random.standard_normal(size)
                else:
                    past.x.array[:] *= 1.2
        body.parts.begin()


def fill_surfaces(cell: CellModel) -> None:
    """Make a third of the facets closed, conducting across a gap, and open beyond 50 nm."""
    random = np.random.default_rng(8 + COMM.rank)
    for surface in cell.surfaces.values():
        n = surface.gap.owned
        kind = (np.arange(n) + COMM.rank) % 3
        gap = np.choose(kind, [5e-10, 25e-9, 90e-9]) * (1 + 0.3 * random.random(n))
        p_contact = np.choose(kind, [1e6, 2e5, 1e5]) * (1 + 0.3 * random.random(n))
        values = [(surface.gap.function, gap), (surface.p_contact.function, p_contact)]
        transfer = part(surface, Transfer)
        values += [(transfer.reactant.stripped, 1e-8 * random.standard_normal(n))]
        values += [(transfer.i_normal.function, 10.0 * random.standard_normal(n))]
        for sticking in surface.parts.find(Sticking):
            m = sticking.shear.owned
            values += [(sticking.shear.function, 1e5 * random.standard_normal(m))]
            values += [(sticking.offset, 1e-9 * random.standard_normal(m))]
        for function, array in values:
            function.x.array[: len(array)] = array
            function.x.scatter_forward()


def row_groups(cell: CellModel) -> dict[str, np.ndarray]:
    """Return the local rows of every field and every closure, without rows of the identity."""
    system, numbering = cell.system, cell.system.numbering
    groups = {}
    for k, unknown in enumerate(system.unknowns):
        own = numbering.own_rows(k)
        groups[unknown.key] = own[numbering.targets[k] == own] - numbering.first
    last = int(numbering.starts[-1])
    for j, closure in enumerate(system.closures):
        here = [last + j] if COMM.rank == numbering.owner else []
        groups[closure.key] = np.array(here, dtype=np.int64)
    return groups


def residual_at(cell: CellModel, step: float) -> np.ndarray:
    """Return the scaled residual at a step along the increment, and go back."""
    arrays = [unknown.function.x.array.copy() for unknown in cell.unknowns]
    values = [closure.value for closure in cell.closures]
    cell.system.apply(-step)
    cell.system.residual()
    for unknown, array in zip(cell.unknowns, arrays, strict=True):
        unknown.function.x.array[:] = array
    for closure, value in zip(cell.closures, values, strict=True):
        closure.value = value
    return cell.system.rhs.array_r.copy()


def norm(values: np.ndarray) -> float:
    return float(np.sqrt(COMM.allreduce(float(values @ values), op=MPI.SUM)))


def check_blocks(cell: CellModel, columns: list[str]) -> tuple[Errors, Errors]:
    """Change one unknown after the other at random; return each block's error and size."""
    system, groups = cell.system, row_groups(cell)
    base = system.residual()
    system.jacobian()
    random = np.random.default_rng(11 + COMM.rank)
    product = system.rhs.duplicate()
    errors, sizes = {}, {}
    for column in columns:
        change = np.zeros(system.numbering.local_size)
        count = len(groups[column])
        change[groups[column]] = random.uniform(0.5, 1.5, count) * random.choice([-1, 1], count)
        system.increment.array_w[:] = change
        system.matrix.mat.mult(system.increment, product)
        exact = product.array_r.copy()
        near = residual_at(cell, STEP) - residual_at(cell, -STEP)
        far = residual_at(cell, 2 * STEP) - residual_at(cell, -2 * STEP)
        found = (8 * near - far) / (12 * STEP)
        for row, rows in groups.items():
            size = norm(exact[rows])
            floor = ROUNDING * (1.0 + base[row]) / STEP
            errors[row, column] = norm(exact[rows] - found[rows]) / max(size, floor)
            sizes[row, column] = size
    return errors, sizes


@pytest.mark.pair
def test_every_block_is_the_derivative_of_the_residual(cell: CellModel) -> None:
    cell.begin(CHARGING["current"], 20.0)
    errors, sizes = check_blocks(cell, list(row_groups(cell)))
    # the potential of an electrode is one scalar: its field has rows of the identity only
    names = {c.unknown.key: c.key for c in cell.closures if c.key.startswith("electrode")}
    keys = [names.get(unknown.key, unknown.key) for unknown in cell.unknowns]
    compiled = {(keys[block.row], keys[block.column]) for block in cell.system.blocks}
    compiled.discard((f"electrode {COUNTER}", f"i_normal {COUNTER}"))  # it is at zero potential
    idle = sorted(pair for pair in compiled if sizes[pair] < 1e-6)
    assert not idle, "the state does not reach these blocks"
    frame = type(cell.case.geometry.frame).__name__
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian",
        f"largest error of any of {len(compiled)} blocks, {frame}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )


@pytest.mark.parametrize("charging", CHARGING)
@pytest.mark.parametrize("holding", PLATEN)
def test_closures_in_every_mode(cell: CellModel, holding: str, charging: str) -> None:
    fixture, seated = PLATEN[holding]
    cell.holder.fixture, cell.holder.seated = fixture, seated
    cell.holder.pressure_seat, cell.holder.displacement_seat = 9e5, -2e-9
    cell.begin(CHARGING[charging], 20.0)
    set_closures(cell, (-3e-9, 0.03, -0.02))

    keys = [closure.key for closure in cell.closures]
    errors, sizes = check_blocks(cell, [*keys, "u positive", f"i_normal {WORKING}"])
    closed_by = [("platen", "platen"), (f"electrode {COUNTER}", f"electrode {COUNTER}")]
    if charging == "current":
        closed_by += [(f"electrode {WORKING}", f"i_normal {WORKING}")]
    else:
        closed_by += [(f"electrode {WORKING}", f"electrode {WORKING}")]
    assert all(sizes[pair] > 1e-9 for pair in closed_by)
    rows = {pair: error for pair, error in errors.items() if set(pair) & set(keys)}
    measured(
        "Jacobian",
        f"largest error of a closure, platen: {holding}, electrodes: {charging}",
        max(rows.values()),
        1e-6,
        "five-point differences",
    )


def test_interface_blocks_have_no_places_that_nothing_fills(cell: CellModel) -> None:
    """DOLFINx 0.10 and 0.11 reserve a row of zeros for a body that is missing on one side."""
    system = cell.system
    on_bodies = [unknown for body in cell.bodies.values() for unknown in body.unknowns]
    rows, columns, unknown_of = stored_places(cell)
    coupled = 0
    for block in system.blocks:
        row, column = system.unknowns[block.row], system.unknowns[block.column]
        if (row in on_bodies) == (column in on_bodies):
            continue
        body = row if row in on_bodies else column
        places = (unknown_of[rows] == block.row) & (unknown_of[columns] == block.column)
        of_facets = (columns if body is row else rows)[places]
        per_facet = COMM.allreduce(np.bincount(of_facets, minlength=len(unknown_of)))
        # of a body's field, a facet meets the dofs of one cell
        one_cell = body.function.function_space.dofmap.dof_layout.num_dofs * body.block_size
        assert 0 < per_facet.max() <= one_cell, f"{row.key} by {column.key}"
        coupled += 1
    assert coupled == 16


def stored_places(cell: CellModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows and columns of this rank's places, and each row's unknown, -1 for scalars."""
    system = cell.system
    numbers = np.full(system.numbering.local_size, -1)
    for k, start in enumerate(system.numbering.starts[:-1]):
        numbers[start : system.numbering.starts[k + 1]] = k
    indptr, columns, _ = system.matrix.mat.getValuesCSR()
    rows = system.numbering.first + np.repeat(np.arange(len(numbers)), np.diff(indptr))
    return rows, columns, np.concatenate(COMM.allgather(numbers))
