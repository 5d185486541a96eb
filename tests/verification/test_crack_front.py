# SPDX-License-Identifier: BSD-3-Clause
"""Energy release and intensity along round and elliptical fronts in space, against closed forms.

An eighth of the body is meshed, so that a quarter of the front is.
"""

from __future__ import annotations

import dataclasses
from math import pi, sqrt
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest
from scipy.special import ellipe

import ssbmech as ssb
from ssbmech.case.settings import OutputQuantity
from ssbmech.errors import CaseError, ObserverError
from ssbmech.model.crack_ring import Array
from ssbmech.model.energy_release import RoundEnergyRelease
from ssbmech.model.energy_release_along import EnergyReleaseAlong
from tests.cracked import GLASS, MODULUS, CrackedQuarter
from tests.tools import March, march, measured

A = 5e-6
LOAD = 150e6
ITEM = "Fronts of cracks in space"
#: Half axes of the ellipse, the smaller over the larger.
FLAT = 0.6


def front(name: str, places: int, squeeze: float, **changes: Any) -> EnergyReleaseAlong:
    """Return what is asked for along a quarter of a front."""
    b = A * squeeze
    asked = EnergyReleaseAlong(
        name, ("glass",), 0.0, 0.0, 0.0, A, b, 0.3 * b, 0.8 * b, places, sector=pi / 2, halved=True
    )
    return dataclasses.replace(asked, **changes)


def cracked(
    cells: int,
    squeeze: float,
    face: str,
    *asked: OutputQuantity,
    comm: MPI.Intracomm = MPI.COMM_WORLD,
) -> March:
    """Return the one step of a crack that is pressed apart, or of a body that is pulled."""
    sign = 1.0 if face == "crack" else -1.0
    return march(
        ssb.Case(
            name="front",
            geometry=CrackedQuarter(
                frame=ssb.ThreeDimensional(),
                half=A,
                extent=12 * A,
                cells=cells,
                squeeze=squeeze,
            ),
            bodies=(ssb.Body.single("glass", GLASS),),
            supports=tuple(ssb.Roller(at) for at in ("left", "front", "ahead")),
            loads=ssb.Loads(face_pressures=(ssb.FacePressure(face, lambda time: sign * LOAD),)),
            protocol=(ssb.Rest(1.0),),
            step_control=ssb.PrescribedSteps((1.0,)),
            output=ssb.Output(quantities=asked),
        ),
        comm,
    )


def columns(run: March, asked: EnergyReleaseAlong) -> tuple[Array, Array]:
    """Return J and K_I at the places."""
    numbers = range(1, asked.places + 1)
    return (
        np.array([run.series(f"energy_release_{asked.name}_{k}:glass")[-1] for k in numbers]),
        np.array([run.series(f"opening_{asked.name}_{k}:glass")[-1] for k in numbers]),
    )


def irwin(t: Array) -> Array:
    """Return K_I of an ellipse under tension by the angle t (Irwin 1962)."""
    shape = (np.sin(t) ** 2 + FLAT**2 * np.cos(t) ** 2) ** 0.25
    return np.asarray(LOAD * np.sqrt(pi * A * FLAT) / ellipe(1 - FLAT**2) * shape)


def test_a_round_front_under_pressure() -> None:
    """The same everywhere, 2 p sqrt(a / pi), and its mean is that of the whole front."""
    along = front("along", 5, 1.0)
    mean = RoundEnergyRelease(
        "mean", ("glass",), 0.0, 0.0, 0.0, A, 0.3 * A, 0.8 * A, sector=pi / 2, halved=True
    )
    run = cracked(8, 1.0, "crack", along, mean)
    j, k = columns(run, along)
    exact = 2 * LOAD * sqrt(A / pi)
    measured(ITEM, "K_I of a penny, largest error", np.abs(k / exact - 1).max(), 0.022, "Sneddon")
    measured(ITEM, "K_I of a penny, unevenness", np.ptp(k) / exact, 0.009, "0")
    # places at the ends have half the front of others
    shares = np.array([0.5, 1, 1, 1, 0.5]) / 4
    whole = run.series("energy_release_mean:glass")[-1]
    measured(ITEM, "mean of J along a front", abs(shares @ j / whole - 1), 1e-9, "the whole front")
    assert k == pytest.approx(np.sqrt(MODULUS * j), rel=1e-12)


@pytest.mark.serial
def test_an_elliptical_front_under_tension() -> None:
    """J changes by 1.67 along it: nothing on the faces of the crack, and pulled from afar."""
    asked = front("along", 5, FLAT)
    narrow = front("narrow", 5, FLAT, inner=0.15 * A * FLAT, outer=0.5 * A * FLAT)
    run = cracked(8, FLAT, "top", asked, narrow)
    _, k = columns(run, asked)
    exact = irwin(asked.angles)
    measured(ITEM, "K_I of an ellipse, largest error", np.abs(k / exact - 1).max(), 0.03, "Irwin")
    change = k[-1] / k[0] / (exact[-1] / exact[0])
    measured(ITEM, "K_I of both ends of an ellipse, ratio", abs(change - 1), 0.012, "Irwin")
    _, other = columns(run, narrow)
    measured(ITEM, "K_I by a narrow ring", np.abs(other / k - 1).max(), 3e-3, "the wide one")


@pytest.mark.pair
def test_fronts_by_the_number_of_ranks() -> None:
    """Each place, on a coarse mesh."""
    asked = front("along", 3, FLAT)
    j, _ = columns(cracked(4, FLAT, "crack", asked), asked)
    alone, _ = columns(cracked(4, FLAT, "crack", asked, comm=MPI.COMM_SELF), asked)
    assert alone == pytest.approx(irwin(asked.angles) ** 2 / MODULUS, rel=0.1)
    change = np.abs(j / alone - 1).max()
    measured(ITEM, "change of J by the number of ranks", change, 1e-8, "none")


@pytest.mark.serial
@pytest.mark.parametrize(
    ("start", "sector"), [(0.0, pi / 2), (-1.0, 4.0), (2.0, 2 * pi)], ids=("quarter", "part", "all")
)
def test_weights_add_up_to_the_whole_front(start: float, sector: float) -> None:
    """At each place of an ellipse that is turned past half a turn, and so do the lengths."""
    asked = EnergyReleaseAlong(
        "a", ("glass",), 1e-6, 2e-6, 0.0, A, FLAT * A, 1e-7, 1e-6, 6, start=start, sector=sector
    )
    t = start + sector * np.linspace(0.001, 0.999, 57)
    x = np.array([1e-6 + A * np.cos(t), 2e-6 + FLAT * A * np.sin(t), 0 * t])
    weights = sum(asked._share(asked._angle(x), angle) for angle in asked.angles)
    assert weights == pytest.approx(np.ones_like(t), abs=1e-12)
    assert np.abs(asked.distance(x)).max() < 1e-12 * A
    every = start + sector * (np.arange(20000) + 0.5) / 20000
    length = np.hypot(A * np.sin(every), FLAT * A * np.cos(every)).mean() * sector
    found = sum(asked._covered(angle) for angle in asked.angles)
    assert found == pytest.approx(length, rel=1e-6)


@pytest.mark.serial
def test_what_no_front_can_be_is_refused() -> None:
    """Rings that reach the middle, one place, and sections."""
    with pytest.raises(CaseError, match="not larger than the inner"):
        front("a", 5, 1.0, inner=0.9 * A)
    with pytest.raises(CaseError, match="reaches the middle of a front with a half axis of 3e-06"):
        front("a", 5, 1.0, along_y=3e-6, outer=3.5e-6)
    with pytest.raises(CaseError, match="expected 2 or more"):
        front("a", 1, 1.0)
    asked = front("a", 5, 1.0, bodies=("steel",))
    with pytest.raises(ObserverError, match="no body 'steel'"):
        cracked(2, 1.0, "crack", asked)
