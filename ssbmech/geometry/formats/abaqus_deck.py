# SPDX-License-Identifier: BSD-3-Clause
"""Lines of an Abaqus input deck: keywords with their options and data, includes read in place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ssbmech.errors import MeshError

DEEPEST = 20
"""Includes within includes, beyond which a deck is taken to include itself [1]."""


@dataclass(slots=True)
class Block:
    """A keyword with what belongs to it.

    Attributes:
        keyword: the keyword in capitals, with single blanks, as in "END PART".
        options: its options, by name in capitals; one without value has "".
        rows: its data lines, split at commas.
    """

    keyword: str
    options: dict[str, str]
    rows: list[list[str]] = field(default_factory=list)

    def option(self, name: str) -> str:
        """Return the value of an option that has to be there."""
        if not self.options.get(name):
            raise MeshError(f"*{self.keyword} lacks the option {name}=")
        return self.options[name]


def blocks(path: Path, files: list[Path], depth: int = 0) -> Iterator[Block]:
    """Yield the blocks of a deck.

    Args:
        path: the deck.
        files: is given all files that are read.
        depth: how many decks include this one.

    Raises:
        MeshError: an included file is not there, or a deck includes itself.
    """
    files.append(path)
    lines = _text(path).splitlines()
    current: Block | None = None
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        number += 1
        if not line or line.startswith("**"):
            continue
        if not line.startswith("*"):
            if current is not None:
                current.rows.append([item.strip() for item in line.split(",")])
            continue
        while line.endswith(",") and number < len(lines):
            line += lines[number].strip()
            number += 1
        if current is not None:
            yield current
        current = _head(line)
        if "INPUT" in current.options and current.keyword != "PARAMETER":
            yield from _included(path, current, files, depth)
            current = None
    if current is not None:
        yield current


def _text(path: Path) -> str:
    """Return the text of a file in UTF-8 or, as Windows writes it, Latin-1."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _head(line: str) -> Block:
    """Return a keyword line as a block without data."""
    keyword, *options = (part.strip() for part in line[1:].split(","))
    pairs = (option.partition("=") for option in options if option)
    return Block(
        " ".join(keyword.upper().split()),
        {" ".join(key.upper().split()): unquoted(value) for key, _, value in pairs},
    )


def unquoted(name: str) -> str:
    """Return a name without the quotation marks and blanks around it."""
    name = name.strip()
    return name[1:-1].strip() if len(name) > 1 and name[0] == name[-1] == '"' else name


def _included(path: Path, block: Block, files: list[Path], depth: int) -> Iterator[Block]:
    """Yield the blocks of an included file, or one block with the data in it."""
    name = block.options["INPUT"].replace("\\", "/")
    other = path.parent / name
    if not other.is_file():
        raise MeshError(f"*{block.keyword} takes data from {name}, and there is no file {other}")
    if depth >= DEEPEST:
        raise MeshError(f"the deck includes itself, by way of {other}")
    if block.keyword == "INCLUDE":
        yield from blocks(other, files, depth + 1)
        return
    files.append(other)
    lines = (line.strip() for line in _text(other).splitlines())
    block.rows = [
        [item.strip() for item in line.split(",")] for line in lines if line and line[0] != "*"
    ]
    yield block
