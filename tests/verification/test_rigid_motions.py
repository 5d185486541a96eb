# SPDX-License-Identifier: BSD-3-Clause
"""What can slide or turn is named before the solve; what is held, by whatever means, passes."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError, CaseWarning
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


def loose(case: ssb.Case) -> list[str]:
    """Return the warnings of what contact alone holds."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        build(case)
    return [str(w.message) for w in caught if "contact alone" in str(w.message)]


def test_what_contact_alone_holds_is_named_where_nothing_presses() -> None:
    """Bodies that no force brings together touch at points, or float."""
    unpressed = symmetric_cell(fixture=ssb.ConstantForce(0.0))
    (told,) = loose(unpressed)
    assert told.startswith(
        "bodies 'separator' and 'positive' are held by contact alone, and nothing presses"
    )
    # between two walls the middle one floats
    walled = symmetric_cell(fixture=None, supports=rollers("bottom", "top", "left", "right"))
    (told,) = loose(walled)
    assert told.startswith("body 'separator' is held by contact alone")
    with pytest.warns(CaseWarning, match="give the fixture a preload"):
        build(replace(walled, fixture=None))


def test_what_is_pressed_or_bonded_is_not_told_of() -> None:
    assert loose(symmetric_cell()) == []
    unpressed = symmetric_cell(fixture=ssb.ConstantForce(0.0))
    bond = ssb.BilinearCohesion(strength=5e6, toughness=0.5)
    assert loose(tied(unpressed, adhesion=bond)) == []
    # what sticks where it is closed may open
    assert len(loose(tied(unpressed, contact=ssb.Sticking()))) == 1
    # a step, a course or a gas presses later
    pressing = (ssb.Rest(1.0), ssb.Press(1e6, 1.0))
    assert loose(replace(unpressed, protocol=pressing)) == []
    rising = ssb.RegulatedForce(lambda time: 1e6 * time)
    assert loose(replace(unpressed, fixture=rising)) == []
    assert loose(symmetric_cell(fixture=ssb.DrivenPlaten(lambda time: 0.0))) == []
    gas = ssb.Loads(face_pressures=(ssb.FacePressure("top", lambda time: 1e6 * (time > 0.5)),))
    assert loose(replace(unpressed, fixture=None, loads=gas)) == []
