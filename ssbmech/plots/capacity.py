# SPDX-License-Identifier: BSD-3-Clause
"""Voltage, pressure and thickness of a cell against the capacity passed, cycle by cycle.

Where the state of charge is known a branch is what passes between two changes of the current's
direction: a charge or a discharge, with a hold at constant voltage or pulses if the protocol has
them. Elsewhere each step of the protocol that passes charge is a branch of its own. Its capacity
begins at zero. Two directions make a cycle. What follows no cycle, such as a drive cycle, is one
line over the charge passed in all, coloured by time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.runfolder.quantities import quantity
from ssbmech.runfolder.shown import ShownUnit, shown_unit

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
# Least height of an axis of changes, over the largest size of what changes.
_LEAST_CHANGE = 2e-4
# More names than that at the ends of lines run into each other.
_MOST_NAMES = 4
# Charge that flows back within a step, over what the step passes, that makes it a profile.
_BACK = 0.05
# Branches of one direction whose capacities scatter by more about their mean follow no cycle.
_SCATTER, _MANY = 0.3, 6
_NUMBER = re.compile(r"\s+\d+$")


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One charge or discharge, or a part of it.

    Attributes:
        cycle: Number of the cycle, from 0.
        forward: Whether the charge rises: the working electrode gives lithium away.
        label: What happens: ``charge`` or ``discharge`` where the state of charge is known, or
            else the name of the protocol step.
        start: When it began [s].
        end: When it ended [s].
        rows: Its rows of the series.
        capacity: Charge passed since it began, at these rows [C m-2].
    """

    cycle: int
    forward: bool
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
    together = bool(run.series.of("state_of_charge"))
    found: list[Branch] = []
    for group in _groups(passed, least, together):
        first, last = spans[group[0]], spans[group[-1]]
        inside = np.zeros(len(times), dtype=bool)
        for span in (spans[each] for each in group):
            inside |= (times > span.start) & (times <= span.end)
        rows = np.flatnonzero(inside)
        capacity = np.abs(charge[rows] - _charge_at(times, charge, first.start))
        forward = passed[group[0]] > 0.0
        turns = sum(a.forward != b.forward for a, b in pairwise(found))
        turns += bool(found) and found[-1].forward != forward
        label = _label(run, first, rows)
        found.append(Branch(turns // 2, forward, label, first.start, last.end, rows, capacity))
    return found


def _groups(passed: Sequence[float], least: float, together: bool) -> list[list[int]]:
    """Return the steps of each branch, by number.

    Args:
        passed: Charge that passes in each step [C m-2].
        least: Charge that is none.
        together: Whether steps in one direction belong together, whatever rests lie between them.
    """
    groups: list[list[int]] = []
    for number, each in enumerate(passed):
        if abs(each) <= least:
            continue
        if together and groups and passed[groups[-1][0]] * each > 0.0:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups


def wanders(run: RunData, found: Sequence[Branch]) -> bool:
    """Return whether the current follows no cycle, so that branches would be a knot of lines.

    Args:
        run: The run.
        found: Its branches.
    """
    charge = run.series["charge"]
    for branch in found:
        steps = np.diff(charge[branch.rows])
        back = np.abs(steps).sum() - abs(steps.sum())
        if back > _BACK * np.abs(steps).sum():
            return True
    if len(found) < _MANY:
        return False
    sizes = [
        np.array([branch.capacity[-1] for branch in found if branch.forward == forward])
        for forward in (True, False)
    ]
    return any(each.size > 1 and each.std() > _SCATTER * each.mean() for each in sizes)


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
        _draw_run(figure, [axes], run, branches(run), [values])
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
    changes, labels, least = [], [], []
    for name in stack_columns(run):
        values = run.series[name]
        first = _row_at(run.series["time"], found[0].start)
        values = values - values[first]
        unit = _unit_of_change(run, name, values[first:])
        changes.append(unit.factor * values)
        labels.append(f"change of {quantity(name).label}\n({unit.text})")
        # What hardly changes should not look like a mountain.
        least.append(unit.factor * _LEAST_CHANGE * run.series.largest(name))
    with theme.style():
        figure = theme.new_figure(7.5, 1.2 + 3.0 * len(changes))
        column = figure.subplots(len(changes), 1, sharex=True, squeeze=False)[:, 0]
        _draw_run(figure, list(column), run, found, changes)
        for axes, label, span in zip(column, labels, least, strict=True):
            axes.set_ylabel(label)
            axes.axhline(0.0, color=theme.INK, linewidth=0.6, zorder=1)
            low, high = axes.get_ylim()
            wider = max(0.5 * (span - (high - low)), 0.0)
            axes.set_ylim(low - wider, high + wider)
        column[0].set_title("changes since current first flowed", loc="left")
        figure.align_ylabels(list(column))
        return theme.save(figure, path)


def stack_columns(run: RunData) -> list[str]:
    """Return the columns of the stack as a whole that change: no fixture, no pressure."""
    columns = {name: run.series.columns.get(name) for name in ("p_stack", "thickness_stack")}
    return [name for name, each in columns.items() if each is not None and np.ptp(each) > 0.0]


def _unit_of_change(run: RunData, name: str, changes: Array) -> ShownUnit:
    """Return the unit for the changes of a column: that of their size, not of the column's."""
    unit = run.series.units[name]
    largest = max(float(np.abs(changes).max()), 0.5 * _LEAST_CHANGE * run.series.largest(name))
    return shown_unit(unit, largest)


def _draw_run(
    figure: Any,
    column: Sequence[Any],
    run: RunData,
    found: Sequence[Branch],
    values: Sequence[Array],
) -> None:
    """Draw values against capacity: branch by branch, or as one line where there is no cycle."""
    if wanders(run, found):
        _draw_path(figure, column, run, _row_at(run.series["time"], found[0].start), values)
    else:
        _draw(figure, column, found, values)
        words = "charge or discharge" if run.series.of("state_of_charge") else "step"
        text = shown_unit("C m-2", _most(found)).text
        column[-1].set_xlabel(f"capacity passed in the {words} ({text})")


def _draw_path(
    figure: Any, column: Sequence[Any], run: RunData, first: int, values: Sequence[Array]
) -> None:
    """Draw values from a row on against the charge passed in all, coloured by time."""
    from matplotlib.collections import LineCollection

    charge, (text, factor) = run.series["charge"], run.time_unit()
    unit = shown_unit("C m-2", float(np.abs(charge).max()))
    lines = None
    for axes, shown in zip(column, values, strict=True):
        points = np.stack([unit.factor * charge, shown], axis=1)[first:]
        lines = LineCollection(
            list(np.stack([points[:-1], points[1:]], axis=1)), cmap="viridis", linewidths=1.3
        )
        lines.set_array(factor * run.series["time"][first + 1 :])
        axes.add_collection(lines)
        axes.margins(x=0.04, y=0.12)
        axes.autoscale_view()
        _finish(axes)
    column[-1].set_xlabel(f"charge passed since the start ({unit.text})")
    figure.colorbar(lines, ax=list(column), label=f"time ({text})", aspect=30, pad=0.02)


def _draw(
    figure: Any, column: Sequence[Any], found: Sequence[Branch], values: Sequence[Array]
) -> None:
    """Draw values against capacity, one line for each branch, and explain the lines."""
    factor = shown_unit("C m-2", _most(found)).factor
    count = 1 + max(branch.cycle for branch in found)
    names = list(dict.fromkeys(_kind(branch) for branch in found))
    colours, by_name = theme.in_sequence(count), count == 1 and len(names) > 1
    for axes, shown in zip(column, values, strict=True):
        for branch in found:
            # Narrower from cycle to cycle, or a later one would hide an earlier one.
            width = 1.4 + 1.2 * (count - 1 - branch.cycle) / max(count - 1, 1)
            place = names.index(_kind(branch))
            colour = theme.LINES[place % len(theme.LINES)] if by_name else colours(branch.cycle)
            # What is passed at one moment is a point.
            single = "o" if branch.rows.size == 1 else ""
            x, y = factor * branch.capacity, shown[branch.rows]
            label = _kind(branch)
            axes.plot(x, y, marker=single, color=colour, linewidth=width, label=label)
        axes.margins(y=0.12)
        axes.set_xlim(left=0.0)
        _finish(axes)
        if len(names) <= _MOST_NAMES:
            for number, name in enumerate(names):
                alike = [branch for branch in found if _kind(branch) == name]
                _name_branches(axes, alike, shown, factor, first=number == 0)
    if count > 1:
        _explain(figure, column, colours, count)
    elif len(names) > _MOST_NAMES:
        handles, labels = column[0].get_legend_handles_labels()
        keys = dict(zip(labels, handles, strict=True))
        figure.legend(list(keys.values()), list(keys), loc="outside right upper")


def _finish(axes: Any) -> None:
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _most(found: Sequence[Branch]) -> float:
    """Return the largest capacity of all branches [C m-2]."""
    return max(float(branch.capacity.max()) for branch in found)


def _kind(branch: Branch) -> str:
    """Return the name of a branch without the number of its cycle."""
    return _NUMBER.sub("", branch.label) or branch.label


def _name_branches(
    axes: Any, alike: Sequence[Branch], shown: Array, factor: float, *, first: bool
) -> None:
    """Write the name of branches of one kind at their end.

    Args:
        axes: Axes with the branches.
        alike: All of the kind.
        shown: Values at all rows.
        factor: Shown capacity over that in SI.
        first: Whether they are those of the kind that came first.
    """
    last = shown[alike[-1].rows]
    rise, span = last[-1] - last[0], np.ptp(axes.get_ylim())
    # The names of two level lines would lie on each other.
    above = bool(rise > 0.0) if abs(rise) > 0.05 * span else first
    # Beyond the outermost one, where no line crosses it.
    sign = 1.0 if above else -1.0
    branch = max(alike, key=lambda each: sign * shown[each.rows[-1]])
    end = factor * branch.capacity[-1]
    # Beside the axis a name would lie on its numbers.
    left = end < 0.25 * axes.get_xlim()[1]
    axes.annotate(
        _kind(branch),
        (end, shown[branch.rows[-1]]),
        xytext=(4.0 if left else 0.0, 5.0 * sign),
        textcoords="offset points",
        ha="left" if left else "right",
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
