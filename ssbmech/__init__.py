# SPDX-License-Identifier: BSD-3-Clause
"""Chemo-mechanics of solid-state lithium cells that lose contact, by finite elements.

The public names are those of the stub file beside this one. Each is loaded when it is first used,
so that a run folder can be read and drawn where neither DOLFINx nor MPI is installed.
"""

from __future__ import annotations

import lazy_loader

from ssbmech import _moved
from ssbmech._version import __version__

__getattr__, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)
__all__ = ["__version__", *_names]

_moved.install()
