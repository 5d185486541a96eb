# SPDX-License-Identifier: BSD-3-Clause
"""What a linear solver may know of the fields of a system: what kind of equation each one has.

The parts of bodies and interfaces say it of their own unknowns, in the terms of mathematics; a
field of which nothing is said is solved for directly, together with all others of that kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Elliptic:
    """A field of an elliptic equation of second order; those of as many components go together.

    Attributes:
        unknown: the field.
        linear: scalar space of linear elements on the same mesh, the coarser level of a field of
            quadratic ones; None where there is none, and the level is the field itself.
        stiffening: bilinear form that is added where a simpler operator stands for the field's own;
            None for nothing.
        entity_maps: maps of that form.
    """

    unknown: Unknown
    linear: Any = None
    stiffening: Any = None
    entity_maps: Any = None


@dataclass(frozen=True, eq=False)
class Saddle:
    """A field whose equation constrains elliptic ones, symmetrically, as a pressure does.

    Attributes:
        unknown: the field.
        schur: bilinear form, positive, of which minus one is close to the field's own operator when
            the elliptic fields are eliminated.
        entity_maps: maps of that form.
    """

    unknown: Unknown
    schur: Any
    entity_maps: Any = None


@dataclass(frozen=True, eq=False)
class Explicit:
    """A field that its own equation gives, value by value, from elliptic ones.

    Attributes:
        unknown: the field.
    """

    unknown: Unknown


@dataclass(frozen=True, eq=False)
class Complementary:
    """A multiplier and a slack, one each on every facet or at every vertex, of which one is zero.

    The equation of the multiplier says which one; the equation of the slack, u its elliptic fields,
    is slack - B u = ... with the transpose of B in the equations of those.

    Attributes:
        multiplier: the multiplier.
        slack: the slack.
        areas: area of each owned facet, or of what an owned vertex stands for, in the order of the
            slack's dofs [m2].
        stiffness: returns multiplier over displacement of what lies beneath it at present, in the
            same order [Pa/m]; collective.
    """

    multiplier: Unknown
    slack: Unknown
    areas: Array
    stiffness: Callable[[], Array]


@dataclass(frozen=True, eq=False)
class Local:
    """A field where a complementary pair lives, coupled to nothing of any other facet or vertex.

    Attributes:
        unknown: the field; its equation in a place is regular for what else the place has.
    """

    unknown: Unknown


@dataclass(frozen=True, eq=False)
class Held:
    """A vector on facets with a complementary pair, which holds closed ones along themselves.

    Its equation is, with the normal n and the jump [u] of the elliptic fields, factor times the
    tangential part of [u] plus the normal part of the field where the facet is closed; the field is
    zero where it is open.

    Attributes:
        unknown: the field.
        factor: number by which the constraint is multiplied [Pa/m].
    """

    unknown: Unknown
    factor: float


Role = Elliptic | Saddle | Explicit | Complementary | Local | Held
