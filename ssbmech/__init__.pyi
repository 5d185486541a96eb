# SPDX-License-Identifier: BSD-3-Clause
# The public names, each with the module that defines it; loaded on first use.

from ._version import __version__ as __version__
from .case.body import Body
from .case.boundary import (
    BodyForce,
    Clamp,
    FaceFlux,
    FacePotential,
    FacePressure,
    IonSource,
    Loads,
    NoSlip,
    Roller,
)
from .case.case import Case
from .case.cycling import Charge, CurrentBelow, Discharge, Hold, cycles
from .case.electrodes import Electrodes
from .case.fixtures import ConstantForce, DrivenPlaten, FixedGap, Isostatic, Spring
from .case.linear_solver import Cholesky, Direct
from .case.protocol import (
    ConstantCurrent,
    ConstantVoltage,
    ContactBelow,
    Preload,
    Rest,
    VoltageAbove,
    VoltageBelow,
)
from .case.settings import Discretisation, NewtonSettings, Output, PressureField, Scales
from .case.step_control import AdaptiveSteps, PrescribedSteps
from .frames import Axisymmetric, PlaneSection, PlaneStrain, ThreeDimensional
from .geometry.composite import CompositeStack
from .geometry.grains import Texture, voronoi_grains
from .geometry.inclusion import Inclusion
from .geometry.packing import Packing, ParticleKind, Sides, Sizes
from .geometry.profiles import CosineGap, CylinderGap, FunctionGap, LensGap, SphereGap
from .geometry.stacks import Layer, Refinement, Stack
from .interfaces.cohesion import BilinearCohesion
from .interfaces.contact import Frictionless, GapConduction, RoughConduction, Sticking
from .interfaces.interface import Interface
from .interfaces.kinetics import ButlerVolmer, HostSites, LinearKinetics
from .interfaces.point import InterfacePoint
from .materials.material import Material
from .memory import StateVariable
from .model.outputs import CellField, CellMean, PointField, Scalar
from .run.observers import Observer
from .run.runner import Result, resume, run
from .run.script import CaseScript, Knob, main
from .runfolder.quantities import Quantity
from .runfolder.run import Run, open_run
from .solve.observing import EndRun, EndStep

__all__ = [
    "AdaptiveSteps",
    "Axisymmetric",
    "BilinearCohesion",
    "Body",
    "BodyForce",
    "ButlerVolmer",
    "Case",
    "CaseScript",
    "CellField",
    "CellMean",
    "Charge",
    "Cholesky",
    "Clamp",
    "CompositeStack",
    "ConstantCurrent",
    "ConstantForce",
    "ConstantVoltage",
    "ContactBelow",
    "CosineGap",
    "CurrentBelow",
    "CylinderGap",
    "Direct",
    "Discharge",
    "Discretisation",
    "DrivenPlaten",
    "Electrodes",
    "EndRun",
    "EndStep",
    "FaceFlux",
    "FacePotential",
    "FacePressure",
    "FixedGap",
    "Frictionless",
    "FunctionGap",
    "GapConduction",
    "Hold",
    "HostSites",
    "Inclusion",
    "Interface",
    "InterfacePoint",
    "IonSource",
    "Isostatic",
    "Knob",
    "Layer",
    "LensGap",
    "LinearKinetics",
    "Loads",
    "Material",
    "NewtonSettings",
    "NoSlip",
    "Observer",
    "Output",
    "Packing",
    "ParticleKind",
    "PlaneSection",
    "PlaneStrain",
    "PointField",
    "Preload",
    "PrescribedSteps",
    "PressureField",
    "Quantity",
    "Refinement",
    "Rest",
    "Result",
    "Roller",
    "RoughConduction",
    "Run",
    "Scalar",
    "Scales",
    "Sides",
    "Sizes",
    "SphereGap",
    "Spring",
    "Stack",
    "StateVariable",
    "Sticking",
    "Texture",
    "ThreeDimensional",
    "VoltageAbove",
    "VoltageBelow",
    "cycles",
    "main",
    "open_run",
    "resume",
    "run",
    "voronoi_grains",
]
