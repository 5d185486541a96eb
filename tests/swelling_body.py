# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests of bodies that go along with their mesh: plates that bend, hosts that swell.

One table of volume and one law serve all of them, so that they share their forms.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech.frames import Frame
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.flowing_host import FlowingHost
from ssbmech.materials.host import ArrheniusDiffusivity, Host, IdealOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import LogarithmicVolumeSwelling
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.model.material_motion import MaterialMotion
from tests.parts import Lithium, part
from tests.single_body import Rectangle
from tests.tools import March, march

SIZE = 20e-6
C_MAX, EMPTY, GROWTH = 1e5, 0.01, 3.0
GAINED = 2.8
"""Volume that a body gains by the content it ends with, over that at the start [1]."""

FULL = ((1 + GAINED) * (1 + GROWTH * EMPTY) - 1) / GROWTH
"""Content it ends with [1]."""

YOUNG, POISSON, YIELD, RATE, EXPONENT = 80e9, 0.25, 0.5e9, 1e-3, 50.0
DURATION = 1000.0
_GRID = (0.0, 0.5, 1.0)
SOFTER = Curve(_GRID, (1.0, 0.8, 0.6))
WEAKER = Curve(_GRID, (1.0, 0.75, 0.5))
SIDES = (ssb.Roller("left"), ssb.Roller("right"), ssb.Roller("bottom"))


def host(diffusivity: float = 1e-9, **changes: float) -> Material:
    """Return a host that grows to four times its volume, softens and weakens, and yields."""
    flow = NortonFlow(**{"rate": RATE, "stress": YIELD, "exponent": EXPONENT, **changes})
    law = ElasticViscoplastic(Elastic(YOUNG, POISSON), flow)
    takes = Host(
        c_max=C_MAX,
        ocv=IdealOcv(0.3),
        diffusivity=ArrheniusDiffusivity(diffusivity),
        swelling=LogarithmicVolumeSwelling(Curve(_GRID, (0.0, GROWTH / 2, GROWTH)), allowed=4.0),
        density=2000.0,
        x_empty=EMPTY,
        x_full=0.99,
    )
    return Material("host", FlowingHost(law, SOFTER, WEAKER), host=takes)


def volume_of(x: np.ndarray) -> np.ndarray:
    """Return the volume of a content over that at the start [1]."""
    return np.asarray((1 + GROWTH * x) / (1 + GROWTH * EMPTY))


def swelling(steps: int, full: float = FULL, **changes: Any) -> ssb.Case:
    """Return a square of host that takes up lithium through its top at a constant rate.

    Args:
        steps: equal time steps.
        full: content at the end [1].
        changes: fields of the case to replace; `material` and `frame` too.
    """
    frame: Frame = changes.pop("frame", ssb.PlaneStrain())
    body = ssb.Body.single("body", changes.pop("material", host()), content=EMPTY, moves=True)
    bodies = changes.pop("bodies", (body,))
    # sites as the body is made, which holds a little
    flux = C_MAX / (1 + GROWTH * EMPTY) * (full - EMPTY) * SIZE / DURATION
    settings: dict[str, Any] = {
        "geometry": Rectangle(frame=frame, width=SIZE, height=SIZE, columns=2, rows=2),
        "supports": SIDES,
        "loads": ssb.Loads(face_fluxes=(ssb.FaceFlux("top", lambda _: flux),)),
        "protocol": (ssb.Rest(DURATION),),
        "step_control": ssb.PrescribedSteps((DURATION / steps,) * steps),
    }
    return ssb.Case(
        name="swelling",
        bodies=bodies,
        limits=ssb.Limits.off(),
        output=ssb.Output(figures=False),
        **{**settings, **changes},
    )


def carried(cell: CellModel) -> MaterialMotion:
    """Return the motion of the one body that goes along with its mesh."""
    (found,) = cell.motion.carried
    return found


def watched(cell: CellModel) -> tuple[float, float]:
    """Return the volume before the step that is seen [m3], and lithium after it [mol]."""
    body = cell.bodies["body"]
    return carried(cell).volume, part(body, Lithium).inventory()


class Swollen:
    """A run of a host.

    Attributes:
        run: the run.
        volume: volume after each step over that at the start [1].
        lithium: lithium after each step [mol].
        content: mean content after each step [1].
    """

    def __init__(self, case: ssb.Case) -> None:
        self.run: March = march(case, watch=watched)
        made = self.run.seen[0][0]
        volumes = [seen[0] for seen in self.run.seen[1:]]
        self.volume = np.array([*volumes, carried(self.run.cell).volume]) / made
        self.lithium = np.array([seen[1] for seen in self.run.seen])
        self.content = self.run.series("content_mean:body")

    @property
    def start(self) -> float:
        """Lithium at the start [mol]."""
        return part(self.run.cell.bodies["body"], Lithium).start

    def column(self, name: str) -> np.ndarray:
        """Return a column of the body."""
        return self.run.series(f"{name}:body")
