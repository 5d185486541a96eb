# SPDX-License-Identifier: BSD-3-Clause
"""Meshes with faults: damaged files, wrong units, doubled points, folds, planes and radii."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

from ssbmech.errors import CaseWarning, MeshError, ParameterError, SSBMechError
from ssbmech.frames import Axisymmetric, PlaneStrain, ThreeDimensional
from ssbmech.geometry import MeshFile, distribute
from ssbmech.geometry.simplices import SimplexMesh, label
from ssbmech.units import MPa, mm, nm, um
from tests.flat_mesh import FlatMesh, deck_lines, layers
from tests.tools import on_first

COMM = MPI.COMM_WORLD
ENDINGS = "msh inp med e exo g xdmf vtu vtk su2 tec dat obj bdf nas mesh ply off unv ele xml f3grid"


def written(folder: Path, mesh: FlatMesh, columns=(0, 1), name="cell.inp") -> Path:
    """Write a deck, with x and y of the mesh in two of three columns, and return its path."""
    points = np.zeros((len(mesh.points), 3))
    points[:, columns] = mesh.points
    path = folder / name
    text = deck_lines(FlatMesh(points, mesh.cells, mesh.region, mesh.rim))
    on_first(COMM, lambda: path.write_text("\n".join(text)))
    return path


def generate(path: Path, frame=None, **given) -> SimplexMesh:
    return MeshFile(path=path, **{"frame": frame or PlaneStrain(), "unit": um, **given}).generate()


@pytest.mark.serial
@pytest.mark.parametrize("ending", ENDINGS.split())
@pytest.mark.parametrize("what", ["pointer", "empty", "blank", "letters", "bytes", "page", "zip"])
def test_files_that_are_no_meshes(tmp_path, capfd, ending, what):
    content = {
        "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1234\n",
        "empty": b"",
        "blank": b" \n\n\n",
        "letters": b"this is\nno mesh, is it?\n1 2 3\n*NODE\n1, x\n",
        "bytes": bytes(range(256)) * 20,
        "page": b"<!DOCTYPE html><html><body>Not found</body></html>",
        "zip": b"PK\x03\x04" + bytes(100),
    }[what]
    path = tmp_path / f"cell.{ending}"
    path.write_bytes(content)
    with pytest.raises(MeshError) as refusal:
        generate(path)
    said = {"pointer": "git lfs pull", "empty": "is empty", "page": "web page", "zip": "ZIP"}
    assert said.get(what, "") in str(refusal.value)
    assert len(str(refusal.value)) < 500
    out = capfd.readouterr()
    assert out.out + out.err == ""


@pytest.mark.serial
@pytest.mark.parametrize("ending", ["msh", "inp", "med", "xdmf", "vtu", "vtk", "bdf", "h5", "e"])
def test_files_that_are_cut_off(tmp_path, ending):
    """At whatever byte a file breaks off: it is refused, or what is missing was of no use."""
    meshio = pytest.importorskip("meshio")
    flat = layers()
    path = tmp_path / f"cell.{ending}"
    name = path.with_suffix(".xdmf") if ending == "h5" else path
    if ending == "inp":
        written(tmp_path, flat)
    elif ending == "msh":
        MeshFile(path=written(tmp_path, flat), frame=PlaneStrain(), unit=um).write(path)
    elif ending == "e":
        from tests.unit.test_mesh_formats import exodus_variables, write_exodus

        write_exodus(path, *exodus_variables(flat), True)
    else:
        points = np.column_stack([flat.points, 0 * flat.points[:, 0]])
        key = {"bdf": "nastran:ref", "med": "cell_tags"}.get(ending, "tag")
        meshio.Mesh(points, {"triangle": flat.cells}, cell_data={key: [flat.region + 1]}).write(
            name
        )
    whole = path.read_bytes()
    given = {"unit": 1.0} if ending == "msh" else {}
    assert len(generate(name, **given).cells) == len(flat.cells)
    for part in np.linspace(0.02, 0.97, 25):
        path.write_bytes(whole[: int(part * len(whole))])
        try:
            mesh = label(generate(name, **given))
        except SSBMechError as error:
            assert str(error)
        except CaseWarning as warning:
            assert "cut off" in str(warning)
        else:
            assert len(mesh.cells) == len(flat.cells)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cell.geo", "gmsh -2"),
        ("cell.step", "drawing"),
        ("cell.stl", "surfaces only"),
        ("cell.h5", "XDMF"),
        ("cell.mphtxt", "NASTRAN"),
        ("cell.odb", r"\.inp"),
        ("cell.docx", "not read"),
        ("cell", "not read"),
    ],
)
def test_files_of_other_kinds(tmp_path, name, words):
    (tmp_path / name).write_text("something")
    with pytest.raises(MeshError, match=words):
        generate(tmp_path / name)
    (tmp_path / "folder.msh").mkdir(exist_ok=True)
    with pytest.raises(MeshError, match="folder"):
        generate(tmp_path / "folder.msh")


@pytest.mark.serial
@pytest.mark.parametrize(
    ("unit", "words"),
    [
        (1.0, r"12 m x 16 m, too thick.*in um\?.*unit=um; any_size"),
        (1 * nm, r"12 nm x 16 nm, too thin.*unit=um"),
        (mm, r"12 mm x 16 mm, too thick.*in um\?"),
    ],
)
def test_forgotten_units(tmp_path, unit, words):
    path = written(tmp_path, layers())
    with pytest.raises(MeshError, match=words):
        generate(path, unit=unit)
    assert len(generate(path, unit=unit, any_size=True).cells) == 36


@pytest.mark.serial
def test_unit_is_a_length(tmp_path):
    path = written(tmp_path, layers())
    for unit in (um, 1 * um, 1e-3 * mm, 1e-6):
        assert np.ptp(generate(path, unit=unit).points[:, 1]) == pytest.approx(16e-6)
    for wrong in (MPa, 1 * MPa, "um", 0.0, -1.0):
        with pytest.raises(ParameterError, match=r"MeshFile\.unit"):
            generate(path, unit=wrong)


@pytest.mark.serial
@pytest.mark.parametrize(("columns", "plane"), [((0, 2), "x-z"), ((1, 2), "y-z")])
def test_other_planes(tmp_path, columns, plane):
    path = written(tmp_path, layers(), columns)
    with pytest.warns(CaseWarning, match=f"lies in the {plane} plane"):
        mesh = label(generate(path))
    assert np.ptp(mesh.points, axis=0) == pytest.approx([12e-6, 16e-6, 0])
    assert set(mesh.faces) == {"bottom", "top", "left", "right"}


@pytest.mark.serial
def test_a_sloping_plane_is_refused_and_a_shifted_one_is_not(tmp_path):
    flat = layers()
    path = tmp_path / "cell.inp"
    for z, fine in ((flat.points[:, 0], False), (0 * flat.points[:, 0] + 7, True)):
        tilted = FlatMesh(np.column_stack([flat.points, z]), flat.cells, flat.region, flat.rim)
        path.write_text("\n".join(deck_lines(tilted)))
        if fine:
            assert len(generate(path).cells) == 36
            continue
        with pytest.raises(MeshError, match="not flat"):
            generate(path)


def test_a_whole_section_is_no_axisymmetric_mesh(tmp_path):
    for left, words in ((-6.0, r"r = -6e-06 m to r = 6e-06 m.*keep the half"), (-12, "mirror")):
        path = written(tmp_path, layers(corner=(left, 0.0)))
        given = {"path": path, "unit": um}
        with pytest.raises(MeshError, match=words):
            MeshFile(frame=Axisymmetric(), **given).build(COMM)
        MeshFile(frame=PlaneStrain(), **given).build(COMM)
        COMM.barrier()

    def made() -> SimplexMesh:
        square = np.array([[-1, 0, 0], [1, 0, 0], [1, 1, 0], [-1, 1, 0]]) * 1e-6
        return SimplexMesh(square, np.array([[0, 1, 2], [0, 2, 3]]), {"a": np.arange(2)})

    with pytest.raises(MeshError, match="radius is not negative"):
        distribute(COMM, Axisymmetric(), made)


def test_rounding_at_the_axis_is_removed(tmp_path):
    path = written(tmp_path, layers(corner=(-1e-9, 0.0)))
    mesh = MeshFile(path=path, unit=um, frame=Axisymmetric()).build(COMM)
    lowest = COMM.allreduce(mesh.mesh.geometry.x[:, 0].min(initial=1.0), op=MPI.MIN)
    assert lowest == pytest.approx(0.0, abs=0.0)


def with_points(mesh: FlatMesh, points, cells, region) -> FlatMesh:
    return FlatMesh(np.array(points), np.array(cells), np.array(region), mesh.rim)


@pytest.mark.serial
def test_doubled_points_are_made_one(tmp_path):
    """Each layer with points of its own, off by rounding, and points that belong to no cell."""
    flat = layers()
    points, cells, noise = [], [], np.random.default_rng(1)
    for k in range(3):
        rows = flat.cells[flat.region == k]
        used, number = np.unique(rows, return_inverse=True)
        cells.append(number.reshape(rows.shape) + sum(len(p) for p in points))
        points.append(flat.points[used] + 1e-6 * noise.uniform(-1, 1, (len(used), 2)))
    points.append(np.array([[99.0, 99.0], [4.0, 4.0]]))
    double = with_points(flat, np.concatenate(points), np.concatenate(cells), flat.region)
    with pytest.warns(CaseWarning, match=r"8 points lie where another one lies.*made one"):
        mesh = label(generate(written(tmp_path, double)))
    assert len(mesh.points) == len(flat.points)
    assert set(mesh.interfaces) == {"negative|separator", "separator|positive"}
    assert set(mesh.faces) == {"bottom", "top", "left", "right"}


@pytest.mark.serial
def test_a_crack_that_is_named_stays_open(tmp_path):
    """Two blocks of one region share two of four columns of points; the rest is a crack."""
    flat = layers((4.0, 4.0))
    line = np.flatnonzero(np.isclose(flat.points[:, 1], 4.0))
    tip = line[:2]
    twin = {int(n): len(flat.points) + i for i, n in enumerate(line[2:])}
    points = np.concatenate([flat.points, flat.points[line[2:]]])
    upper = flat.region == 1
    cells = flat.cells.copy()
    cells[upper] = np.vectorize(lambda n: twin.get(int(n), n))(cells[upper])
    crack = FlatMesh(points, cells, 0 * flat.region, flat.rim)
    path = tmp_path / "cell.inp"
    lines = deck_lines(crack)
    names = {"low": [tip[-1], *line[2:]], "high": [tip[-1], *twin.values()]}
    path.write_text("\n".join(lines))
    with pytest.warns(CaseWarning, match="2 points lie where"):
        assert set(label(generate(path)).faces) == {"bottom", "top", "left", "right"}
    for number, (name, nodes) in enumerate(names.items()):
        lines += [f"*Element, type=T2D2, elset={name}"]
        lines += [
            f"{900 + 10 * number + i}, {a + 1}, {b + 1}" for i, (a, b) in enumerate(pairwise(nodes))
        ]
    path.write_text("\n".join(lines))
    assert {"low", "high"} <= set(label(generate(path)).faces)


def change(what: str) -> FlatMesh:
    """Return a mesh with a fault."""
    flat = layers()
    points, cells, region = flat.points.copy(), flat.cells.copy(), flat.region.copy()
    if what == "twin":
        cells, region = np.concatenate([cells, cells[:1]]), np.append(region, region[0])
    elif what == "fold":
        inside = np.flatnonzero(np.isclose(points[:, 0], 4.0) & np.isclose(points[:, 1], 2.0))[0]
        points[inside] += [5.0, 0.0]
    elif what == "flat":
        points = np.concatenate([points, [[2.0, 0.0]]])
        cells = np.concatenate([cells, [[0, 1, len(points) - 1]]])
        region = np.append(region, 0)
    elif what == "fin":
        points = np.concatenate([points, [[6.0, 5.0]]])
        cells = np.concatenate([cells, [[5, 6, len(points) - 1]]])
        region = np.append(region, 0)
    elif what == "island":
        points = np.concatenate([points, points[:3] * [1, 1] + [[0, 40], [0, 40], [0, 44]]])
        cells = np.concatenate([cells, [np.arange(3) + len(flat.points)]])
        region = np.append(region, 2)
    elif what == "nan":
        points[3] = np.nan
    return FlatMesh(points, cells, region, flat.rim)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("twin", "1 cells are there twice, the first at"),
        ("fold", "folded over at .* facets, the first at"),
        ("flat", "1 cells have no volume"),
        ("fin", "branches"),
        ("island", "2 pieces.*1 cells.*'positive'"),
        ("nan", "not finite"),
    ],
)
def test_faults_are_refused_with_place(tmp_path, what, words):
    with pytest.raises(MeshError, match=words):
        generate(written(tmp_path, change(what)))


@pytest.mark.serial
@pytest.mark.parametrize("name", ["a|b", "a/b", "x:y", "x*", 'q"q', "a,b", ".."])
def test_names_that_nothing_else_takes(tmp_path, name):
    meshio = pytest.importorskip("meshio")
    flat = layers((4.0,))
    points = np.column_stack([flat.points, 0 * flat.points[:, 0]])
    mesh = meshio.Mesh(points, {"triangle": flat.cells}, cell_data={"cell_tags": [flat.region - 1]})
    mesh.cell_tags = {-1: [name]}
    mesh.write(tmp_path / "cell.med")
    with pytest.raises(MeshError, match=r"cannot name a region.*regions=\{"):
        generate(tmp_path / "cell.med")
    for given, fine in (("body", True), ("a,b", False), ("", False)):
        if fine:
            assert list(generate(tmp_path / "cell.med", regions={name: given}).regions) == [given]
            continue
        with pytest.raises(MeshError, match="cannot name a region"):
            generate(tmp_path / "cell.med", regions={name: given})


@pytest.mark.serial
def test_a_face_inside_the_mesh_is_no_face(tmp_path):
    path = written(tmp_path, layers())
    text = path.read_text() + "\n*Surface, name=mid\nseparator, S1\n*Nset, nset=one\n1\n"
    path.write_text(text)
    mesh = generate(path)
    assert "mid" in mesh.faces
    with pytest.raises(MeshError, match="lie inside the mesh"):
        generate(path, faces={"MID": "wall"})
    with pytest.raises(MeshError, match="no outer facet with all its corners"):
        generate(path, faces={"one": "wall"})
    with pytest.raises(MeshError, match=r"holds no tetrahedra.*are triangles"):
        generate(path, ThreeDimensional())
