# SPDX-License-Identifier: BSD-3-Clause
"""Cells in space that are hard on an iterative linear solver, each as small as it still tells."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.library.interfaces import (
    lco_li3ps4,
    lithium_li6ps5cl,
    lithium_llzo,
    nmc811_li6ps5cl,
)
from ssbmech.library.lithium import with_linear_creep
from ssbmech.materials.diffusional import Viscous
from ssbmech.materials.material import Material
from ssbmech.materials.transport import ElectronConductor
from ssbmech.units import A_per_m2, K, MPa, MPa_per_um, S_per_m, mA_per_cm2, nm, s, um
from tests.disc import disc_begun
from tests.extensions.blurring import Blurring
from tests.extensions.film import Deposit, ThickeningFilm
from tests.extensions.stiffening import StiffeningFlow
from tests.stripping import props

SPACE = ssb.ThreeDimensional()
WORKING, COUNTER = "negative|separator", "positive|separator"
LAYERS = ("negative", "separator", "positive")
SIDES = tuple(ssb.Roller(face) for face in ("bottom", "left", "right", "front", "back"))
CURRENT = 1 * mA_per_cm2
LITHIUM = library.by_name("lithium_lepage2019")
ARGYRODITE = library.by_name("li6ps5cl")
FREE_TO_TURN = "particles|electrolyte"


def stack(thickness: Sequence[float] = (8.0, 8.0, 8.0), size: float = 4.0) -> ssb.Stack:
    """Return three layers on a square of 16 um; lengths in um."""
    return ssb.Stack(
        frame=SPACE,
        width=16 * um,
        depth=16 * um,
        layers=tuple(
            ssb.Layer(name, height * um) for name, height in zip(LAYERS, thickness, strict=True)
        ),
        size_interface=size * um,
        size_bulk=max(size, 4.0) * um,
    )


def void(steps: Sequence[float] = (1.0, 5.0, 10.0), **changes: Any) -> ssb.Case:
    """Return lithium with a round void at an electrolyte, plated."""
    lens = ssb.LensGap(half_width=7 * um, depth=200 * nm, centre_y=0.0)
    case = ssb.Case(
        name="hard",
        geometry=stack(),
        bodies=layers_of(LITHIUM, ARGYRODITE),
        interfaces=(
            ssb.Interface(WORKING, kinetics=lithium_li6ps5cl(), initial_gap=lens),
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
        ),
        supports=SIDES,
        fixture=ssb.Spring(preload=1 * MPa, spring_stiffness=0.03 * MPa_per_um),
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-CURRENT, sum(steps[1:]))),
        step_control=ssb.PrescribedSteps(steps),
    )
    return dataclasses.replace(case, **changes)


def layers_of(metal: Material, electrolyte: Material) -> tuple[ssb.Body, ...]:
    """Return the bodies of metal, electrolyte and metal."""
    return tuple(
        ssb.Body.single(name, electrolyte if name == "separator" else metal) for name in LAYERS
    )


def working(case: ssb.Case, **changes: Any) -> ssb.Case:
    """Return a case whose first interface is changed."""
    first, *others = case.interfaces
    return dataclasses.replace(case, interfaces=(dataclasses.replace(first, **changes), *others))


@dataclass(frozen=True, kw_only=True)
class Squashed(MeshSource):
    """A stack whose layers are pressed flat: the cells of a mesh of a user's own.

    Attributes:
        stack: the stack.
        heights: heights of its layers afterwards [m].
    """

    stack: ssb.Stack
    heights: tuple[float, ...]

    def generate(self) -> SimplexMesh:
        mesh = self.stack.generate()
        points = mesh.points.copy()
        before = np.append(0.0, np.cumsum([layer.thickness for layer in self.stack.layers]))
        after = np.append(0.0, np.cumsum(self.heights))
        points[:, 2] = np.interp(points[:, 2], before, after)
        return dataclasses.replace(mesh, points=points)


def composite(
    steps: Sequence[float] = (10.0, 60.0, 300.0),
    host: str = "nmc811",
    content: float = 0.8,
    kinetics: Any = None,
    current: float = 0.5,
    **changes: Any,
) -> ssb.Case:
    """Return a metal anode and spheres of a host in their electrolyte.

    Args:
        steps: time steps [s], the first for the preload.
        host: name of the host.
        content: its content of lithium at the start [1].
        kinetics: charge transfer to it.
        current: current density [A/m2].
        changes: what else its interface with the electrolyte has.
    """
    geometry = ssb.CompositeStack(
        frame=SPACE,
        layers=(
            ssb.Layer("negative", 3 * um),
            ssb.Layer("separator", 3 * um),
            ssb.Layer("catholyte", 8 * um),
        ),
        filled="catholyte",
        packing=ssb.Packing(
            kinds=(ssb.ParticleKind("particles", ssb.Sizes(5 * um, spread=0.1)),),
            volume_fraction=0.25,
            smallest_distance=0.4 * um,
            seed=2,
        ),
        width=8 * um,
        depth=8 * um,
        size_particle=1.6 * um,
        size_interface=2.5 * um,
        size_bulk=3 * um,
        across=1.0,
    )
    electrolyte = {"separator": ARGYRODITE, "catholyte": ARGYRODITE}
    counter = "negative|electrolyte"
    return ssb.Case(
        name="hard_composite",
        geometry=geometry,
        bodies=(
            ssb.Body.single("negative", LITHIUM),
            ssb.Body("electrolyte", electrolyte),
            ssb.Body.single("particles", library.by_name(host), content=content),
        ),
        interfaces=(
            ssb.Interface(FREE_TO_TURN, kinetics=kinetics or nmc811_li6ps5cl(), **changes),
            ssb.Interface(counter, kinetics=lithium_li6ps5cl()),
        ),
        supports=SIDES,
        fixture=ssb.Spring(preload=5 * MPa, spring_stiffness=0.03 * MPa_per_um),
        electrodes=ssb.Electrodes(FREE_TO_TURN, counter, area_of=counter),
        protocol=(
            ssb.Preload(steps[0]),
            ssb.ConstantCurrent(current * A_per_m2, sum(steps[1:])),
        ),
        step_control=ssb.PrescribedSteps(steps),
        newton=ssb.NewtonSettings(max_iterations=60),
    )


def bonded(strength: float, **changes: Any) -> ssb.Case:
    """Return spheres with bonds of a strength [MPa]."""
    bond = ssb.BilinearCohesion(strength=strength * MPa, toughness=0.5)
    return composite(adhesion=bond, **changes)


def lifted() -> ssb.Case:
    """Return a cell whose first interface is pulled open all over; the other one is bonded."""
    travel = ssb.DrivenPlaten(
        lambda time: float(np.interp(time, [0.0, 1.0, 11.0], [-1e-9, 0, 2e-8]))
    )
    case = void(
        (1.0, 5.0, 5.0),
        fixture=travel,
        protocol=(ssb.Preload(1 * s), ssb.Rest(10 * s)),
    )
    bond = ssb.BilinearCohesion(strength=50 * MPa, toughness=0.5)
    first, second = case.interfaces
    first = dataclasses.replace(first, initial_gap=ssb.FunctionGap(lambda x: 2e-9 + 0 * x[0]))
    return dataclasses.replace(case, interfaces=(first, dataclasses.replace(second, adhesion=bond)))


def flat(aspect: float) -> ssb.Case:
    """Return a cell whose electrolyte and one metal are films of flat cells.

    Args:
        aspect: length over height of their cells [1].
    """
    geometry = Squashed(
        frame=SPACE, stack=stack((4.0, 4.0, 8.0)), heights=(4e-6 / aspect, 4e-6 / aspect, 8e-6)
    )
    lens = ssb.LensGap(half_width=7 * um, depth=1e-8 / aspect, centre_y=0.0)
    return working(void(geometry=geometry), initial_gap=lens)


def flowing() -> ssb.Case:
    """Return a cell whose metal is softer by 1e4 in its steps than it is at once."""
    shear = LITHIUM.solid.elastic.shear if hasattr(LITHIUM.solid.elastic, "shear") else 3e9
    soft = with_linear_creep(LITHIUM, Viscous(viscosity=shear * 10.0 * 1e-4), {})
    return void((1.0, 10.0, 10.0), bodies=layers_of(soft, ARGYRODITE))


def hollow() -> ssb.Case:
    """Return a cell that is stripped under a law of voids below the size of a facet."""
    steps = (1.0, 20.0, 40.0, 80.0)
    case = working(void(steps), laws=(props(),), initial_gap=None)
    return dataclasses.replace(
        case, protocol=(case.protocol[0], ssb.ConstantCurrent(0.2 * CURRENT, sum(steps[1:])))
    )


def patchy(law: ssb.InterfaceDiffusion | None) -> ssb.Case:
    """Return a cell that hardly reacts at one side, and metal that diffuses along the interface.

    Args:
        law: how it diffuses; None if it does not react there and does not diffuse.
    """
    least = 0.0 if law is None else 0.2
    uneven = ssb.FunctionActivity(lambda x: np.where(x[0] < 8e-6, 1.0, least))
    return working(void((1.0, 2.0, 4.0)), activity=uneven, diffusion=law)


def fed() -> ssb.Case:
    """Return a metal and a layer of a host that conducts electrons from its far side, poorly."""
    nmc = dataclasses.replace(
        library.by_name("nmc811"), electronic=ElectronConductor(0.02 * S_per_m), sources={}
    )
    case = void()
    return dataclasses.replace(
        case,
        bodies=(
            *case.bodies[:2],
            ssb.Body("positive", {"positive": nmc}, {"positive": 0.8}, feed="top"),
        ),
        interfaces=(
            ssb.Interface(COUNTER, kinetics=nmc811_li6ps5cl()),
            ssb.Interface(WORKING, kinetics=lithium_li6ps5cl()),
        ),
        electrodes=ssb.Electrodes(working=COUNTER, counter=WORKING),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(CURRENT, 15 * s)),
    )


def stacked() -> ssb.Case:
    """Return two cells on top of each other, between them a collector."""
    names = [f"{layer}{k}" for k in (1, 2) for layer in LAYERS]
    names.insert(3, "collector")
    base, bodies = void(), []
    for name in names:
        kind = {"s": ARGYRODITE, "c": library.by_name("copper")}.get(name[0], LITHIUM)
        bodies.append(ssb.Body.single(name, kind))
    pairs = [
        ssb.Electrodes(f"negative{k}|separator{k}", f"positive{k}|separator{k}") for k in (1, 2)
    ]
    reacting = [name for pair in pairs for name in (pair.working, pair.counter)]
    lens = base.interfaces[0].initial_gap
    interfaces = [
        ssb.Interface(name, kinetics=lithium_li6ps5cl(), initial_gap=None if k else lens)
        for k, name in enumerate(reacting)
    ]
    interfaces += [ssb.Interface("positive1|collector"), ssb.Interface("collector|negative2")]
    geometry = dataclasses.replace(
        base.geometry, layers=tuple(ssb.Layer(name, 5 * um) for name in names)
    )
    return dataclasses.replace(
        base,
        geometry=geometry,
        bodies=tuple(bodies),
        interfaces=tuple(interfaces),
        electrodes=dataclasses.replace(pairs[0], also=tuple(pairs[1:])),
    )


def heated() -> ssb.Case:
    """Return a cell whose bodies expand by unlike amounts as it is heated."""

    def expanding(material: Material, by: float) -> Material:
        return dataclasses.replace(material, thermal_expansion=by, sources={})

    case = void(bodies=layers_of(expanding(LITHIUM, 46e-6), expanding(ARGYRODITE, 20e-6)))
    preload, plated = case.protocol
    ramp = ssb.Under(plated, temperature=ssb.TemperatureRamp(298.15 * K, 328.15 * K))
    return dataclasses.replace(case, protocol=(preload, ramp))


def own_laws() -> ssb.Case:
    """Return a cell with a surface law and a bulk law of a user's own, both with memory."""
    film = ThickeningFilm(resistance=1e-3, resistivity=1e5, growth=1e-11, thickness_0=2e-9)
    solid = dataclasses.replace(
        LITHIUM.solid, flow=StiffeningFlow(viscosity=1e12, hardening_strain=1e-2)
    )
    metal = dataclasses.replace(LITHIUM, solid=solid, sources={})
    case = void(bodies=layers_of(metal, ARGYRODITE))
    return working(case, kinetics=film, laws=(Deposit(per_charge=5e-12),))


def own_part() -> ssb.Case:
    """Return a cell whose electrolyte has a field of a user's own, of which nothing is said."""
    case = void()
    negative, separator, positive = case.bodies
    separator = dataclasses.replace(separator, parts=(Blurring(),))
    return dataclasses.replace(case, bodies=(negative, separator, positive))


def tower() -> ssb.Case:
    """Return a cell so slender that it is shared out layer by layer."""
    geometry = dataclasses.replace(stack((24.0, 24.0, 24.0), size=3.0), width=6 * um, depth=6 * um)
    lens = ssb.LensGap(half_width=3 * um, depth=100 * nm, centre_y=0.0)
    return working(void(geometry=geometry), initial_gap=lens)


def moving(depth: float, steps: Sequence[float] = (1.0, 5.0, 10.0, 60.0, 60.0)) -> ssb.Case:
    """Return the void, its metal moving, of a depth [m]."""
    lens = ssb.LensGap(half_width=7 * um, depth=depth, centre_y=0.0)
    case = working(void(steps, limits=ssb.Limits.off()), initial_gap=lens)
    bodies = (dataclasses.replace(b, moves=b.name != "separator") for b in case.bodies)
    return dataclasses.replace(case, bodies=tuple(bodies))


def film() -> ssb.Case:
    """Return a film of moving metal that is stripped from 1 um to a twentieth of it."""
    case, speed = moving(0.0), 10.0 * LITHIUM.metal.thickness_per_charge
    first, second = case.interfaces
    geometry = Squashed(frame=SPACE, stack=stack(), heights=(1e-6, 8e-6, 8e-6))
    steps = (1.0, *np.diff(np.linspace(0.0, 0.95, 6)) * 1e-6 / speed)
    return dataclasses.replace(
        case,
        geometry=geometry,
        interfaces=(dataclasses.replace(first, initial_gap=None), second),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(CURRENT, sum(steps[1:]))),
        step_control=ssb.PrescribedSteps(steps),
    )


def with_host(name: str, content: float, kinetics: Any = None) -> Callable[[], ssb.Case]:
    """Return what makes spheres of a host."""
    return lambda: composite(host=name, content=content, kinetics=kinetics)


CASES: Mapping[str, Callable[[], ssb.Case]] = {
    "void": void,
    "garnet": lambda: void(
        bodies=layers_of(LITHIUM, library.by_name("llzo")),
        interfaces=tuple(
            dataclasses.replace(i, kinetics=lithium_llzo()) for i in void().interfaces
        ),
    ),
    "long creep": lambda: void(
        (1.0, 600.0, 3600.0),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-0.05 * CURRENT, 4200 * s)),
    ),
    "flowing": flowing,
    "flat 10": lambda: flat(10.0),
    "flat 100": lambda: flat(100.0),
    "lifted": lifted,
    "sticking": lambda: working(void(), contact=ssb.Sticking()),
    "spheres": composite,
    "spheres that stick": lambda: composite(contact=ssb.Sticking()),
    "bonds": lambda: bonded(5.0),
    "bonds that break": lambda: bonded(0.3, steps=(10.0, 60.0, 300.0, 900.0, 1800.0)),
    "hollow": hollow,
    "patches": lambda: patchy(None),
    "patches and diffusion": lambda: patchy(ssb.InterfaceDiffusion(diffusivity_width=1e-18)),
    "electrons from afar": fed,
    "stacked": stacked,
    "lco": with_host("lco", 0.8, lco_li3ps4()),
    "graphite": with_host("graphite", 0.5),
    "linear elements": lambda: void(
        discretisation=ssb.Discretisation(degree=1, pressure_field=ssb.PressureField.NOWHERE)
    ),
    "no pressure field": lambda: void(
        discretisation=ssb.Discretisation(pressure_field=ssb.PressureField.NOWHERE)
    ),
    "heated": heated,
    "own laws": own_laws,
    "own field": own_part,
    "tower": tower,
    "moving": lambda: moving(200 * nm),
    "moving, steep": lambda: moving(3 * um),
    "moving film": film,
    "moving disc": disc_begun,
}
"""Cells by name."""
