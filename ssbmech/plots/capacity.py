# SPDX-License-Identifier: BSD-3-Clause
"""Voltage, pressure and thickness of a cell against the capacity passed, cycle by cycle.

A branch is what passes between two changes of the current's direction: a charge or a discharge,
with a hold at constant voltage or pulses if the protocol has them. Its capacity begins at zero.
Two branches make a cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.runfolder.quantities import quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import ProtocolSpan, RunData

    Array = NDArray[np.float64]

# A step that passes less of the charge of the largest one is a rest.
_LEAST_SHARE = 1e-3
# More cycles than that have a colour bar instead of a legend.
_MOST_KEYS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One charge or discharge.

    Attributes:
        cycle: Number of the cycle, from 0.
        label: What happens: ``charge`` or ``discharge`` where the state of charge is known, or
            else the name of the protocol step.
        start: When it began [s].
        end: When it ended [s].
        rows: Its rows of the series.
        capacity: Charge passed since it began, at these rows [C m-2].
    """

    cycle: int
    label: str
    start: float
    end: float
    rows: NDArray[np.int64]
    capacity: Array


def branches(run: RunData) -> list[Branch]:
    """Return the charges and discharges of a run, in order; none if it passes no charge."""
    charge = run.series.of("charge").get("")
    if charge is None:
        return []
    times, spans = run.series["time"], run.protocol()
    passed = [_passed(times, charge, span) for span in spans]
    least = _LEAST_SHARE * max((abs(each) for each in passed), default=0.0)
    # What belongs together: steps in one direction, whatever rests lie between them.
    groups: list[list[int]] = []
    for number, each in enumerate(passed):
        if abs(each) <= least:
            continue
        if groups and passed[groups[-1][0]] * each > 0.0:
            groups[-1].append(number)
        else:
            groups.append([number])
    found = []
    for number, group in enumerate(groups):
        first, last = spans[group[0]], spans[group[-1]]
        inside = np.zeros(len(times), dtype=bool)
        for span in (spans[each] for each in group):
            inside |= (times > span.start) & (times <= span.end)
        rows = np.flatnonzero(inside)
        capacity = np.abs(charge[rows] - _charge_at(times, charge, first.start))
        label = _label(run, first, rows)
        found.append(Branch(number // 2, label, first.start, last.end, rows, capacity))
    return found


def voltage_capacity(run: RunData, path: Path) -> Path:
    """Draw the voltage against the capacity passed in each charge and discharge.

    Args:
        run: The run, which passes charge.
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The series has no voltage.
    """
    largest = run.series.largest("voltage")
    shown = shown_unit(run.series.units.get("voltage", "V"), largest)
    values = shown.factor * run.series["voltage"]
    with theme.style():
        figure = theme.new_figure(7.5, 4.8)
        axes = figure.subplots()
        _draw(figure, [axes], branches(run), [values])
        axes.set_ylabel(f"{quantity('voltage').label} ({shown.text})")
        return theme.save(figure, path)


def pressure_capacity(run: RunData, path: Path) -> Path:
    """Draw the change of stack pressure and thickness against the capacity passed.

    The changes are those since the first branch began.

    Args:
        run: The run, which passes charge.
        path: File to write.

    Returns:
        The path.
    """
    found = branches(run)
    changes, labels = [], []
    for name in stack_columns(run):
        values, unit = run.series[name], shown_unit(run.series.units[name])
        changes.append(unit.factor * (values - values[_row_at(run.series["time"], found[0].start)]))
        labels.append(f"change of {quantity(name).label}\n({unit.text})")
    with theme.style():
        figure = theme.new_figure(7.5, 1.2 + 3.0 * len(changes))
        column = figure.subplots(len(changes), 1, sharex=True, squeeze=False)[:, 0]
        _draw(figure, list(column), found, changes)
        for axes, label, name in zip(column, labels, stack_columns(run), strict=True):
            axes.set_ylabel(label)
            axes.axhline(0.0, color=theme.INK, linewidth=0.6, zorder=1)
            # What hardly changes should not look like a mountain.
            largest = shown_unit(run.series.units[name]).factor * run.series.largest(name)
            low, high = axes.get_ylim()
            wider = max(0.5 * (2e-4 * largest - (high - low)), 0.0)
            axes.set_ylim(low - wider, high + wider)
        column[0].set_title("changes since current first flowed", loc="left")
        figure.align_ylabels(list(column))
        return theme.save(figure, path)


def stack_columns(run: RunData) -> list[str]:
    """Return the columns of the stack as a whole that change: no fixture, no pressure."""
    columns = {name: run.series.columns.get(name) for name in ("p_stack", "thickness_stack")}
    return [name for name, each in columns.items() if each is not None and np.ptp(each) > 0.0]


def _draw(
    figure: Any, column: Sequence[Any], found: Sequence[Branch], values: Sequence[Array]
) -> None:
    """Draw values against capacity, one line for each branch, and explain the lines."""
    unit = shown_unit("C m-2")
    count = 1 + max(branch.cycle for branch in found)
    colours = theme.in_sequence(count)
    for axes, shown in zip(column, values, strict=True):
        for branch in found:
            # Narrower from cycle to cycle, or a later one would hide an earlier one.
            width = 1.4 + 1.2 * (count - 1 - branch.cycle) / max(count - 1, 1)
            x, y = unit.factor * branch.capacity, shown[branch.rows]
            axes.plot(x, y, color=colours(branch.cycle), linewidth=width)
        axes.margins(y=0.12)
        axes.set_xlim(left=0.0)
        axes.ticklabel_format(axis="y", useOffset=False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        for number in range(min(len(found), 2)):
            _name_branches(axes, found[number::2], shown, first=number == 0)
    column[-1].set_xlabel(f"capacity passed in the step ({unit.text})")
    if count > 1:
        _explain(figure, column, colours, count)


def _name_branches(axes: Any, alike: Sequence[Branch], shown: Array, *, first: bool) -> None:
    """Write the name of the branches of one direction at their end.

    Args:
        axes: Axes with the branches.
        alike: All charges, or all discharges.
        shown: Values at all rows.
        first: Whether they are those of the direction that came first.
    """
    last = shown[alike[-1].rows]
    rise, span = last[-1] - last[0], np.ptp(axes.get_ylim())
    # The names of two level lines would lie on each other.
    above = bool(rise > 0.0) if abs(rise) > 0.05 * span else first
    # Beyond the outermost one, where no line crosses it.
    sign = 1.0 if above else -1.0
    branch = max(alike, key=lambda each: sign * shown[each.rows[-1]])
    axes.annotate(
        branch.label,
        (shown_unit("C m-2").factor * branch.capacity[-1], shown[branch.rows[-1]]),
        xytext=(0.0, 5.0 * sign),
        textcoords="offset points",
        ha="right",
        va="bottom" if above else "top",
    )


def _explain(figure: Any, column: Sequence[Any], colours: Any, count: int) -> None:
    """Tell the cycles apart: by a legend, or by a colour bar if they are many."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.lines import Line2D

    if count <= _MOST_KEYS:
        keys = [Line2D([], [], color=colours(n), label=f"cycle {n + 1}") for n in range(count)]
        figure.legend(handles=keys, loc="outside right upper")
        return
    numbers = ScalarMappable(Normalize(0.5, count + 0.5), colours)
    figure.colorbar(numbers, ax=list(column), label="cycle", aspect=30, pad=0.02)


def _label(run: RunData, first: ProtocolSpan, rows: NDArray[np.int64]) -> str:
    """Return what happens in a branch, given its first step and its rows."""
    state = run.series.of("state_of_charge").get("")
    if state is None:
        return first.label
    charged = state[rows[-1]] > state[_row_at(run.series["time"], first.start)]
    return "charge" if charged else "discharge"


def _passed(times: Array, charge: Array, span: ProtocolSpan) -> float:
    """Return the charge that passes in a protocol step [C m-2]."""
    return _charge_at(times, charge, span.end) - _charge_at(times, charge, span.start)


def _charge_at(times: Array, values: Array, time: float) -> float:
    """Return the charge at a time; before the first row nothing has passed."""
    return float(values[_row_at(times, time)]) if time >= times[0] else 0.0


def _row_at(times: Array, time: float) -> int:
    """Return the last row up to a time, or else the first."""
    return max(int(np.searchsorted(times, time, side="right")) - 1, 0)
