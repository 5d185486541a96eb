# SPDX-License-Identifier: BSD-3-Clause
"""A run folder of a full cell with a composite cathode, from closed expressions.

Lithium below, electrolyte above it, and in that three square particles, which are charged and
discharged twice. They shrink towards their centres as they lose lithium, so that the gap at a
particle's surface is its shrinkage times half its edge. The last particle breaks off in the first
charge: it keeps what it has then, and its surface conducts no more. In space they are cubes.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
from dolfinx import fem, mesh

from ssbmech._compat import cell_nodes, cut_submesh
from ssbmech.run.field_files import BodyFile, InterfaceFile, owned_nodes
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.series import Column, SeriesWriter
from ssbmech.runfolder.status import RunStatus

UM = 1e-6
WIDTH, HEIGHT, METAL = 20 * UM, 30 * UM, 5 * UM
EDGE = 2.5 * UM
# Centre and half the edge of each particle, along every axis but the last, and along the last.
PARTICLES = ((5.0, 25.0, 2.5), (12.5, 15.0, 5.0), (17.5, 25.0, 2.5))
BROKEN = 2
HOUR = 3600.0
FLAT, ROUND = "negative|electrolyte", "nmc|electrolyte"
STEPS = ("preload", "charge 1", "rest 1", "discharge 1", "charge 2", "hold 2", "discharge 2")
# Charge passed at the end of each step [C m-2].
CHARGES = (0.0, 2e4, 2e4, 1e3, 2.0e4, 2.1e4, 0.0)
FULL, EMPTY, WHOLE = 0.9, 0.3, 2.4e4


@dataclass(frozen=True)
class State:
    """The state of the cell at a time.

    Attributes:
        time: Time since the start of the protocol; each step takes an hour [s].
    """

    time: float

    @property
    def step(self):
        """Index of the protocol step."""
        return min(int(np.ceil(self.time / HOUR - 1e-9)) - 1, len(STEPS) - 1) if self.time else 0

    @property
    def charge(self):
        """Charge passed [C m-2]."""
        return float(np.interp(self.time, HOUR * np.arange(len(STEPS) + 1), (0.0, *CHARGES)))

    def content(self, particle):
        """Return the mean lithium content of a particle."""
        time = min(self.time, 1.5 * HOUR) if particle == BROKEN else self.time
        return FULL - (FULL - EMPTY) * State(time).charge / WHOLE * (1.0 + 0.1 * (1 - particle))

    def shrinkage(self, particle):
        """Return the strain of a particle."""
        return 0.02 * (FULL - self.content(particle))

    def conducting(self, particle):
        """Return the conducting fraction of a particle's surface."""
        if particle == BROKEN and self.time > 1.5 * HOUR:
            return 0.0
        return 1.0 - 0.8 * (FULL - self.content(particle))

    def mean(self, value, dim):
        """Return the mean of a value over the volume of the particles."""
        volumes = np.array([half**dim for _, _, half in PARTICLES])
        return float(volumes @ [value(k) for k in range(3)] / volumes.sum())

    def row(self, before, dim):
        """Return the row of the series, given the time of the one before."""
        mean = self.mean(self.content, dim)
        row = {"time": self.time, "time_step": self.time - before, "step": self.step}
        row |= {"voltage": 4.6 - 1.2 * mean, "charge": self.charge}
        row |= {"p_stack": 5e6 + 4.0 * self.charge, "thickness_stack": HEIGHT + 1e-10 * self.charge}
        row |= {"state_of_charge": (FULL - mean) / (FULL - EMPTY), "content_mean:nmc": mean}
        for name in (FLAT, ROUND):
            row |= {f"contact_fraction:{name}": 1.0, f"void_volume:{name}": 0.0}
            row[f"conducting_fraction:{name}"] = 1.0
        row[f"conducting_fraction:{ROUND}"] = float(np.mean([self.conducting(k) for k in range(3)]))
        row[f"damage_mean:{ROUND}"] = min(self.time / HOUR, 1.0)
        row[f"cut_off:{ROUND}"] = self.mean(lambda k: float(self.conducting(k) == 0.0), dim)
        return row


def particle_of(x):
    """Return the number of the particle at each point, or -1."""
    found = np.full(x.shape[1], -1)
    for number, (across, level, half) in enumerate(PARTICLES):
        away = [np.abs(each - across * UM) for each in x[:-1]] + [np.abs(x[-1] - level * UM)]
        found[np.max(away, axis=0) < half * UM] = number
    return found


class Output:
    """The field files of the run."""

    def __init__(self, folder, dim):
        """Cut the cell into bodies and interfaces and open their files."""
        ends = [(0.0,) * dim, (WIDTH,) * (dim - 1) + (HEIGHT,)]
        counts = [round((high - low) / EDGE) for low, high in zip(*ends, strict=True)]
        create = mesh.create_rectangle if dim == 2 else mesh.create_box
        ghosts = mesh.GhostMode.shared_facet
        self.dim = dim
        self.parent = create(MPI.COMM_SELF, ends, counts, ghost_mode=ghosts)
        x = self.parent.geometry.x[cell_nodes(self.parent)].mean(axis=1)[:, :dim].T
        self.particle = particle_of(x)
        body = np.where(x[-1] < METAL, 0, np.where(self.particle < 0, 1, 2))
        self.bodies, self.interfaces = {}, {}
        for number, name in enumerate(("negative", "electrolyte", "nmc")):
            cells = np.flatnonzero(body == number).astype(np.int32)
            cut = cut_submesh(self.parent, dim, cells)
            part = cut.mesh
            space = fem.functionspace(part, ("Lagrange", 2, (dim,)))
            content = fem.functionspace(part, ("Lagrange", 2))
            particle = self.particle[cut.parent_entities].astype(float)
            constants = {"particle": particle} if name == "nmc" else {}
            file = BodyFile(folder, name, space, constants)
            self.bodies[name] = (file, fem.Function(space), fem.Function(content), particle)
        for number, name in ((0, FLAT), (2, ROUND)):
            facets, inside = self._between(body, number)
            cut = cut_submesh(self.parent, dim - 1, facets)
            order = np.searchsorted(facets, cut.parent_entities)
            particle = self.particle[inside[order]]
            constants = {"particle": particle.astype(float)} if name == ROUND else {}
            self.interfaces[name] = (InterfaceFile(folder, name, cut.mesh, constants), particle)

    def _between(self, body, minus):
        """Return the facets between a body and the electrolyte, and their cells in the body."""
        topology, dim = self.parent.topology, self.dim
        topology.create_connectivity(dim - 1, dim)
        cells = topology.connectivity(dim - 1, dim)
        found = []
        for facet in range(topology.index_map(dim - 1).size_local):
            beside = cells.links(facet)
            if set(body[beside].tolist()) == {minus, 1}:
                found.append((facet, beside[body[beside] == minus][0]))
        return np.array(found, dtype=np.int32).T

    def write(self, state):
        """Write all fields at one time."""
        for name, (file, u, content, particle) in self.bodies.items():
            points = {}
            if name == "nmc":
                u.interpolate(lambda x: self._inwards(state, x))
                content.interpolate(lambda x: self._content(state, x))
                points["content"] = owned_nodes(content)
            size = 1e9 if name == "nmc" else 2e7
            stress = size * (1.0 + np.arange(len(particle)) / len(particle))
            cell = {"von_mises": stress, "pressure": -stress if name == "nmc" else stress}
            file.append(state.time, {"displacement": owned_nodes(u), **points}, cell)
        for file, particle in self.interfaces.values():
            values = {"gap": 0.0 * particle, "conducting": 1.0 + 0.0 * particle}
            if particle.max() >= 0:
                halves = np.array([half * UM for *_, half in PARTICLES])
                strains = np.array([state.shrinkage(k) for k in range(3)])
                values["gap"] = (strains * halves)[particle]
                values["conducting"] = np.array([state.conducting(k) for k in range(3)])[particle]
            values["damage"] = 0.5 * (values["gap"] > 0.0)
            values["contact"] = (values["gap"] == 0.0).astype(float)
            file.append(state.time, values)

    def _inwards(self, state, x):
        """Return the displacement of particles that shrink towards their centres [m]."""
        moved = np.zeros_like(x[: self.dim])
        for number, (across, level, half) in enumerate(PARTICLES):
            centre = np.array([across * UM] * (self.dim - 1) + [level * UM])[:, None]
            away = x[: self.dim] - centre
            inside = np.abs(away).max(axis=0) < 1.01 * half * UM
            moved[:, inside] = -state.shrinkage(number) * away[:, inside]
        return moved

    def _content(self, state, x):
        """Return the content: a parabola, so that its mean tells whether it was integrated."""
        values = np.zeros(x.shape[1])
        for number, (across, level, half) in enumerate(PARTICLES):
            inside = np.abs(x[self.dim - 1] - level * UM) < 1.01 * half * UM
            inside &= np.abs(x[0] - across * UM) < 1.01 * half * UM
            parabola = ((x[0] - across * UM) / (half * UM)) ** 2 - 1.0 / 3.0
            values[inside] = (state.content(number) + 0.03 * parabola)[inside]
        return values


def write_cathode_run(path, dim=2, status=RunStatus.COMPLETE):
    """Write the run.

    Args:
        path: New run folder.
        dim: 2 for plane strain, 3 for a run in space.
        status: How the run ended.
    """
    folder = RunFolder.create(path, MPI.COMM_SELF)
    frame = "PlaneStrain" if dim == 2 else "ThreeDimensional"
    folder.write_manifest({"frame": frame, "protocol": [{"label": name} for name in STEPS]})
    output = Output(folder, dim)
    for hour in range(len(STEPS) + 1):
        output.write(State(hour * HOUR))
    before, rows = 0.0, []
    for time in np.linspace(0.0, len(STEPS) * HOUR, 10 * len(STEPS) + 1)[1:].tolist():
        rows.append(State(time).row(before, dim))
        before = time
    units = {f"void_volume:{name}": "m2" if dim == 2 else "m3" for name in (FLAT, ROUND)}
    columns = [Column.of(*name.split(":"), unit=units.get(name, "")) for name in rows[0]]
    series = SeriesWriter(folder, columns)
    for row in rows:
        series.append(row)
    folder.finish(status)
    return folder.path
