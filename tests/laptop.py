# SPDX-License-Identifier: BSD-3-Clause
"""A run folder read where DOLFINx is not: in a bare virtual environment of the Python at hand.

    python3 -m tests.laptop RUNFOLDER [--keep DIR] [--package FILE]

installs the package from the checkout, or from a wheel or source distribution, without extras, then
with those of figures and report, and carries out what a reader would, on a copy of the run folder.
It needs pip's package index, and says what each command printed. What needs more than is installed
must say so in one line.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SOLVER = "dolfinx", "petsc4py", "mpi4py", "ufl", "basix", "gmsh"

TABLES = """
import sys
from pathlib import Path
import ssbmech

package = Path(ssbmech.__file__).parent
assert (package / "py.typed").exists() and (package / "__init__.pyi").exists()
run = ssbmech.open_run(sys.argv[1])
table = run.series
assert table.index.name == "time" and len(table), table
assert set(table.columns) | {"time"} == set(table.attrs["units"])
assert table.attrs["units"]["voltage"] == "V"
print(run.status, "with", len(table), "rows;", *list(run.labelled_series())[:4], "...")
for name in run.interfaces:
    fields = run.interface(name)
    assert fields.gap.dims == ("time", "facet") and fields.gap.attrs["units"] == "m"
    assert fields.x.attrs["units"] == "m" and (fields.gap > -1e-12).all()
    print(name, dict(fields.sizes), *fields.data_vars)
for name in run.bodies:
    fields = run.body(name)
    assert fields.displacement.dims == ("time", "node", "direction")
    assert fields.von_mises.dims == ("time", "cell") and (fields.von_mises >= 0.0).all()
    print(name, dict(fields.sizes), *fields.data_vars)
"""


class Laptop:
    """A bare virtual environment with the package."""

    def __init__(self, folder: Path, package: Path = CHECKOUT) -> None:
        """Make the environment."""
        self._folder, self._package = folder, package
        venv.create(folder / "venv", with_pip=True)

    def install(self, extras: str = "") -> None:
        """Install the package."""
        wanted = f"{self._package}{extras}"
        step(f"pip install '{wanted}'")
        self._checked([*self._python("-m", "pip", "install", "--quiet"), wanted])
        found = self._checked(self._python("-m", "pip", "list", "--format=json"))
        names = sorted(entry["name"] for entry in json.loads(found))
        print("  ", *names)
        for name in SOLVER:
            assert name not in names, f"{name} came along"

    def command(self, *arguments: str) -> str:
        """Carry out a command of the package and return what it printed."""
        step(" ".join(["ssbmech", *arguments]))
        printed = self._checked([str(self._folder / "venv" / "bin" / "ssbmech"), *arguments])
        show(printed)
        return printed

    def refused(self, *arguments: str) -> str:
        """Carry out a command that needs more than there is; return its one line."""
        step(" ".join(["ssbmech", *arguments]))
        done = self._run([str(self._folder / "venv" / "bin" / "ssbmech"), *arguments])
        show(done.stderr)
        assert done.returncode == 1, done.returncode
        assert done.stderr.startswith("EnvironmentMissing: needs "), done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    def program(self, text: str, *arguments: str) -> None:
        """Run a program in the environment."""
        step("open_run")
        show(self._checked([*self._python("-c", text), *arguments]))

    def _python(self, *arguments: str) -> list[str]:
        return [str(self._folder / "venv" / "bin" / "python"), *arguments]

    def _checked(self, command: list[str]) -> str:
        done = self._run(command)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        # the checkout must not be found by itself: what counts is what was installed
        cleared = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            command, capture_output=True, text=True, cwd=self._folder, env=cleared, check=False
        )


def step(text: str) -> None:
    """Say what is done next."""
    print(f"-- {text}", flush=True)


def show(text: str) -> None:
    """Print what a command printed, set in."""
    print("".join(f"   {line}\n" for line in text.splitlines()), end="", flush=True)


def carry_out(laptop: Laptop, run: Path) -> None:
    """Do what a reader of a run folder does."""
    case = str(CHECKOUT / "cases" / "li_void" / "case.py")
    laptop.install()
    assert "status" in laptop.command("info", str(run))
    laptop.program(TABLES, str(run))
    for kind in ("csv", "xdmf"):
        files = laptop.command("export", str(run), f"--to={kind}").split()
        assert len(files) > 3 and all(Path(file).stat().st_size > 200 for file in files)
    assert "pip install 'ssbmech[plot]'" in laptop.refused("export", str(run), "--to=vtu")
    assert "pip install 'ssbmech[plot]'" in laptop.refused("plot", str(run))
    assert "pip install 'ssbmech[report]'" in laptop.refused("report", str(run))
    study = str(CHECKOUT / "cases" / "pressure_map" / "study.toml")
    for refused in (("run", case), ("check", case), ("study", study, "--dry-run")):
        assert "DOLFINx" in laptop.refused(*refused)
    laptop.install("[plot,report]")
    shutil.rmtree(run / "figures", ignore_errors=True)
    assert any(
        file.endswith(".pvd")
        for file in laptop.command("export", str(run), "--to=vtu", "--moved").split()
    )
    figures = laptop.command("plot", str(run)).split()
    assert len(figures) > 3
    assert all(Path(file).stat().st_size > 1000 for file in figures)
    page = Path(laptop.command("report", str(run)).strip())
    text = page.read_text(encoding="utf-8")
    assert "There are no figures" not in text
    assert text.count("data:image/webp") + text.count("data:image/png") > 3
    print(f"   {page.stat().st_size / 1e6:.1f} MB with {len(figures)} figures and film")


def main() -> int:
    """Read a run folder in a bare environment and return the exit status."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.laptop", description=__doc__)
    parser.add_argument("run_folder", type=Path, help="folder of a run with fields")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave everything in this folder")
    parser.add_argument(
        "--package", type=Path, default=CHECKOUT, help="what is installed (default: the checkout)"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if options.keep is None else options.keep.resolve()
        folder.mkdir(exist_ok=True)
        run = folder / "run"
        shutil.copytree(options.run_folder, run)
        carry_out(Laptop(folder, options.package.resolve()), run)
    print("-- a run folder can be read without DOLFINx")
    return 0


if __name__ == "__main__":
    sys.exit(main())
