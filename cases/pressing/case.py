# SPDX-License-Identifier: BSD-3-Clause
"""A pellet in a die: porosity and conductivity as it is pressed, released, and pressed again.

A powder of the library is filled in loose and pressed between rigid punches, at its side held by a
smooth wall. It is pressed through the pressures at which porosities were measured, released, and
pressed again, first to where it was and then beyond. Both faces are held at potentials, so that the
current through the pellet tells its conductivity all along. The state is the same everywhere: a
strip of the pellet will do. Run it as

    python cases/pressing/case.py
    python cases/pressing/case.py --powder li6ps5cl_pressed --highest 370
    python cases/pressing/case.py --powder nmc_li3ybrcl6_sheet --friction 2

and draw it with `python cases/pressing/figure.py RUN...`. Strains are logarithms of the pellet's
height: stresses and densities are exact, displacements and the thickness are not.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.materials.compaction import CapLaw, PressingLine, die_ratio
from ssbmech.materials.material import Material
from ssbmech.model.outputs import total
from ssbmech.units import MPa, mV, s, um

#: Pressures on the way up, at which the glass was measured [MPa].
STAGES = (74.0, 200.0, 300.0, 360.0)
DROP = 10 * mV
PELLET = "pellet"


@dataclass(frozen=True)
class Conductivity:
    """Conductivity of the pellet, from the current between its faces.

    Attributes:
        thickness: distance of the faces, as loose as they were meshed [m].
        drop: difference of their potentials [V].
    """

    thickness: float
    drop: float

    def outputs(self, cell: Any) -> Mapping[str, Sequence[Any]]:
        """Return the column "conductivity:pellet"."""
        body = cell.bodies[PELLET]
        along = 2 if body.frame.dim == 3 else 1
        whole = total(body.volumes.sum(), cell.comm)

        def measure(arrays: Mapping[str, Any]) -> float:
            flow = total(float(body.volumes @ arrays["current_density"][:, along]), cell.comm)
            return abs(flow) / whole * self.thickness / self.drop

        kappa = ssb.Quantity("conductivity", r"$\kappa$", "S/m", "ionic conductivity")
        return {PELLET: [ssb.Scalar(kappa, measure, PELLET)]}


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    powder, height = with_shape(library.by_name(options.powder), options), options.thickness * um
    conducts = powder.conductor is not None
    stages = [p for p in STAGES if p < options.highest]
    up = [(p, f"to {p:g} MPa") for p in (*stages, options.highest)]
    again = [(options.highest, "again"), (options.beyond * options.highest, "beyond")]
    return ssb.Case(
        name="pressing",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=0.5 * height,
            layers=(ssb.Layer(PELLET, height),),
            size_interface=0.25 * height,
            size_bulk=0.25 * height,
        ),
        bodies=(ssb.Body.single(PELLET, powder),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=2 * MPa),
        loads=ssb.Loads(face_potentials=potentials() if conducts else ()),
        protocol=(
            ssb.Preload(1 * s),
            *(ssb.Press(p * MPa, 100 * s, name=name) for p, name in up),
            ssb.Release(100 * s),
            *(ssb.Press(p * MPa, 100 * s, name=name) for p, name in again),
            ssb.Release(100 * s, name="out"),
        ),
        step_control=ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=options.longest_step * s),
        # a strain of -0.7 is a pellet pressed to half its height: that of a layer which is held at
        # its side is the logarithm of its height, whatever its size
        limits=ssb.Limits(strain=None, strain_mean_error=None, creep_step=None),
        output=ssb.Output(
            quantities=(Conductivity(height.to("m").magnitude, DROP.to("V").magnitude),)
            if conducts
            else (),
        ),
    )


def with_shape(powder: Material, options: argparse.Namespace) -> Material:
    """Return a powder with another cap, through the same densities in a die.

    Raises:
        CaseError: it is no powder.
        ParameterError: a number is out of its bounds.
    """
    solid = powder.solid
    if not isinstance(solid, CapLaw):
        raise CaseError(
            f"material {powder.name!r} does not densify: take one of ssbmech.library.pressed"
        )
    friction = solid.friction if options.friction is None else options.friction
    cohesion = solid.cohesion if options.cohesion is None else options.cohesion
    stiffening = solid.stiffening if options.stiffening is None else options.stiffening
    ratio = die_ratio(solid.friction, solid.cohesion) / die_ratio(friction, cohesion)
    line = PressingLine(ratio * solid.line.hardening, solid.line.loose_density)
    changed = dataclasses.replace(
        solid, line=line, friction=friction, cohesion=cohesion, stiffening=stiffening
    )
    return dataclasses.replace(powder, solid=changed, sources={})


def potentials() -> tuple[ssb.FacePotential, ...]:
    """Return what holds the faces of the pellet at two potentials."""
    drop = DROP.to("V").magnitude
    return (
        ssb.FacePotential("bottom", lambda x: np.zeros_like(x[0])),
        ssb.FacePotential("top", lambda x: np.full_like(x[0], drop)),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument(
        "--powder", default="glass_75li2s_25p2s5", help="powder of the library (library.pressed)"
    )
    parser.add_argument("--highest", type=float, default=500.0, help="pressure pressed to [MPa]")
    parser.add_argument(
        "--beyond", type=float, default=1.2, help="pressure at the end over the highest [1]"
    )
    parser.add_argument("--thickness", type=float, default=1000.0, help="of loose powder [um]")
    cap = parser.add_argument_group("what a die does not tell; the library's own if not given")
    cap.add_argument("--friction", type=float, help="slope M of the cap [1]")
    cap.add_argument("--cohesion", type=float, help="tensile over compressive strength [1]")
    cap.add_argument("--stiffening", type=float, help="exponent of the modulus [1]")
    parser.add_argument("--longest-step", type=float, default=5.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
