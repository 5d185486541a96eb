# SPDX-License-Identifier: BSD-3-Clause
"""Fields that are written for readers: current, overpotential, strain and principal stresses."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import SSBMechError
from ssbmech.frames import Axisymmetric, PlaneStrain
from ssbmech.runfolder.derived import all_arrays, all_values, principal_values
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
        output=ssb.Output(
            figures=False,
            fields_every=1,
            all_states=True,
            quantities=(ssb.FilmDrop(WORKING), ssb.DissipatedPower()),
        ),
        temperature=TEMPERATURE,
    )
    law = dataclasses.replace(case.interfaces[0].kinetics, film_resistance=5e-4)
    spent = (ssb.DissipatedPerArea(),)
    faces = tuple(dataclasses.replace(each, kinetics=law, parts=spent) for each in case.interfaces)
    bodies = tuple(
        dataclasses.replace(each, parts=(ssb.DissipatedDensity(),)) for each in case.bodies
    )
    case = dataclasses.replace(case, interfaces=faces, bodies=bodies)
    path = tmp_path_factory.mktemp("runs") / "run"
    return RunData.open(ssb.run(case, path, observers=(ssb.DissipatedEnergy(),)).path), case


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
def test_film_takes_its_share(even):
    """It takes its resistance times the current in contact, the charge transfer the rest."""
    run, case = even
    law = case.interfaces[0].kinetics
    current, drop = (last(run, "interfaces", WORKING, name) for name in ("i_normal", "film_drop"))
    assert law.film_resistance > 0.0
    assert drop == pytest.approx(law.film_resistance * current, rel=1e-5, abs=0.0)
    eta = last(run, "interfaces", WORKING, "overpotential") - drop
    f = FARADAY / (GAS_CONSTANT * TEMPERATURE)
    assert law.i_0 * 2.0 * np.sinh(0.5 * f * eta) == pytest.approx(current, rel=1e-5, abs=0.0)


@pytest.mark.serial
def test_what_the_drive_gives_is_dissipated(even):
    """Two equal electrodes store nothing: all electric energy turns into heat."""
    run, case = even
    spent = run.series.columns
    plane = run.manifest["frame"] == "PlaneStrain"
    area = 24e-6 if plane else np.pi * 24e-6**2
    given = area * np.sum(spent["voltage"] * spent["current"] * spent["time_step"])
    ohmic = spent["dissipated_ohmic:separator"][-1]
    transfer = sum(spent[f"dissipated_transfer:{name}"][-1] for name in (WORKING, COUNTER))
    assert ohmic + transfer == pytest.approx(given, rel=1e-5, abs=0.0)
    kappa = float(case.bodies[1].materials["separator"].conductor.kappa_e(TEMPERATURE))
    exact = CURRENT**2 / kappa * 8e-6 * area * 2.0
    assert ohmic == pytest.approx(exact, rel=1e-5, abs=0.0)
    assert run.series.units["dissipated_ohmic:separator"] == ("J m-1" if plane else "J")


@pytest.mark.pair
def test_ranks_add_up_what_is_dissipated(tmp_path):
    """On several ranks too it is what the drive gives, nowhere negative, and films take theirs."""
    case = void_cell(
        size=8.0,
        depth=1e-6,
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(1 * mA_per_cm2, 2 * s)),
        output=ssb.Output(
            figures=False,
            fields_every=0,
            quantities=(ssb.FilmDrop(WORKING), ssb.DissipatedPower()),
        ),
    )
    law = dataclasses.replace(case.interfaces[0].kinetics, film_resistance=5e-4)
    faces = tuple(dataclasses.replace(each, kinetics=law) for each in case.interfaces)
    bodies = tuple(
        dataclasses.replace(each, parts=(ssb.DissipatedDensity(),)) for each in case.bodies
    )
    case = dataclasses.replace(case, interfaces=faces, bodies=bodies)
    path = ssb.run(case, tmp_path / "run", observers=(ssb.DissipatedEnergy(),)).path
    run = RunData.open(path)
    spent = run.series.columns
    given = 24e-6 * np.sum(spent["voltage"] * spent["current"] * spent["time_step"])
    kinds = [name for name in spent if name.startswith("dissipated_")]
    assert {name.partition(":")[0] for name in kinds} == {
        "dissipated_creep", "dissipated_ohmic", "dissipated_transfer"
    }  # fmt: skip
    for name in kinds:
        assert np.diff(spent[name], prepend=0.0).min() >= 0.0, name
    electric = sum(spent[name][-1] for name in kinds if "creep" not in name)
    assert electric == pytest.approx(given, rel=1e-5, abs=0.0)
    current, drop = (last(run, "interfaces", WORKING, name) for name in ("i_normal", "film_drop"))
    assert drop == pytest.approx(5e-4 * current, rel=1e-5, abs=0.0)
    assert last(run, "bodies", "negative", "dissipation").min() >= 0.0
    kappa = float(case.bodies[1].materials["separator"].conductor.kappa_e(TEMPERATURE))
    lengths = spent["time_step"][spent["step"] == 1]
    exact = CURRENT**2 / kappa * (lengths.sum() - 0.5 * lengths[0])
    found = last(run, "bodies", "separator", "dissipated")
    assert found == pytest.approx(exact, rel=1e-5, abs=0.0)


@pytest.mark.serial
def test_creep_dissipates_stress_times_rate(even):
    """The density is their product where they are even, and the energy its integral."""
    run, _ = even
    data, series = run.bodies["negative"], run.series.columns
    power = data.history("dissipation")
    product = data.history("von_mises") * data.history("creep_rate")
    assert power == pytest.approx(product, rel=1e-6, abs=1e-9 * power.max())
    assert power.max() > 0.0
    assert "dissipation" in run.bodies["separator"].names
    area = 24e-6 if run.manifest["frame"] == "PlaneStrain" else np.pi * 24e-6**2
    mean = power.mean(axis=1)
    before = np.append(mean[0], mean[:-1])
    begins = np.append(True, np.diff(series["step"]) > 0)
    steps = np.where(begins, mean, 0.5 * (before + mean)) * series["time_step"]
    exact = 8e-6 * area * np.cumsum(steps)
    found = series["dissipated_creep:negative"]
    assert found == pytest.approx(exact, rel=1e-5, abs=1e-9 * found[-1])


@pytest.mark.serial
def test_dissipated_energy_is_the_power_over_time(even):
    """As a field of each body and interface, cell by cell and step by step."""
    run, _ = even
    steps = run.series.columns["time_step"][:, None]
    bodies = [run.bodies[name] for name in ("negative", "separator")]
    faces = [run.interfaces[name] for name in (WORKING, COUNTER)]
    for data, field, power in (
        *((each, "dissipated", each.history("dissipation")) for each in bodies),
        *(
            (each, "dissipated_area", each.history("i_normal") * each.history("overpotential"))
            for each in faces
        ),
    ):
        before = np.vstack([np.zeros_like(power[:1]), power[:-1]])
        exact = np.cumsum(0.5 * (before + power) * steps, axis=0)
        found = data.history(field)
        np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-8 * exact.max())
        assert exact[-1].min() > 0.0


@pytest.mark.serial
def test_equivalent_creep_strain(even):
    """It comes with the creep strain, in the tables and grids of a run."""
    run, _ = even
    data = run.bodies["negative"]
    creep = last(run, "bodies", "negative", "strain_creep")
    found = all_values(data, "strain_creep_equivalent", len(data.times) - 1)
    square = (creep[:, :3] ** 2).sum(axis=1) + 2 * (creep[:, 3:] ** 2).sum(axis=1)
    assert found == pytest.approx(np.sqrt(2 / 3 * square), rel=1e-12)
    assert found.max() > 0.0
    assert "strain_creep_equivalent" not in all_arrays(run.bodies["separator"])


@pytest.mark.serial
def test_film_drop_names_what_it_cannot_part(tmp_path):
    """An interface that is none, one without charge transfer, and a law of one resistance."""
    for interface, kinetics, told in (
        ("a|b", None, "there is no interface 'a|b', only negative|separator, positive|separator"),
        (WORKING, ssb.LinearKinetics(1e-3), "LinearKinetics at 'negative|separator' does not part"),
    ):
        case = void_cell(size=8.0, output=ssb.Output(quantities=(ssb.FilmDrop(interface),)))
        if kinetics is not None:
            first, second = case.interfaces
            linear = dataclasses.replace(first, kinetics=kinetics)
            case = dataclasses.replace(case, interfaces=(linear, second))
        with pytest.raises(SSBMechError, match=re.escape(told)):
            ssb.run(case, tmp_path / told[:4].strip())


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
