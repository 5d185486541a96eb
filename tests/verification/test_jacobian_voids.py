# SPDX-License-Identifier: BSD-3-Clause
"""Every Jacobian block of a cell with hidden voids, patches and diffusion along an interface.

At one electrode props share the load with the rest, adhesion presses on them, plated metal stands
above them, lenses spread between them and current lines crowd into what touches; its activity goes
down to zero, and metal diffuses along it. At the other particles accumulate.
"""

from __future__ import annotations

from collections.abc import Iterator

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.diffusion import Diffusion
from ssbmech.model.parts.states import LawStates
from ssbmech.model.surface import SurfaceModel
from ssbmech.units import MPa, MPa_per_um, ohm_cm2, um
from tests.elastic_cell import COUNTER, WORKING, rollers, symmetric_cell, walls
from tests.parts import Ions, Transfer, part
from tests.tools import measured
from tests.verification.test_jacobian import FRAMES, Errors, check_blocks, row_groups, set_closures

COMM = MPI.COMM_WORLD
HEIGHT_LOST = 1e-7
CONTACT = ssb.RememberedContact(
    hardness=5 * MPa, adhesion=2e4, constriction=ssb.SpotsOfOneSize(3e-6, conductivity=0.1)
)
SPEEDS = (
    ssb.LinearSinking(1e-16, activation_energy=32e3, reference_temperature=300.0),
    ssb.PowerLawSinking(2e-11, exponent=6.55),
    ssb.FreeClosing(2e-11),
)
VOIDS = ssb.ProppedInterface(
    SPEEDS,
    HEIGHT_LOST,
    supply_strip=0.9,
    supply_plate=0.3,
    bearing=ssb.AdheringContact(CONTACT, strength=3e5),
    shape=ssb.LensVoids(),
    excess=ssb.PlatedExcess((ssb.LinearSinking(5e-17), ssb.PowerLawSinking(1e-12, 6.55))),
)
PARTICLES = ssb.AccumulatingProps(
    ssb.ProppedInterface(
        SPEEDS[:1],
        HEIGHT_LOST,
        props=0.4,
        constriction=ssb.SpotsOfOneNumber(5e-6, conductivity=0.1),
    ),
    radius=1e-6,
    volume_fraction=0.02,
    covered=0.1,
)
PATTERN = ssb.FunctionActivity(lambda x: np.where(x[0] < 2.5e-6, 0.0, 0.3 + 8e4 * x[0]))
STRENGTH = ssb.ButlerVolmer(i_0=20.0, film_resistance=2 * ohm_cm2, alpha_a=0.4)


def voids_case(frame: Frame) -> ssb.Case:
    """Return metal | electrolyte | metal with every law of hidden voids."""
    return symmetric_cell(
        geometry=ssb.Stack(
            frame=frame,
            layers=tuple(ssb.Layer(name, 4 * um) for name in ("negative", "separator", "positive")),
            width=12 * um,
            depth=5 * um if frame.dim == 3 else None,
            size_interface=2 * um,
            size_bulk=4 * um,
        ),
        supports=rollers("bottom", *walls(frame)),
        fixture=ssb.Spring(1 * MPa, 0.03 * MPa_per_um),
        interfaces=(
            ssb.Interface(
                WORKING,
                kinetics=STRENGTH,
                activity=PATTERN,
                # as fast as the current, over a facet
                diffusion=ssb.InterfaceDiffusion(1e-18, activation_energy=30e3),
                laws=(CONTACT, VOIDS),
            ),
            ssb.Interface(COUNTER, kinetics=ssb.LinearKinetics(4 * ohm_cm2), laws=(PARTICLES,)),
        ),
        temperature=310.0,
    )


#: Kinds of facets: voids grow, are filled, have taken all contact, are born; metal stands above the
#: props; a gap is open.
KINDS = {
    "i_normal": np.array([9.0, -6.0, 8.0, 7.0, -7.0, 3.0]),
    "p_contact": np.array([2e6, 3e6, 1e6, 6e5, 1.5e6, 2e4]),
    "gap": np.array([1e-10, 2e-10, 3e-10, 1e-10, 2e-10, 2e-8]),
    "void_height": np.array([3e-8, 6e-8, 1.7e-7, 0.0, -5e-8, 4e-8]),
    "p_pressed": np.array([5e6, 1e6, 4e6, 3e5, 6e6, 2e6]),
    "net_stripped": np.array([1e-6, 1e-6, 6.1e-5, 2e-6, 0.0, 2e-6]),
    "swept": np.array([0.0, 2e-6, 6e-5, 1e-6, 3e-6, 1e-6]),
}


def fill_surface(surface: SurfaceModel) -> None:
    """Make facets of all kinds, by their place, so that any number of ranks has the same state."""
    n = surface.gap.owned
    x = surface.gap.function.function_space.tabulate_dof_coordinates()[:n]
    kind = (x[:, 0] // 1.3e-6 + x[:, 1] // 1.7e-6).astype(int) % len(KINDS["gap"])
    spread = 1.1 + 0.1 * np.sin(9e5 * x[:, 0] + 5e5 * x[:, 1])
    values = {name: of_kind[kind] * spread for name, of_kind in KINDS.items()}
    transfer, laws = part(surface, Transfer), part(surface, LawStates)
    targets = {
        "gap": surface.gap.function,
        "p_contact": surface.p_contact.function,
        "i_normal": transfer.i_normal.function,
        **laws.history.committed,
    }
    for name, function in targets.items():
        if name in values:
            function.x.array[:n] = values[name]
            function.x.scatter_forward()
    for diffusion in surface.parts.find(Diffusion):
        carried = diffusion.carried.function
        carried.x.array[:n] = 2e-9 * np.sin(4e5 * x[:, 0])
        carried.x.scatter_forward()
        diffusion.ridge_pressure.function.interpolate(lambda y: 1e6 + 4e5 * np.cos(3e5 * y[0]))


# forms take long to compile, and those of one frame show what ranks do
ON_ALL_RANKS, *ON_ONE_RANK = FRAMES
PARAMETERS = [
    ON_ALL_RANKS,
    *(pytest.param(each, marks=[pytest.mark.serial, pytest.mark.slow]) for each in ON_ONE_RANK),
]


@pytest.fixture(scope="module", params=PARAMETERS, ids=lambda frame: type(frame).__name__)
def cell(request: pytest.FixtureRequest) -> Iterator[CellModel]:
    case = voids_case(request.param)
    model = CellModel(case, case.geometry.build(COMM))
    model.begin(Drive(current_density=8.0), 20.0)
    for body in model.bodies.values():
        dim = body.frame.dim
        body.u.function.interpolate(lambda x, n=dim: 1e-10 * np.sin(3e5 * x[:n]) + 3e-5 * x[:n])
        body.u.function.x.array[body.u.fixed] = 0.0
        body.u.function.x.scatter_forward()
        for ions in body.parts.find(Ions):
            ions.phi_e.function.interpolate(lambda x: 0.02 * np.cos(2e5 * x[0]))
    for surface in model.surfaces.values():
        fill_surface(surface)
    set_closures(model, (-3e-9, 0.03, -0.02))
    yield model


@pytest.fixture(scope="module")
def blocks(cell: CellModel) -> tuple[Errors, Errors]:
    """Errors and sizes of all blocks."""
    return check_blocks(cell, list(row_groups(cell)))


@pytest.mark.pair
def test_every_block_is_the_derivative_of_the_residual(
    cell: CellModel, blocks: tuple[Errors, Errors]
) -> None:
    errors, _ = blocks
    frame = type(cell.case.geometry.frame).__name__
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian of hidden voids, patches and interface diffusion",
        f"largest error of any of {len(cell.system.blocks)} blocks, {frame}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )


def test_the_state_reaches_the_couplings_of_voids(blocks: tuple[Errors, Errors]) -> None:
    """Height of voids by current and pressure, current by pressure, and the flow of metal."""
    _, sizes = blocks
    pairs = [
        (f"{row} {where}", f"{column} {where}")
        for where in (WORKING, COUNTER)
        for row in ("gap", "i_normal")
        for column in ("p_contact", "i_normal")
    ]
    pairs += [
        (f"{row} {WORKING}", f"{column} {WORKING}")
        for row, column in (
            ("gap", "carried"),
            ("carried", "carried"),
            ("carried", "p_contact"),
            ("carried", "ridge_pressure"),
            ("ridge_pressure", "carried"),
            ("ridge_pressure", "ridge_pressure"),
        )
    ]
    assert min(sizes[pair] for pair in pairs) > 1e-6


def test_facets_of_all_kinds_are_there(cell: CellModel) -> None:
    """What the tests above rely on: each branch of the laws is taken somewhere."""
    surface = cell.surfaces[WORKING]
    heights = np.concatenate(COMM.allgather(part(surface, LawStates).history.now("void_height")))
    assert np.any(heights < 0.0)
    assert np.any((heights > 0.0) & (heights < HEIGHT_LOST))
    assert np.any(heights > HEIGHT_LOST)
    reacting = np.concatenate(
        COMM.allgather(part(surface, Transfer).pattern.reacting.x.array[: surface.gap.owned])
    )
    assert 0.0 < reacting.mean() < 1.0
