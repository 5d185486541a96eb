# SPDX-License-Identifier: BSD-3-Clause
"""Hosts of lithium: potentials, free strains and diffusivities against closed forms."""

from __future__ import annotations

import math

import basix.ufl
import numpy as np
import pytest
import ufl
from dolfinx import fem

from ssbmech import library
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import ParameterError
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.entropy import ConstantEntropy, TableEntropy
from ssbmech.materials.host import (
    ArrheniusDiffusivity,
    Host,
    IdealOcv,
    TableDiffusivity,
    TableOcv,
    number,
)
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import (
    ConstantMolarVolume,
    LayeredSwelling,
    LinearVolumeSwelling,
    NoSwelling,
    VolumeSwelling,
)
from ssbmech.model.conditions import symbolic
from ssbmech.parameter import describe
from ssbmech.units import K, celsius, cm3_per_mol, g_per_cm3, kJ_per_mol, mV
from tests.pointwise import entries, evaluate, rate

pytestmark = pytest.mark.serial

T = 310.0
X = np.array([-0.2, 0.0, 1e-5, 1e-4, 0.013, 0.2, 0.37, 0.5, 0.6, 0.9, 0.9999, 1.0, 1.3])
INSIDE = slice(4, 10)

OCV = TableOcv(Curve((0.1, 0.3, 0.6, 1.0), (4.3, 4.0, 3.7, 3.0)))
VOLUME = VolumeSwelling(Curve((0.2, 0.4, 0.7, 1.0), (-0.05, -0.02, 0.01, 0.0)))
AXIS = np.array([2.0, -3.0, 6.0]) / 7


def host(**changes):
    """Return a host with round numbers."""
    values = {
        "c_max": 5e4,
        "ocv": OCV,
        "diffusivity": ArrheniusDiffusivity(1e-15),
        "swelling": VOLUME,
        "density": 5 * g_per_cm3,
        "x_empty": 0.25,
        "x_full": 0.95,
    }
    return Host(**(values | changes))


def axis_on(mesh):
    return fem.Constant(mesh, AXIS)


def test_the_tabulated_potential_is_its_curve():
    def build(x, mesh):
        u = symbolic(OCV, mesh).u_eq(x, T)
        return [u, rate(u, x), OCV.curve.slope(x)]

    u, newton, slope = evaluate(build, X).T
    assert u == pytest.approx(OCV.curve.numeric(X), rel=1e-14)
    assert newton == pytest.approx(slope, rel=1e-13)
    assert [OCV.voltage(x, T) for x in X] == pytest.approx(OCV.curve.numeric(X), rel=1e-15)
    assert np.all(slope < 0)
    assert (OCV.low, OCV.high) == (0.1, 1.0)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ((0, 0.5, 1), (4.0, 4.0, 3.0), ["y = 4 at x = 0", "y = 4 at x = 0.5", "decreases"]),
        ((0, 0.5, 1), (4.0, 3.5, 3.6), ["y = 3.5 at x = 0.5", "y = 3.6 at x = 1"]),
        ((0.1, 0.78, 0.89, 1), (1.555, 1.543, 1.48, 1.18), ["flat at its end x = 0.1"]),
        ((0, 0.5, 1), (4000, 3500, 3000), ["TableOcv.curve", "y[0] = 4000 [V]", "[-1, 6]"]),
    ],
)
def test_a_bad_table_of_potentials_is_refused_by_name(x, y, words):
    with pytest.raises(ParameterError) as caught:
        TableOcv(Curve(x, y))
    assert all(word in str(caught.value) for word in words)


def test_a_table_has_to_be_a_curve():
    with pytest.raises(ParameterError, match=r"TableOcv\.curve = 3\.7 is no table"):
        TableOcv(3.7)


def test_the_ideal_potential_has_a_thermodynamic_factor_of_one():
    law = IdealOcv(3900 * mV)

    def build(x, mesh):
        temperature = fem.Constant(mesh, T)
        u = symbolic(law, mesh).u_eq(x, temperature)
        return [u, rate(u, x)]

    u, slope = evaluate(build, X).T
    factor = -FARADAY * X * (1 - X) / (GAS_CONSTANT * T) * slope
    assert factor[INSIDE] == pytest.approx(1.0, rel=1e-13)
    assert u[7] == pytest.approx(3.9, rel=1e-14)
    assert u[INSIDE] == pytest.approx(
        3.9 - GAS_CONSTANT * T / FARADAY * np.log(X[INSIDE] / (1 - X[INSIDE])), rel=1e-14
    )
    assert u == pytest.approx([law.voltage(x, T) for x in X], rel=1e-14)
    # Beyond the edges, and on them, the slope is that of the edge
    steepest = -GAS_CONSTANT * T / FARADAY / (1e-4 * (1 - 1e-4))
    ends = [0, 1, 2, 3, 10, 11, 12]
    assert slope[ends] == pytest.approx(steepest, rel=1e-9)
    assert u[0] == pytest.approx(law.voltage(1e-4, T) - 0.2001 * steepest, rel=1e-12)
    assert (law.low, law.high) == (1e-4, 1 - 1e-4)


def test_the_number_of_an_expression_is_that_of_its_equation():
    law = IdealOcv(3.9, edge=1e-3)
    for x in X:
        inside = max(min(x, 1 - 1e-3), 1e-3)
        outside = (x - inside) / (1e-3 * (1 - 1e-3))
        exact = 3.9 - GAS_CONSTANT * T / FARADAY * (math.log(inside / (1 - inside)) + outside)
        assert law.voltage(x, T) == pytest.approx(exact, rel=1e-15)
        assert number(OCV.u_eq(float(x), T)) == pytest.approx(OCV.voltage(x, T), rel=1e-15)
    assert number(2.5) == 2.5
    assert law.voltage(0, T) == law.voltage(0.0, T) > 3.9


def test_an_expression_of_a_field_has_no_number():
    mesh = ufl.Mesh(basix.ufl.element("P", "interval", 1, shape=(1,)))
    for x in (ufl.SpatialCoordinate(mesh)[0], ufl.Constant(mesh)):
        with pytest.raises(TypeError, match="no value of its own"):
            number(IdealOcv(3.9).u_eq(x, T))


@pytest.mark.parametrize(
    "law",
    [
        NoSwelling(),
        VOLUME,
        LinearVolumeSwelling(VOLUME.curve),
        ConstantMolarVolume(-1.15 * cm3_per_mol, 51_500.0),
        LayeredSwelling(4.566 * cm3_per_mol, 38_320.0),
        LayeredSwelling(1e-6, 5e4, in_plane=0.5, along_axis=2.0),
    ],
)
def test_the_derivative_of_the_free_strain(law):
    step = 1e-6

    def build(x, mesh):
        twin, axis = symbolic(law, mesh), axis_on(mesh)
        strain = twin.strain(x, axis)
        difference = (twin.strain(x + step, axis) - twin.strain(x - step, axis)) / (2 * step)
        given = entries(twin.strain_per_content(x, axis))
        return given + entries(rate(strain, x)) + entries(difference)

    given, newton, difference = np.split(evaluate(build, X), 3, axis=1)
    assert newton == pytest.approx(given, rel=1e-12, abs=1e-16)
    # rounding of a strain of 0.1 over the step, and the curvature's jump at a knot times the step
    assert difference == pytest.approx(given, abs=2e-6)


def strains(law, x=X):
    """Return free strains, shape (n, 3, 3)."""
    return evaluate(lambda x, mesh: entries(law.strain(x, axis_on(mesh))), x).reshape(-1, 3, 3)


def test_the_tabulated_volume_comes_back_from_the_free_strain():
    strain = strains(VOLUME)
    stretch = 1 + np.trace(strain, axis1=1, axis2=2) / 3
    assert stretch**3 - 1 == pytest.approx(VOLUME.curve.numeric(X), rel=1e-13, abs=1e-15)
    assert strain == pytest.approx((stretch - 1)[:, None, None] * np.eye(3), abs=1e-17)


def test_a_constant_molar_volume_gives_a_trace_in_proportion_to_the_content():
    strain = strains(ConstantMolarVolume(-1.15e-6, 51_500.0))
    assert np.trace(strain, axis1=1, axis2=2) == pytest.approx(-1.15e-6 * 51_500 * X, rel=1e-13)
    assert strain[-1] == pytest.approx(strain[-1, 0, 0] * np.eye(3), abs=1e-18)


def test_a_layered_crystal_spreads_in_its_layers_and_closes_up_across():
    whole = 4.566e-6 * 38_320.0
    strain = strains(LayeredSwelling(4.566e-6, 38_320.0))
    assert np.trace(strain, axis1=1, axis2=2) == pytest.approx(whole * X, rel=1e-13)
    assert AXIS @ strain[8] @ AXIS == pytest.approx(-whole * 0.6 / 3)
    across = np.array([3.0, 2.0, 0.0]) / math.sqrt(13)
    assert strain[8] @ across == pytest.approx(2 * whole * 0.6 / 3 * across)
    assert strain[8] == pytest.approx(strain[8].T, abs=1e-18)


def test_bad_laws_of_swelling_are_refused_by_name():
    with pytest.raises(ParameterError, match=r"2 in_plane \+ along_axis = 5: expected 3"):
        LayeredSwelling(1e-6, 5e4, in_plane=2.0, along_axis=1.0)
    with pytest.raises(ParameterError, match=r"VolumeSwelling\.curve: y\[1\] = -2 \[1\]"):
        VolumeSwelling(Curve((0.2, 0.6, 1.0), (0.3, -2.0, 0.0)))
    with pytest.raises(ParameterError, match=r"ConstantMolarVolume\.omega"):
        ConstantMolarVolume(4.5, 5e4)


@pytest.mark.parametrize("percent", [26.0, 50.0, 280.0])
@pytest.mark.parametrize("law", [VolumeSwelling, LinearVolumeSwelling])
def test_volumes_that_small_strain_cannot_tell_are_refused(law, percent):
    """With the size of the error, and a setting to go on."""
    curve = Curve((0.0, 0.5, 1.0), (0.0, percent / 200, percent / 100))
    with pytest.raises(ParameterError, match="small strains cannot tell") as failure:
        law(curve)
    off = 3 * ((1 + percent / 100) ** (1 / 3) - 1) / (percent / 100) - 1
    assert f"off by {off:.1%}" in str(failure.value)
    assert law(curve, allowed=3.0).allowed == 3.0
    assert law(Curve((0.0, 0.5, 1.0), (0.0, 0.1, 0.2))).allowed is None


def test_one_law_of_volumes_is_exact_for_lengths_and_one_for_volumes():
    change = np.array([0.0, 0.1, 0.2])
    curve = Curve((0.0, 0.5, 1.0), tuple(change))
    x = np.array([0.0, 0.5, 1.0])
    lengths, volumes = (strains(law(curve), x) for law in (VolumeSwelling, LinearVolumeSwelling))
    assert 1 + lengths[:, 0, 0] == pytest.approx((1 + change) ** (1 / 3), rel=1e-12)
    assert np.trace(volumes, axis1=1, axis2=2) == pytest.approx(change, rel=1e-12)


def test_diffusivities():
    arrhenius = ArrheniusDiffusivity(2e-15, 30 * kJ_per_mol, 298.15)
    table = TableDiffusivity(Curve((0.2, 0.5, 1.0), (-14.0, -15.0, -17.0)))

    def build(x, mesh):
        temperature = fem.Constant(mesh, T)
        return [symbolic(law, mesh).diffusivity(x, temperature) for law in (arrhenius, table)]

    by_temperature, by_content = evaluate(build, X).T
    factor = math.exp(-30e3 / GAS_CONSTANT * (1 / T - 1 / 298.15))
    assert by_temperature == pytest.approx(2e-15 * factor, rel=1e-13, abs=0.0)
    assert by_content == pytest.approx(10 ** table.curve.numeric(X), rel=1e-12, abs=0.0)
    assert by_content[[5, 7, 11]] == pytest.approx([1e-14, 1e-15, 1e-17], rel=1e-12, abs=0.0)
    with pytest.raises(ParameterError, match=r"TableDiffusivity\.curve: y\[0\] = 1e-14"):
        TableDiffusivity(Curve((0.2, 0.5, 1.0), (1e-14, 1e-15, 1e-17)))


def test_numbers_of_a_host_become_constants_and_its_tables_stay():
    def build(x, mesh):
        twin = symbolic(host(ocv=IdealOcv(4.0)), mesh)
        assert isinstance(twin.c_max, ufl.constant.Constant)
        assert isinstance(twin.ocv.u_0, ufl.constant.Constant)
        assert isinstance(twin.diffusivity.d_0, ufl.constant.Constant)
        assert twin.swelling.curve == VOLUME.curve
        u = twin.ocv.u_eq(x, T)
        twin.ocv.u_0.value = 3.0
        return [u, twin.c_max * x]

    u, c = evaluate(build, np.array([0.5, 1.0])).T
    assert u[0] == pytest.approx(3.0, rel=1e-14)
    assert c == pytest.approx([2.5e4, 5e4])


@pytest.mark.parametrize("ocv", [OCV, IdealOcv(3.9)])
def test_the_content_at_a_potential_comes_back(ocv):
    law = host(ocv=ocv)
    for x in (ocv.low, 0.17, 0.3, 0.5, 0.77, ocv.high):
        assert law.content_at(ocv.voltage(x, T), T) == pytest.approx(x, abs=1e-12)
    same = law.content_at(3900 * mV, celsius(25))
    assert same == pytest.approx(law.content_at(3.9, 298.15), abs=1e-12)


def test_a_potential_out_of_range_is_refused_with_the_range():
    with pytest.raises(ParameterError) as caught:
        host().content_at(4.4, T)
    assert "4.4 V: expected 3 to 4.3 V, known for x from 0.1 to 1" in str(caught.value)
    with pytest.raises(ParameterError, match=r"2\.9 V"):
        host().content_at(2.9, T)


def test_capacities():
    assert host().capacity == pytest.approx(FARADAY * 5e4 * 0.7)
    assert host().specific_capacity == pytest.approx(FARADAY * 5e4 * 0.7 / 5000)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x_empty": 0.95}, "x_empty = 0.95 and x_full = 0.95"),
        ({"x_full": 1.2}, "Host.x_full"),
        ({"c_max": 0.0}, "Host.c_max"),
        ({"density": 5 * cm3_per_mol}, "Host.density"),
    ],
)
def test_a_bad_host_is_refused_by_name(changes, words):
    with pytest.raises(ParameterError, match=words):
        host(**changes)


def test_a_material_lists_the_numbers_and_tables_of_its_host():
    material = Material("oxide", Elastic(1e11, 0.3), host=host())
    rows = {row["name"]: row for row in describe(material)}
    assert rows["host.ocv.curve"] == {
        "class": "TableOcv",
        "name": "host.ocv.curve",
        "value": "4 points, x 0.1 to 1, values 3 to 4.3",
        "unit": "V",
        "low": -1.0,
        "high": 6.0,
        "bounds": "[-1, 6]",
        "doc": "open-circuit potential against content",
    }
    assert material.unsourced() == (
        "solid.young",
        "solid.poisson",
        "host.c_max",
        "host.ocv.curve",
        "host.ocv.reference_temperature",
        "host.diffusivity.d_0",
        "host.diffusivity.activation_energy",
        "host.diffusivity.reference_temperature",
        "host.swelling.curve",
        "host.density",
        "host.x_empty",
        "host.x_full",
    )
    still = Material("spinel", Elastic(1e11, 0.3), host=host(swelling=NoSwelling()))
    row = next(row for row in describe(still) if row["name"] == "host.swelling")
    assert (row["value"], row["unit"]) == ("NoSwelling", "")
    assert hash(material) != hash(still)


def test_a_potential_follows_its_entropic_coefficient() -> None:
    """As an expression and as a number, and not at all at the temperature of its table."""
    slopes = Curve((0.1, 0.5, 1.0), (1e-4, -2e-4, -3e-4))
    warm = TableOcv(OCV.curve, TableEntropy(slopes), reference_temperature=celsius(20))
    even = TableOcv(OCV.curve, ConstantEntropy(-0.5 * mV / K))
    for x in (0.1, 0.37, 0.5, 0.81):
        plain = OCV.voltage(x, 310.0)
        assert plain == OCV.voltage(x, 298.15)
        shift = (313.15 - 293.15) * slopes.numeric(x)
        assert warm.voltage(x, 313.15) == pytest.approx(plain + shift, rel=1e-14)
        assert warm.voltage(x, 293.15) == plain
        assert even.voltage(x, 318.15) == pytest.approx(plain - 10e-3, rel=1e-12)
        for law in (OCV, warm, even):
            assert number(law.u_eq(x, 313.15)) == pytest.approx(law.voltage(x, 313.15), rel=1e-12)


def test_the_entropic_coefficients_of_the_library_are_those_published() -> None:
    """In millivolts per kelvin, at contents between those of the tables."""

    def nmc(x: float) -> float:
        first = 0.04006 * math.exp(-((x - 0.2828) ** 2) / 0.0009855)
        return first - 0.06656 * math.exp(-((x - 0.8032) ** 2) / 0.02179)

    def graphite(x: float) -> float:
        return 0.02914 - 0.1112 * x + 0.3561 * math.exp(-((x - 0.08309) ** 2) / 0.004616)

    for name, published in (("nmc811", nmc), ("graphite", graphite)):
        host = library.by_name(name).host
        for x in np.linspace(host.x_empty, host.x_full, 57):
            found = 1e3 * host.ocv.entropy.numeric_slope(x)
            assert found == pytest.approx(published(x), abs=3e-3)
    # cobalt oxide loses by far the most
    lco = library.by_name("lco").host.ocv.entropy
    assert 1e3 * lco.numeric_slope(0.5) == pytest.approx(-0.206, abs=0.01)


def test_a_wrong_entropic_coefficient_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"TableEntropy\.curve: y\[0\] = 0.1 \[V/K\]"):
        TableEntropy(Curve((0.1, 0.5, 1.0), (0.1, -0.2, -0.3)))
    with pytest.raises(ParameterError, match=r"ConstantEntropy\.coefficient.*wrong kind"):
        ConstantEntropy(3 * mV)


def test_a_tabulated_diffusivity_is_activated_if_it_is_told_how() -> None:
    curve = Curve((0.0, 0.5, 1.0), (-15.0, -14.5, -15.0))
    still = TableDiffusivity(curve)
    moving = TableDiffusivity(curve, activation_energy=30 * kJ_per_mol)
    assert number(still.diffusivity(0.5, 350.0)) == pytest.approx(10**-14.5, rel=1e-9)
    ratio = number(moving.diffusivity(0.3, 350.0)) / number(moving.diffusivity(0.3, 298.15))
    expected = math.exp(-30e3 / GAS_CONSTANT * (1 / 350.0 - 1 / 298.15))
    assert ratio == pytest.approx(expected, rel=1e-9)
