# SPDX-License-Identifier: BSD-3-Clause
"""The case of a composite in a die: a resolved particle against layers, and measured porosities."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.optimize import brentq

from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.materials.compaction import CapLaw
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.cap import Cap
from tests.case_scripts import load_script, script_case
from tests.tools import March, march, measured

POWDER, SHARE = "li6ps5cl_pressed", 0.48
PRESSURES = (74.0, 150.0, 250.0, 370.0, 500.0)
SCRIPT = "pressing_composite"


def cap_of(solid: CapLaw) -> Cap:
    """Return the numbers of a powder."""
    return Cap(
        solid.line.hardening / 1e6, solid.line.loose_density, solid.friction, solid.cohesion,
        solid.strength / 1e6, solid.dense.young / 1e6, solid.dense.poisson,
        stiffening=solid.stiffening,
    )  # fmt: skip


def porosity_in_layers(cap: Cap, pressure: float) -> float:
    """Return the porosity of particle and powder in layers across a pressure [MPa]."""

    def beyond(eta: float) -> float:
        a, b, c, *_ = cap.axes(eta)
        return c + math.hypot(a, 2 / 3 * b) - pressure

    density = -math.expm1(-brentq(beyond, -math.log1p(-cap.loose), 12.0))
    return 1 - 1 / (SHARE + (1 - SHARE) / density)


def ends(run: March, name: str) -> np.ndarray:
    """Return a column at the ends of the steps but for the preload."""
    last = {row["step"]: row[name] for row in run.rows}
    return np.array([last[step] for step in sorted(last)])[1:]


@pytest.mark.serial
def test_a_composite_pressed_and_released() -> None:
    r"""Somewhat less dense than in layers, where the powder is pressed as if it were alone.

    The stress of the layers is in equilibrium and on the cap, so that at one density of powder that
    sticks to the particle the limit load is no less. Here it slides: that is an estimate.
    """
    run = march(script_case(SCRIPT))
    kept, pressure = ends(run, "porosity_kept"), ends(run, "p_stack") / 1e6
    assert pressure[::2] == pytest.approx(PRESSURES)
    cap = cap_of(library.by_name(POWDER).solid)
    layers = np.array([porosity_in_layers(cap, p) for p in PRESSURES])
    item = "Sphere in Li6PS5Cl powder, pressed in a die"
    above = kept[::2] - layers
    assert above.min() > 0.0, "the particle bears a part"
    measured(item, "porosity above that of layers", above.max(), 0.02, "layers across the pressure")
    left = np.abs(kept[1::2] - kept[::2]).max()
    measured(item, "porosity that comes back on release", left, 2e-3, "none: it is plastic")
    height = ends(run, "thickness_stack")
    spring = (height[1::2] - height[::2]) / run.rows[0]["thickness_stack"]
    dense = 1 - ends(run, "porosity_mean:matrix")[::2]
    for back, p, density in zip(spring, PRESSURES, dense, strict=True):
        bulk, shear = cap.moduli(-math.log1p(-density))
        alone = (p - 2.0) / (bulk + 4 / 3 * shear)
        assert 0.4 * alone < back < alone, "less than powder alone: the particle is stiff"


@pytest.mark.slow
@pytest.mark.serial
def test_a_particle_of_powder_is_pressed_as_powder() -> None:
    """Of one solid all over, joined and meshed as the composite is, the cell is the pellet."""
    case = script_case(SCRIPT, "--pressures=74,370", "--sticks")
    solid = case.bodies[0].materials["matrix"].solid
    powder = {name: Material(name, solid) for name in ("particle", "matrix")}
    body = dataclasses.replace(case.bodies[0], materials=powder)
    run = march(dataclasses.replace(case, bodies=(body,)))
    cap = cap_of(solid)
    for p, kept in zip((74.0, 370.0), ends(run, "porosity_kept")[::2], strict=True):
        exact = porosity_in_layers(cap, p)
        item = "Powder in the mesh of a composite"
        measured(item, f"porosity at {p:g} MPa", abs(kept - exact), 5e-4, "layers")


@pytest.mark.slow
@pytest.mark.serial
@pytest.mark.parametrize(
    "knobs",
    [
        ("--powder=glass_75li2s_25p2s5",),
        ("--sticks",),
        ("--fineness=6",),
        ("--meshed-at=0.9",),
        ("--release=last", "--loosening-time=0.1"),
        ("--loosening-time=0",),
        ("--fineness=12",),
    ],
)
def test_composites_that_loosen_on_release(knobs: tuple[str, ...]) -> None:
    """Powder beside the particle is dense there, and softens as it is unloaded."""
    run = march(script_case(SCRIPT, *knobs))
    kept, pressure = ends(run, "porosity_kept"), ends(run, "p_stack") / 1e6
    assert pressure[-2:] == pytest.approx([500.0, 2.0])
    loaded = kept[pressure > 3.0]
    assert len(loaded) == 5 and np.all(np.diff(loaded) < 0.0)
    # of a few points: as a mean it stays plastic
    assert abs(kept[-1] - loaded[-1]) < 5e-3
    assert ends(run, "porosity_min:matrix").min() > 0.0


@pytest.mark.slow
@pytest.mark.serial
def test_a_composite_on_a_mesh_that_goes_along() -> None:
    """No step is thrown away; powder that sticks is no denser than in layers, by its limit load."""
    knobs = ("--sticks", "--pressures=74", "--release=last", "--longest-step=1.5")
    case = script_case(SCRIPT, *knobs)
    start = case.bodies[0].materials["matrix"].solid.density
    case = script_case(SCRIPT, *knobs, f"--meshed-at={start:g}")
    run = march(
        dataclasses.replace(case, bodies=(dataclasses.replace(case.bodies[0], moves=True),))
    )
    assert not run.rejected
    layers = porosity_in_layers(cap_of(library.by_name(POWDER).solid), 74.0)
    above = ends(run, "porosity_kept")[0] - layers
    item = "Sphere in Li6PS5Cl powder that sticks, on a mesh that goes along"
    assert above > 0.0
    measured(item, "porosity above that of layers, 74 MPa", above, 0.02, "layers")


@pytest.mark.serial
def test_measured_composites() -> None:
    """No number is fitted to them: the line is that of a pellet of the electrolyte."""
    run = march(script_case(SCRIPT, "--pressures=225,276,380"))
    found = ends(run, "porosity_kept")[1::2]
    off = np.abs(found - [0.16, 0.132, 0.14]).max()
    item = "Composites of oxide and sulfide, 225 to 380 MPa"
    measured(item, "porosity, off by", off, 0.04, "measured, three")


def test_layers_of_the_case_and_refusals() -> None:
    script = load_script(SCRIPT)
    solid = library.by_name(POWDER).solid
    for p in PRESSURES:
        found = script.in_layers(solid, SHARE, 1e6 * p)
        assert found == pytest.approx(porosity_in_layers(cap_of(solid), p), abs=1e-4)
    assert script.share_meshed(0.4, 1.0) == pytest.approx(0.4)
    other = script.with_cohesion(library.by_name(POWDER), 0.3)
    assert other.cohesion == 0.3 and other.line.hardening < solid.line.hardening
    assert isinstance(other.dense, Elastic)
    for wrong, words in ((("--pressures=74,50"), "rise"), (("--powder=nmc811"), "densify")):
        with pytest.raises(CaseError, match=words):
            script_case(SCRIPT, wrong)
