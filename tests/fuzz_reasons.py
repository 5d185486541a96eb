# SPDX-License-Identifier: BSD-3-Clause
"""Reasons for which inputs that look bad are accepted, by what they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Reason:
    """Why inputs of one kind are accepted.

    Attributes:
        wrong: what is wrong with them.
        fields: regular expression for their "Class.field".
        text: the reason.
    """

    wrong: tuple[str, ...]
    fields: str
    text: str


NUMBER, TEXT = ("huge", "tiny"), ("empty", "two lines")

ACCEPTED: Final = (
    Reason(
        NUMBER,
        r"(AnandFlow|ArrheniusDiffusivity|ButlerVolmer|Elastic|IonConductor|LinearKinetics"
        r"|NortonFlow|RoughConduction|GapConduction|VolumeSwelling|Host|TableOcv)\..*",
        "constant of a law: of no effect, or of one that swamps all others, as limits of it have",
    ),
    Reason(
        ("tiny",),
        r"Iterative\.fallback_memory",
        "no memory for the direct solver: it never takes over, and a step that fails is cut",
    ),
    Reason(
        ("tiny",),
        r"(CapLaw\.(cohesion|stiffening|floppy_density)|PressingLine\.loose_density"
        r"|PorousConductor\.percolation)",
        "as good as zero, which is a limit of the law: no tension, no change of the modulus, "
        "strength and conduction down to no density",
    ),
    Reason(("tiny",), r"Brittle\.compression", "as good as none"),
    Reason(
        NUMBER,
        r"CapLaw\.loosening_time",
        "as good as none, or so long that no pore opens: limits of the law",
    ),
    Reason(
        NUMBER,
        r"(Material|Metal|TemperatureRange)\..*",
        "constant of a material that cases are held against when they are put together",
    ),
    Reason(
        NUMBER,
        r".*\.(duration|rate|to|current_density|voltage|first|last|current_below)",
        "a step as good as none or without end, which its other limits end, and `check` counts",
    ),
    Reason(
        NUMBER,
        r"(VoidAbove|VoltageAbove|VoltageBelow|CurrentBelow|ContactBelow)\..*",
        "a limit that is met at once or never",
    ),
    Reason(
        NUMBER,
        r"Limits\..*",
        "a limit of the model, which warns or ends a run at once or never, as its owner wants",
    ),
    Reason(
        NUMBER,
        r"(AdaptiveSteps|NewtonSettings|Output)\..*",
        "a tolerance or pace that none keeps, so that the run ends by name, or that all do",
    ),
    Reason(
        NUMBER,
        r"(ConstantForce|FixedGap|Isostatic|Spring)\..*",
        "a fixture that is not felt, or does not give",
    ),
    Reason(
        NUMBER,
        r"(CosineGap|CylinderGap|SphereGap|LensGap|Strips|Discs)\..*",
        "a gap or pattern beside the interface, or too small for a facet",
    ),
    Reason(
        NUMBER,
        r"(Layer|Stack|Refinement)\..*",
        "a size of the mesh, refused when its cells are counted before meshing",
    ),
    Reason(NUMBER, r"Electrodes\.capacity", "a capacity, by which alone C-rates are counted"),
    Reason(
        TEXT,
        r".*\.(body|face|interface|working|counter|area_of)",
        "a name that is matched with those of the case when it is put together or meshed",
    ),
    Reason(
        TEXT,
        r"(Source|Quantity|StateVariable|Column)\..*",
        "words of a note or an output of the user's own, written as they are",
    ),
    Reason(
        TEXT,
        r".*\.(name|reason|element)",
        "words for logs and figures, by which nothing is found",
    ),
)
"""Reasons for which inputs are accepted."""


def why_accepted(name: str) -> str:
    """Return the reason for which an input may be accepted; empty if there is none."""
    where, _, wrong = name.partition(": ")
    for reason in ACCEPTED:
        if wrong in reason.wrong and re.fullmatch(reason.fields, where):
            return reason.text
    return ""
