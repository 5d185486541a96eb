# SPDX-License-Identifier: BSD-3-Clause
"""Takes the place of the launcher of a study, and of the run it would launch.

It obeys the command line of a run and leaves what a run leaves, but solves nothing: it counts up
the time, one row of the series after the other. Each start is noted in ``starts.log`` beside the
run folder. What tells cases and versions apart it takes from ``made.json`` beside the study file.
A pressure of 13 MPa fails, one of 17 MPa is deaf to requests to stop.

A file ``hold`` beside the study file holds a number: when so many variants are complete, the others
wait at their fourth row until they are asked to stop, or the file is gone. Who waits, or is deaf,
writes its process into the file ``held`` in the run folder, and when it is asked, a file ``asked``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

STEPS, PAUSE, HELD_AT = 20, 0.02, 3
LONGEST = 1800.0
"""Nobody is deaf longer: the test that would end this process may have been ended itself [s]."""
VOID = "void_volume:negative|separator"
HEADER = f"time [s],time_step [s],step [1],{VOID} [m2],wall_time [s]\n"
asked: list[int] = []


def note(number: int, frame: FrameType | None) -> None:
    asked.append(number)


def write(path: Path, text: str) -> None:
    """Write a file that is never seen half written."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text)
    part.replace(path)


def write_manifest(out: Path, status: str, reason: str = "") -> None:
    made = json.loads((out.parents[1] / "made.json").read_text())
    content = {
        **made["common"],
        **made["cases"][out.name],
        "status": status,
        "reason": reason,
        "protocol": [
            {"label": "plate", "duration [s]": STEPS / 2},
            {"label": "rest", "duration [s]": STEPS / 2},
        ],
    }
    write(out / "manifest.json", json.dumps(content))


def is_held(study: Path) -> bool:
    """Return whether no further variant may become complete."""
    try:
        wanted = int((study.parent / "hold").read_text())
    except FileNotFoundError:
        return False
    manifests = [path.read_text() for path in study.glob("*/manifest.json")]
    return sum('"complete"' in text for text in manifests) >= wanted


def wait(out: Path, deaf: bool) -> None:
    """Wait to be asked to stop, or to be let go; if deaf, to be killed."""
    write(out / "held", str(os.getpid()))
    end = time.monotonic() + LONGEST
    while time.monotonic() < end and (deaf or (is_held(out.parent) and not asked)):
        if asked:
            (out / "asked").touch()
        time.sleep(PAUSE)


def carry_out(out: Path, pressure: float, current: float) -> int:
    out.mkdir(exist_ok=True)
    (out / "where").write_text(str(Path.cwd()))
    with (out.parent / "starts.log").open("a") as starts:
        starts.write(f"{out.name}\n")
    series = out / "series.csv"
    if not series.exists():
        series.write_text(HEADER)
    write_manifest(out, "running")
    done = len(series.read_text().splitlines()) - 1
    for row in range(done, STEPS):
        time.sleep(PAUSE)
        if pressure == 13.0:
            write_manifest(out, "failed", "NotConverged: the pressure brings bad luck")
            return 1
        void = 1e-12 * (5.0 + current * (row + 1) - pressure)
        with series.open("a") as stream:
            stream.write(f"{row + 1},1,{int(2 * row >= STEPS)},{void!r},{(row + 1) * PAUSE}\n")
        if row >= HELD_AT and (pressure == 17.0 or is_held(out.parent)):
            wait(out, deaf=pressure == 17.0)
        if asked:
            write_manifest(out, "stopped", "interrupted")
            return 130
    write_manifest(out, "complete")
    return 0


if __name__ == "__main__":
    for asking in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        signal.signal(asking, note)
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--no-figures", action="store_true")
    parser.add_argument("--pressure", type=float, default=1.0)
    parser.add_argument("--current", type=float, default=1.0)
    options, _ = parser.parse_known_args(sys.argv[6:])
    sys.exit(carry_out(options.out, options.pressure, options.current))
