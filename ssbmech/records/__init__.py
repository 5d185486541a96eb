# SPDX-License-Identifier: BSD-3-Clause
"""Measured records in text files: columns of numbers, whatever cycler or spreadsheet wrote them.

Understood are: columns parted by tabs, semicolons, bars, commas or blanks; decimal points, and
decimal commas where commas do not part columns; lines before the table; comments; a byte-order
mark; units in the head as in "I [mA/cm2]", "I (mA/cm2)" or "I/mA", or in a line of their own under
the names; times as numbers, as "1:02:03.5", or as dates with a time of day. What is no number where
one is due is refused, with its line: a record with holes has to be mended by whoever knows why.
"""

from __future__ import annotations

from ssbmech.records.columns import Column, column_names, read_columns

__all__ = ["Column", "column_names", "read_columns"]
