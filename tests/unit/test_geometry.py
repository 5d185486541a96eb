# SPDX-License-Identifier: BSD-3-Clause
"""Meshes: names, tags on all ranks, sizes, round trips, files made elsewhere, and clear errors."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from mpi4py import MPI

import dolfinx
import numpy as np
import pytest
import ufl

from ssbmech.errors import MeshError, ParameterError
from ssbmech.frames import Axisymmetric, PlaneStrain, ThreeDimensional
from ssbmech.geometry import (
    Blocks,
    CosineGap,
    CylinderGap,
    FunctionGap,
    Layer,
    LensGap,
    MeshFile,
    Notch,
    QuarterVoid,
    Refinement,
    SphereGap,
    Stack,
    TaggedMesh,
    distribute,
    from_gmsh_model,
    gap_values,
)
from ssbmech.geometry.simplices import SIDES, SimplexMesh, label, shape_quality
from ssbmech.units import MPa, um
from tests.measures import global_counts
from tests.tools import on_first

pytestmark = pytest.mark.pair

COMM = MPI.COMM_WORLD
LAYERS = (Layer("collector", 4 * um), Layer("negative", 12 * um), Layer("separator", 20 * um))


def stack(dim: int = 2, **changes) -> Stack:
    """Return a small stack of three layers."""
    given = {
        "frame": PlaneStrain() if dim == 2 else ThreeDimensional(),
        "layers": LAYERS,
        "width": 30 * um,
        "depth": None if dim == 2 else 20 * um,
        "size_interface": 3 * um,
        "size_bulk": 8 * um,
    }
    return Stack(**(given | changes))


def measure(tagged: TaggedMesh, kind: str, tag: int, weight=1.0) -> float:
    """Return the integral of a weight over a region, face or interface."""
    tags = tagged.cell_tags if kind == "dx" else tagged.facet_tags
    over = ufl.Measure(kind, domain=tagged.mesh, subdomain_data=tags)(tag)
    one = dolfinx.fem.Constant(tagged.mesh, 1.0)
    integrand = ufl.avg(one) * weight if kind == "dS" else one * weight
    return COMM.allreduce(dolfinx.fem.assemble_scalar(dolfinx.fem.form(integrand * over)))


@pytest.mark.parametrize("dim", [2, 3])
def test_stack_has_its_layers_faces_and_interfaces(dim):
    cell = stack(dim)
    tagged = cell.build(COMM)
    assert list(tagged.regions) == ["collector", "negative", "separator"]
    assert set(tagged.faces) == set(SIDES[dim])
    assert list(tagged.interfaces) == ["collector|negative", "negative|separator"]
    assert len({*tagged.faces.values(), *tagged.interfaces.values()}) == len(SIDES[dim]) + 2
    base = cell.width * (cell.depth or 1.0)
    side = cell.levels[-1] * (cell.depth or 1.0)
    for layer in cell.layers:
        volume = measure(tagged, "dx", tagged.region(layer.name))
        assert volume == pytest.approx(layer.thickness * base, rel=1e-11, abs=0.0)
    for name, area in {"bottom": base, "top": base, "left": side, "right": side}.items():
        assert measure(tagged, "ds", tagged.face(name)) == pytest.approx(area, rel=1e-11, abs=0.0)
    for name in tagged.interfaces:
        assert measure(tagged, "dS", tagged.interface(name)) == pytest.approx(
            base, rel=1e-11, abs=0.0
        )


@pytest.mark.parametrize("dim", [2, 3])
def test_tags_are_right_on_owned_and_ghost_entities(dim):
    cell = stack(dim)
    tagged = cell.build(COMM)
    mesh, up = tagged.mesh, dim - 1
    extent = (
        [cell.width, cell.levels[-1]] if dim == 2 else [cell.width, cell.depth, cell.levels[-1]]
    )
    small = 1e-6 * cell.width
    for d, tags in ((dim, tagged.cell_tags), (dim - 1, tagged.facet_tags)):
        entities = mesh.topology.index_map(d)
        count = entities.size_local + entities.num_ghosts
        mid = dolfinx.mesh.compute_midpoints(mesh, d, np.arange(count, dtype=np.int32))
        expected = np.zeros(count, dtype=np.int32)
        if d == dim:
            expected[:] = np.searchsorted(cell.levels, mid[:, up])
        else:
            for name, level in cell.interfaces.items():
                expected[np.abs(mid[:, up] - level) < small] = tagged.interface(name)
            for name, (axis, end) in SIDES[dim].items():
                expected[np.abs(mid[:, axis] - end * extent[axis]) < small] = tagged.face(name)
        found = np.zeros(count, dtype=np.int32)
        found[tags.indices] = tags.values
        assert np.array_equal(found, expected)
    ghosts = mesh.topology.index_map(dim).num_ghosts
    assert COMM.allreduce(ghosts) > 0 or COMM.size == 1


def test_names_are_known_to_a_rank_without_cells_of_a_layer():
    cell = stack(
        layers=(Layer("thin", 1 * um), Layer("tall", 200 * um)), width=4 * um, size_bulk=4 * um
    )
    tagged = cell.build(COMM)
    owned = tagged.mesh.topology.index_map(2).size_local
    mine = np.count_nonzero(tagged.cell_tags.find(tagged.region("thin")) < owned)
    assert COMM.allreduce(int(mine)) > 0
    assert min(COMM.allgather(int(mine))) == 0 or COMM.size == 1
    assert tagged.interface("thin|tall") == tagged.interface("tall|thin")


def test_sizes_grade_from_the_interfaces_and_refinements():
    place = Refinement("negative|separator", 10 * um, 0.2 * um, 0.5 * um)
    cell = stack(refinements=(place,))
    mesh = label(cell.generate())
    assert shape_quality(mesh.points, mesh.cells).min() > 0.5
    edges = mesh.facets[mesh.facet_values == mesh.interfaces["negative|separator"]]
    ends = mesh.points[edges]
    lengths, mid = np.ptp(ends[:, :, 0], axis=1), ends[:, :, 0].mean(axis=1)
    level = cell.level("negative|separator")
    assert np.allclose(ends[:, :, 1], level, rtol=1e-12, atol=0.0)
    assert np.abs(ends[:, :, 0] - place.position).min() < 1e-12
    near = np.abs(mid - place.position) < place.radius
    assert np.count_nonzero(near) >= 4
    assert np.allclose(lengths[near], place.size, rtol=0.35)
    assert np.allclose(
        lengths[np.abs(mid - place.position) > 12e-6], cell.size_interface, rtol=0.25
    )
    coarse = mesh.facets[mesh.facet_values == mesh.faces["top"]]
    assert np.ptp(mesh.points[coarse][:, :, 0], axis=1).min() > 1.5 * cell.size_interface
    ungraded = label(stack(graded=()).generate())
    assert len(ungraded.cells) < len(label(stack().generate()).cells)


def test_refinement_follows_a_ring_in_three_dimensions():
    ring = Refinement("negative|separator", 8 * um, 1 * um, 0.5 * um, axis_x=0.0, axis_y=0.0)
    mesh = label(stack(3, refinements=(ring,), size_interface=4 * um).generate())
    assert shape_quality(mesh.points, mesh.cells).min() > 0.2
    rows = mesh.points[mesh.facets[mesh.facet_values == mesh.interfaces["negative|separator"]]]
    away = np.abs(np.hypot(*rows.mean(axis=1).T[:2]) - ring.position)
    size = np.linalg.norm(rows[:, 0] - rows[:, 1], axis=1)
    assert size[away < ring.radius].max() < 2e-6 < size[away > 8e-6].mean()


def test_same_input_gives_the_same_mesh():
    for geometry in (stack(), stack(3), Blocks(**BLOCKS)):
        first, again = label(geometry.generate()), label(geometry.generate())
        assert np.array_equal(first.points, again.points)
        assert np.array_equal(first.cells, again.cells)
        assert len(set(COMM.allgather(first.points.tobytes()))) == 1
    tagged = stack().build(COMM)
    assert global_counts(tagged)["negative"] == np.count_nonzero(
        label(stack().generate()).cell_values == 2
    )


@pytest.mark.parametrize("dim", [2, 3])
def test_a_written_mesh_is_read_back(tmp_path, dim):
    path = tmp_path / "cell.msh"
    tagged = stack(dim).build(COMM, keep=path)
    again = MeshFile(path=path, frame=tagged.frame).build(COMM)
    assert again.regions == tagged.regions
    assert set(again.faces) == set(tagged.faces)
    assert again.interfaces == tagged.interfaces
    assert global_counts(again) == global_counts(tagged)
    direct, read = (
        label(stack(dim).generate()),
        label(MeshFile(path=path, frame=tagged.frame).generate()),
    )
    assert np.allclose(direct.points, read.points, rtol=1e-12, atol=1e-18)


def test_annulus_and_sphere():
    given = {"inner_radius": 5 * um, "outer_radius": 25 * um, "size": 0.5 * um}
    a, b = 5e-6, 25e-6
    cylinder = QuarterVoid(frame=PlaneStrain(), **given).build(COMM)
    assert list(cylinder.regions) == ["body"]
    assert set(cylinder.faces) == {"inner", "outer", "left", "bottom"}
    assert measure(cylinder, "dx", 1) == pytest.approx(np.pi / 4 * (b**2 - a**2), rel=2e-3)
    arc = measure(cylinder, "ds", cylinder.face("inner"))
    assert arc == pytest.approx(np.pi / 2 * a, rel=1e-3)
    assert measure(cylinder, "ds", cylinder.face("left")) == pytest.approx(b - a, rel=1e-12)
    sphere = QuarterVoid(frame=Axisymmetric(), **given).build(COMM)
    weight = sphere.frame.weight(ufl.SpatialCoordinate(sphere.mesh))
    volume = measure(sphere, "dx", 1, weight)
    # straight facets cut off a share h^2 / (8 R^2) of the radius, three times that of the volume
    assert volume == pytest.approx(2 * np.pi / 3 * (b**3 - a**3), rel=3e-3, abs=0.0)


def test_plate_with_hole_grades_and_refines_similarly():
    sizes = []
    for size in (1.0, 0.5):
        plate = QuarterVoid(
            square=True,
            frame=PlaneStrain(),
            inner_radius=5 * um,
            outer_radius=25 * um,
            size=size * um,
            region="metal",
        )
        mesh = label(plate.generate())
        assert list(mesh.regions) == ["metal"]
        assert set(mesh.faces) == {"inner", "left", "bottom", "right", "top"}
        assert shape_quality(mesh.points, mesh.cells).min() > 0.5
        for name, length in (("inner", size), ("top", 5 * size)):
            ends = mesh.points[mesh.facets[mesh.facet_values == mesh.faces[name]]]
            edges = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
            assert np.allclose(edges, length * 1e-6, rtol=0.2)
        sizes.append(len(mesh.points))
    assert 3.3 < sizes[1] / sizes[0] < 4.5


BLOCKS = {
    "frame": PlaneStrain(),
    "width": 1.0,
    "lower": 0.5,
    "upper": 0.4,
    "size_lower": 0.1,
    "size_upper": 0.2,
}


@pytest.mark.parametrize("changes", [{}, {"frame": ThreeDimensional(), "depth": 0.6}])
def test_blocks_are_irregular_inside_and_flat_outside(changes):
    blocks = Blocks(**(BLOCKS | changes))
    tagged = blocks.build(COMM)
    area = blocks.width * (blocks.depth or 1.0)
    assert measure(tagged, "dx", tagged.region("lower")) == pytest.approx(0.5 * area, rel=1e-12)
    assert measure(tagged, "dx", tagged.region("upper")) == pytest.approx(0.4 * area, rel=1e-12)
    assert measure(tagged, "dS", tagged.interface("lower|upper")) == pytest.approx(
        area, rel=1e-11, abs=0.0
    )
    mesh = label(blocks.generate())
    assert shape_quality(mesh.points, mesh.cells).min() > 0.05
    ends = mesh.points[mesh.facets[mesh.facet_values == mesh.interfaces["lower|upper"]]]
    lengths = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
    assert lengths.std() > 0.08 * lengths.mean()


DECK = """*HEADING
two unit squares, one on the other; a set of all elements comes on top
** a comment
*NODE, NSET=ALLNODES
10, 0., 0.
20, 1., 0.
30, 1., 1.
40, 0., 1.
50, 1., 2.
60, 0., 2.
99, 7., 7., 0.
*Element, type=T2D2
1, 10, 20
*ELEMENT, TYPE=CPE3, ELSET=metal
2, 10, 20, 30
3, 10, 30, 40
*ELEMENT, TYPE=CPE3,
 ELSET=glass
4, 40, 30, 50
5, 40, 50, 60
*ELSET, ELSET=ground
1
*ELSET, ELSET=all, GENERATE
2, 5, 1
*SURFACE, NAME=lid, TYPE=ELEMENT
5, S2
*NSET, NSET=edge
20, 30, 50
*END
"""


def test_abaqus_deck(tmp_path):
    path = tmp_path / "squares.inp"
    on_first(COMM, lambda: path.write_text(DECK))
    chosen = {"metal": "negative", "glass": "separator"}
    named = {"ground": "ground", "lid": "lid", "edge": "edge"}
    tagged = MeshFile(
        path=path, frame=PlaneStrain(), unit=1 * um, regions=chosen, faces=named
    ).build(COMM)
    assert tagged.regions == {"negative": 1, "separator": 2}
    assert set(tagged.faces) == {"ground", "lid", "edge", "left"}
    for face, length in {"ground": 1e-6, "lid": 1e-6, "edge": 2e-6, "left": 2e-6}.items():
        assert measure(tagged, "ds", tagged.face(face)) == pytest.approx(length)
    assert measure(tagged, "dS", tagged.interface("negative|separator")) == pytest.approx(1e-6)
    with pytest.raises(MeshError, match=r"'metal' and 'all' share cells"):
        MeshFile(path=path, frame=PlaneStrain()).build(COMM)
    with pytest.raises(MeshError, match=r"no set of cells 'wood'.*metal"):
        MeshFile(path=path, frame=PlaneStrain(), regions={"wood": "negative"}).build(COMM)


def test_gmsh_file_of_another_program(tmp_path):
    path = tmp_path / "pipe.msh"

    def draw(gmsh):
        occ = gmsh.model.occ
        occ.cut([(2, occ.addRectangle(0, 0, 0, 4, 4))], [(2, occ.addDisk(2, 2, 0, 1, 1))])
        occ.synchronize()
        gmsh.model.addPhysicalGroup(2, [1], 7)
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.5)
        gmsh.model.mesh.generate(2)
        gmsh.option.setNumber("Mesh.MshFileVersion", 2.2)
        gmsh.option.setNumber("Mesh.Binary", 0)
        gmsh.write(str(path))

    with pytest.raises(MeshError, match="outer facets belong to no face"):
        from_gmsh_model(COMM, PlaneStrain(), draw)

    def draw_with_hole(gmsh):
        draw(gmsh)
        gmsh.model.addPhysicalGroup(1, [5], name="hole")
        gmsh.write(str(path))

    from_gmsh_model(COMM, PlaneStrain(), draw_with_hole)
    tagged = MeshFile(path=path, frame=PlaneStrain(), unit=1 * um, regions={"7": "body"}).build(
        COMM
    )
    assert set(tagged.faces) == {"hole", "bottom", "top", "left", "right"}
    assert measure(tagged, "dx", tagged.region("body")) == pytest.approx(
        (16 - np.pi) * 1e-12, rel=0.03
    )


@pytest.mark.parametrize("dim", [2, 3])
def test_vtu_with_an_integer_array(tmp_path, dim):
    meshio = pytest.importorskip("meshio")
    path = tmp_path / "cell.vtu"

    def write():
        mesh = label(stack(dim).generate())
        cells = [("triangle" if dim == 2 else "tetra", mesh.cells)]
        data = {"material": [mesh.cell_values * 10], "other": [mesh.cell_values % 2]}
        meshio.Mesh(mesh.points * 1e6, cells, cell_data=data).write(path)

    on_first(COMM, write)
    names = {"10": "collector", "20": "negative", "30": "separator"}
    given = {"path": path, "frame": stack(dim).frame, "unit": 1 * um, "regions": names}
    tagged = MeshFile(**given, region_array="material").build(COMM)
    assert global_counts(tagged) == global_counts(stack(dim).build(COMM))
    with pytest.raises(MeshError, match=r"region_array.*material, other"):
        MeshFile(**given).build(COMM)


def test_exodus_with_named_blocks(tmp_path):
    meshio = pytest.importorskip("meshio")
    netcdf = pytest.importorskip("netCDF4")
    path = tmp_path / "cell.exo"

    def write():
        mesh = label(stack().generate())
        cells = [("triangle", mesh.cells[mesh.cell_values == tag]) for tag in (1, 2, 3)]
        meshio.Mesh(
            mesh.points, cells, point_sets={"feet": np.flatnonzero(mesh.points[:, 1] == 0)}
        ).write(path)
        with netcdf.Dataset(path, "a") as data:
            data.createDimension("name_length", 16)
            blocks = data.createVariable("eb_names", "S1", ("num_el_blk", "name_length"))
            blocks[:] = netcdf.stringtochar(
                np.array(["collector", "negative", "separator"], dtype="S16")
            )

    on_first(COMM, write)
    tagged = MeshFile(path=path, frame=PlaneStrain(), faces={"feet": "bottom"}).build(COMM)
    assert global_counts(tagged) == global_counts(stack().build(COMM))


@pytest.mark.parametrize(
    "name", ["none.msh", "none.vtu", "bad.msh", "bad.inp", "bad.vtu", "bad.exo", "bad.xyz"]
)
def test_an_unreadable_file_is_refused_on_all_ranks(tmp_path, name):
    pytest.importorskip("meshio")
    pytest.importorskip("netCDF4") if name == "bad.exo" else None
    path = tmp_path / name
    if name.startswith("bad"):
        on_first(COMM, lambda: path.write_text("*ELEMENT, TYPE=CPE3\n1, 2, x\nthis is no mesh\n"))
    with pytest.raises(MeshError, match=str(path)):
        MeshFile(path=path, frame=PlaneStrain()).build(COMM)


def test_an_unwritable_file_is_refused_on_all_ranks(tmp_path):
    with pytest.raises(MeshError):
        stack().build(COMM, keep=tmp_path / "missing" / "cell.msh")


SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=float)
UP = np.array([0, 1, 0])
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]])


@pytest.mark.parametrize(
    ("mesh", "message"),
    [
        (SimplexMesh(SQUARE, TRIANGLES, {"a": np.array([0])}), "1 cells belong to no region"),
        (
            SimplexMesh(SQUARE, TRIANGLES, {"a": np.arange(2), "b": np.arange(1)}),
            "'a' and 'b' share",
        ),
        (SimplexMesh(SQUARE, TRIANGLES, {"a|b": np.arange(2)}), "cannot name a region"),
        (
            SimplexMesh(SQUARE, TRIANGLES, {"a": np.arange(2), "b": np.arange(0)}),
            "'b' holds no cells",
        ),
        (SimplexMesh(SQUARE, TRIANGLES[:0], {}), "holds no triangles"),
        (SimplexMesh(SQUARE * [1, 0, 0], TRIANGLES, {"a": np.arange(2)}), "2 cells have no volume"),
        (SimplexMesh(SQUARE * np.nan, TRIANGLES, {"a": np.arange(2)}), "not finite"),
        (SimplexMesh(SQUARE[:, [2, 1, 0]], TRIANGLES, {"a": np.arange(2)}), "not flat"),
        (
            SimplexMesh(
                np.vstack([SQUARE, SQUARE + UP]),
                np.vstack([TRIANGLES, TRIANGLES + 4]),
                {"a": np.arange(2), "b": np.arange(2, 4)},
            ),
            "2 outer facets belong to no face.*merge coincident points",
        ),
        (
            SimplexMesh(
                np.vstack([SQUARE, [[2, 1, 0]]]),
                np.vstack([TRIANGLES, [[0, 2, 4]]]),
                {"a": np.arange(3)},
            ),
            "branches",
        ),
        (
            SimplexMesh(
                SQUARE,
                TRIANGLES,
                {"a": np.arange(2)},
                {"x": np.array([[0, 1]]), "y": np.array([[1, 0]])},
            ),
            "faces 'x' and 'y' share facets",
        ),
    ],
)
def test_a_faulty_mesh_is_refused_on_all_ranks(mesh, message):
    with pytest.raises(MeshError, match=message):
        distribute(COMM, PlaneStrain(), lambda: mesh)


def test_a_mesh_of_the_wrong_dimension_is_refused():
    with pytest.raises(MeshError, match="2 dimensions, its frame 3"):
        distribute(COMM, ThreeDimensional(), stack().generate)


def test_solid_cells_and_quadrilaterals_are_refused(tmp_path):
    path = tmp_path / "solid.msh"
    stack(3).build(COMM, keep=path)
    with pytest.raises(MeshError, match="solid cells"):
        MeshFile(path=path, frame=PlaneStrain()).build(COMM)

    def draw(gmsh):
        gmsh.model.occ.addRectangle(0, 0, 0, 1, 1)
        gmsh.model.occ.synchronize()
        gmsh.option.setNumber("Mesh.RecombineAll", 1)
        gmsh.model.mesh.generate(2)

    with pytest.raises(MeshError, match="only triangles and tetrahedra"):
        from_gmsh_model(COMM, PlaneStrain(), draw)


def test_a_failure_of_gmsh_reaches_all_ranks():
    with pytest.raises(MeshError, match="Gmsh"):
        from_gmsh_model(COMM, PlaneStrain(), lambda gmsh: gmsh.model.setCurrent("nothing"))


def test_an_unforeseen_failure_leaves_no_rank_waiting():
    expected = LookupError if COMM.rank == 0 else MeshError
    with pytest.raises(expected):
        distribute(COMM, PlaneStrain(), lambda: {}["missing"])


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"layers": ()}, MeshError, "at least one layer"),
        ({"layers": (LAYERS[0], LAYERS[0])}, MeshError, "collector is used more than once"),
        ({"width": -1 * um}, ParameterError, "Stack.width"),
        ({"size_bulk": 1 * MPa}, ParameterError, "Stack.size_bulk"),
        ({"depth": 1 * um}, MeshError, "has no depth"),
        ({"frame": ThreeDimensional()}, MeshError, "needs a depth"),
        ({"graded": ("a|b",)}, MeshError, r"no interface 'a\|b'.*collector\|negative"),
        ({"refinements": (Refinement("a|b", 0, 1 * um, 0),)}, MeshError, "no interface"),
        (
            {"refinements": (Refinement("negative|separator", 31 * um, 1 * um, 0),)},
            MeshError,
            "outside the stack",
        ),
        (
            {"refinements": (Refinement("negative|separator", 3 * um, 1 * um, 0, axis_x=0),)},
            MeshError,
            "three dimensions",
        ),
    ],
)
def test_a_wrong_stack_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        stack(**changes)


@pytest.mark.parametrize("thickness", [0.0, -1 * um, 1 * MPa, float("nan")])
def test_a_wrong_thickness_is_refused(thickness):
    with pytest.raises(ParameterError, match=r"Layer\.thickness"):
        Layer("negative", thickness)


def test_a_wrong_void_is_refused():
    given = {"inner_radius": 5 * um, "outer_radius": 4 * um, "size": 1 * um}
    with pytest.raises(MeshError, match="larger than the void"):
        QuarterVoid(frame=PlaneStrain(), square=True, **given)
    with pytest.raises(MeshError, match="two dimensions"):
        QuarterVoid(frame=ThreeDimensional(), **(given | {"outer_radius": 9 * um}))


def test_unknown_names_list_the_known_ones():
    tagged = stack().build(COMM)
    with pytest.raises(
        MeshError, match=r"no region 'anode': it has collector, negative, separator"
    ):
        tagged.region("anode")
    with pytest.raises(MeshError, match=r"no face 'front'.*bottom"):
        tagged.face("front")
    with pytest.raises(
        MeshError, match=r"no interface 'collector\|separator'.*negative\|separator"
    ):
        tagged.interface("collector|separator")


def test_gap_profiles():
    x = np.array([[0.0, 5e-6, 10e-6, 20e-6], [0.0, 0.0, 5e-6, 0.0], np.zeros(4)])
    lens = LensGap(half_width=10 * um, depth=0.5 * um)
    assert np.allclose(lens(x), [0.5e-6, 0.375e-6, 0.0, 0.0])
    around = LensGap(half_width=10 * um, depth=0.5 * um, centre=5 * um, centre_y=5 * um)
    assert np.allclose(around(x), [0.25e-6, 0.375e-6, 0.375e-6, 0.0])
    wave = CosineGap(amplitude=1 * um, wavelength=20 * um)
    assert np.allclose(wave(x), [0.0, 0.5e-6, 1e-6, 0.0])
    both = CosineGap(amplitude=1 * um, wavelength=20 * um, wavelength_y=20 * um)
    assert np.allclose(both(x), [0.0, 0.25e-6, 0.75e-6, 0.0])
    assert np.allclose(CylinderGap(radius=1e-3)(x), x[0] ** 2 / 2e-3)
    assert np.allclose(SphereGap(radius=1e-3)(x), (x[0] ** 2 + x[1] ** 2) / 2e-3)
    assert np.allclose(FunctionGap(lambda x: 2 * x[0])(x), 2 * x[0])
    assert np.allclose(gap_values(FunctionGap(lambda x: 1e-9), x, COMM), 1e-9)
    with pytest.raises(ParameterError, match=r"LensGap\.half_width"):
        LensGap(half_width=0.0, depth=1e-6)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x[0] - 1.0, "expected zero or more"),
        (lambda x: x[0] * np.nan, "expected zero or more"),
        (lambda x: x[0] + np.inf, "infinite"),
        (lambda x: np.zeros(7), "expected shape"),
    ],
)
def test_a_wrong_gap_on_one_rank_is_refused_on_all(function, message):
    last = COMM.rank == COMM.size - 1
    profile = FunctionGap(function if last else lambda x: 0.0)
    with pytest.raises(ParameterError, match=message):
        gap_values(profile, np.zeros((3, 2)), COMM)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("script", "arguments", "regions"),
    [
        ("layered_cell", "--layer a=4 --layer b=6:2 --width 9 --refine a|b=3:.2:.5", ["a", "b"]),
        (
            "layered_cell",
            "--layer a=4 --layer b=6 --width 9 --depth 5 --size-interface 3",
            ["a", "b"],
        ),
        ("void", "--inner 5 --outer 25 --size 1 --square", ["body"]),
        ("void", "--inner 5 --outer 25 --size 1", ["body"]),
        ("blocks", "--width 1 --lower 0.5 --upper 0.5 --sizes 0.2 0.3", ["lower", "upper"]),
    ],
)
def test_mesh_scripts(tmp_path, script, arguments, regions):
    source = Path(__file__).parents[2] / "meshes" / f"{script}.py"
    spec = importlib.util.spec_from_file_location(script, source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path = tmp_path / "mesh.msh"
    module.main([str(path), *arguments.split()])
    frame = ThreeDimensional() if "--depth" in arguments else PlaneStrain()
    read = MeshFile(path=path, frame=frame, any_size=True).generate()
    assert list(label(read).regions) == regions


def test_notch_is_filled_by_the_upper_layer() -> None:
    layers = {"lower": Layer("ground", 8 * um), "upper": Layer("metal", 6 * um)}
    given = {"width": 12 * um, "mouth": 4 * um, "floor": 1 * um, "depth": 3 * um}
    given |= {"size": 0.5 * um, "size_bulk": 2 * um, **layers}
    mesh = Notch(frame=PlaneStrain(), **given).build(COMM)
    flaw = 0.5 * (4 + 1) * 3e-12
    areas = {name: measure(mesh, "dx", tag) for name, tag in mesh.regions.items()}
    assert areas["metal"] == pytest.approx(72e-12 + flaw, rel=1e-12, abs=0.0)
    assert areas["ground"] == pytest.approx(96e-12 - flaw, rel=1e-12, abs=0.0)
    assert {"bottom", "top", "left", "right"} <= set(mesh.faces)
    sharp = Notch(frame=Axisymmetric(), **(given | {"floor": 0.0}))
    assert len(sharp.walls) == 3
    for wrong, words in (
        ({"floor": 5 * um}, "do not overhang"),
        ({"mouth": 12 * um}, "do not overhang"),
        ({"depth": 8 * um}, "goes through 'ground'"),
    ):
        with pytest.raises(MeshError, match=words):
            Notch(frame=PlaneStrain(), **(given | wrong))
    with pytest.raises(MeshError, match="two dimensions"):
        Notch(frame=ThreeDimensional(), **given)
