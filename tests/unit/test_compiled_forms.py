# SPDX-License-Identifier: BSD-3-Clause
"""The cache of compiled forms, and what the tests put into it to compile them at little cost."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from mpi4py import MPI

import pytest
from dolfinx import jit

from ssbmech import _compat
from tests.form_compiler import HEADER, OPTIONS, compiler, prepare

pytestmark = pytest.mark.serial


def test_compilations_that_were_left_half_done_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "get_options", lambda options: {"cache_dir": str(tmp_path)})
    shelf = Path(_compat.jit_options("2-1-0")["cache_dir"])
    shelf.mkdir()
    abandoned, complete, begun = (
        shelf / f"{name}.c" for name in ("abandoned", "complete", "begun")
    )
    for source in (abandoned, complete, begun):
        source.touch()
    Path(f"{complete}.cached").touch()
    long_ago = time.time() - 2 * _compat.COMPILE_TIME
    for source in (abandoned, complete):
        os.utime(source, (long_ago, long_ago))
    _compat.drop_abandoned_compilations(MPI.COMM_SELF)
    assert not abandoned.exists()
    assert complete.exists() and begun.exists()


def test_headers_are_compiled_beforehand(tmp_path: Path) -> None:
    """They are taken with the options with which forms are compiled."""
    shelf = tmp_path / "2-1-0"
    shelf.mkdir()
    prepare(tmp_path)
    if not (tmp_path / f"{HEADER}.gch").exists():
        pytest.skip("the C compiler compiles no headers beforehand")
    (shelf / "form.c").write_text("ufcx_form* form = 0;\n")
    command = [*compiler(), *OPTIONS, "-H", "-Winvalid-pch", "-Werror", "-c", "form.c"]
    done = subprocess.run(command, cwd=shelf, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[0].endswith(f"/../{HEADER}.gch")
