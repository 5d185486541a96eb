# SPDX-License-Identifier: BSD-3-Clause
"""Check the code and run the tests on one, two and three ranks; this is what ``./ssb test`` does.

All checks are carried out, also after one of them has failed. The exit status is that of the first
that failed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent

#: A run in which no test has begun or ended for so long hangs where no test's own limit catches it.
#: It is longer than pytest's faulthandler_timeout, which shows where. How long the whole run takes
#: is not limited: on a loaded machine that is many times what it is on a quiet one [s].
SILENCE = 1500.0

#: Time to end its ranks for what hangs, before it is killed [s].
GRACE = 60.0

#: Variable that names the file which tests touch when something begins or ends.
PULSE = "SSBMECH_TEST_PULSE"

#: Variable that holds the options of the C compiler for forms.
FLAGS = "SSBMECH_CFLAGS"

#: Variable of Open MPI, and its value, with which ranks that wait sleep. With more ranks than cores
#: one that only lets others go first, as is set for all runs, comes to its turn again too soon.
ASLEEP = ("OMPI_MCA_threads_pthreads_yield_strategy", "nanosleep")

#: Types are checked against the oldest DOLFINx that is supported.
TYPED_DOLFINX = "0.9."


@dataclass(frozen=True)
class Result:
    """How a check went."""

    name: str
    status: int
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./ssb test",
        description="Check the code and run the tests.",
        epilog="All other arguments are passed to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--ranks", metavar="N,N...", help="only run the tests, on these numbers of ranks"
    )
    options, rest = parser.parse_known_args()
    arguments = [_absolute(argument) for argument in rest]
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")])
    )

    results = [] if options.ranks else _lint()
    with ThreadPoolExecutor() as beside:
        types = [] if options.ranks else [beside.submit(_captured, *check) for check in _types()]
        _cheapen_forms()
        for ranks in [int(number) for number in (options.ranks or "1,2,3").split(",")]:
            results.append(_test(ranks, arguments))
            while types:
                result, told = types.pop().result()
                _say(result.name)
                print(told, end="", flush=True)
                results.append(result)

    _say("summary")
    for result in results:
        outcome = "failed" if result.status else "passed"
        print(f"{result.name:<14}{outcome}{result.seconds:>8.0f} s")
    return next((result.status for result in results if result.status), 0)


def _absolute(argument: str) -> str:
    """Make the path of a test file absolute: the tests run in the checkout."""
    path, *test = argument.split("::")
    if ("/" in path or path.endswith(".py")) and Path(path).exists():
        return "::".join([str(Path(path).resolve()), *test])
    return argument


def _lint() -> list[Result]:
    checks = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
    }
    results = []
    for name, command in checks.items():
        _say(name)
        results.append(_run(name, [sys.executable, "-m", *command]))
    return results


def _types() -> list[tuple[str, list[str]]]:
    """Return the check of types, which takes one core for long: it is carried out beside tests."""
    known = version("fenics-dolfinx").startswith(TYPED_DOLFINX)
    return [("mypy", [sys.executable, "-m", "mypy"])] if known else []


def _captured(name: str, command: list[str]) -> tuple[Result, str]:
    """Carry out a check; return how it went, and what it has told."""
    start = time.monotonic()
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Result(name, done.returncode, time.monotonic() - start), done.stdout


def _cheapen_forms() -> None:
    """Let all tests compile forms at little cost, unless the environment says how to."""
    if FLAGS not in os.environ:
        command = [sys.executable, "-m", "tests.form_compiler"]
        told = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
        os.environ[FLAGS] = told.stdout


def _test(ranks: int, arguments: list[str]) -> Result:
    name = "1 rank" if ranks == 1 else f"{ranks} ranks"
    _say(f"tests on {name}")
    if ranks == 1:
        # more than single files: on all cores, a file at a time
        chosen = any(Path(argument.split("::")[0]).is_file() for argument in arguments)
        # in their order: files of few tests, which take long, would be left to one core at the end
        apart = ["--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile"]
        spread = [] if chosen else [*apart, "--no-loadscope-reorder"]
        return _run(name, [sys.executable, "-m", "pytest", *spread, *arguments])

    if shutil.which("mpirun") is None:
        print("mpirun is not on the PATH: install the MPI that DOLFINx was built with")
        return Result(name, 1, 0.0)
    if ranks > len(os.sched_getaffinity(0)):
        os.environ.setdefault(*ASLEEP)
    folder = Path(tempfile.mkdtemp(prefix="ssbmech-tests-"))
    # mpirun gives rank 0 a terminal of its own
    colour = "--color=yes" if sys.stdout.isatty() else "--color=no"
    worker = [sys.executable, str(CHECKOUT / "tests" / "on_rank.py"), str(folder), colour]
    result = _run(name, [*mpirun_command(ranks), *worker, *arguments])
    status = folder / "status"
    if result.status == 0 and status.exists():
        result = Result(name, int(status.read_text(encoding="ascii")), result.seconds)
    else:
        result = Result(name, result.status or 1, result.seconds)
        _show_other_ranks(folder)
    if result.status:
        print(f"what the other ranks have printed, and temporary files, are in {folder}")
    else:
        shutil.rmtree(folder)
    return result


def mpirun_command(ranks: int) -> list[str]:
    """Return the start of a command line for a number of ranks that may exceed the cores."""
    command = ["mpirun", "-n", str(ranks)]
    # the environment of ./ssb has this set already
    if "SSBMECH_INSIDE" not in os.environ:
        about = subprocess.run(["mpirun", "--version"], capture_output=True, text=True, check=True)
        if "Open MPI" in about.stdout:
            command.append("--oversubscribe")
    return command


def _run(name: str, command: list[str], silence: float = SILENCE) -> Result:
    """Run a command, and end it when it gives no sign of life for too long."""
    start = time.monotonic()
    with tempfile.NamedTemporaryFile(prefix="ssbmech-pulse-") as pulse:
        environment = {**os.environ, PULSE: pulse.name}
        with subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, env=environment
        ) as process:
            status = None
            while status is None:
                try:
                    status = process.wait(timeout=min(1.0, silence))
                except subprocess.TimeoutExpired:
                    if time.time() - os.stat(pulse.name).st_mtime > silence:
                        print(f"{name}: ended, for nothing has happened for {silence:g} s")
                        _end(process)
                        status = 1
    return Result(name, status, time.monotonic() - start)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _show_other_ranks(folder: Path) -> None:
    """Print the end of what ranks other than 0 have to say, after the run has broken off."""
    for log in sorted(folder.glob("rank*.txt")):
        _say(f"{log.stem}, last lines")
        print("\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-60:]))


def _say(title: str) -> None:
    print(f"\n--- {title} ".ljust(80, "-"), flush=True)


if __name__ == "__main__":
    sys.exit(main())
