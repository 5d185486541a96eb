# SPDX-License-Identifier: BSD-3-Clause
"""Half a plate with a central crack along y = 0 that lithium is plated into, and what it does."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.geometry.crack_path import CrackPath
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.interfaces.filling import Ball, CrackFilling, GivenPlating
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material

CRACK = "lower|upper"
SOLID = Elastic(young=28e9, poisson=0.36)
MODULUS = SOLID.young / (1 - SOLID.poisson**2)
GLASS = Material("glass", SOLID)
TOUGHNESS = 0.69e6
MOLAR_VOLUME = 13e-6
HALF = 5e-6
PER_CHARGE = MOLAR_VOLUME / FARADAY
#: Nearly inviscid: shear rate 1000 per MPa and second.
THIN = CreepFlow(rate=1000 / 3, stress=1e6, exponent=1.0)


def filling(**changes: object) -> CrackFilling:
    """Return lithium that 1 mA/cm2 plates on each wall of a sealed crack of 2 x 5 um."""
    plain = CrackFilling(
        molar_volume=MOLAR_VOLUME,
        flow=THIN,
        kinetics=GivenPlating(10.0),
        flaw=Ball(radius=HALF),
        potential=lambda x: 0 * x[0],
    )
    return dataclasses.replace(plain, **changes)


def plate(
    inside: CrackFilling | None,
    seconds: float,
    step: float,
    facet: float = 0.2e-6,
    path: float = 16e-6,
    extent: float = 200e-6,
    frame: object = None,
    bond: BilinearCohesion | None = None,
    **changes: object,
) -> ssb.Case:
    """Return half of a plate whose crack is filled."""
    bond = BilinearCohesion.of_brittle(TOUGHNESS, MODULUS, facet) if bond is None else bond
    return dataclasses.replace(
        ssb.Case(
            name="lithium in a crack",
            geometry=CrackPath(
                frame=ssb.PlaneStrain() if frame is None else frame,
                width=extent,
                height=extent,
                path=path,
                facet=facet,
                size=extent / 6,
            ),
            bodies=(ssb.Body.single("lower", GLASS), ssb.Body.single("upper", GLASS)),
            interfaces=(ssb.Interface(CRACK, adhesion=bond, filling=inside),),
            supports=(ssb.Roller("left"), ssb.Roller("bottom")),
            protocol=(ssb.Rest(seconds),),
            scales=ssb.Scales(stress=1e8, gap=1e-8),
            step_control=ssb.AdaptiveSteps(
                dt_initial=step, dt_max=step, dt_min=1e-4 * step, gap_error=1.0, stress_error=None
            ),
        ),
        **changes,
    )


@dataclass(frozen=True)
class LeakingCrack:
    """A through crack -a < x < a full of lithium that creeps out at x = 0, in steady state.

    Displacement discontinuities in an infinite body, walls plated by linear kinetics in a field
    that the crack does not disturb. Unknown are the fluxes; what flows through the near face of
    each element is what is plated beyond it.

    Attributes:
        current: current density of the field [A/m2].
        resistance: of charge transfer [ohm m2].
        conductivity: of the electrolyte [S/m].
        flow: creep of lithium.
        elements: elements along half of the crack.
    """

    current: float
    resistance: float
    conductivity: float
    flow: CreepFlow
    elements: int = 50

    def overpotential(self, x: np.ndarray) -> np.ndarray:
        """Return what drives plating at a depth [V]."""
        return self.current * (self.resistance + x / self.conductivity)

    def solve(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return depth [m], pressure [Pa] and opening [m] of the elements."""
        width = HALF / self.elements
        x = width * (np.arange(self.elements) + 0.5)
        compliance = np.linalg.inv(_influence(x, x, width) + _influence(x, -x, width))
        law, n = self.flow, self.flow.exponent
        to_face = np.full(self.elements, width)
        to_face[0] = width / 2

        def parts(flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            # what an element plates is the difference of the fluxes through its faces
            plated = (flux - np.append(flux[1:], 0.0)) / (2 * width * PER_CHARGE)
            pressure = (self.overpotential(x) - plated * self.resistance) / PER_CHARGE
            return pressure, np.maximum(compliance @ pressure, 1e-10)

        def residual(powers: np.ndarray) -> np.ndarray:
            pressure, opening = parts(np.sign(powers) * np.abs(powers) ** n)
            near = np.append(opening[0], 0.5 * (opening[1:] + opening[:-1]))
            rate = law.rate * law.stress**-n * 3 ** ((n + 1) / 2)
            slope = ((n + 2) / (2 * rate)) ** (1 / n) * powers * (2 / near) ** ((n + 2) / n)
            drop = pressure - np.append(0.0, pressure[:-1])
            return (drop - slope * to_face) / 1e8

        scale = (2 * self.current * PER_CHARGE * HALF) ** (1 / n)
        # the flux is the power of its root, which takes the singular slope away
        found = root(
            lambda y: residual(y * scale), 0.8 * (1 - x / HALF + width / HALF) ** (1 / n), tol=1e-12
        )
        assert found.success, found.message
        powered = found.x * scale
        pressure, opening = parts(np.sign(powered) * np.abs(powered) ** n)
        return x, pressure, opening


def _influence(at: np.ndarray, of: np.ndarray, width: float) -> np.ndarray:
    """Return the pressure at places by an opening of elements around others [Pa/m]."""
    away = at[:, None] - of[None, :]
    return -MODULUS / (4 * np.pi) * (1 / (away - width / 2) - 1 / (away + width / 2))
