# SPDX-License-Identifier: BSD-3-Clause
"""Going on after the end of a run: with a protocol that continues the one it had."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ssbmech.errors import RunFolderError
from ssbmech.run.any_case import AnyCase
from ssbmech.run.same_case import check_same, identity
from ssbmech.runfolder.status import RunStatus


def further_steps(case: AnyCase, content: Mapping[str, Any], folder: Path) -> int:
    """Return by how many steps a case continues the one of a run; 0 if it is the same.

    A case continues another if it differs from it in the steps that follow the last one alone.

    Args:
        case: the case.
        content: manifest of the run.
        folder: its folder, for the message.

    Raises:
        RunFolderError: it is another case, or the run was ended before its protocol was.
    """
    before = len(content.get("protocol", ()))
    if not 0 < before < len(case.protocol):
        check_same(case, content, folder)
        return 0
    beginning = dataclasses.replace(case, protocol=case.protocol[:before])
    try:
        check_same(beginning, content, folder)
    except RunFolderError:
        # in the words of the whole case, which is what was given
        check_same(case, content, folder)
        raise
    if content["status"] == RunStatus.COMPLETE and content.get("reason"):
        raise RunFolderError(
            f"{folder} holds a run that was ended before its protocol was ({content['reason']}): "
            "further steps have nothing to follow"
        )
    return len(case.protocol) - before


def continued(case: AnyCase) -> dict[str, object]:
    """Return the manifest's sections that change when a case continues the one of a run."""
    return {**identity(case), "protocol": listed(case)}


def listed(case: AnyCase) -> list[dict[str, object]]:
    """Return the steps of a case as the manifest lists them."""
    return [{"label": step.name, "duration [s]": step.duration} for step in case.protocol]
