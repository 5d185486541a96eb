# SPDX-License-Identifier: BSD-3-Clause
"""What a run leaves behind: run folder, manifest, time series and field files."""

from __future__ import annotations

from ssbmech.results.field_files import BodyFile, InterfaceFile, owned_cells, owned_nodes
from ssbmech.results.run_folder import RunFolder
from ssbmech.results.series import Column, SeriesWriter
from ssbmech.run_status import RunStatus

__all__ = [
    "BodyFile",
    "Column",
    "InterfaceFile",
    "RunFolder",
    "RunStatus",
    "SeriesWriter",
    "owned_cells",
    "owned_nodes",
]
