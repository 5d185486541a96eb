# SPDX-License-Identifier: BSD-3-Clause
"""What is measured at every step, for the series, the field files and the audits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from ssbmech._compat import compile_form, constant
from ssbmech.constants import FARADAY
from ssbmech.errors import AuditError
from ssbmech.model.averages import CELL_FIELDS, CellAverages
from ssbmech.model.balances import charge_imbalance, force_imbalance
from ssbmech.model.cell import CellModel
from ssbmech.model.hosts import content_row, cut_off, lithium_lost, state_of_charge
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.audits import AuditLimits
from ssbmech.runfolder.quantities import series_name
from ssbmech.runfolder.series import Column

Array = npt.NDArray[np.float64]


class Observer:
    """Measures a cell after each solve, before the step is committed."""

    def __init__(self, cell: CellModel, limits: AuditLimits | None = None) -> None:
        """Compile what is needed; collective."""
        self.cell, self.limits = cell, limits or AuditLimits()
        self._averages = {name: CellAverages(body) for name, body in cell.bodies.items()}
        self._faces = _face_displacements(cell)
        self._height = _height(cell)
        self._measured: dict[str, dict[str, Array]] = {}
        self._committed: dict[str, dict[str, Array]] = {}
        self.charge = 0.0
        self.interface_charge = dict.fromkeys(cell.electrodes, 0.0)

    def columns(self) -> list[Column]:
        """Return the columns of the series."""
        names = [
            "time",
            "time_step",
            "step",
            "voltage",
            "current",
            "charge",
            "temperature",
            "p_stack",
        ]
        names += ["thickness_stack"]
        if self.cell.capacity is not None:
            names += ["state_of_charge"]
        columns = [Column.of(name) for name in names]
        volume_unit = self.cell.case.geometry.frame.depth_unit
        for where in self.cell.surfaces:
            columns += [
                Column.of("contact_fraction", where),
                Column.of("void_volume", where, volume_unit),
                Column.of("gap_max", where),
                Column.of("p_contact_max", where),
            ]
            surface = self.cell.surfaces[where]
            if surface.bond is not None:
                columns.append(Column.of("damage_mean", where))
            if surface.i_normal is not None:
                columns.append(Column.of("conducting_fraction", where))
            if surface.particle is not None and surface.i_normal is not None:
                columns.append(Column.of("cut_off", where))
            if where in self.cell.electrodes:
                columns += [Column.of(f"i_normal_{kind}", where) for kind in ("min", "mean", "max")]
        for where in self.cell.bodies:
            kinds = ["von_mises_max", "principal_max", "pressure_min", "pressure_max"]
            columns += [Column.of(kind, where) for kind in (*kinds, "creep_rate_max")]
            stored = self.cell.bodies[where].lithium
            for region in () if stored is None else stored.regions:
                kinds = ["content_min", "content_mean", "content_max"]
                columns += [Column.of(kind, region) for kind in kinds]
        audits = [f"audit_{kind}" for kind in ("lithium", "charge", "force", "contact")]
        effort = ["newton_iterations", "linear_iterations", "rejected_steps", "wall_time"]
        return columns + [Column.of(name) for name in (*audits, *effort)]

    def measure(self, dt: float, step: int) -> dict[str, float]:
        """Return the physical columns of the row of the step that was just solved; collective."""
        cell, comm = self.cell, self.cell.comm
        row = {"time": cell.time + dt, "time_step": dt, "step": float(step)}
        row |= {
            "temperature": cell.knobs["temperature"],
            "voltage": self._voltage(),
            "current": 0.0,
        }
        current = self._current()
        row["current"] = current
        row["charge"] = self.charge + current * dt
        row["p_stack"] = self._stack_pressure()
        if cell.capacity is not None:
            row["state_of_charge"] = state_of_charge(cell)
        row["thickness_stack"] = self._height + sum(
            _mean_displacement(cell, *face) for face in self._faces
        )
        for name, surface in cell.surfaces.items():
            self._measured[name] = _surface_arrays(surface)
            row |= _surface_row(name, surface.areas, self._measured[name], comm)
            if surface.particle is not None and surface.i_normal is not None:
                row[series_name("cut_off", name)] = cut_off(
                    surface, self._averages[surface.minus.name].volumes, self._measured[name]
                )
        for name, averages in self._averages.items():
            values = averages.evaluate()
            row |= _body_row(name, values, comm)
            stored = cell.bodies[name].lithium
            if stored is not None:
                row |= content_row(stored)
            places = CELL_FIELDS.items()
            self._measured[name] = {field: values[:, place] for field, place in places}
        row |= self.audits(dt)
        return row

    def commit(self, dt: float) -> None:
        """Advance the charges passed, and keep the fields of the step; collective."""
        self._committed = dict(self._measured)
        self.charge += self._current() * dt
        for name, electrode in self.cell.electrodes.items():
            self.interface_charge[name] += electrode.total * dt

    def sums(self) -> dict[str, Any]:
        """Return the charges passed so far, as plain data."""
        return {"charge": self.charge, "interfaces": dict(self.interface_charge)}

    def restore(self, sums: Mapping[str, Any]) -> None:
        """Take over what `sums` gave."""
        self.charge = sums["charge"]
        self.interface_charge = dict(sums["interfaces"])

    def _voltage(self) -> float:
        """Return the voltage of all stacked cells together [V]."""
        electrodes, closures, total = self.cell.case.electrodes, self.cell.electrodes, 0.0
        for pair in () if electrodes is None else electrodes.cells:
            zero = 0.0 if pair.counter is None else closures[pair.counter].value
            total += closures[pair.working].value - zero
        return total

    def _current(self) -> float:
        """Return the current density of the working electrode [A/m2]."""
        electrodes = self.cell.case.electrodes
        if electrodes is None:
            return 0.0
        return self.cell.electrodes[electrodes.working].total / self.cell.nominal_area

    def _stack_pressure(self) -> float:
        fixture, platen = self.cell.case.fixture, self.cell.platen
        if platen is not None:
            return platen.stack_pressure
        return 0.0 if fixture is None else self.cell.fluid_pressure

    def audits(self, dt: float) -> dict[str, float]:
        """Return the relative errors of what every step must conserve [1]; collective."""
        cell, comm = self.cell, self.cell.comm
        charge = charge_imbalance(cell)
        errors = [0.0] if not cell.electrodes else []
        for name, electrode in cell.electrodes.items():
            passed = self.interface_charge[name] + electrode.total * dt
            lost, least = lithium_lost(cell, cell.surfaces[name])
            faradays = passed / FARADAY
            errors.append(abs(lost - faradays) / max(abs(faradays), least))
        lithium = max((error for error in errors if not math.isnan(error)), default=math.nan)
        contact = max((_contact_error(s, comm) for s in cell.surfaces.values()), default=0.0)
        force = force_imbalance(cell)
        return {
            "audit_lithium": lithium,
            "audit_charge": charge,
            "audit_force": force,
            "audit_contact": contact,
        }

    def check(self, row: dict[str, float]) -> None:
        """Check the audits of a row; nan marks what this cell cannot measure.

        Raises:
            AuditError: an audit is beyond its limit.
        """
        for kind, limit in asdict(self.limits).items():
            value = row[f"audit_{kind}"]
            if value > limit:
                raise AuditError(
                    f"audit of {kind} failed at t = {row['time']:g} s: "
                    f"error {value:.3g}, limit {limit:g}"
                )

    def arrays(self, name: str) -> dict[str, Array]:
        """Return the cell fields of a body or interface at the end of the last committed step.

        They cannot be evaluated later: stresses and thicknesses follow from the change over a step.

        Args:
            name: body or interface.

        Returns:
            Values of the owned cells or facets, by name of the field.
        """
        return self._committed[name]


def _surface_arrays(surface: SurfaceModel) -> dict[str, Array]:
    """Return the facet fields of an interface, owned facets."""
    n = surface.gap.owned
    arrays = {
        "gap": surface.gap.function.x.array[:n].copy(),
        "p_contact": surface.p_contact.function.x.array[:n].copy(),
        "stripped": surface.stripped_now(),
        "contact": surface.closed().astype(np.float64),
    }
    if surface.bond is not None:
        arrays["damage"] = surface.bond.damages(surface.gap)
        # what is bonded is in contact, however far the bond is stretched
        arrays["contact"] = np.maximum(arrays["contact"], arrays["damage"] < 1.0)
    if surface.i_normal is not None:
        arrays["conducting"] = surface.conducting()
        arrays["i_normal"] = surface.i_normal.function.x.array[:n].copy()
    return arrays


def _surface_row(
    name: str, areas: Array, arrays: dict[str, Array], comm: MPI.Intracomm
) -> dict[str, float]:
    sums = np.array([areas.sum(), areas @ arrays["contact"], areas @ arrays["gap"]])
    comm.Allreduce(MPI.IN_PLACE, sums, op=MPI.SUM)
    row = {
        series_name("contact_fraction", name): sums[1] / sums[0],
        series_name("void_volume", name): sums[2],
        series_name("gap_max", name): _maximum(arrays["gap"], comm),
        series_name("p_contact_max", name): _maximum(arrays["p_contact"], comm),
    }
    if "damage" in arrays:
        broken = comm.allreduce(float(areas @ arrays["damage"]), op=MPI.SUM)
        row[series_name("damage_mean", name)] = broken / sums[0]
    if "i_normal" in arrays:
        conducting = comm.allreduce(float(areas @ arrays["conducting"]), op=MPI.SUM)
        row[series_name("conducting_fraction", name)] = conducting / sums[0]
        current = arrays["i_normal"]
        total = comm.allreduce(float(areas @ current), op=MPI.SUM)
        row[series_name("i_normal_min", name)] = -_maximum(-current, comm)
        row[series_name("i_normal_mean", name)] = total / sums[0]
        row[series_name("i_normal_max", name)] = _maximum(current, comm)
    return {key: float(value) for key, value in row.items()}


def _body_row(name: str, values: Array, comm: MPI.Intracomm) -> dict[str, float]:
    return {
        series_name("von_mises_max", name): _maximum(values[:, CELL_FIELDS["von_mises"]], comm),
        series_name("principal_max", name): _maximum(_largest_principal(values), comm),
        series_name("pressure_min", name): -_maximum(-values[:, CELL_FIELDS["pressure"]], comm),
        series_name("pressure_max", name): _maximum(values[:, CELL_FIELDS["pressure"]], comm),
        series_name("creep_rate_max", name): _maximum(values[:, CELL_FIELDS["creep_rate"]], comm),
    }


def _largest_principal(values: Array) -> Array:
    """Return the largest principal stress of each cell [Pa]."""
    xx, yy, zz, xy, yz, xz = values[:, CELL_FIELDS["stress"]].T
    tensors = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return np.asarray(np.linalg.eigvalsh(np.moveaxis(tensors, -1, 0))[:, -1])


def _maximum(values: Array, comm: MPI.Intracomm) -> float:
    return float(comm.allreduce(float(np.max(values, initial=-np.inf)), op=MPI.MAX))


def _contact_error(surface: SurfaceModel, comm: MPI.Intracomm) -> float:
    """Return the largest violation of the contact conditions on a facet, scaled [1]."""
    n = surface.gap.owned
    stress = surface.p_contact.scale
    p, gap = (
        surface.p_contact.function.x.array[:n] / stress,
        surface.gap.function.x.array[:n] / surface.gap.scale,
    )
    return _maximum(np.abs(np.minimum(p, gap)), comm)


def _height(cell: CellModel) -> float:
    """Return the extent of the mesh along its last axis, the stacking direction [m]; collective."""
    axis = cell.case.geometry.frame.dim - 1
    x = np.asarray(cell.tagged.mesh.geometry.x[:, axis], dtype=np.float64)
    return _maximum(x, cell.comm) + _maximum(-x, cell.comm)


def _face_displacements(cell: CellModel) -> list[tuple[list[Any], float]]:
    """Return forms of the outward displacement over top and bottom face, and the faces' areas."""
    axis, found = cell.case.geometry.frame.dim - 1, []
    for face, sign in (("top", 1.0), ("bottom", -1.0)):
        forms, whole = [], 0.0
        for body in cell.bodies.values():
            if face not in body.mesh.faces:
                continue
            ds = body.measure("ds")(body.mesh.faces[face])
            one = constant(body.mesh.mesh, 1.0)
            area = cell.comm.allreduce(
                fem.assemble_scalar(compile_form(one * ds, None)), op=MPI.SUM
            )
            if area > 0.0:
                # the area is no part of the form: every mesh would compile another one
                forms.append(compile_form(sign * one * body.u.function[axis] * ds, None))
                whole += float(area)
        if forms:
            found.append((forms, whole))
    return found


def _mean_displacement(cell: CellModel, forms: list[Any], area: float) -> float:
    local = sum(fem.assemble_scalar(form) for form in forms)
    return float(cell.comm.allreduce(local, op=MPI.SUM)) / area
