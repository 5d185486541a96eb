# SPDX-License-Identifier: BSD-3-Clause
"""Repeating units of cells that are not flat: fingers, channels, and a scaffold with struts.

Each is a grid of bricks with planes of symmetry at its sides. With a depth, or in three dimensions
with the depths of a `Bricks`, what is drawn in the plane is drawn out along y.
"""

from __future__ import annotations

import math
from collections.abc import Callable
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
    *,
    frame: Frame,
    strut: Any,
    half: Any,
    separator: Any = None,
    cells: int = 1,
    negative_cells: int = 0,
    **mesh: Any,
) -> Bricks:
    r"""Return an eighth of a cubic frame of square struts, filled with the positive electrode.

    In an axisymmetric frame it is the tube of the same cross-sections, one after the other: of the
    radius :math:`2 a / \sqrt{\pi}`, with rings at its wall for the struts, narrow between them
    and wide at the struts across. All volumes are then four times those of the eighth.

    Struts of half width s run along the edges of the cube of half width a, so that scaffold and
    filling are both connected: :math:`3 s^2 a - 2 s^3` of scaffold in :math:`a^3`. More cells stand
    on top of each other, mirrored. A separator lies below as a region of its own, and below that,
    mirrored in it, cells of the same frame filled with the negative electrode.

    Args:
        frame: the frame of three dimensions, or an axisymmetric one.
        strut: half width of a strut s [m].
        half: half of the period a [m].
        separator: thickness of a dense separator below [m]; None for none.
        cells: number of half periods along the height [1].
        negative_cells: number of half periods below the separator [1].
        mesh: sizes of the cells, as `Bricks` takes them.

    Raises:
        MeshError: the frame is of the plane and does not revolve, struts leave nothing to fill,
            there is no cell, or there are negative cells without a separator.
        ParameterError: a number is out of its bounds.
    """
    if frame.dim != 3 and not frame.revolves:
        raise MeshError("scaffold: struts that meet need three dimensions, or to revolve")
    s, a = (to_si(x, "m", f"scaffold: {name}") for x, name in ((strut, "strut"), (half, "half")))
    _check_scaffold(s, a, cells, negative_cells, separator is not None)
    columns = _rings(s, a) if frame.revolves else (s, a - s)
    names = _scaffold_names(frame.revolves)
    layers = _scaffold_slabs(names(NEGATIVE), s, a, negative_cells)[::-1]
    if separator is not None:
        layers.append((separator, names(SEPARATOR, SEPARATOR)[0]))
    heights, rows = zip(*layers, *_scaffold_slabs(names(POSITIVE), s, a, cells), strict=True)
    return Bricks(
        frame=frame,
        widths=columns,
        depths=() if frame.revolves else columns,
        heights=heights,
        names=rows,
        **mesh,
    )


def _check_scaffold(s: float, a: float, cells: int, negative_cells: int, separated: bool) -> None:
    """Refuse a scaffold without cells or room, and negative cells without a separator."""
    if not 0.0 < s < a:
        raise MeshError(
            f"scaffold: struts of half width {s:g} m in a half period of {a:g} m leave nothing to "
            "fill: expected less than the half period"
        )
    if cells < 1:
        raise MeshError(f"scaffold: {cells} cells: expected one or more")
    if negative_cells < 0 or (negative_cells and not separated):
        raise MeshError(
            f"scaffold: {negative_cells} negative cells: expected none, or some below a separator"
        )


def _rings(strut: float, half: float) -> tuple[float, ...]:
    """Return the widths of a tube's core, and of its wide ring less the narrow one, and that."""
    core, inner, outer = (
        math.sqrt(area / math.pi)
        for area in (4 * (half - strut) ** 2, 4 * (half**2 - strut**2), 4 * half**2)
    )
    return core, inner - core, outer - inner


def _scaffold_names(revolves: bool) -> Callable[..., tuple[Any, Any]]:
    """Return what names the slab with struts across, and the one with those that stand."""

    def names(filling: str, strut: str = SCAFFOLD) -> tuple[Any, Any]:
        if revolves:
            return (filling, strut, strut), (filling, filling, strut)
        return ((strut, strut), (strut, filling)), ((strut, filling), (filling, filling))

    return names


def _scaffold_slabs(
    names: tuple[Any, Any], strut: float, half: float, cells: int
) -> list[tuple[Any, Any]]:
    """Return thickness and names of the slabs of cells of a scaffold, lowest first."""
    flat, posts = (strut, names[0]), (half - strut, names[1])
    pairs = ((flat, posts) if number % 2 == 0 else (posts, flat) for number in range(cells))
    return [slab for pair in pairs for slab in pair]


def _drawn_out(rows: tuple[tuple[str, ...], ...], depth: Any) -> dict[str, Any]:
    """Return names and depths of a section, drawn out along y if it has a depth."""
    if depth is None:
        return {"names": rows}
    names = tuple(tuple((name,) for name in row) for row in rows)
    return {"names": names, "depths": (depth,)}
