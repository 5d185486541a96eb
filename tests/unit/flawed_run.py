# SPDX-License-Identifier: BSD-3-Clause
"""A run folder whose stresses and potentials are closed expressions: metal under a ceramic.

Both are blocks 40 um high and 20 um wide, of radius 20 um where they are revolved. The ceramic is
the plus body of the interface between them, at the height 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mpi4py import MPI

import numpy as np
from dolfinx import fem, mesh

from ssbmech.run.field_files import BodyFile, InterfaceFile, owned_cells, owned_nodes
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.series import Column, SeriesWriter
from ssbmech.runfolder.status import RunStatus

UM = 1e-6
WIDTH, HEIGHT = 20 * UM, 40 * UM
OMEGA = 13e-6
TIMES = (10.0, 20.0, 30.0)
NAME = "metal|ceramic"
FRACTURE = {
    "toughness": 0.69e6,
    "flaw": 10e-6,
    "modulus": 8.0,
    "area": 1e-6,
    "volume": 1e-12,
}


def none(x):
    """Return zero everywhere."""
    return np.zeros_like(x[0])


@dataclass(frozen=True)
class Flawed:
    """What is stored; of the height x[dim - 1] everything may depend.

    Attributes:
        frame: Name of the frame.
        cells: Cells over the width.
        stress: Components (xx, yy, zz, xy, yz, xz) of the ceramic's stress, functions of places.
        phi_e: Ionic potential of the ceramic.
        interface: Fields of the interface, one function of places each.
        fracture: Numbers of the ceramic in the manifest.
        young: Young's modulus of the ceramic in the manifest [Pa].
        currents: Current density of the cell at the three times [A m-2].
    """

    frame: str = "PlaneStrain"
    cells: int = 8
    stress: dict = field(default_factory=dict)
    phi_e: object = none
    interface: dict = field(default_factory=dict)
    fracture: dict = field(default_factory=lambda: dict(FRACTURE))
    young: float = 28e9
    currents: tuple = (-10.0, -10.0, -10.0)


def write(path, run, *, stresses=True):
    """Write the run folder; its loads grow in proportion to 0, 1, 1/2 at three times.

    Args:
        path: New run folder.
        run: What is stored.
        stresses: Whether the ceramic's file has stresses.
    """
    dim = 3 if run.frame == "ThreeDimensional" else 2
    folder = RunFolder.create(path, MPI.COMM_SELF)
    rows = {f"bodies[ceramic].materials[ceramic].fracture.{k}": v for k, v in run.fracture.items()}
    rows["bodies[ceramic].materials[ceramic].solid.young"] = run.young
    rows["bodies[metal].materials[metal].metal.molar_volume"] = OMEGA
    case = [{"name": name, "value": value, "unit": ""} for name, value in rows.items()]
    folder.write_manifest({"frame": run.frame, "case": case, "protocol": [{"label": "plate"}]})
    parent = _mesh(dim, run.cells)
    facets = mesh.locate_entities(parent, dim - 1, lambda x: np.abs(x[dim - 1]) < 1e-12)
    submesh = mesh.create_submesh(parent, dim - 1, facets)[0]
    interface = InterfaceFile(folder, NAME, submesh)
    bodies = {}
    for name, side in (("metal", -1.0), ("ceramic", 1.0)):
        cells = mesh.locate_entities(parent, dim, lambda x, side=side: side * x[dim - 1] > -1e-12)
        body = mesh.create_submesh(parent, dim, cells)[0]
        bodies[name] = (
            body,
            BodyFile(folder, name, fem.functionspace(body, ("Lagrange", 2, (dim,)))),
        )
    for time, load in zip(TIMES, (0.0, 1.0, 0.5), strict=True):
        _append(run, bodies, interface, submesh, time, load, stresses)
    series = SeriesWriter(folder, [Column.of(name) for name in ("time", "step", "current")])
    for time, current in zip(TIMES, run.currents, strict=True):
        series.append({"time": time, "step": 0, "current": current})
    folder.finish(RunStatus.COMPLETE)
    return folder.path


def _mesh(dim, cells):
    """Return both blocks, finer towards the interface."""
    shared = mesh.GhostMode.shared_facet
    if dim == 3:
        ends = [(0.0, 0.0, -1.0), (WIDTH, WIDTH, 1.0)]
        made = mesh.create_box(MPI.COMM_SELF, ends, [cells] * 2 + [2 * cells], ghost_mode=shared)
    else:
        ends = [(0.0, -1.0), (WIDTH, 1.0)]
        made = mesh.create_rectangle(MPI.COMM_SELF, ends, [cells, 2 * cells], ghost_mode=shared)
    height = made.geometry.x[:, dim - 1]
    made.geometry.x[:, dim - 1] = HEIGHT * np.sign(height) * np.abs(height) ** 1.5
    return made


def _cell_values(grid, function):
    values = fem.Function(fem.functionspace(grid, ("DG", 0)))
    values.interpolate(function)
    return owned_cells(values)[:, 0]


def _append(run, bodies, interface, submesh, time, load, stresses):
    for name, (body, file) in bodies.items():
        dim = body.topology.dim
        node = fem.Function(fem.functionspace(body, ("Lagrange", 2, (dim,))))
        node.interpolate(lambda x, dim=dim: np.stack([load * run.phi_e(x)] + [none(x)] * (dim - 1)))
        nodal = owned_nodes(node)
        stress = [run.stress.get(key, none) for key in ("xx", "yy", "zz", "xy", "yz", "xz")]
        values = np.stack([load * _cell_values(body, each) for each in stress], axis=1)
        points = {"displacement": np.zeros_like(nodal)}
        if name == "ceramic":
            points["phi_e"] = nodal[:, 0]
        if name == "metal" or not stresses:
            values = None
        cells = {"pressure": _cell_values(body, none)} | (
            {} if values is None else {"stress": values}
        )
        file.append(time, points, cells)
    fields = {name: load * _cell_values(submesh, each) for name, each in run.interface.items()}
    gap = _cell_values(submesh, run.interface.get("gap", none))
    contact = (gap < 1e-9).astype(float)
    interface.append(time, {**fields, "gap": gap, "contact": contact})
