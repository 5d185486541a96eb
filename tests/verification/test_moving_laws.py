# SPDX-License-Identifier: BSD-3-Clause
"""Laws of interfaces whose metal moves: what they give at rest, if the shape hardly changes."""

from __future__ import annotations

import dataclasses
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.model.cell import CellModel
from tests.moving import SPEED, WORKING, moving_cell
from tests.parts import Transfer, part
from tests.tools import March, march, measured
from tests.verification.test_moving import inventory_error, mesh_of

COMM = MPI.COMM_WORLD
STRIPPED = 0.3e-6
VOIDS = ssb.ProppedInterface(
    (ssb.LinearSinking(5e-16),), height_lost=1e-6, props=0.3, supply_plate=0.3
)
PARTICLES = ssb.AccumulatingProps(
    ssb.ProppedInterface((ssb.LinearSinking(5e-16),), height_lost=1e-6, props=0.3),
    radius=1e-6,
    volume_fraction=0.05,
    covered=0.1,
)
UNEVEN = ssb.FunctionActivity(lambda x: 1 + 0.5 * np.cos(np.pi * x[0] / 16e-6))


def layer(moves: bool, **changes: Any) -> ssb.Case:
    """Return a layer of which a fortieth is stripped and plated again in ten steps."""
    steps = (1.0, *(STRIPPED / SPEED / 5,) * 10, 60.0)
    case = moving_cell(STRIPPED, moves=moves, step_control=ssb.PrescribedSteps(steps))
    mesh = dataclasses.replace(case.geometry, size_interface=1e-6)
    first = dataclasses.replace(case.interfaces[0], **changes)
    return dataclasses.replace(case, geometry=mesh, interfaces=(first, case.interfaces[1]))


def both(name: str, **changes: Any) -> tuple[March, March]:
    """March the layer moving and at rest, and look at what is kept of the metal."""
    moved = march(layer(True, **changes), watch=mesh_of)
    against = "charge times Omega / F"
    measured(name, "volume lost by the mesh", inventory_error(moved), 1e-12, against)
    audit = max(moved.series("audit_lithium"))
    measured(name, "lithium audit", audit, 1e-9, "metal between the bodies")
    contact = max(moved.series("audit_contact"))
    measured(name, "contact", contact, 1e-12, "p g = 0 at vertices")
    return moved, march(layer(False, **changes))


def apart(runs: tuple[March, March], column: str) -> float:
    """Return the largest difference of a column over its largest value at rest [1]."""
    moved, rests = (run.series(column) for run in runs)
    return float(np.abs(moved - rests).max() / np.abs(rests).max())


@pytest.mark.slow
@pytest.mark.parametrize(
    "law",
    [VOIDS, PARTICLES],
    ids=lambda law: type(law).__name__,
)
def test_hidden_voids_lie_between_gap_and_metal(law: Any) -> None:
    """Over a flat layer they are what they are at rest, and the mesh has what is left of metal."""
    name = f"moving metal over {type(law).__name__}"
    runs = both(name, laws=(law,))
    assert runs[0].series(f"void_height_mean:{WORKING}").max() > 0.2e-6
    for column in ("void_height_mean", "void_volume", "contact_fraction"):
        difference = apart(runs, f"{column}:{WORKING}")
        measured(name, f"difference of {column}", difference, 1e-7, "a mesh at rest")
    for column in ("voltage", "thickness_stack"):
        measured(name, f"difference of {column}", apart(runs, column), 1e-7, "a mesh at rest")


@pytest.mark.serial
def test_metal_diffuses_along_its_surface() -> None:
    name = "moving metal that diffuses along its surface"
    runs = both(name, activity=UNEVEN, diffusion=ssb.InterfaceDiffusion(1e-17))
    surface = runs[0].cell.surfaces[WORKING]
    (carried,) = (u for u in surface.unknowns if u.name == "carried")
    moved = surface.values(carried)
    lost = abs(COMM.allreduce(float(surface.areas @ moved)))
    much = COMM.allreduce(float(surface.areas @ np.abs(moved)))
    measured(name, "metal carried in all", lost / much, 1e-12, "none, over what moves")
    # linear between vertices here, and constant on facets at rest
    for column, limit in (("i_normal_max", 5e-4), ("p_contact_max", 5e-3)):
        difference = apart(runs, f"{column}:{WORKING}")
        measured(name, f"difference of {column}", difference, limit, "a mesh at rest")


@pytest.mark.serial
def test_metal_is_stripped_beside_an_inert_strip() -> None:
    """As much reacts as on facets; at the edge the last vertex reacts by half."""
    name = "moving metal beside an inert strip"
    strip = ssb.Strips(((4e-6, 8e-6),))
    runs = both(name, activity=strip)
    reacts = [reacting_area(run.cell) for run in runs]
    measured(name, "area that reacts", abs(reacts[0] / reacts[1] - 1), 1e-12, "on facets")
    inventories = apart(runs, f"inventory:{WORKING}")
    # counted by the mesh, which a MPa dilates by a ten-thousandth
    measured(name, "difference of inventory", inventories, 2e-4, "a mesh at rest")
    stripping = runs[0].series("step") == 1
    voltages = [run.series("voltage")[stripping] for run in runs]
    # an edge is blurred by a facet, of which the strip has four
    difference = float(np.abs(voltages[0] / voltages[1] - 1).max())
    measured(name, "difference of the voltage, stripping", difference, 0.05, "a mesh at rest")


def reacting_area(cell: CellModel) -> float:
    """Return the integral of the activity over the interface [m]; collective."""
    surface = cell.surfaces[WORKING]
    pattern = part(surface, Transfer).pattern
    n = surface.gap.owned
    activity = pattern.factor.x.array[:n] * pattern.reacting.x.array[:n]
    return float(COMM.allreduce(float(surface.areas @ activity)))
