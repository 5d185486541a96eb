# SPDX-License-Identifier: BSD-3-Clause
r"""Shared by the tests of layers that densify: a layer that is held at its sides.

Its stress is uniform, and strains are logarithms of its height. What swells does so by heating,
:math:`d \ln J_c = 3 \alpha \, dT`: all layers then have the same forms.
"""

from __future__ import annotations

import math
from typing import Any

from mpi4py import MPI

import numpy as np
from dolfinx import fem

import ssbmech as ssb
from ssbmech._compat import compile_form
from ssbmech.case.fixtures import Fixture
from ssbmech.frames import PlaneStrain
from ssbmech.materials.material import Material
from ssbmech.model.cell import CellModel
from tests.cap import Cap
from tests.parts import Momentum, part
from tests.single_body import Rectangle
from tests.tools import March

HEIGHT = 20e-6
COLD = 298.15
EXPANSION = 1e-3
SIDES = (ssb.Roller("left"), ssb.Roller("right"), ssb.Roller("bottom"))


def layer(cap: Cap, density: float, fixture: Fixture | None, **changes: Any) -> ssb.Case:
    """Return a layer of 20 um that is held at its sides."""
    material = Material("porous", cap.law(density), thermal_expansion=EXPANSION)
    square = Rectangle(frame=PlaneStrain(), width=HEIGHT, height=HEIGHT, columns=2, rows=2)
    settings: dict[str, Any] = {
        "supports": SIDES if fixture is not None else (*SIDES, ssb.Roller("top")),
        "protocol": (ssb.Preload(1.0),),
        "temperature": COLD,
        "limits": ssb.Limits.off(),
        "step_control": ssb.AdaptiveSteps(dt_max=5.0, stress_error=None),
    }
    settings["bodies"] = (ssb.Body.single("body", material),)
    return ssb.Case(name="layer", geometry=square, fixture=fixture, **{**settings, **changes})


def swelling(volume: float, duration: float = 100.0) -> ssb.Under:
    """Return a step in which the volume of the solid goes to a multiple of that at the start."""
    hot = COLD + math.log(volume) / (3 * EXPANSION)
    return ssb.Under(ssb.Rest(duration), temperature=ssb.TemperatureRamp(COLD, hot))


def porosity(run: March) -> np.ndarray:
    """Return the porosity; it is the same everywhere."""
    low, high = run.series("porosity_min:body"), run.series("porosity_max:body")
    assert np.max(high - low) < 1e-9
    return run.series("porosity_mean:body")


def stress_of(cell: CellModel) -> np.ndarray:
    """Return the mean normal stresses of the layer before a step is committed [Pa]; collective."""
    body = cell.bodies["body"]
    stress = part(body, Momentum).regions["body"].stress
    found = [fem.assemble_scalar(compile_form(stress[k, k] * body.dx, None)) for k in range(3)]
    return np.asarray(cell.comm.allreduce(np.array(found), op=MPI.SUM)) / HEIGHT**2
