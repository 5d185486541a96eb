# SPDX-License-Identifier: BSD-3-Clause
"""All layers of a laminate with their states, and what they are together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ssbmech.laminate.case import LaminateCase, Ply
from ssbmech.laminate.layer import CHARGE, PRESSURE, Answer, Array, Loading, State
from ssbmech.laminate.reserve import PlyUsedUp

Answers = dict[str, Answer]
"""Answers of the plies by name."""


class Pile:
    """The plies of all cells and the pads, each ply a vector over the cells.

    Args:
        case: the laminate.
    """

    def __init__(self, case: LaminateCase) -> None:
        """Lay the layers down without pressure."""
        self._cells, self._reference = case.cells, case.reference_temperature
        self._plies = {ply.name: (ply, ply.thicknesses(case.cells)) for ply in case.cell.plies}
        self._pads = {pad.name: (pad, np.array([pad.thickness])) for pad in case.pads}
        self._all = self._plies | self._pads
        self._states: dict[str, State] = {
            name: ply.law.start(thickness) for name, (ply, thickness) in self._all.items()
        }

    @property
    def plies(self) -> Sequence[Ply]:
        """All plies, pads included."""
        return [ply for ply, _ in self._all.values()]

    @property
    def guards(self) -> tuple[PlyUsedUp, ...]:
        """Conditions that end any step: metal of the cells is used up."""
        grows = {name: getattr(ply.law, "growth", None) for name, (ply, _) in self._plies.items()}
        return tuple(
            PlyUsedUp(name) for name, growth in grows.items() if getattr(growth, "runs_out", False)
        )

    def answers(self, loading: Loading) -> Answers:
        """Return what all layers answer.

        Raises:
            NotConverged: a layer has no answer.
        """
        return {
            name: _expanded(
                ply.law.answer(thickness, self._states[name], self._of(name, loading)),
                self._expansion(name, loading),
            )
            for name, (ply, thickness) in self._all.items()
        }

    def commit(self, answers: Answers) -> None:
        """Take over the states at the end of a step."""
        self._states = {name: answer.state for name, answer in answers.items()}

    def checks(self, loading: Loading) -> list[str]:
        """Return in words which laws are asked beyond what they know."""
        return [
            f"{name}: {text}"
            for name, (ply, thickness) in self._all.items()
            if (text := ply.law.check(thickness, self._of(name, loading)))
        ]

    def cell_thickness(self, answers: Answers) -> Array:
        """Return the thickness of each cell, shape (n,) [m]."""
        return np.asarray(sum(answers[name].thickness for name in self._plies))

    def growth(self, answers: Answers) -> Array:
        """Return the thickness that each cell gains by charge, shape (n,) [m3/C]."""
        return np.asarray(sum(answers[name].thickness_by[CHARGE] for name in self._plies))

    def thickness(self, answers: Answers, dt: float) -> tuple[float, Array]:
        """Return the whole thickness [m] and its derivatives by pressure, strains and currents."""
        by = np.zeros(3 + self._cells)
        for name, answer in answers.items():
            by[:3] += answer.thickness_by[:CHARGE].sum(axis=1)
            if name in self._plies:
                by[3:] += answer.thickness_by[CHARGE] * dt
        return float(sum(answer.thickness.sum() for answer in answers.values())), by

    def forces(self, answers: Answers, dt: float) -> tuple[Array, Array]:
        """Return the forces of the cells' layers in plane [N/m], and their derivatives.

        Pads lie loose beside the cells and do not pull at them.
        """
        force, by = np.zeros(2), np.zeros((2, 3 + self._cells))
        for name in self._plies:
            answer = answers[name]
            force += answer.force.sum(axis=1)
            by[:, :3] += answer.force_by[:, :CHARGE].sum(axis=2)
            by[:, 3:] += answer.force_by[:, CHARGE] * dt
        return force, by

    def yields(self, answers: Answers) -> float:
        """Return the thickness that all lose by pressure [m/Pa]."""
        return -float(sum(answer.thickness_by[PRESSURE].sum() for answer in answers.values()))

    def _expansion(self, name: str, loading: Loading) -> float:
        """Return the free strain of a ply by its temperature [1]."""
        ply, _ = self._all[name]
        return (ply.thermal_expansion or 0.0) * (loading.temperature - self._reference)

    def _of(self, name: str, loading: Loading) -> Loading:
        """Return what the law of a ply is under: no charge passes through a pad.

        Strains add up, so that a law sees those beyond the expansion by temperature.
        """
        return replace(
            loading,
            in_plane=loading.in_plane - self._expansion(name, loading),
            charge=loading.charge if name in self._plies else np.zeros(1),
        )


def _expanded(answer: Answer, strain: float) -> Answer:
    """Return the answer of a layer that has expanded across by a free strain [1]."""
    stretch = math.exp(strain)
    return Answer(
        answer.thickness * stretch,
        answer.thickness_by * stretch,
        answer.force * stretch,
        answer.force_by * stretch,
        answer.state,
    )
