# SPDX-License-Identifier: BSD-3-Clause
"""What the documentation site is built from: every page, every public name, links that are checked.

Sphinx itself is not needed; ``./ssb docs`` builds the site.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import ssbmech

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what Sphinx would build."""
    sys.path.insert(0, str(ROOT / "docs" / "site"))
    try:
        from pages import stage
    finally:
        sys.path.pop(0)
    source = tmp_path_factory.mktemp("site") / "source"
    stage(ROOT, source)
    return source


def test_every_page_is_in_a_chapter(site: Path) -> None:
    """Pages are found wherever they are; none is listed by hand."""
    index = (site / "index.md").read_text("utf-8").splitlines()
    pages = {f"/{path.relative_to(site).with_suffix('')}" for path in site.rglob("*.md")}
    assert pages - {"/index"} <= set(index)
    assert {"/docs/theory/charge", "/docs/guide/first_case", "/CHANGELOG"} <= pages


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """Classes and functions by their headings, numbers with their units."""
    text = "\n".join(path.read_text("utf-8") for path in (site / "reference").glob("*.md"))
    headings = {line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")}
    assert {name for name in ssbmech.__all__ if not name.startswith("__")} <= headings
    assert "| `i_0` | A/m2 | required | ≥ 1e-15, ≤ 1e+10 |" in text


def test_citations_lead_to_publications(site: Path) -> None:
    """A key in square brackets is a link, and what it names is listed."""
    page = (site / "docs" / "theory" / "charge.md").read_text("utf-8")
    assert "[newman2004](../../publications.md#newman2004)" in page
    assert "(newman2004)=" in (site / "publications.md").read_text("utf-8")


def test_links_to_the_readme_lead_to_the_first_page(site: Path) -> None:
    """Which is made of it; those to another README stay."""
    page = (site / "docs" / "trust.md").read_text("utf-8")
    assert "[README.md](../index.md)" in page and "(../README.md" not in page
    assert "(benchmarks/README.md)" in page


def test_links_that_lead_nowhere_are_found(site: Path, tmp_path: Path) -> None:
    """A missing file, a missing place in a file, and what the network would have to give."""
    check = sys.modules.get("check")
    if check is None:
        sys.path.insert(0, str(ROOT / "docs" / "site"))
        try:
            import check
        finally:
            sys.path.pop(0)
    (tmp_path / "one.html").write_text(
        '<a id="here" href="#here"></a><a href="two.html#there"></a><a href="three.html"></a>'
        '<script src="https://example.org/x.js"></script><a href="https://example.org"></a>',
        "utf-8",
    )
    (tmp_path / "two.html").write_text("<p id='elsewhere'></p>", "utf-8")
    found = check.broken_links(tmp_path)
    assert len(found) == 3
    assert any("three.html is not there" in line for line in found)
    assert any("no such place" in line for line in found)
    assert any("from the network" in line for line in found)
