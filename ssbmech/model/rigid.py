# SPDX-License-Identifier: BSD-3-Clause
r"""Rigid motions that nothing resists, found and named before anything is solved.

Every connected part of a body can move rigidly: three ways in a plane, six in space, one along the
axis in an axisymmetric cell. What holds it gives linear conditions on these motions,

.. math:: u_k(x) = 0, \quad (u^+ - u^-) \cdot n = 0, \quad u^+ - u^- = 0

at the nodes of supports and of the platen, on facets in contact, and on those that are bonded or do
not slip. Motions in the null space of all of them would go on without end. Contact counts as
closed: what is open at the start may close. Where nothing presses on the stack, contact alone tells
too little of where a body lies: bodies touch at points, or float.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech._compat import cell_nodes
from ssbmech.errors import CaseError, CaseWarning
from ssbmech.frames import Frame
from ssbmech.model.body import BodyModel
from ssbmech.model.particles import find_particles
from ssbmech.model.parts.bond import Bond
from ssbmech.model.surface import SurfaceModel
from ssbmech.solve.unknowns import Closure

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FREE = 1e-9
"""Eigenvalue of the conditions, each motion over its own, below which it is free [1]."""

MOST = 1200
"""Number of motions above which they are not looked at [1]."""

_AXES = "xyz"
_SIDES = {2: ("left", "bottom"), 3: ("left", "front", "bottom")}


def motions(frame: Frame, x: Array) -> Array:
    """Return the rigid motions at positions (n, 3) over a length, shape (n, motions, dim)."""
    count, dim = len(x), frame.dim
    if frame.revolves:
        return np.tile([[0.0, 1.0]], (count, 1, 1))
    shifts = np.tile(np.eye(dim), (count, 1, 1))
    axes = np.eye(3)[2:] if dim == 2 else np.eye(3)
    turns = np.stack([np.cross(axis, x)[:, :dim] for axis in axes], axis=1)
    return np.concatenate([shifts, turns], axis=1)


@dataclass(eq=False)
class Conditions:
    """What is known of the rigid motions of all parts, as the sum of squares of the conditions.

    Attributes:
        frame: kinematic frame.
        centres: centre of each part, shape (parts, 3) [m].
        sizes: size of each part [m].
        names: body of each part.
        square: the sum, shape (parts, parts, motions of each, the same).
    """

    frame: Frame
    centres: Array
    sizes: Array
    names: list[str]
    square: Array = field(init=False)

    def __post_init__(self) -> None:
        """Start without a condition."""
        self.each = motions(self.frame, np.zeros((1, 3))).shape[1]
        count = len(self.names)
        self.square = np.zeros((count, count, self.each, self.each))

    def at(self, parts: Ints, x: Array) -> Array:
        """Return the motions of parts at positions (n, 3), shape (n, motions, dim)."""
        local = (x - self.centres[parts]) / self.sizes[parts][:, None]
        return motions(self.frame, local)

    def add(self, sides: Sequence[tuple[Ints, Array]]) -> None:
        """Add rows: for each side the parts (n,) and the coefficients of their motions (n, m)."""
        for first, left in sides:
            for second, right in sides:
                np.add.at(self.square, (first, second), left[:, :, None] * right[:, None, :])

    def free(self, comm: MPI.Intracomm) -> Array:
        """Return the share of each motion that is free [1]; collective."""
        total = np.empty_like(self.square)
        comm.Allreduce(self.square, total, op=MPI.SUM)
        count = self.each * len(self.names)
        square = total.transpose(0, 2, 1, 3).reshape(count, count)
        # each motion over its own conditions: a face of many nodes must not hide a small contact
        size = np.sqrt(np.diag(square))
        size[size == 0.0] = 1.0
        values, vectors = np.linalg.eigh(square / np.outer(size, size))
        null, _ = np.linalg.qr(vectors[:, values <= FREE] / size[:, None])
        return np.asarray(np.sum(null**2, axis=1))


def check_rigid_motions(
    bodies: Mapping[str, BodyModel],
    surfaces: Mapping[str, SurfaceModel],
    closures: Sequence[Closure],
    comm: MPI.Intracomm,
    pressed: bool = True,
) -> None:
    """Refuse a cell in which something can move rigidly; collective.

    It warns, on all ranks, of what contact alone holds in a cell on which nothing presses.

    Args:
        bodies: the bodies, with what supports prescribe.
        surfaces: the interfaces.
        closures: the platen, if there is one: it is pressed on the stack, and does not tilt.
        comm: communicator of the cell.
        pressed: whether anything presses on the stack.

    Raises:
        CaseError: nothing holds a body, even if all contact is closed.
    """
    frame = next(iter(bodies.values())).frame
    particles = {name: find_particles(body.mesh.mesh) for name, body in bodies.items()}
    counts = [len(found.centres) for found in particles.values()]
    if sum(counts) * motions(frame, np.zeros((1, 3))).shape[1] > MOST:
        return
    first = dict(zip(bodies, np.cumsum([0, *counts[:-1]]), strict=True))
    parts_of = {name: found.of_cells + first[name] for name, found in particles.items()}
    names = [name for name, n in zip(bodies, counts, strict=True) for _ in range(n)]
    centres = np.concatenate([found.centres for found in particles.values()])
    sizes = _sizes(bodies, parts_of, centres, comm)
    known = Conditions(frame, centres, sizes, names)
    for name, body in bodies.items():
        _hold(known, body, parts_of[name], closures if pressed else ())
    bonded = [surface for surface in surfaces.values() if _is_bonded(surface)]
    for surface in bonded:
        _tie(known, surface, parts_of)
    lonely = None if pressed else known.free(comm)
    if not pressed:
        for name, body in bodies.items():
            _hold(known, body, parts_of[name], closures)
    for surface in surfaces.values():
        if surface not in bonded:
            join = _tie if surface.interface.ties else _touch
            join(known, surface, parts_of)
    faces = list(next(iter(bodies.values())).mesh.faces)
    _refuse(known, known.free(comm), faces)
    if lonely is not None:
        _warn(known, lonely)


def _sizes(
    bodies: Mapping[str, BodyModel],
    parts_of: Mapping[str, Ints],
    centres: Array,
    comm: MPI.Intracomm,
) -> Array:
    """Return the largest distance of a corner from the centre of each part [m]; collective."""
    sizes = np.zeros(len(centres))
    for name, body in bodies.items():
        mesh = body.mesh.mesh
        corners = np.asarray(mesh.geometry.x, dtype=np.float64)[cell_nodes(mesh)]
        far = np.linalg.norm(corners - centres[parts_of[name]][:, None, :], axis=2).max(axis=1)
        np.maximum.at(sizes, parts_of[name], far)
    comm.Allreduce(MPI.IN_PLACE, sizes, op=MPI.MAX)
    return sizes


def _hold(
    known: Conditions, body: BodyModel, parts_of_cells: Ints, closures: Sequence[Closure]
) -> None:
    """Add what supports and the platen hold of a body."""
    space = body.u.function.function_space
    x = np.asarray(space.tabulate_dof_coordinates(), dtype=np.float64)
    parts = np.zeros(len(x), dtype=np.int64)
    parts[space.dofmap.list] = parts_of_cells[:, None]
    tied = [c.tied for c in closures if c.unknown is body.u]
    dofs = np.concatenate([body.u.fixed, *tied])
    nodes, components = np.divmod(dofs, body.u.block_size)
    values = known.at(parts[nodes], x[nodes])[np.arange(len(nodes)), :, components]
    known.add([(parts[nodes], values)])


def _is_bonded(surface: SurfaceModel) -> bool:
    """Return whether an interface holds its two bodies together, pressed or not."""
    return bool(surface.parts.find(Bond)) or bool(surface.interface.parts)


def _sides(surface: SurfaceModel, parts_of: Mapping[str, Ints]) -> tuple[tuple[Ints, Ints], Array]:
    """Return the parts on both sides of the facets of an interface, and the facets' corners [m]."""
    mesh = surface.mesh.mesh
    minus, plus, facets = surface.mesh.local_cells(surface.parent)
    sides = parts_of[surface.minus.name][minus], parts_of[surface.plus.name][plus]
    return sides, np.asarray(mesh.geometry.x, dtype=np.float64)[cell_nodes(mesh)[facets]]


def _tie(known: Conditions, surface: SurfaceModel, parts_of: Mapping[str, Ints]) -> None:
    """Add that the two bodies of an interface do not move against each other."""
    sides, corners = _sides(surface, parts_of)
    for corner in range(corners.shape[1]):
        for along in np.eye(known.frame.dim):
            _add_jump(known, sides, corners[:, corner], np.tile(along, (len(corners), 1)))


def _touch(known: Conditions, surface: SurfaceModel, parts_of: Mapping[str, Ints]) -> None:
    """Add that the two bodies of an interface do not move along its normal."""
    dim = known.frame.dim
    sides, corners = _sides(surface, parts_of)
    edges = corners[:, 1] - corners[:, 0]
    across = np.zeros_like(edges)
    across[:, 2] = 1.0
    if dim == 3:
        across[:] = corners[:, 2] - corners[:, 0]
    normals = np.asarray(np.cross(edges, across), dtype=np.float64)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    _add_jump(known, sides, corners.mean(axis=1), normals[:, :dim])


def _add_jump(known: Conditions, sides: tuple[Ints, Ints], x: Array, along: Array) -> None:
    """Add that the bodies do not move against each other at positions along unit vectors."""
    values = [np.einsum("nmd,nd->nm", known.at(parts, x), along) for parts in sides]
    known.add([(sides[0], -values[0]), (sides[1], values[1])])


def _refuse(known: Conditions, free: Array, faces: Sequence[str]) -> None:
    """Refuse what is free, naming the body and the way it can go.

    Raises:
        CaseError: a motion is free.
    """
    # of several motions that only go together the largest share tells most
    if not np.any(free > 1e-6):
        return
    worst = int(np.argmax(np.round(free, 6)))
    part, way = divmod(worst, known.each)
    dim = known.frame.dim
    body = known.names[part]
    which = "a particle of body" if known.names.count(body) > 1 else "body"
    if known.frame.revolves:
        way, dim = 1, 2
    if way < dim:
        side = _SIDES[dim][way]
        hint = f"Roller({side!r})" if side in faces else "a Roller on a face across that direction"
        motion = f"slide along {_AXES[way]}"
    else:
        axis = "" if dim == 2 else f" about {_AXES[way - dim]}"
        motion, hint = f"turn{axis}", "a NoSlip or Clamp on one of its faces"
    raise CaseError(
        f"{which} {body!r} can {motion}: no support, fixture, bond or contact resists it; add "
        f"{hint}, or a bond or Sticking() at its interfaces"
    )


def _warn(known: Conditions, free: Array) -> None:
    """Warn of bodies that contact alone holds where nothing presses."""
    loose = np.flatnonzero(free > 1e-6) // known.each
    if len(loose) == 0:
        return
    names = list(dict.fromkeys(known.names[part] for part in loose))
    listed = " and ".join(repr(name) for name in names)
    subject = f"body {listed} is" if len(names) == 1 else f"bodies {listed} are"
    warnings.warn(
        f"{subject} held by contact alone, and nothing presses on the stack: without force bodies "
        "touch at points or float, so that contact, current and voltage are those of single facets "
        "or of the first guess, unless growth fills the room; give the fixture a preload, or the "
        "interfaces a bond",
        CaseWarning,
        stacklevel=4,
    )
