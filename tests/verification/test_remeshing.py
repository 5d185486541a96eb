# SPDX-License-Identifier: BSD-3-Clause
"""Bodies that move are meshed anew on the way, and nothing that counts is lost.

A remesh is a resume with another mesh: what holds for checkpoints holds for it, on any number of
ranks. The interface stays, and with it gaps, pressures and currents.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import MeshError
from ssbmech.geometry import replacing
from ssbmech.geometry.facet_rows import outer_facets
from ssbmech.geometry.moving import signed_volumes
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.material import Material
from ssbmech.model.cell import CellModel
from ssbmech.run import runner
from ssbmech.runfolder.status import RunStatus
from ssbmech.units import mA_per_cm2, s
from tests.moving import SPEED, WORKING, assert_same_rows, motion, moving_cell
from tests.single_body import Rectangle, with_flow
from tests.small_cell import deviations, physical
from tests.tools import measured, on_first
from tests.verification.test_moving import FREE, Closing
from tests.verification.test_resume import read

COMM = MPI.COMM_WORLD


class Meshes:
    """What the mesh of the working electrode was at the start of each step."""

    name = "meshes"

    def __init__(self) -> None:
        self.seen: list[tuple[float, float]] = []

    def begin(self, cell: CellModel) -> Mapping[str, tuple[()]]:
        self.cell = cell
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        moved = motion(self.cell, "negative")
        self.seen.append((moved.metal.excess() / moved.mesh.volume, moved.mesh.quality()))


def thinned(least_quality: float = 0.6) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li of which 10 of 12 um are stripped, and 2 um plated again."""
    case = moving_cell(10e-6)
    rule = ssb.Remeshing(least_quality=least_quality)
    bodies = (dataclasses.replace(case.bodies[0], remeshing=rule), *case.bodies[1:])
    strip, plate = 10e-6 / SPEED, 2e-6 / SPEED
    return dataclasses.replace(
        case,
        bodies=bodies,
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(1 * mA_per_cm2, strip),
            ssb.ConstantCurrent(-1 * mA_per_cm2, plate),
        ),
        step_control=ssb.PrescribedSteps((1.0, *[strip / 10] * 10, *[plate / 2] * 2)),
        output=ssb.Output(figures=False, fields_every=1, checkpoint_every=0.0),
    )


@dataclass(frozen=True, kw_only=True)
class Shaken(MeshSource):
    """A stack in whose first layer the points inside are where cells have hardly a volume."""

    stack: ssb.Stack

    def generate(self) -> SimplexMesh:
        mesh = self.stack.generate()
        points = mesh.points.copy()
        own = mesh.cells[mesh.regions["negative"]]
        facets, _ = outer_facets(own)
        random = np.random.default_rng(4)
        for point in np.setdiff1d(own, facets):
            around = own[np.any(own == point, axis=1)]
            before = signed_volumes(points[around])
            for part in (0.95, 0.8, 0.6, 0.4, 0.2):
                moved = points.copy()
                end = points[around[random.integers(len(around))]].mean(axis=0)
                moved[point] += part * (end - points[point]) * 1.5
                if np.all(signed_volumes(moved[around]) / before > 0.02):
                    points = moved
                    break
        return dataclasses.replace(mesh, points=points)


def first_renewal(rows: list[dict[str, float]]) -> int:
    """Return the number of the first step on a new mesh."""
    return next(k for k, row in enumerate(rows) if row["remeshings"] > 0.0)


@pytest.mark.serial
def test_layer_is_meshed_anew(tmp_path: Path) -> None:
    meshes = Meshes()
    run = ssb.run(thinned(), tmp_path / "run", observers=(meshes,))
    name = "layer that is meshed anew on the way"
    count = run.rows[-1]["remeshings"]
    assert count >= 1
    excess = max(abs(part) for part, _ in meshes.seen)
    measured(name, "volume of the mesh", excess, 1e-12, "what was stripped")
    worst = max(row["audit_lithium"] for row in run.rows)
    measured(name, "lithium audit", worst, 1e-9, "charge times Omega / F")
    new = first_renewal(run.rows)
    before, after = (meshes.seen[k][1] for k in (new - 1, new))
    assert after > 1.2 * before
    # neither contact nor the circuit feels it
    jump = abs(run.rows[new]["voltage"] / run.rows[new - 1]["voltage"] - 1)
    measured(name, "voltage", jump, 1e-6, "the step before")
    last = ssb.open_run(run.path)

    def area_of_the_grid() -> float:
        grid = last.pyvista("negative", run.rows[-1]["time"])
        moved = grid.warp_by_vector("displacement").linear_copy()
        # in contact the interface lies on the metal, whose places from the start are others by now
        face = last.pyvista(WORKING, run.rows[-1]["time"], displaced=1.0)
        assert face.points[:, 1] == pytest.approx(moved.points[:, 1].max(), rel=1e-4, abs=0.0)
        return float(moved.compute_cell_sizes()["Area"].sum())

    area = on_first(COMM, area_of_the_grid)
    left = motion(meshes.cell, "negative").mesh.volume
    measured(name, "area in the field file", abs(area / left - 1), 1e-9, "that of the mesh")


@pytest.mark.pair
def test_run_goes_on_after_a_renewal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped beyond a renewal, to the last bit; on other ranks but for rounding."""
    case = thinned()
    whole = ssb.run(case, tmp_path / "whole")
    new = first_renewal(whole.rows)
    resumed, alone = tmp_path / "resumed", tmp_path / "alone"
    meshes = Meshes()
    with monkeypatch.context() as patch:
        patch.setattr(runner.Interrupt, "requested", lambda self: len(meshes.seen) > new)
        first = ssb.run(case, resumed, observers=(meshes,))
    assert first.status is RunStatus.STOPPED
    assert first.rows[-1]["remeshings"] == 1.0
    on_first(COMM, lambda: shutil.copytree(resumed, alone))
    again = ssb.resume(case, resumed)
    assert_same_rows(again.rows, whole.rows)
    on_first(COMM, lambda: ssb.resume(case, alone, MPI.COMM_SELF).status)

    def apart() -> float:
        one, other = read(tmp_path / "alone"), read(tmp_path / "whole")
        kept = ("voltage", "current", "p_stack", f"inventory:{WORKING}", f"stripped:{WORKING}")
        names = {name: other[name] for name in physical(other) if name in kept}
        assert len(names) >= 4
        return max(deviations(one, names).values())

    name, against = "run resumed on one rank beyond a renewal", "undisturbed run"
    measured(name, "series", on_first(COMM, apart), 1e-8, against)


def test_layer_in_space_is_meshed_anew(tmp_path: Path) -> None:
    """In space all facets stay; the cells behind them are made anew, on all ranks."""
    case = moving_cell(1e-6, frame=ssb.ThreeDimensional(), width=8e-6)
    rule = ssb.Remeshing(least_quality=0.25)
    bodies = (dataclasses.replace(case.bodies[0], remeshing=rule), *case.bodies[1:])
    stack = dataclasses.replace(case.geometry, size_interface=3e-6, size_bulk=3e-6)
    case = dataclasses.replace(
        case,
        geometry=Shaken(frame=stack.frame, stack=stack),
        bodies=bodies,
        protocol=case.protocol[:2],
        step_control=ssb.PrescribedSteps((1.0, *[0.5e-6 / SPEED] * 2)),
        output=ssb.Output(figures=False),
    )
    meshes = Meshes()
    run = ssb.run(case, tmp_path / "run", observers=(meshes,))
    assert run.rows[-1]["remeshings"] == 1.0
    assert meshes.seen[0][1] > 0.3
    name = "layer in space that is meshed anew"
    excess = max(abs(part) for part, _ in meshes.seen)
    measured(name, "volume of the mesh", excess, 1e-12, "what was stripped")
    worst = max(row["audit_lithium"] for row in run.rows)
    measured(name, "lithium audit", worst, 1e-9, "charge times Omega / F")


@pytest.mark.serial
def test_renewal_that_fails_leaves_the_mesh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: object) -> None:
        raise MeshError("no mesh today")

    monkeypatch.setattr(replacing, "refill", fails)
    with caplog.at_level(logging.WARNING, "ssbmech"):
        run = ssb.run(thinned(), tmp_path / "run")
    assert run.status is RunStatus.COMPLETE
    assert run.rows[-1]["remeshings"] == 0.0
    told = [record.getMessage() for record in caplog.records]
    assert 1 <= sum("no mesh today" in text for text in told) <= 3
    assert not list((run.path / "checkpoints").glob("*.part"))


class Shape:
    """By how much the volume of the mesh of the only body is wrong at the start of each step."""

    name = "shape"

    def __init__(self) -> None:
        self.excess: list[float] = []

    def begin(self, cell: CellModel) -> Mapping[str, tuple[()]]:
        self.cell = cell
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        moved = self.cell.motion.bodies[0]
        self.excess.append(abs(moved.metal.excess()) / moved.mesh.volume)


class Radii:
    """The radius of a closing hole at the start of each step, and the shape of its mesh."""

    name = "radii"

    def __init__(self, closing: Closing) -> None:
        self.closing = closing
        self.seen: list[float] = []
        self.excess: list[float] = []

    def begin(self, cell: CellModel) -> Mapping[str, tuple[()]]:
        self.cell = cell
        return {}

    def see(self, row: Mapping[str, float]) -> None:
        self.note()

    def note(self) -> None:
        """Keep what there is at the last committed step."""
        moved = self.cell.motion.bodies[0]
        self.seen.append(self.closing.radius(self.cell))
        self.excess.append(abs(moved.metal.excess()) / moved.mesh.volume)


@pytest.mark.slow
def test_hole_closes_to_a_twentieth(tmp_path: Path) -> None:
    """Far beyond what one mesh can follow."""
    closing = Closing(ssb.PlaneStrain(), 1 / 16, 120, target=0.05)
    radii = Radii(closing)
    case = closing.case(ssb.Remeshing(least_quality=0.3, growth=0.15))
    run = ssb.run(case, tmp_path / "run", observers=(radii,))
    radii.note()
    assert run.rows[-1]["remeshings"] >= 2
    times = np.array([row["time"] for row in run.rows])
    error = closing.worst(np.array(radii.seen), times)
    name, against = "closing cylinder, meshed anew", "shrinking thick-walled cylinder, integrated"
    measured(name, "radius to a twentieth, h = a/16, 120 steps", error, 3e-3, against)
    measured(name, "volume", max(radii.excess), 1e-9, "change by pressure")


@dataclass(frozen=True)
class Strip:
    r"""Half of a strip between platens of a fixed width that stick, pressed at a constant rate.

    Metal leaves at the edge as a jet. Lubrication tells the mean pressure at each thickness h,

    .. math:: p = \frac{2 K}{N + 2} \frac{L}{h} \left( \frac{2 (2 N + 1)}{N}
              \frac{r L}{h} \right)^N, \quad \tau = K \dot\gamma^N

    with the half width L and the rate r of the logarithm of h.

    Attributes:
        exponent: 1/N, of the law of creep [1].
        width: half of the strip's [m].
        least_quality: when cells are made anew [1].
        single: error of the pressure in any step that is allowed [1].
        jet: largest cell over those that the strip is made with [1].
        growth: largest ratio of two time steps [1].
        steps: least number of them to half the height.
    """

    exponent: float
    width: float
    least_quality: float
    single: float
    jet: float = 1.0
    growth: float = 3.0
    steps: int = 50

    height, rate, size = 10e-6, 1e-6, 1.25e-6

    @property
    def material(self) -> Material:
        """Lithium with another exponent."""
        return with_flow(FREE, exponent=self.exponent)

    def pressure(self, heights: np.ndarray) -> np.ndarray:
        """Return the mean pressure at thicknesses [Pa]."""
        flow, power = self.material.solid.flow, 1 / self.exponent
        shear = flow.stress / math.sqrt(3) * (math.sqrt(3) * flow.rate) ** -power
        slope = 2 * (2 * power + 1) / power * self.rate * self.width / heights
        return np.asarray(2 * shear / (power + 2) * self.width / heights * slope**power)

    def case(self) -> ssb.Case:
        """Return the case, to half the height."""
        time = math.log(2) / self.rate
        largest = self.jet * self.size
        rule = ssb.Remeshing(least_quality=self.least_quality, growth=0.3, largest=largest)
        return ssb.Case(
            name="strip",
            geometry=Rectangle(
                frame=ssb.PlaneStrain(),
                width=self.width,
                height=self.height / 2,
                columns=int(self.width / self.size),
                rows=int(self.height / 2 / self.size),
            ),
            bodies=(ssb.Body.single("body", self.material, moves=True, remeshing=rule),),
            supports=(ssb.Roller("left"), ssb.Roller("bottom"), ssb.NoSlip("top")),
            fixture=ssb.DrivenPlaten(lambda t: self.height / 2 * (math.exp(-self.rate * t) - 1)),
            temperature=FREE.solid.flow.reference_temperature,
            scales=ssb.Scales(stress=float(self.pressure(np.array([self.height]))[0])),
            protocol=(ssb.Rest(time),),
            step_control=ssb.AdaptiveSteps(
                gap_error=1.0,
                stress_error=None,
                shape_error=0.3,
                dt_initial=time * 1e-6,
                dt_max=time / self.steps,
                dt_min=time * 1e-8,
                growth=self.growth,
            ),
            limits=ssb.Limits.off(),
            output=ssb.Output(figures=False, fields_every=0),
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "strip",
    [
        Strip(1.0, 200e-6, 0.3, single=6e-2),
        Strip(3.0, 240e-6, 0.4, single=3e-2),
        Strip(6.6, 300e-6, 0.3, single=4e-2, jet=2.0, growth=2.0, steps=100),
    ],
    ids=["1", "3", "6.6"],
)
def test_strip_is_squeezed_out(strip: Strip, tmp_path: Path) -> None:
    """Half of the metal leaves as a jet, through cells made anew."""
    shape = Shape()
    run = ssb.run(strip.case(), tmp_path / "run", observers=(shape,))
    time = np.array([row["time"] for row in run.rows])
    # the state is that of the middle of a step
    length = np.array([row["time_step"] for row in run.rows])
    heights = strip.height * np.exp(-strip.rate * (time - 0.5 * length))
    exact = strip.pressure(heights)
    found = np.array([row["p_stack"] for row in run.rows])
    # elastic strain has come to rest
    settled = heights < 0.98 * strip.height
    work = [float(np.sum((p * heights * length)[settled])) for p in (found, exact)]
    name = f"strip squeezed to half its height, n = {strip.exponent:g}"
    against = "lubrication, integrated"
    measured(name, "work of the platen", abs(work[0] / work[1] - 1), 3e-2, against)
    measured(name, "pressure at the end", abs(found[-1] / exact[-1] - 1), 3e-2, against)
    worst = float(np.max(np.abs(found / exact - 1)[settled]))
    measured(name, "pressure in the worst step", worst, strip.single, against)
    measured(name, "volume", max(shape.excess), 1e-6, "change by pressure")
    assert run.rows[-1]["remeshings"] >= 3
