# SPDX-License-Identifier: BSD-3-Clause
"""Flaws of a run judged from its folder: closed forms in all frames, errors, files and report."""

from __future__ import annotations

import json
from math import pi, sqrt

import numpy as np
import pytest

from ssbmech.cli import main
from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError, RunFolderError
from ssbmech.fracture import flaws
from ssbmech.fracture.judge import Assumed, judge
from ssbmech.report import write_report
from ssbmech.runfolder.reader import RunData
from tests.case_scripts import CASES
from tests.unit.flawed_run import FRACTURE, HEIGHT, NAME, OMEGA, UM, Flawed, write
from tests.unit.report_page import Page, flat

pytestmark = pytest.mark.serial

FRAMES = ("PlaneStrain", "Axisymmetric", "ThreeDimensional")
SIZE, TOUGHNESS = FRACTURE["flaw"], FRACTURE["toughness"]
SHAPES = (flaws.EdgeCrack(), flaws.HalfPenny(), flaws.ThroughCrack())


def uniform(value):
    """Return a function of places that is the same everywhere."""
    return lambda x: np.full_like(x[0], value)


def verdict_of(path, run, **assumed):
    """Write a run and judge it."""
    return judge(RunData.open(write(path, run)), Assumed(**assumed))


def one(verdict):
    """Return the only course of a verdict, and its summary."""
    (course,) = verdict.courses
    return course, course.summary()


@pytest.mark.parametrize("frame", FRAMES)
def test_a_uniform_tension(frame, tmp_path):
    """K, critical flaw and both probabilities are those of the closed forms, whatever the frame."""
    tension = 90e6
    path = write(tmp_path / "run", Flawed(frame, 6, {"xx": uniform(tension)}))
    for flaw in SHAPES:
        found = judge(RunData.open(path), Assumed(flaw))
        course, told = one(found)
        k = flaws.shape_factor(flaw) * tension * sqrt(pi * SIZE)
        # on the axis of revolution and at the sides too
        assert course.ratio[1] == pytest.approx(k / TOUGHNESS, rel=1e-9)
        assert course.ratio[0] == pytest.approx(0.0, abs=1e-12)
        assert told["time [s]"] == 20.0
        assert told["range over the run [Pa m^(1/2)]"] == pytest.approx(k, rel=1e-9)
        wanted = flaws.critical_size(flaw, tension, TOUGHNESS)
        assert found.critical[0] == pytest.approx(wanted, rel=1e-6)
        risk = 1e-4 / FRACTURE["area"] * (k / TOUGHNESS) ** FRACTURE["modulus"]
        assert course.risk == pytest.approx([0.0, risk, risk], rel=1e-9)
        (inside,) = found.inside
        counted = inside.counted * 1e-4 * HEIGHT / FRACTURE["volume"]
        bears = flaws.critical_stress(flaws.PennyCrack(), SIZE, TOUGHNESS)
        assert inside.risk[-1] == pytest.approx(
            counted * (tension / bears) ** FRACTURE["modulus"], rel=1e-6
        )
        # a flaw is a quarter of the height; what lies within half to all of it is left out
        assert 0.6 < inside.counted < 0.875


@pytest.mark.parametrize("component", ["xx", "zz"])
def test_every_direction_along_the_surface_counts(component, tmp_path):
    run = Flawed("PlaneStrain", 4, {component: uniform(50e6), "yy": uniform(300e6)})
    course, _ = one(verdict_of(tmp_path / "run", run))
    assert course.ratio[1] * TOUGHNESS == pytest.approx(1.1215 * 50e6 * sqrt(pi * SIZE), rel=1e-3)


def test_shear_along_the_surface_turns_the_worst_plane(tmp_path):
    """In space: tension and shear in the plane of the interface, by Mohr's circle."""
    run = Flawed("ThreeDimensional", 4, {"xx": uniform(60e6), "xy": uniform(40e6)})
    course, _ = one(verdict_of(tmp_path / "run", run))
    worst = 30e6 + sqrt(30e6**2 + 40e6**2)
    assert course.ratio[1] * TOUGHNESS == pytest.approx(1.1215 * worst * sqrt(pi * SIZE), rel=1e-3)


def test_a_gradient_is_resolved_as_the_mesh_gets_finer(tmp_path):
    """Tension that falls to zero at the depth of the flaw: 0.4390; of first order in the cells."""
    run = {"xx": lambda x: 100e6 * (1.0 - x[1] / SIZE)}
    exact = 0.4390 * 100e6 * sqrt(pi * SIZE) / TOUGHNESS
    errors = []
    for cells in (8, 16, 32):
        course, _ = one(verdict_of(tmp_path / str(cells), Flawed("PlaneStrain", cells, run)))
        inner = np.abs(course.surface.middles[:, 0] - 10 * UM) < 5 * UM
        errors.append(abs(float(course.ratio[1][inner].mean()) / exact - 1.0))
    assert errors[1] < 0.55 * errors[0]
    assert errors[2] < 0.55 * errors[1]
    assert errors[2] < 0.01


def plating(current=-10.0, eta=-8e-3, gradient=40.0):
    """Return the fields of plating: overpotential [V], and field in the ceramic [V/m]."""
    return {
        "phi_e": lambda x: gradient * x[1],
        "interface": {
            "i_normal": uniform(current),
            "overpotential": uniform(eta),
            "p_contact": uniform(5e6),
        },
    }


def test_metal_that_is_plated_into_a_flaw(tmp_path):
    """F (eta + 2/pi a i/kappa) / Omega and the contact pressure, of a through crack."""
    crack = flaws.ThroughCrack()
    course, told = one(verdict_of(tmp_path / "run", Flawed(**plating()), flaw=crack))
    root = sqrt(pi * SIZE)
    plated = FARADAY / OMEGA * (8e-3 + 2 / pi * SIZE * 40.0) * root
    parts = told["stress intensity by [Pa m^(1/2)]"]
    assert parts["plating"] == pytest.approx(plated, rel=1e-6)
    assert parts["contact pressure"] == pytest.approx(5e6 * root, rel=1e-9)
    assert parts["stress"] == pytest.approx(0.0, abs=1.0)
    assert told["local over nominal current [1]"] == pytest.approx(1.0)
    # what plating may add, over what it adds, times 10 A/m2
    wanted = 10.0 * (TOUGHNESS - 5e6 * root) / plated
    assert told["critical current [A m-2]"] == pytest.approx(wanted, rel=1e-6)
    assert course.limiting[0] == np.inf


def test_a_rest_has_no_critical_current(tmp_path):
    """What evens out inside of the cell while no current flows is none of the cell's."""
    fields = plating()
    course, told = one(verdict_of(tmp_path / "run", Flawed(**fields, currents=(0.0, -10.0, 0.0))))
    assert np.isfinite(course.limiting).tolist() == [False, True, False]
    assert course.plated[2].min() > 0.0
    still, told = one(verdict_of(tmp_path / "still", Flawed(**fields, currents=(0.0, 0.0, 0.0))))
    assert (still.limiting == np.inf).all()
    assert told["critical current [A m-2]"] is None
    assert told["local over nominal current [1]"] is None
    # nor is what rounding leaves of no current
    last = tmp_path / "last"
    course, told = one(verdict_of(last, Flawed(**fields, currents=(0.0, 1e-15, -10.0))))
    assert course.worst[0] == 1
    assert told["local over nominal current [1]"] is None


def test_stripping_and_voids_fill_no_flaw(tmp_path):
    """Stripping leaves the contact pressure; a gap leaves nothing."""
    strips = Flawed(**plating(current=10.0, eta=8e-3), currents=(10.0, 10.0, 10.0))
    course, told = one(verdict_of(tmp_path / "strips", strips))
    assert told["stress intensity by [Pa m^(1/2)]"]["plating"] == 0.0
    assert course.pressed[1] == pytest.approx(1.1215 * 5e6 * sqrt(pi * SIZE), rel=1e-3)
    assert told["critical current [A m-2]"] is None
    fields = plating()
    fields["interface"]["gap"] = lambda x: np.where(x[0] < 10 * UM, 1e-7, 0.0)
    course, _ = one(verdict_of(tmp_path / "void", Flawed(**fields)))
    left = course.surface.middles[:, 0] < 10 * UM
    assert (course.plated[1][left] == 0.0).all()
    assert (course.plated[1][~left] > 0.0).all()


@pytest.mark.parametrize("depth", [np.inf, 4e-6])
def test_residual_compression_holds_flaws_shut(depth, tmp_path):
    """All of it, or the layer of a through crack; critical currents rise with it."""
    run, crack = Flawed(**plating()), flaws.ThroughCrack()
    given = {"compression": 30e6}
    free, _ = one(verdict_of(tmp_path / "free", run, flaw=crack))
    held, told = one(verdict_of(tmp_path / "held", run, flaw=crack, given=given, compressed=depth))
    share = 1.0 if depth == np.inf else 2 / pi * np.arcsin(depth / SIZE)
    taken = 30e6 * share * sqrt(pi * SIZE)
    assert (free.ratio - held.ratio)[1] * TOUGHNESS == pytest.approx(taken, rel=1e-6)
    assert held.limiting[1] > free.limiting[1]
    assert told["stress intensity by [Pa m^(1/2)]"]["residual compression"] == pytest.approx(-taken)


def test_a_flaw_deeper_than_the_body_is_none(tmp_path):
    run = Flawed(stress={"xx": uniform(1e6)})
    with pytest.raises(RunFolderError, match="nowhere as thick"):
        verdict_of(tmp_path / "run", run, given={"flaw": 60e-6})
    found = judge(RunData.open(tmp_path / "run"), Assumed())
    # 1 MPa extends no flaw that the body has room for
    assert found.critical == (np.inf,)
    assert 0.6 * HEIGHT < found.largest[0] <= HEIGHT


def test_what_cannot_be_judged_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match="has no stresses"):
        judge(RunData.open(write(tmp_path / "a", Flawed(), stresses=False)), Assumed())
    with pytest.raises(RunFolderError, match="rigid wall"):
        verdict_of(tmp_path / "b", Flawed(young=1e14))
    path = write(tmp_path / "c", Flawed(fracture={}))
    with pytest.raises(RunFolderError, match=r"--toughness 0\.69"):
        judge(RunData.open(path), Assumed())
    with pytest.raises(RunFolderError, match="no fields of body 'glass'"):
        judge(RunData.open(path), Assumed(bodies=("glass",)))
    with pytest.raises(ParameterError, match="toughness is 0"):
        judge(RunData.open(path), Assumed(given={"toughness": 0.0}))
    found = judge(RunData.open(path), Assumed(given={"toughness": 1e6}))
    assert found.courses[0].known.guessed == ("flaw", "modulus", "area", "volume")
    with pytest.raises(ParameterError, match="above zero"):
        Assumed(cell_area=0.0)


def test_a_toughness_for_all_is_that_of_what_conducts(tmp_path):
    """One that conducts no ions, such as a collector of the same body, is asked for by name."""
    path = write(tmp_path / "run", Flawed(fracture={}))
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    row = {"name": "bodies[ceramic].materials[ceramic].conductor", "value": None, "unit": ""}
    manifest["case"].append(row)
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    given = {"toughness": 1e6}
    with pytest.raises(RunFolderError, match="toughness of no body is known"):
        judge(RunData.open(path), Assumed(given=given))
    assert judge(RunData.open(path), Assumed(given=given, bodies=("ceramic",))).courses


def test_numbers_on_the_command_line_take_the_place_of_the_runs(tmp_path, capsys):
    path = write(tmp_path / "run", Flawed(stress={"xx": uniform(50e6)}))
    given = ["--toughness", "1.2", "--flaw", "20", "--shape", "through", "--json", "--no-figure"]
    assert main(["fracture", str(path), *given]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((path / "fracture.json").read_text("utf-8"))
    (each,) = told["interfaces"]
    assert each["ratio [1]"] == pytest.approx(50e6 * sqrt(pi * 20e-6) / 1.2e6, rel=1e-9)
    assert not (path / "figures" / "fracture.png").exists()
    table = (path / "fracture.csv").read_text("utf-8").splitlines()
    assert table[0].startswith("interface,region,x [m]")
    assert len(table) == 1 + 8
    assert table[1].startswith(f"{NAME},ceramic,")


@pytest.mark.parametrize("bad", ["--flaw=-1", "--toughness=nan", "--cell-area=1e", "--shape=round"])
def test_bad_numbers_are_refused_by_the_parser(bad, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fracture", str(tmp_path), bad])
    assert ended.value.code == 2
    assert capsys.readouterr().err


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """A run of the case of a void, short and coarse."""
    path = tmp_path_factory.mktemp("fracture") / "run"
    options = ["--size=3", "--minutes=0.1", "--longest-step=6", "--no-figures", f"--out={path}"]
    assert main(["run", str(CASES / "li_void" / "case.py"), "--pressure=2", *options]) == 0
    return path


def test_a_computed_run(computed, capsys):
    """The materials of the library bring their numbers; K is that of the mean current by hand."""
    assert main(["fracture", str(computed)]) == 0
    out = capsys.readouterr().out
    assert "flaw 14 µm, toughness 0.69 MPa √m" in out
    assert "negative | separator" in out
    assert (computed / "figures" / "fracture.png").stat().st_size > 20_000
    told = json.loads((computed / "fracture.json").read_text("utf-8"))
    by_name = {each["interface"]: each for each in told["interfaces"]}
    flat_one = by_name["positive|separator"]
    run = RunData.open(computed)
    data = run.interfaces["positive|separator"]
    step = data.nearest_step(flat_one["time [s]"])
    eta = -float(data.values("overpotential", step).mean())
    # Li6PS5Cl has 2 mS/cm; 0.6825 / 1.1215 of the rise of the potential over the flaw
    depth = 14e-6
    volt = eta + 0.6086 * 10.0 * depth / 0.2
    by_hand = 1.1215 * FARADAY / OMEGA * volt * sqrt(pi * depth)
    plated = flat_one["stress intensity by [Pa m^(1/2)]"]["plating"]
    # the current is uneven across from the void, by some percent
    assert plated == pytest.approx(by_hand, rel=0.1)
    # beside the void the metal plates with more current, and the void's edge is pulled
    assert by_name["negative|separator"]["local over nominal current [1]"] > 1.1


def test_the_report_has_a_section(computed):
    assert main(["fracture", str(computed)]) == 0
    text = flat(Page(write_report(computed).read_text(encoding="utf-8")).text)
    assert "Flaws of the electrolyte" in text
    assert "extends with a probability of" in text
    assert "Flaws at the interfaces, where they are worst" in text
    (computed / "fracture.json").write_text('{"interfaces": [{}]}', encoding="utf-8")
    text = flat(Page(write_report(computed).read_text(encoding="utf-8")).text)
    assert "fracture.json is not as ssbmech fracture writes it" in text
    (computed / "fracture.json").unlink()
    page = write_report(computed).read_text(encoding="utf-8")
    assert 'id="fracture"' not in page
