# SPDX-License-Identifier: BSD-3-Clause
"""Layers of metal that are stripped until they are used up, and plated again."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.thin_metal import at_rim
from ssbmech.units import mA_per_cm2, s, um
from tests.moving import LITHIUM, SPEED, WORKING, assert_same_rows, motion, moving_cell
from tests.parts import Transfer, part
from tests.tools import March, Mode, march, measured, set_mode

LAW = ssb.Exhaustion()
USED_UP = "lithium used up at negative|separator"


def exhausting(case: ssb.Case, law: ssb.Exhaustion = LAW) -> ssb.Case:
    """Return a case whose working electrode may be stripped to its end."""
    first, *others = case.bodies
    return dataclasses.replace(case, bodies=(dataclasses.replace(first, exhaustion=law), *others))


@dataclass(frozen=True, kw_only=True)
class Wedge(MeshSource):
    """A stack whose first layer lies on an inclined floor, below a flat interface.

    Attributes:
        stack: the stack.
        least: thickness of the first layer at x = 0 over that at the other end [1].
    """

    stack: ssb.Stack
    least: float

    def generate(self) -> SimplexMesh:
        mesh = self.stack.generate()
        x, y = mesh.points[:, 0], mesh.points[:, 1]
        level = self.stack.levels[1]
        share = self.least + (1 - self.least) * x / self.stack.width
        points = mesh.points.copy()
        points[:, 1] = np.where(y < level, level - (level - y) * share, y)
        floor = np.flatnonzero(y < 1e-9 * level)
        return dataclasses.replace(mesh, points=points, node_sets={"bottom": floor})


def stripped_and_plated(strip: float, plate: float, *stops: ssb.StopCondition) -> tuple:
    """Return a protocol that asks for thicknesses of metal [m]."""
    return (
        ssb.Preload(1 * s),
        ssb.ConstantCurrent(1 * mA_per_cm2, strip / SPEED, name="strip", stops=stops),
        ssb.ConstantCurrent(-1 * mA_per_cm2, plate / SPEED, name="plate"),
    )


@dataclass(frozen=True)
class Layer:
    """The working electrode at the start of a step.

    Attributes:
        volume: metal in its mesh without what pressure does to it, over the area [m].
        least: least thickness of it along the normal [m].
        lost: thickness that a vertex has lost, less what was stripped there, at most [m].
    """

    volume: float
    least: float
    lost: float


class Watching:
    """Looks at the working electrode at the start of each step."""

    def __init__(self) -> None:
        self.first: np.ndarray | None = None

    def __call__(self, cell: CellModel) -> Layer:
        moved = motion(cell, "negative")
        metal = part(cell.surfaces[WORKING], Transfer).reactant
        owned = metal.surface.gap.owned
        thickness = np.array(metal.thickness.x.array[:owned])
        if self.first is None:
            self.first = thickness
        lost = np.abs(self.first - thickness - metal.stripped.x.array[:owned])
        least = cell.comm.allreduce(float(thickness.min(initial=np.inf)), op=MPI.MIN)
        most = cell.comm.allreduce(float(lost.max(initial=0.0)), op=MPI.MAX)
        volume = (moved.mesh.volume - moved.metal.dilated) / cell.area(WORKING)
        return Layer(volume, least, most)


def charges(run: March) -> np.ndarray:
    """Return the thickness that was stripped up to the start of each step, and to the end [m]."""
    charge = np.cumsum(run.series("current") * run.series("time_step"))
    return np.append(0.0, charge) * LITHIUM.metal.molar_volume / FARADAY


@pytest.mark.pair
def test_film_is_stripped_to_its_end_and_plated_again() -> None:
    case = exhausting(moving_cell(2e-6, thickness=2e-6))
    case = dataclasses.replace(case, protocol=stripped_and_plated(2.5e-6, 1e-6))
    watch = Watching()
    run = march(case, watch=watch)
    seen = [*run.seen, watch(run.cell)]
    name = "film of 2 um, asked for 2.5 um, and plated again"
    passed = charges(run)
    lost = seen[0].volume - np.array([layer.volume for layer in seen])
    error = float(np.abs(passed - lost).max() / passed.max())
    measured(name, "charge against thickness lost", error, 1e-4, "Omega / F")
    least = min(layer.least for layer in seen)
    measured(
        name, "film that stays", abs(least - 21e-9), 1e-9, "20 nm, and 1 nm when it counts as none"
    )
    assert any(USED_UP in ending for ending in run.endings)
    begin, top = (run.series("voltage")[run.series("step") == 1][k] for k in (0, -1))
    assert top > 5 * begin > 0.0
    # 1 um that is plated lies on the film that was left
    measured(name, "film plated again", abs(seen[-1].least - least - 1e-6), 1e-9, "charge")
    assert passed[-1] < passed.max()
    left = run.rows[-1][f"inventory:{WORKING}"] * LITHIUM.metal.molar_volume / FARADAY
    measured(
        name, "inventory", abs(left - (seen[-1].volume - LAW.film)), 1e-9, "thickness above film"
    )


@pytest.mark.serial
def test_a_long_step_does_not_jump_over_the_end() -> None:
    """What asks for more than there is has a solution at megavolts, which is none."""
    # thick, so that the end is no longer than a ten-thousandth of the time that has passed
    case = exhausting(moving_cell(10e-6, thickness=10e-6))
    protocol = stripped_and_plated(12e-6, 0.01e-6, ssb.VoltageAbove(0.5))
    case = dataclasses.replace(case, protocol=protocol)
    watch = Watching()
    run = march(case, watch=watch)
    assert any(USED_UP in ending for ending in run.endings)
    assert run.series("voltage").max() < 0.5
    assert min(layer.least for layer in run.seen) > LAW.film


def wedge() -> ssb.Case:
    """Return a wide cell whose working electrode is 5 um thick at one end, 10 um at the other."""
    case = exhausting(moving_cell(1e-6, thickness=10e-6, width=400e-6))
    stack = dataclasses.replace(case.geometry, size_interface=40 * um, size_bulk=40 * um)
    return dataclasses.replace(
        case,
        geometry=Wedge(frame=stack.frame, stack=stack, least=0.5),
        supports=(ssb.Clamp("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        protocol=stripped_and_plated(9e-6, 1e-6),
    )


def test_thin_end_of_a_wedge_is_as_thin_as_it_is() -> None:
    """A short ray from the rim is one through thin metal, if the middle of its facet says so."""
    case, least = wedge(), 0.005
    geometry = dataclasses.replace(case.geometry, least=least)
    cell = CellModel(case, geometry.build(MPI.COMM_WORLD))
    surface = cell.surfaces[WORKING]
    owned, width = surface.gap.owned, geometry.stack.width
    x = surface.gap.function.function_space.tabulate_dof_coordinates()[:owned, 0]
    metal = part(surface, Transfer).reactant
    exact = 10e-6 * (least + (1 - least) * x / width)
    wrong = np.abs(metal.thickness.x.array[:owned] - exact).max(initial=0.0)
    worst = cell.comm.allreduce(float(wrong), op=MPI.MAX)
    name, against = "wedge of 0.05 to 10 um on facets of 40 um", "its height"
    measured(name, "thickness over the thickest", worst / 10e-6, 1e-6, against)
    # whichever ranks the facets around a vertex belong to
    ends = (x < 1e-9) | (x > width - 1e-9)
    assert np.array_equal(at_rim(surface)[:owned], ends)


@pytest.mark.pair
def test_a_film_that_bears_the_stack_ends_its_step() -> None:
    """A steep wedge is used up at its thin end, where the load then squeezes the film out."""
    case = exhausting(moving_cell(1e-6, thickness=2e-6))
    case = dataclasses.replace(
        case,
        geometry=Wedge(frame=case.geometry.frame, stack=case.geometry, least=0.25),
        supports=(ssb.Clamp("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=5e6),
        protocol=stripped_and_plated(1.5e-6, 50e-9),
    )
    run = march(case)
    squeezed = "film of lithium squeezed out at negative|separator"
    assert squeezed in run.endings[1]
    assert run.endings[2] == "duration"
    film = LAW.film + run.series(f"reserve_min:{WORKING}")
    assert 0.1 * LAW.film < film.min() < 0.21 * LAW.film
    # what is plated lies on the film again
    assert film[-1] > 10e-9


@pytest.mark.slow
def test_wedge_is_stripped_to_its_end() -> None:
    watch = Watching()
    run = march(wedge(), watch=watch)
    seen = [*run.seen, watch(run.cell)]
    name = "wedge of 5 to 10 um, stripped to its end"
    strip = run.series("step") == 1
    end = np.flatnonzero(strip)[-1] + 1
    assert any(USED_UP in ending for ending in run.endings)
    worst = max(layer.lost for layer in seen[: end + 1])
    measured(
        name, "local charge against local thickness", worst / 5e-6, 1e-2, "5 um at the thin end"
    )
    assert min(layer.least for layer in seen) > 0.5 * LAW.film
    left = run.series(f"reached:{WORKING}")[end - 1] / run.series(f"reached:{WORKING}")[0]
    measured(name, "metal left in contact", left, 1e-3, "what there was")
    voltage = run.series("voltage")[strip]
    assert voltage[-1] > 5 * voltage[0]
    # current goes to where metal is left
    most = run.series(f"i_normal_max:{WORKING}")[strip]
    assert most[-1] > 4 * most[0]


@pytest.mark.slow
def test_film_to_the_last_bit() -> None:
    """The thickness is that of the mesh, whether a step is thrown away or the state read back."""
    case = exhausting(moving_cell(2e-6, thickness=0.2e-6))
    case = dataclasses.replace(case, protocol=stripped_and_plated(0.3e-6, 0.1e-6))
    whole = march(case)
    for mode in (Mode.RESTEP, Mode.RECOVER):
        set_mode(mode)
        again = march(case)
        assert_same_rows(again.rows, whole.rows)
