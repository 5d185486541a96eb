#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Installs the environment into the Debian 13 system it runs in, as root, from the package lists beside it.
# For images, not for a machine of one's own: called by Containerfile and ssbmech.def.
set -euo pipefail

lists=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
temp=$(mktemp --directory)
trap 'rm -rf "$temp"' EXIT

sed 's/#.*//' "$lists/debian-packages.txt" >"$temp/packages"
apt-get update
DEBIAN_FRONTEND=noninteractive xargs --arg-file="$temp/packages" apt-get install --yes --no-install-recommends
apt-get clean
rm -rf /var/lib/apt/lists/*

python3 -m venv --system-site-packages /usr/local/ssbmech
/usr/local/ssbmech/bin/pip install --no-cache-dir --requirement "$lists/python-packages.txt"

# the command ssbmech, from the checkout that PYTHONPATH names
cat >/usr/local/bin/ssbmech <<'TEXT'
#!/bin/sh
exec python3 -m ssbmech "$@"
TEXT
chmod 755 /usr/local/bin/ssbmech

# for any user: the compiled forms, and a folder to work in with the cases at hand
mkdir --mode=1777 /var/cache/ssbmech /work
ln --symbolic /opt/ssbmech/cases /work/cases
