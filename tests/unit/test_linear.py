# SPDX-License-Identifier: BSD-3-Clause
"""Presets of the linear solver."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError
from ssbmech.geometry import QuarterVoid
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import MPa, um
from tests.tools import march


def plate() -> ssb.Case:
    """Return an elastic plate with a hole under pressure."""
    return ssb.Case(
        name="plate",
        geometry=QuarterVoid(
            frame=ssb.PlaneStrain(),
            inner_radius=5 * um,
            outer_radius=25 * um,
            size=1 * um,
            square=True,
        ),
        bodies=(ssb.Body.single("body", Material("solid", Elastic(8e9, 0.3))),),
        protocol=(ssb.Preload(1.0),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        loads=ssb.Loads((ssb.FacePressure("right", lambda time: 1e6 * time),)),
        step_control=ssb.PrescribedSteps([1.0]),
    )


def size_of_displacement(case: ssb.Case) -> float:
    """March and return the norm of all nodal displacements."""
    unknown = march(case).cell.bodies["body"].u
    owned = unknown.function.x.array[: unknown.owned]
    return float(np.sqrt(MPI.COMM_WORLD.allreduce(float(owned @ owned), op=MPI.SUM)))


def test_cholesky_solves_what_lu_solves() -> None:
    by_lu = size_of_displacement(plate())
    by_cholesky = size_of_displacement(dataclasses.replace(plate(), linear_solver=ssb.Cholesky()))
    assert by_lu > 1e-9
    assert by_cholesky == pytest.approx(by_lu, rel=1e-11)


def test_cholesky_refuses_a_coupled_system() -> None:
    fixture = ssb.ConstantForce(1 * MPa)
    case = dataclasses.replace(plate(), fixture=fixture, linear_solver=ssb.Cholesky())
    with pytest.raises(CaseError, match=r"coupled: take Direct\(\)"):
        march(case)
