# SPDX-License-Identifier: BSD-3-Clause
"""Wrong command lines, made systematically, and how they end in this process.

Nothing is solved: what is run or resumed is wrong before the first time step, and studies are only
planned. A wrong command line ends with the status 2 and how it is called, anything else with the
status 1 and a message.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ssbmech.cli import main
from tests.unit.synthetic_run import write_run

Words = tuple[str, ...]


@dataclass(frozen=True)
class CommandLine:
    """A wrong command line.

    Attributes:
        name: what is wrong.
        words: the words after ``ssbmech``.
    """

    name: str
    words: Words


@dataclass(frozen=True)
class Told:
    """How a command line ended.

    Attributes:
        status: exit status.
        words: what it wrote, results and messages.
    """

    status: int
    words: str


CASE_SCRIPT: Final = '''"""A small void."""
import dataclasses

import ssbmech as ssb
from tests.small_cell import void_cell


def knobs(parser):
    parser.add_argument("--pressure", type=float, default=1.0, help="preload [MPa]")
    parser.add_argument("--cycles", type=int, default=1, help="cycles")
    parser.add_argument("--frame", choices=("plane", "axial"), default="plane", help="frame")


def build_case(options):
    step = ssb.cycles(options.cycles, ssb.Rest(1.0))
    fixture = ssb.ConstantForce(options.pressure * 1e6)
    return dataclasses.replace(void_cell(), fixture=fixture, protocol=step)
'''

SCRIPTS: Final[Mapping[str, str]] = {
    "returns a number": "def build_case():\n    return 5\n",
    "returns nothing": "def build_case():\n    pass\n",
    "returns a class": "import ssbmech\n\ndef build_case():\n    return ssbmech.Case\n",
    "returns two": "def build_case():\n    return 1, 2\n",
    "takes too much": "def build_case(a, b):\n    return 5\n",
    "takes what is not declared": "def build_case(options):\n    return 5\n",
    "takes too little": "def knobs(parser):\n    pass\n\ndef build_case():\n    return 5\n",
    "builds nothing": "x = 1\n",
    "is empty": "",
    "has no function but a number": "build_case = 5\n",
    "has knobs of no function": "knobs = 5\n\ndef build_case(options):\n    return 5\n",
    "has knobs that take nothing": "def knobs():\n    pass\n\ndef build_case(o):\n    return 5\n",
    "is no Python": "def build_case(:\n",
    "is no text": "\x00\x01\x02",
    "imports what is not there": "import nothing_of_that_name\n",
    "imports a name that is not there": "from ssbmech import NothingOfThatName\n",
    "has a knob called as an option": (
        "def knobs(p):\n    p.add_argument('--out')\n\ndef build_case(o):\n    return 5\n"
    ),
    "has a knob twice": (
        "def knobs(p):\n    p.add_argument('--a')\n    p.add_argument('--a')\n\n"
        "def build_case(o):\n    return 5\n"
    ),
    "makes a wrong case": "import ssbmech as s\n\ndef build_case():\n    return s.Rest(-1)\n",
    "runs itself": "import ssbmech\n\ndef build_case():\n    pass\n\nssbmech.main(build_case)\n",
}
"""Case scripts that are wrong, by what is wrong."""

STUDIES: Final[Mapping[str, str]] = {
    "is empty": "",
    "is no TOML": "case = ",
    "is no text": "\x00\x01",
    "has no case": "[grid]\npressure = [1.0]\n",
    "has a case of a wrong kind": "case = 5\n[grid]\npressure = [1.0]\n",
    "has a case that is not there": 'case = "none.py"\n[grid]\npressure = [1.0]\n',
    "has a case that is a folder": 'case = "."\n[grid]\npressure = [1.0]\n',
    "varies nothing": 'case = "case.py"\n',
    "varies over nothing": 'case = "case.py"\n[grid]\npressure = []\n',
    "has a knob that is not known": 'case = "case.py"\n[grid]\npresure = [1.0]\n',
    "has text for a number": 'case = "case.py"\n[grid]\npressure = ["two"]\n',
    "has half a cycle": 'case = "case.py"\n[grid]\ncycles = [1.5]\n',
    "has a choice that is none": 'case = "case.py"\n[grid]\nframe = ["round"]\n',
    "has nan": 'case = "case.py"\n[grid]\npressure = [nan]\n',
    "has a wrong number": 'case = "case.py"\n[grid]\npressure = [-1.0]\n',
    "has nested values": 'case = "case.py"\n[grid]\npressure = [[1.0]]\n',
    "has a lonely value": 'case = "case.py"\n[grid]\npressure = 1.0\n',
    "has a date": 'case = "case.py"\n[grid]\npressure = [2020-01-01]\n',
    "has a key that is not known": 'case = "case.py"\nspeed = 1\n[grid]\npressure = [1.0]\n',
    "has a name of a path": 'case = "case.py"\nname = "../a"\n[grid]\npressure = [1.0]\n',
    "has an empty name": 'case = "case.py"\nname = ""\n[grid]\npressure = [1.0]\n',
    "fixes what it varies": (
        'case = "case.py"\n[fixed]\npressure = 1.0\n[grid]\npressure = [1.0]\n'
    ),
    "has a number for a table": 'case = "case.py"\ngrid = 5\n',
    "has lists of two lengths": ('case = "case.py"\n[list]\npressure = [1.0, 2.0]\ncycles = [1]\n'),
    "has no ranks": 'case = "case.py"\n[grid]\npressure = [1.0]\n[run]\nranks = 0\n',
    "has ranks of text": 'case = "case.py"\n[grid]\npressure = [1.0]\n[run]\nranks = "two"\n',
    "has a launcher that is no command": (
        'case = "case.py"\n[grid]\npressure = [1.0]\n[run]\nlauncher = \'a "b\'\n'
    ),
    "has a setting that is not known": (
        'case = "case.py"\n[grid]\npressure = [1.0]\n[run]\nrank = 2\n'
    ),
    "collects what is no table": (
        'case = "case.py"\n[grid]\npressure = [1.0]\n[collect]\nvoltage = 5\n'
    ),
    "collects by an unknown key": (
        'case = "case.py"\n[grid]\npressure = [1.0]\n[collect.v]\ncolum = "voltage"\n'
    ),
    "collects by the name of a knob": (
        'case = "case.py"\n[grid]\npressure = [1.0]\n[collect.pressure]\ncolumn = "voltage"\n'
    ),
    "has a cube without samples": (
        'case = "case.py"\n[latin_hypercube]\nsamples = 0\n[latin_hypercube.pressure]\nlow = 1\n'
    ),
}
"""Study files that are wrong, by what is wrong."""

MANIFESTS: Final[Mapping[str, str]] = {
    "empty": "",
    "cut off": '{"status": "compl',
    "a list": "[]",
    "a number": "5",
    "without anything": "{}",
    "of wrong kinds": '{"status": 5, "steps": 3, "script": 7, "format": "x"}',
    "of wrong kinds within": json.dumps(
        {
            "status": "complete",
            "protocol": [5],
            "resumed": [3],
            "unknowns": {"u": "many"},
            "effort": {"files [s]": "a"},
            "script": {"path": 5, "arguments": [5], "knobs": {"pressure": 5}},
        }
    ),
    "of no text": "\x00\x01",
}
"""Manifests that are wrong, by what is wrong."""

MEASURED: Final[Mapping[str, str]] = {
    "empty": "",
    "of no numbers": "time [s], voltage [V]\na, b\n",
    "of one column": "time [s]\n1\n2\n",
    "of unknown columns": "time [s], volts of mine [V]\n0, 1\n1, 2\n",
    "of wrong units": "time [s], voltage [m]\n0, 1\n1, 2\n",
    "without times": "voltage [V], current [A/m2]\n0, 1\n1, 2\n",
    "backwards": "time [s], voltage [V]\n2, 1\n1, 2\n",
    "of no text": "\x00\x01",
}
"""Files of measured series that are wrong, by what is wrong."""

SPOILED: Final[Mapping[str, bytes]] = {
    "empty": b"",
    "rubbish": b"rubbish\n1 2\n",
    "binary": b"\0\xff",
}
"""Files that are no meshes, by what they are."""

MESHES: Final = ("msh", "inp", "med", "exo", "xdmf", "vtu", "vtk", "stl")
"""Endings of mesh files."""

READERS: Final[Mapping[str, Words]] = {
    "info": (),
    "report": (),
    "plot": ("--no-animation",),
    "export": ("--to=csv", "--time=0"),
    "resume": (),
}
"""Commands that read a run folder, with what else they need."""


def command_lines(folder: Path) -> Iterator[CommandLine]:
    """Yield wrong command lines; what they name is laid into a folder."""
    script = folder / "case.py"
    script.write_text(CASE_SCRIPT, "utf-8")
    for words in _at_top(script):
        yield CommandLine("top level", words)
    yield from _of_scripts(folder, script)
    yield from _of_knobs(script)
    yield from _of_run_folders(folder)
    yield from _of_options(folder, script)
    yield from _of_studies(folder, script)
    yield from _of_meshes(folder)


def _at_top(script: Path) -> Iterator[Words]:
    """Yield what is no command."""
    path = str(script)
    yield from ((), ("nothing",), ("",), ("--nothing",), ("-x",), ("5",), ("runs",))
    yield from ((path,), (path, "run"), ("--pressure=2", "run", path), ("Run", path))
    for command in ("run", "check", "study", *READERS):
        yield (command,)
        yield (command, "--nothing")


def _of_scripts(folder: Path, script: Path) -> Iterator[CommandLine]:
    """Yield scripts that are wrong."""
    for number, (what, text) in enumerate(SCRIPTS.items()):
        odd = folder / f"odd{number}.py"
        odd.write_text(text, "utf-8")
        yield CommandLine(f"script {what}", ("check", str(odd)))
        yield CommandLine(f"script {what}", ("run", str(odd), f"--out={folder / 'out'}"))
    shutil.copy(script, folder / "case.txt")
    (folder / "folder.py").mkdir()
    (folder / "latin.py").write_bytes(b"# \xe4\xff\nx = 1\n")
    for name in ("none.py", "none/none.py", "case.txt", "folder.py", "latin.py", ".", ""):
        for command in ("check", "run"):
            yield CommandLine("script in a wrong file", (command, str(folder / name)))
    yield CommandLine("two scripts", ("check", str(script), str(script)))
    yield CommandLine("two scripts", ("run", str(script), str(script)))


def _of_knobs(script: Path) -> Iterator[CommandLine]:
    """Yield knobs that are wrong."""
    bad = [
        *(f"--pressure={value}" for value in ("nan", "inf", "two", "", "-1", "1e300", "1,5")),
        *(f"--pressure={value}" for value in ("1 MPa", "0x10", "True", "None", "[1]", "1e")),
        *(f"--cycles={value}" for value in ("0", "-1", "1.5", "two", "nan", "1e3", "")),
        *(f"--frame={value}" for value in ("round", "", "Plane", "5")),
        *("--presure=1", "--press=1", "--pressure", "-p", "--nothing", "pressure=1", "extra"),
    ]
    for word in bad:
        for command in ("check", "run"):
            yield CommandLine(f"knob {word}", (command, str(script), word))


def _of_run_folders(folder: Path) -> Iterator[CommandLine]:
    """Yield what is no run folder, or a spoiled one."""
    whole = folder / "whole"
    # few times and cells, for figures are drawn of it
    write_run(whole, nx=12, ny=3, n_fields=3, n_rows=5)
    spoiled = {"not there": folder / "none", "a file": folder / "case.py", "nameless": Path()}
    (folder / "empty").mkdir()
    spoiled["empty"] = folder / "empty"
    for number, (what, text) in enumerate(MANIFESTS.items()):
        spoiled[f"with a manifest {what}"] = copy = folder / f"manifest{number}"
        shutil.copytree(whole, copy)
        (copy / "manifest.json").write_text(text, "utf-8")
    for number, (what, text) in enumerate(
        {"empty": "", "without rows": "time\n", "of no numbers": "time\na\n"}.items()
    ):
        spoiled[f"with a series {what}"] = copy = folder / f"series{number}"
        shutil.copytree(whole, copy)
        (copy / "series.csv").write_text(text, "utf-8")
    for what, path in spoiled.items():
        for command, more in READERS.items():
            if command == "plot" and what.endswith(("anything", "kinds", "within")):
                # read as by the report, and then drawn for a minute
                continue
            yield CommandLine(f"{command} of a run folder {what}", (command, str(path), *more))
    for command, more in READERS.items():
        yield CommandLine(f"{command} of two run folders", (command, "a", "b", *more))
        yield CommandLine(f"{command} of no name", (command, "", *more))


def _of_options(folder: Path, script: Path) -> Iterator[CommandLine]:
    """Yield options that are wrong, of commands on a run that is right."""
    whole, file = str(folder / "whole"), str(script)
    for number, (what, text) in enumerate(MEASURED.items()):
        path = folder / f"measured{number}.csv"
        path.write_text(text, "utf-8")
        for command in ("plot", "report"):
            words = (command, whole, f"--measured={path}")
            yield CommandLine(f"measured series {what}", words)
    for path in (folder / "none.csv", folder, Path("")):
        yield CommandLine("measured series in no file", ("report", whole, f"--measured={path}"))
    for place in (folder / "empty", script / "report.html", folder / "none" / "report.html"):
        yield CommandLine(f"report into {place.name}", ("report", whole, f"--out={place}"))
    yield CommandLine("report to nobody", ("report", whole, "--out="))
    for words in (
        *(("--to=xyz",), (), ("--to=",), ("--to",), ("--to=csv", f"--out={script}")),
        *(("--to=csv", f"--time={time}") for time in ("nan", "two", "", "inf", "-5")),
    ):
        yield CommandLine(f"export {' '.join(words)}", ("export", whole, *words))
    for every in ("-1", "nan", "two", "", "-inf"):
        option = f"--checkpoint-every={every}"
        yield CommandLine(f"run {option}", ("run", file, f"--out={folder / 'out'}", option))
        yield CommandLine(f"resume {option}", ("resume", whole, option))
    for name in ("none.py", "case.txt", "empty", "odd0.py"):
        yield CommandLine(
            "resume by a wrong script", ("resume", whole, f"--script={folder / name}")
        )
    for out in ("", " ", file, f"{file}/out", whole):
        yield CommandLine("run into a wrong folder", ("run", file, "--no-figures", f"--out={out}"))
    yield CommandLine("run without its folder", ("run", file, "--out"))
    yield CommandLine("info in a wrong form", ("info", whole, "--json=yes"))
    yield CommandLine("plot in a wrong form", ("plot", whole, "--no-animations"))


def _of_studies(folder: Path, script: Path) -> Iterator[CommandLine]:
    """Yield studies that are wrong."""
    for number, (what, text) in enumerate(STUDIES.items()):
        path = folder / f"study{number}.toml"
        path.write_text(text, "utf-8")
        yield CommandLine(f"study {what}", ("study", str(path), "--dry-run"))
    for name in ("none.toml", ".", "case.py", "whole/manifest.json", "whole"):
        yield CommandLine("study in a wrong file", ("study", str(folder / name), "--dry-run"))
    right = folder / "right.toml"
    right.write_text('case = "case.py"\n[grid]\npressure = [1.0]\n', "utf-8")
    for word in (
        *(f"--cores={value}" for value in ("0", "-1", "1.5", "two", "")),
        *(f"--jobs={value}" for value in ("0", "-1", "nan")),
        *("--out=", f"--out={script}", "--nothing", "extra"),
    ):
        yield CommandLine(f"study {word}", ("study", str(right), "--dry-run", word))
    nowhere = f"--out={folder / 'nowhere'}"
    yield CommandLine("study of nothing", ("study", str(right), "--collect-only", nowhere))


def _of_meshes(folder: Path) -> Iterator[CommandLine]:
    """Yield mesh files that are wrong."""
    for ending in MESHES:
        yield CommandLine("mesh that is not there", ("check", str(folder / f"none.{ending}")))
        for what, content in SPOILED.items():
            path = folder / f"{what}.{ending}"
            path.write_bytes(content)
            yield CommandLine(f"mesh that is {what}, .{ending}", ("check", str(path)))
    (folder / "folder.msh").mkdir()
    yield CommandLine("mesh that is a folder", ("check", str(folder / "folder.msh")))
    mesh = str(folder / "empty.msh")
    for words in (("--unit=parsec",), ("--frame=5",), ("--region-array",), ("--facets=none.xdmf",)):
        yield CommandLine(f"mesh, {words[0]}", ("check", mesh, *words))


ACCEPTED: Final[Mapping[str, str]] = {
    "a manifest without anything": "what is missing is shown as unknown, and the rest of the run",
    "a manifest of wrong kinds": "what is damaged is left out, and named in summary and report",
    "a series empty": "a run that was killed before its first time step has no series",
    "a series without rows": "a run that was killed within its first time step has no rows",
    "a series of no numbers": "a last row that a kill cut off is left out, here the first",
}
"""Reason for which a command line is accepted, by a part of what is wrong."""


def told(words: Words) -> Told:
    """Return how a command line ends in this process.

    Raises:
        Exception: what it should not have raised.
    """
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            status = main(list(words))
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
    return Told(status, said.getvalue())


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in a folder, so that nothing is left in another."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
