# SPDX-License-Identifier: BSD-3-Clause
"""A run folder like that of a real run, made from closed expressions instead of a solver.

A lithium | Li6PS5Cl | lithium cell in plane strain, 60 um wide, with a lens-shaped void at the
lower interface. It is plated, rests and is stripped for half an hour each: plating lifts the cell
and deepens the void, stripping lets it down again and closes it. The numbers are of the right
size; they solve nothing. What the figures rely on is exact: gap = g0 + (u_plus - u_minus).n + s,
never negative, zero in contact.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
from dolfinx import fem, mesh

from ssbmech.run.field_files import BodyFile, InterfaceFile, owned_cells, owned_nodes
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.quantities import Quantity
from ssbmech.runfolder.series import Column, SeriesWriter
from ssbmech.runfolder.status import RunStatus

UM = 1e-6
HALF_HOUR = 1800.0
CURRENT = 10.0
GROWTH = 2.43e-6 / HALF_HOUR
WIDTH = 60 * UM
LEVELS = {
    "negative": (0.0, 20 * UM),
    "separator": (20 * UM, 50 * UM),
    "positive": (50 * UM, 70 * UM),
}
LOWER, UPPER = "negative|separator", "positive|separator"


@dataclass(frozen=True)
class Void:
    """The state of cell and void at a time.

    Attributes:
        time: Time since the start of the protocol [s].
        centre: Position of the void's middle [m].
    """

    time: float
    centre: float

    @property
    def step(self) -> int:
        """Index of the protocol step."""
        return min(int(max(self.time - 1.0, 0.0) // HALF_HOUR), 2)

    @property
    def current(self) -> float:
        """Applied current density; plating the negative electrode is negative [A m-2]."""
        return (-CURRENT, 0.0, CURRENT)[self.step] if self.time > 0.0 else 0.0

    @property
    def lift(self) -> float:
        """Plated thickness [m]."""
        t = self.time
        return GROWTH * (min(t, HALF_HOUR) - max(t - 2 * HALF_HOUR, 0.0))

    def distance(self, x):
        """Return the distance from the void's middle [m]."""
        return np.abs(x - self.centre)

    def initial_gap(self, x):
        """Return the lens [m]."""
        return 0.5 * UM * np.maximum(1.0 - (self.distance(x) / (15 * UM)) ** 2, 0.0)

    def bulge(self, x):
        """Return how far creep has lifted the metal's surface into the void [m]."""
        inside = np.maximum(1.0 - (self.distance(x) / (15 * UM)) ** 2, 0.0)
        return 0.55 * UM * inside**0.35 * min(self.time / (2 * HALF_HOUR), 1.0) ** 0.5

    def gap(self, x):
        """Return the gap at the lower interface [m]."""
        inside = self.distance(x) < 15 * UM
        opened = (
            self.initial_gap(x) + self.lift - self.bulge(x) - 0.1 * UM * (self.time / HALF_HOUR)
        )
        return np.where(inside, np.maximum(opened, 0.0), 0.0)

    def current_density(self, x):
        """Return the current density at the lower interface [A m-2]."""
        closed = self.gap(x) == 0.0
        r = np.maximum(self.distance(x) - 14.8 * UM, 0.15 * UM)
        crowded = (1.0 + 0.9 * np.sqrt(UM / r)) * closed
        return self.current * crowded / max(crowded.mean(), 1e-9)

    def edge_distance(self, x):
        """Return the distance from the void's edge at the lower interface [m]."""
        level = LEVELS["separator"][0]
        return np.hypot(self.distance(x[0]) - 15 * UM, x[1] - level) + 0.3 * UM

    def displacement(self, body, x):
        """Return the displacement in the plane [m]."""
        level = LEVELS["separator"][0]
        metal = -0.05 * UM * (x[1] / level)
        if body == "negative":
            depth = np.clip(x[1] / level, 0.0, 1.0)
            bulge = self.bulge(x[0]) - 0.08 * UM
            return np.stack(
                [0.1 * UM * np.sin(np.pi * x[0] / WIDTH) * depth, metal + bulge * depth**4]
            )
        lift = self.lift - 0.13 * UM
        if body == "positive":
            lift -= self.lift
        return np.stack([np.zeros_like(x[0]), np.full_like(x[0], lift)])

    def stress(self, body, x):
        """Return (xx, yy, zz, xy, yz, xz) [Pa]."""
        loss = 1.0 if self.gap(np.array([self.centre]))[0] > 0.0 else 0.15
        mean = 1e6 * (1.0 + 0.6 * self.lift / (2.43 * UM))
        near = loss * np.sqrt(UM / self.edge_distance(x))
        height = np.abs(x[1] - LEVELS["separator"][0])
        shadow = np.exp(-((height / (12 * UM)) ** 2) - (self.distance(x[0]) / (13 * UM)) ** 2)
        if body == "separator":
            yy = -mean * (1.0 - 0.95 * loss * shadow + 5.0 * near)
            xx = -0.4 * mean + loss * 6e6 * shadow - 2e6 * near
            xy = 3e6 * near * np.sign(x[0] - self.centre)
        else:
            yy = -mean * (1.0 - 0.8 * loss * shadow * (body == "negative"))
            xx = yy + 0.25e6 + 0.5e6 * near
            xy = 0.1e6 * near
        zero = np.zeros_like(yy)
        return np.stack([xx, yy, 0.4 * (xx + yy), xy, zero, zero])


def von_mises(stress):
    """Return sqrt(3/2 dev:dev) of rows of (xx, yy, zz, xy, yz, xz) [Pa]."""
    xx, yy, zz, xy, yz, xz = stress.T
    normal = (xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2
    return np.sqrt(0.5 * normal + 3.0 * (xy**2 + yz**2 + xz**2))


def cell_mesh(nx, ny):
    """Return the whole cell, graded towards the lower interface."""
    parent = mesh.create_rectangle(
        MPI.COMM_SELF,
        [(0.0, 0.0), (WIDTH, 3.0)],
        [nx, 3 * ny],
        ghost_mode=mesh.GhostMode.shared_facet,
    )
    y = parent.geometry.x[:, 1]
    layer = np.clip(np.floor(y + 1e-9), 0, 2).astype(int)
    s = y - layer
    graded = np.stack([1.0 - (1.0 - s) ** 2, s**2, s])
    bounds = np.array(list(LEVELS.values()))
    low, high = bounds[layer].T
    parent.geometry.x[:, 1] = low + (high - low) * np.take_along_axis(graded, layer[None], 0)[0]
    return parent


class Output:
    """The field files of the run."""

    def __init__(self, folder, centre, nx, ny, own=()):
        """Cut the cell into bodies and interfaces and open their files."""
        parent = cell_mesh(nx, ny)
        self.centre = centre
        self.own = {row.name: row for row in own}
        self.bodies, self.interfaces = {}, {}
        for name, (low, high) in LEVELS.items():
            cells = mesh.locate_entities(
                parent, 2, lambda x, low=low, high=high: (x[1] > low - 1e-9) & (x[1] < high + 1e-9)
            )
            body = mesh.create_submesh(parent, 2, cells)[0]
            space = fem.functionspace(body, ("Lagrange", 2, (2,)))
            stress = fem.Function(fem.functionspace(body, ("DG", 0, (6,))))
            self.bodies[name] = (
                BodyFile(folder, name, space, own=self.own),
                fem.Function(space),
                stress,
            )
        for name, level in ((LOWER, 20 * UM), (UPPER, 50 * UM)):
            facets = mesh.locate_entities(
                parent, 1, lambda x, level=level: np.isclose(x[1], level, atol=1e-10)
            )
            submesh = mesh.create_submesh(parent, 1, facets)[0]
            x = fem.Function(fem.functionspace(submesh, ("DG", 0)))
            x.interpolate(lambda x: x[0])
            x = owned_cells(x)[:, 0]
            file = InterfaceFile(folder, name, submesh, own=self.own)
            self.interfaces[name] = (file, x, np.zeros_like(x))

    def write(self, void):
        """Write all fields at one time."""
        for name, (file, u, stress) in self.bodies.items():
            u.interpolate(lambda x, name=name: void.displacement(name, x))
            stress.interpolate(lambda x, name=name: void.stress(name, x))
            sigma = owned_cells(stress)
            cell = {
                "stress": sigma,
                "von_mises": von_mises(sigma),
                "pressure": -sigma[:, :3].mean(axis=1),
                "creep_rate": 1e-6 * (von_mises(sigma) / 1e6) ** 6.6,
            }
            file.append(void.time, {"displacement": owned_nodes(u)}, cell)
        for name, (file, x, _) in self.interfaces.items():
            lower = name == LOWER
            gap = void.gap(x) if lower else np.zeros_like(x)
            i = void.current_density(x) if lower else np.full_like(x, -void.current)
            y = np.full_like(x, 20 * UM)
            top = (
                void.displacement("separator", (x, y))[1] - void.displacement("negative", (x, y))[1]
            )
            s = gap - void.initial_gap(x) - top if lower else np.full_like(x, void.lift)
            closed = gap == 0.0
            edge = np.abs(void.distance(x) - 15 * UM)
            cell = {
                "gap": gap,
                "stripped": s,
                "i_normal": i,
                "contact": closed,
                "p_contact": 1e6 * closed * (1.0 + 3.0 * lower * np.exp(-edge / UM)),
            }
            if self.own:
                cell["film"] = 1e-9 * (1.0 + x / WIDTH)
                cell["slip"] = np.stack([x, 2.0 * x], axis=1)
                # in no table and in no manifest
                cell["marker"] = np.stack([x, x, x, x], axis=1)
            file.append(void.time, cell)


OWN = (
    Quantity("heat", r"$\dot{Q}$", "W m-2", "heat set free"),
    Quantity("film", "$d$", "m", "film thickness"),
    Quantity("slip", "$w$", "m", "slip", components=3),
)
"""Quantities that the table does not have; heat in the series, the others at the interfaces."""


def write_run(
    path,
    *,
    centre=30 * UM,
    nx=60,
    ny=12,
    n_fields=46,
    n_rows=181,
    status=RunStatus.COMPLETE,
    own=False,
):
    """Write the run.

    Args:
        path: New run folder.
        centre: Position of the void's middle; 0 puts it at the symmetry line [m].
        nx: Cells across.
        ny: Cells through each layer.
        n_fields: Number of times in the field files.
        n_rows: Number of rows in the series.
        status: How the run ended.
        own: Whether it has quantities of the user's own.
    """
    folder = RunFolder.create(path, MPI.COMM_SELF)
    if own:
        folder.write_manifest({"quantities": OWN})
    steps = [{"label": "plate 1 mA cm⁻²"}, {"label": "rest"}, {"label": "strip 1 mA cm⁻²"}]
    folder.write_manifest({"frame": "PlaneStrain", "protocol": steps})
    output = Output(folder, centre, nx, ny, OWN if own else ())
    for time in np.linspace(0.0, 3 * HALF_HOUR, n_fields):
        output.write(Void(float(time), centre))
    columns = [Column.of(name) for name in ("time", "step", "current", "voltage", "p_stack")]
    columns.append(Column.of("thickness_stack"))
    for name in (LOWER, UPPER):
        columns.append(Column.of("contact_fraction", name))
        columns.append(Column.of("void_volume", name, unit="m2"))
    if own:
        columns += [Column.of(OWN[0]), Column.of(OWN[0], LOWER), Column("ticks", "1")]
    series = SeriesWriter(folder, columns)
    x = (np.arange(600) + 0.5) / 600 * WIDTH
    for time in np.linspace(0.0, 3 * HALF_HOUR, n_rows):
        void = Void(float(time), centre)
        contact = float((void.gap(x) == 0.0).mean())
        heat = 0.01 * void.current**2
        more = {"heat": heat, f"heat:{LOWER}": 0.7 * heat, "ticks": 3.0} if own else {}
        series.append(
            more
            | {
                "time": void.time,
                "step": void.step,
                "current": void.current,
                "voltage": -void.current * (9e-4 + 4e-4 / contact) / 1.0,
                "p_stack": 1e6 * (1.0 + 0.02 * void.lift / UM),
                "thickness_stack": 70 * UM - 0.13 * UM,
                f"contact_fraction:{LOWER}": contact,
                f"void_volume:{LOWER}": float(void.gap(x).mean() * WIDTH),
                f"contact_fraction:{UPPER}": 1.0,
                f"void_volume:{UPPER}": 0.0,
            }
        )
    folder.finish(status)
    return folder.path


def write_block_run(path, n=12):
    """Write a run in space: two blocks of 10 um with a round lens between them, at two times.

    Args:
        path: New run folder.
        n: Cells along each edge.
    """
    edge, level = 20 * UM, 10 * UM
    folder = RunFolder.create(path, MPI.COMM_SELF)
    folder.write_manifest({"frame": "ThreeDimensional", "protocol": [{"label": "hold"}]})
    ghosts = mesh.GhostMode.shared_facet
    parent = mesh.create_box(MPI.COMM_SELF, [(0.0,) * 3, (edge,) * 3], [n, n, n], ghost_mode=ghosts)
    facets = mesh.locate_entities(parent, 2, lambda x: np.isclose(x[2], level, atol=1e-10))
    submesh = mesh.create_submesh(parent, 2, facets)[0]
    gap = fem.Function(fem.functionspace(submesh, ("DG", 0)))
    gap.interpolate(
        lambda x: np.maximum(1.0 - ((x[0] - level) ** 2 + (x[1] - level) ** 2) / (6 * UM) ** 2, 0.0)
    )
    interface = InterfaceFile(folder, "metal|ceramic", submesh)
    bodies = {}
    for name, side in (("metal", -1.0), ("ceramic", 1.0)):
        cells = mesh.locate_entities(parent, 3, lambda x, side=side: side * (x[2] - level) > -1e-10)
        body = mesh.create_submesh(parent, 3, cells)[0]
        space = fem.functionspace(body, ("Lagrange", 2, (3,)))
        stress = fem.Function(fem.functionspace(body, ("DG", 0)))
        stress.interpolate(lambda x: 1e6 + 1e11 * np.abs(x[2] - level) + 1e11 * x[0])
        bodies[name] = (
            BodyFile(folder, name, space),
            fem.Function(space),
            owned_cells(stress)[:, 0],
        )
    series = SeriesWriter(folder, [Column.of("time"), Column.of("step")])
    for time in (0.0, 60.0):
        series.append({"time": time, "step": 0})
        interface.append(time, {"gap": 2 * UM * (1.0 + time / 60.0) * owned_cells(gap)[:, 0]})
        for name, (file, u, values) in bodies.items():
            lift = 0.5 * UM * (name == "ceramic") * time / 60.0
            u.interpolate(
                lambda x, lift=lift: np.stack([0 * x[0], 0 * x[0], np.full_like(x[0], lift)])
            )
            file.append(
                time, {"displacement": owned_nodes(u)}, {"von_mises": values, "pressure": values}
            )
    folder.finish(RunStatus.COMPLETE)
    return folder.path
