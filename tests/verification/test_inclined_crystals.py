# SPDX-License-Identifier: BSD-3-Clause
"""Crystals that lie askew in a section shear it out of its plane, and creep there is remembered."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.frames import Frame
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import LayeredSwelling
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.lithium import Lithium
from ssbmech.units import um
from tests.particle import C_MAX, YOUNG, plain_host
from tests.tools import march, measured

pytestmark = pytest.mark.serial

SIZE = 2e-6
SKEW = (0.6, 0.0, 0.8)
ACROSS = (0.0, 1.0, 0.0)


def creeping_host() -> Material:
    """Return a host that flows like lithium, in which lithium moves at once."""
    host = replace(
        plain_host(diffusivity=1e-9).host,
        swelling=LayeredSwelling(omega=-1e-6, c_max=C_MAX),
    )
    solid = library.by_name("lithium_masias2019").solid
    return Material("creeping host", solid, host=host)


@cache
def relaxed(frame: Frame, axis: tuple[float, ...], steps: int) -> float:
    """Return the largest equivalent stress of a clamped block after filling and rest [Pa]."""
    sides = ("bottom", "top", "left", "right") + (("front", "back") if frame.dim == 3 else ())
    filling, rest = 10.0, 100.0
    flux = 0.02 * C_MAX * SIZE / filling
    case = ssb.Case(
        name="block",
        geometry=ssb.Stack(
            frame=frame,
            width=2 * um,
            depth=2 * um if frame.dim == 3 else None,
            layers=(ssb.Layer("body", 2 * um),),
            size_interface=2 * um,
            size_bulk=2 * um,
        ),
        bodies=(
            ssb.Body(
                "body",
                {"body": creeping_host()},
                content={"body": 0.5},
                crystal_axis=lambda x: np.outer(axis, np.ones(x.shape[1])),
            ),
        ),
        supports=tuple(ssb.Clamp(side) for side in sides),
        loads=ssb.Loads(face_fluxes=(ssb.FaceFlux("top", lambda t: flux if t <= 10.0 else 0.0),)),
        protocol=(ssb.Rest(filling), ssb.Rest(rest)),
        step_control=ssb.PrescribedSteps([filling / steps] * steps + [rest / steps] * steps),
    )
    return float(march(case).rows[-1]["von_mises_max:body"])


@pytest.mark.parametrize(
    "axis", [pytest.param(SKEW, marks=pytest.mark.slow), ACROSS], ids=["askew", "in the plane"]
)
def test_creep_out_of_the_plane_is_remembered(axis: tuple[float, ...]) -> None:
    plane, space = ssb.PlaneStrain(), ssb.ThreeDimensional()
    coarse, fine = relaxed(plane, axis, 8), relaxed(plane, axis, 32)
    name = "Crystals askew" if axis is SKEW else "Crystals in the plane"
    measured(f"{name}, creeping", "stress in 8 over that in 32 steps", abs(coarse / fine - 1), 0.1,
             "the number of steps does not matter")  # fmt: skip
    error = abs(relaxed(space, axis, 8) / coarse - 1)
    measured(f"{name}, creeping", "stress in space over that in the plane", error, 1e-3,
             "clamped on all sides")  # fmt: skip


@pytest.mark.parametrize("frame", [ssb.Axisymmetric(), ssb.PlaneStrain(), ssb.ThreeDimensional()])
def test_crystals_stand_along_z_by_default(frame: Frame) -> None:

    case = ssb.Case(
        name="block",
        geometry=ssb.Stack(
            frame=frame,
            width=2 * um,
            depth=2 * um if frame.dim == 3 else None,
            layers=(ssb.Layer("body", 2 * um),),
            size_interface=2 * um,
            size_bulk=2 * um,
        ),
        bodies=(ssb.Body.single("body", creeping_host(), content=0.5),),
        supports=(ssb.Clamp("bottom"),),
        protocol=(ssb.Rest(1.0),),
    )
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    (lithium,) = cell.bodies["body"].parts.find(Lithium)
    along = 1 if frame.revolves else 2
    axis = [float(part) for part in lithium.regions["body"].axis.ufl_operands]
    assert axis == [float(k == along) for k in range(3)]


def test_a_free_cylinder_of_standing_crystals_has_no_stress() -> None:
    """It swells alike in all directions across its axis.

    Crystals along the radius, or around the axis, would strain it: to 0.3 and more of E times the
    free strain.
    """
    host = replace(
        plain_host(diffusivity=1e-9).host, swelling=LayeredSwelling(omega=-1e-6, c_max=C_MAX)
    )
    elastic = replace(plain_host(), host=host)
    case = ssb.Case(
        name="cylinder",
        geometry=ssb.Stack(
            frame=ssb.Axisymmetric(),
            width=2 * um,
            layers=(ssb.Layer("body", 2 * um),),
            size_interface=1 * um,
            size_bulk=1 * um,
        ),
        bodies=(ssb.Body("body", {"body": elastic}, {"body": 0.5}),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left")),
        loads=ssb.Loads(face_fluxes=(ssb.FaceFlux("right", lambda time: 1e-3),)),
        protocol=(ssb.Rest(5.0),),
        step_control=ssb.PrescribedSteps((2.5, 2.5)),
    )
    row = march(case).rows[-1]
    grown = 1e-6 * C_MAX * (row["content_mean:body"] - 0.5)
    stress = row["von_mises_max:body"] / (YOUNG * grown)
    measured(
        "Free cylinder of crystals along its axis",
        "stress over E times the free strain",
        stress,
        5e-3,
        "none",
    )
