# SPDX-License-Identifier: BSD-3-Clause
"""The Jacobian of a porous interlayer with metal behind it, against finite differences."""

from __future__ import annotations

from dataclasses import replace

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.interfaces.interlayer import LayerPoint, plain
from ssbmech.materials.curve import Curve
from ssbmech.materials.host import TableOcv
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.interlayer import Interlayer
from ssbmech.model.surface import SurfaceModel
from tests.moving import COUNTER, WORKING, moving_cell
from tests.parts import Transfer, part
from tests.tools import measured
from tests.verification.test_jacobian import (
    CHARGING,
    check_blocks,
    fill_bodies,
    row_groups,
    set_closures,
)

COMM = MPI.COMM_WORLD
pytestmark = [pytest.mark.serial, pytest.mark.slow]

ALLOY = ssb.AlloyStore(
    name="alloy",
    charge=1800.0,
    # bent, so that the slope changes with what it holds
    ocv=TableOcv(Curve((0.0, 0.3, 0.7, 1.0), (0.1, 0.05, 0.02, 0.0))),
    growth=5e-6,
    path=ssb.LayerPath(10e-4),
)
PORES = ssb.PoreStore(
    path=ssb.LayerPath(75e-4), volume=4e-7, first_entry=2e6, last_entry=4e8, borne=0.3
)


def cell() -> CellModel:
    """Return a cell of five vertices across, whose metal behind the layer is nearly used up."""
    case = moving_cell(1e-6)
    law = ssb.PorousInterlayer(made=10e-6, stores=(ALLOY, PORES), behind=ssb.LayerPath(25e-4))
    # in between at the thickness of this metal
    exhaustion = ssb.Exhaustion(film=1e-6, fade=16e-6)
    first, *others = case.bodies
    interface, other = case.interfaces
    case = replace(
        case,
        bodies=(replace(first, exhaustion=exhaustion), *others),
        interfaces=(replace(interface, interlayer=law), other),
    )
    return CellModel(case, case.geometry.build(COMM))


def fill(surface: SurfaceModel, random: np.random.Generator) -> None:
    """Make facets closed, conducting across a gap and open in turn, with a current."""
    n = surface.gap.owned
    gap = np.choose(np.arange(n) % 3, [5e-10, 25e-9, 60e-9]) * (1 + 0.3 * random.random(n))
    for unknown, values in (
        (surface.gap, gap),
        (surface.p_contact, 1e6 * (1 + 0.3 * random.random(n))),
        (part(surface, Transfer).i_normal, 10.0 * random.standard_normal(n)),
    ):
        unknown.function.x.array[:n] = values
        unknown.function.x.scatter_forward()


def fill_layer(layer: Interlayer, random: np.random.Generator) -> None:
    """Let a store be empty, partly filled and full in turn, each for some potential."""
    n = layer.potential.owned
    kind = np.arange(n) % 3
    layer.potential.function.x.array[:n] = np.choose(kind, [0.2, 0.04, -0.15])
    layer.behind.function.x.array[:n] = 10.0 * random.standard_normal(n)
    for unknown in layer.filled.values():
        values = np.choose(kind, [0.02, 0.45, 0.98]) + 0.01 * random.random(n)
        unknown.previous[:n] = np.choose(kind, [0.05, 0.4, 0.95])
        unknown.function.x.array[:n] = values
    for unknown in layer.unknowns:
        unknown.past.x.scatter_forward()
        unknown.function.x.scatter_forward()


def branches(layer: Interlayer, dt: float) -> dict[str, set[str]]:
    """Return whether stores are "empty", "partly" filled and "full" somewhere, in numbers."""
    volume, found = layer.molar_volume, {}
    pressures = layer.surface.p_contact.function.x.array
    points = [
        LayerPoint(float(p), layer.law.behind.reference_temperature, volume) for p in pressures
    ]
    for store in layer.law.stores:
        f, before = (layer.filled[store.name].function.x.array, layer.filled[store.name].previous)
        held, more = (
            np.array([plain(store.potential(x + by, at)) for x, at in zip(f, points, strict=True)])
            for by in (0.0, 1e-6)
        )
        path, speed = store.path.resistance, float(store.capacity(volume)) / dt
        missing = speed * (f - before) + (layer.potential.function.x.array - held) / path
        after = f - missing / (speed - (more - held) / 1e-6 / path)
        names = np.select([after <= 0.0, after >= 1.0], ["empty", "full"], "partly")
        found[store.name] = set(names.tolist())
    return found


def test_every_block_is_the_derivative_of_the_residual() -> None:
    """With stores that are empty, partly filled and full, and a way to metal that fades."""
    model, dt = cell(), 20.0
    random = np.random.default_rng(5)
    for body in model.bodies.values():
        # a past from which the step goes on
        body.u.previous[:] = 1e-11 * random.standard_normal(len(body.u.previous))
    model.begin(CHARGING["current"], dt)
    fill_bodies(model)
    for surface in model.surfaces.values():
        fill(surface, random)
    working = model.surfaces[WORKING]
    layer = part(working, Interlayer)
    fill_layer(layer, random)
    set_closures(model, (-3e-9, 0.03, -0.02))
    assert all(b == {"empty", "partly", "full"} for b in branches(layer, dt).values())
    errors, sizes = check_blocks(model, list(row_groups(model)))
    names = {c.unknown.key: c.key for c in model.closures if c.key.startswith("electrode")}
    keys = [names.get(unknown.key, unknown.key) for unknown in model.unknowns]
    compiled = {(keys[block.row], keys[block.column]) for block in model.system.blocks}
    compiled.discard((f"electrode {COUNTER}", f"i_normal {COUNTER}"))  # it is at zero potential
    # flat electrodes leave nothing behind by flowing along
    compiled -= {(f"slide {WORKING}", "u negative"), (f"slide {COUNTER}", "u positive")}
    idle = sorted(pair for pair in compiled if sizes[pair] < 1e-6)
    assert not idle, "the state does not reach these blocks"
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian of a porous interlayer",
        f"largest error of any of {len(compiled)} blocks",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )
