# SPDX-License-Identifier: BSD-3-Clause
"""Thermal strain against closed forms: free and held blocks in all frames, and a flat laminate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.frames import Frame
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.units import GPa, MPa, um
from tests.elastic_cell import rollers
from tests.parts import Momentum, part
from tests.single_body import Points, at_points
from tests.tools import March, march, measured

pytestmark = pytest.mark.serial

HOT, COLD = 333.15, 298.15
DROP = COLD - HOT

FRAMES: Mapping[str, Frame] = {
    "plane strain": ssb.PlaneStrain(),
    "plane section": ssb.PlaneSection(),
    "axisymmetric": ssb.Axisymmetric(),
    "three dimensions": ssb.ThreeDimensional(),
}
SIDES = {"axisymmetric": ("right",), "three dimensions": ("left", "right", "front", "back")}

STIFF = Material("stiff", Elastic(young=150 * GPa, poisson=0.26), thermal_expansion=13e-6)
SOFT = Material("soft", Elastic(young=28 * GPa, poisson=0.37), thermal_expansion=30e-6)


def cooled(
    layers: Mapping[str, tuple[Material, float]],
    frame: Frame,
    faces: tuple[str, ...],
    width: float,
    hot: float = HOT,
) -> March:
    """March layers of one body, of thicknesses in um, that are cooled down at once."""
    stack = ssb.Stack(
        frame=frame,
        width=width * um,
        depth=width * um if frame.dim == 3 else None,
        layers=tuple(ssb.Layer(name, thickness * um) for name, (_, thickness) in layers.items()),
        size_interface=2 * um,
        size_bulk=4 * um,
    )
    case = ssb.Case(
        name="cooled",
        geometry=stack,
        bodies=(ssb.Body("body", {name: material for name, (material, _) in layers.items()}),),
        supports=rollers(*faces),
        temperature=hot,
        protocol=(ssb.Under(ssb.Rest(1.0), COLD),),
        step_control=ssb.PrescribedSteps([]),
        scales=ssb.Scales(stress=10 * MPa),
        newton=ssb.NewtonSettings(tolerance=1e-11),
    )
    return march(case)


def stresses(body: BodyModel, region: str) -> Points:
    """Return the stress of a region, all nine components, at points of the whole body [Pa]."""
    stress = part(body, Momentum).regions[region].stress
    components = [stress[i, j] for i in range(3) for j in range(3)]
    return at_points(body, components, body.quadrature_degree)


def normal_stresses(done: March) -> tuple[np.ndarray, float]:
    """Return mean xx, yy and zz of a body of one region, and the largest deviation from them."""
    points = stresses(done.cell.bodies["body"], "block")
    comm, values = done.cell.comm, points.values.reshape(-1, 3, 3)
    volume = comm.allreduce(points.weight.sum())
    sums = np.einsum("p,pii->i", points.weight, values)
    mean = comm.allreduce(sums) / volume
    return mean, Points.largest(values - np.diag(mean))


@pytest.mark.parametrize("name", FRAMES)
def test_a_free_block_has_no_stress_and_shrinks(name: str) -> None:
    frame = FRAMES[name]
    faces = ("bottom",) if frame.revolves else ("bottom", "left")
    done = cooled(
        {"block": (SOFT, 8.0)}, frame, faces + (("front",) if frame.dim == 3 else ()), 12.0
    )
    mean, deviation = normal_stresses(done)
    held = frame.dim == 2 and not frame.revolves and not isinstance(frame, ssb.PlaneSection)
    # plane strain holds the third direction
    along = -SOFT.solid.young * SOFT.thermal_expansion * DROP if held else 0.0
    assert mean[:2] == pytest.approx([0.0, 0.0], abs=1.0)
    assert mean[2] == pytest.approx(along, rel=1e-6, abs=1.0)
    assert deviation < 10.0
    grows = SOFT.thermal_expansion * (1 + (SOFT.solid.poisson if held else 0.0))
    assert done.rows[-1]["thickness_stack"] == pytest.approx(
        (1 + grows * DROP) * 8e-6, rel=1e-9, abs=0
    )


@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("substance", ["elastic", "lithium"])
def test_a_block_that_is_held_all_around_bears_the_closed_form(name: str, substance: str) -> None:
    frame = FRAMES[name]
    material = SOFT if substance == "elastic" else library.by_name("lithium_lepage2019")
    elastic = material.solid if substance == "elastic" else material.solid.elastic
    faces = ("bottom", "top", *SIDES.get(name, ("left", "right")))
    done = cooled({"block": (material, 8.0)}, frame, faces, 12.0)
    mean, deviation = normal_stresses(done)
    expected = -elastic.young * material.thermal_expansion * DROP / (1 - 2 * elastic.poisson)
    if isinstance(frame, ssb.PlaneSection) and substance == "elastic":
        # nothing resists in the third direction; a solid that creeps would even that out
        expected /= 1 + elastic.poisson
        mean = mean[:2]
    elif isinstance(frame, ssb.PlaneSection):
        expected, mean = -2 * elastic.bulk * material.thermal_expansion * DROP, np.mean(mean)
    error = float(np.max(np.abs(mean / expected - 1)))
    item = f"Block held all around, {name}, {substance}"
    measured(item, "relative error of the stress", error, 1e-6, "E alpha dT / (1 - 2 nu)")
    if not isinstance(frame, ssb.PlaneSection):
        assert deviation < 1e-5 * abs(expected)


@pytest.mark.parametrize(("name", "limit"), [("plane strain", 1e-4), ("axisymmetric", 5e-3)])
def test_a_flat_laminate_bears_the_closed_form(name: str, limit: float) -> None:
    """Half of a symmetric laminate of three layers, on its middle plane, far from its rim.

    In a disc the rim, which bears less, is a hoop around the rest: its share falls with the radius.
    """
    core, skin = 4.0, 6.0
    layers = {"core": (STIFF, core), "skin": (SOFT, skin)}
    plane = name == "plane strain"
    faces, width = (("bottom", "left"), 80.0) if plane else (("bottom",), 240.0)
    done = cooled(layers, FRAMES[name], faces, width)
    moduli, strains = {}, {}
    for region, (material, _) in layers.items():
        solid = material.solid
        assert isinstance(solid, Elastic)
        nu, free = solid.poisson, material.thermal_expansion * DROP
        # the third direction is held in plane strain, and as free as the second in a disc
        moduli[region] = solid.young / (1 - nu**2 if plane else 1 - nu)
        strains[region] = free * (1 + nu if plane else 1)
    weights = {"core": moduli["core"] * core, "skin": moduli["skin"] * skin}
    mean = sum(weights[n] * strains[n] for n in weights) / sum(weights.values())
    for region in layers:
        expected = -moduli[region] * (strains[region] - mean)
        points = stresses(done.cell.bodies["body"], region)
        low, high = (0.0, core) if region == "core" else (core, core + skin)
        y = points.x[:, 1] * 1e6
        there = (points.x[:, 0] < 10e-6) & (y > low) & (y < high)
        stress = points.values.reshape(-1, 3, 3)[there]
        error = Points.largest(stress[:, 0, 0] / expected - 1)
        item = f"Flat laminate of three layers cooled by 35 K, {name}"
        what = f"relative error of the stress in the {region}"
        measured(item, what, error, limit, "laminate of mismatch strains")
        assert Points.largest(stress[:, 1, 1]) < limit * abs(expected)


def test_a_laminate_of_the_library_cooled_from_80_degrees() -> None:
    """Foil, cathode and separator on both sides of it, bonded at 80 degC: the example of the page.

    The figures are those of docs/theory/temperature.md.
    """
    hot = 353.15
    # a host needs a body of its own; its crystal is elastic all the same
    layers = {
        name: (replace(library.by_name(name), host=None, sources={}), thickness)
        for name, thickness in (("aluminium", 8.0), ("lco", 20.0), ("llzo", 12.0))
    }
    done = cooled(layers, ssb.PlaneStrain(), ("bottom", "left"), 300.0, hot)
    moduli, strains = {}, {}
    for name, (material, _) in layers.items():
        solid = material.solid
        assert isinstance(solid, Elastic)
        moduli[name] = solid.young / (1 - solid.poisson**2)
        strains[name] = (1 + solid.poisson) * material.thermal_expansion * (COLD - hot)
    weights = {name: moduli[name] * thickness for name, (_, thickness) in layers.items()}
    mean = sum(weights[n] * strains[n] for n in layers) / sum(weights.values())
    shown = {"aluminium": 55.9, "lco": -16.1, "llzo": -10.5}
    low = 0.0
    for name, (_, thickness) in layers.items():
        points = stresses(done.cell.bodies["body"], name)
        y, high = points.x[:, 1] * 1e6, low + thickness
        there = (points.x[:, 0] < 20e-6) & (y > low) & (y < high)
        along = points.values.reshape(-1, 3, 3)[there, 0, 0]
        expected = -moduli[name] * (strains[name] - mean)
        error = Points.largest(along / expected - 1)
        item = "Laminate of aluminium, LCO and LLZO cooled from 80 to 25 degC"
        measured(item, f"relative error of the stress in {name}", error, 5e-3, "laminate")
        assert expected / 1e6 == pytest.approx(shown[name], abs=0.06)
        low = high


def test_a_stress_free_temperature_may_be_another_than_that_of_the_start() -> None:
    """A cell sintered hot and run cold is under stress from the beginning."""
    done = cooled(
        {"block": (SOFT, 8.0)}, ssb.PlaneStrain(), ("bottom", "top", "left", "right"), 12.0
    )
    case = done.cell.case
    cold = replace(case, temperature=COLD, stress_free_temperature=HOT, protocol=(ssb.Rest(1.0),))
    assert normal_stresses(march(cold))[0] == pytest.approx(normal_stresses(done)[0], rel=1e-12)


def test_nothing_changes_at_one_temperature() -> None:
    """Not even by rounding: expansion counts from the temperature at which the cell is made."""
    stiff = cooled({"block": (SOFT, 8.0)}, ssb.PlaneStrain(), ("bottom", "left"), 12.0).cell.case
    still = march(replace(stiff, protocol=(ssb.Rest(1.0),)))
    assert np.all(still.cell.bodies["body"].u.function.x.array == 0.0)
