# SPDX-License-Identifier: BSD-3-Clause
"""Growth: thickness per charge, currents, and the way back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.model.cell import CellModel
from ssbmech.units import A_per_m2, nm, um
from tests.elastic_cell import (
    COUNTER,
    ELECTROLYTE,
    LAYERS,
    METAL,
    WORKING,
    Floats,
    facet_fields,
    largest,
    nodal_values,
    one_sided_cell,
    stack_of,
    symmetric_cell,
)
from tests.parts import Transfer, part
from tests.tools import march, measured

pytestmark = pytest.mark.serial

#: One mAh per cm2 [C/m2], and a current that passes it in half an hour [A/m2].
CHARGE, CURRENT = 36000.0, 20.0


def zero(x: Floats) -> Floats:
    """Return the potential of a held face [V]."""
    return np.zeros(x.shape[1])


BELOW = one_sided_cell()
#: The same with the metal above the electrolyte: the normal of the interface points down.
ABOVE = one_sided_cell(
    geometry=stack_of(LAYERS[1:]),
    bodies=(ssb.Body.single("separator", ELECTROLYTE), ssb.Body.single("positive", METAL)),
    interfaces=(ssb.Interface(COUNTER, kinetics=ssb.ButlerVolmer(i_0=20 * A_per_m2)),),
    electrodes=ssb.Electrodes(working=COUNTER),
    loads=ssb.Loads(face_potentials=(ssb.FacePotential("bottom", zero),)),
)


@pytest.mark.parametrize("cell", [BELOW, ABOVE], ids=["metal_below", "metal_above"])
def test_thickness_per_charge(cell: ssb.Case) -> None:
    """Plated metal lifts the platen by Omega / F per charge, in steps of any length."""
    lithium = library.by_name("lithium_lepage2019")
    assert lithium.metal == METAL.metal
    passed = [0.3 * CHARGE, 0.7 * CHARGE, -0.5 * CHARGE]
    steps = tuple(
        ssb.ConstantCurrent(-np.sign(charge) * CURRENT, abs(charge) / CURRENT) for charge in passed
    )
    done = march(replace(cell, protocol=(ssb.Preload(1.0), *steps)))
    thickness = done.series("thickness_stack")
    grown = thickness[1:] - thickness[0]
    expected = METAL.metal.molar_volume / FARADAY * np.cumsum(passed)
    item = f"Thickness per charge, metal {'below' if cell is BELOW else 'above'} the electrolyte"
    error = np.max(np.abs(grown / expected - 1))
    measured(item, "relative error of the thickness", error, 1e-6, "Omega / F per charge")
    error = abs(grown[1] / 4.85e-6 - 1)
    measured(item, "relative distance from 4.85 um per mAh/cm2", error, 2e-3, "dense lithium")
    error = np.max(np.abs(done.series("p_stack") / 30e6 - 1))
    assert error <= 1e-9, "a constant force stays"
    # strains cannot grow with the deposit: what is plated is free of stress
    assert largest(np.max(facet_fields(done.cell.surfaces[cell.electrodes.working]).gap)) < 1e-15


@pytest.mark.whole_run("compares values in the order of a mesh that is shared out anew", ranks=2)
def test_symmetric_cell_keeps_its_thickness_and_comes_back() -> None:
    """What one electrode loses the other gains; charge that comes back restores everything."""
    there, back = CHARGE / CURRENT, 2 * CHARGE / CURRENT
    case = symmetric_cell(
        protocol=(
            ssb.Preload(1.0),
            ssb.ConstantCurrent(CURRENT, there, name="strip"),
            ssb.ConstantCurrent(-CURRENT / 2, 0.3 * back, name="plate"),
            ssb.ConstantCurrent(-CURRENT / 2, 0.7 * back, name="plate on"),
            ssb.Rest(1.0),
        )
    )

    def watch(cell: CellModel) -> list[Floats]:
        fields = [nodal_values(body) for body in cell.bodies.values()]
        for surface in cell.surfaces.values():
            facets = facet_fields(surface)
            fields += [facets.p_contact, facets.gap]
        return fields

    done = march(case, watch=watch)
    grown = METAL.metal.molar_volume / FARADAY * CHARGE
    change = np.max(np.abs(np.diff(done.series("thickness_stack"))))
    item = "Symmetric cell"
    measured(item, "change of thickness over that of one electrode", change / grown, 1e-9, "none")
    sizes = [1e-8, 1e-8, 1e-8, 30e6, 1e-8, 30e6, 1e-8]
    errors = [
        largest(np.max(np.abs(after - before), initial=0.0)) / size
        for before, after, size in zip(done.seen[0], done.seen[-1], sizes, strict=True)
    ]
    measured(
        item,
        "change of any field by stripping and plating, over 10 nm or 30 MPa",
        max(errors),
        1e-9,
        "the state before",
    )
    for surface in done.cell.surfaces.values():
        stripped = part(surface, Transfer).reactant.stripped
        left = largest(np.max(np.abs(stripped.x.array), initial=0.0))
        measured(
            item,
            f"metal left over on {surface.name}, over the metal moved",
            left / grown,
            1e-9,
            "none",
        )


def test_both_electrodes_carry_the_applied_current() -> None:
    """A void makes the current of one electrode uneven; default settings of the solver."""
    void = ssb.LensGap(half_width=6 * um, depth=300 * nm)
    cell = symmetric_cell()
    case = replace(
        cell,
        interfaces=(replace(cell.interfaces[0], initial_gap=void), cell.interfaces[1]),
        protocol=(
            ssb.Preload(1.0),
            ssb.ConstantCurrent(-CURRENT, 60.0, name="plate"),
            ssb.ConstantCurrent(CURRENT, 120.0, name="strip"),
        ),
        step_control=ssb.PrescribedSteps([0.5, 0.5, 10.0, 20.0, 30.0, 40.0, 80.0]),
        newton=ssb.NewtonSettings(),
    )
    done = march(case, watch=lambda c: [facet_fields(s) for s in c.surfaces.values()])
    item = "Cell with a void"
    applied = np.array([0.0, 0.0, *[-CURRENT] * 3, *[CURRENT] * 2])
    for k, sign in ((0, 1.0), (1, -1.0)):
        facets = [both[k] for both in done.seen]
        means = np.array([f.area @ f.i_normal / np.sum(f.area) for f in facets])
        error = np.max(np.abs(sign * means - applied)) / CURRENT
        name = (WORKING, COUNTER)[k]
        measured(
            item, f"error of the current on {name}, over the applied one", error, 1e-9, "applied"
        )
    uneven = done.seen[2][0].i_normal
    assert np.ptp(uneven) > 0.5 * CURRENT
    measured(
        item, "lithium audit", float(np.max(done.series("audit_lithium"))), 1e-9, "charge passed"
    )
    measured(item, "charge audit", float(np.max(done.series("audit_charge"))), 1e-9, "zero")


def test_plating_in_a_closed_box_presses() -> None:
    """One-sided plating has nowhere to go; stripping relieves."""
    moved = 100.0 / CURRENT
    cell = replace(
        one_sided_cell(),
        fixture=ssb.FixedGap(preload=30e6),
        protocol=(
            ssb.Preload(1.0),
            ssb.ConstantCurrent(-CURRENT, moved, name="plate"),
            ssb.ConstantCurrent(CURRENT, 2 * moved, name="strip"),
        ),
    )
    done = march(cell)
    seated, plated, stripped = done.series("p_stack")
    assert stripped < seated < plated
    # elastic: the same charge either way makes the same difference
    assert abs((plated - seated) / (seated - stripped) - 1) < 1e-9
