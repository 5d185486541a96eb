# SPDX-License-Identifier: BSD-3-Clause
"""Layers that begin as a film of nanometres: they grow by what is plated, and are stripped."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError, MeshError
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from ssbmech.units import mA_per_cm2, s
from tests.moving import LITHIUM, SPEED, WORKING, assert_leaves_no_trace, motion, moving_cell
from tests.refusing import refused
from tests.tools import March, march, measured

SLOW = pytest.mark.slow
FRAMES = (
    ssb.PlaneStrain(),
    pytest.param(ssb.Axisymmetric(), marks=SLOW),
    pytest.param(ssb.ThreeDimensional(), marks=SLOW),
)
SEED, GROWN = 20e-9, 20e-6


def from_seed(grown: float, frame: Frame | None = None, **changes: Any) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li whose working electrode is plated on a film, and stripped again.

    Args:
        grown: thickness up to which it is plated [m].
        frame: plane strain if not given.
        changes: fields of the case to replace.
    """
    case = moving_cell(1e-6, frame=frame)
    film = ssb.Layer("negative", SEED, meshed_at=5e-6)
    others = (case.geometry.layers[1], ssb.Layer("positive", 1.25 * GROWN))
    plated = (grown - SEED) / SPEED
    case = dataclasses.replace(
        case,
        geometry=dataclasses.replace(case.geometry, layers=(film, *others)),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-1 * mA_per_cm2, plated, name="plate"),
            ssb.ConstantCurrent(1 * mA_per_cm2, plated, name="strip"),
        ),
    )
    return dataclasses.replace(case, **changes)


def thickness(cell: CellModel) -> float:
    """Return the thickness of the working electrode without what pressure does to it [m]."""
    moved = motion(cell, "negative")
    return (moved.mesh.volume - moved.metal.dilated) / cell.area(WORKING)


def plated(run: March) -> np.ndarray:
    """Return the thickness that was plated up to the start of each step, and to the end [m]."""
    charge = np.append(0.0, np.cumsum(run.series("current") * run.series("time_step")))
    return -charge * LITHIUM.metal.molar_volume / FARADAY


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
@pytest.mark.pair
def test_film_grows_by_a_thousand(frame: Frame) -> None:
    run = march(from_seed(GROWN, frame), watch=thickness)
    name = f"film of 20 nm, plated to 20 um and stripped again, {type(frame).__name__}"
    found = np.array([*run.seen, thickness(run.cell)])
    error = float(np.abs(found - SEED - plated(run)).max() / GROWN)
    measured(name, "thickness of the mesh", error, 1e-12, "charge times Omega / F")
    measured(name, "film at the start", abs(found[0] / SEED - 1), 1e-12, "20 nm")
    measured(name, "thickness at most", abs(found.max() / GROWN - 1), 1e-12, "20 um")
    inventory = run.series(f"inventory:{WORKING}") * LITHIUM.metal.molar_volume / FARADAY
    held = float(np.abs(inventory - SEED - plated(run)[1:]).max() / GROWN)
    # the mesh is that of metal under pressure, which takes 1e-4 of what there is
    measured(name, "inventory of the mesh", held, 1e-4, "charge")
    audit = max(run.series("audit_lithium"))
    measured(name, "lithium audit", audit, 1e-9, "charge so far")
    measured(name, "film that is left", abs(found[-1] - SEED) / GROWN, 1e-12, "20 nm")


@pytest.mark.serial
def test_a_film_that_cannot_be_stripped_is_pressed_and_grown() -> None:
    """It holds no more than what exhaustion leaves, and that ends no step that strips nothing."""
    case = with_first_body(from_seed(0.1e-6), exhaustion=ssb.Exhaustion(film=SEED))
    run = march(case)
    # a run in two halves is interrupted once
    endings = [ending for ending in run.endings if ending != "interrupted"]
    assert [ending for ending in endings if "used up" in ending] == endings[2:3]
    assert run.endings[:2] == ["duration", "duration"]
    assert run.series("p_stack")[run.series("step") == 0][-1] == pytest.approx(1e6, rel=1e-6)


@pytest.mark.serial
def test_seed_to_the_last_bit() -> None:
    """How it was meshed is known after a step that is thrown away and from a checkpoint."""
    assert_leaves_no_trace(from_seed(0.2e-6))


def films(case: ssb.Case, **changes: Any) -> ssb.Case:
    """Return a case with another film."""
    first, *others = case.geometry.layers
    layers = (dataclasses.replace(first, **changes), *others)
    return dataclasses.replace(case, geometry=dataclasses.replace(case.geometry, layers=layers))


def with_first_body(case: ssb.Case, **changes: Any) -> ssb.Case:
    """Return a case with another body that grows."""
    first, *others = case.bodies
    return dataclasses.replace(case, bodies=(dataclasses.replace(first, **changes), *others))


def rough(case: ssb.Case) -> ssb.Case:
    """Return a case whose electrolyte is rougher than the film is thick."""
    gap = ssb.CosineGap(amplitude=30e-9, wavelength=8e-6)
    first, second = case.interfaces
    rougher = dataclasses.replace(first, initial_gap=gap)
    return dataclasses.replace(case, interfaces=(rougher, second))


def loose(case: ssb.Case) -> ssb.Case:
    """Return a case that is held at its other end alone."""
    held = tuple(support for support in case.supports if support.face != "bottom")
    supports = (*held, ssb.Roller("top"))
    return dataclasses.replace(case, supports=supports, fixture=None, protocol=case.protocol[1:])


BAD: dict[str, tuple[Callable[[ssb.Case], ssb.Case], tuple[str, ...]]] = {
    "rests": (
        lambda case: with_first_body(case, moves=False),
        ("'negative' is a film", "250 times", "moves=True"),
    ),
    "thinner than what exhaustion leaves": (
        lambda case: with_first_body(case, exhaustion=ssb.Exhaustion(film=30e-9)),
        ("'negative' is 2e-08 m thick", "film of 3e-08 m"),
    ),
    "thinner than the electrolyte is rough": (rough, ("3e-08 m deep", "2e-08 m across")),
    "nothing behind it": (loose, ("'negative' moves", "nothing stands behind it", "collector")),
}


@pytest.mark.filterwarnings("ignore:.*held by contact alone:ssbmech.errors.CaseWarning")
@pytest.mark.parametrize("name", BAD)
def test_films_that_cannot_grow(name: str) -> None:
    change, words = BAD[name]
    case = change(from_seed(1e-6))

    def build() -> None:
        CellModel(case, case.geometry.build(MPI.COMM_WORLD))

    refused(build, CaseError, *words)


@pytest.mark.serial
def test_a_layer_is_not_meshed_thinner_than_it_is() -> None:
    with pytest.raises(MeshError, match=r"'negative' is 5e-06 m thick.*exchanged"):
        ssb.Layer("negative", 5e-6, meshed_at=20e-9)
