# SPDX-License-Identifier: BSD-3-Clause
"""Bookkeeping of the electrodes: nominal area, capacity, and where potentials begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mpi4py import MPI

import numpy as np
from dolfinx import fem

from ssbmech._compat import compile_form, constant
from ssbmech.errors import CaseError
from ssbmech.model.particles import find_particles

if TYPE_CHECKING:
    from ssbmech.model.body import BodyModel
    from ssbmech.model.cell import CellModel


def face_area(cell: CellModel, face: str) -> float:
    """Return the area of an outer face [m2], per metre of depth in plane strain [m]; collective.

    Raises:
        CaseError: there is no such face.
    """
    area = 0.0
    for body in cell.bodies.values():
        if face in body.mesh.faces:
            one = constant(body.mesh.mesh, 1.0)
            form = compile_form(one * body.measure("ds")(body.mesh.faces[face]), None)
            area += fem.assemble_scalar(form)
    area = float(cell.comm.allreduce(area, op=MPI.SUM))
    if area == 0.0:
        known = ", ".join([*cell.surfaces, *cell.tagged.faces])
        raise CaseError(
            f"the electrodes count by the area of {face!r}, which is no interface or outer face; "
            f"those are: {known}"
        )
    return area


def electrode_capacity(cell: CellModel) -> float | None:
    """Return the capacity of the working or else the counter electrode's hosts; collective.

    It is the charge of their windows of use per nominal area [C/m2]; None if neither hosts lithium.
    """
    electrodes = cell.case.electrodes
    if electrodes is None:
        return None
    for name in (electrodes.working, electrodes.counter):
        stored = None if name is None else cell.surfaces[name].minus.lithium
        if stored is not None:
            charge = sum(
                stored.volumes[region] * host.host.capacity
                for region, host in stored.regions.items()
            )
            return float(charge / cell.nominal_area)
    return None


def start_at_rest(cell: CellModel) -> None:
    """Start potentials where no current flows; collective.

    The counter electrode is at zero, so the electrolyte is at minus its equilibrium potential, and
    the working electrode at the difference of both. Metal has the equilibrium potential zero.
    """
    electrodes = cell.case.electrodes
    if electrodes is None:
        return
    for pair in electrodes.cells:
        zero = 0.0
        if pair.counter is not None:
            zero = equilibrium(cell, cell.surfaces[pair.counter].minus)
            electrolyte = cell.surfaces[pair.counter].plus.phi_e
            if electrolyte is not None:
                electrolyte.function.x.array[:] = -zero
                electrolyte.start_here()
        working = cell.electrodes[pair.working]
        working.value = equilibrium(cell, cell.surfaces[pair.working].minus) - zero
        working.previous = working.older = working.value
        for name in (pair.working, pair.counter):
            resolved = None if name is None else cell.surfaces[name].minus.phi_s
            if resolved is not None and name is not None:
                resolved.function.x.array[:] = cell.electrodes[name].value
                resolved.start_here()


def equilibrium(cell: CellModel, electrode: BodyModel) -> float:
    """Return the equilibrium potential of an electrode at the start [V]: its hosts' mean."""
    if electrode.lithium is None:
        return 0.0
    hosts = electrode.lithium.regions.values()
    temperature = cell.case.temperature
    voltages = [host.host.ocv.voltage(host.initial, temperature) for host in hosts]
    return sum(voltages) / len(voltages)


def check_start(cell: CellModel) -> None:
    """Check what a protocol asks for first against the cell as it is built.

    Raises:
        CaseError: a step goes by C-rate without a capacity, or the first that passes a current
            begins beyond its own cut-off voltage.
    """
    electrodes = cell.case.electrodes
    drives = [step.drive(0.0) for step in cell.case.protocol]
    for step, drive in zip(cell.case.protocol, drives, strict=True):
        if drive.c_rate is not None and cell.capacity is None:
            raise CaseError(
                f"step {step.name!r} goes by C-rate, but no electrode of the cell hosts lithium: "
                "give a current density, as in ConstantCurrent"
            )
    if electrodes is None:
        return
    voltage = sum(cell.electrodes[pair.working].value for pair in electrodes.cells)
    for step, drive in zip(cell.case.protocol, drives, strict=True):
        if drive.voltage is not None:
            return
        if drive.c_rate or drive.current_density:
            for stop in step.stops:
                if stop.quantity == "voltage" and stop.excess(voltage) > 0.0:
                    raise CaseError(
                        f"step {step.name!r} is past its cut-off before it begins: the cell is at "
                        f"{voltage:.4g} V; change the initial contents or the limit"
                    )
            return


def check_feeds(cell: CellModel) -> None:
    """Check that electrons reach every particle of the bodies that conduct them; collective.

    Raises:
        CaseError: some particles do not reach the face through which electrons come.
    """
    for body in cell.bodies.values():
        feed = body.case_body.feed
        if body.phi_s is None or feed is None:
            continue
        mesh = body.mesh.mesh
        particles = find_particles(mesh)
        dim = mesh.topology.dim
        mesh.topology.create_connectivity(dim - 1, dim)
        links = mesh.topology.connectivity(dim - 1, dim)
        fed = np.zeros(len(particles.centres), dtype=np.int64)
        fed[[particles.of_cells[links.links(facet)[0]] for facet in body.mesh.facets(feed)]] = 1
        cell.comm.Allreduce(MPI.IN_PLACE, fed, op=MPI.MAX)
        if not fed.all():
            raise CaseError(
                f"body {body.name!r}: {np.count_nonzero(fed == 0)} of its {len(fed)} particles do "
                f"not reach the face {feed!r} through which electrons come; leave the feed out for "
                "one potential throughout"
            )
