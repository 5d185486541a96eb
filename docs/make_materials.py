# SPDX-License-Identifier: BSD-3-Clause
"""Write docs/guide/materials.md, the page of the material library, from the library itself.

Run `python docs/make_materials.py` after a change of the library; a test compares page and library.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ssbmech.library import MATERIALS
from ssbmech.library.interfaces import INTERFACE_SOURCES, INTERFACES
from ssbmech.library.references import REFERENCES
from ssbmech.library.surfaces import SURFACE_SOURCES, SURFACES
from ssbmech.library.voids import CONTACT_SOURCES, PRESSED, VOID_SOURCES, VOIDS
from ssbmech.parameter import Provenance, markdown_table

PAGE: Final = Path(__file__).parent / "guide" / "materials.md"

_INTRODUCTION: Final = """\
<!-- Written by docs/make_materials.py; do not edit. -->

# Material library

Every number in SI, with the bounds that a law accepts, the temperature T at which it holds (empty
if it depends on none) and its source. `library.by_name("llzo")` returns a material; to change a
number, build the law and the material yourself. A number follows the temperature if its law has an
activation energy or an entropy; a run that goes more than 5 K away from where the others are known
warns of them, in its log, manifest and report ([temperature](../theory/temperature.md)). What "how
known" means:
"""


_FITTING: Final = """\
`library.interfaces.by_name("lithium|li6ps5cl")` returns the charge transfer of a pair,
`library.voids` the laws of hidden voids and of contacts that remember their pressure,
`library.surfaces` the capillarity of bare surfaces. A dash means
that no number was found that could be stated with its source: give one, `ButlerVolmer(i_0=...)`.
"""


def page() -> str:
    """Return the page as Markdown text."""
    return "\n".join(_paragraphs())


def _paragraphs() -> Iterator[str]:
    yield _INTRODUCTION
    yield from (f"- *{known.name.lower()}*: {known.value}" for known in Provenance)
    yield "\n## Materials\n"
    for name, build in MATERIALS.items():
        material = build()
        yield f"### {name}\n\n{_summary(build)}\n"
        yield markdown_table(material, material.sources)
    yield "## What fits what\n"
    yield _FITTING
    yield from _fitting()
    yield "\n## Interfaces\n"
    for name, build_law in INTERFACES.items():
        yield f"### {name}\n\n{_summary(build_law)}\n"
        yield markdown_table(build_law(), INTERFACE_SOURCES[name])
    yield "## Hidden voids\n"
    for name, build_voids in VOIDS.items():
        yield f"### {name}, voids\n\n{_summary(build_voids)}\n"
        yield markdown_table(build_voids(), VOID_SOURCES[name])
    yield "## Contacts that remember their pressure\n"
    for name, build_pressed in PRESSED.items():
        yield f"### {name}, pressed\n\n{_summary(build_pressed)}\n"
        kinetics, contact = build_pressed()
        yield markdown_table(kinetics, kinetics.sources)
        yield markdown_table(contact, CONTACT_SOURCES[name])
    yield "## Bare surfaces of metals\n"
    for name, build_surface in SURFACES.items():
        yield f"### {name}, bare surface\n\n{_summary(build_surface)}\n"
        yield markdown_table(build_surface(), SURFACE_SOURCES[name])
    yield "## References\n"
    yield from (f"- [{key}] {text}" for key, text in sorted(REFERENCES.items()))
    yield ""


def _fitting() -> Iterator[str]:
    """Yield a table of electrodes and electrolytes: what the library knows of their interfaces."""
    electrolytes = [name for name, build in MATERIALS.items() if build().conductor is not None]
    electrodes = {
        # sets of numbers for one metal share its interfaces
        name if build().host is not None else build().metal.element or "lithium": None
        for name, build in MATERIALS.items()
        if build().host is not None or build().metal is not None
    }
    yield f"| electrode | {' | '.join(electrolytes)} |"
    yield f"|---|{'---|' * len(electrolytes)}"
    for electrode in electrodes:
        cells = [_known(f"{electrode}|{electrolyte}") for electrolyte in electrolytes]
        yield f"| {electrode} | {' | '.join(cells)} |"


def _known(name: str) -> str:
    """Return what the library has for an interface; a dash for nothing."""
    known = {"charge transfer": INTERFACES, "voids": VOIDS, "pressed contact": PRESSED}
    words = [word for word, laws in known.items() if name in laws]
    if f"{name}_contaminated" in INTERFACES:
        words.append("charge transfer under a film")
    return ", ".join(words) or "-"


def _summary(build: Callable[..., object]) -> str:
    """Return the first sentence of a function's docstring without its verb."""
    sentence = (inspect.getdoc(build) or "").split("\n\n")[0].removeprefix("Return ")
    return sentence[:1].upper() + sentence[1:]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
