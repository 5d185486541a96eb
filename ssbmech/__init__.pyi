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
from .case.cccv import CCCV
from .case.currents import ChargeAbove, CurrentBelow
from .case.cycling import Charge, Discharge, Hold
from .case.electrodes import Electrodes
from .case.fixture_steps import Press, Release
from .case.fixtures import (
    ConstantForce,
    DrivenPlaten,
    FixedGap,
    Isostatic,
    RegulatedForce,
    Spring,
)
from .case.friction import FaceFriction, PowerSlip
from .case.limits import Limits
from .case.linear_solver import Automatic, Cholesky, CoarseLevel, Direct, Iterative, Multigrid
from .case.procedures import Pulse, formation, gitt, pulses, rate_test
from .case.profiles import CurrentProfile, PressureProfile, TemperatureProfile, VoltageProfile
from .case.protocol import (
    ConstantCurrent,
    ConstantPower,
    ConstantVoltage,
    CurrentSweep,
    Preload,
    Rest,
)
from .case.remeshing import Remeshing
from .case.repeating import cycles
from .case.settings import Discretisation, NewtonSettings, Output, PressureField, Scales
from .case.step_control import AdaptiveSteps, PrescribedSteps
from .case.stops import (
    ContactBelow,
    CrackAbove,
    Final,
    PressureAbove,
    PressureBelow,
    VoidAbove,
    VoltageAbove,
    VoltageBelow,
)
from .case.surroundings import PressureRamp, TemperatureRamp, Under
from .case.time_scheme import BackwardEuler, SecondOrder, TimeScheme
from .case.time_table import Between
from .errors import CaseWarning
from .frames import Axisymmetric, PlaneSection, PlaneStrain, ThreeDimensional
from .geometry.architectures import aligned_channels, interdigitated, scaffold
from .geometry.bricks import Bricks
from .geometry.channel import Channel
from .geometry.composite import CompositeStack
from .geometry.crack_disc import CrackDisc
from .geometry.crack_path import CrackPath
from .geometry.crossed_layers import CrossedLayers
from .geometry.grains import Texture, voronoi_grains
from .geometry.inclusion import Inclusion
from .geometry.notch import Notch
from .geometry.packing import Packing, ParticleKind, Sides, Sizes
from .geometry.particle_cell import ParticleCell
from .geometry.patches import (
    Discs,
    FunctionActivity,
    Strips,
    random_discs,
    random_rings,
    random_strips,
)
from .geometry.polycrystal import Polycrystal
from .geometry.profiles import CosineGap, CylinderGap, FunctionGap, LensGap, SphereGap
from .geometry.stacks import Layer, Refinement, Stack
from .interfaces.accumulating import AccumulatingProps
from .interfaces.capillarity import Capillarity
from .interfaces.cohesion import BilinearCohesion, DelayedBond, FatiguingCohesion
from .interfaces.constriction import SpotsOfOneNumber, SpotsOfOneSize
from .interfaces.contact import Frictionless, GapConduction, RoughConduction, Sticking
from .interfaces.crack_flow import CreepFlow, SlipFlow, ThinStrength
from .interfaces.diffusion import InterfaceDiffusion
from .interfaces.directors import FannedDirectors, ParallelDirectors
from .interfaces.exhaustion import Exhaustion
from .interfaces.filling import Ball, CrackFilling, GivenPlating, Mouth
from .interfaces.interface import Interface
from .interfaces.interlayer import AlloyStore, LayerPath, PoreStore, PorousInterlayer
from .interfaces.kinetics import ButlerVolmer, HostSites, LinearKinetics
from .interfaces.point import Hidden, InterfacePoint, StepErrors
from .interfaces.props import ConstantBearing, LensVoids, PlatedExcess, ProppedInterface
from .interfaces.rough_contact import AdheringContact, RememberedContact
from .interfaces.sinking import FreeClosing, LinearSinking, PowerLawSinking
from .interfaces.wetting import WettingConduction
from .laminate.case import LaminateCase, LaminateCell, Ply
from .materials.brittle import Brittle
from .materials.material import Material
from .materials.phase_field import AT1, AT2, StarConvex, VolumetricDeviatoric
from .measured import Measured
from .memory import StateVariable
from .model.dissipation import DissipatedEnergy, DissipatedPower
from .model.energy_release import EnergyRelease, RoundEnergyRelease
from .model.energy_release_along import EnergyReleaseAlong
from .model.film_drop import FilmDrop
from .model.outputs import CellField, CellMean, PointField, Scalar
from .model.parts.dissipated import DissipatedDensity, DissipatedPerArea
from .model.parts.double_layer import Dielectric, DoubleLayer
from .model.parts.phase_field import PhaseField
from .model.small_signal import impedance
from .records import Column
from .run.case_script import CaseScript, Knob
from .run.impedance import Spectra, impedance_of_run
from .run.observers import Observer
from .run.runner import Result, resume, run
from .run.script import main
from .runfolder.quantities import Quantity
from .runfolder.run import Run, open_run
from .runfolder.spectra import Spectrum
from .solve.observing import EndRun, EndStep
from .validity import TemperatureRange

__all__ = [
    "AT1",
    "AT2",
    "CCCV",
    "AccumulatingProps",
    "AdaptiveSteps",
    "AdheringContact",
    "AlloyStore",
    "Automatic",
    "Axisymmetric",
    "BackwardEuler",
    "Ball",
    "Between",
    "BilinearCohesion",
    "Body",
    "BodyForce",
    "Bricks",
    "Brittle",
    "ButlerVolmer",
    "Capillarity",
    "Case",
    "CaseScript",
    "CaseWarning",
    "CellField",
    "CellMean",
    "Channel",
    "Charge",
    "ChargeAbove",
    "Cholesky",
    "Clamp",
    "CoarseLevel",
    "Column",
    "CompositeStack",
    "ConstantBearing",
    "ConstantCurrent",
    "ConstantForce",
    "ConstantPower",
    "ConstantVoltage",
    "ContactBelow",
    "CosineGap",
    "CrackAbove",
    "CrackDisc",
    "CrackFilling",
    "CrackPath",
    "CreepFlow",
    "CrossedLayers",
    "CurrentBelow",
    "CurrentProfile",
    "CurrentSweep",
    "CylinderGap",
    "DelayedBond",
    "Dielectric",
    "Direct",
    "Discharge",
    "Discretisation",
    "Discs",
    "DissipatedDensity",
    "DissipatedEnergy",
    "DissipatedPerArea",
    "DissipatedPower",
    "DoubleLayer",
    "DrivenPlaten",
    "Electrodes",
    "EndRun",
    "EndStep",
    "EnergyRelease",
    "EnergyReleaseAlong",
    "Exhaustion",
    "FaceFlux",
    "FaceFriction",
    "FacePotential",
    "FacePressure",
    "FannedDirectors",
    "FatiguingCohesion",
    "FilmDrop",
    "Final",
    "FixedGap",
    "FreeClosing",
    "Frictionless",
    "FunctionActivity",
    "FunctionGap",
    "GapConduction",
    "GivenPlating",
    "Hidden",
    "Hold",
    "HostSites",
    "Inclusion",
    "Interface",
    "InterfaceDiffusion",
    "InterfacePoint",
    "IonSource",
    "Isostatic",
    "Iterative",
    "Knob",
    "LaminateCase",
    "LaminateCell",
    "Layer",
    "LayerPath",
    "LensGap",
    "LensVoids",
    "Limits",
    "LinearKinetics",
    "LinearSinking",
    "Loads",
    "Material",
    "Measured",
    "Mouth",
    "Multigrid",
    "NewtonSettings",
    "NoSlip",
    "Notch",
    "Observer",
    "Output",
    "Packing",
    "ParallelDirectors",
    "ParticleCell",
    "ParticleKind",
    "PhaseField",
    "PlaneSection",
    "PlaneStrain",
    "PlatedExcess",
    "Ply",
    "PointField",
    "Polycrystal",
    "PoreStore",
    "PorousInterlayer",
    "PowerLawSinking",
    "PowerSlip",
    "Preload",
    "PrescribedSteps",
    "Press",
    "PressureAbove",
    "PressureBelow",
    "PressureField",
    "PressureProfile",
    "PressureRamp",
    "ProppedInterface",
    "Pulse",
    "Quantity",
    "Refinement",
    "RegulatedForce",
    "Release",
    "RememberedContact",
    "Remeshing",
    "Rest",
    "Result",
    "Roller",
    "RoughConduction",
    "RoundEnergyRelease",
    "Run",
    "Scalar",
    "Scales",
    "SecondOrder",
    "Sides",
    "Sizes",
    "SlipFlow",
    "Spectra",
    "Spectrum",
    "SphereGap",
    "SpotsOfOneNumber",
    "SpotsOfOneSize",
    "Spring",
    "Stack",
    "StarConvex",
    "StateVariable",
    "StepErrors",
    "Sticking",
    "Strips",
    "TemperatureProfile",
    "TemperatureRamp",
    "TemperatureRange",
    "Texture",
    "ThinStrength",
    "ThreeDimensional",
    "TimeScheme",
    "Under",
    "VoidAbove",
    "VoltageAbove",
    "VoltageBelow",
    "VoltageProfile",
    "VolumetricDeviatoric",
    "WettingConduction",
    "aligned_channels",
    "cycles",
    "formation",
    "gitt",
    "impedance",
    "impedance_of_run",
    "interdigitated",
    "main",
    "open_run",
    "pulses",
    "random_discs",
    "random_rings",
    "random_strips",
    "rate_test",
    "resume",
    "run",
    "scaffold",
    "voronoi_grains",
]
