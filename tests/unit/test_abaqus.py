# SPDX-License-Identifier: BSD-3-Clause
"""Abaqus decks: instances, sets of all kinds, surfaces, element types, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ssbmech.errors import CaseWarning, MeshError
from ssbmech.frames import Axisymmetric, PlaneStrain, ThreeDimensional
from ssbmech.geometry import MeshFile
from ssbmech.geometry.simplices import LabelledMesh, label
from ssbmech.units import um
from tests.flat_mesh import NAMES, FlatMesh, deck_lines, element_lines, layers, node_lines

pytestmark = pytest.mark.serial


def read(folder: Path, text: str | list[str], frame=None, name="cell.inp", **given) -> LabelledMesh:
    """Return the mesh of a deck in micrometres."""
    path = folder / name
    path.write_text(text if isinstance(text, str) else "\n".join(text) + "\n")
    return label(MeshFile(path=path, frame=frame or PlaneStrain(), unit=um, **given).generate())


def areas(mesh: LabelledMesh) -> dict[str, float]:
    """Return the area or volume of each region, in units of the file."""
    dim = mesh.cells.shape[1] - 1
    corners = mesh.points[mesh.cells][:, :, :dim] * 1e6
    size = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / (2 if dim == 2 else 6)
    return {n: float(size[mesh.cell_values == t].sum()) for n, t in mesh.regions.items()}


def lengths(mesh: LabelledMesh) -> dict[str, float]:
    """Return the length of each face of a plane mesh, in micrometres."""
    ends = mesh.points[mesh.facets] * 1e6
    size = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
    return {n: float(size[mesh.facet_values == t].sum()) for n, t in mesh.faces.items()}


def part(name: str, mesh: FlatMesh, names=NAMES, kind="CPE3", more=()) -> list[str]:
    return [f"*Part, name={name}", *deck_lines(mesh, kind, names), *more, "*End Part"]


def test_a_moved_instance_is_where_it_was_moved(tmp_path):
    lines = [
        *part("Cell", layers(), kind="CAX3"),
        *("*Assembly, name=A", "*Instance, name=Cell-1, part=CELL", " 5000., 0., 0."),
        *("*End Instance", "*End Assembly"),
    ]
    ring = read(tmp_path, lines, Axisymmetric())
    assert np.ptp(ring.points[:, 0]) == pytest.approx(12e-6)
    assert ring.points[:, 0].min() == pytest.approx(5e-3)
    assert list(ring.regions) == list(NAMES)


def test_an_instance_is_moved_and_then_turned(tmp_path):
    """By hand: (x, y) + (2, 0), turned by 90 degrees about (1, 1), is (1 - (y - 1), 1 + x + 1)."""
    lines = [
        *part("Cell", layers()),
        *("*Assembly, name=A", "*Instance, name=Cell-1, part=Cell", "2., 0., 0."),
        *("1., 1., 0., 1., 1., 1., 90.", "*End Instance", "*End Assembly"),
    ]
    mesh = read(tmp_path, lines)
    x, y = mesh.points[:, 0] * 1e6, mesh.points[:, 1] * 1e6
    assert (x.min(), x.max()) == pytest.approx((2 - 16, 2))
    assert (y.min(), y.max()) == pytest.approx((2, 14))
    negative = mesh.points[mesh.cells[mesh.cell_values == 1], 0] * 1e6
    assert (negative.min(), negative.max()) == pytest.approx((2 - 4, 2))


def test_instances_that_touch_are_joined(tmp_path):
    """Two parts, one of them twice; sets of parts, of the assembly and of one instance."""
    block = layers((4.0,))
    lines = [
        *part("Lithium", block, ("Metal",)),
        *part("Glass", layers((8.0,)), ("Glass",)),
        "*Assembly, name=A",
        *("*Instance, name=Low, part=Lithium", "*End Instance"),
        *("*Instance, name=Middle, part=Glass", "0., 4., 0.", "*End Instance"),
        *("*Instance, name=High, part=Lithium", "0., 12., 0.", "*End Instance"),
        *("*Elset, elset=Anode, instance=LOW", "metal,"),
        *("*Elset, elset=Cathode, instance=High, generate", f"1, {len(block.cells)}"),
        *("*Nset, nset=Lid, instance=High", "9, 10, 11, 12"),
        *("*Elset, elset=Floor, instance=Low, internal", "1, 3, 5"),
        *("*Surface, type=ELEMENT, name=Ground", "floor, S1"),
        *("*Surface, type=ELEMENT, name=Plate", "High.Metal,"),
        "*End Assembly",
    ]
    named = {"anode": "negative", "Glass": "separator", "Cathode": "positive"}
    with pytest.warns(CaseWarning, match="8 points lie where another one lies"):
        mesh = read(tmp_path, lines, regions=named, faces={"Lid": "lid", "ground": "ground"})
    assert areas(mesh) == pytest.approx({"negative": 48, "separator": 96, "positive": 48})
    assert set(mesh.interfaces) == {"negative|separator", "positive|separator"}
    assert lengths(mesh) == pytest.approx({"ground": 12, "lid": 12, "left": 16, "right": 16})
    with pytest.warns(CaseWarning, match="made one"):
        whole = read(tmp_path, lines, regions={"Metal": "metal", "Glass": "glass"}, faces={})
    assert areas(whole) == pytest.approx({"metal": 96, "glass": 96})
    assert "Plate" in whole.faces  # free sides; those of the interface are no face any more
    with pytest.warns(CaseWarning, match="made one"):
        dotted = {"Low.Metal": "a", "High.Metal": "b", "Glass": "glass"}
        assert set(read(tmp_path, lines, regions=dotted).regions) == {"a", "b", "glass"}


def test_names_with_dots_and_quotation_marks(tmp_path):
    lines = [
        *part("p.1", layers(), ('"first one"', "b.c", "d")),
        *("*Instance, name=p.1-1, part=p.1", "*End Instance"),
        *("*Elset, elset=metals", 'p.1-1.first one, "p.1-1.d"'),
    ]
    mesh = read(tmp_path, lines, regions={"metals": "metal", "B.C": "glass"})
    assert areas(mesh) == pytest.approx({"metal": 96, "glass": 96})


def test_surfaces_of_a_part(tmp_path):
    """As such, or that of one instance; those that a program made for itself only by name."""
    own = ["*Surface, name=Lid", "1, S1", "*Surface, name=_pick, internal", "1, S1"]
    lines = [*part("Cell", layers(), more=own), "*Instance, name=I, part=Cell", "*End Instance"]
    assert lengths(read(tmp_path, lines)) == {
        "Lid": pytest.approx(4),
        "bottom": pytest.approx(8),
        "top": pytest.approx(12),
        "left": pytest.approx(16),
        "right": pytest.approx(16),
    }
    for name in ("i.lid", "_PICK"):
        assert "plate" in read(tmp_path, lines, faces={name: "plate"}).faces


def test_sets_of_one_name_in_several_parts_stay_apart(tmp_path):
    """As Abaqus/CAE names the set of each part "Set-1"."""
    lines = [
        *part("Lithium", layers((4.0,)), ("Set-1",)),
        *part("Glass", layers((8.0,)), ("Set-1",)),
        *("*Instance, name=Lithium-1, part=Lithium", "*End Instance"),
        *("*Instance, name=Glass-1, part=Glass", "0., 4.", "*End Instance"),
    ]
    with pytest.warns(CaseWarning, match="made one"):
        mesh = read(tmp_path, lines)
    assert areas(mesh) == pytest.approx({"Lithium-1.Set-1": 48, "Glass-1.Set-1": 96})
    with pytest.warns(CaseWarning, match="made one"):
        assert areas(read(tmp_path, lines, regions={"SET-1": "all"})) == {"all": pytest.approx(144)}


def test_instances_that_do_not_fit_are_refused_with_place(tmp_path):
    both = [*part("A", layers((4.0,)), ("a",)), *part("B", layers((4.0,), across=5), ("b",))]
    place = ["*Instance, name=I, part=A", "*End Instance", "*Instance, name=J, part=B"]
    touching = [*both, *place, "0., 4., 0.", "*End Instance"]
    with pytest.raises(MeshError, match=r"do not match.*4e-06"):
        read(tmp_path, touching)
    apart = [*both, *place, "0., 5., 0.", "*End Instance"]
    with pytest.raises(MeshError, match=r"2 pieces.*region 'a'"):
        read(tmp_path, apart)


def test_names_are_the_same_in_whatever_case(tmp_path):
    lines = [
        *deck_lines(layers(), names=("Negative", "Separator", "Positive")),
        *("*Elset, elset=LITHIUM", "NEGATIVE, positive"),
        *("*Elset, elset=separator", "1"),
    ]
    chosen = {"lithium": "lithium", "rest": "separator"}
    lines[-2:] = ["*Elset, elset=Rest", "SEPARATOR"]
    assert areas(read(tmp_path, lines, regions=chosen)) == pytest.approx(
        {"lithium": 96, "separator": 96}
    )
    with pytest.raises(MeshError, match=r"'Negative' and 'LITHIUM' share cells.*regions=\{"):
        read(tmp_path, lines)


def test_sets_with_a_section_are_the_regions(tmp_path):
    sections = [f"*Solid Section, elset={n.upper()}, material=m" for n in NAMES]
    lines = [*deck_lines(layers()), "*Elset, elset=all, generate", "1, 36", *sections]
    assert list(read(tmp_path, lines).regions) == list(NAMES)


def test_included_files(tmp_path):
    mesh = layers()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "nodes.txt").write_text("\n".join(node_lines(mesh.points)[1:]))
    (tmp_path / "cells.inp").write_text("\n".join(deck_lines(mesh)[len(mesh.points) + 1 :]))
    lines = ["*Node, input=sub\\nodes.txt", "*Include, input=cells.inp"]
    assert sum(areas(read(tmp_path, lines)).values()) == pytest.approx(192)
    names = [p.name for p in MeshFile(path=tmp_path / "cell.inp", frame=PlaneStrain()).files()]
    assert names == ["cell.inp", "nodes.txt", "cells.inp"]
    with pytest.raises(MeshError, match=r"no file.*none\.inp"):
        read(tmp_path, ["*Include, input=none.inp"])
    with pytest.raises(MeshError, match="includes itself"):
        read(tmp_path, ["*Include, input=cell.inp"])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "latin-1"])
def test_codings_of_text(tmp_path, end, coding):
    path = tmp_path / "cell.inp"
    lines = ["** Körper", *deck_lines(layers(), names=("Träger", "b", "c"))]
    lines[-7:-7] = ["** remark in between"]
    path.write_bytes(end.join(lines).encode(coding))
    mesh = MeshFile(path=path, frame=PlaneStrain(), unit=um).generate()
    assert list(mesh.regions) == ["Träger", "b", "c"]


def test_lines_that_go_on(tmp_path):
    lines = deck_lines(layers(), kind="CPE3")
    lines = [s.replace(", elset=", ",\n  ELSET = ") for s in lines]
    lines = [
        s.replace(", ", ",\n", 2) if s[0].isdigit() and s.count(",") == 3 else s for s in lines
    ]
    assert list(read(tmp_path, lines).regions) == list(NAMES)


@pytest.mark.parametrize("kind", ["CPE4", "CAX4R", "CPS4I"])
def test_quadrilaterals_are_cut(tmp_path, kind):
    with pytest.warns(CaseWarning, match="18 quadrilaterals are cut into 36 triangles"):
        mesh = read(tmp_path, deck_lines(layers(quads=True), kind))
    assert areas(mesh) == pytest.approx(dict(zip(NAMES, (48, 96, 48), strict=True)))


def test_quadratic_elements_with_a_curved_side(tmp_path):
    points = np.array([[0, 0], [4, 0], [0, 4], [2, 0], [2, 2], [0, 2]], dtype=float)
    points[3, 1] = -0.1
    lines = [*node_lines(points), *element_lines([np.arange(6)], "CPE6M", "a")]
    lines += ["*Nset, nset=slope", "2, 5, 3"]
    with pytest.warns(CaseWarning, match=r"1 cells are made straight.*1e-07 m, 0\.025"):
        mesh = read(tmp_path, lines, faces={"slope": "slope"})
    assert areas(mesh) == pytest.approx({"a": 8})
    assert lengths(mesh) == pytest.approx({"bottom": 4, "left": 4, "slope": 4 * 2**0.5})


CUBE = np.array([[x, y, z] for z in (0, 1, 2) for y in (0, 1) for x in (0, 1)], dtype=float) * 10
HEX = [np.array([0, 1, 3, 2, 4, 5, 7, 6]), np.array([4, 5, 7, 6, 8, 9, 11, 10])]


def test_hexahedra_wedges_and_surfaces_in_space(tmp_path):
    wedges = [np.array([4, 5, 7, 8, 9, 11]), np.array([4, 7, 6, 8, 11, 10])]
    lines = [
        *node_lines(CUBE),
        *element_lines([HEX[0]], "C3D8R", "low"),
        *element_lines(wedges, "C3D6", "high", 2),
        *("*Surface, name=Lid", "high, S2", "*Surface, name=Ground", "1, S1"),
        *("*Surface, name=both, combine=union", "LID", "ground"),
    ]
    named = {"Lid": "lid", "Ground": "ground"}
    with pytest.warns(CaseWarning, match="cut into"):
        mesh = read(tmp_path, lines, ThreeDimensional(), faces=named)
    assert areas(mesh) == pytest.approx({"low": 1000, "high": 1000})
    assert len(mesh.cells) == 6 + 2 * 3
    assert set(mesh.faces) == {"lid", "ground", "left", "right", "front", "back"}
    assert list(mesh.interfaces) == ["low|high"]


def test_hexahedra_of_two_instances_fit(tmp_path):
    """Points of the upper block are numbered the other way round: the cut sees places only."""
    turned = CUBE[:8][::-1]
    lines = [
        *("*Part, name=a", *node_lines(CUBE[:8]), *element_lines([HEX[0]], "C3D8", "low")),
        "*End Part",
        *("*Part, name=b", *node_lines(turned), *element_lines([7 - HEX[0]], "C3D8", "high")),
        "*End Part",
        *("*Instance, name=i, part=a", "*End Instance"),
        *("*Instance, name=j, part=b", "0, 0, 10", "*End Instance"),
    ]
    with pytest.warns(CaseWarning) as told:
        mesh = read(tmp_path, lines, ThreeDimensional())
    assert any("4 points lie where another one lies" in str(w.message) for w in told)
    assert list(mesh.interfaces) == ["low|high"]
    assert areas(mesh) == pytest.approx({"low": 1000, "high": 1000})


def test_shell_elements_name_a_face(tmp_path):
    lines = [
        *node_lines(CUBE[:8]),
        *element_lines([HEX[0]], "C3D8", "block"),
        *element_lines([np.array([4, 5, 7, 6])], "S4R", "skin", 2),
        *("*Surface, name=outer", "skin, SPOS"),
    ]
    with pytest.warns(CaseWarning, match="cut into"):
        mesh = read(tmp_path, lines, ThreeDimensional(), faces={"outer": "lid"})
    assert np.count_nonzero(mesh.facet_values == mesh.faces["lid"]) == 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["*Element, type=COH2D4, elset=a", "1, 1, 2, 3, 4"],
            "COH2D4 cannot be used.*no thickness",
        ),
        (["*Element, type=CINPE4, elset=a", "1, 1, 2, 3, 4"], "CINPE4.*infinite"),
        (["*Element, type=AC2D4, elset=a", "1, 1, 2, 3, 4"], "AC2D4 cannot be used: only"),
        (["*Element, elset=a", "1, 1, 2, 3, 4"], r"lacks the option TYPE="),
        (["*Ngen", "1, 5, 1"], r"makes nodes with \*NGEN"),
        (["*Elgen, elset=a", "1, 5, 1"], r"makes elements with \*ELGEN"),
        (["*Node", "1, 7., 7."], "node 1 is given twice"),
        (["*Element, type=CPE3, elset=x", "1, 1, 2, 5"], "element 1 is given twice"),
        (["*Element, type=CPE3, elset=x", "99, 1, 2, 777"], "refers to node 777"),
        (["*Element, type=CPE3, elset=x", "99, 1, 2"], "element 99 has 2 nodes: expected 3"),
        (["*Elset, elset=x", "none"], "refers to the set 'NONE'"),
        (["*Elset, elset=x", "y", "*Elset, elset=y", "x"], "contains itself"),
        (["*Elset, elset=x, instance=no", "1"], "instance 'no', which is not there"),
        (["*Instance, name=i, part=none", "*End Instance"], "part 'none'"),
        (["*Surface, name=s", "1, S7"], "side S7 of element 1"),
        (["*Node, nset=x", "1000, a, b"], "damaged"),
    ],
)
def test_what_a_deck_cannot_have(tmp_path, lines, message):
    with pytest.raises(MeshError, match=message):
        read(tmp_path, [*deck_lines(layers()), *lines])


def test_points_and_springs_are_passed_over(tmp_path):
    lines = [*deck_lines(layers()), "*Node", "1000, 50., 50.", "*Element, type=MASS, elset=m"]
    lines += ["1000, 1000", "*Nset, nset=ref", "1000"]
    assert list(read(tmp_path, lines).regions) == list(NAMES)


def test_one_part_without_assembly_and_a_part_that_is_placed_nowhere(tmp_path):
    assert list(read(tmp_path, part("Cell", layers())).regions) == list(NAMES)
    with pytest.raises(MeshError, match="no assembly"):
        read(tmp_path, [*part("Cell", layers()), *part("Other", layers())])
