# SPDX-License-Identifier: BSD-3-Clause
"""Elastic bodies that turn far: stress that turns with them, and plates that bend."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

from mpi4py import MPI

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

import ssbmech as ssb
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.history import RegionHistory
from ssbmech.model.kinematics import CREEP
from tests.parts import Momentum, first_region, part
from tests.single_body import Rectangle, at_points
from tests.swelling_body import carried
from tests.tools import march, measured
from tests.verification.test_large_rotation import tensors

COMM = MPI.COMM_WORLD
YOUNG, POISSON = 100e9, 0.3
THICK, LONG = 10e-6, 400e-6
STEEL = Material("foil", Elastic(YOUNG, POISSON))
STIFFNESS = YOUNG / (1 - POISSON**2) * THICK**3 / 12


def foil(
    steps: int, load: float, cells: int = 40, pressure: Callable[[float], float] | None = None
) -> ssb.Case:
    """Return a foil that is held at its left end, with a pressure on its top that grows.

    Args:
        steps: equal steps.
        load: pressure at the end times length cubed over bending stiffness [1].
        cells: cells along it.
        pressure: pressure against time instead [Pa].
    """
    final = load * STIFFNESS / LONG**3
    return ssb.Case(
        name="foil",
        geometry=Rectangle(
            frame=ssb.PlaneStrain(), width=LONG, height=THICK, columns=cells, rows=1
        ),
        bodies=(ssb.Body.single("body", STEEL, moves=True),),
        supports=(ssb.Clamp("left"),),
        loads=ssb.Loads(
            face_pressures=(ssb.FacePressure("top", pressure or (lambda t: final * t)),)
        ),
        protocol=(ssb.Rest(1.0),),
        limits=ssb.Limits.off(),
        step_control=ssb.PrescribedSteps((1.0 / steps,) * steps),
        output=ssb.Output(figures=False),
    )


def bent(load: float) -> tuple[float, float]:
    r"""Return where the tip of a foil is, over its length, under a pressure that follows its top.

    Behind a place the pressure acts on the chord of the top from there to the tip. With the vector
    r from the tip and the angle a of the tangent, from the tip on and without loads there,

    .. math:: \frac{da}{ds} = \frac{p}{2 EI} \left( |r|^2 + h \, r_y \right)
    """
    thick = THICK / LONG

    def slope(_: float, y: np.ndarray) -> list[float]:
        along, across, angle = y
        curvature = load / 2 * (along**2 + across**2 + across * thick)
        return [math.cos(angle), math.sin(angle), curvature]

    along, across, turn = solve_ivp(slope, (0.0, 1.0), [0.0] * 3, rtol=1e-11, atol=1e-13).y[:, -1]
    c, s = math.cos(turn), math.sin(turn)
    return along * c + across * s, across * c - along * s


def tip(cell: CellModel) -> np.ndarray:
    """Return the middle of the free end [m]; collective."""
    moved = carried(cell)
    made, now = moved._made, moved.positions
    at = made[:, 0] > LONG * (1 - 1e-9)
    total = np.array([*now[at].sum(axis=0), float(at.sum())])
    total = COMM.allreduce(total, op=MPI.SUM)
    return np.asarray(total[:2] / total[2])


@pytest.mark.serial
def test_a_stressed_body_turns_as_it_is() -> None:
    """Its elastic strain, its stress and the forces at its nodes turn with it, its volume stays."""
    case = foil(1, 0.0, cells=3)
    cell = CellModel(case, case.geometry.build(COMM))
    body, moved = cell.bodies["body"], carried(cell)
    history = next(m for m in body.parts.memory if isinstance(m, RegionHistory))
    strain = 0.1 * np.array([0.7, -1.1, 0.6])
    history.committed[CREEP].x.array.reshape(-1, 3)[:] = strain
    (pressure,) = part(body, Momentum).pressures.values()
    pressure.function.x.array[:] = pressure.previous[:] = 5e7
    at_start, made = tensors(history, body.owned_cells), moved.positions.copy()
    nodes = body.u.function.function_space.tabulate_dof_coordinates()[:, :2]
    cell.system.residual()
    forces = cell.system.raw_residual(body.u).reshape(-1, 2).copy()
    worst, steps = np.zeros(4), 5
    for step in range(1, 2 * steps + 1):
        turn = Rotation.from_rotvec([0.0, 0.0, 2 * math.pi * step / steps]).as_matrix()
        body.u.function.x.array[:] = (nodes @ turn[:2, :2].T - nodes).ravel()
        cell.system.residual()
        lies = cell.system.raw_residual(body.u).reshape(-1, 2)
        stress = first_stress(body)
        history.begin()
        history.commit()
        cell.motion.commit()
        body.u.commit()
        shear = YOUNG / (1 + POISSON)
        exact = -shear * turn @ at_start[0] @ turn.T - 5e7 * np.eye(3)
        found = (
            np.abs(tensors(history, body.owned_cells) - turn @ at_start @ turn.T).max() / 0.1,
            np.abs(stress - exact).max() / 1e10,
            np.abs(lies - forces @ turn[:2, :2].T).max() / np.abs(forces).max(),
            np.abs(moved.positions - made @ turn[:2, :2].T).max() / LONG,
        )
        worst = np.maximum(worst, found)
    whats = ("elastic strain", "stress", "forces at nodes", "places of vertices")
    for what, error in zip(whats, worst, strict=True):
        name = "stressed foil turned as it is"
        measured(name, f"{what}, 2 turns of 5 steps", float(error), 1e-11, "all turned with it")


def stretched(steps: int) -> float:
    """Stretch a foil along itself by a fifth while it turns by 90 degrees; return its worst error.

    What is stretched lies along the material, so that the strain is the logarithm turned with it.
    """
    case = foil(1, 0.0, cells=3)
    cell = CellModel(case, case.geometry.build(COMM))
    body = cell.bodies["body"]
    history = next(m for m in body.parts.memory if isinstance(m, RegionHistory))
    nodes = body.u.function.function_space.tabulate_dof_coordinates()[:, :2]
    logarithm = np.diag([math.log(1.2), -math.log(1.2), 0.0])
    for step in range(1, steps + 1):
        part_done = step / steps
        turn = Rotation.from_rotvec([0.0, 0.0, math.pi / 2 * part_done]).as_matrix()
        stretch = np.diag(np.exp(part_done * np.diag(logarithm)))
        moves = (turn @ stretch)[:2, :2]
        body.u.function.x.array[:] = (nodes @ moves.T - nodes).ravel()
        history.begin()
        history.commit()
        cell.motion.commit()
        body.u.commit()
    off = tensors(history, body.owned_cells) + turn @ logarithm @ turn.T
    return float(np.abs(off).max() / math.log(1.2))


@pytest.mark.serial
def test_what_strains_a_body_turns_with_it() -> None:
    """Of second order in the step, and exact where the strain of a step is small.

    A strain that was left on the middle of its step would lie askew by half a step's turn: with
    ten steps by 4.5 degrees, of which 0.16 of its size are seen.
    """
    name, what = "foil that is stretched by a fifth as it turns by 90 degrees", "logarithm, turned"
    coarse, fine = stretched(5), stretched(10)
    measured(name, "elastic strain, 10 steps", fine, 1e-3, what)
    assert fine < 0.35 * coarse


def first_stress(body: BodyModel) -> np.ndarray:
    """Return the stress at a point of the first cell, shape (3, 3) [Pa]."""
    stress = first_region(body).stress
    values = [stress[i, j] for i in range(3) for j in range(3)]
    return at_points(body, values, body.quadrature_degree).values[0].reshape(3, 3)


@pytest.mark.serial
def test_a_foil_bends_as_the_elastica() -> None:
    """Its tip turns by 56 degrees; most of what is left is the step, then the size of cells."""
    run = march(foil(10, 6.0))
    found = (tip(run.cell) - [0.0, THICK / 2]) / LONG
    error = float(np.linalg.norm(found - bent(6.0)))
    name = "foil under a pressure that follows it"
    measured(name, "place of its tip over its length", error, 3e-3, "elastica")


@pytest.mark.serial
@pytest.mark.slow
def test_a_foil_bends_alike_in_any_step() -> None:
    """Its elements turn by up to 11 degrees in a step, and its strain is small.

    What is left of the step falls with the size of cells, whose edges stay straight.
    """
    runs = [march(foil(steps, 6.0, cells=80)) for steps in (5, 10, 20)]
    ends = [tip(run.cell) for run in runs]
    error = float(np.linalg.norm((ends[-1] - [0.0, THICK / 2]) / LONG - bent(6.0)))
    name = "foil of twice as many cells and steps"
    measured(name, "place of its tip over its length", error, 2e-3, "elastica")
    first, second = (float(np.linalg.norm(b - a)) / LONG for a, b in itertools.pairwise(ends))
    name, what = "foil under a pressure that follows it", "10 and 20 steps"
    measured(name, "place of its tip in 5 steps, over its length", first + second, 2e-4, what)
    assert second < first
