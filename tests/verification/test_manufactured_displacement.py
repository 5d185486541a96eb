# SPDX-License-Identifier: BSD-3-Clause
"""Manufactured displacements: orders of convergence, and bonded regions that must be exact."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import ufl

import ssbmech as ssb
from ssbmech import library
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.parts import Momentum, part
from tests.single_body import Points, at_points, with_flow
from tests.tools import March, march, measured, observed_orders

pytestmark = pytest.mark.serial

MPA, UM = 1e6, 1e-6
SIDE = 10 * UM
K_X, K_Y, SIZE = 3.0 / SIDE, 2.0 / SIDE, 1e-9 * SIDE
ELASTIC = Material("glass", Elastic(young=20e9, poisson=0.25))
LITHIUM = library.by_name("lithium_masias2019")
TEMPERATURE = LITHIUM.solid.flow.reference_temperature
FACES = ("bottom", "top", "left", "right")


@dataclass(frozen=True)
class Waves:
    """A smooth displacement with its gradient, written for numbers and for UFL alike.

    A wave without change of volume, u = curl(sin a sin b), and another that changes it.

    Attributes:
        tools: numpy or UFL.
        dilation: size of the second wave over that of the first [1].
    """

    tools: Any
    dilation: float

    def phases(self, x: Any) -> tuple[Any, Any]:
        """Return a and b."""
        return K_X * x[0] + 0.3, K_Y * x[1] - 0.4

    def displacement(self, x: Any) -> tuple[Any, Any]:
        """Return the components of the displacement [m]."""
        a, b = self.phases(x)
        sin, cos = self.tools.sin, self.tools.cos
        first = K_Y * sin(a) * cos(b) + self.dilation * K_Y * cos(a + b)
        return SIZE * first, -SIZE * K_X * cos(a) * sin(b)

    def gradient(self, x: Any) -> tuple[Any, Any, Any, Any]:
        """Return du_x/dx, du_x/dy, du_y/dx and du_y/dy [1]."""
        a, b = self.phases(x)
        sin, cos = self.tools.sin, self.tools.cos
        swell = self.dilation * K_Y * sin(a + b)
        return (
            SIZE * K_X * (K_Y * cos(a) * cos(b) - swell),
            -SIZE * K_Y * (K_Y * sin(a) * sin(b) + swell),
            SIZE * K_X * K_X * sin(a) * sin(b),
            -SIZE * K_X * K_Y * cos(a) * cos(b),
        )


@dataclass(frozen=True)
class Square:
    """A square held on all faces under the force that the waves need.

    Attributes:
        material: what it is made of.
        shear: its shear modulus over the time step [Pa].
        bulk: its bulk modulus [Pa].
        dt: the time step [s].
    """

    material: Material
    shear: float
    bulk: float
    dt: float

    def waves(self, tools: Any) -> Waves:
        """Return waves whose pressures are as large as their shear stresses."""
        return Waves(tools, self.shear / self.bulk)

    def force(self, x: Expr) -> Expr:
        """Return minus the divergence of the stress of the waves at a position [N/m3]."""
        strain = ufl.sym(ufl.grad(ufl.as_vector(self.waves(ufl).displacement(x))))
        volumetric = (self.bulk - 2 * self.shear / 3) * ufl.tr(strain) * ufl.Identity(2)
        return -ufl.div(2 * self.shear * strain + volumetric)

    def held(self, x: np.ndarray, time: float) -> np.ndarray:
        """Return the displacement at points (3, n) [m]."""
        return np.array(self.waves(np).displacement(x))

    def solve(self, size: float) -> March:
        """March through one step on a mesh of a size of cells [m]."""
        return march(
            ssb.Case(
                name="manufactured",
                geometry=ssb.Stack(
                    frame=ssb.PlaneStrain(),
                    layers=(ssb.Layer("body", SIDE),),
                    width=SIDE,
                    size_interface=size,
                    size_bulk=size,
                ),
                bodies=(ssb.Body.single("body", self.material),),
                supports=tuple(ssb.Clamp(face, self.held) for face in FACES),
                loads=ssb.Loads(body_forces=(ssb.BodyForce("body", self.force),)),
                temperature=TEMPERATURE,
                newton=ssb.NewtonSettings(tolerance=1e-10),
                protocol=(ssb.Rest(self.dt),),
                step_control=ssb.PrescribedSteps([self.dt]),
            )
        )

    def errors(self, result: March) -> tuple[float, float, float]:
        """Return L2 and H1 errors of the displacement and L2 error of the pressure, relative."""
        (body,) = result.cell.bodies.values()
        u, pressure = body.u.function, next(iter(part(body, Momentum).pressures.values()), None)
        gradient = ufl.grad(u)
        p = -self.bulk * ufl.tr(gradient) if pressure is None else pressure.function
        values = [u[0], u[1], *(gradient[i, j] for i in range(2) for j in range(2)), p]
        found = at_points(body, values, 6)
        exact_u = np.column_stack(self.waves(np).displacement(found.x.T))
        exact_gradient = np.column_stack(self.waves(np).gradient(found.x.T))
        exact_p = -self.bulk * (exact_gradient[:, 0] + exact_gradient[:, 3])
        return (
            found.norm(found.values[:, :2] - exact_u) / found.norm(exact_u),
            found.norm(found.values[:, 2:6] - exact_gradient) / found.norm(exact_gradient),
            found.norm(found.values[:, 6] - exact_p) / found.norm(exact_p),
        )

    def orders(self) -> np.ndarray:
        """Return the smallest order of convergence of each error from three meshes."""
        errors, sizes = [], []
        for size in (2 * UM, 1 * UM, 0.5 * UM):
            result = self.solve(size)
            errors.append(self.errors(result))
            topology = result.cell.tagged.mesh.topology
            sizes.append(1 / math.sqrt(topology.index_map(2).size_global))
        columns = zip(*errors, strict=True)
        return np.array([np.min(observed_orders(sizes, list(e))) for e in columns])


def test_quadratic_displacements_converge_with_order_three() -> None:
    solid = ELASTIC.solid
    found = Square(ELASTIC, solid.shear, solid.bulk, dt=1.0).orders()
    item = "manufactured displacement, elastic, plane strain"
    measured(
        item, "L2 error of u: distance of its order from 3", abs(3 - found[0]), 0.15, "three meshes"
    )
    measured(
        item, "H1 error of u: distance of its order from 2", abs(2 - found[1]), 0.15, "three meshes"
    )


def test_mixed_elements_converge_with_order_three_where_a_solid_flows() -> None:
    """Linear creep, n = 1: a step of backward Euler is elasticity with a shear modulus reduced.

    It is G / (1 + 3 G dt rate / stress), here a two-thousandth of the bulk modulus.
    """
    creeping = with_flow(LITHIUM, exponent=1.0)
    elastic, flow = creeping.solid.elastic, creeping.solid.flow
    shear = elastic.bulk / 2000
    dt = (elastic.shear / shear - 1) * flow.stress / (3 * elastic.shear * flow.rate)
    found = Square(creeping, shear, elastic.bulk, dt).orders()
    item = "manufactured displacement, flowing, mixed elements, plane strain"
    measured(
        item, "L2 error of u: distance of its order from 3", abs(3 - found[0]), 0.15, "three meshes"
    )
    measured(
        item, "H1 error of u: distance of its order from 2", abs(2 - found[1]), 0.15, "three meshes"
    )
    measured(
        item, "L2 error of p: distance of its order from 2", abs(2 - found[2]), 0.15, "three meshes"
    )


# ------------------------------------------------------------------------------------------------
# Regions of one body


def layer_strain(material: Material, tau: float, pressure: float, dt: float) -> tuple[float, float]:
    """Return normal and engineering shear strain of a layer after one implicit step under stress.

    The layer does not strain along its own plane; tau and minus the pressure act across it. The
    ratio y of the deviatoric stress to its trial value is found by bisection.
    """
    if isinstance(material.solid, Elastic):
        shear, bulk = material.solid.shear, material.solid.bulk
        return -pressure / (bulk + 4 * shear / 3), tau / shear
    elastic, flow = material.solid.elastic, material.solid.flow
    shear, bulk = elastic.shear, elastic.bulk

    def strains(y: float) -> tuple[float, float]:
        return -pressure / (bulk + 4 * shear * y / 3), tau / (shear * y)

    def excess(y: float) -> float:
        normal, angle = strains(y)
        trial = 2 * shear * math.sqrt(normal**2 + 0.75 * angle**2)
        return (
            y + 3 * shear * dt * flow.rate * (y * trial / flow.stress) ** flow.exponent / trial - 1
        )

    low, high = 1e-9, 1.0
    for _ in range(100):
        y = 0.5 * (low + high)
        low, high = (low, y) if excess(y) > 0 else (y, high)
    return strains(y)


def test_bonded_regions_pass_the_patch_test() -> None:
    """Layers creeping, elastic, creeping under shear and pressure: linear in each, hence exact.

    The middle layer has no pressure field; the others have one each, on a part of the body's mesh.
    """
    soft = with_flow(LITHIUM, exponent=2.0)
    layers = {"lower": LITHIUM, "middle": ELASTIC, "upper": soft}
    heights, dt, tau, pressure = (3 * UM, 2 * UM, 4 * UM), 40.0, 0.4 * MPA, 2 * MPA
    strains = {name: layer_strain(m, tau, pressure, dt) for name, m in layers.items()}
    levels = np.cumsum([0.0, *heights])
    across, along = (
        np.cumsum([0.0, *(e[k] * h for e, h in zip(strains.values(), heights, strict=True))])
        for k in (0, 1)
    )
    assert strains["lower"][1] > 3 * tau / LITHIUM.solid.elastic.shear  # it has crept

    def exact(x: np.ndarray, time: float) -> np.ndarray:
        return np.array([np.interp(x[1], levels, along), np.interp(x[1], levels, across)])

    result = march(
        ssb.Case(
            name="layers",
            geometry=ssb.Stack(
                frame=ssb.PlaneStrain(),
                layers=tuple(map(ssb.Layer, layers, heights)),
                width=8 * UM,
                size_interface=1 * UM,
                size_bulk=3 * UM,
                graded=("lower|middle",),
            ),
            bodies=(ssb.Body("body", layers),),
            supports=tuple(ssb.Clamp(face, exact) for face in FACES),
            temperature=TEMPERATURE,
            newton=ssb.NewtonSettings(tolerance=1e-11),
            protocol=(ssb.Rest(dt),),
            step_control=ssb.PrescribedSteps([dt]),
        )
    )
    (body,) = result.cell.bodies.values()
    u = body.u.function
    x = u.function_space.tabulate_dof_coordinates()
    error = u.x.array.reshape(-1, 2) - exact(x.T, dt).T
    item, against = "bonded layers, creeping and elastic, patch test", "exact solution"
    size = float(np.max(along))
    measured(item, "largest error of u over u", Points.largest(error) / size, 1e-9, against)
    pressures = part(body, Momentum).pressures
    assert set(pressures) == {"lower", "upper"}
    for name, unknown in pressures.items():
        expected = -layers[name].solid.elastic.bulk * strains[name][0]
        error = unknown.function.x.array / expected - 1
        measured(
            item,
            f"largest error of the pressure, {name} layer",
            Points.largest(error),
            1e-8,
            against,
        )
