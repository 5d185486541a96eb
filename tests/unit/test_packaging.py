# SPDX-License-Identifier: BSD-3-Clause
"""Recipes of packages say what the project says: one version, and all that it needs."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RECIPE = (ROOT / "packaging" / "conda" / "recipe.yaml").read_text("utf-8")
SPACK = (ROOT / "packaging/spack/packages/py_ssbmech/package.py").read_text("utf-8")

#: Names that differ from those on PyPI.
IN_CONDA = {"gmsh": "python-gmsh", "matplotlib": "matplotlib-base"}
IN_SPACK = {"gmsh": "gmsh", "pillow": "pil"}
#: What conda and Spack need not name: 64-bit Exodus meshes, and the film, on request.
NOT_IN_SPACK = {"netcdf4", "imageio-ffmpeg", "markupsafe"}


def needed(*extras: str) -> dict[str, str]:
    """Return the least version by name of what the project needs, with some extras."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    found = {}
    for line in lines:
        match = re.match(r"([A-Za-z0-9-]+)>=([0-9.]+)", line)
        if match:
            found[match[1].lower()] = match[2]
    return found


def test_nothing_keeps_a_release_from_being_made() -> None:
    """One version stands in several files, and the changelog has a section of it."""
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        from release import problems, versions
    finally:
        sys.path.pop(0)
    assert len(set(versions().values())) == 1, versions()
    assert problems() == []


def test_the_recipe_names_what_is_needed() -> None:
    """With the same least versions as pyproject.toml."""
    for name, least in needed("solve", "mesh", "plot", "report").items():
        line = rf"^    - {IN_CONDA.get(name, name)} >={re.escape(least)}"
        assert re.search(line, RECIPE, re.MULTILINE), f"{name} >={least}"


def test_the_spack_package_names_what_is_needed() -> None:
    """Ranges of Spack: a least version and a colon."""
    for name, least in needed("solve", "mesh", "plot", "report").items():
        if name in NOT_IN_SPACK:
            continue
        package = IN_SPACK.get(name, f"py-{name}")
        found = re.search(rf'"{package}(@([0-9.]+):[0-9.]*|\+)', SPACK)
        assert found, package
        assert found[2] is None or least.startswith(found[2]), f"{package}: {found[2]}, {least}"


def test_recipes_have_license_entry_point_and_bounds() -> None:
    """As the project states them; the environment of conda has the project's least versions."""
    assert PROJECT["license"] == "BSD-3-Clause"
    assert "license: BSD-3-Clause\n" in RECIPE and 'license("BSD-3-Clause")' in SPACK
    for command, place in PROJECT["scripts"].items():
        assert f"- {command} = {place}\n" in RECIPE
    least = PROJECT["requires-python"].removeprefix(">=")
    assert f'"python@{least}:"' in SPACK
    (dolfinx,) = (line for line in PROJECT["optional-dependencies"]["solve"] if "dolfinx" in line)
    assert dolfinx.replace(">=", " >=", 1) in RECIPE
    environment = (ROOT / "containers" / "environment.yml").read_text("utf-8")
    told = {**needed("solve", "mesh", "plot", "report", "study")}
    # those of the solver and of HDF5 have other bounds there, and Snakemake another name
    for name in told.keys() - {"fenics-dolfinx", "h5py", "petsc4py", "snakemake"}:
        line = rf"^  - {IN_CONDA.get(name, name)}>={re.escape(told[name])}$"
        assert re.search(line, environment, re.MULTILINE), f"{name}>={told[name]}"
