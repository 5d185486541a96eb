# SPDX-License-Identifier: BSD-3-Clause
"""A round void at lithium on Li6PS5Cl in a rigid casing: does a rest close it before use?"""

import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.units import MPa, mA_per_cm2, minute, nm, s, um


def build_case() -> ssb.Case:
    """Return the case: rest for ten minutes, then strip until half of the contact is lost."""
    lithium, electrolyte = library.by_name("lithium_masias2019"), library.by_name("li6ps5cl")
    void = ssb.LensGap(half_width=10 * um, depth=200 * nm)
    layers = (
        ssb.Layer("negative", 10 * um),
        ssb.Layer("separator", 20 * um),
        ssb.Layer("positive", 10 * um),
    )
    lost = ssb.ContactBelow("negative|separator", 0.5)
    return ssb.Case(
        name="first_case",
        geometry=ssb.Stack(
            frame=ssb.Axisymmetric(),
            layers=layers,
            width=30 * um,
            size_interface=0.5 * um,
            size_bulk=4 * um,
        ),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", electrolyte),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=(
            ssb.Interface("negative|separator", kinetics=lithium_li6ps5cl(), initial_gap=void),
            ssb.Interface("positive|separator", kinetics=lithium_li6ps5cl()),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.FixedGap(preload=2 * MPa),
        electrodes=ssb.Electrodes(working="negative|separator", counter="positive|separator"),
        protocol=(
            ssb.Preload(1 * s),
            ssb.Rest(10 * minute),
            ssb.ConstantCurrent(0.2 * mA_per_cm2, 10 * minute, stops=(lost,), name="strip"),
        ),
    )


if __name__ == "__main__":
    sys.exit(ssb.main(build_case))
