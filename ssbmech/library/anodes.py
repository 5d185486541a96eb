# SPDX-License-Identifier: BSD-3-Clause
"""Hosts of lithium for the negative electrode, which charge from empty towards full.

Volumes count from the empty host. Silicon is in `library.silicon` and `library.dense_silicon`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.library.cathodes import bumps, volume_swelling, window_sources
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, TableOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import NoSwelling
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, J_per_mol, g_per_cm3, mol_per_m3

_T: Final = ROOM_TEMPERATURE


def lto() -> Material:
    """Return Li4Ti5O12, which takes up three lithium at 1.55 V and keeps its volume."""
    ocv = Curve(
        x=(0.005, 0.02, 0.05, 0.10, 0.30, 0.54, 0.78, 0.89, 1.0),
        y=(2.30, 2.00, 1.70, 1.555, 1.5515, 1.5472, 1.543, 1.48, 1.18),
    )
    host = Host(
        c_max=22_852 * mol_per_m3,
        ocv=TableOcv(ocv),
        diffusivity=ArrheniusDiffusivity(d_0=5.6e-15),
        swelling=NoSwelling(),
        density=3.497 * g_per_cm3,
        x_empty=0.05,
        x_full=0.95,
    )
    return Material(
        "lto",
        Elastic(young=181 * GPa, poisson=0.25),
        host=host,
        thermal_expansion=11e-6,
        sources=_LTO_SOURCES,
    )


_LTO_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source(
        "handbook", "spinel oxide", _T, "9 to 12e-6 1/K", Provenance.MEMORY
    ),
    "solid.young": Source(
        "koerver2018",
        "from the elastic constants listed there, with bulk modulus 125 GPa",
        _T,
        "",
        Provenance.SECONDARY,
    ),
    "solid.poisson": Source("koerver2018", "same list", None, "", Provenance.SECONDARY),
    "host.c_max": Source(
        "tutorial_model", "three lithium per Li4Ti5O12", _T, "", Provenance.SECONDARY
    ),
    "host.ocv.curve": Source(
        "tutorial_model",
        "four points from x = 0.10; on the plateau between them two more on the straight line",
        _T,
        "the rise below x = 0.10 follows a charge curve that yao2024 carry, less 55 mV",
        Provenance.DERIVED,
    ),
    "host.diffusivity.d_0": Source(
        "tutorial_model",
        "chemical diffusivity 6.8e-15 m2/s over the mean thermodynamic factor 1.2",
        _T,
        "two phases coexist on the plateau: the law moves lithium there as a front would",
        Provenance.DERIVED,
    ),
    "host.diffusivity.activation_energy": Source(
        "ssbmech", "taken as none, for want of data", None, "", Provenance.MEMORY
    ),
    "host.density": Source(
        "ssbmech",
        "c_max / 3 times 459.1 g/mol",
        _T,
        "3400 kg/m3 in use",
        Provenance.DERIVED,
    ),
    **window_sources("plateau without its steep ends, 158 mAh/g"),
}


def graphite() -> Material:
    """Return graphite: swells by 13 % in two stages, with a pause between x = 0.35 and 0.59."""
    ocv = Curve(
        x=(
            *(0.035, 0.042, 0.05, 0.06, 0.08, 0.10, 0.12, 0.14, 0.16, 0.18, 0.21, 0.23, 0.25),
            *(0.27, 0.30, 0.34, 0.38, 0.45, 0.52, 0.57, 0.59, 0.605, 0.62, 0.64, 0.67, 0.72),
            *(0.80, 0.84, 0.87, 0.89, 0.90),
        ),
        y=(
            *(0.993, 0.805, 0.668, 0.577, 0.475, 0.406, 0.336, 0.281, 0.243, 0.2205, 0.216),
            *(0.212, 0.1945, 0.1797, 0.1622, 0.1471, 0.1376, 0.1334, 0.1323, 0.1297, 0.1264),
            *(0.1148, 0.1055, 0.0985, 0.0952, 0.0928, 0.0922, 0.0917, 0.0904, 0.0887, 0.0861),
        ),
    )
    entropy = bumps(
        (
            *(0.0, 0.02, 0.04, 0.055, 0.07, 0.083, 0.095, 0.11, 0.13, 0.15, 0.17, 0.20, 0.24),
            *(0.30, 0.5, 0.7, 0.95),
        ),
        (0.3561, 0.08309, 0.004616),
        line=(0.02914, -0.1112),
    )
    swelling = volume_swelling(
        x=(
            *(0.0, 0.063, 0.112, 0.180, 0.240, 0.291, 0.357, 0.419, 0.481, 0.543, 0.586, 0.611),
            *(0.644, 0.695, 0.741, 0.776, 0.823, 0.854, 0.883, 0.918, 0.949),
        ),
        percent=(
            *(0.0, 1.27, 2.52, 3.57, 4.45, 5.19, 5.67, 5.97, 6.10, 6.17, 6.31, 7.73),
            *(8.57, 9.45, 10.29, 10.90, 11.54, 12.15, 12.83, 13.0, 13.17),
        ),
    )
    host = Host(
        c_max=31_360 * mol_per_m3,
        ocv=TableOcv(ocv, entropy),
        diffusivity=ArrheniusDiffusivity(d_0=1.3e-14, activation_energy=5000 * J_per_mol),
        swelling=swelling,
        density=2.26 * g_per_cm3,
        x_empty=0.05,
        x_full=0.90,
    )
    return Material(
        "graphite",
        Elastic(young=15 * GPa, poisson=0.30),
        host=host,
        thermal_expansion=8e-6,
        sources=_GRAPHITE_SOURCES,
    )


_GRAPHITE_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source(
        "handbook",
        "mean over the directions of the crystal",
        _T,
        "-1e-6 1/K along the layers and 27e-6 1/K across them; 2 to 8e-6 1/K in bodies with pores",
        Provenance.MEMORY,
    ),
    "solid.young": Source(
        "ai2020",
        "parameter set of the pouch cell",
        _T,
        "15 to 32 GPa in use; single crystals are very anisotropic",
        Provenance.READ,
    ),
    "solid.poisson": Source("ai2020", "same set", None, "", Provenance.READ),
    "host.c_max": Source(
        "ssbmech",
        "LiC6 at the density of the crystal",
        _T,
        "28 700 (ai2020) to 33 133 mol/m3 (chen2020, fit) in use",
        Provenance.DERIVED,
    ),
    "host.ocv.curve": Source(
        "chen2020",
        "measured points, averaged over short intervals and thinned to 31",
        _T,
        "the electrode holds some silicon, seen above 0.2 V; the published fit is flat above "
        "x = 0.7, where the measured curve falls by 8 mV",
        Provenance.READ,
    ),
    "host.ocv.entropy.curve": Source(
        "oregan2022",
        "published fit of a line and a Gaussian, read in a parameter set and tabulated at 17 "
        "contents",
        _T,
        "electrode with some silicon, in liquid electrolyte",
        Provenance.READ,
    ),
    "host.diffusivity.d_0": Source(
        "ai2020",
        "chemical diffusivity 3.9e-14 m2/s over the mean thermodynamic factor 3.0",
        _T,
        "far lower along the layers' normal and where two stages coexist",
        Provenance.DERIVED,
    ),
    "host.diffusivity.activation_energy": Source(
        "ai2020", "parameter set of the pouch cell", None, "", Provenance.READ
    ),
    "host.swelling.curve": Source(
        "schweidler2018",
        "volume of the cell from X-ray diffraction, against the empty host; "
        "read in the export of a tutorial model; zero at x = 0 by definition",
        _T,
        "",
        Provenance.SECONDARY,
    ),
    "host.density": Source("handbook", "crystal", _T, "", Provenance.MEMORY),
    **window_sources("0.67 to 0.086 V, 316 mAh/g"),
}
