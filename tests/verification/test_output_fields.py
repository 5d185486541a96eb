# SPDX-License-Identifier: BSD-3-Clause
"""Fields that are written for readers: current, overpotential, strain and principal stresses."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.frames import Axisymmetric, PlaneStrain
from ssbmech.runfolder.derived import principal_values
from ssbmech.runfolder.reader import RunData
from ssbmech.units import mA_per_cm2, s
from tests.small_cell import COUNTER, WORKING, void_cell

CURRENT = 10.0
TEMPERATURE = 298.15


@pytest.fixture(scope="module", params=[PlaneStrain(), Axisymmetric()], ids=["plane", "round"])
def even(request, tmp_path_factory):
    """A cell without a void, stripped by an even current."""
    case = void_cell(
        request.param,
        size=4.0,
        depth=1e-6,
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(1 * mA_per_cm2, 2 * s)),
        output=ssb.Output(figures=False),
        temperature=TEMPERATURE,
    )
    path = tmp_path_factory.mktemp("runs") / "run"
    return RunData.open(ssb.run(case, path).path), case


def last(run, kind, name, field):
    data = getattr(run, kind)[name]
    return data.values(field, len(data.times) - 1)


@pytest.mark.serial
def test_current_in_the_electrolyte_is_the_applied_one(even):
    """It flows from the electrode that is stripped to the other one."""
    run, _ = even
    current = last(run, "bodies", "separator", "current_density")
    assert current[:, 1] == pytest.approx(CURRENT, rel=1e-6, abs=0.0)
    assert np.abs(current[:, [0, 2]]).max() < 1e-6 * CURRENT
    assert "current_density" not in run.bodies["negative"].names


@pytest.mark.serial
def test_overpotential_drives_the_current(even):
    """Put into the law of charge transfer it gives the current, at both electrodes."""
    run, case = even
    law = case.interfaces[0].kinetics
    for name, sign in ((WORKING, 1.0), (COUNTER, -1.0)):
        driving = last(run, "interfaces", name, "overpotential")
        current = last(run, "interfaces", name, "i_normal")
        f = FARADAY / (GAS_CONSTANT * TEMPERATURE)
        eta = driving - law.film_resistance * current
        expected = law.i_0 * 2.0 * np.sinh(0.5 * f * eta)
        assert law.alpha_a == 0.5
        assert expected == pytest.approx(current, rel=1e-5, abs=0.0)
        assert np.all(sign * driving > 0.0)


@pytest.mark.serial
def test_strain_of_the_electrolyte_is_elastic(even):
    """Its stress follows from its strain by Hooke's law, cell by cell."""
    run, case = even
    elastic = case.bodies[1].materials["separator"].solid
    strain, stress = (last(run, "bodies", "separator", name) for name in ("strain", "stress"))
    volume = strain[:, :3].sum(axis=1, keepdims=True)
    shear, bulk = (
        elastic.young / 2 / (1 + elastic.poisson),
        elastic.young / 3 / (1 - 2 * elastic.poisson),
    )
    expected = 2 * shear * strain
    expected[:, :3] += (bulk - 2 * shear / 3) * volume
    assert np.abs(expected - stress).max() < 1e-8 * np.abs(stress).max()
    if run.manifest["frame"] == "PlaneStrain":
        assert not strain[:, 2].any()


@pytest.mark.serial
def test_principal_stresses():
    """Of pure shear they are plus and minus the shear."""
    found = principal_values(np.array([[0, 0, 0, 3.0, 0, 0], [1.0, 2.0, 3.0, 0, 0, 0]]))
    assert found == pytest.approx(np.array([[3.0, 0.0, -3.0], [3.0, 2.0, 1.0]]), abs=1e-12)


@pytest.mark.serial
def test_fields_begin_at_the_end_of_the_first_time_step(even):
    """There is no state at t = 0, as the guide says; the gap before is a field of its own."""
    run, case = even
    first = run.series["time"][0]
    for data in (*run.bodies.values(), *run.interfaces.values()):
        assert data.times[0] == pytest.approx(first, rel=1e-12, abs=0.0)
    assert 0.0 < first <= case.step_control.dt_initial
    initial = last(run, "interfaces", WORKING, "initial_gap")
    assert initial.max() == pytest.approx(1e-15, rel=0.2, abs=0.0)
    assert "There is no state at t = 0" in guide()


@pytest.mark.serial
def test_the_guide_lists_every_array_of_the_field_files(even):
    run, _ = even
    files = (*run.bodies.values(), *run.interfaces.values())
    written = {name for data in files for name in data.names}
    assert {"region", "displacement", "initial_gap", "stripped"} <= written
    assert written <= set(re.findall(r"`(\w+)`", guide()))


def guide():
    """Return what the guide says of the field files."""
    page = Path(__file__).parents[2] / "docs" / "guide" / "results.md"
    _, found, rest = page.read_text(encoding="utf-8").partition("## Field files")
    assert found
    return rest.partition("\n## ")[0]
