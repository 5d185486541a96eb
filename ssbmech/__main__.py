# SPDX-License-Identifier: BSD-3-Clause
"""``python -m ssbmech``, the same as ``ssbmech``."""

from __future__ import annotations

import sys

from ssbmech.cli import main

if __name__ == "__main__":
    sys.exit(main())
