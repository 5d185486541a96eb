# SPDX-License-Identifier: BSD-3-Clause
"""Layered oxides: hosts of lithium that charge from full towards empty.

The crystal is elastic and isotropic; particles of many grains are meant. Volumes count from the
full host. Diffusivities are self-diffusivities: where a publication gives the chemical one, it was
divided by the mean thermodynamic factor over the window of use. Those of solid-state cells lie one
to three decades below those of cells with liquid electrolyte; sweep them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.entropy import TableEntropy
from ssbmech.materials.host import ArrheniusDiffusivity, Host, TableOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import VolumeSwelling
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, J_per_mol, MPa, g_per_cm3, mol_per_m3

_T: Final = ROOM_TEMPERATURE

_STRENGTH: Final = 170 * MPa

_CRACKS: Final = Source(
    "ssbmech",
    "from a toughness of 0.34 MPa m^(1/2) with flaws of 1 um at the surface",
    _T,
    "layered oxides have 0.1 to 0.5 MPa m^(1/2); the size of the flaws is a guess",
    Provenance.GUESSED,
)

_DIFFRACTION: Final = (
    "volume of the cell from X-ray diffraction, against the full host; "
    "read in the export of a tutorial model"
)


def volume_swelling(x: tuple[float, ...], percent: tuple[float, ...]) -> VolumeSwelling:
    """Return the swelling law of a table of volume changes in percent."""
    return VolumeSwelling(Curve(x, tuple(value / 100 for value in percent)))


def window_sources(remark: str) -> dict[str, Source]:
    """Return the sources of the window of use and of the temperature of the diffusivity."""
    window = Source("ssbmech", remark, None, "", Provenance.DERIVED)
    stated = Source("ssbmech", "where the diffusivity is stated", _T, "", Provenance.DERIVED)
    return {
        "host.x_empty": window,
        "host.x_full": window,
        "host.diffusivity.reference_temperature": stated,
        "host.ocv.reference_temperature": Source(
            "ssbmech", "where the potential was measured", _T, "", Provenance.DERIVED
        ),
    }


def bumps(
    x: tuple[float, ...], *gaussians: tuple[float, float, float], line: tuple[float, float] = (0, 0)
) -> TableEntropy:
    """Return an entropic coefficient that was published as a line and some Gaussians.

    Args:
        x: contents at which it is tabulated [1].
        gaussians: height [mV/K], place [1] and square of the width [1] of each.
        line: value at x = 0 and slope [mV/K].
    """

    def at(place: float) -> float:
        shapes = (h * math.exp(-((place - at) ** 2) / width) for h, at, width in gaussians)
        return 1e-3 * (line[0] + line[1] * place + sum(shapes))

    return TableEntropy(Curve(x, tuple(at(place) for place in x)))


def nmc811() -> Material:
    """Return LiNi0.8Mn0.1Co0.1O2: shrinks by 4.5 % up to 4.25 V, most of it above 4.1 V.

    The anisotropic law `LayeredSwelling` describes single grains above x = 0.4 only.
    """
    ocv = Curve(
        x=(
            *(0.223, 0.264, 0.303, 0.343, 0.382, 0.422, 0.461, 0.501, 0.540, 0.580, 0.620, 0.659),
            *(0.699, 0.738, 0.778, 0.817, 0.857, 0.897, 0.935, 0.976, 0.989, 0.998, 1.0),
        ),
        y=(
            *(4.257, 4.184, 4.164, 4.131, 4.075, 4.022, 3.980, 3.935, 3.885, 3.835, 3.795, 3.766),
            *(3.741, 3.715, 3.687, 3.656, 3.623, 3.593, 3.572, 3.553, 3.542, 3.489, 3.0),
        ),
    )
    entropy = bumps(
        (
            *(0.20, 0.235, 0.25, 0.26, 0.27, 0.283, 0.295, 0.305, 0.315, 0.33, 0.36, 0.45, 0.52),
            *(0.58, 0.63, 0.68, 0.73, 0.77, 0.803, 0.84, 0.88, 0.93, 1.0),
        ),
        (0.04006, 0.2828, 0.0009855),
        (-0.06656, 0.8032, 0.02179),
    )
    swelling = volume_swelling(
        x=(
            *(0.151, 0.182, 0.213, 0.245, 0.275, 0.310, 0.336, 0.397, 0.460, 0.519, 0.579, 0.635),
            *(0.704, 0.763, 0.827, 0.888, 1.0),
        ),
        percent=(
            *(-6.53, -5.67, -4.82, -3.92, -3.12, -2.50, -2.11, -1.68, -1.34, -1.10, -0.83, -0.64),
            *(-0.50, -0.36, -0.20, -0.02, 0.0),
        ),
    )
    host = Host(
        c_max=50_060 * mol_per_m3,
        ocv=TableOcv(ocv, entropy),
        diffusivity=ArrheniusDiffusivity(d_0=1.3e-15, activation_energy=9977 * J_per_mol),
        swelling=swelling,
        density=4.87 * g_per_cm3,
        x_empty=0.23,
        x_full=0.95,
    )
    return Material(
        "nmc811",
        Elastic(young=140 * GPa, poisson=0.30),
        host=host,
        thermal_expansion=12e-6,
        strength=_STRENGTH,
        sources=_NMC811_SOURCES,
    )


_NMC811_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source(
        "ssbmech", "that of NMC111", _T, "depends on the content too", Provenance.GUESSED
    ),
    "strength": _CRACKS,
    "solid.young": Source(
        "asheri2023",
        "used for particles of many grains",
        _T,
        "up to 175 GPa; falls with the content of nickel, and by up to half on delithiation",
        Provenance.SECONDARY,
    ),
    "solid.poisson": Source(
        "asheri2023", "used with that modulus", None, "0.25 to 0.3 in use", Provenance.SECONDARY
    ),
    "host.c_max": Source(
        "sturm2019",
        "lithium in the full crystal",
        _T,
        "51 765 mol/m3 elsewhere; the 63 104 of chen2020 is a fit and no property of the crystal",
        Provenance.READ,
    ),
    "host.ocv.curve": Source(
        "sturm2019",
        "measured at low rate",
        _T,
        "within 20 mV of another public curve of this oxide up to x = 0.78",
        Provenance.SECONDARY,
    ),
    "host.ocv.entropy.curve": Source(
        "oregan2022",
        "published fit of two Gaussians, read in a parameter set and tabulated at 23 contents",
        _T,
        "cell with liquid electrolyte; counted by the content of that work",
        Provenance.READ,
    ),
    "host.diffusivity.d_0": Source(
        "ssbmech",
        "chemical diffusivity 1e-14 m2/s over the mean thermodynamic factor 7.6",
        _T,
        "chemical values run from 5e-13 (sturm2019, liquid electrolyte) to 4e-15 (chen2020) and "
        "3.8e-16 m2/s (NMC83 in a solid-state composite, miss2022)",
        Provenance.DERIVED,
    ),
    "host.diffusivity.activation_energy": Source(
        "sturm2019", "1200 K times the gas constant", None, "", Provenance.READ
    ),
    "host.swelling.curve": Source(
        "koerver2018",
        _DIFFRACTION,
        _T,
        "5.1 % between 3.0 and 4.3 V in kondrakov2017",
        Provenance.SECONDARY,
    ),
    "host.density": Source(
        "ssbmech",
        "c_max times 97.28 g/mol",
        _T,
        "4780 to 4950 kg/m3 in use",
        Provenance.DERIVED,
    ),
    **window_sources("4.24 to 3.56 V, 198 mAh/g"),
}


def nmc111() -> Material:
    """Return LiNi1/3Mn1/3Co1/3O2: shrinks by 1 % up to 4.2 V.

    The published open-circuit table counts from the most empty state of its experiment and not from
    the empty crystal; its scale t was moved to x = 0.30 + 0.70 t. So its full end stays, and 4.3 V
    fall on x = 0.35, where the volume agrees with the 1.2 % that were measured at that voltage.
    """
    published = (0.0, 0.102, 0.187, 0.289, 0.380, 0.543, 0.775, 0.872, 0.925, 0.957, 0.975)
    ocv = Curve(
        x=tuple(0.30 + 0.70 * t for t in published),
        y=(4.44, 4.23, 4.13, 4.025, 3.945, 3.835, 3.71, 3.62, 3.51, 3.30, 2.69),
    )
    swelling = volume_swelling(
        x=(0.243, 0.274, 0.328, 0.385, 0.444, 0.502, 0.629, 0.751, 0.867, 1.0),
        percent=(-2.02, -1.67, -1.24, -0.95, -0.75, -0.71, -0.58, -0.38, -0.19, 0.0),
    )
    host = Host(
        c_max=49_000 * mol_per_m3,
        ocv=TableOcv(ocv),
        diffusivity=ArrheniusDiffusivity(d_0=1.15e-15, activation_energy=5000 * J_per_mol),
        swelling=swelling,
        density=4.727 * g_per_cm3,
        x_empty=0.40,
        x_full=0.95,
    )
    return Material(
        "nmc111",
        Elastic(young=199 * GPa, poisson=0.25),
        host=host,
        thermal_expansion=12e-6,
        strength=_STRENGTH,
        sources=_NMC111_SOURCES,
    )


_NMC111_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source(
        "cheng2017", "hot-pressed polycrystal", _T, "read in a compilation", Provenance.SECONDARY
    ),
    "strength": _CRACKS,
    "solid.young": Source(
        "cheng2017",
        "measured on a hot-pressed polycrystal, with bulk modulus 132 and shear modulus 78 GPa",
        _T,
        "the 78 GPa that circulate as Young's modulus are the shear modulus",
        Provenance.READ,
    ),
    "solid.poisson": Source("cheng2017", "same measurement", None, "", Provenance.READ),
    "host.c_max": Source("tutorial_model", "full crystal", _T, "", Provenance.SECONDARY),
    "host.ocv.curve": Source(
        "tutorial_model",
        "table against a scale t of its own, moved to x = 0.30 + 0.70 t",
        _T,
        "the move makes 4.3 V agree with the volume in kondrakov2017; uncertain by 0.03 in x",
        Provenance.DERIVED,
    ),
    "host.diffusivity.d_0": Source(
        "battmo",
        "chemical diffusivity 1e-14 m2/s over the mean thermodynamic factor 8.7",
        _T,
        "liquid electrolyte; likely lower in a solid-state composite",
        Provenance.DERIVED,
    ),
    "host.diffusivity.activation_energy": Source(
        "battmo", "parameter set of NMC111", None, "", Provenance.READ
    ),
    "host.swelling.curve": Source(
        "koerver2018",
        _DIFFRACTION,
        _T,
        "1.2 % between 3.0 and 4.3 V in kondrakov2017",
        Provenance.SECONDARY,
    ),
    "host.density": Source("ssbmech", "c_max times 96.46 g/mol", _T, "", Provenance.DERIVED),
    **window_sources("4.18 to 3.50 V, 153 mAh/g"),
}


def lco() -> Material:
    """Return LiCoO2: swells by 2 % up to 4.07 V, where NMC shrinks; collapses above 4.2 V."""
    ocv = Curve(
        x=(0.43, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.90, 0.97, 0.98, 0.99),
        y=(4.30, 4.19, 4.128, 4.068, 4.018, 3.973, 3.939, 3.917, 3.896, 3.878, 3.819, 3.54),
    )
    # polynomial of ai2020, highest power first [V/K]
    powers = (
        *(-3.20392657, 14.5719049, -27.9047599, 29.1744564),
        *(-17.992018, 6.54799331, -1.30382445, 0.109667298),
    )
    contents = (0.43, 0.48, 0.53, 0.58, 0.63, 0.68, 0.73, 0.78, 0.83, 0.88, 0.93, 0.97, 0.99)
    entropy = TableEntropy(Curve(contents, tuple(float(np.polyval(powers, x)) for x in contents)))
    swelling = volume_swelling(
        x=(
            *(0.430, 0.461, 0.477, 0.500, 0.526, 0.551, 0.571, 0.600, 0.640, 0.684, 0.731, 0.775),
            *(0.821, 0.870, 0.910, 0.960, 1.0),
        ),
        percent=(
            *(-1.05, -0.10, 0.68, 1.25, 1.76, 1.98, 2.12, 2.19, 2.14, 1.93, 1.61, 1.27),
            *(0.95, 0.68, 0.41, 0.15, 0.0),
        ),
    )
    host = Host(
        c_max=51_500 * mol_per_m3,
        ocv=TableOcv(ocv, entropy),
        diffusivity=ArrheniusDiffusivity(d_0=9.9e-16, activation_energy=5000 * J_per_mol),
        swelling=swelling,
        density=5.04 * g_per_cm3,
        x_empty=0.50,
        x_full=0.97,
    )
    return Material(
        "lco",
        Elastic(young=191 * GPa, poisson=0.24),
        host=host,
        thermal_expansion=13e-6,
        strength=_STRENGTH,
        sources=_LCO_SOURCES,
    )


_LCO_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source("koerver2018", "value used there", _T, "", Provenance.SECONDARY),
    "strength": _CRACKS,
    "solid.young": Source(
        "koerver2018",
        "from the elastic constants listed there, with bulk modulus 122 and shear modulus 80 GPa",
        _T,
        "the 375 GPa of ai2020 are out of line with it",
        Provenance.SECONDARY,
    ),
    "solid.poisson": Source("koerver2018", "same list", None, "", Provenance.SECONDARY),
    "host.c_max": Source(
        "tutorial_model", "full crystal", _T, "up to 56 250 mol/m3 in use", Provenance.SECONDARY
    ),
    "host.ocv.curve": Source(
        "tutorial_model",
        "tabulated without a source of its own",
        _T,
        "at x = 0.5 it lies 26 mV above the curve of ai2020",
        Provenance.SECONDARY,
    ),
    "host.ocv.entropy.curve": Source(
        "ai2020",
        "published polynomial, read in a parameter set and tabulated at 13 contents",
        _T,
        "given there for x from 0.43 to 0.99",
        Provenance.READ,
    ),
    "host.diffusivity.d_0": Source(
        "ai2020",
        "chemical diffusivity 5.4e-15 m2/s over the mean thermodynamic factor 5.5",
        _T,
        "3.9e-15 m2/s in a solid-state composite (miss2022); 5e-13 elsewhere",
        Provenance.DERIVED,
    ),
    "host.diffusivity.activation_energy": Source(
        "ai2020", "parameter set of the pouch cell", None, "", Provenance.READ
    ),
    "host.swelling.curve": Source(
        "koerver2018",
        _DIFFRACTION,
        _T,
        "partial molar volume -1.15 cm3/mol from x = 1 to 0.64: swells on charge",
        Provenance.SECONDARY,
    ),
    "host.density": Source(
        "ssbmech",
        "c_max times 97.87 g/mol",
        _T,
        "5000 to 5050 kg/m3 in use",
        Provenance.DERIVED,
    ),
    **window_sources("4.19 to 3.88 V, 129 mAh/g"),
}
