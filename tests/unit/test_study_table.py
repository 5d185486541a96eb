# SPDX-License-Identifier: BSD-3-Clause
"""The table of a study: figures out of series, CSV and Parquet and back, and the figures drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ssbmech.errors import StudyError
from ssbmech.plots import theme
from ssbmech.runfolder.reader import Series
from ssbmech.study.collect import collect
from ssbmech.study.figures import Axis, as_grid, draw_all, label_of, scale_of, spread_in_decades
from ssbmech.study.plan import Plan, Variant
from ssbmech.study.reductions import REDUCTIONS, Figure
from ssbmech.study.state import Watch
from ssbmech.study.table import Column, Table

pytestmark = pytest.mark.serial

SERIES = """\
time [s],time_step [s],step [1],voltage [V],void_volume:a|b [m2],wall_time [s]
1,1,0,nan,5e-12,0.5
3,2,1,0.020,6e-12,1.0
4,1,1,0.040,8e-12,1.5
8,4,2,0.010,2e-12,2.5
"""
LABELS = ["preload", "plate", "rest"]


@pytest.fixture
def series(tmp_path):
    (tmp_path / "series.csv").write_text(SERIES)
    return Series.read(tmp_path / "series.csv")


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({"reduce": "first"}, 5.0),
        ({"reduce": "last"}, 2.0),
        ({}, 2.0),
        ({"reduce": "min", "step": "plate"}, 6.0),
        ({"reduce": "max"}, 8.0),
        ({"reduce": "at_end_of", "step": "plate"}, 8.0),
        ({"reduce": "mean"}, (5.0 + 2 * 6.0 + 8.0 + 4 * 2.0) / 8.0),
        ({"reduce": "mean", "step": "plate"}, (2 * 6.0 + 8.0) / 3.0),
    ],
)
def test_reductions(series, asked, value):
    figure = Figure.read("void", {"column": "void_volume:a|b", "unit": "um2", **asked})
    found, unit = figure.value(series, LABELS)
    assert found == pytest.approx(value)
    assert unit == "um2"


def test_undefined_values_have_no_say_in_extremes(series):
    figure = Figure.read("v", {"column": "voltage", "reduce": "max"})
    assert figure.value(series, LABELS) == (pytest.approx(0.04), "V")
    assert set(REDUCTIONS) == {"first", "last", "at_end_of", "min", "max", "mean"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"column": "volt"}, r"unknown column in \[collect.x\]: 'volt'; did you mean 'voltage'"),
        ({"column": "voltage", "unit": "MPa"}, "stored in V, which cannot be given in MPa"),
        ({"column": "voltage", "reduce": "max", "step": "strip"}, "unknown step .*'strip'"),
    ],
)
def test_figures_that_a_run_does_not_have(series, content, message):
    with pytest.raises(StudyError, match=message):
        Figure.read("x", content).value(series, LABELS)


@pytest.fixture
def study(tmp_path):
    """Three variants: complete, failed, not started."""
    variants = tuple(Variant.of({"p": p, "kind": "x"}, {}) for p in (1.0, 2.0, 4.0))
    units = {"kind": "", "p": "MPa"}
    plan = Plan("s", "c", "c.py", "python", 1, "", {}, {"size": 1.0}, units, variants)
    for variant, status in zip(variants, ("complete", "failed"), strict=False):
        folder = tmp_path / variant.name
        folder.mkdir()
        protocol = [{"label": label, "duration [s]": 1.0} for label in LABELS]
        manifest = {"status": status, "reason": "no luck", "protocol": protocol}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "series.csv").write_text(SERIES)
    return plan, tmp_path


FIGURES = (
    Figure.read("void", {"column": "void_volume:a|b", "unit": "um2"}),
    Figure.read("v", {"column": "voltage"}),
)


def test_the_table_has_a_row_for_each_variant(study):
    plan, folder = study
    table = collect(plan, folder, FIGURES, Watch(plan, folder).look())
    assert [column.header for column in table.columns] == [
        *("variant", "kind", "p [MPa]", "void [um2]", "v [V]", "wall_time [s]"),
        *("status", "reason"),
    ]
    assert table["void"].cells == (pytest.approx(2.0), None, None)
    assert table["status"].cells == ("complete", "failed", "waiting")
    assert table["reason"].cells == (None, "no luck", None)
    assert table["wall_time"].cells[0] == 2.5


def test_csv_and_parquet_give_back_the_table(study):
    plan, folder = study
    table = collect(plan, folder, FIGURES, Watch(plan, folder).look())
    table.write(folder / "table")
    assert Table.read(folder / "table.csv").columns == table.columns
    parquet = Table.read(folder / "table.parquet")
    assert parquet.columns == table.columns
    assert parquet.notes == {"study": "s", "case": "c", "fixed": '{"size": 1.0}'}
    lines = (folder / "table.csv").read_text().splitlines()
    assert lines[0] == "variant,kind,p [MPa],void [um2],v [V],wall_time [s],status,reason"
    assert lines[2] == "kind=x_p=2,x,2.0,,,,failed,no luck"
    assert not list(folder.glob("*.part"))


def test_a_run_without_the_column_is_named(study):
    plan, folder = study
    figures = [Figure.read("x", {"column": "gap_max:a|b"})]
    figures.append(FIGURES[1])
    table = collect(plan, folder, figures, Watch(plan, folder).look())
    assert table["x"].cells == (None, None, None)
    assert table["v"].cells[0] == 0.01
    assert "unknown column in [collect.x]: 'gap_max:a|b'" in str(table["reason"].cells[0])
    assert table["reason"].cells[1] == "no luck"
    assert draw_all(table, ["p"], ["x"], folder / "figures") == []


def test_undefined_values_are_empty_cells(study):
    plan, folder = study
    figure = Figure.read("v", {"column": "voltage", "reduce": "min", "step": "preload"})
    table = collect(plan, folder, [figure], Watch(plan, folder).look())
    assert table["v"].cells == (None, None, None)
    Table((Column("x", "V", (np.nan, 1.0)),)).write(folder / "odd")
    assert (folder / "odd.csv").read_text() == 'x [V]\n""\n1.0\n'
    for ending in ("csv", "parquet"):
        assert Table.read(folder / f"odd.{ending}")["x"].cells == (None, 1.0)


def test_switches_and_whole_numbers_stay_what_they_are(tmp_path):
    columns = (
        Column("switch", "", (True, False, None)),
        Column("number", "", (1, -2, None)),
        Column("mixed", "", (1, 0.5, None)),
        Column("text", "", ("true", "maybe", None)),
    )
    Table(columns).write(tmp_path / "table")
    for ending in ("csv", "parquet"):
        read = Table.read(tmp_path / f"table.{ending}")
        assert read.columns == columns
        assert [column.kinds for column in read.columns] == [{bool}, {int}, {float}, {str}]
    assert not columns[0].numeric
    assert draw_all(table_over({"p": [False, True]}), ["p"], ["f"], tmp_path)


def test_a_table_that_cannot_be_read_or_written(tmp_path):
    with pytest.raises(StudyError, match="cannot read the table"):
        Table.read(tmp_path / "none.csv")
    (tmp_path / "odd.csv").write_text("a,b\n1\n")
    with pytest.raises(StudyError, match="rows that do not fit"):
        Table.read(tmp_path / "odd.csv")
    (tmp_path / "odd.parquet").write_text("no")
    with pytest.raises(StudyError, match="is no Parquet file"):
        Table.read(tmp_path / "odd.parquet")
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="cannot write"):
        Table((Column("a", "", (1.0,)),)).write(tmp_path / "file" / "table")
    with pytest.raises(StudyError, match="no column 'b'; it has: a"):
        Table((Column("a", "", (1.0,)),))["b"]
    with pytest.raises(StudyError, match="holds text"):
        _ = Column("a", "", ("one",)).numbers


def test_spacing_decides_the_axis():
    assert spread_in_decades(np.array([0.1, 0.2, 0.5, 1.0, 2.0]))
    assert not spread_in_decades(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert not spread_in_decades(np.array([0.0, 1.0, 10.0]))
    assert spread_in_decades(np.array([1.0, 10.0]))
    assert not spread_in_decades(np.array([1.0, 2.0]))
    assert label_of(Column("void_after-plating", "um2", ())) == "void after plating (µm²)"
    assert label_of(Column("rate", "m s-1", ())) == "rate (m s⁻¹)"
    assert label_of(Column("n", "", ())) == "n"


@pytest.mark.parametrize(
    "values",
    [[0.0, 0.0], [1.0, np.nan], [-1.0, 3.0], [1.0, 1.1], [-2.0, -1.5], [9.0, -1e-18]],
)
def test_all_values_have_a_scale(values):
    scale = scale_of(np.array(values))
    assert scale.norm.vmin < scale.norm.vmax
    assert (scale.colours == theme.SIGNED_MAP) == (min(values) == -1.0)


def table_over(knobs):
    """Return a table with one figure over all combinations of the knobs; the last has failed."""
    grid = np.meshgrid(*knobs.values(), indexing="ij")
    rows = grid[0].size
    status = ["complete"] * (rows - 1) + ["failed"]
    cells = [*np.linspace(1.0, 50.0, rows - 1).tolist(), None]
    columns = [
        Column(name, "", tuple(values.ravel().tolist()))
        for name, values in zip(knobs, grid, strict=True)
    ]
    figure, nothing = Column("f", "um2", tuple(cells)), Column("n", "V", (None,) * rows)
    return Table((*columns, figure, nothing, Column("status", "", tuple(status))))


@pytest.mark.parametrize(
    "knobs",
    [
        {"p": [0.5, 1.0, 2.0, 5.0]},
        {"kind": ["one", "two"]},
        {"p": [0.5, 1.0, 2.0, 5.0], "q": [1.0, 2.0, 3.0]},
        {"p": [0.5, 1.0], "kind": ["one", "two"]},
        {"p": [1.0], "q": [0.0, 2.0]},
        {"p": [0.5, 1.0], "q": [1.0, 2.0], "r": [3.0, 4.0]},
    ],
)
def test_figures_are_drawn_over_any_number_of_knobs(tmp_path, knobs):
    files = draw_all(table_over(knobs), list(knobs), ["f", "n"], tmp_path / "figures")
    assert [file.name for file in files] == ["f.png"]
    assert files[0].stat().st_size > 5000


def test_samples_off_a_grid_are_drawn(tmp_path):
    table = table_over({"p": [0.5, 1.0, 2.0], "q": [1.0, 2.0]})
    first = table.columns[0]
    moved = Column("p", "", tuple(cell + 0.01 * n for n, cell in enumerate(first.cells)))
    assert draw_all(Table((moved, *table.columns[1:])), ["p", "q"], ["f"], tmp_path)


def test_figures_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="cannot write figures"):
        draw_all(table_over({"p": [1.0, 2.0]}), ["p"], ["f"], tmp_path / "file")


@pytest.mark.parametrize(
    ("places", "borders"),
    [
        ([0.1, 0.4], [0.0, 0.25, 0.55]),
        ([-1.0, 1.0], [-2.0, 0.0, 2.0]),
        ([2.0, 3.0], [1.5, 2.5, 3.5]),
    ],
)
def test_maps_of_positive_knobs_do_not_begin_below_zero(places, borders):
    axis = Axis("pressure (MPa)", np.repeat(places, 2), (), log=False)
    across = Axis("current", np.tile([1.0, 2.0], 2), (), log=False)
    _, up, _ = as_grid(across, axis, np.arange(4.0))
    assert up == pytest.approx(borders)


def test_maps_over_names_have_cells_of_one_width():
    axis = Axis("anode", np.repeat([0.0, 1.0, 2.0], 2), ("lithium", "silicon", "tin"), log=False)
    across = Axis("current", np.tile([1.0, 2.0], 3), (), log=False)
    _, up, _ = as_grid(across, axis, np.arange(6.0))
    assert np.diff(up) == pytest.approx(np.ones(3))
