# SPDX-License-Identifier: BSD-3-Clause
"""Walls along which a body slips: force, heat, derivative, and runs that are taken up again."""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest
from dolfinx import fem

import ssbmech as ssb
from ssbmech._compat import compile_form
from ssbmech.case.protocol import Drive
from ssbmech.errors import CaseError, MeshError, ParameterError
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.friction import slipping_faces
from ssbmech.model.small_signal import SmallSignal
from ssbmech.run import runner
from ssbmech.runfolder.status import RunStatus
from tests.elastic_cell import symmetric_cell
from tests.small_cell import physical
from tests.tools import measured, on_first
from tests.verification.test_jacobian import check_blocks
from tests.verification.test_pore_channel import FREE, PRESSURE, RADIUS, START, Pressed
from tests.verification.test_resume import read

COMM = MPI.COMM_WORLD
DT = 1e-3


def built(pressed: Pressed, law: ssb.PowerSlip) -> CellModel:
    """Return the cell of a channel with a law of its walls, in a step; collective."""
    slips = tuple(ssb.FaceFriction(face, law) for face in ("wall", "shoulder"))
    case = pressed.case(loads=ssb.Loads(face_frictions=slips))
    cell = CellModel(case, case.geometry.build(COMM))
    cell.begin(Drive(), DT)
    return cell


@pytest.mark.parametrize("exponent", [1.0, 6.56])
@pytest.mark.parametrize("round_", [True, False], ids=["pore", "slit"])
def test_force_and_heat_of_a_plug(round_: bool, exponent: float) -> None:
    r"""A plug that goes down at v: :math:`2 \pi R L \tau(v)` against it, and v times that."""
    pressed = Pressed(exponent, round_, 0.1, 2.0)
    law = pressed.law
    cell = built(pressed, law)
    body = cell.bodies["lithium"]
    for times in (1.0, 3.0):
        speed = times * law.speed
        x = body.u.function.x.array.reshape(-1, 2)
        x[:, 0], x[:, 1] = 0.0, -speed * DT
        shear = law.stress * times ** (1 / exponent)
        around = 2 * math.pi * RADIUS if round_ else 1.0
        wall = -shear * START * RADIUS * around
        faces = list(slipping_faces(body))
        found = [
            COMM.allreduce(fem.assemble_scalar(compile_form(form, None)))
            for face in faces
            for form in (face.drag(1), face.heat)
        ]
        # the shoulder has no speed along it
        by_hand = np.array([wall, -speed * wall, 0.0, 0.0])
        worst = float(np.max(np.abs(np.array(found) - by_hand) / np.abs(np.tile(by_hand[:2], 2))))
        name = f"plug in a {'pore' if round_ else 'slit'}, exponent {exponent:g}"
        # what makes the law linear at rest: half of 1e-8 over the square of the speed
        measured(name, f"force and heat at {times:g} v_0", worst, 1e-8, "shear times area")


@pytest.mark.parametrize("round_", [True, False], ids=["pore", "slit"])
def test_friction_has_the_derivative_of_its_power(round_: bool) -> None:
    # the metal's own creep is linear, so that its law bends nothing else
    pressed = Pressed(1.0, round_, 0.1, 2.0)
    law = replace(pressed.law, exponent=6.56)
    cell = built(pressed, law)
    body = cell.bodies["lithium"]
    # far against the differences, for a power of the speed bends
    far = 4.0 * body.u.scale
    cell.begin(Drive(), far / law.speed)
    body.u.function.interpolate(
        lambda x: far * np.array([-0.5 - 0.1 * np.cos(x[1] / RADIUS), -1.5 - np.cos(x[0] / RADIUS)])
    )
    body.u.function.x.array[body.u.fixed] = 0.0
    body.u.function.x.scatter_forward()
    body.parts.begin()
    errors, sizes = check_blocks(cell, [body.u.key])
    assert sizes[body.u.key, body.u.key] > 0.0
    worst = max(errors.values())
    kind = "pore" if round_ else "slit"
    measured(f"Jacobian of friction, {kind}", "of the blocks", worst, 1e-6, "differences")


class Balance:
    """Power of the platen against what creep and walls turn into heat, step by step."""

    name = "balance"

    def __init__(self) -> None:
        self.spent = ssb.DissipatedEnergy()
        self.lost: list[float] = []
        self.rubbed: list[float] = []
        self.force: list[float] = []
        self._sunk = 0.0

    def begin(self, cell: CellModel) -> Mapping[str, tuple[()]]:
        self.cell = cell
        self.spent.begin(cell)
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        self.spent.see(row)
        closure = self.cell.holder.closures[0]
        sunk, self._sunk = closure.value - self._sunk, closure.value
        given = closure.total * sunk / row["time_step"]
        powers = self.spent._powers
        self.lost.append(abs(sum(powers.values()) - given) / abs(given))
        self.rubbed.append(powers["friction:lithium"] / abs(given))
        self.force.append(row["audit_force"])


@pytest.mark.pair
def test_balance_of_forces_and_powers(tmp_path: Path) -> None:
    """What the platen gives goes into creep and friction once the metal has taken up the load."""
    pressed = Pressed(3.0, True, 0.3, 2.5, steps=10)
    balance = Balance()
    run = ssb.run(pressed.case(), tmp_path / "run", observers=(balance,))
    assert run.status is RunStatus.COMPLETE
    name = "metal that slips in a pore"
    measured(name, "audit of forces", max(balance.force), 1e-7, "zero")
    # what goes on into elastic strain is the pressure over the modulus, 1e-4, or less
    measured(name, "power of the platen", max(balance.lost[-10:]), 2e-4, "creep and friction")
    assert min(balance.rubbed[-10:]) > 0.1


@pytest.mark.pair
@pytest.mark.slow
def test_run_goes_on_behind_new_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped behind a remeshing it goes on as if it had not been, on as many ranks or one."""
    case = replace(
        Pressed(1.0, True, 0.05, 3.5, steps=10).case(),
        output=ssb.Output(figures=False, fields_every=0, checkpoint_every=0.0),
    )
    whole = ssb.run(case, tmp_path / "whole")
    new = next(k for k, row in enumerate(whole.rows) if row["remeshings"] > 0.0)
    assert new + 3 < len(whole.rows)
    calls = itertools.count()
    attempts = new + 2 + int(whole.rows[new]["rejected_steps"])
    with monkeypatch.context() as patch:
        patch.setattr(runner.Interrupt, "requested", lambda self: next(calls) >= attempts)
        first = ssb.run(case, tmp_path / "resumed")
    assert first.status is RunStatus.STOPPED
    assert first.rows[-1]["remeshings"] > 0.0
    on_first(COMM, lambda: shutil.copytree(tmp_path / "resumed", tmp_path / "alone"))
    ssb.resume(case, tmp_path / "resumed")
    if COMM.rank == 0:
        ssb.resume(case, tmp_path / "alone", MPI.COMM_SELF)

    def apart(which: str) -> float:
        one, other = read(tmp_path / which), read(tmp_path / "whole")
        names = [n for n in physical(other) if not n.startswith("audit")]
        assert {"time", "p_stack", "thickness_stack", "remeshings"} <= set(names)
        far = {}
        for n in names:
            assert np.array_equal(np.isnan(one[n]), np.isnan(other[n])), n
            size = np.max(np.abs(np.nan_to_num(other[n]))) or 1.0
            far[n] = float(np.max(np.abs(np.nan_to_num(one[n] - other[n])))) / size
        return max(far.values())

    for which in ("resumed", "alone"):
        found = on_first(COMM, lambda which=which: apart(which))
        name = f"channel, stopped behind new cells and resumed, {which}"
        measured(name, "largest deviation of a column", found, 1e-8, "undisturbed run")


@pytest.mark.serial
def test_an_impedance_knows_no_friction() -> None:
    law = ssb.PowerSlip(1e6, 1e-9, 2.0)
    case = symmetric_cell(loads=ssb.Loads(face_frictions=(ssb.FaceFriction("right", law),)))
    with pytest.raises(CaseError, match=r"'right'.*FaceFriction"):
        SmallSignal(CellModel(case, case.geometry.build(COMM)), 1.0)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("stress", "speed", "exponent"),
    [(0.0, 1.0, 1.0), (-1.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.5), (math.nan, 1.0, 1.0)],
)
def test_slip_out_of_bounds_is_refused(stress: float, speed: float, exponent: float) -> None:
    with pytest.raises(ParameterError, match="PowerSlip"):
        ssb.PowerSlip(stress, speed, exponent)


def test_friction_of_an_interface_is_refused() -> None:
    """An interface has friction of its own kind, and is no outer face."""
    name = "negative|separator"
    law = ssb.PowerSlip(1e6, 1e-9)
    case = symmetric_cell(loads=ssb.Loads(face_frictions=(ssb.FaceFriction("left", law),)))
    loads = ssb.Loads(face_frictions=(ssb.FaceFriction(name, law),))
    with pytest.raises((CaseError, MeshError), match="negative"):
        other = replace(case, loads=loads, supports=(*case.supports, ssb.Roller(name)))
        CellModel(other, other.geometry.build(COMM))


@pytest.mark.parametrize(
    ("front", "words"),
    [
        (ssb.ParallelDirectors(x=1.0), "along its front's direction"),
        (ssb.ParallelDirectors(z=1.0), "along z alone"),
    ],
)
def test_front_that_is_no_graph_is_refused(front: ssb.ParallelDirectors, words: str) -> None:
    case = Pressed(1.0, True, 0.1, 2.0).case()
    case = replace(case, bodies=(replace(case.bodies[0], front=front),))
    with pytest.raises(CaseError, match=words):
        CellModel(case, case.geometry.build(COMM))


def test_front_is_parallel_directors() -> None:
    with pytest.raises(CaseError, match="front"):
        ssb.Body("lithium", {"lithium": FREE}, moves=True, front=ssb.FannedDirectors(y=1e-5))


@pytest.mark.parametrize(("pressure", "length"), [(-PRESSURE, RADIUS), (PRESSURE, -RADIUS)])
def test_closed_forms_refuse_negative_numbers(pressure: float, length: float) -> None:
    pore = Pressed(3.0, True, 0.0, 2.0).channel
    with pytest.raises(ParameterError, match="PressedPore"):
        pore.time(pressure, length)
    with pytest.raises(ParameterError, match="PressedPore"):
        pore.reach(pressure, length)
    assert pore.time(0.0, RADIUS) == math.inf
    assert pore.reach(PRESSURE, 0.0) == 0.0
