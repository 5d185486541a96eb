# SPDX-License-Identifier: BSD-3-Clause
"""Links of a built site: each leads to a file that is there, and to a place in it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """Collects what a page links to, takes in, and offers as places."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.taken: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag in."""
        known = {name: value for name, value in attrs if value is not None}
        if "id" in known:
            self.places.add(known["id"])
        if tag == "a" and "href" in known:
            self.targets.append(known["href"])
        for name in ("src", *(["href"] if tag == "link" else [])):
            if name in known:
                self.taken.append(known[name])


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    return page


def broken_links(site: Path) -> list[str]:
    """Return the links of a built site that lead nowhere, and what it takes from the network.

    Args:
        site: its folder.
    """
    pages = {path.resolve(): _read(path) for path in site.rglob("*.html")}
    found = []
    for path, page in sorted(pages.items()):
        where = path.relative_to(site.resolve())
        found += [f"{where}: takes {t} from the network" for t in page.taken if _is_away(t)]
        for target in [*page.targets, *(t for t in page.taken if not _is_away(t))]:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            aim = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not aim.exists():
                found.append(f"{where}: {target} is not there")
            elif parts.fragment and aim in pages:
                place = unquote(parts.fragment)
                if place not in pages[aim].places:
                    found.append(f"{where}: {target}: no such place")
    return found


def _is_away(target: str) -> bool:
    """Return whether something is fetched from the network."""
    parts = urlsplit(target)
    return parts.scheme in ("http", "https") or bool(parts.netloc)
