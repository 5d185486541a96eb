# SPDX-License-Identifier: BSD-3-Clause
"""Small lithium cells with a void, for tests that need every coupling at little cost."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.frames import Frame
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.units import A_per_m2, MPa, MPa_per_um, mA_per_cm2, nm, s, um

WORKING, COUNTER = "negative|separator", "positive|separator"
REFERENCE = Path(__file__).parent / "reference"


def stack(
    frame: Frame, size: float = 2.0, width: float = 24.0, thickness: float = 8.0
) -> ssb.Stack:
    """Return three layers of equal thickness; all lengths in um."""
    return ssb.Stack(
        frame=frame,
        width=width * um,
        depth=6 * um if frame.dim == 3 else None,
        layers=tuple(
            ssb.Layer(name, thickness * um) for name in ("negative", "separator", "positive")
        ),
        size_interface=size * um,
        size_bulk=max(size, 4.0) * um,
    )


def void_cell(
    frame: Frame | None = None,
    size: float = 2.0,
    depth: float = 200.0,
    half_width: float = 9.0,
    **changes: Any,
) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li with a void, plated and stripped under a spring.

    Args:
        frame: plane strain if not given.
        size: size of the cells at the interfaces [um].
        depth: depth of the void [nm].
        half_width: half its width [um].
        changes: fields of the case to replace.
    """
    frame = ssb.PlaneStrain() if frame is None else frame
    lithium = library.by_name("lithium_lepage2019")
    void = ssb.LensGap(half_width=half_width * um, depth=depth * nm)
    case = ssb.Case(
        name="small_void",
        geometry=stack(frame, size),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=(
            ssb.Interface(WORKING, kinetics=lithium_li6ps5cl(), initial_gap=void),
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
        ),
        supports=supports(frame),
        fixture=ssb.Spring(preload=1 * MPa, spring_stiffness=0.03 * MPa_per_um),
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=cycle(60.0, 120.0),
    )
    return dataclasses.replace(case, **changes)


def supports(frame: Frame) -> tuple[ssb.Roller, ...]:
    """Return rollers at the bottom and at all sides."""
    sides = ("left", "right") + (("front", "back") if frame.dim == 3 else ())
    return tuple(ssb.Roller(face) for face in ("bottom", *sides))


def cycle(plate: float, strip: float) -> tuple[ssb.Preload, ssb.ConstantCurrent, Any]:
    """Return a preload of a second, then plating and stripping for so many seconds."""
    return (
        ssb.Preload(1 * s),
        ssb.ConstantCurrent(-1 * mA_per_cm2, plate * s, name="plate"),
        ssb.ConstantCurrent(1 * mA_per_cm2, strip * s, name="strip"),
    )


def breathe(time: float) -> float:
    """Return the travel of a platen that presses, then lets go while the cell is plated [m]."""
    return -1e-9 * float(np.interp(time, [0, 1, 11, 31, 41, 61], [0, 4, 4, 2.5, 2.5, 3.7]))


@dataclass(frozen=True)
class Stored:
    """A cell on a stored mesh, for a newer Gmsh may mesh differently.

    Attributes:
        stack: what the mesh was made from.
        plate: how long it is plated [s].
        strip: how long it is stripped [s].
        steps: time steps [s], the first for a preload of one second.
        half_width: half the width of the void [um].
        changes: fields of the case to replace.
    """

    stack: ssb.Stack
    plate: float
    strip: float
    steps: tuple[float, ...]
    half_width: float = 9.0
    changes: Mapping[str, Any] = field(default_factory=dict)

    def case(self, name: str) -> ssb.Case:
        """Return the case of a name."""
        frame = self.stack.frame
        return void_cell(
            depth=40.0,
            half_width=self.half_width,
            name=name,
            geometry=MeshFile(frame=frame, path=REFERENCE / f"{name}.msh"),
            supports=supports(frame),
            protocol=cycle(self.plate, self.strip),
            # so that what is left of the residual cannot be seen in the results
            newton=ssb.NewtonSettings(tolerance=1e-10),
            step_control=ssb.PrescribedSteps(self.steps),
            **self.changes,
        )


@dataclass(frozen=True)
class StoredComposite:
    """A small full cell with a few particles on a stored mesh.

    Attributes:
        stack: what the mesh was made from.
    """

    stack: ssb.CompositeStack

    def case(self, name: str) -> ssb.Case:
        """Return the case of a name: charged until bonds break, and discharged."""
        electrolyte = library.by_name("li6ps5cl")
        bond = ssb.BilinearCohesion(strength=5 * MPa, toughness=0.5)
        working, counter = "nmc811|electrolyte", "negative|electrolyte"
        current = 20 * A_per_m2
        return ssb.Case(
            name=name,
            geometry=MeshFile(frame=self.stack.frame, path=REFERENCE / f"{name}.msh"),
            bodies=(
                ssb.Body.single("negative", library.by_name("lithium_lepage2019")),
                ssb.Body(
                    "electrolyte",
                    {
                        "separator": electrolyte,
                        "catholyte": electrolyte,
                        "collector": library.by_name("stainless_steel"),
                    },
                ),
                ssb.Body.single("nmc811", library.by_name("nmc811"), content=0.8),
            ),
            interfaces=(
                ssb.Interface(counter, kinetics=lithium_li6ps5cl()),
                ssb.Interface(working, kinetics=nmc811_li6ps5cl(), adhesion=bond),
            ),
            supports=supports(self.stack.frame),
            fixture=ssb.Spring(preload=5 * MPa, spring_stiffness=0.03 * MPa_per_um),
            electrodes=ssb.Electrodes(working, counter, area_of=counter),
            protocol=(
                ssb.Preload(1 * s),
                ssb.ConstantCurrent(current, 400 * s),
                ssb.ConstantCurrent(-current, 200 * s),
            ),
            # stresses of a thousand times the typical one leave more round-off
            newton=ssb.NewtonSettings(tolerance=1e-9),
            step_control=ssb.PrescribedSteps((1.0, 10, 30, 60, 100, 100, 100, 20, 80, 100)),
        )


STORED: dict[str, Stored | StoredComposite] = {
    "plane": Stored(
        stack(ssb.PlaneStrain()),
        plate=40.0,
        strip=20.0,
        steps=(0.5, 0.5, 10, 15, 15, 20),
        changes={"fixture": ssb.DrivenPlaten(breathe)},
    ),
    "axisymmetric": Stored(
        stack(ssb.Axisymmetric()), plate=20.0, strip=20.0, steps=(0.5, 0.5, 5, 15, 5, 15)
    ),
    "three_dimensional": Stored(
        stack(ssb.ThreeDimensional(), size=4.0),
        plate=10.0,
        strip=10.0,
        steps=(1.0, 2, 8, 4, 6),
    ),
    # so slender that it is shared out layer by layer
    "tower": Stored(
        stack(ssb.PlaneStrain(), size=1.5, width=3.0, thickness=16.0),
        plate=10.0,
        strip=10.0,
        steps=(1.0, 10, 10),
        half_width=1.5,
    ),
    "composite": StoredComposite(
        ssb.CompositeStack(
            frame=ssb.PlaneStrain(),
            layers=(
                ssb.Layer("negative", 5 * um),
                ssb.Layer("separator", 4 * um),
                ssb.Layer("catholyte", 12 * um),
                ssb.Layer("collector", 2 * um),
            ),
            filled="catholyte",
            packing=ssb.Packing(
                kinds=(ssb.ParticleKind("nmc811", ssb.Sizes(5 * um, spread=0.2)),),
                volume_fraction=0.4,
                smallest_distance=0.4 * um,
                seed=2,
            ),
            width=12 * um,
            size_particle=1.2 * um,
            size_interface=2 * um,
            size_bulk=3 * um,
        )
    ),
}
"""Cells by the name of their mesh and reference numbers."""

EFFORT = ("audit", "newton_iterations", "linear_", "rejected_steps", "wall_time")
"""Beginnings of the names of columns that tell how a step was solved, not what was found."""


def physical(names: Iterable[str]) -> list[str]:
    """Return the columns of the series that must not depend on how they were computed."""
    return [name for name in names if not name.startswith(EFFORT)]


def quantity(name: str) -> str:
    """Return what a column is about, without where and without least, mean or largest."""
    return re.sub("_(min|mean|max)$", "", name.partition(":")[0])


LEAST = {
    "current_open": 1e-6,
    "gap_share": 1e-3,
    "rotation": 1e-3,
    "pull": 1e-3,
    "wall_slope": 1e-3,
}
"""Sizes of shares and angles that matter; below them they may be zero but for round-off."""


def deviations(
    found: Mapping[str, np.ndarray],
    expected: Mapping[str, np.ndarray],
    smallest: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return the largest difference of each column over the largest value of its quantity.

    Args:
        found: columns by name.
        expected: columns by name.
        smallest: least sizes of quantities that are zero but for round-off.
    """
    sizes = {**LEAST, **(smallest or {})}
    for name, values in expected.items():
        size = float(np.max(np.abs(values)))
        sizes[quantity(name)] = max(sizes.get(quantity(name), 0.0), size)
    apart = {}
    for name, values in expected.items():
        difference = float(np.max(np.abs(np.asarray(found[name]) - np.asarray(values))))
        apart[name] = difference / sizes[quantity(name)] if difference > 0.0 else 0.0
    return apart
