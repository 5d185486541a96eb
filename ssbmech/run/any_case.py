# SPDX-License-Identifier: BSD-3-Clause
"""What can be run: a cell on a mesh, or a laminate."""

from __future__ import annotations

from ssbmech.case.case import Case
from ssbmech.laminate.case import LaminateCase

AnyCase = Case | LaminateCase
"""A case of either kind."""
