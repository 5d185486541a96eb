# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of Gmsh, Salome, Exodus and DOLFINx: names of regions and faces arrive as written."""

from __future__ import annotations

from pathlib import Path

from mpi4py import MPI

import basix.ufl
import dolfinx
import h5py
import numpy as np
import pytest
from dolfinx.io import XDMFFile
from scipy.io import netcdf_file

from ssbmech.errors import CaseWarning, EnvironmentMissing, MeshError
from ssbmech.frames import PlaneStrain, ThreeDimensional
from ssbmech.geometry import MeshFile
from ssbmech.geometry.session import GmshSession
from ssbmech.geometry.simplices import LabelledMesh, label
from ssbmech.units import um
from tests.flat_mesh import NAMES, FlatMesh, layers

pytestmark = pytest.mark.serial


def read(path: Path, frame=None, **given) -> LabelledMesh:
    return label(MeshFile(path=path, frame=frame or PlaneStrain(), unit=um, **given).generate())


def facets(mesh: LabelledMesh) -> dict[str, int]:
    """Return the number of facets of each face."""
    return {n: int(np.sum(mesh.facet_values == t)) for n, t in mesh.faces.items()}


def heights(mesh: LabelledMesh) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest level of each region in micrometres."""
    y = mesh.points[mesh.cells][:, :, mesh.cells.shape[1] - 2] * 1e6
    chosen = {n: y[mesh.cell_values == t] for n, t in mesh.regions.items()}
    return {n: (round(v.min(), 6), round(v.max(), 6)) for n, v in chosen.items()}


UPRIGHT = {"negative": (0.0, 4.0), "separator": (4.0, 12.0), "positive": (12.0, 16.0)}
RIM = {"bottom": 3, "lid": 3, "left": 6, "right": 6}


# Gmsh


@pytest.mark.parametrize(("version", "binary"), [(2.2, 0), (2.2, 1), (4.0, 0), (4.1, 0), (4.1, 1)])
@pytest.mark.parametrize("order", [1, 2])
def test_gmsh_of_all_versions(tmp_path, version, binary, order):
    path = tmp_path / "cell.msh"
    with GmshSession() as gmsh:
        occ = gmsh.model.occ
        low = occ.addRectangle(0, 0, 3, 10, 4)
        high = occ.addRectangle(0, 4, 3, 10, 6)
        occ.fragment([(2, low)], [(2, high)])
        occ.synchronize()
        gmsh.model.addPhysicalGroup(2, [low], name="negative ")
        gmsh.model.addPhysicalGroup(2, [high], name="Körper 2")
        top = gmsh.model.getEntitiesInBoundingBox(-1, 9, 0, 11, 11, 9, 1)
        gmsh.model.addPhysicalGroup(1, [t for _, t in top], name=" lid ")
        gmsh.option.setNumber("Mesh.MeshSizeMax", 5)
        gmsh.option.setNumber("Mesh.ElementOrder", order)
        gmsh.model.mesh.generate(2)
        gmsh.option.setNumber("Mesh.MshFileVersion", version)
        gmsh.option.setNumber("Mesh.Binary", binary)
        gmsh.write(str(path))
    mesh = read(path)
    assert heights(mesh) == {"negative": (0, 4), "Körper 2": (4, 10)}
    assert set(mesh.faces) == {"lid", "bottom", "left", "right"}


def test_gmsh_without_groups_tells_entities_apart(tmp_path):
    path = tmp_path / "cell.msh"
    with GmshSession() as gmsh:
        gmsh.model.occ.fragment(
            [(2, gmsh.model.occ.addRectangle(0, 0, 0, 10, 4))],
            [(2, gmsh.model.occ.addRectangle(0, 4, 0, 10, 6))],
        )
        gmsh.model.occ.synchronize()
        gmsh.model.mesh.generate(2)
        gmsh.write(str(path))
    mesh = read(path, regions={"1": "negative", "2": "separator"})
    assert heights(mesh) == {"negative": (0, 4), "separator": (4, 10)}


@pytest.mark.parametrize("dim", [2, 3])
def test_cells_of_gmsh_that_are_cut(tmp_path, dim):
    """Quadrilaterals; and in space hexahedra, wedges and pyramids in one mesh that fits."""
    path = tmp_path / "cell.msh"
    with GmshSession() as gmsh:
        model = gmsh.model
        square = model.geo.addPoint, model.geo.addLine
        points = [square[0](x, y, 0) for x, y in ((0, 0), (10, 0), (10, 10), (0, 10))]
        lines = [square[1](points[i], points[(i + 1) % 4]) for i in range(4)]
        flat = model.geo.addPlaneSurface([model.geo.addCurveLoop(lines)])
        for line in lines:
            model.geo.mesh.setTransfiniteCurve(line, 4)
        if dim == 2:
            model.geo.mesh.setTransfiniteSurface(flat)
            model.geo.mesh.setRecombine(2, flat)
            bodies = [(2, flat)]
        else:
            swept = model.geo.extrude([(2, flat)], 0, 0, 4, [2], recombine=True)
            more = model.geo.extrude([swept[0]], 0, 0, 6, [3], recombine=True)
            model.geo.mesh.setTransfiniteSurface(flat)
            model.geo.mesh.setRecombine(2, flat)
            bodies = [b for b in (swept[1], more[1])]
        model.geo.synchronize()
        for i, (d, tag) in enumerate(bodies):
            model.addPhysicalGroup(d, [tag], name=f"body{i}")
        model.mesh.generate(dim)
        gmsh.write(str(path))
    with pytest.warns(CaseWarning, match="are cut into"):
        mesh = read(path, ThreeDimensional() if dim == 3 else None)
    corners = mesh.points[mesh.cells][:, :, :dim] * 1e6
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])).sum() / (2 if dim == 2 else 6)
    assert volume == pytest.approx(100 if dim == 2 else 1000)
    assert set(mesh.interfaces) == (set() if dim == 2 else {"body0|body1"})


# MED


def write_med(path: Path, mesh: FlatMesh, steps: bool, quadratic: bool = False) -> None:
    """Write a mesh as Salome does: a cell may be in several groups, a group in several families."""
    names = {
        -1: ("negative", "metals"),
        -2: ("separator",),
        -3: ("positive", "metals"),
        -4: ("lid",),
        -5: ("foot", "lid and foot"),
    }
    with h5py.File(path, "w") as file:
        info = file.create_group("INFOS_GENERALES")
        info.attrs["MAJ"] = 4 if steps else 2
        base = file.create_group("ENS_MAA/Mesh_1")
        base.attrs["DIM"] = base.attrs["ESP"] = 2
        there = base.create_group(f"{-1:020d}{-1:020d}") if steps else base

        def numbers(group, name, rows):
            data = group.create_dataset(name, data=np.asarray(rows).reshape(-1, order="F"))
            data.attrs["NBR"] = len(rows)

        nodes = there.create_group("NOE")
        numbers(nodes, "COO", mesh.points)
        cells = there.create_group("MAI/TR3")
        numbers(cells, "NOD", mesh.cells + 1)
        numbers(cells, "FAM", -(mesh.region + 1))
        lines = there.create_group("MAI/SE2")
        numbers(lines, "NOD", np.concatenate([mesh.rim["top"], mesh.rim["bottom"]]) + 1)
        numbers(lines, "FAM", np.repeat([-4, -5], 3))
        for number, groups in names.items():
            family = file.create_group(f"FAS/Mesh_1/ELEME/FAM_{number}_{groups[0]}")
            family.attrs["NUM"] = number
            there = family.create_group("GRO")
            kind = np.dtype((np.int8, (80,)))
            data = there.create_dataset("NOM", (len(groups),), kind)
            for i, group in enumerate(groups):
                data[i] = np.frombuffer(group.encode().ljust(80, b"\0"), dtype=np.int8)
        file.create_group("FAS/Mesh_1/FAMILLE_ZERO").attrs["NUM"] = 0


@pytest.mark.parametrize("steps", [True, False])
def test_groups_of_salome(tmp_path, steps):
    path = tmp_path / "cell.med"
    write_med(path, layers(), steps)
    named = {n: n for n in NAMES}
    mesh = read(path, regions=named, faces={"lid": "lid"})
    assert heights(mesh) == UPRIGHT
    assert facets(mesh) == RIM
    both = read(path, regions={"metals": "lithium", "separator": "glass"}, faces={"foot": "foot"})
    assert heights(both)["lithium"] == (0, 16)
    assert facets(both)["foot"] == 3
    with pytest.raises(MeshError, match=r"'negative' and 'metals' share.*regions=\{'negative'"):
        read(path)


def test_med_of_meshio(tmp_path):
    meshio = pytest.importorskip("meshio")
    flat = layers()
    lines = {"line": flat.rim["top"]}
    mesh = meshio.Mesh(
        flat.points,
        [("line", lines["line"]), ("triangle", flat.cells)],
        cell_data={"cell_tags": [np.full(3, -12), -(flat.region + 1)]},
    )
    mesh.cell_tags = {-12: ["lid"], -1: ["negative"], -2: ["separator"], -3: ["positive"]}
    mesh.write(tmp_path / "cell.med")
    found = read(tmp_path / "cell.med")
    assert heights(found) == UPRIGHT
    assert facets(found) == RIM


def test_med_with_two_meshes(tmp_path):
    path = tmp_path / "cell.med"
    write_med(path, layers(), True)
    with h5py.File(path, "a") as file:
        file.copy("ENS_MAA/Mesh_1", "ENS_MAA/Mesh_2")
    with pytest.raises(MeshError, match=r"2 meshes \(Mesh_1, Mesh_2\)"):
        read(path)


# Exodus


def exodus_variables(mesh: FlatMesh, names=NAMES) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return variables and types of blocks of a plane mesh, with two side sets and a node set."""

    def letters(words) -> np.ndarray:
        return np.array([list(w.ljust(12, "\0")) for w in words], dtype="S1")

    order = [np.flatnonzero(mesh.region == k) for k in range(3)]
    place = np.empty(len(mesh.cells), dtype=int)
    place[np.concatenate(order)] = np.arange(len(mesh.cells)) + 1

    def side_set(rows) -> tuple[np.ndarray, np.ndarray]:
        found = [
            (place[c], i + 1)
            for a, b in rows
            for c, cell in enumerate(mesh.cells)
            for i in range(3)
            if {cell[i], cell[(i + 1) % 3]} == {a, b}
        ]
        return tuple(np.array(found, dtype=np.int32).T)

    lid, foot = side_set(mesh.rim["top"]), side_set(mesh.rim["bottom"])
    variables = {
        "coordx": mesh.points[:, 0],
        "coordy": mesh.points[:, 1],
        "eb_names": letters(names),
        "eb_prop1": np.array([10, 20, 30], dtype=np.int32),
        "ss_names": letters(["lid", ""]),
        "ss_prop1": np.array([1, 77], dtype=np.int32),
        "ns_names": letters(["feet"]),
        "ns_prop1": np.array([5], dtype=np.int32),
        "node_ns1": np.unique(mesh.rim["bottom"]).astype(np.int32) + 1,
        **{"elem_ss1": lid[0], "side_ss1": lid[1], "elem_ss2": foot[0], "side_ss2": foot[1]},
        **{f"connect{k + 1}": mesh.cells[o].astype(np.int32) + 1 for k, o in enumerate(order)},
    }
    return variables, {f"connect{k}": "TRI3" for k in (1, 2, 3)}


def write_exodus(path: Path, variables, types, classic: bool) -> None:
    """Write variables in one of the forms of netCDF."""
    if not classic:
        with h5py.File(path, "w") as file:
            for name, values in variables.items():
                file[name] = values
            for name, kind in types.items():
                file[name].attrs["elem_type"] = np.bytes_(kind)
        return
    with netcdf_file(path, "w") as file:
        for name, values in variables.items():
            axes = [f"{name}_{i}" for i in range(values.ndim)]
            for axis, size in zip(axes, values.shape, strict=True):
                file.createDimension(axis, size)
            made = file.createVariable(name, values.dtype.char.replace("S", "c"), axes)
            made[:] = values
            if name in types:
                made.elem_type = types[name]


@pytest.mark.parametrize("classic", [True, False])
@pytest.mark.parametrize("ending", ["exo", "e", "g"])
def test_exodus(tmp_path, classic, ending):
    path = tmp_path / f"cell.{ending}"
    write_exodus(path, *exodus_variables(layers()), classic)
    mesh = read(path)
    assert heights(mesh) == UPRIGHT
    assert facets(mesh) == {"lid": 3, "77": 3, "left": 6, "right": 6}
    renamed = read(path, faces={"feet": "ground"})
    assert facets(renamed) == {"ground": 3, "top": 3, "left": 6, "right": 6}
    with pytest.raises(MeshError, match="no set of facets or points 'cover': the file has lid, 77"):
        read(path, faces={"cover": "lid"})


@pytest.mark.parametrize("key", ["connect2", "node_ns1", "elem_ss1", "side_ss1"])
def test_exodus_with_numbers_of_nothing(tmp_path, key):
    variables, types = exodus_variables(layers())
    variables[key] = variables[key] + 1000
    write_exodus(tmp_path / "cell.e", variables, types, True)
    with pytest.raises(MeshError, match=r"not in the file|side set 'lid' has a side"):
        read(tmp_path / "cell.e")


def test_exodus_blocks_without_names_and_shells(tmp_path):
    """Of shells in space sides 1 and 2 are the faces, and the edges come after them."""
    variables, _ = exodus_variables(layers(), ("", "", ""))
    variables["side_ss1"] = variables["side_ss1"] + 2
    variables["coordz"] = np.zeros(len(variables["coordx"]))
    path = tmp_path / "cell.e"
    write_exodus(path, variables, {f"connect{k}": "TRISHELL3" for k in (1, 2, 3)}, True)
    mesh = read(path, regions={"10": "a", "20": "b", "30": "c"}, faces={"lid": "lid"})
    assert facets(mesh)["lid"] == 3


EXODUS_SIDES = {
    # the side that lies at z = 0, and the opposite corner or side, from the manual's drawings
    "HEX8": (8, {5: {0, 1, 2, 3}, 6: {4, 5, 6, 7}, 1: {0, 1, 4, 5}, 4: {0, 3, 4, 7}}),
    "TETRA4": (4, {4: {0, 1, 2}, 1: {0, 1, 3}, 2: {1, 2, 3}, 3: {0, 2, 3}}),
    "WEDGE6": (6, {4: {0, 1, 2}, 5: {3, 4, 5}, 1: {0, 1, 3, 4}}),
    "PYRAMID5": (5, {5: {0, 1, 2, 3}, 1: {0, 1, 4}}),
}


@pytest.mark.parametrize("kind", EXODUS_SIDES)
def test_sides_of_exodus_in_space(tmp_path, kind):
    count, sides = EXODUS_SIDES[kind]
    ring = {8: 4, 4: 3, 6: 3, 5: 4}[count]
    turn = 2 * np.pi * np.arange(ring) / ring
    low = np.column_stack([10 * np.cos(turn), 10 * np.sin(turn), 0 * turn])
    high = low + np.array([0, 0, 10]) if count == 2 * ring else np.array([[0.0, 0.0, 10.0]])
    points = np.concatenate([low, high])
    for number, corners in sides.items():
        path = tmp_path / f"{kind}{number}.e"
        others = {n for n in range(1, 7) if n != number and n <= {8: 6, 4: 4, 6: 5, 5: 5}[count]}
        variables = dict(zip(("coordx", "coordy", "coordz"), points.T, strict=True))
        variables |= {"connect1": np.arange(1, count + 1, dtype=np.int32)[None]}
        for i, chosen in enumerate(([number], sorted(others)), 1):
            variables[f"elem_ss{i}"] = np.ones(len(chosen), dtype=np.int32)
            variables[f"side_ss{i}"] = np.array(chosen, dtype=np.int32)
        variables["ss_names"] = np.array([list("one  "), list("other")], dtype="S1")
        write_exodus(path, variables, {"connect1": kind}, True)
        given = MeshFile(path=path, frame=ThreeDimensional(), unit=um)
        if kind == "TETRA4":
            mesh = given.generate()
        else:
            with pytest.warns(CaseWarning, match="cut into"):
                mesh = given.generate()
        assert set(np.unique(mesh.faces["one"])) == corners
        assert set(label(mesh).faces) == {"one", "other"}


def test_exodus_in_64_bit_form(tmp_path):
    path = tmp_path / "cell.e"
    path.write_bytes(b"CDF\x05" + bytes(100))
    with pytest.raises((EnvironmentMissing, MeshError), match=r"netCDF"):
        read(path)


# DOLFINx


def square(order: int = 1):
    """Return a mesh of DOLFINx with tags of cells and of the facets on top, and the tags."""
    comm = MPI.COMM_SELF
    kind = basix.ufl.element("Lagrange", "triangle", order, shape=(2,))
    flat = layers()
    cells = flat.cells
    points = flat.points
    if order == 2:
        edges = np.sort(cells[:, [[1, 2], [0, 2], [0, 1]]].reshape(-1, 2), axis=1)
        unique, number = np.unique(edges, axis=0, return_inverse=True)
        cells = np.concatenate([cells, len(points) + number.reshape(-1, 3)], axis=1)
        points = np.concatenate([points, points[unique].mean(axis=1)])
    mesh = dolfinx.mesh.create_mesh(comm, cells=cells, x=points, e=kind)
    number = np.arange(len(cells), dtype=np.int32)
    y = dolfinx.mesh.compute_midpoints(mesh, 2, number)[:, 1]
    bodies = dolfinx.mesh.meshtags(mesh, 2, number, np.searchsorted([4, 12], y).astype(np.int32))
    top = dolfinx.mesh.locate_entities_boundary(mesh, 1, lambda x: np.isclose(x[1], 16))
    lid = dolfinx.mesh.meshtags(mesh, 1, top, np.full(len(top), 7, dtype=np.int32))
    bodies.name, lid.name = "bodies", "rim"
    return mesh, bodies, lid


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("coding", [XDMFFile.Encoding.HDF5, XDMFFile.Encoding.ASCII])
def test_dolfinx_in_one_file(tmp_path, order, coding):
    mesh, bodies, lid = square(order)
    path = tmp_path / "cell.xdmf"
    with XDMFFile(MPI.COMM_SELF, path, "w", encoding=coding) as file:
        file.write_mesh(mesh)
        file.write_meshtags(lid, mesh.geometry)
        file.write_meshtags(bodies, mesh.geometry)
    names = {"0": "negative", "1": "separator", "2": "positive"}
    found = read(path, regions=names, faces={"7": "lid"})
    assert heights(found) == UPRIGHT
    assert facets(found) == RIM


def test_dolfinx_in_two_files(tmp_path):
    mesh, bodies, lid = square()
    for name, what in (("cell", bodies), ("rim", lid)):
        with XDMFFile(MPI.COMM_SELF, tmp_path / f"{name}.xdmf", "w") as file:
            if name == "cell":
                file.write_mesh(mesh)
            file.write_meshtags(what, mesh.geometry)
    both = {"path": tmp_path / "cell.xdmf", "facets_path": tmp_path / "rim.xdmf"}
    assert facets(read(**both, faces={"7": "lid"})) == RIM
    with pytest.raises(MeshError, match="tags, but no mesh"):
        read(tmp_path / "rim.xdmf")
    with XDMFFile(MPI.COMM_SELF, tmp_path / "rim.xdmf", "w") as file:
        file.write_mesh(mesh)
        file.write_meshtags(lid, mesh.geometry)
    assert facets(read(**both, faces={"7": "lid"})) == RIM
    (tmp_path / "rim.h5").unlink()
    with pytest.raises(MeshError, match=r"rim\.h5, which is not there"):
        read(**both)
    with pytest.raises(MeshError, match="no such file"):
        read(tmp_path / "cell.xdmf", facets_path=tmp_path / "none.xdmf")


def test_xdmf_of_meshio(tmp_path):
    """The way of many tutorials: cells and lines in two files of meshio, both with all points."""
    meshio = pytest.importorskip("meshio")
    flat = layers()
    for name, kind, rows, values in (
        ("cell", "triangle", flat.cells, flat.region + 1),
        ("rim", "line", flat.rim["top"], np.full(3, 9)),
    ):
        meshio.Mesh(flat.points, {kind: rows}, cell_data={"name_to_read": [values]}).write(
            tmp_path / f"{name}.xdmf"
        )
    mesh = read(
        tmp_path / "cell.xdmf",
        facets_path=tmp_path / "rim.xdmf",
        regions={"1": "negative", "2": "separator", "3": "positive"},
        faces={"9": "lid"},
    )
    assert heights(mesh) == UPRIGHT
    assert facets(mesh) == RIM


# meshio


@pytest.mark.parametrize("ending", ["vtu", "vtk", "bdf", "mesh"])
def test_values_of_facets_are_faces(tmp_path, ending):
    meshio = pytest.importorskip("meshio")
    flat = layers()
    key = {"bdf": "nastran:ref", "mesh": "medit:ref"}.get(ending, "tag")
    rim = flat.rim["top"]
    points = np.column_stack([flat.points, 0 * flat.points[:, 0]])
    cells = [("triangle", flat.cells), ("line", rim)]
    values = [flat.region + 1, np.full(len(rim), 9)]
    meshio.Mesh(points, cells, cell_data={key: values}).write(tmp_path / f"cell.{ending}")
    names = {"1": "negative", "2": "separator", "3": "positive"}
    mesh = read(tmp_path / f"cell.{ending}", regions=names, faces={"9": "lid"})
    assert heights(mesh) == UPRIGHT
    assert facets(mesh) == RIM
