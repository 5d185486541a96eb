# SPDX-License-Identifier: BSD-3-Clause
"""Bad input, made systematically: each field of each public class with what does not belong there.

    ./ssb python -m tests.fuzz           # what is made from annotations and bounds; no solve
    ./ssb python -m tests.fuzz --runs    # the command line too

Each input ends in one of four ways: an error of the package's own, accepted with a reason that is
listed, accepted without one, or something else (a traceback of another error, or no end). The
last two are faults.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import signal
import subprocess
import sys
import tempfile
import types
import typing
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ssbmech as ssb
from ssbmech import kinds, library
from ssbmech.errors import SSBMechError
from ssbmech.parameter import Declaration
from ssbmech.units import K, V, registry, um, unit_of
from tests import fuzz_commands
from tests.fuzz_reasons import why_accepted
from tests.public import public_dataclasses
from tests.small_cell import stack, void_cell

LIMIT: Final = 60
"""Time that one input may take, on a machine that others use too [s]."""

REPOSITORY: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Input:
    """One bad input.

    Attributes:
        name: "Class.field" and what is wrong.
        make: makes it.
    """

    name: str
    make: Callable[[], Any]


@dataclass(frozen=True)
class Outcome:
    """How an input ended.

    Attributes:
        name: name of the input.
        kind: "own error", "accepted with a reason", "accepted", "traceback" or "no end".
        told: message or reason.
    """

    name: str
    kind: str
    told: str


class Nothing:
    """An object of no kind."""


def examples() -> dict[Any, Any]:
    """Return a valid object of as many public classes as the cases below hold."""
    found: dict[Any, Any] = {}
    wanted = set(public_dataclasses())
    roots: list[Any] = [
        void_cell(),
        stack(ssb.ThreeDimensional()),
        *(make() for make in library.MATERIALS.values()),
        ssb.Charge(1e-4, to=4.2),
        ssb.Discharge(1e-4, to=3.0),
        ssb.Hold(4.2, 10.0),
        ssb.ConstantVoltage(0.1, 10.0),
        ssb.CurrentSweep(1.0, 2.0, 10.0),
        ssb.ConstantForce(1e6),
        ssb.FixedGap(1e6),
        ssb.Isostatic(1e6),
        ssb.DrivenPlaten(lambda t: 0.0),
        ssb.FacePressure("right", lambda t: 1e5),
        ssb.FaceFlux("right", lambda t: 0.0),
        ssb.FacePotential("right", lambda x: x[0]),
        ssb.BodyForce("a", lambda x: x),
        ssb.IonSource("a", lambda x: x[0]),
        ssb.Clamp("bottom"),
        ssb.NoSlip("bottom"),
        ssb.ContactBelow("a|b", 0.5),
        ssb.VoidAbove("a|b", 1e-6),
        ssb.VoltageAbove(4.2),
        ssb.VoltageBelow(3.0),
        ssb.CurrentBelow(0.1),
        ssb.PrescribedSteps((1.0,)),
        ssb.Cholesky(),
        ssb.Refinement("a|b", 1e-6, 1e-7, 1e-6),
        ssb.CosineGap(1e-7, 1e-5),
        ssb.CylinderGap(1e-5),
        ssb.SphereGap(1e-5),
        ssb.FunctionGap(lambda x: 0 * x[0]),
        ssb.FunctionActivity(lambda x: 1 + 0 * x[0]),
        ssb.Strips(((0.0, 1e-6),)),
        ssb.Discs(((0.0, 0.0),), radius=1e-6),
        ssb.LinearKinetics(1e-3),
        ssb.RoughConduction(1e8),
        ssb.StateVariable("a", "m", 0.0),
        ssb.TemperatureRange(250.0, 350.0),
        ssb.Quantity("a", "$a$", "m", "a"),
        ssb.Column("t"),
        ssb.Electrodes("a|b", "c|b"),
        ssb.EndRun("done"),
        ssb.Drive() if hasattr(ssb, "Drive") else None,
    ]
    seen: set[int] = set()
    while roots:
        item = roots.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, Mapping):
            roots += list(item.values())
        elif isinstance(item, (tuple, list)):
            roots += list(item)
        elif dataclasses.is_dataclass(item) and not isinstance(item, type):
            if type(item) in wanted:
                found.setdefault(type(item), item)
            roots += [getattr(item, each.name, None) for each in dataclasses.fields(item)]
    return found


def inputs() -> Iterator[Input]:
    """Yield inputs: each field of each example with values that do not belong there."""
    for kind, example in sorted(examples().items(), key=lambda pair: pair[0].__qualname__):
        hints = kinds.field_kinds(kind)
        for field in dataclasses.fields(kind):
            if not field.init:
                continue
            declaration = field.metadata.get("ssbmech.parameter")
            where = f"{kind.__qualname__}.{field.name}"
            if isinstance(declaration, Declaration) and not declaration.is_table:
                optional = type(None) in typing.get_args(hints.get(field.name))
                bad = _of_number(declaration, optional or field.default is not dataclasses.MISSING)
            else:
                bad = _of_kind(hints.get(field.name, Any), getattr(example, field.name))
            for what, value in bad:
                yield Input(f"{where}: {what}", _changed(example, field.name, value))
    yield from by_hand()


def _changed(example: Any, name: str, value: Any) -> Callable[[], Any]:
    return lambda: dataclasses.replace(example, **{name: value})


def _of_number(declared: Declaration, may_be_none: bool) -> Iterator[tuple[str, Any]]:
    """Yield what is no number of a declaration."""
    other = 1 * K if not (1 * K).is_compatible_with(unit_of(declared.unit)) else 1 * V
    yield from {
        "text": "5",
        "nan": math.nan,
        "infinite": math.inf,
        "minus infinite": -math.inf,
        "wrong unit": other,
        "truth": True,
        "list": [1.0],
        "complex": 1j,
        "object": Nothing(),
        "class": float,
        "function": lambda t: 1.0,
        "quantity of nan": math.nan * registry.Unit(unit_of(declared.unit)),
    }.items()
    yield "huge", 1e300
    yield "tiny", 1e-300
    if not may_be_none:
        yield "None", None
    if declared.low is not None:
        yield "below its bound", declared.low - max(1.0, abs(declared.low))
        if declared.low_open:
            yield "on its bound", declared.low
    if declared.high is not None:
        yield "above its bound", declared.high + max(1.0, abs(declared.high))


def _of_kind(hint: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is not of the kind of a field."""
    arms = set(typing.get_args(hint)) if _is_union(hint) else {hint}
    origins = {typing.get_origin(arm) or arm for arm in arms}
    if Any in arms or object in arms or not arms:
        return
    yield "object", Nothing()
    if not arms & {int, float}:
        yield "number", 1.5
        yield "nan", math.nan
    elif float not in arms:
        yield "half", 1.5
    if not arms & {str, Path}:
        yield "text", "text"
        yield "empty text", ""
    else:
        yield "empty", ""
        yield "two lines", "two\nlines"
    if type(None) not in arms:
        yield "None", None
    if bool not in arms:
        yield "truth", True
    if dict not in origins and typing.get_origin(hint) is not Mapping and Mapping not in origins:
        yield "mapping", {"a": 1}
    yield "quantity", 1 * um
    if not isinstance(value, (str, int, float, type(None))):
        yield "class for its instance", type(value)
    if isinstance(value, tuple):
        yield "wrong item", (Nothing(),)
        yield "nested", (((Nothing(),),),)
        for item in value[:1]:
            if not isinstance(item, (tuple, list)):
                yield "lonely item", item
    if isinstance(value, Mapping):
        yield "key of no text", {3: next(iter(value.values()), None)}
        yield "wrong value", {"a": Nothing()}


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def by_hand() -> Iterator[Input]:
    """Yield inputs whose fields do not fit each other, or a step, function or name of no use."""
    case = void_cell()
    flat = case.geometry
    change = dataclasses.replace

    def raising(t: float) -> float:
        raise LookupError("no table")

    hand: dict[str, Callable[[], Any]] = {
        "coarse interfaces": lambda: change(flat, size_interface=1e-4, size_bulk=1e-6),
        "3e13 cells": lambda: change(flat, width=1.0, size_interface=1e-7).check_size(),
        "picometre cells": lambda: change(flat, size_interface=1e-13).check_size(),
        "fine place": lambda: change(
            flat, refinements=(ssb.Refinement("negative|separator", 1e-6, 1e-13, 1e-6),)
        ).check_size(),
        "no layers": lambda: change(flat, layers=()),
        "a layer twice": lambda: change(flat, layers=(flat.layers[0],) * 2),
        "graded at nothing": lambda: change(flat, graded=("a|b",)),
        "a depth in the plane": lambda: change(flat, depth=1e-6),
        "no protocol": lambda: change(case, protocol=()),
        "a step of a step": lambda: change(case, protocol=(ssb.Rest,)),
        "text as a step": lambda: change(case, protocol=("rest",)),
        "half a cycle": lambda: ssb.cycles(3.0, ssb.Rest(1)),  # type: ignore[arg-type]
        "no cycle": lambda: ssb.cycles(0, ssb.Rest(1)),
        "text for cycles": lambda: ssb.cycles("two", ssb.Rest(1)),  # type: ignore[arg-type]
        "cycles of nothing": lambda: ssb.cycles(2),
        "an endless rest": lambda: ssb.Rest(math.inf),
        "cold": lambda: change(case, temperature=25),
        "hot": lambda: change(case, temperature=5000),
        "a name of lines": lambda: change(case, name="a\nb"),
        "no name": lambda: change(case, name=""),
        "a long name": lambda: change(case, name="x" * 5000),
        "dt_min above dt_max": lambda: ssb.AdaptiveSteps(dt_min=10, dt_max=1),
        "steps backwards": lambda: ssb.PrescribedSteps((1.0, -1.0)),
        "travel nan": lambda: ssb.DrivenPlaten(lambda t: math.nan),
        "travel raises": lambda: ssb.DrivenPlaten(raising),
        "travel is text": lambda: ssb.DrivenPlaten(lambda t: "a"),  # type: ignore[arg-type,return-value]
        "travel of two": lambda: ssb.DrivenPlaten(lambda t, x: 0.0),  # type: ignore[arg-type,misc]
        "pressure has a unit": lambda: ssb.FacePressure("right", lambda t: 1 * um),
        "flux of a shape": lambda: ssb.FaceFlux("right", lambda t: [1, 2]),  # type: ignore[arg-type,return-value]
        "two fixtures": lambda: change(case, fixture=(case.fixture, case.fixture)),
        "a body twice": lambda: change(case, bodies=(*case.bodies, case.bodies[0])),
        "an interface twice": lambda: change(case, interfaces=case.interfaces * 2),
        "no electrodes": lambda: change(case, electrodes=None),
        "one electrode": lambda: change(case, electrodes=ssb.Electrodes("a|b", "a|b")),
        "a run into nothing": lambda: ssb.run(case, ""),
        "a run into a number": lambda: ssb.run(case, 5),  # type: ignore[arg-type]
        "a mesh that is not there": lambda: _mesh_file("nothing.msh"),
        "a library of nothing": lambda: library.by_name("nothing"),
        "celsius of kelvin": lambda: change(case, temperature=_celsius(25 * K)),
        "a nested protocol of text": lambda: change(case, protocol=(("rest",),)),
    }
    for what, make in hand.items():
        yield Input(f"by hand: {what}", make)


def _mesh_file(name: str) -> Any:
    from mpi4py import MPI

    from ssbmech.geometry import MeshFile

    return MeshFile(frame=ssb.PlaneStrain(), path=Path(name)).build(MPI.COMM_WORLD)


def _celsius(value: Any) -> Any:
    from ssbmech.units import celsius

    return celsius(value)


def outcome(given: Input) -> Outcome:
    """Return how an input ends."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LIMIT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            given.make()
    except SSBMechError as failure:
        return Outcome(given.name, "own error", str(failure))
    except TimeoutError:
        return Outcome(given.name, "no end", f"after {LIMIT} s")
    except Exception as failure:
        return Outcome(given.name, "traceback", f"{type(failure).__name__}: {failure}")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    reason = why_accepted(given.name)
    return Outcome(given.name, "accepted with a reason" if reason else "accepted", reason)


PROCESSES: Final[tuple[tuple[str, ...], ...]] = (
    ("nothing",),
    ("check", "none.py"),
    ("info", "none"),
    ("study", "none.toml"),
    ("check", "none.msh"),
)
"""Wrong command lines that are tried in processes of their own."""


def run_commands() -> list[Outcome]:
    """Return how wrong command lines end, here and in processes of their own."""
    with tempfile.TemporaryDirectory() as name, fuzz_commands.working_in(Path(name)):
        found = [_told(line) for line in fuzz_commands.command_lines(Path(name))]
    return found + [_of_process(words) for words in PROCESSES]


def _told(line: fuzz_commands.CommandLine) -> Outcome:
    """Return how a wrong command line ends in this process."""
    found: list[fuzz_commands.Told] = []
    name = f"{line.name}: {' '.join(line.words)}"
    ended = outcome(Input(name, lambda: found.append(fuzz_commands.told(line.words))))
    if not found:
        # one of the package's own must not get as far as here either
        kind = "traceback" if ended.kind == "own error" else ended.kind
        return Outcome(name, kind, ended.told)
    (end,) = found
    if end.status in (1, 2) and end.words.strip():
        return Outcome(name, "own error", end.words)
    reasons = fuzz_commands.ACCEPTED.items()
    reason = next((text for part, text in reasons if part in line.name), "")
    return Outcome(name, "accepted with a reason" if reason else "accepted", reason or end.words)


def _of_process(words: tuple[str, ...]) -> Outcome:
    """Return how a wrong command line ends in a process of its own."""
    told = f"process: ssbmech {' '.join(words)}"
    command = [sys.executable, "-m", "ssbmech", *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=75, cwd=REPOSITORY, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome(told, "no end", "after 75 s")
    raw = "Traceback (most recent call last)" in done.stderr
    kind = "traceback" if raw else "own error" if done.returncode else "accepted"
    return Outcome(told, kind, done.stderr[-300:])


def main() -> int:
    """Try all inputs, list what is wrong, and return 1 if anything is."""
    parser = argparse.ArgumentParser(description="Bad input, made systematically")
    parser.add_argument("--runs", action="store_true", help="the command line too")
    options = parser.parse_args()
    outcomes = [outcome(given) for given in inputs()]
    if options.runs:
        outcomes += run_commands()
    count = Counter(each.kind for each in outcomes)
    reasons = Counter(each.told for each in outcomes if each.kind == "accepted with a reason")
    for reason, times in reasons.most_common():
        sys.stdout.write(f"{times:>4} accepted: {reason}\n")
    for each in outcomes:
        if each.kind not in ("own error", "accepted with a reason"):
            sys.stdout.write(f"{each.kind:<12}{each.name}: {each.told}\n")
    sys.stdout.write(f"{len(outcomes)} inputs: {dict(count)}\n")
    return int(any(count[kind] for kind in ("accepted", "traceback", "no end")))


if __name__ == "__main__":
    sys.exit(main())
