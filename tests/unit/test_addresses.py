# SPDX-License-Identifier: BSD-3-Clause
"""What is in the repository names no machine: no package index or mirror, no folder of anyone's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]

#: Where files lie that are not somebody's own.
PLACES = (
    "benchmarks", "cases", "containers", "docs", "meshes", "packaging", "ssbmech", "tests", ".ci",
)  # fmt: skip

#: Pages of projects and standards, and what stands for a host in tests.
KNOWN = {
    "127.0.0.1", "bpxstandard.com", "docs.vtk.org", "doi.org", "example.org", "fenicsproject.org",
    "git-lfs", "git-lfs.github.com", "hawser", "keepachangelog.com", "semver.org", "www.xdmf.org",
}  # fmt: skip

#: Modules of Python that read as hosts.
MODULES = {"dolfinx.io", "scipy.io"}

_HOST = re.compile(
    r"://(?:[^/\s@]*@)?(?P<address>[a-z0-9.-]+)"
    r"|(?<![\w.@/-])(?P<bare>(?:[a-z0-9-]+\.)+(?:org|com|net|io|dev|cloud|edu|gov|eu|lan))(?![\w(-])",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"(?<![\w$}.~])/(?:root|home|work|Users|mnt|srv|workspaces?|tmp/\w)\b")

#: A container has folders of its own.
_OF_CONTAINERS = re.compile(r"/(?:work|root)\b")


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file of the repository."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for place in PLACES:
        paths += (path for path in (ROOT / place).rglob("*") if path.is_file())
    for path in sorted(paths):
        name = path.relative_to(ROOT).as_posix()
        if "__pycache__" in path.parts or path == Path(__file__):
            continue
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield name, content.decode("utf-8", "replace")


def hosts(text: str) -> set[str]:
    """Return the hosts that a text names, without those that are known."""
    found = {(match["address"] or match["bare"]).lower() for match in _HOST.finditer(text)}
    return {host.rstrip(".") for host in found} - KNOWN - MODULES


def folders(name: str, text: str) -> list[str]:
    """Return the folders of a machine that a text names."""
    found = _FOLDER.findall(text)
    if name.startswith("containers/"):
        found = [folder for folder in found if not _OF_CONTAINERS.fullmatch(folder)]
    return found


def test_no_file_names_a_machine() -> None:
    """Hosts are those of project pages, and folders those of containers."""
    read, told = 0, []
    for name, text in texts():
        read += 1
        told += [f"{name}: {found}" for found in (*sorted(hosts(text)), *folders(name, text))]
    assert read > 500
    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    "text",
    [
        "pip install --index-url {}://{}/simple".format("https", ".".join(("somewhere", "org"))),
        "{}://someone:word@mirror.somewhere/debian trixie main".format("http"),
        "from index.somewhere.{} or so".format("io"),
        "git clone {}://2001.local/x".format("ssh"),
    ],
)  # fmt: skip
def test_hosts_are_found(text: str) -> None:
    assert len(hosts(text)) == 1


@pytest.mark.parametrize("folder", ["root", "home", "work", "Users", "tmp/w"])
def test_folders_are_found(folder: str) -> None:
    for text in (f"/{folder}/name/file.py", f"in `/{folder}/x`", f'open("/{folder}/x")'):
        assert folders("docs/page.md", text), text
    assert not folders("docs/page.md", f"$HOME/{folder}/x, a/{folder}/x and ~/{folder}")
    assert bool(folders("containers/x.sh", f"cd /{folder}/x")) is (folder not in ("root", "work"))
