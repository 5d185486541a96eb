# SPDX-License-Identifier: BSD-3-Clause
"""Files for other programs: readers of theirs find values, times, units and components."""

from __future__ import annotations

import re
from pathlib import Path

from mpi4py import MPI

import h5py
import numpy as np
import pandas as pd
import pytest
import pyvista as pv
from dolfinx import fem, mesh

import ssbmech
from ssbmech.cli import main
from ssbmech.run.field_files import BodyFile, Grid, owned_nodes
from ssbmech.runfolder import moved as moved_module
from ssbmech.runfolder.derived import equivalent_strain, principal_values
from ssbmech.runfolder.fields import read_fields
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.reader import RunData
from tests.unit.synthetic_run import (
    HALF_HOUR,
    LOWER,
    UM,
    WIDTH,
    Void,
    write_block_run,
    write_run,
)

pytestmark = pytest.mark.serial

INTERFACE = LOWER.replace("|", "-")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run folder."""
    return write_run(tmp_path_factory.mktemp("runs") / "run", nx=16, ny=3, n_fields=4, n_rows=7)


def exported(folder: Path, kind: str, *more: str) -> Path:
    """Return a folder with what the command line has exported."""
    out = folder / f"as_{kind}"
    assert main(["export", str(folder), f"--to={kind}", f"--out={out}", *more]) == 0
    return out


def ours(values: np.ndarray) -> np.ndarray:
    """Return a tensor of nine components with our six of them."""
    return values[:, [0, 4, 8, 1, 5, 2]] if values.ndim == 2 and values.shape[1] == 9 else values


def nodes_of(grid: pv.UnstructuredGrid) -> np.ndarray:
    """Return the points of each cell; XDMF's segments come back as polylines of two points."""
    return grid.cells.reshape(grid.n_cells, -1)[:, 1:]


def first_of(read: pv.DataSet | pv.MultiBlock) -> pv.DataSet:
    """Return a grid that a reader may hand out alone or as a block."""
    return read[0] if isinstance(read, pv.MultiBlock) else read


@pytest.mark.parametrize(("kind", "ending"), [("vtu", "pvd"), ("xdmf", "xdmf")])
def test_pyvista_goes_through_the_times(folder: Path, kind: str, ending: str) -> None:
    """Its readers with a control of time find all times, and at each its own values."""
    out = exported(folder, kind)
    for name, run in {"body_separator": "separator", "interface_negative-separator": LOWER}.items():
        reader = pv.get_reader(str(out / f"{name}.{ending}"))
        data = {**RunData.open(folder).bodies, **RunData.open(folder).interfaces}[run]
        assert reader.time_values == pytest.approx(list(data.times), rel=1e-12)
        for step, time in enumerate(data.times):
            reader.set_active_time_value(time)
            grid = first_of(reader.read())
            np.testing.assert_array_equal(nodes_of(grid), data.nodes)
            np.testing.assert_allclose(grid.points, data.points, atol=1e-15)
            for field in data.names:
                exact = data.values(field, step)
                found = ours(grid[field])
                np.testing.assert_allclose(found, exact, rtol=1e-12, err_msg=field)


@pytest.mark.parametrize("kind", ["vtu", "xdmf"])
def test_a_run_in_space(tmp_path: Path, kind: str) -> None:
    """Tetrahedra and facets of three corners come back too."""
    run = write_block_run(tmp_path / "run", n=2)
    out = exported(run, kind)
    ending = {"vtu": "pvd", "xdmf": "xdmf"}[kind]
    for name, data in {"body_metal": "metal", "interface_metal-ceramic": "metal|ceramic"}.items():
        found = {**RunData.open(run).bodies, **RunData.open(run).interfaces}[data]
        grid = first_of(pv.get_reader(str(out / f"{name}.{ending}")).read())
        assert set(grid.celltypes) == {found.cell_type}
        np.testing.assert_array_equal(nodes_of(grid), found.nodes)


def test_files_tell_units_and_components(folder: Path) -> None:
    """As attributes of each array: of a VTU file as VTK has them, of an HDF5 file by name."""
    grid = pv.read(exported(folder, "vtu") / "body_separator_0001.vtu")
    for array, unit, parts in (
        ("stress", "Pa", ["xx", "yy", "zz", "xy", "yz", "xz"]),
        ("principal", "Pa", ["1", "2", "3"]),
        ("von_mises", "Pa", []),
    ):
        held = grid.cell_data.VTKObject.GetArray(array)
        assert held.GetInformation().Get(held.UNITS_LABEL()) == unit
        assert [held.GetComponentName(number) for number in range(len(parts))] == parts
    out = exported(folder, "xdmf")
    with h5py.File(out / "body_separator.h5") as file:
        assert dict(file["1/stress"].attrs) == {"units": "Pa", "components": "xx xy xz yy yz zz"}
        assert file["1/displacement"].attrs["components"] == "x y z"
    assert '<Information Name="units" Value="Pa"/>' in (out / "body_separator.xdmf").read_text()


def test_a_moving_body_that_was_meshed_anew(tmp_path: Path) -> None:
    """Each time has its own grid, and the displacement leads to where the metal is."""
    folder = RunFolder.create(tmp_path / "run", MPI.COMM_SELF)
    folder.write_manifest({"frame": "PlaneStrain"})
    places = {}
    for number, (time, cells) in enumerate([(1.0, 2), (2.0, 3)]):
        square = mesh.create_rectangle(MPI.COMM_SELF, [(0, 0), (UM, UM)], [cells, cells])
        space = fem.functionspace(square, ("Lagrange", 2, (2,)))
        u = fem.Function(space)
        u.interpolate(lambda x, time=time: np.stack([time * x[1], 0.5 * time * x[0]]))
        started = None if number == 0 else 1.0
        which = Grid(moves=True, number=number, may_follow=True)
        file = BodyFile(folder, "metal", space, resumed_at=started, grid=which)
        file.append(time, {"displacement": owned_nodes(u)}, {})
        places[time] = len(space.tabulate_dof_coordinates())
    out = exported(folder.path, "xdmf")
    exported(folder.path, "vtu")
    reader = pv.get_reader(str(out / "body_metal.xdmf"))
    run = ssbmech.open_run(folder.path)
    for time, count in places.items():
        reader.set_active_time_value(time)
        for grid in (first_of(reader.read()), run.pyvista("metal", time)):
            assert grid.n_points == count
            np.testing.assert_allclose(
                grid["displacement"][:, 0], time * grid.points[:, 1], atol=1e-15
            )
        moved = run.pyvista("metal", time).warp_by_vector("displacement").points
        exact = read_fields(folder.path)[0]["metal"].values("position", int(time) - 1)
        np.testing.assert_allclose(moved, exact, atol=1e-15)
    for kind, ending in (("vtu", "pvd"), ("xdmf", "xdmf")):
        reader = pv.get_reader(str(exported(folder.path, kind, "--moved") / f"body_metal.{ending}"))
        for step, time in enumerate(places):
            reader.set_active_time_value(time)
            where = read_fields(folder.path)[0]["metal"].values("position", step)
            np.testing.assert_allclose(first_of(reader.read()).points, where, atol=1e-15)


@pytest.mark.parametrize(("kind", "ending"), [("vtu", "pvd"), ("xdmf", "xdmf")])
def test_displaced_points(folder: Path, kind: str, ending: str, capsys, monkeypatch) -> None:
    """Bodies are warped as the closed expression says, and the interface with its minus body."""
    out = exported(folder, kind, "--moved=50")
    run = RunData.open(folder)
    body, interface = run.bodies["negative"], run.interfaces[LOWER]
    # the node of the body at each point of the interface
    nodes = np.abs(interface.points[:, None] - body.points).max(axis=2).argmin(axis=1)
    for step, time in enumerate(body.times):
        moved = body.points.copy()
        moved[:, :2] += 50 * Void(time, WIDTH / 2).displacement("negative", moved.T).T
        for name, exact in ("body_negative", moved), (f"interface_{INTERFACE}", moved[nodes]):
            reader = pv.get_reader(str(out / f"{name}.{ending}"))
            assert reader.time_values[step] == pytest.approx(time, rel=1e-12)
            reader.set_active_time_value(reader.time_values[step])
            np.testing.assert_allclose(first_of(reader.read()).points, exact, atol=1e-15)
    grid = ssbmech.open_run(folder).pyvista(LOWER, time, displaced=50.0)
    np.testing.assert_allclose(grid.points, exact, atol=1e-15)
    # also where both bodies are of those that move, by what tells these
    with monkeypatch.context() as both:
        both.setattr(moved_module, "POSITION", "displacement")
        grid = ssbmech.open_run(folder).pyvista(LOWER, time, displaced=50.0)
    np.testing.assert_allclose(grid.points, exact, atol=1e-15)
    assert main(["export", str(folder), "--to=csv", "--moved"]) == 1
    assert "--moved belongs to --to vtu and xdmf" in capsys.readouterr().err
    assert main(["export", str(folder), "--to=vtu", "--moved=nan"]) == 1
    assert "times nan: expected a number" in capsys.readouterr().err


def test_profile(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table for each body that the line crosses, with all times, as `along` has it."""
    x = 0.4 * WIDTH
    line = ["--line", *map(str, (x, 0.0, x, 45 * UM))]
    out = exported(folder, "profile", *line, "--points=31")
    assert sorted(path.name for path in out.iterdir()) == [
        "body_negative_profile.csv",
        "body_separator_profile.csv",
    ]
    table = pd.read_csv(out / "body_separator_profile.csv")
    run = ssbmech.open_run(folder)
    for time, part in table.groupby("time [s]"):
        exact = run.along("separator", time, (x, 0.0), (x, 45 * UM), 31)
        np.testing.assert_allclose(part["distance [m]"], exact.index, rtol=1e-8)
        np.testing.assert_allclose(part["stress_yy [Pa]"], exact["stress_yy"], rtol=1e-8)
    assert table["time [s]"].nunique() == 4
    assert main(["export", str(folder), "--to=profile", "--line", "0", "1"]) == 1
    assert "four or six numbers" in capsys.readouterr().err
    assert main(["export", str(folder), "--to=profile", "--line", "0", "1", "1", "1"]) == 1
    assert "the line crosses none of" in capsys.readouterr().err
    assert main(["export", str(folder), "--to=csv", "--line", "0", "1", "1", "1"]) == 1
    assert "belongs to --to profile" in capsys.readouterr().err


def test_what_follows_from_tensors() -> None:
    """Pure shear and flow in one direction have known principal values and equivalents."""
    shear, drawn = [0, 0, 0, 3.0, 0, 0], [2.0, -1.0, -1.0, 0, 0, 0]
    principal = principal_values(np.array([shear, drawn]))
    assert principal == pytest.approx(np.array([[3.0, 0, -3.0], [2.0, -1.0, -1.0]]), abs=1e-12)
    equivalent = equivalent_strain(np.array([shear, drawn]))
    assert equivalent == pytest.approx([2.0 * np.sqrt(3.0), 2.0], rel=1e-12)


def test_maps_have_what_follows(folder: Path) -> None:
    """Principal stresses are numbered and read when they are asked for."""
    body = ssbmech.open_run(folder).body("separator")
    assert body.principal.dims == ("time", "cell", "order")
    last = principal_values(body.stress.isel(time=-1).values)
    np.testing.assert_array_equal(body.principal.isel(time=-1), last)
    assert list(body.order.values) == ["1", "2", "3"]
    assert float(body.time[1]) == pytest.approx(HALF_HOUR)


def test_the_example_of_the_guide(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the guide does with PyVista's reader runs on an export."""
    page = (Path(__file__).parents[2] / "docs" / "guide" / "results.md").read_text(encoding="utf-8")
    (program,) = (
        text for text in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if ".pvd" in text
    )
    out = exported(folder, "vtu")
    capsys.readouterr()
    exec(program.replace("runs/first_case/export", str(out)), {})
    last = RunData.open(folder).bodies["separator"].values("von_mises", 3).max()
    assert capsys.readouterr().out.startswith(f"{last} Pa at ")
