# SPDX-License-Identifier: BSD-3-Clause
"""A number is declared once, with unit and bounds; validation, manifest and docs follow from that.

A frozen dataclass declares its numbers with `parameter` and calls `validate_parameters` first thing
in its `__post_init__`. From then on every field is a finite float in SI within its bounds::

    @dataclass(frozen=True, slots=True)
    class Elastic:
        young: float = parameter("Pa", low=0.0, low_open=True, doc="Young's modulus")
        poisson: float = parameter("1", low=0.0, high=0.5, high_open=True, doc="Poisson ratio")

        def __post_init__(self) -> None:
            validate_parameters(self)
"""

from __future__ import annotations

from ssbmech.parameter.declaration import (
    NOT_DESCRIBED,
    STATED_IF_GIVEN,
    UNSTATED,
    Declaration,
    Derived,
    Tabulated,
    parameter,
    table,
)
from ssbmech.parameter.description import Description, describe, markdown_table, parts_of, stated
from ssbmech.parameter.source import Provenance, Source
from ssbmech.parameter.validation import validate_parameters

__all__ = [
    "NOT_DESCRIBED",
    "STATED_IF_GIVEN",
    "UNSTATED",
    "Declaration",
    "Derived",
    "Description",
    "Provenance",
    "Source",
    "Tabulated",
    "describe",
    "markdown_table",
    "parameter",
    "parts_of",
    "stated",
    "table",
    "validate_parameters",
]
