# SPDX-License-Identifier: BSD-3-Clause
"""A host that swells far as the electrode of a cell: its charge, its height, its fixture."""

from __future__ import annotations

import math

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.errors import NotConverged
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, MPa_per_um, um
from tests.swelling_body import (
    C_MAX,
    EMPTY,
    GROWTH,
    POISSON,
    SOFTER,
    YOUNG,
    carried,
    host,
    volume_of,
)
from tests.tools import march, measured

COMM = MPI.COMM_WORLD
pytestmark = [pytest.mark.serial, pytest.mark.slow]

WIDE, THICK, CURRENT = 4e-6, 4e-6, 10.0
SECONDS = FARADAY * C_MAX / (1 + GROWTH * EMPTY) * THICK * 0.3 / CURRENT


def cell_of_host() -> ssb.Case:
    """Return lithium | Li6PS5Cl | a host of 4 um in a spring, which takes up 30 % of its sites."""
    working, counter = "positive|separator", "negative|separator"
    return ssb.Case(
        name="host",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=WIDE,
            layers=(
                ssb.Layer("negative", 12 * um),
                ssb.Layer("separator", 6 * um),
                ssb.Layer("positive", THICK),
            ),
            size_interface=2 * um,
            size_bulk=3 * um,
        ),
        bodies=(
            ssb.Body.single("negative", library.by_name("lithium_lepage2019")),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", host(1e-9), content=EMPTY, moves=True),
        ),
        interfaces=(
            ssb.Interface(counter, kinetics=lithium_li6ps5cl()),
            ssb.Interface(working, kinetics=nmc811_li6ps5cl()),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=ssb.Spring(1 * MPa, 0.3 * MPa_per_um),
        electrodes=ssb.Electrodes(working=working, counter=counter),
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(-CURRENT, SECONDS)),
        limits=ssb.Limits.off(),
        step_control=ssb.PrescribedSteps((1.0, *(SECONDS / 12,) * 12)),
        output=ssb.Output(figures=False),
    )


def test_a_host_swells_against_a_spring_as_it_is_charged() -> None:
    """Its height is that of what has passed, and the spring sees it less the lithium that left."""
    run = march(cell_of_host())
    name = "host that takes up 30 % of its sites in a cell"
    assert max(run.series("audit_lithium")) < 1e-9
    content = run.series("content_mean:positive")[-1]
    taken = CURRENT * SECONDS / FARADAY / (C_MAX / (1 + GROWTH * EMPTY)) / THICK
    measured(name, "content", abs(content - EMPTY - taken), 1e-9, "charge")
    height = carried(run.cell).volume / (WIDE * THICK)
    exact = volume_of(np.array([content]))[0]
    bulk = YOUNG * SOFTER.numeric(content) / (3 * (1 - 2 * POISSON))
    exact *= np.exp(-run.series("pressure_max:positive")[-1] / bulk)
    measured(name, "height", abs(height / exact - 1), 1e-5, "volume of its content")
    # the flow stress of its sides lies between the stack pressure and theirs
    mises, load = run.series("von_mises_max:positive")[-1], run.series("p_stack")[-1]
    across = run.series("pressure_max:positive")[-1] - 2 / 3 * mises
    measured(name, "stress across", abs(across / load - 1), 1e-2, "stack pressure")
    moved = run.series("thickness_stack")[-1] - run.series("thickness_stack")[0]
    metal = library.by_name("lithium_lepage2019").metal
    stripped = CURRENT * SECONDS * metal.thickness_per_charge
    error = abs(moved / ((height - 1) * THICK - stripped) - 1)
    measured(name, "growth of the stack", error, 2e-3, "host less lithium that left")


def test_an_interface_that_turns_has_no_solution_by_name() -> None:
    """Its laws take it as it was made; so does its area, stretched by a fifth along itself."""
    case = cell_of_host()
    cell = CellModel(case, case.geometry.build(COMM))
    body, c, s = cell.bodies["positive"], math.cos(0.2), math.sin(0.2)
    for gradient in ([[c - 1, -s], [s, c - 1]], [[0.2, 0.0], [0.0, 0.0]]):
        set_gradient(body, gradient)
        with pytest.raises(NotConverged, match=r"interface of 'positive' turns or stretches by"):
            cell.motion.advance()
    set_gradient(body, [[0.05, 0.0], [0.0, 2.0]])
    cell.motion.advance()


def set_gradient(body: BodyModel, gradient: list[list[float]]) -> None:
    """Let a body be displaced by a gradient."""
    body.u.function.interpolate(lambda x: np.array(gradient) @ x[:2])
