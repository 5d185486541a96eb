# SPDX-License-Identifier: BSD-3-Clause
"""The report of a run: what is on its page, that it loads nothing, what it leaves alone."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ssbmech import plots
from ssbmech.errors import RunFolderError
from ssbmech.report import pictures, write_report
from ssbmech.report.content import protocol_steps
from ssbmech.report.opening import open_run
from ssbmech.report.readable import MINUS
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.status import RunStatus
from tests.unit.report_page import PIXEL, Page, change_manifest, flat
from tests.unit.synthetic_run import write_block_run, write_run

pytestmark = pytest.mark.serial


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


def make_newer(path):
    """Date the picture after the series, so that no figures are drawn for a page."""
    after = (path / "series.csv").stat().st_mtime + 60.0
    os.utime(path / "figures" / "history.png", (after, after))


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
    make_newer(copy)
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


def test_protocol_tells_what_has_happened_in_words(copy):
    used_up = "lithium used up at negative|separator"
    (copy / "run.log").write_text(
        "2026-11-21 16:26:28,766 INFO     ssbmech.runner: step 1 of 3, strip: "
        f"ended ({used_up} [reached:negative|separator])\n",
        encoding="utf-8",
    )
    assert protocol_steps(open_run(copy)[0])[0].ended == used_up


def test_protocol_tells_how_steps_ended(copy):
    steps = [{"label": name, "duration [s]": 1800.0} for name in ("plate", "rest", "strip")]
    change_manifest(copy, protocol=[*steps, {"label": "late", "duration [s]": 60.0}])
    reason = "contact_fraction:negative|separator reached its limit"
    (copy / "run.log").write_text(
        "2026-11-21 16:26:27,766 INFO     ssbmech.runner: plate ended after step 1 of the protocol "
        "(duration)\n2026-11-21 16:26:28,766 INFO     ssbmech.runner: step 2 of 4, rest (long): "
        f"ended ({reason})\n",
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
    names += ("above_my_metal-ceramic_start", "above_a-b_step2_plate-1-ma", "levels_end")
    for name in names:
        (folder / "figures" / f"{name}.png").write_bytes(PIXEL)
    run = dataclasses.replace(RunData.open(finished), path=folder)
    found = {each.name: each.caption for each in pictures.gallery(run).pictures}
    assert next(iter(found)) == "history.png"
    assert list(found)[-1] == "new.png"
    assert "at the end of step 2 (plate)" in found["stress_step2_plate.png"]
    assert "at the start" in found["stress_start.png"]
    assert "negative | separator" in found["interface_negative-separator.png"]
    assert "my_metal | ceramic, at the start, seen" in found["above_my_metal-ceramic_start.png"]
    assert "a | b, at the end of step 2 (plate 1 ma), seen" in found[f"{names[6]}.png"]
    assert "equal von Mises stress" in found["levels_end.png"]


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
    make_newer(copy)
    change_manifest(copy, status="running", finished=None)
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert json.loads(page.codes["charts"])["history"]["data"]
    assert "under way" in page.text


def test_status_words_are_those_of_runs():
    from ssbmech.report import content

    assert set(content._STATES) == set(RunStatus)


def make_older(path, *names):
    """Date files back to before the end of the series."""
    before = (path / "series.csv").stat().st_mtime - 60.0
    for name in names:
        os.utime(path / "figures" / name, (before, before))


def test_figures_of_an_earlier_state_are_drawn_again(copy):
    # one figure is left to be drawn
    shutil.rmtree(copy / "fields")
    (copy / "figures" / "animation.gif").write_bytes(b"film")
    (copy / "figures" / "stress_step1_gone.png").write_bytes(PIXEL)
    make_older(copy, "history.png", "animation.gif", "stress_step1_gone.png")
    found = pictures.gallery(RunData.open(copy))
    assert (copy / "figures" / "history.png").read_bytes() != PIXEL
    assert (copy / "figures" / "animation.gif").read_bytes() == b"film"
    # What was not drawn again is named.
    (note,) = found.notes
    assert note.endswith("drawn before the run ended: stress_step1_gone.png, animation.gif.")
    drawn = (copy / "figures" / "history.png").stat().st_mtime_ns
    pictures.gallery(RunData.open(copy))
    assert (copy / "figures" / "history.png").stat().st_mtime_ns == drawn


def test_figures_that_cannot_be_drawn_again_say_so(copy, monkeypatch):
    make_older(copy, "history.png")

    def fail(path, *, animation):
        raise RunFolderError(f"{path}/fields is damaged")

    monkeypatch.setattr(plots, "make_all", fail)
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert "The figures could not be drawn again: fields is damaged." in page.text
    assert "drawn before the run ended: history.png." in page.text
    assert str(copy) not in page.text


def test_newer_figures_are_left_alone(copy):
    found = pictures.gallery(RunData.open(copy))
    assert found.notes == ()
    assert (copy / "figures" / "history.png").read_bytes() == PIXEL


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({"unknowns": {"a": None, "b": 2}}, "unknowns: a."),
        ({"protocol": [{"label": "x", "duration [s]": "abc"}]}, "protocol[0]: duration [s]."),
        ({"protocol": 3}, "protocol."),
        ({"protocol": [7, {"label": 1}]}, "protocol[0], protocol[1]: label."),
        ({"case": [{"name": "geometry.width", "unit": ["m"], "value": 1.0}]}, "case[0]: unit."),
        ({"script": {"path": "a.py", "arguments": 1, "knobs": []}}, "script: arguments, script: k"),
        ({"resumed": ["once", {"ranks": "one"}]}, "resumed[0], resumed[1]: ranks."),
        ({"effort": {"computed [s]": "long", "files [s]": None}}, "effort: computed [s], effort"),
        ({"unknowns": dict.fromkeys("abcdefg", "x")}, "unknowns: a, unknowns: b, "),
    ],
)
def test_bad_entries_of_a_manifest_are_named(copy, sections, named):
    change_manifest(copy, **sections)
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert f"not as runs write them, and left out: {named}" in page.text
    assert "complete" in page.texts


def test_damaged_files_are_named(copy):
    (copy / "figures" / "history.png").write_bytes(PIXEL)
    text = (copy / "series.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    text[3] = "nan" + text[3][text[3].index(",") :]
    (copy / "series.csv").write_text("".join(text))
    make_newer(copy)
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert "Rows of series.csv without time or step, left out: 1." in page.text
    (copy / "series.csv").unlink()
    (copy / "series.csv").mkdir()
    page = Page(write_report(copy).read_text(encoding="utf-8"))
    assert "There is no time series: series.csv cannot be read: Is a directory." in page.text
    (copy / "manifest.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(RunFolderError, match="is not JSON"):
        write_report(copy)
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").mkdir()
    with pytest.raises(RunFolderError, match="Is a directory"):
        write_report(copy)
