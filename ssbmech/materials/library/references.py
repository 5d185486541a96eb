# SPDX-License-Identifier: BSD-3-Clause
"""The publications behind the library, by the key that a `Source` carries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REFERENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "anand2019": "L. Anand and S. Narayan, An elastic-viscoplastic model for lithium, "
        "J. Electrochem. Soc. 166 (2019) A1330.",
        "buschmann2011": "H. Buschmann et al., Structure and dynamics of the fast lithium ion "
        "conductor Li7La3Zr2O12, Phys. Chem. Chem. Phys. 13 (2011) 19378.",
        "deng2016": "Z. Deng, Z. Wang, I.-H. Chu, J. Luo and S. P. Ong, Elastic properties of "
        "alkali superionic conductor electrolytes from first principles calculations, "
        "J. Electrochem. Soc. 163 (2016) A67.",
        "doux2020": "J.-M. Doux et al., Stack pressure considerations for room-temperature "
        "all-solid-state lithium metal batteries, Adv. Energy Mater. 10 (2020) 1903253.",
        "handbook": "CRC Handbook of Chemistry and Physics; ASM Metals Handbook.",
        "krauskopf2019": "T. Krauskopf, H. Hartmann, W. G. Zeier and J. Janek, Toward a "
        "fundamental understanding of the lithium metal anode in solid-state batteries, "
        "ACS Appl. Mater. Interfaces 11 (2019) 14463.",
        "lepage2019": "W. S. LePage et al., Lithium mechanics: roles of strain rate and "
        "temperature and implications for lithium metal batteries, "
        "J. Electrochem. Soc. 166 (2019) A89.",
        "masias2019": "A. Masias, N. Felten, R. Garcia-Mendez, J. Wolfenstine and J. Sakamoto, "
        "Elastic, plastic, and creep mechanical properties of lithium metal, "
        "J. Mater. Sci. 54 (2019) 2585.",
        "ni2012": "J. E. Ni, E. D. Case, J. S. Sakamoto, E. Rangasamy and J. B. Wolfenstine, "
        "Room temperature elastic moduli and Vickers hardness of hot-pressed LLZO cubic garnet, "
        "J. Mater. Sci. 47 (2012) 7978.",
        "ning2023": "Z. Ning et al., Dendrite initiation and propagation in lithium metal "
        "solid-state batteries, Nature 618 (2023) 287.",
        "roy2021": "U. Roy, N. A. Fleck and V. S. Deshpande, Extreme Mech. Lett. (2021), on voids "
        "at the lithium electrode of a solid-state cell.",
        "sharafi2017": "A. Sharafi et al., Surface chemistry mechanism of ultra-low interfacial "
        "resistance in the solid-state electrolyte Li7La3Zr2O12, Chem. Mater. 29 (2017) 7961.",
        "ssbmech": "Choice of this library; the remark gives the reason.",
        "yu2016": "S. Yu et al., Elastic properties of the solid electrolyte Li7La3Zr2O12 (LLZO), "
        "Chem. Mater. 28 (2016) 197.",
    }
)
