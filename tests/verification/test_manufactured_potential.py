# SPDX-License-Identifier: BSD-3-Clause
"""Order of convergence of the ionic potential, from a manufactured solution."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import pytest
import ufl
from dolfinx import fem

import ssbmech as ssb
from ssbmech.model.body import BodyModel
from ssbmech.units import um
from tests.elastic_cell import ELECTROLYTE, Floats, rollers
from tests.parts import Ions, part
from tests.tools import march, measured, observed_orders

pytestmark = pytest.mark.serial

WIDTH, HEIGHT = 20e-6, 15e-6
AMPLITUDE = 0.05
FACES = ("bottom", "top", "left", "right")


def exact(x: object, maths: object) -> object:
    """Return the potential with NumPy's or UFL's functions [V]."""
    return AMPLITUDE * maths.sin(2.5 * x[0] / WIDTH + 0.3) * maths.exp(1.2 * x[1] / HEIGHT)


def source(x: object) -> object:
    """Return the source of ions that keeps the potential, minus div(kappa grad phi_e) [A/m3]."""
    kappa = ELECTROLYTE.conductor.conductivity
    return kappa * ((2.5 / WIDTH) ** 2 - (1.2 / HEIGHT) ** 2) * exact(x, ufl)


def errors(size: float) -> tuple[float, float]:
    """Solve with cells of a size [m], and return the errors in L2 and H1, relative; collective."""
    layer = ssb.Layer("separator", HEIGHT)
    case = ssb.Case(
        name="manufactured",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            layers=(layer,),
            width=WIDTH,
            size_interface=size,
            size_bulk=size,
        ),
        bodies=(ssb.Body.single("separator", ELECTROLYTE),),
        supports=rollers(*FACES),
        loads=ssb.Loads(
            face_potentials=tuple(ssb.FacePotential(face, held) for face in FACES),
            ion_sources=(ssb.IonSource("separator", source),),
        ),
        protocol=(ssb.Rest(1.0),),
        step_control=ssb.PrescribedSteps([1.0]),
        newton=ssb.NewtonSettings(tolerance=1e-11),
    )
    return norms(march(case).cell.bodies["separator"])


def held(x: Floats) -> Floats:
    """Return the potential of the outer faces [V]."""
    return exact(x, np)


def norms(body: BodyModel) -> tuple[float, float]:
    """Return the relative errors of the potential and of its gradient in the mean; collective."""
    phi_e, mesh = part(body, Ions).phi_e.function, body.mesh.mesh
    dx = ufl.dx(domain=mesh, degree=8)
    wanted = exact(ufl.SpatialCoordinate(mesh), ufl)
    parts = []
    for gradient in (lambda f: f, ufl.grad):
        for f in (phi_e - wanted, wanted):
            form = fem.form(ufl.inner(gradient(f), gradient(f)) * dx)
            parts.append(MPI.COMM_WORLD.allreduce(fem.assemble_scalar(form)))
    return tuple(np.sqrt([parts[0] / parts[1], parts[2] / parts[3]]))


def test_orders_of_the_potential() -> None:
    sizes = [4 * um, 2 * um, 1 * um]
    lengths = [size.m_as("m") for size in sizes]
    in_l2, in_h1 = zip(*(errors(size) for size in lengths), strict=True)
    for norm, found, order in (("L2", in_l2, 3), ("H1", in_h1, 2)):
        shortfall = order - observed_orders(lengths, list(found))
        measured(
            "Manufactured potential, quadratic elements",
            f"shortfall of the order in {norm}",
            float(np.max(shortfall)),
            0.1,
            f"order {order}",
        )
