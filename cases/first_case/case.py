# SPDX-License-Identifier: BSD-3-Clause
"""A round void between lithium and Li6PS5Cl in a rigid casing: does it close before it is used?"""

import ssbmech as ssb
from ssbmech.materials import library
from ssbmech.materials.library.interfaces import lithium_li6ps5cl
from ssbmech.units import MPa, mA_per_cm2, minute, nm, s, um

lithium, electrolyte = library.by_name("lithium_masias2019"), library.by_name("li6ps5cl")
void = ssb.LensGap(half_width=10 * um, depth=200 * nm)

CASE = ssb.Case(
    name="first_case",
    geometry=ssb.Stack(
        frame=ssb.Axisymmetric(),
        width=30 * um,
        layers=(
            ssb.Layer("negative", 10 * um),
            ssb.Layer("separator", 20 * um),
            ssb.Layer("positive", 10 * um),
        ),
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
        ssb.ConstantCurrent(
            0.2 * mA_per_cm2,
            10 * minute,
            name="strip",
            stops=(ssb.ContactBelow("negative|separator", 0.5),),
        ),
    ),
)

if __name__ == "__main__":
    ssb.run(CASE, "runs/first_case")
