# SPDX-License-Identifier: BSD-3-Clause
"""What a manifest says of the software: the commit of a checkout."""

from __future__ import annotations

import pytest

from ssbmech.run.environment import checkout

pytestmark = pytest.mark.serial

COMMIT, OTHER = "0123456789abcdef" * 2, "f" * 32


@pytest.fixture
def clone(tmp_path):
    """A folder that looks like a clone on a branch."""
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / ".git" / "refs" / "heads" / "main").write_text(f"{COMMIT}\n")
    return tmp_path


def test_commit_of_a_branch(clone):
    assert checkout(clone) == COMMIT


def test_commit_of_a_packed_branch(clone):
    (clone / ".git" / "refs" / "heads" / "main").unlink()
    (clone / ".git" / "packed-refs").write_text(
        f"# pack-refs with: peeled\n{OTHER} refs/heads/other\n{COMMIT} refs/heads/main\n"
    )
    assert checkout(clone) == COMMIT


def test_commit_without_a_branch(clone):
    (clone / ".git" / "HEAD").write_text(f"{OTHER}\n")
    assert checkout(clone) == OTHER


def test_commit_of_a_worktree(clone, tmp_path):
    home = clone / ".git" / "worktrees" / "side"
    home.mkdir(parents=True)
    (home / "HEAD").write_text("ref: refs/heads/main\n")
    (home / "commondir").write_text("../..\n")
    side = tmp_path / "side"
    side.mkdir()
    (side / ".git").write_text(f"gitdir: {home}\n")
    assert checkout(side) == COMMIT


@pytest.mark.parametrize("head", [None, "", "ref: refs/heads/gone\n"])
def test_no_commit(tmp_path, head):
    if head is not None:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "HEAD").write_text(head)
    assert checkout(tmp_path) == ""
