# SPDX-License-Identifier: BSD-3-Clause
"""A report taken apart, and what its tests share."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser

import numpy as np

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


def change_manifest(path, **sections):
    """Replace sections of a manifest."""
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    (path / "manifest.json").write_text(json.dumps(manifest | sections), encoding="utf-8")


def flat(text):
    """Return a text with plain spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
