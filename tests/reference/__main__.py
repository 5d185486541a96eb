# SPDX-License-Identifier: BSD-3-Clause
"""Write the reference numbers of the small cells: ``./ssb python -m tests.reference [NAME...]``.

Without names all are written. A mesh that is there is kept. Look at what `git diff` shows before
you commit: a difference in more than the last digits means that results have moved.
"""

from __future__ import annotations

import json
import sys

from tests.small_cell import REFERENCE, STORED, physical
from tests.tools import march


def main(names: list[str]) -> None:
    for name in names or STORED:
        stored = STORED[name]
        mesh = REFERENCE / f"{name}.msh"
        if not mesh.exists():
            stored.stack.write(mesh)
        run = march(stored.case(name))
        columns = {
            key: [float(f"{v:.13g}") for v in run.series(key)] for key in physical(run.rows[0])
        }
        (REFERENCE / f"{name}.json").write_text(json.dumps(columns, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
