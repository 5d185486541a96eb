# SPDX-License-Identifier: BSD-3-Clause
"""Contact without slip of metal that moves: what it holds, and what it does to a void."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.contact import Contact
from ssbmech.units import um
from tests.case_scripts import script_case
from tests.moving import LITHIUM, WORKING, moving_void
from tests.parts import StickingWall, part
from tests.tools import march, measured
from tests.verification.test_moving import inventory_error, mesh_of


def sticking(case: ssb.Case) -> ssb.Case:
    """Return a case with contact that sticks at its first interface."""
    first = dataclasses.replace(case.interfaces[0], contact=ssb.Sticking())
    return dataclasses.replace(case, interfaces=(first, *case.interfaces[1:]))


def most_slip(cell: CellModel) -> float:
    """Return the largest tangential jump in a step of a vertex in contact [m]; collective."""
    surface = cell.surfaces[WORKING]
    wall = part(surface, StickingWall)
    shape = (-1, cell.case.geometry.frame.dim)
    passed, normal = (
        f.x.array.reshape(shape) for f in (wall.passed.function, wall.wall.shape.normal)
    )
    along = passed - np.sum(passed * normal, axis=1, keepdims=True) * normal
    closed = part(surface, Contact).closed()
    slip = np.linalg.norm(along[: len(closed)][closed], axis=1)
    return float(cell.comm.allreduce(float(slip.max(initial=0.0)), op=MPI.MAX))


@pytest.mark.pair
def test_void_is_plated_and_filled_without_slip() -> None:
    run = march(sticking(moving_void()), watch=lambda cell: (mesh_of(cell), most_slip(cell)))
    slips = [slip for _, slip in run.seen]
    run.seen = [mesh for mesh, _ in run.seen]
    name, against = "void with moving walls and sticking contact", "charge times Omega / F"
    measured(name, "volume lost by the mesh", inventory_error(run), 1e-12, against)
    measured(name, "contact", max(run.series("audit_contact")), 1e-12, "p g = 0 at vertices")
    gap = run.cell.setting.scales.gap
    # what the compliance leaves under a few times the typical stress
    measured(name, "slip of a step over the typical gap", max(slips) / gap, 1e-5, "none")


def squeezed(contact: ssb.Sticking | ssb.Frictionless, moves: bool) -> float:
    """Return the pressure on metal that is squeezed out from under an electrolyte [Pa].

    It is pressed by a thousandth of its thickness, at a steady speed.
    """
    thickness, seconds, steps = 4e-6, 100.0, 20
    case = ssb.Case(
        name="squeezed",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            layers=(ssb.Layer("negative", thickness), ssb.Layer("separator", thickness)),
            width=16 * um,
            size_interface=1 * um,
            size_bulk=2 * um,
        ),
        bodies=(
            ssb.Body.single("negative", LITHIUM, moves=moves),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
        ),
        interfaces=(ssb.Interface(WORKING, contact=contact),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left")),
        fixture=ssb.DrivenPlaten(lambda t: -1e-3 * thickness * t / seconds),
        protocol=(ssb.Rest(seconds),),
        step_control=ssb.PrescribedSteps((seconds / steps,) * steps),
        limits=ssb.Limits.off(),
    )
    return float(march(case).rows[-1]["p_stack"])


@pytest.mark.serial
def test_metal_is_squeezed_out_as_on_a_mesh_at_rest() -> None:
    """With hardly any change of shape: what leaves at the end of the interface leaves the mesh."""
    name = "metal squeezed out from under an electrolyte"
    against = "a mesh at rest; the shape changes by 0.1 %"
    found = {}
    # at rest what holds facets is constant on them, and here linear between vertices
    for contact, limit in ((ssb.Frictionless(), 2e-3), (ssb.Sticking(), 5e-3)):
        kind = type(contact).__name__
        found[kind] = squeezed(contact, moves=True)
        apart = abs(found[kind] / squeezed(contact, moves=False) - 1)
        measured(name, f"pressure, {kind}", apart, limit, against)
    assert found["Sticking"] > 1.5 * found["Frictionless"]


@pytest.mark.slow
def test_sticking_contact_is_solved_by_iteration() -> None:
    direct, iterated = (
        march(sticking(moving_void(linear_solver=solver)))
        for solver in (ssb.Direct(), ssb.Iterative())
    )
    name, against = "void with moving walls and sticking contact, by iteration", "factors"
    assert len(iterated.rows) == len(direct.rows)
    for column in ("p_stack", "voltage", f"void_volume:{WORKING}"):
        one, other = (run.series(column) for run in (direct, iterated))
        apart = float(np.abs(one - other).max() / np.abs(one).max())
        measured(name, f"difference of {column}", apart, 1e-6, against)
    most = iterated.series("linear_iterations_max").max()
    measured(name, "most iterations of a solution", most, 40, "as many as without shear, twice")
    assert not iterated.series("linear_fallbacks").any()


@pytest.mark.slow
def test_lens_void_with_sticking_contact() -> None:
    """The void of the first case, plated and stripped for eight minutes each."""
    case = sticking(script_case("li_void", "--moving", "--minutes=8"))
    preload, plate, _, strip = case.protocol
    case = dataclasses.replace(case, protocol=(preload, plate, strip), limits=ssb.Limits.off())
    run = march(case, watch=mesh_of)
    name, against = (
        "lens void at 1 MPa, sticking, 8 min plated and stripped",
        "charge times Omega / F",
    )
    measured(name, "volume lost by the mesh", inventory_error(run), 1e-12, against)
    share = len(run.rejected) / (len(run.rows) + len(run.rejected))
    measured(name, f"rejected steps, of {len(run.rows)}", share, 0.05, "none")
