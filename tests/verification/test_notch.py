# SPDX-License-Identifier: BSD-3-Clause
"""Lithium pressed into a flaw of the electrolyte until nothing is left open, with sharp corners."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.model.cell import CellModel
from ssbmech.run.case_script import CaseScript
from tests.moving import motion
from tests.parts import Transfer, part
from tests.tools import march, measured

NOTCH = CaseScript.load(Path(__file__).parents[2] / "cases" / "notch" / "case.py")
INTERFACE = "lithium|electrolyte"


def fill(*options: str, volume: float = 1e-12) -> None:
    """March the case with options of its command line, and see that the flaw is filled."""
    case = NOTCH.case(list(options))
    run = march(case, watch=lambda cell: motion(cell, "lithium").metal.excess())
    mesh = case.geometry
    assert isinstance(mesh, ssb.Notch)
    angle = np.degrees(np.arctan2(mesh.depth, mesh.mouth - mesh.floor))
    name = f"flaw with walls of {angle:.0f} degrees"
    gap = run.rows[-1][f"gap_max:{INTERFACE}"]
    measured(name, "largest gap left over the depth", gap / mesh.depth, 1e-12, "none")
    flaw = 0.5 * (mesh.mouth + mesh.floor) * mesh.depth
    excess = np.abs(np.append(run.seen, motion(run.cell, "lithium").metal.excess()))
    measured(
        name, "volume over that of the flaw", excess.max() / flaw, volume, "what pressure makes"
    )
    measured(name, "volume at the end", excess[-1] / flaw, 1e-6, "what pressure makes")
    # metal that fills a flaw is a fluid: the load on its tip is that on the stack
    full = np.flatnonzero(run.series("step") == 1)[-1]
    tip = run.series(f"p_tip:{INTERFACE}") / run.series("p_stack")
    measured(name, "pressure at the tip when full", abs(tip[full] - 1), 0.1, "stack pressure")
    assert tip[-1] > tip[full] + 0.02, "plated metal has to flow out of the flaw"
    share = len(run.rejected) / (len(run.rows) + len(run.rejected))
    measured(name, f"rejected steps, of {len(run.rows)}", share, 0.05, "none")


@pytest.mark.serial
def test_flaw_with_inclined_walls_is_filled() -> None:
    fill("--size=1")


@pytest.mark.serial
def test_metal_behind_a_flaw_with_upright_walls() -> None:
    """Lines that fan out meet the plane of symmetry, and metal lies up to there."""
    case = NOTCH.case(["--angle=90", "--floor=4", "--size=1"])
    mesh = case.geometry
    cell = CellModel(case, mesh.build(MPI.COMM_WORLD))
    metal = part(cell.surfaces[INTERFACE], Transfer).reactant
    assert metal.thickness.x.array.min() > 0.5 * mesh.depth


@pytest.mark.slow
@pytest.mark.parametrize("angle", [45.0, 76.0])
def test_flaws_on_fine_meshes(angle: float) -> None:
    fill(f"--angle={angle}", "--size=0.3")


@pytest.mark.slow
@pytest.mark.parametrize("contact", [(), ("--sticks",)], ids=["slides", "sticks"])
def test_flaw_with_upright_walls_is_filled(contact: tuple[str, ...]) -> None:
    """Directors that are not parallel leave a volume of second order, made up for in the end."""
    fill("--angle=90", "--floor=4", "--size=0.5", *contact, volume=0.02)


@pytest.mark.slow
def test_plug_of_plated_metal() -> None:
    r"""What is plated onto upright walls without friction is pushed out of the flaw as a plug.

    The walls move in at the speed v on half a width w: strain is even at the rate v / w in the
    plane, and their pressure exceeds that along the flaw, which is that on its floor, by
    :math:`(2/\sqrt 3) s_0 [(2/\sqrt 3) v / (w \dot\epsilon_0)]^{1/n}`.
    """
    half = 2e-6
    case = NOTCH.case(["--angle=90", "--floor=2", "--depth=8", "--size=0.25"])
    full = dataclasses.replace(case.interfaces[0], initial_gap=None)
    preload, _, plate = case.protocol
    run = march(dataclasses.replace(case, interfaces=(full,), protocol=(preload, plate)))
    surface = run.cell.surfaces[INTERFACE]
    x, y = surface.gap.function.function_space.tabulate_dof_coordinates()[:, :2].T
    pressure, current = surface.p_contact.function.x.array, part(surface, Transfer).i_normal
    # away from the corner and from the mouth
    floor = (y < 7.001e-6) & (x < 0.3 * half)
    wall = (np.abs(x - half) < 1e-9) & (y > 8.5e-6) & (y < 11.5e-6)
    lithium, shear = library.by_name("lithium_lepage2019"), 2 / np.sqrt(3)
    flow = lithium.solid.flow
    speed = -current.function.x.array[wall].mean() * lithium.metal.thickness_per_charge
    expected = shear * flow.stress * (shear * speed / half / flow.rate) ** (1 / flow.exponent)
    found = pressure[wall].mean() - pressure[floor].mean()
    name, against = "plug of metal plated onto upright walls", "plane flow at an even rate"
    measured(name, "pressure of walls less floor", abs(found / expected - 1), 5e-3, against)


@pytest.mark.slow
def test_time_to_the_tip_goes_with_the_power_of_the_flow() -> None:
    """A metal that flows by a power law alone has no other time: it goes with p to the minus n."""
    times = []
    for pressure in (2.0, 3.0):
        run = march(NOTCH.case([f"--pressure={pressure}", "--size=1"]))
        tip = run.series(f"p_tip:{INTERFACE}")
        times.append(run.series("time")[np.flatnonzero(tip > 0.0)[0]])
    exponent = library.by_name("lithium_lepage2019").solid.flow.exponent
    expected = (3.0 / 2.0) ** exponent
    # elastic strain and the second in which the load rises are the same for both
    apart = abs(times[0] / times[1] / expected - 1)
    name = "flaw with walls of 45 degrees"
    measured(name, "time to the tip at 2 MPa over that at 3 MPa", apart, 0.05, "(3/2)^n")
