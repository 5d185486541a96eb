# SPDX-License-Identifier: BSD-3-Clause
"""A rim of lithium that is not stripped: contact lost at low pressure, kept at one megapascal.

The cells are twice as large as the case's, the time steps four times as long. The slow tests
(`./ssb test --ranks 1 --slow tests/verification/test_rim.py`) halve both; docs/rim.md has what came
out of the whole study, `./ssb ssbmech study cases/rim/mesh.toml`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from ssbmech import library
from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.library.interfaces import lithium_li6ps5cl
from tests.case_scripts import script_case
from tests.elastic_cell import facet_fields
from tests.stripping import COUNTER, WORKING, column
from tests.tools import March, march

Floats = npt.NDArray[np.float64]

RIM = 0.1
COARSE = ("--size=4", "--longest-step=60", "--gap-error=16")
STEPS = ("--longest-step=15", "--gap-error=1")

pytestmark = pytest.mark.serial


def run_rim(*options: str) -> March:
    """March the case of a rim with options of its command line."""
    return march(script_case("rim", *COARSE, *options))


def rise(result: March) -> Floats:
    """Return the voltage over that at the beginning of stripping, by time step."""
    voltage: Floats = column(result, "voltage")[column(result, "step") == 1]
    return np.asarray(voltage / voltage[0])


def seconds_until(result: March, ratio: float) -> float:
    """Return the time of stripping until the voltage is a multiple of that at the beginning [s]."""
    times = column(result, "time")[column(result, "step") == 1] - 1.0
    first = int(np.argmax(rise(result) >= ratio))
    around = slice(first - 1, first + 1)
    return float(np.interp(ratio, rise(result)[around], times[around]))


def assert_conserved(result: March) -> None:
    """Charge and metal are conserved to the accuracy of the solver."""
    assert max(column(result, "audit_lithium")) < 1e-9
    assert max(column(result, "audit_charge")) < 1e-9


def test_inert_rim_takes_all_contact() -> None:
    """At 0.1 MPa the rim carries all load and the voltage runs away, after 285 s on fine meshes."""
    result = run_rim("--inert-rim")
    assert column(result, "contact_fraction")[-1] == pytest.approx(RIM, abs=1e-6)
    assert column(result, "voltage")[-1] > 0.5
    # cells eight times smaller and steps eight times shorter move it by 1 s
    assert column(result, "time")[-1] - 1.0 == pytest.approx(285.0, rel=0.02)
    assert_conserved(result)


@pytest.mark.slow
def test_inert_rim_of_a_disc() -> None:
    """In a disc the same rim has nearly twice the share of the area, and takes all contact too."""
    result = run_rim("--inert-rim", "--coin")
    assert column(result, "contact_fraction")[-1] == pytest.approx(1 - (1 - RIM) ** 2, abs=1e-6)
    assert column(result, "voltage")[-1] > 0.5
    assert column(result, "time")[-1] < 300.0
    assert_conserved(result)


@pytest.mark.slow
def test_inert_rim_is_squeezed_flat() -> None:
    """At 1 MPa the inert rim sinks as fast as the rest is stripped: all stays in touch."""
    result = run_rim("--inert-rim", "--pressure=1", "--minutes=10")
    assert column(result, "contact_fraction")[-1] == pytest.approx(1.0)
    assert max(rise(result)) < 1.01
    assert_conserved(result)


@pytest.mark.slow
def test_rim_beyond_the_counter_electrode_is_stripped() -> None:
    """Where the counter electrode ends the rim reacts too: the stripped side goes on conducting.

    The rim's current passes through the edge of the counter electrode, where more is plated than
    elsewhere, so that the plated side loses contact. On finer meshes and with shorter steps the
    voltage has doubled after 17 min.
    """
    result = run_rim("--minutes=20")
    assert min(column(result, f"conducting_fraction:{WORKING}")) > 0.75
    assert column(result, f"conducting_fraction:{COUNTER}")[-1] < 0.3
    minutes = (column(result, "time")[column(result, "step") == 1] - 1.0) / 60
    assert max(rise(result)[minutes < 12.0]) < 1.6
    assert 2.0 < rise(result)[-1] < 5.0
    assert_conserved(result)


@pytest.mark.slow
def test_rim_beyond_the_counter_electrode_is_kept() -> None:
    """At 1 MPa both sides keep conducting."""
    result = run_rim("--pressure=1", "--minutes=10")
    for name in (WORKING, COUNTER):
        assert min(column(result, f"conducting_fraction:{name}")) > 0.999
    assert max(rise(result)) < 1.01
    assert_conserved(result)


def test_current_spreads_beyond_the_counter_electrode() -> None:
    r"""Along a wide rim the current falls as cosh(k (wall - x)), with k h tan(k h) = h / (kappa Z).

    That is the slowest mode of a layer of height h with the resistance Z at its lower face; others
    have ended well before half of the rim.
    """
    # at higher pressures the rim, on which nothing presses, conducts less: it lifts off by 20 nm
    result = run_rim("--width=1250", "--rim=0.4", "--pressure=0.1", "--minutes=0.01")
    facets = facet_fields(result.cell.surfaces[WORKING])
    conductor = library.by_name("li6ps5cl").conductor
    assert conductor is not None and facets.i_normal is not None
    resistance = GAS_CONSTANT * ROOM_TEMPERATURE / (FARADAY * lithium_li6ps5cl().i_0)
    height, wall = 100e-6, 1250e-6
    trial = np.linspace(0.0, 1.5, 10_000)
    target = height / (conductor.kappa_e(ROOM_TEMPERATURE) * resistance)
    decay = float(np.interp(target, trial * np.tan(trial), trial)) / height
    assert math.isclose(1 / decay, 139e-6, rel_tol=0.01)
    far = facets.x > wall - 300e-6
    expected = np.cosh(decay * (wall - facets.x[far]))
    found = facets.i_normal[far]
    assert found / found[-1] == pytest.approx(expected / expected[-1], rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    "finer",
    [
        ("--size=2", *STEPS),
        ("--size=1", *STEPS),
        ("--size=2", "--longest-step=7.5", "--gap-error=0.25"),
    ],
    ids=["default", "cells halved", "steps halved"],
)
def test_mesh_and_time_step(finer: tuple[str, ...]) -> None:
    """Time to loss and to twice the voltage do not depend on the mesh, nor on the time step."""
    inert = run_rim("--inert-rim", *finer)
    assert column(inert, "time")[-1] - 1.0 == pytest.approx(285.5, rel=0.003)
    assert seconds_until(inert, 2.0) == pytest.approx(193.0, rel=0.01)
    # plated strips prop the counter electrode here, whose places follow small differences
    short = run_rim(*finer, "--minutes=20")
    assert seconds_until(short, 2.0) == pytest.approx(1040.0, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("options", "most"), [((), 2.0), (("--inert-rim",), 15.0)])
def test_wide_cell_loses_no_contact_by_its_rim(options: tuple[str, ...], most: float) -> None:
    """Over millimetres the electrolyte bends: the rim carries little, and nothing runs away."""
    result = run_rim(*options, "--width=2500")
    assert column(result, "time")[-1] == pytest.approx(1801.0)
    assert 1.2 < rise(result)[-1] < most
    assert_conserved(result)
