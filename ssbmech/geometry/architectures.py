# SPDX-License-Identifier: BSD-3-Clause
"""Repeating units of cells that are not flat: fingers, channels, and a scaffold with struts.

Each is a grid of bricks with planes of symmetry at its sides. With a depth, or in three dimensions
with the depths of a `Bricks`, what is drawn in the plane is drawn out along y.
"""

from __future__ import annotations

from typing import Any

from ssbmech.errors import MeshError
from ssbmech.frames import Frame
from ssbmech.geometry.bricks import Bricks
from ssbmech.units import to_si

NEGATIVE, SEPARATOR, POSITIVE, CHANNEL, SCAFFOLD = (
    "negative",
    "separator",
    "positive",
    "channel",
    "scaffold",
)


def interdigitated(
    *,
    frame: Frame,
    negative: Any,
    positive: Any,
    separator: Any,
    overlap: Any,
    negative_base: Any,
    positive_base: Any,
    depth: Any = None,
    **mesh: Any,
) -> Bricks:
    r"""Return half a period of two combs with a separator of one thickness between them.

    Negative fingers stand on a base at the bottom, positive ones hang from one at the top. Over the
    width :math:`W = w_n + t + w_p` of the unit, the areas are :math:`W b_n + w_n L`,
    :math:`W b_p + w_p L` and :math:`W (L + t) - (w_n + w_p) L`, and each electrode meets the
    separator along :math:`W + L`.

    Args:
        frame: kinematic frame, not axisymmetric.
        negative: half width of a negative finger w_n [m].
        positive: half width of a positive finger w_p [m].
        separator: thickness of the separator t, beside fingers and at their tips [m].
        overlap: length of the fingers L [m].
        negative_base: thickness of the negative base b_n [m].
        positive_base: thickness of the positive base b_p [m].
        depth: extent along y in three dimensions [m].
        mesh: sizes of the cells, as `Bricks` takes them.

    Raises:
        MeshError: the frame revolves, or the fingers are no longer than the separator is thick.
        ParameterError: a number is out of its bounds.
    """
    if frame.revolves:
        raise MeshError("interdigitated: fingers that revolve are rings: take another frame")
    t, reach = (
        to_si(x, "m", f"interdigitated: {name}")
        for x, name in ((separator, "separator"), (overlap, "overlap"))
    )
    if not 0.0 < t < reach:
        raise MeshError(
            f"interdigitated: fingers of {reach:g} m do not pass each other over a separator of "
            f"{t:g} m: expected an overlap longer than the separator is thick"
        )
    rows = (
        (NEGATIVE, NEGATIVE, NEGATIVE),
        (NEGATIVE, SEPARATOR, SEPARATOR),
        (NEGATIVE, SEPARATOR, POSITIVE),
        (SEPARATOR, SEPARATOR, POSITIVE),
        (POSITIVE, POSITIVE, POSITIVE),
    )
    return Bricks(
        frame=frame,
        widths=(negative, separator, positive),
        heights=(negative_base, t, reach - t, t, positive_base),
        **_drawn_out(rows, depth),
        **mesh,
    )


def aligned_channels(
    *,
    frame: Frame,
    active: Any,
    channel: Any,
    negative: Any,
    separator: Any,
    positive: Any,
    depth: Any = None,
    **mesh: Any,
) -> Bricks:
    r"""Return half a period of two dense electrodes with straight channels of electrolyte.

    The channels run through the thickness of both electrodes, on either side of the separator.
    Their share of an electrode is :math:`w_c / (w_a + w_c)`, in an axisymmetric frame, where the
    active material is a rod in a tube, :math:`1 - w_a^2 / (w_a + w_c)^2`.

    Args:
        frame: kinematic frame.
        active: half width of the active material w_a, or its radius [m].
        channel: half width of a channel w_c, or thickness of the tube [m].
        negative: thickness of the negative electrode [m].
        separator: thickness of the separator [m].
        positive: thickness of the positive electrode [m].
        depth: extent along y in three dimensions [m].
        mesh: sizes of the cells, as `Bricks` takes them.

    Raises:
        ParameterError: a number is out of its bounds.
    """
    rows = ((NEGATIVE, CHANNEL), (SEPARATOR, SEPARATOR), (POSITIVE, CHANNEL))
    return Bricks(
        frame=frame,
        widths=(active, channel),
        heights=(negative, separator, positive),
        **_drawn_out(rows, depth),
        **mesh,
    )


def scaffold(
    *, frame: Frame, strut: Any, half: Any, separator: Any = None, cells: int = 1, **mesh: Any
) -> Bricks:
    r"""Return an eighth of a cubic frame of square struts, filled with the positive electrode.

    Struts of half width s run along the edges of the cube of half width a, so that scaffold and
    filling are both connected: :math:`3 s^2 a - 2 s^3` of scaffold in :math:`a^3`. More cells stand
    on top of each other, mirrored. A separator lies below as a region of its own.

    Args:
        frame: the frame of three dimensions.
        strut: half width of a strut s [m].
        half: half of the period a [m].
        separator: thickness of a dense separator below [m]; None for none.
        cells: number of half periods along the height [1].
        mesh: sizes of the cells, as `Bricks` takes them.

    Raises:
        MeshError: the frame is of the plane, struts leave nothing to fill, or there is no cell.
        ParameterError: a number is out of its bounds.
    """
    if frame.dim != 3:
        raise MeshError("scaffold: struts that meet need three dimensions")
    s, a = (to_si(x, "m", f"scaffold: {name}") for x, name in ((strut, "strut"), (half, "half")))
    if not 0.0 < s < a:
        raise MeshError(
            f"scaffold: struts of half width {s:g} m in a half period of {a:g} m leave nothing to "
            "fill: expected less than the half period"
        )
    if cells < 1:
        raise MeshError(f"scaffold: {cells} cells: expected one or more")
    # a slab with struts in both directions, and one with those that stand
    flat = ((SCAFFOLD, SCAFFOLD), (SCAFFOLD, POSITIVE))
    posts = ((SCAFFOLD, POSITIVE), (POSITIVE, POSITIVE))
    heights: list[Any] = []
    rows: list[Any] = []
    if separator is not None:
        heights.append(separator)
        rows.append(((SEPARATOR, SEPARATOR), (SEPARATOR, SEPARATOR)))
    for number in range(cells):
        pair = [(s, flat), (a - s, posts)]
        for height, slab in pair if number % 2 == 0 else reversed(pair):
            heights.append(height)
            rows.append(slab)
    return Bricks(
        frame=frame,
        widths=(s, a - s),
        depths=(s, a - s),
        heights=tuple(heights),
        names=tuple(rows),
        **mesh,
    )


def _drawn_out(rows: tuple[tuple[str, ...], ...], depth: Any) -> dict[str, Any]:
    """Return names and depths of a section, drawn out along y if it has a depth."""
    if depth is None:
        return {"names": rows}
    names = tuple(tuple((name,) for name in row) for row in rows)
    return {"names": names, "depths": (depth,)}
