# SPDX-License-Identifier: BSD-3-Clause
"""Bodies that cannot crack as a phase field are refused by name, on all ranks, before any solve."""

from __future__ import annotations

import dataclasses
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError, CaseWarning, ParameterError
from ssbmech.materials.phase_field import AT1, AT2
from ssbmech.model.cell import CellModel
from tests.elastic_cell import ELECTROLYTE, symmetric_cell
from tests.refusing import nothing_is_solved as nothing_is_solved
from tests.refusing import refused
from tests.smeared import SOLID

LAW = ssb.PhaseField(toughness=10.0, length=20e-6)


def build(law: ssb.PhaseField = LAW, **changes: Any) -> CellModel:
    """Return a cell whose separator may crack."""
    case = symmetric_cell()
    separator = ssb.Body(
        "separator", **({"materials": {"separator": ELECTROLYTE}, "parts": (law,)} | changes)
    )
    bodies = (case.bodies[0], separator, case.bodies[2])
    case = dataclasses.replace(case, bodies=bodies)
    return CellModel(case, case.geometry.build(MPI.COMM_WORLD))


def test_bodies_that_cannot_crack() -> None:
    creeping = library.by_name("lithium_anand_narayan2019")
    flowing = dataclasses.replace(creeping, metal=None, sources={})
    refused(
        lambda: build(materials={"separator": flowing}),
        CaseError, "PhaseField", "separator", "only Elastic solids crack",
    )  # fmt: skip
    refused(lambda: build(moves=True), CaseError, "separator", "moves", "parts of its own")
    refused(lambda: build(logarithmic=True), CaseError, "PhaseField", "separator", "logarithmic")
    refused(lambda: build(parts=(LAW, LAW)), CaseError, "separator", "two PhaseField")
    other = dataclasses.replace(LAW, unbroken=("seperator",))
    refused(lambda: build(other), CaseError, "PhaseField.unbroken", "'seperator'")
    none = dataclasses.replace(LAW, unbroken=("separator",))
    refused(lambda: build(none), CaseError, "no region of body 'separator' cracks")
    sharp = dataclasses.replace(LAW, length=1e-6)
    refused(lambda: build(sharp), CaseError, "PhaseField", "finest cells", "1e-06 m")
    torn = dataclasses.replace(LAW, flaw=lambda x: np.full(x.shape[1], np.nan))
    refused(lambda: build(torn), CaseError, "PhaseField.flaw", "separator")


def test_a_flaw_that_is_nowhere_is_told() -> None:
    with pytest.warns(CaseWarning, match="PhaseField.flaw in body 'separator' is true at no node"):
        build(dataclasses.replace(LAW, flaw=lambda x: x[0] > 1.0))


@pytest.mark.serial
def test_numbers_out_of_bounds() -> None:
    for changes in ({"toughness": 0.0}, {"length": -1e-6}, {"delay": -1.0}, {"kept": 0.1}):
        with pytest.raises(ParameterError):
            dataclasses.replace(LAW, **changes)
    with pytest.raises(ParameterError, match=r"below 1\.0\d+"):
        ssb.StarConvex(ratio=1.0).firmness(SOLID)


@pytest.mark.serial
def test_ratio_of_strengths() -> None:
    """The energy that damage takes of a bar is the same under r times the stress, pressed."""
    shear, bulk = SOLID.shear, SOLID.bulk
    for ratio in (1.2, 10.0):
        gamma = ssb.StarConvex(ratio).firmness(SOLID)
        pulled = 1 / (6 * shear) + 1 / (18 * bulk)
        pressed = ratio**2 * (1 / (6 * shear) - gamma / (18 * bulk))
        assert pressed == pytest.approx(pulled, rel=1e-12)


@pytest.mark.serial
@pytest.mark.parametrize("model", [AT1(), AT2()])
def test_a_crack_costs_its_toughness(model: AT1 | AT2) -> None:
    """The constant of a model is four times the integral of the root of what damage costs."""
    middle = (np.arange(20_000) + 0.5) / 20_000
    found = 4 * np.sqrt(model.cost(middle)).mean()
    assert found == pytest.approx(model.normalisation, rel=1e-5)
    assert model.slope(0.3) == pytest.approx((model.cost(0.31) - model.cost(0.29)) / 0.02)
