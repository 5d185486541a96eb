# SPDX-License-Identifier: BSD-3-Clause
"""Time loop: events are landed on, failures leave no trace, and a run ends with a named error."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.linear_solver import Direct
from ssbmech.case.phases import Phase
from ssbmech.case.protocol import Drive
from ssbmech.case.step_control import Tolerances
from ssbmech.case.stops import StopCondition
from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.errors import AuditError, CaseError, NotConverged, StepTooSmall
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.audits import AuditLimits
from ssbmech.solve.limits import Limits
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import TimeLoop
from ssbmech.units import V, mA_per_cm2, nm, s
from tests.parts import Transfer, part
from tests.small_cell import COUNTER, STORED, WORKING, breathe, cycle, void_cell
from tests.tools import March, march

COMM = MPI.COMM_WORLD
FIRST = ssb.Preload(1 * s)

Snapshot = dict[str, np.ndarray]


def snapshot(cell: CellModel, observer: Measurement) -> Snapshot:
    """Return copies of all that a run carries from step to step."""
    kept: dict[str, np.ndarray] = {"time": np.array([cell.time, cell.circuit.charge])}
    for unknown in cell.unknowns:
        kept[unknown.key] = np.stack([unknown.function.x.array, unknown.previous, unknown.older])
    for closure in cell.closures:
        kept[closure.key] = np.array([closure.value, closure.previous, closure.older])
    for name, body in cell.bodies.items():
        kept |= remembered(name, body)
    for name, surface in cell.surfaces.items():
        kept |= remembered(name, surface)
    kept["passed"] = np.array(list(cell.circuit.passed.values()))
    if cell.holder.closures:
        platen = cell.holder
        kept["platen seat"] = np.array(
            [platen.seated, platen.pressure_seat, platen.displacement_seat]
        )
    return kept


def remembered(name: str, place: BodyModel | SurfaceModel) -> Snapshot:
    """Return copies of what the parts of a body or interface remember."""
    return {
        f"{variable} {memory.place} {name}": value.x.array.copy()
        for memory in place.parts.memory
        for variable, value in memory.committed.items()
    }


class Witness:
    """Step control that sees to it that every attempt starts from the last accepted state."""

    def __init__(self, case: ssb.Case, look: Callable[[], Snapshot]) -> None:
        self.inner, self.look = case.step_control.sizer(), look
        self.before: Snapshot | None = None
        self.repeated = 0

    def again(self, left: float, part: float) -> None:
        self.inner.again(left, part)

    def start(self, step_length: float) -> None:
        self.inner.start(step_length)
        # the fixture has seated
        self.before = None

    def propose(self, remaining: float) -> float:
        now = self.look()
        if self.before is not None:
            self.repeated += 1
            changed = [key for key in now if not np.array_equal(now[key], self.before[key])]
            assert not changed, f"a failed step has changed {changed}"
        self.before = now
        return self.inner.propose(remaining)

    def accept(self, iterations: int, error: float) -> None:
        self.before = None
        # told of no error, so that steps grow until the loop objects
        self.inner.accept(iterations, 0.0)

    def reject(self, failure: NotConverged) -> None:
        self.inner.reject(failure)


def witnessed(case: ssb.Case) -> tuple[March, Witness]:
    """March a case under the eyes of a witness."""
    cell = CellModel(case, case.geometry.build(COMM))
    result = March(cell, Measurement(cell))
    witness = Witness(case, lambda: snapshot(cell, result.observer))
    newton = Newton(cell.system, case.newton, case.linear_solver, "witnessed_")
    tolerance = case.step_control.tolerances
    TimeLoop(cell, newton, result.observer, result, witness, tolerance).run(case.protocol)
    return result, witness


def test_failed_steps_leave_no_trace() -> None:
    """Steps fail in Newton's method, by their error, and by overshooting a stop condition."""
    stop = ssb.VoltageBelow(0.0174)
    case = void_cell(
        interfaces=tuple(
            dataclasses.replace(interface, contact=ssb.Sticking())
            for interface in void_cell(depth=40.0).interfaces
        ),
        protocol=(
            FIRST,
            ssb.ConstantCurrent(-1 * mA_per_cm2, 20 * s),
            ssb.ConstantCurrent(1 * mA_per_cm2, 400 * s, stops=(stop,)),
        ),
        newton=ssb.NewtonSettings(max_iterations=9),
        step_control=ssb.AdaptiveSteps(
            dt_initial=20.0, dt_max=100.0, gap_error=0.5 * nm, stress_error=None
        ),
    )
    run, witness = witnessed(case)
    reasons = " ".join(run.rejected)
    for reason in ("iterations", "accuracy", "overshot"):
        assert reason in reasons, f"no step was rejected for this reason: {run.rejected}"
    assert witness.repeated == len(run.rejected)
    assert abs(run.rows[-1]["voltage"] - 0.0174) <= stop.tolerance()


@pytest.mark.serial
def test_voltage_limit_is_landed_on() -> None:
    """The event falls where the same run without a limit passes it."""
    limit = 0.0175
    steps = ssb.AdaptiveSteps(dt_initial=10.0, dt_max=20.0, gap_error=30 * nm)
    case = void_cell(depth=40.0, protocol=cycle(20.0, 120.0), step_control=steps)
    free = march(case)
    strip = dataclasses.replace(case.protocol[2], stops=(ssb.VoltageBelow(limit),))
    held = march(dataclasses.replace(case, protocol=(*case.protocol[:2], strip, ssb.Rest(1 * s))))

    stripping = held.series("step") == 2
    assert abs(held.series("voltage")[stripping][-1] - limit) <= 1e-4
    assert np.all(held.series("voltage")[stripping][:-1] > limit)
    passed = free.series("step") == 2
    time, voltage = free.series("time")[passed], free.series("voltage")[passed]
    expected = np.interp(-limit, -voltage, time)
    assert held.series("time")[stripping][-1] == pytest.approx(expected, abs=3.0)
    # the next step of the protocol starts there
    there = held.series("time")[stripping][-1]
    assert held.series("time")[-1] == pytest.approx(there + 1.0, rel=1e-13)


@pytest.mark.serial
def test_limits_are_located_by_the_time_that_has_passed() -> None:
    """And not by a longest duration of a thousand hours, a ten-thousandth of which is minutes."""
    steps = ssb.ConstantCurrent(1.0, 3.6e6, stops=(ssb.VoltageAbove(4.2),))
    limits = Limits(Phase(steps), {}, math.nan, ())

    def landing(dt: float, elapsed: float) -> float | None:
        return limits.landing({0: -1e-2}, {0: 1e-2}, dt, elapsed, steps.duration)

    assert landing(300.0, 3600.0) == pytest.approx(150.0)
    assert landing(8.0, 3600.0) == pytest.approx(4.0)
    assert landing(15.0, 1e5) is None
    # a voltage that jumps at the very start is located within a millionth of the longest duration
    assert landing(8.0, 0.0) == pytest.approx(4.0)
    assert landing(7.0, 0.0) is None
    # and a rise that is so steep that it begins anywhere in a long step is looked for there
    steep = limits.landing({0: -1e-2}, {0: 1e6}, 100.0, 1e5, steps.duration)
    assert steep == pytest.approx(10.0, rel=1e-2)


@pytest.mark.serial
def test_loss_of_contact_is_landed_on() -> None:
    """Contact is lost facet by facet: the last step is short, and only after it there is less."""
    fraction = 0.45  # between five and six of twelve facets
    stop = ssb.ContactBelow(WORKING, fraction)
    case = void_cell(
        depth=40.0,
        fixture=ssb.DrivenPlaten(breathe),
        protocol=(
            FIRST,
            ssb.ConstantCurrent(-1 * mA_per_cm2, 40 * s),
            ssb.ConstantCurrent(1 * mA_per_cm2, 20 * s, stops=(stop,)),
        ),
        step_control=ssb.AdaptiveSteps(dt_initial=4.0, gap_error=30 * nm),
    )
    run = march(case)
    contact = run.series(stop.quantity)[run.series("step") == 2]
    assert np.all(contact[:-1] >= fraction) and contact[-1] < fraction
    assert run.rows[-1]["time_step"] <= 1e-3 * 20.0
    assert 41.0 < run.rows[-1]["time"] < 61.0


@pytest.mark.serial
def test_limits_that_are_not_passed_end_nothing() -> None:
    """Full contact is not less than full contact, and no voltage not below none."""
    case = shortened()
    stops = (ssb.ContactBelow(COUNTER, 1.0), ssb.VoltageBelow(0 * V))
    rest = ssb.Rest(1 * s, stops=stops)
    run = march(dataclasses.replace(case, protocol=(FIRST, rest)))
    assert run.rows[-1]["time"] == pytest.approx(2.0, rel=1e-13)


@pytest.mark.serial
def test_durations_are_landed_on() -> None:
    """The ends of all steps of the protocol are there, to rounding, whatever the steps between."""
    steps = ssb.AdaptiveSteps(dt_initial=0.3, dt_max=7.0, stress_error=None)
    case = void_cell(depth=40.0, protocol=cycle(11.0, 13.0), step_control=steps)
    run = march(case)
    time, step = run.series("time"), run.series("step")
    ends = [time[step == k][-1] for k in range(3)]
    assert ends == pytest.approx([1.0, 12.0, 25.0], rel=1e-13)
    assert np.all(np.diff(time) > 0.0)
    assert run.series("time_step").sum() == pytest.approx(25.0, rel=1e-13)
    assert np.all(run.series("time_step")[1:] > 0.05), "no slivers"


@pytest.mark.pair
def test_step_that_cannot_converge() -> None:
    """It is rolled back, cut, and ends in a named error with a report, on all ranks."""
    control = ssb.AdaptiveSteps(dt_initial=0.5, dt_min=0.05, cut=0.4)
    case = void_cell(newton=ssb.NewtonSettings(max_iterations=1), step_control=control)
    cell = CellModel(case, case.geometry.build(COMM))
    run = March(cell, Measurement(cell))
    before = snapshot(cell, run.observer)
    newton = Newton(cell.system, case.newton, case.linear_solver, "hopeless_")
    loop = TimeLoop(cell, newton, run.observer, run, control.sizer(), control.tolerances)
    with pytest.raises(StepTooSmall, match=r"time step fell below 0\.05 s: too many") as failure:
        loop.run(case.protocol)

    assert len(run.rejected) == 3  # 0.5, 0.2, 0.08; 0.032 would be too short
    assert not run.rows
    after = snapshot(cell, run.observer)
    assert all(np.array_equal(after[key], before[key]) for key in before)
    report = failure.value.report
    assert isinstance(report, SolveReport)
    assert report.iterations == 1
    assert report.worst()[1] > case.newton.tolerance
    assert set(report.norms) >= {"u negative", f"gap {WORKING}", "platen", f"electrode {COUNTER}"}
    assert len(set(COMM.allgather(str(failure.value)))) == 1


@dataclasses.dataclass(frozen=True)
class Peak:
    """A step that melts the metal for a hundredth of a second, which no check before a run sees."""

    duration: float = 10.0
    stops: tuple[StopCondition, ...] = ()
    name: str = "peak"
    seats: bool = False

    def drive(self, elapsed: float) -> Drive:
        return Drive(temperature=600.0 if 3.31 < elapsed < 3.32 else ROOM_TEMPERATURE)


@dataclasses.dataclass(frozen=True)
class Gap(Peak):
    """A step that knows nothing of an instant on which a time step ends."""

    def drive(self, elapsed: float) -> Drive:
        known = {False: Drive()}
        return known[3.3149 < elapsed < 3.3151]


class Keeper(March):
    """Keeps where a run could be taken up again, and in what state."""

    kept: list[tuple[int, float, bool, Snapshot]]

    def on_settled(self, position: Position, last: bool) -> None:
        state = snapshot(self.cell, self.observer)
        self.kept.append((position.step, position.elapsed, last, state))


@pytest.mark.pair
@pytest.mark.parametrize(("step", "told"), [(Peak(), "melts"), (Gap(), "raises KeyError: True")])
def test_a_step_that_cannot_be_begun_leaves_the_last_state_to_go_on_from(
    step: Peak, told: str
) -> None:
    case = dataclasses.replace(
        void_cell(protocol=(FIRST, step)),
        step_control=ssb.PrescribedSteps([1.0, 1.0, 2.315]),
    )
    cell = CellModel(case, case.geometry.build(COMM))
    run = Keeper(cell, Measurement(cell))
    run.kept = []
    newton = Newton(cell.system, case.newton, case.linear_solver, "kept_")
    sizer, tolerances = case.step_control.sizer(), case.step_control.tolerances
    with pytest.raises(CaseError, match=told):
        TimeLoop(cell, newton, run.observer, run, sizer, tolerances).run(case.protocol)
    assert [each[:3] for each in run.kept[-2:]] == [(1, 1.0, False), (1, 1.0, True)]
    before, after = (each[3] for each in run.kept[-2:])
    assert [key for key in before if not np.array_equal(before[key], after[key])] == []
    assert cell.conditions.temperature.value == pytest.approx(ROOM_TEMPERATURE)


@pytest.mark.pair
def test_audits_stop_the_run_with_their_name() -> None:
    case = shortened()
    cell = CellModel(case, case.geometry.build(COMM))
    for kind in ("lithium", "charge", "force", "contact"):
        observer = Measurement(cell, dataclasses.replace(AuditLimits(), **{kind: -1.0}))
        told = rf"audit of {kind} failed at t = 0\.5 s: error .*, limit -1"
        with pytest.raises(AuditError, match=told):
            march_with(case, cell, observer)
        cell.rollback()


@pytest.mark.serial
def test_lithium_audit_sees_lost_metal() -> None:
    case = shortened()
    cell = CellModel(case, case.geometry.build(COMM))

    class Thief(March):
        def on_step_end(self, number: int, step: ssb.Rest, reason: str) -> None:
            if number == 1:
                metal = part(self.cell.surfaces[WORKING], Transfer).reactant
                metal.stripped.x.array[:] *= 1.001

    observer = Measurement(cell)
    with pytest.raises(AuditError, match="audit of lithium failed at t = 3 s"):
        march_with(case, cell, observer, Thief(cell, observer))


@pytest.mark.serial
def test_contact_and_force_audits_see_a_step_solved_badly() -> None:
    """Were Newton's method content with too little, the audits would not be."""
    content = ssb.NewtonSettings()
    # more than a user may ask for
    object.__setattr__(content, "tolerance", 0.3)
    case = shortened(newton=content)
    cell = CellModel(case, case.geometry.build(COMM))
    with pytest.raises(AuditError, match="audit of"):
        march_with(case, cell, Measurement(cell))


def shortened(**changes: object) -> ssb.Case:
    """Return a case of three steps, one of each kind."""
    return void_cell(
        protocol=cycle(1.0, 1.0), step_control=ssb.PrescribedSteps([0.5, 0.5, 1, 1]), **changes
    )


def march_with(
    case: ssb.Case, cell: CellModel, observer: Measurement, hooks: March | None = None
) -> None:
    """March a case with an observer and hooks of one's own."""
    newton = Newton(cell.system, case.newton, case.linear_solver, "audited_")
    hooks = March(cell, observer) if hooks is None else hooks
    loop = TimeLoop(cell, newton, observer, hooks, case.step_control.sizer(), Tolerances())
    loop.run(case.protocol)


class OneEquation:
    """A system of one equation f(x) = 0, every rank its own.

    Attributes:
        x: the unknown.
        visited: where the residual was evaluated.
    """

    definite = False
    numbering = "always the same"

    def __init__(
        self, f: Callable[[float], float], slope: Callable[[float], float], x: float
    ) -> None:
        self.f, self.slope, self.x = f, slope, x
        self.mat = PETSc.Mat().createAIJ((1, 1), nnz=1, comm=MPI.COMM_SELF)
        self.matrix = self
        self.rhs, self.increment = self.mat.createVecs()
        self.visited: list[float] = []

    def residual(self) -> dict[str, float]:
        self.visited.append(self.x)
        value = self.f(self.x)
        self.rhs.array_w[:] = value
        return {"x": abs(value)}

    def jacobian(self) -> None:
        self.mat.setValue(0, 0, self.slope(self.x))
        self.mat.assemble()

    def apply(self, step: float) -> None:
        self.x -= step * float(self.increment.array_r[0])


def newton_for(equation: OneEquation, **settings: float) -> Newton:
    return Newton(equation, ssb.NewtonSettings(**settings), Direct(), "one_equation_")


def logarithm(x: float) -> float:
    return math.log(x) if x > 0.0 else math.nan


@pytest.mark.serial
def test_newton_backtracks_from_a_residual_that_is_not_finite() -> None:
    """From x = 3 a full step of log(x) = 0 ends at -0.3, where there is no logarithm."""
    equation = OneEquation(logarithm, lambda x: 1 / x, 3.0)
    report = newton_for(equation).solve()
    assert min(equation.visited) < 0.0
    assert equation.x == pytest.approx(1.0, abs=1e-8)
    assert report.reason == "converged"
    assert all(b <= a for a, b in zip(report.history, report.history[1:], strict=False))


@pytest.mark.pair
@pytest.mark.parametrize(
    ("f", "slope", "x", "reason"),
    [
        (logarithm, lambda x: 1 / x, -1.0, "residual not finite after 0"),
        (lambda x: x * x + 1, lambda x: 2 * x, 0.01, "no step reduces the residual after"),
        # a wrong slope: each iteration leaves nine tenths
        (lambda x: x, lambda x: 10.0, 1.0, "too many iterations after 5"),
        (lambda x: 1.0, lambda x: 0.0, 1.0, "linear solver failed after 0"),
    ],
)
def test_newton_gives_up_with_a_reason(
    f: Callable[[float], float], slope: Callable[[float], float], x: float, reason: str
) -> None:
    equation = OneEquation(f, slope, x)
    with pytest.raises(NotConverged, match=f"^{reason}.*residual .* in x$") as failure:
        newton_for(equation, max_iterations=100 if "no step" in reason else 5).solve()
    assert failure.value.report.reason in reason


@pytest.mark.serial
def test_newton_goes_on_while_the_residual_falls() -> None:
    """Far up an exponential each iteration gains a factor of e: twenty are too few for thirty."""
    equation = OneEquation(lambda x: math.exp(x) - 1, math.exp, 25.0)
    report = newton_for(equation, max_iterations=20).solve()
    assert 20 < report.iterations < 40
    assert abs(equation.x) < 1e-8


@pytest.mark.serial
def test_newton_does_not_go_on_for_ever() -> None:
    """Twice the most iterations would not do: the residual falls, but from too far."""
    equation = OneEquation(lambda x: math.exp(x) - 1, math.exp, 60.0)
    with pytest.raises(NotConverged, match=r"^too many iterations after 20 "):
        newton_for(equation, max_iterations=20).solve()


@pytest.mark.serial
def test_newton_leaps_where_no_part_of_a_step_helps() -> None:
    """At a kink the slope of the wrong side leads astray; on the right side it leads home."""
    equation = OneEquation(lambda x: x + 1, lambda x: -0.2 if x == 0.0 else 1.0, 0.0)
    report = newton_for(equation).solve()
    assert report.leaps == 1
    assert equation.x == pytest.approx(-1.0, abs=1e-8)


@pytest.mark.serial
def test_newton_retreats_from_a_wild_prediction() -> None:
    """Far up an exponential each iteration gains a factor of e; the last state is nearer."""
    equation = OneEquation(lambda x: math.exp(x) - 1, math.exp, 30.0)

    def retreat() -> None:
        equation.x = 0.5

    report = newton_for(equation).solve(retreat)
    assert report.iterations < 8
    assert equation.x == pytest.approx(0.0, abs=1e-8)


@pytest.mark.serial
def test_failed_steps_of_a_composite_leave_no_trace() -> None:
    """Lithium, bonds and potentials included."""
    case = STORED["composite"].case("composite")
    charge = dataclasses.replace(case.protocol[1], duration=200.0)
    steps = ssb.AdaptiveSteps(dt_initial=1.0, dt_max=200.0, content_error=1e-3, growth=9.0)
    case = dataclasses.replace(
        case, protocol=(case.protocol[0], charge), step_control=steps,
        newton=ssb.NewtonSettings(max_iterations=8),
    )  # fmt: skip
    run, witness = witnessed(case)
    assert witness.repeated == len(run.rejected) > 0


@pytest.mark.pair
def test_adaptive_steps() -> None:
    """Two equal steps instead of one and a sliver; no growth right after a failure."""
    control = ssb.AdaptiveSteps(dt_initial=1.0, dt_min=0.1, growth=2.0, cut=0.4, dt_max=5.0)
    sizer = control.sizer()
    sizer.start(100.0)
    assert sizer.propose(100.0) == pytest.approx(1.0)
    sizer.accept(4, 0.01)
    assert sizer.propose(99.0) == pytest.approx(2.0)
    sizer.reject(NotConverged("for once"))
    assert sizer.propose(99.0) == pytest.approx(0.8)
    sizer.accept(4, 0.01)
    assert sizer.propose(98.2) == pytest.approx(0.8)
    sizer.accept(16, 0.01)
    assert sizer.propose(97.4) == pytest.approx(0.4)  # half the iterations would have been enough
    for _ in range(5):
        sizer.accept(4, 0.01)
        sizer.propose(90.0)
    assert sizer.propose(90.0) == pytest.approx(5.0)
    assert sizer.propose(8.0) == pytest.approx(4.0)
    assert sizer.propose(5.0) == pytest.approx(5.0)
    assert sizer.propose(0.3) == pytest.approx(0.3)
    # a failure cuts what was tried
    sizer.reject(NotConverged("again"))
    assert sizer.propose(90.0) == pytest.approx(0.12)
    with pytest.raises(StepTooSmall, match=r"fell below 0\.1 s: at last"):
        sizer.reject(NotConverged("at last"))


@pytest.mark.pair
def test_prescribed_steps() -> None:
    sizer = ssb.PrescribedSteps([1.0, 2.0]).sizer()
    sizer.start(10.0)
    assert sizer.propose(10.0) == pytest.approx(1.0)
    sizer.accept(9, 9.0)
    assert sizer.propose(1.5) == pytest.approx(1.5)
    sizer.accept(9, 9.0)
    assert sizer.propose(7.5) == pytest.approx(7.5)
    with pytest.raises(StepTooSmall, match="prescribed time step has no solution: because"):
        sizer.reject(NotConverged("because"))
