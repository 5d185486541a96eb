# SPDX-License-Identifier: BSD-3-Clause
"""Records in text files, as cyclers and spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import ParameterError
from ssbmech.records import Column, read_columns
from ssbmech.units import cm, hour, mA, mA_per_cm2, minute, s, unit_of

pytestmark = pytest.mark.serial

ASKED = [(Column("t"), "s"), (Column("I"), "A/m2")]


def written(folder: Path, text: str | bytes) -> Path:
    """Return the path of a new file of a text."""
    path = folder / "record.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(path: Path, *columns: tuple[Column | str | int, str]) -> list[list[float]]:
    """Return columns in SI."""
    found = read_columns(path, columns or ASKED)
    return [
        c.m_as(unit_of(kind)).tolist() for c, (_, kind) in zip(found, columns or ASKED, strict=True)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "t [s],I [mA/cm2]\n0,1\n1,-2.5\n",
        "t [s];I [mA/cm2]\r\n0;1\r\n1;-2,5\r\n",
        "\ufefft (s)\tI (mA/cm^2)\n0\t1\n1\t-2.5\n",
        "t/s|I/mA cm-2\n0|1\n1|-2.5e0\n",
        "# cell 7, 1.13 cm2\n# t [s]   I[mA/cm2]\n0   1\n1   -2,5\n".replace("[s]   I", "[s] I"),
        "Cycler X;;\nMass;5,2;mg\n\nt;I\ns;mA/cm2\n0;1;\n1;-2,5;\n",
        '"t [s]","I [mA/cm2]"\n"0","1"\n"1","-2.5"\n\n',
        'n,T [s],t [s],i [mA/cm\u00b2],note\n1,9,0,1,a\n2,9,1,-2.5,"b, c"\n'.replace("T [s]", "x"),
        "t [min],I [A/m2]\n0,10\n% a remark\n0.016666666666666666,-25\n",
        "n,t,I [mA/cm2]\n3,0:00:00,1\n4,0:00:01,-2.5\n",
    ],
)
def test_many_ways_to_write_one_record(tmp_path: Path, text: str):
    times, currents = read(written(tmp_path, text))
    assert [t - times[0] for t in times] == pytest.approx([0, 1], rel=1e-12)
    assert currents == pytest.approx([10, -25], rel=1e-12)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str):
    path = written(tmp_path, "t [s];T [°C];µ\n0;25;1\n1;60;1\n".encode(encoding))
    assert read(path, (Column("t"), "s"), (Column("T"), "K")) == [[0, 1], [298.15, 333.15]]


def test_columns_by_number_and_unit(tmp_path: Path):
    path = written(tmp_path, "0 2.26\n1 -1.13\n")
    area = 1.13 * cm**2
    found = read(path, (Column(0, minute), "s"), (Column(1, mA / area), "A/m2"))
    assert found == [[0.0, 60.0], pytest.approx([20, -10], rel=1e-14)]


def test_dates(tmp_path: Path):
    path = written(tmp_path, "t;I [A/m2]\n2024-02-28 23:59:30;1\n2024-02-29 00:00:30,5;2\n")
    times, _ = read(path)
    assert times[1] - times[0] == pytest.approx(60.5)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("t [s],I [mA/cm2]\n0,1\n1,nan\n2,3\n", "line 3: 'nan' is no number in column 'I': a reco"),
        ("t [s],I [mA/cm2]\n0,nan\n1,2\n2,3\n", "line 2: 'nan' is no number in column 'I'"),
        ("t [s],I [mA/cm2]\n0,1\n1,\n2,3\n", "line 3: '1,' is neither a head nor a line"),
        ("t [s],I [mA/cm2]\n0,1\n1,2\n2,\n3,4\n", "line 4: nothing is no number in column 'I'"),
        ("t [s];I [mA/cm2]\n0;\n1;2\n2;3\n", "line 2: '0;' is neither a head nor a line"),
        ("t [s],I [mA/cm2]\n0,1\n1,2\nend,of file\n", "line 4: 'end' is no number in column 't'"),
        ("t [s];I [mA/cm2]\n0;1,5\n1;1.234\n", "line 3: '1.234' in column 'I' has a point"),
        ("t [s],I [mA/cm2]\n0,0,1,5\n1,0,2,5\n", "4 cells where 2 are expected"),
        ("t,I [mA/cm2]\n0,1\n1,2\n", r"column 't' has no unit: name it, as in Column\('t', s\)"),
        ("t [s],I [mQ/cm2]\n0,1\n1,2\n", "the unit 'mQ/cm2' of column 'I' is not known"),
        ("t [s],J [mA/cm2]\n0,1\n1,2\n", r"has no column 'I': its columns are t \[s\], J"),
        ("t [s],I [mA/cm2],I [A/m2]\n0,1,1\n1,2,2\n", "is there 2 times: give its number"),
        ("0,1\n1,2\n", "it has no head: give its number"),
        ("no table here\n", "no table of numbers is in it"),
        ("", "no table of numbers is in it"),
        ("t [s],I [A/m2]\n0,1\nremark\n1,2\n2,3\n", "line 2: a line of numbers is followed by one"),
        (b"PK\x03\x04\0\0\0", "is no text file: export the record as CSV"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str | bytes, told: str):
    with pytest.raises(ParameterError, match=told):
        read(written(tmp_path, text))


def test_units_that_contradict(tmp_path: Path):
    path = written(tmp_path, "t [s],I [mA/cm2]\n0,1\n1,2\n")
    with pytest.raises(ParameterError, match="is in mA/cm2 by its head, but"):
        read(path, (Column("t"), "s"), (Column("I", ssb.units.A_per_m2), "A/m2"))
    with pytest.raises(ParameterError, match="cannot be read: No such file"):
        read(tmp_path / "absent.csv")
    with pytest.raises(ParameterError, match="its columns are 0 to 1"):
        read(path, (Column(2, s), "s"))


def test_a_profile_from_a_file(tmp_path: Path):
    """An absolute clock, the other sign, three rounds."""
    lines = [f"{700 + 15 * k};{0.1 * k - 1}" for k in range(21)]
    path = written(tmp_path, "\n".join(["t;I", *lines]))
    read_in = ssb.CurrentProfile.from_csv(
        path,
        time=Column("t", s),
        value=Column("I", mA_per_cm2),
        scale=-1,
        between=ssb.Between.BLOCKS,
        end=1000 * s,
        repeat=3,
    )
    exact = -3 * 15 * sum(10 * (0.1 * k - 1) for k in range(20))
    assert read_in.duration == 900.0
    assert read_in.course.integral(900.0) == pytest.approx(exact, rel=1e-12)
    with pytest.raises(ParameterError, match=r"record.csv: .*wrong kind of unit"):
        ssb.CurrentProfile.from_csv(path, Column("t", s), Column("I", hour))
    with pytest.raises(ParameterError, match=r"record.csv.*nothing says when the last one ends"):
        ssb.CurrentProfile.from_csv(
            path, Column("t", s), Column("I", mA_per_cm2), between=ssb.Between.BLOCKS
        )
    assert np.allclose(read_in.values[:2], [10.0, 9.0])


def test_what_is_no_file_or_unit() -> None:
    for make, told in (
        (lambda: read_columns(None, ASKED), "None is no path of a file"),
        (lambda: Column("I", 3), "expected a unit of ssbmech.units"),
        (lambda: Column("I", ssb.Rest), "expected a unit of ssbmech.units"),
    ):
        with pytest.raises(ParameterError, match=told):
            make()
