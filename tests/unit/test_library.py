# SPDX-License-Identifier: BSD-3-Clause
"""The material library: complete sources, sensible numbers, and the published check values."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from ssbmech import library
from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.library import MATERIALS, by_name, interfaces
from ssbmech.library.interfaces import INTERFACE_SOURCES, INTERFACES, exchange_current
from ssbmech.library.references import REFERENCES
from ssbmech.library.surfaces import SURFACE_SOURCES, SURFACES
from ssbmech.library.voids import CONTACT_SOURCES, PRESSED, VOID_SOURCES, VOIDS
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.parameter import Provenance, Source, describe
from ssbmech.units import mA_per_cm2, ohm_cm2, to_si

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]

# Secondary creep rates of Masias et al. 2019, tension at 26 degC: stress [MPa], rate [1/s]
MASIAS = np.array(
    [
        (0.200, 2.00e-7),
        (0.301, 4.95e-6),
        (0.396, 1.58e-5),
        (0.400, 1.34e-5),
        (0.400, 1.36e-5),
        (0.400, 1.72e-5),
        (0.600, 3.89e-4),
    ]
)

# Where a number may lie whatever its source, in SI: a slip by a power of ten falls outside
PLAUSIBLE = {
    "Young's modulus": (5e9, 2.1e11),
    "Poisson's ratio": (0.2, 0.45),
    "ionic conductivity": (0.01, 1.0),
    "activation energy": (25e3, 50e3),
    "activation energy Q": (31e3, 43e3),
    "creep rate at the reference stress": (5e-4, 1e-2),
    "reference stress": (1e6, 1e6),
    "stress exponent n": (6.0, 6.7),
    "volume of metal per mole of charge carrier": (12.9e-6, 13.1e-6),
    "exchange current density": (0.1, 1e4),
    "area resistance of a film": (0.0, 0.1),
    "lithium in the full host": (2e4, 5.7e4),
    "density of the crystal": (2.2e3, 5.1e3),
    "self-diffusivity at the reference temperature": (1e-16, 1e-13),
    "activation energy of diffusion": (0.0, 12e3),
    "activation energy of the charge-transfer resistance": (15e3, 60e3),
    "activation energy of the film's resistance": (15e3, 60e3),
    "thermal expansion": (5e-6, 60e-6),
    "melting point": (453.0, 454.0),
    "fracture toughness": (0.2e6, 3.1e6),
    "size of the typical flaw": (1e-6, 1e-4),
    "Weibull modulus of the strength": (5.0, 20.0),
}

HOSTS = ["nmc811", "nmc111", "lco", "lto", "graphite"]

# Chemical diffusivity of each host from which that of the library was derived [m2/s]
CHEMICAL = {
    "nmc811": 1e-14,
    "nmc111": 1e-14,
    "lco": 5.4e-15,
    "lto": 6.8e-15,
    "graphite": 3.9e-14,
}

# Lithium per mass of the host that takes up one mole of it [kg/mol]
MOLAR_MASS = {
    "nmc811": 0.09728,
    "nmc111": 0.09646,
    "lco": 0.09787,
    "lto": 0.45909 / 3,
    "graphite": 0.07207,
}


def norton_rate(law, stress, temperature):
    """Return the creep rate of the power law from its numbers alone [1/s]."""
    shift = 1 / temperature - 1 / law.reference_temperature
    arrhenius = np.exp(-law.activation_energy / GAS_CONSTANT * shift)
    return law.rate * arrhenius * (stress / law.stress) ** law.exponent


def anand_factor(law, temperature):
    """Return A exp(-Q/RT) [1/s]."""
    return law.rate * np.exp(-law.activation_energy / (GAS_CONSTANT * temperature))


def anand_stress(law, rate, temperature):
    """Return the uniaxial flow stress at first and when the resistance has saturated [MPa]."""
    relative = rate / anand_factor(law, temperature)
    speed = relative**law.rate_sensitivity / 1e6
    saturated = law.resistance_saturation * relative**law.saturation_exponent
    return law.resistance_initial * speed, saturated * speed


@pytest.mark.parametrize("name", MATERIALS)
def test_a_material_carries_its_name_and_a_source_for_every_number(name):
    material = by_name(name)
    assert material.name == name
    assert material.unsourced() == ()
    assert all(source.key in REFERENCES for source in material.sources.values())


@pytest.mark.parametrize("name", INTERFACES)
def test_an_interface_law_has_a_source_for_every_number(name):
    numbers = {row["name"] for row in describe(INTERFACES[name]()) if row["unit"]}
    assert numbers == set(INTERFACE_SOURCES[name])
    assert all(source.key in REFERENCES for source in INTERFACE_SOURCES[name].values())


@pytest.mark.parametrize("name", VOIDS)
def test_a_law_of_hidden_voids_has_a_source_for_every_number(name):
    numbers = {row["name"] for row in describe(VOIDS[name]()) if row["unit"]}
    assert numbers == set(VOID_SOURCES[name])
    assert all(source.key in REFERENCES for source in VOID_SOURCES[name].values())
    # what was fitted or guessed says so, with a range
    for source in VOID_SOURCES[name].values():
        if source.provenance in (Provenance.CALIBRATED, Provenance.GUESSED):
            assert source.note, source


@pytest.mark.parametrize("name", SURFACES)
def test_a_bare_surface_has_a_source_for_every_number(name):
    law = SURFACES[name]()
    numbers = {row["name"] for row in describe(law) if row["unit"]}
    assert numbers == set(SURFACE_SOURCES[name]) == set(law.sources)
    assert all(source.key in REFERENCES for source in law.sources.values())
    guessed = [s for s in law.sources.values() if s.provenance is Provenance.GUESSED]
    assert all(source.note for source in guessed)


@pytest.mark.parametrize("name", PRESSED)
def test_a_contact_that_remembers_has_a_source_for_every_number(name):
    kinetics, contact = PRESSED[name]()
    for law, sources in ((kinetics, kinetics.sources), (contact, CONTACT_SOURCES[name])):
        assert {row["name"] for row in describe(law) if row["unit"]} == set(sources)
        assert all(source.key in REFERENCES for source in sources.values())


def test_a_number_that_depends_on_temperature_names_it():
    independent = {"1", "J/mol"}
    for name in MATERIALS:
        material = by_name(name)
        for row in describe(material):
            melting = row["name"] in ("melting_point", "freezing_point")
            of_flow_or_melting = "flow" in row["name"] or melting
            if row["unit"] and row["unit"] not in independent and not of_flow_or_melting:
                temperature = material.sources[row["name"]].temperature_K
                # a molten metal is known where it melts
                highest = 400 if material.freezing_point is None else 500
                assert 270 < temperature < highest, (name, row["name"])


OF_LIQUID = {
    "Young's modulus": (1e8, 1e9),
    "Poisson's ratio": (0.48, 0.5),
    "activation energy Q": (0.0, 0.0),
    "creep rate at the reference stress": (1e-4, 1e-3),
    "reference stress": (1e3, 1e3),
    "stress exponent n": (1.0, 1.0),
    "volume of metal per mole of charge carrier": (13.3e-6, 25e-6),
    "thermal expansion": (50e-6, 90e-6),
    "freezing point": (370.0, 454.0),
}

OF_SODIUM = {
    "Young's modulus": (4e9, 5e9),
    "activation energy Q": (20e3, 30e3),
    "creep rate at the reference stress": (0.1, 1.0),
    "stress exponent n": (4.9, 6.2),
    "volume of metal per mole of charge carrier": (23.5e-6, 24e-6),
    "thermal expansion": (65e-6, 75e-6),
    "melting point": (370.0, 372.0),
}
OF_SILICON = {
    "activation energy Q": (0.0, 0.0),
    "creep rate at the reference stress": (1e-5, 1e-3),
    "reference stress": (1e9, 2e9),
    "stress exponent n": (20.0, 50.0),
    "lithium in the full host": (3.0e5, 3.2e5),
    "self-diffusivity at the reference temperature": (1e-18, 1e-14),
    "thermal expansion": (2e-6, 4e-6),
}
OF_INDIUM = {
    "activation energy Q": (0.0, 0.0),
    "reference stress": (1e6, 3e6),
    "lithium in the full host": (5.5e4, 5.6e4),
    "density of the crystal": (7.2e3, 7.4e3),
    "self-diffusivity at the reference temperature": (1e-14, 1e-10),
}
OF_POWDER = {
    "lithium in the full host": (1.8e5, 1.9e5),
    "density of the crystal": (1.3e3, 1.5e3),
    "self-diffusivity at the reference temperature": (1e-9, 1e-9),
    "thermal expansion": (2e-6, 4e-6),
}
OTHERWISE = {
    "sodium": OF_SODIUM,
    "liquid": OF_LIQUID,
    "silicon": OF_SILICON,
    "indium": OF_INDIUM,
    "micro": OF_POWDER,
}
#: Hosts without pores that swell far.
DENSE = ["silicon", "indium"]


@pytest.mark.parametrize("name", [*MATERIALS, *INTERFACES])
def test_numbers_are_plausible_and_within_the_bounds_of_their_law(name):
    instance = (MATERIALS | INTERFACES)[name]()
    numbers = [row for row in describe(instance) if isinstance(row["value"], float)]
    for row in numbers:
        # an interface of sodium is none of the metal
        own = {} if "|" in name else OTHERWISE.get(name.partition("_")[0], {})
        expected = PLAUSIBLE | own
        low, high = expected.get(row["doc"], (row["low"], row["high"]))
        assert low is None or row["value"] >= low, row
        assert high is None or row["value"] <= high, row


def test_every_call_returns_an_equal_and_unshared_result():
    assert by_name("llzo") == by_name("llzo")
    assert by_name("lithium_masias2019") != by_name("lithium_lepage2019")
    assert len({by_name(name) for name in MATERIALS}) == len(MATERIALS)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ParameterError) as caught:
        by_name("lithium")
    assert '"lithium"' in str(caught.value)
    assert all(name in str(caught.value) for name in MATERIALS)


def test_roles_of_the_substances():
    conductors = [name for name in MATERIALS if by_name(name).conductor]
    assert conductors == [
        *("li6ps5cl", "li3ps4", "llzo", "nasicon", "beta_alumina"),
        *("glass_75li2s_25p2s5", "li6ps5cl_pressed"),
    ]
    metals = [name for name in MATERIALS if by_name(name).metal]
    assert metals == [
        name for name in MATERIALS if name.startswith(("lithium_", "sodium_", "liquid"))
    ]
    # silicon is a layer as pressed, with its pores, too
    assert [n for n in MATERIALS if by_name(n).host] == [*HOSTS, "micro_silicon", *DENSE]


def test_a_source_for_a_number_that_is_not_there_is_refused():
    with pytest.raises(ParameterError, match=r"solid\.yuong.*solid\.young, solid\.poisson"):
        Material("x", Elastic(1e9, 0.3), sources={"solid.yuong": Source("a", "b")})
    with pytest.raises(ParameterError, match="not empty"):
        Material("", Elastic(1e9, 0.3))
    assert Material("x", Elastic(1e9, 0.3)).unsourced() == ("solid.young", "solid.poisson")


def test_masias_law_is_the_fit_of_the_measured_rates():
    law = by_name("lithium_masias2019").solid.flow
    exponent, intercept = np.polyfit(*np.log(MASIAS).T, 1)
    assert law.exponent == pytest.approx(exponent, abs=0.01)
    assert law.rate == pytest.approx(np.exp(intercept), rel=0.01)
    stress, rate = MASIAS.T
    ratio = norton_rate(law, stress * 1e6, 299.15) / rate
    assert np.all((ratio > 1 / 1.75) & (ratio < 1.75))


@pytest.mark.parametrize(
    ("stress", "rates"),
    [
        (0.2e6, (2.3e-8, 1.1e-7, 2.4e-7)),
        (0.4e6, (2.2e-6, 1.0e-5, 2.2e-5)),
        (0.6e6, (3.1e-5, 1.5e-4, 3.2e-4)),
        (0.8e6, (2.0e-4, 9.7e-4, 2.1e-3)),
        (1.0e6, (8.8e-4, 4.2e-3, 9.0e-3)),
    ],
)
def test_lepage_rates_at_three_temperatures(stress, rates):
    law = by_name("lithium_lepage2019").solid.flow
    temperatures = np.array([298.15, 333.15, 353.15])
    # The table shows two digits
    assert norton_rate(law, stress, temperatures) == pytest.approx(rates, rel=0.05)


@pytest.mark.parametrize(
    ("temperature", "factor", "slow", "fast"),
    [
        (298.15, 0.0140, (0.378, 0.585), (0.754, 1.470)),
        (333.15, 0.0672, (0.299, 0.428), (0.596, 1.074)),
        (353.15, 0.143, (0.267, 0.368), (0.532, 0.923)),
        (373.15, 0.281, (0.241, 0.321), (0.481, 0.807)),
    ],
)
def test_anand_narayan_flow_stresses(temperature, factor, slow, fast):
    law = by_name("lithium_anand_narayan2019").solid.flow
    assert anand_factor(law, temperature) == pytest.approx(factor, rel=4e-3)
    assert anand_stress(law, 3e-5, temperature) == pytest.approx(slow, abs=6e-4)
    assert anand_stress(law, 3e-3, temperature) == pytest.approx(fast, abs=6e-4)


def test_the_three_sets_compare_as_documented():
    rates = [
        norton_rate(by_name(name).solid.flow, 0.4e6, ROOM_TEMPERATURE)
        for name in ("lithium_masias2019", "lithium_lepage2019")
    ]
    law = by_name("lithium_anand_narayan2019").solid.flow
    exponent = 1 / (law.rate_sensitivity + law.saturation_exponent)
    assert exponent == pytest.approx(5.0)
    steady = anand_factor(law, ROOM_TEMPERATURE)
    steady *= (0.4e6 / law.resistance_saturation) ** exponent
    assert [*rates, steady] == pytest.approx([1.8e-5, 2.2e-6, 4.5e-6], rel=0.02)
    assert 7 < rates[0] / rates[1] < 9
    # The scatter of the three tests at 0.4 MPa is a tenth
    assert MASIAS[3:6, 1].mean() / steady == pytest.approx(3.4, rel=0.1)


def test_lithium_thickness_and_recession():
    metal = by_name("lithium_masias2019").metal
    charge, current = 36000.0, to_si(1 * mA_per_cm2, "A/m2", "current")
    assert metal.molar_volume / FARADAY * charge == pytest.approx(4.85e-6, rel=1e-3)
    assert metal.molar_volume / FARADAY * current == pytest.approx(1.347e-9, rel=1e-3)
    assert metal.molar_volume / FARADAY * 1e6 == pytest.approx(0.135e-3, rel=5e-3)
    gas = GAS_CONSTANT * ROOM_TEMPERATURE
    assert gas / metal.molar_volume == pytest.approx(191e6, rel=2e-3)


@pytest.mark.parametrize(
    ("name", "total"),
    [("lithium|li6ps5cl", 8), ("lithium|llzo", 2), ("lithium|llzo_contaminated", 400.1)],
)
def test_interface_laws_give_the_measured_resistance(name, total):
    law = INTERFACES[name]()
    transfer = GAS_CONSTANT * ROOM_TEMPERATURE / (FARADAY * law.i_0)
    expected = to_si(total * ohm_cm2, "ohm m2", "resistance")
    assert transfer + law.film_resistance == pytest.approx(expected)


@pytest.mark.parametrize("name", HOSTS)
def test_contents_come_back_from_their_potentials(name):
    host = by_name(name).host
    for x in np.linspace(host.x_empty, host.x_full, 23):
        u = host.ocv.voltage(x, ROOM_TEMPERATURE)
        assert host.content_at(u, ROOM_TEMPERATURE) == pytest.approx(x, abs=1e-10)


@pytest.mark.parametrize("name", HOSTS)
def test_self_diffusivities_follow_from_chemical_ones(name):
    host = by_name(name).host
    x = np.linspace(host.x_empty, host.x_full, 4001)
    potential = host.ocv.curve.numeric(x)
    slope = np.gradient(potential, x)
    factor = -FARADAY * x * (1 - x) / (GAS_CONSTANT * ROOM_TEMPERATURE) * slope
    assert np.all(factor > 0.03)
    # The sources state the mean factor with two digits
    assert host.diffusivity.d_0 * factor.mean() == pytest.approx(CHEMICAL[name], rel=0.03, abs=0.0)


@pytest.mark.parametrize("name", HOSTS)
def test_density_and_sites_of_a_host_agree_with_its_formula(name):
    host = by_name(name).host
    assert host.density == pytest.approx(host.c_max * MOLAR_MASS[name], rel=2e-3)


def test_capacities_of_the_windows_of_use():
    milliampere_hours = [by_name(name).host.specific_capacity / 3600 for name in HOSTS]
    assert milliampere_hours == pytest.approx([198, 153, 129, 158, 316], abs=0.6)


def volume(name, x):
    """Return the relative volume change of a host."""
    return by_name(name).host.swelling.curve.numeric(x)


@pytest.mark.parametrize(
    ("interval", "omega"),
    [
        ((0.579, 1.0), 0.39),
        ((0.460, 0.888), 0.62),
        ((0.336, 0.579), 1.05),
        ((0.213, 0.336), 4.40),
        ((0.151, 0.275), 5.49),
    ],
)
def test_molar_volume_of_lithium_in_nmc811(interval, omega):
    x = np.array(interval)
    per_mole = np.diff(volume("nmc811", x)) / np.diff(x) / by_name("nmc811").host.c_max
    # The table shows two or three digits
    assert per_mole[0] * 1e6 == pytest.approx(omega, rel=0.02)


def test_cathodes_shrink_on_charge_but_for_lco_which_swells():
    for name, at_voltage, low, high in (
        ("nmc811", 4.25, -0.05, -0.04),
        # 1.2 % between 3.0 and 4.3 V, which is where the scale of its potential comes from
        ("nmc111", 4.30, -0.013, -0.011),
        ("lco", 4.07, 0.021, 0.022),
    ):
        x = by_name(name).host.content_at(at_voltage, ROOM_TEMPERATURE)
        assert low < volume(name, x) < high
        assert abs(volume(name, 1.0)) <= 1e-15
    per_mole = (volume("lco", 1.0) - volume("lco", 0.64)) / 0.36 / by_name("lco").host.c_max
    assert per_mole == pytest.approx(-1.15e-6, rel=0.01)


def test_anodes_of_the_library_swell_by_nothing_and_by_a_seventh():
    assert [row["value"] for row in describe(by_name("lto").host) if row["name"] == "swelling"] == [
        "NoSwelling"
    ]
    assert abs(volume("graphite", 0.0)) <= 1e-15
    assert volume("graphite", 0.949) == pytest.approx(0.1317)


def test_silicon_holds_what_its_formula_says():
    """All of its sites are 3579 mAh/g, and swell by 9.0 cm3 per mole of lithium."""
    host = by_name("silicon").host
    whole = host.specific_capacity / (host.x_full - host.x_empty) / 3600
    assert whole == pytest.approx(3579, rel=1e-3)
    assert volume("silicon", 1.0) / host.c_max == pytest.approx(9.0e-6, rel=1e-2)


def test_indium_grows_as_thick_for_a_charge_as_silicon():
    """3.38 um per mAh/cm2, and by 50.2 % until it is InLi0.87."""
    host = by_name("indium").host
    grown = volume("indium", 1.0) / (FARADAY * host.c_max) * 36e3
    assert grown == pytest.approx(3.38e-6, rel=2e-2)
    assert host.c_max * 15.71e-6 == pytest.approx(0.87, rel=1e-3)


def test_graphite_follows_the_published_fit_where_that_is_not_flat():
    x = np.linspace(0.06, 0.9, 200)
    fit = (
        1.9793 * np.exp(-39.3631 * x)
        + 0.2482
        - 0.0909 * np.tanh(29.8538 * (x - 0.1234))
        - 0.04478 * np.tanh(14.9159 * (x - 0.2769))
        - 0.0205 * np.tanh(30.4444 * (x - 0.6103))
    )
    assert by_name("graphite").host.ocv.curve.numeric(x) == pytest.approx(fit, abs=0.015)


def test_exchange_current_refuses_a_wrong_kind_of_unit():
    with pytest.raises(ParameterError, match="charge-transfer resistance"):
        exchange_current(5 * mA_per_cm2)


def test_numbers_from_memory_are_few_and_marked():
    remembered = {
        f"{name}: {path}"
        for name in MATERIALS
        for path, source in by_name(name).sources.items()
        if source.provenance is Provenance.MEMORY
    }
    assert remembered == {
        "lithium_lepage2019: solid.flow.rate",
        "llzo: conductor.activation_energy",
        "copper: solid.young",
        "copper: solid.poisson",
        "stainless_steel: solid.young",
        "stainless_steel: solid.poisson",
        "aluminium: solid.young",
        "aluminium: solid.poisson",
        "lto: host.diffusivity.activation_energy",
        "graphite: host.density",
        # handbook values
        *(f"{name}: melting_point" for name in MATERIALS if by_name(name).melting_point),
        *(
            f"{name}: {path}"
            for name in ("liquid_lithium", "liquid_sodium")
            for path in (
                *("solid.elastic.young", "solid.elastic.poisson", "metal.molar_volume"),
                "freezing_point",
            )
        ),
        *(
            f"beta_alumina: {path}"
            for path in (
                *("solid.young", "solid.poisson", "conductor.conductivity", "strength"),
                *("thermal_expansion", "fracture.toughness"),
            )
        ),
        *(f"{name}: thermal_expansion" for name in MATERIALS if by_name(name).metal),
        *(f"{name}: thermal_expansion" for name in ("copper", "aluminium", "stainless_steel")),
        *(
            f"{name}: thermal_expansion"
            for name in ("llzo", "lto", "graphite", "micro_silicon", *DENSE)
        ),
        # of a paper that could not be read
        "micro_silicon: solid.law.density",
        "micro_silicon: host.density",
    }


def test_the_page_of_the_library_is_in_step():
    script = ROOT / "docs" / "make_materials.py"
    spec = importlib.util.spec_from_file_location("make_materials", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "docs" / "guide" / "materials.md").read_text(encoding="utf-8")
    assert written == module.page(), "run: python docs/make_materials.py"


def test_everything_in_the_library_expands_when_heated():
    assert all(by_name(name).thermal_expansion > 0.0 for name in MATERIALS)


@pytest.mark.parametrize("name", ["lithium|li6ps5cl", "lithium_lepage2019|li6ps5cl"])
def test_interfaces_are_found_by_the_names_of_materials(name):
    assert interfaces.by_name(name) == interfaces.lithium_li6ps5cl()


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("nmc811|llzo_doped", "nmc811|li6ps5cl, nmc811|li3ps4;"),
        ("graphite|li6ps5cl", "lithium|li6ps5cl, nmc811|li6ps5cl, nmc111|li6ps5cl;"),
        ("nothing", "lithium|li6ps5cl, lithium|llzo, lithium|llzo_contaminated, sodium"),
    ],
)
def test_a_missing_interface_tells_what_there_is(name, there):
    with pytest.raises(ParameterError, match=re.escape(f"expected one of {there}")):
        interfaces.by_name(name)


def test_sets_of_numbers_of_one_metal():
    assert library.named("lithium") == tuple(n for n in library.MATERIALS if n.startswith("lith"))
    assert library.named("lead") == ()
