# SPDX-License-Identifier: BSD-3-Clause
"""The fewest time steps that a protocol takes."""

from __future__ import annotations

import math

from ssbmech.case.landings import Landings
from ssbmech.run.any_case import AnyCase

LOOKED_AT = 100_000
"""Time steps that are counted one by one; of more the number follows from the longest [1]."""

MOST = 1e18
"""Time steps beyond which their number says no more than that there are too many [1]."""


def fewest_steps(case: AnyCase) -> int:
    """Return the number of time steps if each is solved at once and no stop condition is met."""
    sizer, count = case.step_control.sizer(), 0
    for at, step in enumerate(case.protocol):
        sizer.start(step.duration)
        elapsed, landings = 0.0, Landings(step)
        while elapsed < step.duration * (1 - 1e-12):
            ahead = min(step.duration, landings.next(elapsed))
            elapsed += sizer.propose(ahead - elapsed)
            sizer.accept(iterations=1, error=0.0)
            count += 1
            if count >= LOOKED_AT:
                # at the longest step from here on; the least that there can be
                longest = getattr(case.step_control, "dt_max", step.duration)
                rest = sum(later.duration for later in case.protocol[at + 1 :])
                return count + math.ceil(min((step.duration - elapsed + rest) / longest, MOST))
    return count
