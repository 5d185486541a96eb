# SPDX-License-Identifier: BSD-3-Clause
"""What the linear solver of a run did: which and why, its iterations, its part of the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

PHASES = {"jacobian": "matrix", "factorisation": "set-up", "solve": "solution"}
"""Phases of Newton's method by the names that its reports have, in words."""

COMPUTED, FILES = "computed [s]", "files [s]"
"""Entries of a manifest's effort for the whole time, and for that of files."""


@dataclass(frozen=True)
class LinearEffort:
    """What the linear solver of a run did.

    Attributes:
        solver: its class and why it was taken; empty if the manifest does not tell.
        iterations: its iterations in words; empty for a direct solver, and if nothing is known.
        fallbacks: systems that were solved directly in place of iteratively, in words; empty if
            there are none.
        shares: its parts of the computing time in words; empty if they are not known.
    """

    solver: str
    iterations: str
    fallbacks: str
    shares: str

    @classmethod
    def of(
        cls, manifest: Mapping[str, Any], columns: Mapping[str, npt.NDArray[np.float64]]
    ) -> LinearEffort:
        """Return that of a run.

        Args:
            manifest: its manifest.
            columns: columns of its series by name.
        """
        section = manifest.get("linear_solver", {})
        solver = ": ".join(str(section[key]) for key in ("name", "why") if key in section)
        names = ("newton_iterations", "linear_iterations", "linear_iterations_max")
        newton, linear, most = (columns.get(name, np.zeros(0)) for name in names)
        failed = float(np.sum(columns.get("linear_fallbacks", np.zeros(0))))
        systems = float(np.sum(newton))
        iterations = ""
        if systems > 0.0 and len(most) and np.max(most) > 1.0:
            mean = float(np.sum(linear)) / systems
            iterations = f"{mean:.1f} per Newton iteration, {np.max(most):.0f} at most"
        fallbacks = f"{failed:.0f} of {systems:.0f} systems" if failed > 0.0 else ""
        return cls(solver, iterations, fallbacks, _shares(manifest.get("effort", {})))


def seconds_of(phases: Mapping[str, float]) -> dict[str, float]:
    """Return the entries of a manifest's effort for the times of Newton's phases.

    Args:
        phases: wall time by phase [s].
    """
    return {_entry(words): phases.get(name, 0.0) for name, words in PHASES.items()}


def _entry(words: str) -> str:
    """Return the name of the entry of a phase."""
    return f"{words} [s]"


def _shares(effort: Mapping[str, Any]) -> str:
    """Return which parts of the time went into the linear systems, in words."""
    names = {words: _entry(words) for words in PHASES.values()}
    whole = float(effort.get(COMPUTED, 0.0))
    if not whole > 0.0 or not set(names.values()) <= effort.keys():
        return ""
    return ", ".join(f"{words} {effort[name] / whole:.0%}" for words, name in names.items())
