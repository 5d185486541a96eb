# SPDX-License-Identifier: BSD-3-Clause
"""Judges the flaws of a run from its run folder, without the solver.

Stresses are those of cells, brought to the nodes by means of the cells around: near the surface
they are as good as the mesh is fine there. Flaws do not change the fields, and see no other flaw.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.errors import ParameterError, RunFolderError
from ssbmech.fracture.cells import Cells
from ssbmech.fracture.flaws import EdgeCrack, Flaw, PennyCrack, critical_stress
from ssbmech.fracture.loads import Flaws, Loads, State
from ssbmech.fracture.numbers import Known, conducts, known, molar_volume
from ssbmech.fracture.statistics import Weibull
from ssbmech.fracture.surfaces import Surface, principal
from ssbmech.fracture.verdict import Course, Inside, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

# Sizes of flaws that are tried for the critical one, over the assumed one.
_TRIED: Final = np.geomspace(0.01, 100.0, 41)


@dataclass(frozen=True)
class Assumed:
    """What is assumed of the flaws of a run.

    Attributes:
        flaw: Their shape.
        given: Numbers that take the place of those of the run, by their names in `Numbers`, in SI.
        compressed: Depth down to which the residual compression reaches [m].
        cell_area: Area of the real cell, for which probabilities hold [m2].
        bodies: Bodies that are judged; empty for all whose toughness is known.

    Raises:
        ParameterError: A depth or area is not positive.
    """

    flaw: Flaw = field(default_factory=EdgeCrack)
    given: Mapping[str, float] = field(default_factory=dict)
    compressed: float = math.inf
    cell_area: float = 1e-4
    bodies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not self.compressed > 0.0 or not 0.0 < self.cell_area < math.inf:
            raise ParameterError(
                f"the depth of the compression is {self.compressed:g} m, the area of the cell "
                f"{self.cell_area:g} m2: expected numbers above zero, a finite one of the area"
            )


@dataclass(frozen=True, eq=False)
class _Region:
    """A brittle region of a body.

    Attributes:
        name: Its name.
        cells: Which cells of the body it has.
        known: Its numbers.
    """

    name: str
    cells: NDArray[np.bool_]
    known: Known


def judge(run: RunData, assumed: Assumed) -> Verdict:
    """Return what the stresses, pressures and currents of a run do to flaws of its electrolyte.

    Args:
        run: The run.
        assumed: What is assumed of the flaws.

    Raises:
        RunFolderError: There are no fields, no stresses, no interface with a brittle body, no
            toughness, a body that stands for a rigid wall, or facets that were halved in the run.
        ParameterError: A number is out of its bounds.
    """
    run = run.solved()
    bodies = _brittle(run, assumed)
    share = assumed.cell_area / _model_area(run)
    courses, critical, largest, inside = [], [], [], []
    for name, regions in bodies.items():
        body = run.bodies[name]
        touching = [each for each in run.interfaces.values() if name in (each.minus, each.plus)]
        halved = [each.path.name for each in (body, *touching) if each.grids > 1]
        if halved:
            raise RunFolderError(
                f"{run.path}: facets were halved, so that {', '.join(halved)} have other "
                "places at other times, and no flaw can be followed; judge a run without "
                "Remeshing(longest_wall=...)"
            )
        grid = Cells(body.points, body.corners, revolves=_revolves(run))
        near = np.zeros(len(body.corners), dtype=bool)
        for interface in touching:
            surface = Surface.of(grid, interface)
            for region in regions:
                found = _Watch(run, grid, body, interface, surface, region, assumed)
                if found.empty:
                    continue
                courses.append(found.course(share))
                size, most = found.critical(courses[-1])
                critical.append(size)
                largest.append(most)
                near |= _near(grid, surface, region.known.numbers.flaw)
        inside.append(_inside(name, grid, body, regions, near, share))
    if not courses:
        raise RunFolderError(
            f"{run.path}: no interface with {', '.join(bodies)} has fields, so that there are no "
            "flaws at a surface to judge"
        )
    return Verdict(
        _words(courses, assumed), tuple(courses), tuple(inside), tuple(critical), tuple(largest)
    )


class _Watch:
    """Flaws of a region at an interface."""

    def __init__(
        self,
        run: RunData,
        grid: Cells,
        body: FieldData,
        interface: FieldData,
        surface: Surface,
        region: _Region,
        assumed: Assumed,
    ) -> None:
        """Choose the facets of the region."""
        self._run, self._grid, self._body, self._interface = run, grid, body, interface
        self._region, self._assumed = region, assumed
        self._chosen = region.cells[surface.cells]
        self._surface = surface.only(self._chosen)
        other = interface.plus if interface.minus == body.name else interface.minus
        self._molar_volume = molar_volume(run.manifest, other)

    @property
    def empty(self) -> bool:
        """Whether the region has no facet at the interface."""
        return not self._chosen.any()

    def _state(self, step: int) -> State:
        state = State.read(self._grid, self._body, self._interface, step, self._molar_volume)
        return state.only(self._chosen)

    def _held(self, size: float) -> float:
        numbers, flaw = self._region.known.numbers, self._assumed.flaw
        return numbers.compression * flaw.layer(size, min(self._assumed.compressed, size))

    def course(self, share: float) -> Course:
        """Return what happens to flaws of the assumed size; share: real area over the model's."""
        size = self._region.known.numbers.flaw
        flaws = Flaws(self._grid, self._surface, self._assumed.flaw, size)
        times = min(self._body.times, self._interface.times, key=len)
        loads: list[Loads] = []
        local = []
        for step in range(len(times)):
            state = self._state(step)
            loads.append(flaws.loads(state))
            local.append(state.current)
        if all(np.isnan(each.stress).all() for each in loads):
            raise RunFolderError(
                f"body '{self._body.name}' is nowhere as thick as a flaw of {1e6 * size:g} um is "
                "deep: assume a smaller one"
            )
        return Course(
            self._interface.name,
            self._body.name,
            self._region.name,
            self._region.known,
            self._surface,
            times,
            stress=np.stack([each.stress for each in loads]),
            pressed=np.stack([each.pressed for each in loads]),
            plated=np.stack([each.plated for each in loads]),
            held=self._held(size),
            local=np.stack(local),
            nominal=_nominal(self._run, times),
            share=share,
        )

    def critical(self, course: Course) -> tuple[float, float]:
        """Return the smallest flaw that extends when it is worst, and the largest tried [m]."""
        numbers = self._region.known.numbers
        state, before, largest = self._state(course.worst[0]), (0.0, 0.0), 0.0
        for size in [numbers.flaw * float(each) for each in _TRIED]:
            loads = Flaws(self._grid, self._surface, self._assumed.flaw, size).loads(state)
            if np.isnan(loads.total).all():
                break
            ratio = (float(np.nanmax(loads.total)) - self._held(size)) / numbers.toughness
            largest = size
            if ratio >= 1.0:
                return _crossing(before, (size, ratio)), largest
            before = (size, ratio)
        return math.inf, largest


def _crossing(before: tuple[float, float], after: tuple[float, float]) -> float:
    """Return the size at which the ratio is one, by a power law between two sizes."""
    (low, small), (high, large) = before, after
    if small <= 0.0:
        return high
    share = math.log(1.0 / small) / math.log(large / small)
    return float(low * (high / low) ** share)


def _inside(
    name: str,
    grid: Cells,
    body: FieldData,
    regions: list[_Region],
    near: NDArray[np.bool_],
    share: float,
) -> Inside:
    """Return the risk of flaws inside, farther from the surface than flaws of the surface reach.

    At the edge of a contact the stress of the model is singular, and its integral would grow with
    every finer mesh; the flaws of the surface, whose weight functions take it in, stand for these.
    """
    count = len(body.times)
    risk: Array = np.zeros(count)
    largest: Array = np.full(count, -np.inf)
    strength, counted = math.inf, 0.0
    for region in regions:
        numbers, cells = region.known.numbers, region.cells & ~near
        bears = critical_stress(PennyCrack(), numbers.flaw, numbers.toughness)
        strength = min(strength, bears)
        sizes = share * grid.measures[cells]
        counted += float(grid.measures[cells].sum() / grid.measures.sum())
        law = Weibull(numbers.modulus, bears, numbers.volume)
        most: Array = np.zeros((int(cells.sum()), 3))
        for step in range(count if cells.any() else 0):
            stress = principal(body.values("stress", step)[cells])
            largest[step] = max(largest[step], float(stress.max()))
            most = np.asarray(np.maximum(most, stress))
            risk[step] += sum(law.risk(each, sizes) for each in most.T)
    largest = np.asarray(np.where(np.isfinite(largest), largest, 0.0))
    return Inside(name, body.times, risk, strength, largest, counted)


def _near(grid: Cells, surface: Surface, size: float) -> NDArray[np.bool_]:
    """Return which cells flaws of a surface reach: about as far as their size, by boxes of half."""
    edge = 0.5 * size
    touched = np.zeros(len(grid.points), dtype=bool)
    touched[grid.corners[surface.cells]] = True
    boxes = {tuple(each) for each in np.floor(surface.middles / edge).astype(int).tolist()}
    around = np.stack(np.meshgrid(*[[-1, 0, 1]] * grid.dim), axis=-1).reshape(-1, grid.dim)
    wide = {tuple(each) for box in boxes for each in (np.array(box) + around).tolist()}
    middles = grid.points[grid.corners].mean(axis=1)
    own = np.floor(middles / edge).astype(int).tolist()
    reached = np.array([tuple(each) in wide for each in own], dtype=bool)
    return reached | touched[grid.corners].any(axis=1)


def _brittle(run: RunData, assumed: Assumed) -> dict[str, list[_Region]]:
    """Return the regions of all bodies that are judged.

    Raises:
        RunFolderError: There are none, or they have no stresses.
    """
    if not run.bodies:
        raise RunFolderError(f"{run.path} has no fields of bodies, so that no stress is known")
    unknown = [name for name in assumed.bodies if name not in run.bodies]
    if unknown:
        raise RunFolderError(
            f"{run.path} has no fields of body {unknown[0]!r}; there are: {', '.join(run.bodies)}"
        )
    found = {}
    for name in assumed.bodies or tuple(run.bodies):
        regions = list(_regions(run, name, assumed))
        if regions:
            found[name] = regions
    if not found:
        raise RunFolderError(
            f"{run.path}: the toughness of no body is known: give one, as in --toughness 0.69 "
            "(MPa m^1/2), and the body with --body if none conducts ions; there are: "
            f"{', '.join(run.bodies)}"
        )
    for name in found:
        if "stress" not in run.bodies[name].names:
            raise RunFolderError(
                f"{run.bodies[name].path.name} has no stresses, so that nothing can be said of "
                f"flaws of body '{name}'"
            )
    return found


def _conducts(run: RunData, body: str) -> bool:
    return "phi_e" in run.bodies[body].names and molar_volume(run.manifest, body) == 0.0


def _regions(run: RunData, body: str, assumed: Assumed) -> Iterator[_Region]:
    named, ionic = bool(assumed.bodies), _conducts(run, body)
    data = run.bodies[body]
    at = data.values("region", 0) if "region" in data.names else np.ones(len(data.corners))
    bodies = run.manifest.get("bodies")
    listed = bodies.get(body) if isinstance(bodies, dict) else None
    tags = listed.get("regions") if isinstance(listed, dict) else None
    for name, tag in tags.items() if isinstance(tags, dict) else ((body, None),):
        # a toughness given for all is that of the electrolyte, and of what has one anyway
        electrolyte = named or (ionic and conducts(run.manifest, body, name))
        if not electrolyte and known(run.manifest, body, name, {}) is None:
            continue
        numbers = known(run.manifest, body, name, assumed.given)
        cells = np.ones(len(at), dtype=bool) if tag is None else at == tag
        if numbers is not None and cells.any():
            yield _Region(name, cells, numbers)


def _revolves(run: RunData) -> bool:
    return run.manifest.get("frame") == "Axisymmetric"


def _model_area(run: RunData) -> float:
    """Return the area of the model across the stack, per depth in the plane [m2 or m]."""
    points = np.concatenate([body.points for body in run.bodies.values()])
    if run.in_space:
        return float(np.ptp(points[:, 0]) * np.ptp(points[:, 1]))
    if _revolves(run):
        return float(math.pi * (points[:, 0].max() ** 2 - points[:, 0].min() ** 2))
    return float(np.ptp(points[:, 0]))


def _nominal(run: RunData, times: Array) -> Array:
    """Return the current density of the cell at the outputs [A m-2]."""
    columns = run.series.columns
    if "current" not in columns or not columns["time"].size:
        return np.zeros(len(times))
    # a row is the state at the end of its step; the last one before a jump counts for it
    rows = np.minimum(
        np.searchsorted(columns["time"], times - 1e-9 * times), len(columns["time"]) - 1
    )
    return np.asarray(columns["current"][rows])


def _words(courses: list[Course], assumed: Assumed) -> dict[str, Any]:
    """Return what was assumed."""
    return {
        "flaw": assumed.flaw.words,
        "cell area [m2]": assumed.cell_area,
        "depth of the residual compression [m]": (
            assumed.compressed if math.isfinite(assumed.compressed) else None
        ),
        "bodies": {
            f"{course.body}: {course.region}": {
                "toughness [Pa m^(1/2)]": course.known.numbers.toughness,
                "flaw [m]": course.known.numbers.flaw,
                "Weibull modulus [1]": course.known.numbers.modulus,
                "area with one such flaw [m2]": course.known.numbers.area,
                "volume with one such flaw [m3]": course.known.numbers.volume,
                "residual compression [Pa]": course.known.numbers.compression,
                "guessed": list(course.known.guessed),
            }
            for course in courses
        },
    }
