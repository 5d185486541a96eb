# SPDX-License-Identifier: BSD-3-Clause
"""Chemo-mechanics of solid-state lithium cells that lose contact, by finite elements.

The names below are loaded when they are first used, so that figures can be drawn from a run folder
(`ssbmech.plots`) where neither DOLFINx nor MPI is installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ssbmech.boundary import (
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
    from ssbmech.cycling import Charge, CurrentBelow, Discharge, Hold, cycles
    from ssbmech.fixtures import ConstantForce, DrivenPlaten, FixedGap, Isostatic, Spring
    from ssbmech.frames import Axisymmetric, PlaneSection, PlaneStrain, ThreeDimensional
    from ssbmech.geometry.composite import CompositeStack
    from ssbmech.geometry.grains import Texture, voronoi_grains
    from ssbmech.geometry.inclusion import Inclusion
    from ssbmech.geometry.packing import Packing, ParticleKind, Sides, Sizes
    from ssbmech.geometry.profiles import CosineGap, CylinderGap, FunctionGap, LensGap, SphereGap
    from ssbmech.geometry.stacks import Layer, Refinement, Stack
    from ssbmech.interfaces.cohesion import BilinearCohesion
    from ssbmech.interfaces.contact import Frictionless, GapConduction, RoughConduction, Sticking
    from ssbmech.interfaces.interface import Interface
    from ssbmech.interfaces.kinetics import ButlerVolmer, HostSites, LinearKinetics
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
    from ssbmech.runner import Result, resume, run
    from ssbmech.script import CaseScript, Knob, main
    from ssbmech.solve.linear import Cholesky, Direct
    from ssbmech.solve.step_control import AdaptiveSteps, PrescribedSteps

__version__ = "0.1.0"

_HOMES = {
    "ssbmech.boundary": (
        "BodyForce",
        "Clamp",
        "FaceFlux",
        "FacePotential",
        "FacePressure",
        "IonSource",
        "Loads",
        "NoSlip",
        "Roller",
    ),
    "ssbmech.case": (
        "Body",
        "Case",
        "Discretisation",
        "Electrodes",
        "NewtonSettings",
        "Output",
        "PressureField",
        "Scales",
    ),
    "ssbmech.cycling": ("Charge", "CurrentBelow", "cycles", "Discharge", "Hold"),
    "ssbmech.fixtures": ("ConstantForce", "DrivenPlaten", "FixedGap", "Isostatic", "Spring"),
    "ssbmech.frames": ("Axisymmetric", "PlaneSection", "PlaneStrain", "ThreeDimensional"),
    "ssbmech.geometry.composite": ("CompositeStack",),
    "ssbmech.geometry.grains": ("Texture", "voronoi_grains"),
    "ssbmech.geometry.inclusion": ("Inclusion",),
    "ssbmech.geometry.packing": ("Packing", "ParticleKind", "Sides", "Sizes"),
    "ssbmech.geometry.profiles": (
        "CosineGap",
        "CylinderGap",
        "FunctionGap",
        "LensGap",
        "SphereGap",
    ),
    "ssbmech.geometry.stacks": ("Layer", "Refinement", "Stack"),
    "ssbmech.interfaces.cohesion": ("BilinearCohesion",),
    "ssbmech.interfaces.contact": ("Frictionless", "GapConduction", "RoughConduction", "Sticking"),
    "ssbmech.interfaces.interface": ("Interface",),
    "ssbmech.interfaces.kinetics": ("ButlerVolmer", "HostSites", "LinearKinetics"),
    "ssbmech.materials.material": ("Material",),
    "ssbmech.protocol": (
        "ConstantCurrent",
        "ConstantVoltage",
        "ContactBelow",
        "Preload",
        "Rest",
        "VoltageAbove",
        "VoltageBelow",
    ),
    "ssbmech.runner": ("Result", "resume", "run"),
    "ssbmech.script": ("CaseScript", "Knob", "main"),
    "ssbmech.solve.linear": ("Cholesky", "Direct"),
    "ssbmech.solve.step_control": ("AdaptiveSteps", "PrescribedSteps"),
}

_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "AdaptiveSteps",
    "Axisymmetric",
    "BilinearCohesion",
    "Body",
    "BodyForce",
    "ButlerVolmer",
    "Case",
    "CaseScript",
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
    "Output",
    "Packing",
    "ParticleKind",
    "PlaneSection",
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
    "Sides",
    "Sizes",
    "SphereGap",
    "Spring",
    "Stack",
    "Sticking",
    "Texture",
    "ThreeDimensional",
    "VoltageAbove",
    "VoltageBelow",
    "cycles",
    "main",
    "resume",
    "run",
    "voronoi_grains",
]


def __getattr__(name: str) -> Any:
    """Return a public name, importing its module on first use.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*globals(), *_HOME])
