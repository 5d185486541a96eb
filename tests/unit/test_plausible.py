# SPDX-License-Identifier: BSD-3-Clause
"""Numbers that no cell has, names that no file can have, functions that give no number: refused."""

from __future__ import annotations

import dataclasses
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError, CaseWarning, MeshError, ParameterError, RunFolderError
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.transport import Metal
from ssbmech.model.cell import CellModel
from ssbmech.run import script
from ssbmech.run.case_script import CaseScript
from ssbmech.units import GPa, MPa, nm, s, um
from tests.refusing import nothing_is_solved, refused  # noqa: F401
from tests.small_cell import WORKING, stack, void_cell
from tests.tools import on_first

pytestmark = pytest.mark.pair

CASE = void_cell()


def spring(**numbers: Any) -> Callable[[], Any]:
    """Return a call that makes a spring."""
    return lambda: ssb.Spring(**{"preload": 1 * MPa, "spring_stiffness": 1e13, **numbers})


def endless() -> list[Any]:
    """Return steps in a list that holds itself."""
    steps: list[Any] = [ssb.Rest(1)]
    steps.append(steps)
    return steps


def at_reference(temperature: float) -> ssb.Case:
    """Return the case with kinetics of a reference temperature."""
    law = ssb.ButlerVolmer(i_0=1.0, activation_energy=3e4, reference_temperature=temperature)
    first, second = CASE.interfaces
    return dataclasses.replace(CASE, interfaces=(dataclasses.replace(first, kinetics=law), second))


ABSURD: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "metres for micrometres": (lambda: ssb.Layer("li", 30), ("30 [m]", "20 * um")),
    "a wide cell": (
        lambda: dataclasses.replace(stack(ssb.PlaneStrain()), width=20),
        ("Stack.width = 20 [m]", "20 * um"),
    ),
    "volt for millivolt": (lambda: ssb.ConstantVoltage(4200, 10), ("4200 [V]", "4200 * mV")),
    "a limit in millivolt": (lambda: ssb.VoltageAbove(4200), ("4200 * mV",)),
    "a charge to millivolt": (lambda: ssb.Charge(1e-4, to=4200), ("4200 * mV",)),
    "a current": (lambda: ssb.ConstantCurrent(1e9, 10), ("1e+09 [A/m2]", "mA_per_cm2")),
    "no exchange current": (lambda: ssb.ButlerVolmer(i_0=1e-30), ("ButlerVolmer.i_0",)),
    "a huge exchange current": (lambda: ssb.ButlerVolmer(i_0=1e30), ("ButlerVolmer.i_0",)),
    "a hard spring": (spring(spring_stiffness=1e30), ("spring_stiffness", "FixedGap")),
    "a crushing force": (lambda: ssb.ConstantForce(1e11), ("preload", "5 * MPa")),
    "no iterations": (lambda: ssb.NewtonSettings(max_iterations=0), ("max_iterations = 0", "1 to")),
    "a loose tolerance": (lambda: ssb.NewtonSettings(tolerance=1e6), ("tolerance", "(0, 0.001]")),
    "steps for none": (lambda: ssb.AdaptiveSteps(iterations=0), ("AdaptiveSteps.iterations = 0",)),
    "shortest above longest": (
        lambda: ssb.AdaptiveSteps(dt_min=10 * s, dt_max=1 * s),
        ("dt_min = 10 s", "dt_max = 1 s"),
    ),
    "no quadrature": (lambda: ssb.Discretisation(quadrature_degree=0), ("quadrature_degree = 0",)),
    "output before the start": (lambda: ssb.Output(fields_every=-1), ("fields_every = -1",)),
    "a stress of nothing": (lambda: ssb.Scales(stress=1e-12), ("Scales.stress",)),
    "a gap of a metre": (lambda: ssb.Scales(gap=1), ("Scales.gap",)),
    "pascals for gigapascals": (lambda: Elastic(20, 0.3), ("20 [Pa]", "20 * GPa")),
    "a unit twice": (lambda: Elastic(20e9 * GPa, 0.3), ("2e+19 [Pa]", "20 * GPa")),
    "a soft spring": (spring(spring_stiffness=0.03), ("0.03 [Pa/m]", "0.03 * MPa_per_um")),
    "a weak bond": (lambda: ssb.BilinearCohesion(5, 1.0), ("strength = 5 [Pa]", "5 * MPa")),
    "a small capacity": (
        lambda: ssb.Electrodes("a|b", "c|b", capacity=3),
        ("capacity = 3 [C/m2]", "3 * mAh_per_cm2"),
    ),
    "a foil of metres": (lambda: Metal(13e-6, not_modelled=20), ("20 [m]", "20 * um")),
    "a press of gigapascals": (lambda: ssb.Press(5e12), ("Press.pressure", "5 * MPa")),
    "a stop in gigapascals": (lambda: ssb.PressureAbove(5e12), ("PressureAbove", "5 * MPa")),
    "a record in millivolt": (
        lambda: ssb.VoltageProfile((0, 1), (3000, 4200)),
        ("VoltageProfile", "3000 [V]"),
    ),
    "a record of currents": (lambda: ssb.CurrentProfile((0, 1), (0, 1e9)), ("1e+09 [A/m2]",)),
    "a record of pressures": (lambda: ssb.PressureProfile((0, 1), (0, 1e12)), ("1e+12 [Pa]",)),
    "cycles without end": (lambda: ssb.cycles(10**9, ssb.Rest(1)), ("100000 at most",)),
    "steps within themselves": (lambda: ssb.cycles(2, endless()), ("hold itself",)),
    "a law at 25 K": (
        lambda: at_reference(25),
        ("reference_temperature = 25 [K]", "celsius(25)"),
    ),
    "a cold cell": (lambda: dataclasses.replace(CASE, temperature=25), ("25 K", "celsius(")),
}


@pytest.mark.parametrize("case", ABSURD)
def test_a_number_that_no_cell_has_is_refused_with_what_was_meant(case: str) -> None:
    make, words = ABSURD[case]
    with pytest.raises((ParameterError, CaseError)) as caught:
        make()
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_an_interface_coarser_than_the_bulk_is_refused() -> None:
    flat = stack(ssb.PlaneStrain())
    refused(
        lambda: dataclasses.replace(flat, size_interface=100 * um, size_bulk=1 * um),
        MeshError,
        "size_interface = 0.0001 m",
        "size_bulk = 1e-06 m",
    )


def test_a_preload_without_its_unit_is_warned_of() -> None:
    with pytest.warns(CaseWarning, match=r"preload of the ConstantForce is 2 Pa.*2 \* MPa"):
        dataclasses.replace(CASE, fixture=ssb.ConstantForce(2))


def test_a_tolerance_that_audits_will_not_stand_is_warned_of() -> None:
    with pytest.warns(CaseWarning, match=r"tolerance = 0\.0001 is above 1e-05.*audits"):
        ssb.NewtonSettings(tolerance=1e-4)
    ssb.NewtonSettings(tolerance=1e-5)


def test_a_pressure_of_a_step_without_its_unit_is_warned_of() -> None:
    for step in (ssb.Press(5), ssb.Under(ssb.Rest(1), pressure=5)):
        with pytest.warns(CaseWarning, match=r"stack pressure of 5 Pa at most.*5 \* MPa"):
            dataclasses.replace(CASE, protocol=(ssb.Preload(), step))


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 5000, "a\0b"])
def test_names_that_cannot_be_shown_are_refused(name: str) -> None:
    refused(lambda: dataclasses.replace(CASE, name=name), CaseError, "Case.name")


@pytest.mark.parametrize("name", ["", "a/b", "a:b", ".a", "a\nb", "a*", 'a"b', "a<b", "x" * 260])
def test_names_that_no_file_can_have_are_refused_when_they_are_given(name: str) -> None:
    """And not only when the run has made its mesh and opens the files."""
    refused(lambda: ssb.Layer(name, 1 * um), CaseError, "Layer.name")
    steel = ssb.Material("steel", Elastic(200e9, 0.3))
    refused(lambda: ssb.Body.single(name, steel), CaseError, "Body.name")


@pytest.mark.parametrize("name", ["Kathode β", "layer 1", "NMC811 50 %", "a-b_c"])
def test_names_in_other_scripts_stay(name: str) -> None:
    assert ssb.Layer(name, 1 * um).name == name


TIMES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "nan": (lambda: ssb.DrivenPlaten(lambda t: math.nan), ("DrivenPlaten.travel", "nan", "finite")),
    "an error": (lambda: ssb.DrivenPlaten(lambda t: 1 / t), ("ZeroDivisionError",)),
    "nothing": (
        lambda: ssb.DrivenPlaten(lambda t: None),  # type: ignore[arg-type,return-value]
        ("is None",),
    ),
    "a quantity": (lambda: ssb.DrivenPlaten(lambda t: -1 * um), ("plain number, in m",)),
    "two numbers": (
        lambda: ssb.FacePressure("right", lambda t: [1.0, 2.0]),  # type: ignore[arg-type,return-value]
        ("FacePressure.pressure at t = 0 s is [1.0, 2.0]",),
    ),
    "a text": (
        lambda: ssb.FaceFlux("right", lambda t: "1"),  # type: ignore[arg-type,return-value]
        ("FaceFlux.flux",),
    ),
}


@pytest.mark.parametrize("case", TIMES)
def test_a_function_of_time_that_gives_no_number_is_refused(case: str) -> None:
    make, words = TIMES[case]
    refused(make, CaseError, *words)


def model(**changes: Any) -> CellModel:
    """Return the model of the small cell with a void, changed."""
    case = dataclasses.replace(CASE, **changes)
    return CellModel(case, case.geometry.build(MPI.COMM_WORLD))


def with_gap(gap: Any) -> tuple[ssb.Interface, ...]:
    """Return the interfaces with another initial gap at the working electrode."""
    return tuple(
        dataclasses.replace(i, initial_gap=gap) if i.name == WORKING else i for i in CASE.interfaces
    )


def test_a_void_deeper_than_its_metal_is_refused() -> None:
    gap = ssb.LensGap(half_width=6 * um, depth=50 * um)
    refused(
        lambda: model(interfaces=with_gap(gap)), CaseError, WORKING, "'negative' is 8e-06 m across"
    )


@pytest.mark.parametrize(
    "gap",
    [
        ssb.LensGap(half_width=6 * um, depth=1 * um, centre=1.0),
        ssb.LensGap(half_width=1 * nm, depth=1 * um, centre=0.313 * um),
    ],
    ids=["outside", "narrower than a facet"],
)
def test_a_void_that_is_nowhere_is_warned_of(gap: ssb.LensGap) -> None:
    with pytest.warns(CaseWarning, match=f"initial gap of interface '{WORKING}' is zero"):
        model(interfaces=with_gap(gap))


def test_a_void_of_no_depth_is_taken_at_its_word() -> None:
    model(interfaces=with_gap(ssb.LensGap(half_width=6 * um, depth=0)))


@pytest.mark.parametrize(("folder", "word"), [("", "empty name"), ("  ", "empty"), (5, "5 (int)")])
def test_a_run_needs_a_folder(folder: Any, word: str) -> None:
    refused(lambda: ssb.run(CASE, folder), RunFolderError, word)


def test_an_option_that_is_an_empty_variable_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        script.run_options().parse_args(["--out", ""])
    assert MPI.COMM_WORLD.rank > 0 or "is a variable not set?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def build_case():\n    return 5\n", "build_case returns 5: it must return a Case"),
        ("def build_case(options):\n    return 5\n", "declares no knobs, so build_case must take"),
        ("def knobs(p):\n    pass\ndef build_case():\n    return 5\n", "must take one argument"),
    ],
)
def test_a_script_that_builds_no_case_is_told_so(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / f"odd_{len(text)}.py"
    on_first(MPI.COMM_WORLD, lambda: file.write_text(text, "utf-8"))
    refused(lambda: CaseScript.load(file).case(), CaseError, told)


@pytest.mark.serial
def test_names_in_other_scripts_reach_an_output_that_knows_ascii_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "ssbmech", "info", str(tmp_path / "läuft β")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert r"\xe4uft \u03b2" in done.stderr
