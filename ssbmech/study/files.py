# SPDX-License-Identifier: BSD-3-Clause
"""Small files of a study: no reader ever sees half of one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ssbmech.errors import StudyError
from ssbmech.runfolder import atomic


def replace(path: Path, content: bytes) -> None:
    """Replace a file in one move.

    Args:
        path: The file; its folder is made if need be.
        content: What it shall hold.

    Raises:
        StudyError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(path, content)
    except OSError as error:
        raise StudyError(f"cannot write {path}: {error.strerror or error}") from error


def write_json(path: Path, content: object) -> None:
    """Replace a file by plain data as JSON.

    Raises:
        StudyError: It cannot be written.
    """
    replace(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object that a file holds; an empty one if there is no such file.

    Raises:
        StudyError: It cannot be read, or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StudyError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise StudyError(f"{path} should hold a JSON object")
    return content
