# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a battery protocol: signs, limits, durations, and the capacity they go by."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.cycling import ContentAbove, ContentBelow
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError, ParameterError
from ssbmech.model.cell import CellModel
from ssbmech.model.part import Part
from ssbmech.units import A_per_m2, MPa, V, hour, s
from tests.parts import Lithium, Transfer, part
from tests.small_cell import STORED
from tests.tools import march
from tests.verification.test_full_cell import NMC, WORKING, flat_cell

COMM = MPI.COMM_WORLD


class Spared(Part):
    """A part of a user's own that ends steps."""

    guards = (ContentBelow("positive", 0.3),)

    def part(self, model: object) -> Spared:
        return self


def test_charge_takes_lithium_out_and_discharge_puts_it_back() -> None:
    charge, discharge = ssb.Charge(0.5 / hour, to=4.2 * V), ssb.Discharge(0.5 / hour, to=3.0 * V)
    assert charge.drive(0.0).c_rate == pytest.approx(0.5 / 3600)
    assert discharge.drive(0.0).c_rate == pytest.approx(-0.5 / 3600)
    assert charge.duration == discharge.duration == pytest.approx(3 * 3600)
    above, below = charge.stops[0], discharge.stops[0]
    assert above.excess(4.3) > 0.0 > above.excess(4.1)
    assert below.excess(2.9) > 0.0 > below.excess(3.1)


def test_hold_ends_when_the_current_has_faded() -> None:
    hold = ssb.Hold(4.2 * V, 2 * hour, current_below=0.5 * A_per_m2)
    assert hold.drive(0.0).voltage == 4.2 and hold.drive(0.0).current_density is None
    faded = hold.stops[0]
    assert faded.excess(0.4) > 0.0 and faded.excess(-0.4) > 0.0 and faded.excess(-0.6) < 0.0


def test_cycles_are_numbered() -> None:
    steps = ssb.cycles(2, ssb.Charge(1 / hour, to=4.2), ssb.Rest(60 * s))
    assert [step.name for step in steps] == ["charge 1", "rest 1", "charge 2", "rest 2"]
    assert [step.name for step in ssb.cycles(1, ssb.Rest(60 * s))] == ["rest"]
    with pytest.raises(CaseError, match="one or more of each"):
        ssb.cycles(0, ssb.Rest(60 * s))


def test_rates_must_be_positive() -> None:
    with pytest.raises(ParameterError, match=r"Charge\.rate"):
        ssb.Charge(-1 / hour, to=4.2 * V)
    with pytest.raises(ParameterError, match=r"Discharge\.to"):
        ssb.Discharge(1 / hour, to=1 * MPa)


def test_the_longest_duration_is_left_out_or_given_but_never_zero() -> None:
    assert ssb.Charge(1 / hour, to=4.2, duration=None) == ssb.Charge(1 / hour, to=4.2)
    assert ssb.Charge(1 / hour, to=4.2, duration=0.2 * hour).duration == 720.0
    with pytest.raises(ParameterError, match=r"Discharge\.duration = 0 \[s\].*\(0, inf\)"):
        ssb.Discharge(1 / hour, to=3.0, duration=0)


@pytest.mark.serial
def test_one_c_passes_the_capacity_in_an_hour() -> None:
    """The capacity is that of the window of use, counted by the nominal area."""
    case = flat_cell(NMC, protocol=(ssb.Preload(1 * s), ssb.Charge(1 / hour, to=4.25 * V)))
    own = Spared()
    bodies = (dataclasses.replace(case.bodies[0], parts=(own,)), *case.bodies[1:])
    case = dataclasses.replace(case, bodies=bodies)
    cell = CellModel(case, case.geometry.build(COMM))
    window = NMC.host.x_full - NMC.host.x_empty
    exact = FARADAY * NMC.host.c_max * window * 10e-6
    assert cell.circuit.capacity == pytest.approx(exact, rel=1e-9)
    density = cell.circuit.current_density(case.protocol[1].drive(0.0))
    assert density == pytest.approx(exact / 3600, rel=1e-9)
    guards = {guard.quantity: guard for guard in cell.guards}
    assert isinstance(guards["content_min:positive"], ContentBelow)
    assert isinstance(guards["content_max:positive"], ContentAbove)
    assert set(own.guards) < set(cell.guards)


@pytest.mark.serial
def test_full_host_ends_the_discharge() -> None:
    """A guard lets go what leaves its limit, and names itself where the limit is met."""
    case = flat_cell(
        NMC,
        content=0.98,
        thickness=2.0,
        protocol=(
            ssb.Preload(1 * s),
            ssb.Charge(2 / hour, to=4.2 * V, duration=600 * s),
            ssb.Discharge(4 / hour, to=1.0 * V),
            ssb.Rest(60 * s),
        ),
        step_control=ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=60 * s, content_error=0.05),
    )
    result = march(case)
    steps, time = result.series("step"), result.series("time")
    assert time[steps == 1][-1] == pytest.approx(601.0)
    full = result.series("content_max:positive")[steps == 2][-1]
    assert full == pytest.approx(1.0, abs=1.1e-3)
    assert result.series("voltage")[steps == 2][-1] > 1.0
    assert time[-1] == pytest.approx(time[steps == 2][-1] + 60.0)


@pytest.mark.serial
def test_share_of_particles_that_are_cut_off() -> None:
    """A particle counts by its volume, wherever the ranks keep its cells and facets."""
    case = STORED["composite"].case("composite")
    cell = CellModel(case, case.geometry.build(COMM))
    surface = cell.surfaces["nmc811|electrolyte"]
    volumes = cell.bodies["nmc811"].volumes
    host = part(surface, Transfer).reactant
    of_cells = part(cell.bodies["nmc811"], Lithium).particles.of_cells[: len(volumes)]
    shares = []
    for particle in (0, 1):
        conducting = np.where(host.particle == particle, 0.0, 1.0)
        share = COMM.allreduce(float(volumes[of_cells == particle].sum()), op=MPI.SUM)
        share /= COMM.allreduce(float(volumes.sum()), op=MPI.SUM)
        found = host.cut_off({"conducting": conducting})
        assert found == pytest.approx(share, rel=1e-12)
        shares.append(found)
    assert min(shares) > 0.0 and sum(shares) < 1.0
    assert host.cut_off({"conducting": np.ones(len(surface.areas))}) <= 1e-12


@pytest.mark.serial
def test_nominal_area_may_be_that_of_a_face() -> None:
    case = flat_cell(NMC)
    electrodes = dataclasses.replace(case.electrodes, area_of="top")
    case = dataclasses.replace(case, electrodes=electrodes)
    cell = CellModel(case, case.geometry.build(COMM))
    assert cell.circuit.nominal_area == pytest.approx(cell.area(WORKING))
    electrodes = dataclasses.replace(electrodes, area_of="lid")
    case = dataclasses.replace(case, electrodes=electrodes)
    with pytest.raises(CaseError, match="area of 'lid', which is no interface or outer face"):
        CellModel(case, case.geometry.build(COMM))
