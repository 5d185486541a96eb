# SPDX-License-Identifier: BSD-3-Clause
"""The report of a run: what it says, that it loads nothing, and what it refuses to write over."""

from __future__ import annotations

import base64
import dataclasses
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import RunFolderError
from ssbmech.parameter import describe
from ssbmech.plots.reader import RunData, Series
from ssbmech.report import case_words, charts, effort, pictures, write_report
from ssbmech.report.content import key_results, open_run, protocol_steps, report_content
from ssbmech.report.readable import (
    DASH,
    MINUS,
    date_text,
    number_text,
    quantity_text,
    share_text,
    unit_text,
    value_text,
    words,
)
from ssbmech.report.solid import solid_view, surface
from ssbmech.results import RunStatus
from ssbmech.units import MPa, hour, mA_per_cm2, mV, s
from tests.small_cell import WORKING, void_cell
from tests.unit.synthetic_cathode import write_cathode_run
from tests.unit.synthetic_run import write_block_run, write_run

pytestmark = pytest.mark.serial

# The smallest picture there is: one pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
)
NUMBERS = {"f4": "<f4", "f8": "<f8", "i4": "<i4"}


class Page(HTMLParser):
    """A page taken apart."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.loads, self.texts, self.codes = [], [], [], {}
        self._inside, self._id = "", ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        for name in ("src", "srcset", "poster", "data", "action", "xlink:href", "background"):
            if name in found:
                self.loads.append(found[name])
        if tag in ("link", "image", "use", "base") and "href" in found:
            self.loads.append(found["href"])
        self._inside, self._id = tag, found.get("id", tag)

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside in ("script", "style"):
            self.codes[self._id] = self.codes.get(self._id, "") + data
        else:
            self.texts.append(data.strip())

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


def unpacked(packed):
    """Return the numbers of a packed array."""
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype=NUMBERS[packed["dtype"]])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run that came to its end, with a picture instead of figures."""
    path = write_run(tmp_path_factory.mktemp("runs") / "run", nx=12, ny=2, n_fields=3, n_rows=31)
    (path / "figures" / "history.png").write_bytes(PIXEL)
    return path


@pytest.fixture(scope="module")
def in_space(tmp_path_factory):
    """A run in space."""
    path = write_block_run(tmp_path_factory.mktemp("runs") / "run", n=8)
    (path / "figures" / "solid_start.png").write_bytes(PIXEL)
    return path


@pytest.fixture
def copy(finished, tmp_path):
    """A run that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


def change_manifest(path, **sections):
    """Replace sections of a manifest."""
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    (path / "manifest.json").write_text(json.dumps(manifest | sections), encoding="utf-8")


def case_manifest(case):
    """Return the sections of a manifest that describe a case."""
    steps = [{"label": step.name, "duration [s]": step.duration} for step in case.protocol]
    frame = type(case.geometry.frame).__name__
    return {"case": [dict(row) for row in describe(case)], "protocol": steps, "frame": frame}


def flat(text):
    """Return a text with plain spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


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
    assert (young.bounds, young.doc, young.owner) == ("(0, inf)", "Young's modulus", "Elastic")


def test_script_and_knobs():
    script = {
        "path": "/far/away/li_void/case.py",
        "arguments": ["--pressure=2"],
        "knobs": {"pressure": {"value": 2.0, "unit": "MPa"}, "lithium": {"value": "soft"}},
    }
    assert case_words.script_words({"script": script}) == "li_void/case.py --pressure=2"
    (knobs,) = case_words.case_listings({"script": script})
    assert knobs.rows == (("pressure", "2 MPa"), ("lithium", "soft"))


def test_report_of_a_finished_run(finished):
    path = write_report(finished)
    assert path == finished / "report.html"
    page = Page(path.read_text(encoding="utf-8"))
    text = flat(page.text)
    assert ("span", {"class": "state good"}) in page.tags
    assert "complete" in text
    assert f"At 90 min the voltage is {MINUS}13 mV; the stack pressure is 1 MPa;" in text
    assert "100 % of positive | separator is in contact (no void)" in text
    assert [tag for tag, _ in page.tags].count("img") == 1
    assert "History: voltage" in text
    assert "The manifest does not describe the case." not in text
    assert "plate 1 mA cm⁻²" in text


def test_report_loads_nothing(finished, in_space):
    for folder in (finished, in_space):
        page = Page(write_report(folder).read_text(encoding="utf-8"))
        assert page.loads
        assert all(each.startswith(("data:image/", "data:video/")) for each in page.loads)
        style = page.codes["style"]
        assert "@import" not in style
        assert "url(" not in style
        assert not any("style" in found and "url(" in found["style"] for _, found in page.tags)
        links = [found.get("href", "#") for tag, found in page.tags if tag == "a"]
        assert all(link.startswith("#") for link in links)
        policy = next(found for _, found in page.tags if "http-equiv" in found)["content"]
        assert policy.startswith("default-src 'none';")
        assert "http" not in policy
        # Plotly has a button of its own that sends what a chart shows to a server.
        assert "showSendToCloud: false" in page.codes["script"]


def test_charts_are_valid_for_plotly(finished, tmp_path):
    import plotly.graph_objects as go

    cathode = RunData.open(write_cathode_run(tmp_path / "cathode"))
    for run in (RunData.open(finished), cathode):
        chart = charts.history_chart(run)
        figure = go.Figure(data=chart["data"], layout=chart["layout"])
        assert figure.layout.xaxis.title.text in ("time (min)", "time (h)")
        assert len(chart["layout"]["shapes"]) == len(run.protocol()) == len(chart["shares"])
    assert charts.effort_chart(RunData.open(finished)) is None
    chart = charts.effort_chart(cathode)
    go.Figure(data=chart["data"], layout=chart["layout"])
    titles = [note["text"] for note in charts.history_chart(cathode)["layout"]["annotations"]]
    assert "<b>Broken fraction of the bond</b>" in titles
    assert "<b>Cell voltage (V)</b>" in titles


def test_charts_show_the_series_in_their_units(finished):
    run = RunData.open(finished)
    lines = charts.history_chart(run)["data"]
    voltage = next(line for line in lines if line["name"] == "cell voltage")
    np.testing.assert_allclose(unpacked(voltage["y"]), 1e3 * run.series["voltage"], rtol=1e-6)
    np.testing.assert_allclose(unpacked(voltage["x"]), run.series["time"] / 60.0)
    assert "mV" in voltage["hovertemplate"]
    thickness = next(line for line in lines if line["name"] == "stack thickness")
    assert thickness["hovertemplate"].startswith("change of stack thickness: ")
    everything = charts.any_quantity(run)
    names = [each["name"] for each in everything["quantities"]]
    assert names == [
        "step", "current", "voltage", "p_stack", "thickness_stack", "contact_fraction",
        "void_volume",
    ]  # fmt: skip
    void = everything["quantities"][-1]
    assert void["label"] == "void volume per depth (µm²)"
    assert [line["name"] for line in void["lines"]] == [
        "negative | separator", "positive | separator"
    ]  # fmt: skip


def test_long_series_are_thinned(finished):
    run = RunData.open(finished)
    count = 3 * charts.MOST_ROWS + 1
    columns = {"time": np.arange(count) * 1.0, "step": (np.arange(count) >= 7000) * 1.0}
    long = dataclasses.replace(run, series=Series(columns, {"time": "s", "step": "1"}))
    kept = charts.kept_rows(long)
    assert len(kept) <= charts.MOST_ROWS + 3
    assert {0, 6999, count - 1} <= set(kept.tolist())


def test_report_escapes_what_others_wrote(copy):
    evil = "</script><script>alert('&')</script><b onclick=\"x\">"
    change_manifest(
        copy,
        name=evil,
        status="failed",
        reason=evil,
        protocol=[{"label": evil}] * 3,
        bodies={evil: {"label": evil}},
        unknowns={evil: 3},
        sources={evil: {evil: {"key": evil, "text": evil, "note": evil, "provenance": evil}}},
    )
    text = (copy / "series.csv").read_text(encoding="utf-8")
    (copy / "series.csv").write_text(text.replace(":negative|separator", ":</script><i>|<u>"))
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == 3
    assert not {"b", "i", "u"} & set(tags)
    assert "alert('&')" in page.text
    named = json.loads(page.codes["charts"])
    assert "&lt;/script&gt;" in named["history"]["layout"]["annotations"][0]["text"]


@pytest.mark.parametrize(
    ("status", "reason", "name"),
    [
        ("stopped", "interrupted at t = 30 s", "warned"),
        ("failed", "StepTooSmall: too many iterations", "bad"),
        ("running", "under way when this report was made", "going"),
    ],
)
def test_status_is_a_word_with_its_reason(copy, status, reason, name):
    change_manifest(copy, status=status, reason="" if status == "running" else reason)
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert ("span", {"class": f"state {name}"}) in page.tags
    assert status in page.texts
    assert reason in page.text


def test_protocol_tells_how_steps_ended(copy):
    steps = [{"label": name, "duration [s]": 1800.0} for name in ("plate", "rest", "strip")]
    change_manifest(copy, protocol=[*steps, {"label": "late", "duration [s]": 60.0}])
    reason = "contact_fraction:negative|separator reached its limit"
    (copy / "run.log").write_text(
        "2026-11-21 16:26:27,766 INFO     ssbmech.runner: plate ended after step 1 of the protocol "
        f"(duration)\n2026-11-21 16:26:28,766 INFO     ssbmech.runner: rest (long) ended after "
        f"step 2 of the protocol ({reason})\n",
        encoding="utf-8",
    )
    change_manifest(copy, status="stopped", reason="interrupted")
    found = protocol_steps(open_run(copy)[0])
    assert [step.ended for step in found] == [
        "its duration",
        "contact area fraction of negative | separator reached its limit",
        "stopped",
        "not begun",
    ]
    assert [flat(step.planned) for step in found] == ["30 min", "30 min", "30 min", "60 s"]
    assert [flat(step.lasted) for step in found[:3]] == ["30 min", "30 min", "30 min"]
    assert found[3].lasted == ""


def test_report_of_a_run_without_steps(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"status": "failed", "reason": "MeshError: no"}')
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    assert "MeshError: no" in page.text
    assert "There is no time series" in page.text
    assert "There are no figures" in page.text
    assert str(tmp_path) not in page.text
    assert "charts" not in page.codes


@pytest.mark.parametrize("damage", ["series.csv", "fields/body_negative.vtkhdf"])
def test_report_says_what_cannot_be_read(copy, damage):
    (copy / damage).write_bytes(b"time [s],\0")
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert damage in page.text or Path(damage).name in page.text
    assert "complete" in page.texts


def test_series_that_is_being_written(copy):
    text = (copy / "series.csv").read_text(encoding="utf-8")
    (copy / "series.csv").write_text(text[: len(text) // 2])
    (copy / "figures" / "half.png").write_bytes(PIXEL[:40])
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert "figures/half.png cannot be read" in page.text
    assert json.loads(page.codes["charts"])["history"]["data"]


def test_figures_are_drawn_if_there_are_none(copy):
    (copy / "figures" / "history.png").unlink()
    shutil.rmtree(copy / "fields")
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert [tag for tag, _ in page.tags].count("img") == 1
    assert (copy / "figures" / "history.png").exists()


def test_film_is_inside_if_it_is_small(copy, monkeypatch):
    (copy / "figures" / "animation.mp4").write_bytes(b"film")
    run = RunData.open(copy)
    assert pictures.gallery(run).pictures[-1].is_film
    monkeypatch.setattr(pictures, "LARGEST_FILM", 3)
    found = pictures.gallery(run)
    assert not any(picture.is_film for picture in found.pictures)
    assert "figures/animation.mp4" in found.notes[0]


def test_captions_say_which_moment(tmp_path, finished):
    folder = tmp_path / "run"
    (folder / "figures").mkdir(parents=True)
    names = ("stress_step2_plate", "stress_start", "interface_negative-separator", "history", "new")
    for name in names:
        (folder / "figures" / f"{name}.png").write_bytes(PIXEL)
    run = dataclasses.replace(RunData.open(finished), path=folder)
    found = {each.name: each.caption for each in pictures.gallery(run).pictures}
    assert next(iter(found)) == "history.png"
    assert list(found)[-1] == "new.png"
    assert "at the end of step 2 (plate)" in found["stress_step2_plate.png"]
    assert "at the start" in found["stress_start.png"]
    assert "negative | separator" in found["interface_negative-separator.png"]


def test_view_in_space_has_the_surface(in_space):
    view, note = solid_view(RunData.open(in_space))
    assert note == ""
    assert [body["name"] for body in view["bodies"]] == ["metal", "ceramic"]
    metal, ceramic = view["bodies"]
    # Two triangles on each square: 8 x 8 above and below, 8 x 4 at four sides.
    assert len(unpacked(metal["i"])) == 2 * (2 * 64 + 4 * 32)
    assert unpacked(metal["z"]).min() == 0.0
    # Lifted by 0.5 um at the end.
    np.testing.assert_allclose(unpacked(ceramic["z"]).max(), 20.5)
    assert ceramic["lift"] > metal["lift"] == 0.0
    assert metal["values"]["von_mises"]["mode"] == "cell"
    (interface,) = view["interfaces"]
    np.testing.assert_allclose(unpacked(interface["z"]), 10.0, rtol=1e-6)
    np.testing.assert_allclose(
        unpacked(interface["values"]["gap"]["data"]).max(),
        1e6 * RunData.open(in_space).interfaces["metal|ceramic"].values("gap", -1).max(),
        rtol=1e-6,
    )
    assert {field["name"] for field in view["fields"]} == {"von_mises", "pressure", "gap"}
    assert view["apart"]


def test_surface_of_two_tetrahedra():
    faces, owners = surface(np.array([[0, 1, 2, 3], [4, 1, 2, 3]]))
    assert len(faces) == 6
    assert sorted(owners.tolist()) == [0, 0, 0, 1, 1, 1]
    assert (1, 2, 3) not in {tuple(sorted(face)) for face in faces.tolist()}


def test_plane_runs_and_large_ones_have_no_view_in_space(finished, in_space, monkeypatch):
    assert solid_view(RunData.open(finished)) == (None, "")
    monkeypatch.setattr("ssbmech.report.solid.MOST_TRIANGLES", 10)
    view, note = solid_view(RunData.open(in_space))
    assert view is None
    assert "too many" in note


def test_view_in_space_of_particles(tmp_path):
    view, _ = solid_view(RunData.open(write_cathode_run(tmp_path / "run", dim=3)))
    content = next(field for field in view["fields"] if field["name"] == "content")
    assert 0.0 <= content["low"] < content["high"] <= 1.0
    particles = next(body for body in view["bodies"] if body["name"] == "nmc")
    assert particles["values"]["content"]["mode"] == "vertex"
    assert not view["apart"]


def test_audits_are_held_against_their_limits():
    nan = np.full(2, np.nan)
    columns = {
        "time": np.array([1.0, 60.0]),
        "audit_lithium": np.array([1e-9, np.nan]),
        "audit_force": np.array([0.0, 1e-4]),
        "audit_charge": nan,
    }
    found = effort.audits(Series(columns, dict.fromkeys(columns, "1")))
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


def test_missing_or_damaged_manifest(tmp_path):
    with pytest.raises(RunFolderError, match="is no run folder"):
        write_report(tmp_path)
    with pytest.raises(RunFolderError, match="is no run folder"):
        write_report(tmp_path / "nowhere")
    for text, message in (("{", "is not JSON"), ("[]", "should hold a JSON object")):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(RunFolderError, match=message):
            write_report(tmp_path)
    assert not (tmp_path / "report.html").exists()


def test_report_is_replaced_and_nothing_else(finished, tmp_path):
    out = tmp_path / "out.html"
    write_report(finished, out)
    first = out.stat().st_ino
    assert write_report(finished, out) == out
    assert out.stat().st_ino != first
    other = tmp_path / "letter.html"
    other.write_text("<html>dear colleague</html>")
    with pytest.raises(RunFolderError, match="is no report of ssbmech"):
        write_report(finished, other)
    assert other.read_text() == "<html>dear colleague</html>"
    with pytest.raises(RunFolderError, match="cannot write the report"):
        write_report(finished, tmp_path)
    with pytest.raises(RunFolderError, match="cannot write the report"):
        write_report(finished, tmp_path / "no" / "folder.html")


@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EROFS])
def test_full_or_read_only_disk(finished, tmp_path, monkeypatch, kind):
    out = tmp_path / "out.html"
    write_report(finished, out)
    before = out.read_bytes()

    def fail(descriptor):
        raise OSError(kind, os.strerror(kind))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunFolderError, match=os.strerror(kind)):
        write_report(finished, out)
    assert out.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["out.html"]


def test_report_needs_no_solver(finished, tmp_path):
    code = (
        "import sys\n"
        "for name in ('dolfinx', 'mpi4py', 'petsc4py', 'ufl', 'basix'): sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from ssbmech.report import write_report\n"
        "write_report(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    out = tmp_path / "out.html"
    subprocess.run([sys.executable, "-c", code, str(finished), str(out)], check=True)
    assert out.stat().st_size < 7e6


def test_report_of_a_run_after_its_first_step(copy):
    lines = (copy / "series.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / "series.csv").write_text("".join(lines[:2]))
    change_manifest(copy, status="running", finished=None)
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert json.loads(page.codes["charts"])["history"]["data"]
    assert "under way" in page.text


def test_status_words_are_those_of_runs():
    from ssbmech.report import content

    assert set(content._STATES) == set(RunStatus)
