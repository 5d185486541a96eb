# SPDX-License-Identifier: BSD-3-Clause
"""Resolved cells, one or some on top of each other, from which layers of stacks are identified."""

from __future__ import annotations

import dataclasses

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.fixtures import Fixture
from ssbmech.case.protocol import Step
from ssbmech.interfaces.contact import RoughConduction
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.units import MPa, um

NMC = library.by_name("nmc811")


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
    layers, bodies, interfaces, pairs = [], [], [], []
    contact = RoughConduction(10 * MPa)
    for k in range(count):
        negative, separator, positive = (f"{name}{k}" for name in ("li", "se", "nmc"))
        collector = f"steel{k}"
        heights = {negative: 8, separator: 8, positive: 10.27, collector: 2}
        layers += [ssb.Layer(name, height * um) for name, height in heights.items()]
        bodies += [
            ssb.Body.single(negative, library.by_name("lithium_lepage2019")),
            ssb.Body.single(separator, library.by_name("li6ps5cl")),
            ssb.Body.single(positive, fast(), content=0.9),
            ssb.Body.single(collector, library.by_name("stainless_steel")),
        ]
        interfaces += [
            ssb.Interface(f"{negative}|{separator}", kinetics=lithium_li6ps5cl(contact)),
            ssb.Interface(f"{positive}|{separator}", kinetics=nmc811_li6ps5cl()),
            ssb.Interface(f"{positive}|{collector}"),
        ]
        if k > 0:
            interfaces.append(ssb.Interface(f"steel{k - 1}|{negative}"))
        pairs.append(ssb.Electrodes(f"{positive}|{separator}", f"{negative}|{separator}"))
    return ssb.Case(
        name="resolved",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(), layers=tuple(layers), width=8 * um,
            size_interface=4 * um, size_bulk=6 * um,
        ),
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
    )  # fmt: skip
