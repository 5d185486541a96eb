# SPDX-License-Identifier: BSD-3-Clause
"""`cases/deflected_crack`: lithium that turns into a weak interface, or goes on to a short."""

from __future__ import annotations

from mpi4py import MPI

import pytest

import ssbmech as ssb
from tests import tools
from tests.case_scripts import script_case
from tests.tools import March, march, measured

COMM = MPI.COMM_WORLD
ITEM = "Lithium at a weak interface"


def separator(ratio: float, seconds: float, *more: str) -> ssb.Case:
    """Return the case with interfaces of a toughness over that of the layers, as energies [1]."""
    knobs = ("--ratio", f"{ratio:g}", "--seconds", f"{seconds:g}", *more)
    return script_case("deflected_crack", *knobs)


def broken(run: March, names: tuple[str, ...]) -> list[float]:
    """Return the broken lengths of cracks at the end [m]."""
    return [run.rows[-1][f"crack_size:{name}"] for name in names]


def off(one: March, other: March) -> float:
    """Return the largest deviation of the ends of two runs, of cracks over the largest of all [1].

    A crack into which nothing has come has some rounding for its metal.
    """
    last, found = other.rows[-1], []
    for kind in ("time", "voltage", "crack_volume", "crack_size", "damage_mean"):
        names = [name for name in last if name.split(":")[0] == kind]
        largest = max(abs(last[name]) for name in names)
        found += [abs(one.rows[-1][name] - last[name]) / largest for name in names]
    return max(found)


@pytest.mark.slow
@pytest.mark.serial
def test_interfaces_as_tough_as_layers_do_nothing() -> None:
    """Metal goes straight to the other side, and the run ends by the name of a short."""
    case = separator(1.0, 2.0)
    run = march(case)
    assert run.rows[-1]["short"] == 1.0
    assert broken(run, case.geometry.arms) == [0.0] * 4
    assert sum(broken(run, case.geometry.path)) == pytest.approx(5e-6)
    measured(ITEM, "audit of lithium, short", run.series("audit_lithium").max(), 1e-12, "0")


@pytest.mark.slow
@pytest.mark.serial
def test_metal_turns_into_a_weak_interface() -> None:
    """To both sides alike, and no facet beyond it breaks."""
    case = separator(0.1, 0.7)
    run = march(case)
    near, far = case.geometry.arms[::2], case.geometry.arms[1::2]
    left, right = broken(run, near)
    assert min(left, right) > 3e-6
    assert abs(left - right) <= 1.01 * case.geometry.facet, "a mesh is not quite symmetric"
    assert broken(run, (*case.geometry.path[1:], *far)) == [0.0] * 4
    filled = [run.rows[-1][f"crack_volume:{name}"] for name in near]
    assert min(filled) > 1e-15, "metal goes both ways"
    measured(ITEM, "audit of lithium, turned", run.series("audit_lithium").max(), 1e-12, "0")


@pytest.mark.slow
@pytest.mark.pair
def test_metal_turns_alike_on_ranks_and_with_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """While both arms of the interface open, by steps of which none fails.

    How far a Newton iteration wanders that fails is told by rounding, and with it the next steps.
    """
    case = separator(0.1, 0.38, "--delay", "0.1", "--longest-step", "0.02")
    whole = march(case)
    assert not whole.rejected
    assert min(broken(whole, case.geometry.arms[::2])) > 0.0
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.RECOVER)
    measured(ITEM, "change by a stop half way", off(march(case), whole), 1e-8, "none")
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.WHOLE)
    if COMM.size > 1:
        alone = march(case, MPI.COMM_SELF)
        measured(ITEM, "change by the number of ranks", off(whole, alone), 1e-8, "none")
