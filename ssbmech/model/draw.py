# SPDX-License-Identifier: BSD-3-Clause
"""What a protocol asks of electrode metal, against what is there."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ssbmech.case.landings import next_of
from ssbmech.case.phases import conditions_of
from ssbmech.case.protocol import Step, drive_over
from ssbmech.errors import CaseWarning
from ssbmech.model.circuit import Circuit
from ssbmech.model.parts.crack import CrackMetal
from ssbmech.model.parts.electrode import Metal
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.surface import SurfaceModel

SAMPLES = 64
"""Parts of a step, and of each time between two of its break points if they are few [1]."""

MOST_BREAKS = 20_000
"""Break points of a step beyond which the rest of it is looked at as a whole [1]."""

MAH_PER_CM2 = 36000.0
"""Charge per area of 1 mAh/cm2 [C/m2]."""


@dataclass(frozen=True)
class Draw:
    """What a protocol strips from a metal, if every step lasts its full time.

    Attributes:
        interface: name of the interface.
        asked: most that is stripped, net of what is plated, per area of the interface [C/m2].
        held: charge of the metal at the start, per area [C/m2].
        step: step in which more is asked than there is; empty if none.
        stopped: whether a stop condition may end that step, or one before it, earlier.
        foreseen: whether the case says what happens where metal ends.
    """

    interface: str
    asked: float
    held: float
    step: str
    stopped: bool
    foreseen: bool = False

    def text(self) -> str:
        """Return it in words."""
        asked, held = self.asked / MAH_PER_CM2, self.held / MAH_PER_CM2
        if not self.step:
            return f"{self.interface}: strips {asked:.4g} of {held:.4g} mAh/cm2"
        unless = ", unless a stop condition comes first" if self.stopped else ""
        return (
            f"{self.interface}: strips {asked:.4g} mAh/cm2 but the layer holds {held:.4g} mAh/cm2: "
            f"step {self.step!r} ends where it is used up{unless}"
        )


def draws(
    surfaces: Mapping[str, SurfaceModel], circuit: Circuit, steps: Sequence[Step]
) -> list[Draw]:
    """Return what a protocol asks of each metal; collective.

    Steps that hold a voltage count as without current: theirs is not known before.

    Args:
        surfaces: the interfaces by name.
        circuit: the circuit.
        steps: the protocol.
    """
    found = []
    for pair in circuit.cells:
        for name, sign in ((pair.working, 1.0), (pair.counter, -1.0)):
            for transfer in surfaces[name].parts.find(Transfer) if name else ():
                metal = transfer.reactant
                if isinstance(metal, Metal):
                    per_area = sign * circuit.nominal_area / metal.area
                    found.append(_draw(str(name), metal, per_area, circuit, steps))
    return found


def warn_of_draws(found: Sequence[Draw]) -> None:
    """Warn of steps that ask for more metal than there is and have no end foreseen."""
    for draw in found:
        if draw.step and not (draw.stopped or draw.foreseen):
            warnings.warn(
                f"{draw.text()}. Take a thicker layer or a shorter step; of a foil that is thicker "
                "than its model give Metal(..., not_modelled=...)",
                CaseWarning,
                stacklevel=4,
            )


def share_metal(surfaces: Mapping[str, SurfaceModel]) -> None:
    """Let interfaces that strip and plate one body know of each other."""
    metals = [
        transfer.reactant
        for surface in surfaces.values()
        for transfer in surface.parts.find(Transfer)
        if isinstance(transfer.reactant, Metal)
    ]
    for metal in metals:
        body = metal.surface.minus
        metal.others = [m for m in metals if m is not metal and m.surface.minus is body]


def take_back(surfaces: Mapping[str, SurfaceModel], sides: Mapping[str, Sequence[str]]) -> None:
    """Let the metal of electrodes know of what leaves the mouths of cracks that are joined to them.

    It counts as metal of the body at once: a body at rest does not show where it has gone.

    Args:
        surfaces: the interfaces by name.
        sides: interfaces that are joined to each electrode.
    """
    for name, joined in sides.items():
        given = [
            c.expelled_volume for each in joined for c in surfaces[each].parts.find(CrackMetal)
        ]
        for each in (name, *joined):
            for transfer in surfaces[each].parts.find(Transfer):
                if isinstance(transfer.reactant, Metal):
                    transfer.reactant.returned.extend(given)


def _draw(
    name: str, metal: Metal, per_area: float, circuit: Circuit, steps: Sequence[Step]
) -> Draw:
    """Return what a protocol asks of one metal; collective.

    Args:
        name: interface.
        metal: the metal.
        per_area: charge stripped per its area, over the charge of the protocol per nominal area.
        circuit: the circuit.
        steps: the protocol.
    """
    # of a film that holds no more than what stays, rounding may leave less than nothing
    held = max(metal.inventory({"stripped": np.zeros(metal.surface.gap.owned)}), 0.0)
    passed, most, where, stopped = 0.0, 0.0, "", False
    for step in steps:
        stopped = stopped or (any(True for _ in conditions_of(step)) and not where)
        charges = passed + per_area * _charges(step, circuit)
        passed, most = float(charges[-1]), max(most, float(charges.max()))
        if most > held * (1 + 1e-9) and not where:
            where = step.name
    return Draw(name, most, held, where, stopped, metal.fades)


def _charges(step: Step, circuit: Circuit) -> npt.NDArray[np.float64]:
    """Return the charge per nominal area that a step passes up to some instants of it [C/m2]."""
    knots = _knots(step)
    parts = max(SAMPLES * SAMPLES // len(knots), 1)
    between = [np.linspace(a, b, min(parts, SAMPLES) + 1)[1:] for a, b in pairwise(knots)]
    ends = np.concatenate(between)
    starts = np.concatenate([[0.0], ends[:-1]])
    densities = [
        circuit.current_density(drive_over(step, float(a), float(b))) or 0.0
        for a, b in zip(starts, ends, strict=True)
    ]
    return np.asarray(np.cumsum(np.asarray(densities) * (ends - starts)))


def _knots(step: Step) -> list[float]:
    """Return the start, the break points and the end of a step [s]."""
    found, after = [0.0], next_of(step)
    while len(found) < MOST_BREAKS and (at := after(found[-1])) < step.duration:
        found.append(at)
    return [*found, step.duration]
