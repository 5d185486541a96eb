# SPDX-License-Identifier: BSD-3-Clause
"""Build wheel and source distribution, and try both in bare virtual environments.

``python3 packaging/release.py`` needs Python 3.11 or newer and pip's ordinary access to packages;
``--check`` only compares the places where the version stands. With a run folder (``--run``) both
packages have to read, draw and report it, without DOLFINx. ``--solve``, with Python 3.12 or newer,
installs the source distribution with DOLFINx as a wheel and runs the first case, whose run folder
is then the one that is read.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: Where the version stands: file, and pattern of it.
PLACES = {
    "ssbmech/_version.py": r'__version__ = "([^"]+)"',
    "CITATION.cff": r"^version: (\S+)$",
    "packaging/conda/recipe.yaml": r'version: "([^"]+)"',
    "packaging/spack/packages/py_ssbmech/package.py": r'version\("([^"]+)"\)',
}

#: Beginnings of the files of the repository that no source distribution needs.
LEFT_OUT = (".ci/", ".dockerignore", ".gitignore")

#: What a bare environment must say of a case, without DOLFINx.
_MISSING = re.compile(r"dolfinx|pint|ufl", re.IGNORECASE)


def versions(root: Path = ROOT) -> dict[str, str]:
    """Return the version by the place where it stands; empty where there is none."""
    found = {}
    for name, pattern in PLACES.items():
        match = re.search(pattern, (root / name).read_text("utf-8"), re.MULTILINE)
        found[name] = match[1] if match else ""
    return found


def problems(root: Path = ROOT) -> list[str]:
    """Return what keeps a release from being made, in words."""
    found = versions(root)
    version = found["ssbmech/_version.py"]
    told = [
        f"{name}: {other or 'none'}, not {version}"
        for name, other in found.items()
        if other != version
    ]
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    if f"## [{version}]" not in changes:
        told.append(f"CHANGELOG.md has no section [{version}]")
    return told


def build(out: Path) -> list[Path]:
    """Build wheel and source distribution into a folder, and return them."""
    with tempfile.TemporaryDirectory() as folder:
        python = bare(Path(folder))
        pip(python, "build")
        run(python, "-m", "build", "--outdir", str(out.resolve()), str(ROOT))
    version = versions()["ssbmech/_version.py"]
    out = out.resolve()
    return [out / f"ssbmech-{version}-py3-none-any.whl", out / f"ssbmech-{version}.tar.gz"]


def bare(folder: Path) -> Path:
    """Make a virtual environment, and return its Python."""
    venv.create(folder, with_pip=True, clear=True)
    return folder / "bin" / "python"


def pip(python: Path, *what: str) -> None:
    """Install packages into an environment."""
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)


def run(python: Path, *arguments: str) -> str:
    """Run a Python with arguments, and return what it says."""
    done = subprocess.run(
        [str(python), *arguments], capture_output=True, text=True, check=False, cwd=python.parent
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def try_out(package: Path, folder: Path | None) -> None:
    """Install a package into a bare environment, and use it.

    Args:
        package: wheel or source distribution.
        folder: a run folder to read; None for none.
    """
    version = versions()["ssbmech/_version.py"]
    with tempfile.TemporaryDirectory() as made:
        python = bare(Path(made))
        pip(python, str(package))
        said = run(python, "-m", "ssbmech", "--version").strip()
        if said != f"ssbmech {version}":
            sys.exit(f"{package.name} says it is {said!r}")
        run(python, "-m", "ssbmech", "--help")
        run(python, "-c", "import ssbmech; ssbmech.open_run; print(len(dir(ssbmech)))")
        done = subprocess.run(
            [str(python), "-m", "ssbmech", "run", str(ROOT / "cases/first_case/case.py")],
            capture_output=True,
            text=True,
            check=False,
            cwd=made,
        )
        if done.returncode != 1 or not _MISSING.search(done.stderr) or "Traceback" in done.stderr:
            sys.exit(f"without DOLFINx a case says: {done.stderr}")
    if folder is not None:
        read_with(package, folder)
    print(f"{package.name}: works in a bare environment")


def read_with(package: Path, folder: Path) -> None:
    """Read, draw and report a run folder by a package, in a bare environment of its own."""
    command = [sys.executable, "-m", "tests.laptop", str(folder.resolve()), f"--package={package}"]
    if subprocess.run(command, check=False, cwd=ROOT).returncode != 0:
        sys.exit(f"{package.name} does not read {folder}")


def solve(source: Path, folder: Path) -> Path:
    """Run the first case from a source distribution, with DOLFINx as a wheel.

    Args:
        source: the source distribution.
        folder: where the environment and the case go.

    Returns:
        The run folder.
    """
    python = bare(folder / "venv")
    pip(python, f"{source}[mesh,report,solve-pypi]")
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    case = folder / source.name.removesuffix(".tar.gz") / "cases/first_case/case.py"
    out = folder / "first_case"
    run(python, "-m", "ssbmech", "run", str(case), f"--out={out}", "--no-figures")
    ended = run(python, "-c", f"import ssbmech; print(ssbmech.open_run({str(out)!r}).status)")
    if ended.strip() != "complete":
        sys.exit(f"the first case is {ended.strip()}")
    print(f"{source.name}: runs the first case with DOLFINx as a wheel")
    return out


def contents(wheel: Path) -> list[str]:
    """Return the files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def strays(source: Path) -> list[str]:
    """Return what a source distribution has too much or too little, against the files git knows."""
    with tarfile.open(source) as archive:
        files = (entry.name for entry in archive if entry.isfile())
        packed = {name.partition("/")[2] for name in files}
    told = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    known = {name for name in told.split("\0") if name and not name.startswith(LEFT_OUT)}
    return sorted(known ^ (packed - {"PKG-INFO", ".gitignore"}))


def main() -> int:
    """Carry out the command line."""
    parser = argparse.ArgumentParser(description="Build a release, and try it.")
    parser.add_argument("--check", action="store_true", help="only compare the versions")
    parser.add_argument("--run", type=Path, help="a run folder that the packages must read")
    parser.add_argument(
        "--solve", action="store_true", help="run the first case with DOLFINx as a wheel"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    options = parser.parse_args()
    told = problems()
    for line in told:
        print(line, file=sys.stderr)
    if options.check:
        return 1 if told else 0
    wheel, source = build(options.out)
    files = contents(wheel)
    for wanted in ("ssbmech/py.typed", "ssbmech/__init__.pyi", "ssbmech/study/Snakefile"):
        if wanted not in files:
            sys.exit(f"{wheel.name} lacks {wanted}")
    if odd := strays(source):
        sys.exit(f"{source.name} and git differ in {', '.join(odd)}")
    with tempfile.TemporaryDirectory() as folder:
        read = solve(source, Path(folder)) if options.solve else options.run
        for package in (wheel, source):
            try_out(package, read)
    return 0


if __name__ == "__main__":
    sys.exit(main())
