# SPDX-License-Identifier: BSD-3-Clause
"""Extensions that do not fit are named before the solve; those that fail end the run in order."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest
import ufl
from dolfinx import fem

import ssbmech as ssb
from ssbmech.errors import AuditError, CaseError, ObserverError, RunFolderError
from ssbmech.frames import Expr
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.model.part import Part
from ssbmech.runfolder.status import RunStatus
from ssbmech.solve.unknowns import Unknown
from tests.elastic_cell import COUNTER, METAL, WORKING, symmetric_cell
from tests.extensions.film import Deposit, ThickeningFilm
from tests.extensions.throughput import Throughput
from tests.tools import march

COMM = MPI.COMM_WORLD
FILM = ThickeningFilm(resistance=1e-3, resistivity=1e5, growth=1e-11)
QUIET = ssb.Output(figures=False, checkpoint_every=0.0)


@dataclass(frozen=True)
class Wrong(Deposit):
    """A law whose states can be told to be wrong."""

    variables: tuple[ssb.StateVariable, ...] = ()
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def state_variables(self) -> tuple[ssb.StateVariable, ...]:
        return self.variables

    def end_of_step(self, point: ssb.InterfacePoint) -> Mapping[str, Expr]:
        return self.values

    def thickness(self, point: ssb.InterfacePoint) -> Expr:
        return 0.0


def built(*laws: Any, kinetics: Any = FILM) -> Measurement:
    """Build a cell with laws on its working electrode, and what measures it."""
    case = symmetric_cell(
        interfaces=(
            ssb.Interface(WORKING, kinetics=kinetics, laws=laws),
            ssb.Interface(COUNTER, kinetics=FILM),
        )
    )
    return Measurement(CellModel(case, case.geometry.build(COMM)))


def wrong(*variables: ssb.StateVariable, **values: Any) -> Wrong:
    return Wrong(0.0, variables, values)


RUST = ssb.StateVariable("rust", "m", 0.0)
TENSOR = ssb.StateVariable("rust", "m")

BAD_LAWS = {
    "twice in one law": ([wrong(RUST, RUST, rust=0.0)], "'rust' of Wrong is declared twice"),
    "in two laws": (
        [wrong(RUST, rust=0.0), wrong(RUST, rust=0.0)],
        "'rust' of Wrong is declared twice",
    ),
    "of another law": (
        [wrong(ssb.StateVariable("film_thickness", "m", 0.0), film_thickness=0.0)],
        "'film_thickness' of Wrong is declared twice",
    ),
    "name taken": (
        [wrong(ssb.StateVariable("gap", "m", 0.0), gap=0.0)],
        f"more than one field 'gap' of '{WORKING}'",
    ),
    "no name": ([wrong(ssb.StateVariable("a b", "m", 0.0))], "declares a state 'a b'"),
    "tensor": ([wrong(TENSOR, rust=ufl.zero(3, 3))], "'rust' is a tensor, which an interface"),
    "missing value": ([wrong(RUST)], "declares the states rust, but gives values .* for none"),
    "value of another": ([wrong(RUST, dust=0.0)], "declares the states rust.* for dust"),
    "shape": ([wrong(RUST, rust=ufl.zero(2))], r"the shape \(2,\): expected \(\)"),
}


@pytest.mark.parametrize("name", BAD_LAWS)
def test_states_that_do_not_fit(name: str) -> None:
    laws, told = BAD_LAWS[name]
    with pytest.raises(CaseError, match=told):
        built(*laws)


@pytest.mark.serial
def test_bulk_state_of_the_wrong_shape() -> None:
    @dataclass(frozen=True)
    class Odd:
        elastic: Any

        def __getattr__(self, name: str) -> Any:
            return getattr(object.__getattribute__(self, "elastic"), name)

        state_variables = (ssb.StateVariable("dust", "1", 0.0),)

        def response(self, strain: Expr, state_n: Any, around: Any) -> Any:
            response = self.elastic.response(strain, state_n, around)
            return dataclasses.replace(response, state={"dust": strain})

    metal = dataclasses.replace(METAL, solid=Odd(METAL.solid))
    case = symmetric_cell()
    bodies = (ssb.Body.single("negative", metal), *case.bodies[1:])
    with pytest.raises(CaseError, match=r"region 'negative': Odd gives the state 'dust' the shape"):
        case = dataclasses.replace(case, bodies=bodies)
        CellModel(case, case.geometry.build(COMM))


@pytest.mark.pair
def test_residual_without_its_unknown() -> None:
    class Deaf(ThickeningFilm):
        def residual(self, point: ssb.InterfacePoint) -> Expr:
            return point.driving / self.resistance

    with pytest.raises(CaseError, match=r"residual of Deaf does not contain the current"):
        built(kinetics=Deaf(1e-3, 0.0, 0.0))


class Lonely(Part):
    """A part whose unknown lacks an equation, or whose equation lacks the unknown."""

    def __init__(self, model: Any, silent: bool) -> None:
        space = fem.functionspace(model.mesh.mesh, ("Lagrange", 1))
        self.unknown = Unknown("spin", model.name, fem.Function(space), 1.0)
        self.model, self.silent = model, silent

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        return (self.unknown,)

    def sizes(self) -> Any:
        size = fem.Constant(self.model.mesh.mesh, 1.0)
        yield self.unknown.key, size * self.model.test(self.unknown) * self.model.dx

    def terms(self) -> Any:
        if self.silent:
            return
        q = self.model.test(self.unknown)
        yield self.unknown.key, self.model.u.function[0] * q * self.model.dx


@dataclass(frozen=True)
class LonelyPhysics:
    silent: bool

    def part(self, model: Any) -> Lonely:
        return Lonely(model, self.silent)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("silent", "told"),
    [(True, "'spin' has no equation"), (False, "equation of the unknown 'spin' does not contain")],
)
def test_unknowns_need_equations(silent: bool, told: str) -> None:
    case = symmetric_cell()
    body = dataclasses.replace(case.bodies[0], parts=(LonelyPhysics(silent),))
    case = dataclasses.replace(case, bodies=(body, *case.bodies[1:]))
    with pytest.raises(CaseError, match=told):
        CellModel(case, case.geometry.build(COMM))


@dataclass(frozen=True)
class NoPhysics:
    def part(self, model: Any) -> object:
        return object()


@pytest.mark.serial
def test_parts_that_are_none_or_lack_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    case = symmetric_cell()

    def with_part(physics: Any) -> ssb.Case:
        body = dataclasses.replace(case.bodies[0], parts=(physics,))
        return dataclasses.replace(case, bodies=(body, *case.bodies[1:]))

    tagged = case.geometry.build(COMM)
    with pytest.raises(CaseError, match="is not a part: it has no 'unknowns'"):
        CellModel(with_part(NoPhysics()), tagged)
    monkeypatch.setattr(Lonely, "sizes", lambda self: ())
    with pytest.raises(CaseError, match="the unknown 'spin' has no size"):
        CellModel(with_part(LonelyPhysics(silent=False)), tagged)


@dataclass(frozen=True)
class Misplaced:
    """A field where it cannot be."""

    where: str
    kind: str

    def outputs(self, cell: CellModel) -> Any:
        quantity = ssb.Quantity("odd", "", "1", "odd")
        fields = {
            "points": ssb.PointField(quantity, lambda: np.zeros(1)),
            "cells": ssb.CellField(quantity, lambda: np.zeros(1)),
        }
        return {self.where: [fields[self.kind]]}


@pytest.mark.serial
@pytest.mark.parametrize(
    ("item", "told"),
    [
        (Misplaced("", "cells"), "'odd' is measured at no body or interface"),
        (Misplaced(WORKING, "points"), "'odd' is of a kind that only a body has"),
    ],
)
def test_fields_where_they_cannot_be(item: Misplaced, told: str) -> None:
    case = symmetric_cell(output=ssb.Output(quantities=(item,)))
    with pytest.raises(CaseError, match=told):
        Measurement(CellModel(case, case.geometry.build(COMM)))


@pytest.mark.serial
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"laws": Deposit(0.0)}, r"must be a tuple.*write \(Deposit\(...\),\)"),
        ({"laws": (Deposit,)}, "is the class Deposit"),
        ({"laws": (FILM,)}, "has no 'thickness'"),
        ({"parts": (FILM,)}, "has no 'part'"),
    ],
)
def test_what_is_no_extension(change: dict[str, Any], told: str) -> None:
    with pytest.raises(CaseError, match=told):
        ssb.Interface(WORKING, kinetics=FILM, **change)


@dataclass
class Failing:
    """An observer that fails at a row, on one rank if so asked."""

    at: int = 2
    rank: int = -1
    seen: int = 0
    name: str = "failing"

    def begin(self, cell: CellModel) -> Any:
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        self.seen += 1
        if self.seen == self.at and self.rank in (-1, COMM.rank):
            raise ZeroDivisionError("nobody knows")

    def state(self) -> Any:
        return {"seen": self.seen}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.seen = state["seen"]


def stepping(**changes: Any) -> ssb.Case:
    """Return a case of four steps."""
    case = symmetric_cell(
        protocol=(ssb.Preload(1.0), ssb.Rest(30.0)),
        step_control=ssb.PrescribedSteps([1.0, 10.0, 10.0, 10.0]),
        output=QUIET,
    )
    return dataclasses.replace(case, **changes)


@pytest.mark.parametrize("rank", [-1, COMM.size - 1])
def test_observer_that_raises_ends_the_run_in_order(tmp_path: Path, rank: int) -> None:
    """On all ranks, with a checkpoint before the step; the mended run goes on from there."""
    folder, told = tmp_path / "run", "observer 'failing' raised ZeroDivisionError: nobody knows"
    counting = Throughput(1e9)
    with pytest.raises(ObserverError, match=told):
        ssb.run(stepping(), folder, observers=(counting, Failing(rank=rank)))
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == RunStatus.FAILED
    assert told in manifest["reason"]
    COMM.barrier()
    result = ssb.resume(stepping(), folder, observers=(Throughput(1e9), Failing(at=-1)))
    assert result.status is RunStatus.COMPLETE
    assert [row["time"] for row in result.rows] == pytest.approx([1.0, 11.0, 21.0, 31.0])


@pytest.mark.serial
def test_observer_that_fails_between_two_steps_leaves_time_and_protocol_together(
    tmp_path: Path,
) -> None:
    """The step is committed: the run goes on behind it, and stays as long as its protocol."""

    @dataclass
    class Between(Failing):
        at: int = -1
        fails: bool = True

        def settled(self) -> None:
            if self.fails and self.seen == 2:
                raise ZeroDivisionError("nobody knows")

    folder = tmp_path / "run"
    with pytest.raises(ObserverError, match="observer 'failing' raised ZeroDivisionError"):
        ssb.run(stepping(), folder, observers=(Between(),))
    going_on = Between(fails=False)
    result = ssb.resume(stepping(), folder, observers=(going_on,))
    assert result.status is RunStatus.COMPLETE
    assert [row["time"] for row in result.rows] == pytest.approx([1.0, 11.0, 21.0, 31.0])
    assert going_on.seen == 4


@pytest.mark.serial
def test_a_failed_audit_leaves_the_memory_of_observers(tmp_path: Path) -> None:
    """The step that is rolled back was not seen; the one before stays seen."""
    counting, seen = Throughput(1e9), []

    class Late(Failing):
        def see(self, row: Mapping[str, float]) -> None:
            self.seen += 1
            seen.append(self.seen)

    with pytest.MonkeyPatch.context() as patch:
        check = Measurement.check

        def strict(self: Measurement, row: dict[str, float]) -> None:
            check(self, row)
            if row["time"] > 15.0:
                raise AuditError("audit of patience failed")

        patch.setattr(Measurement, "check", strict)
        with pytest.raises(AuditError):
            ssb.run(stepping(), tmp_path / "run", observers=(counting, Late()))
    assert seen == [1, 2]
    COMM.barrier()
    ssb.resume(stepping(), tmp_path / "run", observers=(Throughput(1e9), Late()))
    assert seen == [1, 2, 3, 4]


@dataclass(frozen=True)
class BrokenField:
    """A field that can be measured a few times."""

    calls: list[int] = dataclasses.field(default_factory=list)

    def outputs(self, cell: CellModel) -> Any:
        nodes = cell.bodies["separator"].u.function.function_space.dofmap.index_map.size_local

        def measure() -> np.ndarray:
            self.calls.append(1)
            if len(self.calls) == 3:
                raise ZeroDivisionError("nobody knows")
            return np.zeros(nodes)

        return {"separator": [ssb.PointField(ssb.Quantity("odd", "", "1", "odd"), measure)]}


@pytest.mark.pair
def test_a_field_that_fails_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    """With charge passing: what is kept is all of one step."""
    folder = tmp_path / "run"

    def passing(quantity: BrokenField) -> ssb.Case:
        return stepping(
            protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(5.0, 30.0)),
            output=dataclasses.replace(QUIET, fields_every=1, quantities=(quantity,)),
        )

    with pytest.raises(ObserverError, match="quantity BrokenField raised ZeroDivisionError"):
        ssb.run(passing(BrokenField()), folder, observers=(Throughput(1e9),))
    COMM.barrier()
    result = ssb.resume(passing(BrokenField([1] * 9)), folder, observers=(Throughput(1e9),))
    assert [row["time"] for row in result.rows] == pytest.approx([1.0, 11.0, 21.0, 31.0])
    assert [row["throughput"] for row in result.rows] == pytest.approx([0.0, 50.0, 100.0, 150.0])


@pytest.mark.serial
def test_observers_return_to_before_a_step_that_one_of_them_refused(tmp_path: Path) -> None:
    """The first has counted the step when the second fails."""
    case = stepping(protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(5.0, 30.0)))
    folder = tmp_path / "run"
    with pytest.raises(ObserverError):
        ssb.run(case, folder, observers=(Throughput(1e9), Failing(at=3)))
    COMM.barrier()
    late = Failing(at=-1)
    result = ssb.resume(case, folder, observers=(Throughput(1e9), late))
    assert [row["throughput"] for row in result.rows] == pytest.approx([0.0, 50.0, 100.0, 150.0])
    assert late.seen == 4


@pytest.mark.serial
def test_end_of_the_run_comes_before_a_stop_condition(tmp_path: Path) -> None:
    """Both are met by the same time step."""
    stop = ssb.ContactBelow(WORKING, 1.0)
    case = stepping(
        protocol=(ssb.Preload(1.0), ssb.Rest(20.0, stops=(stop,)), ssb.Rest(10.0)),
    )

    class Now(Throughput):
        def see(self, row: Mapping[str, float]) -> Any:
            return ssb.EndRun("enough") if row["step"] == 1.0 else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssb.ContactBelow, "excess", lambda self, value: 1e-6)
        result = ssb.run(case, tmp_path / "run", observers=(Now(1.0),))
    assert result.status is RunStatus.COMPLETE
    assert {row["step"] for row in result.rows} == {0.0, 1.0}


def test_ranks_end_together(tmp_path: Path) -> None:
    """Also if only the first of them wants to."""

    class Alone(Throughput):
        def see(self, row: Mapping[str, float]) -> Any:
            return ssb.EndRun("tired") if COMM.rank == 0 and row["step"] == 1.0 else None

    result = ssb.run(stepping(), tmp_path / "run", observers=(Alone(1.0),))
    assert result.status is RunStatus.COMPLETE
    assert len(result.rows) == 2


@pytest.mark.serial
@pytest.mark.parametrize("name", ["offset", "p_contact", "shear"])
def test_names_that_checkpoints_have_already(tmp_path: Path, name: str) -> None:
    law = wrong(ssb.StateVariable(name, "m", 0.0), **{name: 0.0})
    interfaces = (
        ssb.Interface(WORKING, contact=ssb.Sticking(), kinetics=FILM, laws=(law,)),
        ssb.Interface(COUNTER, kinetics=FILM),
    )
    with pytest.raises(CaseError, match=f"'{name}"):
        ssb.run(stepping(interfaces=interfaces), tmp_path / "run")


@pytest.mark.serial
def test_states_that_are_plain_numbers() -> None:
    """On an interface and in a body: a state that does not change, and one that jumps."""

    @dataclass(frozen=True)
    class Marked:
        elastic: Any

        def __getattr__(self, name: str) -> Any:
            return getattr(object.__getattribute__(self, "elastic"), name)

        state_variables = (
            ssb.StateVariable("mark", "1", 0.0),
            ssb.StateVariable("texture", "1"),
        )

        def response(self, strain: Expr, state_n: Any, around: Any) -> Any:
            response = self.elastic.response(strain, state_n, around)
            return dataclasses.replace(response, state={"mark": 2.0, "texture": ufl.zero(3, 3)})

    case = stepping(
        interfaces=(
            ssb.Interface(WORKING, kinetics=FILM, laws=(wrong(RUST, rust=3.0),)),
            ssb.Interface(COUNTER, kinetics=FILM),
        )
    )
    metal = dataclasses.replace(METAL, solid=Marked(METAL.solid))
    case = dataclasses.replace(case, bodies=(ssb.Body.single("negative", metal), *case.bodies[1:]))
    done = march(case)
    assert done.series("mark_mean:negative") == pytest.approx([2.0] * 4)
    assert done.series(f"rust_max:{WORKING}") == pytest.approx([3.0] * 4)


@pytest.mark.serial
def test_stop_conditions_do_not_watch_observers(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Enough:
        quantity: str = "throughput"

        def excess(self, value: float) -> float:
            return value

        def tolerance(self) -> float:
            return 1.0

    case = stepping(protocol=(ssb.Preload(1.0), ssb.Rest(30.0, stops=(Enough(),))))
    with pytest.raises(CaseError, match="stops on 'throughput', which this case does not compute"):
        ssb.run(case, tmp_path / "run", observers=(Throughput(1e9),))


@pytest.mark.serial
def test_observers_that_fail_when_asked_for_columns(tmp_path: Path) -> None:
    class Blind(Throughput):
        def begin(self, cell: CellModel) -> Any:
            columns = super().begin(cell)
            broken = dataclasses.replace(columns[""][0], measure=lambda _: 1 / 0)
            return {"": [broken]}

    with pytest.raises(ObserverError, match="observer 'throughput' raised ZeroDivisionError"):
        ssb.run(stepping(), tmp_path / "run", observers=(Blind(1.0),))

    class Shy(Throughput):
        def begin(self, cell: CellModel) -> Any:
            raise KeyError("where")

    with pytest.raises(ObserverError, match="observer 'throughput' raised KeyError"):
        ssb.run(stepping(), tmp_path / "other", observers=(Shy(1.0),))


@dataclass(frozen=True)
class Lost:
    """A quantity that fails, or is measured where nothing is."""

    where: str
    name: str = "lost"

    def outputs(self, cell: CellModel) -> Any:
        quantity = ssb.Quantity(self.name, "", "1", "lost")
        return {self.where: [ssb.Scalar(quantity, lambda _: float("x"), self.where)]}


@pytest.mark.serial
@pytest.mark.parametrize(
    ("item", "error", "told"),
    [
        (Lost("nowhere"), CaseError, "measured at 'nowhere', which is no body or interface"),
        (Lost("", "voltage"), CaseError, "more than one column of the series 'voltage'"),
        (Lost("separator"), ObserverError, "quantity Lost raised ValueError"),
    ],
)
def test_quantities_that_do_not_fit(
    tmp_path: Path, item: Lost, error: type[Exception], told: str
) -> None:
    case = stepping(output=dataclasses.replace(QUIET, quantities=(item,)))
    with pytest.raises(error, match=told):
        ssb.run(case, tmp_path / "run")


@pytest.mark.serial
@pytest.mark.parametrize(
    ("observers", "told"),
    [
        ((Throughput,), "is the class Throughput"),
        ((Throughput(1.0), Throughput(2.0)), "two observers have the same name: 'throughput'"),
        ((object(),), "is no observer: it has no 'name'"),
    ],
)
def test_what_is_no_observer(tmp_path: Path, observers: tuple[Any, ...], told: str) -> None:
    with pytest.raises(CaseError, match=told):
        ssb.run(stepping(), tmp_path / "run", observers=observers)


@pytest.mark.pair
def test_observers_with_memory_go_with_their_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(ObserverError):
        ssb.run(stepping(), folder, observers=(Throughput(1e9), Failing()))
    COMM.barrier()
    with pytest.raises(RunFolderError, match="other observers with memory: failing, throughput"):
        ssb.resume(stepping(), folder)
    COMM.barrier()
    with pytest.raises(RunFolderError, match="other observers with memory: failing"):
        ssb.resume(stepping(), folder, observers=(Throughput(1e9),))


@dataclass(frozen=True)
class Pulsed(ssb.Rest):
    """A rest with instants at which a time step must end."""

    break_points: tuple[float, ...] = ()


@pytest.mark.serial
def test_time_steps_land_on_break_points() -> None:
    points = (0.3, 7.0, 12.5)
    case = stepping(
        protocol=(ssb.Preload(1.0), Pulsed(20.0, break_points=points)),
        step_control=ssb.AdaptiveSteps(dt_initial=0.2, dt_max=6.0, growth=2.0),
    )
    done = march(case)
    elapsed = done.series("time") - 1.0
    for point in points:
        assert np.min(np.abs(elapsed - point)) < 1e-9
    # what comes after a break point begins with a first step again
    after = elapsed[np.argmin(np.abs(elapsed - points[1])) + 1]
    assert after - points[1] == pytest.approx(0.2)


@pytest.mark.serial
def test_break_points_lie_within_their_step(tmp_path: Path) -> None:
    case = stepping(protocol=(Pulsed(20.0, break_points=(25.0,)),))
    with pytest.raises(CaseError, match="break point at 25 s, which is not within its duration"):
        ssb.run(case, tmp_path / "run")
