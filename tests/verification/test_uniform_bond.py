# SPDX-License-Identifier: BSD-3-Clause
"""The zone of a uniform bond ahead of a crack that is pulled open: Dugdale's closed forms."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest
import ufl

import ssbmech as ssb
from ssbmech.frames import Expr
from ssbmech.interfaces.filling import GivenPlating
from tests.lithium_crack import HALF, MODULUS, filling, plate
from tests.pressurised import dugdale_opening, dugdale_share
from tests.tools import march, measured
from tests.verification.test_lithium_crack import profiles

ITEM = "Zone of a uniform bond"
FACET = 0.25e-6


@dataclass(frozen=True)
class UniformBond:
    """A bond that bears its strength however far it is opened.

    Attributes:
        strength: its traction [Pa].
        initial_stiffness: traction over separation below that [Pa/m].
    """

    strength: float
    initial_stiffness: float

    def reached(self, largest: Expr, before: Expr, now: Expr, dt: Expr) -> Expr:
        """Return the largest separation [m]."""
        return ufl.max_value(largest, now)

    def welds(self, pressure: Expr) -> Expr | None:
        """Return None."""
        return None

    def damage(self, separation_max: Expr) -> Expr:
        """Return the lost fraction of the stiffness [1]."""
        first = self.strength / self.initial_stiffness
        return 1 - first / ufl.max_value(separation_max, first)

    def stiffness(self, damage: Expr) -> Expr:
        """Return traction over separation [Pa/m]."""
        return (1 - damage) * self.initial_stiffness


@pytest.mark.serial
def test_extent_and_opening_of_the_zone() -> None:
    """Of an empty crack in a plate that is pulled: p on all that is open, by superposition.

    So a / c = cos(pi p / (2 t_0)), which is the closed form of pressure on the open part alone with
    the strength t_0 - p in the zones.
    """
    strength, pulled = 1e8, 5e7
    bond = UniformBond(strength, 200 * MODULUS / FACET)
    dry = filling(kinetics=GivenPlating(0.0))
    case = plate(dry, 4.0, 2.0, facet=FACET, path=9e-6, extent=100e-6, bond=bond)
    tension = ssb.FacePressure("top", lambda time: -pulled * min(time / 4.0, 1.0))
    case = dataclasses.replace(case, loads=ssb.Loads(face_pressures=(tension,)))
    run = march(case, watch=profiles)
    x, _, _, w, _ = run.seen[-1]
    # the last facet that is opened beyond what the bond bears elastically
    first = strength / bond.initial_stiffness
    last = int(np.flatnonzero(w > first).max())
    end = float(x[last]) + FACET / 2
    exact = HALF / dugdale_share(pulled, strength - pulled)
    measured(ITEM, "end of the zone", abs(end / exact - 1), 0.03, "Dugdale")
    tip = float(np.interp(HALF, x, w))
    wanted = dugdale_opening(pulled, strength - pulled, HALF, MODULUS)
    measured(ITEM, "opening where it begins", abs(tip / wanted - 1), 0.03, "Dugdale")
