# SPDX-License-Identifier: BSD-3-Clause
"""The figures of a run as parts of a page: pictures and film as data, with captions."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ssbmech.errors import SSBMechError
from ssbmech.report.readable import inside, place_text
from ssbmech.runfolder.paths import RunPaths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ssbmech.runfolder.reader import RunData

LARGEST_FILM: Final = 5_000_000
"""Size up to which a film becomes part of a report [bytes]."""

_QUALITY: Final = 88
# Names of bodies may have a dash below the line themselves.
_ABOVE: Final = re.compile(r"(.+?)_((?:start|end|step\d+)(?:_.*)?)$")
_FILMS: Final[Mapping[str, str]] = MappingProxyType({".mp4": "video/mp4", ".gif": "image/gif"})

# First part of a file's name -> what the figure shows; {} is the rest of the name.
_CAPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "history": "History: voltage, stack pressure, contact and void volume against time; the "
        "steps of the protocol are shaded.",
        "voltage_capacity": "Voltage against the charge passed in each charge and discharge.",
        "thickness": "Thickness of the metal that moves: against time, mean and from least to "
        "largest, and along its interface against time, on the mesh as it is.",
        "pressure_capacity": "Change of stack pressure and thickness against the charge passed in "
        "each charge and discharge.",
        "interface_": "Interface {}: gap, current density, its ratio to the mean in contact, and "
        "contact pressure, over position and time.",
        "fracture": "Flaws of the electrolyte: stress intensity over toughness and the probability "
        "that one extends, against time; below, along each interface at its worst time.",
        "particles": "Particles: mean lithium content of each at the end of the last charge and "
        "discharge, and the conducting fraction of its surface.",
        "stress_": "Von Mises stress and pressure, {}. The bodies are displaced, the gap has its "
        "true width; below, the surroundings of the void, stretched by the factor given.",
        "cathode_": "Lithium content of the particles and how their surfaces conduct, {}; gaps "
        "are widened by the factor given.",
        "above_": "Interface {} seen from above: gap, contact pressure and current density; the "
        "line is the edge of the contact.",
        "solid_": "The cell in space, its bodies pulled apart, {}: von Mises stress, and the gaps "
        "of the interfaces.",
        "levels_": "Surfaces of equal von Mises stress, and the widest gap as a relief on its "
        "interface, {}.",
    }
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or film on the page.

    Attributes:
        name: Name of the file it was made from.
        caption: What it shows.
        data: The file as a data address.
        is_film: Whether it is a film for a player; an animated picture is none.
    """

    name: str
    caption: str
    data: str
    is_film: bool = False


@dataclass(frozen=True, slots=True)
class Gallery:
    """What there is to see of a run.

    Attributes:
        pictures: Pictures, in the order of the table of captions.
        notes: What is missing, and why.
    """

    pictures: tuple[Picture, ...]
    notes: tuple[str, ...]


def gallery(run: RunData) -> Gallery:
    """Return the figures of a run; they are drawn first if there are none, or only older ones.

    Args:
        run: The run.

    Raises:
        OSError: The folder or the film cannot be read.
    """
    folder = run.path / "figures"
    last_row = _changed(RunPaths(run.path).series_path)
    notes = _refresh(run, last_row)
    pictures = []
    for file in sorted(folder.glob("*.png"), key=_place):
        try:
            data = _picture_data(file)
        except (OSError, SyntaxError) as failure:
            # As while a run draws its figures.
            notes.append(f"figures/{file.name} cannot be read: {inside(run.path, failure)}")
            continue
        pictures.append(Picture(file.name, _caption(file), data))
    for file in sorted(folder.glob("animation.*")):
        kind, size = _FILMS.get(file.suffix), file.stat().st_size
        if kind is None:
            continue
        if size > LARGEST_FILM:
            notes.append(
                f"The film is in the run folder, figures/{file.name}; with {size / 1e6:.0f} MB it "
                "is too large for this page."
            )
            continue
        data = _address(kind, file.read_bytes())
        pictures.append(Picture(file.name, "Film of the run.", data, kind.startswith("video")))
    earlier = [each.name for each in pictures if _changed(folder / each.name) < last_row]
    if earlier:
        notes.append(f"Older than the series, drawn before the run ended: {', '.join(earlier)}.")
    return Gallery(tuple(pictures), tuple(notes))


def _refresh(run: RunData, last_row: float) -> list[str]:
    """Draw the figures if there are none or all are older than the series; return what fails."""
    found = list((run.path / "figures").glob("*.png"))
    if found and max(map(_changed, found)) >= last_row:
        return []
    failure = _draw(run)
    if not failure:
        return []
    if found:
        return [f"The figures could not be drawn again: {failure}."]
    return [f"There are no figures: {failure}."]


def _draw(run: RunData) -> str:
    """Draw the figures of a run, without the film; return why if that is not possible."""
    times = run.series.columns.get("time")
    if times is None or not times.size:
        return "no time step was accepted"
    from ssbmech import plots

    try:
        plots.make_all(run.path, animation=False)
    except (SSBMechError, ImportError, ArithmeticError, AttributeError, LookupError, OSError,
            RuntimeError, TypeError, ValueError) as failure:  # fmt: skip
        return inside(run.path, failure)
    return ""


def _changed(file: Path) -> float:
    """Return when a file was changed last, 0 if that cannot be told [s]."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _place(file: Path) -> tuple[int, str]:
    for place, start in enumerate(_CAPTIONS):
        if file.name.startswith(start):
            # The start comes before the steps.
            return place, "" if file.stem.endswith("_start") else file.name
    return len(_CAPTIONS), file.name


def _caption(file: Path) -> str:
    for start, caption in _CAPTIONS.items():
        if file.stem.startswith(start):
            return caption.format(_words(start, file.stem.removeprefix(start)))
    return file.stem.replace("_", " ")


def _words(start: str, rest: str) -> str:
    """Return an interface, or a moment such as "at the end of step 2 (plate)"."""
    if start == "interface_":
        return place_text(rest.replace("-", "|", 1))
    if start == "above_":
        found = _ABOVE.match(rest)
        name, when = found.groups() if found else (rest, "")
        moment = f", {_words('', when)}," if when else ""
        return place_text(name.replace("-", "|", 1)) + moment
    number, _, label = rest.partition("_")
    if number.startswith("step") and number.removeprefix("step").isdigit():
        step = f"at the end of step {number.removeprefix('step')}"
        return f"{step} ({label.replace('-', ' ')})" if label else step
    return f"at the {rest}"


def _picture_data(file: Path) -> str:
    """Return a picture as data, in a format that takes less room if it does.

    Raises:
        OSError: The file cannot be read, or is no picture.
        SyntaxError: The picture is damaged.
    """
    from PIL import Image

    original = file.read_bytes()
    with Image.open(file) as image:
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, "WEBP", quality=_QUALITY, method=4)
    small = buffer.getvalue()
    if len(small) < len(original):
        return _address("image/webp", small)
    return _address("image/png", original)


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
