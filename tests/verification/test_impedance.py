# SPDX-License-Identifier: BSD-3-Clause
"""Impedance: resistances beside capacitances, against closed forms and against slopes of runs."""

from __future__ import annotations

from dataclasses import replace

from mpi4py import MPI

import numpy as np
import pytest
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT, VACUUM_PERMITTIVITY
from ssbmech.errors import CaseError, RunFolderError
from ssbmech.runfolder.spectra import read_spectra
from ssbmech.units import A_per_m2, F_per_m2
from tests.elastic_cell import COUNTER, ELECTROLYTE, LAYERS, METAL, WORKING, symmetric_cell
from tests.moving import state_of
from tests.tools import March, march, measured, shared_folder

pytestmark = pytest.mark.pair

KAPPA = ELECTROLYTE.conductor.conductivity
THICKNESS = LAYERS[1].thickness
RELATIVE = 40.0
THERMAL = GAS_CONSTANT * 298.15 / FARADAY

#: Exchange current [A/m2] and capacitance [F/m2] of both electrodes.
ELECTRODES = {WORKING: (5.0, 0.1), COUNTER: (30.0, 3e-3)}
FREQUENCIES = np.geomspace(1e-3, 1e9, 13)


def cell_at(current: float) -> March:
    """Return metal | electrolyte | metal with double layers, at a steady current [A/m2]."""
    case = symmetric_cell(
        interfaces=tuple(
            ssb.Interface(
                name,
                kinetics=ssb.ButlerVolmer(i_0=i_0 * A_per_m2),
                parts=(ssb.DoubleLayer(c * F_per_m2),),
            )
            for name, (i_0, c) in ELECTRODES.items()
        ),
        # the second step is long against all time constants, so that nothing is charged any more
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(current, 1.0)),
        step_control=ssb.PrescribedSteps([1.0, *[1e-2] * 5, 0.95]),
    )
    bodies = [
        replace(body, parts=(ssb.Dielectric(RELATIVE),)) if body.name == "separator" else body
        for body in case.bodies
    ]
    return march(replace(case, bodies=tuple(bodies)))


def electrode_resistance(i_0: float, current: float) -> float:
    """Return the slope of overpotential over current of a symmetric Butler-Volmer law [ohm m2]."""
    eta = brentq(lambda x: 2 * i_0 * np.sinh(x / (2 * THERMAL)) - current, -1.0, 1.0, xtol=1e-16)
    return float(THERMAL / (i_0 * np.cosh(eta / (2 * THERMAL))))


def closed_form(frequencies: np.ndarray, current: float) -> np.ndarray:
    """Return the impedance of three resistances beside capacitances, in series [ohm m2]."""
    z = 2j * np.pi * frequencies
    total = THICKNESS / (KAPPA + z * RELATIVE * VACUUM_PERMITTIVITY)
    for name, (i_0, c) in ELECTRODES.items():
        passed = current if name == WORKING else -current
        total = total + 1 / (1 / electrode_resistance(i_0, passed) + z * c)
    return total


def test_three_arcs_in_series_at_rest_and_under_current() -> None:
    """Twelve decades of frequency, at both ends of which two of three parts vanish."""
    for current, name in ((0.0, "at rest"), (20.0, "at 20 A/m2")):
        done = cell_at(current)
        arrays, scalars = state_of(done.cell)
        found = ssb.impedance(done.cell, FREQUENCIES)
        after, numbers = state_of(done.cell)
        assert [name for name in arrays if not np.array_equal(arrays[name], after[name])] == []
        assert numbers == scalars
        error = np.max(np.abs(found.impedance / closed_form(FREQUENCIES, current) - 1))
        item = f"Impedance of a symmetric cell {name}"
        against = "three resistances beside capacitances, in series"
        measured(item, "largest relative error, 1 mHz to 1 GHz", error, 1e-6, against)
        measured(item, "what the three parts leave out", found.departure, 1e-9, "zero")
    for wrong in ((), (0.0,), (-1.0, 1.0), (float("nan"),)):
        with pytest.raises(CaseError, match="frequencies above zero"):
            ssb.impedance(done.cell, wrong)
    step = 0.02
    low, high = (cell_at(current + s).rows[-1]["voltage"] for s in (-step, step))
    slope = (high - low) / (2 * step)
    error = abs(found.impedance[0].real / slope - 1)
    against = "difference of two steady runs"
    measured(item, "relative distance from the DC slope at 1 mHz", error, 1e-6, against)


def test_charge_of_the_double_layer_moves_no_lithium() -> None:
    """A step of current: what charges the double layer is missing in what is stripped."""
    current, short = 20.0, 1e-4
    case = cell_at(0.0).cell.case
    done = march(
        replace(
            case,
            protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(current, 4 * short)),
            step_control=ssb.PrescribedSteps([1.0, *[short] * 4]),
        ),
    )
    errors = done.series("audit_lithium"), done.series("audit_charge")
    item = "Double layer under a step of current"
    measured(item, "lithium that is not accounted for", np.max(errors[0]), 1e-8, "conservation")
    measured(item, "charge that is not accounted for", np.max(errors[1]), 1e-8, "conservation")
    i_0, c = ELECTRODES[WORKING]
    # the stack is pressed in the first step, which takes the potential of the metal along
    eta, worst = METAL.metal.molar_volume * 30e6 / FARADAY, 0.0
    for row, dt, asked in zip(done.rows, [1.0, *[short] * 4], [0.0, *[current] * 4], strict=True):

        def left(x: float, before: float = eta, dt: float = dt, asked: float = asked) -> float:
            return c * (x - before) / dt + 2 * i_0 * np.sinh(x / (2 * THERMAL)) - asked

        eta = brentq(left, -1.0, 1.0, xtol=1e-16)
        passed = 2 * i_0 * np.sinh(eta / (2 * THERMAL))
        worst = max(worst, abs(row[f"i_normal_mean:{WORKING}"] - passed) / current)
    assert passed < 0.7 * current, "much of the current still charges the double layer"
    against = "root of a scalar equation a step"
    measured(item, "error of the current that reacts, over all of it", worst, 1e-7, against)


def test_spectra_along_a_run_and_of_its_folder() -> None:
    """Those of an observer, of its file, and of the checkpoint at the end are the same."""
    comm, frequencies = MPI.COMM_WORLD, np.geomspace(1.0, 1e4, 3)
    case = replace(cell_at(0.0).cell.case, output=ssb.Output(figures=False))
    with shared_folder(comm) as folder:
        with pytest.raises(RunFolderError, match="holds no checkpoint"):
            ssb.impedance_of_run(case, folder / "none", frequencies)
        file = folder / "spectra.csv"
        observer = ssb.Spectra(frequencies, times=(0.5, 2.0), file=file)
        ssb.run(case, folder / "run", observers=(observer,))
        comm.barrier()
        written = read_spectra(file)
        again = ssb.impedance_of_run(case, folder / "run", frequencies)
        comm.barrier()
    assert [each.time for each in observer.spectra] == pytest.approx([1.0, 2.0])
    assert [each.time for each in written] == pytest.approx([1.0, 2.0])
    error = np.max(np.abs(again.impedance / observer.spectra[-1].impedance - 1))
    against = "that along the run"
    measured("Impedance of a run folder", "largest relative difference", error, 1e-9, against)
    for one, other in zip(written, observer.spectra, strict=True):
        assert np.allclose(one.impedance, other.impedance, rtol=1e-10)
    assert np.allclose(again.impedance, closed_form(frequencies, 0.0), rtol=1e-6)
    kept = ssb.Spectra(frequencies, times=(1.0,))
    kept.restore(observer.state())
    assert np.array_equal(kept.spectra[1].impedance, observer.spectra[1].impedance)
