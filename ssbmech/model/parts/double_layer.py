# SPDX-License-Identifier: BSD-3-Clause
r"""Charge stored without reaction: the double layer of an interface, the polarisation of a body.

Neither matters to a step of seconds; both decide what an impedance shows above some hertz
(`ssbmech.model.small_signal`). Time is discretised as everywhere, by backward Euler.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import ufl

from ssbmech._compat import constant
from ssbmech.constants import VACUUM_PERMITTIVITY
from ssbmech.frames import Expr
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import on_mesh, symbolic
from ssbmech.model.history import Follower
from ssbmech.model.outputs import CellField, Output, total
from ssbmech.model.part import Memory, Part, SurfacePart, Term
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.surface import FacetSet, SurfaceModel
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.runfolder.quantities import quantity


@dataclass(frozen=True)
class DoubleLayer:
    r"""Double layer of an interface that reacts, beside its charge transfer.

    .. math:: i_{dl} = \theta C_{dl} \frac{d (\phi_s - \phi_e)}{d t}

    with the conducting fraction :math:`\theta` of the charge-transfer law: where contact is lost
    there is no double layer, so that the time constant of the interface stays while its resistance
    grows. An inert patch has none either. What it holds where contact is lost in the course of a
    run stays there, out of the circuit. To be given as `Interface(..., parts=(DoubleLayer(0.1),))`.

    Raises:
        ParameterError: the number is out of its bounds.
    """

    capacitance: float = parameter(
        "F/m2", low=0.0, low_open=True, high=1e4, doc="capacitance per area of contact"
    )

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def part(self, surface: SurfaceModel) -> StoredBetween:
        """Return what an interface gets; collective.

        Args:
            surface: the interface.

        Raises:
            CaseError: it has no charge-transfer law.
        """
        return StoredBetween(surface, self)


@dataclass(frozen=True)
class Dielectric:
    r"""Polarisation of an electrolyte, beside its conduction.

    .. math:: j = -\kappa \nabla\phi_e
              - \varepsilon_r \varepsilon_0 \frac{d}{d t} \nabla\phi_e

    Its time constant :math:`\varepsilon_r \varepsilon_0 / \kappa` is that of the arc at the highest
    frequencies. To be given as `Body(..., parts=(Dielectric(30.0),))`; it holds for all regions of
    the body.

    Raises:
        ParameterError: the number is out of its bounds.
    """

    relative_permittivity: float = parameter("1", low=1.0, high=1e6, doc="relative permittivity")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def part(self, body: BodyModel) -> StoredWithin:
        """Return what a body gets.

        Args:
            body: the body.

        Raises:
            CaseError: it conducts no ions.
        """
        return StoredWithin(body, self)


class StoredBetween(SurfacePart):
    """The double layer of an interface.

    Attributes:
        surface: the interface.
        transfer: charge transfer beside which it lies.
    """

    def __init__(self, surface: SurfaceModel, law: DoubleLayer) -> None:
        """Remember the charge per area; collective.

        Raises:
            CaseError: there is no charge transfer.
        """
        self.surface = surface
        self.transfer = surface.parts.get(
            Transfer,
            f"interface {surface.name!r} has a DoubleLayer, but no charge-transfer law: give the "
            "interface its kinetics, or leave the double layer out",
        )
        self._capacitance = symbolic(law, surface.parent).capacitance
        self.history = surface.history("double layer")
        self._before = self.history.start("double_layer_charge")
        followers = [
            Follower(self._charge(near), near.local.dS, near.owned) for near in self._reacting()
        ]
        self.history.follow("double_layer_charge", followers)

    def _reacting(self) -> Iterator[FacetSet]:
        """Yield the facets next to regions that react."""
        for near in self.surface.near:
            if near.region in self.transfer.laws:
                yield near

    def _current(self, near: FacetSet) -> Expr:
        """Return the current density that charges the double layer [A/m2]."""
        phi_s, phi_e = self.transfer.terminal.phi_s, self.transfer.ions.phi_e
        now = phi_s.function("+") - phi_e.function("-")
        before = phi_s.past("+") - phi_e.past("-")
        law = self.transfer.laws[near.region]
        conducting = self.surface.point(near.region).conducting(law.conduction)
        touching = self.transfer.pattern.restrict(conducting, 0.0)
        stored = touching * self._capacitance * (now - before)
        return stored / self.surface.setting.conditions.dt.on(self.surface.parent)

    def _charge(self, near: FacetSet) -> Expr:
        """Return the charge per area at the end of the step [C/m2]."""
        dt = self.surface.setting.conditions.dt.on(self.surface.parent)
        return on_mesh(self._before("+") + dt * self._current(near), self.surface.parent)

    @property
    def memory(self) -> Sequence[Memory]:
        """The charge."""
        return (self.history,)

    def terms(self) -> Iterator[Term]:
        """Yield the current that leaves the electrode and enters the electrolyte."""
        phi_s, phi_e = self.transfer.terminal.phi_s, self.transfer.ions.phi_e
        v, w = self.surface.test(phi_s), self.surface.test(phi_e, "-")
        for near in self._reacting():
            current = self._current(near)
            yield phi_s.key, current * v * near.sides.dS
            yield phi_e.key, -current * w * near.sides.dS

    def outputs(self) -> Sequence[Output]:
        """Return the charge per area."""
        return (
            CellField(
                quantity("double_layer_charge"), lambda: self.history.now("double_layer_charge")
            ),
        )

    def stored(self) -> float:
        """Return the charge at the end of the step, which moved no lithium [C]; collective."""
        charges = self.surface.areas @ self.history.now("double_layer_charge")
        return total(float(charges), self.surface.comm)


class StoredWithin(Part):
    """The polarisation of an electrolyte."""

    def __init__(self, body: BodyModel, law: Dielectric) -> None:
        """Find the ions.

        Raises:
            CaseError: the body conducts none.
        """
        self._body = body
        self._ions = body.parts.get(
            Ions,
            f"body {body.name!r} has a Dielectric, but none of its materials conducts ions: give "
            "it a conductor, or leave the permittivity out",
        )
        mesh = body.mesh.mesh
        relative = symbolic(law, mesh).relative_permittivity
        self._permittivity = constant(mesh, VACUUM_PERMITTIVITY) * relative

    def terms(self) -> Iterator[Term]:
        """Yield the displacement current."""
        body, phi = self._body, self._ions.phi_e
        dt = body.setting.conditions.dt.on(body.mesh.mesh)
        change = ufl.grad(phi.function - phi.past)
        slope = ufl.grad(body.test(phi))
        yield phi.key, self._permittivity / dt * ufl.inner(change, slope) * body.dx


def stored_charge(surface: SurfaceModel) -> float:
    """Return the charge of all double layers of an interface [C]; collective."""
    return float(np.sum([part.stored() for part in surface.parts.find(StoredBetween)]))
