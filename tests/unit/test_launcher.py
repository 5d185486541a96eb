# SPDX-License-Identifier: BSD-3-Clause
"""`./ssb` where a machine is not as usual: no home, no place to write, no window system."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial

SSB = Path(__file__).parents[2] / "ssb"


def ssb(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command through `./ssb`, with variables on top of those of this process.

    An empty one is taken out.
    """
    environment = {k: v for k, v in ({**os.environ, **variables}).items() if v}
    return subprocess.run(
        ["bash", str(SSB), *command], env=environment, capture_output=True, text=True, check=False
    )


def test_the_home_of_a_job_is_that_of_its_user() -> None:
    """Jobs of cron and of some schedulers have no HOME."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    done = ssb("bash", "-c", "echo $HOME", HOME="")
    assert (done.returncode, done.stdout.strip()) == (0, home), done.stderr


def test_a_user_without_a_home_is_told_to_set_it(tmp_path: Path) -> None:
    """As in containers that run under a number that no list of users has."""
    nobody = tmp_path / "getent"
    nobody.write_text("#!/bin/sh\nexit 2\n", encoding="utf-8")
    nobody.chmod(0o755)
    done = ssb("true", HOME="", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert done.stderr == (
        "ssb: HOME is not set and the user has no home folder: set HOME to a folder of yours\n"
    )


def test_a_home_that_cannot_be_written_to_is_told() -> None:
    """Where the environment has to be built, and not where it only has to be entered."""
    outside = {"SSBMECH_INSIDE": "", "SSBMECH_DEBIAN": "sid", "XDG_CACHE_HOME": ""}
    done = ssb("true", HOME="/proc/nobody", **outside)
    assert done.returncode == 1
    told = "cannot write to /proc/nobody/.cache/ssbmech: set XDG_CACHE_HOME to a folder of yours"
    assert done.stderr.splitlines()[-1] == f"ssb: {told}"
    assert "unbound" not in done.stderr


@pytest.mark.skipif(
    "SSBMECH_INSIDE" not in os.environ or "DISPLAY" in os.environ,
    reason="outside of ./ssb, or with a window system, VTK opens windows as it will",
)
def test_drawing_without_a_window_system_is_silent(tmp_path: Path) -> None:
    """VTK would complain of "bad X server connection" before it draws by other means."""
    picture = tmp_path / "ball.png"
    script = (
        "import pyvista\n"
        "plotter = pyvista.Plotter(off_screen=True, window_size=(64, 48))\n"
        "plotter.add_mesh(pyvista.Sphere())\n"
        f"plotter.screenshot({str(picture)!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert picture.stat().st_size > 0
    assert done.stdout + done.stderr == ""
