# SPDX-License-Identifier: BSD-3-Clause
"""Open the documentation site in Chromium, page by page, as wide as a desk and as a phone.

Needs Chromium on the PATH and nothing but Python's own library, as `open_report.py` beside it::

    ./ssb docs
    python3 tests/browser/open_site.py runs/site --pictures /tmp/site

The site is served on this machine alone. Of each page it asks that nothing is logged, nothing comes
from elsewhere, every picture is there, and nothing is wider than the window but what scrolls by
itself; of all links that they lead to a file and a place that exist; of the gallery that it shows
the figures of the benchmarks; of the search that it finds pages, and that the first one opens.
Exit status 1 if anything is not so.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from open_report import WINDOWS, Browser, browser

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "site"))
from check import broken_links

LOOK = """
JSON.stringify({
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  widest: [...document.querySelectorAll('article *')].filter((each) => {
    if (each.getBoundingClientRect().right <= window.innerWidth + 1) return false;
    for (let up = each; up; up = up.parentElement) {
      if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) return false;
    }
    return true;
  }).map((each) => each.tagName + ' ' + each.textContent.slice(0, 40)).slice(0, 3),
  missing: [...document.images].filter((each) => each.complete && !each.naturalWidth)
    .map((each) => each.getAttribute('src')),
  title: document.title,
})
"""

LOADED = "document.readyState === 'complete'"

#: Words that are sought, each with the page that must be among what is found.
SOUGHT = {"creep": "docs/theory/creep.html", "debond": "docs/benchmarks/particle_debond.html"}

PICTURED = ("index.html", "gallery.html", "docs/benchmarks/closing_void.html")


class Silent(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def do_GET(self) -> None:
        """Send a file; the icon that browsers ask for unasked is none of the site."""
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder on this machine, and yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def visit(address: str, window: str, pages: Sequence[str], pictures: Path | None) -> list[str]:
    """Open pages in a window, and the search, and return what should not be so."""
    found = []
    with browser(window, address) as chromium:
        for page in pages:
            found += [f"{window}, {page}: {each}" for each in look(chromium, address + page)]
            if pictures is not None and page in PICTURED:
                chromium.picture(pictures / f"{window}_{page.replace('/', '_')}.png")
        for words, page in SOUGHT.items():
            found += [f"{window}, search: {each}" for each in seek(chromium, address, words, page)]
        if pictures is not None:
            chromium.picture(pictures / f"{window}_search.png")
    return found


def go(chromium: Browser, url: str) -> None:
    """Open an address and wait until it is there."""
    chromium.call("Page.navigate", url=url)
    chromium.wait_for(f"location.href.startsWith({json.dumps(url)}) && {LOADED}")


def look(chromium: Browser, url: str) -> list[str]:
    """Open a page and return what should not be so."""
    chromium.complaints.clear()
    go(chromium, url)
    # pictures that are loaded once they come into view are asked for at once
    chromium.value(
        "document.querySelectorAll('img').forEach((each) => { each.loading = 'eager'; })"
    )
    chromium.wait_for("[...document.images].every((each) => each.complete)")
    seen = json.loads(chromium.value(LOOK))
    found = list(chromium.complaints)
    found += [f"no picture {name}" for name in seen["missing"]]
    if seen["wide"] > 0:
        found.append(f"{seen['wide']} px wider than the window")
    found += [f"beyond the window: {name}" for name in seen["widest"]]
    if not seen["title"]:
        found.append("it has no title")
    return found


def seek(chromium: Browser, address: str, words: str, page: str) -> list[str]:
    """Search for words and open the first page found; return what should not be so."""
    chromium.complaints.clear()
    go(chromium, f"{address}search.html?q={words}")
    listed = "[...document.querySelectorAll('#search-results li a')].map((each) => each.href)"
    try:
        chromium.wait_for(f"{listed}.some((each) => each.includes({json.dumps(page)}))")
    except TimeoutError:
        return [f"{words!r} does not lead to {page}: {chromium.value(listed)}"]
    first = chromium.value(listed)[0]
    # what is found comes with a mark of the words, which is no part of the address of the file
    return [*chromium.complaints, *look(chromium, first)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Open the documentation site in Chromium.")
    parser.add_argument("site", type=Path, help="folder that ./ssb docs has written")
    parser.add_argument("--pictures", type=Path, help="folder for screenshots")
    parser.add_argument("--only", default="**/*.html", help="pattern of pages (default: all)")
    options = parser.parse_args()
    site = options.site.resolve()
    pages = sorted(str(path.relative_to(site)) for path in site.glob(options.only))
    if not pages:
        raise SystemExit(f"{site} holds no page {options.only}: ./ssb docs builds the site")
    if options.pictures is not None:
        options.pictures.mkdir(parents=True, exist_ok=True)
    complaints = [f"link: {each}" for each in broken_links(site)]
    gallery = (site / "gallery.html").read_text("utf-8")
    shown = sorted((site / "docs" / "benchmarks").glob("[a-z]*.html"))
    complaints += [
        f"the gallery lacks {page.name}"
        for page in shown
        if f"_images/benchmark_{page.stem}.png" not in gallery
    ]
    with served(site) as address:
        for window in WINDOWS:
            complaints += visit(address, window, pages, options.pictures)
    for complaint in complaints:
        sys.stdout.write(f"{complaint}\n")
    sys.stdout.write(
        f"{len(pages)} pages, {len(shown)} benchmarks in the gallery: "
        f"{'failed' if complaints else 'no complaint'}\n"
    )
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
