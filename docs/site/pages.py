# SPDX-License-Identifier: BSD-3-Clause
"""Pages of the site: those of the repository at their places, and those made here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from api import write_reference
from publications import entries, page_of

SKIPPED = ("runs", "dist", "build", "__pycache__")

#: Chapters of the site: heading, and patterns of pages; a page belongs to the first that has it.
#: What none has comes under the last, so that a page in a new place is never lost.
CHAPTERS: Sequence[tuple[str, Sequence[str]]] = (
    ("Guides", ("docs/guide/*.md",)),
    ("What it shows", ("docs/*.md", "cases/*/README.md")),
    ("Theory", ("docs/theory/*.md",)),
    ("Reference", ("reference/*.md", "docs/guide/materials.md")),
    ("Benchmarks", ("docs/benchmarks/*.md", "docs/benchmark*/*.md", "benchmarks/*.md")),
    ("Project", ("CHANGELOG.md", "CONTRIBUTING.md", "containers/*.md", "meshes/*.md")),
    ("More", ("**/*.md",)),
)

_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
_CITATION = re.compile(r"\[([a-z]+\d{4}[a-z]?)\](?![(:\[])")


def stage(root: Path, source: Path) -> None:
    """Write what Sphinx builds.

    Args:
        root: the repository.
        source: folder to write, which need not be there.
    """
    source.mkdir(parents=True)
    found = sorted(_markdown(root))
    keys = set(entries(root / "docs" / "references.bib"))
    for path in found:
        text = path.read_text("utf-8")
        target = source / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * len(path.relative_to(root).parts[:-1])
        target.write_text(_with_links(text, path, root, keys, f"{up}publications.md"), "utf-8")
        for file in _files(text, path, root):
            copy = source / file.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    (source / "publications.md").write_text(page_of(root / "docs" / "references.bib"), "utf-8")
    (source / "gallery.md").write_text(_gallery(root, found), "utf-8")
    write_reference(root / "ssbmech", source / "reference")
    here = Path(__file__).parent
    (source / "_static").mkdir()
    shutil.copyfile(here / "site.css", source / "_static" / "site.css")
    for name in ("conf.py", "mathml.py"):
        shutil.copyfile(here / name, source / name)
    shutil.copyfile(root / "ssbmech" / "_version.py", source / "_version.py")
    (source / "index.md").write_text(_index(root, source), "utf-8")


def _markdown(root: Path) -> Iterator[Path]:
    """Yield the Markdown files of the repository."""
    for path in root.rglob("*.md"):
        parts = path.relative_to(root).parts
        if not any(part.startswith(".") or part in SKIPPED for part in parts):
            yield path


def _files(text: str, page: Path, root: Path) -> Iterator[Path]:
    """Yield the files that a page shows or links to, and that are no pages."""
    for _, _, target in _LINK.findall(text):
        path = (page.parent / target.partition("#")[0]).resolve()
        if path.is_file() and path.suffix != ".md" and path.is_relative_to(root):
            yield path


def _with_links(text: str, page: Path, root: Path, keys: set[str], publications: str) -> str:
    """Return a page whose citations lead to the list of publications, and no link to a folder."""

    def cited(match: re.Match[str]) -> str:
        key = match[1]
        return f"[{key}]({publications}#{key})" if key in keys else match[0]

    def linked(match: re.Match[str]) -> str:
        sign, words, target = match.groups()
        path = (page.parent / target.partition("#")[0]).resolve()
        if "://" in target or target.startswith("#"):
            return match[0]
        if path.is_dir():
            if not (path / "README.md").is_file():
                return f"`{words}`"
            path, target = path / "README.md", f"{target.rstrip('/')}/README.md"
        if path == root / "README.md":  # the first page of the site
            target = target.replace("README.md", "index.md")
        return f"{sign}[{words}]({target})"

    parts = re.split(r"(^ *```.*?^ *```[^\S\n]*$|`[^`\n]*`)", text, flags=re.DOTALL | re.MULTILINE)
    for place in range(0, len(parts), 2):
        parts[place] = _CITATION.sub(cited, _LINK.sub(linked, parts[place]))
    return "".join(parts)


def _gallery(root: Path, found: Sequence[Path]) -> str:
    """Return a page of all figures, each with the words and the page that show it."""
    shown: dict[Path, tuple[str, Path]] = {}
    for page in sorted(found, key=lambda p: (p.name == "README.md", p)):
        for sign, words, target in _LINK.findall(page.read_text("utf-8")):
            path = (page.parent / target).resolve()
            if sign and path.is_file():
                shown.setdefault(path, (words, page))
    lines = [
        "# Gallery",
        "",
        "Figures of cases that ship with the program; each leads to its page.",
    ]
    lines += ["", ":::::{container} gallery"]
    for path, (words, page) in sorted(shown.items()):
        image, target = path.relative_to(root), page.relative_to(root).with_suffix("")
        lines += ["", f"::::{{figure}} {image}", f":alt: {words or path.stem}"]
        place = "index" if str(target) == "README" else target
        lines += ["", f"{words or path.stem} [→](/{place}.md)", "::::"]
    return "\n".join([*lines, "", ":::::", ""])


def _index(root: Path, source: Path) -> str:
    """Return the first page, with every page in its chapter."""
    order = _order(root / "docs" / "README.md")
    left = {path.relative_to(source) for path in source.rglob("*.md")}
    left -= {Path("README.md"), Path("publications.md"), Path("gallery.md")}
    text = (source / "README.md").read_text("utf-8")
    chapters = [_toctree("Start", [Path("gallery.md")])]
    for heading, patterns in CHAPTERS:
        pages = [page for page in left if any(_fits(page, pattern) for pattern in patterns)]
        left -= set(pages)
        pages.sort(key=lambda page: (order.get(str(page), len(order)), str(page)))
        if heading == "Reference":
            pages.append(Path("publications.md"))
        if pages:
            chapters.append(_toctree(heading, pages))
    (source / "README.md").unlink()
    return text + "\n" + "\n".join(chapters)


def _fits(page: Path, pattern: str) -> bool:
    """Return whether a page has the place that a pattern names."""
    if pattern.startswith("**/"):
        return True
    parts, wanted = page.parts, pattern.split("/")
    return len(parts) == len(wanted) and all(
        Path(part).match(each) for part, each in zip(parts, wanted, strict=True)
    )


def _order(contents: Path) -> Mapping[str, int]:
    """Return the place of each page in the table of contents of the documentation."""
    targets = [target for _, _, target in _LINK.findall(contents.read_text("utf-8"))]
    pages = [str(Path("docs") / target.partition("#")[0]) for target in targets]
    return {page: place for place, page in reversed(list(enumerate(pages)))}


def _toctree(caption: str, pages: Sequence[Path]) -> str:
    """Return a table of contents."""
    listed = "\n".join(f"/{page.with_suffix('')}" for page in pages)
    return f"```{{toctree}}\n:caption: {caption}\n:hidden:\n:maxdepth: 1\n\n{listed}\n```\n"
