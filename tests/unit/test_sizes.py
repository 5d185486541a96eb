# SPDX-License-Identifier: BSD-3-Clause
"""Cells and time steps are counted before they are made: none hangs, whatever was left out."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import math
import threading

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import MeshError
from ssbmech.geometry import MeshSource
from ssbmech.geometry.patience import signs_of_life
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.run.fewest import fewest_steps
from ssbmech.units import nm, um
from tests.processes import HANG
from tests.refusing import nothing_is_solved, refused  # noqa: F401
from tests.small_cell import WORKING, stack, void_cell

pytestmark = pytest.mark.pair

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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Large(MeshSource):
    """A small mesh that is expected to be a large one."""

    source: ssb.Stack

    def expected_cells(self) -> tuple[float, str]:
        return 1e6, "a size"

    def generate(self) -> SimplexMesh:
        return self.source.generate()


def test_a_large_mesh_is_announced(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        FLAT.build(MPI.COMM_WORLD)
        assert caplog.messages == []
        Large(frame=FLAT.frame, source=FLAT).build(MPI.COMM_WORLD)
    assert caplog.messages == ["meshing about 1e+06 cells, which takes about 2e+01 s"]


@pytest.mark.parametrize(
    ("width", "cells", "seconds"),
    [(1e-3, 9090, 0.15), (4e-3, 36356, 0.81), (10e-3, 90866, 5.3), (20e-3, 181702, 30.6)],
)
def test_the_time_of_a_slender_mesh_is_told(width: float, cells: int, seconds: float) -> None:
    """As measured with Gmsh 4, in processor time: far more a cell than in a square."""
    slender = dataclasses.replace(FLAT, width=width)
    assert slender.expected_cells()[0] == pytest.approx(cells, rel=0.25)
    assert slender.expected_seconds() == pytest.approx(seconds, rel=0.5)


def test_what_takes_long_gives_signs_of_life() -> None:
    """As long as it lasts, and no longer."""
    told: list[str] = []
    enough = threading.Event()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(record.getMessage())
            if len(told) == 2:
                enough.set()

    logger = logging.getLogger("ssbmech.geometry.patience")
    listener, level = Listener(), logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.INFO)
    ticks = itertools.count(0.0, 10.0)
    try:
        with signs_of_life("meshing", interval=1e-3, clock=lambda: next(ticks)):
            assert enough.wait(HANG)
        count = len(told)
        assert all(thread.name != "signs of life" for thread in threading.enumerate())
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)
    assert told[:2] == ["meshing: 10 s so far", "meshing: 20 s so far"]
    assert len(told) == count


def test_more_cells_can_be_allowed() -> None:
    few = dataclasses.replace(FLAT, max_cells=10)
    refused(few.check_size, MeshError, "more than the 10 allowed")
    dataclasses.replace(TOO_LARGE["a wide cell"], max_cells=10**18).check_size()


@pytest.mark.parametrize("duration", [1e9, 1e300])
def test_time_steps_are_counted_without_walking_through_them(duration: float) -> None:
    case = dataclasses.replace(void_cell(), protocol=(ssb.Preload(1), ssb.Rest(duration)))
    longest = case.step_control.dt_max  # type: ignore[attr-defined]
    assert fewest_steps(case) == pytest.approx(min(duration / longest, 1e18), rel=0.01)
