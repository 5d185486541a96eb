# SPDX-License-Identifier: BSD-3-Clause
"""Write docs/verification.md from the figures that the tests measure.

    SSBMECH_FIGURES=$PWD/figures.jsonl ./ssb test --ranks 1
    SSBMECH_FIGURES=$PWD/figures.jsonl ./ssb test --ranks 1 --slow
    ./ssb python docs/make_verification.py figures.jsonl

The tests append one JSON object per figure: item, quantity, value, limit and against. Of a figure
that was measured more than once the last value counts. What docs/verification_notes.md holds is put
at the end of the page. docs/trust.md, which quotes the figures, is written too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import make_trust

DOCS: Final = Path(__file__).parent
PAGE: Final = DOCS / "verification.md"
NOTES: Final = DOCS / "verification_notes.md"

_INTRODUCTION: Final = """\
<!-- Written by docs/make_verification.py; do not edit. Remarks go into verification_notes.md. -->

# Verification

What the tests measure on one rank; those whose outcome could depend on the ranks run on two and
three as well. A test fails if a figure is above its limit. Errors are relative unless a unit is
given. Figures near 1e-15 are round-off.
"""

_HEAD: Final = "| quantity | measured | limit | against |\n|---|---|---|---|"


@dataclass(frozen=True, order=True)
class Figure:
    """A figure that a test has measured.

    Attributes:
        item: What was verified.
        quantity: What the figure is.
        against: Closed form or reference it was compared with.
        value: The figure.
        limit: The largest value that passes.
    """

    item: str
    quantity: str
    against: str
    value: float
    limit: float

    def row(self) -> str:
        """Return the figure as a row of a Markdown table."""
        cells = (self.quantity, f"{self.value:.2g}", f"{self.limit:g}", self.against)
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def read(lines: Iterable[str]) -> list[Figure]:
    """Return the figures in JSON lines, sorted, the last value of each.

    Args:
        lines: JSON objects, one per line; empty lines are skipped.

    Raises:
        ValueError: A line is not JSON.
        TypeError: An object lacks an entry, or has one too many.
    """
    found: dict[tuple[str, str, str], Figure] = {}
    for line in filter(None, map(str.strip, lines)):
        figure = Figure(**json.loads(line))
        found[figure.item, figure.quantity, figure.against] = figure
    return sorted(found.values(), key=lambda figure: (figure.item.casefold(), figure))


def page(figures: Sequence[Figure], notes: str = "") -> str:
    """Return the page as Markdown text.

    Args:
        figures: The figures, sorted.
        notes: Markdown text for the end of the page.
    """
    return "\n".join(_paragraphs(figures, notes))


def _paragraphs(figures: Sequence[Figure], notes: str) -> Iterator[str]:
    yield _INTRODUCTION
    for item in dict.fromkeys(figure.item for figure in figures):
        yield f"## {item}\n\n{_HEAD}"
        yield from (figure.row() for figure in figures if figure.item == item)
        yield ""
    if notes:
        yield notes


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page and return the exit status.

    Args:
        arguments: Command line; None takes the process's own.
    """
    parser = argparse.ArgumentParser(description="Write docs/verification.md.")
    parser.add_argument("figures", type=Path, nargs="+", help="files that SSBMECH_FIGURES named")
    chosen = parser.parse_args(arguments)
    try:
        lines = [line for file in chosen.figures for line in file.read_text("utf-8").splitlines()]
        figures = read(lines)
    except (OSError, ValueError, TypeError) as error:
        print(f"the figures cannot be read: {error}", file=sys.stderr)
        return 1
    failed = [f"{f.item}: {f.quantity}" for f in figures if not f.value <= f.limit]
    if failed:
        print(f"figures above their limits, no page written: {'; '.join(failed)}", file=sys.stderr)
        return 1
    notes = NOTES.read_text(encoding="utf-8") if NOTES.exists() else ""
    PAGE.write_text(page(figures, notes), encoding="utf-8")
    print(f"{PAGE}: {len(figures)} figures")
    # the page on trust quotes them
    return make_trust.main([])


if __name__ == "__main__":
    sys.exit(main())
