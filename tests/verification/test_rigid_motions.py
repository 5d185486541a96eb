# SPDX-License-Identifier: BSD-3-Clause
"""What can slide or turn is named before the solve; what is held, by whatever means, passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError
from ssbmech.model.cell import CellModel
from tests.elastic_cell import one_sided_cell, rollers, symmetric_cell
from tests.small_cell import stack, void_cell

pytestmark = pytest.mark.serial


def build(case: ssb.Case) -> CellModel:
    return CellModel(case, case.geometry.build(MPI.COMM_WORLD))


def refused(case: ssb.Case, match: str) -> None:
    with pytest.raises(CaseError, match=match):
        build(case)


def tied(case: ssb.Case, **changes: Any) -> ssb.Case:
    """Return a case with all its interfaces changed."""
    return replace(case, interfaces=tuple(replace(i, **changes) for i in case.interfaces))


def test_bodies_that_slide_are_named() -> None:
    refused(symmetric_cell(supports=rollers("bottom")), r"can slide along x.*Roller\('left'\)")
    bond = ssb.BilinearCohesion(strength=5e6, toughness=0.5)
    whole = tied(symmetric_cell(supports=rollers("bottom")), adhesion=bond)
    refused(whole, r"can slide along x.*Roller\('left'\)")


def test_one_support_holds_what_is_tied() -> None:
    """A stack that sticks together needs a side for one body only."""
    case = symmetric_cell(supports=(ssb.Roller("bottom"), ssb.NoSlip("bottom")))
    refused(case, "body '(separator|positive)' can slide along x")
    build(tied(case, contact=ssb.Sticking()))
    build(tied(case, adhesion=ssb.BilinearCohesion(strength=5e6, toughness=0.5)))


def test_a_stack_without_a_floor_is_named() -> None:
    loads = replace(
        one_sided_cell().loads, face_pressures=(ssb.FacePressure("top", lambda time: 1e6),)
    )
    case = one_sided_cell(fixture=None, loads=loads, supports=rollers("left", "right"))
    refused(case, r"can slide along y.*Roller\('bottom'\)")


def test_a_block_in_space_is_named() -> None:
    frame = ssb.ThreeDimensional()
    case = void_cell(frame, geometry=stack(frame, 4.0), supports=rollers("bottom", "left"))
    refused(case, r"can slide along y.*Roller\('front'\)")
    build(replace(case, supports=rollers("bottom", "left", "front")))


@pytest.mark.parametrize("frame", [ssb.PlaneStrain(), ssb.Axisymmetric()])
def test_stacks_between_rollers_pass(frame: Any) -> None:
    build(void_cell(frame, geometry=stack(frame, 4.0)))
    build(void_cell(frame, geometry=stack(frame, 4.0), fixture=ssb.FixedGap(1e6)))
