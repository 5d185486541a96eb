# SPDX-License-Identifier: BSD-3-Clause
"""What the pictures of a run have in common at all times: their extent and their colour scales.

In plane strain particles that host lithium cannot swell or shrink out of the plane, and so carry
stresses far above those of what is round them. There the scales are made for the other bodies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.section import MICRO
from ssbmech.runfolder.quantities import quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ssbmech.plots.section import Picture
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]


def some_steps(picture: Picture) -> list[int]:
    """Return steps spread evenly in time, not in number: short steps are many at the start."""
    moments = np.linspace(picture.times[0], picture.times[-1], 12)[:, None]
    return [int(step) for step in np.unique(np.abs(picture.times - moments).argmin(axis=1))]


def extent(picture: Picture) -> tuple[Array, Array]:
    """Return the corners of a box that holds the cell at all times [um]."""
    boxes = [picture.body(name, k).moved for k in some_steps(picture) for name in picture.bodies]
    low = MICRO * np.min([box.min(axis=0) for box in boxes], axis=0)
    high = MICRO * np.max([box.max(axis=0) for box in boxes], axis=0)
    return low - 0.01 * (high - low), high + 0.01 * (high - low)


def stress_scale(
    run: RunData, picture: Picture, name: str, steps: Sequence[int] = ()
) -> theme.Scale:
    """Return the colour scale of a positive quantity at some steps; of none over the whole run."""
    return theme.positive_scale(*_samples(run, picture, name, steps))


def pressure_scale(run: RunData, picture: Picture, steps: Sequence[int] = ()) -> theme.Scale:
    """Return the colour scale of the pressure at some steps; of none over the whole run."""
    return theme.pressure_scale(*_samples(run, picture, "pressure", steps))


def beyond_scale(
    run: RunData, picture: Picture, name: str, scale: theme.Scale, steps: Sequence[int] = ()
) -> str:
    """Return a second line for a colour bar that says how far particles go beyond it, if they do.

    Args:
        run: The run.
        picture: The cell.
        name: Cell array.
        scale: Its scale.
        steps: Steps that the scale was made for; none for the whole run.
    """
    _, particles = _samples(run, picture, name, steps)
    if scale.extend == "neither" or not particles.size:
        return ""
    farthest = float(particles[np.abs(particles).argmax()])
    if abs(farthest) <= float(scale.norm.vmax or 0.0):
        return ""
    unit = shown_unit(quantity(name).unit).text
    # Three digits, without a power of ten.
    shown = f"{float(f'{farthest:.3g}'):g}".replace("-", theme.MINUS)
    return f"\nparticles go beyond, to {shown} {unit}"


def _samples(
    run: RunData, picture: Picture, name: str, steps: Sequence[int]
) -> tuple[Array, Array]:
    """Return values of an array at some steps in shown units: in bodies, and in particles.

    Without plane strain, or if there is nothing but particles, they are bodies like others.
    """
    factor = shown_unit(quantity(name).unit).factor
    plane = run.manifest.get("frame") == "PlaneStrain"
    hosts = run.hosts if plane and set(run.hosts) != set(picture.bodies) else []
    bodies: list[Array] = []
    particles: list[Array] = [np.empty(0)]
    for step in steps or some_steps(picture):
        for body in picture.bodies:
            values = factor * picture.body(body, step, (name,)).arrays[name]
            (particles if body in hosts else bodies).append(values)
    return np.concatenate(bodies), np.concatenate(particles)
