# SPDX-License-Identifier: BSD-3-Clause
"""The mesh of a round crack in space."""

from __future__ import annotations

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import MeshError

pytestmark = pytest.mark.serial
SIZES = {
    "radius": 9e-6,
    "height": 6e-6,
    "front": 4e-6,
    "path": 6e-6,
    "facet": 2e-6,
    "size": 4e-6,
}


def test_facets_end_on_the_circle() -> None:
    """None lies across it, and both blocks and all faces are as large as they are asked for."""
    mesh = ssb.CrackDisc(frame=ssb.ThreeDimensional(), **SIZES).generate()
    corners = mesh.points[mesh.cells]
    volumes = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6
    block = np.pi / 4 * SIZES["radius"] ** 2 * SIZES["height"]
    for name in ("lower", "upper"):
        # less the segments that straight edges cut off
        assert 0.9 * block < volumes[mesh.regions[name]].sum() < block
    assert set(mesh.faces) == {"left", "front", "bottom", "top", "outer"}
    facets = np.sort(mesh.cells[mesh.regions["lower"]], axis=1)[
        :, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    ]
    facets = mesh.points[np.unique(facets.reshape(-1, 3), axis=0)]
    plane = facets[np.all(np.abs(facets[..., 2]) < 1e-12, axis=1)]
    radii = np.hypot(plane[..., 0], plane[..., 1]) / SIZES["front"]
    assert np.all(np.all(radii < 1 + 1e-9, axis=1) | np.all(radii > 1 - 1e-9, axis=1))
    assert np.count_nonzero(np.abs(radii - 1) < 1e-9) > 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"front": 7e-6}, "within the fine part"),
        ({"path": 10e-6}, "within the cylinder"),
        ({"upper": "lower"}, "different names"),
        ({"frame": ssb.PlaneStrain()}, "a body in space"),
    ],
)
def test_what_is_no_round_crack_is_refused(changes: dict[str, object], words: str) -> None:
    """Circles beyond what is meshed, one name for two blocks, and sections."""
    with pytest.raises(MeshError, match=words):
        ssb.CrackDisc(**{"frame": ssb.ThreeDimensional(), **SIZES, **changes})
