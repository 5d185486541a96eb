# SPDX-License-Identifier: BSD-3-Clause
"""Fields of a run as XDMF: one XML file of all times, and the numbers in an HDF5 file beside it.

The layout is that of https://www.xdmf.org/index.php/XDMF_Model_and_Format. There a symmetric tensor
has its components in the order xx, xy, xz, yy, yz, zz, and readers make nine of them. An array with
any other number of components than three or six is written as an array for each of them. Units and
names of components are `Information` of each attribute in the XML file, and attributes ``units``
and ``components`` of each dataset in the HDF5 file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.derived import all_arrays, all_values, parts_of
from ssbmech.runfolder.moved import moved_points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import h5py
    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

# VTK's number of a kind of cell -> what XDMF calls it; both have the same order of points.
_TOPOLOGIES: Final = {
    3: 'TopologyType="Polyline" NodesPerElement="2"',
    21: 'TopologyType="Edge_3"',
    5: 'TopologyType="Triangle"',
    22: 'TopologyType="Triangle_6"',
    10: 'TopologyType="Tetrahedron"',
    24: 'TopologyType="Tetrahedron_10"',
}
_SHAPES: Final = {0: "Scalar", 3: "Vector", 6: "Tensor6"}
# XDMF's order of the components of a tensor, by their places in ours.
_TENSOR: Final = (0, 3, 5, 1, 4, 2)
_DOCUMENT: Final = """\
<?xml version="1.0"?>
<Xdmf Version="3.0">
<Domain>
<Grid Name={name} GridType="Collection" CollectionType="Temporal">
{grids}
</Grid>
</Domain>
</Xdmf>
"""


@dataclass(frozen=True)
class XdmfExporter:
    """An XDMF file of all times for each body and interface, with an HDF5 file.

    Attributes:
        displaced: factor of the displacements by which points are moved
            (`ssbmech.runfolder.moved`); 0 for the undeformed grid.
    """

    displaced: float = 0.0

    def write(
        self, run: RunData, data: FieldData, steps: Sequence[int], folder: Path
    ) -> list[Path]:
        """Write both files.

        Args:
            run: the run.
            data: field file of a body or an interface.
            steps: numbers of the steps.
            folder: where they go.

        Raises:
            RunFolderError: XDMF knows no such cells.
        """
        import h5py

        if data.cell_type not in _TOPOLOGIES:
            raise RunFolderError(f"XDMF knows no cells of VTK's kind {data.cell_type}")
        numbers, index = (folder / f"{data.path.stem}{end}" for end in (".h5", ".xdmf"))
        with h5py.File(numbers, "w", locking=False) as file:
            heavy = _Heavy(file, numbers.name)
            grids = []
            for step in steps:
                points = moved_points(run, data, step, self.displaced)
                # the undeformed grid is written once
                at = f"{step}" if self.displaced else f"grids/{data.grid(step)}"
                places = heavy.item(f"{at}/points", points, units="m", components="x y z")
                grids.append(_grid(run, data.at(step), step, heavy, places))
        index.write_text(
            _DOCUMENT.format(name=quoteattr(data.name), grids="\n".join(grids)), encoding="utf-8"
        )
        return [index, numbers]


@dataclass(frozen=True)
class _Heavy:
    """The HDF5 file."""

    file: h5py.File
    name: str

    def item(self, at: str, values: NDArray[np.generic], **notes: str) -> str:
        """Write an array, if it is not there, and return the XML element that names it."""
        if at not in self.file:
            made = self.file.create_dataset(at, data=values, compression="gzip", shuffle=True)
            made.attrs.update(notes)
        kind = "Float" if values.dtype.kind == "f" else "Int"
        shape = " ".join(map(str, values.shape))
        return (
            f'<DataItem Dimensions="{shape}" NumberType="{kind}" Precision="8" Format="HDF">'
            f"{escape(f'{self.name}:/{at}')}</DataItem>"
        )


def _grid(run: RunData, data: FieldData, step: int, heavy: _Heavy, places: str) -> str:
    """Return the XML element of one time, with that of its points."""
    number = f"grids/{data.grid(step)}"
    lines = [
        f'<Grid Name={quoteattr(data.name)} GridType="Uniform">',
        f'<Time Value="{float(data.times[step])!r}"/>',
        f'<Topology {_TOPOLOGIES[data.cell_type]} NumberOfElements="{len(data.nodes)}">',
        heavy.item(f"{number}/cells", data.nodes),
        '</Topology>\n<Geometry GeometryType="XYZ">',
        places,
        "</Geometry>",
    ]
    arrays = all_arrays(data)
    for name in sorted(arrays):
        array = arrays[name]
        at = str(step) if array.varies else "constant"
        values = all_values(data, name, step)
        for part, parts, held in _parted(name, parts_of(name, array), values):
            notes = _notes(run, name, parts)
            item = heavy.item(f"{at}/{part}", held, **notes)
            lines += _attribute(part, array.on_points, item, notes, len(parts))
    return "\n".join([*lines, "</Grid>"])


def _parted(
    name: str, parts: tuple[str, ...], values: NDArray[np.float64]
) -> list[tuple[str, tuple[str, ...], NDArray[np.float64]]]:
    """Return what an array is written as: names, names of components, and values."""
    if len(parts) == len(_TENSOR):
        return [(name, tuple(parts[k] for k in _TENSOR), values[:, _TENSOR])]
    if len(parts) in _SHAPES:
        return [(name, parts, values)]
    return [(f"{name}_{part}", (), values[:, k]) for k, part in enumerate(parts)]


def _notes(run: RunData, name: str, parts: tuple[str, ...]) -> dict[str, str]:
    """Return what is told of an array beside its values."""
    notes = {"units": run.quantity(name).unit, "components": " ".join(parts)}
    return {key: text for key, text in notes.items() if text}


def _attribute(
    name: str, on_points: bool, item: str, notes: Mapping[str, str], components: int
) -> list[str]:
    """Return the XML elements of an array."""
    told = [f'<Information Name="{key}" Value={quoteattr(text)}/>' for key, text in notes.items()]
    kind, place = _SHAPES[components], "Node" if on_points else "Cell"
    head = f'<Attribute Name={quoteattr(name)} AttributeType="{kind}" Center="{place}">'
    return [head, *told, item, "</Attribute>"]
