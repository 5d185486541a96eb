# SPDX-License-Identifier: BSD-3-Clause
"""Words about kinds: how messages show a value, and how what is expected is written."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from numbers import Number
from typing import Any, Final

LONGEST_SHOWN: Final = 60
"""Letters of a value that a message shows."""

EXAMPLES: Final[Mapping[str, str]] = types.MappingProxyType(
    {
        "Adhesion": "write BilinearCohesion(...)",
        "Case.fixture": (
            "a case has one fixture: give a single Spring(...), ConstantForce(...), FixedGap(...) "
            "or Isostatic(...)"
        ),
        "ChargeTransfer": (
            "write ButlerVolmer(...) or LinearKinetics(...), or take one of library.interfaces"
        ),
        "Conduction": "write GapConduction(...) or RoughConduction(...)",
        "Contact": "write Frictionless() or Sticking()",
        "Fixture": "write Spring(...), ConstantForce(...), FixedGap(...) or Isostatic(...)",
        "FlowLaw": "write NortonFlow(...) or AnandFlow(...)",
        "Frame": "write PlaneStrain(), PlaneSection(), Axisymmetric() or ThreeDimensional()",
        "Geometry": "write Stack(...), or MeshFile(...) for a mesh of yours",
        "LinearSolver": "write Automatic(), Direct(), Iterative() or Cholesky()",
        "Material": "take one of the library, for example library.by_name('li6ps5cl')",
        "Step": "for example Rest(1 * hour)",
        "StepControl": "write AdaptiveSteps() or PrescribedSteps((...))",
        "StopCondition": "for example VoltageAbove(4.2 * V)",
        "Support": "write Roller(face), NoSlip(face) or Clamp(face)",
        "Interface.initial_gap": (
            "take LensGap(...), or FunctionGap(lambda x: 5e-8) for a constant gap [m]"
        ),
        "Interface.activity": "take Strips(...), Discs(...) or FunctionActivity(lambda x: ...)",
        "Interface.laws": "for example laws=(RememberedContact(...),)",
        "Clamp.value": "write lambda x, t: ... for the displacement [m], shape (dim, n)",
        "BodyForce.density": "write lambda x: ... for a UFL vector [N/m3]",
        "IonSource.density": "write lambda x: ... for a UFL scalar [A/m3]",
    }
)
"""How what a role or a field asks for is written, by the name of the role or "Class.field"."""


def shown(value: object) -> str:
    """Return a value as messages show it, cut if it is long; never fails."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    try:
        text = " ".join(repr(value).split())
    except Exception:
        # the representation of an object of the user's own may raise anything, and its error would
        # hide the one that is about to be told
        text = f"an object of {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def unwrapped(value: Any) -> Any:
    """Return what an array of no dimension holds, as arithmetic with arrays may leave one; else it.

    Args:
        value: an array of no dimension, or anything else.
    """
    if isinstance(value, Number) or is_quantity(value) or getattr(value, "ndim", None) != 0:
        return value
    return value.item() if hasattr(value, "item") else value


def is_quantity(value: object) -> bool:
    """Return whether a value is a number with a unit, without knowing the registry."""
    return hasattr(type(value), "magnitude") and hasattr(type(value), "m_as")


def with_article(kind: type) -> str:
    """Return the name of a kind with its article."""
    return f"{'an' if kind.__name__[0] in 'AEIO' else 'a'} {kind.__name__}"


def name_of(hint: Any) -> str:
    """Return the name of a kind."""
    if hint is None or hint is type(None):
        return "None"
    if typing.get_origin(hint) is Callable:
        return "a function"
    words = {str: "a text", float: "a number", int: "a whole number", bool: "True or False"}
    return words.get(hint) or str(getattr(hint, "__name__", hint))


def written(hint: Any) -> str:
    """Return how a value of a kind is written, in a few letters."""
    words = {str: "'...'", float: "1.0", int: "1", bool: "True"}
    if hint in words:
        return words[hint]
    if typing.get_origin(hint) is tuple:
        return "(...)"
    name = getattr(hint, "__name__", "")
    return f"{name}(...)" if name and isinstance(hint, type) else "..."


def call_of(kind: type) -> str:
    """Return how an object of a dataclass is written, with what must be given."""
    if not dataclasses.is_dataclass(kind):
        return ""
    needed = [
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    return f"write {kind.__name__}({', '.join(needed)})"
