# SPDX-License-Identifier: BSD-3-Clause
r"""Porous interlayers between an electrolyte and the metal that is plated behind them.

Composition and capacities of a layer of silver and carbon are known, and so is what presses it;
the resistances inside it, the size of its pores and how lithium wets them are not: they are guesses
with ranges, of which two decide how much lithium lies in the pores, the ratio of the resistances
and the entry pressure.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ssbmech.constants import FARADAY, ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.interfaces.interlayer import (
    AlloyStore,
    LayerPath,
    PoreStore,
    PorousInterlayer,
    entry_pressure,
)
from ssbmech.materials.curve import Curve
from ssbmech.materials.host import TableOcv
from ssbmech.parameter import Provenance, Source
from ssbmech.units import J_per_m2, cm3_per_mol, kJ_per_mol, nm, ohm_cm2, to_si, um

_T: Final = ROOM_TEMPERATURE

SILVER, CARBON, BINDER = 0.2325, 0.6975, 0.07
"""Composition by mass [1]."""

DENSE: Final = MappingProxyType({"silver": 10_490.0, "carbon": 1950.0, "binder": 1780.0})
"""Densities without pores [kg/m3]."""

SILVER_MOLAR_MASS = 0.10787
"""Of silver [kg/mol]."""

LITHIUM_PER_SILVER = 2.25
"""In Li9Ag4, the alloy in balance with lithium [1]."""

CARBON_CAPACITY = 216.0 * 3600.0
"""Charge that carbon black takes up per mass [C/kg]: 216 mA h/g."""

ALLOY_OCV: Final = Curve(
    (0.0, 0.05, 0.2, 0.44, 0.5, 0.8, 0.95, 1.0), (0.40, 0.22, 0.15, 0.12, 0.07, 0.05, 0.03, 0.004)
)
"""Potential of lithium in silver against the filled part of Li9Ag4 [V]."""

CARBON_OCV: Final = Curve(
    (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0), (1.2, 0.9, 0.6, 0.35, 0.2, 0.1, 0.03, 0.004)
)
"""Potential of lithium in carbon black against the filled part [V]."""

WIDEST, NARROWEST, ANGLE = 200 * nm, 20 * nm, 100.0
"""Radii of the pores, and the contact angle of lithium in them [degree]."""

SURFACE_ENERGY = 0.40 * J_per_m2
"""Of lithium."""


def solid_density() -> float:
    """Return the density of the layer's solid without pores [kg/m3]."""
    shares = {"silver": SILVER, "carbon": CARBON, "binder": BINDER}
    return 1 / sum(share / DENSE[name] for name, share in shares.items())


def silver_carbon(thickness: float = 10 * um, porosity: float = 0.5) -> PorousInterlayer:
    """Return a layer of silver and carbon black on the electrolyte, pressed at 490 MPa.

    Its skeleton is taken as stiff, so that metal in its pores bears nothing of the stack pressure,
    and its alloy thickens it by all of its volume.

    Args:
        thickness: of the layer as made, as a quantity or in SI [m].
        porosity: part of it that is pores [1].

    Raises:
        ParameterError: there is no layer, or nothing but pores.
    """
    made = to_si(thickness, "m", "thickness")
    if not made > 0.0 or not 0.0 < porosity < 1.0:
        raise ParameterError(
            f"thickness = {made:g} m, porosity = {porosity:g}: expected a thickness above zero and "
            "a porosity between 0 and 1"
        )
    mass = made * (1 - porosity) * solid_density()
    silver = mass * SILVER / SILVER_MOLAR_MASS * LITHIUM_PER_SILVER * FARADAY
    alloy = AlloyStore(
        name="silver",
        charge=silver,
        ocv=TableOcv(ALLOY_OCV),
        growth=10.2 * cm3_per_mol,
        path=LayerPath(10 * ohm_cm2, activation_energy=40 * kJ_per_mol),
    )
    carbon = AlloyStore(
        name="carbon",
        charge=mass * CARBON * CARBON_CAPACITY,
        ocv=TableOcv(CARBON_OCV),
        path=LayerPath(10 * ohm_cm2, activation_energy=40 * kJ_per_mol),
    )
    pores = PoreStore(
        volume=porosity * made,
        first_entry=entry_pressure(SURFACE_ENERGY, ANGLE, WIDEST),
        last_entry=entry_pressure(SURFACE_ENERGY, ANGLE, NARROWEST),
        path=LayerPath(50 * ohm_cm2, activation_energy=60 * kJ_per_mol),
    )
    return PorousInterlayer(
        made=made,
        stores=(alloy, carbon, pores),
        behind=LayerPath(25 * ohm_cm2, activation_energy=40 * kJ_per_mol),
        sources=SILVER_CARBON_SOURCES,
    )


def _guess(text: str, note: str, known: float | None = _T) -> Source:
    return Source("ssbmech", text, known, note, Provenance.GUESSED)


_PATH = _guess("some ten mV at 1 mA/cm2 and 25 degC", "1 to 100 ohm cm2")
_ACTIVATION = _guess(
    "transport along grain boundaries of lithium and silver",
    "30 to 60 kJ/mol; pores more than what lies behind, so that heat fills them",
)
_CUT_OFF = Source("ssbmech", "numerical choice, see the conduction law", None, "",
                  Provenance.MEMORY)  # fmt: skip
_STATED = Source("ssbmech", "where the resistances are guessed", _T, "", Provenance.DERIVED)
_ENTRY = _guess(
    "2 gamma cos / r of lithium of 0.40 J/m2, 100 degrees, pores of 200 down to 20 nm",
    "90 to 140 degrees; below 90 metal is sucked in",
)

SILVER_CARBON_SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "made": Source("lee2020", "5 to 10 um", None, "", Provenance.MEMORY),
        "stores[silver].charge": Source(
            "cronk2026",
            "carbon : silver : binder = 69.75 : 23.25 : 7 by mass, 2.25 Li per Ag of Li9Ag4",
            _T,
            "half pores is a guess, 0.3 to 0.6",
            Provenance.DERIVED,
        ),
        "stores[silver].ocv.curve": _guess(
            "two plateaus above lithium, alloy down to 4 mV", "within 50 mV"
        ),
        "stores[silver].ocv.reference_temperature": _STATED,
        "stores[silver].growth": Source(
            "handbook",
            "volume of Li9Ag4 less silver per lithium, from the cell edge 0.960 nm",
            _T,
            "part of it may go into the pores",
            Provenance.MEMORY,
        ),
        "stores[carbon].charge": _guess("216 mA h/g of carbon black", "100 to 300 mA h/g"),
        "stores[carbon].ocv.curve": _guess("sloping, as of hard carbons", "within 0.2 V"),
        "stores[carbon].ocv.reference_temperature": _STATED,
        "stores[carbon].growth": _guess("none", "a few per cent of the carbon"),
        "stores[pores].volume": _guess("half of the layer", "0.3 to 0.6", None),
        "stores[pores].first_entry": _ENTRY,
        "stores[pores].last_entry": _ENTRY,
        "stores[pores].borne": _guess("a stiff skeleton bears the stack pressure", "0 to 1"),
        **{
            f"{where}.{what}": source
            for where in ("stores[silver].path", "stores[carbon].path", "stores[pores].path",
                          "behind")
            for what, source in (
                ("resistance", _PATH),
                ("activation_energy", _ACTIVATION),
                ("reference_temperature", _STATED),
            )
        },
        "contact.length": _CUT_OFF,
        "contact.rest": _CUT_OFF,
    }
)  # fmt: skip
"""Where the numbers of the layer of silver and carbon are from."""
