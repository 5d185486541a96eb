# SPDX-License-Identifier: BSD-3-Clause
"""The publications behind the library, by the key that a `Source` carries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REFERENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ai2020": "W. Ai, L. Kraft, J. Sturm, A. Jossen and B. Wu, Electrochemical "
        "thermal-mechanical modelling of stress inhomogeneity in lithium-ion pouch cells, J. "
        "Electrochem. Soc. 167 (2020) 013512.",
        "anand2019": "L. Anand and S. Narayan, An elastic-viscoplastic model for lithium, "
        "J. Electrochem. Soc. 166 (2019) A1330.",
        "asheri2023": "A. Asheri et al., Data-driven multiscale simulation of solid-state "
        "batteries via machine learning, Comput. Mater. Sci. 226 (2023) 112186.",
        "battmo": "BattMo, the battery modelling toolbox, SINTEF; parameter set of NMC111.",
        "bertrand2021": "M. Bertrand, S. Rousselot, D. Ayme-Perrot and M. Dolle, Compatibility "
        "assessment of solid ceramic electrolytes and active materials based on thermal dilatation "
        "for the development of solid-state batteries, Mater. Adv. 2 (2021) 2989.",
        "bielefeld2022": "A. Bielefeld, D. A. Weber, R. Ruess, V. Glavas and J. Janek, Influence "
        "of lithium ion kinetics, particle morphology and voids on the electrochemical "
        "performance of composite cathodes for all-solid-state batteries, J. Electrochem. Soc. "
        "169 (2022) 020539.",
        "bpx": "Battery Parameter eXchange, the Faraday Institution; the file that was read names "
        "its own sources.",
        "buschmann2011": "H. Buschmann et al., Structure and dynamics of the fast lithium ion "
        "conductor Li7La3Zr2O12, Phys. Chem. Chem. Phys. 13 (2011) 19378.",
        "chen2020": "C.-H. Chen et al., Development of experimental techniques for "
        "parameterization of multi-scale lithium-ion battery models, J. Electrochem. Soc. 167 "
        "(2020) 080534.",
        "berla2015": "L. A. Berla, S. W. Lee, Y. Cui and W. D. Nix, Mechanical behavior of "
        "electrochemically lithiated silicon, J. Power Sources 273 (2015) 41.",
        "cheng2017": "E. J. Cheng et al., Mechanical and physical properties of "
        "LiNi0.33Mn0.33Co0.33O2 (NMC), J. Eur. Ceram. Soc. 37 (2017) 3213.",
        "chiku2012": "M. Chiku, W. Tsujiwaki, E. Higuchi and H. Inoue, Microelectrode studies on "
        "kinetics of charge transfer at an interface of Li metal and Li2S-P2S5 solid electrolytes, "
        "Electrochemistry 80 (2012) 740.",
        "cronk2026": "A. Cronk et al., Nat. Commun. 17 (2026) 3298.",
        "deng2016": "Z. Deng, Z. Wang, I.-H. Chu, J. Luo and S. P. Ong, Elastic properties of "
        "alkali superionic conductor electrolytes from first principles calculations, "
        "J. Electrochem. Soc. 163 (2016) A67.",
        "doux2020": "J.-M. Doux et al., Stack pressure considerations for room-temperature "
        "all-solid-state lithium metal batteries, Adv. Energy Mater. 10 (2020) 1903253.",
        "doux2020b": "J.-M. Doux et al., Pressure effects on sulfide electrolytes for all "
        "solid-state batteries, J. Mater. Chem. A 8 (2020) 5049.",
        "dynamics2025": "Morphology-dependent Li+ ion dynamics in X-ray amorphous and crystalline "
        "Li3PS4 prepared by solvent-assisted synthesis, Dalton Trans. (2025), "
        "doi 10.1039/D4DT02636E.",
        "eckhardt2023": "J. K. Eckhardt, T. Fuchs, S. Burkhardt, P. J. Klar, J. Janek and C. "
        "Heiliger, Guidelines for impedance analysis of parent metal anodes in solid-state "
        "batteries and the role of current constriction at interface voids, Adv. Mater. "
        "Interfaces 10 (2023) 2202354.",
        "handbook": "CRC Handbook of Chemistry and Physics; ASM Metals Handbook.",
        "johnson1985": "K. L. Johnson, Contact mechanics, Cambridge University Press (1985).",
        "kasemchainan2019": "J. Kasemchainan, S. Zekoll, D. Spencer Jolly, Z. Ning, G. O. Hartley, "
        "J. Marrow and P. G. Bruce, Critical stripping current leads to dendrite formation on "
        "plating in lithium anode solid electrolyte cells, Nat. Mater. 18 (2019) 1105.",
        "koerver2018": "R. Koerver et al., Chemo-mechanical expansion of lithium electrode "
        "materials - on the route to mechanically optimized all-solid-state batteries, Energy "
        "Environ. Sci. 11 (2018) 2142.",
        "kondrakov2017": "A. O. Kondrakov et al., Anisotropic lattice strain and mechanical "
        "degradation of high- and low-nickel NCM cathode materials for Li-ion batteries, "
        "J. Phys. Chem. C 121 (2017) 3286.",
        "krauskopf2019": "T. Krauskopf, H. Hartmann, W. G. Zeier and J. Janek, Toward a "
        "fundamental understanding of the lithium metal anode in solid-state batteries, "
        "ACS Appl. Mater. Interfaces 11 (2019) 14463.",
        "lee2020": "Y.-G. Lee et al., High-energy long-cycling all-solid-state lithium metal "
        "batteries enabled by silver-carbon composite anodes, Nat. Energy 5 (2020) 299.",
        "lepage2019": "W. S. LePage et al., Lithium mechanics: roles of strain rate and "
        "temperature and implications for lithium metal batteries, "
        "J. Electrochem. Soc. 166 (2019) A89.",
        "masias2019": "A. Masias, N. Felten, R. Garcia-Mendez, J. Wolfenstine and J. Sakamoto, "
        "Elastic, plastic, and creep mechanical properties of lithium metal, "
        "J. Mater. Sci. 54 (2019) 2585.",
        "mcgrogan2017": "F. P. McGrogan et al., Compliant yet brittle mechanical behavior of "
        "Li2S-P2S5 lithium-ion-conducting solid electrolyte, Adv. Energy Mater. 7 (2017) 1602011.",
        "miss2022": "V. Miss, A. Ramanayagam and B. Roling, Which exchange current densities can "
        "be achieved in composite cathodes of bulk-type all-solid-state batteries? A comparative "
        "case study, ACS Appl. Mater. Interfaces 14 (2022) 38246.",
        "ni2012": "J. E. Ni, E. D. Case, J. S. Sakamoto, E. Rangasamy and J. B. Wolfenstine, "
        "Room temperature elastic moduli and Vickers hardness of hot-pressed LLZO cubic garnet, "
        "J. Mater. Sci. 47 (2012) 7978.",
        "ning2023": "Z. Ning et al., Dendrite initiation and propagation in lithium metal "
        "solid-state batteries, Nature 618 (2023) 287.",
        "oregan2022": "K. O'Regan, F. Brosa Planella, W. D. Widanage and E. Kendrick, Thermal-"
        "electrochemical parameters of a high energy lithium-ion cylindrical battery, "
        "Electrochim. Acta 425 (2022) 140700.",
        "roy2021": "U. Roy, N. A. Fleck and V. S. Deshpande, Extreme Mech. Lett. (2021), on voids "
        "at the lithium electrode of a solid-state cell.",
        "sakuda2013": "A. Sakuda, A. Hayashi and M. Tatsumisago, Sulfide solid electrolyte with "
        "favorable mechanical property for all-solid-state lithium battery, "
        "Sci. Rep. 3 (2013) 2261.",
        "schweidler2018": "S. Schweidler et al., Volume changes of graphite anodes revisited: a "
        "combined operando X-ray diffraction and in situ pressure analysis study, "
        "J. Phys. Chem. C 122 (2018) 8829.",
        "sethuraman2010": "V. A. Sethuraman et al., "
        "In situ measurements of stress evolution in silicon thin films during electrochemical "
        "lithiation and delithiation, J. Power Sources 195 (2010) 5062.",
        "sharafi2017": "A. Sharafi et al., Surface chemistry mechanism of ultra-low interfacial "
        "resistance in the solid-state electrolyte Li7La3Zr2O12, Chem. Mater. 29 (2017) 7961.",
        "singh2022": "D. K. Singh, A. Henss, B. Mogwitz, A. Gautam, J. Horn, T. Krauskopf, S. "
        "Burkhardt, J. Sann, F. H. Richter and J. Janek, Li6PS5Cl microstructure and influence on "
        "dendrite growth in solid-state batteries with lithium metal anode, Cell Rep. Phys. Sci. "
        "3 (2022) 101043.",
        "srinivasan2023": "V. Srinivasan et al., Battery Materials Research Program, quarterly "
        "report, fourth quarter of 2023, US Department of Energy.",
        "ssbmech": "Choice of this library; the remark gives the reason.",
        "sturm2019": "J. Sturm et al., Modeling and simulation of inhomogeneities in a 18650 "
        "nickel-rich, silicon-graphite lithium-ion cell during fast charging, "
        "J. Power Sources 412 (2019) 204.",
        "tan2021": "D. H. S. Tan et al., Carbon-free high-loading silicon anodes enabled by "
        "sulfide solid electrolytes, Science 373 (2021) 1494.",
        "tutorial_model": "Material tables in the export of a widely distributed tutorial model "
        "of a lithium-ion cell; they name no source of their own.",
        "tran2016": "R. Tran et al., Surface energies of elemental crystals, Sci. Data 3 (2016) "
        "160080.",
        "wang2019": "M. J. Wang, R. Choudhury and J. Sakamoto, Characterizing the Li-solid-"
        "electrolyte interface dynamics as a function of stack pressure and current density, "
        "Joule 3 (2019) 2165.",
        "wang2020": "M. J. Wang, J.-Y. Chang, J. B. Wolfenstine and J. Sakamoto, Analysis of "
        "elastic, plastic, and creep properties of sodium metal and implications for solid-state "
        "batteries, Materialia 12 (2020) 100792.",
        "xu2017": "C. Xu, Z. Ahmad, A. Aryanfar, V. Viswanathan and J. R. Greer, Enhanced strength "
        "and temperature dependence of mechanical properties of Li at small scales and its "
        "implications for Li metal anodes, Proc. Natl. Acad. Sci. 114 (2017) 57.",
        "yao2024": "A. M. Yao and V. Viswanathan, Open-circuit voltage models should be "
        "thermodynamically consistent, J. Phys. Chem. Lett. 15 (2024) 1143; the charge curve of "
        "Li4Ti5O12 in its data set is that of J. Power Sources, doi "
        "10.1016/j.jpowsour.2006.11.024.",
        "yu2016": "S. Yu et al., Elastic properties of the solid electrolyte Li7La3Zr2O12 (LLZO), "
        "Chem. Mater. 28 (2016) 197.",
    }
)
