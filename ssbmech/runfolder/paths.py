# SPDX-License-Identifier: BSD-3-Clause
"""Where things lie in a run folder: the one place that knows the names of its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunPaths:
    """The files and folders of a run; they need not be there.

    Attributes:
        path: The run folder.
    """

    path: Path

    @property
    def checkpoints_path(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def manifest_path(self) -> Path:
        """Path of the manifest."""
        return self.path / "manifest.json"

    @property
    def series_path(self) -> Path:
        """Path of the time series."""
        return self.path / "series.csv"

    @property
    def log_path(self) -> Path:
        """Path of the log."""
        return self.path / "run.log"

    @property
    def mesh_path(self) -> Path:
        """Path of the generated mesh."""
        return self.path / "mesh.msh"

    @property
    def fields_path(self) -> Path:
        """Folder of the field files."""
        return self.path / "fields"

    @property
    def figures_path(self) -> Path:
        """Folder of the figures."""
        return self.path / "figures"

    @property
    def measured_path(self) -> Path:
        """Path of the measured series."""
        return self.path / "measured.json"

    @property
    def fracture_path(self) -> Path:
        """Path of what was found of flaws."""
        return self.path / "fracture.json"

    @property
    def facets_path(self) -> Path:
        """Path of the table of facets and their flaws."""
        return self.path / "fracture.csv"

    @property
    def impedance_path(self) -> Path:
        """Path of the impedance spectra."""
        return self.path / "impedance.csv"
