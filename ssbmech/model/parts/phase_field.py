# SPDX-License-Identifier: BSD-3-Clause
"""Smeared cracks as a case asks for them, and the bodies that cannot have them."""

from __future__ import annotations

from dataclasses import dataclass

from ssbmech.errors import CaseError
from ssbmech.materials.phase_field import PhaseFieldLaw
from ssbmech.model.body import BodyModel
from ssbmech.model.part import Part
from ssbmech.model.parts.damage import Damage, elastic_solid


@dataclass(frozen=True)
class PhaseField(PhaseFieldLaw):
    r"""Cracks of a brittle elastic body, as a damage that is smeared over a length.

    ``Body(..., parts=(PhaseField(toughness, length),))``. Cracks begin and run where the energy is
    least, on no given path; `ssbmech.forms.phase_field` has the equations. Cells of size h make a
    crack cost :math:`G_c (1 + h / (c_w \ell))`.

    Attributes:
        model: what damage costs by itself.
        split: what tells tension from compression.
        flaw: places that are cracked at the start, a function of positions (3, n) [m] that returns
            truth; None for none.
        unbroken: regions of the body that do not crack.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    def part(self, model: BodyModel) -> Part:
        """Return the part; collective.

        Raises:
            CaseError: the body moves, creeps or is logarithmic, a region is not known, or no cell
                is fine enough.
        """
        _check(self, model)
        return Damage(model, self)


def _check(law: PhaseField, body: BodyModel) -> None:
    """Refuse a body that cannot crack so.

    Raises:
        CaseError: there are two laws, it moves or is logarithmic, a region is not known, or one is
            not elastic.
    """
    name, regions = body.name, tuple(body.case_body.materials)
    if sum(isinstance(own, PhaseField) for own in body.case_body.parts) > 1:
        raise CaseError(f"body {name!r} has two PhaseField: one serves all of its regions")
    if body.case_body.moves or body.case_body.logarithmic:
        raise CaseError(
            f"PhaseField: body {name!r} moves or is logarithmic, and a smeared crack knows small "
            "strains alone: leave one of them out"
        )
    for region in law.unbroken:
        if region not in regions:
            raise CaseError(
                f"PhaseField.unbroken: {region!r} is no region of body {name!r}, which has "
                f"{', '.join(regions)}"
            )
    if set(law.unbroken) == set(regions):
        raise CaseError(f"PhaseField: no region of body {name!r} cracks; leave the law out")
    for region in regions:
        if region not in law.unbroken:
            elastic_solid(body, region)
