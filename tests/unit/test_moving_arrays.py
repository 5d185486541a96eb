# SPDX-License-Identifier: BSD-3-Clause
"""Areas, volumes, shapes and shares of straight cells, and rotations, against what is known."""

from __future__ import annotations

import math

from mpi4py import MPI

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh

import ssbmech as ssb
from ssbmech._compat import compile_form
from ssbmech.frames import Frame
from ssbmech.geometry.moving import (
    area_shares,
    area_vectors,
    distortions,
    qualities,
    shares,
    signed_volumes,
    steepness,
)
from ssbmech.model.kinematics import CREEP, FromStep, rotation
from ssbmech.solve.unknowns import Unknown

pytestmark = pytest.mark.serial

TRIANGLE = np.array([[[0.0, 0.0], [2.0, 0.0], [1.0, math.sqrt(3.0)]]])
TETRAHEDRON = np.array([[[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]])


def test_area_vectors_are_normal_and_sum_to_zero() -> None:
    assert np.allclose(area_vectors(np.array([[[0.0, 0.0], [3.0, 0.0]]])), [[0.0, -3.0]])
    faces = TETRAHEDRON[0][[[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]]]
    vectors = area_vectors(faces)
    assert np.allclose(vectors.sum(axis=0), 0.0, atol=1e-14)
    assert np.allclose(np.linalg.norm(vectors, axis=1), math.sqrt(3) / 4 * 8)


def test_volumes_change_sign_with_the_cell() -> None:
    assert signed_volumes(TRIANGLE) == pytest.approx(math.sqrt(3))
    assert signed_volumes(TRIANGLE[:, [1, 0, 2]]) == pytest.approx(-math.sqrt(3))
    assert np.abs(signed_volumes(TETRAHEDRON)) == pytest.approx(8 / 3)
    # Pappus: area times the way of its centre
    revolved = 2 * math.pi * 1.0 * math.sqrt(3)
    assert signed_volumes(TRIANGLE, revolves=True) == pytest.approx(revolved)


@pytest.mark.parametrize(
    ("cell", "revolves"),
    [(TRIANGLE, False), (TRIANGLE, True), (TETRAHEDRON, False)],
    ids=["plane", "revolved", "space"],
)
def test_shares_of_areas_are_what_a_volume_gains(cell: np.ndarray, revolves: bool) -> None:
    """By how much a volume grows with its corners, also over a long way by Simpson's rule."""
    dim = cell.shape[2]
    faces = {2: [[0, 1], [1, 2], [2, 0]], 3: [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]]}[dim]
    sense = np.sign(signed_volumes(cell)[0])
    end = cell[0] + np.random.default_rng(3).uniform(-0.4, 0.4, size=cell[0].shape)
    gained = 0.0
    for part, weight in ((0.0, 1 / 6), (0.5, 4 / 6), (1.0, 1 / 6)):
        x = (1 - part) * cell[0] + part * end
        shares_of = area_shares(x[faces], revolves)
        gained += weight * float(np.sum(shares_of * (end - cell[0])[faces]))
    exact = sense * (signed_volumes(end[None], revolves) - signed_volumes(cell, revolves))
    away = cell[0][faces].mean(axis=1) - cell[0].mean(axis=0)
    outwards = np.sign(np.sum(area_vectors(cell[0][faces]) * away))
    assert gained * outwards == pytest.approx(float(exact[0]), rel=1e-12)


def test_quality_is_one_for_equilateral_cells() -> None:
    assert qualities(TRIANGLE) == pytest.approx(1.0)
    assert qualities(TETRAHEDRON) == pytest.approx(1.0)
    flat = TRIANGLE * np.array([1.0, 1e-3])
    assert 0.0 < qualities(flat)[0] < 3e-3


def test_only_what_changes_the_shape_distorts() -> None:
    carried = np.broadcast_to([3.0, -1.0], TRIANGLE.shape)
    assert distortions(TRIANGLE, carried) == pytest.approx(0.0, abs=1e-15)
    sheared = np.stack([0.2 * TRIANGLE[..., 1], 0.0 * TRIANGLE[..., 1]], axis=-1)
    assert distortions(TRIANGLE, sheared) == pytest.approx(0.2)
    assert distortions(TETRAHEDRON, 0.1 * TETRAHEDRON) == pytest.approx(0.1 * math.sqrt(3))


def test_shares_go_to_what_is_open() -> None:
    gaps = np.array([[0.0, 0.0], [0.0, 1e-6], [3e-6, 1e-6], [-1e-12, 1e-6]])
    found = shares(gaps, 1e-9, np.full(gaps.shape, 0.5))
    assert np.allclose(found.mean(axis=1), 1.0)
    assert np.allclose(found[0], 1.0)
    assert found[1] == pytest.approx([0.0, 2.0], abs=1e-3)
    assert found[2] == pytest.approx([1.5, 0.5], rel=1e-3)
    assert found[3] == pytest.approx(found[1])


def test_shares_of_unlike_vertices_add_up_to_what_flows_through_a_facet() -> None:
    gaps = np.array([[0.0, 1e-6], [3e-6, 1e-6]])
    parts = np.array([[0.25, 0.6], [0.5, 0.7]])
    found = shares(gaps, 1e-9, parts)
    assert (found * parts).sum(axis=1) == pytest.approx([1.0, 1.0], rel=1e-14)
    assert found[1, 0] / found[1, 1] == pytest.approx(3.0, rel=1e-3)


@pytest.mark.parametrize("angle", [0.0, 1e-6, 0.3, 2.0])
def test_rotation_is_orthogonal_and_by_the_right_angle(angle: float) -> None:
    axis = np.array([1.0, 2.0, -2.0]) / 3.0
    # in the middle of the step the gradient of a rigid rotation is twice the tangent of half of it
    w = 2 * math.tan(angle / 2) * axis
    spin = np.array([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]])
    form = rotation(ufl.as_tensor(spin.tolist()))
    turn = np.array([[float(form[i, j]((0.0,))) for j in range(3)] for i in range(3)])
    assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-14)
    cross = np.cross(np.eye(3), axis)
    exact = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    assert np.allclose(turn, exact, atol=1e-13)


@pytest.mark.parametrize(
    "frame",
    [ssb.PlaneStrain(), pytest.param(ssb.ThreeDimensional(), marks=pytest.mark.slow)],
)
def test_elastic_strain_turns_with_a_body_that_turns(frame: Frame) -> None:
    """In a rigid rotation the next step starts from R e R^T, however large the angle."""
    angle, dim = 0.7, frame.dim
    boxes = {2: dmesh.create_unit_square, 3: dmesh.create_unit_cube}
    middle = boxes[dim](MPI.COMM_SELF, *(1,) * dim)
    u = Unknown("u", "body", fem.Function(fem.functionspace(middle, ("Lagrange", 2, (dim,)))), 1.0)
    # counter-clockwise about z, between the shapes before and after the step
    turn = np.eye(dim)
    turn[:2, :2] = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    spin = 2 * (turn - np.eye(dim)) @ np.linalg.inv(turn + np.eye(dim))
    u.function.interpolate(lambda x: spin @ x[:dim])
    strain = frame.strain(FromStep().counted(u))
    before = np.array([[2.0, 0.5, 0.0], [0.5, -3.0, 0.0], [0.0, 0.0, 1.0]])
    state = {CREEP: -ufl.as_tensor(before.tolist())}
    found = FromStep().carried(frame, u, strain, state)[CREEP]
    components = [
        fem.assemble_scalar(compile_form(found[i, j] * ufl.dx(middle), None))
        for i in range(3)
        for j in range(3)
    ]
    whole = np.eye(3)
    whole[:dim, :dim] = turn
    exact = whole @ before @ whole.T
    assert -np.array(components).reshape(3, 3) == pytest.approx(exact, abs=1e-12)


def test_slope_of_the_worst_corner() -> None:
    """A facet of slope one, with directors upright, along its normal, and against it."""
    normals, root = np.array([[1.0, 1.0], [2.0, 2.0]]), math.sqrt(0.5)
    directors = np.array([[[0.0, 1.0], [root, root]], [[root, root], [0.0, -1.0]]])
    assert steepness(normals, directors) == pytest.approx([1.0, np.inf])
    assert len(steepness(np.zeros((0, 2)), np.zeros((0, 2, 2)))) == 0
