# SPDX-License-Identifier: BSD-3-Clause
"""Which current may be plated at a flaw of the electrolyte before it grows?

Lithium | solid electrolyte | lithium, flat, pressed and charged for a moment. At the electrode that
is plated the electrolyte has a flaw, which metal fills until its pressure ends plating or drives it
back out of the mouth. The cell is computed; at each step the flaw is held against what the cell
does to it: pressure at its mouth, stress across it, resistance and conductivity at the temperature.
Seconds for each run, so that maps are cheap:

    python cases/flaw_map/case.py
    python cases/flaw_map/case.py --interface "lithium|llzo" --flaw 30 --compression 100
    ssbmech study cases/flaw_map/study.toml

The series holds `plating_limit`, the current density at the flaw that it bears, and
`flaw_share`, its stress intensity at the current of the cell over the toughness.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence

import ssbmech as ssb
from ssbmech import library
from ssbmech.activation import arrhenius
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import CaseError
from ssbmech.fracture.flaws import EdgeCrack, HalfPenny, ThroughCrack, plane_modulus
from ssbmech.fracture.leak import ShearFlow
from ssbmech.fracture.plated import PlatedFlaw
from ssbmech.interfaces.kinetics import ButlerVolmer
from ssbmech.library.interfaces import INTERFACES
from ssbmech.materials.viscoplastic import NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, celsius, mA_per_cm2, s, um

SHAPES = {"half-penny": HalfPenny(), "edge": EdgeCrack(), "through": ThroughCrack()}
KNOWN = tuple(name for name in INTERFACES if name.startswith("lithium|"))
CREEPING = tuple(
    name
    for name in library.named("lithium")
    if isinstance(library.by_name(name).solid.flow, NortonFlow)
)
"""Parameter sets of lithium with power-law creep."""
LIMIT = ssb.Quantity("plating_limit", r"$i_c$", "A m-2", "current density that a flaw bears")
SHARE = ssb.Quantity("flaw_share", r"$K_I / K_{Ic}$", "1", "stress intensity over toughness")


def wall_resistance(kinetics: ButlerVolmer, temperature: float) -> float:
    """Return the area resistance at small overpotentials [ohm m2] at a temperature [K]."""
    exchange = float(kinetics.exchange_current(temperature))
    transfer = GAS_CONSTANT * temperature / (FARADAY * exchange)
    return transfer + float(kinetics.film(temperature))


def plated_flaw(
    interface: str, shape: str, size: float, toughness: float, temperature: float, lithium: str
) -> PlatedFlaw:
    """Return a flaw of the library's numbers.

    Args:
        interface: name of the interface of the library.
        shape: one of `SHAPES`.
        size: size of the flaw [um].
        toughness: toughness of the electrolyte [MPa m^(1/2)]; 0 for that of the library.
        temperature: temperature [K].
        lithium: parameter set of lithium, one of `CREEPING`.
    """
    if interface not in KNOWN:
        raise CaseError(f"interface = {interface!r}: the library has {', '.join(KNOWN)}")
    electrolyte, metal = electrolyte_of(interface), library.by_name(lithium)
    solid, creep = electrolyte.solid, metal.solid.flow
    reference = creep.reference_temperature
    faster = float(arrhenius(creep.activation_energy, temperature, reference))
    return PlatedFlaw(
        flaw=SHAPES[shape],
        size=size * 1e-6,
        toughness=toughness * 1e6 if toughness > 0.0 else electrolyte.fracture.toughness,
        modulus=plane_modulus(solid.young, solid.poisson),
        resistance=wall_resistance(INTERFACES[interface](), temperature),
        conductivity=float(electrolyte.conductor.kappa_e(temperature)),
        molar_volume=metal.metal.molar_volume,
        flow=ShearFlow.of_creep(creep.rate * faster, creep.stress, creep.exponent),
    )


def electrolyte_of(interface: str) -> ssb.Material:
    """Return the electrolyte of an interface of the library."""
    return library.by_name(interface.split("|")[1].removesuffix("_contaminated"))


def lateral(pressure: float, mean: float) -> float:
    """Return the stress along a layer that is held at its sides [Pa], tension positive.

    Args:
        pressure: pressure on its faces [Pa].
        mean: pressure inside, a third of all three [Pa].
    """
    return 0.5 * (pressure - 3.0 * mean)


class FlawWatch:
    """Holds a flaw against what the cell does to it: an observer.

    Attributes:
        name: name for messages and checkpoints.
    """

    name = "flaw"

    def __init__(self, options: argparse.Namespace) -> None:
        """Take the flaw of the options of the command line."""
        self._options, self._limit, self._share = options, math.nan, math.nan

    def begin(self, cell: CellModel) -> Mapping[str, Sequence[ssb.Scalar]]:
        """Return the current that the flaw bears, and its stress intensity, as columns."""
        limit = ssb.Scalar(LIMIT, lambda _: self._limit)
        return {"": [limit, ssb.Scalar(SHARE, lambda _: self._share)]}

    def see(self, row: Mapping[str, float]) -> None:
        """Find what the flaw bears in the state of a step."""
        chosen = self._options
        flaw = plated_flaw(
            chosen.interface, chosen.shape, chosen.flaw, chosen.toughness, row["temperature"],
            chosen.lithium,
        )  # fmt: skip
        mouth = row["p_contact_max:positive|separator"]
        across = lateral(row["p_stack"], row["pressure_max:separator"]) - chosen.compression * 1e6
        bears = flaw.sealed if chosen.sealed else flaw.leaking
        self._limit = bears(mouth + across)
        plated = -row["i_normal_min:positive|separator"]
        self._share = flaw.share(max(plated, 0.0), mouth + across, leaks=not chosen.sealed)


def observers(options: argparse.Namespace) -> tuple[FlawWatch, ...]:
    """Return what looks at the flaw."""
    return (FlawWatch(options),)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    if not (options.flaw > 0.0 and options.compression >= 0.0 and options.toughness >= 0.0):
        raise CaseError(
            f"flaw = {options.flaw:g} um, compression = {options.compression:g} MPa, toughness = "
            f"{options.toughness:g} MPa m^(1/2): expected more than zero, and zero or more"
        )
    temperature = celsius(options.celsius)
    # names are checked before anything is meshed
    plated_flaw(options.interface, options.shape, options.flaw, 0.0, 298.15, options.lithium)
    lithium, electrolyte = library.by_name(options.lithium), electrolyte_of(options.interface)
    kinetics = INTERFACES[options.interface]()
    return ssb.Case(
        name="flaw_map",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=30 * um,
            layers=(
                ssb.Layer("negative", 30 * um),
                ssb.Layer("separator", 60 * um),
                ssb.Layer("positive", 30 * um),
            ),
            size_interface=30 * um,
            size_bulk=30 * um,
        ),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", electrolyte),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=(
            ssb.Interface("negative|separator", kinetics=kinetics),
            ssb.Interface("positive|separator", kinetics=kinetics),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa),
        electrodes=ssb.Electrodes(working="negative|separator", counter="positive|separator"),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(options.current * mA_per_cm2, 10 * s, name="plate"),
        ),
        temperature=temperature,
        step_control=ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=10 * s, gap_error=1e-6),
        output=ssb.Output(figures=False),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    add = parser.add_argument
    add("--interface", default="lithium|li6ps5cl", help="interface of the library")
    add("--flaw", type=float, default=14.0, help="size of the flaw [um]")
    add("--shape", choices=tuple(SHAPES), default="half-penny", help="shape of the flaw")
    help_toughness = "of the electrolyte, 0 for that of the library [MPa m^(1/2)]"
    add("--toughness", type=float, default=0.0, help=help_toughness)
    add("--compression", type=float, default=0.0, help="residual, along the surface [MPa]")
    add("--pressure", type=float, default=3.0, help="stack pressure [MPa]")
    add("--celsius", type=float, default=25.0, help="temperature [degree C]")
    add("--current", type=float, default=1.0, help="current density of the cell [mA/cm2]")
    add("--sealed", action="store_true", help="nothing creeps out of the flaw's mouth")
    add("--lithium", default="lithium_lepage2019", choices=CREEPING, help="set of lithium")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs, observers=observers))
