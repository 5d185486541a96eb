# SPDX-License-Identifier: BSD-3-Clause
"""Silicon without pores, which swells to 3.8 times its volume and yields.

x = 1 is Li3.75Si. It is for bodies that move, `Body(..., moves=True)`; layers of powder densify
instead (`ssbmech.materials.porous_host`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.library.cathodes import window_sources
from ssbmech.library.silicon import FLOW, POTENTIAL, VOLUME, YOUNG
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.flowing_host import FlowingHost
from ssbmech.materials.host import ArrheniusDiffusivity, Host, TableOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import LogarithmicVolumeSwelling
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, MPa, g_per_cm3, mol_per_m3

_T: Final = ROOM_TEMPERATURE
_CONTENTS: Final = tuple(0.1 * k for k in range(11))


def dense_silicon() -> Material:
    """Return silicon that takes up 3.75 lithium, softens, and yields at 1.75 to 0.5 GPa."""
    law = ElasticViscoplastic(
        Elastic(young=YOUNG[0] * GPa, poisson=0.27),
        NortonFlow(rate=1e-4, stress=FLOW[0] * MPa, exponent=50.0, reference_temperature=_T),
    )
    solid = FlowingHost(
        law,
        modulus=Curve(_CONTENTS, tuple(1 - (1 - YOUNG[1] / YOUNG[0]) * x for x in _CONTENTS)),
        strength=Curve(_CONTENTS, tuple((FLOW[1] / FLOW[0]) ** x for x in _CONTENTS)),
    )
    host = Host(
        c_max=310_950 * mol_per_m3,
        ocv=TableOcv(POTENTIAL),
        diffusivity=ArrheniusDiffusivity(d_0=1e-16),
        swelling=LogarithmicVolumeSwelling(
            Curve((0.0, 0.5, 1.0), (0.0, VOLUME / 2, VOLUME)), allowed=VOLUME
        ),
        density=2.329 * g_per_cm3,
        x_empty=0.01,
        x_full=0.95,
    )
    return Material("silicon", solid, host=host, thermal_expansion=2.6e-6, sources=_SOURCES)


_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source("handbook", "crystal", _T, "", Provenance.MEMORY),
    "solid.law.elastic.young": Source(
        "berla2015",
        "amorphous silicon without lithium, in a digest",
        _T,
        "the biaxial modulus of films is 70 GPa at Li0.32Si and 35 GPa at Li3Si (sethuraman2010)",
        Provenance.SECONDARY,
    ),
    "solid.law.elastic.poisson": Source(
        "berla2015",
        "between 0.29 without lithium and 0.25 with all of it",
        None,
        "",
        Provenance.SECONDARY,
    ),
    "solid.law.flow.rate": Source(
        "ssbmech",
        "strain rate of the films at first flow, a charge of some hours",
        None,
        "1e-5 to 1e-3 1/s; a factor of ten is 5 % of stress",
        Provenance.GUESSED,
    ),
    "solid.law.flow.stress": Source(
        "sethuraman2010",
        "compression at which a film first flows as it takes up lithium, in the abstract",
        None,
        "",
        Provenance.READ,
    ),
    "solid.law.flow.exponent": Source(
        "berla2015",
        "above 20 in indentation, in a digest",
        None,
        "20 to 50: hardly any rate shows",
        Provenance.GUESSED,
    ),
    "solid.law.flow.activation_energy": Source(
        "ssbmech", "taken as none, for want of data", None, "0 to 50 kJ/mol", Provenance.GUESSED
    ),
    "solid.law.flow.reference_temperature": Source(
        "ssbmech", "room temperature", None, "", Provenance.DERIVED
    ),
    "solid.modulus": Source(
        "berla2015",
        "to 41 GPa of Li3.75Si, in a straight line, in a digest",
        _T,
        "Li12Si7 has 52 +- 8 GPa",
        Provenance.SECONDARY,
    ),
    "solid.strength": Source(
        "ssbmech",
        "to 500 MPa of Li3.75Si, in a straight line of the logarithm",
        None,
        "300 to 900 MPa",
        Provenance.GUESSED,
    ),
    "host.c_max": Source(
        "ssbmech", "3.75 lithium in 12.06 cm3/mol of silicon", _T, "", Provenance.DERIVED
    ),
    "host.ocv.curve": Source(
        "tutorial_model",
        "nine points of a charge",
        _T,
        "a discharge lies some 0.2 V higher: stress and kinetics",
        Provenance.SECONDARY,
    ),
    "host.diffusivity.d_0": Source(
        "ssbmech",
        "of the order of chemical diffusivities of films over the thermodynamic factor",
        _T,
        "1e-18 to 1e-14 m2/s",
        Provenance.GUESSED,
    ),
    "host.diffusivity.activation_energy": Source(
        "ssbmech", "taken as none, for want of data", None, "0 to 50 kJ/mol", Provenance.GUESSED
    ),
    "host.swelling.curve": Source(
        "berla2015",
        "280 % from crystalline silicon to Li3.75Si, nearly in proportion, in a digest",
        _T,
        "263 % from amorphous silicon, computed from first principles",
        Provenance.SECONDARY,
    ),
    "host.swelling.allowed": Source("ssbmech", "all of it", _T, "", Provenance.DERIVED),
    "host.density": Source("ssbmech", "28.09 g/mol in 12.06 cm3/mol", _T, "", Provenance.DERIVED),
    **window_sources("0.72 to 0.12 V, 3360 mAh/g"),
}
