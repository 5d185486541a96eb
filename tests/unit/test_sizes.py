# SPDX-License-Identifier: BSD-3-Clause
"""Cells and time steps are counted before they are made: none hangs, whatever was left out."""

from __future__ import annotations

import dataclasses
import math

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import MeshError
from ssbmech.geometry import MeshSource
from ssbmech.run.estimate import fewest_steps
from ssbmech.units import nm, um
from tests.refusing import nothing_is_solved, refused  # noqa: F401
from tests.small_cell import WORKING, stack, void_cell

FLAT = stack(ssb.PlaneStrain())
COATED = ssb.Stack(
    frame=ssb.PlaneStrain(),
    layers=(ssb.Layer("particle", 5 * um), ssb.Layer("coating", 20 * nm), ssb.Layer("se", 5 * um)),
    width=500 * um,
    size_interface=20 * nm,
    size_bulk=1 * um,
)

TOO_LARGE = {
    "a wide cell": dataclasses.replace(FLAT, width=1.0, size_interface=1e-7),
    "small cells": dataclasses.replace(FLAT, size_interface=1e-13, size_bulk=1e-12),
    "a fine place": dataclasses.replace(
        FLAT, refinements=(ssb.Refinement(WORKING, 3 * um, 1e-13, 1 * um),)
    ),
    "a deep cell": dataclasses.replace(
        stack(ssb.ThreeDimensional()), depth=0.5, size_interface=1e-7
    ),
    "a large inclusion": ssb.Inclusion(frame=ssb.Axisymmetric(), region="a", radius=0.5, size=1e-9),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_mesh_too_large_to_make_is_refused_before_it_is_begun(name: str) -> None:
    refused(lambda: TOO_LARGE[name].build(MPI.COMM_WORLD), MeshError, "about", "cells", "max_cells")


@pytest.mark.parametrize(
    "geometry",
    [FLAT, stack(ssb.PlaneStrain(), size=0.5), stack(ssb.ThreeDimensional())],
    ids=["plane", "fine", "in space"],
)
def test_the_estimate_is_right_within_a_factor_of_three(geometry: MeshSource) -> None:
    made = geometry.build(MPI.COMM_WORLD).mesh.topology
    cells = made.index_map(made.dim).size_global
    assert geometry.expected_cells()[0] == pytest.approx(cells, rel=2.0)
    assert geometry.expected_cells()[0] > cells / 3


def test_a_thin_coating_tells_its_cells_at_once() -> None:
    """Triangles of 20 nm in the coating, and of 20 nm + 0.3 d up to a micrometre around it."""
    share, width, fine = math.sqrt(3) / 4, 500e-6, 20e-9
    coating = width / (share * fine)
    graded = 2 * width / (share * 0.3) * (1 / fine - 1 / 1e-6)
    far = (5e-6 - (1e-6 - fine) / 0.3) * 2 * width / (share * 1e-12)
    # in the coating, too, cells grow by a few per cent towards its middle
    assert COATED.expected_cells()[0] == pytest.approx(coating + graded + far, rel=0.05)


def test_more_cells_can_be_allowed() -> None:
    few = dataclasses.replace(FLAT, max_cells=10)
    refused(few.check_size, MeshError, "more than the 10 allowed")
    dataclasses.replace(TOO_LARGE["a wide cell"], max_cells=10**18).check_size()


@pytest.mark.parametrize("duration", [1e9, 1e300])
def test_time_steps_are_counted_without_walking_through_them(duration: float) -> None:
    case = dataclasses.replace(void_cell(), protocol=(ssb.Preload(1), ssb.Rest(duration)))
    longest = case.step_control.dt_max  # type: ignore[attr-defined]
    assert fewest_steps(case) == pytest.approx(min(duration / longest, 1e18), rel=0.01)
