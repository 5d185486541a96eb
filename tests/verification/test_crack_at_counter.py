# SPDX-License-Identifier: BSD-3-Clause
"""A crack that begins at the counter electrode, and one that begins at both."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import MeshError
from ssbmech.geometry.crack_path import CrackPath
from ssbmech.model.audits import lithium_error
from ssbmech.model.cell import CellModel
from tests.cracked_cell import FAR_LOWER, FLAW, cell
from tests.joined_crack import CRACK, EXTENT, LOWER
from tests.tools import March, march, measured

COMM = MPI.COMM_WORLD
ITEM = "Crack at the counter electrode"
CURRENT = 300.0


def plate(sign: float, seconds: float) -> ssb.ConstantCurrent:
    """Return a step of a current, negative to plate at the working electrode."""
    return ssb.ConstantCurrent(sign * CURRENT, seconds)


def off(one: March, other: March, names: tuple[str, ...]) -> float:
    """Return the largest deviation of columns of two runs, over their largest values [1]."""
    pairs = [(one.series(name), other.series(name)) for name in names]
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("seconds", "grows"), [(0.3, False), pytest.param(3.0, True, marks=pytest.mark.slow)]
)
def test_it_is_the_mirror_image_of_one_at_the_working_electrode(
    seconds: float, grows: bool
) -> None:
    """With the current reversed: the same growth, pressure and voltage but for its sign."""
    near = march(cell(plate(-1.0, seconds)))
    far = march(cell(plate(1.0, seconds), near=False, far=True))
    assert (near.series(f"crack_size:{CRACK}")[-1] > FLAW + 0.9e-6) == grows
    names = ("crack_size", "crack_volume", "crack_plated_volume", "p_contact_max")
    same = off(far, near, ("time", *(f"{name}:{CRACK}" for name in names)))
    measured(ITEM, f"metal after {seconds:g} s by the mirror image", same, 1e-8, "0")
    turned = np.abs(far.series("voltage") / near.series("voltage") + 1).max()
    measured(ITEM, f"voltage after {seconds:g} s, the same", turned, 1e-8, "0")
    measured(ITEM, "audit of lithium", far.series("audit_lithium").max(), 1e-8, "0")


@pytest.mark.serial
def test_cracks_at_both_electrodes_are_plated_one_after_the_other() -> None:
    """One interface from electrode to electrode: metal has the potential of that which it touches.

    While one crack is plated what the other holds is stripped.
    """
    run = march(cell(plate(-1.0, 0.3), plate(1.0, 0.3), far=True))
    fields = run.cell.surfaces[CRACK]
    crack = next(p for p in fields.parts if type(p).__name__ == "CrackMetal")
    x = crack.metal.function.function_space.tabulate_dof_coordinates()[:, 0]
    h = crack.metal.function.x.array
    near, deep = (float(h[here].sum()) for here in (x < FLAW, x > EXTENT - FLAW))
    assert deep > 2 * max(near, 0.0), "the last to be plated holds the most"
    between = (x > FLAW + 1e-6) & (x < EXTENT - FLAW - 1e-6)
    assert np.abs(h[between]).max() < 1e-12
    assert np.all(run.series("crack_clusters") == 2.0)
    assert np.all(run.series("crack_cut_off") == 0.0)
    assert np.all(run.series("short") == 0.0)
    measured(ITEM, "audit of charge, both", run.series("audit_charge").max(), 1e-10, "0")
    measured(ITEM, "audit of lithium, both", run.series("audit_lithium").max(), 1e-8, "0")


@pytest.mark.serial
def test_lithium_that_one_electrode_lacks_and_the_other_has_too_much_of() -> None:
    """It is found beside a path from electrode to electrode, unless metal begins at both."""
    cell_now = march(cell(plate(-1.0, 0.15))).cell
    assert lithium_error(cell_now, 0.0) < 1e-8
    passed = cell_now.circuit.passed
    for name, sign in ((LOWER, 1.0), (FAR_LOWER, -1.0)):
        passed[name] += sign * 0.01 * abs(passed[name])
    measured(ITEM, "a percent, found", abs(lithium_error(cell_now, 0.0) / 0.01 - 1), 0.02, "1")
    case = cell(plate(-1.0, 0.15), far=True)
    assert CellModel(case, case.geometry.build(COMM)).clusters.exchange, "of both it is the sum"


@pytest.mark.serial
def test_paths_that_do_not_fit_are_refused() -> None:
    sizes = {"width": 20e-6, "height": 20e-6, "facet": 1e-6, "size": 5e-6}
    with pytest.raises(MeshError, match="no path"):
        CrackPath(frame=ssb.PlaneStrain(), **sizes)
    with pytest.raises(MeshError, match="longer than the electrolyte"):
        CrackPath(frame=ssb.PlaneStrain(), path=12e-6, counter_path=12e-6, **sizes)
