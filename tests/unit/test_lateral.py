# SPDX-License-Identifier: BSD-3-Clause
"""Gaps and patches along interfaces that face any axis."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import ParameterError
from ssbmech.geometry import (
    CosineGap,
    CylinderGap,
    FunctionGap,
    LensGap,
    MeshFile,
    SphereGap,
    gap_values,
)
from ssbmech.geometry.lateral import along
from ssbmech.geometry.patches import Strips
from ssbmech.model.cell import CellModel
from ssbmech.units import um
from tests.flat_mesh import FlatMesh, deck_lines, layers
from tests.small_cell import void_cell
from tests.tools import on_first

COMM = MPI.COMM_WORLD
T = np.linspace(0.0, 12e-6, 7)


def line(axis: int) -> np.ndarray:
    """Return positions along an axis in the plane, at a level of the other."""
    x = np.full((3, len(T)), 4e-6)
    x[axis], x[2] = T, 0.0
    return x


@pytest.mark.parametrize(
    "profile",
    [
        LensGap(half_width=6 * um, depth=1e-7, centre=2 * um),
        CosineGap(amplitude=1e-7, wavelength=8 * um),
        CylinderGap(radius=1e-3, centre=3 * um),
    ],
)
def test_a_profile_lies_along_its_interface(profile):
    upright, lying = (gap_values(profile, line(axis), COMM, 2) for axis in (0, 1))
    assert upright == pytest.approx(lying, rel=1e-12, abs=0.0)
    assert np.ptp(upright) > 1e-9


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_round_profiles_in_space(axis):
    """The two coordinates along the interface keep their order."""
    first, second = np.meshgrid(T, T)
    x = np.full((3, first.size), 4e-6)
    x[[a for a in range(3) if a != axis]] = first.ravel(), second.ravel()
    sphere = SphereGap(radius=1e-3, centre=3e-6, centre_y=5e-6)
    expected = ((first - 3e-6) ** 2 + (second - 5e-6) ** 2).ravel() / 2e-3
    assert gap_values(sphere, x, COMM, 3) == pytest.approx(expected, rel=1e-12, abs=1e-25)
    raw = FunctionGap(lambda p: p[axis])
    assert gap_values(raw, x, COMM, 3) == pytest.approx(4e-6)


def test_a_rank_without_facets_goes_along():
    """Only the last rank holds facets; all take the same turn."""
    x = line(1) if COMM.rank == COMM.size - 1 else np.empty((3, 0))
    assert along(x, COMM, 2, "LensGap")[0] == pytest.approx(x[1])


def test_a_sloping_interface_takes_a_function():
    x = line(0)
    x[1] = T
    with pytest.raises(ParameterError, match=r"LensGap is a function.*FunctionGap"):
        gap_values(LensGap(half_width=6 * um, depth=1e-7), x, COMM, 2)
    assert gap_values(FunctionGap(lambda p: p[1]), x, COMM, 2) == pytest.approx(T)


def model(folder: Path, lying: bool) -> CellModel:
    """Return a cell with a void, upright or lying on its side."""
    flat = layers(across=12)
    points = flat.points[:, ::-1] if lying else flat.points
    path = folder / f"cell{lying}.inp"
    turned = FlatMesh(points, flat.cells, flat.region, flat.rim)
    on_first(COMM, lambda: path.write_text("\n".join(deck_lines(turned))))
    case = void_cell(
        half_width=6.0,
        geometry=MeshFile(path=path, frame=ssb.PlaneStrain(), unit=um),
        supports=tuple(
            ssb.Roller(face)
            for face in (("left", "bottom", "top") if lying else ("bottom", "left", "right"))
        ),
        fixture=ssb.ConstantForce(1e6, face="right" if lying else "top"),
    )
    strip = Strips(((0.0, 5e-6),))
    first, *others = case.interfaces
    case = dataclasses.replace(
        case, interfaces=(dataclasses.replace(first, activity=strip), *others)
    )
    return CellModel(case, case.geometry.build(COMM))


@pytest.mark.serial
def test_a_cell_on_its_side_has_the_same_void(tmp_path):
    found = []
    for lying in (False, True):
        surface = next(iter(model(tmp_path, lying).surfaces.values()))
        gap = surface.initial_gap.x.array
        local = float(gap.max(initial=0.0)), float(np.count_nonzero(gap > 1e-12))
        found.append([COMM.allreduce(v, op=MPI.MAX) for v in local])
    assert found[0][0] == pytest.approx(200e-9, rel=1e-12)
    assert found[1] == pytest.approx(found[0], rel=1e-9, abs=0.0)
