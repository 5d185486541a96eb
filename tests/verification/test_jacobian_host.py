# SPDX-License-Identifier: BSD-3-Clause
"""Every Jacobian block of a cell with hosts and a bond against finite differences."""

from __future__ import annotations

from collections.abc import Iterator

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Drive
from ssbmech.frames import Frame
from ssbmech.interfaces.cohesion import Adhesion
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, MPa_per_um, s, um
from tests.parts import Bond, Ions, Lithium, Momentum, Transfer, part
from tests.tools import measured
from tests.verification.test_jacobian import check_blocks, row_groups, set_closures

pytestmark = pytest.mark.serial

COMM = MPI.COMM_WORLD
BOND = ssb.BilinearCohesion(strength=10 * MPa, toughness=1.0, initial_stiffness=1e15)
WEARING = ssb.FatiguingCohesion(BOND, share=0.5, exponent=3.0, welding=50 * MPa)
CELLS = (
    (ssb.PlaneStrain(), BOND),
    (ssb.PlaneStrain(), WEARING),
    (ssb.Axisymmetric(), BOND),
    # its forms take long to compile
    pytest.param((ssb.ThreeDimensional(), BOND), marks=pytest.mark.slow),
)


def named(frame: Frame, bond: Adhesion) -> str:
    """Return the frame's name, and the bond's if it is another than the plain one."""
    return " ".join(type(x).__name__ for x in (frame, bond) if x is not BOND)


def tilted(x: np.ndarray) -> np.ndarray:
    """Return a crystal axis that turns with the place."""
    angle = 2e5 * x[0]
    return np.array([np.cos(angle), np.sin(angle), 0 * angle])


def host_case(frame: Frame, bond: Adhesion = BOND) -> ssb.Case:
    """Return lithium, electrolyte and a bonded oxide."""
    return ssb.Case(
        name="hosts",
        geometry=ssb.Stack(
            frame=frame,
            layers=tuple(ssb.Layer(name, 6 * um) for name in ("negative", "separator", "positive")),
            width=12 * um,
            depth=6 * um if frame.dim == 3 else None,
            size_interface=3 * um,
            size_bulk=4 * um,
        ),
        bodies=(
            ssb.Body.single("negative", library.by_name("lithium_lepage2019")),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body(
                "positive", {"positive": library.by_name("nmc811")}, {"positive": 0.6}, tilted
            ),
        ),
        interfaces=(
            ssb.Interface("negative|separator", kinetics=lithium_li6ps5cl()),
            ssb.Interface("positive|separator", kinetics=nmc811_li6ps5cl(), adhesion=bond),
        ),
        supports=tuple(
            ssb.Roller(face) for face in ("bottom", "left", *(("front",) if frame.dim == 3 else ()))
        ),
        fixture=ssb.Spring(1 * MPa, 0.03 * MPa_per_um),
        electrodes=ssb.Electrodes("positive|separator", "negative|separator"),
        protocol=(ssb.Preload(1 * s),),
    )


@pytest.fixture(scope="module", params=CELLS, ids=lambda pair: named(*pair))
def cell(request: pytest.FixtureRequest) -> Iterator[CellModel]:
    case = host_case(*request.param)
    model = CellModel(case, case.geometry.build(COMM))
    model.begin(Drive(current_density=-8.0), 20.0)
    for body in model.bodies.values():
        dim = body.frame.dim
        body.u.function.interpolate(lambda x, n=dim: 1e-10 * np.sin(3e5 * x[:n]) + 3e-5 * x[:n])
        body.u.function.x.array[body.u.fixed] = 0.0
        body.u.function.x.scatter_forward()
        for ions in body.parts.find(Ions):
            ions.phi_e.function.interpolate(lambda x: 0.02 * np.cos(2e5 * x[0]))
        for lithium in body.parts.find(Lithium):
            # between two points of the tables, where differences cross no kink of a curvature
            lithium.c.function.interpolate(lambda x: 3.24e4 + 3e2 * np.sin(4e5 * x[0]))
            lithium.mu.function.interpolate(lambda x: -3.6e5 + 9e2 * np.sin(3e5 * x[1]))
        for pressure in part(body, Momentum).pressures.values():
            pressure.function.interpolate(lambda x: 1e6 + 3e5 * np.sin(2e5 * x[0]))
    fill_surfaces(model)
    set_closures(model, (-3e-9, -0.01, 3.75))
    yield model


def fill_surfaces(cell: CellModel) -> None:
    """Make facets of all kinds: closed, bonded, breaking, broken before and unloaded.

    All by their place, so that it is the same state on any number of ranks.
    """
    for surface in cell.surfaces.values():
        n = surface.gap.owned
        x = surface.gap.function.function_space.tabulate_dof_coordinates()[:n]
        kind = (x[:, 0] // 3e-6 + x[:, 2] // 3e-6).astype(int) % 4
        spread = 1.15 + 0.15 * np.sin(9e5 * x[:, 0] + 5e5 * x[:, 2])
        gap = np.choose(kind, [1e-10, 6e-9, 4e-8, 3e-8]) * spread
        pressure = np.choose(kind, [5e6, 2e4, 1e4, 1e4]) * spread
        values = [(surface.p_contact.function, pressure)]
        values += [
            (
                part(surface, Transfer).i_normal.function,
                10.0 * np.cos(8e5 * x[:, 0] + 3e5 * x[:, 2]),
            )
        ]
        for bond in surface.parts.find(Bond):
            turns = 7e5 * x[:, :1] + 4e5 * x[:, 2:] + np.arange(bond.slip.block_size)
            slip = 1.5e-8 * np.sin(turns)
            # not where damage begins, at a kink that differences would straddle
            onset = np.sqrt(gap**2 + np.sum(slip**2, axis=1)) / BOND.separation_strength
            near = np.abs(onset - 1.0) < 0.1
            gap[near] *= 1.5
            slip[near] *= 1.5
            values += [(bond.slip.function, slip.ravel())]
            largest = np.choose(kind, [0.0, 0.0, 0.0, 9e-8]) * spread
            values += [(bond.largest, largest)]
            for offset in bond.offsets:
                moved = 0.3 * slip[:, ::-1]
                sliding = np.sum((slip - moved) ** 2, axis=1)
                # closing, opening below the strength and on the envelope, wearing below it
                before = np.choose(kind, [1.5, 0.5, 0.4, 0.6]) * np.sqrt(gap**2 + sliding)
                values += [(offset, moved.ravel()), (bond.before, before)]
        values += [(surface.gap.function, gap)]
        for function, array in values:
            function.x.array[: len(array)] = array
            function.x.scatter_forward()


def test_every_block_is_the_derivative_of_the_residual(cell: CellModel) -> None:
    errors, _ = check_blocks(cell, list(row_groups(cell)))
    name = named(cell.case.geometry.frame, cell.case.interfaces[-1].adhesion or BOND)
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian of hosts and bonds",
        f"largest error of any of {len(cell.system.blocks)} blocks, {name}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )


def test_the_state_reaches_the_couplings_of_lithium(cell: CellModel) -> None:
    _, sizes = check_blocks(cell, list(row_groups(cell)))
    pairs = [
        ("u positive", "c positive"),
        ("c positive", "mu positive"),
        ("mu positive", "c positive"),
        ("mu positive", "u positive"),
        ("c positive", "i_normal positive|separator"),
        ("i_normal positive|separator", "mu positive"),
        ("i_normal positive|separator", "c positive"),
        ("i_normal positive|separator", "slip positive|separator"),
        ("u separator", "slip positive|separator"),
    ]
    idle = [pair for pair in pairs if sizes[pair] < 1e-9]
    assert not idle, "the state does not reach these blocks"
