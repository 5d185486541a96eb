# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the verifications: what the direct solver has found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import ssbmech as ssb
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.geometry.tagged_mesh import TaggedMesh
from tests.solved_directly import Direct, case_of
from tests.tools import March, march


@pytest.fixture(scope="module")
def direct() -> Iterator[Direct]:
    """Return what marches a cell by the direct solver, each cell once.

    Meshes are shared out among the ranks once: partitioners need not do it twice alike.
    """
    built: dict[str, TaggedMesh] = {}
    marched: dict[str, March] = {}
    build = MeshFile.build

    def build_once(geometry: MeshFile, *given: Any) -> TaggedMesh:
        key = str(geometry.path)
        if key not in built:
            built[key] = build(geometry, *given)
        return built[key]

    def march_once(name: str) -> March:
        if name not in marched:
            marched[name] = march(case_of(name, ssb.Direct()))
        return marched[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MeshFile, "build", build_once)
        yield march_once
