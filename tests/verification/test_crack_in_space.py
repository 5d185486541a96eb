# SPDX-License-Identifier: BSD-3-Clause
"""Lithium in a round crack in space: how it flows over the edges of facets, and what it opens."""

from __future__ import annotations

import dataclasses
from math import pi, sqrt

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.interfaces.filling import Mouth
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor
from ssbmech.model.cell import CellModel
from ssbmech.model.energy_release import RoundEnergyRelease
from ssbmech.model.parts.crack import CrackMetal
from tests.crack_in_space import between_stiff_walls, growing_penny, penny
from tests.lithium_crack import (
    CRACK,
    HALF,
    MODULUS,
    PER_CHARGE,
    SOLID,
    TOUGHNESS,
    filling,
)
from tests.parts import Bond, at_random, part
from tests.pressurised import penny_volume
from tests.tools import March, march, measured
from tests.verification.test_jacobian import check_blocks, row_groups
from tests.verification.test_lithium_crack import TOUGH

COMM = MPI.COMM_WORLD
ITEM = "Lithium in a crack in space"
SPEED = 10.0 * PER_CHARGE
RADIUS, WIDTH, OUTSIDE = 5e-6, 100e-9, 3e6
#: Of power 3, so that slits between middles of facets and edges alone would not do.
CREEP = CreepFlow(rate=7e-2, stress=1e6, exponent=3.0)


def facets(cell: CellModel) -> np.ndarray:
    """Return radius, pressure, thickness, gap and area of all facets, from the axis outwards."""
    surface = cell.surfaces[CRACK]
    middles = surface.gap.function.function_space.tabulate_dof_coordinates()
    rows = [
        np.hypot(*middles[: surface.gap.owned, :2].T),
        surface.values(surface.p_contact),
        surface.values(part(surface, CrackMetal).metal),
        surface.values(surface.gap),
        surface.areas,
    ]
    found = np.concatenate(COMM.allgather(np.array(rows)), axis=1)
    return found[:, np.argsort(found[0])]


def squeezed(cells: int) -> tuple[float, March]:
    """Return the largest error of the pressure in a round slit, over its largest."""
    run = march(
        between_stiff_walls(CREEP, RADIUS / cells, RADIUS, WIDTH, OUTSIDE, 80.0), watch=facets
    )
    r, p, _, _, areas = run.seen[-1]
    n, factor = CREEP.exponent, CREEP.rate * CREEP.stress**-CREEP.exponent
    # all that is plated within a radius passes there: a flux of the feed times half the radius
    mobility = 2 * factor * 3 ** ((n + 1) / 2) / (n + 2) * (WIDTH / 2) ** (n + 2)
    scale = (SPEED / mobility) ** (1 / n) * n / (n + 1)
    exact = OUTSIDE + scale * (RADIUS ** (1 + 1 / n) - r ** (1 + 1 / n))
    out = run.series(f"crack_outflow:{CRACK}")[-1] / (2 * SPEED * areas.sum())
    measured(ITEM, f"outflow of a full round slit, {cells} facets", abs(out - 1), 1e-6, "2 v A")
    return float(np.max(np.abs(p - exact)) / (scale * RADIUS ** (1 + 1 / n))), run


@pytest.mark.pair
def test_lithium_squeezed_out_of_a_round_slit() -> None:
    """Fed along both walls and open at its rim, on one rank and two; four facets to the radius."""
    error, run = squeezed(4)
    measured(ITEM, "pressure in a round slit, 4 facets", error, 0.012, "closed form")
    if COMM.size > 1:
        case = between_stiff_walls(CREEP, RADIUS / 4, RADIUS, WIDTH, OUTSIDE, 80.0)
        alone = march(case, MPI.COMM_SELF)
        names = [f"{name}:{CRACK}" for name in ("p_contact_max", "crack_volume", "crack_outflow")]
        change = max(abs(run.rows[-1][name] / alone.rows[-1][name] - 1) for name in names)
        measured(ITEM, "change by the number of ranks", change, 1e-8, "none")


@pytest.mark.slow
@pytest.mark.serial
def test_a_round_slit_on_finer_facets() -> None:
    """Twice as many: of second order, most of it that of a rim of straight edges."""
    error, _ = squeezed(8)
    measured(ITEM, "pressure in a round slit, 8 facets", error, 0.004, "closed form")


@pytest.mark.slow
@pytest.mark.serial
def test_a_sealed_penny_is_filled_and_opened() -> None:
    """Five facets to the radius: lithium at one pressure, and the opening of Sneddon's penny."""
    front = RoundEnergyRelease(
        "front", ("lower", "upper"), 0.0, 0.0, 0.0, HALF, 0.3 * HALF, 0.8 * HALF, sector=pi / 2
    )
    along = ssb.EnergyReleaseAlong(
        "along",
        ("lower", "upper"),
        *(0.0, 0.0, 0.0),
        *(HALF, HALF, 0.3 * HALF, 0.8 * HALF),
        places=3,
        sector=pi / 2,
    )
    output = ssb.Output(quantities=(front, along))
    facet = 1e-6
    bond = dataclasses.replace(TOUGH, initial_stiffness=50 * MODULUS / facet)
    case = penny(filling(), 40.0, 20.0, facet, 7e-6, 30e-6, bond, output=output)
    run = march(case, watch=facets)
    r, p, h, gap, areas = run.seen[-1]
    inside = r < HALF
    stored = run.series(f"crack_volume:{CRACK}")[-1]
    plated = run.series(f"crack_plated_volume:{CRACK}")[-1]
    measured(ITEM, "lithium balance, sealed penny", abs(stored / plated - 1), 1e-12, "none")
    # walls of the flaw, and what of the bond beside its front has begun to break
    wall = plated / (2 * SPEED * 40.0 * areas[inside].sum())
    assert 1 - 1e-9 < wall < 1.005
    damage = COMM.allgather(part(run.cell.surfaces[CRACK], Bond).damages())
    assert np.count_nonzero(np.concatenate(damage) > 1 - 1e-9) == np.count_nonzero(inside)
    measured(ITEM, "unevenness of the pressure", np.ptp(p[inside]) / p[0], 1e-3, "0")
    volume = 4 * stored / penny_volume(p[0], HALF, MODULUS)
    measured(ITEM, "volume of a penny", abs(volume - 1), 0.03, "16 p a^3 / 3 E'")
    released = run.series("energy_release_front:lower")[-1]
    exact = (2 * p[0] * sqrt(HALF / pi)) ** 2 / MODULUS
    measured(ITEM, "J of a filled penny", abs(released / exact - 1), 0.035, "4 p^2 a / pi E'")
    places = [run.series(f"energy_release_along_{k}:lower")[-1] for k in (1, 2, 3)]
    off = np.abs(np.array(places) / exact - 1).max()
    measured(ITEM, "J along a filled penny", off, 0.05, "4 p^2 a / pi E'")
    inner = r < 0.5 * HALF
    exact = 8 * p[0] / (pi * MODULUS) * np.sqrt(HALF**2 - r[inner] ** 2)
    off = np.abs((h + gap)[inner] / exact - 1).max()
    measured(ITEM, "opening of the inner half of a penny", off, 0.02, "Sneddon")


def broken(cell: CellModel) -> np.ndarray:
    """Return radius, pressure and area of all facets, and which have no bond left."""
    r, p, _, _, areas = facets(cell)
    surface = cell.surfaces[CRACK]
    middles = surface.gap.function.function_space.tabulate_dof_coordinates()
    away = np.hypot(*middles[: surface.gap.owned, :2].T)
    damage = np.concatenate(COMM.allgather(part(surface, Bond).damages()))
    order = np.argsort(np.concatenate(COMM.allgather(away)))
    return np.array([r, p, areas, damage[order] > 1 - 1e-9])


@pytest.mark.slow
@pytest.mark.serial
def test_a_sealed_penny_grows_in_space() -> None:
    r"""From 5 um on: at its toughness, as round as facets are, and by the volume that it takes.

    .. math:: K = 2 p \sqrt{A / \pi}, \quad V = \frac{8 \sqrt\pi}{3 E'} K A^{5/2}

    with the radius A of what is broken and the zone of the bond ahead. Displacements are linear on
    cells, which with five facets to the radius are too stiff by some percent. The limit of the
    power tells a pressure that stays or falls as 1 / A, no more: it is 0.39 on facets of half the
    size too, while with the same bond in axisymmetry it is 0.49 and 0.50 on facets of a half and a
    quarter of a micrometre. Why was not traced.
    """
    facet = 1e-6
    case = growing_penny(facet)
    bond = case.interfaces[0].adhesion
    run = march(case, watch=broken)
    stored = run.series(f"crack_volume:{CRACK}")
    plated = run.series(f"crack_plated_volume:{CRACK}")
    measured(
        ITEM, "lithium balance, growing penny", np.abs(stored / plated - 1).max(), 1e-10, "none"
    )
    size = np.sqrt(4 / pi * run.series(f"crack_size:{CRACK}"))
    pressure = np.array([seen[1][0] for seen in run.seen])
    radius = size + pi / 8 * MODULUS * bond.toughness / bond.strength**2
    grows = size > size[0] + 0.5 * facet
    assert size[-1] > 1.5 * HALF
    assert np.diff(size).max() < facet, "it does not run"
    r, _, _, lost = run.seen[-1]
    uneven = max(r[lost > 0.5].max() - size[-1], size[-1] - r[lost < 0.5].min()) / facet
    measured(ITEM, "facets by which its front is out of round", uneven, 1.0, "a circle")
    k = 2 * pressure[grows] * np.sqrt(radius[grows] / pi) / TOUGHNESS
    measured(ITEM, "stress intensity of a growing penny", abs(k.mean() - 1), 0.05, "K_Ic")
    falls = -np.polyfit(np.log(radius[grows]), np.log(pressure[grows]), 1)[0]
    measured(ITEM, "power by which its pressure falls", abs(falls - 0.5), 0.15, "1/2")
    takes = 8 * sqrt(pi) * TOUGHNESS / (3 * MODULUS)
    slope = np.polyfit(radius[grows] ** 2.5, 4 * stored[grows], 1)[0] / takes
    measured(ITEM, "volume that its growth takes", abs(slope - 1), 0.1, "8 pi^0.5 K_Ic / 3 E'")


@pytest.mark.pair
def test_every_block_is_the_derivative_of_the_residual() -> None:
    """With solved potentials, a mouth at the rim, full facets, partly full ones and dry ones."""
    glass = Material("glass", SOLID, conductor=IonConductor(0.25))
    inside = filling(
        kinetics=ssb.LinearKinetics(8e-4),
        flow=CREEP,
        potential=None,
        mouth=Mouth(lambda x: np.minimum(x[0], x[1]) > 1e-9, lambda time: 2e6),
    )
    case = penny(
        inside,
        10.0,
        1.0,
        3e-6,
        6e-6,
        10e-6,
        TOUGH,
        bodies=(ssb.Body.single("lower", glass), ssb.Body.single("upper", glass)),
        loads=ssb.Loads(
            face_potentials=tuple(
                ssb.FacePotential(face, lambda x: 0.02 + 0 * x[0]) for face in ("bottom", "top")
            )
        ),
    )
    cell = CellModel(case, case.geometry.build(COMM))
    cell.begin(Drive(), 1.0)
    surface, random = cell.surfaces[CRACK], np.random.default_rng(5 + COMM.rank)
    crack, n = part(surface, CrackMetal), surface.gap.owned
    at_random(
        random,
        (surface.p_contact, 2e7, 9e7),
        (surface.gap, 2e-11, 3e-10),
        (crack.metal, 4e-8, 8e-8),
        (crack.ridges, 3e7, 8e7),
    )
    surface.gap.function.x.array[:n][crack.broken] += random.choice([0.0, 3e-9], crack.broken.sum())
    surface.gap.function.x.scatter_forward()
    for body in cell.bodies.values():
        body.u.function.interpolate(lambda x: 1e-9 * np.sin(3e5 * x))
        body.u.function.x.array[body.u.fixed] = 0.0
        body.u.function.x.scatter_forward()
    errors, sizes = check_blocks(cell, list(row_groups(cell)))
    worst = max(errors, key=lambda pair: errors[pair])
    measured(ITEM, "largest error of a Jacobian block", errors[worst], 1e-6, f"{worst}")
    for row, column in ((crack.metal, surface.gap), (crack.ridges, surface.p_contact)):
        assert sizes[row.key, column.key] > 1e-12
