# SPDX-License-Identifier: BSD-3-Clause
"""The scripts in `cases`, for tests that run them with options of their own."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import ssbmech as ssb
from ssbmech.run.case_script import CaseScript

CASES = Path(__file__).parents[1] / "cases"


def load_script(name: str) -> ModuleType:
    """Return the module of a case."""
    spec = importlib.util.spec_from_file_location(f"{name}_case", CASES / name / "case.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    # dataclasses look their module up
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    return script


def script_case(name: str, *options: str) -> ssb.Case:
    """Return a case for options of its command line."""
    return CaseScript.load(CASES / name / "case.py").case(options)
