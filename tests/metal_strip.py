# SPDX-License-Identifier: BSD-3-Clause
"""A strip of metal between two rigid blocks of electrolyte that stand apart, along the current.

The blocks are a channel of height 2 H between walls that nothing passes. Current comes from metal
at x = 0, over all of the height, and leaves at the other end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

import ssbmech as ssb
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.filling import Ball, CrackFilling, Profile
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor, Metal
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.crack import CrackMetal
from tests.crack_junction import Tee
from tests.joined_crack import CREEP
from tests.lithium_crack import MOLAR_VOLUME
from tests.parts import part

Array = npt.NDArray[np.float64]

CRACK, LOWER, UPPER = "lower|upper", "left|lower", "left|upper"
FACET = 1e-6
APART = 1e-7
KAPPA = 0.25
#: Current density in the channel [A/m2], towards x = 0: metal is plated there.
CURRENT = 100.0
THICK = 1e-8
#: So thin that it does not slow stripping: h / (h + h_0) is one within 1e-4.
NUCLEUS = 1e-12
#: Of the electrode, which is all but none [ohm m2].
SMALL = 1e-9


@dataclass(frozen=True, kw_only=True)
class Channel(Tee):
    """Blocks beside a T without arms up and down, with a name for the lower end of the metal."""

    def generate(self) -> SimplexMesh:
        """Return the mesh."""
        mesh = super().generate()
        # without the ends of the blocks, at which a potential is held
        rims = {name: rows[: self.right] for name, rows in mesh.faces.items()}
        return replace(mesh, faces={**rims, "foot": np.array([[0, 1]])})


def channel(
    resistance: float,
    *steps: object,
    length: int = 24,
    height: int = 3,
    flaw: Profile | None = None,
    step: float = 1.0,
) -> ssb.Case:
    """Return the channel with a crack along all of it, which is empty.

    Args:
        resistance: of the walls of the crack [ohm m2].
        steps: what drives it.
        length: of the blocks, in facets.
        height: of each block, in facets.
        flaw: where metal is within reach; beside the electrode if None.
        step: time step [s].
    """
    rigid = Elastic(young=1e13, poisson=0.3)
    glass = Material("glass", rigid, conductor=IonConductor(KAPPA))
    foil = Material("metal", rigid, metal=Metal(MOLAR_VOLUME))
    inside = CrackFilling(
        flow=CREEP,
        kinetics=ssb.LinearKinetics(resistance),
        flaw=Ball(radius=0.9 * FACET) if flaw is None else flaw,
        molar_volume=MOLAR_VOLUME,
        nucleus=NUCLEUS,
    )
    weak = BilinearCohesion(1e6, 1e-3, 1e15, kept=1e-12)
    even = ssb.LinearKinetics(SMALL)

    def moved(face: str, y: float) -> ssb.Clamp:
        return ssb.Clamp(face, lambda x, t: np.array([0 * x[0], y + 0 * x[0]]))

    return ssb.Case(
        name="strip of metal",
        geometry=Channel(frame=ssb.PlaneStrain(), right=length, down=height, up=height),
        bodies=(
            ssb.Body.single("left", foil),
            ssb.Body.single("lower", glass),
            ssb.Body.single("upper", glass),
        ),
        interfaces=(
            ssb.Interface(LOWER, kinetics=even),
            ssb.Interface(UPPER, kinetics=even),
            ssb.Interface(CRACK, adhesion=weak, filling=inside),
        ),
        supports=(ssb.Roller("foot"), moved("below", -APART / 2), moved("above", APART / 2)),
        fixture=ssb.ConstantForce(preload=1e6, face="left"),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("right", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=LOWER, joined=(UPPER, CRACK)),
        protocol=steps,
        scales=ssb.Scales(stress=1e8, gap=1e-8),
        step_control=ssb.AdaptiveSteps(
            dt_initial=step, dt_max=step, dt_min=1e-4 * step, gap_error=1e3, stress_error=None
        ),
    )


def middles(cell: CellModel) -> Array:
    """Return the middles of the facets along the crack that this rank owns [m]."""
    space = cell.surfaces[CRACK].gap.function.function_space
    return np.asarray(space.tabulate_dof_coordinates()[: cell.surfaces[CRACK].gap.owned, 0])


def lay(cell: CellModel, places: Callable[[Array], Array], reached: float = 1.0) -> None:
    """Lay metal where a function of x is true, which reaches a share of the walls; collective."""
    crack = part(cell.surfaces[CRACK], CrackMetal)
    x = middles(cell)
    here = places(x)
    crack.metal.function.x.array[: len(x)][here] = THICK
    crack.metal.function.x.scatter_forward()
    crack.metal.start_here()
    crack.wetted.x.array[: len(x)][here] = reached
    crack.wetted.x.scatter_forward()
    # as if it had come in through a mouth, for the audit of lithium
    expelled = crack._expelled
    expelled.x.array[:] = -crack.metal.function.x.array


def along(cell: CellModel, names: Sequence[str]) -> Array:
    """Return x and fields along the crack (1 + names, facets) on all ranks, in order; collective.

    Args:
        cell: the cell.
        names: of unknowns of the crack.
    """
    surface, comm = cell.surfaces[CRACK], cell.comm
    of = {unknown.name: unknown for unknown in surface.unknowns}
    rows = np.array([middles(cell), *(surface.values(of[name]) for name in names)])
    found = np.concatenate(comm.allgather(rows), axis=1)
    return np.asarray(found[:, np.argsort(found[0])])
