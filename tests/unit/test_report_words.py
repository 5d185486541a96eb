# SPDX-License-Identifier: BSD-3-Clause
"""What a report says: numbers, the case in words, results, audits, sources."""

from __future__ import annotations

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.parameter import describe
from ssbmech.report import case_words, effort
from ssbmech.report.content import key_results, report_content
from ssbmech.report.readable import (
    DASH,
    MINUS,
    date_text,
    number_text,
    quantity_text,
    share_text,
    value_text,
    words,
)
from ssbmech.runfolder.manifest_form import checked
from ssbmech.runfolder.reader import RunData, Series
from ssbmech.runfolder.shown import unit_text
from ssbmech.units import MPa, hour, mA_per_cm2, mV, s
from tests.small_cell import WORKING, void_cell
from tests.unit.report_page import flat
from tests.unit.synthetic_cathode import write_cathode_run

pytestmark = pytest.mark.serial


def case_manifest(case):
    """Return the sections of a manifest that describe a case."""
    steps = [{"label": step.name, "duration [s]": step.duration} for step in case.protocol]
    frame = type(case.geometry.frame).__name__
    return {"case": [dict(row) for row in describe(case)], "protocol": steps, "frame": frame}


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (2e-5, "m", "20 µm"),
        (1.9999999999999998e-06, "m", "2 µm"),
        (5e-8, "m", "50 nm"),
        (7.82e9, "Pa", "7.82 GPa"),
        (1e5, "Pa", "0.1 MPa"),
        (-3e4, "Pa", f"{MINUS}30 kPa"),
        (10.0, "A/m2", "1 mA cm⁻²"),
        (0.05, "A m-2", "5 µA cm⁻²"),
        (3e10, "Pa/m", "0.03 MPa/µm"),
        (1800.0, "s", "30 min"),
        (27000.0, "s", "7.5 h"),
        (1e-6, "s", "1 µs"),
        (0.0174361, "V", "17.436 mV"),
        (3.6, "V", "3.6 V"),
        (0.2, "S/m", "2 mS/cm"),
        (36000.0, "C m-2", "1 mAh cm⁻²"),
        (4.99e-12, "m2", "4.99 µm²"),
        (298.15, "K", "298.15 K"),
        (0.381, "1", "0.381"),
        (1.3e-15, "m2/s", "1.3·10⁻¹⁵ m²/s"),
        (0.0, "m", "0 m"),
    ],
)
def test_numbers_come_in_units_of_their_size(value, unit, shown):
    assert flat(quantity_text(value, unit)) == shown


def test_numbers_and_names_in_words():
    assert number_text(1e-7) == "10⁻⁷"
    assert number_text(50060.0, 3) == "50100"
    assert number_text(float("inf")) == "inf"
    assert [flat(share_text(each)) for each in (1.0, 0.99999, 0.7541, 1e-5, 0.0)] == [
        "100 %", "over 99.9 %", "75.4 %", "under 0.1 %", "0 %"
    ]  # fmt: skip
    assert [unit_text(unit) for unit in ("1", "A m-2", "ohm m2")] == ["", "A m⁻²", "Ω m²"]
    assert [value_text(each, "") for each in (None, True, "tuple", "top")] == [
        DASH, "yes", "none", "top"
    ]  # fmt: skip
    assert words("VoltageAbove") == "Voltage above"
    assert words("ButlerVolmer") == "Butler-Volmer"
    assert date_text("2026-11-21T16:26:25+00:00") == "21 November 2026, 16:26 UTC"
    assert date_text(None) == DASH


def test_case_is_told_in_words():
    case = void_cell(fixture=ssb.Spring(preload=2 * MPa, spring_stiffness=3e10))
    listings = {each.title: each.rows for each in case_words.case_listings(case_manifest(case))}
    geometry = {name: flat(text) for name, text in listings["Geometry"]}
    assert geometry["layers, from the bottom"] == "negative 8 µm, separator 8 µm, positive 8 µm"
    assert geometry["frame"].startswith("plane strain")
    laws = {body: flat(laws) for body, _, _, laws in listings["Bodies"]}
    assert "Elastic: Young's modulus 7.82 GPa, Poisson's ratio 0.381" in laws["negative"]
    assert "Ion conductor: ionic conductivity 2 mS/cm" in laws["separator"]
    interfaces = {name: flat(text) for name, text in listings["Interfaces"]}
    assert "Butler-Volmer: exchange current density 3.2" in interfaces["negative | separator"]
    assert "gap in the middle 200 nm" in interfaces["negative | separator"]
    conditions = {name: flat(text) for name, text in listings["Fixture and conditions"]}
    assert "stack pressure after assembly 2 MPa" in conditions["fixture at top"]
    assert "0.03 MPa/µm" in conditions["fixture at top"]
    assert conditions["working electrode"] == "negative | separator"


def test_steps_of_one_name_are_told_apart():
    rest = ssb.Rest(60 * s)
    stops = (ssb.VoltageAbove(20 * mV), ssb.ContactBelow(WORKING, 0.5))
    strip = ssb.ConstantCurrent(1 * mA_per_cm2, 60 * s, stops=stops, name="strip")
    hold = ssb.Hold(4.2, 1 * hour, current_below=0.1)
    steps = (ssb.Preload(1 * s), rest, rest, strip, ssb.Charge(0.1 / hour, to=4.3), hold)
    found = case_words.step_words(case_manifest(void_cell(protocol=steps)))
    assert [flat(each) for each in found] == [
        "loads the fixture",
        "",
        "",
        "1 mA cm⁻², until voltage above 20 mV, until contact below negative | separator 0.5",
        "0.1 C to 4.3 V",
        "4.2 V to 10 µA cm⁻²",
    ]


def test_parameters_have_readable_and_exact_values():
    found = {each.name: each for each in case_words.parameters(case_manifest(void_cell()))}
    young = found["bodies[negative].materials[negative].solid.elastic.young"]
    assert (flat(young.shown), young.si) == ("7.82 GPa", "7.82·10⁹ Pa")
    assert (young.bounds, young.doc, young.owner) == ("[1000, 1e+14]", "Young's modulus", "Elastic")


def test_script_and_knobs():
    script = {
        "path": "/far/away/li_void/case.py",
        "arguments": ["--pressure=2"],
        "knobs": {"pressure": {"value": 2.0, "unit": "MPa"}, "lithium": {"value": "soft"}},
    }
    assert case_words.script_words({"script": script}) == "li_void/case.py --pressure=2"
    (knobs,) = case_words.case_listings({"script": script})
    assert knobs.rows == (("pressure", "2 MPa"), ("lithium", "soft"))


def test_audits_are_held_against_their_limits(tmp_path):
    nan = np.full(2, np.nan)
    columns = {
        "time": np.array([1.0, 60.0]),
        "audit_lithium": np.array([1e-9, np.nan]),
        "audit_force": np.array([0.0, 1e-4]),
        "audit_charge": nan,
    }
    run = RunData(tmp_path, {}, Series(columns, dict.fromkeys(columns, "1")), {}, {})
    found = effort.audits(run)
    assert [each.mark for each in found] == ["passed", "failed", "not measured"]
    assert [each.largest for each in found] == ["10⁻⁹", "10⁻⁴", "not measured"]
    assert [flat(each.at) for each in found] == ["1 s", "60 s", ""]
    assert [each.limit for each in found] == ["10⁻⁶", "10⁻⁵", "10⁻⁷"]


def test_sources_have_their_references():
    manifest = {"sources": {"a: lithium": {"young": {
        "key": "masias2019", "text": "ultrasound", "temperature_K": 299.15, "note": "soft",
        "provenance": "read in a secondary source",
    }, "own": {"key": "nowhere2000"}}}}  # fmt: skip
    found = effort.sources(manifest)
    line = found["a: lithium"][0]
    assert (line.parameter, flat(line.text), line.note) == (
        "young", "ultrasound (299.15 K)", "soft"
    )  # fmt: skip
    references = effort.references(found)
    assert references["masias2019"].startswith("A. Masias")
    assert "not in the list" in references["nowhere2000"]


def test_results_of_a_full_cell(tmp_path):
    run = RunData.open(write_cathode_run(tmp_path / "run"))
    sentence = flat(key_results(run))
    assert sentence.startswith("At 7 h the voltage is 3.")
    assert "the state of charge is " in sentence
    content = report_content(run, [])
    assert [fact.text for fact in content.facts if fact.label == "time steps"] == ["70"]
    rows = dict(content.solver.rows)
    assert rows["accepted time steps"] == "70"


def test_knobs_that_were_not_set_are_left_out():
    knobs = {
        "rest": {"value": None, "unit": "min"},
        "spring": {"value": 0.03, "unit": "MPa/um"},
        "void": {"value": 2.0, "unit": "um2"},
        "counts": {"value": 3, "unit": "units"},
    }
    (listing,) = case_words.case_listings({"script": {"knobs": knobs}})
    assert listing.rows == (("spring", "0.03 MPa/µm"), ("void", "2 µm²"), ("counts", "3 units"))


def small_run(tmp_path, columns, units, **manifest):
    """Return a run with a series and a manifest, and nothing else."""
    arrays = {name: np.array(values) for name, values in columns.items()}
    good, _ = checked(manifest)
    return RunData(tmp_path, good, Series(arrays, dict(zip(columns, units, strict=True))), {}, {})


def test_what_is_not_a_number_is_left_out_of_the_results(tmp_path):
    columns = {
        "time": [1.0], "voltage": [np.nan], "p_stack": [1e6], "state_of_charge": [np.nan],
        "contact_fraction:a|b": [np.nan], "contact_fraction:c|d": [1.0],
        "void_volume:c|d": [np.nan],
    }  # fmt: skip
    run = small_run(tmp_path, columns, ("s", "V", "Pa", "1", "1", "1", "m2"))
    assert flat(key_results(run)) == (
        "At 1 s the stack pressure is 1 MPa; 100 % of c | d is in contact."
    )


def test_linear_solver_its_iterations_and_its_share(tmp_path):
    """A run of three steps, in which the iterative solver failed twice."""
    columns = {
        "time": [1.0, 2.0, 3.0], "newton_iterations": [4, 4, 2], "linear_iterations": [40, 80, 30],
        "linear_iterations_max": [12, 31, 16], "linear_fallbacks": [0, 2, 0],
    }  # fmt: skip
    sections = {
        "linear_solver": {"name": "Iterative", "why": "70000 free unknowns in space"},
        "effort": {
            "computed [s]": 200.0, "matrix [s]": 20.0, "set-up [s]": 50.0, "solution [s]": 100.0,
        },
    }  # fmt: skip
    run = small_run(tmp_path, columns, "s1111", **sections)
    rows = dict(report_content(run, []).solver.rows)
    assert rows["linear solver"] == "Iterative: 70000 free unknowns in space"
    assert rows["iterations of FGMRES"] == "15.0 per Newton iteration, 31 at most"
    assert rows["solved directly in its place"] == "2 of 10 systems"
    assert rows["time for linear systems"] == "matrix 10%, set-up 25%, solution 50%"


def test_direct_solver_has_no_iterations_to_tell(tmp_path):
    columns = {"time": [1.0], "newton_iterations": [4], "linear_iterations": [4],
               "linear_iterations_max": [1], "linear_fallbacks": [0]}  # fmt: skip
    section = {"name": "Direct", "why": "not in space"}
    run = small_run(tmp_path, columns, "s1111", linear_solver=section)
    rows = dict(report_content(run, []).solver.rows)
    assert rows["linear solver"] == "Direct: not in space"
    assert not {"iterations of FGMRES", "solved directly in its place"} & rows.keys()


def test_resumed_run_tells_from_where_and_counts_no_pauses(tmp_path):
    start, end = "2026-11-21T10:00:00+00:00", "2026-11-23T10:00:00+00:00"
    resumed = [
        {"time": start, "ranks": 2, "from": None, "at [s]": 0.0},
        {"time": end, "ranks": 1, "from": "checkpoint_3.h5", "at [s]": 1800.0},
    ]
    sections = {
        "started": start, "finished": end, "environment": {"ranks": 2},
        "effort": {"computed [s]": 200.0, "files [s]": 5.0, "checkpoints": 4},
        "unknowns": {"negative.u": 40, "closure:platen": 1},
    }  # fmt: skip
    columns = {"time": [1.0, 3600.0], "wall_time": [1.0, 240.0]}
    once = report_content(small_run(tmp_path, columns, "ss", **sections), [])
    facts = {fact.label: flat(fact.text) for fact in once.facts}
    assert (facts["wall time"], facts["ranks"]) == ("48 h", "2")
    assert flat(dict(once.solver.rows)["time for files"]) == "2.5 % of 3.33 min"
    run = small_run(tmp_path, columns, "ss", resumed=resumed, **sections)
    content = report_content(run, [])
    facts = {fact.label: flat(fact.text) for fact in content.facts}
    assert facts["computing time, without pauses"] == "4 min"
    assert "wall time" not in facts
    assert (facts["resumed"], facts["ranks of the last part"]) == ("2 times", "1")
    assert [flat(text) for label, text in content.solver.rows if label == "resumed"] == [
        "21 November 2026, 10:00 UTC, from the beginning, on 2 ranks",
        "23 November 2026, 10:00 UTC, from checkpoint_3.h5 at 30 min, on 1 rank",
    ]
    rows = {label: flat(text) for label, text in content.solver.rows}
    assert rows["time for files"] == "2.5 % of 3.33 min, since the run was last resumed"
    assert (rows["checkpoints written"], rows["unknowns"]) == ("4", "41")
    assert {fact.label: fact.text for fact in content.unknowns}["closure:platen"] == "1"
