# SPDX-License-Identifier: BSD-3-Clause
"""Chemo-mechanics of solid-state lithium cells that lose contact, by finite elements."""

from __future__ import annotations

from ssbmech.boundary import (
    BodyForce,
    Clamp,
    FacePotential,
    FacePressure,
    IonSource,
    Loads,
    NoSlip,
    Roller,
)
from ssbmech.case import (
    Body,
    Case,
    Discretisation,
    Electrodes,
    NewtonSettings,
    Output,
    PressureField,
    Scales,
)
from ssbmech.fixtures import ConstantForce, DrivenPlaten, FixedGap, Isostatic, Spring
from ssbmech.frames import Axisymmetric, PlaneStrain, ThreeDimensional
from ssbmech.geometry.profiles import CosineGap, CylinderGap, FunctionGap, LensGap, SphereGap
from ssbmech.geometry.stacks import Layer, Refinement, Stack
from ssbmech.interfaces.contact import Frictionless, GapConduction, RoughConduction, Sticking
from ssbmech.interfaces.interface import Interface
from ssbmech.interfaces.kinetics import ButlerVolmer, LinearKinetics
from ssbmech.materials.material import Material
from ssbmech.protocol import (
    ConstantCurrent,
    ConstantVoltage,
    ContactBelow,
    Preload,
    Rest,
    VoltageAbove,
    VoltageBelow,
)
from ssbmech.run import Result, main, run
from ssbmech.solve.linear import Direct
from ssbmech.solve.step_control import AdaptiveSteps, PrescribedSteps

__version__ = "0.1.0"

__all__ = [
    "AdaptiveSteps",
    "Axisymmetric",
    "Body",
    "BodyForce",
    "ButlerVolmer",
    "Case",
    "Clamp",
    "ConstantCurrent",
    "ConstantForce",
    "ConstantVoltage",
    "ContactBelow",
    "CosineGap",
    "CylinderGap",
    "Direct",
    "Discretisation",
    "DrivenPlaten",
    "Electrodes",
    "FacePotential",
    "FacePressure",
    "FixedGap",
    "Frictionless",
    "FunctionGap",
    "GapConduction",
    "Interface",
    "IonSource",
    "Isostatic",
    "Layer",
    "LensGap",
    "LinearKinetics",
    "Loads",
    "Material",
    "NewtonSettings",
    "NoSlip",
    "Output",
    "PlaneStrain",
    "Preload",
    "PrescribedSteps",
    "PressureField",
    "Refinement",
    "Rest",
    "Result",
    "Roller",
    "RoughConduction",
    "Scales",
    "SphereGap",
    "Spring",
    "Stack",
    "Sticking",
    "ThreeDimensional",
    "VoltageAbove",
    "VoltageBelow",
    "main",
    "run",
]
