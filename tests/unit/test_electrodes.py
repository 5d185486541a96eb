# SPDX-License-Identifier: BSD-3-Clause
"""Electrodes of stacked cells, however they are put into one another."""

from __future__ import annotations

import dataclasses

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.checks import check_electrodes
from ssbmech.errors import CaseError
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.units import mA_per_cm2, s

pytestmark = pytest.mark.serial

LITHIUM, ELECTROLYTE = library.by_name("lithium_lepage2019"), library.by_name("li6ps5cl")


def pair(cell: str, also: tuple[ssb.Electrodes, ...] = ()) -> ssb.Electrodes:
    """Return the electrodes of a cell, for example a1|a2 and a3|a2."""
    return ssb.Electrodes(f"{cell}1|{cell}2", f"{cell}3|{cell}2", also=also)


def check(electrodes: ssb.Electrodes, cells: str = "ace") -> None:
    """Check electrodes of so many cells of lithium, for what they are and a current."""
    bodies, interfaces = [], []
    for cell in cells:
        bodies.append(ssb.Body.single(f"{cell}2", ELECTROLYTE))
        for side in (f"{cell}1", f"{cell}3"):
            bodies.append(ssb.Body.single(side, LITHIUM))
            interfaces.append(ssb.Interface(f"{side}|{cell}2", kinetics=lithium_li6ps5cl()))
    protocol = (ssb.ConstantCurrent(1 * mA_per_cm2, 1 * s),)
    check_electrodes(electrodes, interfaces, bodies, ssb.Loads(), protocol)


NESTED = pair("a", also=(pair("c", also=(pair("e"),)),))
FLAT = pair("a", also=(pair("c"), pair("e")))


@pytest.mark.parametrize("electrodes", [NESTED, FLAT], ids=["nested", "flat"])
def test_cells_are_found_at_any_depth(electrodes: ssb.Electrodes) -> None:
    assert [cell.working for cell in electrodes.cells] == ["a1|a2", "c1|c2", "e1|e2"]
    check(electrodes)


def test_one_cell_is_its_own() -> None:
    assert pair("a").cells == (pair("a"),)


@pytest.mark.parametrize(
    "electrodes",
    [
        pair("a", also=(pair("c", also=(pair("e", also=(pair("a"),)),)),)),
        pair("a", also=(pair("c", also=(pair("c"),)), pair("e"))),
        pair("a", also=(pair("c"),)),
    ],
    ids=["again, deep inside", "in itself", "one cell left out"],
)
def test_an_electrode_given_twice_or_left_out_is_refused(electrodes: ssb.Electrodes) -> None:
    with pytest.raises(CaseError, match="must be two interfaces, and the only ones with kinetics"):
        check(electrodes)


def test_cells_inside_others_obey_the_same_checks() -> None:
    open_cell = dataclasses.replace(pair("e"), counter=None)
    with pytest.raises(CaseError, match="FacePotential"):
        check(pair("a", also=(pair("c", also=(open_cell,)),)))
    unknown = dataclasses.replace(pair("e"), working="e1|c2")
    with pytest.raises(CaseError, match=r"'e1\|c2' is not an interface"):
        check(pair("a", also=(pair("c", also=(unknown,)),)))
