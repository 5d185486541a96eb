# SPDX-License-Identifier: BSD-3-Clause
"""Run folder, series and field files, written on any number of ranks and read with PyVista."""

from __future__ import annotations

import csv
import enum
import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI

import dolfinx
import h5py
import numpy as np
import pytest
from dolfinx import fem, mesh

from ssbmech.errors import RunFolderError
from ssbmech.run.environment import environment
from ssbmech.run.field_files import BodyFile, Grid, InterfaceFile, owned_cells, owned_nodes
from ssbmech.run.shares import Shares, places_in_order
from ssbmech.runfolder import atomic, chunks, vtkhdf
from ssbmech.runfolder.fields import FieldData
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.manifest import plain
from ssbmech.runfolder.quantities import QUANTITIES, axis_label, quantity, series_name
from ssbmech.runfolder.root import on_root
from ssbmech.runfolder.series import Column, SeriesWriter
from ssbmech.runfolder.shown import shown_unit
from ssbmech.runfolder.status import RunStatus
from tests.tools import on_first
from tests.unit.noise_file import NoiseFile

COMM = MPI.COMM_WORLD
UM = 1e-6


@pytest.fixture
def run_path(tmp_path):
    """Path of a run folder, the same on all ranks."""
    yield tmp_path / "run"
    COMM.barrier()


def read_step(path, step):
    """Return the grid of a step and its time, as PyVista sees them."""
    import pyvista as pv

    reader = pv.get_reader(str(path)).reader
    reader.UpdateInformation()
    assert step < reader.GetNumberOfSteps()
    reader.SetStep(step)
    reader.Update()
    return pv.wrap(reader.GetOutput()), reader.GetTimeValue()


def smooth(x):
    """Return a quadratic field that P2 holds exactly [m]."""
    s = x / UM
    return np.stack([s[0] ** 2 + s[1], s[0] * s[1] - s[2] ** 2]) * UM


def square(comm=COMM):
    """Return a square of 10 um."""
    return mesh.create_rectangle(
        comm, [(0.0, 0.0), (10 * UM, 10 * UM)], [6, 5], ghost_mode=mesh.GhostMode.shared_facet
    )


def cube():
    """Return a cube of 10 um."""
    return mesh.create_box(
        COMM, [(0.0,) * 3, (10 * UM,) * 3], [3, 2, 4], ghost_mode=mesh.GhostMode.shared_facet
    )


def lower_body(parent):
    """Return the submesh of the lower part; with enough ranks some own nothing of it."""
    dim = parent.topology.dim
    cells = mesh.locate_entities(parent, dim, lambda x: x[dim - 1] <= 5.1 * UM)
    return mesh.create_submesh(parent, dim, cells)[0]


def interface_mesh(parent):
    """Return the submesh of the facets at the bottom."""
    dim = parent.topology.dim
    facets = mesh.locate_entities(parent, dim - 1, lambda x: np.isclose(x[dim - 1], 0.0))
    return mesh.create_submesh(parent, dim - 1, facets)[0]


def write_body(folder, parent, times, moves=False):
    """Write a displacement t * smooth(x), and per cell the midpoint and t."""
    body = lower_body(parent)
    dim = body.topology.dim
    space = fem.functionspace(body, ("Lagrange", 2, (2,)))
    u = fem.Function(space)
    scalar = fem.Function(fem.functionspace(body, ("Lagrange", 2)))
    stress = fem.Function(fem.functionspace(body, ("DG", 0, (6,))))
    stress.interpolate(lambda x: np.stack([x[0], x[1], x[2], x[0], x[1], x[2]]))
    region = fem.Function(fem.functionspace(body, ("DG", 0)))
    region.interpolate(lambda x: 1.0 * (x[dim - 1] > 2.5 * UM))
    file = BodyFile(folder, "lower", space, {"region": owned_cells(region)}, grid=Grid(moves=moves))
    for t in times:
        u.interpolate(lambda x, t=t: t * smooth(x))
        scalar.interpolate(lambda x, t=t: t * smooth(x)[0])
        file.append(
            t,
            {"displacement": owned_nodes(u), "phi_e": owned_nodes(scalar)},
            {"stress": t * owned_cells(stress), "von_mises": t * owned_cells(stress)[:, 0]},
        )
    return file.path


@pytest.mark.parametrize("make", [square, cube])
def test_quadratic_body_reads_back(run_path, make):
    folder = RunFolder.create(run_path, COMM)
    parent = make()
    times = [1.0, 2.5, 4.0]
    path = write_body(folder, parent, times)
    volume = COMM.allreduce(fem.assemble_scalar(fem.form(1.0 * _dx(lower_body(parent)))))
    if COMM.rank == 0:
        for step, t in enumerate(times):
            grid, when = read_step(path, step)
            assert when == t
            assert set(grid.celltypes) == ({22} if make is square else {24})
            sized = grid.compute_cell_sizes()
            size = "Area" if make is square else "Volume"
            assert np.isclose(sized[size].sum(), volume, rtol=1e-12, atol=0.0)
            assert sized[size].min() > 0.0
            exact = t * smooth(grid.points.T.astype(float))
            np.testing.assert_allclose(grid["displacement"][:, :2].T, exact, rtol=1e-5, atol=1e-15)
            assert not grid["displacement"][:, 2].any()
            # Inside cells VTK's own quadratic shape functions must give the same field.
            centres = grid.cell_centers()
            sampled = centres.sample(grid, tolerance=1e-12)
            assert sampled["vtkValidPointMask"].all()
            exact = t * smooth(centres.points.T.astype(float))
            np.testing.assert_allclose(sampled["phi_e"], exact[0], rtol=1e-4, atol=1e-14)
            assert grid["stress"].shape == (grid.n_cells, 6)
            np.testing.assert_array_equal(grid["von_mises"], grid["stress"][:, 0])
            assert set(grid["region"]) == {0.0, 1.0}


@pytest.mark.parametrize("make", [square, cube])
def test_points_of_a_body_that_moves(run_path, make):
    """VTK finds them at each time; who reads the file finds start and displacement as of others."""
    parent, times = make(), [1e-3, 2.5e-3]
    folder = RunFolder.create(run_path, COMM)
    path = write_body(folder, parent, times, moves=True)
    resting = RunFolder.create(run_path.with_name("resting"), COMM)
    still = write_body(resting, parent, times)
    if COMM.rank == 0:
        moving, other = FieldData(path), FieldData(still)
        assert np.array_equal(moving.points, other.points)
        assert "start" not in moving.names and "displacement" in moving.names
        for step in range(2):
            u = other.values("displacement", step)
            np.testing.assert_allclose(moving.values("displacement", step), u, atol=1e-19)
            np.testing.assert_allclose(moving.values("position", step), other.points + u, rtol=1e-9)
            grid, _ = read_step(path, step)
            np.testing.assert_allclose(grid.points, other.points + u, rtol=1e-6, atol=1e-12)
            assert "displacement" not in grid.point_data
        history = moving.history("displacement")
        np.testing.assert_allclose(history, other.history("displacement"), atol=1e-19)


def _dx(of):
    import ufl

    return ufl.Measure("dx", domain=of)


def test_same_content_on_any_number_of_ranks(run_path):
    parallel = write_body(RunFolder.create(run_path, COMM), square(), [1.0, 2.0])
    if COMM.rank == 0:
        alone = RunFolder.create(run_path.with_name("alone"), MPI.COMM_SELF)
        serial = write_body(alone, square(MPI.COMM_SELF), [1.0, 2.0])
        for step in range(2):
            one, many = (_sorted_content(path, step) for path in (serial, parallel))
            for first, second in zip(one, many, strict=True):
                np.testing.assert_allclose(first, second, rtol=1e-12, atol=1e-20)


def _sorted_content(path, step):
    """Return points with their values and cells with theirs, in an order of their own."""
    with h5py.File(path) as file:
        root = file["VTKHDF"]
        points = root["Points"][...]
        n_cells = int(root["NumberOfCells"][0])
        cells = root["Connectivity"][...].reshape(n_cells, -1)
        u = root["PointData/displacement"][...].reshape(-1, len(points), 3)[step]
        stress = root["CellData/stress"][...].reshape(-1, n_cells, 6)[step]
    centres = points[cells].mean(axis=1)
    by_point = np.lexsort(np.round(points / UM, 6).T)
    by_cell = np.lexsort(np.round(centres / UM, 6).T)
    return points[by_point], u[by_point], centres[by_cell], stress[by_cell]


@pytest.mark.parametrize("make", [square, cube])
def test_interface_file_reads_back(run_path, make):
    folder = RunFolder.create(run_path, COMM)
    facets = interface_mesh(make())
    gap = fem.Function(fem.functionspace(facets, ("DG", 0)))
    gap.interpolate(lambda x: x[0])
    file = InterfaceFile(folder, "metal|ceramic", facets)
    for t in (0.0, 1.0):
        file.append(t, {"gap": (1 + t) * owned_cells(gap), "contact": owned_cells(gap)[:, 0] > 1})
    if COMM.rank == 0:
        assert file.path.name == "interface_metal-ceramic.vtkhdf"
        grid, _ = read_step(file.path, 1)
        assert set(grid.celltypes) == ({3} if make is square else {5})
        measure = grid.compute_cell_sizes()["Length" if make is square else "Area"].sum()
        assert np.isclose(measure, 10 * UM if make is square else 100 * UM**2)
        np.testing.assert_allclose(grid["gap"], 2 * grid.cell_centers().points[:, 0], rtol=1e-5)
        with h5py.File(file.path) as content:
            assert dict(content.attrs) == {
                "kind": "interface",
                "name": "metal|ceramic",
                "minus": "metal",
                "plus": "ceramic",
            }


def test_blocked_and_scalar_spaces_share_their_nodes():
    """The files rely on it: a potential is written on the nodes of the displacement."""
    body = lower_body(square())
    vector = fem.functionspace(body, ("Lagrange", 2, (2,)))
    scalar = fem.functionspace(body, ("Lagrange", 2))
    np.testing.assert_array_equal(vector.dofmap.list, scalar.dofmap.list)


@pytest.mark.parametrize("make", [square, cube])
def test_many_chunks_read_back(run_path, make, monkeypatch):
    """Shares of ranks end at chunks, and a step fills its last one up."""
    monkeypatch.setattr(chunks, "MOST_ROWS", 7)
    folder = RunFolder.create(run_path, COMM)
    parent = make()
    path = write_body(folder, parent, [1.0, 2.5])
    if COMM.rank > 0:
        return
    for step, t in enumerate((1.0, 2.5)):
        grid, when = read_step(path, step)
        assert when == t
        exact = t * smooth(grid.points.T.astype(float))
        np.testing.assert_allclose(grid["displacement"][:, :2].T, exact, rtol=1e-5, atol=1e-15)
        centres = grid.cell_centers().points
        np.testing.assert_allclose(grid["stress"][:, :3], t * centres, rtol=1e-5, atol=1e-12)
        assert set(grid["region"]) == {0.0, 1.0}
        data = FieldData(path)
        np.testing.assert_allclose(data.values("phi_e", step), exact[0], rtol=1e-5, atol=1e-15)
    with h5py.File(path) as file:
        stress = file["VTKHDF/CellData/stress"]
        assert 1 < stress.chunks[0] <= 7
        assert len(stress) % stress.chunks[0] == 0


def test_rows_go_to_their_places():
    """Keys of all ranks, some of them on several, against all of them sorted on one."""
    random = np.random.default_rng(3)
    every = random.permutation(200)
    mine = np.unique(np.append(every[COMM.rank :: COMM.size], every[:20]))
    # an order by two numbers that is not that of the first alone
    keys = np.stack([mine // 7, mine], axis=1)
    order = random.permutation(len(mine))
    places, total = places_in_order(COMM, keys[order])
    assert total == 200
    np.testing.assert_array_equal(places, mine[order])
    owned = every[COMM.rank :: COMM.size].astype(np.int64)
    bounds = chunks.share_bounds(200, 30, COMM.size)
    shares = Shares(COMM, owned, bounds)
    values = np.stack([owned, -owned], axis=1)
    expected = np.arange(bounds[COMM.rank], bounds[COMM.rank + 1])
    np.testing.assert_array_equal(shares.send(values), np.stack([expected, -expected], axis=1))
    assert (shares.first, shares.count) == (bounds[COMM.rank], len(expected))


def test_a_rank_may_have_no_rows():
    """Some ranks own nothing of a body."""
    count = 5 if COMM.rank == COMM.size - 1 else 0
    keys = np.arange(count, dtype=np.int64)[::-1, None]
    places, total = places_in_order(COMM, keys)
    assert total == 5
    shares = Shares(COMM, places, chunks.share_bounds(5, 2, COMM.size))
    everything = COMM.allgather(shares.send(keys[:, 0]))
    np.testing.assert_array_equal(np.concatenate(everything), np.arange(5))


def test_wrong_arrays_are_refused_on_all_ranks(run_path):
    folder = RunFolder.create(run_path, COMM)
    facets = interface_mesh(square())
    n_owned = facets.topology.index_map(1).size_local
    file = InterfaceFile(folder, "a|b", facets)
    # Only the last rank is wrong; all ranks must hear of it.
    wrong = n_owned + (1 if COMM.rank == COMM.size - 1 else 0)
    with pytest.raises(RunFolderError, match=f"gap has shape .* on rank {COMM.size - 1}"):
        file.append(0.0, {"gap": np.zeros(wrong)})
    file.append(0.0, {"gap": np.zeros(n_owned)})
    with pytest.raises(RunFolderError, match="every step needs the arrays"):
        file.append(1.0, {"p_contact": np.zeros(n_owned)})
    with pytest.raises(RunFolderError, match="is not after the last"):
        file.append(0.0, {"gap": np.zeros(n_owned)})
    with pytest.raises(RunFolderError, match="the first step had"):
        file.append(1.0, {"gap": np.zeros((n_owned, 2))})
    file.append(1.0, {"gap": np.ones(n_owned)})
    with pytest.raises(RunFolderError, match="there already"):
        InterfaceFile(folder, "a|b", facets)
    if COMM.rank == 0:
        grid, when = read_step(file.path, 1)
        assert when == 1.0
        assert (grid["gap"] == 1.0).all()


def test_interface_file_has_all_points_of_grids_that_grow(run_path):
    """Facets were halved twice; the chunks of the file are those of its first grid."""
    folder = RunFolder.create(run_path, COMM)
    counts, file = (6, 7, 9), None
    for number, count in enumerate(counts):
        line = mesh.create_interval(COMM, count, [0.0, count * UM])
        grid = Grid(number=number, may_follow=True)
        before = None if file is None else float(number - 1)
        file = InterfaceFile(folder, "a|b", line, resumed_at=before, which=grid)
        owned = line.topology.index_map(1).size_local
        file.append(float(number), {"gap": np.full(owned, count * UM)})
    if COMM.rank == 0:
        data = FieldData(file.path)
        for step, count in enumerate(counts):
            found = np.sort(data.at(step).points[:, 0])
            np.testing.assert_allclose(found, UM * np.arange(count + 1), atol=1e-9 * UM)
            assert len(data.values("gap", step)) == count


@pytest.mark.parametrize("name", ["a", "|b", "a|", "a/c|b", "..|b"])
def test_bad_interface_names(run_path, name):
    folder = RunFolder.create(run_path, COMM)
    with pytest.raises(RunFolderError):
        InterfaceFile(folder, name, interface_mesh(square()))


def test_unknown_cells_are_refused(run_path):
    folder = RunFolder.create(run_path, COMM)
    space = fem.functionspace(square(), ("Lagrange", 3))
    with pytest.raises(RunFolderError, match="triangle with 10 nodes"):
        BodyFile(folder, "body", space)


@dataclass(frozen=True, slots=True)
class Law:
    """Stands for a law with parameters."""

    young: float
    name: str


class Colour(enum.Enum):
    """Stands for a choice in a case."""

    RED = "red"


def test_manifest_holds_the_case_and_the_end(run_path):
    folder = RunFolder.create(run_path, COMM, {"environment": environment(COMM)})
    start = on_first(COMM, lambda: json.loads(folder.manifest_path.read_text()))
    assert start["status"] == "running"
    assert start["environment"]["ranks"] == COMM.size
    assert start["environment"]["versions"]["dolfinx"] == dolfinx.__version__
    case = {
        "laws": (Law(5e9, "µ"), Law(float("inf"), "b")),
        "numbers": np.arange(3),
        "one": np.float64(0.1),
        "count": np.int32(4),
        "colour": Colour.RED,
        "names": {"b", "a"},
        "path": Path("x/y"),
        "none": None,
        "flag": True,
    }
    folder.write_manifest({"case": case})
    folder.finish(RunStatus.STOPPED, "contact lost")
    if COMM.rank == 0:
        content = json.loads(folder.manifest_path.read_text())
        assert content["status"] == "stopped"
        assert content["reason"] == "contact lost"
        assert content["started"] <= content["finished"]
        assert content["case"] == {
            "laws": [
                {"class": "Law", "young": 5e9, "name": "µ"},
                {"class": "Law", "young": "inf", "name": "b"},
            ],
            "numbers": [0, 1, 2],
            "one": 0.1,
            "count": 4,
            "colour": "red",
            "names": ["a", "b"],
            "path": "x/y",
            "none": None,
            "flag": True,
        }
        assert not list(folder.path.glob("*.part"))


def test_manifest_names_what_it_cannot_hold(run_path):
    folder = RunFolder.create(run_path, COMM)
    with pytest.raises(RunFolderError, match="cannot hold a object"):
        folder.write_manifest({"case": object()})
    with pytest.raises(RunFolderError, match="cannot hold a type"):
        plain(Law)
    folder.finish(RunStatus.COMPLETE)


def test_a_run_is_never_overwritten(run_path):
    folder = RunFolder.create(run_path, COMM)
    with pytest.raises(RunFolderError, match="already holds a run"):
        RunFolder.create(run_path, COMM)
    assert folder.path == run_path.resolve()


def test_failures_of_the_file_library_reach_all_ranks():
    """HDF5 tells of a full disk by a RuntimeError."""

    def full():
        raise RuntimeError("unable to extend file")

    with pytest.raises(RunFolderError, match="cannot write the run folder: unable to extend"):
        on_root(COMM, full)


def test_a_folder_that_cannot_be_made(run_path):
    on_first(COMM, lambda: run_path.write_text("a file is in the way"))
    with pytest.raises(RunFolderError, match="cannot write the run folder"):
        RunFolder.create(run_path, COMM)


def test_series_reads_back_to_the_last_bit(run_path):
    folder = RunFolder.create(run_path, COMM)
    void = Column.of("void_volume", "metal|ceramic", unit="m2")
    columns = [Column.of("time"), void, Column("newton_iterations", "1")]
    series = SeriesWriter(folder, columns)
    rows = [(0.1 + 0.2, 1e-300, 3), (1e22, float("nan"), 12), (-0.0, float("inf"), 0)]
    for row in rows:
        series.append(dict(zip([column.name for column in columns], row, strict=True)))
    if COMM.rank == 0:
        with folder.series_path.open(newline="") as stream:
            header, *content = csv.reader(stream)
        assert header == ["time [s]", "void_volume:metal|ceramic [m2]", "newton_iterations [1]"]
        np.testing.assert_array_equal(np.array(content, dtype=float), rows)
        assert content[0][2] == "3"


def test_series_rows_must_fit(run_path):
    folder = RunFolder.create(run_path, COMM)
    series = SeriesWriter(folder, [Column.of("time"), Column.of("voltage")])
    with pytest.raises(RunFolderError, match=r"missing columns \['voltage'\], unknown .*'volts'"):
        series.append({"time": 0.0, "volts": 1.0})
    with pytest.raises(RunFolderError):
        SeriesWriter(folder, [Column.of("time")])


def test_bad_columns(run_path):
    folder = RunFolder.create(run_path, COMM)
    with pytest.raises(RunFolderError, match="twice: time"):
        SeriesWriter(folder, [Column.of("time"), Column.of("time")])
    with pytest.raises(RunFolderError, match="without"):
        Column("a,b", "m")
    with pytest.raises(RunFolderError, match="both are needed"):
        Column("a", "")
    with pytest.raises(RunFolderError, match="unknown quantity 'volts'"):
        Column.of("volts")


def test_table_of_fields():
    assert quantity("void_volume:a|b").name == "void_volume"
    assert series_name("gap_max", "a|b") == "gap_max:a|b"
    assert axis_label("von_mises") == "von Mises stress (MPa)"
    assert axis_label("void_volume:a|b", "m2") == "void volume per depth (µm²)"
    assert axis_label("void_volume:a|b") == "void volume (µm³)"
    assert axis_label("contact_fraction") == "contact area fraction"
    assert shown_unit("furlong").text == "furlong"
    for name, row in QUANTITIES.items():
        assert name == row.name
        assert row.label
        assert shown_unit(row.unit).text != row.unit or row.unit == "K"


def test_a_reader_does_not_stop_the_run(run_path):
    """ParaView locks the file it shows; the next step must be written all the same."""
    folder = RunFolder.create(run_path, COMM)
    facets = interface_mesh(square())
    n_owned = facets.topology.index_map(1).size_local
    file = InterfaceFile(folder, "a|b", facets)
    file.append(0.0, {"gap": np.zeros(n_owned)})
    with file.path.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        file.append(1.0, {"gap": np.ones(n_owned)})
    if COMM.rank == 0:
        assert read_step(file.path, 1)[1] == 1.0


WRITER = """
import sys
from pathlib import Path
from tests.unit.noise_file import NoiseFile
file = NoiseFile(Path(sys.argv[1]))
step = 0
while True:
    file.append(float(step))
    print(step, flush=True)
    step += 1
"""


@pytest.mark.serial
def test_file_stays_readable_when_the_writer_is_killed(tmp_path, processes):
    """Killed at any moment, without a chance to clean up, all counted steps are whole."""
    random = np.random.default_rng(1)
    for trial, written in enumerate((0, 1, 4, 9)):
        path = tmp_path / f"{trial}.vtkhdf"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = processes.start(
            [sys.executable, "-c", WRITER, str(path)], env=environment, stdout=subprocess.PIPE
        )
        for step in range(written + 1):
            assert process.stdout.readline() == b"%d\n" % step
        # somewhere within the next steps
        time.sleep(random.uniform(0.0, 0.02))
        processes.kill_all()
        grid, _ = read_step(path, 0)
        assert grid.n_cells == 2000
        with h5py.File(path) as file:
            n_steps = int(file["VTKHDF/Steps"].attrs["NSteps"])
        assert n_steps > written
        for step in {0, n_steps // 2, n_steps - 1}:
            grid, when = read_step(path, step)
            assert when == step
            assert (grid["a"] == step).all()
            assert (grid["b"][:, 0] == step).all()
        noise = NoiseFile(path, resumed_at=float(n_steps - 1)).append(float(n_steps))
        grid, _ = read_step(path, n_steps)
        np.testing.assert_array_equal(grid["b"], noise)


@pytest.mark.serial
def test_a_resumed_run_replaces_what_it_comes_to_otherwise(tmp_path: Path) -> None:
    """Steps that it meets again stay; from the first that differs on they are dropped."""
    path = tmp_path / "noise.vtkhdf"
    first = NoiseFile(path)
    kept = [first.append(float(time)) for time in range(4)]
    resumed = NoiseFile(path, resumed_at=0.0)
    resumed.append(1.0)
    assert vtkhdf.times(path) == [0.0, 1.0, 2.0, 3.0]
    new = resumed.append(1.5)
    assert vtkhdf.times(path) == [0.0, 1.0, 1.5]
    for step, values in enumerate((*kept[:2], new)):
        np.testing.assert_array_equal(read_step(path, step)[0]["b"], values)


@pytest.mark.serial
def test_a_file_written_aside_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    atomic.replace(file, "grün")
    assert file.read_text("utf-8") == "grün"
    atomic.replace(file, b"\x00\xff")
    with pytest.raises(RuntimeError, match="half"), atomic.aside(file) as part:
        part.write_text("half of it", "utf-8")
        assert file.read_bytes() == b"\x00\xff"
        raise RuntimeError("half")
    with pytest.raises(FileExistsError):
        atomic.claim(file, "mine")
    with pytest.raises(FileNotFoundError):
        atomic.replace(tmp_path / "nowhere" / "notes", "")
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]
    assert file.read_bytes() == b"\x00\xff"
