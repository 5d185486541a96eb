# SPDX-License-Identifier: BSD-3-Clause
"""A composite cathode in a die: porosity as it is pressed and released, particle resolved.

The repeating unit of a composite: an elastic sphere of active material in a cylinder of electrolyte
powder (axisymmetric, one quadrant), held at its side by a smooth wall. It is filled in loose,
pressed through the pressures of the knob `--pressures` and released. The powder yields by its cap
and slides along the particle. The column "porosity_kept" is the porosity of the composite as it is
weighed, without load. Run it as

    python cases/pressing_composite/case.py
    python cases/pressing_composite/case.py --powder glass_75li2s_25p2s5
    python cases/pressing_composite/case.py --help

and draw it with `python cases/pressing_composite/figure.py RUN...`. Strains are logarithms, and
the mesh stays that of one density of the powder on the way (`--meshed-at`): stresses are those of
that share of particle.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.materials.compaction import CapLaw, PressingLine, die_ratio
from ssbmech.materials.material import Material
from ssbmech.model.outputs import total
from ssbmech.units import MPa, s, um

COMPOSITE, PARTICLE, MATRIX = "composite", "particle", "matrix"
PRELOAD = 2.0
"""Pressure at which the powder is filled in [MPa]."""


def share_meshed(share: float, density: float) -> float:
    """Return the volume of particle over that of the composite, by its share of the solids.

    Args:
        share: particle, by volume of the solids [1].
        density: relative density of the powder [1].
    """
    return share / (share + (1 - share) / density)


@dataclass(frozen=True)
class Porosity:
    r"""Porosity of the composite.

    With the particle's share v of the solids and the powder's density,

    .. math:: 1 / \rho = v + (1 - v) \langle 1 / \rho_m \rangle

    The densities of the law are those without load, whatever the load.

    Attributes:
        share: particle, by volume of the solids [1].
        body: body that the powder is in.
    """

    share: float
    body: str

    def outputs(self, cell: Any) -> Mapping[str, Sequence[Any]]:
        """Return the column "porosity_kept"."""
        volumes = cell.bodies[self.body].volumes

        def kept(arrays: Mapping[str, Any]) -> float:
            pores = np.asarray(arrays["porosity"])
            powder = volumes * (pores > 0.0)
            loose = total(float(powder @ (1 / (1 - pores))), cell.comm)
            room = self.share + (1 - self.share) * loose / total(float(powder.sum()), cell.comm)
            return 1 - 1 / room

        what = ssb.Quantity("porosity_kept", r"$\phi$", "1", "pores of the composite when weighed")
        return {self.body: [ssb.Scalar(what, kept)]}


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line.

    Raises:
        CaseError: the pressures do not rise, or the powder does not densify.
    """
    pressures = [float(p) for p in options.pressures.split(",")]
    if not (pressures[0] > PRELOAD and all(np.diff(pressures) > 0.0)):
        raise CaseError(
            f"--pressures {options.pressures}: expected some that rise from {PRELOAD:g} MPa"
        )
    solid = with_cohesion(library.by_name(options.powder), options.cohesion)
    start = solid.line.loose_density + options.above / 100
    sphere = Material(PARTICLE, library.by_name(options.particle).solid)
    powder = dataclasses.replace(solid, density=start, loosening_time=options.loosening_time * s)
    around = Material(MATRIX, powder)
    parts: dict[str, Any] = {
        "bodies": (ssb.Body.single(PARTICLE, sphere), ssb.Body.single(MATRIX, around)),
        "interfaces": (ssb.Interface("particle|matrix"),),
    }
    if options.sticks:
        parts = {"bodies": (ssb.Body(COMPOSITE, {PARTICLE: sphere, MATRIX: around}),)}
    powder_of = COMPOSITE if options.sticks else MATRIX
    radius = options.radius * um
    protocol: list[Any] = [ssb.Preload(1 * s)]
    for p in pressures:
        protocol.append(ssb.Press(p * MPa, 100 * s, name=f"to {p:g} MPa"))
        if options.release == "each" or (options.release == "last" and p == pressures[-1]):
            protocol.append(ssb.Press(PRELOAD * MPa, 100 * s, name=f"from {p:g} MPa"))
    return ssb.Case(
        name="pressing_composite",
        geometry=ssb.ParticleCell.of_fraction(
            share_meshed(options.share, options.meshed_at),
            frame=ssb.Axisymmetric(),
            radius=radius,
            size=radius / options.fineness,
            region=PARTICLE,
            matrix=MATRIX,
        ),
        supports=tuple(ssb.Roller(face) for face in ("left", "bottom", "right")),
        fixture=ssb.ConstantForce(preload=PRELOAD * MPa),
        protocol=tuple(protocol),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s, dt_max=options.longest_step * s, stress_error=None
        ),
        # the powder is pressed to half its volume: strains are logarithms
        limits=ssb.Limits(strain=None, strain_mean_error=None, rotation=None, creep_step=None),
        output=ssb.Output(quantities=(Porosity(options.share, powder_of),)),
        **parts,
    )


def in_layers(powder: CapLaw, share: float, pressure: float) -> float:
    r"""Return the porosity of particle and powder in layers across the pressure [1].

    The powder is then pressed as if it were alone: :math:`P = c + \sqrt{a^2 + \frac49 b^2}` on its
    cap, and the particle takes up room and nothing else.

    Args:
        powder: its law.
        share: particle, by volume of the solids [1].
        pressure: axial pressure of the die [Pa].
    """

    def beyond(eta: float) -> float:
        strength = powder.line.hardening * (eta + math.log1p(-powder.line.loose_density))
        a, c = 0.5 * (1 + powder.cohesion) * strength, 0.5 * (1 - powder.cohesion) * strength
        b = powder.friction * a / math.hypot(1, powder.friction * a / powder.strength)
        return c + math.hypot(a, 2 / 3 * b) - pressure

    loose = -math.log1p(-powder.line.loose_density)
    density = -math.expm1(-brentq(beyond, loose, loose + 20.0))
    return 1 - 1 / (share + (1 - share) / density)


def with_cohesion(powder: Material, cohesion: float | None) -> CapLaw:
    """Return a powder's law, with another cohesion through the same densities in a die.

    Args:
        powder: material of the library.
        cohesion: tensile over compressive strength [1]; None: the powder's own.

    Raises:
        CaseError: it is no powder.
        ParameterError: the cohesion is out of its bounds.
    """
    solid = powder.solid
    if not isinstance(solid, CapLaw):
        raise CaseError(f"material {powder.name!r} does not densify: take one of library.pressed")
    if cohesion is None:
        return solid
    ratio = die_ratio(solid.friction, solid.cohesion) / die_ratio(solid.friction, cohesion)
    line = PressingLine(ratio * solid.line.hardening, solid.line.loose_density)
    return dataclasses.replace(solid, line=line, cohesion=cohesion)


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument(
        "--powder", default="li6ps5cl_pressed", help="electrolyte of the library (pressed)"
    )
    parser.add_argument("--particle", default="nmc811", help="active material of the library")
    parser.add_argument("--share", type=float, default=0.48, help="particle of the solids [1]")
    parser.add_argument(
        "--pressures", default="74,150,250,370,500", help="pressures pressed at, rising [MPa]"
    )
    parser.add_argument(
        "--release", choices=("each", "last"), default="each", help="pressures it is released from"
    )
    parser.add_argument(
        "--sticks", action="store_true", help="the powder does not slip along the particle"
    )
    parser.add_argument(
        "--cohesion", type=float, help="tensile over compressive strength [1]; the powder's own"
    )
    parser.add_argument(
        "--loosening-time",
        type=float,
        default=1.0,
        help="overstress of powder that loosens, over its rate [s]",
    )
    parser.add_argument("--radius", type=float, default=5.0, help="radius of the particle [um]")
    parser.add_argument(
        "--above", type=float, default=5.0, help="density filled in, above the loose one [%%]"
    )
    parser.add_argument(
        "--meshed-at", type=float, default=0.8, help="density of the powder that is meshed [1]"
    )
    parser.add_argument("--fineness", type=float, default=3.0, help="cells along a radius [1]")
    parser.add_argument("--longest-step", type=float, default=10.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
