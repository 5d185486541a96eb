# SPDX-License-Identifier: BSD-3-Clause
"""Holes to plug physics of one's own into, outside the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ssbmech.errors import CaseError


class OwnPart(Protocol):
    """Role of physics that brings unknowns or terms of its own into a body or an interface."""

    def part(self, model: Any) -> Any:
        """Return the part, a `ssbmech.model.part.Part`.

        Args:
            model: the body or interface that it becomes a part of, a
                `ssbmech.model.body.BodyModel` or `ssbmech.model.surface.SurfaceModel`.
        """


BULK_PART = (
    "unknowns", "memory", "terms", "sizes", "outputs", "roles", "judged", "guards", "commit",
)  # fmt: skip
"""Members of a part of a body, a `ssbmech.model.part.Part`."""

SURFACE_PART = (*BULK_PART, "tells", "films", "hidden")
"""Members of a part of an interface, a `ssbmech.model.part.SurfacePart`."""


def check_members(where: str, given: Sequence[object], what: str, members: Sequence[str]) -> None:
    """Check that objects of the user's own have the members that their role needs.

    Args:
        where: whose they are, for messages.
        given: the objects.
        what: their role in words.
        members: names of the members.

    Raises:
        CaseError: there is no tuple of them, one is a class, or a member is missing.
    """
    if not isinstance(given, tuple):
        raise CaseError(f"{where}: {what} must come in a tuple: write ({type(given).__name__}(),)")
    for item in given:
        if isinstance(item, type):
            raise CaseError(
                f"{where}: {what} is the class {item.__name__}: write {item.__name__}(...)"
            )
        for member in members:
            if not hasattr(item, member):
                raise CaseError(f"{where}: {item!r} is not {what}: it has no {member!r}")
