# SPDX-License-Identifier: BSD-3-Clause
"""Surfaces of equal stress in a run in space, and its gaps as a relief.

On the left the bodies are glass: only their edges are drawn, and surfaces on which the von Mises
stress has the value of a tick of the bar. The stress of each cell is evened out over its corners
for that. On the right the gap stands on the interface as a relief, stretched by the factor given.
Drawn by PyVista without a window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.section import MICRO
from ssbmech.plots.solid import bar, new_plotter, tetrahedra, title_of
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

_LEVELS = 4
_SIZE = (1700, 950)
# Below a nanometre a gap is round-off or roughness [m].
_SMALLEST_GAP = 1e-9
_STRETCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
# Height of a relief over the width of its interface.
_RELIEF = 0.25


def levels_view(run: RunData, time: float, path: Path) -> Path:
    """Draw surfaces of equal stress, and the gaps, at the output nearest to a time.

    Args:
        run: The run, in space.
        time: Time [s].
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The run has no fields, or lacks stresses.
    """
    opened = _widest(run, time)
    plotter = new_plotter(shape=(1, 2), size=_SIZE) if opened else new_plotter(size=_SIZE)
    plotter.subplot(0, 0)
    levels = _add_levels(plotter, run, time)
    shown = ", ".join(f"{level:g}" for level in levels)
    what = f"von Mises stress of {shown} {shown_unit(quantity('von_mises').unit).text}"
    plotter.add_text(title_of(run, time, what), font_size=12, color=theme.INK)
    _look(plotter, 0.8)
    if opened:
        plotter.subplot(0, 1)
        stretch = _add_relief(plotter, run.interfaces[opened], time)
        scale = f"height stretched {stretch} times" if stretch > 1 else "true scale"
        # VTK takes a bar for the end of a column of text
        words = opened.replace("|", " and ")
        plotter.add_text(f"gap between {words}, {scale}", font_size=12, color=theme.INK)
        _look(plotter, 0.95)
    plotter.screenshot(str(path))
    plotter.close()
    return path


def stress_levels(values: Array) -> Array:
    """Return round values between the usual and the largest ones of a positive quantity.

    Args:
        values: Sample of the quantity.
    """
    usual, large = np.percentile(values, [50.0, 99.5])
    # a surface at the usual value would go wherever the quantity is even
    wanted = usual + (large - usual) * (np.arange(_LEVELS) + 0.7) / _LEVELS
    positive = wanted[wanted > 0.0]
    if not positive.size:
        return np.empty(0)
    # two digits are all that a reader wants to see
    power = 10.0 ** (np.floor(np.log10(positive)) - 1.0)
    return np.asarray(np.unique(np.round(positive / power) * power))


def _add_levels(plotter: Any, run: RunData, time: float) -> Array:
    """Add the edges of the bodies and surfaces of equal stress in them; return the stresses."""
    factor = shown_unit(quantity("von_mises").unit).factor
    grids = []
    for data in run.bodies.values():
        step = data.nearest_step(time)
        grid = tetrahedra(data, step, 0.0)
        grid.cell_data["von_mises"] = factor * data.values("von_mises", step)
        grids.append(grid.cell_data_to_point_data())
        surface = grid.extract_surface(algorithm="dataset_surface")
        edges = surface.extract_feature_edges(
            30.0, boundary_edges=False, non_manifold_edges=False, manifold_edges=False
        )
        if edges.n_cells:
            plotter.add_mesh(edges, color=theme.INK, line_width=1.2, lighting=False)
    levels = stress_levels(np.concatenate([grid["von_mises"] for grid in grids]))
    for grid in grids:
        low, high = grid.get_data_range("von_mises")
        inside = levels[(low < levels) & (levels < high)]
        if not inside.size:
            continue
        surfaces = grid.contour(inside, scalars="von_mises")
        if surfaces.n_cells:
            plotter.add_mesh(
                surfaces,
                scalars="von_mises",
                cmap=theme.POSITIVE_MAP,
                clim=(float(levels[0]), float(levels[-1])),
                opacity=0.55,
                specular=0.0,
                smooth_shading=True,
                scalar_bar_args=bar(axis_label("von_mises"), 0.03) | _below(2),
            )
    return levels


def _add_relief(plotter: Any, data: FieldData, time: float) -> int:
    """Add the gap of an interface as a relief on it, and return by what it is stretched."""
    import pyvista as pv

    step = data.nearest_step(time)
    data = data.at(step)
    gap, corners = data.values("gap", step), data.corners
    width = float(np.ptp(data.points, axis=0).max())
    largest = float(gap.max())
    fitting = [each for each in _STRETCHES if each * largest <= _RELIEF * width]
    stretch = max(fitting, default=1)
    heights = _nodal_mean(corners, gap, len(data.points))
    up = _upwards(data)
    points = MICRO * (data.points + stretch * heights[:, None] * up)
    relief = pv.PolyData.from_regular_faces(points, corners.astype(int))
    factor = shown_unit("m", largest).factor
    relief.point_data["gap"] = factor * heights
    plotter.add_mesh(
        relief,
        scalars="gap",
        cmap="magma_r",
        clim=(0.0, factor * largest),
        specular=0.0,
        ambient=0.35,
        scalar_bar_args=bar(axis_label("gap", largest=largest), 0.03) | _below(4),
    )
    # VTK draws titles of axes without the letter µ
    plotter.show_grid(
        xtitle="x (micrometres)",
        ytitle="y (micrometres)",
        ztitle=" ",
        show_zlabels=False,
        color=theme.INK,
        font_size=14,
        n_xlabels=4,
        n_ylabels=4,
        grid=False,
        location="outer",
    )
    return stretch


def _upwards(data: FieldData) -> Array:
    """Return the direction in which an interface extends least, in which a relief rises."""
    up = np.zeros(3)
    up[int(np.ptp(data.points, axis=0).argmin())] = 1.0
    return up


def _nodal_mean(corners: NDArray[np.int64], values: Array, n_points: int) -> Array:
    """Return the mean over the facets at each point."""
    count = np.bincount(corners.ravel(), minlength=n_points)
    total = np.bincount(corners.ravel(), np.repeat(values, corners.shape[1]), n_points)
    return np.asarray(total / np.maximum(count, 1))


def _widest(run: RunData, time: float) -> str:
    """Return the interface with the largest gap that is none of particles; empty without one."""
    widest, found = _SMALLEST_GAP, ""
    for name, data in run.interfaces.items():
        if not run.round_particles(name) and "gap" in data.names:
            largest = float(data.values("gap", data.nearest_step(time)).max())
            if largest > widest:
                widest, found = largest, name
    return found


def _below(ticks: int) -> dict[str, Any]:
    """Return the place of a bar below a picture."""
    place = {"vertical": False, "position_x": 0.2, "width": 0.6, "height": 0.08}
    return {**place, "n_labels": max(ticks, 2)}


def _look(plotter: Any, zoom: float) -> None:
    plotter.camera_position = "xz"
    plotter.camera.azimuth, plotter.camera.elevation = 25.0, 28.0
    plotter.reset_camera()
    plotter.camera.zoom(zoom)
