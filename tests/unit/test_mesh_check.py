# SPDX-License-Identifier: BSD-3-Clause
"""The command ``ssbmech check`` for mesh files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssbmech.cli import main
from tests.flat_mesh import deck_lines, layers

pytestmark = pytest.mark.serial


def deck(folder: Path, more=(), **given) -> Path:
    path = folder / "cell.inp"
    path.write_text("\n".join([*deck_lines(layers(**given)), *more]))
    return path


def check(capsys, *words) -> tuple[int, str, str]:
    """Return exit status, and what is written to output and to errors."""
    status = main(["check", *map(str, words)])
    out, err = capsys.readouterr()
    return status, out, err


def test_what_is_in_it(tmp_path, capsys):
    path = deck(tmp_path, ["*Nset, nset=edge", "1, 2, 3, 4", "*Elset, elset=e, internal", "1"])
    status, out, err = check(capsys, path)
    assert (status, err) == (0, "")
    assert check(capsys, "--unit", "um", path)[0] == 0
    for words in (
        "Abaqus deck",
        "28 points, 36 triangles",
        "12 x 16; in um: 12 um x 16 um",
        "PlaneStrain, unit=um",
        "separator: 12 cells, 96 um2, within 12 um x 8 um",
        "bottom: 3 facets, 12 um, flat side of the box",
        "negative|separator: 3 facets, 12 um, flat, faces y",
        "set of points 'edge': taken as a face if faces= names it",
        "set 'e': made by a program for itself",
        f'geometry = MeshFile(\n    path="{path}",\n    frame=ssb.PlaneStrain(),\n    unit=um,\n',
    ):
        assert words in out


def test_what_it_says_can_be_pasted(tmp_path, capsys):
    import ssbmech as ssb
    from ssbmech.geometry import MeshFile
    from ssbmech.units import um

    _, out, _ = check(capsys, deck(tmp_path))
    given = {"ssb": ssb, "MeshFile": MeshFile, "um": um}
    exec(out[out.index("geometry =") :], given)
    assert list(given["geometry"].generate().regions) == ["negative", "separator", "positive"]


@pytest.mark.parametrize(
    ("more", "words", "said"),
    [
        (["*Elset, elset=all, generate", "1, 36"], [], "such as regions={'negative': 'negative'"),
        ([], ["--unit", "mm"], "is the file in um?"),
        ([], ["--frame", "space"], "holds no tetrahedra"),
        ([], ["--region-array", "material"], "it has none"),
        (["*Element, type=CPE3, elset=x", "99, 1, 2, 77"], [], "refers to node 77"),
        (["*Element, type=COH2D4"], [], "COH2D4 cannot be used"),
    ],
)
def test_what_is_wrong_with_it(tmp_path, capsys, more, words, said):
    status, out, err = check(capsys, deck(tmp_path, more), *words)
    assert status == 1
    assert said in out + err
    assert "Traceback" not in err


def test_whole_sections_and_cut_cells(tmp_path, capsys):
    status, out, _ = check(capsys, deck(tmp_path, corner=(-6.0, 0.0)), "--frame", "axisymmetric")
    assert status == 1
    assert "r = -6e-06 m to r = 6e-06 m" in out
    path = tmp_path / "quads.inp"
    path.write_text("\n".join(deck_lines(layers(quads=True), "CPE4R")))
    status, out, _ = check(capsys, path)
    assert status == 0
    assert "18 quadrilaterals are cut into 36 triangles" in out


@pytest.mark.parametrize("name", ["none.msh", "none.inp", "none.xdmf", "none.step", "empty.msh"])
def test_files_that_cannot_be_read(tmp_path, capsys, name):
    path = tmp_path / name
    if name.startswith("empty"):
        path.touch()
    status, out, err = check(capsys, path)
    assert (status, out) == (1, "")
    assert str(path) in err
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1


def test_scripts_are_checked_as_before(tmp_path, capsys):
    status, _, err = check(capsys, tmp_path / "none.py")
    assert status == 1
    assert "none.py" in err
