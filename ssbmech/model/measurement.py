# SPDX-License-Identifier: BSD-3-Clause
"""Measuring a cell at every step, for the series, the field files and the audits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ssbmech.case.settings import OutputQuantity
from ssbmech.errors import AuditError, CaseError
from ssbmech.model.audits import (
    charge_error,
    contact_error,
    drive_error,
    fixture_error,
    force_error,
    lithium_error,
)
from ssbmech.model.averages import CellAverages
from ssbmech.model.cell import CellModel
from ssbmech.model.ends import StackEnds
from ssbmech.model.outputs import (
    CellField,
    Output,
    Outputs,
    PointField,
    Scalar,
    asked,
    guarded,
)
from ssbmech.model.watch import Watch, watch_outputs
from ssbmech.runfolder.audits import AuditLimits
from ssbmech.runfolder.quantities import QUANTITIES, Quantity, quantity
from ssbmech.runfolder.series import EFFORT_COLUMNS, STEP_COLUMNS, Column

Array = npt.NDArray[np.float64]

WHOLE_CELL = ""
"""Place of what belongs to no body or interface."""

_AUDITS = tuple(f"audit_{item.name}" for item in fields(AuditLimits))


@dataclass(frozen=True, eq=False)
class StepFields:
    """The fields of one time step, by body or interface and by name.

    Attributes:
        cells: values of owned cells or facets.
        points: values of nodes.
    """

    cells: dict[str, dict[str, Array]] = field(default_factory=dict)
    points: dict[str, dict[str, Array]] = field(default_factory=dict)


class Measurement:
    """Measures a cell after each solve, before the step is committed.

    Attributes:
        places: what is measured, by body and interface; under an empty name that of the cell.
    """

    def __init__(
        self,
        cell: CellModel,
        limits: AuditLimits | None = None,
        observed: Iterable[Mapping[str, Sequence[Output]]] = (),
    ) -> None:
        """Find out what is measured and compile what is needed; collective.

        Args:
            cell: the cell.
            limits: how far a step may break what it must conserve.
            observed: what observers measure, by place, after they have seen a step.

        Raises:
            CaseError: two outputs of a place have one name, or a place is none.
        """
        self.cell, self.limits = cell, limits or AuditLimits()
        self._dt = 0.0
        self.places = _places(cell, [_own(item, cell) for item in cell.case.output.quantities])
        for output in self._of_cell():
            self.places[WHOLE_CELL].add(output)
        for where, output in watch_outputs(cell, lambda: self._dt):
            self.places[where].add(output)
        self._watch = Watch(cell.case.limits)
        self.observed = _sorted_in(cell, observed)
        _check_names(self.places, self.observed)
        _check_kinds(cell, self.places, self.observed)
        self._averages = {
            name: CellAverages(body, self.places[name].means) for name, body in cell.bodies.items()
        }
        self._measured, self._committed = StepFields(), StepFields()

    def _of_cell(self) -> Iterator[Output]:
        """Yield what belongs to the whole cell."""
        cell = self.cell
        yield from cell.circuit.outputs(lambda: self._dt)
        yield Scalar(quantity("temperature"), lambda _: cell.conditions.temperature.value)
        ends = StackEnds(cell)
        yield Scalar(quantity("p_stack"), ends.pressure)
        if not math.isnan(cell.holder.lift):
            yield Scalar(quantity("gap_platen"), lambda _: cell.holder.lift)
        yield Scalar(quantity("thickness_stack"), ends.thickness)
        if cell.motion.renews:
            yield Scalar(quantity("remeshings"), lambda _: float(cell.motion.renewed))
        yield from cell.circuit.host_outputs()
        yield from cell.clusters.outputs()

    @property
    def scalars(self) -> list[Scalar]:
        """All measured columns of the series: of the cell, the interfaces, and the bodies."""
        sources = (self.places, self.observed)
        return [s for places in sources for place in places.values() for s in place.scalars]

    def columns(self) -> list[Column]:
        """Return the columns of the series."""
        measured = [Column(scalar.name, scalar.column_unit) for scalar in self.scalars]
        first = [Column.of(name) for name in STEP_COLUMNS]
        last = [Column.of(name) for name in (*_AUDITS, *EFFORT_COLUMNS)]
        return [*first, *measured, *last]

    @property
    def stoppable(self) -> dict[str, Column]:
        """Columns that stop conditions may watch: not those of observers, which come after them."""
        observed = {s.name for place in self.observed.values() for s in place.scalars}
        return {c.name: c for c in self.columns() if c.name not in observed}

    def own_quantities(self) -> list[Quantity]:
        """Return the quantities that are not in the package's own table."""
        found = {}
        for place in (*self.places.values(), *self.observed.values()):
            for output in _all(place):
                found[output.quantity.name] = output.quantity
        return [quantity for name, quantity in found.items() if name not in QUANTITIES]

    def measure(self, dt: float, step: int) -> dict[str, float]:
        """Return the physical columns of the row of the step that was just solved; collective."""
        self._dt = dt
        self._measured = measured = StepFields()
        for name, place in self.places.items():
            arrays = {} if name not in self._averages else self._averages[name].evaluate()
            arrays |= {item.quantity.name: item.measure() for item in place.cells}
            measured.cells[name] = arrays
            measured.points[name] = {i.quantity.name: i.measure() for i in place.points}
        row = dict(zip(STEP_COLUMNS, (self.cell.time + dt, dt, float(step)), strict=True))
        return row | self._numbers(self.places) | self.audits(dt)

    def measure_observed(self) -> dict[str, float]:
        """Return the columns of the observers, and keep their fields; collective."""
        for name, place in self.observed.items():
            self._measured.cells[name] |= {i.quantity.name: i.measure() for i in place.cells}
            self._measured.points[name] |= {i.quantity.name: i.measure() for i in place.points}
        return self._numbers(self.observed)

    def _numbers(self, places: Mapping[str, Outputs]) -> dict[str, float]:
        """Return the values of all columns; collective."""
        return {
            scalar.name: float(scalar.measure(self._measured.cells[name]))
            for name, place in places.items()
            for scalar in place.scalars
        }

    def commit(self, dt: float) -> None:
        """Advance the charges passed, and keep the fields of the step; collective."""
        self._committed = self._measured
        self.cell.circuit.commit(dt)

    def sums(self) -> dict[str, Any]:
        """Return the charges passed so far, as plain data."""
        return self.cell.circuit.sums()

    def restore(self, sums: Mapping[str, Any]) -> None:
        """Take over what `sums` gave."""
        self.cell.circuit.restore(sums)

    def audits(self, dt: float) -> dict[str, float]:
        """Return the relative errors of what every step must conserve [1]; collective."""
        cell = self.cell
        kept = (lithium_error(cell, dt), charge_error(cell), force_error(cell))
        asked = (contact_error(cell), drive_error(cell), fixture_error(cell))
        return dict(zip(_AUDITS, (*kept, *asked), strict=True))

    def check(self, row: dict[str, float]) -> None:
        """Check the audits of a row, and the limits of the model.

        What this cell cannot measure is nan.

        Raises:
            AuditError: an audit is beyond its limit.
            ValidityError: a hard limit of validity is passed.
        """
        for kind, limit in asdict(self.limits).items():
            value = row[f"audit_{kind}"]
            if value > limit:
                raise AuditError(
                    f"audit of {kind} failed at t = {row['time']:g} s: "
                    f"error {value:.3g}, limit {limit:g}"
                )
        self._watch.check(row)

    def arrays(self, name: str) -> dict[str, Array]:
        """Return the cell fields of a body or interface at the end of the last committed step.

        They cannot be evaluated later: stresses and thicknesses follow from the change over a step.

        Args:
            name: body or interface.

        Returns:
            Values of the owned cells or facets, by name of the field.
        """
        cells = [place.cells for place in self._at(name)]
        hidden = {item.quantity.name for fields in cells for item in fields if not item.in_files}
        shown = {key: a for key, a in self._committed.cells[name].items() if key not in hidden}
        return self._by_facet(name, shown)

    def points(self, name: str) -> dict[str, Array]:
        """Return the fields at the nodes of a body, as `arrays` does those of its cells."""
        return self._committed.points[name]

    def at_start(self, name: str) -> dict[str, Array]:
        """Return the fields of a body or interface that are given before the first step.

        They are displacement, content, the gap and what laws remember; potentials, stresses and
        currents are solved for in each step, the first of which ends after t = 0. Collective.
        """
        fields: list[PointField | CellField] = []
        for place in self._at(name):
            fields += [*place.points, *place.cells]
        given = {i.quantity.name: i.at_start() for i in fields if i.at_start is not None}
        points = {i.quantity.name for place in self._at(name) for i in place.points}
        on_points = {key: values for key, values in given.items() if key in points}
        return on_points | self._by_facet(
            name, {key: values for key, values in given.items() if key not in points}
        )

    def constants(self, name: str) -> dict[str, Array]:
        """Return the fields of a body or interface that never change, by name of the field."""
        fields = [item for place in self._at(name) for item in place.constants]
        return self._by_facet(name, {item.quantity.name: item.values for item in fields})

    def _by_facet(self, name: str, arrays: dict[str, Array]) -> dict[str, Array]:
        """Return the fields of an interface by facet, wherever they live; collective."""
        if name not in self.cell.surfaces:
            return arrays
        places = self.cell.surfaces[name].places
        return {key: places.on_facets(values) for key, values in arrays.items()}

    def _at(self, name: str) -> list[Outputs]:
        """Return all that is measured at a place."""
        return [source[name] for source in (self.places, self.observed) if name in source]


def _own(item: OutputQuantity, cell: CellModel) -> dict[str, list[Output]]:
    """Return what a quantity of the user's own measures, such that its failure names it."""
    who = f"quantity {type(item).__name__}"
    found = asked(who, cell.comm, lambda: item.outputs(cell))
    return {
        where: [guarded(who, cell.comm, output) for output in outputs]
        for where, outputs in (found or {}).items()
    }


def _places(cell: CellModel, own: Sequence[Mapping[str, Sequence[Output]]]) -> dict[str, Outputs]:
    """Return what the parts of a cell and quantities of the user's own measure, by place.

    Raises:
        CaseError: a place is none.
    """
    places = {name: Outputs(name) for name in (WHOLE_CELL, *cell.surfaces, *cell.bodies)}
    for place in cell.parts:
        for output in place.parts.outputs():
            places[place.name].add(output)
    for name, sorted_in in _sorted_in(cell, own).items():
        for output in _all(sorted_in):
            places[name].add(output)
    return places


def _sorted_in(
    cell: CellModel, outputs: Iterable[Mapping[str, Sequence[Output]]]
) -> dict[str, Outputs]:
    """Return outputs by place.

    Raises:
        CaseError: a place is none.
    """
    found: dict[str, Outputs] = {}
    for mapping in outputs:
        for name, items in mapping.items():
            if name and name not in cell.surfaces and name not in cell.bodies:
                places = ", ".join([*cell.surfaces, *cell.bodies])
                raise CaseError(
                    f"a quantity is measured at {name!r}, which is no body or interface; "
                    f"those are: {places}"
                )
            place = found.setdefault(name, Outputs(name))
            for item in items:
                place.add(item)
    return found


def _all(place: Outputs) -> list[Any]:
    """Return all that is measured at a place."""
    return [*place.scalars, *place.points, *place.means, *place.cells, *place.constants]


def _check_names(*sources: Mapping[str, Outputs]) -> None:
    """Refuse two columns or two fields of one name.

    Raises:
        CaseError: there are.
    """
    columns: Counter[str] = Counter((*STEP_COLUMNS, *_AUDITS, *EFFORT_COLUMNS))
    fields: Counter[tuple[str, str]] = Counter()
    for name, place in (item for source in sources for item in source.items()):
        columns.update(scalar.name for scalar in place.scalars)
        fields.update((name, i.quantity.name) for i in _all(place) if not _is_column(i))
    double = [f"column of the series {name!r}" for name, count in columns.items() if count > 1]
    double += [f"field {name!r} of {at!r}" for (at, name), count in fields.items() if count > 1]
    if double:
        raise CaseError(
            f"there is more than one {double[0]}: give a state or quantity of your own another name"
        )


def _check_kinds(
    cell: CellModel, places: Mapping[str, Outputs], observed: Mapping[str, Outputs]
) -> None:
    """Refuse fields of a kind that their place cannot have.

    Raises:
        CaseError: there are.
    """
    for source in (places, observed):
        for name, place in source.items():
            fields = [i for i in _all(place) if not _is_column(i)]
            if fields and name == WHOLE_CELL:
                told = "is measured at no body or interface: only columns belong to the whole cell"
            elif (place.means or place.points) and name not in cell.bodies:
                fields, told = [*place.means, *place.points], "is of a kind that only a body has"
            elif place.means and source is observed:
                fields, told = place.means, "is an average, which observers take as a CellField"
            else:
                continue
            raise CaseError(f"the field {fields[0].quantity.name!r} {told}")


def _is_column(output: Output) -> bool:
    return isinstance(output, Scalar)
