# SPDX-License-Identifier: BSD-3-Clause
r"""A rippled surface that is plated, against the first order of its height.

.. math:: i_1 \left( Z + \frac{1}{\kappa q} \right) = \frac{i_0 h}{\kappa}
          - \frac{\Omega}{F} \frac{E' q}{2} h_p

The mesh stays as it was made, so h is that of the start, and h_p counts by the pressure alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.fracture.ripple import PlatedRipple
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor, Metal
from ssbmech.model.cell import CellModel
from tests.elastic_cell import WORKING, one_sided_cell
from tests.parts import Transfer, part
from tests.tools import march, measured

pytestmark = pytest.mark.serial

WAVE = 10e-6
NUMBER = 2 * pi / WAVE
HEIGHT = 0.02 / NUMBER
KAPPA, RESISTANCE, OMEGA = 0.1, 1e-5, 13e-6
ITEM = "Rippled surface"


@dataclass(frozen=True, kw_only=True)
class Rippled(MeshSource):
    """Half a wave of metal below electrolyte, each as deep as the wave is long.

    Attributes:
        columns: facets along the half wave.
    """

    columns: int

    def generate(self) -> SimplexMesh:
        x = np.linspace(0.0, WAVE / 2, self.columns + 1)
        steps = WAVE / 2 / self.columns * 1.3 ** np.arange(12)
        up = np.append(0.0, np.cumsum(steps)) * WAVE / steps.sum()
        y = np.concatenate([-up[:0:-1], up])
        points = np.zeros((x.size * y.size, 3))
        points[:, 0], points[:, 1] = np.tile(x, y.size), np.repeat(y, x.size)
        points[:, 1] += HEIGHT * np.cos(NUMBER * points[:, 0]) * (1 - np.abs(points[:, 1]) / WAVE)
        i, j = (k.ravel() for k in np.meshgrid(np.arange(x.size - 1), np.arange(y.size - 1)))
        a = j * x.size + i
        b, c, d = a + 1, a + x.size + 1, a + x.size
        even = ((i + j) % 2 == 0)[:, None]
        first = np.where(even, np.column_stack([a, b, c]), np.column_stack([a, b, d]))
        second = np.where(even, np.column_stack([a, c, d]), np.column_stack([b, c, d]))
        below = np.flatnonzero(np.tile(j < up.size - 1, 2))
        above = np.flatnonzero(np.tile(j >= up.size - 1, 2))
        return SimplexMesh(
            points, np.concatenate([first, second]), {"negative": below, "separator": above}
        )


def plane_modulus(solid: Elastic) -> float:
    """Return E / (1 - nu^2) [Pa]."""
    return solid.young / (1 - solid.poisson**2)


def amplitude(cell: CellModel) -> float:
    """Return how much more plates on the hills [A/m2]."""
    surface = cell.surfaces[WORKING]
    x = surface.gap.function.function_space.tabulate_dof_coordinates()[:, 0]
    # of facets that are 1 / columns of the half wave long
    current = part(surface, Transfer).i_normal.function.x.array
    return float(-2 * np.cos(NUMBER * x) @ current / len(x))


def plated(metal: Elastic, polymer: Elastic, current: float, plating: float) -> np.ndarray:
    """Return amplitudes of current and of what has plated, step by step.

    Args:
        metal: solid law of the metal.
        polymer: solid law of the electrolyte.
        current: mean current density that plates [A/m2].
        plating: what plates on average [m].
    """
    case = one_sided_cell()
    duration = plating * FARADAY / OMEGA / current
    bodies = (
        ssb.Body.single("negative", Material("metal", metal, metal=Metal(molar_volume=OMEGA))),
        ssb.Body.single("separator", Material("polymer", polymer, conductor=IonConductor(KAPPA))),
    )
    run = march(
        replace(
            case,
            geometry=Rippled(frame=ssb.PlaneStrain(), columns=16),
            bodies=bodies,
            interfaces=(ssb.Interface(WORKING, kinetics=ssb.LinearKinetics(RESISTANCE)),),
            fixture=ssb.ConstantForce(preload=0.1e6),
            protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(-current, duration)),
            step_control=ssb.PrescribedSteps((1.0, 1e-6 * duration) + (duration / 5,) * 5),
            scales=ssb.Scales(stress=1e5),
        ),
        watch=amplitude,
    )
    more = np.array(run.seen[1:])
    return np.column_stack([more, np.cumsum(more * np.diff(run.series("time"))) * OMEGA / FARADAY])


POLYMER = Elastic(young=10e6, poisson=0.49)
LITHIUM = Elastic(young=5e9, poisson=0.36)


@pytest.mark.parametrize("metal", [LITHIUM, POLYMER], ids=["stiff", "soft"])
def test_hills_draw_current_and_press(metal: Elastic) -> None:
    """Current on the hills at once, and how it falls with what has plated there."""
    modulus = 1 / (1 / plane_modulus(metal) + 1 / plane_modulus(POLYMER))
    theory = PlatedRipple(WAVE, modulus, RESISTANCE, KAPPA, OMEGA)
    mean = 0.25 * theory.stable_current
    found = plated(metal, POLYMER, mean, 20 * HEIGHT)
    first = found[0, 0]
    slope = (found[0, 0] - found[-1, 0]) / (found[-1, 1] - found[0, 1])
    wanted = theory.current(mean, HEIGHT, 0.0) - theory.current(mean, HEIGHT, 1.0)
    name = "stiff metal" if metal is LITHIUM else "metal as soft as the electrolyte"
    error = abs(first / theory.current(mean, HEIGHT, 0.0) - 1)
    measured(ITEM, f"error of the current of hills, {name}", error, 0.01, "first order in h")
    error = abs(slope / wanted - 1)
    measured(ITEM, f"error of its fall with what has plated, {name}", error, 0.015, "first order")
    # the mean current at which both would be equal
    error = abs(slope * HEIGHT / first * mean / theory.stable_current - 1)
    measured(ITEM, f"error of the stable current, {name}", error, 0.02, "first order in h")
