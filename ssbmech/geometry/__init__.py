# SPDX-License-Identifier: BSD-3-Clause
"""Geometry: meshes of named regions, made with Gmsh or read from a file, shared by all ranks."""

from __future__ import annotations

from ssbmech.geometry.annulus import QuarterVoid
from ssbmech.geometry.architectures import aligned_channels, interdigitated, scaffold
from ssbmech.geometry.blocks import Blocks
from ssbmech.geometry.bricks import Bricks
from ssbmech.geometry.channel import Channel
from ssbmech.geometry.composite import CompositeStack
from ssbmech.geometry.grains import Grains, Texture, particle_at, voronoi_grains
from ssbmech.geometry.inclusion import Inclusion
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.geometry.notch import Notch
from ssbmech.geometry.packing import Packing, ParticleKind, Particles, Sides, Sizes, pack
from ssbmech.geometry.particle_cell import ParticleCell
from ssbmech.geometry.profiles import (
    CosineGap,
    CylinderGap,
    FunctionGap,
    LensGap,
    SphereGap,
    gap_values,
)
from ssbmech.geometry.stacks import Layer, Refinement, Stack
from ssbmech.geometry.tagged_mesh import MeshSource, TaggedMesh, distribute, from_gmsh_model

__all__ = [
    "Blocks",
    "Bricks",
    "Channel",
    "CompositeStack",
    "CosineGap",
    "CylinderGap",
    "FunctionGap",
    "Grains",
    "Inclusion",
    "Layer",
    "LensGap",
    "MeshFile",
    "MeshSource",
    "Notch",
    "Packing",
    "ParticleCell",
    "ParticleKind",
    "Particles",
    "QuarterVoid",
    "Refinement",
    "Sides",
    "Sizes",
    "SphereGap",
    "Stack",
    "TaggedMesh",
    "Texture",
    "aligned_channels",
    "distribute",
    "from_gmsh_model",
    "gap_values",
    "interdigitated",
    "pack",
    "particle_at",
    "scaffold",
    "voronoi_grains",
]
