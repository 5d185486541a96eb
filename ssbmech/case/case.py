# SPDX-License-Identifier: BSD-3-Clause
"""A case: everything that defines a run, frozen, in SI units."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mpi4py import MPI

from ssbmech.case.body import Body
from ssbmech.case.boundary import Loads, Support
from ssbmech.case.checks import (
    check_bodies,
    check_electrodes,
    check_elements,
    check_face_pressures,
    check_fillings,
    check_fixture,
    check_frictions,
    check_interfaces,
    check_loads,
    check_steps,
)
from ssbmech.case.electrodes import Electrodes
from ssbmech.case.fixtures import Fixture
from ssbmech.case.forgotten_units import check_laws, warn_of_small_pressures, warn_of_transport
from ssbmech.case.interlayer_checks import check_interlayers
from ssbmech.case.law_checks import check_interface_laws
from ssbmech.case.limits import Limits
from ssbmech.case.linear_solver import Automatic, LinearSolver
from ssbmech.case.moving_checks import check_moving, warn_of_held_hosts
from ssbmech.case.protocol import Step
from ssbmech.case.reactant_checks import check_reactants
from ssbmech.case.repeating import flattened
from ssbmech.case.settings import Discretisation, NewtonSettings, Output, Scales
from ssbmech.case.step_control import AdaptiveSteps, StepControl
from ssbmech.case.temperatures import check_temperatures
from ssbmech.frames import Frame
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.interfaces.interface import Interface
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LEAST_TEMPERATURE, MOST_TEMPERATURE, check_name


class Geometry(Protocol):
    """Role of a geometry: it builds a tagged mesh."""

    @property
    def frame(self) -> Frame:
        """Kinematic frame."""

    def build(self, comm: MPI.Intracomm, keep: Path | None = None) -> TaggedMesh:
        """Mesh the geometry and keep the mesh in a file if one is named; collective."""


@dataclass(frozen=True)
class Case:
    """A run in full.

    Attributes:
        name: name of the run.
        geometry: what is meshed.
        bodies: the bodies, each with its materials.
        protocol: the steps; they may be nested in tuples and lists.
        interfaces: the surfaces between bodies and their laws.
        supports: displacement conditions on outer faces.
        fixture: what holds the stack; None for none.
        loads: further loads.
        electrodes: None for a purely mechanical case.
        temperature: absolute temperature at the start [K], until a step asks for another.
        stress_free_temperature: temperature at which no layer has expanded [K]; None for that at
            the start, at which the cell is put together.
        discretisation: finite elements.
        scales: typical sizes.
        newton: when a step counts as solved.
        linear_solver: preset of the linear solver.
        step_control: choice of the time steps.
        output: what is written beside the series.
        limits: up to where the model is believed.

    Raises:
        ParameterError: the temperature is not positive.
        CaseError: names do not fit together, the protocol is empty, there are two fixtures, the
            electrodes are not the interfaces with kinetics, a law of metal is where none is, or the
            protocol goes through temperatures at which the cell is no solid.
    """

    name: str
    geometry: Geometry
    bodies: tuple[Body, ...]
    protocol: tuple[Step, ...]
    interfaces: tuple[Interface, ...] = ()
    supports: tuple[Support, ...] = ()
    fixture: Fixture | None = None
    loads: Loads = field(default_factory=Loads)
    electrodes: Electrodes | None = None
    temperature: float = parameter("K", low=0.0, low_open=True, default=298.15, doc="temperature")
    discretisation: Discretisation = field(default_factory=Discretisation)
    scales: Scales = field(default_factory=Scales)
    newton: NewtonSettings = field(default_factory=NewtonSettings)
    linear_solver: LinearSolver = field(default_factory=Automatic)
    step_control: StepControl = field(default_factory=AdaptiveSteps)
    output: Output = field(default_factory=Output)
    stress_free_temperature: float | None = parameter(
        "K",
        low=LEAST_TEMPERATURE,
        high=MOST_TEMPERATURE,
        default=None,
        doc="temperature without thermal strain",
        stated_if_given=True,
    )
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Convert to SI and check what can be checked without a mesh."""
        object.__setattr__(self, "protocol", flattened(self.protocol))
        validate_parameters(self)
        check_name(self.name, "Case.name")
        check_bodies(self.bodies)
        check_interfaces(self.interfaces, self.bodies)
        check_loads(self.loads, self.bodies, self.electrodes)
        check_face_pressures(self.loads, self.supports, self.fixture)
        check_frictions(self.loads, self.supports)
        check_steps(self.protocol)
        check_fixture(self.fixture, self.supports, self.protocol)
        check_elements(self.discretisation, self.bodies)
        check_moving(self.bodies, self.interfaces, self.discretisation)
        check_fillings(self.interfaces, self.electrodes)
        check_electrodes(self.electrodes, self.interfaces, self.bodies, self.loads, self.protocol)
        check_interface_laws(self.interfaces, self.bodies)
        check_interlayers(self.interfaces, self.bodies)
        check_reactants(self.interfaces, self.bodies)
        warn_of_small_pressures(self.protocol)
        check_laws((self.bodies, self.interfaces))
        warn_of_transport(self.bodies, self.interfaces)
        warn_of_held_hosts(self.bodies, self.supports)
        check_temperatures(self.temperature, self.protocol, self.bodies)

    @property
    def places(self) -> tuple[str, ...]:
        """Names of all that columns of the series may be of: interfaces, bodies and regions."""
        regions = [region for body in self.bodies for region in body.materials]
        names = (*(each.name for each in self.interfaces), *(b.name for b in self.bodies), *regions)
        return tuple(dict.fromkeys(names))

    @property
    def unit_of_volume(self) -> str:
        """Unit of volumes, which are per depth in the plane."""
        return self.geometry.frame.depth_unit
