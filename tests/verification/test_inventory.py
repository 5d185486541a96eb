# SPDX-License-Identifier: BSD-3-Clause
"""A metal layer gives what it holds: reserve from the geometry, the stop, and two metals."""

from __future__ import annotations

import dataclasses
import warnings
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Drive
from ssbmech.constants import FARADAY
from ssbmech.errors import AuditError, CaseError, CaseWarning
from ssbmech.geometry.columns import Facets, boundary_of, chords
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import Metal
from ssbmech.model.audits import drive_error, fixture_error
from ssbmech.model.cell import CellModel
from ssbmech.model.draw import MAH_PER_CM2
from ssbmech.units import GPa, V, cm3_per_mol, s, um
from tests.parts import Transfer
from tests.small_cell import COUNTER, WORKING, stack, supports, void_cell
from tests.tools import March, march

THICKNESS = 8e-6
OMEGA = 13e-6
HELD = THICKNESS * FARADAY / OMEGA
"""Charge per area of 8 um of lithium, 1.649 mAh/cm2 [C/m2]."""

LONG = ssb.AdaptiveSteps(dt_max=600 * s)
FRAMES = {
    "plane": ssb.PlaneStrain(),
    "axisymmetric": ssb.Axisymmetric(),
    "space": ssb.ThreeDimensional(),
}


def flat_cell(*steps: Any, frame: Any = None, **changes: Any) -> ssb.Case:
    """Return 8 um of lithium on both sides, flat and in contact, coarse."""
    frame = ssb.PlaneStrain() if frame is None else frame
    case = void_cell(
        frame,
        size=4.0,
        geometry=stack(frame, 4.0, width=16.0),
        protocol=(ssb.Preload(1 * s), *steps),
        step_control=LONG,
        supports=supports(frame),
    )
    flat = tuple(dataclasses.replace(i, initial_gap=None) for i in case.interfaces)
    return dataclasses.replace(case, interfaces=flat, **changes)


def strip(charge: float, current: float = 20.0, **changes: Any) -> ssb.ConstantCurrent:
    """Return a step that strips a charge per area [C/m2] at a current density [A/m2]."""
    return ssb.ConstantCurrent(current, abs(charge / current), **changes)


FIVE = 5 * MAH_PER_CM2


def ended(run: March, name: str) -> float:
    """Return the last value of a column of the working electrode or the cell."""
    row = run.rows[-1]
    return row[name] if name in row else row[f"{name}:{WORKING}"]


@pytest.mark.pair
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_reserve_of_a_layer_is_its_thickness(frame):
    with pytest.warns(CaseWarning, match=r"strips 5 mAh/cm2 but the layer holds 1\.649 mAh/cm2"):
        case = flat_cell(strip(FIVE), frame=frame)
        cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    for name in (WORKING, COUNTER):
        surface = cell.surfaces[name]
        metal = surface.parts.find(Transfer)[0].reactant
        assert metal.at_start == pytest.approx(THICKNESS, rel=1e-7, abs=0)
        volume = MPI.COMM_WORLD.allreduce(float(surface.minus.volumes.sum()))
        held = MPI.COMM_WORLD.allreduce(float(surface.areas @ metal.at_start))
        assert held == pytest.approx(volume, rel=1e-12, abs=0)


@pytest.mark.pair
def test_run_ends_when_the_layer_is_used_up():
    with pytest.warns(CaseWarning, match="used up"):
        run = march(flat_cell(strip(FIVE), ssb.Rest(600.0)))
    assert ended(run, "charge") == pytest.approx(HELD, rel=2e-3, abs=0)
    assert abs(ended(run, "reserve_min")) <= 1e-3 * THICKNESS
    assert "used up" in run.endings[-2] and run.endings[-1] == "duration"
    # what is left by the geometry, and what has passed, are what was there
    passed = run.series("charge")
    left = run.series(f"inventory:{WORKING}")
    assert left + passed == pytest.approx(HELD, rel=1e-7, abs=0)
    assert left + passed == pytest.approx(left[0] + passed[0], rel=1e-9, abs=0)
    other = run.series(f"inventory:{COUNTER}")
    assert other - passed == pytest.approx(other[0] - passed[0], rel=1e-9, abs=0)
    assert np.nanmax(run.series("audit_lithium")) < 1e-9


@pytest.mark.serial
def test_plated_metal_can_be_stripped_again():
    """Plated a third, then stripped: what ends is all that there is by then."""
    plated = HELD / 3
    with pytest.warns(CaseWarning, match="used up"):
        run = march(flat_cell(strip(plated, -20.0), strip(FIVE), strip(plated, -20.0)))
    steps = run.series("step")
    charge = run.series("charge")
    assert charge[steps == 1][-1] == pytest.approx(-plated, rel=1e-9, abs=0)
    assert charge[steps == 2][-1] == pytest.approx(HELD, rel=2e-3, abs=0)
    # and an empty layer takes metal again
    assert charge[steps == 3][-1] == pytest.approx(HELD * 2 / 3, rel=4e-3, abs=0)


@pytest.mark.serial
def test_the_counter_electrode_runs_out_too():
    with pytest.warns(CaseWarning, match=r"positive\|separator: strips 5 mAh/cm2"):
        run = march(flat_cell(strip(FIVE, -20.0)))
    assert run.rows[-1]["charge"] == pytest.approx(-HELD, rel=2e-3, abs=0)
    assert abs(run.rows[-1][f"reserve_min:{COUNTER}"]) <= 1e-3 * THICKNESS


@pytest.mark.serial
def test_a_foil_may_be_thicker_than_its_model():
    foil = library.by_name("lithium_lepage2019")
    foil = dataclasses.replace(foil, metal=dataclasses.replace(foil.metal, not_modelled=4 * um))
    case = flat_cell(strip(1.2 * HELD))
    bodies = (ssb.Body.single("negative", foil), *case.bodies[1:])
    run = march(dataclasses.replace(case, bodies=bodies))
    assert ended(run, "charge") == pytest.approx(1.2 * HELD, rel=1e-9, abs=0)
    assert ended(run, "reserve_min") == pytest.approx(0.3 * THICKNESS, rel=1e-6, abs=0)


@pytest.mark.serial
def test_no_warning_where_a_stop_may_come_first():
    step = strip(FIVE, stops=(ssb.VoltageAbove(0.5 * V),))
    case = flat_cell(step)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    told = [draw.text() for draw in cell.draws]
    assert "unless a stop condition comes first" in told[0]
    assert told[1] == f"{COUNTER}: strips 0 of 1.649 mAh/cm2"


@pytest.mark.serial
@pytest.mark.parametrize("dim", [2, 3])
def test_chords_through_a_body_with_a_hole(dim):
    """A ray along y through a block from 0 to 3 with a hole from 1 to 1.5."""
    walls = [(0.0, -1.0), (1.0, 1.0), (1.5, -1.0), (3.0, 1.0)]
    corners, opposite = [], []
    for y, outward in walls:
        inside = y - 0.1 * outward
        if dim == 2:
            corners.append([[0.0, y], [1.0, y]])
            opposite.append([0.5, inside])
        else:
            for third in ([1.0, y, 0.0], [0.0, y, 1.0]):
                corners.append([[0.0, y, 0.0], [1.0, y, 1.0], third])
                opposite.append([0.5, inside, 0.5])
    around = Facets(np.array(corners), np.array(opposite))
    # one of them along the edge that two triangles share
    origins = np.array([[0.3, 3.0, 0.3], [0.7, 3.0, 0.2], [2.0, 3.0, 0.1]])[:, :dim]
    down = np.tile([0.0, -1.0, 0.0], (3, 1))[:, :dim]
    assert chords(origins, down, around) == pytest.approx([2.5, 2.5, 0.0])


@pytest.mark.serial
def test_a_ray_that_a_side_cuts_off_meets_no_back():
    """A steep side between the ray and the back is passed by, and a slanting back is met."""
    side, back = [[0.2, 3.0], [0.3, 0.0]], [[0.3, 0.0], [1.0, 0.7]]
    around = Facets(np.array([side, back]), np.array([[1.0, 2.0], [0.6, 1.0]]))
    origins, down = np.array([[0.25, 3.0], [0.8, 3.0]]), np.tile([0.0, -1.0], (2, 1))
    assert chords(origins, down, around) == pytest.approx([1.5, 2.5])
    assert chords(origins, down, around, sides=0.3) == pytest.approx([0.0, 2.5])


@pytest.mark.serial
def test_boundary_of_a_layer_is_as_large_as_it_is():
    case = flat_cell()
    tagged = case.geometry.build(MPI.COMM_WORLD)
    cell = CellModel(case, tagged)
    body = cell.bodies["negative"]
    around = boundary_of(body.mesh.mesh, body.cells("negative"))
    lengths = np.linalg.norm(around.corners[:, 1] - around.corners[:, 0], axis=1)
    closed = np.einsum("f,fc->c", lengths, around.normals)
    flux = np.einsum("f,fc,fc->", lengths, around.normals, around.midpoints) / 2
    comm = MPI.COMM_WORLD
    assert comm.allreduce(closed, op=MPI.SUM) == pytest.approx([0.0, 0.0], abs=1e-18)
    area = comm.allreduce(float(body.volumes.sum()))
    assert comm.allreduce(float(flux)) == pytest.approx(area, rel=1e-12, abs=0)


SOLID = Elastic(young=5 * GPa, poisson=0.3)
LIGHT = Material("light", SOLID, metal=Metal(molar_volume=13 * cm3_per_mol))
HEAVY = Material("heavy", SOLID, metal=Metal(molar_volume=23.75 * cm3_per_mol, element="sodium"))
COPPER = library.by_name("copper")
MIDDLE = 8e-6


@dataclass(frozen=True, kw_only=True)
class Halved(MeshSource):
    """A stack whose lowest layer is cut into a left and a right half."""

    whole: ssb.Stack

    def generate(self) -> SimplexMesh:
        mesh = self.whole.generate()
        regions = dict(mesh.regions)
        cells = regions.pop("negative")
        right = mesh.points[mesh.cells[cells], 0].mean(axis=1) > MIDDLE
        regions |= {"left": cells[~right], "right": cells[right]}
        return dataclasses.replace(mesh, regions=regions)


def halved_cell(left: Material, right: Material, **changes: Any) -> ssb.Case:
    """Return a cell whose negative electrode is of two materials side by side."""
    case = flat_cell(strip(12000.0))
    geometry = Halved(
        frame=case.geometry.frame, whole=dataclasses.replace(case.geometry, size_interface=2e-6)
    )
    bodies = (ssb.Body("negative", {"left": left, "right": right}), *case.bodies[1:])
    return dataclasses.replace(case, geometry=geometry, bodies=bodies, **changes)


def of_halves(cell: CellModel) -> tuple[Any, ...]:
    """Return masks of the owned facets of the working electrode, left and right."""
    return tuple(near.owned for near in cell.surfaces[WORKING].near)


@pytest.mark.serial
def test_two_metals_recede_each_by_its_own_volume():
    """With sodium's molar volume on the right; the counter electrode sees charge alone."""
    run = march(halved_cell(LIGHT, HEAVY))
    surface = run.cell.surfaces[WORKING]
    metal = surface.parts.find(Transfer)[0].reactant
    stripped = metal.history.committed["stripped"].x.array[: surface.gap.owned]
    passed = run.observer.arrays(WORKING)["i_normal"]
    assert np.all(passed > 0.0)
    left, right = of_halves(run.cell)
    moles, comm = 0.0, MPI.COMM_WORLD
    for mask, volume in ((left, 13e-6), (right, 23.75e-6)):
        moles += comm.allreduce(float(surface.areas[mask] @ stripped[mask])) / volume
    area = comm.allreduce(float(surface.areas.sum()))
    charge = run.rows[-1]["charge"]
    assert moles * FARADAY / area == pytest.approx(charge, rel=1e-9, abs=0)
    assert np.nanmax(run.series("audit_lithium")) < 1e-9
    held = run.series(f"inventory:{WORKING}") + run.series("charge")
    assert held == pytest.approx(held[0], rel=1e-9, abs=0)
    volumes = {n: comm.allreduce(float(v)) for n, v in volumes_of(run.cell).items()}
    there = FARADAY / area * (volumes["left"] / 13e-6 + volumes["right"] / 23.75e-6)
    assert held[0] == pytest.approx(there, rel=1e-7, abs=0)


def volumes_of(cell: CellModel) -> dict[str, float]:
    """Return this rank's part of the volumes of the negative electrode's regions."""
    body = cell.bodies["negative"]
    count = body.owned_cells
    cells = {name: body.cells(name) for name in body.case_body.materials}
    return {name: body.volumes[c[c < count]].sum() for name, c in cells.items()}


@pytest.mark.serial
@pytest.mark.parametrize("inert", [0, 1])
def test_what_is_neither_metal_nor_host_does_not_react(inert):
    """All current leaves the half that is lithium, and that half alone is counted."""
    materials = [LIGHT, LIGHT]
    materials[inert] = COPPER
    run = march(halved_cell(*materials))
    current = run.observer.arrays(WORKING)["i_normal"]
    masks = of_halves(run.cell)
    comm = MPI.COMM_WORLD
    assert comm.allreduce(float(np.abs(current[masks[inert]]).max(initial=0.0)), op=MPI.MAX) < 1e-9
    assert comm.allreduce(float(current[masks[1 - inert]].min(initial=1.0)), op=MPI.MIN) > 0.0
    areas = run.cell.surfaces[WORKING].areas
    passed = comm.allreduce(float(areas @ current)) / comm.allreduce(float(areas.sum()))
    assert passed == pytest.approx(20.0, rel=1e-9, abs=0)
    assert np.nanmax(run.series("audit_lithium")) < 1e-9


@pytest.mark.serial
def test_lithium_on_copper_holds_its_own_thickness():
    """A layer in two: copper below, lithium above; the column ends where the copper begins."""
    case = flat_cell()
    layers = (ssb.Layer("foil", 3 * um), *case.geometry.layers)
    negative = ssb.Body("negative", {"negative": LIGHT, "foil": COPPER})
    case = dataclasses.replace(
        case,
        geometry=dataclasses.replace(case.geometry, layers=layers),
        bodies=(negative, *case.bodies[1:]),
    )
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    metal = cell.surfaces[WORKING].parts.find(Transfer)[0].reactant
    assert metal.at_start == pytest.approx(THICKNESS, rel=1e-7, abs=0)


@pytest.mark.serial
def test_interfaces_of_one_body_share_its_metal():
    """What one side plates the other may strip."""
    case = flat_cell(strip(0.25 * HELD))
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    first, second = (cell.surfaces[n].parts.find(Transfer)[0].reactant for n in (WORKING, COUNTER))
    first.others = [second]
    second.history.committed["stripped"].x.array[:] = -1e-6
    nothing = {"stripped": np.zeros(cell.surfaces[WORKING].gap.owned)}
    second.history._forms["stripped"] = []
    assert first.least_left(nothing) == pytest.approx(THICKNESS + 1e-6, rel=1e-7, abs=0)


def test_a_host_that_is_a_metal_too_is_refused():
    graphite = library.by_name("graphite")
    both = dataclasses.replace(graphite, metal=LIGHT.metal)
    case = flat_cell()
    bodies = (ssb.Body.single("negative", both, content=0.5), *case.bodies[1:])
    with pytest.raises(CaseError, match="hosts lithium and is a metal too"):
        dataclasses.replace(case, bodies=bodies)


@pytest.mark.serial
def test_a_law_for_what_cannot_react_is_refused():
    case = halved_cell(LIGHT, COPPER)
    kinetics = case.interfaces[0].kinetics
    odd = dataclasses.replace(case.interfaces[0], kinetics_of={"right": kinetics})
    with pytest.raises(CaseError, match="'copper' is neither metal nor host"):
        dataclasses.replace(case, interfaces=(odd, case.interfaces[1]))


@pytest.mark.serial
def test_an_electrode_without_lithium_is_refused():
    case = flat_cell()
    bodies = (ssb.Body.single("negative", COPPER), *case.bodies[1:])
    with pytest.raises(CaseError, match="no material of its minus body 'negative' is an electrode"):
        dataclasses.replace(case, bodies=bodies)
    # metal that is there, but not where charge passes
    layers = (ssb.Layer("below", 3 * um), *case.geometry.layers)
    buried = ssb.Body("negative", {"below": LIGHT, "negative": COPPER})
    case = dataclasses.replace(
        case,
        geometry=dataclasses.replace(case.geometry, layers=layers),
        bodies=(buried, *case.bodies[1:]),
    )
    with pytest.raises(CaseError, match="no metal of its minus body 'negative' touches it"):
        CellModel(case, case.geometry.build(MPI.COMM_WORLD))


@pytest.mark.serial
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_lithium_is_kept_where_the_metal_creeps(frame):
    """What is missing between the bodies, by where they are, agrees with the charge."""
    case = void_cell(frame, size=4.0, depth=40.0, protocol=(ssb.Preload(1 * s), strip(100.0)))
    run = march(dataclasses.replace(case, step_control=ssb.PrescribedSteps((0.5, 0.5, 1, 4))))
    assert np.max(run.series("audit_lithium")) < 1e-9


@pytest.mark.pair
def test_what_was_asked_is_audited():
    """A tolerance that lets everything pass, which settings refuse, would end the run."""
    lax = ssb.NewtonSettings()
    object.__setattr__(lax, "tolerance", 1e6)
    case = flat_cell(strip(100.0), newton=lax)
    with pytest.raises(AuditError, match=r"audit of (fixture|drive) failed"):
        march(case)


@pytest.mark.pair
@pytest.mark.parametrize("held", [True, False], ids=["voltage", "current"])
def test_audits_of_drive_and_fixture_are_round_off(held):
    step = ssb.ConstantVoltage(5e-3, 10.0) if held else strip(100.0)
    run = march(flat_cell(step, ssb.Rest(10.0)))
    assert np.max(run.series("audit_drive")) < 1e-6
    assert np.max(run.series("audit_fixture")) < 1e-7
    circuit = run.cell.circuit
    # and tell of a current or voltage that is another one
    circuit.asked = Drive(current_density=None, voltage=1.0) if held else Drive(1.0)
    assert drive_error(run.cell) == pytest.approx(1.0, rel=1e-2, abs=0)
    run.cell.holder.closures[0].load *= 2.0
    assert fixture_error(run.cell) == pytest.approx(0.5, rel=1e-2, abs=0)


@pytest.mark.serial
def test_a_charge_is_landed_on_in_a_step_that_may_last_for_long():
    run = march(flat_cell(strip(3.6e5, 1.0, stops=(ssb.ChargeAbove(100.0),))))
    assert ended(run, "charge") == pytest.approx(100.0, rel=2e-6, abs=0)
