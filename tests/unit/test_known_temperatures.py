# SPDX-License-Identifier: BSD-3-Clause
"""Numbers that are known at one temperature and used at another: who is warned of which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import INTERFACES
from ssbmech.library.interlayers import silver_carbon
from ssbmech.materials.host import TableOcv
from ssbmech.materials.material import Material
from ssbmech.model.checks import case_warnings
from ssbmech.parameter import Source
from ssbmech.units import celsius
from tests.elastic_cell import COUNTER, METAL, WORKING, symmetric_cell
from tests.heated import Heated
from tests.moving import moving_cell

pytestmark = pytest.mark.serial

WARM = ssb.Under(ssb.Rest(100.0), celsius(60))


def cell(kinetics: Any, metal: Material = METAL, **changes: Any) -> ssb.Case:
    """Return a cell with the same law on both sides."""
    case = symmetric_cell(**changes)
    return replace(
        case,
        interfaces=tuple(ssb.Interface(name, kinetics=kinetics) for name in (WORKING, COUNTER)),
        bodies=(ssb.Body.single("negative", metal), *case.bodies[1:]),
    )


@pytest.mark.parametrize("name", INTERFACES)
def test_a_library_law_warns_where_it_has_no_activation_energy(name: str) -> None:
    law = INTERFACES[name]()
    if law.needs_host:
        law = replace(law, sites=ssb.ButlerVolmer(i_0=1.0).sites)
    told = case_warnings(cell(law, temperature=celsius(60)))
    lonely = [
        number
        for number, energy in (
            ("i_0", law.activation_energy),
            ("film_resistance", law.film_activation_energy),
        )
        if getattr(law, number) and energy is None
    ]
    assert len(told) == len(lonely) <= 1
    for number, text in zip(lonely, told, strict=True):
        assert text == (
            f"interface '{WORKING}': {number} of this ButlerVolmer: known at 298.15 K alone, but "
            "the case goes to 333.15 K: give the law an activation energy, or numbers that were "
            "measured there"
        )
    assert case_warnings(cell(law)) == []


def test_the_whole_protocol_counts_and_a_few_kelvin_do_not() -> None:
    law = INTERFACES["lco|li3ps4"]()
    law = replace(law, sites=ssb.ButlerVolmer(i_0=1.0).sites)
    assert case_warnings(cell(law, temperature=celsius(29))) == []
    (told,) = case_warnings(cell(law, protocol=(ssb.Preload(1.0), WARM)))
    assert "the case goes from 298.15 K to 333.15 K" in told
    cold = Heated(ssb.Rest(100.0), lambda t: 298.15 - 0.5 * t)
    (told,) = case_warnings(cell(law, protocol=(ssb.Preload(1.0), cold)))
    assert "from 248.15 K to 298.15 K" in told
    # the range of a law is held against the protocol too
    lithium = library.by_name("lithium_lepage2019")
    hot = ssb.Under(ssb.Rest(10.0, name="bake"), celsius(90))
    told = case_warnings(cell(ssb.ButlerVolmer(i_0=1.0), lithium, protocol=(ssb.Preload(1.0), hot)))
    assert "known from 198 K to 348 K, but step 'bake' is at 363.15 K" in told[0]


def test_potentials_and_rates_have_a_sentence_each_and_the_rest_has_one() -> None:
    """An entropy or an activation energy makes the warning go."""
    nmc = library.by_name("nmc811")
    plain = TableOcv(nmc.host.ocv.curve)
    sources = {p: s for p, s in nmc.sources.items() if "entropy" not in p}
    bare = replace(nmc, host=replace(nmc.host, ocv=plain), sources=sources)

    def told(material: Material) -> list[str]:
        case = cell(ssb.ButlerVolmer(i_0=1.0), temperature=celsius(60))
        return case_warnings(
            replace(case, bodies=(ssb.Body.single("negative", material, 0.5), *case.bodies[1:]))
        )

    rest = "material 'nmc811': strength, solid.young, host.swelling.curve"
    assert [text.rpartition("alone: ")[2] for text in told(nmc)] == [rest]
    first, last = told(bare)
    assert first.startswith("material 'nmc811': host.ocv.curve of this TableOcv: known at 298.15 K")
    assert "give the law an entropy" in first
    assert last.endswith(rest)
    still = replace(nmc.host.diffusivity, activation_energy=0.0)
    first, _ = told(replace(nmc, host=replace(nmc.host, diffusivity=still)))
    assert first.startswith("material 'nmc811': host.diffusivity.d_0 of this ArrheniusDiffusivity")


def test_numbers_of_ones_own_without_a_source_are_not_told_of() -> None:
    assert case_warnings(cell(ssb.ButlerVolmer(i_0=1.0), temperature=celsius(60))) == []
    stated = ssb.LinearKinetics(1e-3, sources={"resistance": Source("own", "measured", 333.15)})
    assert len(case_warnings(cell(stated))) == 1
    assert case_warnings(cell(stated, temperature=celsius(58))) == []


def test_numbers_of_an_interlayer_are_told_of_by_the_names_of_its_stores() -> None:
    """Its ways of lithium have activation energies, its potentials no entropy."""
    case = moving_cell(1e-6, temperature=celsius(60))
    metal = replace(case.bodies[0], exhaustion=ssb.Exhaustion(film=1e-6))
    first, other = case.interfaces

    def told(layer: ssb.PorousInterlayer) -> str:
        interfaces = (replace(first, interlayer=layer), other)
        changed = replace(case, bodies=(metal, *case.bodies[1:]), interfaces=interfaces)
        return "\n".join(case_warnings(changed))

    found = told(silver_carbon())
    for store in ("silver", "carbon"):
        assert f"interface '{WORKING}': stores[{store}].ocv.curve of this TableOcv" in found
        assert f"stores[{store}].charge" in found
    assert "stores[pores].first_entry" in found
    assert "path.resistance" not in found
    bare = ssb.LayerPath(25e-4)
    cold = told(replace(silver_carbon(), behind=bare))
    assert f"interface '{WORKING}': behind.resistance of this LayerPath: known at 298.15 K" in cold
    assert "give the law an activation energy" in cold
    # a layer of one's own has no sources
    assert "interface" not in told(replace(silver_carbon(), sources={}))
