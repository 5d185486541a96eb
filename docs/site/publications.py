# SPDX-License-Identifier: BSD-3-Clause
"""The list of publications, from ``docs/references.bib``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

_ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),\n(.*?)^\}", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", re.MULTILINE)
_LETTERS = {
    r"{\ae}": "æ",
    r"{\o}": "ø",
    r"{\O}": "Ø",
    r"{\aa}": "å",
    r"{\ss}": "ß",
    r"{\l}": "ł",
}
_ACCENTS = {
    '"': "\u0308",
    "'": "\u0301",
    "`": "\u0300",
    "~": "\u0303",
    "^": "\u0302",
    "v": "\u030c",
}


def entries(path: Path) -> dict[str, Mapping[str, str]]:
    """Return the fields of each publication by its key."""
    text = path.read_text("utf-8")
    return {
        key: {name: _plain(value) for name, value in _FIELD.findall(body)}
        for _, key, body in _ENTRY.findall(text)
    }


def _plain(value: str) -> str:
    """Return a field without LaTeX."""
    for written, letter in _LETTERS.items():
        value = value.replace(written, letter)

    def accented(match: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", match[2] + _ACCENTS[match[1]])

    value = re.sub(r"\{?\\([\"'`~^v])\s*\{?\\?([A-Za-z])\}?\}?", accented, value)
    return value.replace("--", "\N{EN DASH}").replace(r"\&", "&").replace("{", "").replace("}", "")


def page_of(path: Path) -> str:
    """Return the page of publications."""
    lines = [
        "# Publications",
        "",
        "Behind the equations and the numbers, by the keys of the pages.",
    ]
    for key, fields in sorted(entries(path).items()):
        where = [
            fields.get("journal") or fields.get("booktitle") or fields.get("publisher", ""),
            fields.get("volume", ""),
            fields.get("pages", ""),
        ]
        place = " ".join(part for part in where if part)
        doi = fields.get("doi", "")
        link = f" [doi:{doi}](https://doi.org/{doi})" if doi else ""
        authors = fields.get("author", "").replace(" and ", "; ")
        text = f"{authors}: *{fields.get('title', '')}*. {place} ({fields.get('year', '')}).{link}"
        lines += ["", f"({key})=", f"**[{key}]** {text}"]
    return "\n".join(lines) + "\n"
