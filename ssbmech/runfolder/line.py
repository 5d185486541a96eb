# SPDX-License-Identifier: BSD-3-Clause
"""Fields of a run along a line: a profile as a table, for whoever plots one quantity over depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.errors import RunFolderError, extras_named
from ssbmech.runfolder.derived import all_arrays, parts_of
from ssbmech.runfolder.export import as_grid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

#: Cells of micrometres are below the tolerances of VTK's search.
_LARGER: Final = 1e6


class PassedBy(RunFolderError):
    """A line has no point in common with a body."""


@extras_named()
def along_line(
    run: RunData,
    data: FieldData,
    step: int,
    start: Sequence[float],
    end: Sequence[float],
    count: int = 201,
) -> pd.DataFrame:
    """Return the fields of a body along a line, indexed by the distance from its start [m].

    Fields of points are interpolated as the computation does, within quadratic cells; fields of
    cells are those of the cell that holds the point. Points outside of the body are left out. The
    line lies in the undeformed body; in one that moves, as it was at the start, or when it was last
    meshed anew. Units are in ``attrs["units"]`` by column.

    Args:
        run: The run.
        data: Field file of a body.
        step: Number of the step.
        start: Start of the line, two or three coordinates [m].
        end: End of the line [m].
        count: Number of points.

    Raises:
        RunFolderError: The line has no length.
        PassedBy: It passes the body by.
        EnvironmentMissing: PyVista is not installed.
    """
    import pandas as pd

    ends = _ends(start, end, count)
    grid = as_grid(run, data, step)
    grid.points = np.asarray(grid.points, dtype=np.float64) * _LARGER
    found = grid.sample_over_line(*(_LARGER * ends), resolution=count - 1)
    inside = np.asarray(found["vtkValidPointMask"], dtype=bool)
    if not inside.any():
        raise PassedBy(f"the line passes {data.name!r} by: it has no point in common with it")
    table: dict[str, Any] = {}
    units: dict[str, str] = {}
    places = np.asarray(found.points)[inside] / _LARGER
    for axis in range(3 if run.in_space else 2):
        table["xyz"[axis]], units["xyz"[axis]] = places[:, axis], "m"
    arrays = all_arrays(data)
    for name in sorted(arrays):
        values = np.asarray(found[name], dtype=np.float64)[inside]
        shown = values.reshape(len(values), -1)
        parts = parts_of(name, arrays[name]) or ("",)
        for part, column in zip(parts, shown.T, strict=True):
            head = f"{name}_{part}" if part else name
            table[head], units[head] = column, run.quantity(name).unit
    distance = np.linalg.norm(places - ends[0], axis=1)
    made = pd.DataFrame(table, index=pd.Index(distance, name="distance"))
    made.attrs["units"] = {"distance": "m", **units}
    made.attrs["time [s]"] = float(data.times[step])
    return made


def _ends(start: Sequence[float], end: Sequence[float], count: int) -> NDArray[np.float64]:
    """Return both ends of a line in space (2, 3) [m], or raise a RunFolderError."""
    ends = np.zeros((2, 3))
    for row, place in zip(ends, (start, end), strict=True):
        if len(place) not in (2, 3) or not np.isfinite(place).all():
            raise RunFolderError(f"{place!r} is no place: expected two or three coordinates [m]")
        row[: len(place)] = place
    length = float(np.linalg.norm(ends[1] - ends[0]))
    if not (length > 0.0 and count >= 2):
        raise RunFolderError("a line needs a length and two points or more")
    return ends


@dataclass(frozen=True)
class ProfileExporter:
    """A table for each body that a line crosses: its fields along the line, at all times.

    Interfaces have none. A line that lies along an interface may find either body.

    Attributes:
        start: start of the line, two or three coordinates [m].
        end: end of the line [m].
        count: number of points.
    """

    start: Sequence[float]
    end: Sequence[float]
    count: int = 201

    def write(
        self, run: RunData, data: FieldData, steps: Sequence[int], folder: Path
    ) -> list[Path]:
        """Write the table; none if the line passes the body by.

        Args:
            run: the run.
            data: field file of a body or an interface.
            steps: numbers of the steps.
            folder: where it goes.

        Raises:
            RunFolderError: the line has no length, or is none.
        """
        import pandas as pd

        tables = []
        for step in steps if not data.minus else ():
            try:
                found = along_line(run, data, step, self.start, self.end, self.count)
            except PassedBy:
                continue
            units = found.attrs["units"]
            found = found.reset_index().rename(columns={k: f"{k} [{u}]" for k, u in units.items()})
            found.insert(0, "time [s]", float(data.times[step]))
            found.attrs = {}
            tables.append(found)
        if not tables:
            return []
        path = folder / f"{data.path.stem}_profile.csv"
        pd.concat(tables).to_csv(path, index=False, float_format="%.9g")
        return [path]
