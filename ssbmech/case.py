# SPDX-License-Identifier: BSD-3-Clause
"""A case: everything that defines a run, frozen, in SI units."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.boundary import Loads, Support
from ssbmech.consistency import check_consistency
from ssbmech.errors import CaseError
from ssbmech.fixtures import Fixture
from ssbmech.frames import Frame
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.interfaces.interface import Interface
from ssbmech.materials.material import Material
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.protocol import Step
from ssbmech.solve.linear import Direct, LinearSolver
from ssbmech.solve.step_control import AdaptiveSteps, StepControl

Array = npt.NDArray[np.float64]


class Geometry(Protocol):
    """Role of a geometry: it builds a tagged mesh."""

    @property
    def frame(self) -> Frame:
        """Kinematic frame."""

    def build(self, comm: MPI.Intracomm, keep: Path | None = None) -> TaggedMesh:
        """Mesh the geometry and keep the mesh in a file if one is named; collective."""


@dataclass(frozen=True)
class Body:
    """Regions bonded to each other.

    Attributes:
        name: name of the body.
        materials: material by region; the regions share their displacement where they touch.
        content: initial lithium content c / c_max of each region that hosts lithium; there the body
            is free of stress [1].
        crystal_axis: unit vectors (3, n) along the crystals' c-axes at positions (3, n) [m], for
            hosts that swell by direction; None for z everywhere.
        feed: outer face through which electrons come and go; the body then conducts them with the
            conductivity of its materials. None for one potential throughout.

    Raises:
        CaseError: there is no region, something else than a material, a content for a region that
            hosts no lithium, or a feed for a material that does not conduct electrons.
    """

    name: str
    materials: Mapping[str, Material]
    content: Mapping[str, float] = field(default_factory=dict)
    crystal_axis: Callable[[Array], Array] | None = None
    feed: str | None = None

    def __post_init__(self) -> None:
        """Check that there are materials, and that they are materials."""
        if not self.materials:
            raise CaseError(f"body {self.name!r} has no region: give its material by region")
        for region, material in self.materials.items():
            if not isinstance(material, Material):
                raise CaseError(
                    f"body {self.name!r}, region {region!r}: {material!r} is not a Material: take "
                    "one of the library, for example library.by_name('li6ps5cl')"
                )

        blind = [m.name for m in self.materials.values() if m.electronic is None]
        if self.feed is not None and blind:
            raise CaseError(
                f"body {self.name!r} is fed with electrons through {self.feed!r}, but {blind[0]!r} "
                "has no electronic conductivity: give Material(..., electronic="
                "ElectronConductor(...))"
            )
        for region in self.content:
            if region not in self.materials or self.materials[region].host is None:
                raise CaseError(
                    f"body {self.name!r}: an initial lithium content is given for {region!r}, "
                    "which is no region of it that hosts lithium"
                )

    @classmethod
    def single(cls, name: str, material: Material, content: float | None = None) -> Body:
        """Return a body of one region that has the body's name.

        Args:
            name: name of body and region.
            material: its material.
            content: initial lithium content, for a host [1].
        """
        return cls(name, {name: material}, {} if content is None else {name: content})


@dataclass(frozen=True)
class Electrodes:
    """The two electrodes, each named by the interface at which it meets the electrolyte.

    Attributes:
        working: electrode whose current and voltage the protocol prescribes.
        counter: electrode at zero potential; None if the current leaves through an outer face of
            the electrolyte that is held at a potential (`FacePotential`). Voltages are then
            against the zero of that potential.
        also: electrodes of further cells that the same current passes through, cells stacked one on
            the other; each has an electrolyte of its own.
        area_of: interface or outer face whose area is the cell's, by which currents and capacities
            are counted; None for the interface of the working electrode.
    """

    working: str
    counter: str | None = None
    area_of: str | None = None
    also: tuple[Electrodes, ...] = ()

    @property
    def cells(self) -> tuple[Electrodes, ...]:
        """The electrodes of all cells that are stacked."""
        return (self, *self.also)


class PressureField(enum.Enum):
    """Where the pressure is a field of its own."""

    WHERE_FLOWING = "in regions that flow at constant volume (no locking)"
    NOWHERE = "nowhere: plain displacement elements"


@dataclass(frozen=True)
class Discretisation:
    """Finite elements.

    Attributes:
        degree: polynomial degree of displacement and potential, 1 or 2; the pressure has one less.
        quadrature_degree: degree of the bulk quadrature; None takes 2 degree - 2, and 2 degree in
            axisymmetry.
        pressure_field: where the pressure is independent; there the degree must be 2.

    Raises:
        CaseError: the degree is not supported.
    """

    degree: int = 2
    quadrature_degree: int | None = None
    pressure_field: PressureField = PressureField.WHERE_FLOWING

    @property
    def mixed(self) -> bool:
        """Whether the pressure is a field of its own where a solid flows."""
        return self.pressure_field is PressureField.WHERE_FLOWING

    def __post_init__(self) -> None:
        """Check the degree."""
        if self.degree not in (1, 2):
            raise CaseError(
                f"element degree {self.degree} is not supported: use 1 or 2 (default 2)"
            )


@dataclass(frozen=True)
class Scales:
    """Typical sizes, used to scale equations and to judge residuals; they change no result.

    Raises:
        ParameterError: a scale is not positive.
    """

    stress: float = parameter("Pa", low=0.0, low_open=True, default=1e6, doc="typical stress")
    length: float = parameter("m", low=0.0, low_open=True, default=1e-6, doc="typical element size")
    gap: float = parameter(
        "m", low=0.0, low_open=True, default=1e-8, doc="typical gap that matters"
    )
    current: float = parameter(
        "A/m2", low=0.0, low_open=True, default=10.0, doc="typical current density"
    )
    potential: float = parameter(
        "V", low=0.0, low_open=True, default=0.025, doc="typical potential"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True)
class NewtonSettings:
    """When a step counts as solved.

    Attributes:
        tolerance: largest residual norm of each field over its reference [1].
        max_iterations: iterations after which a step is given up.
        max_growth: growth of the residual in one iteration above which the step is shortened [1].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    tolerance: float = parameter("1", low=0.0, low_open=True, default=1e-8, doc="residual norm")
    max_iterations: int = 20
    max_growth: float = parameter("1", low=0.0, low_open=True, default=1.0, doc="residual growth")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True)
class Output:
    """What a run writes beside one row of the series for every step.

    Attributes:
        fields_every: accepted steps between two states of the field files; 0 writes the first of
            the run and the last of each step of the protocol only.
        figures: whether figures are made at the end.

    Raises:
        ParameterError: the time between checkpoints is negative.
    """

    fields_every: int = 2
    figures: bool = True
    checkpoint_every: float = parameter(
        "s", low=0.0, default=10.0, doc="wall time between checkpoints; 0 for one at each step"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True)
class Case:
    """A run in full.

    Attributes:
        name: name of the run.
        geometry: what is meshed.
        bodies: the bodies, each with its materials.
        protocol: the steps.
        interfaces: the surfaces between bodies and their laws.
        supports: displacement conditions on outer faces.
        fixture: what holds the stack; None for none.
        loads: further loads.
        electrodes: None for a purely mechanical case.
        temperature: absolute temperature [K].
        discretisation: finite elements.
        scales: typical sizes.
        newton: when a step counts as solved.
        linear_solver: preset of the linear solver.
        step_control: choice of the time steps.
        output: what is written beside the series.

    Raises:
        ParameterError: the temperature is not positive.
        CaseError: names do not fit together, the protocol is empty, there are two fixtures, or the
            electrodes are not the interfaces with kinetics.
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
    linear_solver: LinearSolver = field(default_factory=Direct)
    step_control: StepControl = field(default_factory=AdaptiveSteps)
    output: Output = field(default_factory=Output)

    def __post_init__(self) -> None:
        """Convert to SI and check what can be checked without a mesh."""
        validate_parameters(self)
        check_consistency(self)
