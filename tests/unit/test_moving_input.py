# SPDX-License-Identifier: BSD-3-Clause
"""Bodies that are told to move and cannot are refused, on all ranks, before any solve."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.settings import PressureField
from ssbmech.errors import CaseError, CaseWarning
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.elastic import Elastic
from ssbmech.model.cell import CellModel
from tests.moving import COUNTER, LITHIUM, WORKING, moving_cell
from tests.refusing import nothing_is_solved as nothing_is_solved
from tests.refusing import refused
from tests.swelling_body import SIDES, host, swelling

NMC, COPPER = library.by_name("nmc811"), library.by_name("copper")
FLOWING_HOST = dataclasses.replace(LITHIUM, host=NMC.host, metal=None, sources={})

UNSEEN = dataclasses.replace(
    LITHIUM, metal=dataclasses.replace(LITHIUM.metal, not_modelled=30e-6), sources={}
)


def body(**changes: Any) -> Callable[[], ssb.Case]:
    """Return what makes a case with another body for its working electrode."""
    changes = {"materials": {"negative": LITHIUM}, **changes}

    def make() -> ssb.Case:
        case = moving_cell(1e-6)
        first = ssb.Body("negative", moves=True, **changes)
        return dataclasses.replace(case, bodies=(first, *case.bodies[1:]))

    return make


def interface(**changes: Any) -> Callable[[], ssb.Case]:
    """Return what makes a case with another interface at its working electrode."""

    def make() -> ssb.Case:
        case = moving_cell(1e-6)
        first = dataclasses.replace(case.interfaces[0], **changes)
        return dataclasses.replace(case, interfaces=(first, case.interfaces[1]))

    return make


def turned() -> ssb.Case:
    case = moving_cell(1e-6)
    back = ssb.Interface("separator|negative")
    return dataclasses.replace(case, interfaces=(back, case.interfaces[1]), electrodes=None)


@dataclass(frozen=True)
class Own:
    """Physics of one's own."""

    def part(self, model: Any) -> Any:
        raise NotImplementedError


def built(case: ssb.Case) -> CellModel:
    """Return the model of a case."""
    return CellModel(case, case.geometry.build(MPI.COMM_WORLD))


HALVED, JOINED = ssb.Remeshing(longest_wall=1e-6), ssb.Remeshing(shortest_wall=1e-6)


def _halved(rule: ssb.Remeshing = HALVED, **changes: Any) -> ssb.Case:
    """Return a case whose working electrode has facets that are to be halved or joined."""
    case = moving_cell(1e-6, **changes)
    first = dataclasses.replace(case.bodies[0], remeshing=rule)
    return dataclasses.replace(case, bodies=(first, *case.bodies[1:]))


AT_REST = (ssb.Preload(1.0), ssb.Rest(1.0))
FANNED = (
    ssb.Interface(WORKING, directors=ssb.FannedDirectors(x=8e-6, y=-40e-6)),
    ssb.Interface(COUNTER),
)
AT_REST_ALONG_A_FAN: dict[str, Any] = {
    "interfaces": FANNED,
    "electrodes": None,
    "protocol": AT_REST,
}
TENSE = ssb.Interface(WORKING, capillarity=ssb.Capillarity(0.5))
DIRECTED = ssb.Interface(WORKING, directors=ssb.ParallelDirectors(y=1.0))
#: They meet two micrometres below the interface, at half of the gap.
CROSSING = ssb.FannedDirectors(x=8e-6, y=10e-6)
DEEP = ssb.FunctionGap(lambda x: 4e-6 * np.exp(-(((x[0] - 8e-6) / 3e-6) ** 2)))
CASES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "two regions": (
        body(materials={"negative": LITHIUM, "collector": COPPER}),
        ("'negative' moves", "more than one region", "body of its own"),
    ),
    "elastic and exhausted": (
        body(materials={"negative": COPPER}, exhaustion=ssb.Exhaustion()),
        ("exhaustion law, which is for metal", "leave it out"),
    ),
    "elastic and meshed anew": (
        body(materials={"negative": COPPER}, remeshing=ssb.Remeshing()),
        ("meshed anew, which is for metal", "leave the remeshing out"),
    ),
    "not modelled": (
        body(materials={"negative": UNSEEN}),
        ("not modelled", "model the whole layer"),
    ),
    "host of small strain": (
        body(materials={"negative": FLOWING_HOST}, content={"negative": 0.5}),
        ("is a small strain", "LogarithmicVolumeSwelling"),
    ),
    "host in a section of particles": (
        lambda: built(swelling(1, frame=ssb.PlaneSection())),
        ("lets it swell out of its plane", "PlaneStrain"),
    ),
    "exhaustion at rest": (
        lambda: ssb.Body.single("negative", LITHIUM, exhaustion=ssb.Exhaustion()),
        ("exhaustion law but does not move", "moves=True"),
    ),
    "joined in space along a fan": (
        lambda: built(
            _halved(JOINED, frame=ssb.ThreeDimensional(), width=8e-6, **AT_REST_ALONG_A_FAN)
        ),
        ("shortest_wall", WORKING, "not parallel", "ParallelDirectors"),
    ),
    "halved in space along a fan": (
        lambda: built(_halved(frame=ssb.ThreeDimensional(), width=8e-6, **AT_REST_ALONG_A_FAN)),
        ("longest_wall", WORKING, "not parallel", "ParallelDirectors"),
    ),
    "joined along a fan": (
        lambda: built(_halved(JOINED, **AT_REST_ALONG_A_FAN)),
        ("shortest_wall", WORKING, "not parallel", "ParallelDirectors"),
    ),
    "pressure from strain": (
        lambda: moving_cell(
            1e-6, discretisation=ssb.Discretisation(pressure_field=PressureField.NOWHERE)
        ),
        ("pressure must be a field", "WHERE_FLOWING"),
    ),
    "plus side": (turned, ("'separator|negative'", "minus side", "'negative|separator'")),
    "bond": (
        interface(adhesion=ssb.BilinearCohesion(strength=5e6, toughness=0.5)),
        (WORKING, "a bond", "stay where", "let the body rest"),
    ),
    "part of its own": (interface(parts=(Own(),)), ("Own is known only", "leave it out")),
    "directors at rest": (
        lambda: moving_cell(1e-6, moves=False, interfaces=(DIRECTED, ssb.Interface(COUNTER))),
        ("has directors", "does not move", "moves=True"),
    ),
    "capillarity at rest": (
        lambda: moving_cell(1e-6, moves=False, interfaces=(TENSE, ssb.Interface(COUNTER))),
        ("has a capillarity", "no metal whose mesh moves", "moves=True"),
    ),
    "directors along the interface": (
        lambda: built(interface(directors=ssb.ParallelDirectors(x=1.0))()),
        (WORKING, "without leaving one of its facets sideways", "FannedDirectors"),
    ),
    "directors that cross": (
        lambda: built(interface(directors=CROSSING, initial_gap=DEEP)()),
        ("cannot take the shape of its initial gaps", "overhangs", "directors that do not cross"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bodies_that_cannot_move(name: str) -> None:
    make, words = CASES[name]
    refused(make, CaseError, *words)


def test_both_sides_may_not_move() -> None:
    case = moving_cell(1e-6)
    middle = ssb.Body.single("separator", LITHIUM, moves=True)
    bodies = (case.bodies[0], middle, case.bodies[2])

    def make() -> ssb.Case:
        between = (ssb.Interface(WORKING), ssb.Interface(COUNTER))
        return dataclasses.replace(case, bodies=bodies, interfaces=between, electrodes=None)

    refused(make, CaseError, "let one of the two rest")


@dataclass(frozen=True, kw_only=True)
class SideBySide(MeshSource):
    """Two blocks side by side on a wider one, of squares of four micrometres."""

    def generate(self) -> SimplexMesh:
        x, y = (4e-6 * k.ravel() for k in np.meshgrid(np.arange(5.0), np.arange(5.0)))
        i, j = (k.ravel() for k in np.meshgrid(np.arange(4), np.arange(4)))
        a = 5 * j + i
        cells = np.concatenate(
            [np.column_stack([a, a + 1, a + 6]), np.column_stack([a, a + 6, a + 5])]
        )
        low, right = np.tile(j < 2, 2), np.tile(i >= 2, 2)
        named = {"metal": low, "first": ~low & ~right, "second": ~low & right}
        rim = {"bottom": y == 0.0, "left": x == 0.0, "right": x == x.max(), "top": y == y.max()}
        return SimplexMesh(
            np.column_stack([x, y, 0.0 * x]),
            cells,
            {name: np.flatnonzero(here) for name, here in named.items()},
            node_sets={name: np.flatnonzero(here) for name, here in rim.items()},
        )


def test_a_point_of_two_interfaces_may_not_move() -> None:
    electrolyte = library.by_name("li6ps5cl")
    case = ssb.Case(
        name="side_by_side",
        geometry=SideBySide(frame=ssb.PlaneStrain()),
        bodies=(
            ssb.Body.single("metal", LITHIUM, moves=True),
            ssb.Body.single("first", electrolyte),
            ssb.Body.single("second", electrolyte),
        ),
        interfaces=tuple(map(ssb.Interface, ("metal|first", "metal|second", "first|second"))),
        supports=tuple(map(ssb.Roller, ("bottom", "left", "right", "top"))),
        protocol=(ssb.Rest(1.0),),
    )
    words = ("'metal' moves", "'metal|first' and 'metal|second'", "two gaps")
    refused(lambda: CellModel(case, case.geometry.build(MPI.COMM_WORLD)), CaseError, *words)


@pytest.mark.serial
def test_a_held_host_that_cannot_yield_is_warned_of() -> None:
    """Between two sides, by its table; neither one that flows nor one that has room."""
    elastic = dataclasses.replace(host(), solid=Elastic(80e9, 0.25))
    with pytest.warns(CaseWarning, match=r"body 'body' is held.*'host' swells by 300%"):
        swelling(1, material=elastic)
    swelling(1, material=elastic, supports=SIDES[1:])
    swelling(1)
