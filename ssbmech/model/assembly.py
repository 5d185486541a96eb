# SPDX-License-Identifier: BSD-3-Clause
"""Which parts a body and an interface of a case have: the one place that knows all of them."""

from __future__ import annotations

from collections.abc import Mapping

from dolfinx.mesh import Mesh

from ssbmech.case.body import Body as CaseBody
from ssbmech.case.reactant_checks import reacting_regions
from ssbmech.errors import CaseError
from ssbmech.extensions import BULK_PART, SURFACE_PART, check_members
from ssbmech.frames import Frame, PlaneSection
from ssbmech.geometry.subdomains import BodyMesh, InterfaceMesh
from ssbmech.interfaces.cohesion import Adhesion
from ssbmech.interfaces.interface import Interface
from ssbmech.model.body import BodyModel, hold_throughout, new_body
from ssbmech.model.carried_along import CarriedAlong
from ssbmech.model.kinematics import FromStart, FromStep, Kinematics, OfHeight
from ssbmech.model.part import Setting, SurfacePart
from ssbmech.model.parts.bond import Bond
from ssbmech.model.parts.contact import Contact, Sticking
from ssbmech.model.parts.crack import CrackMetal
from ssbmech.model.parts.crack_walls import new_walls
from ssbmech.model.parts.diffusion import Diffusion
from ssbmech.model.parts.electrons import Electrons
from ssbmech.model.parts.interlayer import Interlayer
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.lithium import Lithium
from ssbmech.model.parts.momentum import Momentum, NoFreeStrain
from ssbmech.model.parts.out_of_plane import build_out_of_plane
from ssbmech.model.parts.states import LawStates
from ssbmech.model.parts.sticking_wall import StickingWall
from ssbmech.model.parts.thermal import with_expansion
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.parts.wall import MovingWall
from ssbmech.model.parts.wall_diffusion import WallDiffusion
from ssbmech.model.parts.wall_tension import WallTension
from ssbmech.model.places import OnFacets, OnVertices
from ssbmech.model.surface import SurfaceModel
from ssbmech.model.surface_start import new_surface


def build_body(case_body: CaseBody, mesh: BodyMesh, setting: Setting, driven: bool) -> BodyModel:
    """Return a body with its parts; collective.

    Args:
        case_body: the case's body.
        mesh: its mesh.
        setting: what it shares with the rest of the cell.
        driven: whether something moves ions in it; where nothing does, their potential would have
            no level.

    Raises:
        CaseError: a material lacks what the body needs, or laws do not fit together.
    """
    body = new_body(case_body, mesh, setting, _kinematics(case_body, mesh, setting.frame))
    hold_throughout(body.u, body.kinematics.held(body.frame))
    materials = case_body.materials.values()
    stored = [Lithium(body)] if any(m.host for m in materials) else []
    free = stored[0] if stored else NoFreeStrain()
    across = build_out_of_plane(body)
    if case_body.moves and across:
        raise CaseError(
            f"body {body.name!r} moves, and a fluid strains its section out of the plane: a body "
            "that moves stays in its plane; take a platen, or let it rest"
        )
    if case_body.logarithmic and across:
        raise CaseError(
            f"body {body.name!r} is logarithmic, for its sides are held, and a fluid strains its "
            "section out of the plane: take a platen, or leave logarithmic=True out"
        )
    strains = tuple(part.strain for part in across)
    body.parts.append(Momentum(body, with_expansion(body, free), strains))
    body.parts.extend(across)
    if driven and any(m.conductor for m in materials):
        body.parts.append(Ions(body))
    if case_body.feed is not None:
        body.parts.append(Electrons(body, case_body.feed))
    body.parts.extend(stored)
    own = tuple(physics.part(body) for physics in case_body.parts)
    check_members(f"body {body.name!r}", own, "a part", BULK_PART)
    body.parts.extend(own)
    body.write_forms()
    return body


def _kinematics(case_body: CaseBody, mesh: BodyMesh, frame: Frame) -> Kinematics:
    """Return what the displacements of a body are counted from; collective.

    Raises:
        CaseError: it cannot move so in the frame.
    """
    if case_body.goes_along:
        if isinstance(frame, PlaneSection):
            raise CaseError(
                f"body {case_body.name!r} moves, and a PlaneSection lets it swell out of its plane "
                "without a trace: take PlaneStrain, Axisymmetric or ThreeDimensional"
            )
        return CarriedAlong(mesh.mesh)
    if case_body.moves:
        return FromStep()
    return OfHeight() if case_body.logarithmic else FromStart()


def build_surface(
    interface: Interface,
    mesh: InterfaceMesh,
    bodies: Mapping[str, BodyModel],
    parent: Mesh,
    setting: Setting,
) -> SurfaceModel:
    """Return an interface with its parts; collective.

    Args:
        interface: the case's interface.
        mesh: its facets.
        bodies: the bodies by name.
        parent: mesh of all bodies.
        setting: what it shares with the rest of the cell.

    Raises:
        CaseError: a body lacks what a law needs, or laws do not fit together.
    """
    sides = bodies[interface.minus], bodies[interface.plus]
    interface = reacting_regions(interface, sides[0].case_body)
    moves = sides[0].kinematics.has_walls
    places = OnVertices(mesh.mesh) if moves else OnFacets(mesh.mesh)
    surface = new_surface(interface, mesh, sides, parent, setting, places)
    parts = surface.parts
    parts.append(Contact(surface))
    if moves:
        wall = MovingWall(surface)
        surface.separation = wall
        parts.append(wall)
    if interface.contact.sticks:
        sticking = [StickingWall(wall) for wall in parts.find(MovingWall)]
        parts.extend(sticking or [Sticking(surface)])
    if interface.adhesion is not None:
        parts.extend(_bonded(surface, interface.adhesion))
    if interface.interlayer is not None:
        parts.append(Interlayer(surface, interface.interlayer))
    if interface.reacts:
        parts.append(Transfer(surface))
    if interface.capillarity is not None:
        parts.extend(WallTension(wall, interface.capillarity) for wall in parts.find(MovingWall))
    if interface.diffuses and moves:
        parts.append(WallDiffusion(surface))
    elif interface.diffusion is not None:
        parts.append(Diffusion(surface, interface.diffusion))
    states = LawStates(surface)
    parts.append(states)
    own = tuple(physics.part(surface) for physics in interface.parts)
    check_members(f"interface {surface.name!r}", own, "a part", SURFACE_PART)
    parts.extend(own)
    states.follow()
    for wall in parts.find(MovingWall):
        wall.remember()
    surface.write_forms()
    return surface


def _bonded(surface: SurfaceModel, law: Adhesion) -> list[SurfacePart]:
    """Return the bond of an interface, with the metal that fills it where it breaks; collective."""
    filling = surface.interface.filling
    if filling is None:
        return [Bond(surface, law)]
    crack = CrackMetal(surface, filling)
    bond = Bond(surface, law, (crack.metal.function("+"),), crack.broken)
    walls = new_walls(surface, crack, bond)
    crack.follow(bond, walls.grown())
    return [crack, bond, walls]
