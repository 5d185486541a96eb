# SPDX-License-Identifier: BSD-3-Clause
"""Layers that the path of a crack crosses: what is named is in the mesh, and what is refused."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import KindError, MeshError
from ssbmech.geometry.crossed_layers import CrossedLayers
from ssbmech.units import um


def made(**changes: object) -> CrossedLayers:
    """Return three layers between metals."""
    plain = {
        "frame": ssb.PlaneStrain(),
        "layers": (4 * um, 3e-6, 4e-6),
        "width": 20e-6,
        "reach": 4e-6,
        "facet": 0.5e-6,
        "size": 3e-6,
        "metal": 1e-6,
        "counter": 1e-6,
    }
    return CrossedLayers(**{**plain, **changes})


@pytest.mark.serial
@pytest.mark.parametrize(("crossed", "ways"), [(None, (4, 4)), (1, (3, 0)), (2, (4, 3))])
def test_interfaces_are_those_of_the_mesh_and_meet(
    crossed: int | None, ways: tuple[int, int]
) -> None:
    """Four of them at a junction, three where the path ends, none where it has not come to."""
    layers = made(crossed=crossed)
    cracks = (*layers.path, *layers.arms, *layers.beyond)
    named = {*cracks, *layers.at_metal, *layers.at_counter}
    assert len(named) == len(cracks) + len(layers.at_metal) + len(layers.at_counter)
    tagged = layers.build(MPI.COMM_SELF)
    found = {frozenset(name.split("|")) for name in tagged.interfaces}
    assert found == {frozenset(name.split("|")) for name in named}
    mesh = layers.generate()
    assert layers.expected_cells()[0] == pytest.approx(len(mesh.cells), rel=0.5)
    for height, count in zip(layers.heights[1:3], ways, strict=True):
        at = np.flatnonzero(np.hypot(mesh.points[:, 0], mesh.points[:, 1] - height) < 1e-9)
        there = np.flatnonzero((mesh.cells == at[0]).any(axis=1)) if len(at) else []
        around = [name for name, cells in mesh.regions.items() if np.isin(cells, there).any()]
        # as many regions as interfaces lie around a point within
        assert len(around) == count or count == 0


@pytest.mark.serial
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layers": (1e-6,)}, "two or more"),
        ({"layers": (1e-6, 1e-8)}, "as thick as a facet"),
        ({"crossed": 0}, "crossed = 0"),
        ({"crossed": 4}, "crossed = 4"),
        ({"reach": 11e-6}, "wider than the section"),
        ({"metal_name": "left_0"}, "different names"),
        ({"frame": ssb.Axisymmetric()}, "plane strain"),
    ],
)
def test_layers_that_are_none_are_refused(changes: dict[str, object], words: str) -> None:
    """Before anything is meshed."""
    with pytest.raises(MeshError, match=words):
        made(**changes)


@pytest.mark.serial
def test_one_layer_without_a_comma_is_refused() -> None:
    """By the kind of what is given."""
    with pytest.raises(KindError, match="with a comma"):
        made(layers=1e-6)
