# SPDX-License-Identifier: BSD-3-Clause
"""The cap law at a point: its limits, its return from any state, its tangent, what it refuses."""

from __future__ import annotations

import copy
import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import ufl
from scipy.integrate import quad

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError, ParameterError
from ssbmech.frames import PlaneStrain
from ssbmech.library.silicon import micro_silicon
from ssbmech.materials.compaction import CapLaw, PressingLine, die_ratio
from ssbmech.materials.elastic import Compacting, Elastic, Response, Surroundings
from ssbmech.materials.material import Material
from ssbmech.model.solved import UNSOLVED
from ssbmech.units import GPa, MPa
from tests.cap import Cap
from tests.pointwise import evaluate_at, rate
from tests.single_body import Rectangle
from tests.tools import measured

pytestmark = pytest.mark.serial

AROUND = Surroundings(dt=1.0, temperature=298.15)
COUNT = 6_000
NAMES = ("p_h", "loose", "friction", "cohesion", "strength", "young")


def replaced(law: Any, **changes: Any) -> Any:
    """Return a law some of whose numbers are expressions."""
    twin = copy.copy(law)
    for name, value in changes.items():
        object.__setattr__(twin, name, value)
    return twin


def strain_of(volume: Any, axial: Any) -> Any:
    """Return a strain by its volume and its axial deviator."""
    along, across = volume / 3 + axial, volume / 3 - axial / 2
    return ufl.as_tensor([[along, 0, 0], [0, across, 0], [0, 0, across]])


def answers(law: CapLaw, strain: Any, state: Mapping[str, Any]) -> list[Any]:
    """Return pressure and signed q [MPa], porosity, and what is unsolved."""
    answer = law.response(strain, state, AROUND)
    pressure = -answer.bulk * (ufl.tr(strain) - answer.inelastic_volume)
    return [
        pressure / 1e6,
        1.5 * answer.deviator[0, 0] / 1e6,
        answer.state["porosity"],
        answer.unsolved,
    ]


def asked(law: CapLaw, volume: Sequence[float], axial: Sequence[float]) -> np.ndarray:
    """Return the answers of a law to strains from its start, one row each."""

    def build(f: Mapping[str, Any], mesh: Any) -> Sequence[Any]:
        state = {"porosity": ufl.as_ufl(1 - law.density), "strain_plastic": ufl.zero(3, 3)}
        return answers(law, strain_of(f["volume"], f["axial"]), state)

    columns = {"volume": np.asarray(volume, float), "axial": np.asarray(axial, float)}
    return evaluate_at(build, columns)


@functools.cache
def random_states() -> tuple[dict[str, np.ndarray], list[Cap]]:
    """Return laws over the whole range of numbers, each in a state within its cap and a strain.

    Porosities are 1e-4 to 0.5 and more, half of the states begin on the cap, and the strains of the
    step have standard deviations of 0.0003, 0.003 and 0.03. Half of the solids loosen at once, the
    others in 1e-3 to 1e3 steps of time.
    """
    random = np.random.default_rng(1)
    size = np.resize([3e-4, 3e-3, 3e-2], COUNT)
    numbers = {
        "p_h": 10 ** random.uniform(1, 3, COUNT),
        "loose": random.uniform(0.0, 0.65, COUNT),
        "friction": random.uniform(0.2, 3.0, COUNT),
        "cohesion": np.clip(random.uniform(-0.1, 1.1, COUNT), 0.0, 1.0),
        "strength": 10 ** random.uniform(1.5, 3.2, COUNT),
        "young": 10 ** random.uniform(3.5, 5, COUNT),
    }
    most = 1 - numbers["loose"] - 0.005
    even = random.uniform(1e-4, most)
    few = 1e-4 * (most / 1e-4) ** random.uniform(0, 1, COUNT)
    porosity = np.where(random.uniform(0, 1, COUNT) < 0.5, even, few)
    rows = zip(*(numbers[name] for name in NAMES), strict=True)
    caps = [Cap(*(float(v) for v in row), poisson=0.28) for row in rows]
    axes = np.array([cap.axes(-math.log(f)) for cap, f in zip(caps, porosity, strict=True)])
    a, b, c = axes[:, :3].T
    angle, radius = random.uniform(0, math.pi, COUNT), random.uniform(0, 1, COUNT)
    radius[::2] = 1.0
    bulk, shear = np.array([cap.moduli(1.0) for cap in caps]).T
    p = c + radius * a * np.cos(angle) + bulk * random.normal(0, size)
    q = radius * b * np.sin(angle) + 3 * shear * np.abs(random.normal(0, size))
    rated = random.uniform(0, 1, COUNT) < 0.5
    loosening = np.where(rated, 10 ** random.uniform(-3, 3, COUNT), 0.0)
    states = {"porosity": porosity, "volume": -p / bulk, "axial": q / (3 * shear)}
    return {**numbers, **states, "loosening": loosening}, caps


def of_columns(f: Mapping[str, Any]) -> tuple[CapLaw, Any, Mapping[str, Any]]:
    """Return law, strain and state whose numbers are those of the columns."""
    law = Cap(200.0, 0.4, 1.2, 0.1, poisson=0.28).law(0.9)
    law = replaced(
        law,
        dense=replaced(law.dense, young=f["young"] * 1e6),
        line=replaced(law.line, hardening=f["p_h"] * 1e6, loose_density=f["loose"]),
        friction=f["friction"],
        cohesion=f["cohesion"],
        strength=f["strength"] * 1e6,
        density=1 - f["porosity"],
        loosening_time=f["loosening"],
    )
    state = {"porosity": f["porosity"], "strain_plastic": ufl.zero(3, 3)}
    return law, strain_of(f["volume"], f["axial"]), state


@pytest.fixture(scope="module")
def returned() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return answers, those of the numbers, trial stresses, and which of them flow."""
    columns, caps = random_states()
    found = evaluate_at(lambda f, _: answers(*of_columns(f)), columns)
    bulk, shear = np.array([cap.moduli(1.0) for cap in caps]).T
    trial = np.column_stack([-bulk * columns["volume"], 3 * shear * columns["axial"]])
    eta = -np.log(columns["porosity"])
    delays = columns["loosening"] / AROUND.dt
    rows = list(zip(caps, trial.tolist(), eta.tolist(), delays.tolist(), strict=True))
    exact = np.array([cap.returned(*stress, e, delay) for cap, stress, e, delay in rows])
    flows = np.array([cap.yields(*stress, e) > 1e-8 for cap, stress, e, _ in rows])
    return found, exact, trial, flows


def test_the_return_from_any_state(returned: tuple[np.ndarray, ...]) -> None:
    """None is left unsolved, and all are where an iteration between bounds finds them."""
    found, exact, trial, flows = returned
    columns, caps = random_states()
    assert 0.5 * COUNT < flows.sum() < 0.9 * COUNT
    assert found[:, 3].max() <= UNSOLVED
    moduli = np.array([cap.moduli(1.0) for cap in caps])
    for column, name in ((0, "pressure over bulk modulus"), (1, "q over shear modulus")):
        error = np.abs(found[:, column] - exact[:, column]) / moduli[:, column]
        measured(
            "cap law",
            f"largest error of {name}, random states",
            error.max(),
            2 * UNSOLVED,
            "iteration between bounds",
        )
    assert np.abs(-np.log(found[:, 2]) - exact[:, 2]).max() < 1e-7
    assert np.all(found[~flows, 3] == 0.0)
    assert np.array_equal(found[~flows, 2], columns["porosity"][~flows])
    assert np.all(found[flows, 1] < trial[flows, 1] * (1 + 1e-12))


def test_what_is_returned_lies_on_the_cap_and_flows_along_its_normal(
    returned: tuple[np.ndarray, ...],
) -> None:
    """By the law's own definition, whatever the way to it; and what flows spends work."""
    found, _, trial, flows = returned
    columns, caps = random_states()
    good = np.flatnonzero(flows & (found[:, 3] <= UNSOLVED))
    worst, least = np.zeros(3), math.inf
    for k in good:
        cap, (p, q, porosity, _) = caps[k], found[k]
        a, b, c, *_ = cap.axes(-math.log(porosity))
        bulk, shear = cap.moduli(1.0)
        volume = math.log((1 - porosity) / (1 - columns["porosity"][k]))
        distortion = (trial[k, 1] - q) / (3 * shear)
        normal = np.array([(p - c) / a**2, q / b**2])
        normal /= np.linalg.norm(normal)
        loosened = max(math.log(porosity / columns["porosity"][k]), 0.0)
        over = columns["loosening"][k] / AROUND.dt * loosened
        here = (
            abs(math.hypot(q / b, (p - c) / a) / (1 + over) - 1),
            abs(trial[k, 0] - p - bulk * volume) / (bulk * 1e-3),
            abs(volume * normal[1] - distortion * normal[0]) / 1e-3,
        )
        worst = np.maximum(worst, here)
        least = min(least, (p * volume + q * distortion) / (bulk * 1e-6))
    assert least > -1e-5
    for value, what in zip(worst, ("yield function", "volume", "normality"), strict=True):
        measured("cap law", f"largest rest of the {what}, random states", value, 1e-5, "definition")


def test_the_tangent_is_the_derivative_of_the_return() -> None:
    columns, _ = random_states()
    few = {name: values[:400] for name, values in columns.items()}
    assert np.sum(few["loosening"] > 0.0) > 150
    for by in ("volume", "axial"):
        step = 1e-7

        def slopes(f: Mapping[str, Any], _: Any, by: str = by) -> Sequence[Any]:
            found = answers(*of_columns(f))
            return [rate(found[k], f[by]) for k in (0, 1)] + found[3:]

        exact = evaluate_at(slopes, few)
        ends = []
        for sign in (1, -1):
            moved = {**few, by: few[by] + sign * step}
            ends.append(evaluate_at(lambda f, _: answers(*of_columns(f)), moved))
        difference = (ends[0] - ends[1])[:, :2] / (2 * step)
        # an end beyond the corner between elastic and plastic tells no slope
        porous = few["porosity"]
        same = (ends[0][:, 2] == porous) == (ends[1][:, 2] == porous)
        solved = same & (exact[:, 2] < 1e-12)
        assert solved.sum() > 350
        size = 3e6 * few["young"] / 1e6
        error = np.abs(exact[:, :2] - difference) / size[:, None]
        measured(
            "cap law", f"largest error of the tangent by {by}", error[solved].max(), 1e-6, "central"
        )


def loosened(strains: np.ndarray, time: float) -> np.ndarray:
    """Return pressure, q, porosity and the rest of a dense solid that is stretched in one step."""
    dense = Cap(200.0, 0.45, 1.2, 0.1, young=2e4, strength=300.0)
    law = dataclasses.replace(dense.law(1 - 1e-4), loosening_time=time)
    return asked(law, strains.tolist(), np.zeros(len(strains)).tolist())


def test_a_time_of_loosening_bounds_how_a_dense_solid_softens() -> None:
    """Without it the density jumps in a stretch that is as small as one likes, with it, it goes."""
    limit = 20.0 * -math.log(1e-4 / 0.55) / 16667
    strains = limit * (1 + np.linspace(-1e-2, 5e-2, 61))
    jumps = [np.abs(np.diff(np.log(loosened(strains, t)[:, 2]))).max() for t in (0.0, 1.0)]
    assert jumps[0] > 1.0
    assert jumps[1] < 0.05
    found = loosened(strains, 1.0)
    assert found[:, 3].max() <= UNSOLVED
    # outside the cap by its rate, in a step of a second
    eta, flows = -np.log(found[:, 2]), found[:, 2] > 1e-4
    size = np.array([Cap(200.0, 0.45, 1.2, 0.1).axes(e) for e in eta])[:, :3]
    over = (size[:, 2] - found[:, 0]) / size[:, 0]
    assert flows.sum() > 40
    assert over[flows] == pytest.approx(1 + -math.log(1e-4) - eta[flows], rel=1e-8)


def test_the_limit_of_no_time_of_loosening() -> None:
    """Towards the law without a rate in proportion to the time; pressing knows nothing of it."""
    strains = np.array([-3e-2, 2e-3, 4e-3, 8e-3])
    law = Cap(200.0, 0.45, 1.2, 0.1, young=2e4, strength=300.0).law(0.8)
    axial = [4e-2, 4e-2, 3e-2, 2e-2]
    at_once = asked(law, strains.tolist(), axial)
    off = []
    for time in (1e-2, 1e-3):
        slowed = dataclasses.replace(law, loosening_time=time)
        off.append(np.abs(asked(slowed, strains.tolist(), axial)[:, :3] - at_once[:, :3]))
    assert off[0][0].max() < 1e-10
    assert np.all(off[0][1:, :2] > 0.0)
    assert off[0][1:] / off[1][1:] == pytest.approx(np.full((3, 3), 10.0), rel=0.1)


def test_dense_it_is_von_mises() -> None:
    """Far within the cap shear alone yields, at the dense strength, and nothing densifies."""
    cap = Cap(400.0, 0.4, 1.5, 1.0, strength=300.0, young=5e4)
    law = cap.law(1 - 1e-9)
    found = asked(law, [0.0], [0.02])[0]
    assert found[1] == pytest.approx(300.0, rel=1e-2)
    assert abs(found[2] - 1e-9) < 1e-10
    assert abs(found[0]) < 1.0


def test_loose_it_has_no_strength() -> None:
    law = Cap(200.0, 0.5, 1.2, 0.1).law(0.5)
    pressure, shear, porosity, _ = asked(law, [-1e-3], [1e-4])[0]
    assert 0 < pressure < 1.0
    assert abs(shear) < 1.0
    assert porosity < 0.5
    p_c, _ = Cap(200.0, 0.5, 1.2, 0.1).size(-math.log(0.5))
    assert p_c == pytest.approx(200 * 1e-3 / 2)


@pytest.mark.parametrize("cohesion", [0.0, 0.3, 1.0])
def test_tension_over_compression(cohesion: float) -> None:
    """Without cohesion it bears no tension at all; sintered it bears as much as pressure."""
    cap = Cap(200.0, 0.4, 1.2, cohesion)
    p_c, _ = cap.size(-math.log(0.3))
    assert cap.yields(p_c, 0.0, -math.log(0.3)) == pytest.approx(0.0, abs=1e-12)
    assert cap.yields(-cohesion * p_c, 0.0, -math.log(0.3)) == pytest.approx(0.0, abs=1e-12)
    pressed, pulled = asked(cap.law(0.7), [-1e-5 - p_c / 16667, 1e-5 + p_c / 16667], [0.0, 0.0])
    limit = p_c * (1 + 1e-3)
    assert pressed[0] == pytest.approx(p_c, rel=0.02)
    assert -pulled[0] <= cohesion * limit + 1e-6


def test_the_critical_state_keeps_its_volume() -> None:
    cap = Cap(200.0, 0.4, 1.2, 0.2)
    _, b, c, *_ = cap.axes(-math.log(0.3))
    bulk, shear = cap.moduli(1.0)
    found = asked(cap.law(0.7), [-c / bulk], [5 * b / (3 * shear)])[0]
    assert found[:3] == pytest.approx([c, b, 0.3], rel=1e-9)


def test_an_isotropic_strain_gives_an_isotropic_stress() -> None:
    cap = Cap(200.0, 0.4, 1.2, 0.2)
    for volume in (-0.01, 0.01):
        pressure, shear, porosity, _ = asked(cap.law(0.7), [volume], [0.0])[0]
        assert shear == 0.0
        p_c, _ = cap.size(-math.log(porosity))
        assert pressure == pytest.approx(p_c if volume < 0 else -0.2 * p_c, rel=1e-8)


def test_the_hydrostat_of_a_hollow_sphere() -> None:
    """Gurson's limit, (2/3) sigma_s ln(1/f), is a Heckel line; the sphere is integrated apart."""
    strength, porosity = 300.0, 0.3
    shell, _ = quad(lambda r: 2 * strength / r, porosity ** (1 / 3), 1)
    line = PressingLine(2 / 3 * strength * 1e6, 0.0)
    mine = evaluate_at(lambda f, _: [line.strength(f["eta"])[0]], {"eta": -np.log([porosity])})
    error = abs(mine[0, 0] / 1e6 / shell - 1)
    measured("cap law", "hydrostat of a hollow sphere", error, 1e-6, "integral over the shell")


def test_a_line_from_a_die_is_not_that_of_its_isostatic_strength() -> None:
    line = PressingLine.of_die(4.76e-3 / MPa, 0.613, friction=1.2, cohesion=0.1)
    ratio, _ = Cap(1.0, 0.5, 1.2, 0.1).die
    assert die_ratio(1.2, 0.1) == pytest.approx(ratio, rel=1e-14)
    assert line.hardening == pytest.approx(1e6 / (4.76e-3 * ratio))
    assert line.loose_density == pytest.approx(1 - math.exp(-0.613))
    with pytest.raises(ParameterError, match="rises with the pressure"):
        PressingLine.of_die(-1e-9, 0.6, 1.2, 0.1)


def test_the_modulus_falls_with_density() -> None:
    law = Cap(200.0, 0.4, 1.2, 0.1, young=28e3, stiffening=4.0).law(0.6)
    assert law.stiffness == pytest.approx(28e9 * 0.6**4)
    found = evaluate_at(lambda f, _: law.moduli(f["rho"]), {"rho": np.array([0.6, 0.9, 1.0])})
    assert found[:, 0] == pytest.approx(law.dense.bulk * np.array([0.6, 0.9, 1.0]) ** 4)


def test_what_cannot_begin_is_refused() -> None:
    with pytest.raises(ParameterError, match="loose_density"):
        Cap(200.0, 0.5, 1.2, 0.1).law(0.4)
    with pytest.raises(ParameterError, match="floppy_density"):
        Cap(200.0, 0.3, 1.2, 0.1, floppy=0.6, stiffening=2.0).law(0.6)
    with pytest.raises(ParameterError, match=r"CapLaw\.density"):
        Cap(200.0, 0.3, 1.2, 0.1).law(1.0)


def pellet(**changes: Any) -> ssb.Case:
    """Return a pellet in a die."""
    moves = changes.pop("moves", False)
    material = changes.pop("material", Material("pellet", Cap(200.0, 0.45, 1.2, 0.1).law(0.6)))
    return ssb.Case(
        name="pellet",
        geometry=Rectangle(frame=PlaneStrain(), width=1e-5, height=1e-5, columns=1, rows=1),
        bodies=(ssb.Body("body", {"body": material}, moves=moves),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        protocol=(ssb.Rest(1.0),),
        **changes,
    )


REFUSED: dict[str, Callable[[], ssb.Case]] = {
    "hosts lithium and densifies": lambda: pellet(moves=True, material=micro_silicon()),
    "must be a field of its own": lambda: pellet(
        discretisation=ssb.Discretisation(pressure_field=ssb.PressureField.NOWHERE)
    ),
    "needs displacements of degree 2": lambda: pellet(discretisation=ssb.Discretisation(degree=1)),
}


@pytest.mark.parametrize("told", REFUSED)
def test_what_is_not_supported_is_refused_by_name(told: str) -> None:
    with pytest.raises(CaseError, match=told):
        REFUSED[told]()


def test_other_laws_have_the_forms_they_had() -> None:
    """A law without inelastic volume adds nothing to an expression, not even a zero."""

    def build(f: Mapping[str, Any], _: Any) -> Sequence[Any]:
        volume = ufl.tr(strain_of(f["x"], f["x"]))
        plain = Response(deviator=ufl.zero(3, 3), bulk=1.0)
        assert volume - plain.inelastic_volume is volume
        return [volume]

    evaluate_at(build, {"x": np.zeros(1)})
    for name in ("lithium_lepage2019", "li6ps5cl"):
        assert not isinstance(library.by_name(name).solid, Compacting)
    assert not isinstance(Elastic(1 * GPa, 0.3), Compacting)
    assert isinstance(Cap(200.0, 0.4, 1.2, 0.1).law(0.6), Compacting)
