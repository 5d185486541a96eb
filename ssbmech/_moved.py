# SPDX-License-Identifier: BSD-3-Clause
"""Modules under the names they had before: case scripts written for those go on working."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import MappingProxyType, ModuleType
from typing import Final

MOVED: Final = MappingProxyType(
    {
        "ssbmech.boundary": "ssbmech.case.boundary",
        "ssbmech.cycling": "ssbmech.case.cycling",
        "ssbmech.fixtures": "ssbmech.case.fixtures",
        "ssbmech.materials.library": "ssbmech.library",
        "ssbmech.plots.reader": "ssbmech.runfolder.reader",
        "ssbmech.protocol": "ssbmech.case.protocol",
        "ssbmech.runner": "ssbmech.run.runner",
        "ssbmech.script": "ssbmech.run.script",
        "ssbmech.solve.step_control": "ssbmech.case.step_control",
    }
)
"""New by old name of a module; modules inside a package move with it."""


def present_name(name: str) -> str | None:
    """Return the present name of a module that has moved, None for any other."""
    for old, new in MOVED.items():
        if name == old or name.startswith(f"{old}."):
            return new + name.removeprefix(old)
    return None


class _Alias(MetaPathFinder, Loader):
    """Finds a moved module under its old name."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module that has moved."""
        return None if present_name(name) is None else ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module under its present name."""
        new = present_name(spec.name) or spec.name
        warnings.warn(f"{spec.name} is {new} now", DeprecationWarning, stacklevel=2)
        module = import_module(new)
        # the import system is about to replace the module's own spec
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module, which has been executed under its present name, its own spec back."""
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state


def install() -> None:
    """Let imports find what has moved, once."""
    if not any(isinstance(finder, _Alias) for finder in sys.meta_path):
        # first, or a module inside a package that moved would be loaded a second time
        sys.meta_path.insert(0, _Alias())
