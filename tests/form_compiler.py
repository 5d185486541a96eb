# SPDX-License-Identifier: BSD-3-Clause
"""Make the compilation of forms cheaper: ``python -m tests.form_compiler`` prints C options.

The tests compile about two thousand forms, most of them for a handful of cells, so that a form
costs more to compile than to evaluate. Half of that goes to the headers of Python, which each form
includes: they are compiled beforehand, next to the forms. Where the compiler cannot do so, or finds
that its options have changed, it reads the headers as ever.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path

from dolfinx import jit

HEADER = "ssbmech_tests.h"
"""Name of the header in the cache of compiled forms."""

OPTIONS = ("-O1", "-march=native", "-fno-math-errno", "-g0", "-include", f"../{HEADER}")
"""Options of the C compiler, which runs in a folder of the cache."""

INCLUDED = """\
#include <pyconfig.h>
#if !defined(Py_DEBUG) && !defined(Py_TRACE_REFS) && !defined(Py_REF_DEBUG)
#define Py_LIMITED_API
#endif
#include <Python.h>
#include <stddef.h>
#include <math.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <ufcx.h>
"""
"""What the source of a form begins with."""


def prepare(folder: Path) -> None:
    """Write the header into the cache of compiled forms, and compile it if that is possible."""
    own = OPTIONS[: OPTIONS.index("-include")]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        source = Path(temporary) / HEADER
        source.write_text(INCLUDED, encoding="ascii")
        compiled = source.with_name(f"{HEADER}.gch")
        done = subprocess.run(
            [*compiler(), *own, "-x", "c-header", str(source), "-o", str(compiled)],
            capture_output=True,
        )
        # another run may be reading what is replaced
        os.replace(source, folder / HEADER)
        if done.returncode == 0:
            os.replace(compiled, folder / compiled.name)
        else:
            (folder / compiled.name).unlink(missing_ok=True)


def compiler() -> list[str]:
    """Return the compiler with the options with which extensions of Python are compiled."""
    words = [str(sysconfig.get_config_var(name) or "") for name in ("CC", "CFLAGS", "CCSHARED")]
    ffcx = find_spec("ffcx")
    assert ffcx is not None and ffcx.origin is not None
    folders = [str(Path(ffcx.origin).parent / "codegeneration"), sysconfig.get_path("include")]
    return [*" ".join(words).split(), *(f"-I{name}" for name in folders), "-std=c17"]


if __name__ == "__main__":
    prepare(Path(jit.get_options({})["cache_dir"]))
    sys.stdout.write(" ".join(OPTIONS))
