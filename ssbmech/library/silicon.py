# SPDX-License-Identifier: BSD-3-Clause
"""Micro-silicon: a layer of particles as pressed, which swells, flows, and closes its pores.

Lithium counts per volume of the layer as pressed, silicon and pores. Its strains are logarithms:
it belongs into a layer that is held at its sides, `Body(..., logarithmic=True)`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.library.cathodes import window_sources
from ssbmech.materials.compaction import CapLaw, PressingLine
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, TableOcv
from ssbmech.materials.material import Material
from ssbmech.materials.porous_host import PorousHost
from ssbmech.materials.swelling import LogarithmicVolumeSwelling
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, MPa

DENSITY: Final = 0.6
"""Relative density as pressed [1]."""

SITES: Final = 3.75 / 12.06e-6
"""Lithium of Li3.75Si per volume of silicon [mol/m3]."""

VOLUME: Final = 2.8
"""Volume of Li3.75Si over that of silicon, less one [1]."""

YOUNG: Final = (96.0, 41.0)
"""Young's modulus of silicon and of Li3.75Si [GPa]."""

FLOW: Final = (1750.0, 500.0)
"""Flow stress of both [MPa]."""

POTENTIAL: Final = Curve(
    x=(0.0, 0.031, 0.124, 0.255, 0.43, 0.576, 0.727, 0.873, 1.0),
    y=(0.80, 0.569, 0.461, 0.390, 0.340, 0.296, 0.237, 0.197, 0.062),
)
"""Potential against lithium by content [V]."""

_T: Final = ROOM_TEMPERATURE
_POINTS: Final = 20


def micro_silicon() -> Material:
    """Return a layer of micro-silicon as pressed: 40 % of pores, 3.4 times its volume when full."""
    x = tuple(k / _POINTS for k in range(_POINTS + 1))
    law = CapLaw(
        dense=Elastic(YOUNG[0] * GPa, 0.27),
        line=PressingLine(2 / 3 * FLOW[0] * MPa, 0.55),
        density=DENSITY,
        friction=2.0,
        cohesion=0.575,
        strength=FLOW[0] * MPa,
    )
    solid = PorousHost(
        law,
        modulus=Curve(x, tuple(1 - (1 - YOUNG[1] / YOUNG[0]) * v for v in x)),
        strength=Curve(x, tuple((FLOW[1] / FLOW[0]) ** v for v in x)),
    )
    swelling = Curve((0.0, 0.5, 1.0), (0.0, VOLUME / 2, VOLUME))
    host = Host(
        c_max=DENSITY * SITES,
        ocv=TableOcv(POTENTIAL),
        diffusivity=ArrheniusDiffusivity(1e-9),
        swelling=LogarithmicVolumeSwelling(swelling, allowed=3.0),
        density=DENSITY * 2330.0,
        x_empty=0.0,
        x_full=0.9,
    )
    return Material("micro_silicon", solid, host=host, thermal_expansion=2.6e-6, sources=_SOURCES)


def with_cap(
    silicon: Material,
    *,
    cohesion: float | None = None,
    friction: float | None = None,
    loose_density: float | None = None,
) -> Material:
    """Return micro-silicon with another cap; what is not given stays.

    Args:
        silicon: a layer whose solid is a `PorousHost`.
        cohesion: tensile over compressive isostatic strength [1].
        friction: slope M of the cap [1].
        loose_density: relative density without strength [1].

    Raises:
        ParameterError: its solid is another, or a number is out of its bounds.
    """
    solid = silicon.solid
    if not isinstance(solid, PorousHost):
        raise ParameterError(
            f'material "{silicon.name}" has no cap that follows its content: expected one whose '
            "solid is a PorousHost"
        )
    law, sources = solid.law, dict(silicon.sources)
    told = {
        "law.cohesion": law.cohesion if cohesion is None else cohesion,
        "law.friction": law.friction if friction is None else friction,
        "law.line.loose_density": law.line.loose_density
        if loose_density is None
        else loose_density,
    }
    line = dataclasses.replace(law.line, loose_density=told["law.line.loose_density"])
    changed = dataclasses.replace(
        law, line=line, cohesion=told["law.cohesion"], friction=told["law.friction"]
    )
    chosen = Source("ssbmech", "chosen for the case", None, "", Provenance.GUESSED)
    given = {"law.cohesion": cohesion, "law.friction": friction}
    given["law.line.loose_density"] = loose_density
    sources |= {f"solid.{path}": chosen for path, value in given.items() if value is not None}
    return dataclasses.replace(
        silicon, solid=dataclasses.replace(solid, law=changed), sources=sources
    )


def _choice(note: str) -> Source:
    """Return the source of a number of the cap that nobody has measured."""
    return Source("ssbmech", "a choice, for want of a measured value", None, note,
                  Provenance.GUESSED)  # fmt: skip


_FLOW_MEASURED: Final = Source(
    "sethuraman2010",
    "first flow of a film on lithiation, at -1.75 GPa",
    _T,
    "of Li3.75Si a flow stress of 500 MPa in the middle of 300 to 900 in use, between them the "
    "power of the content",
    Provenance.SECONDARY,
)
_OF_HOLLOW_SPHERES: Final = Source(
    "ssbmech", "two thirds of the flow stress, as of hollow spheres", _T, "", Provenance.DERIVED
)

_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source("handbook", "crystal", _T, "", Provenance.MEMORY),
    "solid.law.dense.young": Source(
        "berla2015",
        "amorphous silicon without lithium, in a digest",
        _T,
        "90 to 130 GPa",
        Provenance.SECONDARY,
    ),
    "solid.law.dense.poisson": Source(
        "berla2015",
        "between 0.29 without lithium and 0.25 with all of it, in a digest",
        _T,
        "",
        Provenance.SECONDARY,
    ),
    "solid.law.line.hardening": _OF_HOLLOW_SPHERES,
    "solid.law.line.loose_density": _choice("0.40 to 0.55, each with a cohesion of its own"),
    "solid.law.density": Source(
        "tan2021", "40 % of pores as pressed at 370 MPa", _T, "", Provenance.MEMORY
    ),
    "solid.law.friction": _choice("1.5 to 2.5, each with a cohesion of its own"),
    "solid.law.cohesion": Source(
        "tan2021",
        "27 um with 40 % of pores become 55 um when charged and 40 um with 30 % when discharged "
        "again, at 50 MPa: calibrated on the 40 um",
        _T,
        "thickness after the cells were opened",
        Provenance.CALIBRATED,
    ),
    "solid.law.strength": _FLOW_MEASURED,
    "solid.law.stiffening": Source(
        "ssbmech", "taken as none: the modulus hardly matters", None, "", Provenance.GUESSED
    ),
    "solid.law.floppy_density": Source(
        "ssbmech", "the whole density counts", None, "", Provenance.DERIVED
    ),
    "solid.modulus": Source(
        "berla2015", "line to 41 GPa of Li3.75Si, in a digest", _T, "", Provenance.SECONDARY
    ),
    "solid.strength": _FLOW_MEASURED,
    "host.c_max": Source(
        "ssbmech",
        "3.75 lithium for each silicon of 12.06 cm3/mol, times the density as pressed",
        _T,
        "",
        Provenance.DERIVED,
    ),
    "host.ocv.curve": Source(
        "tutorial_model", "nine points of a curve of charge", _T, "one curve for charge and "
        "discharge, which differ by tenths of a volt", Provenance.SECONDARY,
    ),
    "host.diffusivity.d_0": Source(
        "ssbmech",
        "so large that the layer fills evenly",
        _T,
        "particles and pores are not resolved",
        Provenance.GUESSED,
    ),
    "host.diffusivity.activation_energy": Source(
        "ssbmech", "taken as none", None, "", Provenance.GUESSED
    ),
    "host.swelling.curve": Source(
        "berla2015",
        "280 % from crystalline silicon to Li3.75Si, in proportion to the content, in a digest",
        _T,
        "263 % for amorphous silicon, computed",
        Provenance.SECONDARY,
    ),
    "host.density": Source(
        "handbook", "silicon, times the density as pressed", _T, "", Provenance.MEMORY
    ),
    "host.swelling.allowed": Source("ssbmech", "above the table", None, "", Provenance.DERIVED),
    **window_sources("from none to above the potential of lithium metal"),
}  # fmt: skip
