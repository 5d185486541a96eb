# SPDX-License-Identifier: BSD-3-Clause
"""Element types of Abaqus: which shape they have, and which of them no mesh here can use."""

from __future__ import annotations

import re

from ssbmech.errors import MeshError
from ssbmech.geometry.formats.file_mesh import (
    HEXAHEDRON,
    LINE,
    PYRAMID,
    QUAD,
    TETRA,
    TRIANGLE,
    WEDGE,
    Shape,
    known,
)

_PLANE = r"(?:CPS|CPE|CPEG|CAX|CGAX|DC2D|DCAX|S|STRI|M3D|R3D|SFM3D|DS)"
_SPACE = r"(?:C3D|DC3D|SC)"

_TYPES: tuple[tuple[re.Pattern[str], dict[int, Shape]], ...] = (
    (
        re.compile(r"(?:T2D|T3D|R2D|RAX|DC1D|B2|B3|SAX|MAX)([123])[A-Z]*"),
        {1: LINE, 2: LINE, 3: LINE},
    ),
    (
        re.compile(rf"{_PLANE}(3|4|6|8|9|65)(?:R5|[A-Z]*)"),
        {
            3: TRIANGLE,
            6: TRIANGLE,
            65: TRIANGLE,
            4: QUAD,
            8: QUAD,
            9: QUAD,
        },
    ),
    (
        re.compile(rf"{_SPACE}(4|5|6|8|10|13|15|18|20|27)[A-Z]*"),
        {
            4: TETRA,
            10: TETRA,
            5: PYRAMID,
            13: PYRAMID,
            6: WEDGE,
            15: WEDGE,
            18: WEDGE,
            8: HEXAHEDRON,
            20: HEXAHEDRON,
            27: HEXAHEDRON,
        },
    ),
)
"""Names of the element types that can be used; the group tells shape and number of nodes."""

_NODES = {65: 6}
"""Number of nodes where the name says something else."""

_POINTS = re.compile(
    r"(?:MASS|ROTARYI|HEATCAP|SPRING|DASHPOT|CONN|GAP|JOINTC|FRAME|PIPE|ITT|DCOUP|DMASS).*"
)
"""Types without extent, or for structures: they say nothing about a mesh."""

_ADVICE = (
    (
        re.compile(r"COH.*"),
        "interfaces have no thickness here: leave the layer of cohesive "
        "elements out and let the parts touch",
    ),
    (re.compile(r"(?:CIN|ACIN).*"), "there are no infinite elements here: end the mesh in a face"),
)

USABLE = "triangles and quadrilaterals such as CPE3, CPE4 or CAX3, and solids such as C3D4 or C3D8"


def shape_of(name: str) -> tuple[Shape, int] | None:
    """Return shape and number of nodes of an element type, None if it does not count.

    Args:
        name: type as in "CPE4R".

    Raises:
        MeshError: the type cannot be used.
    """
    name = name.upper()
    for pattern, shapes in _TYPES:
        match = pattern.fullmatch(name)
        if match is None:
            continue
        digits = int(match[1])
        shape = shapes[digits]
        # of lines the number is the order of the beam or the number of nodes of the truss
        nodes = _NODES.get(digits, digits)
        if shape is LINE:
            beam = re.match(r"B2|B3|SAX|MAX", name)
            nodes = {1: 2, 2: 3, 3: 2}[digits] if beam else digits
        if known(shape, nodes):
            return shape, nodes
    if _POINTS.fullmatch(name):
        return None
    for pattern, advice in _ADVICE:
        if pattern.fullmatch(name):
            raise MeshError(f"elements of type {name} cannot be used: {advice}")
    raise MeshError(f"elements of type {name} cannot be used: only {USABLE}")
