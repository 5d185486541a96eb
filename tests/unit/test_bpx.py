# SPDX-License-Identifier: BSD-3-Clause
"""Battery Parameter eXchange: what files tell comes through, and the rest is asked for."""

from __future__ import annotations

import copy
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import ParameterError
from ssbmech.library.bpx import MILLIVOLT, read_bpx
from ssbmech.library.bpx_functions import curve_of, function_of
from ssbmech.library.pybamm_sets import particle_of
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import number
from ssbmech.materials.swelling import VolumeSwelling
from ssbmech.parameter import Provenance
from ssbmech.units import GPa

pytestmark = pytest.mark.serial

T = 298.15

PARTICLE = {
    "Particle radius [m]": 4e-6,
    "Diffusivity [m2.s-1]": 2e-14,
    "OCP [V]": "4.6 - 0.9 * x - 0.05 * tanh(20 * (x - 0.6)) + 0.1 * exp(-x / 0.05)",
    "Entropic change coefficient [V.K-1]": -1e-4,
    "Surface area per unit volume [m-1]": 4e5,
    "Reaction rate constant [mol.m-2.s-1]": 2e-5,
    "Minimum stoichiometry": 0.2,
    "Maximum stoichiometry": 0.95,
    "Maximum concentration [mol.m-3]": 46200,
    "Diffusivity activation energy [J.mol-1]": 15000,
    "Reaction rate constant activation energy [J.mol-1]": 35000,
}
ELECTRODE = {
    "Thickness [m]": 5e-5,
    "Porosity": 0.28,
    "Transport efficiency": 0.15,
    "Conductivity [S.m-1]": 0.8,
}
TABLE = {"x": [0.0, 0.3, 0.7, 1.0], "y": [0.9, 0.2, 0.1, 0.05]}
OLD: dict[str, Any] = {
    "Header": {"BPX": 0.4, "Title": "made up", "Model": "DFN"},
    "Parameterisation": {
        "Cell": {
            "Initial temperature [K]": T,
            "Reference temperature [K]": T,
            "Lower voltage cut-off [V]": 2.7,
            "Upper voltage cut-off [V]": 4.2,
            "Nominal cell capacity [A.h]": 12.5,
            "Electrode area [m2]": 0.0168,
            "Number of electrode pairs connected in parallel to make a cell": 1,
        },
        "Electrolyte": {
            "Initial concentration [mol.m-3]": 1000,
            "Cation transference number": 0.26,
            "Conductivity [S.m-1]": "3.3 * (x / 1000) - 2.5 * (x / 1000) ** 1.5",
            "Diffusivity [m2.s-1]": 3e-10,
        },
        "Negative electrode": {**PARTICLE, **ELECTRODE, "OCP [V]": TABLE},
        "Positive electrode": {**PARTICLE, **ELECTRODE},
        "Separator": {"Thickness [m]": 2e-5, "Porosity": 0.47, "Transport efficiency": 0.32},
    },
}  # fmt: skip
MECHANICS = {
    "solid": Elastic(150 * GPa, 0.25),
    "swelling": VolumeSwelling(Curve((0.0, 0.5, 1.0), (-0.05, -0.01, 0.0))),
    "density": 4800.0,
}


def new() -> dict[str, Any]:
    """Return the file in version 1, with a blend in its positive electrode."""
    made = copy.deepcopy(OLD)
    made["Header"]["BPX"] = "1.0.0"
    sections = made["Parameterisation"]
    del sections["Cell"]["Initial temperature [K]"]
    del sections["Electrolyte"]["Initial concentration [mol.m-3]"]
    made["State"] = {"Initial conditions": {"Initial temperature [K]": T}}
    other = {**PARTICLE, "Maximum concentration [mol.m-3]": 50000}
    sections["Positive electrode"] = {**ELECTRODE, "Particle": {"NMC": PARTICLE, "other": other}}
    return made


def written(content: Any, tmp_path: Path) -> Path:
    """Return a file of some content."""
    path = tmp_path / "cell.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def ocp(x: np.ndarray) -> np.ndarray:
    """Return the potential that the file's expression means [V]."""
    return 4.6 - 0.9 * x - 0.05 * np.tanh(20 * (x - 0.6)) + 0.1 * np.exp(-x / 0.05)


def test_potential_diffusion_and_reaction_are_those_of_the_file(tmp_path: Path) -> None:
    cell = read_bpx(written(OLD, tmp_path))
    assert (cell.title, cell.version, cell.upper_voltage) == ("made up", "0.4", 4.2)
    assert (cell.lower_voltage, cell.thicknesses["Separator"]) == (2.7, 2e-5)
    particle = cell.positive["positive electrode"]
    material = particle.material(**MECHANICS)
    host = material.host
    assert host is not None
    x = np.linspace(0.2, 0.95, 300)
    potential = np.array([host.ocv.voltage(float(at), T) for at in x])
    assert np.abs(potential - ocp(x)).max() <= 1.01 * MILLIVOLT
    warmer = host.ocv.voltage(0.5, T + 10) - host.ocv.voltage(0.5, T)
    assert warmer == pytest.approx(-1e-3, rel=1e-9)
    # with the potential's slope the self-diffusivity makes that of Fick's law
    for at in np.linspace(0.25, 0.9, 14):
        slope = -host.ocv.curve.numeric_slope(at)
        factor = FARADAY * at * (1 - at) / (GAS_CONSTANT * T) * slope
        fick = factor * number(host.diffusivity.diffusivity(float(at), T))
        assert fick == pytest.approx(2e-14, rel=0.05)
    # that of Fick's law follows the file, though the thermodynamic factor falls with 1/T
    hotter = [number(host.diffusivity.diffusivity(0.5, at)) / at for at in (T, T + 20)]
    arrhenius = np.exp(-15000 / GAS_CONSTANT * (1 / (T + 20) - 1 / T))
    assert hotter[1] / hotter[0] == pytest.approx(arrhenius, rel=3e-3)
    law = particle.kinetics(film_resistance=1e-3)
    for at in (0.3, 0.5, 0.8):
        i_0 = law.i_0 * float(law.sites.factor(at, 0.5))
        assert i_0 == pytest.approx(FARADAY * 2e-5 * np.sqrt(at * (1 - at)), rel=1e-9)
    rates = [float(number(law.exchange_current(at))) for at in (T, T + 2)]
    exact = np.exp(-35000 / GAS_CONSTANT * (1 / (T + 2) - 1 / T))
    assert rates[1] / rates[0] == pytest.approx(exact, rel=1e-4)
    assert material.sources["host.c_max"].provenance is Provenance.SECONDARY
    assert (host.x_empty, host.x_full, host.c_max) == (0.2, 0.95, 46200)


def test_a_blend_of_version_one(tmp_path: Path) -> None:
    cell = read_bpx(written(new(), tmp_path))
    assert list(cell.positive) == ["NMC", "other"]
    assert cell.positive["other"].host(MECHANICS["swelling"], 4800.0).c_max == 50000
    table = cell.negative["negative electrode"].host(MECHANICS["swelling"], 4800.0).ocv
    assert table.voltage(0.5, T) == pytest.approx(0.15, abs=1.01 * MILLIVOLT)


def test_what_bpx_lacks_is_named(tmp_path: Path) -> None:
    """Nothing of mechanics is made up, and a liquid is not taken for a solid electrolyte."""
    cell = read_bpx(written(OLD, tmp_path))
    particle = cell.positive["positive electrode"]
    with pytest.raises(ParameterError, match=r"solid= .*swelling= .*density= "):
        particle.material()
    with pytest.raises(ParameterError, match=r"tells nothing of the mechanics .*; give density="):
        particle.material(solid=MECHANICS["solid"], swelling=MECHANICS["swelling"])
    told = "\n".join(cell.lacks())
    for word in ("elastic law", "volume follows", "creep law", "film resistance", "fixture"):
        assert word in told
    with pytest.raises(ParameterError, match=r"transference number of 0\.26"):
        cell.conductor()
    solid = copy.deepcopy(OLD)
    solid["Parameterisation"]["Electrolyte"] = {
        "Cation transference number": 1,
        "Conductivity [S.m-1]": 0.3,
    }
    assert read_bpx(written(solid, tmp_path)).conductor().conductivity == 0.3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"OCP [V]": "__import__('os').getcwd()"}, "is not understood"),
        ({"OCP [V]": "x if x else 1"}, "is not understood"),
        ({"OCP [V]": "x +"}, "is no expression in x"),
        ({"OCP [V]": None}, "expected a number, an expression in x, or a table"),
        ({"OCP [V]": {"x": [1, 0], "y": [1, 2]}}, "x that increase"),
        ({"Maximum concentration [mol.m-3]": "46200"}, "has no number 'Maximum concentration"),
    ],
)  # fmt: skip
def test_files_that_are_none(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    content = copy.deepcopy(OLD)
    content["Parameterisation"]["Positive electrode"] |= change
    with pytest.raises(ParameterError, match=told):
        read_bpx(written(content, tmp_path)).positive["positive electrode"].host(
            MECHANICS["swelling"], 4800.0
        )


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0", "x + 2 ** 99999", "(0 - 1) ** 0.5 * x", "9" * 400, "9 ** 9 ** 9 ** 9",
        "x" + "+x" * 1500,
        "(" * 300 + "x" + ")" * 300, "(" * 90, "-" * 3000 + "x", "x.__class__", "lambda: x", "x[0]",
        "exp(x)(x)", "log(x, x)", "1j * x", "True * x", "'a' * 9", "x" + " " * 5000,
    ],
)  # fmt: skip
def test_expressions_that_are_no_arithmetic_are_refused_as_they_are_read(text: str) -> None:
    """None is run, stalls the reader, or ends it with an error of Python's own."""
    with pytest.raises(ParameterError, match="of a test"):
        function_of({"f": text}, "f", "of a test")


@pytest.mark.parametrize(
    "table",
    [
        {"x": [0, "a"], "y": [1, 2]},
        {"x": [0, 1], "y": [1, None]},
        {"x": [0, 1], "y": [[1], [2]]},
        {"x": [0, float("nan")], "y": [1, 2]},
        {"x": 1, "y": 2},
    ],
)
def test_tables_that_are_none_are_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="of a test"):
        function_of({"f": table}, "f", "of a test")


def test_a_curve_of_huge_numbers_is_refused() -> None:
    """Rounding keeps it off its own points, where no further point would help."""
    huge = function_of({"f": "1e200 * exp(x)"}, "f", "of a test")
    with pytest.raises(ParameterError, match="is met by"):
        curve_of(huge, 0.1, 0.9, 1e-3)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="is no BPX file"):
        read_bpx(written({"a": 1}, tmp_path))
    with pytest.raises(ParameterError, match="versions 0 and 1 are known"):
        read_bpx(written({**OLD, "Header": {"BPX": "2.0.0"}}, tmp_path))
    with pytest.raises(ParameterError, match="cannot be read"):
        read_bpx(tmp_path / "nowhere.json")
    rising = copy.deepcopy(OLD)
    rising["Parameterisation"]["Positive electrode"]["OCP [V]"] = "3 + x"
    with pytest.raises(ParameterError, match="decreases with the content"):
        read_bpx(written(rising, tmp_path)).positive["positive electrode"].host(
            MECHANICS["swelling"], 4800.0
        )


def test_curves_meet_their_function() -> None:
    step = function_of({"f": "tanh(2000 * (x - 0.5))"}, "f", "of a test")
    with pytest.raises(ParameterError, match="bends too sharply at x = "):
        curve_of(function_of({"f": "sin(900 * x)"}, "f", "of a test"), 0.0, 1.0, 1e-6)
    assert len(curve_of(step, 0.0, 1.0, 0.05).x) <= 80
    with pytest.raises(ParameterError, match="no finite value at x = 0"):
        curve_of(function_of({"f": "log(x)"}, "f", "of a test"), 0.0, 1.0, 1e-3)


def test_a_drive_cycle_of_pybamm(tmp_path: Path) -> None:
    """Its files have no head, count seconds and amperes, and discharge is positive there."""
    path = tmp_path / "US06.csv"
    path.write_text("# time [s], current [A]\n0,0\n1,1.5\n2,-0.5\n4,0\n", encoding="utf-8")
    step = ssb.CurrentProfile.drive_cycle(path, area=0.02)
    assert step.duration == 4.0
    assert step.drive(1.0).current_density == pytest.approx(-75.0)
    assert step.drive_over(0.0, 4.0).current_density == pytest.approx(-50.0 * 0.75 / 4.0)
    with pytest.raises(ParameterError, match="area"):
        ssb.CurrentProfile.drive_cycle(path, area=0.0)


class Expression:
    """What functions of PyBaMM return: an expression that has a value."""

    def __init__(self, value: float) -> None:
        self._value = value

    def evaluate(self) -> np.ndarray:
        return np.array([[self._value]])


def pybamm_set(**changes: Any) -> dict[str, Any]:
    """Return a set with the names and kinds of entries that PyBaMM's have."""

    def exchange(c_e: float, c_s: float, c_max: float, temperature: float) -> Expression:
        return Expression(3e-6 * c_e**0.5 * c_s**0.5 * (c_max - c_s) ** 0.5)

    return {
        "Maximum concentration in positive electrode [mol.m-3]": 50000.0,
        "Positive particle radius [m]": 5e-6,
        "Positive electrode OCP [V]": lambda x: Expression(float(ocp(np.array(x)))),
        "Positive electrode OCP entropic change [V.K-1]": 0.0,
        "Positive particle diffusivity [m2.s-1]": lambda x, temperature: 4e-15 + 0 * x,
        "Positive electrode exchange-current density [A.m-2]": exchange,
        "Initial concentration in electrolyte [mol.m-3]": 1000.0,
        **changes,
    }


class Bare:
    """A set that gives its entries by name and can do nothing else."""

    def __init__(self, entries: dict[str, Any]) -> None:
        self._entries = entries

    def __getitem__(self, key: str) -> Any:
        return self._entries[key]


def test_a_parameter_set_of_pybamm() -> None:
    """Potential, diffusion and reaction come through; the window and mechanics are asked for."""
    given: Any = Bare(pybamm_set())
    particle = particle_of(given, "Positive", x_empty=0.25, x_full=0.9)
    host = particle.host(MECHANICS["swelling"], 4800.0)
    for at in (0.3, 0.55, 0.8):
        assert host.ocv.voltage(at, T) == pytest.approx(float(ocp(np.array(at))), abs=MILLIVOLT)
    law = particle.kinetics()
    assert law.i_0 == pytest.approx(3e-6 * 1000**0.5 * 25000, rel=1e-9)
    i_0 = law.i_0 * float(law.sites.factor(0.3, 0.5))
    assert i_0 == pytest.approx(3e-6 * 1000**0.5 * 50000 * 0.21**0.5, rel=1e-9)
    with pytest.raises(ParameterError, match="tells nothing of the mechanics"):
        particle.material()


def test_a_set_of_pybamm_away_from_its_reference_temperature() -> None:
    """Its potential there stays what it was, whatever temperature the numbers are taken at."""
    given = pybamm_set(
        **{
            "Reference temperature [K]": T,
            "Positive electrode OCP entropic change [V.K-1]": -4e-4,
        }
    )
    warm = T + 30.0
    ocv = particle_of(given, "Positive", 0.25, 0.9, warm).host(MECHANICS["swelling"], 4800.0).ocv
    exact = float(ocp(np.array(0.55)))
    assert ocv.voltage(0.55, T) == pytest.approx(exact, abs=MILLIVOLT)
    assert ocv.voltage(0.55, warm) == pytest.approx(exact - 12e-3, abs=MILLIVOLT)


def test_a_set_of_pybamm_that_follows_the_temperature() -> None:
    """Its activation energies come through, and entries that its functions name."""

    class Naming(Bare):
        """A set whose expressions have a value only once its other entries are put in."""

        def process_symbol(self, found: Any) -> Expression:
            return Expression(found * self["factor"])

    class Open(float):
        """An expression that names another entry."""

        def evaluate(self) -> float:
            raise NotImplementedError

    def hot(energy: float, temperature: float) -> float:
        return math.exp(energy / GAS_CONSTANT * (1 / T - 1 / temperature))

    def exchange(c_e: float, c_s: float, c_max: float, temperature: float) -> Open:
        return Open(1.5e-6 * (c_e * c_s * (c_max - c_s)) ** 0.5 * hot(17800.0, temperature))

    given: Any = Naming(
        pybamm_set(factor=2.0)
        | {
            "Positive particle diffusivity [m2.s-1]": lambda x, at: 4e-15 * hot(25000.0, at),
            "Positive electrode OCP [V]": lambda x: float(ocp(np.array(x))),
            "Positive electrode exchange-current density [A.m-2]": exchange,
        }
    )
    particle = particle_of(given, "Positive", 0.25, 0.9)
    law, host = particle.kinetics(), particle.host(MECHANICS["swelling"], 4800.0)
    warm = T + 20.0
    for at in (T, warm):
        exact = 3e-6 * 1000**0.5 * 25000 * hot(17800.0, at)
        # `ButlerVolmer` counts the energy of its resistance, RT less: off by second order
        assert float(number(law.exchange_current(at))) == pytest.approx(exact, rel=4e-3)
    # that of Fick's law follows the set, though the thermodynamic factor falls with 1/T
    own = [number(host.diffusivity.diffusivity(0.5, at)) / at for at in (T, warm)]
    assert own[1] / own[0] == pytest.approx(hot(25000.0, warm), rel=3e-3)
    assert particle_of(pybamm_set(), "Positive", 0.25, 0.9).activation_rate == 0.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"exchange-current density [A.m-2]": lambda *_: 5.0}, "square root of x"),
        ({"exchange-current density [A.m-2]": 0.0}, "0 A/m2 at half filling: expected above zero"),
        ({"OCP [V]": lambda x: 1 / 0}, "has no value at"),
        ({"OCP [V]": "a name"}, "expected a number or a function"),
    ],
)
def test_sets_that_do_not_hold(change: dict[str, Any], told: str) -> None:
    named = {f"Positive electrode {key}": value for key, value in change.items()}
    with pytest.raises(ParameterError, match=told):
        particle_of(pybamm_set(**named), "Positive", 0.25, 0.9).host(MECHANICS["swelling"], 4800.0)
    with pytest.raises(ParameterError, match="has no 'Maximum concentration in negative"):
        particle_of(pybamm_set(), "Negative", 0.25, 0.9)


def test_the_example_of_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[2] / "docs" / "guide" / "coming_from.md"
    (program,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    written(OLD, tmp_path)
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    exec(program, scope)
    assert scope["material"].host.density == pytest.approx(4800.0)
    assert scope["kinetics"].film_resistance == pytest.approx(1e-3)
