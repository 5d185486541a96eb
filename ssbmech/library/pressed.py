# SPDX-License-Identifier: BSD-3-Clause
"""Pressed powders, which densify under pressure: sulfide and halide electrolytes, and a composite.

Two numbers of each are a line through densities that were measured after pressing in a die. What
that leaves open is guessed, with a range: friction and cohesion, for which nobody has measured a
lateral stress or a tensile strength, and the exponent of the modulus. All begin loose;
`of_density` returns them as they are after pressing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.materials.compaction import CapLaw, PressingLine
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor, PorousConductor
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, K, MPa, kJ_per_mol, mS_per_cm

FRICTION: Final = 1.2
COHESION: Final = 0.1
EXPANSION: Final = 30e-6
HOLDS_TOGETHER: Final = 0.01
"""Density at the start over that without strength [1]."""


def glass_75li2s_25p2s5() -> Material:
    """Return cold pressed glass of 75 Li2S 25 P2S5: porosity 39 % at 74 MPa, 5 % at 500 MPa."""
    solid = _pressed(4.76e-3 / MPa, 0.613, Elastic(young=24 * GPa, poisson=0.3))
    conductor = _conductor(0.44 * mS_per_cm, 34 * kJ_per_mol, solid)
    sources = {
        **_sources(
            Source(
                "sakuda2013",
                "line through 39, 20, 13, 10 and 5 % of pores at 74, 200, 300, 360 and 500 MPa, "
                "over the axial pressure per isostatic strength in a die",
                ROOM_TEMPERATURE,
                "of these, only more than 90 % of density above 350 MPa is printed, the rest was "
                "read off a curve",
                Provenance.SECONDARY,
            ),
            "sakuda2013",
        ),
        "solid.dense.young": Source(
            "sakuda2013",
            "glass pressed hot until it was dense",
            ROOM_TEMPERATURE,
            "22 to 28 GPa",
            Provenance.SECONDARY,
        ),
        "solid.dense.poisson": _guess("0.27 to 0.37, as of crystals of like composition", None),
        "conductor.dense.conductivity": Source(
            "sakuda2013",
            "0.31 mS/cm of a pellet pressed at 360 MPa, over the share of its density",
            ROOM_TEMPERATURE,
            "",
            Provenance.DERIVED,
        ),
        "conductor.dense.activation_energy": _guess("30 to 40 kJ/mol", None),
        **_CONDUCTION,
    }
    return Material(
        "glass_75li2s_25p2s5",
        solid,
        conductor=conductor,
        thermal_expansion=EXPANSION,
        sources=sources,
    )


def li6ps5cl_pressed() -> Material:
    """Return cold pressed Li6PS5Cl: porosity 18 % at 370 MPa; the loose density is the glass's."""
    solid = _pressed(2.98e-3 / MPa, 0.613, Elastic(young=28 * GPa, poisson=0.37))
    conductor = _conductor(3.5 * mS_per_cm, 37 * kJ_per_mol, solid)
    sources = {
        **_sources(
            Source(
                "doux2020b",
                "18 % of pores at 370 MPa, on a line from the loose density of sulfide glass, "
                "over the axial pressure per isostatic strength in a die",
                ROOM_TEMPERATURE,
                "15 to 20 %; one point and a line that is the glass's",
                Provenance.SECONDARY,
            ),
            "sakuda2013",
        ),
        "solid.dense.young": Source(
            "ning2023",
            "measured on dense Li6PS5Cl, 28.0 +- 1.8 GPa",
            ROOM_TEMPERATURE,
            "22 to 30 GPa computed",
            Provenance.SECONDARY,
        ),
        "solid.dense.poisson": Source(
            "deng2016",
            "first-principles elastic constants",
            None,
            "0.33 to 0.37 in use",
            Provenance.SECONDARY,
        ),
        "conductor.dense.conductivity": Source(
            "ssbmech",
            "largest of pellets that were pressed above 290 MPa",
            ROOM_TEMPERATURE,
            "at 82 % of density it gives 1.7 mS/cm; pellets have 1.0 to 2.5 mS/cm",
            Provenance.SECONDARY,
        ),
        "conductor.dense.activation_energy": Source(
            "ssbmech",
            "middle of the reported 0.31 to 0.46 eV",
            None,
            "of the product of conductivity and temperature",
            Provenance.DERIVED,
        ),
        **_CONDUCTION,
    }
    return Material(
        "li6ps5cl_pressed", solid, conductor=conductor, thermal_expansion=EXPANSION, sources=sources
    )


def li3ybrcl6_sheet() -> Material:
    """Return a dry sheet of Li3YBrCl6 with 3 % of rubber: porosity 35 % at 100, 21 % at 350 MPa."""
    solid = _pressed(2.01e-3 / MPa, 0.816, Elastic(young=25 * GPa, poisson=0.3))
    pressed = Source(
        "ssbmech",
        "line through 35, 31, 25 and 21 % of pores at 100, 200, 300 and 350 MPa, over the axial "
        "pressure per isostatic strength in a die",
        ROOM_TEMPERATURE,
        "from a digest, which does not name its source; 45 % loose, with 3 % of binder",
        Provenance.SECONDARY,
    )
    sources = _of_sheet(pressed, "20 to 40 GPa")
    return Material("li3ybrcl6_sheet", solid, thermal_expansion=EXPANSION, sources=sources)


def nmc_li3ybrcl6_sheet() -> Material:
    """Return such a sheet with 78 % by weight of NMC: porosity 39 % at 125, 37 % at 350 MPa.

    The particles of the cathode touch and bear the load: the line's slope is no yield stress.
    """
    solid = _pressed(0.22e-3 / MPa, 0.918, Elastic(young=60 * GPa, poisson=0.28))
    pressed = Source(
        "ssbmech",
        "line through 39, 38, 37.5 and 37 % of pores at 125, 200, 300 and 350 MPa, over the axial "
        "pressure per isostatic strength in a die",
        ROOM_TEMPERATURE,
        "from a digest, which does not name its source; 49 % loose, which the line does not meet",
        Provenance.SECONDARY,
    )
    sources = _of_sheet(pressed, "40 to 90 GPa")
    return Material("nmc_li3ybrcl6_sheet", solid, thermal_expansion=EXPANSION, sources=sources)


def of_density(material: Material, density: float) -> Material:
    """Return a pressed powder that begins at another density, named "li6ps5cl_pressed_at_82%".

    Args:
        material: a material of a solid that densifies.
        density: relative density at the start [1].

    Raises:
        ParameterError: its solid does not densify, or has no strength at that density.
    """
    if not isinstance(material.solid, CapLaw):
        raise ParameterError(
            f'material "{material.name}" has no density that could change: expected one whose '
            "solid is a CapLaw"
        )
    source = Source("ssbmech", "chosen for the case", None, "", Provenance.GUESSED)
    return dataclasses.replace(
        material,
        name=f"{material.name}_at_{100 * density:g}%",
        solid=dataclasses.replace(material.solid, density=density),
        sources={**material.sources, "solid.density": source},
    )


def _pressed(slope: Any, intercept: float, dense: Elastic) -> CapLaw:
    """Return the law of a line that was measured in a die, with what it leaves open guessed."""
    line = PressingLine.of_die(slope, intercept, FRICTION, COHESION)
    return CapLaw(
        dense=dense,
        line=line,
        density=line.loose_density + HOLDS_TOGETHER,
        friction=FRICTION,
        cohesion=COHESION,
        strength=1.5 * line.hardening,
        stiffening=4.0,
    )


def _conductor(conductivity: Any, activation_energy: Any, solid: CapLaw) -> PorousConductor:
    """Return a conductor by its conductivity when dense, which falls with the density."""
    dense = IonConductor(conductivity, activation_energy, ROOM_TEMPERATURE * K)
    return PorousConductor(dense, percolation=solid.line.loose_density, exponent=1.8)


def _guess(note: str, temperature: float | None) -> Source:
    """Return the source of a number that nobody has measured."""
    return Source("ssbmech", "for want of a measured value", temperature, note, Provenance.GUESSED)


def _sources(pressed: Source, loose: str) -> dict[str, Source]:
    """Return the sources of a law by that of its line.

    Args:
        pressed: source of the slope of the line.
        loose: key of the source of the density without strength.
    """
    return {
        "thermal_expansion": _guess("15 to 40e-6 1/K", ROOM_TEMPERATURE),
        "solid.line.hardening": pressed,
        "solid.line.loose_density": Source(
            loose,
            "where the line meets no pressure",
            None,
            "extrapolated: 0.3 to 0.55 for powders",
            Provenance.DERIVED,
        ),
        "solid.density": Source(
            "ssbmech", "a hundredth above the loose density", None, "", Provenance.DERIVED
        ),
        "solid.friction": _guess("0.5 to 2.5: no lateral stress in a die was found", None),
        "solid.cohesion": _guess("0.02 to 0.3: no tensile strength of a pellet was found", None),
        "solid.strength": Source(
            "ssbmech",
            "1.5 times the slope of the line, as of hollow spheres of a ductile solid",
            ROOM_TEMPERATURE,
            "half to four times; four times moves the density at 500 MPa by 0.6 %",
            Provenance.GUESSED,
        ),
        "solid.stiffening": _guess("2 to 13: 4.7 GPa were seen at 13 % of pores", None),
        "solid.floppy_density": Source(
            "ssbmech", "the whole density counts", None, "", Provenance.DERIVED
        ),
    }


def _of_sheet(pressed: Source, moduli: str) -> dict[str, Source]:
    """Return the sources of a sheet, of which the line alone was measured."""
    return {
        **_sources(pressed, "ssbmech"),
        "solid.dense.young": _guess(moduli, ROOM_TEMPERATURE),
        "solid.dense.poisson": _guess("0.25 to 0.35", None),
    }


_CONDUCTION: Final[Mapping[str, Source]] = {
    "conductor.dense.reference_temperature": Source(
        "ssbmech",
        "where the conductivity is stated",
        ROOM_TEMPERATURE,
        "",
        Provenance.DERIVED,
    ),
    "conductor.percolation": Source(
        "ssbmech",
        "the density without strength: what does not touch does not conduct",
        None,
        "0.3 to 0.5",
        Provenance.GUESSED,
    ),
    "conductor.exponent": Source(
        "ssbmech",
        "0.15 and 0.65 mS/cm of Li6PS5Cl0.5Br0.5 pressed at 98 and 392 MPa, on the line of glass",
        None,
        "from a digest; 1.5 to 2.7 for a density without conduction of 0.5 to 0.3",
        Provenance.DERIVED,
    ),
}
