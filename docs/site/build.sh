#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Builds the documentation site: ./ssb docs [OUT]. The first call makes a virtual environment of the host's
# Python in the cache folder, with what requirements.txt names; from then on nothing asks the network.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ssbmech
mark=$(sha256sum "$here/requirements.txt" | cut -c1-12)
venv=$cache/docs-$mark
if [[ ! -e $venv/ready ]]; then
    echo "docs: making $venv" >&2
    mkdir -p "$cache"
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$venv/ready"
fi
exec "$venv/bin/python" "$here/build.py" "$@"
