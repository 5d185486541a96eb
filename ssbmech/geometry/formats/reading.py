# SPDX-License-Identifier: BSD-3-Clause
"""The reader of a file by its ending, and what is no mesh whatever its ending."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ssbmech.errors import MeshError, SSBMechError
from ssbmech.geometry.formats.abaqus import read_inp
from ssbmech.geometry.formats.exodus import read_exodus
from ssbmech.geometry.formats.file_mesh import FileMesh
from ssbmech.geometry.formats.gmsh_file import read_msh
from ssbmech.geometry.formats.med import read_med
from ssbmech.geometry.formats.meshio_file import endings, read_with_meshio
from ssbmech.geometry.formats.xdmf import NotSimple, read_xdmf

Reader = Callable[[Path], FileMesh]


def _xdmf(path: Path) -> FileMesh:
    """Return the mesh of an XDMF file, from meshio if it is not of DOLFINx's kind."""
    try:
        return read_xdmf(path)
    except NotSimple:
        return read_with_meshio(path)


_READERS: Mapping[str, Reader] = {
    ".msh": read_msh,
    ".unv": read_msh,
    ".inp": read_inp,
    ".med": read_med,
    ".rmed": read_med,
    ".e": read_exodus,
    ".exo": read_exodus,
    ".ex2": read_exodus,
    ".exii": read_exodus,
    ".g": read_exodus,
    ".gen": read_exodus,
    ".xdmf": _xdmf,
    ".xmf": _xdmf,
}
"""Readers of the package; what is not here goes through meshio."""

_NO_MESHES: Mapping[str, str] = {
    ".geo": "it is a drawing for Gmsh: mesh it, gmsh -2 FILE.geo -o FILE.msh (-3 in space)",
    ".brep": "it is a drawing: mesh it, with Gmsh or Salome",
    ".step": "it is a drawing: mesh it, with Gmsh or Salome",
    ".stp": "it is a drawing: mesh it, with Gmsh or Salome",
    ".iges": "it is a drawing: mesh it, with Gmsh or Salome",
    ".igs": "it is a drawing: mesh it, with Gmsh or Salome",
    ".stl": "it holds surfaces only: mesh what is inside, with Gmsh or Salome",
    ".h5": "it holds the numbers of an XDMF file: name that one",
    ".cae": "it is a model of Abaqus/CAE: write the input file (.inp)",
    ".odb": "it holds results of Abaqus: write the input file (.inp)",
    ".hdf": "name the .med or .xdmf file",
    ".mph": "it is a model of COMSOL: export the mesh as NASTRAN (.nas)",
    ".mphtxt": "COMSOL's own format is not read: export the mesh as NASTRAN (.nas)",
    ".mphbin": "COMSOL's own format is not read: export the mesh as NASTRAN (.nas)",
    ".cas": "Fluent's format is not read: write it as Gmsh, Exodus or NASTRAN",
    ".cdb": "the format of Ansys is not read: write it as Abaqus, NASTRAN or Gmsh",
    ".k": "the format of LS-DYNA is not read: write it as Abaqus or NASTRAN",
    ".pvd": "name the .vtu file that it refers to",
    ".pvtu": "name the .vtu file that it refers to, if it is one",
}
"""What to do with files that hold no mesh, or in a format that is not read."""

_CONTENT: tuple[tuple[bytes, str], ...] = (
    (
        b"version https://git-lfs",
        "it is a pointer of Git LFS that stands for the mesh: fetch it with git lfs pull",
    ),
    (b"version https://hawser", "it is a pointer of Git LFS: fetch the mesh with git lfs pull"),
    (b"/annex/objects", "it is a pointer of git-annex: fetch the mesh with git annex get"),
    (b"<!doctype html", "it is a web page, not the mesh: download the file itself"),
    (b"<html", "it is a web page, not the mesh: download the file itself"),
    (b"pk\x03\x04", "it is a ZIP archive: unpack it"),
    (b"\x1f\x8b", "it is compressed with gzip: unpack it"),
)
"""What files begin with that are no meshes, in small letters."""


def is_mesh_name(path: Path) -> bool:
    """Return whether a file is a mesh by its name, or what people take for one.

    Args:
        path: the file, which need not be there.
    """
    return path.suffix.lower() in {*_READERS, *_NO_MESHES, *endings()}


def read_file(path: Path, facets: Path | None = None) -> FileMesh:
    """Return the mesh of a file.

    Args:
        path: the file; its ending tells the format.
        facets: XDMF file with tags of facets, beside an XDMF file of the mesh.

    Raises:
        MeshError: there is no such file, it is damaged, or it is no mesh.
        EnvironmentMissing: the package that reads the format cannot be loaded.
    """
    for file in (path, *([] if facets is None else [facets])):
        check_content(file)
    ending = path.suffix.lower()
    if facets is not None:
        if ending not in (".xdmf", ".xmf"):
            raise MeshError("facets_path belongs to XDMF files: others hold cells and facets")
        return guarded(lambda p: read_xdmf(p, facets), path)
    return guarded(_READERS.get(ending, read_with_meshio), path)


def check_content(path: Path) -> None:
    """Refuse what is no mesh by its name or its first bytes.

    Raises:
        MeshError: there is no such file, it is empty, or it is something else.
    """
    try:
        if path.is_dir():
            raise MeshError("it is a folder: name the file of the mesh")
        if not path.is_file():
            raise MeshError("there is no such file")
        with path.open("rb") as file:
            begun = file.read(200)
    except OSError as error:
        raise MeshError(f"it cannot be read: {error.strerror}") from error
    if not begun.strip():
        raise MeshError("it is empty")
    start = begun.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, words in _CONTENT:
        if start.startswith(mark):
            raise MeshError(words)
    words = _NO_MESHES.get(path.suffix.lower(), "")
    if words:
        raise MeshError(words)


def guarded(read: Reader, path: Path) -> FileMesh:
    """Return what a reader gives, with whatever it stumbles over as an error of the package.

    Damaged files make readers fail in any way there is.

    Args:
        read: the reader.
        path: the file.

    Raises:
        MeshError: the file cannot be read.
    """
    try:
        mesh = read(path)
        _check_numbers(mesh)
        return mesh
    except SSBMechError:
        raise
    except NotSimple as error:
        raise MeshError("it has grids that are not read beside another file") from error
    except Exception as error:
        # libraries and what they read: damaged files end in errors of any kind
        words = f": {error}" if str(error) else ""
        raise MeshError(
            f"it cannot be read, as if it were damaged or cut off ({type(error).__name__}{words})"
        ) from error


def _check_numbers(mesh: FileMesh) -> None:
    """Refuse cells, facets and sets of points and elements that are not there."""
    points, elements = len(mesh.points), sum(len(block.nodes) for block in mesh.blocks)
    kinds = (
        ("its cells have points", points, 0, [block.nodes for block in mesh.blocks]),
        ("its sets have points", points, 0, mesh.node_sets.values()),
        # facets with fewer corners than others are filled up with -1
        ("its surfaces have points", points, -1, mesh.sides.values()),
        ("its sets have elements", elements, 0, [given.members for given in mesh.sets]),
    )
    for words, count, least, arrays in kinds:
        for numbers in arrays:
            if numbers.size and not least <= numbers.min() <= numbers.max() < count:
                raise MeshError(f"{words} that are not in the file")
    for name, values in mesh.arrays.items():
        if len(values) != elements:
            raise MeshError(f"its array {name!r} has {len(values)} values for {elements} cells")
