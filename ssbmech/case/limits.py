# SPDX-License-Identifier: BSD-3-Clause
"""Up to where a run believes its model: limits that are noted, and limits that end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ssbmech.parameter import parameter, validate_parameters


def _limit(unit: str, default: float | None, doc: str, low: float | None = 0.0) -> Any:
    """Declare a limit; None for none."""
    return parameter(unit, low=low, default=default, doc=doc)


@dataclass(frozen=True)
class Limits:
    """Limits of validity, watched at each accepted step.

    The model is one of small strains, of surfaces that stay where they are, and of laws that were
    measured in a range. A run that leaves that goes on, but says so once in its log and in its
    report; beyond a limit that ends in `_error` it ends as failed with a checkpoint. It goes on
    from there by `resume` with another limit: limits are no part of what a run is known by. None
    stands for no limit.

    Strains, rotations and stresses are means over a cell of the mesh, of which the largest is
    noted. What ends a run is the mean over a body: at the rim of a void or the edge of a contact
    the largest strain grows with each finer mesh, and tells little about the rest.

    Raises:
        ParameterError: a limit is negative.
    """

    strain: float | None = _limit("1", 0.1, "largest principal strain that is noted")
    strain_mean_error: float | None = _limit("1", 0.3, "principal strain, mean over a body")
    rotation: float | None = _limit("1", 0.1, "largest rotation that is noted, in radian")
    rotation_mean_error: float | None = _limit("1", 0.3, "rotation, mean over a body, in radian")
    stripped: float | None = _limit("1", 0.5, "metal stripped or plated over its layer, noted")
    stripped_error: float | None = _limit("1", None, "metal stripped or plated over its layer")
    gap: float | None = _limit("1", 0.1, "gap over its metal that is noted")
    gap_error: float | None = _limit("1", 1.0, "gap over its metal")
    creep_step: float | None = _limit("1", 0.1, "creep strain in one time step that is noted")
    creep_step_error: float | None = _limit("1", None, "creep strain in one time step")
    strength: float | None = _limit("1", 1.0, "tension over strength that is noted")
    strength_error: float | None = _limit("1", None, "tension over strength")
    flow: float | None = _limit("1", 1.0, "stress over the largest of the creep tests, noted")
    flow_error: float | None = _limit("1", None, "stress over the largest of the creep tests")
    contact: float | None = _limit("1", 0.2, "contact fraction below which it is noted")
    contact_error: float | None = _limit("1", None, "least contact fraction")
    pull: float | None = _limit("Pa", -1e3, "stack pressure below which it is noted", low=None)
    pull_error: float | None = _limit("Pa", None, "least stack pressure", low=None)
    thickness_error: float | None = _limit("m", 0.0, "least thickness of the stack")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @classmethod
    def off(cls) -> Limits:
        """Return no limits at all: a run that notes nothing and ends for nothing."""
        return cls(**dict.fromkeys(cls.__dataclass_fields__))

    def values(self) -> Mapping[str, float | None]:
        """Return all limits by name."""
        return asdict(self)
