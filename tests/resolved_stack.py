# SPDX-License-Identifier: BSD-3-Clause
"""Resolved cells, one or some on top of each other, from which layers of stacks are identified."""

from __future__ import annotations

import dataclasses

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.fixtures import Fixture
from ssbmech.case.protocol import Step
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.interfaces.contact import RoughConduction
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.units import GPa, J_per_m2, MPa, um

NMC = library.by_name("nmc811")
ELECTROLYTE = library.by_name("li6ps5cl")


def fast() -> ssb.Material:
    """Return NMC811 in which lithium is everywhere within a second."""
    diffusivity = dataclasses.replace(NMC.host.diffusivity, d_0=1e-11)
    host = dataclasses.replace(NMC.host, diffusivity=diffusivity)
    return dataclasses.replace(NMC, host=host, sources={})


def resolved(count: int, fixture: Fixture, protocol: tuple[Step, ...]) -> ssb.Case:
    """Return cells on top of each other: lithium, electrolyte, a dense cathode, a collector.

    Lithium touches the electrolyte on a part of its area that grows with the pressure. The cathode
    swells along all axes, is held in its plane, and so feels a stress that shifts its potential.
    """
    heights = {"li": 8, "se": 8, "nmc": 10.27, "steel": 2}
    geometry = ssb.Stack(
        frame=ssb.PlaneStrain(),
        layers=tuple(
            ssb.Layer(f"{name}{k}", height * um)
            for k in range(count)
            for name, height in heights.items()
        ),
        width=8 * um,
        size_interface=4 * um,
        size_bulk=6 * um,
    )
    return _case(geometry, count, fixture, protocol, held="nmc", bond=None)


def with_particles(
    count: int,
    fixture: Fixture,
    protocol: tuple[Step, ...],
    electrolyte: ssb.Material = ELECTROLYTE,
    size: float = 2.0,
) -> ssb.Case:
    """Return cells on top of each other whose cathode is particles in the electrolyte.

    Two blocks of NMC811, of which the half is in the section, stand beside and above each other
    and are bonded to the electrolyte around them. They lie at two depths, so that the current is
    not shared alike, and shrink in the electrolyte that holds them.

    Args:
        electrolyte: material between and around the particles.
        size: size of cells along walls between regions [um].
    """
    rows = (
        (8.0, "li", "li"), (6.0, "se", "se"), (4.0, "nmc", "se"), (1.0, "se", "se"),
        (4.0, "se", "nmc"), (1.0, "se", "se"), (2.0, "steel", "steel"),
    )  # fmt: skip
    geometry = ssb.Bricks(
        frame=ssb.PlaneStrain(),
        widths=(4 * um, 4 * um),
        heights=tuple(row[0] * um for _ in range(count) for row in rows),
        names=tuple(tuple(f"{each}{k}" for each in row[1:]) for k in range(count) for row in rows),
        size=size * um,
        size_bulk=3 * size * um,
    )
    bond = ssb.BilinearCohesion(strength=10 * GPa, toughness=1e5 * J_per_m2)
    case = _case(geometry, count, fixture, protocol, "se", bond, electrolyte)
    # lithium and creep are steady within seconds of a jump of the current
    return dataclasses.replace(
        case, step_control=dataclasses.replace(case.step_control, dt_initial=3.0)
    )


def _case(
    geometry: MeshSource,
    count: int,
    fixture: Fixture,
    protocol: tuple[Step, ...],
    held: str,
    bond: ssb.BilinearCohesion | None,
    electrolyte: ssb.Material = ELECTROLYTE,
) -> ssb.Case:
    """Return the case; the collector lies on the body `held`."""
    bodies, interfaces, pairs = [], [], []
    contact = RoughConduction(10 * MPa)
    for k in range(count):
        negative, separator, positive, collector = (
            f"{name}{k}" for name in ("li", "se", "nmc", "steel")
        )
        bodies += [
            ssb.Body.single(negative, library.by_name("lithium_lepage2019")),
            ssb.Body.single(separator, electrolyte),
            ssb.Body.single(positive, fast(), content=0.9),
            ssb.Body.single(collector, library.by_name("stainless_steel")),
        ]
        cathode = f"{positive}|{separator}"
        interfaces += [
            ssb.Interface(f"{negative}|{separator}", kinetics=lithium_li6ps5cl(contact)),
            ssb.Interface(cathode, kinetics=nmc811_li6ps5cl(), adhesion=bond),
            ssb.Interface(f"{held}{k}|{collector}"),
        ]
        if k > 0:
            interfaces.append(ssb.Interface(f"steel{k - 1}|{negative}"))
        pairs.append(ssb.Electrodes(cathode, f"{negative}|{separator}", area_of="top"))
    return ssb.Case(
        name="resolved",
        geometry=geometry,
        bodies=tuple(bodies),
        interfaces=tuple(interfaces),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=fixture,
        electrodes=dataclasses.replace(pairs[0], also=tuple(pairs[1:])),
        protocol=protocol,
        step_control=ssb.AdaptiveSteps(
            dt_initial=0.1, dt_max=120.0, gap_error=1 * um, content_error=0.01
        ),
        output=ssb.Output(figures=False, fields_every=0),
    )
