# SPDX-License-Identifier: BSD-3-Clause
"""One look for all figures: fonts, colours, colour maps, and how a figure is saved.

Figures are made without pyplot: no window system, no global list of figures that grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

DPI = 160
# The sign that is as wide as a plus.
MINUS = "\N{MINUS SIGN}"
INK = "#222222"
# Dark enough on white, and apart from each other for colour-blind readers (Okabe and Ito).
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
STEP_SHADES = ("#ffffff", "#edf1f5")
CONTACT = "#d8d3c8"
# Where an interface is open in a map of a quantity that needs contact.
OPEN = "#ffffff"
PLATED = "#f2e6c9"
# Hatched, because white alone is also the colour of zero on the signed colour map.
VOID = "#ffffff"
VOID_HATCH = "#8a8a8a"
HATCH = "//////"
# Bodies that are only the surroundings of what is shown, and surfaces without contact.
PALE = "#e6e6e6"
LOST = "#ff9e0f"
_HALF_LOST = "#d9480f"

# A scale of both signs reaches beyond the largest value by this factor.
_HEADROOM = 1.1
# Part of the largest value below zero that is stray and asks for no scale of two signs.
_STRAY = 0.02
# Lowest over highest value from which a scale does not begin at zero; its least width over the
# highest value, so that an even field shows no pattern.
_HIGH_UP, _LEAST_WIDTH = 0.5, 0.05

POSITIVE_MAP = "viridis"
SIGNED_MAP = "RdBu_r"
RATIO_MAP = "PuOr_r"

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "hatch.linewidth": 0.5,
    "figure.facecolor": "white",
}


def style() -> AbstractContextManager[None]:
    """Return a context in which figures get the theme."""
    import matplotlib as mpl

    return mpl.rc_context(_STYLE)


def new_figure(width: float, height: float) -> Any:
    """Return an empty figure that lays out its axes by itself.

    Args:
        width: Width [inch].
        height: Height [inch].
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def save(figure: Figure, path: Path) -> Path:
    """Save a figure and return the path."""
    with style():
        figure.savefig(path, dpi=DPI)
    return path


@dataclass(frozen=True, slots=True)
class Scale:
    """Colour scale shared by all pictures of one quantity.

    Attributes:
        norm: Value -> position on the colour map.
        colours: Colour map, or its name.
        extend: Which ends hold values beyond the scale, in matplotlib's words.
    """

    norm: Normalize
    colours: str | Colormap
    extend: str

    @property
    def logarithmic(self) -> bool:
        """Whether equal ratios have equal lengths on it."""
        from matplotlib.colors import LogNorm

        return isinstance(self.norm, LogNorm)

    @property
    def note(self) -> str:
        """What a label should say of a scale whose middle is linear; empty for others."""
        from matplotlib.colors import SymLogNorm

        if not isinstance(self.norm, SymLogNorm):
            return ""
        return f"\nlinear up to {self.norm.linthresh:g}, logarithmic beyond"


def positive_scale(values: NDArray[np.float64], beyond: NDArray[np.float64] | None = None) -> Scale:
    """Return a scale for values that are positive, logarithmic if they span decades.

    Args:
        values: Sample of the values that will be shown.
        beyond: Sample of values that will be shown too, but have no say in the limits.
    """
    from matplotlib.colors import LogNorm, Normalize

    positive = values[values > 0.0]
    if not positive.size:
        return Scale(Normalize(0.0, 1.0), POSITIVE_MAP, "neither")
    shown = values if beyond is None else np.concatenate([values, beyond])
    low, high = np.percentile(positive, [2.0, 99.9])
    if positive.size == values.size and low > _HIGH_UP * high:
        # What differs by little would all have one colour on a scale from zero.
        low, high = _round_outwards(float(low), float(high))
        return Scale(Normalize(low, high), POSITIVE_MAP, _extend(shown, low, high))
    high = _round_up(float(high))
    if high < 15.0 * low:
        return Scale(Normalize(0.0, high), POSITIVE_MAP, _extend(shown, 0.0, high))
    # Two decades are all that an eye can tell apart on one bar.
    low = max(_round_down(float(low)), high / 100.0)
    # Clipped, because zero has no logarithm and would be left blank.
    return Scale(LogNorm(low, high, clip=True), POSITIVE_MAP, _extend(shown, low, high))


def pressure_scale(values: NDArray[np.float64], beyond: NDArray[np.float64] | None = None) -> Scale:
    """Return a scale for values that may have either sign: of one colour family if they have one.

    Args:
        values: Sample of the values that will be shown.
        beyond: Sample of values that will be shown too, but have no say in the limits.
    """
    low, high = np.percentile(values, [0.5, 99.5])
    if high > 0.0 and low > -_STRAY * high:
        return positive_scale(np.maximum(values, 0.0), beyond)
    return signed_scale(values, beyond)


def signed_scale(values: NDArray[np.float64], beyond: NDArray[np.float64] | None = None) -> Scale:
    """Return a scale symmetric about zero, white at zero.

    Values that span decades get a logarithmic scale on both sides of a linear middle part.

    Args:
        values: Sample of the values that will be shown.
        beyond: Sample of values that will be shown too, but have no say in the limits.
    """
    from matplotlib.colors import Normalize, SymLogNorm

    size = np.abs(values)
    if not size.any():
        return Scale(Normalize(-1.0, 1.0), SIGNED_MAP, "neither")
    # Room above the largest, or an even field would have the colour of what lies beyond.
    high = _round_up(_HEADROOM * (float(np.percentile(size, 99.8)) or float(size.max())))
    shown = values if beyond is None else np.concatenate([values, beyond])
    extend = _extend(shown, -high, high)
    middle = float(np.median(size))
    if middle * 5.0 > high or middle <= 0.0:
        return Scale(Normalize(-high, high), SIGNED_MAP, extend)
    linear = max(_round_down(middle), high / 100.0)
    return Scale(SymLogNorm(linear, linscale=0.6, vmin=-high, vmax=high), SIGNED_MAP, extend)


def ratio_scale(values: NDArray[np.float64]) -> Scale:
    """Return a scale symmetric about one, for ratios to a mean.

    Args:
        values: Sample of the values that will be shown.
    """
    from matplotlib.colors import Normalize

    off = np.abs(values - 1.0)
    # A percent is the least worth a colour; rounding keeps the ticks simple.
    width = _round_up(max(float(np.percentile(off, 99.8)) if off.size else 0.0, 0.01))
    return Scale(
        Normalize(1.0 - width, 1.0 + width), RATIO_MAP, _extend(values, 1.0 - width, 1.0 + width)
    )


def content_scale(low: float, high: float) -> Scale:
    """Return the scale of a lithium content: without the yellow that lies next to `LOST`.

    Args:
        low: Lowest content of the run.
        high: Highest content of the run.
    """
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, Normalize

    # Rounded outwards but for little, and so wide that an even content shows no pattern.
    low, high = np.floor(20.0 * low + 0.1) / 20.0, np.ceil(20.0 * high - 0.1) / 20.0
    colours = colormaps["viridis"](np.linspace(0.05, 0.88, 256))
    return Scale(Normalize(low, max(high, low + 0.05)), ListedColormap(colours), "neither")


def conducting_scale() -> Scale:
    """Return the scale of a conducting fraction, from lost contact to contact."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    colours = LinearSegmentedColormap.from_list("conducting", [LOST, _HALF_LOST, INK])
    return Scale(Normalize(0.0, 1.0), colours, "neither")


def in_sequence(count: int) -> Any:
    """Return a colour map with a colour for each of a number of cycles, from light to dark."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    places = np.linspace(0.8, 0.0, count) if count > 1 else [0.25]
    return ListedColormap(colormaps["viridis"](places))


def colour_bar(
    figure: Figure, artist: Any, axes: Any, label: str, scale: Scale, **place: Any
) -> Any:
    """Add a colour bar with ticks at 1, 2, 5 where the scale is logarithmic.

    Args:
        figure: The figure.
        artist: The coloured artist.
        axes: Axes that the bar belongs to.
        label: Label of the bar.
        scale: The artist's scale.
        **place: Passed on: ``location``, ``shrink``, ``pad``, ``aspect``.
    """
    from matplotlib.colors import LogNorm, SymLogNorm
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    bar = figure.colorbar(artist, ax=axes, label=label + scale.note, extend=scale.extend, **place)
    norm = scale.norm
    low, high = float(norm.vmin or 0.0), float(norm.vmax or 1.0)
    ticks: Sequence[float] = ()
    if type(norm) is LogNorm:
        ticks = [tick for tick in _one_two_five(low, high) if low <= tick <= high]
    elif type(norm) is SymLogNorm:
        positive = [tick for tick in _one_two_five(norm.linthresh, high, most=3) if tick <= high]
        ticks = [-tick for tick in reversed(positive)] + [0.0, *positive]
    if ticks:
        bar.locator = FixedLocator(ticks)
        bar.minorlocator = NullLocator()
        bar.formatter = FuncFormatter(lambda value, _: f"{value:g}".replace("-", MINUS))
        bar.update_ticks()
    return bar


def _one_two_five(low: float, high: float, most: int = 8) -> list[float]:
    """Return 1, 2, 5 times powers of ten that cover a range; powers only if it is long.

    Args:
        low: Lower end.
        high: Upper end.
        most: How many ticks there is room for.
    """
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks: list[float] = []
    for digits in ((1, 2, 5), (1, 3), (1,)):
        ticks = [digit * 10.0**decade for decade in decades for digit in digits]
        ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if len(ticks) <= most:
            break
    return ticks


def _round_outwards(low: float, high: float) -> tuple[float, float]:
    """Return round limits of a scale that does not begin at zero."""
    middle, width = 0.5 * (low + high), max(high - low, _LEAST_WIDTH * high)
    step = _round_down(width / 4.0)
    return (
        float(step * np.floor((middle - 0.5 * width) / step + 1e-6)),
        float(step * np.ceil((middle + 0.5 * width) / step - 1e-6)),
    )


def _round_up(value: float) -> float:
    """Return the next 1, 1.5, 2, 3, 5, 7 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = np.array([1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0])
    return float(power * steps[steps >= value / power * 0.999][0])


def _round_down(value: float) -> float:
    """Return the 1, 2 or 5 times a power of ten below."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = np.array([1.0, 2.0, 5.0])
    return float(power * steps[steps <= value / power * 1.001][-1])


def _extend(values: NDArray[np.float64], low: float, high: float) -> str:
    """Return which ends hold values beyond them; rounding of the limits does not count."""
    hair = 2e-3 * (high - low)
    below, above = bool((values < low - hair).any()), bool((values > high + hair).any())
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[below, above]
