# SPDX-License-Identifier: BSD-3-Clause
"""Build the documentation site from the pages of the repository, whatever they are called.

``./ssb docs [OUT]`` calls it. Pages are found, not listed: every Markdown file of the repository
becomes a page at its own place, so that links between them hold on the site as they do elsewhere.
The reference of the program's names, the gallery and the list of publications are written here.
Exit status 1 if Sphinx warns of anything, or a link leads nowhere.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from check import broken_links
from pages import stage
from sphinx.cmd.build import main as sphinx

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Build the site and return the exit status."""
    parser = argparse.ArgumentParser(description="Build the documentation site.")
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "runs" / "site")
    parser.add_argument("--jobs", default="1", help="processes (default: 1)")
    options = parser.parse_args()
    out = options.out.resolve()
    with tempfile.TemporaryDirectory(prefix="ssbmech-docs-") as made:
        source, target = Path(made) / "source", Path(made) / "html"
        stage(ROOT, source)
        arguments = ["-q", "-W", "--keep-going", "-j", options.jobs, "-b", "html"]
        status = sphinx([*arguments, "-d", str(Path(made) / "trees"), str(source), str(target)])
        broken = broken_links(target) if target.exists() else []
        for line in broken:
            print(line, file=sys.stderr)
        if (target / "index.html").exists():
            shutil.rmtree(out, ignore_errors=True)
            out.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(target, out)
            count = len(list(out.rglob("*.html")))
            print(f"{count} pages, {len(broken)} broken links: {out / 'index.html'}")
    return 1 if status or broken else 0


if __name__ == "__main__":
    sys.exit(main())
