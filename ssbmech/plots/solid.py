# SPDX-License-Identifier: BSD-3-Clause
"""View of a run in space: the bodies pulled apart, so that one can look into the interfaces.

The bodies are coloured by von Mises stress and moved by their displacement; on top of that each is
lifted by a part of the cell's height. The faces of the interfaces, on the minus side, show where
contact is lost. Drawn by PyVista without a window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.cathode import cathode_moment, content_scale
from ssbmech.plots.section import MICRO, Picture
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

_SIZE = (1500, 1100)


def solid_view(run: RunData, time: float, path: Path) -> Path:
    """Draw the bodies of a run in space, pulled apart, at the output nearest to a time.

    Args:
        run: The run, in space.
        time: Time [s].
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The run has no fields, or lacks stresses.
    """
    picture = Picture(run)
    step = int(np.abs(picture.times - time).argmin())
    factor = shown_unit(quantity("von_mises").unit).factor
    scale = theme.positive_scale(
        factor * np.concatenate([data.values("von_mises", step) for data in run.bodies.values()])
    )
    low, high = float(scale.norm.vmin or 0.0), float(scale.norm.vmax or 1.0)
    plotter = new_plotter()
    lift = _lifts(run)
    for name, data in run.bodies.items():
        body = tetrahedra(data, step, lift[name])
        body.cell_data["von_mises"] = factor * data.values("von_mises", step)
        plotter.add_mesh(
            body.extract_surface(algorithm="dataset_surface"),
            scalars="von_mises",
            cmap=theme.POSITIVE_MAP,
            clim=(low, high),
            log_scale=scale.logarithmic,
            ambient=0.45,
            diffuse=0.6,
            specular=0.0,
            scalar_bar_args=bar(axis_label("von_mises"), 0.55),
        )
    for name, data in run.interfaces.items():
        _add_interface(plotter, run, name, step, lift.get(data.minus, 0.0))
    plotter.add_text(title_of(run, time, "bodies pulled apart"), font_size=12, color=theme.INK)
    plotter.camera_position = "xz"
    plotter.camera.azimuth, plotter.camera.elevation = 25.0, 28.0
    plotter.reset_camera()
    plotter.camera.zoom(0.9)
    plotter.screenshot(str(path))
    plotter.close()
    return path


def solid_cathode(run: RunData, time: float, path: Path) -> Path:
    """Draw the particles of a run in space: their content, and beside it what conducts.

    Args:
        run: The run, in space, with hosts.
        time: Time [s].
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The run has no fields.
    """
    import pyvista as pv

    content, conducting = content_scale(run), theme.conducting_scale()
    plotter = new_plotter(shape=(1, 2))
    for name in run.hosts:
        data = run.bodies[name]
        step = data.nearest_step(time)
        body = tetrahedra(data, step, 0.0)
        on_corners = np.unique(data.at(step).corners)
        body.point_data["content"] = data.values("content", step)[on_corners]
        plotter.subplot(0, 0)
        _add_coloured(
            plotter, body.extract_surface(algorithm="dataset_surface"), content, "content"
        )
    plotter.subplot(0, 1)
    for data in run.interfaces.values():
        if data.minus in run.hosts and "conducting" in data.names:
            face = pv.PolyData.from_regular_faces(MICRO * data.points, data.corners.astype(int))
            face.cell_data["conducting"] = data.values("conducting", data.nearest_step(time))
            _add_coloured(plotter, face, conducting, "conducting")
    plotter.subplot(0, 0)
    first, _, second = cathode_moment(run, time).partition("   ·   voltage")
    title = f"{first}\nvoltage{second}" if second else first
    plotter.add_text(title, font_size=13, color=theme.INK)
    plotter.link_views()
    plotter.camera_position = "xz"
    plotter.camera.azimuth, plotter.camera.elevation = 25.0, 28.0
    plotter.reset_camera()
    plotter.camera.zoom(1.05)
    plotter.screenshot(str(path))
    plotter.close()
    return path


def _add_coloured(plotter: Any, mesh: Any, scale: theme.Scale, name: str) -> None:
    """Add a surface with a colour bar below it."""
    below = bar(axis_label(name), 0.03) | {"vertical": False, "position_x": 0.2, "width": 0.6}
    plotter.add_mesh(
        mesh,
        scalars=name,
        cmap=scale.colours,
        clim=(scale.norm.vmin, scale.norm.vmax),
        ambient=0.6,
        diffuse=0.45,
        specular=0.0,
        scalar_bar_args=below | {"height": 0.08},
    )


def moved_interface(run: RunData, name: str, step: int) -> Array:
    """Return the points of an interface, moved with its minus body, shape (points, 3) [m].

    Args:
        run: The run, in space.
        name: Name of the interface.
        step: Number of the step.
    """
    data = run.interfaces[name].at(step)
    body = run.bodies.get(data.minus)
    if body is None or "displacement" not in body.names:
        return data.points
    on_body = _same_points(body.at(step).points, data.points)
    return data.points + body.values("displacement", step)[on_body]


def _same_points(places: Array, wanted: Array) -> NDArray[np.int64]:
    """Return for each wanted point the number of the place that is the same but for rounding."""
    size = 1e-7 * max(float(np.max(np.ptp(places, axis=0))), 1e-30)
    # one number for each place, from three: not unique, but next to it
    weights = np.array([1, 2_654_435_761, 805_459_861], dtype=np.int64)
    known = np.rint(places / size).astype(np.int64) @ weights
    order = np.argsort(known)
    sought = np.rint(wanted / size).astype(np.int64) @ weights
    found = order[np.minimum(np.searchsorted(known[order], sought), len(order) - 1)]
    wrong = np.flatnonzero(np.abs(places[found] - wanted).max(axis=1) > 2.0 * size)
    for number in wrong:
        found[number] = int(((places - wanted[number]) ** 2).sum(axis=1).argmin())
    return np.asarray(found, dtype=np.int64)


def _add_interface(plotter: Any, run: RunData, name: str, step: int, lift: float) -> None:
    """Lay the gap of an interface on the minus body's face."""
    import pyvista as pv

    data = run.interfaces[name].at(step)
    body = run.bodies.get(data.minus)
    gap = data.values("gap", step)
    largest = float(gap.max())
    gap *= shown_unit("m", largest).factor
    points = MICRO * moved_interface(run, name, step) + [0.0, 0.0, lift]
    # A hair outside of the body whose face it lies on.
    below = body is not None and float(body.points[:, 2].mean()) > float(data.points[:, 2].mean())
    points[:, 2] += (-1e-3 if below else 1e-3) * MICRO * float(np.ptp(data.points))
    face = pv.PolyData.from_regular_faces(points, data.corners.astype(int))
    face.cell_data["gap"] = gap
    plotter.add_mesh(
        face,
        scalars="gap",
        cmap="magma_r",
        clim=(0.0, float(gap.max()) or 1.0),
        lighting=False,
        scalar_bar_args=bar(axis_label("gap", largest=largest), 0.1),
    )


def new_plotter(shape: tuple[int, int] = (1, 1), size: tuple[int, int] = _SIZE) -> Any:
    """Return PyVista's plotter without a window, in which nothing is drawn yet.

    Args:
        shape: Rows and columns of pictures.
        size: Width and height of all of them together [pixels].
    """
    import pyvista as pv

    # Without a display VTK says so before it renders off-screen; nobody needs to know.
    quiet: Any = pv.vtk_verbosity
    quiet("off")
    return pv.Plotter(off_screen=True, window_size=list(size), shape=shape, border=False)


def title_of(run: RunData, time: float, what: str) -> str:
    """Return a title that says what is shown, and when."""
    unit, shown = run.time_unit() if time >= 60.0 else ("s", 1.0)
    return f"{what}, t = {shown * time:.4g} {unit}"


def tetrahedra(data: FieldData, step: int, lift: float) -> Any:
    """Return the cells of a body for PyVista, displaced, in micrometres.

    Args:
        data: Field file of a body in space.
        step: Number of the step.
        lift: How far it is lifted [um].
    """
    import pyvista as pv

    data = data.at(step)
    used, cells = np.unique(data.corners, return_inverse=True)
    moved = data.points + data.values("displacement", step)
    points = MICRO * moved[used] + [0.0, 0.0, lift]
    return pv.UnstructuredGrid({pv.CellType.TETRA: cells.reshape(data.corners.shape)}, points)


def _lifts(run: RunData) -> dict[str, float]:
    """Return by how much each body is lifted, in the order of their heights [um]."""
    middles = {name: float(np.median(data.points[:, 2])) for name, data in run.bodies.items()}
    z = np.concatenate([data.points[:, 2] for data in run.bodies.values()])
    x = np.concatenate([data.points[:, 0] for data in run.bodies.values()])
    distance = MICRO * max(0.6 * float(np.ptp(x)), 0.4 * float(np.ptp(z)))
    lifts, lift, top = {}, -distance, -np.inf
    for name in sorted(middles, key=lambda name: middles[name]):
        heights = MICRO * run.bodies[name].points[:, 2]
        # A body inside another one is pulled out of it.
        lift += distance + max(top - float(heights.min()), 0.0)
        lifts[name], top = lift, float(heights.max())
    return lifts


def bar(title: str, bottom: float) -> dict[str, Any]:
    """Return the looks of an upright colour bar on the right, from a height on."""
    return {
        "title": title + "\n",
        "vertical": True,
        "position_x": 0.88,
        "position_y": bottom,
        "width": 0.06,
        "height": 0.36,
        "color": theme.INK,
        "title_font_size": 20,
        "label_font_size": 18,
        "fmt": "%.3g",
    }
